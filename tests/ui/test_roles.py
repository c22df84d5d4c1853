"""Roles on the screen: what a role does not do is in sight, not usable, and says why; and the way to another role."""

import asyncio
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.model.mode import Mode
from app.model.role import Act, Role, may
from app.reports.deeds import write_deeds
from app.reports.saving import save
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import MemoryRing, Vault
from app.system.word import Word
from app.texts.roles import refusal
from tests.support.panel import filled, status
from ui.context import Context
from ui.loop import spawn
from ui.main import Program
from ui.panel.page import Page
from ui.panel.settings import SettingsPage
from ui.panel.window import PanelWindow
from ui.panel.word_dialogs import ChooseWord, SayWord
from ui.parts import Button, give_role, permit
from ui.theme import Theme

WORD = "la-palabra-de-inés"


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def panel(
    qtbot: QtBot, context: Context, theme: Theme, turning: object, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[PanelWindow]:
    """The panel of a hotel in which there is something of everything, for the role that the test asks for."""
    role = getattr(request, "param", Role.ADMINISTRATOR)
    context.vault = Vault(MemoryRing(), "roles")
    context.choose(role=role)
    with filled(tmp_path) as reader:
        window = PanelWindow(context, status(), fail)
        qtbot.addWidget(window)
        window.may_close = True
        window.open(reader)
        window.resize(1240, 900)
        window.show()
        window.draw(status())
        yield window
        window.close()


def usable(panel: PanelWindow) -> dict[Act, bool]:
    """Say of one thing for each act whether it can be used on the pages as they stand."""
    settings = panel.settings
    return {
        Act.SYNC: panel.header.sync.isEnabled(),
        Act.PAUSE: panel.header.pause.isEnabled(),
        Act.BACKFILL: panel.pending.backfill.isEnabled(),
        Act.DRILL: panel.desk is not None and panel.desk.approve.isEnabled(),
        Act.RECONCILE: panel.reconciliation.start.isEnabled(),
        Act.SETTINGS: settings.mode.modes[Mode.WATCH].isEnabled(),
        Act.COPY: settings.copies.make.isEnabled(),
        Act.DISCONNECT: settings.leave.leave.isEnabled(),
        Act.SET_UP: settings.hotels.add.isEnabled(),
        Act.EXPORT: settings.deeds.export.isEnabled(),
        Act.COMFORT: settings.computer.language.isEnabled(),
        Act.SUPPORT: settings.support.report.isEnabled(),
    }


def look_at_all(qtbot: QtBot, panel: PanelWindow) -> None:
    for page in (Page.PENDING, Page.RECONCILIATION, Page.SETTINGS):
        panel.go_to(page)
    qtbot.waitUntil(lambda: panel.settings.people.word.isVisible())


@pytest.mark.parametrize("panel", Role, indirect=True)
def test_each_role_can_use_what_it_does_and_nothing_else(qtbot: QtBot, panel: PanelWindow, context: Context) -> None:
    role = context.settings.role
    look_at_all(qtbot, panel)
    assert usable(panel) == {act: may(role, act) for act in usable(panel)}
    leave = panel.settings.leave.leave
    if may(role, Act.DISCONNECT):
        assert leave.toolTip() == ""
    else:
        assert leave.toolTip() == leave.accessibleDescription() == refusal(role, Act.DISCONNECT)
        assert leave.isVisible()


@pytest.mark.parametrize("panel", [Role.RECEPTION], indirect=True)
def test_what_the_page_itself_enables_stays_out_of_use(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.PENDING)
    qtbot.waitUntil(lambda: bool(buttons(panel, "Soltar todos")) and bool(buttons(panel, "Resuelto por fuera")))
    for words in ("Soltar todos", "Resuelto por fuera", "Ya está corregido", "Deshacer"):
        for button in buttons(panel, words):
            assert not button.isEnabled() and "recepción" in button.toolTip(), words
            button.setEnabled(True)
            assert not button.isEnabled()
    panel.settings.copies.refresh()
    assert not panel.settings.copies.make.isEnabled() or not panel.settings.isVisible()


def buttons(window: QWidget, words: str) -> list[Button]:
    return [one for one in window.findChildren(Button) if one.text().startswith(words) and one.isVisible()]


def test_another_role_gives_back_what_it_took_and_every_page_says_it(
    qtbot: QtBot, panel: PanelWindow, context: Context
) -> None:
    look_at_all(qtbot, panel)
    before = usable(panel)
    assert all(before.values())
    context.choose(role=Role.ACCOUNTANT)
    panel.draw(status())
    assert "Usted trabaja como contador" in words_in(panel)
    assert sum(usable(panel).values()) == 4
    context.choose(role=Role.ADMINISTRATOR)
    panel.draw(status())
    assert usable(panel) == before
    assert "Usted trabaja como" not in words_in(panel)


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_permit_keeps_what_everything_else_wants(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = Button("Soltar", parent=window)
    button.setToolTip("Los suelta")
    permit(button, Act.RELEASE)
    window.show()
    give_role(window, Role.RECEPTION)
    assert not button.isEnabled() and button.toolTip() == refusal(Role.RECEPTION, Act.RELEASE)
    button.setToolTip("Suelta tres")
    give_role(window, Role.ADMINISTRATOR)
    assert button.isEnabled() and button.toolTip() == "Suelta tres"
    button.setEnabled(False)
    give_role(window, Role.ACCOUNTANT)
    give_role(window, Role.ADMINISTRATOR)
    assert not button.isEnabled()


# --- becoming another -------------------------------------------------------------------------------------------------


@pytest.fixture
def page(qtbot: QtBot, context: Context, theme: Theme, turning: object) -> SettingsPage:
    context.vault = Vault(MemoryRing(), "roles")
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    page.refresh()
    return page


def choose(qtbot: QtBot, page: SettingsPage, role: Role) -> None:
    page.people.roles[role].click()
    qtbot.waitUntil(lambda: page.people.dialog is not None and page.people.dialog.isVisible())


def test_a_lower_role_asks_for_a_word_first_and_a_higher_one_for_that_word(
    qtbot: QtBot, page: SettingsPage, context: Context, turning: asyncio.AbstractEventLoop
) -> None:
    qtbot.waitUntil(lambda: "cualquiera que abra Botones es administrador" in words_in(page.people))
    choose(qtbot, page, Role.RECEPTION)
    dialog = page.people.dialog
    assert isinstance(dialog, ChooseWord)
    dialog.first.setText("corta")
    dialog.do.click()
    qtbot.waitUntil(lambda: "Es muy corta" in words_in(dialog))
    dialog.first.setText(WORD)
    dialog.second.setText("otra-cosa-distinta")
    dialog.do.click()
    qtbot.waitUntil(lambda: "No es igual" in words_in(dialog))
    dialog.second.setText(WORD)
    with qtbot.waitSignal(page.role_changed):
        dialog.do.click()
    assert load(context.paths.settings).settings.role is Role.RECEPTION
    assert page.people.roles[Role.RECEPTION].isChecked()
    qtbot.waitUntil(lambda: "Administrador de credenciales" in words_in(page.people))

    choose(qtbot, page, Role.ADMINISTRATOR)
    asking = page.people.dialog
    assert isinstance(asking, SayWord)
    asking.line.setText("no-es-la-palabra")
    asking.do.click()
    qtbot.waitUntil(lambda: "No es la palabra. Quedan 4 intentos." in words_in(asking))
    assert context.settings.role is Role.RECEPTION
    with qtbot.waitSignal(page.people.settled):
        asking.reject()
    assert page.people.roles[Role.RECEPTION].isChecked()
    choose(qtbot, page, Role.ADMINISTRATOR)
    asking = page.people.dialog
    assert isinstance(asking, SayWord)
    asking.line.setText(WORD)
    with qtbot.waitSignal(page.role_changed):
        asking.do.click()
    assert load(context.paths.settings).settings.role is Role.ADMINISTRATOR
    told = [(deed.role, deed.told) for deed in reversed(context.deeds.read())]
    assert told == [
        (Role.ADMINISTRATOR, "Puso la palabra del administrador."),
        (Role.ADMINISTRATOR, "Cambió el papel de este computador a: Recepción."),
        (Role.RECEPTION, "Cambió el papel de este computador a: Administrador."),
    ]
    assert not any(WORD.encode() in file.read_bytes() for file in context.paths.home.rglob("*") if file.is_file())
    qtbot.waitUntil(lambda: "Puso la palabra del administrador." in words_in(page.deeds))


def test_from_watching_to_sending_asks_why_and_keeps_it(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    for mode, reason in ((Mode.WATCH, ""), (Mode.COMPLETE, "El contador terminó de revisar")):
        page.mode.modes[mode].click()
        qtbot.waitUntil(lambda: page.mode.question is not None and page.mode.question.isVisible())
        question = page.mode.question
        assert question is not None
        assert question.reason.isVisible() is bool(reason) and question.do.isEnabled() is not bool(reason)
        question.reason.setText(reason)
        with qtbot.waitSignal(page.mode.settled):
            question.do.click()
    newest, first = context.deeds.read()
    assert (first.act, first.reason) == (Act.SETTINGS, "")
    assert (newest.act, newest.reason) == (Act.START_SENDING, "El contador terminó de revisar")
    assert "Antes: solo vigilar" in newest.told.replace("Solo", "solo")


def test_without_a_lasting_vault_no_other_role_is_offered(
    qtbot: QtBot, context: Context, theme: Theme, turning: object
) -> None:
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: not page.people.roles[Role.RECEPTION].isEnabled())
    assert "no hay dónde guardarla" in words_in(page.people)


def test_what_persons_did_is_saved_as_text_and_nothing_else(
    qtbot: QtBot, page: SettingsPage, context: Context, tmp_path: Path
) -> None:
    context.did(Act.RESTORE, "Puso la copia", '=HYPERLINK("http://mal.test")')
    path = tmp_path / "personas.xlsx"
    with qtbot.waitSignal(page.deeds.settled):
        spawn(page.deeds.write_to(path, save, write_deeds), fail)
    with zipfile.ZipFile(path) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "HYPERLINK" in sheets and "<f>" not in sheets and "administrador" in sheets.casefold()


# --- the program ------------------------------------------------------------------------------------------------------


@pytest.fixture
def program(qapp: QApplication, theme: Theme, tmp_path: Path, turning: object) -> Iterator[Program]:
    settings = Settings(role=Role.ACCOUNTANT)
    program = Program(qapp, theme, Paths.under(tmp_path / "h").ensure(), settings, minimized=True, measure=False)
    program.shown.status = status()
    yield program
    program.tray.hide()


def test_the_program_refuses_beyond_the_screen_and_says_so(qtbot: QtBot, program: Program) -> None:
    desk = program.shown
    program._draw_tray()
    for action in (program.tray.sync, program.tray.pause.menuAction(), program.tray.wizard):
        assert not action.isEnabled() and "no lo hace contador" in action.text()
    desk.is_ready = True
    for ask in (partial(desk.pause, None), desk.resume, desk.sync, partial(desk.release, ["k"]), program.show_wizard):
        with qtbot.waitSignal(program.tray.said) as said:
            ask()
        assert "Lo hace el administrador" in said.args[1]
    assert not desk.status.paused and program.wizard is None and not program._wizard_comes
    assert desk.context.settings.paused_until is None and desk.context.deeds.read() == ()
    if program.panel is not None:
        program.panel.may_close = True
        program.panel.close()


def test_where_the_word_is_gone_from_the_vault_everybody_is_administrator_and_it_is_told(
    qtbot: QtBot, program: Program, turning: asyncio.AbstractEventLoop
) -> None:
    context = program.context
    context.vault = Vault(MemoryRing(), "roles")
    word = Word(context.vault, context.clock)

    def wait(work: object) -> None:
        task = turning.create_task(work)  # type: ignore[arg-type]
        qtbot.waitUntil(task.done)
        task.result()

    wait(word.choose(WORD))
    wait(program.shown._know_role())
    assert context.settings.role is Role.ACCOUNTANT
    wait(word.drop())
    wait(program.shown._know_role())
    assert load(context.paths.settings).settings.role is Role.ADMINISTRATOR
    (deed,) = context.deeds.read()
    assert "cualquiera es administrador" in deed.told
