"""The real program on the console, as a process with a home of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def begin(home: Path, *arguments: str, err: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    environment = os.environ | {"BOTONES_HOME": str(home), "COLUMNS": "200"}
    return subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=err,
        encoding="utf-8",
    )


def run(home: Path, *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run it to its end, and return what it said on both channels; fails on another exit code."""
    process = begin(home, *arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "Traceback" not in err
    return out, err
