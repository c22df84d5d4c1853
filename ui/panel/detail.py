"""One document beside the list: where it stands, why, who mends it and where, and what happened so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.documents import Document
from app.model.journey import Event
from app.texts import _, day, hour, money
from app.texts.causes import explain, mender_name, particulars
from app.texts.documents import family_name, state_meaning
from ui.panel.timeline import Timeline
from ui.parts import (
    STATE_LOOK,
    Button,
    CopyField,
    Icon,
    IconButton,
    Scroll,
    StatePill,
    Surface,
    Words,
    clear,
    rule,
)
from ui.theme import Role, Space

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row


_NARROWEST = 320
_WIDEST = 440


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything the ledger holds of one document."""

    row: Row
    document: Document | None
    events: tuple[Event, ...]


class Detail(Surface):
    """Draws one ``Whole``; takes no room while there is none."""

    closed = Signal()
    release_requested = Signal(str)
    """The ledger key of a document that somebody has mended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("card", parent=parent)
        self._shown: Whole | None = None
        self._scroll = Scroll(margins=Space.LARGE, spacing=Space.MEDIUM)
        self._timeline = Timeline()
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
    def key(self) -> str | None:
        """The key of the document shown."""
        return self._shown.row.key if self._shown else None

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
        self._content.addLayout(self._values(whole))
        if whole.document is not None and whole.document.cufe:
            self._content.addWidget(CopyField(_("CUFE / CUDE"), whole.document.cufe))
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
        words.addWidget(Words(explanation.title, Role.STRONG))
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
        if row.state.needs_a_person and row.family is not None and not row.cause.heals_itself:
            again = Button(_("Ya está corregido: reintentar"), icon="sync")
            again.clicked.connect(lambda: self.release_requested.emit(row.key))
            words.addSpacing(Space.SMALL)
            words.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _values(self, whole: Whole) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        for number, (name, value) in enumerate(_facts(whole)):
            grid.addWidget(Words(name, Role.SOFT, wraps=False), number, 0, Qt.AlignmentFlag.AlignTop)
            shown = Words(value, Role.BODY, selectable=True)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight)
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(shown, number, 1)
        return grid


def _facts(whole: Whole) -> list[tuple[str, str]]:
    row, document = whole.row, whole.document
    facts: list[tuple[str, str]] = []
    if row.issued_at is not None:
        facts.append((_("Emitido"), f"{day(row.issued_at)} {hour(row.issued_at)}"))
    facts.append((_("Tercero"), row.counterparty))
    if document is not None:
        facts.append((_("Identificación"), document.counterparty.id))
        if document.guest is not None:
            facts.append((_("Huésped"), document.guest.name))
        if document.reference is not None:
            facts.append((_("Corrige"), document.reference.full_number))
        facts.append((_("Subtotal"), money(document.subtotal, document.currency)))
        for name, code in ((_("IVA"), "01"), (_("INC"), "04")):
            if total := document.tax_total(code):
                facts.append((name, money(total, document.currency)))
        if document.prepaid:
            facts.append((_("Anticipos"), money(document.prepaid, document.currency)))
    if row.payable is not None:
        facts.append((_("Total"), money(row.payable, row.currency)))
    return facts
