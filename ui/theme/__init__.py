"""The look of the whole program: one set of tokens, light or dark as the system is, changed while running.

Importing this never needs a display; ``dress`` puts the look on an application.
"""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui.theme.icons import app_icon
from ui.theme.sheet import palette_of, sheet_of
from ui.theme.tokens import DARK, FAMILIES, FIXED_FAMILIES, LIGHT, RADIUS, Role, Space, Tokens, Tone

__all__ = ["RADIUS", "Role", "Space", "Theme", "Tokens", "Tone", "dress", "fixed_font", "tokens"]


class Theme(QObject):
    """Keeps the application dressed as the system's colour scheme asks."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._chosen: bool | None = None
        self.tokens = LIGHT
        app.setStyle(QStyleFactory.create("Fusion"))
        font = QFont(list(FAMILIES))
        font.setPixelSize(14)
        app.setFont(font)
        app.setWindowIcon(app_icon())
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    def choose(self, dark: bool | None) -> None:
        """Show dark or light; ``None`` follows the system again."""
        self._chosen = dark
        self._follow()

    def _follow(self) -> None:
        if self._wanted() is not self.tokens:
            self._apply()

    def _wanted(self) -> Tokens:
        dark = self._chosen
        if dark is None:
            dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT

    def _apply(self) -> None:
        self.tokens = self._wanted()
        self._app.setPalette(palette_of(self.tokens))
        self._app.setStyleSheet(sheet_of(self.tokens))
        self.changed.emit()


def dress(app: QApplication) -> Theme:
    """Put the look on ``app`` and keep it there; a second call returns the first look."""
    found = app.findChild(Theme)
    return found if isinstance(found, Theme) else Theme(app)


def tokens() -> Tokens:
    """Return the colours of now, for what is painted by hand. Ask at each painting: they change while running."""
    app = QApplication.instance()
    found = app.findChild(Theme) if app is not None else None
    return found.tokens if isinstance(found, Theme) else LIGHT


def fixed_font(pixels: int = 14) -> QFont:
    """Return the font for numbers that are compared digit by digit."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setFamilies(list(FIXED_FAMILIES))
    font.setPixelSize(pixels)
    return font
