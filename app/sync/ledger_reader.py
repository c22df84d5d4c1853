"""The ledger for everybody but the engine: screens, console, reports. It reads beside the writer and cannot write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.model.causes import Cause
from app.model.clock import Clock
from app.model.documents import Document, Family
from app.model.journey import Event, EventKind, State
from app.model.status import Counts
from app.storage.counting import counts
from app.storage.database import open_for_reading
from app.storage.numbers import Known, numbers
from app.storage.tables import documents, events

_PLAIN: Final = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")


@dataclass(frozen=True, slots=True)
class Row:
    """A document as a list shows it. ``family`` and amounts are ``None`` where the PMS' row could not be read."""

    key: str
    full_number: str
    family: Family | None
    issued_at: datetime | None
    counterparty: str
    currency: str
    payable: Decimal | None
    state: State
    cause: Cause | None
    detail: dict[str, Any]
    adopted: bool
    seen_at: datetime
    proven_at: datetime | None


class LedgerReader:
    """The ledger for screens and reports: reads beside the writer, never waits for it, cannot write."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._engine = open_for_reading(path)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def page(self, offset: int, limit: int, states: Sequence[State] = (), text: str = "") -> tuple[Row, ...]:
        """Return rows, the newest first; ``text`` is looked for in number, name and identification."""
        query = (
            _filtered(select(documents), states, text)
            .order_by(documents.c.seen_at.desc(), documents.c.position.desc())
            .offset(offset)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(_row(row) for row in connection.execute(query))

    def unproven(self, limit: int) -> tuple[Row, ...]:
        """Return what does not stand proven in Pymes, the newest first."""
        return self.page(0, limit, [one for one in State if one not in (State.PROVEN, State.WITHDRAWN)])

    def count(self, states: Sequence[State] = (), text: str = "") -> int:
        """Count the rows that ``page`` walks through."""
        with self._engine.connect() as connection:
            return connection.scalar(_filtered(select(func.count()).select_from(documents), states, text)) or 0

    def row(self, key: str) -> Row | None:
        """Return one document as a list shows it."""
        with self._engine.connect() as connection:
            found = connection.execute(select(documents).where(documents.c.key == key)).one_or_none()
        return None if found is None else _row(found)

    def timeline(self, key: str) -> tuple[Event, ...]:
        """Return every event of a document, the oldest first."""
        with self._engine.connect() as connection:
            query = select(events).where(events.c.key == key).order_by(events.c.id)
            return tuple(
                Event(kind=EventKind(row.kind), at=row.at, cause=row.cause, due_at=row.due_at, data=row.data)
                for row in connection.execute(query)
            )

    def document(self, key: str) -> Document | None:
        """Return what the PMS approved, ``None`` where it could not be read."""
        with self._engine.connect() as connection:
            body = connection.scalar(select(documents.c.body).where(documents.c.key == key))
        return Document.model_validate_json(body) if body else None

    def numbers(self) -> tuple[Known, ...]:
        """Return every number that the ledger knows."""
        with self._engine.connect() as connection:
            return numbers(connection)

    def counts(self) -> Counts:
        """Count the documents by state."""
        with self._engine.connect() as connection:
            return counts(connection, self._clock.now())


def _row(row: Any) -> Row:
    return Row(
        key=row.key,
        full_number=row.full_number,
        family=Family(row.family) if row.family else None,
        issued_at=row.issued_at,
        counterparty=row.counterparty,
        currency=row.currency,
        payable=row.payable,
        state=State(row.state),
        cause=Cause(row.cause) if row.cause else None,
        detail=row.detail,
        adopted=row.adopted,
        seen_at=row.seen_at,
        proven_at=row.proven_at,
    )


def _plain(column: ColumnElement[str]) -> ColumnElement[str]:
    """Write a column without accents, in the database's own functions: people look for «Oscar»."""
    for accented, letter in _PLAIN.items():
        column = func.replace(column, chr(accented), chr(letter))
    return column


def _filtered(query: Select[Any], states: Sequence[State], text: str) -> Select[Any]:
    if states:
        query = query.where(documents.c.state.in_([state.value for state in states]))
    if text := text.strip():
        query = query.where(
            or_(
                documents.c.full_number.icontains(text, autoescape=True),
                _plain(documents.c.counterparty).icontains(text.translate(_PLAIN), autoescape=True),
                documents.c.counterparty_id.startswith(text, autoescape=True),
            )
        )
    return query
