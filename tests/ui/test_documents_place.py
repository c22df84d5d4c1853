"""Where a person is in Documentos stays when another page takes its place: list, choice and scroll."""

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from app.model.documents import Family
from app.model.journey import State
from app.model.listing import Order
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import filled, status
from ui.context import Context
from ui.panel.documents import DocumentsPage
from ui.theme import Theme

COUNT = 120


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), COUNT) as reader:
        yield reader


def opened(qtbot: QtBot, context: Context, reader: LedgerReader) -> DocumentsPage:
    def fail(error: BaseException) -> None:
        raise error

    page = DocumentsPage(context, fail)
    qtbot.addWidget(page)
    page.resize(1000, 500)
    page.draw(status(counts=reader.counts()))
    page.open(reader)
    page.show()
    return page


def test_list_choice_and_scroll_stay(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> None:
    former = opened(qtbot, context, reader)
    qtbot.waitUntil(lambda: former.model.rowCount() == COUNT)
    former.table.verticalScrollBar().setValue(former.table.verticalScrollBar().maximum() // 2)
    chosen = former.model.index(former.table.rowAt(60), 0)
    qtbot.waitUntil(lambda: former.model.row(chosen) is not None)
    with qtbot.waitSignal(former.opened) as shown:
        former.table.setCurrentIndex(chosen)
    value = former.table.verticalScrollBar().value()
    assert value > 0
    page = opened(qtbot, context, reader)
    page.return_to(former.place())
    qtbot.waitUntil(lambda: page.table.verticalScrollBar().value() == value)
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.row.key == shown.args[0])
    qtbot.waitUntil(lambda: page.table.currentIndex().row() == chosen.row())
    assert page.table.verticalScrollBar().value() == value


def test_every_filter_and_the_order_stay(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> None:
    former = opened(qtbot, context, reader)
    qtbot.waitUntil(lambda: former.model.rowCount() == COUNT)
    former.model.sort_by(3)
    former.show_states((State.PROVEN,))
    former.filters._set_kind((Family.FACTURA,))
    former.filters.set_days(date(2026, 11, 24), None)
    former.search.setText("FEHT")
    page = opened(qtbot, context, reader)
    page.return_to(former.place())
    listing = page.model.listing
    assert (listing.states, listing.families, listing.text) == ((State.PROVEN,), (Family.FACTURA,), "FEHT")
    assert (listing.first, listing.last, listing.order) == (date(2026, 11, 24), None, Order.AMOUNT)
    assert page.filters.listing(listing) == listing
    qtbot.waitUntil(lambda: page.filters.away.isVisible())
