"""The window's share of the self-check: icons, a window and the tray, built for real. The rest is ``app.selfcheck``."""

import os
import sys
from collections.abc import Iterator
from importlib.resources import files

from PySide6.QtGui import QIcon
from PySide6.QtNetwork import QLocalServer
from PySide6.QtWidgets import QApplication

from app.model.clock import SystemClock
from app.model.status import Mood, Status
from app.setup.doctor import Check
from app.texts import _
from ui.theme import dress
from ui.theme.icons import app_icon, mood_icon, tinted
from ui.tray import Tray

_SIDES = (16, 32, 64)


def examine() -> Iterator[Check]:
    """Yield one check after the other; needs no display on Linux, where Qt would end the process for want of one."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(["botones"])
    assert isinstance(app, QApplication)
    theme = dress(app)
    yield Check(_("Pantalla"), True, f"{app.platformName()}, {app.style().name()}, {app.devicePixelRatio():.2f}")
    names = sorted(file.name.removesuffix(".svg") for file in (files("resources") / "icons").iterdir())
    empty = [name for name in names if name.isidentifier() and not _is_drawn(tinted(name, theme.tokens.soft))]
    empty += [name for name, icon in (("app", app_icon()), *_moods()) if not _is_drawn(icon)]
    yield Check(_("Iconos"), not empty and bool(names), ", ".join(empty) or str(len(names)))
    yield _window()
    tray = Tray(Status(at=SystemClock().now(), set_up=False, practice=True), SystemClock(), theme)
    # A taskbar that hides it, or has none, is no fault of the program: it shows its window then.
    said = _("a la vista") if tray.is_reachable else _("este escritorio no tiene; Botones muestra su ventana")
    yield Check(_("Icono junto al reloj"), not tray.icon.icon().isNull(), said)
    tray.hide()
    yield Check(_("Una sola ventana"), _can_listen(), QLocalServer().__class__.__name__)


def _moods() -> Iterator[tuple[str, QIcon]]:
    for mood in Mood:
        yield mood.value, mood_icon(mood)


def _is_drawn(icon: QIcon) -> bool:
    return all(not icon.pixmap(side).toImage().isNull() and _has_ink(icon, side) for side in _SIDES)


def _has_ink(icon: QIcon, side: int) -> bool:
    image = icon.pixmap(side, side).toImage()
    return any(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))


def _window() -> Check:
    from ui.opening import OpeningWindow

    window = OpeningWindow(practice=True)
    window.show()
    image = window.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    window.may_close = True
    window.close()
    # One colour is what a window shows whose style or fonts did not load.
    return Check(_("Ventana"), len(colours) > 2, f"{image.width()} × {image.height()}")


def _can_listen() -> bool:
    server = QLocalServer()
    try:
        return server.listen(f"botones-self-check-{os.getpid()}")
    finally:
        server.close()
