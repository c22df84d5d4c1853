"""How long the engine waits: short after news, longer when nothing happens, as long as it was asked to."""

from datetime import timedelta
from itertools import pairwise

import pytest

from app.connectors.profile import Timing
from app.sync.schedule import Backoff, no_later_than, pause_after_failure, pause_after_work
from tests.support.panel import NOW

TIMING = Timing(cadence=30.0, cadence_idle=300.0)


def test_the_cadence_doubles_while_nothing_happens_up_to_the_longest() -> None:
    assert [pause_after_work(TIMING, idle) for idle in range(6)] == [30.0, 60.0, 120.0, 240.0, 300.0, 300.0]
    assert pause_after_work(TIMING, 10_000_000) == 300.0


def test_failures_wait_longer_and_longer_and_never_more_than_five_minutes() -> None:
    pauses = [pause_after_failure(failures, None) for failures in range(1, 40)]
    assert pauses[:4] == [2.0, 4.0, 8.0, 16.0]
    assert all(shorter <= longer <= 300.0 for shorter, longer in pairwise(pauses))
    assert pause_after_failure(10_000_000, None) == 300.0


@pytest.mark.parametrize(("asked", "waits"), [(7.0, 7.0), (0.0, 0.5), (3600.0, 3600.0)])
def test_what_the_other_side_asks_for_is_obeyed(asked: float, waits: float) -> None:
    assert pause_after_failure(9, asked) == waits


def test_a_failure_after_progress_is_the_first_of_a_new_row() -> None:
    backoff = Backoff()
    assert [backoff.pause(0, None) for _ in range(3)] == [2.0, 4.0, 8.0]
    assert backoff.pause(5, None) == 2.0
    assert backoff.pause(5, None) == 4.0
    backoff.reset()
    assert backoff.pause(5, None) == 2.0


def test_a_document_whose_time_comes_shortens_the_pause_but_never_to_nothing() -> None:
    assert no_later_than(30.0, None, NOW) == 30.0
    assert no_later_than(30.0, NOW + timedelta(seconds=10), NOW) == 10.0
    assert no_later_than(30.0, NOW + timedelta(seconds=90), NOW) == 30.0
    assert no_later_than(30.0, NOW - timedelta(hours=1), NOW) == 0.05
