"""SIGKILL of a chain's processes and of its PostgreSQL, again and again, while the documents of many hotels flow.

The long form, 50 hotels with 20,000 documents, with a line of figures (``--seed 2`` is another run; with fewer kills as
many documents fewer):

    pytest tests/chaos/test_chain.py --kills 300 --figures chain.jsonl -s
"""

import asyncio
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import pytest

from app.model.clock import SystemClock
from app.model.journey import rebuild
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.chain import Server
from tests.support.figures import Book
from tests.support.postgres import PostgresServer
from tests.support.street import Lot, Street, settle_in

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL, SIGSTOP and /proc"),
]
LONG = 30
"""From so many ``--kills`` on the run is a long one."""
HOTELS, DOCUMENTS = 50, 20_000
PER_KILL = 67
"""Documents for each kill, so that the last one has work left to meet."""
PROCESSES, WORKERS = 3, 2
ASLEEP = 45.0
"""Longer than the server waits for a session whose program hangs."""
SENDS = "/ventas-externas"


@dataclass
class Figures:
    """What the chain went through, for the line of the run."""

    hotels: int
    documents: int
    kills: int = 0
    postgres_kills: int = 0
    freezes: int = 0
    posts: int = 0
    """Sends that reached Pymes; more than documents where an answer was lost with its process."""
    proven: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0


@dataclass
class Town:
    """The hotels' books seen from outside, the processes that carry them, and the server under both."""

    folder: Path
    street: Street
    server: PostgresServer
    patience: float
    processes: list[Server] = field(default_factory=list)
    frozen: dict[int, float] = field(default_factory=dict)
    """Processes by their place that are asleep, and since when."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def begin(self) -> None:
        self.processes = [self._new() for _ in range(PROCESSES)]

    def _new(self) -> Server:
        return Server(self.home, self.street.lots, workers=WORKERS, documents=20, seconds=2.0)

    def kill(self, place: int) -> None:
        self.frozen.pop(place, None)
        self.processes[place].kill()
        self.processes[place] = self._new()

    def freeze(self, place: int) -> None:
        os.kill(self.processes[place].process.pid, signal.SIGSTOP)
        self.frozen[place] = time.monotonic()

    def thaw(self, older_than: float) -> None:
        for place, since in list(self.frozen.items()):
            if time.monotonic() - since >= older_than:
                os.kill(self.processes[place].process.pid, signal.SIGCONT)
                del self.frozen[place]

    def count(self, table: str, where: str = "1") -> int:
        return sum(self._count(lot, table, where) for lot in self.street.lots)

    def _count(self, lot: Lot, table: str, where: str) -> int:
        books = self.folder / "street" / lot.key / "books.sqlite3"
        with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as connection:
            return int(connection.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}").fetchone()[0])

    def is_proven(self, each: int) -> bool:
        """Say whether each hotel's own ledger says that ``each`` documents are proven."""
        return all(self._proven(lot) == each for lot in self.street.lots)

    def _proven(self, lot: Lot) -> int:
        reader = LedgerReader(self.server.ledger_of(lot.schema), SystemClock())
        try:
            return reader.counts().proven
        finally:
            reader.close()

    def until(self, condition: Callable[[], bool]) -> None:
        moment, ends = threading.Event(), time.monotonic() + self.patience
        while not condition():
            assert time.monotonic() < ends, self.processes[0].said[-4_000:]
            assert all(one.process.poll() is None for one in self.processes), self.processes[0].said[-4_000:]
            moment.wait(0.05)


def test_killed_at_random_every_document_of_every_hotel_arrives_once(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed, kills = request.config.getoption("--seed"), request.config.getoption("--kills")
    is_long = kills >= LONG
    hotels, each = (HOTELS, min(kills * PER_KILL, DOCUMENTS) // HOTELS) if is_long else (3, 16)
    kills = kills if is_long else min(kills, 5)
    rng = Random(f"{seed}/{kills}")
    figures, book = Figures(hotels, hotels * each), Book(request.config.getoption("--figures"))
    with (
        PostgresServer() as server,
        Street(tmp_path / "street", hotels) as street,
    ):
        town = Town(tmp_path, street, server, 600.0 if is_long else 120.0)
        settle_in(
            town.home, street.lots, server, cadence=0.5, cadence_idle=2.0, settle=6.0 if is_long else 1.0, batch=10
        )
        left = {lot.key: each for lot in street.lots}
        approve(street, left, each // 4, rng)
        town.begin()
        try:
            wreak(town, figures, left, kills, rng, can_freeze=is_long)
            town.thaw(0)
            for lot in street.lots:
                approve_at(lot, left, each)
            town.until(lambda: town.count("sales") >= figures.documents)
            town.until(lambda: town.is_proven(each))
            town.until(lambda: all(hears_its_end(one) for one in town.processes))
            assert [one.end() for one in town.processes] == [0] * PROCESSES
        finally:
            town.thaw(0)
            for one in town.processes:
                one.kill()
        judge(town, figures)
    total = book.add(f"chain/{seed}/{kills}", asdict(figures))
    sys.stdout.write(f"\n{asdict(figures)}\nso far: {total}\n")  # for the long form, with -s
    assert (figures.lost, figures.doubled, figures.wrong) == (0, 0, 0)
    assert figures.proven == figures.documents
    assert figures.kills + figures.postgres_kills + figures.freezes == kills
    assert figures.postgres_kills > 0


def hears_its_end(server: Server) -> bool:
    """Say whether a process that was just started has come so far that it ends in order (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def wreak(town: Town, figures: Figures, left: dict[str, int], kills: int, rng: Random, *, can_freeze: bool) -> None:
    """Kill a process, or PostgreSQL, or freeze a process, each time that some more documents have arrived."""
    share = max(figures.documents // kills, 1)
    for number in range(kills):
        begun = town.count("sales")
        wanted = min(begun + rng.randrange(1, 2 * share), figures.documents)
        while any(left.values()) and town.count("approved") < wanted + share:
            approve(town.street, left, share // len(town.street.lots) + 1, rng)
        # Kills follow the work, so that each meets another part of it; there is always more of it waiting.
        town.until(lambda wanted=wanted: town.count("sales") >= wanted)  # type: ignore[misc]
        town.thaw(ASLEEP)
        kind, place = rng.random(), rng.randrange(PROCESSES)
        if kind < 0.25 or number == kills // 2:
            town.server.kill()
            town.server.start()
            figures.postgres_kills += 1
        elif kind < 0.35 and can_freeze and not town.frozen:
            town.freeze(place)
            figures.freezes += 1
        else:
            town.kill(place)
            figures.kills += 1


def approve(street: Street, left: dict[str, int], count: int, rng: Random) -> None:
    """Approve some more documents at half of the hotels."""
    for lot in rng.sample(street.lots, len(street.lots) // 2 + 1):
        approve_at(lot, left, count)


def approve_at(lot: Lot, left: dict[str, int], count: int) -> None:
    count = min(count, left[lot.key])
    if count:
        asyncio.run(lot.desk.approve(count))
        left[lot.key] -= count


def judge(town: Town, figures: Figures) -> None:
    """Compare the books of both systems, and each ledger's rows with what its events tell."""
    for lot in town.street.lots:
        books = asyncio.run(lot.desk.books())
        figures.lost += len(books["lost"])
        figures.doubled += len(books["doubled"])
        figures.wrong += len(books["wrong"]) + len(books["foreign"]) + len(books["early_notes"])
        assert books["pms_total"] == books["pymes_total"] != "0"
        reader = LedgerReader(town.server.ledger_of(lot.schema), SystemClock())
        try:
            keys = [row.key for row in reader.page(0, 1_000_000)]
            stories = {key: list(reader.timeline(key)) for key in keys}
        finally:
            reader.close()
        with Ledger(town.server.ledger_of(lot.schema), SystemClock()) as ledger:
            figures.proven += ledger.counts().proven
            assert {entry.key: entry.journey for entry in ledger.entries(keys)} == {
                key: rebuild(story) for key, story in stories.items()
            }
    figures.posts = town.count("requests", f"method = 'POST' AND path LIKE '%{SENDS}'")
