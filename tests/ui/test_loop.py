"""The loop: nothing blocks it, nothing fails silently, and only the main coroutine ends it."""

import asyncio
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ui.loop import ask, in_thread, run, spawn


def never() -> None:
    raise AssertionError("nobody ended the session")


def test_main_decides_when_the_program_ends(qapp: QApplication) -> None:
    ended: list[str] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("left task was cancelled and awaited")

    async def main() -> int:
        spawn(for_ever(), ended.append)
        await asyncio.sleep(0)
        window = QWidget()
        window.show()
        window.close()
        await asyncio.sleep(0)
        return 7

    assert run(main, qapp, never) == 7
    assert ended == ["left task was cancelled and awaited"]


def test_the_end_of_the_session_lets_main_end_in_order(qapp: QApplication) -> None:
    ended: list[str] = []
    told = asyncio.Event()

    async def main() -> int:
        QTimer.singleShot(0, qapp.quit)  # what Qt does at WM_ENDSESSION
        await told.wait()
        await in_thread(ended.append, "what took a while is done")
        return 0

    assert run(main, qapp, told.set) == 0
    assert ended == ["what took a while is done"]


def test_a_mistake_in_main_is_not_taken_for_the_end_of_the_session(qapp: QApplication) -> None:
    async def main() -> int:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        run(main, qapp, never)


def test_the_failure_of_a_task_reaches_its_handler(qtbot: QtBot, turning: asyncio.AbstractEventLoop) -> None:
    errors: list[BaseException] = []

    async def fail() -> None:
        raise RuntimeError("broken")

    spawn(fail(), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "broken"


def test_other_tasks_go_on_while_a_dialog_asks(qtbot: QtBot, turning: asyncio.AbstractEventLoop) -> None:
    dialog = QDialog()
    answers: list[int] = []
    steps: list[int] = []

    async def tick() -> None:
        while not answers:
            steps.append(1)
            await asyncio.sleep(0)

    async def question() -> None:
        answers.append(await ask(dialog))

    spawn(question(), answers.append)
    qtbot.waitUntil(dialog.isVisible)
    spawn(tick(), answers.append)
    QTimer.singleShot(50, dialog.accept)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [QDialog.DialogCode.Accepted]
    assert len(steps) > 5


def test_blocking_work_is_done_beside_the_loop(qtbot: QtBot, turning: asyncio.AbstractEventLoop) -> None:
    found: list[object] = []

    async def look() -> None:
        found.append(await in_thread(threading.get_ident))
        with pytest.raises(ValueError, match="invalid literal"):
            await in_thread(int, "x")
        found.append("error came back")

    spawn(look(), found.append)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert found[0] != threading.get_ident()
    assert found[1] == "error came back"
