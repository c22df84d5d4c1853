"""The first window waits for nothing that it does not show: no library of HTTP, databases, XML or servers."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEFORE_THE_FIRST_WINDOW = "ui.main, app.setup.activation_file"
HEAVY = {"alembic", "httpx", "lxml", "pdfminer", "sqlalchemy", "starlette", "uvicorn"}


def test_nothing_heavy_is_loaded_before_the_first_window() -> None:
    asked = f"import json, sys, {BEFORE_THE_FIRST_WINDOW}; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, check=True).stdout
    assert not HEAVY & set(json.loads(loaded))
