"""How fast and how smooth: time to the first window, longest stall of the UI, memory. It changes nothing."""

import os
import sys
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

_BEAT_MS: Final = 5


class Measure(QObject):
    """Watches the UI's thread from the first window on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.first_window_ms: float | None = None
        self.longest_stall_ms = 0.0
        self._since = QElapsedTimer()
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._feel)

    def watch(self, window: QWidget) -> None:
        """Take the first painting of ``window`` as the first window, unless there was one."""
        if self.first_window_ms is None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self.first_window_ms is None:
            self.first_window_ms = _age_of_process() * 1000
            watched.removeEventFilter(self)
            # The first painting is start; what comes after it is use.
            QTimer.singleShot(0, self._begin)
        return False

    def report(self) -> str:
        """Return what was measured, in one line."""
        first = "-" if self.first_window_ms is None else f"{self.first_window_ms:.0f}"
        memory = memory_bytes() / 2**20
        return f"first window {first} ms; longest stall {self.longest_stall_ms:.0f} ms; memory {memory:.0f} MB"

    def _begin(self) -> None:
        self._since.start()
        self._beat.start()

    def _feel(self) -> None:
        gap = self._since.nsecsElapsed() / 1e6
        self._since.restart()
        self.longest_stall_ms = max(self.longest_stall_ms, gap - _BEAT_MS)


_IMPORTED: Final = time.monotonic()
_SECONDS_1601_TO_1970: Final = 11_644_473_600
"""Windows counts its time from the year 1601."""


def _age_of_process() -> float:
    """Return the seconds since the process began; where the system does not say, since this module came in."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        born, *others = (wintypes.FILETIME() for _ in range(4))
        process = wintypes.HANDLE(ctypes.windll.kernel32.GetCurrentProcess())
        ctypes.windll.kernel32.GetProcessTimes(process, ctypes.byref(born), *map(ctypes.byref, others))
        return time.time() - ((born.dwHighDateTime << 32) + born.dwLowDateTime) / 1e7 + _SECONDS_1601_TO_1970
    try:
        started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return time.monotonic() - _IMPORTED
    return up - started / os.sysconf("SC_CLK_TCK")


def memory_bytes() -> int:
    """Return the resident memory of this process."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Counters(ctypes.Structure):
            _fields_ = (
                ("cb", wintypes.DWORD),
                ("faults", wintypes.DWORD),
                ("peak", ctypes.c_size_t),
                ("resident", ctypes.c_size_t),
                ("pools_and_pagefile", ctypes.c_size_t * 6),
            )

        counters = Counters()
        counters.cb = ctypes.sizeof(counters)
        process = ctypes.windll.kernel32.GetCurrentProcess()
        ctypes.windll.psapi.GetProcessMemoryInfo(
            wintypes.HANDLE(process), ctypes.byref(counters), wintypes.DWORD(counters.cb)
        )
        return int(counters.resident)
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
