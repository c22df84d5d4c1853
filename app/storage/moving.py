"""Carrying a whole ledger from a file to a server or back, with the proof that both are equal. It switches nothing.

The rows are written as they are; what triggers keep (tally, days, search) is made anew by the target's own triggers and
then compared like the rest: the copy proves them too.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select, text

from app.storage.database import open_database, open_for_reading
from app.storage.place import Place
from app.storage.tables import (
    SENDER,
    WISH,
    documents,
    events,
    evidence,
    exchanges,
    facts,
    marks,
    proofs,
    proven_days,
    tally,
)

_BATCH: Final = 1_000
_CARRIED: Final = (documents, events, exchanges, proofs, evidence, facts, marks)
_NUMBERED: Final = (events, exchanges, proofs)
"""Tables whose key the database counts on."""

Progress = Callable[[int, int], None]


class NotEmpty(Exception):
    """The target holds documents or events already: nothing was written."""


class NotEqual(Exception):
    """The copy is not what was copied: it was taken back, and the source is what it was."""


class MovingCancelled(Exception):
    """The person gave up; nothing was written."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a ledger holds, for comparing two of them."""

    rows: dict[str, int]
    digest: str
    """Over every value of every row, whatever the order in which a database gives them."""


def copy_ledger(
    source: Place,
    target: Place,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Content:
    """Copy a ledger that nobody writes meanwhile into an empty one, and return what both hold.

    To be called by whoever holds the right to write both; ``target`` must not be open elsewhere. Raises ``NotEmpty``,
    ``NotEqual``, ``MovingCancelled``, and what ``open_database`` raises.
    """
    origin, copy = open_for_reading(source), open_database(target)
    try:
        with origin.connect() as reading, copy.begin() as writing:
            if any(writing.scalar(select(func.count()).select_from(table)) for table in (documents, events)):
                raise NotEmpty
            total = sum(_count(reading, table) for table in _CARRIED)
            done = 0
            for table in _CARRIED:
                writing.execute(table.delete())
                for rows in _batches(reading, table):
                    if cancelled():
                        raise MovingCancelled
                    writing.execute(insert(table), rows)
                    done += len(rows)
                    progress(done, total)
            _count_on(writing)
            before, after = _content(reading), _content(writing)
            if before != after:
                raise NotEqual
        # What the target says once it was committed, through a connection that had no part in writing it.
        if content_of(target, copy) != before:
            raise NotEqual
        return before
    finally:
        origin.dispose()
        copy.dispose()


def content_of(place: Place, opened: Engine | None = None) -> Content:
    """Return what a ledger holds; ``opened`` is used where a server lets only its writer in."""
    engine = opened or open_for_reading(place)
    try:
        with engine.connect() as connection:
            return _content(connection)
    finally:
        if opened is None:
            engine.dispose()


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _columns(table: Table) -> list[Any]:
    return [column for column in table.columns if column.computed is None]


def _rows(table: Table) -> Select[Any]:
    query = select(*_columns(table))
    if table is facts:
        query = query.where(facts.c.name.not_in((SENDER, WISH)))
    return query


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    order = (text("rowid"),) if table is documents else tuple(_key(table))
    found = connection.execution_options(yield_per=_BATCH).execute(_rows(table).order_by(*order))
    for rows in found.mappings().partitions(_BATCH):
        yield [dict(row) for row in rows]


def _key(table: Table) -> list[Any]:
    return list(table.primary_key.columns) or [column for column in table.columns if column.name != "body"]


def _count_on(connection: Connection) -> None:
    """Let the server number the next row after those that came with a number of their own."""
    if connection.dialect.name != "postgresql":
        return
    for table in _NUMBERED:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                f" (SELECT COALESCE(MAX(id), 0) + 1 FROM {table.name}), false)"
            )
        )


def _content(connection: Connection) -> Content:
    digest = hashlib.sha256()
    rows: dict[str, int] = {}
    for table in (*_CARRIED, tally, proven_days):
        found = connection.execution_options(yield_per=_BATCH).execute(_rows(table))
        # Added up, for two databases may give the same rows in another order.
        count, whole = 0, 0
        for row in found.mappings():
            if not _is_nothing(table, row):
                count, whole = count + 1, (whole + _weight(row)) % 2**256
        rows[table.name] = count
        digest.update(f"{table.name} {count} {whole}".encode())
    return Content(rows, digest.hexdigest())


def _is_nothing(table: Table, row: Any) -> bool:
    """Say whether a counter stands at zero: one that never counted and one that was taken back say the same."""
    return table in (tally, proven_days) and row["n"] == 0


def _weight(row: Any) -> int:
    plain = json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(plain.encode()).digest())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
