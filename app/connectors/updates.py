"""Is there a newer version of Botones? One question to an address that the hotel chose, and an answer with a signature.

It tells and never installs. Without an address nothing is asked of anybody, and the question carries no data but what
every request carries. The answer, JSON, is our own contract::

    {"announcement": "<base64 of the JSON below>", "signature": "<base64 of Ed25519 over those bytes>"}
    {"program": "botones", "version": "0.2.0", "page": "https://…", "issued": "2026-12-01"}
"""

import base64
import binascii
import re
from datetime import date
from importlib.resources import files
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, HttpUrl, TypeAdapter, ValidationError, field_validator

from app.connectors.transport import Proxy, Transport
from app.model.errors import ConnectorError, Delivery, Failure

_SYSTEM = "updates"
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}")


class Announcement(BaseModel):
    """What the makers announce; whoever holds one has seen its signature proven."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    program: Literal["botones"]
    version: str
    page: str
    """Where a person reads about it and fetches it."""
    issued: date

    @field_validator("version")
    @classmethod
    def _is_a_version(cls, value: str) -> str:
        if _VERSION.fullmatch(value) is None:
            raise ValueError("not a version")
        return value

    @field_validator("page")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if TypeAdapter(HttpUrl).validate_python(value).scheme != "https":
            raise ValueError("not https")
        return value

    def is_newer_than(self, version: str) -> bool:
        """Compare by number: 0.10 is newer than 0.9, and 0.1 is 0.1.0."""
        return _numbers(self.version) > _numbers(version)


def announcing_key() -> bytes | None:
    """Return the key whose signature counts, ``None`` while no release was ever signed: then nothing can be asked."""
    text = (files("resources") / "updates" / "key.txt").read_text(encoding="ascii")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return base64.b64decode(lines[0], validate=True) if lines else None


async def ask(address: str, key: bytes, proxy: Proxy | str | None = None) -> Announcement:
    """Fetch what is announced; raises ``ConnectorError`` (``UNREADABLE`` where the signature does not hold)."""
    async with Transport(_SYSTEM, timeout=15.0, proxy=proxy) as transport:
        answer = await transport.request("GET", address)
        try:
            return proven(answer.json(), key)
        except ValueError as error:
            # Its text would repeat what a stranger wrote.
            raise ConnectorError(
                Failure.UNREADABLE, Delivery.REFUSED, system=_SYSTEM, detail=type(error).__name__
            ) from None


def proven(data: Any, key: bytes) -> Announcement:
    """Return the announcement whose signature holds; raises ``ValueError``. Nothing is read before the proof."""
    try:
        said = base64.b64decode(data["announcement"], validate=True)
        signature = base64.b64decode(data["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
    except (TypeError, KeyError, binascii.Error, InvalidSignature) as error:
        raise ValueError("no signature that holds") from error
    try:
        return Announcement.model_validate_json(said)
    except ValidationError as error:
        raise ValueError("not an announcement") from error


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
