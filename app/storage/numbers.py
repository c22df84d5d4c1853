"""What the ledger knows of the numbers of a range, for the watch of the ranges. What it means is ``sync``'s affair.

A range may have a million documents: what is in order comes as runs, one by one only what is not.
"""

from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, not_, or_, select

from app.model.causes import Cause
from app.model.documents import DocumentKey, Family
from app.model.journey import State
from app.model.numbering import NumberingProof
from app.storage.tables import Moment, documents, proofs
from app.storage.tables import issued_days as kept_days

_IN_BOTH: Final = (State.PROVEN, State.SETTLED)
_REFUSED: Final = documents.c.cause.is_not_distinct_from(Cause.REJECTED_BY_DIAN.value)


class Run(NamedTuple):
    """Numbers one after the other that stand in both systems."""

    first: int
    last: int
    at: datetime
    """When the oldest of them was issued, or seen where that is not known."""


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


def runs(connection: Connection, family: Family, prefix: str, first: int, last: int) -> tuple[Run, ...]:
    """Return the numbers of a range that stand in both systems, in order; the database joins them, by the index."""
    table = documents.c
    inside = (
        select(
            table.number,
            func.coalesce(table.issued_at, table.seen_at, type_=Moment).label("at"),
            # The same for neighbours; two documents of one number are one place.
            (table.number - func.dense_rank().over(order_by=table.number)).label("run"),
        )
        .where(*_of_range(family, prefix, first, last), table.state.in_(_IN_BOTH), not_(_REFUSED))
        .subquery()
    )
    low, high, at = func.min(inside.c.number), func.max(inside.c.number), func.min(inside.c.at, type_=Moment)
    query = select(low, high, at).group_by(inside.c.run).order_by(low)
    return tuple(Run(*row) for row in connection.execute(query))


def others(connection: Connection, family: Family, prefix: str, first: int, last: int) -> tuple[Known, ...]:
    """Return the documents of a range that do not stand in both systems as they should."""
    table = documents.c
    query = select(table.key, table.issued_at, table.seen_at, table.state, table.cause).where(
        *_of_range(family, prefix, first, last),
        table.state != State.WITHDRAWN,
        or_(table.state.not_in(_IN_BOTH), _REFUSED),
    )
    return tuple(
        Known(DocumentKey.parse(key), issued_at or seen_at, State(state), Cause(cause) if cause else None)
        for key, issued_at, seen_at, state, cause in connection.execute(query)
    )


def begin(connection: Connection) -> datetime | None:
    """Return when the first document was issued, or seen where that is not known."""
    moments = (
        connection.execute(select(func.min(documents.c.issued_at))),
        connection.execute(select(func.min(documents.c.seen_at))),
    )
    return min((at for found in moments if (at := found.scalar()) is not None), default=None)


def last_used(connection: Connection, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None:
    """Return the document with the highest number of a range, by the index: the ledger may be large."""
    table = documents.c
    query = (
        select(table.key)
        .where(*_of_range(family, prefix, first, last), table.state != State.WITHDRAWN, not_(_REFUSED))
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


def _of_range(family: Family, prefix: str, first: int, last: int) -> tuple[ColumnElement[bool], ...]:
    table = documents.c
    return table.prefix == prefix, table.number.between(first, last), table.family == family.value
