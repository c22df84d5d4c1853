"""The page of documents over a million rows: opening, typing, sorting, scrolling, beside bare reads of the same file.

By hand: ``xvfb-run python tests/bench/bench_documents.py [rows]`` (or QT_QPA_PLATFORM=offscreen). The ledger is made
once and kept under the folder of temporary files.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.connectors.profile import NOWHERE, load_profile
from app.model.clock import SystemClock
from app.model.listing import Listing, Order
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault
from tests.support.panel import BUYERS, TYPES, document, status
from tests.support.stalls import Stalls
from ui.context import Context
from ui.loop import new_loop
from ui.panel.documents import DocumentsPage
from ui.theme import dress

_FRAME = 0.016
_STATES = ("proven",) * 95 + ("held", "held", "in-doubt", "seen", "conflict")


def make(path: Path, rows: int) -> None:
    """Fill a ledger's own tables, with its triggers at work."""
    Ledger(path, SystemClock()).close()
    template = document(1).model_dump_json()
    start = datetime(2019, 1, 1, tzinfo=UTC)

    def values() -> Iterator[tuple[object, ...]]:
        for number in range(1, rows + 1):
            kind, prefix = TYPES[number % len(TYPES)]
            at = (start + timedelta(minutes=4 * number)).isoformat(timespec="microseconds")
            state = _STATES[number * 7919 % 100]
            family = kind.family.value
            name = f"{BUYERS[number % len(BUYERS)].name} {number % 9973}"
            nit = str(800_000_000 + number * 7919 % 99_999_999)
            total = f"{(number * 104_729) % 9_000_000 + 20_000}.50"
            cause = {"held": "refused-by-pymes", "conflict": "differs-in-pymes"}.get(state)
            yield (
                *(
                    f"900508908/{family}/{prefix}/{number}",
                    number,
                    family,
                    prefix,
                    number,
                    f"{prefix}{number}",
                    at,
                    name,
                ),
                *(
                    nit,
                    "COP",
                    total,
                    f"{number:064x}",
                    template,
                    at,
                    state,
                    cause,
                    "{}",
                    at if state == "proven" else None,
                ),
            )

    columns = (
        "key, position, family, prefix, number, full_number, issued_at, counterparty, counterparty_id, currency,"
        " payable, digest, body, seen_at, state, cause, detail, proven_at"
    )
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-400000")
        marks = ", ".join("?" * 18)
        raw.executemany(f"INSERT INTO documents ({columns}) VALUES ({marks})", values())
        raw.execute("INSERT INTO search(search) VALUES ('optimize')")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ledger_of(rows: int) -> Path:
    """Return the ledger of so many rows, made where there is none yet."""
    path = Path(tempfile.gettempdir()) / f"botones-bench-{rows}-0005.sqlite3"
    if not path.exists():
        started = time.perf_counter()
        make(path, rows)
        say(
            f"ledger of {rows:,} rows made in {time.perf_counter() - started:.0f} s, {path.stat().st_size / 1e6:.0f} MB"
        )
    return path


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(error: BaseException) -> None:
    raise error


def until(condition: Callable[[], bool], seconds: float = 60) -> float:
    """Let Qt go on until ``condition``, and return the seconds."""
    started = time.perf_counter()
    while not condition():
        QApplication.processEvents()
        if time.perf_counter() - started > seconds:
            raise TimeoutError
    return time.perf_counter() - started


def go_on(seconds: float) -> None:
    """Let Qt go on for so long, as a person does who looks or types."""
    end = time.perf_counter() + seconds
    until(lambda: time.perf_counter() >= end)


class Paints(QObject):
    """Measures what one painting of the list takes, model and delegate included."""

    def __init__(self, page: DocumentsPage) -> None:
        super().__init__()
        self._page = page
        self.frames: list[float] = []
        self.work: list[float] = []
        """The same in time of the processor, which other programs on the machine do not lengthen."""

    def frame(self, value: int) -> None:
        """Scroll and paint, as one turn of the loop does."""
        started, worked = time.perf_counter(), time.thread_time()
        self._page.table.verticalScrollBar().setValue(value)
        self._page.table.viewport().repaint()
        self.frames.append(time.perf_counter() - started)
        self.work.append(time.thread_time() - worked)


def bare(path: Path, statement: str, *values: object) -> float:
    """Return the seconds of a read with nothing around it, the median of seven."""
    with closing(sqlite3.connect(path)) as raw:
        taken = []
        for _ in range(7):
            started = time.perf_counter()
            raw.execute(statement, values).fetchall()
            taken.append(time.perf_counter() - started)
    return median(taken)


def asked(reader: LedgerReader) -> None:
    """Print what the questions cost that the page puts, without any window."""
    half = reader.count() // 2
    for name, listing, offset in (
        ("first page, newest", Listing(), 0),
        ("a page in the middle, newest", Listing(), half),
        ("a page in the middle, by amount", Listing(order=Order.AMOUNT), half),
        ("a page in the middle, by name", Listing(order=Order.COUNTERPARTY), half),
        ("proven, first page by amount", Listing(states=("proven",), order=Order.AMOUNT), 0),  # type: ignore[arg-type]
        ("proven, in the middle by amount", Listing(states=("proven",), order=Order.AMOUNT), half),  # type: ignore[arg-type]
        ("held, first page by amount", Listing(states=("held",), order=Order.AMOUNT), 0),  # type: ignore[arg-type]
        ("«muller», first page", Listing(text="muller"), 0),
        ("«muller», first page by amount", Listing(text="muller", order=Order.AMOUNT), 0),
        ("«FE», first page", Listing(text="FE"), 0),
        ("«FEHT9999», first page", Listing(text="FEHT9999"), 0),
        ("«1.234.5», first page", Listing(text="1.234.5"), 0),
    ):
        taken = []
        for _ in range(3):
            started = time.perf_counter()
            reader.page(offset, 100, listing)
            taken.append(time.perf_counter() - started)
        started = time.perf_counter()
        count = reader.count(listing)
        counted = time.perf_counter() - started
        say(f"  {name}: {median(taken) * 1000:.1f} ms; to count {count:,}: {counted * 1000:.1f} ms")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if hasattr(os, "getloadavg"):
        say(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    path = ledger_of(rows)
    app = QApplication(sys.argv)
    dress(app)
    loop = new_loop(app)
    asyncio.events._set_running_loop(loop)
    reader = LedgerReader(path, SystemClock())
    asked(reader)
    with tempfile.TemporaryDirectory() as home:
        context = Context(
            paths=Paths.under(Path(home)).ensure(),
            settings=Settings(),
            profile=load_profile("sandbox", NOWHERE),
            vault=SessionVault("bench"),
            clock=SystemClock(),
        )
        watch(DocumentsPage(context, fail), reader, path, rows)
    sys.stdout.flush()
    os._exit(0)  # nothing is worth waiting for


def watch(page: DocumentsPage, reader: LedgerReader, path: Path, rows: int) -> None:
    page.resize(1000, 760)
    page.draw(status(counts=reader.counts()))
    page.show()
    go_on(0.2)
    stalls = Stalls()
    page.open(reader)
    model, bar = page.model, page.table.verticalScrollBar()
    first = until(lambda: model.shown_row(0) is not None)
    counted = first + until(lambda: model.rowCount() == rows)
    go_on(0.2)
    plain = bare(path, "SELECT * FROM documents ORDER BY rowid DESC LIMIT 100")
    say(f"opening: first rows {first * 1000:.0f} ms, counted {counted * 1000:.0f} ms; bare read {plain * 1000:.1f} ms,")
    say(f"  {first / plain:.1f} times that; longest stall {max(stalls.gaps) * 1000:.1f} ms")

    for words in ("mul", "muller 12", "FEHT99", "1.234.5"):
        stalls.forget()
        began = len(stalls.gaps)
        seen: list[float] = []
        started = time.perf_counter()
        model.modelReset.connect(lambda started=started, seen=seen: seen.append(time.perf_counter() - started))
        for end in range(1, len(words) + 1):
            page.search.setText(words[:end])
            go_on(0.06)  # a fast typist
        typed = time.perf_counter() - started
        until(lambda words=words: model.listing.text == words and not model._beginning)
        shown = seen[-1] - typed
        model.modelReset.disconnect()
        model.modelReset.connect(page._after_reset)
        go_on(0.3)
        gaps = stalls.gaps[began:]
        say(
            f"typing «{words}»: first rows {shown * 1000:.0f} ms after the last letter (120 ms of them waited for the"
            f" next); longest stall {max(gaps) * 1000:.1f} ms, p95 of a turn {quantiles(gaps, n=20)[-1] * 1000:.2f} ms"
        )
    page.search.clear()
    until(lambda: model.listing == Listing() and model.rowCount() == rows)

    for name, step in (("by the wheel", 162), ("by pages", 700), ("dragged far", bar.maximum() // 173)):
        paints = Paints(page)
        stalls.forget()
        value = bar.maximum() // 3 if name != "dragged far" else 0
        for _ in range(170):
            value += step
            paints.frame(value)
            go_on(0.008)
        waited = until(lambda: model.shown_row(page.table.rowAt(5)) is not None)
        p95 = quantiles(paints.frames, n=20)[-1]
        say(
            f"scrolling {name}: p95 of a frame {p95 * 1000:.1f} ms ({p95 / _FRAME:.2f} of 16 ms),"
            f" {quantiles(paints.work, n=20)[-1] * 1000:.1f} ms of the processor; longest"
            f" {max(paints.frames) * 1000:.1f} ms; longest stall {max(stalls.gaps) * 1000:.1f} ms;"
            f" rows there {waited * 1000:.0f} ms after the last"
        )


if __name__ == "__main__":
    main()
