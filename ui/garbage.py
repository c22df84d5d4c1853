"""Python's cyclic garbage, collected on the thread of Qt and nowhere else. It frees nothing itself.

Left alone, Python collects in whichever thread happens to allocate. A Qt object that the engine's thread takes apart in
this way brings the whole program down later, at a place that has nothing to do with it.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

_LOOK_MS: Final = 500
_BUSY_MS: Final = 50
"""While the engine works: much garbage at once would hold the window for longer than a frame."""
_BURST: Final = 10_000
"""So many new objects at one look are a library or a window that came up, and no garbage."""
_OLDEST: Final = 2


class GarbageKeeper(QObject):
    """Takes over the collector for the life of the application."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # What is there by now stays for good: looking through it again and again would only hold the window.
        gc.collect()
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the generations that are due, as Python itself would.

        What has grown old stays for good, as long as a person works in a window: to look through all of it takes as
        long as several frames. That is done while nobody does.
        """
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [generation for generation in (0, 1, _OLDEST) if counts[generation] > limits[generation]]
        self._timer.setInterval(_BUSY_MS if due else _LOOK_MS)
        if 0 not in due:
            return
        is_worked_in = QGuiApplication.focusWindow() is not None
        oldest = max(generation for generation in due if all(lower in due for lower in range(generation)))
        if counts[0] > _BURST and is_worked_in:
            gc.freeze()
        elif oldest < _OLDEST:
            gc.collect(oldest)
        else:
            if not is_worked_in:
                gc.unfreeze()
            gc.collect()
            gc.freeze()

    def give_back(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
