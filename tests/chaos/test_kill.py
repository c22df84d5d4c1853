"""SIGKILL of the real program, again and again: what comes out is what comes out of an undisturbed run.

Run with ``--kills 200`` for the long form.
"""

import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.model.clock import SystemClock
from app.model.journey import rebuild
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.victim import LEDGER, Victim, child_of, freeze, thaw, wait_a_little

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and /proc; Windows has its own end of a process"),
]
SHORT = 40
PER_KILL = 12
"""Documents for each kill, so that a long run has work left for the last one."""


@pytest.fixture(scope="module")
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


def undisturbed(count: int) -> dict[str, Any]:
    """Return what must come out, apart from the totals, which are compared with each other."""
    return {"approved": count, "proven": count, "held": 0, "in_doubt": 0, "lost": 0, "doubled": 0}


def assert_whole(victim: Victim, result: dict[str, Any]) -> None:
    totals = result.pop("pms_total"), result.pop("pymes_total")
    assert result == undisturbed(victim.count)
    assert totals[0] == totals[1] != "0"
    (path,) = victim.home.glob(LEDGER)
    reader = LedgerReader(path, SystemClock())
    try:
        keys = [row.key for row in reader.page(0, 1_000_000)]
        stories = {key: list(reader.timeline(key)) for key in keys}
    finally:
        reader.close()
    with Ledger(path, SystemClock()) as ledger:
        assert {entry.key: entry.journey for entry in ledger.entries(keys)} == {
            key: rebuild(story) for key, story in stories.items()
        }


@pytest.mark.parametrize("scenario", [None, "answer-lost", "second-writer"])
def test_killed_at_random_moments_it_ends_like_an_undisturbed_run(
    tmp_path: Path, kills: int, scenario: str | None
) -> None:
    count = max(SHORT, kills * PER_KILL)
    victim = Victim(tmp_path, count, scenario)
    rng = Random(f"{kills}/{scenario}")
    result = None
    while result is None and victim.kills < kills:
        if rng.random() < 0.25:
            after = rng.uniform(0.0, 1.5)
            result = victim.kill_when(lambda elapsed, after=after: elapsed > after)  # type: ignore[misc]
        else:
            # Kills follow the work, so that each of them meets another part of it.
            target = victim.events + rng.randrange(1, 2 * PER_KILL)
            result = victim.kill_when(lambda elapsed, target=target: victim.events >= target)  # type: ignore[misc]
    assert_whole(victim, result or victim.finish())
    sys.stdout.write(f"{scenario}: {victim.kills} kills, {count} documents\n")  # for the long form, with -s
    assert victim.kills >= kills * 2 // 3  # a run may end before its last kill


def test_killed_after_the_intent(tmp_path: Path) -> None:
    victim = Victim(tmp_path, SHORT)
    assert victim.kill_when(lambda elapsed: bool(victim.sending)) is None
    assert victim.sending
    assert_whole(victim, victim.finish())


def test_killed_after_pymes_recorded_and_before_the_answer_is_written_down(tmp_path: Path) -> None:
    victim = Victim(tmp_path, SHORT)
    assert victim.kill_when(lambda elapsed: bool(victim.sending & victim.recorded)) is None
    assert victim.sending & victim.recorded
    assert_whole(victim, victim.finish())


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the practice hotel's process")
def test_killed_while_the_request_is_under_way_and_pymes_records_it_later(tmp_path: Path) -> None:
    victim = Victim(tmp_path, SHORT)
    process = victim.start()
    while not victim.sending:
        assert process.poll() is None
        wait_a_little(process)
    hotel = child_of(process.pid)
    freeze(hotel)
    before = victim.recorded
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    assert victim.sending
    thaw(hotel)
    assert_whole(victim, victim.finish())
    assert before < victim.recorded
