"""The only door to qasync: runs the main coroutine on Qt's loop, and what screens await. The engine is not here."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

# qasync looks for other bindings first unless one is imported and named before it.
os.environ["QT_API"] = "pyside6"

from PySide6.QtWidgets import QApplication, QDialog
from qasync import QEventLoop  # type: ignore[import-untyped]

T = TypeVar("T")

_tasks: Final[set[asyncio.Task[Any]]] = set()


def new_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """Return a loop that turns with Qt's; closing a window or dropping the last lock never ends it."""
    app.setQuitOnLastWindowClosed(False)
    app.setQuitLockEnabled(False)
    loop: asyncio.AbstractEventLoop = QEventLoop(app)
    return loop


def run(main: Callable[[], Coroutine[Any, Any, int]], app: QApplication, quit_main: Callable[[], None]) -> int:
    """Run ``main`` until it returns, which is the only way to quit; what it left running is cancelled and awaited.

    At the end of a session Qt quits by itself: then ``quit_main`` is called, and ``main`` still awaited.
    """
    loop = new_loop(app)
    asyncio.set_event_loop(loop)

    async def whole() -> int:
        try:
            return await main()
        finally:
            await _cancel_all()

    task = loop.create_task(whole())
    try:
        while True:
            try:
                return loop.run_until_complete(task)
            except RuntimeError:
                # The loop's, which was stopped before its time, unless it is the task's own.
                if task.done():
                    raise
                loop.call_soon(quit_main)
    finally:
        loop.close()


def spawn(coroutine: Coroutine[Any, Any, Any], on_error: Callable[[BaseException], object]) -> asyncio.Task[Any]:
    """Start ``coroutine`` now; its failure always reaches ``on_error``. The one way to start a task from a slot."""
    task = asyncio.get_running_loop().create_task(coroutine)
    _tasks.add(task)

    def ended(done: asyncio.Task[Any]) -> None:
        _tasks.discard(done)
        if not done.cancelled() and (error := done.exception()) is not None:
            on_error(error)

    task.add_done_callback(ended)
    return task


async def _cancel_all() -> None:
    left = [task for task in _tasks if not task.done()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def ask(dialog: QDialog) -> int:
    """Show ``dialog`` and return its result code, never blocking the loop."""
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(code: int) -> None:
        if not answer.done():
            answer.set_result(code)

    dialog.finished.connect(settle)
    dialog.open()
    try:
        return await answer
    finally:
        dialog.deleteLater()


async def in_thread(work: Callable[..., T], *args: Any) -> T:
    """Do blocking ``work`` in a thread of its own. One that hangs keeps nobody from quitting: its result is dropped."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def hand_over(result: T | None, error: BaseException | None) -> None:
        # The loop may have ended while the work went on.
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    def do() -> None:
        try:
            result = work(*args)
        except BaseException as error:  # handed to whoever awaits it
            hand_over(None, error)
        else:
            hand_over(result, None)

    threading.Thread(target=do, name=f"ui-{getattr(work, '__name__', 'work')}", daemon=True).start()
    return await answer
