"""Starting with the session: on, off, and the system's own switch, which wins. Tried on one entry of the real list."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.system import autostart
from app.system.autostart import Autostart, state, turn_off, turn_on

ENTRY = "Botones prueba"


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    turn_off(ENTRY)
    yield
    turn_off(ENTRY)


def test_it_is_off_until_it_is_turned_on_and_off_again() -> None:
    assert state(ENTRY) is Autostart.OFF
    assert turn_on(ENTRY) is Autostart.ON
    assert turn_on(ENTRY) is Autostart.ON
    assert turn_off(ENTRY) is Autostart.OFF
    assert turn_off(ENTRY) is Autostart.OFF


def test_an_installed_program_is_started_in_the_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert autostart.command() == [sys.executable, "gui", "--minimized"]


if sys.platform == "win32":
    import winreg

    def _write_switch(first_byte: int) -> None:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, autostart._APPROVED) as key:
            winreg.SetValueEx(key, ENTRY, 0, winreg.REG_BINARY, bytes([first_byte]) + bytes(11))

    @pytest.fixture
    def switch() -> Iterator[None]:
        yield
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, autostart._APPROVED) as key:
            winreg.DeleteValue(key, ENTRY)

    @pytest.mark.usefixtures("switch")
    def test_the_switch_in_windows_settings_wins() -> None:
        turn_on(ENTRY)
        for off in (0x03, 0x07, 0x09):
            _write_switch(off)
            assert state(ENTRY) is Autostart.SWITCHED_OFF_BY_USER
            assert turn_on(ENTRY) is Autostart.SWITCHED_OFF_BY_USER
        for on in (0x02, 0x06):
            _write_switch(on)
            assert state(ENTRY) is Autostart.ON

    def test_a_folder_with_blanks_and_accents_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", r"C:\Users\María José\Botones\Botones.exe")
        turn_on(ENTRY)
        assert autostart._value(autostart._RUN, ENTRY) == (r'"C:\Users\María José\Botones\Botones.exe" gui --minimized')

else:

    def _entry(tmp_path: Path) -> Path:
        return tmp_path / "config" / "autostart" / "botones prueba.desktop"

    @pytest.mark.parametrize("word", ["Hidden=true", "X-GNOME-Autostart-enabled = false"])
    def test_the_switch_of_the_session_wins(tmp_path: Path, word: str) -> None:
        turn_on(ENTRY)
        with _entry(tmp_path).open("a", encoding="utf-8") as file:
            file.write(word + "\n")
        assert state(ENTRY) is Autostart.SWITCHED_OFF_BY_USER
        assert turn_on(ENTRY) is Autostart.SWITCHED_OFF_BY_USER
        _entry(tmp_path).unlink()

    def test_a_folder_with_blanks_and_signs_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", '/opt/María "José"/100% $HOME/botones')
        turn_on(ENTRY)
        line = next(line for line in _entry(tmp_path).read_text("utf-8").split("\n") if line.startswith("Exec="))
        # The string's escapes and the percent sign undone; what is left is quoted as for a shell, so one reads it.
        typed = line.removeprefix("Exec=").replace("\\\\", "\\").replace("%%", "%")
        told = subprocess.run(["sh", "-c", f"printf '%s\\n' {typed}"], capture_output=True, check=True).stdout
        words = told.decode().splitlines()
        assert words == ['/opt/María "José"/100% $HOME/botones', "gui", "--minimized"]
