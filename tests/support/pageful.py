"""Every page of the panel on a ledger with documents in every state, stop by stop, to be measured.

``python -m tests.support.pageful`` measures them at the scale that ``QT_SCALE_FACTOR`` says, and prints what is
wrong; Qt takes another scale only when a program starts.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app import texts
from app.connectors.profile import NOWHERE, load_profile
from app.model.causes import Cause
from app.model.errors import Failure
from app.model.hotels import Seen
from app.model.journey import State
from app.model.reconciliation import Side
from app.model.status import Status, Trouble
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault
from app.texts.help import cause_topic
from tests.app.test_reconciliation import record
from tests.support.layout import faults
from tests.support.month import reconciled
from tests.support.panel import NOW, HandClock, filled, proof, status
from tests.support.stretched import stretched
from tests.support.turning import turn, until
from ui.context import Context
from ui.crash import CrashWindow
from ui.loop import new_loop
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import dress

SIZES = ((1024, 600), (1366, 768))
"""In pixels of the screen's scale: a small notebook, and what most front desks have."""

_LIMIT_SECONDS = 60.0
_LAYS_OUT_SECONDS = 2.0
"""Of the processor: on a busy machine the clock says nothing."""

Wait = Callable[[Callable[[], object]], None]


def trouble() -> Status:
    """Return a Status in which something keeps the engine from working, and a range differs."""
    return status(
        proofs=(proof(prefix="FEHX"),),
        trouble=Trouble(
            failure=Failure.TOKEN, system="pymes", messages=("Unauthorized",), since=NOW, needs_a_person=True
        ),
    )


def panel_with_everything(context: Context, reader: LedgerReader) -> PanelWindow:
    """Build the panel as it is where much is to be said: two hotels, documents in every state, no lasting vault."""
    panel = PanelWindow(context, status(counts=reader.counts()), _raise)
    panel.open(reader)
    panel.tell_vault(False)
    other = Seen(key="other", name="Hotel Boutique El Balcón de la Bahía de Cartagena", status=trouble())
    own = Seen(key=context.settings.key, name="Hotel de práctica", status=status())
    panel.draw_hotels((own, other))
    return panel


def stops(panel: PanelWindow, wait: Wait) -> Iterator[tuple[str, QWidget]]:
    """Go from stop to stop; each gives its name and the window to look at."""
    for page in Page:
        panel.go_to(page)
        QApplication.processEvents()
        if page is Page.DRILLS:
            wait(lambda: len(panel._shown[Page.DRILLS].rows) > 30)  # type: ignore[attr-defined]
        if page is Page.SETTINGS:
            wait(lambda: panel.settings.is_whole)
        yield page.value, panel
    panel.go_to(Page.DOCUMENTS)
    model = panel.documents.model
    wait(lambda: model.row(model.index(2, 0)) is not None)
    for state in (State.CONFLICT, State.PROVEN, State.HELD):
        rows = [n for n in range(40) if (row := model.row(model.index(n, 0))) is not None and row.state is state]
        panel.documents.table.setCurrentIndex(model.index(rows[0], 0))
        wait(lambda state=state: (whole := panel.documents.detail.shown) is not None and whole.row.state is state)
        yield f"documents, {state.value}", panel
    panel.documents.close_detail()
    panel.go_to(Page.RECONCILIATION)
    panel.reconciliation._show(
        reconciled(
            [record(Side.PMS, 1), record(Side.PMS, 2), record(Side.PMS, 3)],
            [record(Side.PYMES, 1), record(Side.PYMES, 2, day=NOW.date())],
            [record(Side.DIAN, 1), record(Side.DIAN, 3)],
        )
    )
    yield "reconciliation, result", panel
    for topic in (cause_topic(Cause.DIFFERS_IN_PYMES),):
        panel.show_help(topic)
        yield "help, cause", panel
    before = panel._status
    for page in (Page.OVERVIEW, Page.NUMBERING, Page.PENDING):
        panel.go_to(page)
        panel.draw(trouble())
        yield f"{page.value}, trouble", panel
    panel.draw(before)
    crash = CrashWindow()
    crash.tell("Traceback (most recent call last):\n" * 9, goes_on=False)
    yield "crash", crash
    crash.close()


def measured(panel: PanelWindow, wait: Wait, size: tuple[int, int]) -> dict[str, list[str]]:
    """Return what is wrong at each stop in a window of this size."""
    panel.show()
    found: dict[str, list[str]] = {}
    for name, window in stops(panel, wait):
        panel.resize(*size)
        window.resize(min(window.width(), size[0]), min(window.height(), size[1]))
        for wrong in lasting_faults(window):
            found.setdefault(name, []).append(wrong)
        if (window.width(), window.height()) > size:
            found.setdefault(name, []).append(f"is {window.width()}×{window.height()}, the screen {size}")
    return found


def lasting_faults(window: QWidget) -> list[str]:
    """Return what is still wrong after Qt has had its time to lay everything out."""
    end = time.process_time() + _LAYS_OUT_SECONDS
    while (found := faults(window)) and time.process_time() < end:
        turn(50)
    return found


def surrounded(home: Path) -> Context:
    """Return the surroundings of a panel on the practice hotel, which is not there."""
    return Context(
        paths=Paths.under(home).ensure(),
        settings=Settings(),
        profile=load_profile("sandbox", NOWHERE),
        vault=SessionVault("test"),
        clock=HandClock(),
    )


def _raise(error: BaseException) -> None:
    raise error


def main() -> int:
    """Measure the pages with longer texts at the scale of the surroundings, and print a line for each fault."""
    app = QApplication(["botones"])
    dress(app).choose(False)
    loop = new_loop(app)
    asyncio.events._set_running_loop(loop)

    with tempfile.TemporaryDirectory() as place, filled(Path(place), 40) as reader, stretched():
        texts.speak("es")
        panel = panel_with_everything(surrounded(Path(place) / "home"), reader)
        found = measured(panel, lambda condition: until(condition, _LIMIT_SECONDS), SIZES[0])
        sys.stdout.write(f"scale {panel.devicePixelRatio():g}\n")
        for name, wrongs in found.items():
            for wrong in wrongs:
                sys.stdout.write(f"{name}: {wrong}\n")
        panel.may_close = True
        panel.close()
    asyncio.events._set_running_loop(None)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
