"""Every number that the ledger knows, for the watch of the ranges. What it means is ``sync``'s affair."""

from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, String, func, not_, select, type_coerce

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import DocumentKey, Family
from app.model.journey import State
from app.storage.tables import documents


class Known(NamedTuple):
    """A numbered document, as far as the watch of the ranges needs it."""

    key: DocumentKey
    at: datetime
    """Issued, or seen where that is not known."""
    state: State
    cause: Cause | None

    @property
    def is_rejected(self) -> bool:
        """Say whether the DIAN refused it, so that the number is not used."""
        return self.cause is Cause.REJECTED_BY_DIAN


def numbers(connection: Connection) -> tuple[Known, ...]:
    """Return every document that has a number, also one of which only that is known."""
    columns = (documents.c.key, documents.c.issued_at, documents.c.seen_at, documents.c.state, documents.c.cause)
    query = select(*columns).where(documents.c.state != State.WITHDRAWN)
    found = []
    for key, issued_at, seen_at, state, cause in connection.execute(query):
        with suppress(ValueError):  # the row of a file that could not be read has no number
            number = DocumentKey.parse(key)
            found.append(Known(number, issued_at or seen_at, State(state), Cause(cause) if cause else None))
    return tuple(found)


def last_used(connection: Connection, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None:
    """Return the document with the highest number of a range, by the index: the ledger may be large."""
    table = documents.c
    refused = table.cause.is_not_distinct_from(Cause.REJECTED_BY_DIAN.value)
    query = (
        select(table.key)
        .where(table.prefix == prefix, table.number.between(first, last), table.family == family.value)
        .where(table.state != State.WITHDRAWN, not_(refused))
        .order_by(table.number.desc())
        .limit(1)
    )
    key = connection.scalar(query)
    return None if key is None else DocumentKey.parse(key)


def issued_days(connection: Connection, since: datetime) -> dict[Family, dict[date, int]]:
    """Count what was issued since a moment by family and day in Bogotá, from the index alone."""
    table = documents.c
    hour = func.substr(type_coerce(table.issued_at, String), 1, 13)
    refused = table.cause.is_not_distinct_from(Cause.REJECTED_BY_DIAN.value)
    query = (
        select(table.family, hour, func.count())
        .where(table.issued_at >= since, table.state != State.WITHDRAWN, table.family.is_not(None), not_(refused))
        .group_by(table.family, hour)
    )
    found: dict[Family, dict[date, int]] = {}
    for family, at, n in connection.execute(query):
        # Bogotá is whole hours behind, so that an hour lies in one of its days.
        day = bogota_day(datetime.fromisoformat(f"{at}:00:00+00:00"))
        counted = found.setdefault(Family(family), {})
        counted[day] = counted.get(day, 0) + n
    return found
