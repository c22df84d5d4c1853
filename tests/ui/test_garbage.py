"""Cyclic garbage with a Qt object in it is taken apart on Qt's thread only."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.garbage import GarbageKeeper


class Knot(QObject):
    """A Qt object in a cycle, which notes the thread that frees it."""

    def __init__(self, freed_on: list[int]) -> None:
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: freed_on.append(threading.get_ident()))


@pytest.fixture
def keeper(qapp: QObject) -> Iterator[GarbageKeeper]:
    keeper = GarbageKeeper(qapp)
    yield keeper
    keeper.give_back()
    keeper.deleteLater()
    gc.disable()


def test_another_thread_never_frees_a_qt_object(qtbot: QtBot, keeper: GarbageKeeper) -> None:
    freed_on: list[int] = []
    Knot(freed_on)

    def allocate() -> None:
        kept = [[[number]] for number in range(100_000)]
        del kept

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert freed_on == []
    junk = [[number] for number in range(5_000)]
    keeper.look()
    del junk
    assert freed_on == [threading.get_ident()]


def test_a_little_garbage_is_left_for_later(keeper: GarbageKeeper) -> None:
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    keeper.look()
    assert gc.get_stats()[0]["collections"] == before


def let_age(keeper: GarbageKeeper) -> None:
    """Have so much happen that the oldest generation is due, as in some minutes of work."""
    for _number in range(200):
        junk = [[number] for number in range(1_000)]
        keeper.look()
        del junk


def test_what_is_old_is_looked_through_only_while_nobody_works_in_a_window(qtbot: QtBot, keeper: GarbageKeeper) -> None:
    freed_on: list[int] = []
    window = QWidget()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is not None)
    knot = Knot(freed_on)
    let_age(keeper)
    del knot
    let_age(keeper)
    assert freed_on == []
    window.close()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is None)
    let_age(keeper)
    assert freed_on == [threading.get_ident()]


def test_the_collector_is_given_back(qapp: QObject) -> None:
    keeper = GarbageKeeper(qapp)
    assert not gc.isenabled()
    keeper.give_back()
    assert gc.isenabled()
    gc.disable()
    keeper.deleteLater()
