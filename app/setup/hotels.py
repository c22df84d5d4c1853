"""The hotels of this computer side by side: which names are free, how each is called. It opens nothing."""

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


def _named(beside: Settings, profile: str, taken: set[str]) -> Settings:
    number, key = 1, profile
    while key in taken:
        number += 1
        key = f"{profile}-{number}"
    return Settings(profile=profile, hotel=None if key == profile else key, **beside.shared)
