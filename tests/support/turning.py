"""Qt's loop turning until something, or for a while in which a picture settles. Tests have qtbot for the first."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer


def turn(milliseconds: int) -> None:
    """Let the windows go on for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(condition: Callable[[], object], seconds: float) -> None:
    """Let the windows go on until ``condition``; raises ``TimeoutError``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        turn(20)
