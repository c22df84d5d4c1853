"""The page of documents: filters, the list, and beside it the chosen document. It only reads the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QMenu,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.model.causes import Cause
from app.model.daily import DayCount
from app.model.documents import Document, DocumentKey, Family
from app.model.happened import Happened
from app.model.journey import Event, State
from app.model.listing import Listing, Order
from app.model.numbering import NumberingProof
from app.model.role import Act
from app.model.status import Counts, Status
from app.texts import _, plural, whole
from app.texts.documents import how_many
from ui.context import Context
from ui.loop import ask, spawn
from ui.panel.detail import Detail, Whole, may_try_again, read_whole
from ui.panel.exporting import Exports
from ui.panel.filters import Filters
from ui.panel.model import AMOUNT, COUNTERPARTY, DATE, NUMBER, ORDERS, STATE, DocumentsModel, Pages, column_name
from ui.panel.paper import Papers
from ui.panel.query import Latest
from ui.panel.rowpainter import ROW_HEIGHT, RowPainter
from ui.panel.theirs import TheirPages
from ui.parts import Banner, Button, EmptyState, FlowRow, IconButton, Kind, Surface, Words, permit, table_of
from ui.parts.confirm import Confirm
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.numbers import Known, Run
    from app.storage.pending import Group, Waiting
    from app.sync.ledger_reader import Row

_GATHER_MS: Final = 150
_MOST: Final = 5_000
"""So many documents are acted on together."""
_WIDTHS: Final = {NUMBER: 140, DATE: 104, AMOUNT: 134, STATE: 140}
_SHORTEST_NAME: Final = 80
_NAME: Final = 150
"""Where a name would get less room than this, the date gives way: it stands in the detail too."""


class Reader(Pages, Protocol):
    """What the page needs of ``LedgerReader``; called in threads."""

    def every(self, listing: Listing = ...) -> Iterator[Row]: ...

    def row(self, key: str) -> Row | None: ...

    def timeline(self, key: str) -> tuple[Event, ...]: ...

    def document(self, key: str) -> Document | None: ...

    def counts(self) -> Counts: ...

    def causes(self) -> list[tuple[str, str, int]]: ...

    def held(self) -> tuple[Group, ...]: ...

    def waiting(self, state: State, limit: int) -> tuple[Waiting, ...]: ...

    def runs(self, family: Family, prefix: str, first: int, last: int) -> tuple[Run, ...]: ...

    def others(self, family: Family, prefix: str, first: int, last: int) -> tuple[Known, ...]: ...

    def begin(self) -> datetime | None: ...

    def days(self, first: date, last: date) -> tuple[DayCount, ...]: ...

    def happened(self, since: datetime, until: datetime) -> Happened: ...

    def held_causes(self) -> dict[Cause, int]: ...

    def last_used(self, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None: ...

    def issued_days(self, since: date) -> dict[Family, dict[date, int]]: ...

    def proofs(self, limit: int) -> tuple[NumberingProof, ...]: ...

    def close(self) -> None: ...


class DocumentsPage(QWidget):
    """All documents, for ever."""

    help_requested = Signal(str)
    """The page of the help about a cause."""
    release_requested = Signal(str)
    """The ledger key of a document to be taken up again."""
    releases_requested = Signal(object)
    """The ledger keys of several, to be taken up again together."""
    opened = Signal(str)
    """The key of the document whose detail is shown."""

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._reader: Reader | None = None
        self._details = Latest(on_error)
        self._gathering = Latest(on_error)
        self._row: Row | None = None
        self._keeps_place = False
        self._scrolled: int | None = None
        """How far to scroll once all rows are counted, where this page takes another one's place."""
        self._missed = False
        """The ledger has moved while several were chosen: the list stood still, so that none is mistaken."""
        self.chosen: tuple[Row, ...] = ()
        """The documents selected, once they are read."""
        self.model = DocumentsModel(on_error, self)
        self.filters = Filters(context.clock, on_error)
        self.search, self.chips, self.found = self.filters.search, self.filters.chips, self.filters.found
        self.papers = Papers(context, on_error, self)
        self.exports = Exports(context, on_error)
        self.theirs = TheirPages(context, on_error, self)
        self._build()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._read_chosen)
        self._connect()
        self._tell_count(0)

    def _connect(self) -> None:
        self.filters.changed.connect(self._filter)
        self.filters.export_requested.connect(self.export_list)
        self.model.counted.connect(self._tell_count)
        self.model.page_read.connect(self._find_again)
        self.model.modelReset.connect(self._after_reset)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.selectionModel().selectionChanged.connect(self._selection_changed)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.horizontalHeader().sectionClicked.connect(self.model.sort_by)
        self.detail.closed.connect(self.close_detail)
        self.detail.release_requested.connect(self.release_requested)
        self.detail.help_requested.connect(self.help_requested)
        self.detail.paper_requested.connect(self.papers.save)
        self.detail.official_requested.connect(self.papers.save_official)
        self.papers.told.connect(self._tell_paper)
        self.theirs.failed.connect(lambda title, text: self._tell_paper(title, text, good=False))
        QShortcut(QKeySequence.StandardKey.Find, self, self._go_to_search)
        for keys, do in (
            (QKeySequence(Qt.Key.Key_Escape), self._step_back),
            (QKeySequence(QKeySequence.StandardKey.Copy), self.copy_numbers),
        ):
            shortcut = QShortcut(keys, self.table if do == self.copy_numbers else self, do)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # What the window asks for

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.filters.open(reader)
        self.model.open(reader)

    def draw(self, status: Status) -> None:
        """Show the counts of this Status on the filters."""
        self.filters.draw(status)

    def refresh(self) -> None:
        """Look into the ledger again; while several documents are chosen the list stands still."""
        if self._count_chosen() > 1:
            self._missed = True
        else:
            self._missed = False
            self.model.refresh()
        if self._row is not None:
            self._ask_detail(self._row)

    def show_states(self, states: tuple[State, ...]) -> None:
        """Filter by these states, as if the chip had been pressed."""
        self.filters.show_states(states)

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

    def place(self) -> Any:
        """Return what is listed and chosen, and how far it is scrolled, for ``return_to`` of a page in its stead."""
        return self.filters.listing(self.model.listing), self._row, self.table.verticalScrollBar().value()

    def return_to(self, place: Any) -> None:
        """List and choose what the former page did, where it was."""
        listing, row, self._scrolled = place
        self.filters.return_to(listing)
        self.model.show(listing)
        if row is not None:
            self._row, self._keeps_place = row, True
            self._ask_detail(row)

    def remember(self, place: QSettings) -> None:
        """Keep widths and order for the next start."""
        place.setValue("documents/widths", [str(self._widths[column]) for column in _WIDTHS])
        place.setValue("documents/order", self.model.listing.order.value)
        place.setValue("documents/descending", self.model.listing.descending)
        place.setValue("documents/split", self._splitter.saveState())

    def restore(self, place: QSettings) -> None:
        """Put back what ``remember`` kept; what is not readable stays as it was."""
        widths: Any = place.value("documents/widths", [])
        if isinstance(widths, list) and len(widths) == len(_WIDTHS) and all(str(one).isdigit() for one in widths):
            for column, width in zip(_WIDTHS, widths, strict=True):
                self._widths[column] = min(max(int(width), _SHORTEST_NAME), 600)
                self.table.horizontalHeader().resizeSection(column, self._widths[column])
        order = place.value("documents/order")
        if order in set(Order):
            descending = place.value("documents/descending", True, type=bool)
            self.model.show(replace(self.model.listing, order=Order(order), descending=bool(descending)))
        split: Any = place.value("documents/split")
        if split is not None:
            self._splitter.restoreState(split)

    # Building

    def _build(self) -> None:
        self._widths = dict(_WIDTHS)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(Space.LARGE)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._build_list())
        self.detail = Detail(self.theirs, self._on_error)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([720, 380])
        self._paper = Banner(Tone.GOOD, "", action=_("Abrir"), do=self.papers.open_last)
        self._paper.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.WIDE)
        box.setSpacing(Space.MEDIUM)
        box.addWidget(self.filters)
        box.addWidget(self._paper)
        box.addWidget(self.exports)
        box.addWidget(self._splitter, 1)

    def _build_list(self) -> QWidget:
        self.table = table_of(self.model, _("Documentos"), ROW_HEIGHT)
        self.table.setItemDelegate(RowPainter(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        across = self.table.horizontalHeader()
        across.setSectionsClickable(True)
        across.setMinimumSectionSize(_SHORTEST_NAME)
        for column, width in _WIDTHS.items():
            across.resizeSection(column, width)
        across.setSectionResizeMode(COUNTERPARTY, QHeaderView.ResizeMode.Stretch)
        across.sectionResized.connect(self._resized)
        self.table.viewport().installEventFilter(self)
        self._nothing = EmptyState(
            "inbox",
            _("Todavía no hay documentos"),
            _("Cuando Alojamientos apruebe uno, aparece aquí con todo lo que le pasa."),
        )
        self._not_found = EmptyState(
            "search",
            "",
            "",
            action=_("Quitar filtros"),
            do=self.filters.clear,
        )
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        for one in (self.table, self._nothing, self._not_found):
            self._stack.addWidget(one)
        whole_list = QWidget()
        whole_list.setMinimumWidth(200)
        box = QVBoxLayout(whole_list)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(Space.SMALL)
        box.addWidget(holder, 1)
        box.addWidget(self._build_bar())
        return whole_list

    def _build_bar(self) -> QWidget:
        self.bar = Surface("sunken", across=True, margins=(12, 8, 8, 8), spacing=Space.SMALL)
        self._said_chosen = Words("", Role.STRONG, wraps=False)
        self.again = Button(_("Reintentar"), Kind.SMALL, icon="sync")
        self.again.setToolTip(_("Vuelve a intentar los que esperan a una persona"))
        self.again.clicked.connect(lambda: spawn(self._try_again(), self._on_error))
        permit(self.again, Act.RELEASE)
        self.copy = Button(_("Copiar"), Kind.SMALL, icon="copy")
        self.copy.setToolTip(_("Copia los números de los documentos seleccionados"))
        self.copy.clicked.connect(self.copy_numbers)
        self.export = Button(_("Exportar"), Kind.SMALL, icon="receipt")
        self.export.setToolTip(_("Guarda los documentos seleccionados como hoja de cálculo"))
        self.export.clicked.connect(self.export_chosen)
        permit(self.export, Act.EXPORT)
        none = IconButton("cross", _("Quitar la selección"))
        none.clicked.connect(self.table.clearSelection)
        self.bar.box.addWidget(self._said_chosen)
        acts = FlowRow()
        for button in (self.again, self.copy, self.export):
            acts.addWidget(button)
        self.bar.box.addLayout(acts, 1)
        self.bar.box.setAlignment(acts, Qt.AlignmentFlag.AlignVCenter)
        self.bar.box.addWidget(none)
        self.bar.hide()
        return self.bar

    # The list

    def _filter(self) -> None:
        self._keeps_place = False
        self.model.show(self.filters.listing(self.model.listing))

    def _tell_count(self, count: int) -> None:
        self.filters.tell_count(count)
        if count:
            self._stack.setCurrentWidget(self.table)
            if self._scrolled is not None:
                # The table learns of its rows before it knows how far it can be scrolled.
                scrolled, self._scrolled = self._scrolled, None
                QTimer.singleShot(0, self.table, lambda: self.table.verticalScrollBar().setValue(scrolled))
        elif self.model.listing.is_filtered:
            self._not_found.tell(_("Nada con ese filtro"), _("Pruebe con otras palabras o quite el filtro."))
            self._stack.setCurrentWidget(self._not_found)
        else:
            self._stack.setCurrentWidget(self._nothing)

    def _after_reset(self) -> None:
        # A list that begins anew has forgotten what was selected, and says so to nobody.
        self._selection_changed()
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.table)
            self.filters.tell_counting()
        self.table.scrollToTop()

    def _sort(self, order: Order) -> None:
        if order is Order.NEWEST:
            self.model.show(replace(self.model.listing, order=order, descending=True))
        else:
            self.model.sort_by(ORDERS.index(order))

    # The chosen document

    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row(index)
        if row is None or (self._row is not None and row.key == self._row.key):
            return
        self._row = row
        self._keeps_place = True
        self._ask_detail(row)

    def _ask_detail(self, row: Row) -> None:
        if (reader := self._reader) is not None:
            self._details.ask(partial(read_whole, reader, row), self._show_detail)

    def _show_detail(self, found: Whole) -> None:
        if self._row is not None and found.row.key == self._row.key:
            self._row = found.row
            self.detail.show_whole(found)
            self.opened.emit(found.row.key)

    def _find_again(self) -> None:
        """Put the selection back on the chosen document, which new ones may have pushed down."""
        if self._count_chosen() > 1:
            return
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

    # Several documents

    def _ranges(self) -> list[tuple[int, int]]:
        """Return first row and number of rows of what is selected."""
        found = self.table.selectionModel().selection()
        return [(found.at(number).top(), found.at(number).height()) for number in range(found.count())]

    def _count_chosen(self) -> int:
        return sum(height for _top, height in self._ranges())

    @property
    def _is_all_chosen(self) -> bool:
        return self._count_chosen() == self.model.rowCount()

    def _selection_changed(self) -> None:
        count = self._count_chosen()
        self.chosen = ()
        self.bar.setVisible(count > 1)
        self.again.setEnabled(False)
        self.copy.setEnabled(False)
        self.export.setEnabled(False)
        if count > 1:
            said = plural("{n} seleccionado", "{n} seleccionados", count).format(n=whole(count))
            if count > _MOST:
                words = (
                    _("{said}; se exportan todos, y lo demás se hace con los primeros {most}")
                    if self._is_all_chosen
                    else _("{said}; se actúa sobre los primeros {most}")
                )
                said = words.format(said=said, most=whole(_MOST))
            self._said_chosen.setText(said)
            self._gather.start()
        elif self._missed:
            self.refresh()

    def _read_chosen(self) -> None:
        """Read which documents are selected, while the list stands still."""
        reader, listing, ranges = self._reader, self.model.listing, sorted(self._ranges())
        if reader is None or self._count_chosen() < 2:
            return

        def read() -> list[tuple[int, Row]]:
            found: list[tuple[int, Row]] = []
            for top, height in ranges:
                wanted = min(height, _MOST - len(found))
                found += enumerate(reader.page(top, wanted, listing), start=top) if wanted > 0 else ()
            return found

        self._gathering.ask(read, self._take_chosen)

    def _take_chosen(self, found: list[tuple[int, Row]]) -> None:
        for number, row in found:
            shown = self.model.shown_row(number)
            if shown is not None and shown.key != row.key:
                # The ledger moved between what the person saw and this: nothing is done to what was not meant.
                self.table.clearSelection()
                self.refresh()
                return
        self.chosen = tuple(row for _number, row in found)
        self.again.setEnabled(any(map(may_try_again, self.chosen)))
        self.copy.setEnabled(bool(self.chosen))
        self.export.setEnabled(bool(self.chosen))

    async def _try_again(self) -> None:
        rows = [row for row in self.chosen if may_try_again(row)]
        happens = [
            plural("Se vuelve a intentar {n} documento.", "Se vuelven a intentar {n} documentos.", len(rows)).format(
                n=whole(len(rows))
            ),
            _("Cada uno pasa otra vez por todas las comprobaciones; el que aún no se pueda enviar vuelve a esperar."),
        ]
        if left := len(self.chosen) - len(rows):
            happens.append(_("Los demás no esperan a una persona y no cambian: {n}.").format(n=how_many(left)))
        if await ask(Confirm(_("Reintentar"), happens, _("Reintentar"), icon="sync", parent=self)):
            self.releases_requested.emit([row.key for row in rows])
            self.table.clearSelection()

    def copy_numbers(self) -> None:
        """Put the numbers of what is selected into the clipboard, one a line."""
        rows = self.chosen or ((self._row,) if self._row is not None else ())
        if rows:
            QApplication.clipboard().setText("\n".join(row.full_number for row in rows))

    def export_chosen(self) -> None:
        """Save what is selected as a spreadsheet: all of a list however long it is, else as many as are acted on."""
        if self.chosen and self._is_all_chosen:
            self.export_list()
        elif rows := self.chosen:
            self.exports.save(lambda: iter(rows), len(rows))

    def export_list(self) -> None:
        """Save the whole list, as it is filtered and sorted, as a spreadsheet."""
        if (reader := self._reader) is not None:
            self.exports.save(partial(reader.every, self.model.listing), self.model.rowCount())

    # The menu

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if (rows := self.chosen or ((self._row,) if self._row is not None else ())) and self._count_chosen():
            self._fill_menu(menu, rows)
            menu.addSeparator()
        order = menu.addMenu(_("Ordenar por"))
        for name, by in (
            (_("Más nuevos"), Order.NEWEST),
            *zip(map(column_name, range(STATE + 1)), ORDERS, strict=True),
        ):
            action = QAction(name, order)
            action.setCheckable(True)
            action.setChecked(self.model.listing.order is by)
            action.triggered.connect(lambda _checked=False, by=by: self._sort(by))
            order.addAction(action)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _fill_menu(self, menu: QMenu, rows: tuple[Row, ...]) -> None:
        menu.addAction(_("Copiar número") if len(rows) == 1 else _("Copiar números"), self.copy_numbers)
        if len(rows) > 1:
            for button in (self.again, self.export):
                menu.addAction(button.text(), button.click).setEnabled(button.isEnabled())
            return
        (row,) = rows
        again = menu.addAction(_("Reintentar"), lambda: self.release_requested.emit(row.key))
        again.setEnabled(may_try_again(row) and self._context.may(Act.RELEASE))
        save = menu.addAction(_("Guardar PDF…"), lambda: self.papers.save(self.detail.shown))
        save.setEnabled(self.detail.shown is not None and self.detail.shown.document is not None)
        for place in self.theirs.of(row):
            menu.addAction(_(place.value), partial(self.theirs.open, row, place))

    def _tell_paper(self, title: str, text: str, good: bool) -> None:
        self._paper.tell(Tone.GOOD if good else Tone.WARN, title, text)
        self._paper.button.setVisible(good)
        self._paper.setVisible(bool(title))

    # Keys and widths

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _resized(self, column: int, _before: int, after: int) -> None:
        if column in self._widths and after and not self.table.isColumnHidden(column):
            self._widths[column] = after
            self._fit_columns()

    def _fit_columns(self) -> None:
        widths = self._widths
        room = self.table.viewport().width() - sum(widths.values())
        self.table.setColumnHidden(DATE, room < _NAME)
        self.table.setColumnHidden(AMOUNT, room + widths[DATE] < _NAME)
        # Beside a detail in a narrow window: number and state say which one it is.
        self.table.setColumnHidden(COUNTERPARTY, room + widths[DATE] + widths[AMOUNT] < _SHORTEST_NAME)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit_columns()
        return False

    def _step_back(self) -> None:
        if self.search.text():
            self.search.clear()
        elif self._count_chosen() > 1:
            self.table.clearSelection()
        elif self._row is not None:
            self.close_detail()
