"""Documents per day as bars, with what was invoiced on the day that is pointed at. It reads nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.model.daily import DayCount
from app.texts import _, whole
from app.texts.overview import day_line, days_line, short_day
from ui.parts import Elided
from ui.theme import Role, Space, tokens

_LOW: Final = 168
_FOOT: Final = 22
_HEAD: Final = 10
_WIDEST: Final = 28.0
_WEEK: Final = 7
_STEPS: Final = (1, 2, 5)


class DayChart(QWidget):
    """The bars, and above them a line that reads the chosen day out, or all days together where none is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        self.reading = Elided(_("Leyendo…"), Role.SOFT)
        self.bars = Bars(self)
        self.bars.told.connect(self.reading.setText)
        column.addWidget(self.reading)
        column.addWidget(self.bars, 1)

    def show_days(self, days: Sequence[DayCount]) -> None:
        """Show these days, the oldest first; the chosen place stays chosen."""
        self.bars.show_days(tuple(days))


class Bars(QWidget):
    """One bar for each day; the mouse, or the arrows of the keyboard, choose one."""

    told = Signal(str)
    """What stands of the chosen day, or of all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._days: tuple[DayCount, ...] = ()
        self._chosen: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName(_("Documentos por día"))

    @property
    def chosen(self) -> DayCount | None:
        """The day that is pointed at."""
        return None if self._chosen is None else self._days[self._chosen]

    def show_days(self, days: tuple[DayCount, ...]) -> None:
        """Draw these days."""
        if days != self._days:
            if len(days) != len(self._days):
                self._chosen = None
            self._days = days
            self._say()

    def choose(self, number: int | None) -> None:
        """Point at a day by its place, or at none."""
        if number != self._chosen:
            self._chosen = number
            self._say()

    def sizeHint(self) -> QSize:
        return QSize(420, _LOW)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _LOW)

    def _say(self) -> None:
        one = self.chosen
        words = day_line(one) if one is not None else days_line(self._days)
        self.told.emit(words)
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._days) - 1
        at = last if self._chosen is None else self._chosen
        key = Qt.Key
        moves = {
            key.Key_Left: at - (self._chosen is not None),
            key.Key_Right: at + 1,
            key.Key_Home: 0,
            key.Key_End: last,
        }
        if last >= 0 and event.key() in moves:
            self.choose(min(max(moves[key(event.key())], 0), last))
        elif event.key() == key.Key_Escape and self._chosen is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        field, step = self._field(), self._step()
        place = int((event.position().x() - field.left()) // step) if step else -1
        self.choose(place if 0 <= place < len(self._days) else None)

    def event(self, event: QEvent) -> bool:
        # Who leaves with the mouse or the keyboard no longer asks for a day.
        if event.type() in (QEvent.Type.Leave, QEvent.Type.FocusOut):
            self.choose(None)
        elif event.type() is QEvent.Type.FocusIn:
            self.update()
        return super().event(event)

    # Drawing

    def _field(self) -> QRectF:
        left = self.fontMetrics().horizontalAdvance(whole(self._top())) + Space.SMALL
        return QRectF(self.rect()).adjusted(left, _HEAD, -2, -_FOOT)

    def _step(self) -> float:
        return self._field().width() / len(self._days) if self._days else 0.0

    def _top(self) -> int:
        """Return the round number that the scale ends with."""
        most = max((one.n for one in self._days), default=0)
        power = 1
        while True:
            for step in _STEPS:
                if most <= step * power * 2:
                    return step * power * 2
            power *= 10

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        field, top = self._field(), self._top()
        is_empty = not any(one.n for one in self._days)
        for level in (0,) if is_empty else (0, top // 2, top):
            y = field.bottom() - field.height() * level / top
            painter.setPen(QPen(QColor(t.line_strong if level == 0 else t.line), 1))
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
            painter.setPen(QColor(t.faint))
            label = QRectF(0, y - 9, field.left() - Space.HAIR, 18)
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, whole(level))
        if is_empty and self._days:
            painter.setPen(QColor(t.soft))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(field.adjusted(0, 0, 0, -4), flags, _("Aquí se ve cada día lo que Botones lleva a Pymes."))
        self._paint_bars(painter, field, top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _paint_bars(self, painter: QPainter, field: QRectF, top: int) -> None:
        t, step, last = tokens(), self._step(), len(self._days) - 1
        width = min(step * 0.68, _WIDEST)
        for number, one in enumerate(self._days):
            middle = field.left() + step * (number + 0.5)
            if number == self._chosen:
                painter.fillRect(QRectF(middle - step / 2, field.top(), step, field.height()), QColor(t.selected))
            if one.n:
                # One document among thousands is still seen.
                height = max(field.height() * one.n / top, 2.0)
                bar = QRectF(middle - width / 2, field.bottom() - height, width, height)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(t.accent_hover if number == self._chosen else t.accent))
                round_by = min(3.0, height / 2, width / 2)
                painter.drawRoundedRect(bar, round_by, round_by)
            if (last - number) % _WEEK == 0:
                painter.setPen(QColor(t.faint))
                wide = QRectF(middle - 30, field.bottom() + 4, 60, _FOOT - 4)
                if wide.right() > self.width():
                    wide.moveRight(self.width())
                side = Qt.AlignmentFlag.AlignRight if number == last else Qt.AlignmentFlag.AlignHCenter
                painter.drawText(wide, side | Qt.AlignmentFlag.AlignVCenter, short_day(one.day))
