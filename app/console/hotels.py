"""``botones hotels``, and ``--hotel``: which hotel of this computer a command is about.

It opens none of them.
"""

import json

import click

from app.connectors.profile import NOWHERE, BadProfile, Profile, load_profile
from app.console.outcome import ALL_WELL, fail
from app.model.clock import SystemClock
from app.setup import activation_file
from app.setup.hotels import name_of
from app.system.paths import Paths
from app.system.settings import NoSuchHotel, Settings, load, load_all
from app.texts import _
from app.texts.hotels import hotel_state, settings_lost


def hotel_of(paths: Paths) -> Settings:
    """Return the settings of the hotel that the command names, else of the one that the panel shows."""
    named = _named()
    try:
        loaded = load(paths.settings, named)
        if not loaded.is_whole:
            click.echo(settings_lost(str(loaded.set_aside)), err=True)
        return loaded.settings
    except NoSuchHotel:
        known = "\n".join(f"    {one.key}: {_name(paths, one)}" for one in _known(paths))
        fail(_("Este computador no tiene el hotel «{hotel}». Tiene:").format(hotel=named) + f"\n{known}")


def names_one() -> bool:
    """Say whether the command names a hotel."""
    return _named() is not None


def _named() -> str | None:
    """Return what ``--hotel`` said; ``app.cli`` left it in the context."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.find_root().obj


def hotels(as_json: bool) -> int:
    """Print the hotels of this computer, the one that the panel shows marked; the window may be open meanwhile."""
    paths, now = Paths.of_user().ensure(), SystemClock().now()
    shown = load(paths.settings).settings.key
    for one in _known(paths):
        set_up, paused = _is_set_up(paths, one), one.is_paused(now)
        if as_json:
            said = {"hotel": one.key, "name": _name(paths, one), "profile": one.profile, "shown": one.key == shown}
            click.echo(json.dumps(said | {"set_up": set_up, "paused": paused}, ensure_ascii=False))
        else:
            mark = "*" if one.key == shown else " "
            click.echo(f"{mark} {one.key}: {_name(paths, one)}. {hotel_state(set_up=set_up, paused=paused)}")
    return ALL_WELL


def _known(paths: Paths) -> tuple[Settings, ...]:
    return load_all(paths.settings) or (load(paths.settings).settings,)


def _name(paths: Paths, settings: Settings) -> str:
    profile = _profile(paths, settings)
    return settings.title or settings.key if profile is None else name_of(settings, profile)


def _is_set_up(paths: Paths, settings: Settings) -> bool:
    profile = _profile(paths, settings)
    return profile is not None and activation_file.load(paths.setup(settings.key), profile).activation.is_finished


def _profile(paths: Paths, settings: Settings) -> Profile | None:
    try:
        return load_profile(settings.profile, NOWHERE, paths.home)
    except BadProfile:
        return None  # whoever works with that hotel tells what is wrong with it
