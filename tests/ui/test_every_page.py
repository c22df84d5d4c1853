"""Every page fits its window and its text, at every scale and where a language is longer, and is there for all."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import texts
from app.model.setup import Step
from app.sync.ledger_reader import LedgerReader
from tests.support.layout import faults, focusable, named, unnamed
from tests.support.pageful import SIZES, Wait, lasting_faults, measured, panel_with_everything, stops, surrounded
from tests.support.panel import filled
from tests.support.stretched import longer, stretched
from tests.support.wizard import Seat
from ui.context import Context
from ui.panel.window import PanelWindow
from ui.theme import Theme


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), 40) as reader:
        yield reader


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=30_000)


@pytest.fixture
def built(
    turning: asyncio.AbstractEventLoop, theme: Theme, tmp_path: Path, reader: LedgerReader
) -> Iterator[list[PanelWindow]]:
    """Panels to be closed at the end."""
    panels: list[PanelWindow] = []
    yield panels
    for panel in panels:
        panel.may_close = True
        panel.close()
        panel.deleteLater()


@pytest.mark.parametrize(
    ("language", "longer", "size"),
    [("es", False, SIZES[0]), ("es", False, SIZES[1]), ("en", False, SIZES[0]), ("es", True, SIZES[0])],
    ids=["small", "usual", "english", "longer"],
)
def test_nothing_is_cut_off_covered_or_beyond_its_window(
    built: list[PanelWindow],
    wait: Wait,
    tmp_path: Path,
    reader: LedgerReader,
    language: str,
    longer: bool,
    size: tuple[int, int],
) -> None:
    with stretched(longer):
        texts.speak(language)
        try:
            built.append(panel_with_everything(surrounded(tmp_path / "home"), reader))
            assert measured(built[0], wait, size) == {}
        finally:
            texts.speak("es")


def test_nor_at_two_and_a_half_times_the_size(tmp_path: Path) -> None:
    inside = os.environ | {"QT_SCALE_FACTOR": "2.5", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.pageful"], env=inside, capture_output=True, text=True, timeout=300
    )
    assert done.stdout == "scale 2.5\n", done.stdout + done.stderr[-2_000:]


def test_every_page_is_named_for_screen_readers_and_reached_with_tab(
    built: list[PanelWindow], wait: Wait, tmp_path: Path, reader: LedgerReader
) -> None:
    built.append(panel_with_everything(surrounded(tmp_path / "home"), reader))
    built[0].show()
    for name, window in stops(built[0], wait):
        assert unnamed(window) == [], name
        wanted = set(focusable(window))
        assert len(wanted) > 2
        assert [named(one) for one in wanted - _walked(window, len(wanted))] == [], name


def _walked(window: QWidget, most: int) -> set[QWidget]:
    """Return everything that had the focus while Tab was pressed, until it began anew."""
    seen: list[QWidget] = []
    for _turn in range(2 * most + 20):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focused = window.focusWidget()
        assert focused is not None
        if seen and focused is seen[0]:
            break
        seen.append(focused)
    return set(seen)


def test_every_step_of_the_guide_fits_with_longer_words_and_is_named(
    qtbot: QtBot, seat: Seat, home: Context, theme: Theme
) -> None:
    with stretched():
        texts.speak("es")
        try:
            person = seat(home)
            wrong: dict[str, list[str]] = {}
            for step in Step:
                person.walk_to(step)
                person.window.resize(*SIZES[0])
                wrong[step.value] = lasting_faults(person.window) + unnamed(person.window)
        finally:
            texts.speak("es")
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_the_measure_sees_what_is_cut_off_and_what_covers_another(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    label, button = QLabel("Comprobado en los dos sistemas"), QPushButton("Sincronizar")
    row.addWidget(label)
    row.addWidget(button)
    window.show()
    assert faults(window) == []
    label.setMaximumWidth(40)
    button.setMaximumWidth(20)
    qtbot.waitUntil(lambda: (label.width(), button.width()) == (40, 20))
    assert len(faults(window)) == 2
    label.setMaximumWidth(400)
    button.setMaximumWidth(400)
    qtbot.waitUntil(lambda: faults(window) == [])
    button.move(label.pos())
    button.raise_()
    assert any("overlap" in fault for fault in faults(window))
    button.move(window.width() - 10, button.y())
    assert any("leaves" in fault for fault in faults(window))
    assert unnamed(window) == []
    button.setText("")
    assert len(unnamed(window)) == 1


@pytest.mark.parametrize(
    "text", ["Sí", "Documentos", "Hay {n} documentos en Pymes.", "{n} de {total}", "Comprobado: {when} · ahora"]
)
def test_the_longer_words_are_longer_and_keep_their_places(text: str) -> None:
    values = {"n": 1, "total": 2, "when": "hoy"}
    short, long = text.format(**values), longer(text).format(**values)
    assert len(long) >= len(short) + int(0.3 * len(short))
