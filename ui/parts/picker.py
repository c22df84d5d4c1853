"""A list to pick one of a few from, with an arrow that follows the theme; under a style sheet Qt draws none."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from ui.theme import tokens
from ui.theme.icons import paint_icon

_ARROW = 14
_FROM_EDGE = 8


class Picker(QComboBox):
    """A ``QComboBox`` as this program draws it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        left = self.width() - _ARROW - _FROM_EDGE
        box = QRectF(left, (self.height() - _ARROW) / 2, _ARROW, _ARROW)
        paint_icon(painter, "down", tokens().soft if self.isEnabled() else tokens().faint, box)
        painter.end()
