"""The panel: says how everything is, opens what one chooses, works by keyboard, and never strands the person."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.connectors.profile import load_profile
from app.model.causes import Cause
from app.model.errors import Failure
from app.model.journey import State
from app.model.status import Counts, Status, Trouble
from app.sync.ledger_reader import LedgerReader, Row
from app.system.paths import Paths
from app.system.settings import Settings, load
from tests.support.panel import NOW, HandClock, filled, proof, status
from ui.context import Context
from ui.main import Program
from ui.panel.header import Ribbon
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.parts import Banner
from ui.theme import Theme


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), 40) as reader:
        yield reader


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def panel(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> Iterator[PanelWindow]:
    panel = PanelWindow(context, status(counts=reader.counts()), fail)
    panel.open(reader)
    panel.show()
    qtbot.waitUntil(lambda: panel.documents.model.rowCount() == 40)
    yield panel
    panel.may_close = True
    panel.close()
    panel.deleteLater()


def test_a_hidden_panel_reads_nothing_by_itself(panel: PanelWindow) -> None:
    panel.draw(status(counts=Counts(proven=41)))
    timers = panel.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert any(timer.isActive() for timer in timers)
    panel.hide()
    assert not any(timer.isActive() for timer in timers)
    panel.show()
    assert any(timer.isActive() and timer.isSingleShot() for timer in timers)


def give_keyboard(qtbot: QtBot, panel: PanelWindow) -> None:
    """Make the panel the active window; one of a test before may go only now, and takes the keyboard with it."""

    def is_active() -> bool:
        panel.activateWindow()
        return panel.isActiveWindow()

    qtbot.waitUntil(is_active)


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_the_sandbox_says_on_every_page_that_nothing_reaches_loggro(panel: PanelWindow) -> None:
    for page in Page:
        panel.go_to(page)
        ribbons = [ribbon.text() for ribbon in panel.findChildren(Ribbon) if ribbon.isVisible()]
        assert ribbons == ["Hotel de práctica · nada llega a Loggro"]


def test_a_vault_that_forgets_is_said(panel: PanelWindow) -> None:
    panel.tell_vault(False)
    assert any("se olvidan" in ribbon.text() for ribbon in panel.findChildren(Ribbon) if ribbon.isVisible())


def test_the_header_gives_the_sentence_and_the_time_of_its_proof(panel: PanelWindow) -> None:
    panel.draw(status())
    assert panel.header.sentence.text() == "Todo lo aprobado está en Pymes."
    assert "Comprobado: 09:05" in panel.header.proof.text()
    assert panel.header.pill.text() == "En orden"


def test_what_needs_a_person_is_listed_with_a_way_there(qtbot: QtBot, panel: PanelWindow) -> None:
    trouble = Trouble(failure=Failure.TOKEN, system="pymes", since=NOW, needs_a_person=True)
    panel.draw(status(counts=Counts(held=3, missing=1), proofs=(proof(prefix="FETH"),), trouble=trouble))
    said = words_in(panel.overview)
    for expected in ("El acceso ya no es válido", "1 dato no coincide", "3 documentos retenidos", "Falta 1 documento"):
        assert expected in said

    def shown() -> list[Banner]:
        return [banner for banner in panel.overview.findChildren(Banner) if banner.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 4)
    banners = shown()
    qtbot.mouseClick(banners[2].button, Qt.MouseButton.LeftButton)
    assert panel.pending.isVisible()
    with qtbot.waitSignal(panel.wizard_requested):
        banners[0].button.click()


def test_a_document_shows_its_cause_who_mends_it_and_its_story(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    panel.documents.search.setText("FEHT33")
    qtbot.waitUntil(lambda: panel.documents.model.rowCount() == 1)
    qtbot.waitUntil(lambda: panel.documents.model.row(panel.documents.model.index(0, 0)) is not None)
    panel.documents.table.selectRow(0)
    qtbot.waitUntil(panel.documents.detail.isVisible)
    said = words_in(panel.documents.detail)
    for expected in ("Pymes lo rechazó", "Quién lo corrige", "El contador", "Intención de envío anotada"):
        assert expected in said
    assert "El tercero <b>no</b> existe" in said


def test_text_from_outside_is_never_markup(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    qtbot.waitUntil(lambda: panel.documents.model.row(panel.documents.model.index(0, 0)) is not None)
    for number in range(5):
        panel.documents.table.selectRow(number)
        qtbot.waitUntil(panel.documents.detail.isVisible)
    rich = [label.text() for label in panel.findChildren(QLabel) if label.textFormat() is not Qt.TextFormat.PlainText]
    assert [text for text in rich if text] == []


def test_the_choice_stays_on_its_document_while_others_arrive(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    model = panel.documents.model
    qtbot.waitUntil(lambda: model.row(model.index(3, 0)) is not None)
    panel.documents.table.selectRow(3)
    qtbot.waitUntil(panel.documents.detail.isVisible)
    key = panel.documents.detail.key
    with qtbot.waitSignal(model.page_read):
        panel.documents.refresh()
    current = model.row(panel.documents.table.currentIndex())
    assert current is not None
    assert current.key == key == panel.documents.detail.key


def test_an_empty_search_says_so(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    panel.documents.search.setText("no existe nadie así")
    qtbot.waitUntil(lambda: "Nada con ese filtro" in words_in(panel.documents))
    assert not panel.documents.table.isVisible()
    give_keyboard(qtbot, panel)
    panel.documents.search.setFocus()
    qtbot.waitUntil(panel.documents.search.hasFocus)
    qtbot.keyClick(panel.documents.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(panel.documents.table.isVisible)


def test_everything_can_be_reached_by_keyboard(qtbot: QtBot, panel: PanelWindow) -> None:
    give_keyboard(qtbot, panel)
    qtbot.keyClick(panel, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.documents.isVisible)
    qtbot.keyClick(panel, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.documents.search.hasFocus)
    with qtbot.waitSignal(panel.sync_requested):
        qtbot.keyClick(panel, Qt.Key.Key_F5)
    qtbot.keyClick(panel, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.numbering.isVisible)
    with qtbot.waitSignal(panel.quit_requested):
        qtbot.keyClick(panel, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)


def test_what_tab_enters_a_page_by_comes_into_sight(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.resize(1000, 560)
    panel.go_to(Page.SETTINGS)
    give_keyboard(qtbot, panel)
    qtbot.waitUntil(lambda: panel.settings.is_whole)
    bar = panel.settings.scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    panel._navigation[Page.SETTINGS].setFocus()
    for _press in range(20):
        focused = panel.focusWidget()
        if panel.settings.isAncestorOf(focused):
            break
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert panel.settings.mode.isAncestorOf(focused)
    qtbot.waitUntil(lambda: not focused.visibleRegion().isEmpty())


def test_every_control_has_a_name_for_screen_readers(panel: PanelWindow) -> None:
    nameless = []
    for page in Page:
        panel.go_to(page)
        for kind in (QAbstractButton, QLineEdit, QTableView):
            for widget in panel.findChildren(kind):
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                if widget.isVisible() and widget.focusPolicy() and not (widget.accessibleName() or text):
                    nameless.append(widget)
    assert nameless == []


def test_pause_and_sync_follow_the_status(qtbot: QtBot, panel: PanelWindow) -> None:
    with qtbot.waitSignal(panel.sync_requested):
        qtbot.mouseClick(panel.header.sync, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.pause_requested) as asked:
        panel.header.pause.menu().actions()[2].trigger()
    assert asked.args == [None]
    panel.draw(status(paused=True))
    assert not panel.header.sync.isVisible()
    with qtbot.waitSignal(panel.resume_requested):
        qtbot.mouseClick(panel.header.resume, Qt.MouseButton.LeftButton)
    panel.draw(status(set_up=False, proven_at=None))
    assert not panel.header.sync.isEnabled()


def test_the_proofs_come_the_broken_ones_first(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.NUMBERING)
    panel.draw(status(proofs=(proof(), proof(prefix="FETH"))))
    qtbot.waitUntil(lambda: len(panel.numbering.tables) == 2 and bool(panel.numbering.tables[1].cells))
    first, second = panel.numbering.tables
    assert any(not cell.agrees for cell in first.cells.values())
    assert all(cell.agrees for cell in second.cells.values())


def test_closing_hides_it_in_the_tray(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.has_tray = True
    with qtbot.waitSignal(panel.hidden_by_person):
        panel.close()
    assert not panel.isVisible()
    panel.come_forward()
    assert panel.isVisible()


def test_without_a_tray_closing_strands_nobody(panel: PanelWindow) -> None:
    panel.has_tray = False
    panel.close()
    assert panel.isVisible()
    assert panel.isMinimized()


def test_place_and_page_are_remembered(
    qtbot: QtBot, panel: PanelWindow, context: Context, reader: LedgerReader
) -> None:
    panel.resize(880, 600)
    panel.go_to(Page.NUMBERING)
    panel.remember()
    again = PanelWindow(context, status(), fail)
    qtbot.addWidget(again)
    again.may_close = True
    again.show()
    assert again.numbering.isVisible()
    assert (again.width(), again.height()) == (880, 600)


def test_a_page_that_goes_takes_its_focus_along(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    give_keyboard(qtbot, panel)
    panel.documents.table.setFocus()
    qtbot.waitUntil(panel.documents.table.hasFocus)
    panel.go_to(Page.NUMBERING)
    assert not isinstance(panel.focusWidget(), QAbstractButton)


def test_only_the_sandbox_lets_its_documents_be_approved_and_only_once_they_are_carried(
    qtbot: QtBot, panel: PanelWindow
) -> None:
    assert panel.desk is not None
    panel.draw(status(set_up=False))
    assert not panel.desk.approve.isVisible()
    panel.draw(status())
    assert panel.desk.approve.isVisible()
    menu = panel.desk.approve.menu()
    with qtbot.waitSignal(panel.approve_requested) as asked:
        menu.actions()[1].trigger()
    assert asked.args == [50]


def test_without_a_tray_there_is_a_way_to_leave(qtbot: QtBot, panel: PanelWindow) -> None:
    def leaving() -> list[QAbstractButton]:
        panel.draw(status())
        return [one for one in panel.findChildren(QAbstractButton) if one.text() == "Salir" and one.isVisible()]

    panel.has_tray = True
    assert not leaving()
    panel.has_tray = False
    (leave,) = leaving()
    with qtbot.waitSignal(panel.quit_requested):
        leave.click()


@pytest.fixture
def program(qapp: QApplication, theme: Theme, tmp_path: Path, turning: asyncio.AbstractEventLoop) -> Iterator[Program]:
    program = Program(qapp, theme, Paths.under(tmp_path / "h").ensure(), Settings(), minimized=True, measure=False)
    yield program
    program.tray.hide()


def test_that_it_goes_on_in_the_tray_is_told_once(qtbot: QtBot, program: Program) -> None:
    program.shown.status = status()
    program.show_panel()
    panel = program.panel
    assert panel is not None
    panel.has_tray = True
    with qtbot.waitSignal(program.tray.said) as said:
        panel.close()
    assert said.args[0] == "Botones sigue trabajando"
    assert load(program.context.paths.settings).settings.told_about_tray
    panel.come_forward()
    with qtbot.assertNotEmitted(program.tray.said):
        panel.close()
    panel.may_close = True


def test_before_the_wizard_is_done_nobody_is_told_that_documents_travel(qtbot: QtBot, program: Program) -> None:
    program.show_panel()
    panel = program.panel
    assert panel is not None
    panel.has_tray = True
    with qtbot.waitSignal(program.tray.said) as said:
        panel.close()
    assert said.args[0] == "Falta terminar el asistente"
    assert not load(program.context.paths.settings).settings.told_about_tray
    panel.may_close = True


def test_nothing_of_the_practice_hotel_is_left_where_the_wizard_turned_to_another(program: Program) -> None:
    program.show_panel()
    former = program.panel
    assert former is not None and former.desk is not None
    program.context.turn_to(program.context.settings.changed(profile="loggro"))
    program.context.profile = load_profile("loggro", {}, program.context.paths.home)
    program._wizard_left()
    assert program.panel is not None and program.panel is not former
    assert program.panel.desk is None and not former.isVisible()
    assert not program.shown.status.practice
    program.panel.may_close = True


def test_a_pause_lasts_over_a_restart(program: Program) -> None:
    program.shown.pause(None)
    assert load(program.context.paths.settings).settings.paused_until == "until-resumed"
    assert program.shown.status.paused
    program.shown.resume()
    assert load(program.context.paths.settings).settings.paused_until is None
    assert not program.shown.status.paused


def test_the_first_status_is_no_promise(program: Program, clock: HandClock) -> None:
    first: Status = program.shown.status
    assert first.proven_at is None
    assert not first.set_up


def test_the_way_to_try_again_is_seen_whole_in_the_narrowest_window(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.resize(panel.minimumSize())
    panel.go_to(Page.DOCUMENTS)
    with qtbot.waitSignal(panel.documents.opened):
        panel.documents.show_row(row_in(panel, State.HELD))
    buttons = panel.documents.detail.findChildren(QAbstractButton)
    again = next(button for button in buttons if "reintentar" in button.text())
    detail = panel.documents.detail

    def is_whole() -> bool:
        right = again.mapTo(detail, again.rect().topRight()).x()
        return again.width() >= again.sizeHint().width() and right < detail.width()

    qtbot.waitUntil(is_whole)


def row_in(panel: PanelWindow, state: State) -> Row:
    reader = panel.documents._reader
    assert reader is not None
    return next(row for row in reader.page(0, 100) if row.state is state and row.cause is Cause.REFUSED_BY_PYMES)
