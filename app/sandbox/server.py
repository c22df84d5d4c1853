"""Runs the practice hotel: five servers on loopback, one event loop, for as long as whoever started it lives."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import uvicorn

from app.model.clock import Clock, SystemClock
from app.sandbox.addresses import Addresses
from app.sandbox.desk import PHONE, DeskServer
from app.sandbox.fe import SYSTEM as FE
from app.sandbox.fe import FeServer
from app.sandbox.house import DEFAULT_SEED, House
from app.sandbox.pages.server import pages_app
from app.sandbox.pms import SYSTEM as PMS
from app.sandbox.pms import PmsServer
from app.sandbox.pymes import PymesServer
from app.sandbox.scenario import PYMES
from app.sandbox.scenarios import Stage
from app.sandbox.tokens import Kind
from app.sandbox.web import App, CuttableProtocol, Logged, Receive, Scope, Send
from app.texts import _

_HOST: Final = "127.0.0.1"
_DESK: Final = "desk"
_PAGES: Final = "pages"
RECEPTION: Final = "/recepcion"
"""The page that a person sees first."""
_KEEP_ALIVE: Final = 75
"""Longer than any client keeps an idle connection, so that none dies in its hands by our doing."""


class _Server(uvicorn.Server):
    """A server that lives until an event is set; uvicorn's own would wake up ten times a second to look."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def main_loop(self) -> None:
        await self._stop.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield  # The one who runs us decides what ends us.


class ByPort:
    """Sends each request to the application whose port it came in by."""

    def __init__(self, apps: dict[int, App]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)


async def serve(
    folder: Path,
    seed: int,
    clock: Clock,
    *,
    stop: asyncio.Event,
    ready: Callable[[Addresses, House], None],
    push_delay: float = 1.5,
) -> None:
    """Serve the hotel of ``folder`` until ``stop`` is set; ``ready`` is told where, once the ports listen."""
    house = House(folder, clock, seed, push_delay)
    try:
        await _serve(house, stop, ready)
    finally:
        house.books.close()


async def _serve(house: House, stop: asyncio.Event, ready: Callable[[Addresses, House], None]) -> None:
    stage = Stage(house)
    desk_token = secrets.token_urlsafe(32)
    apps: dict[str, App] = {
        PMS: Logged(PmsServer(house, stage).app(), house, PMS),
        PYMES: Logged(PymesServer(house, stage).app(), house, PYMES),
        FE: Logged(FeServer(house, stage).app(), house, FE),
        _DESK: DeskServer(house, stage, desk_token).app(),
        _PAGES: pages_app(house, stage),
    }
    sockets = {name: _listening() for name in apps}
    ports = {name: opened.getsockname()[1] for name, opened in sockets.items()}
    config = uvicorn.Config(
        ByPort({ports[name]: app for name, app in apps.items()}),
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    where = {name: f"http://{_HOST}:{port}" for name, port in ports.items()}
    # The sockets listen already: who connects before uvicorn accepts waits in the backlog.
    ready(Addresses(where[PMS], where[PYMES], where[FE], where[_DESK], where[_PAGES], desk_token), house)
    await _Server(config, stop).serve(sockets=list(sockets.values()))


def _listening() -> socket.socket:
    # The protocol is named: asyncio switches Nagle's algorithm off only then, and it costs 40 ms in every answer.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((_HOST, 0))
    opened.listen(256)
    return opened


def run_child(folder: Path, seed: int = DEFAULT_SEED, push_delay: float = 1.5) -> None:
    """Run for a parent: one line of JSON with the addresses, then until standard input ends or SIGTERM.

    The end of standard input also comes when the parent is killed, so that no practice hotel outlives its app.
    """

    def ready(addresses: Addresses, house: House) -> None:
        # A parent that has ended meanwhile reads nothing; that it is gone, the end of the input says. What nobody
        # catches is shown in a window by an installed program, which then waits for ever.
        try:
            sys.stdout.write(json.dumps(asdict(addresses)) + "\n")
            sys.stdout.flush()
        except OSError:
            # Python flushes once more at its end, and would complain there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    asyncio.run(_until_told(folder, seed, push_delay, ready, with_parent=True))


def run_for_people(folder: Path, seed: int = DEFAULT_SEED, *, open_pages: bool = False) -> None:
    """Run alone: says in Spanish where it answers and with which practice credentials, then until Ctrl-C.

    ``open_pages`` opens the front desk in the browser. Each Enter prints a fresh address: one opens only once.
    """

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def ready(addresses: Addresses, house: House) -> None:
        loop = asyncio.get_running_loop()
        party = house.hotel.party
        title = _("Hotel de práctica de Botones, no es Loggro: {name}, NIT {nit}")
        say(title.format(name=party.name, nit=f"{party.id}-{party.check_digit}"))
        for name, value in (
            (_("PMS"), addresses.pms),
            (_("Pymes"), addresses.pymes),
            (_("Servicio FE"), addresses.fe),
            (_("Token de Pymes"), house.tokens.mint(Kind.PYMES)),
            (_("X-Api-Key del PMS"), house.tokens.mint(Kind.PMS_KEY)),
            (_("Teléfono del PMS"), PHONE),
            (_("Usuario y contraseña de FE"), house.tokens.mint(Kind.FE).replace(":", " ", 1)),
        ):
            say(f"{name}: {value}")
        house.tokens.telephone = lambda code: say(_("Mensaje del PMS: su código es {code}").format(code=code))

        def entry() -> str:
            return addresses.entry(house.tickets.issue(RECEPTION))

        def say_entry() -> None:
            say(_("Páginas (una sola vez, cinco minutos): {address}").format(address=entry()))

        say_entry()
        say(_("Estas credenciales solo sirven aquí. Enter: otra dirección para las páginas. Ctrl-C para terminar."))
        if open_pages:
            _in_background(webbrowser.open, entry())
        _in_background(_on_each_line, lambda: loop.call_soon_threadsafe(say_entry))

    asyncio.run(_until_told(folder, seed, 1.5, ready, with_parent=False))


async def _until_told(
    folder: Path, seed: int, push_delay: float, ready: Callable[[Addresses, House], None], *, with_parent: bool
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(*_ignored: Any) -> None:
        loop.call_soon_threadsafe(stop.set)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, tell)
    if with_parent:
        _in_background(_wait_for_end_of_input, tell)
    await serve(folder, seed, SystemClock(), stop=stop, ready=ready, push_delay=push_delay)


def _in_background(work: Callable[..., Any], argument: Any) -> None:
    threading.Thread(target=work, args=(argument,), daemon=True).start()


def _on_each_line(tell: Callable[[], Any]) -> None:
    """Tell of each line that is typed, for as long as there is an input."""
    with contextlib.suppress(OSError, RuntimeError):  # no input at all, or the loop has ended
        while os.read(0, 4096):
            tell()


def _wait_for_end_of_input(tell: Callable[[], None]) -> None:
    # Not through sys.stdin: its lock, held by a daemon thread, would make the interpreter abort at exit.
    while os.read(0, 4096):
        pass
    tell()
