"""What the list of documents is narrowed by: words, state, type, days, cause. It reads nothing but the causes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QDateEdit,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.journey import State
from app.model.listing import Listing
from app.model.role import Act
from app.model.status import Counts, Status
from app.texts import _, day, whole
from app.texts.causes import explain
from app.texts.documents import families_name, how_many
from ui.loop import ask, spawn
from ui.panel.query import Latest
from ui.parts import Button, FlowRow, FormField, IconButton, Kind, Words, permit
from ui.theme import Role, Space, tokens
from ui.theme.icons import tinted

if TYPE_CHECKING:
    from ui.panel.documents import Reader

_TYPING_MS: Final = 120
_WAITING: Final = (State.SEEN, State.SENDING, State.SENT)
_FAMILIES: Final = (*HOTEL_FAMILIES, Family.NOTA_AJUSTE)


class Filters(QWidget):
    """Two lines above the list: search and kinds of filter, and the states as chips."""

    changed = Signal()
    """Other rows are wanted: ask ``listing``."""
    export_requested = Signal()
    """All that is found is to be saved as a file."""

    def __init__(
        self, clock: Clock, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._on_error = on_error
        self._reader: Reader | None = None
        self._causes = Latest(on_error)
        self._families: tuple[Family, ...] = ()
        self._cause: Cause | None = None
        self._first: date | None = None
        self._last: date | None = None
        self._build()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._tell)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._name_buttons()

    # What the page asks for

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader

    def listing(self, ordered: Listing) -> Listing:
        """Return what is wanted, in the order of ``ordered``."""
        self._typing.stop()
        return replace(
            ordered,
            states=next(states for states, chip in self.chips.items() if chip.isChecked()),
            families=self._families,
            causes=() if self._cause is None else (self._cause,),
            first=self._first,
            last=self._last,
            text=self.search.text(),
        )

    def draw(self, status: Status) -> None:
        """Show the counts of this Status on the states."""
        for states, name, count in _states(status.counts):
            chip = self.chips[states]
            chip.setText(f"{name}  {whole(count)}" if count else name)
            chip.setVisible(bool(count) or not states or states == (State.PROVEN,) or chip.isChecked())

    def tell_count(self, count: int) -> None:
        """Say how many there are."""
        self.found.setText(how_many(count))
        self.export.setEnabled(count > 0)

    def show_states(self, states: tuple[State, ...]) -> None:
        """Narrow by these states alone, as if the chip had been pressed."""
        self.clear(states)

    def tell_counting(self) -> None:
        """Say that how many there are is not known yet: what stood there was of another list."""
        self.found.setText(_("Contando…"))

    def return_to(self, listing: Listing) -> None:
        """Narrow as this list was, without asking for its rows."""
        self.search.setText(listing.text)
        self._typing.stop()
        self._families, self._cause = listing.families, next(iter(listing.causes), None)
        self._first, self._last = listing.first, listing.last
        self.chips[listing.states].setChecked(True)
        self.chips[listing.states].setVisible(True)
        self._name_buttons()

    def clear(self, states: tuple[State, ...] = ()) -> None:
        """Take every filter away, but for these states."""
        self.search.clear()
        self._families, self._cause, self._first, self._last = (), None, None, None
        self.chips[states].setChecked(True)
        self.chips[states].setVisible(True)
        self._tell()

    # Building

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Buscar por número, nombre, NIT o valor"))
        self.search.setAccessibleName(_("Buscar documentos"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(200)
        self.search.addAction(tinted("search", tokens().faint, 16), QLineEdit.ActionPosition.LeadingPosition)
        self.found = Words("", Role.CAPTION, wraps=False)
        self.kind = self._button(self._choose_kind)
        self.days = self._button(self._choose_days)
        self.why = self._button(self._choose_cause)
        self.away = Button(_("Quitar filtros"), Kind.PLAIN)
        self.away.clicked.connect(lambda: self.clear())
        top = QHBoxLayout()
        top.setSpacing(Space.SMALL)
        top.addWidget(self.search, 1)
        self.export = IconButton("receipt", _("Exportar la lista como hoja de cálculo"))
        self.export.clicked.connect(self.export_requested)
        permit(self.export, Act.EXPORT)
        for button in (self.kind, self.days, self.why, self.export):
            top.addWidget(button)
        chips = FlowRow()
        group = QButtonGroup(self)
        self.chips: dict[tuple[State, ...], Button] = {}
        for states, name, _count in _states(Counts()):
            chip = Button(name, Kind.CHIP)
            chip.setAccessibleName(_("Filtro: {name}").format(name=name))
            chip.clicked.connect(self._tell)
            group.addButton(chip)
            chips.addWidget(chip)
            self.chips[states] = chip
        self.chips[()].setChecked(True)
        below = QHBoxLayout()
        below.setSpacing(Space.SMALL)
        below.addLayout(chips, 1)
        below.addWidget(self.away, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.found, 0, Qt.AlignmentFlag.AlignTop)
        self.found.setMinimumHeight(self.away.sizeHint().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addLayout(top)
        column.addLayout(below)

    def _button(self, do: Callable[[], None]) -> Button:
        button = Button("", Kind.CHIP, icon="down", size=14)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the word
        button.clicked.connect(do)
        return button

    def _name_buttons(self) -> None:
        kind = families_name(self._families[0]) if self._families else _("Tipo")
        why = explain(self._cause).title if self._cause else _("Causa")
        for button, name, on, what in (
            (self.kind, kind, bool(self._families), _("Tipo")),
            (self.days, _days_name(self._first, self._last), bool(self._first or self._last), _("Fecha")),
            (self.why, why, self._cause is not None, _("Causa")),
        ):
            button.setText(name if len(name) <= 28 else f"{name[:27]}…")
            button.setChecked(on)
            button.setAccessibleName(_("Filtro: {name}").format(name=what if name == what else f"{what}: {name}"))
        self.away.setVisible(self.listing(Listing()).is_filtered)

    # Slots

    def _tell(self) -> None:
        self._typing.stop()
        self._name_buttons()
        self.changed.emit()

    def _choose_kind(self) -> None:
        menu = QMenu(self)
        _add(menu, _("Todos los tipos"), not self._families, lambda: self._set_kind(()))
        for family in _FAMILIES:
            chosen = (family,)
            _add(menu, families_name(family), self._families == chosen, partial(self._set_kind, chosen))
        self._pop(menu, self.kind)

    def _set_kind(self, families: tuple[Family, ...]) -> None:
        self._families = families
        self._tell()

    def _choose_days(self) -> None:
        today = bogota_day(self._clock.now())
        month = today.replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        menu = QMenu(self)
        for name, first, last in (
            (_("Cualquier fecha"), None, None),
            (_("Hoy"), today, today),
            (_("Ayer"), today - timedelta(days=1), today - timedelta(days=1)),
            (_("Últimos 7 días"), today - timedelta(days=6), today),
            (_("Este mes"), month, today),
            (_("El mes pasado"), before, month - timedelta(days=1)),
            (_("Este año"), today.replace(month=1, day=1), today),
        ):
            chosen = (self._first, self._last) == (first, last)
            _add(menu, name, chosen, partial(self.set_days, first, last))
        menu.addSeparator()
        _add(menu, _("Entre dos fechas…"), False, lambda: spawn(self._ask_days(today), self._on_error))
        self._pop(menu, self.days)

    def set_days(self, first: date | None, last: date | None) -> None:
        """Narrow by days of issue, both included."""
        self._first, self._last = first, last
        self._tell()

    async def _ask_days(self, today: date) -> None:
        dialog = _TwoDays(self._first or today.replace(day=1), self._last or today, self)
        if await ask(dialog) == QDialog.DialogCode.Accepted:
            self.set_days(*dialog.chosen())

    def _choose_cause(self) -> None:
        self._name_buttons()  # a click has turned it
        if (reader := self._reader) is not None:
            self._causes.ask(reader.causes, self._show_causes)

    def _show_causes(self, found: list[tuple[str, str, int]]) -> None:
        counted: dict[Cause, int] = {}
        for _state, cause, count in found:
            if cause:
                counted[Cause(cause)] = counted.get(Cause(cause), 0) + count
        menu = QMenu(self)
        _add(menu, _("Cualquier causa"), self._cause is None, lambda: self._set_cause(None))
        if not counted:
            menu.addAction(_("Ningún documento tiene una causa de espera")).setEnabled(False)
        for cause, count in sorted(counted.items(), key=lambda one: -one[1]):
            name = f"{explain(cause).title}  ({whole(count)})"
            _add(menu, name, self._cause is cause, partial(self._set_cause, cause))
        self._pop(menu, self.why)

    def _set_cause(self, cause: Cause | None) -> None:
        self._cause = cause
        self._tell()

    def _pop(self, menu: QMenu, button: Button) -> None:
        self._name_buttons()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + Space.HAIR)))


class _TwoDays(QDialog):
    """Asks for the first and the last day."""

    def __init__(self, first: date, last: date, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Entre dos fechas"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        self._edits: list[QDateEdit] = []
        for name, value in ((_("Desde"), first), (_("Hasta"), last)):
            edit = QDateEdit(QDate(value.year, value.month, value.day))
            edit.setDisplayFormat("dd/MM/yyyy")
            edit.setCalendarPopup(True)
            self._edits.append(edit)
            column.addWidget(FormField(name, edit))
        row = QHBoxLayout()
        row.addStretch(1)
        leave = Button(_("Cancelar"))
        leave.clicked.connect(self.reject)
        do = Button(_("Ver"), Kind.PRIMARY)
        do.clicked.connect(self.accept)
        do.setDefault(True)
        row.addWidget(leave)
        row.addWidget(do)
        column.addLayout(row)

    def chosen(self) -> tuple[date, date]:
        """Return both days, the earlier first."""
        first, last = (date(edit.date().year(), edit.date().month(), edit.date().day()) for edit in self._edits)
        return min(first, last), max(first, last)


def _add(menu: QMenu, name: str, chosen: bool, do: Callable[[], object]) -> None:
    action = QAction(name.replace("&", "&&"), menu)
    action.setCheckable(True)
    action.setChecked(chosen)
    action.triggered.connect(lambda _checked=False: do())
    menu.addAction(action)


def _days_name(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return _("Fecha")
    if first == last and first is not None:
        return day(first)
    return f"{day(first) if first else '…'} – {day(last) if last else '…'}"


def _states(counts: Counts) -> tuple[tuple[tuple[State, ...], str, int], ...]:
    return (
        ((), _("Todos"), counts.total),
        ((State.PROVEN,), _("En Pymes"), counts.proven),
        (_WAITING, _("En espera"), counts.waiting),
        ((State.IN_DOUBT,), _("En duda"), counts.in_doubt),
        ((State.HELD,), _("Retenidos"), counts.held),
        ((State.CONFLICT,), _("En conflicto"), counts.conflict),
        ((State.MISSING,), _("Faltan"), counts.missing),
        ((State.SETTLED,), _("Resueltos por fuera"), counts.settled),
    )
