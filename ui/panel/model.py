"""The list of documents as Qt asks for it: the first rows at once, then counted, read in pages, never all.

It knows no colours.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from app.model.errors import StorageError
from app.model.listing import Listing, Order
from app.texts import _, day, money
from app.texts.documents import family_name, state_name
from ui.loop import in_thread, spawn
from ui.panel.query import Latest

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row

log = logging.getLogger(__name__)

PAGE: Final = 100
_KEPT: Final = 30
"""Pages in memory: 3.000 rows are more than anybody looks at."""
_ASKED: Final = 3
"""Pages waited for at once: what was scrolled past is not read."""

_LONG: Final = 0.03
_RESTS: Final = 10
"""A count that took long is not repeated before so many times as long have passed, however fast documents arrive."""

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1

NUMBER, DATE, COUNTERPARTY, AMOUNT, STATE = range(5)
ORDERS: Final = (Order.NUMBER, Order.DATE, Order.COUNTERPARTY, Order.AMOUNT, Order.STATE)
"""What each column sorts by."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class Pages(Protocol):
    """What the model needs of ``LedgerReader``; called in threads."""

    def page(self, offset: int, limit: int, listing: Listing = ...) -> tuple[Row, ...]: ...

    def count(self, listing: Listing = ...) -> int: ...


class DocumentsModel(QAbstractTableModel):
    """Rows of the ledger under one filter, in one order."""

    counted = Signal(int)
    """How many rows the filter finds, after each count."""
    page_read = Signal()

    def __init__(
        self, on_error: Callable[[BaseException], object], parent: QObject | None = None, reader: Pages | None = None
    ) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._reader = reader
        self.listing = Listing()
        self._count = 0
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._stale: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._reading = False
        self._beginning = False
        """The first rows of another list have been asked for, and those of the one before are still shown."""
        self._age = 0
        self._first = Latest(on_error)
        self._counter = Latest(on_error)
        self._counted_for = 0.0
        """Seconds that the last count took."""
        self._counted_at = 0.0
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.refresh)

    # What the page asks for

    def open(self, reader: Pages) -> None:
        """Begin to read."""
        self._reader = reader
        self._begin()

    def show(self, listing: Listing) -> None:
        """Show other rows, or in another order; what is shown stays until their first are there."""
        if listing == self.listing:
            return
        self.listing = listing
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, NUMBER, STATE)
        self._begin()

    def sort_by(self, column: int) -> None:
        """Sort by a column; the other way round the second time, and not at all the third."""
        order, listing = ORDERS[column], self.listing
        first = column in (DATE, AMOUNT)  # the last and the largest are looked for, of names the first
        if listing.order is not order:
            listing = replace(listing, order=order, descending=first)
        elif listing.descending is first:
            listing = replace(listing, descending=not first)
        else:
            listing = replace(listing, order=Order.NEWEST, descending=True)
        self.show(listing)

    def refresh(self) -> None:
        """Look again; what is shown stays until the new rows are there."""
        rest = self._counted_at + _RESTS * self._counted_for - monotonic()
        if rest > 0:
            self._again.start(int(rest * 1000) + 1)
            return
        if self._beginning:
            if not self._first.busy:  # no answer came: the ledger could not be read then
                self._begin()
            return
        self._age += 1
        self._stale.update(self._pages)
        self._recount()

    def row(self, index: Index) -> Row | None:
        """Return the document at ``index``, ``None`` while its page is being read."""
        return self._row_at(index.row()) if index.isValid() else None

    def shown_row(self, number: int) -> Row | None:
        """Return the document at a place where it is in memory; asks for nothing."""
        page, offset = divmod(number, PAGE)
        rows = self._pages.get(page, ())
        return rows[offset] if offset < len(rows) else None

    def row_number(self, key: str) -> int | None:
        """Return where a document stands, ``None`` if it is on no page that is in memory."""
        for number, rows in self._pages.items():
            for offset, row in enumerate(rows):
                if row.key == key:
                    return number * PAGE + offset
        return None

    # Reading

    def _begin(self) -> None:
        """Read the first page; it alone tells how many there are where they are few."""
        if (reader := self._reader) is None:
            return
        self._age += 1
        self._beginning = True
        self._wanted.clear()
        listing = self.listing
        self._counted_for = 0.0
        self._first.ask(lambda: reader.page(0, PAGE, listing), self._show_first)

    def _show_first(self, rows: tuple[Row, ...]) -> None:
        self._beginning = False
        self.beginResetModel()
        self._forget()
        self._count = len(rows)
        if rows:
            self._pages[0] = rows
        self.endResetModel()
        if rows:
            self.page_read.emit()
        if len(rows) < PAGE:
            self.counted.emit(len(rows))
        else:
            self._recount()

    def _recount(self) -> None:
        if (reader := self._reader) is None:
            return
        listing = self.listing

        def count() -> tuple[int, float]:
            started = monotonic()
            return reader.count(listing), monotonic() - started

        def take(found: tuple[int, float]) -> None:
            if listing == self.listing:
                self._counted_at = monotonic()
                self._counted_for = found[1] if found[1] > _LONG else 0.0
                self._resize(found[0])

        self._counter.ask(count, take)

    def _resize(self, count: int) -> None:
        before = self._count
        if count > before:
            self.beginInsertRows(QModelIndex(), before, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < before:
            self.beginRemoveRows(QModelIndex(), count, before - 1)
            self._count = count
            for number in [number for number in self._pages if number * PAGE >= count]:
                del self._pages[number]
            self.endRemoveRows()
        self.counted.emit(count)
        if count:
            # The view asks only for rows that it paints anew; what it shows now may have moved.
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, STATE))

    def _forget(self) -> None:
        self._age += 1
        self._pages.clear()
        self._stale.clear()
        self._wanted.clear()

    def _want(self, number: int) -> None:
        if self._reader is None or self._beginning or number in self._wanted:
            return
        self._wanted[number] = None
        while len(self._wanted) > _ASKED:
            self._wanted.popitem(last=False)
        if not self._reading:
            self._reading = True
            spawn(self._read_wanted(self._reader), self._on_error)

    async def _read_wanted(self, reader: Pages) -> None:
        try:
            while self._wanted:
                number = next(reversed(self._wanted))
                age = self._age
                rows = await in_thread(reader.page, number * PAGE, PAGE, self.listing)
                self._wanted.pop(number, None)
                if age == self._age:
                    self._keep(number, rows)
                elif number in self._pages:
                    self._stale.add(number)
        except StorageError as error:
            # The engine says what keeps the ledger from being read; what is on the screen stays until it can be.
            log.warning("%s", error)
            self._wanted.clear()
        finally:
            self._reading = False

    def _keep(self, number: int, rows: tuple[Row, ...]) -> None:
        changed = self._pages.get(number) != rows
        self._pages[number] = rows
        self._pages.move_to_end(number)
        self._stale.discard(number)
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        first = number * PAGE
        last = min(first + PAGE, self._count) - 1
        if changed and last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, STATE))
        self.page_read.emit()

    def _row_at(self, number: int) -> Row | None:
        page, offset = divmod(number, PAGE)
        rows = self._pages.get(page)
        if rows is None or page in self._stale:
            self._want(page)
        return rows[offset] if rows is not None and offset < len(rows) else None

    # What Qt asks for

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else STATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == AMOUNT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole and 0 <= section <= STATE:
            name = column_name(section)
            if ORDERS[section] is self.listing.order:
                return f"{name} {'↓' if self.listing.descending else '↑'}"
            return name
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            ROW_ROLE,
        ):
            return None
        row = self._row_at(index.row())
        if role == ROW_ROLE or row is None:
            return row
        words = _cell(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == NUMBER:
            return ", ".join(_cell(row, column) for column in range(STATE + 1))
        return words


def column_name(column: int) -> str:
    """Name a column."""
    return (_("Documento"), _("Fecha"), _("Tercero"), _("Valor"), _("Estado"))[column]


def _cell(row: Row, column: int) -> str:
    if column == NUMBER:
        return f"{row.full_number}, {family_name(row.family)}" if row.family else row.full_number
    if column == DATE:
        return day(row.issued_at) if row.issued_at else ""
    if column == COUNTERPARTY:
        return row.counterparty
    if column == AMOUNT:
        return money(row.payable, row.currency) if row.payable is not None else ""
    return state_name(row.state, row.adopted)
