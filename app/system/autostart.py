"""Starts with the session, where the user wants it: the Run key on Windows, an autostart file on Linux.

Whether it *should* start is the user's choice; nothing here is done unasked, and what Windows' own settings say wins.
"""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.system.files import write_whole

NAME: Final = "Botones"
"""How the system's list of start programs calls it; the installer writes and removes the same name."""


class Autostart(StrEnum):
    """Whether Botones starts with the session."""

    ON = "on"
    OFF = "off"
    SWITCHED_OFF_BY_USER = "switched_off_by_user"
    """It is on the list, and the user has switched it off in the system's own settings: only there it comes back."""
    UNAVAILABLE = "unavailable"
    """This system has no such list that we know of."""


def command() -> list[str]:
    """Return what the system is to run: this program, in the tray."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "gui", "--minimized"]
    # Without a console window where the installation has such an interpreter.
    silent = Path(sys.executable).with_name("pythonw.exe")
    return [str(silent) if silent.exists() else sys.executable, "-m", "app", "gui", "--minimized"]


if sys.platform == "win32":
    import subprocess
    import winreg

    _RUN: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
    _APPROVED: Final = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

    def _value(key: str, name: str) -> object:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def state(name: str = NAME) -> Autostart:
        """Return how it stands now; fast, and never remembered, for the user may change it in Windows."""
        if _value(_RUN, name) is None:
            return Autostart.OFF
        approved = _value(_APPROVED, name)
        # Task Manager and Settings keep their switch here: an odd first byte is "off", no entry is "on".
        if isinstance(approved, bytes) and approved and approved[0] % 2:
            return Autostart.SWITCHED_OFF_BY_USER
        return Autostart.ON

    def turn_on(name: str = NAME) -> Autostart:
        """Put it on the list and return how it stands: Windows' own switch is never touched. May raise OSError."""
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as opened:
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, subprocess.list2cmdline(command()))
        return state(name)

    def turn_off(name: str = NAME) -> Autostart:
        """Take it off the list; harmless if it is not there. May raise OSError."""
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN, 0, winreg.KEY_SET_VALUE) as opened:
                winreg.DeleteValue(opened, name)
        except FileNotFoundError:
            pass
        return state(name)

elif sys.platform.startswith("linux"):
    _OFF_WORDS: Final = ("hidden=true", "x-gnome-autostart-enabled=false")

    def _file(name: str) -> Path:
        config = os.environ.get("XDG_CONFIG_HOME", "")
        # The specification has a relative path ignored.
        home = Path(config) if config.startswith("/") else Path.home() / ".config"
        return home / "autostart" / f"{name.lower()}.desktop"

    def _quoted(word: str) -> str:
        """Spell one argument as the Desktop Entry Specification has it, the escapes of a string value on top."""
        for special in ("\\", '"', "`", "$"):
            word = word.replace(special, "\\" + special)
        return '"' + word.replace("%", "%%").replace("\\", "\\\\") + '"'

    def state(name: str = NAME) -> Autostart:
        """Return how it stands now; fast, and never remembered, for the user may change it in the session's tool."""
        try:
            lines = _file(name).read_text(encoding="utf-8", errors="replace").lower().split("\n")
        except OSError:
            return Autostart.OFF
        off = any(line.replace(" ", "") in _OFF_WORDS for line in lines)
        return Autostart.SWITCHED_OFF_BY_USER if off else Autostart.ON

    def turn_on(name: str = NAME) -> Autostart:
        """Put it on the list and return how it stands: the session's own switch is left. May raise OSError."""
        if (now := state(name)) is Autostart.SWITCHED_OFF_BY_USER:
            return now
        path = _file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        run = " ".join(_quoted(word) for word in command())
        write_whole(path, f"[Desktop Entry]\nType=Application\nName={name}\nExec={run}\nIcon=botones\nTerminal=false\n")
        return state(name)

    def turn_off(name: str = NAME) -> Autostart:
        """Take it off the list; harmless if it is not there. May raise OSError."""
        if state(name) is Autostart.ON:
            _file(name).unlink(missing_ok=True)
        return state(name)

else:

    def state(name: str = NAME) -> Autostart:
        """Return that this system has no list."""
        return Autostart.UNAVAILABLE

    def turn_on(name: str = NAME) -> Autostart:
        """Do nothing; return that it is unavailable."""
        return Autostart.UNAVAILABLE

    def turn_off(name: str = NAME) -> Autostart:
        """Do nothing; return that it is unavailable."""
        return Autostart.UNAVAILABLE
