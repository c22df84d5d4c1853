"""The parts that Ajustes is made of: a switch, a line with its control, and the strip that offers to take back."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.model.role import Act
from app.model.status import Status
from app.texts import _
from ui.context import Context
from ui.loop import ask
from ui.parts import Button, Card, Confirm, Icon, Picker, Surface, Words
from ui.theme import Role, Space, tokens

_OFFERED_MS = 20_000


class Switch(QAbstractButton):
    """On or off; said by the place of the knob and a check, not by colour alone."""

    def __init__(self, name: str, description: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        self.setFixedSize(QSize(46, 28))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        on, able = self.isChecked(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(t.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 13, 13)
        track = QRectF(4, 4, 38, 20)
        painter.setPen(QPen(QColor((t.accent if on else t.line_strong) if able else t.line), 1.4))
        painter.setBrush(QColor((t.accent if on else t.surface) if able else t.raised))
        painter.drawRoundedRect(track, 10, 10)
        knob = QRectF(track.right() - 17 if on else track.left() + 3, track.top() + 3, 14, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor((t.on_accent if on else t.line_strong) if able else t.faint))
        painter.drawEllipse(knob)
        painter.end()


class Section(Card):
    """A group of a few things with a sentence about them."""

    def __init__(self, title: str, sentence: str = "") -> None:
        super().__init__(title)
        self.setAccessibleName(title)
        self.question: Confirm | None = None
        """The confirmation that is open."""
        if sentence:
            self.box.addWidget(Words(sentence, Role.SOFT))

    def draw(self, status: Status) -> None:
        """Show this Status, where any of it is shown here."""

    def refresh(self) -> None:
        """Read again what others may have changed, where there is such a thing."""

    async def confirmed(self, question: Confirm) -> bool:
        """Ask, and say whether the person agreed."""
        self.question = question
        try:
            return bool(await ask(question))
        finally:
            self.question = None


class Line(QWidget):
    """A name and a sentence at the left, what one does with it at the right."""

    def __init__(self, name: str, sentence: str, control: QWidget | None = None) -> None:
        super().__init__()
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(0, Space.HAIR, 0, Space.HAIR)
        row.setSpacing(Space.LARGE)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.name = Words(name, Role.STRONG)
        self.sentence = Words(sentence, Role.SOFT)
        self.sentence.setVisible(bool(sentence))
        words.addWidget(self.name)
        words.addWidget(self.sentence)
        row.addLayout(words, 1)
        if control is not None:
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def tell(self, sentence: str) -> None:
        """Say something else."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))


def picked(name: str, options: Sequence[tuple[str, object]], chosen: object) -> QComboBox:
    """Return a list to pick one of a few from."""
    box = Picker()
    box.setAccessibleName(name)
    for words, value in options:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, next((n for n, (_words, value) in enumerate(options) if value == chosen), 0)))
    return box


class Changes(Surface):
    """Changes settings at once, and offers for a while to take the last change back."""

    def __init__(self, context: Context, changed: Callable[[], object]) -> None:
        super().__init__("foot", margins=(Space.WIDE, Space.SMALL, Space.WIDE, Space.SMALL))
        self._context = context
        self._changed = changed
        self._back: Callable[[], object] | None = None
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        row.addWidget(Icon("check", "good.ink", 18))
        self.words = Words("", Role.BODY)
        row.addWidget(self.words, 1)
        self.undo = Button(_("Deshacer"), icon="back")
        self.undo.clicked.connect(self._take_back)
        row.addWidget(self.undo)
        self.box.addLayout(row)
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(_OFFERED_MS)
        self._end.timeout.connect(self.hide)
        self.hide()

    def make(
        self,
        words: str,
        after: Callable[[], object] = lambda: None,
        *,
        act: Act = Act.SETTINGS,
        reason: str = "",
        **choices: object,
    ) -> None:
        """Change settings and say so; raises ``ValueError`` where a choice is not valid. ``after`` draws them anew.

        Raises what ``Deeds.check`` raises; what touches documents is written down with the person.
        """
        self._context.deeds.check(self._context.settings.role, act, reason)
        before = {name: getattr(self._context.settings, name) for name in choices}
        self._context.choose(**choices)
        if act is not Act.COMFORT:
            self._context.did(act, words, reason)

        def back() -> None:
            self._context.deeds.check(self._context.settings.role, act, reason)
            self._context.choose(**before)
            if act is not Act.COMFORT:
                self._context.did(act, _("Deshizo: {what}").format(what=words), reason)
            after()
            self._changed()

        after()
        self.tell(words, back)
        self._changed()

    def tell(self, words: str, back: Callable[[], object] | None = None) -> None:
        """Say that something was done, and how it can be taken back where it can."""
        self._back = back
        self.words.setText(words)
        self.setAccessibleName(words)
        self.undo.setVisible(back is not None)
        self.show()
        self._end.start()

    def _take_back(self) -> None:
        back, self._back = self._back, None
        if back is not None:
            back()
            self.tell(_("Quedó como antes."))
