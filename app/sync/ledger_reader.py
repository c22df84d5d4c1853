"""The ledger for everybody but the engine: screens, console, reports. It reads beside the writer and cannot write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Integer, literal_column, select

from app.model.causes import Cause
from app.model.clock import Clock
from app.model.daily import DayCount
from app.model.documents import Document, DocumentKey, Family
from app.model.happened import Happened
from app.model.journey import Event, EventKind, State
from app.model.listing import Listing
from app.model.numbering import NumberingProof
from app.model.status import Counts, Sender
from app.storage import exchanges, extracts, month, numbers, pending, search
from app.storage.counting import counts
from app.storage.database import open_for_reading
from app.storage.facts import fact
from app.storage.numbers import Known, Run
from app.storage.place import Place
from app.storage.tables import SENDER, START, documents, events


@dataclass(frozen=True, slots=True)
class Row:
    """A document as a list shows it. ``family`` and amounts are ``None`` where the PMS' row could not be read."""

    key: str
    full_number: str
    family: Family | None
    issued_at: datetime | None
    counterparty: str
    counterparty_id: str
    currency: str
    payable: Decimal | None
    state: State
    cause: Cause | None
    detail: dict[str, Any]
    adopted: bool
    seen_at: datetime
    proven_at: datetime | None
    sale: str | None
    """Pymes' identifier of its sale, once known."""


_ALL: Final = Listing()
_SHOWN: Final = tuple(documents.c[name] for name in Row.__slots__)
"""What a list shows; the body, which is most of a row, stays where it is."""
_AT_ONCE: Final = 10_000
"""Rows asked for by their places in one question; a database takes only so many values in one."""
_BATCH: Final = 1_000
"""Rows in memory at once, of a list that is walked whole."""
_ALL_OF_THEM: Final = 2**31 - 1
_PLACE: Final = literal_column("documents.rowid", Integer).label("place")


class LedgerReader:
    """The ledger for screens and reports: reads beside the writer, never waits for it, cannot write."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self._engine = open_for_reading(place)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def page(self, offset: int, limit: int, listing: Listing = _ALL) -> tuple[Row, ...]:
        """Return rows of a list from ``offset`` on, in its order."""
        with self._engine.connect() as connection:
            found = search.places(connection, listing, offset, limit)
            return tuple(row for some in _some(found, _AT_ONCE) for row in self._rows(connection, some))

    def _rows(self, connection: Connection, places: list[int]) -> Iterator[Row]:
        query = select(*_SHOWN, _PLACE).where(_PLACE.in_(places))
        rows = {row.place: _row(row) for row in connection.execute(query)}
        return (rows[place] for place in places)

    def every(self, listing: Listing = _ALL) -> Iterator[Row]:
        """Yield every row of a list in its order, all as they stood when the first was asked for."""
        with self._engine.connect() as connection:
            for some in _some(search.places(connection, listing, 0, _ALL_OF_THEM), _BATCH):
                yield from self._rows(connection, some)

    def unproven(self, limit: int) -> tuple[Row, ...]:
        """Return what does not stand proven in Pymes, the newest first."""
        states = tuple(one for one in State if one not in (State.PROVEN, State.WITHDRAWN))
        return self.page(0, limit, Listing(states=states))

    def count(self, listing: Listing = _ALL) -> int:
        """Count the rows that ``page`` walks through."""
        with self._engine.connect() as connection:
            return search.count(connection, listing)

    def row(self, key: str) -> Row | None:
        """Return one document as a list shows it."""
        with self._engine.connect() as connection:
            found = connection.execute(select(*_SHOWN).where(documents.c.key == key)).one_or_none()
        return None if found is None else _row(found)

    def timeline(self, key: str) -> tuple[Event, ...]:
        """Return every event of a document, the oldest first."""
        with self._engine.connect() as connection:
            query = select(events).where(events.c.key == key).order_by(events.c.id)
            said = exchanges.of_document(connection, key)
            return tuple(
                Event(
                    kind=EventKind(row.kind),
                    at=row.at,
                    cause=row.cause,
                    due_at=row.due_at,
                    data=row.data,
                    said=said.get(row.id, ()),
                )
                for row in connection.execute(query)
            )

    def document(self, key: str) -> Document | None:
        """Return what the PMS approved, ``None`` where it could not be read."""
        with self._engine.connect() as connection:
            body = connection.scalar(select(documents.c.body).where(documents.c.key == key))
        return Document.model_validate_json(body) if body else None

    def runs(self, family: Family, prefix: str, first: int, last: int) -> tuple[Run, ...]:
        """Return the numbers of a range that stand in both systems."""
        with self._engine.connect() as connection:
            return numbers.runs(connection, family, prefix, first, last)

    def others(self, family: Family, prefix: str, first: int, last: int) -> tuple[Known, ...]:
        """Return the documents of a range that do not stand in both systems as they should."""
        with self._engine.connect() as connection:
            return numbers.others(connection, family, prefix, first, last)

    def begin(self) -> datetime | None:
        """Return when the first document was issued, or seen where that is not known."""
        with self._engine.connect() as connection:
            return numbers.begin(connection)

    def last_used(self, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None:
        """Return the document with the highest number of a range."""
        with self._engine.connect() as connection:
            return numbers.last_used(connection, family, prefix, first, last)

    def issued_days(self, since: date) -> dict[Family, dict[date, int]]:
        """Return how many documents of each family were issued on each day in Bogotá, from ``since`` on."""
        with self._engine.connect() as connection:
            return numbers.issued_days(connection, since)

    def proofs(self, limit: int) -> tuple[NumberingProof, ...]:
        """Return the newest proofs that said something else than the one before, the newest first."""
        with self._engine.connect() as connection:
            return numbers.proofs_told(connection, limit)

    def sender(self) -> Sender | None:
        """Return which computer writes a ledger that several share, ``None`` where none has yet."""
        with self._engine.connect() as connection:
            body = fact(connection, SENDER)
        return Sender.model_validate_json(body) if body else None

    def start(self) -> date | None:
        """Return the first day whose documents are carried; ``None``: all of them, or nobody has said yet."""
        with self._engine.connect() as connection:
            body = fact(connection, START)
        return date.fromisoformat(body) if body else None

    def counts(self) -> Counts:
        """Count the documents by state."""
        with self._engine.connect() as connection:
            return counts(connection, self._clock.now())

    def happened(self, since: datetime, until: datetime) -> Happened:
        """Say what became of the documents first seen from ``since`` until before ``until``."""
        with self._engine.connect() as connection:
            return extracts.happened(connection, since, until)

    def days(self, first: date, last: date) -> tuple[DayCount, ...]:
        """Return what was proven on each day in Bogotá from ``first`` to ``last``."""
        with self._engine.connect() as connection:
            return extracts.days(connection, first, last)

    def people(self) -> Iterator[tuple[str, str]]:
        """Yield name and identification of everybody that a document names: what a report must not repeat."""
        with self._engine.connect() as connection:
            yield from extracts.people(connection)

    def held(self) -> tuple[pending.Group, ...]:
        """Return what is held, by cause, the largest group first."""
        with self._engine.connect() as connection:
            return pending.held(connection)

    def held_causes(self) -> dict[Cause, int]:
        """Count what is held by cause, the largest first."""
        with self._engine.connect() as connection:
            return pending.held_causes(connection)

    def waiting(self, state: State, limit: int) -> tuple[pending.Waiting, ...]:
        """Return the first documents of one state with what its cause tells, in the order of their approval."""
        with self._engine.connect() as connection:
            return pending.waiting(connection, state, limit)

    def causes(self) -> list[tuple[str, str, int]]:
        """Count the documents by state and cause."""
        with self._engine.connect() as connection:
            return extracts.causes(connection)

    def issued_between(self, start: datetime, end: datetime) -> Iterator[month.Approved]:
        """Yield what was issued from ``start`` until before ``end``, and every nota crédito since."""
        with self._engine.connect() as connection:
            yield from month.issued_between(connection, start, end)

    def numbered(self, full_numbers: Sequence[str]) -> Iterator[month.Approved]:
        """Yield the documents that carry one of these numbers."""
        with self._engine.connect() as connection:
            yield from month.numbered(connection, full_numbers)

    def unreadable(self) -> int:
        """Count the rows that stand for a document that could not be read."""
        with self._engine.connect() as connection:
            return month.unreadable(connection)

    def last_steps(self, limit: int) -> list[extracts.Step]:
        """Return the newest events of all documents, the newest first."""
        with self._engine.connect() as connection:
            return extracts.last_steps(connection, limit)


def _row(row: Any) -> Row:
    return Row(
        key=row.key,
        full_number=row.full_number,
        family=Family(row.family) if row.family else None,
        issued_at=row.issued_at,
        counterparty=row.counterparty,
        counterparty_id=row.counterparty_id,
        currency=row.currency,
        payable=row.payable,
        state=State(row.state),
        cause=Cause(row.cause) if row.cause else None,
        detail=row.detail,
        adopted=row.adopted,
        seen_at=row.seen_at,
        proven_at=row.proven_at,
        sale=row.sale,
    )


def _some(places: list[int], together: int) -> Iterator[list[int]]:
    for start in range(0, len(places), together):
        yield places[start : start + together]
