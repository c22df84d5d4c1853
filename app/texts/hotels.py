"""The words for several hotels at once: in the tray, and of one hotel on another's page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.model.hotels import Seen, worst, worst_first
from app.texts import _, plural
from app.texts.status import mood_name, sentence

_LONGEST_TIP: Final = 127
"""Windows cuts what is longer."""
_LONGEST_NAME: Final = 28


def hotel_twice(name: str) -> str:
    """Say that this computer has a hotel already, and the way out."""
    return _(
        "Este computador ya tiene este hotel: «{hotel}». Siga con ese, o quítelo antes. Si es otra sede del mismo NIT, "
        "en los dos debe estar el número de la sede en Alojamientos."
    ).format(hotel=name)


def pause_is_here() -> str:
    """Say that other computers of a shared ledger do not know of a pause."""
    return _("Vale en este computador. Si el libro lo comparten otros, páuselo también allí: si no, pueden enviar.")


def hotel_line(hotel: Seen, now: datetime) -> str:
    """Say in one line how a hotel stands."""
    said = hotel.failure or sentence(hotel.status, now)
    return _("{hotel}: {said}").format(hotel=hotel.name, said=said)


def hotels_tooltip(hotels: Sequence[Seen], now: datetime) -> str:
    """Return the tray's tooltip for several hotels, the worst first: as many as fit, and how many do not."""
    ordered = worst_first(hotels, now)
    said = [_("Botones: {n} hoteles").format(n=len(hotels))]
    for number, one in enumerate(ordered):
        line = _("{hotel}: {said}").format(hotel=_shortened(one.name), said=mood_name(one.mood(now)))
        left = len(ordered) - number - 1
        more = plural("y {n} hotel más", "y {n} hoteles más", left).format(n=left) if left else ""
        if len("\n".join([*said, line, *filter(None, [more])])) > _LONGEST_TIP:
            return "\n".join([*said, plural("y {n} hotel más", "y {n} hoteles más", left + 1).format(n=left + 1)])
        said.append(line)
    return "\n".join(said)


def others_line(hotels: Sequence[Seen], now: datetime) -> str:
    """Say that hotels other than the one that is looked at need somebody: the worst by name."""
    more = len(hotels) - 1
    line = hotel_line(worst(hotels, now), now)
    return line if not more else f"{line} {plural('Y {n} hotel más.', 'Y {n} hoteles más.', more).format(n=more)}"


def hotel_state(*, set_up: bool, paused: bool) -> str:
    """Say of a hotel, without asking anybody, whether it can work."""
    if not set_up:
        return _("Falta terminar el asistente.")
    return _("En pausa.") if paused else _("Configurado.")


def settings_lost(path: str) -> str:
    """Say that nothing is known any more of what was chosen here."""
    return _(
        "El archivo de ajustes estaba dañado y Botones empezó de nuevo. El dañado quedó en {path}; "
        "los libros y los accesos de los hoteles siguen en este computador."
    ).format(path=path)


def secrets_gone(name: str, count: int, ledger: str) -> str:
    """Say what taking a hotel out of this computer did."""
    return _(
        "{hotel} ya no está en este computador: {n} accesos se pidieron de nuevo al llavero y ninguno queda. "
        "Su libro no se borró: {path}"
    ).format(hotel=name, n=count, path=ledger)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
