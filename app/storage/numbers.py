"""Every number that the ledger knows, for the watch of the ranges. What it means is ``sync``'s affair."""

from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, not_, select

from app.model.causes import Cause
from app.model.documents import DocumentKey, Family
from app.model.journey import State
from app.model.numbering import NumberingProof
from app.storage.tables import documents, proofs
from app.storage.tables import issued_days as kept_days


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


def proofs_told(connection: Connection, limit: int) -> tuple[NumberingProof, ...]:
    """Return the newest proofs of any range that said something else than the one before, the newest first."""
    query = select(proofs.c.body).order_by(proofs.c.id.desc()).limit(limit)
    return tuple(NumberingProof.model_validate_json(body) for body in connection.scalars(query))


def issued_days(connection: Connection, since: date) -> dict[Family, dict[date, int]]:
    """Return how many documents of each family were issued on each day in Bogotá, from ``since`` on."""
    table = kept_days.c
    query = select(table.family, table.day, table.n).where(table.day >= since.isoformat(), table.n > 0)
    found: dict[Family, dict[date, int]] = {}
    for family, day, n in connection.execute(query):
        found.setdefault(Family(family), {})[date.fromisoformat(day)] = n
    return found
