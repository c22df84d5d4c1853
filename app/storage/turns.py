"""Whose turn it is: one small table beside the hotels' ledgers, by which the workers of a chain share the hotels out.

It only makes the order. That each hotel has one writer is the advisory lock's affair (``server``): whatever goes wrong
here costs time, and never a document. All moments are the server's, so that no computer's clock counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

import psycopg
from psycopg.types.json import Jsonb

from app.model.errors import Failure, StorageError
from app.storage.place import ServerPlace
from app.storage.server import connect_to, known

SCHEMA: Final = "botones_turnos"
"""Of its own, beside the hotels' schemas, and shared by all of them that are in one database."""

_STEPS: Final[tuple[tuple[bytes, ...], ...]] = (
    (
        b"CREATE TABLE botones_turnos.hotels (hotel text PRIMARY KEY,"
        b" due_at timestamptz NOT NULL DEFAULT clock_timestamp(), failures integer NOT NULL DEFAULT 0,"
        b" idle integer NOT NULL DEFAULT 0, said jsonb NOT NULL DEFAULT '{}')",
    ),
)
"""The table's migrations, one a version; a step that was released never changes."""
_LINE: Final = (
    b"SET statement_timeout TO 30000",
    # A worker that hangs in its turn leaves the hotel to others, later than the longest turn; one whose computer is
    # gone, sooner.
    b"SET idle_in_transaction_session_timeout TO 150000",
    b"SET tcp_keepalives_idle TO 5",
    b"SET tcp_keepalives_interval TO 5",
    b"SET tcp_keepalives_count TO 2",
    # An order that a power cut forgets is made anew.
    b"SET synchronous_commit TO off",
)
# First the moment is put at the end of the queue and committed, then the row is locked for as long as the turn takes:
# the lock goes with whoever dies, and a hotel over which its worker died does not come first again.
_CLAIM: Final = b"""
WITH longest AS (
    SELECT hotel, due_at FROM botones_turnos.hotels WHERE hotel = ANY(%s) AND due_at <= clock_timestamp()
    ORDER BY due_at, hotel LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE botones_turnos.hotels AS h SET due_at = clock_timestamp() FROM longest WHERE h.hotel = longest.hotel
RETURNING h.hotel, extract(epoch FROM clock_timestamp() - longest.due_at)::float8, h.failures, h.idle, h.said"""
_HOLD: Final = b"SELECT 1 FROM botones_turnos.hotels WHERE hotel = %s FOR UPDATE SKIP LOCKED"
_END: Final = b"""
UPDATE botones_turnos.hotels SET due_at = clock_timestamp() + %s * interval '1 second', failures = %s, idle = %s,
said = %s WHERE hotel = %s"""
_NEXT: Final = b"""
SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 FROM botones_turnos.hotels
WHERE hotel = ANY(%s) AND due_at > clock_timestamp()"""
_ENROL: Final = b"INSERT INTO botones_turnos.hotels (hotel) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
_LOOK: Final = b"""
SELECT hotel, greatest(extract(epoch FROM clock_timestamp() - due_at), 0)::float8, failures, said
FROM botones_turnos.hotels WHERE hotel = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A hotel that is this worker's until ``Turns.end``, and what its last turn left."""

    hotel: str
    waited: float
    """Seconds since it could have had it."""
    failures: int = 0
    """In a row."""
    idle: int = 0
    """Turns in a row in which nothing moved."""
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hotel stands, whichever worker had it last."""

    hotel: str
    waits: float
    failures: int
    said: Mapping[str, Any]


class Turns:
    """One worker's session. Every method raises ``StorageError``, after which it is closed and another one opened."""

    def __init__(self, place: ServerPlace) -> None:
        """Connect to the database of ``place`` and make the table where there is none."""
        self._connection = connect_to(place)
        try:
            with _errors():
                for line in _LINE:
                    self._connection.execute(line)
                self._connection.commit()
                self._make()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enrol(self, hotels: Sequence[str]) -> None:
        """Put hotels into the queue; those that are in it stay where they are."""
        with _errors():
            self._connection.execute(_ENROL, (list(hotels),))
            self._connection.commit()

    def take(self, hotels: Sequence[str]) -> Turn | None:
        """Take that one of ``hotels`` which has waited longest and which nobody has in hand."""
        with _errors():
            row = self._connection.execute(_CLAIM, (list(hotels),)).fetchone()
            self._connection.commit()
            if row is None:
                return None
            if self._connection.execute(_HOLD, (row[0],)).fetchone() is None:
                self._connection.commit()
                return None
            return Turn(*row)

    def end(self, turn: Turn, *, pause: float, failures: int = 0, idle: int = 0, said: Mapping[str, Any]) -> None:
        """Give the hotel back; it waits again from ``pause`` seconds on."""
        with _errors():
            self._connection.execute(_END, (pause, failures, idle, Jsonb(dict(said)), turn.hotel))
            self._connection.commit()

    def next_in(self, hotels: Sequence[str]) -> float | None:
        """Return in how many seconds the next of ``hotels`` waits; those that wait already are in somebody's hand."""
        with _errors():
            row = self._connection.execute(_NEXT, (list(hotels),)).fetchone()
            self._connection.commit()
        return None if row is None else row[0]

    def standings(self, hotels: Sequence[str]) -> tuple[Standing, ...]:
        """Return how each of ``hotels`` stands."""
        with _errors():
            rows = self._connection.execute(_LOOK, (list(hotels),)).fetchall()
            self._connection.commit()
        return tuple(Standing(*row) for row in rows)

    def _make(self) -> None:
        there = self._version()
        if there < len(_STEPS):
            # Two workers that start at once: the second waits, and finds it made.
            self._connection.execute(b"SELECT pg_advisory_xact_lock(hashtextextended('botones/turnos', 0))")
            self._connection.execute(b"CREATE SCHEMA IF NOT EXISTS botones_turnos")
            self._connection.execute(b"CREATE TABLE IF NOT EXISTS botones_turnos.version (n integer NOT NULL)")
            for step in _STEPS[self._version() :]:
                for statement in step:
                    self._connection.execute(statement)
            self._connection.execute(b"DELETE FROM botones_turnos.version")
            self._connection.execute(b"INSERT INTO botones_turnos.version VALUES (%s)", (len(_STEPS),))
        self._connection.commit()
        if there > len(_STEPS):
            raise StorageError(Failure.LEDGER_ACCESS, f"{SCHEMA}: {there} > {len(_STEPS)}")

    def _version(self) -> int:
        found = self._connection.execute(b"SELECT to_regclass('botones_turnos.version') IS NOT NULL").fetchone()
        if found is None or not found[0]:
            return 0
        row = self._connection.execute(b"SELECT max(n) FROM botones_turnos.version").fetchone()
        return 0 if row is None or row[0] is None else int(row[0])


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise known(error) or error from None
