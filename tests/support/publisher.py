"""Somebody who publishes announcements of new versions: a key pair, the script that signs, and a real server."""

import base64
import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "announce.py"


@cache
def announce() -> ModuleType:
    """The script of whoever publishes."""
    spec = importlib.util.spec_from_file_location("announce", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Publisher:
    """A key pair, and a server that says whatever is put into ``says``."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / "private.pem"
        self.key = base64.b64decode(announce().new_key(self.private))
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

    def signs(self, version: str, page: str) -> None:
        """Say from now on that ``version`` is there."""
        self.says = announce().signed(self.private, version, page)


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    publisher = Publisher(folder)
    thread = threading.Thread(target=publisher.server.serve_forever, daemon=True)
    thread.start()
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()
    thread.join()
