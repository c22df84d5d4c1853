"""Text on the screen: always plain, so that a name from outside can never become markup."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import Role, Tone


class Words(QLabel):
    """A text with a role; wraps unless told that it is one line."""

    def __init__(
        self,
        text: str = "",
        role: Role = Role.BODY,
        *,
        tone: Tone | None = None,
        wraps: bool = True,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setWordWrap(wraps)
        if wraps:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self._tone: Tone | None = None
        self.set_tone(tone)
        self.setText(text)

    def set_tone(self, tone: Tone | None) -> None:
        """Colour the text by what it says; ``None`` leaves it to its role."""
        if tone is not self._tone:
            self._tone = tone
            self.setProperty("tone", tone.value if tone else None)
            polish(self)


class Elided(Words):
    """One line that ends in «…» where it does not fit; the whole stands in the tooltip."""

    def __init__(self, text: str = "", role: Role = Role.BODY, *, tone: Tone | None = None) -> None:
        self._whole = ""
        super().__init__("", role, tone=tone, wraps=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def text(self) -> str:
        return self._whole

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        super().setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(0)
        return hint


def plain_tip(text: str) -> str:
    """Return a tooltip that Qt shows as text, whatever ``text`` holds: Qt guesses markup from the first line."""
    return text.replace("<", "‹").replace(">", "›")


def polish(widget: QWidget) -> None:
    """Draw ``widget`` anew after one of its style properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
