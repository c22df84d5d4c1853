"""The copies of a ledger as a person chooses among them: when each was made, how large, and what it would change.

It puts nothing back; that is ``recovery.restore``.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from app.model.clock import Clock
from app.storage.backup import backups_of, made_at
from app.sync.ledger_reader import LedgerReader


class Copy(NamedTuple):
    """One copy beside the ledger."""

    path: Path
    made_at: datetime | None
    size: int


class Preview(NamedTuple):
    """What a copy holds beside what the ledger holds now."""

    documents: int
    """How many the copy knows."""
    last: str
    """The number of its newest document, empty where it has none."""
    now: int
    """How many the ledger of now knows."""


def copies_of(ledger: Path) -> tuple[Copy, ...]:
    """Return the copies, the newest first; one that vanishes meanwhile is left out."""
    found = []
    for path in backups_of(ledger):
        try:
            found.append(Copy(path, made_at(path), path.stat().st_size))
        except FileNotFoundError:
            continue
    return tuple(found)


def preview(copy: Path, ledger: Path, clock: Clock) -> Preview:
    """Read a copy without touching it; raises ``StorageError`` where it or the ledger cannot be read."""
    documents, last = _known(copy, clock)
    now = _known(ledger, clock)[0] if ledger.exists() else 0
    return Preview(documents, last, now)


def _known(path: Path, clock: Clock) -> tuple[int, str]:
    reader = LedgerReader(path, clock)
    try:
        newest = reader.page(0, 1)
        return reader.counts().total, newest[0].full_number if newest else ""
    finally:
        reader.close()
