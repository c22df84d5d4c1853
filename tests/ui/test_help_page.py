"""The help: a page for every step, cause and failure, found as people type, opened on the spot, with keys alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.model.causes import Cause
from app.model.errors import Failure
from app.model.journey import State
from app.model.setup import STEPS, Step
from app.model.status import Trouble
from app.texts import speak
from app.texts.causes import explain, mender_name
from app.texts.help import Group, cause_topic, failure_topic, find, group_name, plain, step_topic, topics, word_topic
from tests.support.panel import NOW, status
from tests.support.wizard import Seat
from ui.context import Context
from ui.panel.help import HelpPage, HelpWindow
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import Theme


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> HelpPage:
    page = HelpPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page


def said(page: HelpPage) -> list[str]:
    return [label.text() for label in page.page.findChildren(QLabel)]


def titles(page: HelpPage) -> list[str]:
    return [page.contents.item(number).text() for number in range(page.contents.count())]


def test_everything_that_can_be_asked_about_has_a_page() -> None:
    known = {topic.id: topic for topic in topics()}
    assert len(known) == len(topics())
    asked = [*map(step_topic, STEPS), *map(cause_topic, Cause), *map(failure_topic, Failure)]
    asked += [word_topic(state.value) for state in State]
    assert [one for one in asked if one not in known] == []
    assert [topic.id for topic in known.values() if not topic.title or not all(text for _h, text in topic.parts)] == []


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_says_what_who_where_and_what_follows(page: HelpPage, cause: Cause) -> None:
    page.show_topic(cause_topic(cause))
    shown = said(page)
    explanation = explain(cause)
    for expected in (explanation.title, explanation.meaning, mender_name(cause.mender), explanation.place):
        assert expected in shown
    assert shown[shown.index("Qué hace Botones después") + 1]


def test_the_step_that_loggro_describes_says_where_to_click(page: HelpPage) -> None:
    page.show_topic(step_topic(Step.ACTIVATION))
    assert "2. Abra la pestaña Parámetros." in said(page)


@pytest.mark.parametrize("typed", ["resolucion", "RESOLUCIÓN", "  Resolución "])
def test_it_is_found_as_people_type(page: HelpPage, typed: str) -> None:
    page.search.setText(typed)
    assert titles(page)[0] == "Resolución"
    assert page.topic is not None and page.topic.id == word_topic("resolucion")


def test_every_word_must_be_there(page: HelpPage) -> None:
    everything = topics()
    assert {topic.id for topic in find(everything, "pymes cerrado")} >= {cause_topic(Cause.PERIOD_CLOSED)}
    for topic in find(everything, "token vencio"):
        assert "token" in plain(topic.whole) and "vencio" in plain(topic.whole)
    assert find(everything, "xyzzy") == ()


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("papeles contador", "Papeles: administrador, recepción y contador"),
        ("palabra olvida", "Papeles: administrador, recepción y contador"),
        ("postgresql", "Un libro para varios computadores"),
        ("varios computadores", "Un libro para varios computadores"),
    ],
)
def test_who_sits_here_and_a_ledger_that_is_shared_have_a_page(page: HelpPage, typed: str, title: str) -> None:
    page.search.setText(typed)
    assert title in titles(page)
    page.search.clear()
    assert group_name(Group.TOGETHER) in titles(page)


def test_nothing_found_says_so_and_the_way_back(page: HelpPage) -> None:
    page.search.setText("xyzzy")
    assert not page.page.isVisible()
    assert page._nothing.isVisible()
    page.search.clear()
    assert page.page.isVisible()
    assert group_name(Group.CAUSES) in titles(page)


def test_it_is_used_with_keys_alone(qtbot: QtBot, page: HelpPage) -> None:
    page.activateWindow()
    page.search.setFocus()
    qtbot.keyClicks(page.search, "consecutivo")
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    qtbot.waitUntil(page.contents.hasFocus)
    first = page.topic
    qtbot.keyClick(page.contents, Qt.Key.Key_Down)
    assert page.topic is not None and page.topic is not first
    page.search.setFocus()
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.search.text() == ""


def test_a_page_asked_for_during_a_search_is_shown(page: HelpPage) -> None:
    page.search.setText("consecutivo")
    page.show_topic(failure_topic(Failure.DISK_FULL))
    assert page.topic is not None and page.topic.id == failure_topic(Failure.DISK_FULL)
    page.show_topic("cause/of-another-version")
    assert page.topic.id == failure_topic(Failure.DISK_FULL)


def test_nothing_in_it_is_markup(page: HelpPage) -> None:
    for topic in topics():
        page.show_topic(topic.id)
        assert [one for one in page.findChildren(QLabel) if one.textFormat() is not Qt.TextFormat.PlainText] == []


def test_the_window_beside_the_wizard_opens_at_its_step(qtbot: QtBot, theme: Theme) -> None:
    window = HelpWindow()
    qtbot.addWidget(window)
    window.show_topic(step_topic(Step.NUMBERING))
    assert window.isVisible()
    assert window.help.topic is not None and window.help.topic.title == "Consecutivo"


@pytest.fixture
def panel(qtbot: QtBot, context: Context, theme: Theme, turning: object) -> Iterator[PanelWindow]:
    def fail(error: BaseException) -> None:
        raise error

    panel = PanelWindow(context, status(), fail)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.may_close = True


def test_f1_opens_the_help_in_the_panel(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    qtbot.keyClick(panel, Qt.Key.Key_F1)
    assert panel._current is Page.HELP


def test_f1_on_what_keeps_everything_from_working_opens_its_page(qtbot: QtBot, panel: PanelWindow) -> None:
    trouble = Trouble(failure=Failure.CERTIFICATE, system="pymes", since=NOW, needs_a_person=True)
    panel.draw(status(trouble=trouble))
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    qtbot.keyClick(panel, Qt.Key.Key_F1)
    assert panel.help.topic is not None and panel.help.topic.id == failure_topic(Failure.CERTIFICATE)


def test_the_wizard_asks_for_the_page_of_its_step(qtbot: QtBot, home: Context, seat: Seat) -> None:
    person = seat(home)
    with qtbot.waitSignal(person.window.help_requested) as asked:
        person.window.help.click()
    assert asked.args == [step_topic(Step.WELCOME)]


def test_the_question_mark_beside_a_cause_opens_its_page(panel: PanelWindow) -> None:
    panel.documents.help_requested.emit(cause_topic(Cause.PERIOD_CLOSED))
    assert panel.help.isVisible()
    assert panel.help.topic is not None and panel.help.topic.title == explain(Cause.PERIOD_CLOSED).title


def test_the_help_is_in_the_language_of_now(qtbot: QtBot, theme: Theme) -> None:
    speak("en")
    try:
        page = HelpPage()
        qtbot.addWidget(page)
        page.show_topic(cause_topic(Cause.PERIOD_CLOSED))
        assert explain(Cause.PERIOD_CLOSED).title in said(page)
        assert "El mes contable está cerrado" not in said(page)
    finally:
        speak("es")
