"""How often Botones looks: the person's choice within what the profile and the age of a proof allow."""

from typing import Final

CADENCES: Final = (30, 60, 120, 300)
"""Seconds between two cycles that can be chosen."""
LONGEST: Final = 300
"""A proof counts for fifteen minutes: three cycles may fail before nobody knows any more."""


def choices(shortest: float) -> tuple[int, ...]:
    """Return what can be chosen beside the profile's own cadence: never more often than that."""
    return tuple(seconds for seconds in CADENCES if seconds > shortest)
