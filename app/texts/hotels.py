"""The words for several hotels at once: in the tray, and of one hotel on another's page."""

from collections.abc import Sequence
from datetime import datetime

from app.model.hotels import Seen, worst
from app.texts import _
from app.texts.status import mood_name, sentence


def hotel_line(hotel: Seen, now: datetime) -> str:
    """Say in one line how a hotel stands."""
    said = hotel.failure or sentence(hotel.status, now)
    return _("{hotel}: {said}").format(hotel=hotel.name, said=said)


def hotels_tooltip(hotels: Sequence[Seen], now: datetime) -> str:
    """Return the tray's tooltip for several hotels, the worst first: Windows cuts it at 127 characters."""
    first = worst(hotels, now)
    ordered = [first, *(one for one in hotels if one is not first)]
    lines = [_("{hotel}: {said}").format(hotel=one.name[:40], said=mood_name(one.mood(now))) for one in ordered]
    return "\n".join([_("Botones: {n} hoteles").format(n=len(hotels)), *lines])[:127]


def secrets_gone(name: str, count: int, ledger: str) -> str:
    """Say what taking a hotel out of this computer did."""
    return _(
        "{hotel} ya no está en este computador: {n} accesos se pidieron de nuevo al llavero y ninguno queda. "
        "Su libro no se borró: {path}"
    ).format(hotel=name, n=count, path=ledger)
