"""Opening the ledger's file: durable settings, migrations, integrity. It knows no row's meaning."""

import sqlite3
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

HEAD: Final = "0002"
"""The newest migration; a test keeps it equal to what Alembic finds."""

BUSY_SECONDS: Final = 60
"""How long another program (antivirus, backup) may hold the file before it counts as an error."""


class LedgerDamaged(Exception):
    """The file is not a sound database; it must be set aside, never written to."""


class LedgerTooNew(Exception):
    """A newer Botones wrote this file; this one must not touch it."""


def open_database(path: Path) -> Engine:
    """Open the ledger for its one writer, migrated to this program's schema.

    Every commit is on the disk before it returns (WAL, ``synchronous=FULL``): an intent that vanished with the power
    would be a second invoice. Raises ``LedgerDamaged`` or ``LedgerTooNew``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(path, read_only=False)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
                raise LedgerDamaged(str(path))
            connection.rollback()
            version = _version(connection)
        if version != HEAD:
            _migrate(engine, version)
    except BaseException as error:
        engine.dispose()  # Windows sets no file aside that is still open
        if isinstance(error, DatabaseError) and _is_damage(error.orig):
            raise LedgerDamaged(str(path)) from error
        raise
    return engine


def _is_damage(error: BaseException | None) -> bool:
    """Say whether the file itself is at fault, and not the disk, a lock or a full drive."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def open_for_reading(path: Path) -> Engine:
    """Open the ledger beside its writer; raises on any attempt to write."""
    return _engine(path, read_only=True)


def is_sound(path: Path) -> bool:
    """Read the whole file and say whether it is intact.

    ``False`` also where another program does not let us read it.
    """
    engine = open_for_reading(path)
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text("PRAGMA integrity_check")) == "ok")
    except DatabaseError:
        return False
    finally:
        engine.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver's own transactions start too late for BEGIN IMMEDIATE: we begin them ourselves.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _migrate(engine: Engine, version: str | None) -> None:
    # Imported here: Alembic costs a tenth of a second, and only a new or older file needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("app.storage") / "migrations") as folder, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        if version is not None and version not in {
            script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
        }:
            raise LedgerTooNew(version)
        command.upgrade(config, "head")
