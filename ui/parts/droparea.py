"""A place to drop one file or folder, with a button for those who steer with keys. What it is for, its user knows."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.parts.buttons import Button
from ui.parts.frames import Icon
from ui.parts.words import Words
from ui.theme import Role, Space, tokens


class DropArea(QWidget):
    """Takes one local path that it ``wants``; anything else shows the sign that it cannot be dropped here."""

    dropped = Signal(object)
    """The ``Path``."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str,
        wants: Callable[[Path], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wants = wants
        self._over = False
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        row.setSpacing(Space.MEDIUM)
        row.addWidget(Icon(icon, "accent_ink", 28), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Words(title, Role.STRONG))
        words.addWidget(Words(text, Role.SOFT))
        row.addLayout(words, 1)
        self.button = Button(action)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def path_in(self, data: QMimeData) -> Path | None:
        """Return the one path that is carried, where it is wanted."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        return paths[0] if len(data.urls()) == 1 and paths and self._wants(paths[0]) else None

    def show_over(self, over: bool) -> None:
        """Show whether something hovers that may be dropped."""
        if over is not self._over:
            self._over = over
            self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.isEnabled() and self.path_in(event.mimeData()) is not None:
            # Never a move: the person's file stays where it is.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.show_over(True)
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.show_over(False)
        if self.isEnabled() and (path := self.path_in(event.mimeData())) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(t.accent if self._over else t.line_strong), 2.0 if self._over else 1.4)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(QColor(t.selected if self._over else t.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()
