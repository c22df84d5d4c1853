"""Small files written whole, also where Windows lets nobody replace what somebody reads."""

import sys
import threading
from pathlib import Path

import pytest

from app.system.files import write_whole


def test_the_new_text_stands_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "ajustes.json"
    write_whole(file, "uno")
    write_whole(file, "dos: ñ")
    assert file.read_text(encoding="utf-8") == "dos: ñ"
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_the_old_text(tmp_path: Path) -> None:
    file = tmp_path / "ajustes.json"
    write_whole(file, "uno")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text(encoding="utf-8") == "uno"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform != "win32", reason="only there a reader is in the way")
def test_a_reader_is_waited_for_and_one_that_stays_is_told(tmp_path: Path) -> None:
    file = tmp_path / "ajustes.json"
    write_whole(file, "uno")
    with file.open(encoding="utf-8") as reader:
        threading.Timer(0.2, reader.close).start()
        write_whole(file, "dos")
    assert file.read_text(encoding="utf-8") == "dos"
    with file.open(encoding="utf-8"), pytest.raises(PermissionError):
        write_whole(file, "tres")
    assert file.read_text(encoding="utf-8") == "dos"
    assert list(tmp_path.iterdir()) == [file]
