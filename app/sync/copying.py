"""The daily backup beside the engine's work: when it is due, in a thread of its own, given up when the service ends."""

import asyncio
import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from app.model.clock import Clock
from app.model.errors import StorageError
from app.storage.backup import BackupCancelled, back_up, is_due
from app.storage.errors import LedgerDamaged
from app.storage.place import Place

_AGAIN: Final = timedelta(hours=1)
"""A copy that failed, for want of space perhaps, is not tried again sooner."""

log = logging.getLogger(__name__)


class Copying:
    """Makes the backups of a file while the block runs; one at a time. Those of a server are its keeper's affair."""

    def __init__(self, ledger: Place, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ends = threading.Event()
        self._work: asyncio.Task[None] | None = None
        self._failed_at: datetime | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ends.set()
        if self._work is not None:
            await asyncio.wait([self._work])
            if (found := self._work.exception()) is not None:
                log.warning("the copy given up at the end: %s", found)

    def consider(self) -> None:
        """Begin a copy where one is due; to be called after a cycle.

        Raises ``LedgerDamaged`` where the last one found that the ledger is: a copy is read to the last byte, which
        opening the ledger is not.
        """
        if self._work is not None:
            if not self._work.done():
                return
            work, self._work = self._work, None
            work.result()
        if not isinstance(self._ledger, Path):
            return
        now = self._clock.now()
        if self._failed_at is not None and abs(now - self._failed_at) < _AGAIN:
            return
        if is_due(self._ledger, now):
            self._work = asyncio.create_task(self._copy(self._ledger, now))

    async def _copy(self, ledger: Path, now: datetime) -> None:
        try:
            made = await asyncio.to_thread(back_up, ledger, now, self._ends.is_set)
            log.info("backup: %s", made)
        except BackupCancelled:
            log.info("the backup was given up: the engine ends")
        except LedgerDamaged:
            raise
        except StorageError as error:
            self._failed_at = now
            log.warning("no backup: %s", error)
