"""The steps of a way, one below the other: done, here, to come. Which may be entered is decided by whoever draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.texts import _
from ui.theme import Space, tokens
from ui.theme.icons import paint_icon

_ROW = 44
_DISC = 26


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class StepLook:
    """One step as the rail draws it."""

    title: str
    state: StepState = StepState.AHEAD
    can_enter: bool = False


class StepRail(QWidget):
    """A column of steps; a step that may be entered is a button."""

    entered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._steps: list[_Step] = []
        self.setAccessibleName(_("Pasos"))

    def show_steps(self, steps: Sequence[StepLook]) -> None:
        """Draw these steps."""
        while len(self._steps) < len(steps):
            step = _Step(len(self._steps), self)
            step.clicked.connect(lambda _checked=False, number=step.number: self.entered.emit(number))
            self._column.insertWidget(len(self._steps), step)
            self._steps.append(step)
        for number, step in enumerate(self._steps):
            step.setVisible(number < len(steps))
            if number < len(steps):
                step.show_look(steps[number], last=number == len(steps) - 1)


class _Step(QAbstractButton):
    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.number = number
        self._look = StepLook("")
        self._last = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_look(self, look: StepLook, last: bool) -> None:
        self._look, self._last = look, last
        self.setText(look.title)
        word = {
            StepState.DONE: _("hecho"),
            StepState.HERE: _("aquí"),
            StepState.AHEAD: _("por hacer"),
            StepState.WRONG: _("con diferencias"),
        }[look.state]
        self.setAccessibleName(_("Paso {n}: {title} ({state})").format(n=self.number + 1, title=look.title, state=word))
        self.setEnabled(look.can_enter)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if look.can_enter else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if look.can_enter else Qt.CursorShape.ArrowCursor)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_DISC + 3 * Space.MEDIUM + self.fontMetrics().horizontalAdvance(self._look.title) + 12, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = self._look.state
        box = QRectF(self.rect()).adjusted(1, 2, -1, -2)
        if state is StepState.HERE or (self.underMouse() and self.isEnabled()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.selected if state is StepState.HERE else t.raised))
            painter.drawRoundedRect(box, 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.focus), 2))
            painter.drawRoundedRect(box, 8, 8)
        centre = QPointF(Space.MEDIUM + _DISC / 2, self.height() / 2)
        if not self._last:
            painter.setPen(QPen(QColor(t.good.strong if state is StepState.DONE else t.line), 2))
            painter.drawLine(QPointF(centre.x(), centre.y() + _DISC / 2 + 3), QPointF(centre.x(), self.height()))
        if self.number:
            painter.setPen(QPen(QColor(t.line), 2))
            painter.drawLine(QPointF(centre.x(), 0), QPointF(centre.x(), centre.y() - _DISC / 2 - 3))
        fill, ink, edge = {
            StepState.DONE: (t.good.strong, t.good.on_strong, t.good.strong),
            StepState.HERE: (t.accent, t.on_accent, t.accent),
            StepState.AHEAD: (t.surface, t.faint, t.line_strong),
            StepState.WRONG: (t.warn.strong, t.warn.on_strong, t.warn.strong),
        }[state]
        disc = QRectF(centre.x() - _DISC / 2, centre.y() - _DISC / 2, _DISC, _DISC)
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(fill))
        painter.drawEllipse(disc)
        font = self.font()
        font.setBold(True)
        font.setPixelSize(12)
        if state in (StepState.DONE, StepState.WRONG):
            paint_icon(painter, "check" if state is StepState.DONE else "alert", ink, disc.adjusted(5, 5, -5, -5))
        else:
            painter.setFont(font)
            painter.setPen(QColor(ink))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self.number + 1))
        font.setPixelSize(14)
        font.setBold(state is StepState.HERE)
        painter.setFont(font)
        painter.setPen(QColor(t.text if state is not StepState.AHEAD else t.soft))
        left = Space.MEDIUM + _DISC + Space.MEDIUM
        line = QRectF(left, 0, self.width() - left - Space.SMALL, self.height())
        title = painter.fontMetrics().elidedText(self._look.title, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        painter.end()
