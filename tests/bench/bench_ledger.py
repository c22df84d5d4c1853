"""What an event costs in the ledger: against bare sqlite3 commits with the same settings, in a small and a large file.

By hand: ``python tests/bench/bench_ledger.py [rows]``. The ratios tell whether the cost stays flat as it grows.
"""

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.source import ApprovedDocument
from app.model.clock import SystemClock
from app.model.journey import Event, EventKind
from app.sync.ledger import Ledger
from tests.support.panel import document

SMALL = 1_000
COMMITS = 400
BATCH = 100


def fill(ledger: Ledger, rows: int) -> None:
    for first in range(1, rows + 1, 5_000):
        page = [
            ApprovedDocument(position=number, document=document(number), label="")
            for number in range(first, min(first + 5_000, rows + 1))
        ]
        ledger.record_seen(page, page[-1].position)


def settle(path: Path) -> None:
    """Let all but the last hundred documents be proven, as in a ledger of some months."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE documents SET state = 'proven', adopted = position % 7 = 0, proven_at = seen_at"
            " WHERE position <= (SELECT MAX(position) FROM documents) - 100"
        )
        connection.commit()


def events(ledger: Ledger, rows: int, together: int) -> float:
    """Return seconds for one commit of ``together`` events, among ``rows`` documents."""
    now = datetime.now(UTC)
    looked = Event(kind=EventKind.LOOKED, at=now, due_at=now)
    keys = [str(document(rows - number % 100).key) for number in range(together * 50)]
    times = COMMITS if together == 1 else COMMITS // 20
    started = time.perf_counter()
    for number in range(times):
        start = number * together % (len(keys) - together + 1)
        ledger.append([(key, looked) for key in keys[start : start + together]])
    return (time.perf_counter() - started) / times


def bare(folder: Path, together: int) -> float:
    """Return seconds for one commit that updates a row and adds another, ``together`` times."""
    connection = sqlite3.connect(folder / f"bare-{together}.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE documents (key TEXT PRIMARY KEY, state TEXT)")
    connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, key TEXT, data TEXT)")
    connection.executemany("INSERT INTO documents VALUES (?, 'seen')", [(str(n),) for n in range(SMALL)])
    times = COMMITS if together == 1 else COMMITS // 20
    started = time.perf_counter()
    for _ in range(times):
        connection.execute("BEGIN IMMEDIATE")
        for number in range(together):
            connection.execute("UPDATE documents SET state = 'looked' WHERE key = ?", (str(number % SMALL),))
            connection.execute("INSERT INTO events (key, data) VALUES (?, '{}')", (str(number % SMALL),))
        connection.execute("COMMIT")
    elapsed = (time.perf_counter() - started) / times
    connection.close()
    return elapsed


def seeing(ledger: Ledger, rows: int) -> float:
    """Return seconds for one commit of new documents, indexes and full text with them."""
    times = 20
    pages = [
        [
            ApprovedDocument(position=number, document=document(number), label="")
            for number in range(first, first + BATCH)
        ]
        for first in range(rows + 1, rows + 1 + times * BATCH, BATCH)
    ]
    started = time.perf_counter()
    for page in pages:
        ledger.record_seen(page, page[-1].position)
    return (time.perf_counter() - started) / times


def counting(ledger: Ledger) -> float:
    started = time.perf_counter()
    for _ in range(20):
        ledger.counts()
    return (time.perf_counter() - started) / 20


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    large = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    found: dict[tuple[int, str], float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = {together: bare(folder, together) for together in (1, BATCH)}
        for rows in (SMALL, large):
            with Ledger(folder / f"{rows}.sqlite3", SystemClock()) as ledger:
                fill(ledger, rows)
            settle(folder / f"{rows}.sqlite3")
            with Ledger(folder / f"{rows}.sqlite3", SystemClock()) as ledger:
                for together in (1, BATCH):
                    found[rows, f"{together} a commit"] = events(ledger, rows, together)
                found[rows, f"{BATCH} new a commit"] = seeing(ledger, rows)
                found[rows, "counts()"] = counting(ledger)
        for (rows, what), seconds in found.items():
            say(f"ledger of {rows:,}: {what}: {seconds * 1000:.2f} ms")
        for what in ("1 a commit", f"{BATCH} a commit", f"{BATCH} new a commit", "counts()"):
            say(f"{what}: {large:,} rows cost {found[large, what] / found[SMALL, what]:.2f} of {SMALL:,} rows")
        for together, seconds in plain.items():
            ratio = found[SMALL, f"{together} a commit"] / seconds
            say(f"{together} a commit: bare sqlite3 {seconds * 1000:.2f} ms, the ledger takes {ratio:.2f} times that")


if __name__ == "__main__":
    main()
