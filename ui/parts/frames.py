"""What holds other parts: cards, banners, empty states, scrolling pages."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui.parts.buttons import Button, Kind
from ui.parts.words import Words, polish
from ui.theme import Role, Space, Tone, tokens
from ui.theme.icons import paint_icon
from ui.theme.tokens import value_of


class Icon(QWidget):
    """A drawn icon in a colour of the theme, named like ``accent_ink`` or ``good.ink``. Silent to screen readers."""

    def __init__(self, name: str, colour: str = "soft", size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._colour = colour
        self.setFixedSize(QSize(size, size))

    def show_icon(self, name: str, colour: str) -> None:
        """Draw another icon."""
        if (name, colour) != (self._name, self._colour):
            self._name, self._colour = name, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, value_of(tokens(), self._colour), QRectF(self.rect()))
        painter.end()


class Surface(QFrame):
    """A frame with one of the theme's grounds (``card``, ``sunken``, ``band``, ``rail``, ``foot``) and a box layout."""

    def __init__(
        self,
        kind: str,
        *,
        across: bool = False,
        margins: tuple[int, int, int, int] = (0, 0, 0, 0),
        spacing: int = Space.SMALL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", kind)
        self.box: QBoxLayout = QHBoxLayout(self) if across else QVBoxLayout(self)
        self.box.setContentsMargins(*margins)
        self.box.setSpacing(spacing)


class Card(Surface):
    """A titled piece of a page; add to ``box``."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(
            "card", margins=(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE), spacing=Space.MEDIUM, parent=parent
        )
        self.head = QHBoxLayout()
        self.head.setSpacing(Space.SMALL)
        if title:
            self.title = Words(title, Role.HEADING, wraps=False)
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.box.addLayout(self.head)

    def hold_plates(self, inset: int) -> None:
        """Make room for what lights up as a whole: its words, ``inset`` from its edge, begin where the title does."""
        self.box.setContentsMargins(Space.LARGE - inset, Space.LARGE, Space.LARGE - inset, Space.LARGE)
        self.head.setContentsMargins(inset, 0, inset, 0)


def rule(parent: QWidget | None = None) -> QFrame:
    """Return a hairline."""
    line = QFrame(parent)
    line.setProperty("surface", "rule")
    return line


_TONE_ICON = {
    Tone.GOOD: "check",
    Tone.BUSY: "sync",
    Tone.WARN: "alert",
    Tone.BAD: "alert",
    Tone.IDLE: "info",
    Tone.PRACTICE: "info",
}


_NARROW = 440
_READABLE_WIDTH = 560
"""A longer line is hard to find the next one from."""


class Banner(QFrame):
    """One message with one way out: what happened, what it means, a button that helps."""

    def __init__(
        self,
        tone: Tone,
        title: str,
        text: str = "",
        *,
        action: str = "",
        do: Callable[[], object] | None = None,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._whole.setContentsMargins(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM)
        self._whole.setSpacing(Space.MEDIUM)
        self._row = row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self._icon = Icon("info", "soft", 20, self)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = Words(role=Role.STRONG)
        self._text = Words(role=Role.BODY)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self._whole.addLayout(row, 1)
        self.button = Button(action, Kind.NORMAL)
        self.button.setVisible(bool(action))
        if do is not None:
            self.button.clicked.connect(lambda: do())
        self._whole.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tell(tone, title, text, icon)

    def tell(self, tone: Tone, title: str, text: str = "", icon: str = "") -> None:
        """Say something else."""
        self._icon.show_icon(icon or _TONE_ICON[tone], f"{tone}.ink")
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        # One line stands in the middle beside a button that is higher, and its icon with it.
        self._row.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop if text else Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{title} {text}".strip())
        if self.property("banner") != tone.value:
            self.setProperty("banner", tone.value)
            polish(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Beside the button a narrow banner would leave its words a column of single ones.
        direction = QBoxLayout.Direction
        self._whole.setDirection(direction.TopToBottom if self.width() < _NARROW else direction.LeftToRight)


class EmptyState(QWidget):
    """What a list says while it has nothing to show, and what one may do about it."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        *,
        action: str = "",
        do: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.HUGE, Space.WIDE, Space.HUGE)
        column.setSpacing(Space.SMALL)
        column.addStretch(1)
        column.addWidget(Icon(icon, "faint", 40, self), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(Space.SMALL)
        self._title = Words(title, Role.HEADING)
        self._text = Words(text, Role.SOFT)
        for words in (self._title, self._text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setMaximumWidth(_READABLE_WIDTH)
            # What may grow no wider would stand at the left of a column.
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(words, _READABLE_WIDTH)
            row.addStretch(1)
            column.addLayout(row)
        if action:
            column.addSpacing(Space.SMALL)
            button = Button(action, Kind.NORMAL)
            if do is not None:
                button.clicked.connect(lambda: do())
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def tell(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)


class _Inner(QWidget):
    """The page inside a ``Scroll``: as high as its content needs at the width that it has."""

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            # Wrapped texts claim the height that they would need at their narrowest; the scroll area asks for the
            # height at the real width besides, and only that one counts.
            hint.setHeight(0)
        return hint


class Scroll(QScrollArea):
    """A page that scrolls down, never sideways; add to ``box``."""

    def __init__(self, margins: int = Space.WIDE, spacing: int = Space.LARGE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = _Inner()
        inner.setProperty("surface", "clear")
        self.box = QVBoxLayout(inner)
        self.box.setContentsMargins(margins, margins, margins, margins)
        self.box.setSpacing(spacing)
        self.setWidget(inner)
        inner.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Without this a page that cannot scroll sideways may become narrower than its content.
        inner = self.widget()
        if watched is inner and event.type() == QEvent.Type.LayoutRequest:
            self.setMinimumWidth(inner.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width())
        return False


def fit(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, or what its screen has room for beside a frame and a taskbar."""
    room = window.screen().availableSize()
    window.resize(min(width, room.width() - 40), min(height, room.height() - 60))


def clear(layout: QLayout) -> None:
    """Take everything out of ``layout`` and throw it away."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
            inner.deleteLater()
