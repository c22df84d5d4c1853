"""What a person of the role that sits at this computer may ask of the console, and writing down that they did.

The rule itself is ``app.model.role``'s, and the panel goes by the same.
"""

import asyncio

import click

from app.console.hotels import hotel_of
from app.console.outcome import ALL_WELL, NOT_DONE, fail, refuse
from app.model.clock import SystemClock
from app.model.role import Act, NotAllowed, ReasonMissing, Role
from app.setup.leaving import hotels_of
from app.system.deeds import Deeds
from app.system.paths import Paths
from app.system.person import person
from app.system.settings import Settings
from app.system.vault import machine_vault
from app.system.word import role_here
from app.texts import _
from app.texts.deeds import deed_line, deed_story
from app.texts.roles import reason_wanted, refused, role_meaning, who_did

_SHOWN = 20


def permit(act: Act, reason: str = "") -> None:
    """End the program where the role does not do it, or it is dangerous and ``--reason`` does not say why."""
    paths = Paths.of_user()
    settings = hotel_of(paths)
    try:
        _deeds(paths, settings).check(_role(settings), act, reason)
    except NotAllowed as error:
        refuse(refused(error))
    except ReasonMissing as error:
        fail(f"{reason_wanted(error.act)} --reason «…»")


def done(act: Act, told: str, reason: str = "") -> None:
    """Write down what a person did who was permitted to."""
    paths = Paths.of_user()
    settings = hotel_of(paths)
    _deeds(paths, settings).did(_role(settings), act, told, reason)


def who() -> int:
    """Print who sits here, as what, and what persons did last."""
    paths = Paths.of_user().ensure()
    settings = hotel_of(paths)
    role = _role(settings)
    click.echo(f"{who_did(person(), role)}: {role_meaning(role)}")
    try:
        deeds = _deeds(paths, settings).read()
    except OSError as error:
        click.echo(str(error), err=True)
        return NOT_DONE
    for deed in deeds[:_SHOWN]:
        click.echo(f"{deed_line(deed)}: {deed_story(deed)}")
    if not deeds:
        click.echo(_("Todavía nadie hizo nada que se anote."))
    return ALL_WELL


def _role(settings: Settings) -> Role:
    if settings.role is Role.ADMINISTRATOR:
        return settings.role
    return asyncio.run(role_here(settings, machine_vault(settings.key), SystemClock(), hotels_of(Paths.of_user())))


def _deeds(paths: Paths, settings: Settings) -> Deeds:
    return Deeds(paths.deeds(settings.key), SystemClock())
