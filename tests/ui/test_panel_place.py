"""The panel comes back where it was: page, size, widths, splitter, order; and within sight where its screen is gone."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QByteArray, QRect, QSettings
from PySide6.QtWidgets import QSplitter

from app.model.listing import Order
from tests.support.panel import status
from ui.context import Context
from ui.panel.model import NUMBER
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.theme import Theme

Make = Callable[[], PanelWindow]


@pytest.fixture
def make(turning: asyncio.AbstractEventLoop, theme: Theme, context: Context) -> Iterator[Make]:
    made: list[PanelWindow] = []

    def fail(error: BaseException) -> None:
        raise error

    def build() -> PanelWindow:
        made.append(PanelWindow(context, status(), fail))
        return made[-1]

    yield build
    for window in made:
        window.may_close = True
        window.close()
        window.deleteLater()


def test_everything_is_as_it_was_left(make: Make) -> None:
    former = make()
    former.show()
    former.resize(900, 560)
    former.go_to(Page.DOCUMENTS)
    former.documents.table.horizontalHeader().resizeSection(NUMBER, 133)
    former.documents.model.sort_by(3)
    (split,) = former.documents.findChildren(QSplitter)
    former.remember()
    panel = make()
    assert panel._current is Page.DOCUMENTS
    assert panel.documents._widths[NUMBER] == 133
    assert panel.documents.model.listing.order is Order.AMOUNT
    (restored,) = panel.documents.findChildren(QSplitter)
    assert restored.saveState() == split.saveState()


def test_where_its_screen_is_gone_it_is_within_sight(make: Make, context: Context) -> None:
    panel = make()
    room = panel.screen().availableGeometry()
    panel.show()
    panel.setGeometry(QRect(room.right() + 900, room.bottom() + 700, 900, 560))
    panel.remember()
    again = make()
    again.show()
    room = again.screen().availableGeometry().adjusted(0, 0, 8, 8)  # the frame is there once the window is
    here = again.frameGeometry()
    assert room.contains(QRect(here.topLeft(), here.size().boundedTo(room.size())))


def test_a_place_that_cannot_be_read_is_no_reason_not_to_open(make: Make, context: Context) -> None:
    place = QSettings(str(context.paths.home / "window.ini"), QSettings.Format.IniFormat)
    place.setValue("panel/geometry", QByteArray(b"\x01\x02nothing"))
    place.setValue("panel/page", "a page of another version")
    place.setValue("documents/widths", ["x", "-1"])
    place.setValue("documents/order", "by colour")
    place.setValue("documents/split", QByteArray(b"no splitter"))
    place.sync()
    panel = make()
    assert panel._current is Page.OVERVIEW
    assert panel.documents.model.listing.order is Order.NEWEST
