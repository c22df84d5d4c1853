"""The hotels of this computer side by side: names that are free, how each is called, which are one. It opens none."""

from collections.abc import Iterable

from app.connectors.profile import Profile
from app.setup.leaving import hotels_of
from app.system.paths import Paths
from app.system.settings import Settings, load_all
from app.texts.settings import profile_title


def fresh_hotel(paths: Paths, beside: Settings, profile: str) -> Settings:
    """Return the choices with which another hotel begins: only what is shared, in a folder that no hotel ever had."""
    taken = {one.key for one in load_all(paths.settings)} | set(hotels_of(paths)) | {beside.key}
    return _named(beside, profile, taken)


def turned(paths: Paths, settings: Settings, profile: str) -> Settings:
    """Return the choices of a hotel that turns to another profile: nothing of whose it was before goes with it.

    It takes the folder that is named like the profile, with what was left there, unless another hotel has it.
    """
    others = {one.key for one in load_all(paths.settings)} - {settings.key}
    return _named(settings, profile, others if profile not in others else others | set(hotels_of(paths)))


def name_of(settings: Settings, profile: Profile) -> str:
    """Return how the hotel is called on the screen."""
    if settings.title:
        return settings.title
    title = profile_title(profile.name, profile.title)
    return title if settings.key == profile.name else f"{title} ({settings.key})"


def twin_of(settings: Settings, others: Iterable[Settings]) -> Settings | None:
    """Return which of ``others`` is the same real hotel under another name; two would carry the same documents.

    Another property of the same NIT and organisation is another hotel, where the number of both is known.
    """
    if settings.is_practice:
        return None
    real = (one for one in others if one.key != settings.key and not one.is_practice)
    return next((one for one in real if _is_one(settings, one)), None)


def _is_one(first: Settings, second: Settings) -> bool:
    if first.ledger_server is not None and second.ledger_server is not None:
        one, other = first.ledger_server, second.ledger_server
        if (one.host, one.port, one.database, one.hotel) == (other.host, other.port, other.database, other.hotel):
            return True
    if first.hotel_document is None or first.hotel_document != second.hotel_document:
        return False
    organisations, properties = (first.organisation, second.organisation), (first.hotel_id, second.hotel_id)
    if None in properties:
        # Where nobody tells the PMS' number, two folders are two properties.
        properties = (str(first.folder or "") or None, str(second.folder or "") or None)
    return all(None in pair or pair[0] == pair[1] for pair in (organisations, properties))


def _named(beside: Settings, profile: str, taken: set[str]) -> Settings:
    number, key = 1, profile
    while key in taken:
        number += 1
        key = f"{profile}-{number}"
    return Settings(profile=profile, hotel=None if key == profile else key, **beside.shared)
