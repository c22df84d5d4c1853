"""Several hotels seen together: each with its Status, and which of them stands worst. It knows no window."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from app.model.status import Mood, Status
from app.model.value import Value

_WORST_FIRST: Final = (
    Mood.ATTENTION,
    Mood.OFFLINE,
    Mood.UNKNOWN,
    Mood.NOT_SET_UP,
    Mood.PAUSED,
    Mood.SPARE,
    Mood.SYNCING,
    Mood.IN_ORDER,
)
"""A hotel that calls somebody, before one that nobody knows of, before one that rests on purpose."""


class Seen(Value):
    """One hotel as tray and panel name it beside others."""

    key: str
    name: str
    status: Status
    failure: str = ""
    """What kept it from being opened at all, in words; empty where nothing did."""

    def mood(self, now: datetime) -> Mood:
        """Return its mood; a hotel that could not be opened calls somebody."""
        return Mood.ATTENTION if self.failure else self.status.mood(now)

    def needs_somebody(self, now: datetime) -> bool:
        """Say whether it is worth a word on another hotel's page."""
        return self.mood(now) in (Mood.ATTENTION, Mood.OFFLINE)


def worst_first(hotels: Iterable[Seen], now: datetime) -> tuple[Seen, ...]:
    """Return the hotels, the one that stands worst first; those that stand alike stay in their order."""
    return tuple(sorted(hotels, key=lambda one: _WORST_FIRST.index(one.mood(now))))


def worst(hotels: Iterable[Seen], now: datetime) -> Seen:
    """Return the hotel that stands worst; of several that stand alike, the first."""
    return worst_first(hotels, now)[0]
