"""A street of practice hotels in one process, each set up as the wizard does it, with its ledger on a server.

Run as ``python -m tests.support.street`` it serves them to other processes until its standard input ends.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Self

import psycopg
from psycopg import sql

from app.connectors.profile import load_profile
from app.model.clock import SystemClock
from app.model.mode import Mode
from app.model.server import ServerAddress
from app.sandbox.addresses import Addresses
from app.sandbox.house import House
from app.sandbox.practice import FrontDesk
from app.sandbox.server import serve
from app.sandbox.session import set_up, sign_in
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret, SecretMissing, SessionVault
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lot:
    """One hotel of the street: its front desk, and what a computer must know of it."""

    key: str
    desk: FrontDesk
    settings: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)

    @property
    def schema(self) -> str:
        return self.key.replace("-", "_")

    @property
    def vault(self) -> SessionVault:
        vault = SessionVault(self.key)
        for name, secret in self.secrets.items():
            vault.put(Secret(name), secret)
        return vault


def send_to(home: Path, lot: Lot, pymes: str | None, **pace: float) -> None:
    """Have this computer look for the hotel's Pymes at another address; ``None``: where it is."""
    addresses = lot.desk.addresses
    _write_profile(home, lot.key, replace(addresses, pymes=pymes or addresses.pymes), pace)


def settle_in(home: Path, lots: list[Lot], server: PostgresServer, **pace: float) -> None:
    """Write what a computer of the chain has on its disk: the settings of every hotel, and each one's profile.

    ``pace`` gives values of the profile other than the practice hotel's own.
    """
    paths = Paths.under(home).ensure()
    for lot in lots:
        lot.secrets[Secret.LEDGER_PASSWORD] = server.password
        _write_profile(home, lot.key, lot.desk.addresses, pace)
        address = ServerAddress.parse(server.address("postgres"), hotel=lot.schema)
        Settings.model_validate(lot.settings).changed(ledger_server=address).save(paths.settings)


def forget_street(server: PostgresServer) -> None:
    """Take away what streets of earlier tests left on a server."""
    with psycopg.connect(server.address("postgres"), password=server.password, autocommit=True) as connection:
        left = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'posada%' OR nspname = 'botones_turnos'"
        for (schema,) in connection.execute(left).fetchall():
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def _write_profile(home: Path, key: str, addresses: Addresses, pace: dict[str, float]) -> None:
    text = (files("resources") / "profiles" / "sandbox.toml").read_text("utf-8")
    filled = Template(text).substitute(FrontDesk(addresses).for_profile)
    lines = filled.splitlines()
    for name, value in pace.items():
        found = [place for place, line in enumerate(lines) if line.partition(" ")[0] == name]
        place = found[0] if found else lines.index("[timing]") + 1
        lines[place : place + len(found)] = [f"{name} = {value}"]
    (home / f"{key}.toml").write_text("\n".join(lines) + "\n", "utf-8")


@asynccontextmanager
async def street(folder: Path, count: int) -> AsyncIterator[list[Lot]]:
    """Serve ``count`` hotels in this loop while the block runs."""
    async with AsyncExitStack() as stack:
        lots = []
        for number in range(1, count + 1):
            key = f"posada-{number}"
            desk = FrontDesk(await stack.enter_async_context(_served(folder / key, number)))
            lots.append(await _set_up(folder, key, desk))
        yield lots


@asynccontextmanager
async def _served(folder: Path, seed: int) -> AsyncIterator[Addresses]:
    stop = asyncio.Event()
    ready: asyncio.Future[Addresses] = asyncio.get_running_loop().create_future()

    def hear(addresses: Addresses, house: House) -> None:
        ready.set_result(addresses)

    task = asyncio.create_task(serve(folder, seed, SystemClock(), stop=stop, ready=hear, push_delay=0.0))
    try:
        yield await ready
    finally:
        stop.set()
        await task


async def _set_up(folder: Path, key: str, desk: FrontDesk) -> Lot:
    _write_profile(folder, key, desk.addresses, {})
    profile, vault = load_profile(key, folder=folder), SessionVault(key)
    settings = (await sign_in(desk, profile, vault, Mode.SEND_ALL)).changed(hotel=None, profile=key)
    await set_up(profile, vault, settings, SystemClock())
    secrets: dict[str, str] = {}
    for name in Secret:
        try:
            secrets[name.value] = vault.get(name)
        except SecretMissing:
            continue
    return Lot(key, desk, settings.model_dump(mode="json"), secrets)


class Street:
    """The street as a process of its own, so that its work is not ours."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.street", str(folder), str(count)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.lots = [
            Lot(one["key"], FrontDesk(Addresses(**one["addresses"])), one["settings"], one["secrets"])
            for one in json.loads(self._process.stdout.readline())
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)


async def _serve_until_told(folder: Path, count: int) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(told.set)

    async with street(folder, count) as lots:
        said = [
            {
                "key": one.key,
                "addresses": asdict(one.desk.addresses),
                "settings": one.settings,
                "secrets": one.secrets,
            }
            for one in lots
        ]
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        threading.Thread(target=wait_for_end, daemon=True).start()
        await told.wait()


if __name__ == "__main__":
    asyncio.run(_serve_until_told(Path(sys.argv[1]), int(sys.argv[2])))
