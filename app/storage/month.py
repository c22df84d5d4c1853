"""The documents of some days, whole, for reconciling a month. What they are compared with is not known here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from app.model.causes import Cause
from app.model.documents import Document, Family
from app.model.journey import State
from app.storage.tables import documents

_AT_ONCE: Final = 500
"""SQLite takes no more than some thousand values in one question."""


class Approved(NamedTuple):
    """A document and where it stands."""

    document: Document
    state: State
    cause: Cause | None
    detail: dict[str, Any]


def issued_between(connection: Connection, start: datetime, end: datetime) -> Iterator[Approved]:
    """Yield what was issued from ``start`` until before ``end``, and every nota crédito since: it may annul."""
    later_note = and_(documents.c.family == Family.NOTA_CREDITO.value, documents.c.issued_at >= end)
    yield from _approved(connection, and_(documents.c.issued_at >= start, or_(documents.c.issued_at < end, later_note)))


def numbered(connection: Connection, full_numbers: Sequence[str]) -> Iterator[Approved]:
    """Yield the documents that carry one of these numbers."""
    for start in range(0, len(full_numbers), _AT_ONCE):
        yield from _approved(connection, documents.c.full_number.in_(full_numbers[start : start + _AT_ONCE]))


def unreadable(connection: Connection) -> int:
    """Count the rows that stand for a document that could not be read."""
    query = select(func.count()).where(documents.c.state == State.HELD, documents.c.body.is_(None))
    return connection.scalar(query) or 0


def _approved(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Approved]:
    columns = (documents.c.body, documents.c.state, documents.c.cause, documents.c.detail)
    # What the DIAN refused was never a document, and its number is free.
    refused = documents.c.cause.is_not_distinct_from(Cause.REJECTED_BY_DIAN.value)
    query = select(*columns).where(
        condition, documents.c.body.is_not(None), documents.c.state != State.WITHDRAWN, not_(refused)
    )
    for row in connection.execution_options(yield_per=500).execute(query):
        cause = Cause(row.cause) if row.cause else None
        yield Approved(Document.model_validate_json(row.body), State(row.state), cause, row.detail)
