"""When a range runs out or ends, and when a person has to be told. Reckoning it is ``sync``'s affair."""

from datetime import date
from enum import StrEnum

from app.model.documents import Family
from app.model.value import Value


class End(StrEnum):
    """What ends a range."""

    NUMBERS = "numbers"
    VIGENCIA = "vigencia"


class Watch(StrEnum):
    """What a person has to do about a range today."""

    UNKNOWN = "unknown"
    """Too little is known of the hotel's rhythm and of the range: grey, not green."""
    QUIET = "quiet"
    SOON = "soon"
    """The new authorisation has to be thought of; it may not be asked for yet."""
    ASK = "ask"
    """It can be asked for, and should be."""
    OVER = "over"
    """No number can be issued under this range any more."""


class Forecast(Value):
    """What is expected of one range; each date is the last on which it can still be used."""

    family: Family
    prefix: str
    resolution: str | None
    first: int
    last: int
    left: int
    """Numbers not used yet."""
    valid_to: date | None
    runs_out: date | None = None
    """On which day the numbers most likely end; ``None`` where that is beyond all horizon, or unknown."""
    earliest: date | None = None
    latest: date | None = None
    """Between these days with nine chances in ten; ``None`` for the latest means that it may take years."""
    per_day: float | None = None
    """Present rhythm; ``None`` where too little is known."""
    ends: End | None = None
    ends_on: date | None = None
    """The day to plan with: the end of the vigencia, or the earliest day on which the numbers may end."""
    ask_from: date | None = None
    """From then on a renewal can be asked for: fifteen working days before the end (facts/dian.md 1.1)."""
    tell_from: date | None = None
    watch: Watch
