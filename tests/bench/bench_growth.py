"""What a cycle's work in the ledger costs per document as the ledger grows, all sizes in one run.

By hand: ``python tests/bench/bench_growth.py [rows …]``. The large ledgers are written past the ledger's own code, for
it would take an hour; what is measured is that code alone.
"""

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import SystemClock
from app.model.journey import Event, EventKind, State
from app.storage.backup import back_up, is_due
from app.storage.database import check_whole
from app.sync.arrival import columns_of
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import document

SIZES = (1_000, 100_000, 1_000_000)
PER_DAY = 1_000
BATCH = 50
ROUNDS = 25
OPEN = 100
"""Held documents that every cycle walks through."""


def template(number: int) -> dict[str, object]:
    one = document(number)
    return columns_of(ApprovedDocument(position=number, document=one, label=one.full_number))


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Yield proven documents of many days, and a hundred held ones at the end."""
    kind = template(1)
    body = str(kind["body"])
    last = datetime.now(UTC)
    for number in range(1, count + 1):
        day = (last - timedelta(days=1 + (count - number) // PER_DAY)).isoformat(timespec="microseconds")
        held = number > count - OPEN
        state = ("held", Cause.BREAKS_RULE.value, None) if held else ("proven", None, day)
        yield (
            *(f"900508908/factura/OLD/{number}", number, "factura", "OLD", number, f"OLD{number}", day),
            *(kind["counterparty"], kind["counterparty_id"], "COP", "214200.00", f"{number:064x}", body, day),
            *(state[0], state[1], "{}", 1, 0, number % 7 == 0, f"v-{number}", None, day, state[2]),
        )


def grow(path: Path, count: int) -> None:
    Ledger(path, SystemClock()).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.executemany(f"INSERT INTO documents VALUES ({','.join('?' * 24)})", rows(count))
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        kinds = (EventKind.SEEN, EventKind.INTENT, EventKind.ANSWERED, EventKind.PROVEN)
        raw.executemany(
            "INSERT INTO events (key, kind, at, data) VALUES (?, ?, ?, ?)",
            (
                (f"900508908/factura/OLD/{number}", kind, at, json.dumps({"sale": f"v-{number}"}))
                for number in range(1, count + 1)
                for kind in kinds
            ),
        )
        raw.execute("INSERT OR REPLACE INTO facts VALUES ('pms-position', ?)", (str(count),))
        raw.commit()


def cycle(ledger: Ledger, first: int) -> None:
    """Do what a cycle does in the ledger for one batch of new documents, from seen to proven."""
    new = [document(2_000_000 + number) for number in range(first, first + BATCH)]
    keys = [str(one.key) for one in new]
    position = ledger.position()
    rows = [
        ApprovedDocument(position=position + 1 + number, document=one, label=one.full_number)
        for number, one in enumerate(new)
    ]
    ledger.record_seen(rows, position + BATCH)
    ledger.counts()
    now = datetime.now(UTC)
    assert len(ledger.due(State.SEEN, BATCH, now)) == BATCH
    for state in (State.SENT, State.IN_DOUBT, State.CONFLICT, State.MISSING):
        ledger.due(state, BATCH, now)
    ledger.held_for([Cause.NUMBERING_DIFFERS, Cause.WAITS_FOR_INVOICE], 200)
    for kind in (EventKind.INTENT, EventKind.ANSWERED):
        ledger.append((key, Event(kind=kind, at=now, data={"sale": "v"})) for key in keys)
    ledger.entries(keys)
    ledger.append((key, Event(kind=EventKind.PROVEN, at=now, data={"sale": "v"})) for key in keys)
    ledger.counts()
    ledger.next_due()


Act = Callable[[int], object]


def in_turn(acts: dict[int, Act], times: int) -> dict[int, float]:
    """Return the median seconds of each size; taken in turn, for whatever else the machine does meets all alike."""
    taken: dict[int, list[float]] = {size: [] for size in acts}
    for turn in range(times):
        for size, act in acts.items():
            started = time.perf_counter()
            act(turn)
            taken[size].append(time.perf_counter() - started)
    return {size: median(seconds) for size, seconds in taken.items()}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def alone(number: int) -> list[ApprovedDocument]:
    return [ApprovedDocument(None, document(3_000_000 + number), label="x")]


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        paths = {size: Path(name) / str(size) / "ledger.sqlite3" for size in sizes}
        for size, path in paths.items():
            path.parent.mkdir()
            grow(path, size)
            say(f"{size:,} rows: {path.stat().st_size / 1e6:,.0f} MB")

        def compare(what: str, act: Callable[[int, int], object], times: int, per: int = 1) -> None:
            found = in_turn({size: partial(act, size) for size in sizes}, times)
            ratios = ", ".join(
                f"{seconds / per * 1000:.3f} ms ({seconds / found[sizes[0]]:.2f})" for seconds in found.values()
            )
            say(f"{what}: {ratios}")

        compare("opening (quick_check)", lambda size, _: Ledger(paths[size], clock).close(), 1)
        ledgers = {size: stack.enter_context(Ledger(path, clock)) for size, path in paths.items()}
        for ledger in ledgers.values():
            cycle(ledger, ROUNDS * BATCH)
        compare("a cycle, per document", lambda size, turn: cycle(ledgers[size], turn * BATCH), ROUNDS, BATCH)
        compare("one row without a place", lambda size, turn: ledgers[size].record_seen(alone(turn)), ROUNDS)
        compare("counts()", lambda size, _: ledgers[size].counts(), 50)
        compare("due()", lambda size, _: ledgers[size].due(State.SEEN, BATCH, clock.now()), 50)
        compare("next_due()", lambda size, _: ledgers[size].next_due(), 50)
        compare("a commit alone", lambda size, _: ledgers[size].write_a_mark(), 50)
        readers = {size: LedgerReader(path, clock) for size, path in paths.items()}
        compare("first page of the panel", lambda size, _: readers[size].page(0, 100), 20)
        compare("is a backup due?", lambda size, _: is_due(paths[size], clock.now()), 50)
        compare("a backup, checked", lambda size, _: back_up(paths[size], clock.now()), 1)
        compare("a full check", lambda size, _: check_whole(paths[size]), 1)


if __name__ == "__main__":
    main()
