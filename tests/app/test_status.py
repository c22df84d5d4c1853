"""One value, seven moods: which wins, and that green is never older than its proof."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.errors import Failure
from app.model.status import PROOF_AGE_LIMIT, Counts, Mood, Rebuild, Status, Trouble
from app.texts.status import rebuild_story
from tests.support.panel import NOW, proof, status

PASSING = Trouble(failure=Failure.NETWORK, system="pymes", since=NOW)
NO_ROOM = Trouble(failure=Failure.DISK_FULL, system="ledger", since=NOW, needs_a_person=True)
HELD = Trouble(failure=Failure.LEDGER_BUSY, system="ledger", since=NOW)
FOR_A_PERSON = Trouble(failure=Failure.TOKEN, system="pymes", since=NOW, needs_a_person=True)


@pytest.mark.parametrize(
    ("changes", "mood"),
    [
        ({}, Mood.IN_ORDER),
        ({"counts": Counts(waiting=3, in_doubt=1, proven=9)}, Mood.IN_ORDER),
        ({"working": True}, Mood.SYNCING),
        ({"counts": Counts(held=1)}, Mood.ATTENTION),
        ({"counts": Counts(conflict=1)}, Mood.ATTENTION),
        ({"counts": Counts(missing=1)}, Mood.ATTENTION),
        ({"proofs": (proof(), proof(prefix="ZZZ"))}, Mood.ATTENTION),
        ({"trouble": FOR_A_PERSON}, Mood.ATTENTION),
        ({"trouble": PASSING}, Mood.OFFLINE),
        ({"trouble": NO_ROOM}, Mood.ATTENTION),
        ({"trouble": HELD}, Mood.ATTENTION),
        ({"rebuild": Rebuild(since=NOW)}, Mood.ATTENTION),
        ({"rebuild": Rebuild(since=NOW), "working": True}, Mood.ATTENTION),
        ({"rebuild": Rebuild(since=NOW), "trouble": PASSING}, Mood.OFFLINE),
        ({"proven_at": None}, Mood.UNKNOWN),
        ({"paused": True}, Mood.PAUSED),
        ({"set_up": False}, Mood.NOT_SET_UP),
        # What wins over what.
        ({"working": True, "counts": Counts(held=1)}, Mood.ATTENTION),
        ({"working": True, "trouble": PASSING}, Mood.OFFLINE),
        ({"counts": Counts(held=1), "trouble": PASSING}, Mood.OFFLINE),
        ({"paused": True, "trouble": PASSING, "counts": Counts(held=1)}, Mood.PAUSED),
        ({"set_up": False, "paused": True, "trouble": FOR_A_PERSON}, Mood.NOT_SET_UP),
        ({"proven_at": None, "counts": Counts(held=1)}, Mood.ATTENTION),
    ],
)
def test_the_mood(changes: dict[str, object], mood: Mood) -> None:
    assert status(**changes).mood(NOW) is mood


@given(st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)), st.booleans(), st.booleans())
def test_green_is_never_older_than_its_proof_nor_younger_than_now(age: timedelta, paused: bool, working: bool) -> None:
    mood = status(proven_at=NOW - age, paused=paused, working=working).mood(NOW)
    if mood is Mood.IN_ORDER:
        assert abs(age) <= PROOF_AGE_LIMIT
    assert (mood is Mood.UNKNOWN) == (abs(age) > PROOF_AGE_LIMIT and not paused and not working)


def test_a_status_of_which_nothing_is_known_is_grey() -> None:
    assert Status(at=NOW).mood(NOW) is Mood.UNKNOWN


def test_a_ledger_begun_anew_says_that_what_was_typed_is_gone_and_a_copy_does_not() -> None:
    anew = rebuild_story(Rebuild(since=NOW), NOW)
    assert "se perdió lo escrito a mano de las resoluciones" in anew and "asistente" in anew
    assert "a mano" not in rebuild_story(Rebuild(since=NOW, backup_at=NOW), NOW)
