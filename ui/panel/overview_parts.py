"""The parts of the page Resumen: the verdict, a number with its name, one of the last documents. They read nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.status import Status
from app.texts import money, whole
from app.texts.documents import state_name
from app.texts.overview import what_to_do
from app.texts.status import proof_line, sentence
from ui.panel.rowpainter import ROW_HEIGHT, paint_amount, paint_counterparty, paint_number, paint_state
from ui.parts import MOOD_LOOK, Card, Elided, Icon, Plate, Words, polish
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row

_AMOUNT_WIDTH = 116
_STATE_WIDTH = 128


class Verdict(QFrame):
    """Is everything all right: one sentence, the time of its proof, and what to do about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE, Space.LARGE, Space.WIDE, Space.LARGE)
        row.setSpacing(Space.LARGE)
        self._icon = Icon("question", "soft", 36)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        self.sentence = Words("", Role.TITLE)
        self.proof = Words("", Role.BODY)
        words.addWidget(self.sentence)
        words.addWidget(self.proof)
        row.addLayout(words, 1)

    def draw(self, status: Status, now: datetime) -> None:
        """Show how things stand at this moment."""
        tone, icon = MOOD_LOOK[status.mood(now)]
        self._icon.show_icon(icon, f"{tone}.ink")
        self.sentence.setText(sentence(status, now))
        self.sentence.set_tone(tone)
        self.proof.setText(f"{proof_line(status, now)}. {what_to_do(status, now)}")
        self.setAccessibleName(f"{self.sentence.text()} {self.proof.text()}")
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            polish(self)


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


class RowLine(Plate):
    """One of the last documents; a click or Enter opens it. One painted widget: eight of them change at once."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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

    def paint_inside(self, painter: QPainter, box: QRectF) -> None:
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
