"""The question for a newer version: only a signature that holds is believed, and without an address nobody is asked."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.connectors import updates
from app.model.errors import ConnectorError, Failure
from app.system.settings import Settings
from tests.support.publisher import Publisher, announce, publishing

PAGE = "https://botones.example/descargas"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with publishing(tmp_path) as publisher:
        yield publisher


def test_what_is_signed_is_believed(publisher: Publisher) -> None:
    publisher.signs("0.10.0", PAGE)
    told = asyncio.run(updates.ask(publisher.address, publisher.key))
    assert (told.version, told.page) == ("0.10.0", PAGE)
    assert told.is_newer_than("0.9.9") and not told.is_newer_than("0.10") and not told.is_newer_than("1.0")


@pytest.mark.parametrize("what", ["changed", "other key", "no signature", "no page of https", "other program", "noise"])
def test_anything_else_is_refused_without_repeating_it(publisher: Publisher, tmp_path: Path, what: str) -> None:
    key, page = publisher.key, PAGE
    if what == "other key":
        key = base64.b64decode(announce().new_key(tmp_path / "other.pem"))
    if what == "no page of https":
        page = "http://botones.example/"
    said = json.loads(announce().signed(publisher.private, "9.9", page))
    if what == "changed":
        data = base64.b64decode(said["announcement"]).replace(b"9.9", b"9.8")
        said["announcement"] = base64.b64encode(data).decode()
    if what == "no signature":
        del said["signature"]
    if what == "other program":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        private = load_pem_private_key(publisher.private.read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        data = b'{"program": "maletas", "version": "9.9", "page": "https://a.example/", "issued": "2026-12-01"}'
        said = {
            "announcement": base64.b64encode(data).decode(),
            "signature": base64.b64encode(private.sign(data)).decode(),
        }
    publisher.says = "[]" if what == "noise" else json.dumps(said)
    with pytest.raises(ConnectorError) as refused:
        asyncio.run(updates.ask(publisher.address, key))
    assert refused.value.failure is Failure.UNREADABLE
    assert "example" not in str(refused.value)


def test_nobody_is_asked_unless_the_hotel_wants_it() -> None:
    assert Settings().updates is None


def test_a_copy_without_a_key_cannot_ask() -> None:
    assert updates.announcing_key() is None


@pytest.mark.parametrize(
    "address", ["http://botones.example/", "https://u:p@botones.example/", "ftp://botones.example"]
)
def test_an_address_that_anybody_could_change_on_the_way_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        Settings(updates=address)
