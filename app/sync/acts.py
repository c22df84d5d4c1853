"""What a person decides about documents that wait: written with who it was and why. It asks Pymes nothing.

Whoever calls is the ledger's own thread, between two batches: an engine that is in the middle of one holds what it has
read before.
"""

from typing import Final

from app.model.causes import Cause
from app.model.clock import Clock
from app.model.errors import CannotSettle
from app.model.journey import Event, EventKind, Journey, State
from app.model.role import LONGEST_REASON, Role, told_by
from app.model.sales import Sale, as_pymes_shows
from app.sync.forwarder import LINK_AGAIN
from app.sync.ledger import Entry, Ledger

PAGE: Final = 200
_MAY_BE_SETTLED: Final = (State.HELD, State.CONFLICT, State.MISSING)


def release_cause(ledger: Ledger, cause: Cause, who: str, role: Role | None = None) -> int:
    """Let every document that waits because of ``cause`` be taken up again, in pages, and return how many."""
    released, after = 0, None
    while entries := ledger.waiting_for(cause, PAGE, after):
        after = entries[-1]
        released += ledger.release([entry.key for entry in entries], who, role)
    return released


def may_be_settled(journey: Journey | None) -> bool:
    """Say whether a person may link it to a sale; that the DIAN approved it is for the DIAN to say."""
    if journey is None or journey.state not in _MAY_BE_SETTLED:
        return False
    return journey.cause is None or not journey.cause.is_about_approval


def settle_outside(
    ledger: Ledger, clock: Clock, key: str, sale: Sale, *, who: str, reason: str, role: Role | None = None
) -> None:
    """Link a document to a sale just read from Pymes; raises ``CannotSettle``, also for one that no longer counts."""
    reason = reason.strip()[:LONGEST_REASON]
    if not reason or sale.annulled or not may_be_settled(ledger.journey(key)):
        raise CannotSettle
    now = clock.now()
    data = {**told_by(who, role), "reason": reason, "number": sale.full_number, "linked": as_pymes_shows(sale)}
    event = Event(kind=EventKind.SETTLED_OUTSIDE, at=now, due_at=now + LINK_AGAIN, data=data)
    ledger.append([(key, event)])


def unsettle(ledger: Ledger, clock: Clock, key: str, *, who: str, role: Role | None = None) -> bool:
    """Take a link back: the document waits again as before. Says whether there was one."""
    journey = ledger.journey(key)
    if journey is None or journey.state is not State.SETTLED:
        return False
    data = {"why": "person", **told_by(who, role)}
    ledger.append([(key, Event(kind=EventKind.UNSETTLED, at=clock.now(), data=data))])
    return True


def link_verdict(journey: Journey, sales: tuple[Sale, ...], clock: Clock) -> Event:
    """Say what the sales that carry a linked number now mean for the link."""
    now, linked = clock.now(), journey.detail["linked"]
    standing = next((as_pymes_shows(sale) for sale in sales if sale.uuid == linked["uuid"]), None)
    if standing == linked:
        return Event(kind=EventKind.LOOKED, at=now, due_at=now + LINK_AGAIN)
    told = {"number": journey.detail["number"], "linked": linked}
    why = "gone" if standing is None else "changed"
    return Event(kind=EventKind.UNSETTLED, at=now, data={"why": why, **told})


def first_numbers(entries: list[Entry], most: int = 5) -> tuple[str, ...]:
    """Return the printed numbers of the first few."""
    return tuple(entry.document.full_number for entry in entries[:most])
