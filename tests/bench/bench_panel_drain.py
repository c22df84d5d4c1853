"""The longest stall of the panel while a backlog drains: the real service on its thread beside the real window.

By hand: ``python tests/bench/bench_panel_drain.py [documents] [--where]`` (Xvfb, or QT_QPA_PLATFORM=offscreen).
``--where`` says what turns of more than a frame were busy with. Half of the backlog is watched on Resumen, half on
Documentos, and each turn of the loop counts.
"""

import asyncio
import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtWidgets import QApplication

from app.model.clock import SystemClock
from app.model.documents import Family
from app.model.status import Status
from app.sandbox.practice import Practice
from app.sync.ledger_reader import LedgerReader
from app.sync.service import Service
from app.system.paths import Paths
from tests.bench.bench_documents import fail, go_on, say, until
from tests.support.bridge import bridge_to
from tests.support.stalls import Stalls
from ui.context import Context
from ui.garbage import GarbageKeeper
from ui.host import EngineHost
from ui.loop import new_loop
from ui.measure import memory_bytes
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import dress


def main() -> None:
    count = next((int(one) for one in sys.argv[1:] if one.isdigit()), 20_000)
    if hasattr(os, "getloadavg"):
        say(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    sys.setswitchinterval(0.001)  # as the program has it
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths.under(Path(folder)).ensure()
        with Practice.start(paths.sandbox, push_delay=0.0) as practice:
            bridge = asyncio.run(bridge_to(practice, paths.ledger("sandbox")))
            asyncio.run(practice.approve(count, [Family.FACTURA]))
            app = QApplication(sys.argv)
            dress(app)
            loop = new_loop(app)
            asyncio.events._set_running_loop(loop)
            context = Context(
                paths=paths, settings=bridge.settings, profile=bridge.profile, vault=bridge.vault, clock=SystemClock()
            )
            keeper = GarbageKeeper(app)
            window = PanelWindow(context, Status(at=SystemClock().now()), fail)
            newest: list[Status] = []

            def hear(status: Status) -> None:
                if not newest:
                    window.open(LedgerReader(bridge.path, context.clock))
                newest.append(status)
                del newest[:-1]
                window.draw(status)

            host = EngineHost(
                lambda publish: Service(
                    paths=paths,
                    settings=bridge.settings,
                    profile=bridge.profile,
                    vault=bridge.vault,
                    clock=context.clock,
                    publish=publish,
                )
            )
            host.status_changed.connect(hear)
            host.failed.connect(fail)
            window.show()
            go_on(1.0)
            gc.collect()
            stalls = Stalls(where="--where" in sys.argv)
            started = time.perf_counter()
            host.start()
            done = 0
            for page, share in ((Page.OVERVIEW, count // 2), (Page.DOCUMENTS, count)):
                window.go_to(page)
                go_on(0.5)
                stalls.forget()
                taken = until(lambda share=share: bool(newest) and newest[0].counts.proven >= share, seconds=7_200)
                tell(page, stalls, (share - done) / taken)
                done = share
            say(f"{count:,} documents in {time.perf_counter() - started:.0f} s; memory {memory_bytes() / 2**20:.0f} MB")
            host.stop()
            until(lambda: not host.is_running)
            del keeper
            sys.stdout.flush()
    os._exit(0)  # nothing is worth waiting for


def tell(page: Page, stalls: Stalls, pace: float) -> None:
    stalls_ms, work_ms = ([1000 * one for one in some] for some in (stalls.gaps, stalls.work))
    say(
        f"on «{page.value}», {pace:.0f} documents a second: longest stall {max(stalls_ms):.1f} ms,"
        f" {max(work_ms):.1f} ms of the processor; p95 {quantiles(stalls_ms, n=20)[-1]:.2f} ms;"
        f" turns over 16 ms: {sum(one > 16 for one in stalls_ms)} of {len(stalls_ms):,}"
    )
    for place, times in stalls.busy_with.most_common(10):
        say(f"    {times:4d} {place}")


if __name__ == "__main__":
    main()
