"""The question for a newer version: only a signature that holds is believed, and without an address nobody is asked."""

import asyncio
import base64
import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from app.connectors import updates
from app.model.errors import ConnectorError, Failure
from app.system.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = "https://botones.example/descargas"


@pytest.fixture(scope="module")
def announce() -> ModuleType:
    spec = importlib.util.spec_from_file_location("announce", ROOT / "packaging" / "announce.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Publisher:
    """A key pair, and a server that says whatever is put into ``says``."""

    def __init__(self, announce: ModuleType, folder: Path) -> None:
        self.private = folder / "private.pem"
        self.key = base64.b64decode(announce.new_key(self.private))
        self.says = ""
        self.asked = 0
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked += 1
                body = publisher.says.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/version.json"


@pytest.fixture
def publisher(announce: ModuleType, tmp_path: Path) -> Iterator[Publisher]:
    publisher = Publisher(announce, tmp_path)
    thread = threading.Thread(target=publisher.server.serve_forever, daemon=True)
    thread.start()
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()
    thread.join()


def test_what_is_signed_is_believed(announce: ModuleType, publisher: Publisher) -> None:
    publisher.says = announce.signed(publisher.private, "0.10.0", PAGE)
    told = asyncio.run(updates.ask(publisher.address, publisher.key))
    assert (told.version, told.page) == ("0.10.0", PAGE)
    assert told.is_newer_than("0.9.9") and not told.is_newer_than("0.10") and not told.is_newer_than("1.0")


@pytest.mark.parametrize("what", ["changed", "other key", "no signature", "no page of https", "other program", "noise"])
def test_anything_else_is_refused_without_repeating_it(
    announce: ModuleType, publisher: Publisher, tmp_path: Path, what: str
) -> None:
    key, page = publisher.key, PAGE
    if what == "other key":
        key = base64.b64decode(announce.new_key(tmp_path / "other.pem"))
    if what == "no page of https":
        page = "http://botones.example/"
    said = json.loads(announce.signed(publisher.private, "9.9", page))
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
