"""The ranges as gauges: how much of each is used and when it ends. A click leads to where all is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.texts import _
from app.texts.documents import families_name
from app.texts.overview import end_line, used_line
from app.texts.watch import heir_line
from ui.panel.rangewatch import URGENCY
from ui.parts import Elided, Plate, Words
from ui.theme import Role, Space, Tone, tokens

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.watch import RangeWatch


class Gauges(QWidget):
    """One gauge for each range."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.HAIR)
        self._none = Words(_("Se ven después de la primera comprobación de la numeración."), Role.SOFT)
        self._none.setContentsMargins(Space.SMALL, 0, Space.SMALL, 0)  # as far in as what a gauge says
        self._column.addWidget(self._none)
        self.gauges: list[Gauge] = []

    def show_ranges(self, ranges: tuple[RangeWatch, ...]) -> None:
        """Show these ranges; gauges that are there already only change what they tell."""
        self._none.setVisible(not ranges)
        while len(self.gauges) < len(ranges):
            gauge = Gauge(self)
            gauge.clicked.connect(self.chosen)
            self._column.addWidget(gauge)
            self.gauges.append(gauge)
        for number, gauge in enumerate(self.gauges):
            gauge.setVisible(number < len(ranges))
            if number < len(ranges):
                gauge.show_range(ranges[number])


class Gauge(Plate):
    """One range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(_("Ver en «Numeración»"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.SMALL, Space.SMALL, Space.SMALL, Space.SMALL)
        column.setSpacing(3)
        self._name = Elided("", Role.STRONG)
        self._bar = Bar(self)
        self._used = Words("", Role.SOFT)
        self._end = Words("", Role.CAPTION)
        for part in (self._name, self._bar, self._used, self._end):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)

    def show_range(self, watch: RangeWatch) -> None:
        """Show what is known of a range."""
        numbering = next(iter(watch.proof.columns.values()))
        total = numbering.last - numbering.first + 1
        used = None if watch.left is None else total - min(watch.left, total)
        expected = watch.forecast
        tone, end = Tone.GOOD, ""
        if watch.heir is not None:
            tone, end = Tone.IDLE, heir_line(watch.heir.range_name, watch.left)
        elif expected is not None:
            tone, end = URGENCY[expected.watch][0], end_line(expected)
        if not watch.proof.holds:
            tone = Tone.BAD
        self._name.setText(f"{families_name(watch.proof.family)} · {watch.proof.range_name}")
        self._bar.tell(None if used is None else used / max(total, 1), tone)
        self._used.setText(used_line(used, total))
        self._end.setText(end)
        self._end.setVisible(bool(end))
        self.setAccessibleName(f"{self._name.text()}. {self._used.text()}. {end}".strip())


class Bar(QWidget):
    """How full a range is; empty where that is not known, for words beside it say so."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self._tone = Tone.IDLE
        self.setFixedHeight(10)

    def tell(self, share: float | None, tone: Tone) -> None:
        """Show another share, from 0 to 1."""
        if (share, tone) != (self._share, self._tone):
            self._share, self._tone = share, tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5)
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.setBrush(QColor(t.raised))
        painter.drawRoundedRect(box, 3.5, 3.5)
        if self._share:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.shade(self._tone).ink))
            painter.drawRoundedRect(
                QRectF(box.left(), box.top(), max(box.width() * self._share, 4.0), box.height()), 3.5, 3.5
            )
        painter.end()
