#!/usr/bin/env python3
"""Takes pictures of the program at work on the practice hotel, to be looked at and for the README.

    QT_SCALE_FACTOR=2 python packaging/screenshots.py FOLDER [--dark] [--upto STEP]     every page of the wizard
    python packaging/screenshots.py packaging/pictures --readme                         the README's

It needs a display or QT_QPA_PLATFORM=offscreen, and writes nothing outside FOLDER and a temporary home.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# This folder must not stay on the path: its name is that of a library.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry or ".").resolve() != ROOT / "packaging")]

from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from app.model.documents import Family  # noqa: E402
from app.model.numbering import Field, System  # noqa: E402
from app.model.setup import STEPS, Step  # noqa: E402
from app.sandbox.practice import Practice  # noqa: E402
from app.system.vault import SessionVault  # noqa: E402
from tests.support.wizard import Person, surroundings  # noqa: E402
from ui.context import Context  # noqa: E402
from ui.host import EngineHost  # noqa: E402
from ui.loop import new_loop  # noqa: E402
from ui.panel.overview_parts import RowLine  # noqa: E402
from ui.panel.page import Page  # noqa: E402
from ui.panel.window import PanelWindow  # noqa: E402
from ui.preparation import build_engine, open_reader  # noqa: E402
from ui.theme import Theme, dress  # noqa: E402

_LIMIT_SECONDS = 30.0
_README_SIZE = (1200, 780)
_README_DOCUMENTS = 60


def wait(condition: Callable[[], bool]) -> None:
    """Let the program go on until ``condition``."""
    end = time.monotonic() + _LIMIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        QTest.qWait(20)


class PictureVault(SessionVault):
    """Says what a machine with a keyring says, and forgets all the same."""

    is_lasting = True


class Camera:
    """Numbers the pictures and names them by theme."""

    def __init__(self, folder: Path, theme: str, scale: str) -> None:
        self._folder = folder
        self._mark = f"{theme}-{scale}"
        self._count = 0

    def take(self, person: Person, name: str) -> None:
        """Take the window as it is, and the whole page where it is longer than the window."""
        QTest.qWait(250)
        self._count += 1
        stem = f"{self._count:02d}-{name}-{self._mark}"
        person.window.grab().save(str(self._folder / f"{stem}.png"))
        page = person.window.page
        more = 0 if page is None else page.verticalScrollBar().maximum()
        if more > 0:
            size = person.window.size()
            person.window.resize(size.width(), size.height() + more)
            QTest.qWait(100)
            person.window.grab().save(str(self._folder / f"{stem}-whole.png"))
            person.window.resize(size)


def save_small(window: QWidget, path: Path) -> None:
    """Save a picture of ``window`` with the 256 colours that it has most of: a screen has few, and no more are seen."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = Counter(memoryview(image.constBits()).cast("B").cast("I"))
    colours = [colour for colour, _times in pixels.most_common(256)]
    image.convertToFormat(QImage.Format.Format_Indexed8, colours).save(str(path), "PNG", 0)
    print(f"{path}: {path.stat().st_size // 1024} kB")


def for_readme(person: Person, context: Context, folder: Path, theme: Theme) -> None:
    """Go the whole way, have documents carried, and take the README's pictures."""
    person.window.resize(*_README_SIZE)
    person.walk_to(Step.VERIFICATION)
    person.verify()
    QTest.qWait(300)
    save_small(person.window, folder / "wizard-verification-light.png")
    person.walk_to(Step.DONE)
    wait(lambda: person.window.next.isEnabled())
    person.close()
    panel_at_work(context, folder, theme)


def panel_at_work(context: Context, folder: Path, theme: Theme) -> None:
    """Open the panel over a running engine."""
    host = EngineHost(partial(build_engine, context))
    told = []
    host.status_changed.connect(told.append)
    host.start()
    wait(lambda: bool(told))
    panel = PanelWindow(context, told[-1], _raise)
    panel.has_tray = True
    panel.open(open_reader(context))
    host.status_changed.connect(panel.draw)
    panel.resize(*_README_SIZE)
    panel.show()
    assert context.practice is not None
    asyncio_run(context.practice.approve(_README_DOCUMENTS))
    host.wake()
    wait(lambda: told[-1].counts.proven >= _README_DOCUMENTS and not told[-1].working)
    wait(lambda: len([line for line in panel.overview.findChildren(RowLine) if line.isVisible()]) > 1)
    QTest.qWait(1_000)
    save_small(panel, folder / "panel-light.png")
    theme.choose(True)
    QTest.qWait(300)
    save_small(panel, folder / "panel-dark.png")
    theme.choose(False)
    panel.go_to(Page.DOCUMENTS)
    wait(lambda: panel.documents.model.row(panel.documents.model.index(2, 0)) is not None)
    panel.documents.table.setCurrentIndex(panel.documents.model.index(2, 0))
    wait(panel.documents.detail.isVisible)
    QTest.qWait(500)
    save_small(panel, folder / "documents-light.png")
    panel.go_to(Page.NUMBERING)
    QTest.qWait(300)
    save_small(panel, folder / "numbering-light.png")
    host.stop()
    wait(lambda: not host.is_running)
    panel.may_close = True
    panel.close()


def _raise(error: BaseException) -> None:
    raise error


def walk(person: Person, camera: Camera, practice: Practice, until: Step) -> None:
    """Go through the wizard, and stop after the page ``until``."""
    ways: dict[Step, Callable[[], None]] = {
        Step.CONNECTIONS: lambda: connect(person, camera),
        Step.REQUIREMENTS: person.meet_requirements,
        Step.ACTIVATION: lambda: activate(person, camera),
        Step.NUMBERING: lambda: number(person, camera),
        Step.VERIFICATION: lambda: verify(person, camera, practice),
        Step.REHEARSAL: lambda: rehearse(person, camera, practice),
    }
    while True:
        step = person.step
        ways.get(step, lambda: None)()
        camera.take(person, step.value)
        if step in (until, Step.DONE):
            return
        person.proceed()


def connect(person: Person, camera: Camera) -> None:
    camera.take(person, "conexiones-vacia")
    page = person.fill_practice_access()
    person.type(page.pymes.token.editor, "no-es-un-token")
    person.click(page.pymes.go)
    person.idle()
    camera.take(person, "conexiones-falla")
    person.connect()
    page.verticalScrollBar().setValue(0)


def activate(person: Person, camera: Camera) -> None:
    camera.take(person, "activacion-antes")
    page = person.page()
    person.click(page.go)  # type: ignore[attr-defined]
    wait(lambda: person.window.flow.progress is not None)
    camera.take(person, "activacion-espera")
    wait(lambda: person.window.flow.can_advance)


def number(person: Person, camera: Camera) -> None:
    page = person.page()
    wait(lambda: len(page.tabs) == 4)  # type: ignore[attr-defined]
    editor = page.card.form.editors[Field.PREFIX]  # type: ignore[attr-defined]
    right = editor.text()
    person.type(editor, "FACTURA-1")
    camera.take(person, "consecutivo-mal")
    person.type(editor, right)
    person.create_all()


def verify(person: Person, camera: Camera, practice: Practice) -> None:
    person.verify()
    right = next(p for p in person.window.flow.activation.proofs if p.family is Family.FACTURA)
    last = right.columns[System.PYMES].last
    asyncio_run(practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, last + 4500))
    person.click(person.page().again)  # type: ignore[attr-defined]
    person.idle()
    camera.take(person, "verificacion-diferencia")
    asyncio_run(practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, last))
    person.click(person.page().again)  # type: ignore[attr-defined]
    person.idle()


def rehearse(person: Person, camera: Camera, practice: Practice) -> None:
    person.idle()
    camera.take(person, "ensayo-nada")
    person.click(person.page().approve)  # type: ignore[attr-defined]
    wait(lambda: person.window.flow.first is not None)
    person.idle()
    camera.take(person, "ensayo-antes")
    person.rehearse()


def asyncio_run(coroutine: object) -> None:
    """Run an order to the practice hotel on a loop of its own."""
    import threading

    thread = threading.Thread(target=asyncio.run, args=(coroutine,))
    thread.start()
    thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--upto", type=Step, choices=STEPS, default=Step.DONE)
    parser.add_argument("--readme", action="store_true")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["botones"])
    theme = dress(app)
    theme.choose(chosen.dark)
    loop = new_loop(app)
    asyncio.events._set_running_loop(loop)
    scale = f"{round(100 * app.devicePixelRatio())}"
    with tempfile.TemporaryDirectory() as home, Practice.start(Path(home) / "hotel", push_delay=1.5) as practice:
        context = surroundings(practice, Path(home), PictureVault("sandbox"))
        person = Person(context, wait)
        if chosen.readme:
            for_readme(person, context, chosen.folder, theme)
        else:
            walk(person, Camera(chosen.folder, "oscuro" if chosen.dark else "claro", scale), practice, chosen.upto)
        person.close()
    asyncio.events._set_running_loop(None)
    loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
