"""Numbers that are missing somewhere, and why. Finding them is ``sync``'s affair."""

from enum import StrEnum

from pydantic import AwareDatetime

from app.model.documents import Family
from app.model.value import Value


class Where(StrEnum):
    """Who says what of a number."""

    PMS = "pms"
    """The source of approved documents has it: the PMS, a folder, the FE service."""
    PYMES = "pymes"
    REJECTED = "rejected"
    """The DIAN refused it; such a number is not used up (facts/dian.md 1.2)."""
    ANNULLED = "annulled"
    """It will never be issued: an inhabilitación covers it, or a person said so."""
    ELSEWHERE = "elsewhere"
    """Another channel issued it: Pymes itself, another till, the DIAN's free solution."""
    UNDER_WAY = "under-way"
    """Botones is bringing it right now."""


class Sighting(Value):
    """Somebody knows a number."""

    family: Family
    prefix: str
    number: int
    where: Where
    at: AwareDatetime | None = None
    """When it was issued or seen; ``None`` counts as long ago."""


class GapKind(StrEnum):
    """Why a number is missing."""

    NOT_IN_PMS = "not-in-pms"
    """Nobody explains it: neither approved nor rejected, or in Pymes alone."""
    NOT_IN_PYMES = "not-in-pymes"
    REJECTED = "rejected"
    OTHER_CHANNEL = "other-channel"
    ANNULLED = "annulled"
    IN_FLIGHT = "in-flight"

    @property
    def alarms(self) -> bool:
        """Say whether a person has to look; the others are explained, or explain themselves."""
        return self in (GapKind.NOT_IN_PMS, GapKind.NOT_IN_PYMES)


class Gap(Value):
    """Numbers one after the other that are missing for the same reason."""

    kind: GapKind
    family: Family
    prefix: str
    first: int
    last: int
    in_pymes: bool = False
    """Pymes has them, although the PMS does not."""

    @property
    def count(self) -> int:
        return self.last - self.first + 1
