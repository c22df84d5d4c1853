"""Runs the program's own tests on the Windows interpreter and wheels, under Wine (see wine_bench.py).

    python3 packaging/test_windows.py               app and ui without a screen, then ui on Qt's own Windows platform
    python3 packaging/test_windows.py --short       only the files in SHORT: what differs most from system to system
    python3 packaging/test_windows.py --if-there    ends well where this machine has no Wine, and says so
    python3 packaging/test_windows.py --platform windows tests/ui/test_tray.py      only this; «-- -k name» goes along

The tests run in a copy of the tree. Wine is kinder than Windows in some things and slower in all: what it cannot show
is in WINDOWS-CHECKLIST.md, and what it lacks for a test is in LACKS, the only place where one is left out for its sake.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wine_bench import Bench, NoBench, missing_packages, screen, windows_path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("app", "ui", "resources", "tests", "packaging", "pyproject.toml", "README.md", "LICENSE")
OFFSCREEN, WINDOWS = PLATFORMS = ("offscreen", "windows")
SHORT = (
    (
        OFFSCREEN,
        (
            "tests/app/test_autostart.py", "tests/app/test_backup.py", "tests/app/test_files.py",
            "tests/app/test_lock.py", "tests/app/test_logs.py", "tests/app/test_paths.py",
            "tests/app/test_sandbox_child.py", "tests/app/test_settings.py", "tests/app/test_updates.py",
            "tests/app/test_vault.py", "tests/app/test_vault_parts.py", "tests/app/test_vault_windows.py",
        ),
    ),
    (WINDOWS, ("tests/ui/test_instance.py", "tests/ui/test_tray.py", "tests/ui/test_loop.py")),
)  # fmt: skip
WHOLE = ((OFFSCREEN, ("tests/app",)), (OFFSCREEN, ("tests/ui",)), (WINDOWS, ("tests/ui",)))
LACKS: dict[str, str] = {}
"""What Wine 8 lacks, by the test that needs it; a real Windows has it, and there these tests run."""
WARNINGS = "EnableNonClientDpiScaling|DpiAwareness::PerMonitorVersion2"
"""Qt's complaints of what Wine 8 has no calls for (scales of several screens); all others fail a test."""
FONTS = Path("/usr/share/fonts/truetype/dejavu")
"""Wine's own folder of fonts is empty, and without a screen Qt looks for them in a folder."""
HANGS_SECONDS = 300
"""A single test that takes longer hangs: it is shown with all its threads, and ends the run."""


def copy_of_tree(place: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copyfile(source, place / name)
    return place


def run(bench: Bench, tree: Path, platform: str, arguments: tuple[str, ...]) -> tuple[int, str]:
    """Return pytest's code and its last line."""
    print(f"== pytest, win32, Qt «{platform}»: {' '.join(arguments)}", flush=True)
    with screen() as display:
        done = bench.wine(
            bench.python("test"), "-m", "pytest", "-q", "-p", "no:cacheprovider", r"--basetemp=C:\pytest",
            "--tb=short", "-rs", *(f"--deselect={test}" for test in LACKS),
            "-o", f"qt_log_ignore={WARNINGS}",
            "-o", f"faulthandler_timeout={HANGS_SECONDS}", "-o", "faulthandler_exit_on_timeout=true", *arguments,
            env={
                **display, "QT_QPA_PLATFORM": platform, "BOTONES_TEST_PLATFORM": platform,
                "QT_QPA_FONTDIR": windows_path(FONTS),
            },
            cwd=tree, echo=True,
        )  # fmt: skip
        # Wine's desktop belongs to the screen on which it began, and would have none for the next stage.
        bench.end()
    lines = done.stdout.split("\n")
    return done.returncode, next((line for line in reversed(lines) if line.strip()), "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--if-there", action="store_true")
    parser.add_argument("--platform", choices=PLATFORMS, help="only this one")
    parser.add_argument("arguments", nargs="*", help="for pytest, instead of the chosen files")
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
    stages = SHORT if chosen.short else WHOLE
    if chosen.arguments:
        stages = tuple((platform, tuple(chosen.arguments)) for platform in PLATFORMS)
    results = []
    with tempfile.TemporaryDirectory(prefix="botones-windows-", ignore_cleanup_errors=True) as folder:
        tree = copy_of_tree(Path(folder))
        for platform, arguments in stages:
            if chosen.platform in (None, platform):
                results.append((platform, arguments, *run(bench, tree, platform, arguments)))
    for test, why in LACKS.items():
        print(f"No se probó, porque Wine no lo tiene: {test}: {why}")
    for platform, arguments, code, last in results:
        print(f"{'bien' if code == 0 else 'CON FALLAS'}  {platform:9}  {len(arguments)} × {arguments[0]}…  {last}")
    well = all(code == 0 for _platform, _arguments, code, _last in results)
    print(f"Windows (Wine): {'bien' if well else 'CON FALLAS'}, {time.monotonic() - started:.0f} s")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
