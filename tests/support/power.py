"""What a power cut leaves of the ledger: the bytes of one moment, of the file and of the log beside it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, event

_HEADER = 32


def snapshot(path: Path, into: Path) -> Path | None:
    """Copy the ledger's file and its log as they stand at one moment, from whatever thread.

    The shared memory is not copied: it does not outlive the power. ``None`` where the writer moved its log into the
    file while we copied: what we have is of no one moment then, and of no power cut.
    """
    into.mkdir()
    copy, log = into / path.name, Path(f"{path}-wal")
    before = _log_header(log)
    shutil.copyfile(path, copy)
    if log.exists():
        shutil.copyfile(log, f"{copy}-wal")
    return copy if _log_header(log) == before and path.read_bytes() == copy.read_bytes() else None


def _log_header(log: Path) -> bytes:
    """Return the part of the log that changes whenever it is begun anew."""
    try:
        with log.open("rb") as file:
            return file.read(_HEADER)
    except FileNotFoundError:
        return b""


@contextmanager
def at_every_commit(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` after each commit of a ledger: before its next transaction begins, nothing else being written."""

    def begins(_connection: Connection) -> None:
        act()

    event.listen(Engine, "begin", begins)
    try:
        yield
    finally:
        event.remove(Engine, "begin", begins)
