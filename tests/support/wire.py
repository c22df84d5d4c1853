"""Small real servers that fail in one given way.

A web server, a TLS server of an own authority, a proxy, a shut port.
"""

import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from select import select
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "Seguridad del Edificio S.A.S."


@contextmanager
def answering(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Iterator[str]:
    """Answer every request in the same way; yields the address.

    A proxy is just a server that is asked for everything.
    """
    with _serving(status, body, headers or {}) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def answering_with_own_authority(folder: Path) -> Iterator[str]:
    """Answer over TLS with a certificate that no machine trusts unless it is given ``authority.pem`` of ``folder``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    with _serving(200, b"{}", {}, context) as server:
        yield f"https://127.0.0.1:{server.server_address[1]}"


@contextmanager
def running_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve with a handler of the test's own; yields the address."""
    with _running(handler) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """Take connections and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def shut() -> str:
    """Return the address of a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def losing_answers(target: str, path: str) -> Iterator[str]:
    """Pass everything on to ``target``, and hang up instead of giving back what it answers to a POST of ``path``."""
    place = urlsplit(target)

    class Relay(_Handler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            onward = HTTPConnection(place.hostname or "", place.port)
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")
            }
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            said = answer.read()
            onward.close()
            self.close_connection = True
            if self.command == "POST" and self.path.endswith(path):
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(said)))
            # Said, and not only done: a client that keeps the connection would lose its next request on it.
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = _answer

    with _running(Relay) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 200
    body = b""
    more: dict[str, str] = {}  # noqa: RUF012  # each server has a class of its own

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST = do_PUT = do_CONNECT = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate is what the tests are about."""


@contextmanager
def _serving(
    status: int, body: bytes, headers: dict[str, str], context: ssl.SSLContext | None = None
) -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (_Handler,), {"status": status, "body": body, "more": headers})
    with _running(handler, context) as server:
        yield server


@contextmanager
def _running(
    handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None
) -> Iterator[ThreadingHTTPServer]:
    with _Quiet(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path, names: tuple[str, ...] = ()) -> Path:
    """Write key and certificate of 127.0.0.1, signed by an authority of our own; with names, by itself for those."""
    now = datetime.now(UTC)

    def name(common: str, organisation: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("127.0.0.1", "Loggro"))
        .issuer_name(name("127.0.0.1", "Loggro") if names else name("Inspección", AUTHORITY))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(IPv4Address("127.0.0.1")), *(x509.DNSName(one) for one in names)]
            ),
            critical=False,
        )
        .sign(key if names else authority, hashes.SHA256())
    )
    root = (
        x509.CertificateBuilder()
        .subject_name(name("Inspección", AUTHORITY))
        .issuer_name(name("Inspección", AUTHORITY))
        .public_key(authority.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority, hashes.SHA256())
    )
    (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def tunnelling(folder: Path, names: tuple[str, ...], user: str, password: str) -> Iterator[tuple[str, Path]]:
    """Be a proxy that wants a password and leads every name to one TLS server; yields address and what to trust."""
    wanted = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted = _certificate(folder, names)
    context.load_cert_chain(trusted)
    with _serving(200, b"{}", {}, context) as behind:

        class Tunnel(_Handler):
            def do_CONNECT(self) -> None:
                self.close_connection = True
                if self.headers.get("Proxy-Authorization") != wanted:
                    self.send_response(407)
                    self.send_header("Proxy-Authenticate", "Basic")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(200)
                self.end_headers()
                with socket.create_connection(behind.server_address[:2]) as onward:
                    ends = {self.connection: onward, onward: self.connection}
                    while True:
                        for end in select(list(ends), [], [])[0]:
                            if not (said := end.recv(65_536)):
                                return
                            ends[end].sendall(said)

        with _running(Tunnel) as server:
            yield f"http://127.0.0.1:{server.server_address[1]}", trusted
