"""Two builds may differ only in what the list explains; a signature explains itself, and not what it stands on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "compare_builds.py"
HEAD = 64
OPTIONAL = HEAD + 24
CHECKSUM = OPTIONAL + 64
ENTRY = OPTIONAL + 112 + 4 * 8


def program(body: bytes, signature: bytes = b"") -> bytes:
    """A 64-bit Windows program, as far as anybody looks here."""
    data = bytearray(512) + body
    data[0:2], data[0x3C:0x40] = b"MZ", HEAD.to_bytes(4, "little")
    data[OPTIONAL : OPTIONAL + 2] = (0x20B).to_bytes(2, "little")
    if signature:
        data[ENTRY : ENTRY + 8] = len(data).to_bytes(4, "little") + len(signature).to_bytes(4, "little")
        data[CHECKSUM : CHECKSUM + 4] = sum(signature).to_bytes(4, "little")
    return bytes(data) + signature


def compared(tmp_path: Path, name: str, first: bytes, second: bytes | None) -> subprocess.CompletedProcess[str]:
    for folder, data in (("one", first), ("two", second)):
        shutil.rmtree(tmp_path / folder, ignore_errors=True)
        (tmp_path / folder).mkdir()
        if data is not None:
            (tmp_path / folder / name).write_bytes(data)
    return subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "one", tmp_path / "two"], capture_output=True, text=True, check=False
    )


def test_what_is_equal_passes(tmp_path: Path) -> None:
    assert compared(tmp_path, "a.dll", b"same", b"same").returncode == 0


@pytest.mark.parametrize("second", [b"other", None])
def test_a_file_that_differs_or_is_missing_is_a_finding(tmp_path: Path, second: bytes | None) -> None:
    done = compared(tmp_path, "a.dll", b"one", second)
    assert done.returncode == 1 and "a.dll" in done.stdout


def test_only_the_signature_may_differ(tmp_path: Path) -> None:
    done = compared(tmp_path, "a.exe", program(b"code", b"at ten"), program(b"code", b"at eleven"))
    assert done.returncode == 0 and "firma" in done.stdout


def test_a_signature_excuses_no_other_difference(tmp_path: Path) -> None:
    done = compared(tmp_path, "a.exe", program(b"code", b"at ten"), program(b"c0de", b"at eleven"))
    assert done.returncode == 1 and "a.exe" in done.stdout
