"""A mistake of ours: shown once per kind, without secrets, and the program goes on."""

import asyncio
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.system.logs import redactor
from ui.crash import CrashWatch, kind_of
from ui.loop import spawn
from ui.panel.query import Latest
from ui.theme import Theme


def mistake(text: str) -> BaseException:
    try:
        raise ZeroDivisionError(text)
    except ZeroDivisionError as error:
        return error


def other_mistake() -> BaseException:
    try:
        raise KeyError("other")
    except KeyError as error:
        return error


@pytest.fixture
def watch(theme: Theme) -> Iterator[CrashWatch]:
    watch = CrashWatch()
    yield watch
    watch.remove()
    if watch.window is not None:
        watch.window.close()


def test_the_same_mistake_opens_the_window_once(qtbot: QtBot, watch: CrashWatch) -> None:
    for number in range(20):
        watch.report(mistake(f"try {number}"))
    qtbot.waitUntil(lambda: watch.window is not None and watch.window.isVisible())
    window = watch.window
    assert window is not None
    assert window.details.toPlainText().count("ZeroDivisionError: ") == 1
    qtbot.mouseClick(window.go_on, Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    watch.report(mistake("once more"))
    watch.report(other_mistake())
    qtbot.waitUntil(window.isVisible)
    assert "KeyError" in window.details.toPlainText()
    assert "once more" not in window.details.toPlainText()


def test_the_kind_is_the_place_and_not_the_words() -> None:
    assert kind_of(mistake("a")) == kind_of(mistake("b"))
    assert kind_of(mistake("a")) != kind_of(other_mistake())


def test_the_text_can_be_copied_and_holds_no_secret(qtbot: QtBot, watch: CrashWatch) -> None:
    redactor.register("tok-5ecret-of-the-hotel")
    watch.report(mistake("Bearer tok-5ecret-of-the-hotel"))
    qtbot.waitUntil(lambda: watch.window is not None and watch.window.isVisible())
    assert watch.window is not None
    qtbot.mouseClick(watch.window.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert "ZeroDivisionError" in copied
    assert "5ecret" not in copied


def test_mistakes_of_interpreter_and_threads_arrive(qtbot: QtBot, watch: CrashWatch) -> None:
    watch.install()
    error = mistake("in a slot")
    sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: watch.window is not None and watch.window.isVisible())

    def fail() -> None:
        raise other_mistake()

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    window = watch.window
    assert window is not None
    qtbot.waitUntil(lambda: "KeyError" in window.details.toPlainText())
    watch.remove()


def test_the_hooks_are_given_back(watch: CrashWatch) -> None:
    before = (sys.excepthook, threading.excepthook)
    watch.install()
    assert sys.excepthook is not before[0]
    watch.remove()
    assert (sys.excepthook, threading.excepthook) == before


@pytest.mark.parametrize("goes_on", [True, False])
def test_that_syncing_goes_on_is_said_only_where_it_does(qtbot: QtBot, theme: Theme, goes_on: bool) -> None:
    watch = CrashWatch(goes_on=lambda: goes_on)
    watch.report(mistake("at the start"))
    qtbot.waitUntil(lambda: watch.window is not None and watch.window.isVisible())
    assert watch.window is not None
    said = watch.window.meaning.text()
    assert ("la sincronización sigue" in said) is goes_on
    assert ("nada se envía" in said) is not goes_on
    watch.window.close()


def test_the_support_report_is_one_click_away(qtbot: QtBot, watch: CrashWatch) -> None:
    watch.report(mistake("once"))
    qtbot.waitUntil(lambda: watch.window is not None and watch.window.isVisible())
    assert watch.window is not None
    with qtbot.waitSignal(watch.support_requested):
        watch.window.support.click()


def test_whatever_goes_wrong_where_is_told_once_and_everything_goes_on(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, watch: CrashWatch
) -> None:
    class Broken(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            raise LookupError("painting")

    async def in_a_task() -> None:
        raise BufferError("task")

    def in_a_slot() -> None:
        raise ArithmeticError("slot")

    def in_the_loop() -> None:
        raise EOFError("loop")

    def in_a_thread() -> None:
        raise OverflowError("thread")

    def ask_in_vain() -> None:
        raise MemoryError("asked")

    watch.install(turning)
    widget = Broken()
    widget.show()
    for _again in range(3):
        widget.repaint()
        QTimer.singleShot(0, in_a_slot)
        spawn(in_a_task(), watch.report)
        turning.call_soon(in_the_loop)
        Latest(watch.report).ask(ask_in_vain, lambda _answer: None)
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        thread.join()
    kinds = ("LookupError", "ArithmeticError", "BufferError", "EOFError", "MemoryError", "OverflowError")

    def told() -> str:
        return watch.window.details.toPlainText() if watch.window is not None else ""

    qtbot.waitUntil(lambda: all(f"{kind}: " in told() for kind in kinds))
    assert [told().count(f"{kind}: ") for kind in kinds] == [1] * len(kinds)
    went_on: list[int] = []
    QTimer.singleShot(0, lambda: went_on.append(1))
    qtbot.waitUntil(lambda: went_on == [1])
    watch.remove()
    turning.set_exception_handler(None)
    widget.close()
