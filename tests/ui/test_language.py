"""The language is changed while everything runs: windows, tray and Qt's own words, and the place stays."""

import asyncio
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from app.system.paths import Paths
from app.system.settings import Settings, load
from app.texts import speak
from app.texts.help import word_topic
from app.texts.settings import profile_title
from tests.support.panel import status
from ui.language import speak_qt
from ui.main import Program
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import Theme


@pytest.fixture
def program(qapp: QApplication, theme: Theme, tmp_path: Path, turning: asyncio.AbstractEventLoop) -> Iterator[Program]:
    program = Program(qapp, theme, Paths.under(tmp_path / "h").ensure(), Settings(), minimized=True, measure=False)
    program.shown.status = status()
    program.show_panel()
    yield program
    speak_qt(qapp, "es")
    speak("es")
    assert program.panel is not None
    program.panel.may_close = True
    program.panel.close()
    program.tray.hide()


def panel_of(program: Program) -> PanelWindow:
    assert program.panel is not None
    return program.panel


def words_on(widget: QWidget) -> set[str]:
    """Everything that is worded in a window, seen or not, names for screen readers and tips included."""
    found: set[str] = set()
    for one in (widget, *widget.findChildren(QWidget)):
        found |= {one.accessibleName(), one.accessibleDescription(), one.toolTip(), one.windowTitle()}
        if isinstance(one, QLabel | QAbstractButton):
            found.add(one.text())
        if isinstance(one, QLineEdit):
            found.add(one.placeholderText())
        if isinstance(one, QComboBox):
            found |= {one.itemText(number) for number in range(one.count())}
        if isinstance(one, QListWidget):
            found |= {one.item(number).text() for number in range(one.count())}
    return found


def only_spanish() -> set[str]:
    """Every Spanish text whose English one is another."""
    with (files("resources") / "i18n" / "en.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    known = {message.id for message in catalogue if isinstance(message.id, str) and message.string}
    return {text for text in known if text and catalogue[text].string != text}


def test_no_spanish_word_is_left(program: Program) -> None:
    for page in Page:
        panel_of(program).go_to(page)
    assert panel_of(program).settings.leave, "which is the last of the sections, so that all are there"
    spanish = only_spanish()
    assert len(words_on(panel_of(program)) & spanish) > 60
    program.speak("en")
    for page in Page:
        panel_of(program).go_to(page)
    assert panel_of(program).settings.leave
    assert words_on(panel_of(program)) & spanish == set()
    menu = {action.text() for action in program.tray.menu.actions()}
    assert menu & spanish == set()
    assert "Quit (stops sending)" in menu or len(menu) > 4
    assert load(program.context.paths.settings).settings.language == "en"


def test_the_practice_hotel_is_named_in_the_language_of_now(program: Program) -> None:
    program.context.profile = program.context.profile.model_copy(update={"title": "as the file says"})
    program.speak("en")
    panel_of(program).go_to(Page.SETTINGS)
    texts = words_on(panel_of(program))
    assert profile_title("sandbox", "") in texts
    assert [text for text in texts if "as the file says" in text] == []
    assert profile_title("loggro", "Loggro") == "Loggro"


def test_and_back(program: Program) -> None:
    before = words_on(panel_of(program))
    program.speak("en")
    program.speak("es")
    assert words_on(panel_of(program)) == before


def test_page_place_and_search_stay(qtbot: QtBot, program: Program) -> None:
    former = panel_of(program)
    former.resize(1000, 640)
    former.show_help(word_topic("relevo"))
    former.documents.search.setText("FEHT33")
    former.go_to(Page.SETTINGS)
    bar = former.settings.scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 300)
    bar.setValue(300)
    former.settings.language_chosen.emit("en")
    panel = panel_of(program)
    assert panel is not former
    assert panel.isVisible() and not former.isVisible()
    assert panel._current is Page.SETTINGS
    assert panel.size() == former.size()
    assert panel.documents.search.text() == "FEHT33"
    assert panel.help.topic is not None and panel.help.topic.id == word_topic("relevo")
    qtbot.waitUntil(lambda: panel.settings.scroll.verticalScrollBar().value() == 300)


def test_a_hidden_panel_stays_hidden(program: Program) -> None:
    panel_of(program).hide()
    program.speak("en")
    assert not panel_of(program).isVisible()


def test_qt_speaks_the_same_language(program: Program) -> None:
    program.speak("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    program.speak("es")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancelar"


def test_the_tray_still_does_what_its_menu_says(qtbot: QtBot, program: Program) -> None:
    program.speak("en")
    with qtbot.waitSignal(program.tray.quit_requested):
        program.tray.quit.trigger()
    program.shown.take(status(paused=True))
    assert program.tray.resume.isVisible()
