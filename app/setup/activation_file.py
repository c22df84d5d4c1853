"""The flow kept in one file, so that the wizard can be left and taken up again; never a secret."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from app.connectors.profile import Profile
from app.model.mode import Mode
from app.setup.activation import Activation
from app.system.files import write_whole


@dataclass(frozen=True, slots=True)
class LoadedActivation:
    """The flow as it was read; ``set_aside`` is a damaged file under its new name.

    Tell the person that it begins anew.
    """

    activation: Activation
    set_aside: Path | None = None


def save(activation: Activation, path: Path) -> None:
    """Write to ``path``: a crash at any moment leaves either the old file or the new one, whole."""
    write_whole(path, activation.model_dump_json(indent=2) + "\n")


def load(path: Path, profile: Profile) -> LoadedActivation:
    """Read the flow of ``profile``, with the profile's routes of today; none, or another profile's, begins anew.

    Proofs of an unfinished flow are not taken over: what was true yesterday has to be proven now.
    """
    fresh = Activation.begin(profile)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return LoadedActivation(fresh)
    try:
        read = Activation.model_validate_json(content)
    except ValidationError:
        damaged = path.with_name(f"{path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z{path.suffix}")
        path.replace(damaged)
        return LoadedActivation(fresh, damaged)
    if read.profile != profile.name:
        return LoadedActivation(fresh)
    change = {"routes": dict(profile.reading_from(read.source).routes), "practice": profile.practice}
    return LoadedActivation(read.model_copy(update=change if read.is_finished else change | {"proofs": ()}))


def keep_mode(path: Path, profile: Profile, mode: Mode) -> None:
    """Have the flow know a mode that was chosen elsewhere; there is nothing to do before there is a flow."""
    if path.exists():
        known = load(path, profile).activation
        save(known.model_copy(update={"chosen_mode": mode, "watch_only": False}), path)
