"""What a person chooses with: a card of a few, and a box to tick. Both wrap their words, and are drawn by the theme."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from ui.theme import Space, tokens
from ui.theme.icons import paint_icon

_MARK = 18
_NARROWEST = 160


def _laid_out(text: str, font: QFont, weight: int, width: float) -> QTextLayout:
    face = QFont(font)
    face.setPixelSize(14)
    face.setWeight(QFont.Weight(weight))
    layout = QTextLayout(text, face)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 40.0))
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout


def _grow_down(button: QAbstractButton, across: QSizePolicy.Policy) -> None:
    policy = QSizePolicy(across, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    button.setSizePolicy(policy)
    button.setCursor(Qt.CursorShape.PointingHandCursor)


class Choice(QRadioButton):
    """One of a few, as a card: a title, a sentence, and the ring of the chosen one."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._sentence = text
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        _grow_down(self, QSizePolicy.Policy.Expanding)

    def _both(self, width: int) -> tuple[QTextLayout, QTextLayout]:
        inner = width - _MARK - Space.MEDIUM - 2 * Space.LARGE
        font = self.font()
        return _laid_out(self.text(), font, 600, inner), _laid_out(self._sentence, font, 400, inner)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        title, sentence = self._both(width)
        return int(title.boundingRect().height() + sentence.boundingRect().height()) + 2 * Space.MEDIUM + Space.HAIR

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, self.heightForWidth(max(_NARROWEST, self.width())))

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        checked, focused = self.isChecked(), self.hasFocus()
        edge = t.focus if focused else t.accent if checked else t.line
        width = 2.0 if focused or checked else 1.0
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(t.selected if checked else t.raised if self.underMouse() else t.surface))
        box = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(box, 10, 10)
        if checked and focused:
            # The edge of what is chosen looks much like the ring.
            painter.setPen(QPen(QColor(t.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(4, 4, -4, -4), 7, 7)
        disc = QRectF(Space.LARGE, Space.MEDIUM + 1, _MARK, _MARK)
        painter.setPen(QPen(QColor(t.accent if checked else t.line_strong), 1.6))
        painter.setBrush(QColor(t.accent if checked else t.surface))
        painter.drawEllipse(disc)
        if checked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.on_accent))
            painter.drawEllipse(disc.center(), 3.6, 3.6)
        title, sentence = self._both(self.width())
        left = disc.right() + Space.MEDIUM
        painter.setPen(QColor(t.text if self.isEnabled() else t.faint))
        title.draw(painter, QPointF(left, Space.MEDIUM))
        painter.setPen(QColor(t.soft if self.isEnabled() else t.faint))
        sentence.draw(painter, QPointF(left, Space.MEDIUM + Space.HAIR + title.boundingRect().height()))
        painter.end()


class Check(QCheckBox):
    """A box to tick, with words that wrap beside it."""

    _GAP = 10
    _PAD = 3

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _grow_down(self, QSizePolicy.Policy.Preferred)

    def _words(self, width: int) -> QTextLayout:
        return _laid_out(self.text(), self.font(), 400, width - _MARK - self._GAP - 2 * self._PAD)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(_MARK, int(self._words(width).boundingRect().height())) + 2 * self._PAD + 2

    def sizeHint(self) -> QSize:
        wide = _MARK + self._GAP + 2 * self._PAD + self.fontMetrics().horizontalAdvance(self.text()) + 8
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        narrow = min(_NARROWEST, self.sizeHint().width())
        return QSize(narrow, self.heightForWidth(max(narrow, self.width())))

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, able = self.isChecked(), self.isEnabled()
        if self.hasFocus():
            painter.setPen(QPen(QColor(t.focus), 2))
            around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            around.setWidth(min(around.width(), self.sizeHint().width() - 2))
            painter.drawRoundedRect(around, 6, 6)
        words = self._words(self.width())
        line = words.lineAt(0).height() if words.lineCount() else _MARK
        box = QRectF(self._PAD + 1, self._PAD + 1 + (line - _MARK) / 2, _MARK, _MARK)
        accent = t.accent if able else t.faint
        painter.setPen(QPen(QColor(accent if on else t.line_strong if able else t.line), 1.6))
        painter.setBrush(QColor(accent if on else t.raised if self.underMouse() and able else t.surface))
        painter.drawRoundedRect(box.adjusted(0.8, 0.8, -0.8, -0.8), 4, 4)
        if on:
            paint_icon(painter, "check", t.on_accent if able else t.surface, box.adjusted(2, 2, -2, -2))
        painter.setPen(QColor(t.text if able else t.faint))
        words.draw(painter, QPointF(box.right() + self._GAP, self._PAD + 1))
        painter.end()
