"""Opening the ledger whatever became of its file: set aside, put back from a copy or begun anew, and marked.

It never decides what was sent: a marked ledger sends nothing until ``sync.rebuild`` has looked through both systems.
"""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

from app.model.clock import Clock
from app.model.errors import Failure, StorageError
from app.model.status import Rebuild
from app.storage.backup import backups_of, copy_whole, is_missing, last_aside, made_at, put_in_place, set_aside
from app.storage.database import check_whole, version_of
from app.storage.errors import LedgerDamaged, LedgerTooNew, known_errors
from app.storage.place import Place, ServerPlace
from app.sync.ledger import Ledger

log = logging.getLogger(__name__)


def open_ledger(place: Place, clock: Clock, *, thorough: bool = False) -> Ledger:
    """Open the ledger; a file that is damaged or gone is put back from the newest sound copy, or begun anew.

    To be called by whoever holds the lock on the data folder. ``thorough`` reads the whole file first, where there is
    reason to doubt it. What stands on a server is its keeper's to put back; where none is there any more, one begins
    anew. Raises ``LedgerTooNew``, and ``StorageError`` where the disk, the server or another program is in the way.
    """
    if isinstance(place, ServerPlace):
        return _open_on_server(place, clock)
    try:
        if is_missing(place):
            raise LedgerDamaged("missing")
        if thorough and place.exists():
            check_whole(place)
        return Ledger(place, clock)
    except LedgerDamaged as error:
        log.warning("the ledger cannot be used: %s", error.detail)
    for backup in backups_of(place):
        try:
            return _put_back(place, backup, clock, "damaged")
        except (LedgerDamaged, LedgerTooNew):
            log.warning("this copy cannot be used either: %s", backup)
    return _put_back(place, None, clock, "damaged")


def restore(path: Path, backup: Path, clock: Clock) -> Ledger:
    """Put a copy in the place of the ledger, which is set aside; raises what ``open_ledger`` raises.

    A copy that is not sound or no ledger raises ``LedgerDamaged``, and nothing changes.
    """
    return _put_back(path, backup, clock, "replaced")


def _open_on_server(place: ServerPlace, clock: Clock) -> Ledger:
    ledger = Ledger(place, clock)
    try:
        if ledger.is_new:
            # Lost there, or of a hotel that the chain has never carried: nothing here can tell, so it looks first.
            log.warning("the server had no ledger of %s: a new one looks through both systems first", place.address)
            ledger.begin_rebuild(Rebuild(since=clock.now(), on_server=True))
    except BaseException:
        ledger.close()
        raise
    return ledger


def _put_back(path: Path, backup: Path | None, clock: Clock, why: str) -> Ledger:
    """Make the new file elsewhere, mark it, and only then move the old one aside and the new one to its place."""
    scratch = path.parent / "rebuilding"
    place = scratch / path.name
    with known_errors():
        shutil.rmtree(scratch, ignore_errors=True)  # what a power cut left of an earlier try
        scratch.mkdir(mode=0o700, parents=True)
    try:
        if backup is not None:
            copy_whole(backup, place)
            if version_of(place) is None:
                raise LedgerDamaged(str(backup))
        Ledger(place, clock).close()  # brought up to date, or refused, before anything is moved
        now = clock.now()
        aside = set_aside(path, now, why) or last_aside(path)
        rebuild = Rebuild(since=now, aside=str(aside) if aside else None, backup_at=_moment(backup))
        with Ledger(place, clock) as ledger:
            ledger.begin_rebuild(rebuild)
        if Path(f"{place}-wal").exists():
            raise StorageError(Failure.DISK_FAILS, "the new ledger could not be closed")
        put_in_place(place, path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    log.warning("a ledger of %s took its place; the old file: %s", rebuild.backup_at or "nothing", rebuild.aside)
    return Ledger(path, clock)


def _moment(backup: Path | None) -> datetime | None:
    if backup is None:
        return None
    return made_at(backup) or datetime.fromtimestamp(backup.stat().st_mtime, UTC)
