"""A mistake of ours: shown once per kind, without secrets, and the program goes on."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.system.logs import redactor
from ui.crash import CrashWatch, kind_of
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
