"""The ledger in a PostgreSQL that several computers share: one of them writes, and the server decides which.

Nothing home-made decides it. The writer holds PostgreSQL's advisory lock of its hotel on the one connection through
which it writes: whoever lost the connection has lost the lock, and with it the means to commit. It knows no row.
"""

from typing import Any, Final

import psycopg
from psycopg import errors as server_errors
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, ExceptionContext, QueuePool, StaticPool, create_engine, event

from app.model.errors import Failure, StorageError
from app.storage.errors import LedgerElsewhere
from app.storage.place import ServerPlace
from app.storage.tables import WISH

_CONNECT_SECONDS: Final = 8
_LOST_MS: Final = 20_000
"""How long a computer that sleeps, or whose cable is out, keeps the right to write."""
_SILENT_MS: Final = 40_000
"""How long one whose program hangs keeps it; the writer says that it lives every ``place.ALIVE_SECONDS``."""
_STATEMENT_MS: Final = 30_000

_LINE: Final[dict[str, int]] = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": _LOST_MS,
}
"""How this side notices that the server is gone."""
_WRITER: Final = (
    "SET synchronous_commit TO on",
    f"SET statement_timeout TO {_STATEMENT_MS}",
    f"SET idle_in_transaction_session_timeout TO {_STATEMENT_MS}",
    # How the server notices that the writer is gone: over a dead line, and where the line lives and the program hangs.
    "SET tcp_keepalives_idle TO 5",
    "SET tcp_keepalives_interval TO 5",
    "SET tcp_keepalives_count TO 2",
    f"SET tcp_user_timeout TO {_LOST_MS}",
    f"SET idle_session_timeout TO {_SILENT_MS}",
)
OLDEST: Final = 14
"""The first PostgreSQL that ends a session whose program hangs (``idle_session_timeout``)."""


def open_for_writing(place: ServerPlace) -> Engine:
    """Take the hotel's lock and return an engine that writes through the connection that holds it.

    The engine never connects anew: once the connection is lost, all it does raises ``StorageError``. Raises
    ``LedgerElsewhere`` where another computer holds the lock.
    """
    connection = connect_to(place)
    try:
        _prepare_writer(connection, place)
    except BaseException:
        connection.close()
        raise
    given: list[psycopg.Connection[Any]] = [connection]

    def once() -> psycopg.Connection[Any]:
        if not given:
            raise StorageError(Failure.LEDGER_SERVER, "the session that held the lock is over")
        return given.pop()

    return _watched(create_engine("postgresql+psycopg://", creator=once, poolclass=StaticPool))


def open_for_reading(place: ServerPlace) -> Engine:
    """Return an engine that reads beside the writer, from as many threads as ask, and cannot write."""

    def connect() -> psycopg.Connection[Any]:
        connection = connect_to(place)
        connection.execute("SET default_transaction_read_only TO on")
        connection.commit()
        return connection

    return _watched(
        create_engine("postgresql+psycopg://", creator=connect, poolclass=QueuePool, pool_size=2, pool_pre_ping=True)
    )


def ask_for(place: ServerPlace) -> None:
    """Leave the wish to become the writer where the present one finds it; raises ``StorageError``."""
    connection = connect_to(place)
    try:
        connection.execute(
            "INSERT INTO facts (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
            (WISH, place.computer),
        )
        connection.commit()
    except psycopg.Error as error:
        raise known(error) or error from None
    finally:
        connection.close()


def connect_to(place: ServerPlace) -> psycopg.Connection[Any]:
    """Open a plain session that looks into the hotel's schema; raises ``StorageError``."""
    address = place.address
    said: dict[str, str | int] = {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": place.password,
        "sslmode": address.tls,
        "application_name": f"Botones {place.computer}"[:60],
        "options": f"-c search_path={address.hotel} -c timezone=UTC",
        "client_encoding": "UTF8",
    }
    if address.certificate is not None:
        said["sslrootcert"] = str(address.certificate)
    try:
        connection = psycopg.connect(make_conninfo("", **said, **_LINE))
    except psycopg.Error as error:
        raise known(error) or StorageError(Failure.LEDGER_SERVER, _plain(error)) from None
    if connection.info.server_version < OLDEST * 10_000:
        connection.close()
        raise StorageError(Failure.LEDGER_ACCESS, f"PostgreSQL {OLDEST}+")
    return connection


def _prepare_writer(connection: psycopg.Connection[Any], place: ServerPlace) -> None:
    hotel = place.address.hotel
    try:
        for setting in _WRITER:
            connection.execute(setting.encode())
        # Who may only read would take the turn from the one that sends, and lose it again at the first word.
        may_write = connection.execute(
            "SELECT coalesce(has_table_privilege(to_regclass('facts'), 'UPDATE'), true)"
        ).fetchone()
        connection.commit()
        if may_write is not None and not may_write[0]:
            raise StorageError(Failure.LEDGER_ACCESS, "this user only reads")
        # The lock outlives transactions and ends with the session, whatever becomes of this computer.
        taken = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"botones/{hotel}",))
        row = taken.fetchone()
        connection.commit()
        if row is None or not row[0]:
            raise LedgerElsewhere
        # Under the lock, for of two computers that make it at once one would fail.
        missing = connection.execute("SELECT to_regnamespace(%s) IS NULL", (hotel,)).fetchone()
        if missing is not None and missing[0]:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(hotel)))
        connection.commit()
    except psycopg.Error as error:
        raise known(error) or error from None
    # Else accents could be neither stored nor looked for.
    if (encoding := _setting(connection, "server_encoding")) != "UTF8":
        raise StorageError(Failure.LEDGER_ACCESS, f"server_encoding = {encoding}")
    # fsync off would make of each promise a hope.
    unsafe = [name for name in ("fsync", "full_page_writes") if _setting(connection, name) == "off"]
    if unsafe:
        raise StorageError(Failure.LEDGER_ACCESS, f"{', '.join(unsafe)} = off")


def _setting(connection: psycopg.Connection[Any], name: str) -> str:
    try:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        connection.commit()
    except psycopg.Error as error:
        raise known(error) or error from None
    return str(row[0]) if row else ""


def _watched(engine: Engine) -> Engine:
    @event.listens_for(engine, "handle_error", retval=True)
    def tell(context: ExceptionContext) -> BaseException | None:
        return known(context.original_exception)

    return engine


_KINDS: Final[tuple[tuple[type[psycopg.Error] | tuple[type[psycopg.Error], ...], Failure], ...]] = (
    ((server_errors.DiskFull, server_errors.OutOfMemory), Failure.DISK_FULL),
    (
        (
            server_errors.InvalidPassword,
            server_errors.InvalidAuthorizationSpecification,
            server_errors.InvalidCatalogName,
            server_errors.InsufficientPrivilege,
        ),
        Failure.LEDGER_ACCESS,
    ),
    (
        (
            *(server_errors.DataCorrupted, server_errors.IndexCorrupted),
            # The tables were taken away under their writer.
            *(server_errors.UndefinedTable, server_errors.InvalidSchemaName),
        ),
        Failure.LEDGER_DAMAGED,
    ),
    (
        (
            server_errors.LockNotAvailable,
            server_errors.QueryCanceled,
            server_errors.TooManyConnections,
            server_errors.SerializationFailure,
            server_errors.DeadlockDetected,
        ),
        Failure.LEDGER_BUSY,
    ),
)


_UNPROVEN: Final = (
    "certificate verify failed",
    "does not match host name",
    "root certificate file",
    "server does not support ssl",
)
"""Of what libpq says where the server did not prove who it is: it gives it no class either."""


def known(error: BaseException | None) -> StorageError | None:
    """Return what a person can be told of a server's error; ``None`` where it is a mistake of ours."""
    if not isinstance(error, psycopg.Error):
        return None
    for kinds, failure in _KINDS:
        if isinstance(error, kinds):
            return StorageError(failure, _plain(error))
    # While connecting, the server's own refusal comes without its class: only its words tell it.
    words = str(error).lower()
    if isinstance(error, psycopg.OperationalError) and ("authentication failed" in words or "no password" in words):
        return StorageError(Failure.LEDGER_ACCESS, _plain(error))
    if isinstance(error, psycopg.OperationalError) and any(one in words for one in _UNPROVEN):
        return StorageError(Failure.LEDGER_CERTIFICATE, _plain(error))
    is_line = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return StorageError(Failure.LEDGER_SERVER, _plain(error)) if is_line else None


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
