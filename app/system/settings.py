"""What each hotel chose, and what holds for all of them, kept as JSON in one file; never a secret.

``Settings`` is what counts for one hotel, flat. In the file: what is shared, and beside it a part for each hotel.
A file of one hotel, of an older version, is read as the hotel that is named like its profile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from app.model.cadence import LONGEST
from app.model.mode import Mode
from app.model.notices import NoticeChoices
from app.model.role import Act, Role, may
from app.model.server import ServerAddress
from app.model.source import SourceKind
from app.system.files import write_whole
from app.texts import _


def checked_proxy(text: str) -> str:
    """Return the proxy as ``http(s)://host:port``, or raise ValueError with words that never repeat it."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            _("El proxy no puede llevar usuario ni contraseña: quedarían en un archivo. Escriba http://servidor:puerto")
        )
    if parts.scheme not in ("http", "https") or not host or not port:
        raise ValueError(_("El proxy se escribe http://servidor:puerto, por ejemplo http://proxy.hotel.local:8080"))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(_("Después del puerto del proxy no va nada más"))
    return f"{parts.scheme}://{parts.netloc}"


def checked_service(text: str) -> str:
    """Return the address of a service as ``https://…``, or raise ValueError with words that never repeat it."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.username is not None or parts.password is not None:
        raise ValueError(_("La dirección no puede llevar usuario ni contraseña: van abajo, en sus campos"))
    on_this_computer = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    if not host or not (parts.scheme == "https" or on_this_computer) or any(letter.isspace() for letter in address):
        raise ValueError(_("La dirección empieza por https://; cópiela del correo de Loggro FE"))
    if parts.fragment:
        raise ValueError(_("Copie la dirección hasta antes del signo #"))
    # What Loggro FE mails may be the address of the WSDL; the calls go to the service itself.
    return address[: -len("?wsdl")] if address.lower().endswith("?wsdl") else address


SHARED: Final = frozenset({"language", "notices", "proxy", "role", "told_about_tray", "updates"})
"""What is of this computer and its person, whatever the hotel."""
_PRACTICE: Final = "sandbox"
_ASIDE: Final = SHARED | {"hotel"}


class NoSuchHotel(Exception):
    """The settings know no hotel of this name; ``known`` are those that they know."""

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        super().__init__(key)
        self.known = known


class Settings(BaseModel):
    """One hotel's frozen set of choices; change it with ``changed`` and save it."""

    # A refused proxy may hold a password: what was typed must not come back in the text of the error.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    hotel: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    """By which name folder, vault and console know the hotel; ``None``: by that of its profile. See ``key``."""
    title: str = Field(default="", max_length=80)
    """How its person calls it on the screen; empty: as the profile says."""
    profile: str = _PRACTICE
    mode: Mode = Mode.COMPLETE
    role: Role = Role.ADMINISTRATOR
    """For what somebody sits at this computer; which one counts says ``system.word.role_here``."""
    language: Literal["es", "en"] = "es"
    cadence: int | None = Field(default=None, ge=1, le=LONGEST)
    """Seconds between two cycles; ``None``: as the profile says, which is also as often as it may be."""
    notices: NoticeChoices = NoticeChoices()
    summary_day: date | None = None
    """The day in Bogotá on which the last daily summary was told."""
    proxy: str | None = None
    """An address only; who signs in there is in the vault."""
    told_about_tray: bool = False
    pms_access: Literal["otp", "api-key"] = "otp"
    hotel_document: str | None = None
    """The NIT of the hotel."""
    hotel_id: str | None = None
    organisation: str | None = None
    source: SourceKind | None = None
    """Where approved documents are read; ``None``: as the profile says."""
    fe_address: str | None = None
    """Where Loggro FE answers, as its mail says; ``None``: as the profile says."""
    folder: Path | None = None
    """Where the provider's files are, for the source ``carpeta``."""
    start: date | None = None
    """First day whose documents are carried; the ledger keeps it too, and this one outlives a lost ledger."""
    updates: str | None = None
    """Where to ask for newer versions of Botones; ``None``: nobody is asked."""
    ledger_server: ServerAddress | None = None
    """The server that keeps the ledger for several computers; ``None``: a file of this computer."""
    paused_until: AwareDatetime | Literal["until-resumed"] | None = None

    @field_validator("proxy")
    @classmethod
    def _proxy_is_plain(cls, value: str | None) -> str | None:
        return None if value is None else checked_proxy(value)

    @field_validator("fe_address")
    @classmethod
    def _service_is_safe(cls, value: str | None) -> str | None:
        return None if value is None else checked_service(value)

    @field_validator("updates")
    @classmethod
    def _updates_are_safe(cls, value: str | None) -> str | None:
        return None if value is None else checked_service(value)

    @property
    def key(self) -> str:
        """Return the name of the hotel's folder and of its part of the vault; no two hotels have the same."""
        return self.hotel or self.profile

    @property
    def is_practice(self) -> bool:
        """Say whether it is a practice hotel: in the window's own process, and nobody's real one."""
        return self.profile == _PRACTICE

    @property
    def shared(self) -> dict[str, Any]:
        """Return what holds for every hotel of this computer."""
        return {name: getattr(self, name) for name in SHARED}

    @property
    def mode_here(self) -> Mode:
        """Return the mode that counts: at the computer of somebody who does not send, nothing is sent."""
        return self.mode if may(self.role, Act.SEND) else Mode.WATCH

    def is_paused(self, now: datetime) -> bool:
        """Say whether the user's pause still holds at ``now`` (aware)."""
        if isinstance(self.paused_until, datetime):
            return now < self.paused_until
        return self.paused_until is not None

    def changed(self, **choices: object) -> Self:
        """Return a copy with some choices changed and all of them checked again."""
        return self.model_validate(self.model_dump() | choices)

    def save(self, path: Path, instead_of: str | None = None) -> None:
        """Write this hotel's part and the shared one; a crash at any moment leaves the old file or the new one, whole.

        Other hotels' parts stay as they are. ``instead_of`` is the hotel whose place in the file this one takes.
        """
        plain = self.model_dump(mode="json")
        _shared, parts, shown = _parts_of(path)
        former, own = instead_of or self.key, {name: plain[name] for name in plain if name not in _ASIDE}
        if former not in parts:
            parts[former] = {}
        kept = {self.key if key == former else key: own if key == former else part for key, part in parts.items()}
        # The one that took another's name is not kept twice.
        kept[self.key] = own
        _write(path, {name: plain[name] for name in sorted(SHARED)}, kept, self.key if shown == former else shown)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as they were read, and whether a damaged file had to be set aside for them."""

    settings: Settings
    set_aside: Path | None = None
    """The damaged file under its new name."""
    is_whole: bool = True
    """Nothing was lost: it was as saved last, or its copy was. Else tell the user that these are defaults."""


def load(path: Path, hotel: str | None = None) -> Loaded:
    """Read one hotel's settings: the named one's, else those of the hotel that is shown.

    No file gives defaults. A damaged one is renamed, and the copy of what was saved last takes its place; where there
    is none, defaults. Raises ``NoSuchHotel``.
    """
    aside, is_whole = None, True
    hotels: tuple[Settings, ...] = ()
    shown: str | None = None
    try:
        hotels, shown = _read(path)
    except FileNotFoundError:
        pass
    except ValueError:
        aside = path.with_name(f"{path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z{path.suffix}")
        path.replace(aside)
        try:
            hotels, shown = _read(_copy_of(path))
            write_whole(path, _copy_of(path).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            is_whole = False
    hotels = hotels or (Settings(),)
    wanted = hotel or shown
    found = next((one for one in hotels if one.key == wanted), None)
    if found is None and hotel is not None:
        raise NoSuchHotel(hotel, tuple(one.key for one in hotels))
    return Loaded(found or hotels[0], aside, is_whole)


def load_all(path: Path) -> tuple[Settings, ...]:
    """Read the settings of every hotel, in the order in which they were added; none where no file can be read."""
    try:
        return _read(path)[0]
    except (FileNotFoundError, ValueError):
        return ()


def show(path: Path, hotel: str) -> None:
    """Keep which hotel is shown, also by the console; one that the file does not know changes nothing."""
    shared, parts, shown = _parts_of(path)
    if hotel in parts and hotel != shown:
        _write(path, shared, parts, hotel)


def leave_out(path: Path, hotel: str) -> None:
    """Forget a hotel's choices; its folder and its part of the vault are somebody else's affair."""
    shared, parts, shown = _parts_of(path)
    if parts.pop(hotel, None) is not None:
        _write(path, shared, parts, shown)


Part = dict[str, Any]


def _parts(content: bytes) -> tuple[Part, dict[str, Part], str | None]:
    """Return the shared part, each hotel's, and which is shown; raises ``ValueError`` for what is no such file."""
    raw = json.loads(content)
    if not isinstance(raw, dict):
        raise ValueError("no object")
    shared = {name: raw[name] for name in SHARED if name in raw}
    parts = raw.get("hotels")
    if parts is None:
        part = {name: value for name, value in raw.items() if name not in _ASIDE}
        key = str(part.get("profile", Settings().profile))
        return shared, {key: part}, key
    if not isinstance(parts, dict) or not all(isinstance(part, dict) for part in parts.values()):
        raise ValueError("no hotels")
    shown = raw.get("shown")
    if "role" not in shared and (role := _role_of_all(parts, shown)) is not None:
        shared["role"] = role
    return shared, {key: _without_role(part) for key, part in parts.items()}, shown


def _role_of_all(parts: Mapping[str, Part], shown: str | None) -> str | None:
    """Return the role that an older version kept with each hotel: none is raised by what another hotel had."""
    kept = [part["role"] for key, part in sorted(parts.items(), key=lambda one: one[0] != shown) if "role" in part]
    return next((role for role in kept if role != Role.ADMINISTRATOR), kept[0] if kept else None)


def _without_role(part: Part) -> Part:
    return {name: value for name, value in part.items() if name != "role"}


def _read(path: Path) -> tuple[tuple[Settings, ...], str | None]:
    """Return every hotel's settings and which is shown; raises ``FileNotFoundError`` and ``ValueError``."""
    shared, parts, shown = _parts(path.read_bytes())
    return _hotels(shared, parts), shown


def _parts_of(path: Path) -> tuple[Part, dict[str, Part], str | None]:
    """Return what the file has now, nothing where it is missing or was damaged since it was read."""
    try:
        return _parts(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}, {}, None


def _hotels(shared: Part, parts: Mapping[str, Part]) -> tuple[Settings, ...]:
    return tuple(
        Settings.model_validate({**part, **shared, "hotel": None if key == part.get("profile", "sandbox") else key})
        for key, part in parts.items()
    )


def _write(path: Path, shared: Part, parts: Mapping[str, Part], shown: str | None) -> None:
    first = next(iter(parts), None)
    kept = {**shared, "hotels": parts, "shown": shown if shown in parts else first}
    text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    write_whole(path, text)
    # Which hotels there are, and where their ledgers stand, is said nowhere else.
    write_whole(_copy_of(path), text)


def _copy_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.copy{path.suffix}")
