"""What waits for a person, by cause: read in one walk over the documents that are not proven. It judges nothing."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from app.model.causes import Cause
from app.model.journey import State
from app.storage.tables import documents

FIRST: Final = 3
"""So many printed numbers are told of each group."""


class Group(NamedTuple):
    """Documents held for one cause."""

    cause: Cause
    n: int
    totals: dict[str, Decimal]
    """By currency."""
    first: tuple[str, ...]
    oldest: datetime
    """When the one that waits longest was first seen."""


class Waiting(NamedTuple):
    """One document that is in conflict, in doubt or settled outside."""

    key: str
    full_number: str
    counterparty: str
    currency: str
    payable: Decimal | None
    state: State
    cause: Cause | None
    detail: dict[str, Any]
    looks: int
    due_at: datetime | None
    since: datetime | None


def held(connection: Connection) -> tuple[Group, ...]:
    """Return what is held, the largest group first."""
    table = documents.c
    query = (
        select(table.cause, table.currency, table.payable, table.full_number, table.seen_at)
        .where(table.state == State.HELD)
        .order_by(table.position)
    )
    groups: dict[str, Group] = {}
    for cause, currency, payable, number, seen_at in connection.execute(query):
        before = groups.get(cause) or Group(Cause(cause), 0, {}, (), seen_at)
        if payable is not None:
            before.totals[currency] = before.totals.get(currency, Decimal(0)) + payable
        first = before.first if len(before.first) == FIRST else (*before.first, number)
        groups[cause] = before._replace(n=before.n + 1, first=first, oldest=min(before.oldest, seen_at))
    return tuple(sorted(groups.values(), key=lambda group: -group.n))


def held_causes(connection: Connection) -> dict[Cause, int]:
    """Count what is held by cause, the largest first."""
    table = documents.c
    query = select(table.cause, func.count()).where(table.state == State.HELD).group_by(table.cause)
    found = {Cause(cause): n for cause, n in connection.execute(query)}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def waiting(connection: Connection, state: State, limit: int) -> tuple[Waiting, ...]:
    """Return the first documents of one state, in the order of their approval."""
    columns = [documents.c[name] for name in Waiting._fields]
    query = select(*columns).where(documents.c.state == state).order_by(documents.c.position).limit(limit)
    return tuple(
        Waiting(*row)._replace(state=State(row.state), cause=Cause(row.cause) if row.cause else None)
        for row in connection.execute(query)
    )
