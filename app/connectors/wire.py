"""What the two contracts share on the wire: tolerant shapes, amounts as text, nothing said where there is nothing.

Tolerant of what is more or less than we know, not of what cannot be: a text, number, amount or day beyond all measure
is refused here, before anything reckons with it or stores it.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_LONGEST_TEXT: Final = 4_000
_LARGEST: Final = 10**15


def _reckonable(value: Decimal) -> Decimal:
    """Refuse what would fill the memory when it is written out: ten letters say a number of a billion digits."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -20 or value.adjusted() > 20 or len(value.as_tuple().digits) > 40:
        raise ValueError("beyond all measure")
    return value


Whole = Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)]
Amount = Annotated[Decimal, AfterValidator(_reckonable)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2200, 1, 1))]


class Wire(BaseModel):
    """A tolerant shape: unknown fields are ignored, because the day Loggro opens its own they will differ."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, str_max_length=_LONGEST_TEXT)


def amount(value: Decimal | None) -> str | None:
    """Write an amount as text, so that no float ever touches it."""
    return None if value is None else format(value, "f")


def without_blanks(wire: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value: the contracts know no null."""
    return {name: value for name, value in wire.items() if value is not None}
