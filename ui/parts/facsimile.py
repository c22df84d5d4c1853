"""A page of a PDF drawn from its words at their places, so that a person sees where a value stood.

It is no picture of the page: lines, stamps and logos are not in it, and the words beside say so.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.connectors.pdf_words import Page, Word
from app.model.form1876 import Place
from ui.theme import RADIUS, tokens

_AROUND = 2.5
"""Points between a value and its frame."""


class Facsimile(QWidget):
    """A window on a page; ``framed`` are the places that something was read from."""

    def __init__(
        self, page: Page, window: QRectF, framed: Sequence[Place], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._framed = [_box(place).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND) for place in framed]
        self._words = [word for line in page.lines for word in line if window.intersects(_box(word))]
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * self._window.height() / self._window.width())

    def sizeHint(self) -> QSize:
        return QSize(380, self.heightForWidth(380))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.heightForWidth(max(220, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        paper = QPainterPath()
        paper.addRoundedRect(edge, RADIUS, RADIUS)
        painter.fillPath(paper, QColor(t.surface))
        painter.setClipPath(paper)
        scale = min(self.width() / self._window.width(), self.height() / self._window.height())
        frames = [self._placed(box, scale) for box in self._framed]
        painter.setPen(QPen(QColor(t.accent), 1.6))
        painter.setBrush(QColor(t.selected))
        for frame in frames:
            painter.drawRoundedRect(frame, 4, 4)
        for word in self._words:
            box = self._placed(_box(word), scale)
            is_read = any(frame.contains(box.center()) for frame in frames)
            painter.setPen(QColor(t.text if is_read else t.faint))
            _draw_word(painter, word.text, box, bold=is_read)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.drawPath(paper)
        painter.end()

    def _placed(self, box: QRectF, scale: float) -> QRectF:
        corner = QPointF((box.x() - self._window.x()) * scale, (box.y() - self._window.y()) * scale)
        return QRectF(corner.x(), corner.y(), box.width() * scale, box.height() * scale)


def _box(place: Word | Place) -> QRectF:
    return QRectF(place.x0, place.y0, place.x1 - place.x0, place.y1 - place.y0)


def _draw_word(painter: QPainter, text: str, box: QRectF, *, bold: bool) -> None:
    """Fit a word into its box: the PDF's own font is not at hand, its places are."""
    font = QFont(painter.font())
    font.setPixelSize(max(4, round(box.height() * 0.86)))
    font.setBold(bold)
    metrics = QFontMetricsF(font)
    natural = metrics.horizontalAdvance(text)
    if natural <= 0 or box.width() <= 0:
        return
    painter.save()
    painter.setFont(font)
    painter.translate(box.left(), box.center().y() + (metrics.ascent() - metrics.descent()) / 2)
    painter.scale(box.width() / natural, 1.0)
    painter.drawText(QPointF(0, 0), text)
    painter.restore()
