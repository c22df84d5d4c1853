"""What the two contracts share on the wire: tolerant shapes, amounts as text, nothing said where there is nothing."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A tolerant shape: unknown fields are ignored, because the day Loggro opens its own they will differ."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


def amount(value: Decimal | None) -> str | None:
    """Write an amount as text, so that no float ever touches it."""
    return None if value is None else format(value, "f")


def without_blanks(wire: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value: the contracts know no null."""
    return {name: value for name, value in wire.items() if value is not None}
