"""Who sleeps in the practice hotel around today, and what each consumed. Invoicing a stay is ``invoicing``'s affair.

A reservation follows from the seed and its number alone; only consumptions are kept in the books.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from app.model.clock import bogota_day
from app.model.documents import Line
from app.model.parties import Party
from app.sandbox.guests import People
from app.sandbox.house import House
from app.sandbox.stays import EXEMPT, INC, IVA, priced

_A_DAY: Final = 3
_FIRST_ID: Final = 5_000
_FIRST_DAY: Final = date(2026, 1, 1)
_AROUND: Final = range(-3, 5)
"""Arrivals that are shown: so many days from today."""
TAXES: Final = {"iva": IVA, "inc": INC}


@dataclass(frozen=True, slots=True)
class Reservation:
    """A stay, with who sleeps."""

    id: str
    guest: Party
    arrival: date
    departure: date
    room: str
    price: Decimal
    """Of a night, taxes included."""

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def lodging(self) -> Line:
        """Return the line of the stay; lodging of a non-resident carries IVA 0 % (facts/dian.md 6)."""
        tax = EXEMPT if self.guest.country != "CO" else IVA
        words = "noche" if self.nights == 1 else "noches"
        return priced(f"Alojamiento, {self.nights} {words}", self.nights, self.price, tax)


@dataclass(frozen=True, slots=True)
class Consumption:
    """Something loaded on a reservation."""

    id: int
    description: str
    quantity: int
    price: Decimal
    tax: str
    draft: int | None
    """The invoice that it is on."""

    @property
    def line(self) -> Line:
        return priced(self.description, self.quantity, self.price, TAXES[self.tax])


def around_today(house: House) -> list[Reservation]:
    """Return the reservations that arrive around today, in their order."""
    today = (bogota_day(house.clock.now()) - _FIRST_DAY).days
    return [_made(house, (today + shift) * _A_DAY + place) for shift in _AROUND for place in range(_A_DAY)]


def named(house: House, identity: str) -> Reservation | None:
    """Return a reservation by its number, ``None`` where it can be none."""
    if not (identity.isascii() and identity.isdigit() and len(identity) < 7):
        return None
    return _made(house, int(identity) - _FIRST_ID)


def consumptions(house: House, reservation: str) -> list[Consumption]:
    found = house.books.rows("SELECT * FROM consumptions WHERE reservation = ? ORDER BY id", (reservation,))
    return [
        Consumption(row["id"], row["description"], row["quantity"], Decimal(row["price"]), row["tax"], row["draft"])
        for row in found
    ]


def consume(house: House, reservation: str, description: str, quantity: int, price: Decimal, tax: str) -> None:
    """Load something on a reservation; the price includes the tax, as in the PMS' product form."""
    house.books.change(
        "INSERT INTO consumptions (reservation, description, quantity, price, tax) VALUES (?, ?, ?, ?, ?)",
        (reservation, description, quantity, str(price), tax),
    )


def _made(house: House, index: int) -> Reservation:
    rng = Random(f"{house.hotel.seed}/reservation/{index}")
    people = People(house.hotel.seed)
    guest = people.foreigner(rng) if rng.random() < 0.3 else people.resident(rng)
    arrival = _FIRST_DAY + timedelta(days=index // _A_DAY)
    return Reservation(
        id=str(_FIRST_ID + index),
        guest=guest,
        arrival=arrival,
        departure=arrival + timedelta(days=rng.randint(1, 5)),
        room=str(rng.randrange(1, 5) * 100 + rng.randrange(1, 13)),
        price=Decimal(rng.randrange(18, 52)) * 10_000,
    )
