"""The page Resumen over a large ledger: the panel built, first painted, read, and what kept the loop waiting meanwhile.

By hand: ``python tests/bench/bench_overview.py [rows] [--where]`` (Xvfb, or QT_QPA_PLATFORM=offscreen). ``--where``
says what the long turns were busy with. The ledger is that of ``bench_documents``.
"""

import asyncio
import gc
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from app.connectors.profile import NOWHERE, load_profile
from app.model.documents import Family
from app.model.numbering import NumberingProof, System, prove
from app.sync.ledger_reader import LedgerReader
from app.sync.watch import glance
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault
from tests.bench.bench_documents import fail, go_on, ledger_of, say, until
from tests.support.panel import NOW, HandClock, numbering, status
from tests.support.stalls import Stalls
from ui.context import Context
from ui.loop import new_loop
from ui.measure import memory_bytes
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import dress


def proven(family: Family, *systems: System) -> NumberingProof:
    """Return a proof of a range that holds every number of the ledger."""
    return prove(family, [numbering(one, family, last=10_000_000) for one in systems], NOW, NOW.date())


_PROOFS = (
    proven(Family.FACTURA, System.PMS, System.PYMES, System.DIAN),
    proven(Family.NOTA_CREDITO, System.PMS, System.PYMES),
)


class Painted(QObject):
    """Notes when a window was painted first."""

    def __init__(self, window: PanelWindow) -> None:
        super().__init__()
        self.at = 0.0
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and not self.at:
            self.at = time.perf_counter()
        return False


def asked(reader: LedgerReader, now: datetime) -> None:
    """Print what the questions of the page cost, without any window."""
    today = (now - timedelta(hours=5)).date()
    midnight = datetime(today.year, today.month, today.day, 5, tzinfo=UTC)
    for name, question in (
        ("last documents", lambda: reader.page(0, 7)),
        ("thirty days", lambda: reader.days(today - timedelta(days=29), today)),
        ("yesterday", lambda: reader.happened(midnight - timedelta(days=1), midnight)),
        ("held by cause", reader.held_causes),
        ("ranges and forecast", lambda: glance(reader, _PROOFS, now)),
    ):
        started = time.perf_counter()
        question()
        say(f"  {name}: {(time.perf_counter() - started) * 1000:.1f} ms")


def main() -> None:
    rows = next((int(one) for one in sys.argv[1:] if one.isdigit()), 1_000_000)
    if hasattr(os, "getloadavg"):
        say(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    path = ledger_of(rows)
    app = QApplication(sys.argv)
    dress(app)
    loop = new_loop(app)
    asyncio.events._set_running_loop(loop)
    sys.setswitchinterval(0.001)  # as the program has it
    clock = HandClock(datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=4 * rows))
    reader = LedgerReader(path, clock)
    asked(reader, clock.now())
    with tempfile.TemporaryDirectory() as home:
        context = Context(
            paths=Paths.under(Path(home)).ensure(),
            settings=Settings(),
            profile=load_profile("sandbox", NOWHERE),
            vault=SessionVault("bench"),
            clock=clock,
        )
        stands = status(at=clock.now(), proven_at=clock.now(), proofs=_PROOFS, counts=reader.counts())
        gc.disable()  # as the program does, which collects between two turns
        started = time.perf_counter()
        window = PanelWindow(context, stands, fail)
        built = time.perf_counter()
        painted = Painted(window)
        stalls = Stalls(where="--where" in sys.argv)
        window.open(reader)
        window.show()
        until(lambda: painted.at > 0)
        say(f"built {(built - started) * 1000:.0f} ms; painted {(painted.at - built) * 1000:.0f} ms after that")
        tell("until the first painting", stalls)
        went = until(lambda: bool(window.overview.chart.bars._days))
        say(f"chart and gauges {went * 1000:.0f} ms after the first painting")
        go_on(0.5)
        tell("after it", stalls)
        for page in (*(one for one in Page if one in window._navigation), Page.OVERVIEW):
            started = time.perf_counter()
            window.go_to(page)
            turned = time.perf_counter() - started
            go_on(0.4)
            tell(f"to «{page.value}» (the click {turned * 1000:.0f} ms)", stalls)
    say(f"memory {memory_bytes() / 2**20:.0f} MB")
    sys.stdout.flush()
    os._exit(0)  # nothing is worth waiting for


def tell(what: str, stalls: Stalls) -> None:
    say(
        f"{what}: longest stall {max(stalls.gaps, default=0) * 1000:.0f} ms,"
        f" {max(stalls.work, default=0) * 1000:.0f} ms of the processor"
    )
    for place, times in stalls.busy_with.most_common(8):
        say(f"    {times:3d} {place}")
    stalls.forget()


if __name__ == "__main__":
    main()
