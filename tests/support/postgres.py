"""A real PostgreSQL of a test's own: started, killed and started again by it. It knows nothing of the ledger."""

import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Self

import psycopg
import pytest
from psycopg import sql

from app.model.server import ServerAddress
from app.storage.place import Place, ServerPlace

NewPlace = Callable[[], Place]
"""Gives a place where no ledger has been yet: a file, or the schema of a server."""

_USER: Final = "botones"
_START_SECONDS: Final = 180
"""After a kill it first reads back what it had written, of all its databases' files."""
_LOOK_SECONDS: Final = 0.02


def binaries() -> Path | None:
    """Return where this machine has PostgreSQL's programs, ``None`` where it has none."""
    found = shutil.which("pg_ctl")
    if found is not None:
        return Path(found).resolve().parent
    if os.name != "posix":
        return None  # Wine shows the programs of the Debian around it, and cannot run them
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda one: int(one.parts[-3]))
    return installed[-1].parent if installed else None


def require() -> Path:
    """Return where PostgreSQL's programs are; without them skip loudly, and fail where the checks run."""
    found = binaries()
    if found is not None:
        return found
    why = "PostgreSQL is not installed (apt-get install postgresql): nothing of several computers was tested"
    if os.environ.get("BOTONES_TEST_POSTGRES"):
        pytest.fail(why)
    pytest.skip(why)


class PostgresServer:
    """One server in a folder and on a loopback port of its own, with a user that needs its password."""

    def __init__(self) -> None:
        self._bin = require()
        # Not among pytest's folders: those are closed to every other user, and PostgreSQL refuses to run as root.
        folder = Path(tempfile.mkdtemp(prefix="botones-postgres-"))
        self._data = folder / "data"
        self._log = folder / "server.log"
        self._folder = folder
        self.password = secrets.token_urlsafe(18)
        self.port = _free_port()
        self._hotels = 0
        # Debian's package brings this user.
        self._as: dict[str, str] = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, **self._as)
        password_file = folder / "password"
        password_file.write_text(self.password)
        if self._as:
            shutil.chown(password_file, **self._as)
        subprocess.run(
            [
                *(str(self._bin / "initdb"), "--no-sync", "--auth=scram-sha-256", "--encoding=UTF8"),
                *("--locale=C.UTF-8", f"--username={_USER}", f"--pwfile={password_file}", "-D", str(self._data)),
            ],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **self._as,  # type: ignore[call-overload]
        )
        password_file.unlink()
        self.start()

    @property
    def data(self) -> Path:
        """Where its files are."""
        return self._data

    def start(self) -> None:
        """Start, or start again after ``kill``; returns when it takes connections."""
        with self._log.open("ab") as log:
            # Our own child: one whose end nobody waits for would seem to run for ever.
            self._server = subprocess.Popen(
                [
                    *(str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port)),
                    *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._folder}"),
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as,  # type: ignore[call-overload]
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self._log.read_text(errors="replace")[-2000:])
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(_LOOK_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), password=self.password, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop at once: nothing of it is needed any more."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(_START_SECONDS)

    def kill(self) -> None:
        """Kill the server and all its processes as a power cut would."""
        number = self._server.pid
        os.kill(number, signal.SIGSTOP)  # so that none is born while they are counted
        children = [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
        with ExitStack() as stack:
            ends = []
            for child in children:
                with suppress(ProcessLookupError):
                    ends.append(os.pidfd_open(child))
                    stack.callback(os.close, ends[-1])
                    os.kill(child, signal.SIGKILL)
            os.kill(number, signal.SIGKILL)
            self._server.wait(_START_SECONDS)
            # A server does not start again while one of them still holds the shared memory.
            for end in ends:
                select.select([end], [], [], _START_SECONDS)

    def database(self, name: str) -> str:
        """Make an empty database and return its address, without the password."""
        with psycopg.connect(self.address("postgres"), password=self.password, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.address(name)

    def new_ledger(self, computer: str = "recepcion-1") -> ServerPlace:
        """Give a place for a hotel that nobody knows yet."""
        self._hotels += 1
        return self.ledger_of(f"hotel_{self._hotels}", computer)

    def ledger_of(self, hotel: str, computer: str = "recepcion") -> ServerPlace:
        """Give the place of a hotel's ledger."""
        return ServerPlace(ServerAddress.parse(self.address("postgres"), hotel=hotel), self.password, computer)

    def address(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
