"""What bringing older documents, or releasing a whole cause, would do. Working it out is ``sync``'s affair."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from app.model.causes import Cause
from app.model.documents import Family
from app.model.value import Value


class Fate(StrEnum):
    """What would become of a document."""

    KNOWN = "known"
    """It is in the ledger already; nothing new happens to it."""
    THERE = "there"
    """It stands in Pymes and agrees: it would be adopted."""
    SEND = "send"
    CONFLICT = "conflict"
    HELD = "held"
    MISSING = "missing"
    """It is not in Pymes, and the mode does not let us send."""


class BackfillLine(Value):
    """Documents of one family that fare alike."""

    family: Family | None
    fate: Fate
    cause: Cause | None = None
    count: int
    totals: dict[str, Decimal]
    """By currency."""
    first: str = ""
    """The printed number of the first of them."""


class Backfill(Value):
    """What bringing the documents since ``start`` would do, as it stood when it was asked for."""

    start: date
    begins: date | None = None
    """The first day that is carried now; ``None``: all are."""
    lines: tuple[BackfillLine, ...] = ()

    def count(self, fate: Fate) -> int:
        """Count the documents of one fate."""
        return sum(line.count for line in self.lines if line.fate is fate)

    @property
    def changes_anything(self) -> bool:
        return self.begins is not None and self.start < self.begins


class Release(Value):
    """What waits because of one cause, as it stood when it was asked for."""

    cause: Cause
    count: int = 0
    totals: dict[str, Decimal] = Field(default_factory=dict)
    """By currency."""
    first: tuple[str, ...] = ()
    """Printed numbers of the first few, the oldest approval first."""
    oldest: date | None = None
    again: int = 0
    """How many guard, rules or order would hold again right now."""
    only_pymes_knows: bool = False
    """Whether the cause still holds is for Pymes to say: the look or the send that follows tells."""
