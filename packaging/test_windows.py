"""Runs the program's own tests on the Windows interpreter and wheels, under Wine (see wine_bench.py).

    python3 packaging/test_windows.py               app without a screen, then ui on the real Windows platform of Qt
    python3 packaging/test_windows.py --short       only the files in SHORT: what differs most from system to system
    python3 packaging/test_windows.py --if-there    ends well where this machine has no Wine, and says so
    python3 packaging/test_windows.py -- ARGUMENTS  goes to pytest instead of the chosen files

The tests run in a copy of the tree. Wine is kinder than Windows in some things and slower in all: what it cannot show
is in WINDOWS-CHECKLIST.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wine_bench import Bench, NoBench, missing_packages, screen

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("app", "ui", "resources", "tests", "packaging", "pyproject.toml", "README.md", "LICENSE")
SHORT = {
    "offscreen": (
        "tests/app/test_autostart.py", "tests/app/test_backup.py", "tests/app/test_files.py", "tests/app/test_lock.py",
        "tests/app/test_logs.py", "tests/app/test_paths.py", "tests/app/test_sandbox_child.py",
        "tests/app/test_settings.py", "tests/app/test_updates.py", "tests/app/test_vault.py",
        "tests/app/test_vault_parts.py", "tests/app/test_vault_windows.py",
    ),
    "windows": ("tests/ui/test_instance.py", "tests/ui/test_tray.py", "tests/ui/test_loop.py"),
}  # fmt: skip
WHOLE = {"offscreen": ("tests/app",), "windows": ("tests/ui",)}


def copy_of_tree(place: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copyfile(source, place / name)
    return place


def run(bench: Bench, tree: Path, platform: str, arguments: tuple[str, ...]) -> int:
    print(f"== pytest, win32, Qt «{platform}»: {' '.join(arguments)}", flush=True)
    with screen() as display:
        done = bench.wine(
            bench.python("test"), "-m", "pytest", "-q", "-p", "no:cacheprovider", r"--basetemp=C:\pytest",
            "--tb=short", *arguments,
            env={**display, "QT_QPA_PLATFORM": platform}, cwd=tree, echo=True,
        )  # fmt: skip
    return done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--if-there", action="store_true")
    parser.add_argument("--platform", choices=["offscreen", "windows"], help="only this one")
    parser.add_argument("arguments", nargs="*")
    chosen = parser.parse_args()
    if chosen.if_there and missing_packages():
        print("No se probó en Windows: esta máquina no tiene Wine. Falta: " + " ".join(missing_packages()))
        return 0
    started = time.monotonic()
    try:
        bench = Bench().ready("test")
    except NoBench as error:
        print(error, file=sys.stderr)
        return 2
    codes = []
    with tempfile.TemporaryDirectory(prefix="botones-windows-", ignore_cleanup_errors=True) as folder:
        tree = copy_of_tree(Path(folder))
        for platform, files in (SHORT if chosen.short else WHOLE).items():
            if chosen.platform in (None, platform):
                codes.append(run(bench, tree, platform, tuple(chosen.arguments) or files))
    print(f"Windows (Wine): {'bien' if not any(codes) else 'CON FALLAS'}, {time.monotonic() - started:.0f} s")
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
