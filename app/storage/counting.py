"""How many documents stand where, read from the tally; what a state means to a person is not decided here."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, String, func, insert, select, text, type_coerce

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.journey import State
from app.model.status import Counts
from app.storage.tables import documents, issued_days, proven_days, tally


def counts(connection: Connection, now: datetime) -> Counts:
    """Count the documents by state; ``today`` is the day in Bogotá at ``now``."""
    by_state = dict.fromkeys(State, 0)
    adopted = 0
    for state, is_adopted, n in connection.execute(select(tally.c.state, tally.c.adopted, tally.c.n)):
        by_state[State(state)] += n
        adopted += n if is_adopted and state == State.PROVEN else 0
    today = select(proven_days.c.n).where(proven_days.c.day == bogota_day(now).isoformat())
    return Counts(
        waiting=by_state[State.SEEN] + by_state[State.SENDING] + by_state[State.SENT],
        in_doubt=by_state[State.IN_DOUBT],
        held=by_state[State.HELD],
        conflict=by_state[State.CONFLICT],
        missing=by_state[State.MISSING],
        settled=by_state[State.SETTLED],
        proven=by_state[State.PROVEN],
        adopted=adopted,
        today=connection.scalar(today) or 0,
    )


@contextmanager
def counted_at_the_end(connection: Connection) -> Iterator[None]:
    """Write any number of documents in the transaction of ``connection``.

    A server keeps every version of a row until the transaction ends: where triggers count one by one, the next of a
    hundred thousand walks past all that were before. There they rest meanwhile, and what they keep is counted here.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(text("ALTER TABLE documents DISABLE TRIGGER USER"))
    yield
    _recount(connection)
    connection.execute(text("ALTER TABLE documents ENABLE TRIGGER USER"))


def _recount(connection: Connection) -> None:
    row, n = documents.c, func.count()
    for table in (tally, proven_days, issued_days):
        connection.execute(table.delete())
    by_state = select(row.state, row.adopted, n).group_by(row.state, row.adopted)
    connection.execute(insert(tally).from_select(["state", "adopted", "n"], by_state))
    proven: Counter[str] = Counter()
    hour = _hour(row.proven_at)
    for at, count in connection.execute(select(hour, n).where(row.proven_at.is_not(None)).group_by(hour)):
        proven[_day(at)] += count
    issued: Counter[tuple[str, str]] = Counter()
    hour = _hour(row.issued_at)
    # A number that the DIAN refused is free, and what was withdrawn was never issued.
    was_issued = (
        *(row.issued_at.is_not(None), row.family.is_not(None), row.state != State.WITHDRAWN),
        func.coalesce(row.cause, "") != Cause.REJECTED_BY_DIAN.value,
    )
    for family, at, count in connection.execute(
        select(row.family, hour, n).where(*was_issued).group_by(row.family, hour)
    ):
        issued[family, _day(at)] += count
    if proven:
        connection.execute(insert(proven_days), [{"day": day, "n": count} for day, count in proven.items()])
    if issued:
        rows = [{"family": family, "day": day, "n": count} for (family, day), count in issued.items()]
        connection.execute(insert(issued_days), rows)


def _hour(moment: Column[Any]) -> Any:
    return func.substr(type_coerce(moment, String), 1, 13)


def _day(hour: str) -> str:
    return bogota_day(datetime.fromisoformat(f"{hour}:00+00:00")).isoformat()
