"""What can be wrong with the ledger's file, told apart: the computer's doing, or ours. It mends nothing."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.model.errors import Failure, StorageError
from app.model.server import Door

_BY_CODE: Final = {
    sqlite3.SQLITE_FULL: Failure.DISK_FULL,
    sqlite3.SQLITE_IOERR: Failure.DISK_FAILS,
    sqlite3.SQLITE_BUSY: Failure.LEDGER_BUSY,
    sqlite3.SQLITE_LOCKED: Failure.LEDGER_BUSY,
    sqlite3.SQLITE_PROTOCOL: Failure.LEDGER_BUSY,
    sqlite3.SQLITE_READONLY: Failure.LEDGER_LOCKED,
    sqlite3.SQLITE_PERM: Failure.LEDGER_LOCKED,
    sqlite3.SQLITE_CANTOPEN: Failure.LEDGER_LOCKED,
    sqlite3.SQLITE_CORRUPT: Failure.LEDGER_DAMAGED,
    sqlite3.SQLITE_NOTADB: Failure.LEDGER_DAMAGED,
}
_BY_ERRNO: Final = {
    errno.ENOSPC: Failure.DISK_FULL,
    errno.EFBIG: Failure.DISK_FULL,
    errno.EACCES: Failure.LEDGER_LOCKED,
    errno.EPERM: Failure.LEDGER_LOCKED,
    errno.EROFS: Failure.LEDGER_LOCKED,
}


class LedgerDamaged(StorageError):
    """The file is not a sound database; it must be set aside, never written to."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Failure.LEDGER_DAMAGED, detail)


class LedgerElsewhere(StorageError):
    """Another computer writes this hotel's ledger: this one is its spare."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Failure.LEDGER_ELSEWHERE, detail)


class LedgerMoved(StorageError):
    """The ledger on the server is not in use: a computer took it to its disk, or is just bringing it."""

    def __init__(self, door: Door) -> None:
        super().__init__(Failure.LEDGER_MOVED, door.computer)
        self.door = door


class LedgerTooNew(Exception):
    """A newer Botones wrote this file; this one must not touch it."""


def known(error: BaseException | None) -> StorageError | None:
    """Return what a person can be told of a database's error; ``None`` where it is a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.Error) or code is None:
        return None
    failure = _BY_CODE.get(code & 0xFF)  # the low byte is the kind, the rest says where it happened
    if failure is Failure.LEDGER_DAMAGED:
        return LedgerDamaged(str(error))
    return None if failure is None else StorageError(failure, f"{error} ({error.sqlite_errorname})")


@contextmanager
def known_errors() -> Iterator[None]:
    """Turn what the disk, the system or another program can do to a file into ``StorageError``."""
    try:
        yield
    except sqlite3.Error as error:
        if (told := known(error)) is not None:
            raise told from error
        raise
    except OSError as error:
        raise StorageError(_BY_ERRNO.get(error.errno or 0, Failure.DISK_FAILS), str(error)) from error
