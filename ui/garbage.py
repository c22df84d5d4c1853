"""Python's cyclic garbage, collected on the thread of Qt and nowhere else. It frees nothing itself.

Left alone, Python collects in whichever thread happens to allocate. A Qt object that the engine's thread takes apart in
this way brings the whole program down later, at a place that has nothing to do with it.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_LOOK_MS: Final = 500


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
        """Collect the generations that are due, as Python itself would."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [generation for generation in (0, 1, 2) if counts[generation] > limits[generation]]
        if 0 in due:
            gc.collect(max(generation for generation in due if all(lower in due for lower in range(generation))))

    def give_back(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
