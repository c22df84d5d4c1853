"""A value with the characters marked in which it differs from another, painted and never markup."""

from difflib import SequenceMatcher
from itertools import groupby

from PySide6.QtCore import QMargins, QPointF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Tone, fixed_font, tokens

_GAP = "\u00a0"


def differing(value: str, reference: str) -> tuple[tuple[str, bool], ...]:
    """Cut ``value`` in pieces, each marked or not; what it lacks against ``reference`` is a marked gap as wide."""
    if len(value) == len(reference):
        # Digits that changed places are easier to find position by position than as moved blocks.
        flags = ((character, character != other) for character, other in zip(value, reference, strict=True))
        return tuple(("".join(c for c, _ in run), marked) for marked, run in groupby(flags, key=lambda pair: pair[1]))
    pieces = []
    for kind, start, end, start_b, end_b in SequenceMatcher(None, value, reference, autojunk=False).get_opcodes():
        piece = _GAP * (end_b - start_b) if kind == "insert" else value[start:end]
        pieces.append((piece, kind != "equal"))
    return tuple(pieces)


class DiffText(QWidget):
    """One value in digits of one width; wraps where it must."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._pieces: tuple[tuple[str, bool], ...] = ()
        self._tone: Tone | None = None
        self._margins = QMargins()
        self.setFont(fixed_font())
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_margins(self, left: int, top: int, right: int, bottom: int) -> None:
        """Leave room around the value."""
        self._margins = QMargins(left, top, right, bottom)

    def show_value(self, text: str, reference: str | None = None, tone: Tone | None = None) -> None:
        """Show ``text``; with a reference, mark where it differs."""
        self._pieces = ((text, False),) if reference is None else differing(text, reference)
        self._text = "".join(piece for piece, _marked in self._pieces)
        self._tone = tone
        self.updateGeometry()
        self.update()

    @property
    def marked(self) -> tuple[str, ...]:
        """Return the marked pieces."""
        return tuple(piece for piece, marked in self._pieces if marked)

    def _layout(self, width: float) -> QTextLayout:
        t = tokens()
        layout = QTextLayout(self._text, self._value_font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        formats = []
        at = 0
        for piece, marked in self._pieces:
            start, at = at, at + len(piece)
            if not marked:
                continue
            form = QTextCharFormat()
            form.setBackground(QColor(t.bad.strong))
            form.setForeground(QColor(t.bad.on_strong))
            form.setFontWeight(QFont.Weight.Bold)
            span = QTextLayout.FormatRange()
            span.start, span.length, span.format = start, len(piece), form
            formats.append(span)
        layout.setFormats(formats)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 20.0))
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout

    def _value_font(self) -> QFont:
        # A sentence, such as the option of «Aplica a», reads badly in digits of one width.
        font = self.font()
        if len(self._text) > 20:
            font = QFont(self.window().font())
            font.setPixelSize(13)
        return font

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        around = self._margins
        inner = width - around.left() - around.right()
        return int(self._layout(inner).boundingRect().height()) + 2 + around.top() + around.bottom()

    def sizeHint(self) -> QSize:
        advance = QFontMetricsF(self._value_font()).horizontalAdvance(self._text)
        width = int(min(advance, 220.0)) + 4 + self._margins.left() + self._margins.right()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        least = 90 + self._margins.left()
        return QSize(least, self.heightForWidth(max(least, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setPen(QColor(t.shade(self._tone).ink if self._tone else t.text))
        layout = self._layout(self.width() - self._margins.left() - self._margins.right())
        offset = max(0.0, (self.height() - layout.boundingRect().height()) / 2)
        layout.draw(painter, QPointF(self._margins.left(), offset))
        painter.end()
