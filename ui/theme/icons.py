"""Icons drawn from ``resources/icons``, tinted with a colour of the theme. What they mean is decided by who draws."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.model.status import Mood

_TRAY_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 128)
"""What Windows asks for at 100 % to 250 %, and Linux trays beside."""
_OUTLINE_ON_LIGHT: Final = "#1B2250"
_OUTLINE_ON_DARK: Final = "#FFFFFF"


@cache
def _source(name: str) -> str:
    return (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


def paint_icon(painter: QPainter, name: str, colour: str, box: QRectF) -> None:
    """Draw the icon sharp at whatever scale the painter has."""
    _renderer(name, colour).render(painter, box)


@cache
def tinted(name: str, colour: str, size: int = 20, gap: int = 0) -> QIcon:
    """Return the icon in one colour, drawn for 100 % to 250 %, with an empty ``gap`` at its right."""
    icon = QIcon()
    for scale in (1.0, 1.5, 2.0, 2.5):
        side = round(size * scale)
        pixmap = QPixmap(round((size + gap) * scale), side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_icon(painter, name, colour, QRectF(0, 0, side, side))
        painter.end()
        icon.addPixmap(pixmap)
    return icon


@cache
def app_icon() -> QIcon:
    """Return the icon of the program itself."""
    return _composed(lambda painter, side: paint_icon(painter, "app", "", QRectF(0, 0, side, side)))


def mood_icon(mood: Mood, on_dark: bool = False) -> QIcon:
    """Return the tray icon of a mood: the bell with a badge whose shape, not only its colour, tells the mood.

    ``on_dark``: for a dark taskbar, whose colour is not that of the windows.
    """
    return _mood_icon(mood, _OUTLINE_ON_DARK if on_dark else _OUTLINE_ON_LIGHT)


@cache
def _mood_icon(mood: Mood, outline: str) -> QIcon:
    def draw(painter: QPainter, side: int) -> None:
        # On a small taskbar the badge is the message, the bell only says who speaks.
        share = 0.74 if side <= 20 else 0.62
        bell = side * (0.86 if side <= 20 else 0.92)
        badge = side * share
        paint_icon(painter, "tray-bell", outline, QRectF(0, 0, bell, bell))
        paint_icon(painter, f"tray-{mood.value}", "", QRectF(side - badge, side - badge, badge, badge))

    return _composed(draw)


def _composed(draw: Callable[[QPainter, int], None]) -> QIcon:
    icon = QIcon()
    for side in _TRAY_SIZES:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, side)
        painter.end()
        icon.addPixmap(pixmap)
    return icon
