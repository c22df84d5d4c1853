"""``botones pause`` and ``resume``: a hotel rests, and goes on, by the same settings as from the window.

An open window is told, for it keeps the settings; ``serve`` reads them again by itself.
"""

from collections.abc import Callable
from datetime import datetime

import click

from app.console.hotels import hotel_of
from app.console.outcome import ALL_WELL, fail
from app.console.permission import done, permit
from app.model.clock import BOGOTA, SystemClock
from app.model.role import Act
from app.system.lock import AlreadyRunning, DataLock
from app.system.paths import Paths
from app.texts import _
from app.texts.deeds import paused, resumed
from app.texts.hotels import pause_is_here


def pause(until: datetime | None, tell: Callable[..., bool]) -> int:
    """Send nothing until then (Bogotá), or until ``resume``; ``tell`` says so to an open window, if it hears."""
    if until is not None:
        until = until.replace(tzinfo=BOGOTA)
        if until <= SystemClock().now():
            fail(_("Ese momento ya pasó."))
    return _change(until or "until-resumed", paused(until), lambda *hotel: tell(*hotel, until))


def resume(tell: Callable[..., bool]) -> int:
    """Go on."""
    return _change(None, resumed(), tell)


def _change(choice: datetime | str | None, told: str, tell: Callable[..., bool]) -> int:
    permit(Act.PAUSE)
    paths = Paths.of_user().ensure()
    settings = hotel_of(paths)
    try:
        with DataLock(paths.home):
            settings.changed(paused_until=choice).save(paths.settings)
        done(Act.PAUSE, told)
    except AlreadyRunning:
        # The window keeps the settings, and notes who did it.
        if not tell(paths.home, settings.key):
            fail(_("Otra orden de Botones trabaja con esta carpeta. Inténtelo otra vez cuando termine."))
    click.echo(f"{settings.title or settings.key}: {told}")
    if choice is not None and settings.ledger_server is not None:
        click.echo(pause_is_here())
    return ALL_WELL
