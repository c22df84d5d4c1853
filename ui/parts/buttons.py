"""Buttons in the few kinds that the program has, each with an icon that follows the theme."""

from enum import StrEnum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import tokens
from ui.theme.icons import tinted


class Kind(StrEnum):
    """How much a button asks to be pressed; one ``PRIMARY`` on a page at most."""

    PRIMARY = "primary"
    NORMAL = "normal"
    PLAIN = "plain"
    SMALL = "small"
    """For a line that is not to grow by it."""
    CHIP = "chip"
    NAV = "nav"
    PICK = "pick"
    """Opens a menu of which one is chosen, and says which."""


_GAP = 6
_INK = {
    Kind.PRIMARY: "on_accent",
    Kind.NORMAL: "text",
    Kind.PLAIN: "accent_ink",
    Kind.SMALL: "text",
    Kind.CHIP: "soft",
    Kind.NAV: "soft",
    Kind.PICK: "text",
}


class Button(QPushButton):
    """A button whose icon is tinted as its text is."""

    def __init__(
        self, text: str, kind: Kind = Kind.NORMAL, *, icon: str = "", size: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._kind = kind
        self._icon_name = icon
        self._icon_size = size
        self.setProperty("kind", kind.value)
        # A click leaves the focus where it was, so that the ring is seen by those who steer with keys, and only then.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # Fusion leaves no room between icon and text under a style sheet.
        self._gap = _GAP if text else 0
        self.setIconSize(QSize(size + self._gap, size))
        if kind in (Kind.CHIP, Kind.NAV):
            self.setCheckable(True)
        self._tint()
        self.toggled.connect(self._tint)

    def set_icon(self, name: str) -> None:
        """Show another icon, or none."""
        self._icon_name = name
        self._tint()

    def _tint(self) -> None:
        if not self._icon_name:
            return
        colours = tokens()
        ink = "accent_ink" if self.isChecked() else _INK[self._kind]
        colour = getattr(colours, ink) if self.isEnabled() else colours.faint
        self.setIcon(tinted(self._icon_name, colour, self._icon_size, self._gap))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.EnabledChange, QEvent.Type.PaletteChange):
            self._tint()


class IconButton(Button):
    """A button that is only an icon: its name is said by tooltip and screen reader."""

    def __init__(self, icon: str, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__("", Kind.PLAIN, icon=icon, parent=parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
