"""``botones ledger``: where the shown hotel's ledger stands, and moving it to a server, joining one, bringing it back.

What a move is, and what proves it, is in ``app.setup.relocation``.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from app.console.hotels import hotel_of
from app.console.outcome import ALL_WELL, fail
from app.console.permission import done, permit
from app.console.progress import told
from app.console.running import failures_told, told_to_end
from app.model.clock import SystemClock
from app.model.role import Act
from app.model.server import BadAddress, CannotMove, ServerAddress, schema_for
from app.sandbox.session import PROFILE
from app.setup.place import computer, place_of
from app.setup.relocation import Moved, Relocation, There
from app.storage.place import ServerPlace
from app.system.lock import DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import open_vault
from app.texts import _
from app.texts.deeds import ledger_moved
from app.texts.ledger import (
    door_line,
    line_safety,
    preparation,
    proof_lines,
    reader_preparation,
    refusal_words,
    sender_line,
    server_name,
    there_line,
    unknown_line,
)

T = TypeVar("T")


def where() -> int:
    """Say where the ledger stands, who sends, and how much is in it; the window may be open meanwhile."""
    paths = Paths.of_user().ensure()
    settings = hotel_of(paths)
    if settings.ledger_server is None:
        click.echo(_("En este computador: {path}").format(path=paths.ledger(settings.key)))
        return ALL_WELL
    click.echo(_("En un servidor: {server}").format(server=server_name(settings.ledger_server)))
    click.echo(line_safety(settings.ledger_server))

    async def look(relocation: Relocation) -> There:
        place = await place_of(paths, settings, relocation.vault)
        assert isinstance(place, ServerPlace)
        return await relocation.look(place.address, place.password)

    with failures_told():
        _tell_there(asyncio.run(_with(paths, settings, look)))
    return ALL_WELL


def prepare(server: str | None, reader: bool = False) -> int:
    """Print what the server's keeper has to type once; for somebody who only reads, what lets them."""
    if reader:
        settings = hotel_of(Paths.of_user())
        known = settings.ledger_server
        if server is None and known is None:
            fail(_("Diga de qué servidor: postgresql://USUARIO@SERVIDOR:PUERTO/BASE"))
        address = known if server is None else server_address(server, None, None, settings.hotel_document)
        assert address is not None
        for line in reader_preparation(address):
            click.echo(line)
        return ALL_WELL
    for line in preparation(None if server is None else server_address(server, None, None, None)):
        click.echo(line)
    return ALL_WELL


def move(server: str, name: str | None, certificate: Path | None, from_input: bool) -> int:
    """Move this computer's ledger to a server, and print what proves that it is the same there."""
    settings = hotel_of(Paths.of_user())
    address = server_address(server, name, certificate, settings.hotel_document)
    password = _password(from_input)
    moved = _change(lambda relocation: relocation.to_server(address, password))
    done(Act.MOVE_LEDGER, ledger_moved(server_name(address)))
    click.echo(_("El libro está ahora en el servidor: {server}").format(server=server_name(address)))
    _tell_moved(moved)
    return ALL_WELL


def join(server: str, name: str | None, certificate: Path | None, from_input: bool) -> int:
    """Have this computer work with the ledger that another one moved to a server."""
    settings = hotel_of(Paths.of_user())
    address = server_address(server, name, certificate, settings.hotel_document)
    password = _password(from_input)

    async def enter(relocation: Relocation) -> Moved:
        there = await relocation.look(address, password)
        if there.documents is not None:
            _tell_there(there)
        return await relocation.join(address, password)

    moved = _change(enter)
    done(Act.MOVE_LEDGER, ledger_moved(server_name(address)))
    click.echo(
        _("Este computador trabaja ahora con el libro del servidor: {server}").format(server=server_name(address))
    )
    _tell_moved(moved)
    return ALL_WELL


def back(though_away: bool) -> int:
    """Bring the ledger back to this computer's disk, and print what proves that it is the same here."""
    moved = _change(lambda relocation: relocation.back(though_away=though_away))
    done(Act.MOVE_LEDGER, ledger_moved(""))
    paths = Paths.of_user()
    click.echo(_("El libro está ahora en este computador: {path}").format(path=paths.ledger(hotel_of(paths).key)))
    _tell_moved(moved)
    return ALL_WELL


def _change(work: Callable[[Relocation], Coroutine[Any, Any, Moved]]) -> Moved:
    """Do ``work`` alone on this hotel's data; told to end, it gives up and leaves everything as it was."""
    permit(Act.MOVE_LEDGER)
    paths = Paths.of_user().ensure()
    setup_logging(paths)
    settings = hotel_of(paths)
    if settings.hotel_document is None and settings.profile != PROFILE:
        fail(_("Este hotel aún no está configurado en este computador: abra Botones y siga el asistente."))
    with failures_told(), DataLock(paths.home), told_to_end() as halted:
        moved = asyncio.run(_with(paths, settings, work, halted))
    return moved


async def _with(
    paths: Paths,
    settings: Settings,
    work: Callable[[Relocation], Coroutine[Any, Any, T]],
    halted: Callable[[], bool] = lambda: False,
) -> T:
    vault = await asyncio.to_thread(open_vault, settings.key)

    def keep(server: ServerAddress | None) -> None:
        load(paths.settings, settings.key).settings.changed(ledger_server=server).save(paths.settings)

    with told() as tell:
        relocation = Relocation(
            paths=paths,
            settings=settings,
            vault=vault,
            clock=SystemClock(),
            keep=keep,
            progress=lambda done, total: tell(f"{100 * done // max(total, 1)} %"),
            cancelled=halted,
        )
        try:
            return await work(relocation)
        except CannotMove as error:
            tell_refusal(error)


def tell_refusal(error: CannotMove) -> NoReturn:
    """End because the ledger on the server is not this hotel's to work with."""
    title, text = refusal_words(error.refusal, error.detail)
    fail(f"{title}. {text}")


def server_address(server: str, name: str | None, certificate: Path | None, nit: str | None) -> ServerAddress:
    """Return the address that a person wrote; one that cannot be used, or names a password, ends the program."""
    try:
        return ServerAddress.parse(server, hotel=name or schema_for(nit), certificate=certificate)
    except BadAddress as error:
        if error.has_password:
            fail(_("La dirección no lleva la contraseña: quedaría en un archivo. Botones la pregunta sin mostrarla."))
        fail(_("La dirección se escribe postgresql://USUARIO@SERVIDOR:PUERTO/BASE"))


def _password(from_input: bool) -> str:
    """Ask for the password without showing it, or take the first line of the standard input."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    said: str = click.prompt(_("Contraseña de la base de datos"), hide_input=True, err=True)
    return said


def _tell_there(there: There) -> None:
    now = SystemClock().now()
    lines = [there_line(there.documents or 0), sender_line(there.sender, computer(), now), door_line(there.door, now)]
    if there.unknown:
        lines.append(unknown_line(there.unknown))
    for line in filter(None, lines):
        click.echo(line)


def _tell_moved(moved: Moved) -> None:
    if moved.content is not None:
        for line in proof_lines(moved.content.rows, moved.content.digest):
            click.echo(f"    {line}")
    if moved.aside is not None:
        click.echo(_("El archivo anterior se apartó, sin borrarlo: {path}").format(path=moved.aside))
