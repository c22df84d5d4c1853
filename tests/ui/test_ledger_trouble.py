"""What the window does when the ledger is damaged, held or gone: it heals or waits, says so, and never crashes."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.model.errors import Failure
from app.model.status import Mood, Rebuild, Status, Trouble
from app.storage import database
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from app.system.settings import Settings
from app.texts.status import sentence
from tests.support.harm import do_harm
from tests.support.panel import NOW, HandClock, fill, status
from ui.context import Context
from ui.main import Program
from ui.panel.window import PanelWindow
from ui.parts import Banner
from ui.preparation import NotPrepared, _heal_ledger
from ui.theme import Theme

HOLD = (
    "import sqlite3, sys\nraw = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "raw.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nsys.stdin.read()"
)


def ledger_of(context: Context) -> Path:
    return context.paths.ledger(context.settings.profile)


def test_a_damaged_ledger_is_healed_at_the_opening(context: Context, clock: HandClock) -> None:
    path = ledger_of(context)
    fill(path, 20, clock)
    do_harm(path, "scrambled")
    _heal_ledger(context)
    with Ledger(path, clock) as ledger:
        assert ledger.rebuild is not None and ledger.rebuild.aside is not None
        assert Path(ledger.rebuild.aside).exists()


def test_a_ledger_of_a_newer_program_is_refused_with_its_way_out(context: Context, clock: HandClock) -> None:
    path = ledger_of(context)
    fill(path, 1, clock)
    with Ledger(path, clock) as ledger, ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotPrepared) as told:
        _heal_ledger(context)
    assert "más nueva" in told.value.title


def test_a_ledger_that_another_program_holds_keeps_only_the_wizard_waiting(
    context: Context, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = ledger_of(context)
    Ledger(path, clock).close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(NotPrepared) as told:
            _heal_ledger(context)
        assert "ocupado" in told.value.title
        monkeypatch.setattr("ui.preparation.read_flow", lambda _context: type("Flow", (), {"is_finished": True}))
        _heal_ledger(context)  # the engine tries again by itself and says so
        holder.stdin.close()


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


@pytest.fixture
def panel(qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context) -> Iterator[PanelWindow]:
    errors: list[BaseException] = []
    panel = PanelWindow(context, status(), errors.append)
    panel.show()
    yield panel
    panel.may_close = True
    panel.close()
    panel.deleteLater()
    assert errors == []


def test_a_ledger_that_is_being_rebuilt_is_said_with_the_place_of_the_old_file(
    qtbot: QtBot, panel: PanelWindow
) -> None:
    drawn = status(rebuild=Rebuild(since=NOW, aside="/home/x/ledger.damaged-1.sqlite3", backup_at=NOW))
    panel.draw(drawn)
    said = words_in(panel.overview)
    for expected in ("se está rehaciendo", "Nada se envía", "/home/x/ledger.damaged-1.sqlite3", "Se puso la copia"):
        assert expected in said
    assert drawn.mood(NOW) is Mood.ATTENTION
    assert "se está rehaciendo" in sentence(drawn, NOW)


def test_for_a_full_disk_nobody_is_sent_to_the_wizard(qtbot: QtBot, panel: PanelWindow) -> None:
    trouble = Trouble(failure=Failure.DISK_FULL, system="ledger", since=NOW, needs_a_person=True)
    panel.draw(status(trouble=trouble))
    (banner,) = [one for one in panel.overview.findChildren(Banner) if "El disco está lleno" in one.accessibleName()]
    assert not banner.button.isVisible()
    assert "Libro de documentos" in banner.accessibleName()


def test_a_ledger_that_cannot_be_read_is_no_crash_and_comes_back(
    qtbot: QtBot, panel: PanelWindow, context: Context, clock: HandClock
) -> None:
    path = ledger_of(context)
    reader = LedgerReader(path, clock)
    panel.open(reader)  # there is no file at all
    panel.documents.refresh()
    assert not path.exists()
    fill(path, 5, clock)

    def shows_all() -> bool:
        panel.documents.refresh()
        return panel.documents.model.rowCount() == 5

    qtbot.waitUntil(shows_all)
    reader.close()


@pytest.fixture
def program(qapp: QApplication, theme: Theme, tmp_path: Path, turning: asyncio.AbstractEventLoop) -> Iterator[Program]:
    program = Program(qapp, theme, Paths.under(tmp_path / "h").ensure(), Settings(), minimized=True, measure=False)
    yield program
    program.tray.hide()


def test_the_ledger_is_read_only_once_the_engine_has_it(program: Program) -> None:
    def hear(one: Status) -> bool:
        program.shown.hear(one)
        return program.shown.reader is not None

    assert not hear(status(trouble=Trouble(failure=Failure.LEDGER_BUSY, system="ledger", since=NOW)))
    assert hear(status(trouble=Trouble(failure=Failure.NETWORK, system="pms", since=NOW)))
