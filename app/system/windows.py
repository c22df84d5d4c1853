"""What Windows asks of a program with windows: a name for the taskbar, an output on the console that started it.

It does nothing on another system, and knows no window.
"""

import io
import os
import sys
from pathlib import Path
from typing import Final

APP_ID: Final = "Botones.Hotel"
"""Under this name Windows groups the windows and attributes the notices; the installer writes it into the shortcut."""


def have_outputs() -> None:
    """Give a program that was started without outputs the console it was started from, or else the void.

    An installed Botones is a program with windows: Windows gives it none, and whoever prints must not end it. Nor must
    a letter that an old code page does not have.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.stdout is not None and sys.stderr is not None:
        return
    place = "CONOUT$" if _has_console() else os.devnull
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(place).open("w", encoding="utf-8", buffering=1))  # noqa: SIM115
    if sys.stdin is None and place != os.devnull:
        sys.stdin = Path("CONIN$").open(encoding="utf-8")  # noqa: SIM115 (all three for as long as the program runs)


def name_for_taskbar() -> None:
    """Tell Windows who we are, before the first window."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID)


def _has_console() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    parent = -1  # ATTACH_PARENT_PROCESS
    return bool(ctypes.windll.kernel32.AttachConsole(parent))


def taskbar_is_light() -> bool | None:
    """Say whether the taskbar is light; it has a colour of its own, apart from that of windows. ``None``: unknown."""
    if sys.platform != "win32":
        return None
    import winreg

    key = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            return bool(winreg.QueryValueEx(opened, "SystemUsesLightTheme")[0])
    except OSError:
        return None
