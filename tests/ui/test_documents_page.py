"""Documentos: narrowed, sorted, chosen one by one or together, and each told whole; all by keyboard and remembered."""

import asyncio
import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from pdfminer.high_level import extract_text
from PySide6.QtCore import QItemSelectionModel, QPoint, QSettings, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMenu, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.model.causes import Cause
from app.model.documents import Family, Line
from app.model.exchange import Exchange
from app.model.journey import Event, EventKind, State
from app.model.listing import Listing, Order
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader, Row
from tests.support.documents import fail, opened
from tests.support.panel import NOW, HandClock, document, fill, filled
from ui.context import Context
from ui.panel.documents import DocumentsPage
from ui.panel.model import AMOUNT, STATE
from ui.panel.rendition import draw_pdf
from ui.panel.said import SaidDialog
from ui.panel.theirs import Place
from ui.parts.confirm import Confirm
from ui.theme import Theme

COUNT = 60


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), COUNT) as reader:
        yield reader


@pytest.fixture
def page(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> DocumentsPage:
    return opened(qtbot, context, reader)


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def rows_of(page: DocumentsPage) -> list[Row]:
    found = [page.model.shown_row(number) for number in range(page.model.rowCount())]
    return [row for row in found if row is not None]


def select(qtbot: QtBot, page: DocumentsPage, numbers: list[int]) -> None:
    flags = QItemSelectionModel.SelectionFlag
    page.table.clearSelection()
    for number in numbers:
        page.table.selectionModel().select(page.model.index(number, 0), flags.Select | flags.Rows)
    qtbot.waitUntil(lambda: len(page.chosen) == len(numbers))


# Narrowing


def test_the_filters_narrow_together_and_go_together(qtbot: QtBot, page: DocumentsPage, reader: LedgerReader) -> None:
    filters = page.filters
    assert not filters.away.isVisible()
    for do in (
        lambda: filters._set_kind((Family.FACTURA,)),
        lambda: filters.set_days(NOW.date(), NOW.date()),
        lambda: page.chips[(State.PROVEN,)].click(),
    ):
        with qtbot.waitSignal(page.model.counted):
            do()
    expected = Listing(states=(State.PROVEN,), families=(Family.FACTURA,), first=NOW.date(), last=NOW.date())
    assert page.model.listing == expected
    assert 0 < page.model.rowCount() == reader.count(expected) < COUNT
    assert {(row.state, row.family) for row in rows_of(page)} == {(State.PROVEN, Family.FACTURA)}
    assert "Facturas" in filters.kind.text() and "24/11/2026" in filters.days.text()
    with qtbot.waitSignal(page.model.counted):
        filters.away.click()
    assert page.model.listing == Listing() and page.model.rowCount() == COUNT
    assert not filters.away.isVisible()


def test_the_causes_offered_are_those_that_there_are(qtbot: QtBot, page: DocumentsPage) -> None:
    page.filters.why.click()
    qtbot.waitUntil(lambda: any(menu.isVisible() for menu in page.filters.findChildren(QMenu)))
    menu = next(menu for menu in page.filters.findChildren(QMenu) if menu.isVisible())
    names = [action.text() for action in menu.actions()]
    assert names[0] == "Cualquier causa" and len(names) == 4
    wanted = next(action for action in menu.actions() if action.text().startswith("La numeración no coincide"))
    with qtbot.waitSignal(page.model.counted):
        wanted.trigger()
    assert {row.cause for row in rows_of(page)} == {Cause.NUMBERING_DIFFERS}
    assert page.filters.why.isChecked()
    menu.close()


def test_nothing_found_offers_the_way_back(qtbot: QtBot, page: DocumentsPage) -> None:
    page.search.setText("nadie que exista")
    qtbot.waitUntil(lambda: "Nada con ese filtro" in words_in(page))
    away = next(one for one in page.findChildren(QPushButton) if one.text() == "Quitar filtros" and one.isVisible())
    with qtbot.waitSignal(page.model.counted):
        away.click()
    assert page.table.isVisible() and page.search.text() == ""


def test_a_ledger_without_documents_says_what_will_come(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, tmp_path: Path
) -> None:
    with filled(tmp_path, 0) as reader:
        page = opened(qtbot, context, reader)
        assert not page.table.isVisible() and "Todavía no hay documentos" in words_in(page)


# Order and widths


def test_home_and_end_go_to_the_first_and_the_last_document(qtbot: QtBot, page: DocumentsPage) -> None:
    for key, row in ((Qt.Key.Key_Down, 0), (Qt.Key.Key_End, COUNT - 1), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(page.table, key)
        assert page.table.currentIndex().row() == row


def test_a_click_on_a_column_sorts_by_it(qtbot: QtBot, page: DocumentsPage) -> None:
    header = page.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(AMOUNT) + 20, header.height() // 2)
    with qtbot.waitSignal(page.model.counted):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    payables = [row.payable for row in rows_of(page) if row.payable is not None]
    assert payables == sorted(payables, reverse=True) and len(payables) == COUNT
    assert page.model.headerData(AMOUNT, Qt.Orientation.Horizontal) == "Valor ↓"


def test_order_and_widths_are_there_again(
    qtbot: QtBot, page: DocumentsPage, context: Context, reader: LedgerReader, tmp_path: Path
) -> None:
    place = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    page.table.horizontalHeader().resizeSection(STATE, 190)
    page.model.sort_by(AMOUNT)
    page.remember(place)
    place.sync()
    again = DocumentsPage(context, fail)
    qtbot.addWidget(again)
    again.restore(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert again.table.horizontalHeader().sectionSize(STATE) == 190
    assert (again.model.listing.order, again.model.listing.descending) == (Order.AMOUNT, True)
    place.setValue("documents/widths", ["x", "", "9999999999", "-1"])
    place.setValue("documents/order", "nonsense")
    again.restore(place)
    assert again.table.horizontalHeader().sectionSize(STATE) == 190


# Several together


def test_several_are_counted_copied_and_tried_again_together(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader
) -> None:
    held = [n for n, row in enumerate(rows_of(page)) if row.cause is Cause.REFUSED_BY_PYMES]
    proven = [n for n, row in enumerate(rows_of(page)) if row.state is State.PROVEN][:2]
    select(qtbot, page, [*held, *proven])
    assert page.bar.isVisible() and f"{len(held) + 2} seleccionados" in words_in(page.bar)
    numbers = {rows_of(page)[n].full_number for n in (*held, *proven)}
    page.activateWindow()
    page.table.setFocus()
    qtbot.waitUntil(page.table.hasFocus)
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert set(QApplication.clipboard().text().split("\n")) == numbers
    with qtbot.waitSignal(page.releases_requested) as asked:
        page.again.click()
        qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(Confirm)))
        (question,) = page.findChildren(Confirm)
        assert "no cambian: 2 documentos" in words_in(question)
        question.do.click()
    assert set(asked.args[0]) == {rows_of(page)[n].key for n in held}
    qtbot.waitUntil(lambda: not page.bar.isVisible())


def test_what_cannot_be_tried_again_is_not_offered(qtbot: QtBot, page: DocumentsPage) -> None:
    select(qtbot, page, [n for n, row in enumerate(rows_of(page)) if row.state is State.PROVEN][:3])
    assert page.copy.isEnabled() and not page.again.isEnabled()


def test_while_several_are_chosen_the_list_stands_still(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, tmp_path: Path
) -> None:
    clock = HandClock()
    fill(tmp_path / "ledger.sqlite3", 10, clock)
    reader = LedgerReader(tmp_path / "ledger.sqlite3", clock)
    page = opened(qtbot, context, reader)
    select(qtbot, page, [2, 3])
    keys = [row.key for row in page.chosen]
    fill(tmp_path / "ledger.sqlite3", 15, clock, first=11)
    page.refresh()
    page._read_chosen()
    # The ledger has moved on beneath: rather than meaning others, the choice is given up.
    qtbot.waitUntil(lambda: not page.bar.isVisible())
    qtbot.waitUntil(lambda: page.model.rowCount() == 15)
    assert page.chosen == () and len(keys) == 2
    reader.close()


def test_a_row_has_a_menu_and_the_list_an_order(qtbot: QtBot, page: DocumentsPage, context: Context) -> None:
    context.profile = context.profile.model_copy(update={"invoice_page": "https://pms.example/f/{number}"})
    page.table.selectRow(0)
    with qtbot.waitSignal(page.opened):
        pass
    page.table.customContextMenuRequested.emit(QPoint(20, 20))
    menus = [menu for menu in page.findChildren(QMenu) if menu.isVisible()]
    names = [action.text() for menu in menus for action in menu.actions()]
    assert "Ver en el PMS" in names
    assert {"Copiar número", "Reintentar", "Guardar PDF…", "Ordenar por"} <= set(names)
    for menu in menus:
        menu.close()


# One document whole


def wire_sale(number: int, **changes: object) -> str:
    one = document(number)
    row = {
        "uuid": f"v-{number}",
        "tipoDocumento": one.type.value,
        "prefijo": one.prefix,
        "numero": one.number,
        "fecha": one.issued_at.date().isoformat(),
        "clienteId": one.counterparty.id,
        "clienteNombre": one.counterparty.name,
        "moneda": "COP",
        "total": str(one.payable),
        "impuestos": [{"codigo": "01", "valor": str(one.tax_total("01"))}],
        "cufe": one.cufe,
        "estadoDian": "Aprobado",
    }
    return json.dumps(row | changes)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[LedgerReader]:
    """A ledger of one conflict, with what was said."""
    clock = HandClock()
    fill(tmp_path / "ledger.sqlite3", 11, clock)
    key = str(document(11).key)
    said = (
        Exchange(
            request="GET /v1/ventas-detallado?numero=11", status=200, answer=wire_sale(11, total="1.00"), part=True
        ),
    )
    with Ledger(tmp_path / "ledger.sqlite3", clock) as ledger:
        conflict = Event(
            kind=EventKind.CONFLICT, at=clock.now(), cause=Cause.DIFFERS_IN_PYMES, data={"sale": "v-11"}, said=said
        )
        ledger.append([(key, conflict)])
    reader = LedgerReader(tmp_path / "ledger.sqlite3", clock)
    yield reader
    reader.close()


def test_what_was_approved_stands_beside_what_pymes_holds(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, told: LedgerReader
) -> None:
    page = opened(qtbot, context, told)
    row = told.row(str(document(11).key))
    assert row is not None
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    names = {label.accessibleName() for label in page.detail.findChildren(QLabel)}
    assert any(name.startswith("Total: $") and "310.411,50" in name for name in names)
    assert "Total en Pymes: $ 1,00" in names
    assert "DIAN, según Pymes en Pymes: Aprobado" in names
    (wrong,) = [
        label.accessibleName()
        for label in page.detail.findChildren(QLabel)
        if label.property("tone") == "bad" and " en Pymes: " in label.accessibleName()
    ]
    assert wrong == "Total en Pymes: $ 1,00"
    assert "Leído en Pymes el 24/11/2026" in words_in(page.detail)


def test_the_raw_answer_is_one_click_away_as_plain_text(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, told: LedgerReader
) -> None:
    page = opened(qtbot, context, told)
    row = told.row(str(document(11).key))
    assert row is not None
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    raw = [one for one in page.detail.findChildren(QPushButton) if one.text() == "Ver respuesta"]
    assert len(raw) == 1
    raw[0].click()
    qtbot.waitUntil(
        lambda: any(isinstance(one, SaidDialog) and one.isVisible() for one in QApplication.topLevelWidgets())
    )
    dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, SaidDialog) and one.isVisible())
    text = dialog.findChild(QPlainTextEdit)
    assert text is not None and text.isReadOnly()
    said = text.toPlainText()
    for expected in ("GET /v1/ventas-detallado?numero=11", "Respuesta HTTP 200", '"total": "1.00"', "solo el renglón"):
        assert expected in said
    dialog.copy.click()
    assert QApplication.clipboard().text() == said
    dialog.accept()


def test_a_document_that_was_never_read_in_pymes_says_so(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader
) -> None:
    row = next(row for row in reader.page(0, COUNT) if row.state is State.SEEN)
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    assert "Todavía no se ha leído en Pymes." in words_in(page.detail)


# Its page as PDF


def pdf_text(path: Path) -> str:
    """Return what can be read in it; Qt joins some letters, and writes its spaces as tabs."""
    return " ".join(unicodedata.normalize("NFKC", extract_text(path)).split())


def save_as(qtbot: QtBot, page: DocumentsPage, path: Path) -> None:
    qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(QFileDialog)))
    dialog = next(one for one in page.findChildren(QFileDialog) if one.isVisible())
    name = dialog.findChild(QLineEdit)
    assert name is not None
    name.setText(str(path))
    dialog.accept()


def test_its_page_is_saved_and_says_that_it_is_not_the_official_one(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader, tmp_path: Path
) -> None:
    row = next(row for row in reader.page(0, COUNT) if row.state is State.PROVEN and "Müller" in row.counterparty)
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    button = next(one for one in page.detail.findChildren(QPushButton) if one.text() == "Guardar PDF…")
    with qtbot.waitSignal(page.papers.told) as told:
        button.click()
        save_as(qtbot, page, tmp_path / "una.pdf")
    assert told.args == ["PDF guardado", str(tmp_path / "una.pdf"), True]
    text = pdf_text(tmp_path / "una.pdf")
    for expected in (
        "Representación de Botones, no es la representación gráfica oficial",
        row.full_number,
        "<b>Jürgen</b> Müller & Söhne",
        "Hotel La Ceiba S.A.S.",
    ):
        assert expected in text


def test_where_the_official_page_cannot_be_had_it_says_why(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader
) -> None:
    row = next(row for row in reader.page(0, COUNT) if row.state is State.PROVEN)
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    button = next(one for one in page.detail.findChildren(QPushButton) if one.text() == "PDF oficial…")
    with qtbot.waitSignal(page.papers.told) as told:
        button.click()
    title, _text, good = told.args
    assert "No se pudo traer el PDF oficial" in title and not good


def test_many_lines_go_on_on_another_page(tmp_path: Path) -> None:
    one = document(1)
    lines = tuple(
        Line(description=f"Noche {number} con un texto largo " * 4, quantity=Decimal(1), amount=one.subtotal)
        for number in range(60)
    )
    (tmp_path / "larga.pdf").write_bytes(draw_pdf(one.model_copy(update={"lines": lines}), State.PROVEN, False, NOW))
    text = pdf_text(tmp_path / "larga.pdf")
    assert "Noche 59" in text and "página 2" in text
    assert text.count("no es la representación gráfica oficial") >= 2


# At Loggro


def buttons_of(page: DocumentsPage) -> list[str]:
    return [one.text() for one in page.detail.findChildren(QPushButton)]


def test_where_nobody_knows_the_address_no_page_is_offered(
    qtbot: QtBot, page: DocumentsPage, context: Context, reader: LedgerReader
) -> None:
    with qtbot.waitSignal(page.opened):
        page.show_row(next(row for row in reader.page(0, COUNT) if row.sale))
    assert not {"Ver en Pymes", "Ver en el PMS"} & set(buttons_of(page))


def test_a_hotels_own_addresses_open_the_document_in_the_browser(
    qtbot: QtBot,
    turning: asyncio.AbstractEventLoop,
    theme: Theme,
    context: Context,
    reader: LedgerReader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened_pages: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened_pages.append(url.toString()) or True)
    places = {"sale_page": "https://pymes.example/v/{uuid}", "invoice_page": "https://pms.example/f?n={number}"}
    context.profile = context.profile.model_copy(update=places)
    page = opened(qtbot, context, reader)
    rows = reader.page(0, COUNT)
    sold, unsold = next(row for row in rows if row.sale), next(row for row in rows if not row.sale)
    with qtbot.waitSignal(page.opened):
        page.show_row(sold)
    for name in ("Ver en Pymes", "Ver en el PMS"):
        next(one for one in page.detail.findChildren(QPushButton) if one.text() == name).click()
    expected = [f"https://pymes.example/v/{sold.sale}", f"https://pms.example/f?n={sold.full_number}"]
    qtbot.waitUntil(lambda: opened_pages == expected)
    page.close_detail()
    with qtbot.waitSignal(page.opened):
        page.show_row(unsold)
    qtbot.waitUntil(lambda: "Ver en Pymes" not in buttons_of(page))
    assert "Ver en el PMS" in buttons_of(page)


def test_the_practice_hotel_gives_a_way_in_to_both_pages(
    qtbot: QtBot, home: Context, reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toString()) or True)
    page = opened(qtbot, home, reader)
    row = next(row for row in reader.page(0, COUNT) if row.sale)
    with qtbot.waitSignal(page.opened):
        page.show_row(row)
    places = []
    for name in ("Ver en Pymes", "Ver en el PMS"):
        next(one for one in page.detail.findChildren(QPushButton) if one.text() == name).click()
        qtbot.waitUntil(lambda: bool(addresses))
        places.append(httpx.get(addresses.pop()).headers["location"])
    assert places == [f"/pymes/ventas/{row.sale}", f"/pms/facturas/{row.full_number}"]
    assert home.practice is not None
    home.practice.stop()
    with qtbot.waitSignal(page.theirs.failed):
        page.theirs.open(row, Place.PMS)
    qtbot.waitUntil(lambda: "El hotel de práctica no responde" in words_in(page))
