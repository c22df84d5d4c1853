"""Copies of the ledger beside it: made by SQLite's own backup, checked before they count, kept for weeks.

It knows files and no rows; what a restored ledger must do before anything is sent is the affair of ``sync.recovery``.
"""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.model.clock import bogota_day
from app.storage.errors import LedgerDamaged, known_errors

EVERY: Final = timedelta(days=1)
_DAYS: Final = 7
_WEEKS: Final = 4
_PAGES: Final = 1_000
"""Pages copied between two questions whether to go on: some milliseconds."""
_STEPS: Final = 1_000_000
"""Steps of SQLite's machine between two such questions while a copy is checked."""
_STAMP: Final = "%Y%m%dT%H%M%S%fZ"
_BESIDE: Final = ("-wal", "-shm")


class BackupCancelled(Exception):
    """The program ends: the copy was given up, and nothing of it is left."""


def folder_of(ledger: Path) -> Path:
    """Return where the copies of a ledger are."""
    return ledger.parent / "backups"


def backups_of(ledger: Path) -> list[Path]:
    """Return the copies of a ledger, the newest first."""
    return sorted(folder_of(ledger).glob(f"{ledger.stem}-*{ledger.suffix}"), reverse=True)


def made_at(backup: Path) -> datetime | None:
    """Return when a copy was made, ``None`` where its name does not say so."""
    try:
        return datetime.strptime(_stamp_of(backup), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_due(ledger: Path, now: datetime) -> bool:
    """Say whether the last copy is older than a day; one from the future says nothing, for a clock was wrong."""
    last = max(filter(None, map(made_at, backups_of(ledger))), default=None)
    return last is None or abs(now - last) >= EVERY


def back_up(ledger: Path, now: datetime, cancelled: Callable[[], bool] = lambda: False) -> Path:
    """Copy the ledger as it stands at one moment, check the copy, and only then let it count; old copies go.

    The ledger's writer does not wait for it, nor it for the writer. To be called in a thread of its own. Raises
    ``StorageError``, ``LedgerDamaged`` where the copy is not sound, and ``BackupCancelled``.
    """
    folder = folder_of(ledger)
    target = folder / f"{ledger.stem}-{now.astimezone(UTC):{_STAMP}}{ledger.suffix}"
    with known_errors():
        folder.mkdir(mode=0o700, exist_ok=True)
        for left_over in folder.glob("*.tmp*"):
            # A younger one may be another program's work, which may take it away at any moment.
            with contextlib.suppress(FileNotFoundError):
                if left_over.stat().st_mtime < (now - EVERY).timestamp():
                    left_over.unlink()
        place = target.with_suffix(".tmp")
        try:
            copy_whole(ledger, place, cancelled)
            put_in_place(place, target)
        finally:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
        _forget_old(ledger)
    return target


def copy_whole(source: Path, target: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Copy a database into one sound file without companions; raises what ``back_up`` raises."""

    def step(*_progress: int) -> None:
        if cancelled():
            raise BackupCancelled

    with known_errors():
        with (
            closing(sqlite3.connect(address_of(source, "rw"), uri=True, isolation_level=None)) as origin,
            closing(sqlite3.connect(address_of(target, "rwc"), uri=True, isolation_level=None)) as copy,
        ):
            # The whole copy is of this moment: what is written meanwhile neither enters it nor starts it anew.
            origin.execute("PRAGMA query_only=ON")
            origin.execute("BEGIN")
            origin.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            origin.backup(copy, pages=_PAGES, progress=step)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.set_progress_handler(cancelled, _STEPS)
            try:
                said = copy.execute("PRAGMA integrity_check(1)").fetchone()
            except sqlite3.OperationalError:
                step()
                raise
        if said != ("ok",):
            raise LedgerDamaged(str(source))


def set_aside(ledger: Path, now: datetime, why: str) -> Path | None:
    """Give the ledger and its companions a dated name and return it; nothing is ever deleted.

    ``None`` where there was nothing. Cut off in the middle it may be called again: what lies beside a ledger that is
    no longer there goes the same way.
    """
    aside = ledger.with_name(f"{ledger.stem}.{why}-{now.astimezone(UTC):{_STAMP}}{ledger.suffix}")
    found = False
    with known_errors():
        for ending in ("", *_BESIDE):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{ledger}{ending}").replace(f"{aside}{ending}")
                found = True
        _make_lasting(ledger.parent)
    return aside if found else None


def is_missing(ledger: Path) -> bool:
    """Say whether there was a ledger and it is gone: taken away by a cleaner, an antivirus, or our own setting aside.

    What its writer left beside it must not meet a new file of the same name: SQLite would write it into that one.
    """
    with known_errors():
        traces = (Path(f"{ledger}-wal").exists(), backups_of(ledger), last_aside(ledger))
        return not ledger.exists() and any(traces)


def last_aside(ledger: Path) -> Path | None:
    """Return the ledger that was set aside last."""
    return max(ledger.parent.glob(f"{ledger.stem}.*-*{ledger.suffix}"), key=_stamp_of, default=None)


def put_in_place(place: Path, target: Path) -> None:
    """Move a whole file to its name so that a power cut leaves either nothing there or all of it."""
    with known_errors():
        with place.open("rb+") as file:
            os.fsync(file.fileno())
        place.replace(target)
        _make_lasting(target.parent)


def address_of(path: Path, mode: str) -> str:
    """Return the path as SQLite's URI; ``mode`` as SQLite says it: ``rw`` never creates a file."""
    plain = path.absolute().as_posix()
    return f"file://{'' if plain.startswith('/') else '/'}{quote(plain, safe=':/')}?mode={mode}"


def _stamp_of(path: Path) -> str:
    return path.stem.rpartition("-")[2]


def _forget_old(ledger: Path) -> None:
    """Keep the newest copy of each of the last seven days and of the last four weeks that have one."""
    dated = [(backup, moment) for backup in backups_of(ledger) if (moment := made_at(backup)) is not None]
    days = _newest_of_each(((bogota_day(moment), backup) for backup, moment in dated), _DAYS)
    weeks = _newest_of_each(((bogota_day(moment).isocalendar()[:2], backup) for backup, moment in dated), _WEEKS)
    for backup, _moment in dated:
        if backup not in days | weeks:
            backup.unlink(missing_ok=True)  # another copy of the same day may tidy up too


def _newest_of_each(marked: Iterable[tuple[object, Path]], count: int) -> set[Path]:
    newest: dict[object, Path] = {}
    for mark, backup in marked:
        newest.setdefault(mark, backup)
    return set(list(newest.values())[:count])


def _make_lasting(folder: Path) -> None:
    if sys.platform != "win32":  # Windows cannot open a folder, and makes the rename durable by itself
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
