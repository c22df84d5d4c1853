"""Writing a row in the place of the one with the same key, in the dialect of the database at hand."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def upsert(connection: Connection, table: Table, row: Mapping[str, Any], key: tuple[str, ...]) -> None:
    """Write ``row``; the columns of ``key`` have a unique index."""
    statement = _INSERT[connection.dialect.name](table).values(dict(row))
    rest = {name: value for name, value in row.items() if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))
