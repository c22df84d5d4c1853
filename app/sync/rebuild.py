"""The whole look at Pymes that a ledger needs which may know less than Pymes; it sends nothing.

A ledger that was lost, or put back from an older copy, does not know what was sent since. Looking before each send
finds what has arrived. It does not find a request that was still under way when the file was lost: that one may arrive
after the look. So, as for a document in doubt, absence counts only when looks over the whole settling time agree.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.connectors.pymes import Pymes
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.journey import Event, EventKind, State
from app.model.numbering import Numbering
from app.model.status import Rebuild
from app.sync.forwarder import verdict
from app.sync.ledger import Entry, Ledger
from app.sync.lookup import look

_PAGE: Final = 500
"""Many at once, so that reading the days in pages pays."""
_OPEN: Final = (State.SEEN, State.HELD, State.MISSING, State.CONFLICT)
"""Doubts are settled by their own rule; what is proven is never sent."""

NumberingsOf = Callable[[Sequence[Entry]], dict[str, Numbering]]


async def look_through(
    ledger: Ledger,
    rebuild: Rebuild,
    pymes: Pymes,
    clock: Clock,
    *,
    settle: float,
    at_once: int,
    numberings_of: NumberingsOf,
    halted: Callable[[], bool],
) -> bool:
    """Look for every document that is not proven, and adopt what is found equal.

    Returns whether the absent ones are certain to be absent: all were looked for once the settling time was over. Cut
    off anywhere it begins again, and what was found is not looked for twice.
    """
    started = clock.now()
    if rebuild.since > started:
        # The clock was wrong when the ledger was lost; a settling time that ends in years would never end.
        ledger.begin_rebuild(rebuild := rebuild.model_copy(update={"since": started}))
    certain_at = rebuild.since + timedelta(seconds=settle)
    after: Entry | None = None
    while entries := ledger.walk(_OPEN, _PAGE, after):
        if halted():
            return False
        after = entries[-1]
        asked = [one for one in entries if _is_in_question(one, certain_at, started)]
        if not asked:
            continue
        now = clock.now()
        found = await look(pymes, [one.document for one in asked], bogota_day(now), at_once=at_once)
        numberings = numberings_of(asked)
        absent = Event(kind=EventKind.LOOKED, at=now, due_at=certain_at, data={"why": "rebuild"})
        ledger.append(
            (one.key, verdict(one, found[one.document.key], numberings.get(one.key), now) or absent) for one in asked
        )
    return started >= certain_at


def _is_in_question(entry: Entry, certain_at: datetime, now: datetime) -> bool:
    """Say whether Pymes can tell something of a document that this look does not know yet."""
    cause = entry.journey.cause
    if cause is not None and (cause.is_about_approval or cause is Cause.OTHER_CONTENT):
        return False
    return now >= certain_at or entry.journey.due_at != certain_at
