"""``botones serve add``: one more hotel for the chain on a computer without a screen, its accesses typed or piped.

Nothing is kept before the hotel has answered with them; what it may send, the engine proves anew each time.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

import click

from app.connectors.profile import Operation, Profile, load_profile
from app.console.outcome import ALL_WELL, fail
from app.console.permission import permit
from app.console.place import server_address, tell_refusal
from app.console.running import failures_told
from app.model.clock import SystemClock, bogota_day
from app.model.parties import bare_nit
from app.model.role import Act
from app.model.server import CannotMove, ServerAddress
from app.sandbox.session import PROFILE
from app.setup.credentials import connecting, read_secrets
from app.setup.hotels import twin_of
from app.setup.relocation import Relocation, There
from app.sync.guard import Guard, Identity
from app.system.paths import Paths
from app.system.settings import Settings, load, load_all
from app.system.vault import Secret, SessionVault, open_vault
from app.texts import N_, _
from app.texts.hotels import hotel_twice
from app.texts.ledger import server_name, there_line
from app.texts.numbering import proof_title

_ASKED: Final = {
    Secret.LEDGER_PASSWORD: N_("Contraseña de la base de datos"),
    Secret.PYMES_TOKEN: N_("Token de Pymes"),
    Secret.CONNECTION_TOKEN: N_("Token de la conexión (Enter: no hay)"),
    Secret.PMS_API_KEY: N_("X-Api-Key de Alojamientos (Enter: no hay)"),
    Secret.FE_USER: N_("Usuario de Loggro FE (Enter: no hay)"),
    Secret.FE_PASSWORD: N_("Contraseña de Loggro FE (Enter: no hay)"),
}
_NEEDED: Final = (Secret.LEDGER_PASSWORD, Secret.PYMES_TOKEN)


def add(
    hotel: str, nit: str, profile: str, server: str, name: str | None, certificate: Path | None, from_input: bool
) -> int:
    """Try the hotel's accesses and its ledger on the server, and keep both; a hotel that is there gets new ones."""
    permit(Act.SET_UP)
    paths = Paths.of_user().ensure()
    if profile == PROFILE:
        fail(_("El hotel de práctica vive en la ventana: «serve» no lo lleva."))
    try:
        nit = bare_nit(nit)
    except ValueError:
        fail(_("«{nit}» no es un NIT.").format(nit=nit))
    address = server_address(server, name, certificate, nit)
    known = next((one for one in load_all(paths.settings) if one.key == hotel), None)
    try:
        begun = known or Settings(hotel=None if hotel == profile else hotel, **load(paths.settings).settings.shared)
        settings = begun.changed(profile=profile, hotel_document=nit, ledger_server=address)
    except ValueError:
        fail(_("El nombre del hotel lleva minúsculas, números y guiones: por ejemplo «medellin-centro»."))
    secrets = _from_input() if from_input else _typed()
    with failures_told():
        asyncio.run(_admit(paths, settings, address, secrets))
    click.echo(_("«{hotel}» está en la cadena. Un «serve» que corre lo toma en segundos.").format(hotel=hotel))
    return ALL_WELL


async def _admit(paths: Paths, settings: Settings, address: ServerAddress, secrets: dict[Secret, str]) -> None:
    session = SessionVault(settings.key)
    for secret, value in secrets.items():
        await session.aput(secret, value)
    relocation = Relocation(
        paths=paths, settings=settings, vault=session, clock=SystemClock(), keep=lambda _server: None
    )
    try:
        there: There = await relocation.look(address, secrets[Secret.LEDGER_PASSWORD])
    except CannotMove as error:
        tell_refusal(error)
    profile = load_profile(settings.profile, folder=paths.home).with_fe(settings.fe_address)
    settings = await _introduced(settings, profile, session)
    if (twin := twin_of(settings, load_all(paths.settings))) is not None:
        fail(f"{hotel_twice(twin.title or twin.key)} (botones serve add {twin.key} …)")
    if settings.start is None and not profile.practice:
        # A ledger that is lost would not know where it began, and would bring every document there ever was.
        begins = bogota_day(SystemClock().now()) if there.documents is None else there.start
        settings = settings.changed(start=begins)
    machine = await asyncio.to_thread(open_vault, settings.key)
    for secret, value in secrets.items():
        await machine.aput(secret, value)
    settings.save(paths.settings)
    click.echo(server_name(address))
    if there.documents is None:
        click.echo(_("Allí no hay libro de este hotel: empieza hoy, con los documentos de hoy en adelante."))
    else:
        click.echo(there_line(there.documents))


async def _introduced(settings: Settings, profile: Profile, vault: SessionVault) -> Settings:
    """Prove whose accesses these are, print how its ranges stand, and return the settings that name the hotel."""
    clock = SystemClock()
    secrets = await read_secrets(vault)
    async with connecting(settings, profile, secrets, clock) as connectors:
        if secrets.pms_api_key and profile.route(Operation.PMS_HOTEL).is_called:
            found = await connectors.pms.find_hotel(settings.hotel_document or "")
            settings = settings.changed(hotel_id=found, pms_access="api-key")
        if profile.route(Operation.PYMES_ORGANISATION).is_called:
            settings = settings.changed(organisation=(await connectors.pymes.organisation()).uuid)
    async with connecting(settings, profile, secrets, clock) as connectors:
        guard = Guard(connectors, Identity(nit=settings.hotel_document, organisation=settings.organisation))
        for proof in await guard.renew((), clock.now()):
            click.echo(f"{'✓' if proof.holds else '✗'} {proof.range_name}: {proof_title(proof)}")
    return settings


def _typed() -> dict[Secret, str]:
    """Ask for each access without showing it."""
    said: dict[Secret, str] = {}
    for secret, words in _ASKED.items():
        default = None if secret in _NEEDED else ""
        value: str = click.prompt(_(words), default=default, show_default=False, hide_input=True, err=True)
        if value.strip():
            said[secret] = value.strip()
    return said


def _from_input() -> dict[Secret, str]:
    """Take the accesses as one JSON object of the standard input, by their names in the keyring."""
    try:
        told = json.loads(sys.stdin.read())
        said = {Secret(name): str(value) for name, value in told.items() if value}
    except (ValueError, AttributeError):
        said = {}
    if missing := [secret.value for secret in _NEEDED if secret not in said]:
        names = ", ".join(secret.value for secret in _ASKED)
        fail(
            _("En la entrada se espera un objeto JSON con estos accesos: {names}. Faltan: {missing}").format(
                names=names, missing=", ".join(missing)
            )
        )
    return said
