"""What became of the documents of a stretch of time: yesterday, or the hours in which the computer was off."""

from datetime import timedelta

from pydantic import AwareDatetime

from app.model.value import Value


class Happened(Value):
    """Of the documents first seen between two moments: how many, and where they stand when it was asked."""

    since: AwareDatetime
    until: AwareDatetime
    seen: int = 0
    proven: int = 0
    held: int = 0
    """Held, in conflict or missing: they wait for a person."""

    @property
    def under_way(self) -> int:
        return self.seen - self.proven - self.held

    @property
    def length(self) -> timedelta:
        return self.until - self.since
