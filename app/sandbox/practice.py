"""The app's side of the practice hotel: starts it as a child process and speaks to its desk. It is no connector."""

import atexit
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import app
from app.connectors.transport import Transport
from app.model.documents import Family
from app.model.numbering import Field, System
from app.sandbox.addresses import Addresses
from app.sandbox.house import DEFAULT_SEED
from app.sandbox.tokens import Kind

_LOG: Final = "sandbox.log"
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0
_ORDER_SECONDS: Final = 300.0


def seed_of(hotel: str, first: str = "sandbox") -> int:
    """Return the seed of a practice hotel by its name: the first one's is everybody's, each further one is another."""
    number = hotel.removeprefix(first).lstrip("-")
    return int(number) if number.isdecimal() else DEFAULT_SEED


class PracticeNotStarted(Exception):
    """The child ended or said nothing in time; the text is the end of its log, for «ver detalle»."""


class FrontDesk:
    """Orders to a practice hotel that runs, whoever started it."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses

    @property
    def for_profile(self) -> dict[str, str]:
        """Return what ``load_profile`` fills into ``sandbox.toml``."""
        return {"pms": self.addresses.pms, "pymes": self.addresses.pymes, "fe": self.addresses.fe}

    async def credentials(self, kind: Kind) -> dict[str, str]:
        """Return fresh practice credentials: ``token``; FE ``user``, ``password``; OTP ``phone_number``, ``code``."""
        found: dict[str, str] = await self._order("POST", "/credentials", {"kind": kind.value})
        return found

    async def approve(self, count: int, families: Sequence[Family] = ()) -> int:
        """Have the PMS approve documents and return the last position."""
        order = {"count": count, "families": [family.value for family in families]}
        return int((await self._order("POST", "/approve", order))["last_position"])

    async def drop(self, folder: Path, after: int = 0) -> int:
        """Put the files that a provider would mail of documents approved after a position into a folder; say how many.

        Of one that the practice DIAN is still validating, nothing is mailed yet.
        """
        order = {"folder": str(folder), "after": after}
        return int((await self._order("POST", "/drop", order))["dropped"])

    async def forms(self, folder: Path) -> dict[Family, Path]:
        """Print the hotel's Forms 1876 into a folder; of a family with several, the newest."""
        printed = (await self._order("POST", "/forms", {"folder": str(folder)}))["printed"]
        return {Family(family): folder / name for name, family in printed.items()}

    async def judge(self, full_number: str, verdict: str) -> None:
        """Let the practice DIAN say something of a document: ``APROBADO``, ``RECHAZADO_DIAN``, ``EN_VALIDACION``."""
        await self._order("POST", "/verdict", {"number": full_number, "verdict": verdict})

    async def load(self, documents: Sequence[Mapping[str, Any]]) -> int:
        """Have documents in the wire's form approved, issuer and ranges taken from them; return how many were new."""
        return int((await self._order("POST", "/load", {"documents": list(documents)}))["loaded"])

    async def books(self) -> dict[str, Any]:
        """Return the comparison of both systems (``Books.audit``)."""
        found: dict[str, Any] = await self._order("GET", "/books")
        return found

    async def scenario(self, name: str, on: bool = True) -> None:
        """Switch a simulacro; an unknown name is refused."""
        await self._order("POST", "/scenario", {"name": name, "on": on})

    async def requests(self, method: str = "", path: str = "", since: int = 0) -> list[dict[str, Any]]:
        """Return the log after entry ``since``: ``id, at, system, method, path, status`` (``None``: cut, no answer)."""
        asked: dict[str, str | int] = {"method": method, "path": path, "since": since}
        found: list[dict[str, Any]] = (await self._order("GET", "/requests", params=asked))["requests"]
        return found

    async def mutate(self, system: System, family: Family, field: Field, value: str | int | bool | None) -> None:
        """Change one field of a family's newest range on one side."""
        order = {"system": system.value, "family": family.value, "field": field.value, "value": value}
        await self._order("PATCH", "/numbering", order)

    async def page(self, path: str) -> str:
        """Return an address that opens one page of the hotel (``app.sandbox.pages``) in a browser, once and soon."""
        return self.addresses.entry(str((await self._order("POST", "/page", {"path": path}))["ticket"]))

    async def reset(self, seed: int | None = None) -> None:
        """Start over; every credential is void."""
        await self._order("POST", "/reset", {} if seed is None else {"seed": seed})

    async def state(self) -> dict[str, Any]:
        """Return who the hotel is and what is on."""
        found: dict[str, Any] = await self._order("GET", "/state")
        return found

    async def _order(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Any:
        # A transport for each order: this object is used from whatever loop is at hand.
        async with Transport("sandbox", timeout=_ORDER_SECONDS) as transport:
            answer = await transport.request(
                method,
                self.addresses.desk + path,
                headers={"Authorization": f"Bearer {self.addresses.desk_token}"},
                params=params,
                json=body,
            )
            return answer.json()


class Practice(FrontDesk):
    """A running practice hotel. It dies with this process, however this process dies."""

    def __init__(self, process: subprocess.Popen[bytes], addresses: Addresses) -> None:
        super().__init__(addresses)
        self._process = process

    @classmethod
    def start(
        cls, folder: Path, seed: int = DEFAULT_SEED, *, push_delay: float = 1.5, seconds: float = _START_SECONDS
    ) -> Self:
        """Start the hotel of ``folder`` and wait until it answers; about half a second, so not in the UI's thread.

        A folder that has a hotel keeps that one's seed. Raises ``PracticeNotStarted``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / _LOG
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [*_command(), "--folder", str(folder), "--seed", str(seed), "--push-delay", str(push_delay)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        # Whoever leaves before it answers has nobody that would end it, and it reads its input only once it has begun.
        atexit.register(process.kill)
        try:
            line = _first_line(process, seconds)
        finally:
            atexit.unregister(process.kill)
        try:
            return cls(process, Addresses(**json.loads(line)))
        except (TypeError, ValueError):
            _end(process, kill=True)
            raise PracticeNotStarted(log.read_text("utf-8", "replace")[-2_000:]) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_ignored: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self, *, kill: bool = False) -> None:
        """End the hotel; its books stay. ``kill`` gives it no time to end well."""
        _end(self._process, kill=kill)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "sandbox", "--child"]
    return [sys.executable, "-m", "app.sandbox"]


def _environment() -> dict[str, str]:
    """Return our own environment, with the folder that holds ``app`` first, wherever the caller stands."""
    root = str(Path(app.__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _first_line(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """Return the child's first line, empty where none came in time or it ended."""
    assert process.stdout is not None
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=lambda out: lines.put(out.readline()), args=(process.stdout,), daemon=True).start()
    try:
        return lines.get(timeout=seconds)
    except queue.Empty:
        return b""


def _end(process: subprocess.Popen[bytes], *, kill: bool) -> None:
    if kill:
        process.kill()
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
