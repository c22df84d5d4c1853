"""What was carried on one day, for the chart of the last days. Nothing is judged by it."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from app.model.value import Value


class DayCount(Value):
    """One day in Bogotá."""

    day: date
    n: int = 0
    """Documents of every kind that were proven to stand in Pymes on that day."""
    totals: dict[str, Decimal] = Field(default_factory=dict)
    """What was invoiced with them, by currency: facturas and notas débito, less notas crédito."""
