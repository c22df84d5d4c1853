"""How many documents stand where, read from the tally; what a state means to a person is not decided here."""

from datetime import datetime

from sqlalchemy import Connection, select

from app.model.clock import bogota_day
from app.model.journey import State
from app.model.status import Counts
from app.storage.tables import proven_days, tally


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
