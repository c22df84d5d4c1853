"""What summaries and the support report read of the ledger, in questions that stay cheap or run once; never a write."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, String, func, select, type_coerce

from app.model.clock import BOGOTA, bogota_day
from app.model.daily import DayCount
from app.model.documents import Family
from app.model.happened import Happened
from app.model.journey import State
from app.storage.tables import documents, events, proven_days

_GUEST: Final = '"guest":{'
_NEWEST: Final = 20_000
_SIGNS: Final = {Family.FACTURA.value: 1, Family.NOTA_DEBITO.value: 1, Family.NOTA_CREDITO.value: -1}
"""What a hotel buys, by documento soporte, is not what it invoices."""


class Step(NamedTuple):
    """One event without anything that names a person."""

    at: datetime
    key: str
    kind: str
    cause: str | None
    data: dict[str, Any]


def happened(connection: Connection, since: datetime, until: datetime) -> Happened:
    """Say what became of the documents first seen from ``since`` until before ``until``."""
    query = (
        select(documents.c.state, func.count())
        .where(documents.c.seen_at >= since, documents.c.seen_at < until)
        .group_by(documents.c.state)
    )
    found = {State(state): n for state, n in connection.execute(query)}
    found.pop(State.WITHDRAWN, None)
    return Happened(
        since=since,
        until=until,
        seen=sum(found.values()),
        proven=found.get(State.PROVEN, 0),
        held=sum(n for state, n in found.items() if state.needs_a_person or state is State.MISSING),
    )


def days(connection: Connection, first: date, last: date) -> tuple[DayCount, ...]:
    """Return every day from ``first`` to ``last``: how many documents were proven, and what was invoiced with them."""
    tally = select(proven_days.c.day, proven_days.c.n).where(
        proven_days.c.day >= first.isoformat(), proven_days.c.day <= last.isoformat()
    )
    counted = {date.fromisoformat(day): n for day, n in connection.execute(tally)}
    totals = _invoiced(connection, first, last)
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(DayCount(day=day, n=counted.get(day, 0), totals=totals.get(day, {})) for day in every)


def _invoiced(connection: Connection, first: date, last: date) -> dict[date, dict[str, Decimal]]:
    table = documents.c
    start, end = (datetime.combine(day, time(), BOGOTA) for day in (first, last + timedelta(days=1)))
    # Bogotá is whole hours behind, so that an hour lies in one of its days; a value that occurs often is read once.
    hour = func.substr(type_coerce(table.proven_at, String), 1, 13)
    query = (
        select(hour, table.family, table.currency, table.payable, func.count())
        .where(table.proven_at >= start, table.proven_at < end, table.payable.is_not(None), table.family.in_(_SIGNS))
        .group_by(hour, table.family, table.currency, table.payable)
    )
    totals: dict[date, dict[str, Decimal]] = {}
    for at, family, currency, payable, n in connection.execute(query):
        day = totals.setdefault(bogota_day(datetime.fromisoformat(f"{at}:00:00+00:00")), {})
        day[currency] = day.get(currency, Decimal(0)) + n * _SIGNS[family] * payable
    return totals


def people(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield name and identification of everybody that a document names: the other party, and who slept.

    Who slept stands inside the document only, so they are read of the newest ones: the logs reach back less far.
    """
    query = select(documents.c.counterparty, documents.c.counterparty_id).distinct()
    for row in connection.execute(query):
        yield row.counterparty, row.counterparty_id
    newest = select(documents.c.body).where(documents.c.body.contains(_GUEST)).order_by(documents.c.position.desc())
    for body in connection.scalars(newest.limit(_NEWEST)):
        guest = json.loads(body).get("guest")
        if guest:
            yield guest.get("name") or "", guest.get("id") or ""


def causes(connection: Connection) -> list[tuple[str, str, int]]:
    """Count the documents by state and cause."""
    query = select(documents.c.state, documents.c.cause, func.count()).group_by(documents.c.state, documents.c.cause)
    return [(state, cause or "", n) for state, cause, n in connection.execute(query)]


def last_steps(connection: Connection, limit: int) -> list[Step]:
    """Return the newest events, the newest first."""
    query = select(events).order_by(events.c.id.desc()).limit(limit)
    return [Step(row.at, row.key, row.kind, row.cause, row.data) for row in connection.execute(query)]
