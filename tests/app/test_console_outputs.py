"""What the console says never ends the program: without outputs at all, or with one that has not our letters."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAY = "from app.system.windows import have_outputs; have_outputs(); print('✓ número', flush=True); print('✓', end='')"


def test_a_letter_that_an_old_code_page_lacks_is_replaced() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SAY], env=environment, capture_output=True, check=True)
    assert done.stdout.decode("cp1252").split() == ["?", "número", "?"]


def test_a_program_without_outputs_prints_into_the_void() -> None:
    code = f"import sys; sys.stdout = sys.stderr = None; {SAY}; assert sys.stderr is not None"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0
