"""The lock on the data folder, so that only one engine works on one ledger; not the lock that keeps one window open."""

import contextlib
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _give_back(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give_back(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


class AlreadyRunning(Exception):
    """Another process holds the data folder; ``pid`` is None where it could not be read."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"the data folder is held by process {pid or '?'}")
        self.pid = pid


class DataLock:
    """The right to work on one data folder; the system takes it back when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "botones.lock"
        # Beside, because Windows lets nobody else read a locked byte.
        self._holder = folder / "botones.pid"
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock at once, or raise AlreadyRunning."""
        file = self._path.open("ab")
        try:
            _take(file)
        except OSError as error:
            file.close()
            raise AlreadyRunning(self._read_holder()) from error
        self._file = file
        self._holder.write_text(str(os.getpid()), encoding="ascii")

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._file is None:
            return
        # The lock file stays: removing it would let a third process lock another file of the same name.
        with contextlib.suppress(OSError):
            self._holder.unlink()
        _give_back(self._file)
        self._file.close()
        self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _read_holder(self) -> int | None:
        try:
            return int(self._holder.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
