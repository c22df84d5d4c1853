"""The window of the first second, while vault and practice hotel come up, or of a start that failed. It only shows."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from app.texts import _
from ui.panel.header import practice_ribbon
from ui.parts import Banner, Button, Kind, Spinner, Words, fit
from ui.theme import Role, Space, Tone, fixed_font
from ui.theme.icons import app_icon


class OpeningWindow(QWidget):
    """Says what is being waited for; after a failure, what failed."""

    retry_requested = Signal()
    quit_requested = Signal()
    left = Signal()
    """Closed by the person."""
    support_requested = Signal()
    hotel_chosen = Signal(str)
    """Another one is to be shown instead."""

    def __init__(self, *, practice: bool) -> None:
        super().__init__()
        self.may_close = False
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(_("Botones (práctica)") if practice else _("Botones"))
        fit(self, 1000, 700)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        if practice:
            column.addWidget(practice_ribbon())
        middle = QVBoxLayout()
        middle.setContentsMargins(Space.HUGE, Space.HUGE, Space.HUGE, Space.HUGE)
        middle.setSpacing(Space.LARGE)
        middle.addStretch(1)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(72, 72)))
        middle.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(Words(_("Botones"), Role.DISPLAY, wraps=False), 0, Qt.AlignmentFlag.AlignHCenter)
        self._waiting = QWidget()
        row = QHBoxLayout(self._waiting)
        row.addWidget(Spinner())
        self.words = Words(_("Abriendo…"), Role.SOFT, wraps=False)
        row.addWidget(self.words)
        middle.addWidget(self._waiting, 0, Qt.AlignmentFlag.AlignHCenter)
        self._failure = QWidget()
        self._failure.hide()
        self._failure.setMinimumWidth(520)
        self._failure.setMaximumWidth(640)
        below = QVBoxLayout(self._failure)
        below.setSpacing(Space.MEDIUM)
        self.banner = Banner(Tone.BAD, "")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setFont(fixed_font(12))
        self.details.setAccessibleName(_("Detalle"))
        self.details.setMaximumHeight(160)
        buttons = QHBoxLayout()
        leave = Button(_("Salir"))
        leave.clicked.connect(self.quit_requested)
        again = Button(_("Intentar de nuevo"), Kind.PRIMARY, icon="sync")
        again.clicked.connect(self.retry_requested)
        support = Button(_("Informe de soporte…"), Kind.PLAIN)
        support.clicked.connect(self.support_requested)
        buttons.addWidget(support)
        self.others = Button(_("Ver otro hotel"))
        self.others.setMenu(QMenu(self.others))
        self.others.hide()
        buttons.addStretch(1)
        buttons.addWidget(self.others)
        buttons.addWidget(leave)
        buttons.addWidget(again)
        below.addWidget(self.banner)
        below.addWidget(self.details)
        below.addLayout(buttons)
        middle.addWidget(self._failure, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(2)
        column.addLayout(middle, 1)

    def tell_waiting(self, words: str) -> None:
        """Say what is being waited for."""
        self.words.setText(words)
        self._waiting.show()
        self._failure.hide()

    def offer(self, hotels: Sequence[tuple[str, str]]) -> None:
        """Offer to look at other hotels, given as key and name, while this one does not come up."""
        menu = self.others.menu()
        menu.clear()
        for key, name in hotels:
            choice = menu.addAction(name.replace("&", "&&"))
            choice.triggered.connect(lambda _checked=False, key=key: self.hotel_chosen.emit(key))
        self.others.setVisible(bool(hotels))

    def tell_failure(self, title: str, text: str, detail: str) -> None:
        """Say what failed, with a way to try again."""
        self.banner.tell(Tone.BAD, title, text)
        self.details.setPlainText(detail)
        self.details.setVisible(bool(detail))
        self._waiting.hide()
        self._failure.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if not self.may_close:
            self.left.emit()
