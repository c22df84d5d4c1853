"""Carrying a whole ledger from a file to a server or back, with the proof that both are equal. It switches nothing.

The rows are written as they are; what triggers keep (tally, days, search) is made anew by the target and then compared
like the rest: the copy proves them too.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select, text

from app.model.server import Door, Use
from app.storage.counting import counted_at_the_end
from app.storage.database import open_database, open_for_reading
from app.storage.door import door_of, set_door
from app.storage.errors import LedgerElsewhere
from app.storage.place import Place, ServerPlace
from app.storage.tables import (
    DOOR,
    SENDER,
    WISH,
    documents,
    events,
    evidence,
    exchanges,
    facts,
    issued_days,
    marks,
    proofs,
    proven_days,
    tally,
)

_BATCH: Final = 1_000
_CARRIED: Final = (documents, events, exchanges, proofs, evidence, facts, marks)
_COUNTERS: Final = (tally, proven_days, issued_days)
_NUMBERED: Final = (events, exchanges, proofs)
"""Tables whose key the database counts on."""
_OF_COMPUTERS: Final = (SENDER, WISH, DOOR)
_ASK_SECONDS: Final = 0.5
"""How often the computer that has the right is asked for it."""
_READINGS: Final = 4
"""How often each row passes: once to be copied, and three times to be compared."""

Progress = Callable[[int, int], None]


class NotEmpty(Exception):
    """The target holds documents or events already: nothing was written."""


class NotEqual(Exception):
    """The copy is not what was copied: it does not count, and the source is what it was."""


class MovingCancelled(Exception):
    """The person gave up: what may have been written does not count."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a ledger holds, for comparing two of them."""

    rows: dict[str, int]
    digest: str
    """Over every value of every row, whatever the order in which a database gives them."""


class _Pace:
    """Counts the rows that have passed, and ends the work where the person gave up."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._done = 0
        self.total = 0

    def passed(self, count: int) -> None:
        if self._cancelled():
            raise MovingCancelled
        self._done += count
        self._progress(min(self._done, self.total), self.total)


class Hold:
    """The right to write a ledger that several computers share, whether it is in use or not."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def door(self) -> Door | None:
        """Return what the ledger says of itself."""
        with self.engine.connect() as connection:
            return door_of(connection)

    def set_door(self, door: Door) -> None:
        """Have it say something else from now on."""
        with self.engine.begin() as connection:
            set_door(connection, door)

    def equals(self, other: Place) -> bool:
        """Say whether another ledger holds the same."""
        with self.engine.connect() as connection:
            return _content(connection) == content_of(other)


def copy_ledger(
    source: Place,
    target: Place,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    door: Door | None = None,
    holding: Hold | None = None,
) -> Content:
    """Copy a ledger that nobody writes meanwhile into an empty one, and return what both hold.

    To be called by whoever holds the right to write both (``holding`` does so at a source that several share);
    ``target`` must not be open elsewhere. With ``door`` a ledger on a server gets it together with its rows, and one
    that is not in use counts as empty. Until it returns, what was written must not be used. Raises ``NotEmpty``,
    ``NotEqual``, ``MovingCancelled``, and what ``open_database`` raises.
    """
    pace = _Pace(progress, cancelled)
    origin = holding.engine if holding is not None else open_for_reading(source)
    try:
        copy = open_database(target, though_closed=door is not None)
        try:
            _take_time(origin, copy)
            before = _copy(origin, copy, pace, door)
            # What the target says once it was committed, through a connection that had no part in writing it.
            if content_of(target, copy, pace) != before:
                raise NotEqual
            return before
        finally:
            copy.dispose()
    finally:
        if holding is None:
            origin.dispose()


def _copy(origin: Engine, copy: Engine, pace: _Pace, door: Door | None) -> Content:
    with origin.connect() as reading, copy.begin() as writing:
        before = door_of(writing) if door is not None else None
        in_use = before is None or before.use is Use.OPEN
        if in_use and any(_count(writing, table) for table in (documents, events)):
            raise NotEmpty
        pace.total = _READINGS * sum(_count(reading, table) for table in _CARRIED)
        with counted_at_the_end(writing):
            for table in _CARRIED:
                writing.execute(table.delete())
                for rows in _batches(reading, table):
                    writing.execute(insert(table), rows)
                    pace.passed(len(rows))
        _count_on(writing)
        content = _content(reading, pace)
        if content != _content(writing, pace):
            raise NotEqual
        if door is not None:
            set_door(writing, door)
        return content


@contextmanager
def held(place: ServerPlace, patience: float, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Hold]:
    """Have the right to write while the block runs, asking the computer that has it to hand it over.

    ``patience`` is how many seconds it is given to end its batch; then ``LedgerElsewhere`` is raised.
    """
    from app.storage.server import ask_for  # its driver is loaded only where a server is used

    limit = time.monotonic() + patience
    while True:
        try:
            engine = open_database(place, though_closed=True)
            break
        except LedgerElsewhere:
            ask_for(place)
            if cancelled() or time.monotonic() > limit:
                raise
            time.sleep(_ASK_SECONDS)
    try:
        yield Hold(engine)
    finally:
        engine.dispose()


def read_door(place: ServerPlace) -> Door | None:
    """Return what a ledger on a server says of itself; there must be one."""
    engine = open_for_reading(place)
    try:
        with engine.connect() as connection:
            return door_of(connection)
    finally:
        engine.dispose()


def unknown_to(theirs: Place, own: Place) -> int:
    """Count the documents that are in ``own`` and not in ``theirs``."""
    first, second = open_for_reading(own), open_for_reading(theirs)
    try:
        with first.connect() as mine, second.connect() as others:
            unknown = 0
            keys = mine.execute(select(documents.c.key).execution_options(yield_per=_BATCH)).scalars()
            for some in keys.partitions(_BATCH):
                known = select(func.count()).select_from(documents).where(documents.c.key.in_(some))
                unknown += len(some) - (others.scalar(known) or 0)
            return unknown
    finally:
        first.dispose()
        second.dispose()


def _take_time(*engines: Engine) -> None:
    """Let a server wait for as long as the other side of the copy takes."""
    for engine in engines:
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"):
                    connection.execute(text(f"SET {limit} TO 0"))
                connection.commit()


def content_of(place: Place, opened: Engine | None = None, pace: _Pace | None = None) -> Content:
    """Return what a ledger holds; ``opened`` is used where a server lets only its writer in."""
    engine = opened or open_for_reading(place)
    try:
        with engine.connect() as connection:
            return _content(connection, pace)
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
        query = query.where(facts.c.name.not_in(_OF_COMPUTERS))
    return query


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    order = (text("rowid"),) if table is documents else tuple(_key(table))
    found = connection.execute(_rows(table).order_by(*order).execution_options(yield_per=_BATCH))
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


def _content(connection: Connection, pace: _Pace | None = None) -> Content:
    digest = hashlib.sha256()
    rows: dict[str, int] = {}
    for table in (*_CARRIED, *_COUNTERS):
        found = connection.execute(_rows(table).execution_options(yield_per=_BATCH))
        # Added up, for two databases may give the same rows in another order.
        count, whole, unsaid = 0, 0, 0
        for row in found.mappings():
            unsaid += 1
            if not _is_nothing(table, row):
                count, whole = count + 1, (whole + _weight(row)) % 2**256
            if pace is not None and unsaid == _BATCH:
                pace.passed(unsaid)
                unsaid = 0
        if pace is not None:
            pace.passed(unsaid)
        rows[table.name] = count
        digest.update(f"{table.name} {count} {whole}".encode())
    return Content(rows, digest.hexdigest())


def _is_nothing(table: Table, row: Any) -> bool:
    """Say whether a counter stands at zero: one that never counted and one that was taken back say the same."""
    return table in _COUNTERS and row["n"] == 0


def _weight(row: Any) -> int:
    plain = json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(plain.encode()).digest())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
