"""How a document travels: its states, and the events that move it. Storing them is the ledger's affair.

The state of a document is *derived*: ``advance`` is the only place where an event changes it, so that the row in the
ledger and the state rebuilt from the events cannot tell two stories.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import AwareDatetime, Field

from app.model.causes import Cause
from app.model.exchange import Exchange
from app.model.value import Value

LONGEST_PAUSE: Final = timedelta(hours=2)
"""No pause is longer: a moment further ahead was written by a clock that has been set back since."""


class State(StrEnum):
    """Where a document stands."""

    SEEN = "seen"
    """Approved in the PMS, waiting for its turn."""
    SENDING = "sending"
    """The intent is written; the request may be under way."""
    SENT = "sent"
    """Pymes answered yes; not read back yet, so not green."""
    IN_DOUBT = "in-doubt"
    """Nobody knows whether it arrived: settled by looking."""
    HELD = "held"
    """Waits with a cause."""
    CONFLICT = "conflict"
    """Pymes holds the number with another content: a person decides."""
    MISSING = "missing"
    """Proven absent in Pymes, and the mode does not let us send."""
    PROVEN = "proven"
    """Read back from Pymes and equal."""
    SETTLED = "settled"
    """A person linked it, with a reason, to the sale that stands for it in Pymes: accounted for, never green."""
    WITHDRAWN = "withdrawn"
    """Was held and never approved, and what it came from is gone or could be read since: it stands for nothing."""

    @property
    def needs_a_person(self) -> bool:
        return self in (State.HELD, State.CONFLICT)


class EventKind(StrEnum):
    """What happened to a document."""

    SEEN = "seen"
    CHECKED = "checked"
    """The rules before sending said something; changes no state."""
    INTENT = "intent"
    NEVER_LEFT = "never-left"
    ANSWERED = "answered"
    NO_CLEAR_ANSWER = "no-clear-answer"
    REFUSED = "refused"
    LOOKED = "looked"
    """A look found nothing yet.

    An in-doubt document stays so until enough looks agree, another waits for its next turn.
    """
    ABSENT = "absent"
    """Looks over the settling time agree that it never arrived: may be sent as proven missing."""
    MISSING = "missing"
    HELD = "held"
    RELEASED = "released"
    CONFLICT = "conflict"
    ADOPTED = "adopted"
    """Found in Pymes and equal although this document was not sent by us: somebody else wrote it."""
    PROVEN = "proven"
    WITHDRAWN = "withdrawn"
    SETTLED_OUTSIDE = "settled-outside"
    """A person settled it on Loggro's own screen and said by which sale."""
    UNSETTLED = "unsettled"
    """That link no longer holds, or a person took it back: the document waits again as before."""


class Event(Value):
    """One line of a document's timeline; ``data`` is small, without secrets, and JSON."""

    kind: EventKind
    at: AwareDatetime
    cause: Cause | None = None
    due_at: AwareDatetime | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    said: tuple[Exchange, ...] = Field(default=(), repr=False)
    """What was said to Pymes and answered; it moves no state, is kept apart from the event, and not for ever."""


class Journey(Value):
    """The present state of a document's travel."""

    state: State = State.SEEN
    cause: Cause | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    """What the cause needs to be told: names, numbers, both values."""
    attempts: int = 0
    """Sends that may have arrived."""
    looks: int = 0
    adopted: bool = False
    sale: str | None = None
    """Pymes' identifier, once known."""
    due_at: AwareDatetime | None = None
    """Not before this moment is it looked at or sent again."""
    since: AwareDatetime | None = None
    """When this state began; looks that change nothing leave it."""

    def is_due(self, now: datetime) -> bool:
        """Say whether its time has come."""
        return self.due_at is None or not now < self.due_at <= now + LONGEST_PAUSE


class ImpossibleStep(Exception):
    """An event that cannot follow the present state: a mistake of ours, never of the network."""


def advance(journey: Journey, event: Event) -> Journey:
    """Return the journey after ``event``; raises ``ImpossibleStep`` where it cannot happen."""
    kind = event.kind
    if kind is EventKind.CHECKED:
        return journey
    if journey.state not in _FROM[kind]:
        raise ImpossibleStep(f"{journey.state.value} -> {kind.value}")
    change: dict[str, Any] = {"due_at": event.due_at}
    if kind is not EventKind.LOOKED:
        change |= {
            "state": _TO[kind],
            "cause": event.cause,
            "detail": event.data if event.cause else {},
            "since": event.at,
        }
    if kind is EventKind.INTENT:
        change["attempts"] = journey.attempts + 1
        change["looks"] = 0
    elif kind is EventKind.NEVER_LEFT:
        change["attempts"] = journey.attempts - 1
    elif kind is EventKind.LOOKED:
        change["looks"] = journey.looks + 1
    elif kind in (EventKind.ADOPTED, EventKind.PROVEN):
        change |= {"adopted": kind is EventKind.ADOPTED, "sale": event.data.get("sale", journey.sale)}
    elif kind is EventKind.ANSWERED:
        change["sale"] = event.data.get("sale")
    elif kind is EventKind.SETTLED_OUTSIDE:
        before = {"state": journey.state.value, "cause": journey.cause, "detail": journey.detail}
        change["detail"] = event.data | {"before": before}
    elif kind is EventKind.UNSETTLED:
        change |= _as_before(journey, event)
    return journey.model_copy(update=change)


def _as_before(journey: Journey, event: Event) -> dict[str, Any]:
    """Return where a settled document goes back to; what the event tells stays with it where nobody asked for it."""
    before = journey.detail["before"]
    told = {} if "who" in event.data else {"unlinked": event.data}
    return {
        "state": State(before["state"]),
        "cause": Cause(before["cause"]) if before["cause"] else None,
        "detail": before["detail"] | told,
    }


def rebuild(events: list[Event]) -> Journey:
    """Return the state that the events tell; the first is always ``SEEN``."""
    journey = Journey(since=events[0].at)
    for event in events[1:]:
        journey = advance(journey, event)
    return journey


_OPEN = frozenset({State.SEEN, State.HELD, State.MISSING, State.CONFLICT})
_UNDER_WAY = frozenset({State.SENDING, State.SENT, State.IN_DOUBT})

_FROM: dict[EventKind, frozenset[State]] = {
    EventKind.SEEN: frozenset(),
    EventKind.INTENT: frozenset({State.SEEN}),
    EventKind.NEVER_LEFT: frozenset({State.SENDING}),
    EventKind.ANSWERED: frozenset({State.SENDING}),
    EventKind.NO_CLEAR_ANSWER: frozenset({State.SENDING, State.SENT}),
    EventKind.REFUSED: frozenset({State.SENDING}),
    EventKind.LOOKED: _OPEN | {State.IN_DOUBT, State.SETTLED},
    EventKind.ABSENT: frozenset({State.IN_DOUBT}),
    EventKind.MISSING: frozenset({State.SEEN}),
    EventKind.HELD: frozenset({State.SEEN, State.MISSING, State.HELD, State.CONFLICT, State.IN_DOUBT, State.WITHDRAWN}),
    EventKind.RELEASED: frozenset({State.HELD, State.MISSING, State.CONFLICT, State.WITHDRAWN}),
    EventKind.WITHDRAWN: frozenset({State.HELD}),
    EventKind.CONFLICT: _OPEN | _UNDER_WAY | {State.PROVEN, State.SETTLED},
    EventKind.ADOPTED: _OPEN | {State.IN_DOUBT},
    EventKind.PROVEN: _UNDER_WAY | _OPEN,
    EventKind.SETTLED_OUTSIDE: frozenset({State.HELD, State.MISSING, State.CONFLICT}),
    EventKind.UNSETTLED: frozenset({State.SETTLED}),
}

_TO: dict[EventKind, State] = {
    EventKind.INTENT: State.SENDING,
    EventKind.NEVER_LEFT: State.SEEN,
    EventKind.ANSWERED: State.SENT,
    EventKind.NO_CLEAR_ANSWER: State.IN_DOUBT,
    EventKind.REFUSED: State.HELD,
    EventKind.ABSENT: State.SEEN,
    EventKind.MISSING: State.MISSING,
    EventKind.HELD: State.HELD,
    EventKind.RELEASED: State.SEEN,
    EventKind.CONFLICT: State.CONFLICT,
    EventKind.ADOPTED: State.PROVEN,
    EventKind.PROVEN: State.PROVEN,
    EventKind.WITHDRAWN: State.WITHDRAWN,
    EventKind.SETTLED_OUTSIDE: State.SETTLED,
    EventKind.UNSETTLED: State.HELD,
}
