"""The whole program while its ledger moves: the engine rests, goes on in the other place, and the panel reads there."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.server import schema_for
from app.storage.moving import content_of
from app.system import vault as vaults
from app.system.paths import Paths
from app.system.settings import load
from app.system.vault import MemoryRing, Secret
from tests.support.hotels import entries, found_hotels
from tests.support.postgres import PostgresServer
from ui.main import Program
from ui.panel.page import Page
from ui.panel.settings_ledger import LedgerSection
from ui.parts import Button
from ui.theme import Theme

LIMIT = 60_000
HOTEL = "sandbox"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryRing:
    ring = MemoryRing()
    monkeypatch.setattr(vaults, "os_ring", lambda: ring)
    return ring


@pytest.fixture
def program(
    tmp_path: Path,
    qapp: QApplication,
    theme: Theme,
    qtbot: QtBot,
    ring: MemoryRing,
    turning: asyncio.AbstractEventLoop,
) -> Iterator[Program]:
    paths = Paths.under(tmp_path / "home").ensure()
    founding = turning.run_in_executor(None, lambda: found_hotels(paths, ring, sandbox="Hotel Centro"))
    qtbot.waitUntil(founding.done, timeout=LIMIT)
    founding.result()
    program = Program(qapp, theme, paths, load(paths.settings).settings, minimized=True, measure=False)
    living = turning.create_task(program.live())
    qtbot.waitUntil(lambda: program.shown.status.proven_at is not None, timeout=LIMIT)
    program.show_panel()
    yield program
    program.quit()
    qtbot.waitUntil(living.done, timeout=LIMIT)
    living.result()
    assert program.panel is not None
    program.panel.may_close = True
    program.panel.close()


def press(qtbot: QtBot, section: LedgerSection, button: Button) -> None:
    """Press, agree where it asks, and wait until it is done."""
    with qtbot.waitSignal(section.settled, timeout=LIMIT):
        button.click()
        if button is not section.test:
            qtbot.waitUntil(lambda: section.question is not None and section.question.isVisible())
            assert section.question is not None
            section.question.do.click()


def carried(qtbot: QtBot, program: Program, turning: asyncio.AbstractEventLoop, count: int, whole: int) -> None:
    """Have the hotel approve documents, and wait until all of them stand in Pymes and in the panel's list."""
    desk = program.shown
    approving = turning.create_task(desk.approve(count))
    qtbot.waitUntil(approving.done, timeout=LIMIT)
    qtbot.waitUntil(lambda: desk.status.counts.proven == whole, timeout=LIMIT)
    panel = program.panel
    assert panel is not None
    panel.go_to(Page.DOCUMENTS)
    shown: Callable[[], bool] = lambda: panel.documents.model.rowCount() == whole  # noqa: E731
    qtbot.waitUntil(shown, timeout=LIMIT)


def test_work_goes_on_in_the_new_place_and_back_and_the_panel_reads_what_is_there(
    qtbot: QtBot, program: Program, ring: MemoryRing, turning: asyncio.AbstractEventLoop
) -> None:
    file = program.context.paths.ledger(HOTEL)
    carried(qtbot, program, turning, 5, 5)
    with PostgresServer() as postgres:
        place = postgres.new_ledger()
        assert program.panel is not None
        section = program.panel.settings.ledger
        program.panel.go_to(Page.SETTINGS)
        section.share.click()
        form = section.form
        assert form.name.text() == schema_for(program.context.settings.hotel_document)
        for field, text in (
            (form.host, place.address.host),
            (form.port, str(place.address.port)),
            (form.database, place.address.database),
            (form.user, place.address.user),
            (form.name, place.address.hotel),
            (form.password, place.password),
        ):
            field.setText(text)
        press(qtbot, section, section.test)
        press(qtbot, section, section.bring)
        assert entries(ring, HOTEL)[Secret.LEDGER_PASSWORD] == place.password
        assert not file.exists()
        carried(qtbot, program, turning, 4, 9)
        assert content_of(place).rows["documents"] == 9
        assert program.shown.reader is not None and program.shown.reader.counts().proven == 9
        program.panel.go_to(Page.SETTINGS)
        press(qtbot, section, section.back)
        assert Secret.LEDGER_PASSWORD not in entries(ring, HOTEL)
        carried(qtbot, program, turning, 3, 12)
        assert content_of(file).rows["documents"] == 12
        assert content_of(place).rows["documents"] == 9
