"""The page of documents: search, filters, the list, and beside it the chosen document. It only reads the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.model.documents import Document
from app.model.journey import Event, State
from app.model.status import Counts, Status
from app.texts import _, whole
from app.texts.documents import how_many
from ui.panel.detail import Detail, Whole
from ui.panel.model import AMOUNT, COUNTERPARTY, DATE, NUMBER, STATE, DocumentsModel, Pages
from ui.panel.query import Latest
from ui.panel.rowpainter import ROW_HEIGHT, RowPainter
from ui.parts import Button, EmptyState, Kind, Words
from ui.theme import Role, Space, tokens
from ui.theme.icons import tinted

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.numbers import Known
    from app.sync.ledger_reader import Row

_TYPING_MS: Final = 180
_WIDTHS: Final = {NUMBER: 140, DATE: 104, AMOUNT: 134, STATE: 140}
_SHORTEST_NAME: Final = 80
_NAME: Final = 150
"""Where a name would get less room than this, the date gives way: it stands in the detail too."""


class Reader(Pages, Protocol):
    """What the page needs of ``LedgerReader``; called in threads."""

    def row(self, key: str) -> Row | None: ...

    def timeline(self, key: str) -> tuple[Event, ...]: ...

    def document(self, key: str) -> Document | None: ...

    def counts(self) -> Counts: ...

    def numbers(self) -> tuple[Known, ...]: ...

    def close(self) -> None: ...


_WAITING: Final = (State.SEEN, State.SENDING, State.SENT)


class DocumentsPage(QWidget):
    """All documents, for ever."""

    release_requested = Signal(str)
    """The ledger key of a document to be taken up again."""
    opened = Signal(str)
    """The key of the document whose detail is shown."""

    def __init__(self, on_error: Callable[[BaseException], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader: Reader | None = None
        self._details = Latest(on_error)
        self._row: Row | None = None
        self._keeps_place = False
        self.model = DocumentsModel(on_error, self)
        self._build()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._filter)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.model.counted.connect(self._tell_count)
        self.model.page_read.connect(self._find_again)
        self.model.modelReset.connect(self._show_list)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.detail.closed.connect(self.close_detail)
        self.detail.release_requested.connect(self.release_requested)
        QShortcut(QKeySequence.StandardKey.Find, self, self._go_to_search)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._step_back)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._tell_count(0)

    # What the window asks for

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.model.open(reader)

    def draw(self, status: Status) -> None:
        """Show the counts of this Status on the filters."""
        for states, name, count in _filters(status.counts):
            chip = self.chips[states]
            chip.setText(f"{name}  {whole(count)}" if count else name)
            chip.setVisible(bool(count) or not states or states == (State.PROVEN,) or chip.isChecked())

    def refresh(self) -> None:
        """Look into the ledger again."""
        self.model.refresh()
        if self._row is not None:
            self._ask_detail(self._row)

    def show_states(self, states: tuple[State, ...]) -> None:
        """Filter by these states, as if the chip had been pressed."""
        self.search.clear()
        self.chips[states].setChecked(True)
        self.chips[states].setVisible(True)
        self._filter()

    def show_row(self, row: Row) -> None:
        """Show the detail of a document chosen elsewhere."""
        self.show_states(())
        self._row = row
        self._keeps_place = True
        self._ask_detail(row)
        self._find_again()

    def close_detail(self) -> None:
        """Choose no document."""
        self._row = None
        self.detail.show_whole(None)
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        self.table.setFocus()

    # Building

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Buscar por número, nombre o identificación"))
        self.search.setAccessibleName(_("Buscar documentos"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(260)
        self.search.addAction(tinted("search", tokens().faint, 16), QLineEdit.ActionPosition.LeadingPosition)
        self.found = Words("", Role.CAPTION, wraps=False)
        top = QHBoxLayout()
        top.setSpacing(Space.MEDIUM)
        top.addWidget(self.search, 1)
        top.addWidget(self.found)
        chips = QHBoxLayout()
        chips.setSpacing(Space.SMALL)
        group = QButtonGroup(self)
        self.chips: dict[tuple[State, ...], Button] = {}
        for states, name, _count in _filters(Counts()):
            chip = Button(name, Kind.CHIP)
            chip.setAccessibleName(_("Filtro: {name}").format(name=name))
            chip.clicked.connect(self._filter)
            group.addButton(chip)
            chips.addWidget(chip)
            self.chips[states] = chip
        chips.addStretch(1)
        self.chips[()].setChecked(True)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(Space.LARGE)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._build_list())
        self.detail = Detail()
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([720, 360])
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        column.addLayout(top)
        column.addLayout(chips)
        column.addWidget(self._splitter, 1)

    def _build_list(self) -> QWidget:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(RowPainter(self.table))
        self.table.setAccessibleName(_("Documentos"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        down = self.table.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(ROW_HEIGHT)
        across = self.table.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setMinimumSectionSize(_SHORTEST_NAME)
        for column, width in _WIDTHS.items():
            across.resizeSection(column, width)
        across.setSectionResizeMode(COUNTERPARTY, QHeaderView.ResizeMode.Stretch)
        self.table.viewport().installEventFilter(self)
        self._nothing = EmptyState("inbox", "", "")
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        holder.setMinimumWidth(200)
        return holder

    # Slots

    def _filter(self) -> None:
        self._typing.stop()
        self._keeps_place = False
        states = next(states for states, chip in self.chips.items() if chip.isChecked())
        self.model.filter(states, self.search.text())

    def _tell_count(self, count: int) -> None:
        self.found.setText(how_many(count))
        if count:
            self._show_list()
            return
        if self.search.text() or not self.chips[()].isChecked():
            self._nothing.tell(_("Nada con ese filtro"), _("Pruebe con otras palabras o quite el filtro."))
        else:
            self._nothing.tell(
                _("Todavía no hay documentos"),
                _("Cuando Alojamientos apruebe uno, aparece aquí con todo lo que le pasa."),
            )
        self._stack.setCurrentWidget(self._nothing)

    def _show_list(self) -> None:
        self._stack.setCurrentWidget(self.table)

    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row(index)
        if row is None or (self._row is not None and row.key == self._row.key):
            return
        self._row = row
        self._keeps_place = True
        self._ask_detail(row)

    def _ask_detail(self, row: Row) -> None:
        if (reader := self._reader) is None:
            return

        def read() -> Whole:
            # The row anew too: the list may hold an older one than the events tell of.
            return Whole(reader.row(row.key) or row, reader.document(row.key), reader.timeline(row.key))

        self._details.ask(read, self._show_detail)

    def _show_detail(self, found: Whole) -> None:
        if self._row is not None and found.row.key == self._row.key:
            self._row = found.row
            self.detail.show_whole(found)
            self.opened.emit(found.row.key)

    def _find_again(self) -> None:
        """Put the selection back on the chosen document, which new ones may have pushed down."""
        current = self.model.row(self.table.currentIndex())
        if self._row is None:
            # Chosen while its page was still being read.
            if current is not None and self.table.selectionModel().hasSelection():
                self._choose(self.table.currentIndex())
            return
        if not self._keeps_place or (current is not None and current.key == self._row.key):
            return
        number = self.model.row_number(self._row.key)
        if number is not None:
            self.table.setCurrentIndex(self.model.index(number, 0))
        else:
            self.table.clearSelection()

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _fit_columns(self) -> None:
        room = self.table.viewport().width() - sum(_WIDTHS.values())
        self.table.setColumnHidden(DATE, room < _NAME)
        self.table.setColumnHidden(AMOUNT, room + _WIDTHS[DATE] < _NAME)
        # Beside a detail in a narrow window: number and state say which one it is.
        self.table.setColumnHidden(COUNTERPARTY, room + _WIDTHS[DATE] + _WIDTHS[AMOUNT] < _SHORTEST_NAME)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit_columns()
        return False

    def _step_back(self) -> None:
        if self.search.text():
            self.search.clear()
        elif self._row is not None:
            self.close_detail()


def _filters(counts: Counts) -> tuple[tuple[tuple[State, ...], str, int], ...]:
    return (
        ((), _("Todos"), counts.total),
        ((State.PROVEN,), _("En Pymes"), counts.proven),
        (_WAITING, _("En espera"), counts.waiting),
        ((State.IN_DOUBT,), _("En duda"), counts.in_doubt),
        ((State.HELD,), _("Retenidos"), counts.held),
        ((State.CONFLICT,), _("En conflicto"), counts.conflict),
        ((State.MISSING,), _("Faltan"), counts.missing),
    )
