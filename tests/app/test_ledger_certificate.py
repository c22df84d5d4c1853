"""A server of the ledger that does not prove who it is: the line is not opened, and a person is told what to bring."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.model.errors import Failure, StorageError
from app.model.server import ServerAddress
from app.storage.place import ServerPlace
from app.storage.server import connect_to
from app.texts.causes import explain_failure
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="NOT TESTED: needs openssl")


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def authority(folder: Path, name: str) -> Path:
    """Make an authority that signs certificates, and return its own."""
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *kind, "-days", "2", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(made))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[PostgresServer]:
    """A server with a certificate for «localhost», of the hotel's own authority."""
    own = authority(folder, "own")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost")
    key, asked, extra = folder / "server.key", folder / "server.csr", folder / "names"
    openssl("req", *kind, "-keyout", str(key), "-out", str(asked))
    extra.write_text("subjectAltName=DNS:localhost\n")
    signer = ("-CA", str(own), "-CAkey", str(own.with_suffix(".key")), "-CAcreateserial", "-extfile", str(extra))
    openssl("x509", "-req", "-in", str(asked), *signer, "-days", "2", "-out", str(folder / "server.crt"))
    with PostgresServer() as server:
        for name in ("server.key", "server.crt"):
            shutil.copy(folder / name, server.data / name)
            (server.data / name).chmod(0o600)
            if server.data.stat().st_uid != os.getuid():
                shutil.chown(server.data / name, user=server.data.stat().st_uid)
        with psycopg.connect(server.address("postgres"), password=server.password, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET ssl = on")
        server.stop()
        server.start()
        yield server


def place(server: PostgresServer, host: str, certificate: Path) -> ServerPlace:
    url = server.address("postgres").replace("127.0.0.1", host)
    return ServerPlace(ServerAddress.parse(url, certificate=certificate), server.password, "recepcion-1")


def test_a_server_that_proves_who_it_is_is_written_to_over_a_ciphered_line(
    server: PostgresServer, folder: Path
) -> None:
    with connect_to(place(server, "localhost", folder / "own.pem")) as connection:
        row = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row == (True,)


@pytest.mark.parametrize(
    ("host", "certificate"), [("localhost", "other.pem"), ("127.0.0.1", "own.pem"), ("localhost", "gone.pem")]
)
def test_one_that_does_not_is_not_spoken_to_and_it_is_said_what_to_ask_for(
    server: PostgresServer, folder: Path, host: str, certificate: str
) -> None:
    authority(folder, "other")
    with pytest.raises(StorageError) as refused:
        connect_to(place(server, host, folder / certificate))
    assert refused.value.failure is Failure.LEDGER_CERTIFICATE
    assert refused.value.needs_a_person
    said = explain_failure(refused.value.failure)
    assert "certificado" in said.place and "no se le dio la contraseña" in said.meaning
