"""A row that goes on below where the window is too narrow for it. It only places widgets."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from ui.theme import Space


class FlowRow(QLayout):
    """Widgets side by side as wide as they like, in as many rows as it takes."""

    def __init__(self, spacing: int = Space.SMALL) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items if not item.isEmpty()]
        width = max((size.width() for size in sizes), default=0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Put every widget in its place, or only reckon; return the height that it takes."""
        x, y, tall, gap = rect.x(), rect.y(), 0, self.spacing()
        row: list[tuple[QLayoutItem, QRect]] = []

        def settle() -> None:
            for item, place in row:
                if move:
                    place.moveTop(y + (tall - place.height()) // 2)
                    item.setGeometry(place)
            row.clear()

        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            width = min(hint.width(), rect.width())
            height = item.heightForWidth(width) if item.hasHeightForWidth() else hint.height()
            if row and x + width > rect.right() + 1:
                settle()
                x, y, tall = rect.x(), y + tall + gap, 0
            row.append((item, QRect(x, y, width, height)))
            x, tall = x + width + gap, max(tall, height)
        settle()
        return y + tall - rect.y()


def holding(row: FlowRow) -> QWidget:
    """Return a widget that is as high as its row needs."""
    frame = QWidget()
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    frame.setSizePolicy(policy)
    frame.setLayout(row)
    return frame


def flowing(*widgets: QWidget, spacing: int = Space.SMALL) -> QWidget:
    """Return a widget that holds these in a row that wraps."""
    row = FlowRow(spacing)
    frame = holding(row)
    for widget in widgets:
        row.addWidget(widget)
    return frame
