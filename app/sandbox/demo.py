"""The whole main job on the console, against the practice hotel: set up, approve, carry, prove.

It judges by the hotel's own books.
"""

import asyncio
import hashlib
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from app.connectors.pms_contract import document_on_wire
from app.connectors.ubl import read_file
from app.model.clock import Clock, SystemClock
from app.model.documents import Document
from app.model.errors import ConnectorError, Failure
from app.model.mode import Mode
from app.model.reading import Reading
from app.model.status import Counts
from app.sandbox.odd_clock import OddClock
from app.sandbox.practice import FrontDesk, Practice
from app.sandbox.scenario import Scenario
from app.sandbox.scenarios import scenario_named
from app.sandbox.session import PROFILE, practice_profile, set_up, sign_in
from app.sync.engine import Engine
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader, Row
from app.sync.recovery import open_ledger
from app.sync.schedule import Backoff, no_later_than
from app.sync.service import open_engine
from app.system.lock import DataLock
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault

_LARGEST_BURST: Final = 50
_BURSTS: Final = 4
"""The front desk approves in so many bursts at least, each between two cycles."""
_SIGN_INS: Final = 20
_LULL: Final = 0.5
_FINISHED: Final = "finished"
_SHOWN: Final = 1_000
"""So many documents that were not proven are shown; more than these nobody reads on a console."""
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
    stops: tuple[str, ...] = ()
    """What stopped everything until the person acted, each time it did."""

    @property
    def is_well(self) -> bool:
        return self.lost == self.doubled == self.in_doubt == 0 and self.approved == self.proven + self.held

    def as_dict(self) -> dict[str, object]:
        """Return the line that ``--json`` prints."""
        return {name: value for name, value in asdict(self).items() if name != "stops"}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The outcome, and what a person wants to see of it."""

    outcome: Outcome
    waiting: tuple[Row, ...]
    """Documents that were not proven, each with its cause."""
    unread: tuple[Reading, ...] = ()
    """Files that are no document, each with its reason."""


async def demonstrate(
    wish: Wish,
    home: Paths,
    progress: Progress,
    clock: Clock | None = None,
    halted: Callable[[], bool] = lambda: False,
) -> Demonstration:
    """Run the demo under ``home``; one that was killed goes on where it was, one that had finished starts afresh.

    Tokens live in memory only. Raises ``AlreadyRunning``, ``PracticeNotStarted``, ``NoDocuments``, and ``Halted``
    once ``halted`` says so: after the batch under way.
    """
    clock = clock or SystemClock()
    readings = _read_folder(wish.documents) if wish.documents else ()
    folder = home.demo / _fingerprint(wish, readings)
    folder.mkdir(parents=True, exist_ok=True)
    with DataLock(folder):
        if (folder / _FINISHED).exists():
            _clear(folder)
        paths = Paths.under(folder).ensure()
        with Practice.start(paths.sandbox, wish.seed, push_delay=0.2) as practice:
            if readings and not (await practice.books())["approved"]:
                await practice.load(_on_wire(readings))
            count = 0 if readings else wish.count
            outcome = await play(practice, paths, count, wish.scenario, progress, clock, halted)
        waiting = _not_proven(paths, clock, _SHOWN)
        (folder / _FINISHED).touch()
    return Demonstration(outcome, waiting, tuple(reading for reading in readings if reading.document is None))


async def play(
    practice: FrontDesk,
    paths: Paths,
    count: int,
    scenario: str | None,
    progress: Progress,
    clock: Clock,
    halted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Play the demo at a practice hotel that runs, with ledgers under ``paths``, until nothing more moves by itself.

    Raises the ``ConnectorError`` that signing in again does not mend.
    """
    started = time.monotonic()
    kind = Scenario if scenario is None else scenario_named(scenario)
    person = _Person(practice, paths, OddClock(clock), count, kind, progress, halted)
    await person.work()
    with open_ledger(paths.ledger(PROFILE), clock) as ledger:
        counts = ledger.counts()
    waits = {row.key for row in _not_proven(paths, clock, counts.total)}
    return _outcome(await practice.books(), counts, waits, time.monotonic() - started, person.stops)


class NoDocuments(Exception):
    """The folder holds no file that could be read as a document."""


class Halted(Exception):
    """The demo was told to end; the same one goes on where it was."""


@dataclass(slots=True)
class _Computer:
    """One computer with Botones: its engine, its ledger, and how often it failed in a row."""

    engine: Engine
    ledger: Ledger
    backoff: Backoff = field(default_factory=Backoff)


class _Person:
    """The person of the demo: signs in, approves in bursts, signs in again when a token is refused."""

    def __init__(
        self,
        practice: FrontDesk,
        paths: Paths,
        clock: OddClock,
        to_approve: int,
        scenario: type[Scenario],
        progress: Progress,
        halted: Callable[[], bool],
    ) -> None:
        self._practice = practice
        self._homes = [paths] + ([Paths.under(paths.sandbox / "second-pc").ensure()] if scenario.has_second_pc else [])
        self._clock = clock
        self._vault = SessionVault("demo")
        self._to_approve = to_approve
        self._scenario = scenario
        self._progress = progress
        self._halted = halted
        profile = practice_profile(practice)
        self._profile = profile.model_copy(update={"timing": profile.timing.model_copy(update=dict(scenario.timing))})
        self._jumps = list(scenario.clock_jumps)
        self._sleeps = scenario.sleeps
        self.stops: list[str] = []

    async def work(self) -> None:
        """Set up, then carry until nothing more moves by itself."""
        settings = await self._sign_in()
        if self._scenario is not Scenario:
            await self._practice.scenario(self._scenario.name)
        while True:
            try:
                async with self._computers(settings) as computers:
                    if await self._carry_all(computers):
                        return
            except ConnectorError as error:
                mendable = error.is_about_access or error.failure is Failure.WRONG_HOTEL
                self.stops.append(error.failure.value)
                if not mendable or len(self.stops) > _SIGN_INS:
                    raise
                settings = await self._sign_in()

    @asynccontextmanager
    async def _computers(self, settings: Settings) -> AsyncIterator[list[_Computer]]:
        async with AsyncExitStack() as stack:
            computers = []
            for home in self._homes:
                ledger = stack.enter_context(open_ledger(home.ledger(PROFILE), self._clock))
                engine = await stack.enter_async_context(
                    open_engine(ledger, settings=settings, profile=self._profile, vault=self._vault, clock=self._clock)
                )
                computers.append(_Computer(engine, ledger))
            yield computers

    async def _sign_in(self) -> Settings:
        settings = await sign_in(self._practice, self._profile, self._vault, Mode.COMPLETE)
        await set_up(self._profile, self._vault, settings, self._clock)
        return settings

    async def _carry_all(self, computers: list[_Computer]) -> bool:
        """Carry, and return whether all is done; if not, the computer slept, and its engines are of yesterday."""
        clock = self._clock
        last_moved, before = clock.monotonic(), None
        burst = min(_LARGEST_BURST, -(-self._to_approve // _BURSTS))
        while True:
            approved = int((await self._practice.books())["approved"])
            if approved < self._to_approve:
                await self._practice.approve(min(burst, self._to_approve - approved))
            said = await asyncio.gather(*map(self._cycle, computers), return_exceptions=True)
            if (failed := next((one for one in said if isinstance(one, BaseException)), None)) is not None:
                raise failed
            if self._halted():
                raise Halted
            moved, pauses = zip(*(one for one in said if not isinstance(one, BaseException)), strict=True)
            counts = [computer.ledger.counts() for computer in computers]
            self._progress(counts[0].proven, max(self._to_approve, counts[0].total))
            all_seen = approved >= self._to_approve and all(one.total >= approved for one in counts)
            if all_seen and not any(moved) and not any(one.pending for one in counts):
                return True
            if counts != before:
                last_moved, before = clock.monotonic(), counts
            if clock.monotonic() - last_moved > _PATIENCE:
                return True
            if self._sleeps is not None:
                clock.move(self._sleeps)
                self._sleeps = None
                return False
            if self._jumps:
                clock.move(self._jumps.pop(0))
            pause = max(pauses)
            if approved >= self._to_approve:
                pause = pause or min(no_later_than(_LULL, one.ledger.next_due(), clock.now()) for one in computers)
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0 and not self._halted():
            await self._clock.sleep(min(left, _LULL))

    async def _cycle(self, computer: _Computer) -> tuple[int, float]:
        """Run one cycle; return how many documents moved on, and the pause that a failure asks for."""
        ledger = computer.ledger
        try:
            moved = await computer.engine.cycle(
                progress=lambda done, due: self._progress(ledger.counts().proven, max(self._to_approve, due)),
                halted=self._halted,
            )
        except ConnectorError as error:
            if error.needs_a_person:
                raise
            return 1, computer.backoff.pause(ledger.counts().proven, error.retry_after)
        computer.backoff.reset()
        return moved, 0.0


def _outcome(books: dict[str, Any], counts: Counts, waits: set[str], seconds: float, stops: list[str]) -> Outcome:
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
        stops=tuple(stops),
    )


def _not_proven(paths: Paths, clock: Clock, limit: int) -> tuple[Row, ...]:
    reader = LedgerReader(paths.ledger(PROFILE), clock)
    try:
        return reader.unproven(limit)
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
