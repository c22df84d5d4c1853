"""Opening the ledger: durable settings, migrations, integrity. It knows no row's meaning."""

import sqlite3
import threading
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    NullPool,
    QueuePool,
    create_engine,
    event,
    inspect,
    text,
)

from app.storage.backup import address_of, back_up
from app.storage.errors import LedgerDamaged, LedgerTooNew, known, known_errors
from app.storage.place import Place, ServerPlace

HEAD: Final = "0005"
"""The newest migration; a test keeps it equal to what Alembic finds."""

_one_at_a_time: Final = threading.Lock()
"""Alembic keeps what it works on in globals: of two hotels that open at once, one would be migrated twice."""

BUSY_SECONDS: Final = 4.0
"""How long one call waits for another program (antivirus, backup) to let go of the file; whoever calls tries again.

Shorter than the time that the window gives the engine to end: while a call waits, the engine hears nothing.
"""


def open_database(place: Place, *, though_closed: bool = False) -> Engine:
    """Open the ledger for its one writer, migrated to this program's schema; of an older file a backup is made first.

    Every commit is on the disk before it returns (WAL, ``synchronous=FULL``): an intent that vanished with the power
    would be a second invoice. Raises ``LedgerTooNew``, and now or later ``StorageError``, ``LedgerDamaged`` and
    ``LedgerElsewhere`` among them; any other error of the database is a mistake of ours. One on a server that is not in
    use raises ``LedgerMoved``, but not for whoever moves it (``though_closed``).
    """
    return _open_file(place) if isinstance(place, Path) else _open_on_server(place, though_closed)


def _open_on_server(place: ServerPlace, though_closed: bool) -> Engine:
    from app.storage.door import pass_door
    from app.storage.server import open_for_writing  # its driver is loaded only where a server is used

    engine = open_for_writing(place)
    try:
        with engine.connect() as connection:
            version = _version(connection)
        if version != HEAD:
            _migrate(engine, version)
        if not though_closed:
            pass_door(engine, place.computer)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _open_file(path: Path) -> Engine:
    with known_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_empty(path)
    engine = _engine(path, read_only=False)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
                raise LedgerDamaged(str(path))
            connection.rollback()
            version = _version(connection)
        if version != HEAD:
            _migrate(engine, version, path)
    except BaseException:
        engine.dispose()  # Windows sets no file aside that is still open
        raise
    return engine


def open_for_reading(place: Place) -> Engine:
    """Open the ledger beside its writer; raises on any attempt to write.

    A file is let go of after each question, so that a damaged one can be set aside and the next answer comes from
    the one in its place.
    """
    if isinstance(place, Path):
        return _engine(place, read_only=True)
    from app.storage import server

    return server.open_for_reading(place)


def check_whole(path: Path) -> None:
    """Read the whole file and compare its indexes with its rows; raises ``StorageError``.

    Opening compares less, because a ledger of years would keep the hotel waiting.
    """
    _refuse_empty(path)
    engine = open_for_reading(path)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("PRAGMA integrity_check(1)")) != "ok":
                raise LedgerDamaged(str(path))
    finally:
        engine.dispose()


def version_of(place: Place) -> str | None:
    """Return the migration that a ledger stands at, ``None`` where there is none."""
    engine = open_for_reading(place)
    try:
        with engine.connect() as connection:
            return _version(connection)
    finally:
        engine.dispose()


def _refuse_empty(path: Path) -> None:
    """SQLite would take an empty file for a new one, and nobody would know that there was a ledger."""
    with known_errors():
        if path.exists() and path.stat().st_size == 0:
            raise LedgerDamaged(str(path))


def _engine(path: Path, *, read_only: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        # A reader never creates the file: an empty one in the place of a missing one would pass for a new ledger.
        address = address_of(path, "rw" if read_only else "rwc")
        # The driver's own transactions start too late for BEGIN IMMEDIATE: we begin them ourselves.
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            if read_only:
                connection.execute("PRAGMA query_only=ON")
            else:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("PRAGMA foreign_keys=ON")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool if read_only else QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "handle_error", retval=True)
    def tell(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        # Only a mistake of ours writes through a reader.
        ours = read_only and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY
        return None if ours else known(error)

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(engine: Engine, version: str | None, path: Path | None = None) -> None:
    # Imported here: Alembic costs a tenth of a second, and only a new or older file needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("app.storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        if version is not None:
            if version not in {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}:
                raise LedgerTooNew(version)
            if path is not None:
                back_up(path, datetime.now(UTC))
        with _one_at_a_time, engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
