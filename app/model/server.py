"""The address of a PostgreSQL that keeps a hotel's ledger for several computers, and whether that ledger is in use.

It opens nothing and holds no secret.
"""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import AwareDatetime, Field, ValidationError

from app.model.value import Value

SCHEMA_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"


class BadAddress(Exception):
    """What was written is no address of a database; with a password in it, it would be kept in a file."""

    def __init__(self, *, has_password: bool) -> None:
        super().__init__("no address of a database")
        self.has_password = has_password


class ServerAddress(Value):
    """One hotel's ledger in a PostgreSQL database; never its password, which belongs to the vault."""

    host: str = Field(pattern=r"^[^/@,\s]+$")
    port: int = Field(default=5432, ge=1, le=65535)
    database: str = Field(min_length=1)
    user: str = Field(min_length=1)
    hotel: str = Field(default="hotel", pattern=SCHEMA_PATTERN)
    """The schema that holds this hotel's tables: as many hotels in one database as there are schemas."""
    certificate: Path | None = None
    """The certificate of the server's authority; without it the line is encrypted, but the server is not proven."""

    @classmethod
    def parse(cls, text: str, hotel: str = "hotel", certificate: Path | None = None) -> Self:
        """Read ``postgresql://user@host:port/database``; raises ``BadAddress``, which never repeats it."""
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.password is not None:
            raise BadAddress(has_password=True)
        database = unquote(parts.path.strip("/"))
        if parts.scheme not in ("postgresql", "postgres") or not host or not database or not parts.username:
            raise BadAddress(has_password=False)
        try:
            return cls(
                host=host,
                port=port or 5432,
                database=database,
                user=unquote(parts.username),
                hotel=hotel,
                certificate=certificate,
            )
        except ValidationError:
            raise BadAddress(has_password=False) from None

    @property
    def for_people(self) -> str:
        """Return the address as a person writes it."""
        return f"postgresql://{quote(self.user)}@{self.host}:{self.port}/{quote(self.database)}"

    @property
    def tls(self) -> Literal["prefer", "require", "verify-full"]:
        """Return what libpq is told of encryption; only on this very computer is a plain line allowed."""
        if self.certificate is not None:
            return "verify-full"
        return "prefer" if self.host == "localhost" or _is_loopback(self.host) else "require"


class Use(StrEnum):
    """Whether the ledger on a server may be written."""

    OPEN = "open"
    ARRIVING = "arriving"
    """It was copied there and proven; the computer that moves it has not changed over yet."""
    AWAY = "away"
    """A computer took it to its own disk: what stands on the server is old."""


class Door(Value):
    """What a ledger on a server says of itself, for whoever wants to come in."""

    use: Use
    computer: str
    """Which one moved it there or away."""
    at: AwareDatetime
    nit: str | None = None
    """Of the hotel whose documents are in it; ``None`` where the computer did not know it."""
    hotel_id: str | None = None


class Refusal(StrEnum):
    """Why a ledger was not moved; the one in use is still what it was."""

    NOT_EMPTY = "not-empty"
    """The server has this hotel's ledger already: it can be joined."""
    NOTHING_THERE = "nothing-there"
    """No computer has moved this hotel's ledger to that server."""
    OTHER_HOTEL = "other-hotel"
    ALREADY_THERE = "already-there"
    AWAY = "away"
    """Another computer took it to its own disk."""
    ARRIVING = "arriving"
    """Another computer has not quite brought it."""
    ELSEWHERE = "elsewhere"
    """The computer that sends did not hand it over in time."""
    NOT_EQUAL = "not-equal"
    TOO_NEW = "too-new"
    CANCELLED = "cancelled"


class CannotMove(Exception):
    """The ledger stays where it is; ``detail`` names the computer, or the hotel, that is in the way."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value} {detail}".strip())
        self.refusal = refusal
        self.detail = detail


def schema_for(nit: str | None) -> str:
    """Return the schema in which a hotel's ledger is looked for, the same on each of its computers."""
    digits = "".join(letter for letter in nit or "" if letter.isdigit())
    return f"hotel_{digits}" if digits else "hotel"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
