"""One document beside the list: where it stands, why, who mends it and where, and what happened so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.causes import Cause
from app.model.documents import Document
from app.model.journey import Event, State
from app.model.role import Act
from app.model.sales import ANNULLED, Aspect, differences
from app.texts import _, day, hour, money
from app.texts.causes import aspect_value, explain, mender_name, particulars
from app.texts.documents import family_name, state_meaning
from app.texts.help import cause_topic
from ui.panel.theirs import TheirPages
from ui.panel.timeline import Timeline
from ui.parts import (
    STATE_LOOK,
    Button,
    CopyField,
    Icon,
    IconButton,
    Kind,
    Scroll,
    StatePill,
    Surface,
    Words,
    clear,
    permit,
    rule,
)
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row
    from app.sync.readback import ReadBack


_NARROWEST = 320
_WIDEST = 480


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything the ledger holds of one document."""

    row: Row
    document: Document | None
    events: tuple[Event, ...]
    read: ReadBack | None = None
    """What Pymes held when it was last read."""


class Source(Protocol):
    """What is asked of the ledger."""

    def row(self, key: str) -> Row | None: ...

    def timeline(self, key: str) -> tuple[Event, ...]: ...

    def document(self, key: str) -> Document | None: ...


def read_whole(source: Source, row: Row) -> Whole:
    """Read all of one document, its row anew too: a list may hold an older one than the events tell of."""
    from app.sync.readback import last_read  # not before the first window

    document, events = source.document(row.key), source.timeline(row.key)
    return Whole(
        source.row(row.key) or row,
        document,
        events,
        last_read(events, document.key) if document is not None else None,
    )


def may_try_again(row: Row) -> bool:
    """Say whether a person may have it tried again."""
    if row.cause is None or row.family is None or not row.state.needs_a_person:
        return False
    return not (row.cause.heals_itself or row.cause.is_about_approval)


class Detail(Surface):
    """Draws one ``Whole``; takes no room while there is none."""

    closed = Signal()
    help_requested = Signal(str)
    """The page of the help about the cause shown."""
    release_requested = Signal(str)
    """The ledger key of a document that somebody has mended."""
    paper_requested = Signal(object)
    """The ``Whole`` whose page is wanted as PDF."""
    official_requested = Signal(object)

    def __init__(
        self, theirs: TheirPages, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__("card", parent=parent)
        self._theirs = theirs
        self._shown: Whole | None = None
        self._scroll = Scroll(margins=Space.LARGE, spacing=Space.MEDIUM)
        self._timeline = Timeline(on_error)
        self._content = QVBoxLayout()
        self._content.setSpacing(Space.MEDIUM)
        self._scroll.box.addLayout(self._content)
        self._scroll.box.addWidget(rule())
        self._scroll.box.addWidget(Words(_("Historia"), Role.HEADING))
        self._scroll.box.addWidget(self._timeline)
        self._scroll.box.addStretch(1)
        self.box.addWidget(self._scroll)
        self.box.setContentsMargins(1, 1, 1, 1)
        self.hide()

    def minimumSizeHint(self) -> QSize:
        # Its button must be seen whole; a word of a thousand letters in a message must not push the list away.
        hint = super().minimumSizeHint()
        return QSize(min(max(_NARROWEST, hint.width()), _WIDEST), hint.height())

    @property
    def shown(self) -> Whole | None:
        return self._shown

    @property
    def key(self) -> str | None:
        """The key of the document shown."""
        return self._shown.row.key if self._shown else None

    @property
    def cause(self) -> Cause | None:
        """Why the document shown waits, ``None`` where nothing keeps it."""
        return self._shown.row.cause if self._shown else None

    def show_whole(self, whole: Whole | None) -> None:
        """Show this document, or none."""
        if whole == self._shown:
            return
        other = whole is None or self._shown is None or whole.row.key != self._shown.row.key
        self._shown = whole
        self.setVisible(whole is not None)
        if whole is None:
            return
        clear(self._content)
        self._content.addLayout(self._head(whole.row))
        self._content.addWidget(self._reason(whole.row))
        self._content.addWidget(self._values(whole))
        if whole.document is not None and whole.document.cufe:
            self._content.addWidget(CopyField(_("CUFE / CUDE"), whole.document.cufe))
        if whole.document is not None:
            self._content.addLayout(self._papers())
        if self._theirs.of(whole.row):
            self._content.addLayout(self._at_theirs(whole.row))
        self._timeline.show_events(whole.events)
        if other:
            self._scroll.verticalScrollBar().setValue(0)

    def _head(self, row: Row) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(Space.HAIR)
        line = QHBoxLayout()
        number = Words(row.full_number, Role.TITLE, selectable=True)
        line.addWidget(number, 1)
        close = IconButton("cross", _("Cerrar el detalle"))
        close.clicked.connect(self.closed)
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        column.addWidget(Words(family_name(row.family) if row.family else _("Documento sin leer"), Role.SOFT))
        pill = StatePill()
        pill.show_state(row.state, row.adopted)
        column.addSpacing(Space.HAIR)
        column.addWidget(pill, 0, Qt.AlignmentFlag.AlignLeft)
        return column

    def _reason(self, row: Row) -> QWidget:
        tone, icon = STATE_LOOK[row.state]
        frame = Surface("sunken", across=True, margins=(12, 12, 12, 12), spacing=Space.MEDIUM)
        frame.box.addWidget(Icon(icon, f"{tone}.ink", 20), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        frame.box.addLayout(words, 1)
        if row.cause is None:
            words.addWidget(Words(state_meaning(row.state, row.adopted), Role.BODY))
            return frame
        explanation = explain(row.cause)
        head = QHBoxLayout()
        head.addWidget(Words(explanation.title, Role.STRONG), 1)
        topic = cause_topic(row.cause)
        more = IconButton("question", _("Ayuda sobre esta causa (F1)"))
        more.clicked.connect(lambda: self.help_requested.emit(topic))
        head.addWidget(more, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(head)
        words.addWidget(Words(explanation.meaning, Role.BODY))
        for line in particulars(row.detail):
            words.addWidget(Words(line, Role.BODY, selectable=True))
        for title, text in (
            (_("Quién lo corrige"), mender_name(row.cause.mender)),
            (_("Dónde"), explanation.place),
        ):
            words.addSpacing(Space.HAIR)
            words.addWidget(Words(title, Role.OVERLINE))
            words.addWidget(Words(text, Role.BODY, selectable=True))
        if may_try_again(row):
            again = Button(_("Ya está corregido: reintentar"), icon="sync")
            again.clicked.connect(lambda: self.release_requested.emit(row.key))
            permit(again, Act.RELEASE)
            words.addSpacing(Space.SMALL)
            words.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _papers(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        for name, said, signal in (
            (_("Guardar PDF…"), _("La página de este documento, hecha por Botones"), self.paper_requested),
            (_("PDF oficial…"), _("El que tiene el servicio de facturación electrónica"), self.official_requested),
        ):
            button = Button(name, Kind.SMALL)
            button.setToolTip(said)
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit(self._shown))
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _at_theirs(self, row: Row) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        for place in self._theirs.of(row):
            button = Button(_(place.value), Kind.SMALL, icon="window")
            button.setToolTip(_("Abre la página de este documento en el navegador"))
            button.clicked.connect(lambda _checked=False, place=place: self._theirs.open(row, place))
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _values(self, whole: Whole) -> QWidget:
        """Draw what was approved, and beside it what Pymes holds, what differs in another colour."""
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.MEDIUM)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        below = 0
        if whole.read is not None:
            grid.setColumnStretch(2, 1)
            for column, title in ((1, _("Aprobado")), (2, _("En Pymes"))):
                grid.addWidget(_at_right(Words(title, Role.OVERLINE, wraps=False)), 0, column)
            below = 1
        for number, fact in enumerate(_facts(whole), start=below):
            grid.addWidget(Words(fact.name, Role.SOFT), number, 0, Qt.AlignmentFlag.AlignTop)
            shown = _at_right(Words(fact.approved, Role.BODY, selectable=True))
            shown.setAccessibleName(f"{fact.name}: {fact.approved}")
            grid.addWidget(shown, number, 1)
            if whole.read is not None:
                tone = Tone.BAD if fact.differs else None
                shown = _at_right(Words(fact.in_pymes, Role.BODY, selectable=True, tone=tone))
                shown.setAccessibleName(_("{name} en Pymes: {value}").format(name=fact.name, value=fact.in_pymes))
                grid.addWidget(shown, number, 2)
        note = Words(_about_read(whole), Role.CAPTION)
        note.setVisible(bool(note.text()))
        grid.addWidget(note, grid.rowCount(), 0, 1, 3)
        return holder


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    approved: str
    in_pymes: str = ""
    differs: bool = False


def _at_right(words: Words) -> Words:
    words.setText(words.text().replace("$ ", "$\N{NO-BREAK SPACE}"))
    words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    return words


def _about_read(whole: Whole) -> str:
    if whole.read is not None:
        return _("Leído en Pymes el {day} a las {hour}").format(day=day(whole.read.at), hour=hour(whole.read.at))
    if whole.document is None:
        return ""
    if whole.row.state is State.PROVEN:
        return _("Al leerlo en Pymes coincidía; lo que respondió ya no se guarda.")
    return _("Todavía no se ha leído en Pymes.")


def _facts(whole: Whole) -> list[_Fact]:
    row, document = whole.row, whole.document
    if document is None:
        facts = [_Fact(_("Tercero"), row.counterparty)] if row.counterparty else []
        if row.payable is not None:
            facts.append(_Fact(_("Total"), money(row.payable, row.currency)))
        return facts
    sale = whole.read.sale if whole.read else None
    unlike = {one.aspect for one in differences(document, sale)} if sale else set()
    currency = document.currency

    def fact(name: str, approved: str, in_pymes: object = None, aspect: Aspect | None = None) -> _Fact:
        said = ("—" if in_pymes is None and aspect is not None else str(in_pymes or "")) if sale else ""
        return _Fact(name, approved, said, aspect in unlike)

    def amount(value: Decimal | None) -> str | None:
        return None if value is None or sale is None else money(value, sale.currency or currency)

    facts = [
        fact(
            _("Emitido"),
            f"{day(document.issued_at)} {hour(document.issued_at)}",
            day(sale.issued_on) if sale and sale.issued_on else None,
            Aspect.DATE,
        ),
        fact(_("Tercero"), document.counterparty.name, sale.counterparty_name if sale else None),
        fact(
            _("Identificación"),
            document.counterparty.id,
            sale.counterparty_id if sale else None,
            Aspect.COUNTERPARTY,
        ),
    ]
    if document.guest is not None:
        facts.append(fact(_("Huésped"), document.guest.name))
    if document.reference is not None:
        facts.append(fact(_("Corrige"), document.reference.full_number))
    facts.append(fact(_("Subtotal"), money(document.subtotal, currency)))
    for name, code, aspect in ((_("IVA"), "01", Aspect.IVA), (_("INC"), "04", Aspect.INC)):
        theirs = sale.taxes.get(code, Decimal(0)) if sale and sale.taxes is not None else None
        if (total := document.tax_total(code)) or theirs:
            facts.append(fact(name, money(total, currency), amount(theirs), aspect))
    if document.prepaid:
        facts.append(fact(_("Anticipos"), money(document.prepaid, currency)))
    payable = money(document.payable, currency)
    facts.append(fact(_("Total"), payable, amount(sale.payable) if sale else None, Aspect.PAYABLE))
    if sale is not None and Aspect.CUFE in unlike:
        facts.append(fact(_("CUFE / CUDE"), document.cufe or "", sale.cufe, Aspect.CUFE))
    if sale is not None and sale.annulled:
        facts.append(_Fact(_("Estado en Pymes"), "", aspect_value(Aspect.STANDING, ANNULLED), True))
    if sale is not None and sale.dian_state:
        facts.append(_Fact(_("DIAN, según Pymes"), "", sale.dian_state))
    return facts
