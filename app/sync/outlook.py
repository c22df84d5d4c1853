"""Which ranges come to their end, kept ready for the Status: reckoned beside the engine, now and then. Tells nobody."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from app.model.clock import Clock, bogota_day
from app.model.errors import StorageError
from app.model.forecast import Forecast
from app.model.numbering import NumberingProof
from app.storage.place import Place
from app.sync.ledger_reader import LedgerReader
from app.sync.watch import ending_ranges, glance

_KEEPS: Final = timedelta(hours=1)
"""What it tells moves by days."""

log = logging.getLogger(__name__)


class Outlook:
    """Remembers what was reckoned last; asked after each cycle, it reckons anew only where that can tell something."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: tuple[Forecast, ...] = ()
        self._asked: object = None
        self._at: datetime | None = None

    async def ending(self, place: Place, proofs: Sequence[NumberingProof]) -> tuple[Forecast, ...]:
        """Return the ranges for which a new authorisation has to be asked.

        Where the ledger cannot be read just now, as last known.
        """
        now = self._clock.now()
        asked = (place, bogota_day(now), [_content(proof) for proof in proofs])
        if self._at is not None and asked == self._asked and timedelta(0) <= now - self._at < _KEEPS:
            return self._known
        try:
            self._known = await asyncio.to_thread(self._reckon, place, tuple(proofs), now)
        except StorageError as error:
            log.warning("%s", error)
        self._asked, self._at = asked, now
        return self._known

    def _reckon(self, place: Place, proofs: tuple[NumberingProof, ...], now: datetime) -> tuple[Forecast, ...]:
        reader = LedgerReader(place, self._clock)
        try:
            return ending_ranges(glance(reader, proofs, now), bogota_day(now))
        finally:
            reader.close()


def _content(proof: NumberingProof) -> tuple[object, ...]:
    """Return what of a proof changes with the numbering, and not with each document or each look."""
    ranges: list[tuple[object, int, int, date | None]] = [
        (system, one.first, one.last, one.valid_to) for system, one in proof.columns.items()
    ]
    return proof.family, proof.range_name, proof.conditions, tuple(ranges)
