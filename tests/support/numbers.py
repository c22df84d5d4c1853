"""A ledger whose documents went as far as each test says, number by number."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.journey import Event, EventKind
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import NOW, HandClock, document

LONG_AGO = NOW - timedelta(days=3)

What = Cause | EventKind | None
"""Held for a cause, gone as far as an event, or only seen."""
_WAY = {
    EventKind.PROVEN: (EventKind.INTENT, EventKind.ANSWERED, EventKind.PROVEN),
    EventKind.INTENT: (EventKind.INTENT,),
    EventKind.MISSING: (EventKind.MISSING,),
    EventKind.CONFLICT: (EventKind.CONFLICT,),
}


@contextmanager
def numbered(
    path: Path, numbers: Mapping[int, What], issued: Mapping[int, datetime] | None = None
) -> Iterator[LedgerReader]:
    """Write facturas FEHT, issued long ago unless said otherwise, and what could not be read at all; then read it."""
    clock = HandClock()
    with Ledger(path, clock) as ledger:
        for number, what in numbers.items():
            at = (issued or {}).get(number, LONG_AGO)
            one = document(0).model_copy(update={"number": number, "issued_at": at})
            cause = what if isinstance(what, Cause) else None
            row = ApprovedDocument(position=number, document=one, cause=cause)
            ledger.record_seen([row], number)
            for kind in _WAY[what] if isinstance(what, EventKind) else ():
                ledger.append([(row.key, Event(kind=kind, at=clock.now()))])
        unread = ApprovedDocument(None, None, label="x.xml", origin="carpeta/0a1b", cause=Cause.UNREADABLE)
        ledger.record_seen([unread])
    reader = LedgerReader(path, clock)
    try:
        yield reader
    finally:
        reader.close()
