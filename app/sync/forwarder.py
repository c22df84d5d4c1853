"""Sending, and settling what was sent by looking. The order of its steps *is* the promise of exactly once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.connectors.overhearing import overheard
from app.connectors.profile import Timing
from app.connectors.pymes import Pymes
from app.connectors.pymes_contract import cause_of_refusal
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.journey import LONGEST_PAUSE, Event, EventKind, State
from app.model.numbering import Numbering
from app.model.sales import Sale, as_pymes_shows, differences
from app.sync.ledger import Entry, Ledger
from app.sync.lookup import Found, look
from app.sync.parallel import for_each
from app.sync.schedule import pause_after_failure

ORIGIN: Final = "botones"
_UNCLEAR_IN_A_ROW: Final = 3
"""After so many unclear answers in a row the other side is in trouble.

The rest waits rather than joining the doubt.
"""
_TRIES_BEFORE_HELD: Final = 5
"""So many sends may end with nothing stored before a person is asked."""
_LOOKS: Final = 3
"""A doubt ends after so many looks at least: where the clock was set forward, the time alone would tell nothing."""
_LOOKS_WITHOUT_CLOCK: Final = 5
"""Where it was set back; the pauses between so many looks are longer than the settling time."""
_SHOWN: Final = 10
"""So many sales of one number are kept to be shown side by side."""
_SAID: Final = 5
"""So many exchanges are kept with one event."""
_FORM_STATUS: Final = (405, 406, 415)
LOOK_AGAIN: Final = timedelta(minutes=5)
"""When a conflict or a missing document is looked for again: somebody may have mended it in Pymes."""
LINK_AGAIN: Final = LONGEST_PAUSE
"""When the sale by which a person settled a document is looked at again: one request each, for it seldom changes."""


class Forwarder:
    """Takes documents that may leave and brings each to a state that is true."""

    def __init__(self, pymes: Pymes, ledger: Ledger, clock: Clock, timing: Timing, at_once: int) -> None:
        self._pymes = pymes
        self._ledger = ledger
        self._clock = clock
        self._timing = timing
        self._at_once = at_once

    async def send(self, ready: Sequence[tuple[Entry, Numbering]]) -> None:
        """Send documents just looked for and not found.

        The first goes alone: a revoked token must not cost a batch of tries.

        Raises the ``ConnectorError`` that stopped the batch, after the ledger holds what became of every document.
        """
        await self._send_together(ready[:1])
        await self._send_together(ready[1:])

    async def _send_together(self, ready: Sequence[tuple[Entry, Numbering]]) -> None:
        if not ready:
            return
        now = self._clock.now()
        self._ledger.append(
            (entry.key, Event(kind=EventKind.INTENT, at=now, data={"consecutivo": numbering.consecutivo or ""}))
            for entry, numbering in ready
        )
        outcomes: dict[str, Event] = {}
        stops: list[ConnectorError] = []
        unclear = 0

        async def send_one(pair: tuple[Entry, Numbering]) -> None:
            nonlocal unclear
            entry, numbering = pair
            if stops:
                return
            self._ledger.confirm()
            with overheard() as said:
                try:
                    sale = await self._pymes.send(entry.document, numbering.consecutivo or "")
                    outcome = Event(kind=EventKind.ANSWERED, at=self._clock.now(), data={"sale": sale})
                    error = None
                except ConnectorError as failed:
                    outcome, error = self._outcome_of(failed, entry), failed
            outcomes[entry.key] = outcome.model_copy(update={"said": tuple(said[-_SAID:])})
            is_unclear = error is not None and error.delivery is Delivery.IN_DOUBT and not _is_about_number(error)
            unclear = unclear + 1 if is_unclear else 0
            if error is not None and (_stops_the_batch(error) or unclear >= _UNCLEAR_IN_A_ROW):
                stops.append(error)

        await for_each(ready, send_one, at_once=self._at_once)
        held_back = Event(kind=EventKind.NEVER_LEFT, at=self._clock.now(), data={"why": "batch-stopped"})
        self._ledger.append((entry.key, outcomes.get(entry.key, held_back)) for entry, _ in ready)
        if stops:
            raise stops[0]

    def _outcome_of(self, error: ConnectorError, entry: Entry) -> Event:
        now = self._clock.now()
        data: dict[str, Any] = {"failure": error.failure.value, "status": error.status}
        if error.delivery is Delivery.IN_DOUBT:
            return Event(kind=EventKind.NO_CLEAR_ANSWER, at=now, data=data)
        if _says_nothing_of_the_document(error):
            pause = pause_after_failure(entry.journey.attempts + 1, error.retry_after)
            due = None if error.is_about_access else now + timedelta(seconds=pause)
            return Event(kind=EventKind.NEVER_LEFT, at=now, due_at=due, data=data)
        data |= {"messages": list(error.messages), "codes": list(error.codes)}
        return Event(kind=EventKind.REFUSED, at=now, cause=cause_of_refusal(error.codes), data=data)

    async def settle(self, entries: Sequence[Entry], numberings: dict[str, Numbering]) -> None:
        """Look for documents sent, in doubt or in conflict, and write down what stands in Pymes.

        ``numberings`` gives, by ledger key, the consecutivo under which a document must stand; where it is not known
        now, the consecutivo is not compared.
        """
        if not entries:
            return
        now = self._clock.now()
        found = await look(self._pymes, [entry.document for entry in entries], bogota_day(now), at_once=self._at_once)
        steps: list[tuple[str, Event]] = []
        for entry in entries:
            sales = found[entry.document.key]
            event = verdict(entry, sales, numberings.get(entry.key), now) or self._nothing_found(entry, now)
            steps.append((entry.key, with_what_was_said(event, entry, found)))
        self._ledger.append(steps)

    def _nothing_found(self, entry: Entry, now: datetime) -> Event:
        """Decide what an empty look means. A doubt ends only after looks over the whole settling time agree."""
        journey = entry.journey
        if journey.state is State.SENT:
            return Event(kind=EventKind.NO_CLEAR_ANSWER, at=now, data={"why": "not-stored"})
        if journey.state in (State.CONFLICT, State.MISSING):
            return Event(kind=EventKind.LOOKED, at=now, due_at=now + LOOK_AGAIN)
        settle = self._timing.settle
        waited = (now - (journey.since or now)).total_seconds()
        if journey.looks >= _LOOKS_WITHOUT_CLOCK if waited < 0 else journey.looks >= _LOOKS and waited >= settle:
            if journey.attempts >= _TRIES_BEFORE_HELD:
                return Event(kind=EventKind.HELD, at=now, cause=Cause.NOT_STORED, data={"attempts": journey.attempts})
            return Event(kind=EventKind.ABSENT, at=now, data={"looks": journey.looks + 1})
        pause = min(settle / 8 * 2.0 ** min(journey.looks, 16), settle)
        return Event(kind=EventKind.LOOKED, at=now, due_at=now + timedelta(seconds=pause))


def with_what_was_said(event: Event, entry: Entry, found: Found) -> Event:
    """Keep with an event the answers of the look that it follows from; a look that changes nothing tells nothing."""
    if event.kind is EventKind.LOOKED:
        return event
    return event.model_copy(update={"said": found.said.get(entry.document.key, ())[-_SAID:]})


def verdict(entry: Entry, sales: Sequence[Sale], numbering: Numbering | None, now: datetime) -> Event | None:
    """Say what the sales found mean for a document; ``None`` where none was found."""
    if not sales:
        return None
    if len(sales) > 1:
        # In one order, so that the same two are not written down as news when Pymes lists them the other way round.
        ordered = sorted(sales, key=lambda sale: sale.uuid)
        shown = [as_pymes_shows(sale) for sale in ordered[:_SHOWN]]
        data: dict[str, Any] = {"sales": [sale.uuid for sale in ordered], "found": shown}
        return _conflict(entry, Cause.DOUBLED_IN_PYMES, data, now)
    sale = sales[0]
    differing = differences(entry.document, sale, numbering.consecutivo if numbering else None)
    if differing:
        data = {
            "sale": sale.uuid,
            "differences": [difference.model_dump(mode="json") for difference in differing],
            "found": [as_pymes_shows(sale)],
        }
        return _conflict(entry, Cause.DIFFERS_IN_PYMES, data, now)
    never_sent = entry.journey.attempts == 0
    foreign = sale.origin is not None and sale.origin != ORIGIN
    kind = EventKind.ADOPTED if (never_sent or foreign) and entry.journey.state is not State.SENT else EventKind.PROVEN
    return Event(kind=kind, at=now, data={"sale": sale.uuid, "origin": sale.origin or ""})


def _conflict(entry: Entry, cause: Cause, data: dict[str, Any], now: datetime) -> Event:
    """Write a conflict once; a look that finds the same again changes nothing but the time of the next."""
    if entry.journey.state is State.CONFLICT and (entry.journey.cause, entry.journey.detail) == (cause, data):
        return Event(kind=EventKind.LOOKED, at=now, due_at=now + LOOK_AGAIN)
    return Event(kind=EventKind.CONFLICT, at=now, cause=cause, due_at=now + LOOK_AGAIN, data=data)


def _is_about_number(error: ConnectorError) -> bool:
    """Say whether Pymes answered that the number is taken: clear enough to go on, although only a look settles it."""
    return error.failure is Failure.ALREADY_THERE


def _says_nothing_of_the_document(error: ConnectorError) -> bool:
    """Say whether any other document would have fared alike: it never left, or its way and not itself was refused."""
    return (
        error.delivery is Delivery.NEVER_LEFT
        or error.is_about_access
        or error.failure in (Failure.TOO_MANY, Failure.UNSAFE_ADDRESS)
        or error.status in _FORM_STATUS
        or (error.failure is Failure.NOT_FOUND and not any(error.codes))
    )


def _stops_the_batch(error: ConnectorError) -> bool:
    return error.delivery is not Delivery.IN_DOUBT and _says_nothing_of_the_document(error)
