"""The list of documents as Qt asks for it: counted at once, read in pages, never all. It knows no colours."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.model.errors import StorageError
from app.model.journey import State
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

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1

NUMBER, DATE, COUNTERPARTY, AMOUNT, STATE = range(5)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class Pages(Protocol):
    """What the model needs of ``LedgerReader``; called in threads."""

    def page(self, offset: int, limit: int, states: Sequence[State] = (), text: str = "") -> tuple[Row, ...]: ...

    def count(self, states: Sequence[State] = (), text: str = "") -> int: ...


class DocumentsModel(QAbstractTableModel):
    """Rows of the ledger under one filter, the newest first."""

    counted = Signal(int)
    """How many rows the filter finds, after each count."""
    page_read = Signal()

    def __init__(
        self, on_error: Callable[[BaseException], object], parent: QObject | None = None, reader: Pages | None = None
    ) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._reader = reader
        self._states: tuple[State, ...] = ()
        self._text = ""
        self._count = 0
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._stale: set[int] = set()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._reading = False
        self._age = 0
        self._counter = Latest(on_error)

    # What the page asks for

    def open(self, reader: Pages) -> None:
        """Begin to read."""
        self._reader = reader
        self.refresh()

    def filter(self, states: Sequence[State], text: str) -> None:
        """Show other rows."""
        if (tuple(states), text) == (self._states, self._text):
            return
        self._states, self._text = tuple(states), text
        self.beginResetModel()
        self._count = 0
        self._forget()
        self.endResetModel()
        self.refresh()

    def refresh(self) -> None:
        """Look again; what is shown stays until the new rows are there."""
        if (reader := self._reader) is None:
            return
        self._age += 1
        self._stale.update(self._pages)
        states, text = self._states, self._text
        self._counter.ask(lambda: reader.count(states, text), self._resize)

    def row(self, index: Index) -> Row | None:
        """Return the document at ``index``, ``None`` while its page is being read."""
        return self._row_at(index.row()) if index.isValid() else None

    def row_number(self, key: str) -> int | None:
        """Return where a document stands, ``None`` if it is on no page that is in memory."""
        for number, rows in self._pages.items():
            for offset, row in enumerate(rows):
                if row.key == key:
                    return number * PAGE + offset
        return None

    # Reading

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
        if self._reader is None or number in self._wanted:
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
                rows = await in_thread(reader.page, number * PAGE, PAGE, self._states, self._text)
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
            return (_("Documento"), _("Fecha"), _("Tercero"), _("Valor"), _("Estado"))[section]
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
