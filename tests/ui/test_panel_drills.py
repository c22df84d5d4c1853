"""«Simulacros»: staff switch what goes wrong, see on every page that it is on, and read that nothing was lost."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.connectors.profile import NOWHERE, load_profile
from app.sandbox.scenarios import SCENARIOS
from tests.support.panel import status
from ui.context import Context
from ui.panel.drills import DrillsPage, Result, result_of
from ui.panel.header import Ribbon
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import Theme

SECONDS = 20_000
WELL = Result(approved=9, recorded=7, waiting=2, lost=0, doubled=0, wrong=0, running=())


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def panel(qtbot: QtBot, home: Context) -> Iterator[PanelWindow]:
    panel = PanelWindow(home, status(), fail)
    panel.show()
    panel.go_to(Page.DRILLS)
    yield panel
    page = drills(panel)
    qtbot.waitUntil(lambda: page._asked == page._answered, timeout=SECONDS)
    panel.may_close = True
    panel.close()
    panel.deleteLater()


def drills(panel: PanelWindow) -> DrillsPage:
    (page,) = panel.findChildren(DrillsPage)
    return page


def said_above(panel: PanelWindow) -> str:
    return " ".join(ribbon.text() for ribbon in panel.findChildren(Ribbon) if ribbon.isVisible())


def test_a_simulacro_is_switched_on_and_off_and_told_on_every_page(
    qtbot: QtBot, home: Context, panel: PanelWindow
) -> None:
    page = drills(panel)
    qtbot.waitUntil(lambda: list(page.rows) == [kind.name for kind in SCENARIOS], timeout=SECONDS)
    for name in ("answer-lost", "rate-limited"):
        qtbot.mouseClick(page.rows[name].button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda name=name: page.rows[name].pill.isVisible(), timeout=SECONDS)
    assert "2 simulacros en curso: La respuesta se pierde" in said_above(panel)
    panel.go_to(Page.OVERVIEW)
    assert "2 simulacros en curso" in said_above(panel)
    panel.go_to(Page.DRILLS)
    qtbot.mouseClick(page.rows["answer-lost"].button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Simulacro en curso: Pymes pide" in said_above(panel), timeout=SECONDS)
    qtbot.mouseClick(page.stop_all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "imulacro" not in said_above(panel), timeout=SECONDS)
    assert not page.stop_all.isVisible()


def test_what_stayed_on_over_a_restart_is_found_when_the_page_comes_forward(
    qtbot: QtBot, home: Context, panel: PanelWindow
) -> None:
    page = drills(panel)
    panel.go_to(Page.OVERVIEW)
    assert home.practice is not None
    asked = asyncio.get_running_loop().create_task(home.practice.scenario("hang"))
    qtbot.waitUntil(asked.done, timeout=SECONDS)
    panel.go_to(Page.DRILLS)
    qtbot.waitUntil(lambda: "Simulacro en curso" in said_above(panel), timeout=SECONDS)
    qtbot.waitUntil(lambda: "hang" in page.rows and page.rows["hang"].pill.isVisible(), timeout=SECONDS)


def test_the_hotel_cannot_do_what_happens_to_the_computer(qtbot: QtBot, panel: PanelWindow) -> None:
    page = drills(panel)
    qtbot.waitUntil(lambda: len(page.rows) == len(SCENARIOS), timeout=SECONDS)
    without = [name for name, row in page.rows.items() if row.button.isHidden()]
    assert without == ["two-computers", "clock-jumps", "asleep"]


def test_a_search_shows_what_has_all_its_words(qtbot: QtBot, panel: PanelWindow) -> None:
    page = drills(panel)
    qtbot.waitUntil(lambda: len(page.rows) == len(SCENARIOS), timeout=SECONDS)
    qtbot.keyClicks(page.search, "token otra empresa")
    assert [name for name, row in page.rows.items() if not row.isHidden()] == ["token-of-another"]
    qtbot.keyClicks(page.search, " zzz")
    assert all(row.isHidden() for row in page.rows.values()) and not page._none.isHidden()


def test_documents_are_approved_from_here_once_the_wizard_is_done(qtbot: QtBot, panel: PanelWindow) -> None:
    page = drills(panel)
    panel.draw(status(set_up=False))
    assert not page.approvals[0].isVisible()
    panel.draw(status(set_up=True))
    asked: list[int] = []
    panel.approve_requested.connect(asked.append)
    for button in page.approvals:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [1, 50, 120]


def test_the_result_says_what_is_lost_doubled_or_different(panel: PanelWindow) -> None:
    page = drills(panel)
    page.show_result(WELL)
    assert page.verdict.property("banner") == "good" and "Perdidos 0" in page.verdict.accessibleName()
    for harm in ({"lost": 1}, {"doubled": 1}, {"wrong": 1}):
        page.show_result(replace(WELL, **harm))
        assert page.verdict.property("banner") == "bad"


def test_only_what_is_neither_in_pymes_nor_waiting_nor_unread_is_lost() -> None:
    books = {"approved": 10, "recorded": 6, "lost": ["a", "b", "c", "d"], "doubled": ["e"], "wrong": []}
    whole = result_of(books, (), frozenset("abc"), known=9)
    assert (whole.waiting, whole.lost, whole.doubled) == (4, 0, 1)  # d is still to be read
    short = result_of(books, ("hang",), frozenset("abc"), known=10)
    assert (short.waiting, short.lost, short.running) == (3, 1, ("hang",))


def test_a_real_hotel_has_no_simulacros(qtbot: QtBot, theme: Theme, context: Context) -> None:
    context.profile = load_profile("loggro", NOWHERE)
    panel = PanelWindow(context, status(), fail)
    assert panel.findChildren(DrillsPage) == [] and Page.DRILLS not in panel._navigation
    panel.may_close = True
    panel.close()
    panel.deleteLater()
