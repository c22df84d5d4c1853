"""What the hotel chose, kept as JSON in one file; never a secret, which belongs to the vault."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator

from app.model.mode import Mode
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


class Settings(BaseModel):
    """One frozen set of choices; change it with ``changed`` and save it."""

    # A refused proxy may hold a password: what was typed must not come back in the text of the error.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    profile: str = "sandbox"
    mode: Mode = Mode.COMPLETE
    language: Literal["es", "en"] = "es"
    proxy: str | None = None
    told_about_tray: bool = False
    pms_access: Literal["otp", "api-key"] = "otp"
    hotel_document: str | None = None
    """The NIT of the hotel."""
    hotel_id: str | None = None
    organisation: str | None = None
    source: SourceKind | None = None
    """Where approved documents are read; ``None``: as the profile says."""
    folder: Path | None = None
    """Where the provider's files are, for the source ``carpeta``."""
    paused_until: AwareDatetime | Literal["until-resumed"] | None = None

    @field_validator("proxy")
    @classmethod
    def _proxy_is_plain(cls, value: str | None) -> str | None:
        return None if value is None else checked_proxy(value)

    def is_paused(self, now: datetime) -> bool:
        """Say whether the user's pause still holds at ``now`` (aware)."""
        if isinstance(self.paused_until, datetime):
            return now < self.paused_until
        return self.paused_until is not None

    def changed(self, **choices: object) -> Self:
        """Return a copy with some choices changed and all of them checked again."""
        return self.model_validate(self.model_dump() | choices)

    def save(self, path: Path) -> None:
        """Write to ``path``: a crash at any moment leaves either the old file or the new one, whole."""
        write_whole(path, self.model_dump_json(indent=2) + "\n")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as they were read, and whether a damaged file had to be set aside for them."""

    settings: Settings
    set_aside: Path | None = None
    """The damaged file under its new name: tell the user that these are defaults."""


def load(path: Path) -> Loaded:
    """Read the settings; no file gives defaults, a damaged one is renamed and gives defaults, visibly."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Loaded(Settings())
    try:
        return Loaded(Settings.model_validate_json(content))
    except ValidationError:
        damaged = path.with_name(f"{path.stem}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z{path.suffix}")
        path.replace(damaged)
        return Loaded(Settings(), damaged)
