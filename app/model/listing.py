"""Which documents a list shows and in what order: a question to the ledger. How it is answered is storage's affair."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.model.causes import Cause
from app.model.documents import Family
from app.model.journey import State


class Order(StrEnum):
    """What a list is sorted by."""

    NEWEST = "newest"
    """When it was first seen."""
    NUMBER = "number"
    DATE = "date"
    COUNTERPARTY = "counterparty"
    AMOUNT = "amount"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Listing:
    """Filters that must all hold, and an order. Nothing given filters nothing."""

    states: tuple[State, ...] = ()
    families: tuple[Family, ...] = ()
    causes: tuple[Cause, ...] = ()
    first: date | None = None
    """Issued on this day or later, in Bogotá."""
    last: date | None = None
    text: str = ""
    """Looked for in number, name, identification and value."""
    order: Order = Order.NEWEST
    descending: bool = True

    @property
    def is_filtered(self) -> bool:
        """Say whether it may leave a document out."""
        return replace(self, order=Order.NEWEST, descending=True, text=self.text.strip()) != Listing()
