"""A dressed application, and Qt's loop turning as asyncio's, for every test of what a person sees.

Without a display, unless BOTONES_TEST_PLATFORM names another platform of Qt (``packaging/test_windows.py``).
"""

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = os.environ.get("BOTONES_TEST_PLATFORM", "offscreen")
os.environ.setdefault("LANG", "C.UTF-8")
if sys.platform == "win32":
    # Without a display Qt looks for the fonts in a folder, and brings none of its own.
    os.environ.setdefault("QT_QPA_FONTDIR", str(Path(os.environ["WINDIR"], "Fonts")))

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.connectors.profile import NOWHERE, load_profile
from app.sandbox.practice import Practice
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault
from tests.support.panel import HandClock
from tests.support.wizard import SECONDS, Person, Seat, surroundings
from ui.context import Context
from ui.loop import new_loop
from ui.theme import Theme, dress


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say what it cannot do; every other warning of Qt fails the test."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def garbage(qapp: QApplication) -> Iterator[None]:
    """Collect on Qt's thread only, as the program does (``ui.garbage``)."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The look, light at the start and at the end."""
    theme = dress(qapp)
    theme.choose(False)
    yield theme
    theme.choose(False)


@pytest.fixture
def turning(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """Asyncio on Qt's loop: tasks go on whenever the test waits for Qt."""
    loop = new_loop(qapp)
    # What the loop does itself when it runs: on Windows nothing arrives from a socket without it.
    loop._before_run_forever()  # type: ignore[attr-defined]
    asyncio.events._set_running_loop(loop)
    try:
        yield loop
    finally:
        asyncio.events._set_running_loop(None)
        loop._after_run_forever()  # type: ignore[attr-defined]

    async def cancel_what_is_left() -> None:
        left = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    loop.run_until_complete(cancel_what_is_left())
    loop.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def context(tmp_path: Path, clock: HandClock) -> Context:
    """The surroundings of the windows, with a home of their own."""
    return Context(
        paths=Paths.under(tmp_path / "home").ensure(),
        settings=Settings(),
        profile=load_profile("sandbox", NOWHERE),
        vault=SessionVault("test"),
        clock=clock,
    )


@pytest.fixture
def home(tmp_path: Path, theme: Theme, turning: asyncio.AbstractEventLoop) -> Iterator[Context]:
    """What the program gives the wizard, on a practice hotel of the test's own."""
    with Practice.start(tmp_path / "hotel", push_delay=0.1) as practice:
        yield surroundings(practice, tmp_path / "home")


@pytest.fixture
def seat(qtbot: QtBot) -> Iterator[Seat]:
    """Sit a person down at a new window; whatever window is left open at the end is closed."""
    people: list[Person] = []

    def sit(context: Context) -> Person:
        people.append(Person(context, lambda condition: qtbot.waitUntil(condition, timeout=SECONDS)))
        return people[-1]

    yield sit
    for person in people:
        person.close()
