"""How long the loop of Qt stood still, and what it was doing then. It changes nothing."""

import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

_HOUSE: Final = str(Path(__file__).parents[2])
_LOOK_SECONDS: Final = 0.002
_TICK_MS: Final = 2


class Stalls(QObject):
    """Measures how long the loop keeps a timer waiting beyond its time; made on the thread of the loop."""

    def __init__(self, *, where: bool = False) -> None:
        """With ``where`` a second thread looks what a long turn is busy with, which costs some of what is measured."""
        super().__init__()
        self.gaps: list[float] = []
        self.work: list[float] = []
        """The same in time of the processor, which other programs on the machine do not lengthen."""
        self.busy_with: Counter[str] = Counter()
        """Lines of the project in which turns of more than a frame were found, by how often."""
        self._loop = threading.get_ident()
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        # One of no delay would turn the loop without end: it takes the processor from those who work beside it.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.start(_TICK_MS)
        self._ended = threading.Event()
        if where:
            threading.Thread(target=self._look, daemon=True).start()

    def forget(self) -> None:
        """Begin anew."""
        self.gaps.clear()
        self.work.clear()
        self.busy_with.clear()
        self._last, self._worked = time.perf_counter(), time.thread_time()

    def end(self) -> None:
        """Measure no more."""
        self._timer.stop()
        self._ended.set()

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append(max(0.0, now - self._last - _TICK_MS / 1000))
        self.work.append(worked - self._worked)
        self._last, self._worked = now, worked

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            if time.perf_counter() - self._last > 0.016:
                frame = sys._current_frames().get(self._loop)
                own = [
                    f"{Path(one.filename).name}:{one.lineno} {one.name}"
                    for one in traceback.extract_stack(frame)
                    if one.filename.startswith(_HOUSE) and ".venv" not in one.filename and "/tests/" not in one.filename
                ]
                self.busy_with[" < ".join(reversed(own[-4:]))] += 1
