"""What may follow what, and what follows from it; every state and every event, not only the likely ones."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.causes import Cause, Mender
from app.model.journey import Event, EventKind, ImpossibleStep, Journey, State, advance, rebuild
from tests.support.stories import stories

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
UNDER_WAY = {State.SENDING, State.SENT, State.IN_DOUBT}


def event(kind: EventKind, **more: object) -> Event:
    return Event.model_validate({"kind": kind, "at": NOW, **more})


def possible(journey: Journey, kind: EventKind) -> bool:
    try:
        advance(journey, event(kind))
    except ImpossibleStep:
        return False
    return True


def test_only_what_waits_its_turn_may_be_sent() -> None:
    assert [state for state in State if possible(Journey(state=state), EventKind.INTENT)] == [State.SEEN]


def test_from_doubt_only_a_look_leads_on_and_nothing_leads_to_a_send_but_absence() -> None:
    doubt = Journey(state=State.IN_DOUBT, attempts=1)
    back = [kind for kind in EventKind if possible(doubt, kind) and advance(doubt, event(kind)).state is State.SEEN]
    assert back == [EventKind.ABSENT]


def test_what_is_proven_can_only_turn_out_to_be_a_conflict() -> None:
    proven = Journey(state=State.PROVEN)
    found = {advance(proven, event(kind)).state for kind in EventKind if possible(proven, kind)}
    assert found == {State.PROVEN, State.CONFLICT}  # CHECKED changes nothing


def test_a_cut_off_send_can_never_count_as_never_sent() -> None:
    assert not possible(Journey(state=State.SENT), EventKind.NEVER_LEFT)
    assert not possible(Journey(state=State.IN_DOUBT), EventKind.NEVER_LEFT)


@pytest.mark.parametrize("kind", [EventKind.ADOPTED, EventKind.PROVEN])
def test_green_keeps_what_it_was_read_from(kind: EventKind) -> None:
    journey = advance(Journey(state=State.IN_DOUBT, cause=None), event(kind, data={"sale": "u-1"}))
    assert (journey.state, journey.sale, journey.adopted) == (State.PROVEN, "u-1", kind is EventKind.ADOPTED)


def test_a_try_that_never_left_is_not_counted() -> None:
    journey = rebuild([event(kind) for kind in (EventKind.SEEN, EventKind.INTENT, EventKind.NEVER_LEFT)])
    assert (journey.state, journey.attempts) == (State.SEEN, 0)


def test_a_look_that_changes_nothing_keeps_since_when_it_waits() -> None:
    waiting = Journey(state=State.IN_DOUBT, since=NOW)
    later = NOW + timedelta(minutes=1)
    journey = advance(waiting, Event(kind=EventKind.LOOKED, at=later, due_at=later))
    assert (journey.state, journey.since, journey.looks, journey.due_at) == (State.IN_DOUBT, NOW, 1, later)


@given(stories())
def test_in_every_possible_story_a_send_follows_only_a_turn_and_green_is_final_but_for_a_conflict(
    story: list[Event],
) -> None:
    states = [rebuild(story[:length]) for length in range(1, len(story) + 1)]
    for before, after in pairwise(states):
        if after.state is State.SENDING and before.state is not State.SENDING:
            assert before.state is State.SEEN
        if before.state in UNDER_WAY and after.state is State.SEEN:
            assert after.attempts <= before.attempts
        if before.state is State.PROVEN and after.state is not State.PROVEN:
            assert after.state is State.CONFLICT
        assert after.attempts >= 0
        if after.state is State.SETTLED:
            assert after.cause is None and after.detail["before"]["state"] in ("held", "conflict", "missing")
        elif "unlinked" not in after.detail:
            assert after.cause is not None or after.detail == {}


@pytest.mark.parametrize("before", [State.HELD, State.CONFLICT, State.MISSING])
def test_a_link_taken_back_leads_to_where_it_was_made(before: State) -> None:
    cause = None if before is State.MISSING else Cause.PERIOD_CLOSED
    waiting = Journey(state=before, cause=cause, detail={"messages": ["x"]} if cause else {})
    settled = advance(waiting, event(EventKind.SETTLED_OUTSIDE, data={"who": "Ana", "reason": "por anticipo"}))
    assert (settled.state, settled.cause, settled.detail["reason"]) == (State.SETTLED, None, "por anticipo")
    back = advance(settled, event(EventKind.UNSETTLED, data={"who": "Ana"}))
    assert (back.state, back.cause, back.detail) == (before, cause, waiting.detail)
    lost = advance(settled, event(EventKind.UNSETTLED, data={"why": "gone", "number": "FE1"}))
    assert (lost.state, lost.detail["unlinked"]["why"]) == (before, "gone")


def test_a_settled_document_is_never_sent_and_never_turns_green_by_itself() -> None:
    settled = Journey(state=State.SETTLED, detail={"before": {"state": "held", "cause": "not-stored", "detail": {}}})
    found = {advance(settled, event(kind)).state for kind in EventKind if possible(settled, kind)}
    assert found == {State.SETTLED, State.CONFLICT, State.HELD}


@given(st.sampled_from(Cause))
def test_every_cause_has_somebody_who_mends_it(cause: Cause) -> None:
    assert cause.mender in Mender
