"""The whole main job on the console, against the practice hotel: set up, approve, carry, prove.

It judges by the hotel's own books.
"""

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from app.connectors.pms_contract import document_on_wire
from app.connectors.ubl import read_file
from app.model.clock import Clock, SystemClock
from app.model.documents import Document
from app.model.errors import ConnectorError
from app.model.mode import Mode
from app.model.reading import Reading
from app.model.status import Counts
from app.sandbox.practice import Practice
from app.sandbox.session import PROFILE, practice_profile, set_up, sign_in
from app.sync.engine import Engine
from app.sync.ledger import Ledger, LedgerReader, Row
from app.sync.schedule import Backoff, no_later_than
from app.sync.service import open_engine
from app.system.lock import DataLock
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault

_BURST: Final = 50
"""The front desk approves this many between two cycles."""
_SIGN_INS: Final = 20
_LULL: Final = 0.2
_FINISHED: Final = "finished"
_PATIENCE: Final = 300.0
"""Seconds without any progress after which the demo gives up and says what stands."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to demonstrate."""

    seed: int = 1
    count: int = 60
    documents: Path | None = None
    """A folder of UBL XML files that become the hotel's approved documents."""
    scenario: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    ``proven`` includes ``adopted``; ``lost`` and ``doubled`` are counted in the hotel's books, not in the ledger.
    """

    approved: int
    proven: int
    adopted: int
    held: int
    in_doubt: int
    lost: int
    doubled: int
    pms_total: str
    pymes_total: str
    seconds: float

    @property
    def is_well(self) -> bool:
        return self.lost == self.doubled == self.in_doubt == 0 and self.approved == self.proven + self.held

    def as_dict(self) -> dict[str, object]:
        """Return the line that ``--json`` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The outcome, and what a person wants to see of it."""

    outcome: Outcome
    waiting: tuple[Row, ...]
    """Documents that were not proven, each with its cause."""
    unread: tuple[Reading, ...] = ()
    """Files that are no document, each with its reason."""


async def demonstrate(wish: Wish, home: Paths, progress: Progress, clock: Clock | None = None) -> Demonstration:
    """Run the demo under ``home``; one that was killed goes on where it was, one that had finished starts afresh.

    Tokens live in memory only. Raises ``AlreadyRunning``, ``PracticeNotStarted``, ``NoDocuments``.
    """
    clock = clock or SystemClock()
    started = time.monotonic()
    readings = _read_folder(wish.documents) if wish.documents else ()
    folder = home.demo / _fingerprint(wish, readings)
    folder.mkdir(parents=True, exist_ok=True)
    with DataLock(folder):
        if (folder / _FINISHED).exists():
            _clear(folder)
        paths = Paths.under(folder).ensure()
        vault = SessionVault("demo")
        with Practice.start(paths.sandbox, wish.seed, push_delay=0.2) as practice:
            if readings and not (await practice.books())["approved"]:
                await practice.load(_on_wire(readings))
            with Ledger(paths.ledger(PROFILE), clock) as ledger:
                desk = _Desk(practice, ledger, clock, vault, 0 if readings else wish.count, progress)
                await desk.work(wish.scenario)
                counts = ledger.counts()
            books = await practice.books()
        waiting = _not_proven(paths, clock)
        outcome = _outcome(books, counts, waiting, time.monotonic() - started)
        (folder / _FINISHED).touch()
    return Demonstration(outcome, waiting, tuple(reading for reading in readings if reading.document is None))


class NoDocuments(Exception):
    """The folder holds no file that could be read as a document."""


class _Desk:
    """The person of the demo: signs in, approves in bursts, signs in again when a token is refused."""

    def __init__(
        self,
        practice: Practice,
        ledger: Ledger,
        clock: Clock,
        vault: SessionVault,
        to_approve: int,
        progress: Progress,
    ) -> None:
        self._practice = practice
        self._ledger = ledger
        self._clock = clock
        self._vault = vault
        self._to_approve = to_approve
        self._progress = progress
        self._backoff = Backoff()
        self._profile = practice_profile(practice)

    async def work(self, scenario: str | None) -> None:
        """Set up, then carry until nothing more moves by itself.

        Raises the ``ConnectorError`` that signing in again does not mend.
        """
        settings = await self._sign_in()
        if scenario is not None:
            await self._practice.scenario(scenario)
        refusals = 0
        while True:
            try:
                async with open_engine(
                    self._ledger, settings=settings, profile=self._profile, vault=self._vault, clock=self._clock
                ) as engine:
                    await self._carry_all(engine)
                    return
            except ConnectorError as error:
                refusals += 1
                if not error.is_about_access or refusals > _SIGN_INS:
                    raise
                settings = await self._sign_in()

    async def _sign_in(self) -> Settings:
        settings = await sign_in(self._practice, self._profile, self._vault, Mode.COMPLETE)
        await set_up(self._profile, self._vault, settings, self._clock)
        return settings

    async def _carry_all(self, engine: Engine) -> None:
        ledger, clock = self._ledger, self._clock
        last_moved, before = clock.monotonic(), None
        while True:
            approved = int((await self._practice.books())["approved"])
            if approved < self._to_approve:
                await self._practice.approve(min(_BURST, self._to_approve - approved))
            pause = await self._cycle(engine)
            counts = ledger.counts()
            self._progress(counts.proven, max(self._to_approve, counts.total))
            if approved >= self._to_approve and counts.total >= approved and counts.pending == 0:
                return
            if counts != before:
                last_moved, before = clock.monotonic(), counts
            if clock.monotonic() - last_moved > _PATIENCE:
                return
            if approved >= self._to_approve:
                pause = pause or no_later_than(_LULL, ledger.next_due(), clock.now())
            await clock.sleep(pause)

    async def _cycle(self, engine: Engine) -> float:
        """Run one cycle and return the pause that a failure asks for."""
        try:
            await engine.cycle(
                progress=lambda done, due: self._progress(self._ledger.counts().proven, max(self._to_approve, due))
            )
        except ConnectorError as error:
            if error.needs_a_person:
                raise
            return self._backoff.pause(self._ledger.counts().proven, error.retry_after)
        self._backoff.reset()
        return 0.0


def _outcome(books: dict[str, Any], counts: Counts, waiting: tuple[Row, ...], seconds: float) -> Outcome:
    waits = {row.key for row in waiting}
    return Outcome(
        approved=books["approved"],
        proven=counts.proven,
        adopted=counts.adopted,
        held=counts.held + counts.conflict + counts.missing,
        in_doubt=counts.in_doubt,
        lost=len([key for key in books["lost"] if key not in waits]),
        doubled=len(books["doubled"]),
        pms_total=books["pms_total"],
        pymes_total=books["pymes_total"],
        seconds=round(seconds, 2),
    )


def _not_proven(paths: Paths, clock: Clock) -> tuple[Row, ...]:
    reader = LedgerReader(paths.ledger(PROFILE), clock)
    try:
        return reader.unproven(1_000)
    finally:
        reader.close()


def _read_folder(folder: Path) -> tuple[Reading, ...]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".xml", ".zip"))
    readings = tuple(reading for path in files for reading in read_file(path))
    if not _documents(readings):
        raise NoDocuments(str(folder))
    return readings


def _documents(readings: tuple[Reading, ...]) -> list[Document]:
    return [reading.document for reading in readings if reading.document is not None]


def _on_wire(readings: tuple[Reading, ...]) -> list[dict[str, object]]:
    """Put the documents in the order in which a PMS would have approved them.

    By date, notes after what they refer to.
    """
    documents = sorted(_documents(readings), key=lambda one: (one.issued_at, one.family.is_note, one.full_number))
    return [document_on_wire(document, position) for position, document in enumerate(documents, start=1)]


def _fingerprint(wish: Wish, readings: tuple[Reading, ...]) -> str:
    digests = [document.digest for document in _documents(readings)]
    content = repr((wish.seed, wish.count if not readings else 0, wish.scenario, digests))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _clear(folder: Path) -> None:
    """Empty a finished demo; the lock's own files stay, for we hold them."""
    shutil.rmtree(folder / "sandbox", ignore_errors=True)
    shutil.rmtree(folder / "hotels", ignore_errors=True)
    (folder / _FINISHED).unlink()
