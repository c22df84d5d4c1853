#!/usr/bin/env python3
"""Takes pictures of every page of the program at work on the practice hotel, to be looked at and for the README.

    python packaging/screenshots.py FOLDER [--language en] [--theme dark] [--scale 250] [--stretch] [--only panel]
    python packaging/screenshots.py packaging/pictures --readme                       the README's

It needs a display or QT_QPA_PLATFORM=offscreen, and writes nothing outside FOLDER and a temporary home. How the pages
are reached is in ``tests/support``; what is wrong on them is found by looking, and by ``tests/ui/test_every_page.py``.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# This folder must not stay on the path: its name is that of a library.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry or ".").resolve() != ROOT / "packaging")]

from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from tests.support.pageful import lasting_faults  # noqa: E402
from tests.support.stretched import stretched  # noqa: E402
from tests.support.tour import PANEL, WIZARD, Tour  # noqa: E402
from tests.support.turning import turn  # noqa: E402
from ui.loop import new_loop  # noqa: E402
from ui.theme import Theme, dress  # noqa: E402

_THEMES = ("light", "dark")
_README_SIZE = (1240, 780)
_README = (
    "overview", "documents-detail", "pending", "numbering", "reconciliation-result", "drills", "settings-work",
    "help-topic", "wizard-verificacion",
)  # fmt: skip
_COLOURS = 256


class Camera:
    """Takes each window in each theme, into files that are named by what they show."""

    def __init__(self, folder: Path, theme: Theme, themes: tuple[str, ...], mark: str, wanted: tuple[str, ...]) -> None:
        self._folder = folder
        self._theme = theme
        self._themes = themes
        self._mark = mark
        self._wanted = wanted
        self.total = 0
        """Bytes written."""

    def take(self, window: QWidget, name: str) -> None:
        """Take the window as it is, unless nobody asked for it."""
        if self._wanted and name not in self._wanted:
            return
        for theme in self._themes:
            self._theme.choose(theme == "dark")
            turn(250)
            for wrong in lasting_faults(window):
                print(f"{name}: {wrong}", flush=True)
            path = self._folder / f"{name}{self._mark}-{theme}.png"
            _save_small(window, path)
            self.total += path.stat().st_size
            print(f"{path}: {path.stat().st_size // 1024} kB", flush=True)


def _save_small(window: QWidget, path: Path) -> None:
    """Save a picture of ``window`` with the colours that it has most of: a screen has few, and no more are seen."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = Counter(memoryview(image.constBits()).cast("B").cast("I"))
    colours = [colour for colour, _times in pixels.most_common(_COLOURS)]
    image.convertToFormat(QImage.Format.Format_Indexed8, colours).save(str(path), "PNG", 0)


def main() -> int:
    chosen = _chosen()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.scale != 100:
        os.environ["QT_SCALE_FACTOR"] = str(chosen.scale / 100)
    app = QApplication(["botones"])
    theme = dress(app)
    loop = new_loop(app)
    asyncio.events._set_running_loop(loop)
    languages = ("es",) if chosen.readme else tuple(chosen.language or ("es", "en"))
    themes = tuple(chosen.theme or _THEMES)
    total = 0
    for language in languages:
        parts = [language, *(["stretched"] if chosen.stretch else []), *([str(chosen.scale)] * (chosen.scale != 100))]
        mark = "" if chosen.readme else "-" + "-".join(parts)
        camera = Camera(chosen.folder, theme, themes, mark, _README if chosen.readme else tuple(chosen.picture))
        size = _README_SIZE if chosen.readme else tuple(chosen.size)
        with tempfile.TemporaryDirectory() as home, stretched(chosen.stretch):
            tour = Tour(app, theme, loop, camera.take, Path(home), language, size)
            if chosen.only in (None, PANEL):
                tour.through_the_panel()
            if chosen.only in (None, WIZARD):
                tour.through_the_wizard()
        total += camera.total
    print(f"{total // 1024} kB in all")
    asyncio.events._set_running_loop(None)
    loop.close()
    return 0


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="only the README's, small and in Spanish")
    parser.add_argument("--language", action="append", choices=("es", "en"))
    parser.add_argument("--theme", action="append", choices=_THEMES)
    parser.add_argument("--scale", type=int, default=100, metavar="PERCENT")
    parser.add_argument("--stretch", action="store_true", help="every text four tenths longer")
    parser.add_argument("--size", type=int, nargs=2, default=(1240, 780), metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--only", choices=(PANEL, WIZARD))
    parser.add_argument("--picture", action="append", default=[], metavar="NAME", help="only those of this name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
