"""A frozen program that was ended before it came to the end of its self-check has not passed it, whatever its code."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
JUDGE = """
import subprocess, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import build

try:
    build.judge(Path(sys.argv[2]), subprocess.CompletedProcess([], int(sys.argv[3]), ""))
except build.Failed:
    sys.exit(7)
"""
WHOLE = "OK  Programa: Botones\nOK  Una sola ventana: QLocalServer\n"


@pytest.mark.parametrize(
    ("told", "code", "passes"),
    [(WHOLE, 0, True), (WHOLE, 1, False), (WHOLE.splitlines()[0], 0, False), ("", 0, False), (None, 0, False)],
)
def test_a_program_passes_by_its_last_line_and_its_code(
    tmp_path: Path, told: str | None, code: int, passes: bool
) -> None:
    log = tmp_path / "self-check.log"
    if told is not None:
        log.write_text(told, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(PACKAGING), str(log), str(code)], capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is passes, done.stderr
    assert done.returncode in {0, 7}, done.stderr
