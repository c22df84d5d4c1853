"""Answers short questions over HTTP, on this computer only; what is answered is somebody else's affair."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
_PATIENCE: Final = 5.0
"""How long a caller may be silent before the line is cut."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one question."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    status: int = 200


class Loopback:
    """Listens while the block runs, on a thread of its own."""

    def __init__(self, port: int, answers: Mapping[str, Callable[[], Answer]]) -> None:
        """``port`` 0 takes a free one; ``answers`` are by path. Raises ``OSError`` where the port is taken."""
        self._server = _Server((HOST, port), _handler(answers))
        self._thread = threading.Thread(target=self._server.serve_forever, name="loopback", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows it would let a second program listen on the same port.
    allow_reuse_address = False


def _handler(answers: Mapping[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE
        server_version = "Botones"
        sys_version = ""

        def do_GET(self) -> None:
            # A page in a browser of this computer could make a name of its own point here: it is not told anything.
            port = self.connection.getsockname()[1]
            if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
                self._say(Answer(b"host\n", status=421))
                return
            find = answers.get(self.path.partition("?")[0])
            self._say(Answer(b"?\n", status=404) if find is None else find())

        def _say(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: whoever asks every few seconds would fill the log."""

    return Handler
