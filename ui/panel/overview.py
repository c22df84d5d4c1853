"""The first page: today in numbers, what needs a person, and the last documents as they move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.clock import Clock
from app.model.journey import State
from app.model.numbering import NumberingProof
from app.model.status import Status
from app.texts import _, money, when, whole
from app.texts.causes import explain_failure
from app.texts.documents import families_name, state_name
from app.texts.forecast import ending_title, watch_line
from app.texts.numbering import proof_title
from app.texts.status import needs, rebuild_story, rebuild_title, trouble_line
from ui.panel.documents import Reader
from ui.panel.query import Latest
from ui.panel.rowpainter import ROW_HEIGHT, paint_amount, paint_counterparty, paint_number, paint_state
from ui.parts import Banner, Card, Elided, EmptyState, Icon, Scroll, Words, clear
from ui.theme import Role, Space, Tone, tokens

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row

_LAST = 7
_NARROW = 860
_AMOUNT_WIDTH = 116
_STATE_WIDTH = 128


class OverviewPage(Scroll):
    """Is everything all right?"""

    numbering_requested = Signal()
    states_requested = Signal(object)
    wizard_requested = Signal()
    row_requested = Signal(object)

    def __init__(
        self, clock: Clock, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._clock = clock
        self._reader: Reader | None = None
        self._query = Latest(on_error)
        self._needs_shown: object = None
        self.today = Metric(_("Llevados hoy a Pymes"), "check", Tone.GOOD)
        self.pending = Metric(_("En camino"), "clock", Tone.BUSY)
        self.doubt = Metric(_("En duda"), "question", Tone.WARN)
        self.waiting = Metric(_("Necesitan de usted"), "person", Tone.BAD)
        self._metrics = QGridLayout()
        self._metrics.setSpacing(Space.LARGE)
        self._numbers = (self.today, self.pending, self.doubt, self.waiting)
        self._narrow: bool | None = None
        for metric in self._numbers:
            metric.setParent(self.widget())
        self.box.addLayout(self._metrics)
        self._needs = QVBoxLayout()
        self._needs.setSpacing(Space.SMALL)
        self._needs_card = Card(_("Necesita de usted"))
        self._needs_card.box.addLayout(self._needs)
        self._needs_card.box.addStretch(1)
        self._last_card = Card(_("Últimos documentos"))
        self._rows = [RowLine() for _number in range(_LAST)]
        for line in self._rows:
            line.chosen.connect(self.row_requested)
            line.hide()
            self._last_card.box.addWidget(line)
        self._last_card.box.setSpacing(0)
        self._last_card.head.setContentsMargins(0, 0, 0, Space.SMALL)
        self._none_yet = EmptyState(
            "inbox", _("Todavía no hay documentos"), _("Cuando Alojamientos apruebe uno, aparece aquí.")
        )
        self._last_card.box.addWidget(self._none_yet)
        self._last_card.box.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(Space.LARGE)
        self._columns.addWidget(self._needs_card, 4)
        self._columns.addWidget(self._last_card, 9)
        self.box.addLayout(self._columns, 1)

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.refresh()

    def refresh(self) -> None:
        """Look into the ledger again."""
        if (reader := self._reader) is not None:
            self._query.ask(lambda: reader.page(0, _LAST), self._show_rows)

    def draw(self, status: Status) -> None:
        """Show this Status."""
        counts = status.counts
        total = _("{n} en total").format(n=whole(counts.proven))
        adopted = _("{n} adoptados").format(n=whole(counts.adopted)) if counts.adopted else ""
        self.today.tell(counts.today, ", ".join(filter(None, (total, adopted))))
        self.pending.tell(counts.waiting, _("en fila o enviándose") if counts.waiting else _("ninguno"))
        self.doubt.tell(counts.in_doubt, _("se buscan en Pymes") if counts.in_doubt else _("ninguno"))
        asked = counts.held + counts.conflict + counts.missing
        self.waiting.tell(asked, _("con su causa") if asked else _("nada por ahora"))
        self._draw_needs(status, self._clock.now())

    def _draw_needs(self, status: Status, now: datetime) -> None:
        broken = status.broken_proofs
        counts = (status.counts.conflict, status.counts.held, status.counts.missing)
        trouble = status.trouble
        shown = (
            status.set_up,
            status.paused,
            trouble,
            status.rebuild,
            counts,
            tuple(_content(proof) for proof in broken),
            status.ending_ranges,
        )
        if shown == self._needs_shown:
            return
        self._needs_shown = shown
        clear(self._needs)
        if not status.set_up:
            self._needs.addWidget(
                Banner(
                    Tone.PRACTICE,
                    _("Falta configurar la conexión"),
                    _("El asistente muestra cómo, paso a paso; se puede dejar y retomar."),
                    action=_("Asistente"),
                    do=self.wizard_requested.emit,
                    icon="wizard",
                )
            )
        if trouble is not None:
            explanation = explain_failure(trouble.failure)
            said = "\n".join((explanation.meaning, *trouble.messages, explanation.place))
            since = _("Desde {when}.").format(when=when(trouble.since, now))
            self._needs.addWidget(
                Banner(
                    Tone.BAD,
                    trouble_line(trouble),
                    f"{said}\n{since}",
                    action=_("Asistente") if trouble.needs_a_person and not trouble.failure.is_about_ledger else "",
                    do=self.wizard_requested.emit,
                )
            )
        if status.rebuild is not None:
            self._needs.addWidget(Banner(Tone.WARN, rebuild_title(), rebuild_story(status.rebuild, now)))
        for proof in broken:
            self._needs.addWidget(
                Banner(
                    Tone.BAD,
                    f"{families_name(proof.family)} · {proof.range_name}",
                    _("{what}. Nada de este rango se envía.").format(what=proof_title(proof)),
                    action=_("Ver"),
                    do=self.numbering_requested.emit,
                )
            )
        for one in status.ending_ranges:
            self._needs.addWidget(
                Banner(
                    Tone.WARN,
                    ending_title(one),
                    watch_line(one),
                    action=_("Ver"),
                    do=self.numbering_requested.emit,
                    icon="clock",
                )
            )
        kinds = [
            (state, tone)
            for state, tone, n in zip(
                (State.CONFLICT, State.HELD, State.MISSING), (Tone.BAD, Tone.WARN, Tone.WARN), counts, strict=True
            )
            if n
        ]
        for (state, tone), line in zip(kinds, needs(status.counts), strict=True):
            self._needs.addWidget(Banner(tone, line, action=_("Ver"), do=partial(self.states_requested.emit, (state,))))
        if self._needs.count() == 0:
            going = _("Botones está en pausa.") if status.paused else _("Botones sigue vigilando.")
            self._needs.addWidget(EmptyState("shield", _("Nada pendiente de usted"), going))

    def _show_rows(self, rows: tuple[Row, ...]) -> None:
        self._none_yet.setVisible(not rows)
        for number, line in enumerate(self._rows):
            line.setVisible(number < len(rows))
            if number < len(rows):
                line.show_row(rows[number])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.viewport().width() < _NARROW
        if narrow is self._narrow:
            return
        self._narrow = narrow
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        across = 2 if narrow else len(self._numbers)
        for number, metric in enumerate(self._numbers):
            self._metrics.addWidget(metric, number // across, number % across)
            self._metrics.setColumnStretch(number, 1 if number < across else 0)


def _content(proof: NumberingProof) -> object:
    return (proof.family, proof.range_name, proof.cells, proof.conditions)


class Metric(Card):
    """One number with its name."""

    def __init__(self, name: str, icon: str, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._name = name
        self._icon_name = icon
        self._tone = tone
        self.box.setSpacing(Space.HAIR)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        self._icon = Icon(icon, "faint", 18)
        head.addWidget(self._icon)
        head.addWidget(Elided(name, Role.SOFT), 1)
        self.box.addLayout(head)
        self._value = Words("–", Role.DISPLAY, wraps=False)
        self.box.addWidget(self._value)
        self._note = Elided("", Role.CAPTION)
        self.box.addWidget(self._note)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def tell(self, value: int, note: str) -> None:
        """Show a number; zero is quiet."""
        self._value.setText(whole(value))
        self._value.set_tone(self._tone if value else None)
        self._icon.show_icon(self._icon_name, f"{self._tone}.ink" if value else "faint")
        self._note.setText(note)
        self.setAccessibleName(f"{self._name}: {whole(value)}. {note}")


class RowLine(QAbstractButton):
    """One of the last documents; a click or Enter opens it. One painted widget: eight of them change at once."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(ROW_HEIGHT)
        self.setMinimumWidth(320)
        self._row: Row | None = None
        self.clicked.connect(lambda: self.chosen.emit(self._row))

    def show_row(self, row: Row) -> None:
        """Show this document."""
        if row == self._row:
            return
        self._row = row
        value = money(row.payable, row.currency) if row.payable is not None else ""
        self.setAccessibleName(f"{row.full_number}, {row.counterparty}, {value}, {state_name(row.state, row.adopted)}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(t.focus), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.raised) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 8, 8)
        if (row := self._row) is not None:
            inner = box.adjusted(Space.SMALL, 0, -Space.SMALL, 0)
            left = max(124.0, inner.width() * 0.2)
            name = inner.width() - left - _AMOUNT_WIDTH - _STATE_WIDTH - 2 * Space.MEDIUM
            x = inner.left()
            paint_number(painter, QRectF(x, inner.top(), left, inner.height()), row)
            x += left
            paint_counterparty(painter, QRectF(x, inner.top(), name, inner.height()), row)
            x += name
            paint_amount(painter, QRectF(x, inner.top(), _AMOUNT_WIDTH + Space.MEDIUM, inner.height()), row)
            x += _AMOUNT_WIDTH + 2 * Space.MEDIUM
            paint_state(painter, QRectF(x, inner.top(), _STATE_WIDTH, inner.height()), row)
        painter.end()
