"""SIGKILL of the real program, again and again: what comes out is what comes out of an undisturbed run.

The long form, 500 kills over 5,000 documents, each slice under another simulacro, with a line of figures for each
(what the file has already is not run again, and ``--seed 2`` is another run):

    pytest tests/chaos/test_kill.py -k random --kills 500 --figures kills.jsonl -s
"""

import sys
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

from tests.support.ended import assert_whole
from tests.support.figures import Book
from tests.support.victim import Victim, child_of, freeze, thaw, wait_a_little

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and /proc; Windows has its own end of a process"),
]
SHORT = 40
PER_KILL = 10
"""Documents for each kill, so that a long run has work left for the last one."""
SLICE = 25
"""Most kills of one run of the program, from the first document to the last."""
SLICES = 3
"""Least runs, so that a short form meets several simulacros too."""
SIMULACROS = (
    None,
    "second-writer",
    "half-answer",
    "numbering-edited",
    "answer-lost",
    "rate-limited",
    "server-error",
    "pages-astray",
    "out-of-service",
    "success-without-substance",
    "token-expired",
    "writer-between",
    "empty-answer",
    "errors-object",
    "two-computers",
    "not-json",
    "operacion-exitosa",
    "hang",
    "note-before-invoice",
    "older-invoice",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cut the kills that were asked for into slices; the seed says with which simulacro the first one begins."""
    if "kills" not in metafunc.fixturenames:
        return
    kills, seed = metafunc.config.getoption("--kills"), metafunc.config.getoption("--seed")
    slices = max(SLICES, -(-kills // SLICE))
    shares = [kills * (number + 1) // slices - kills * number // slices for number in range(slices)]
    names = [SIMULACROS[(number + (seed - 1) * slices) % len(SIMULACROS)] for number in range(slices)]
    metafunc.parametrize(
        ("number", "kills", "scenario"),
        [(number, share, name) for number, (share, name) in enumerate(zip(shares, names, strict=True))],
        ids=[f"{number}-{name or 'undisturbed'}" for number, name in enumerate(names)],
    )


@pytest.fixture(scope="module")
def book(request: pytest.FixtureRequest) -> Book:
    return Book(request.config.getoption("--figures"))


def test_killed_at_random_moments_it_ends_like_an_undisturbed_run(
    tmp_path: Path, request: pytest.FixtureRequest, book: Book, number: int, kills: int, scenario: str | None
) -> None:
    seed = request.config.getoption("--seed")
    name = f"{seed}/{number}/{scenario}/{kills}"
    if book.has(name):
        pytest.skip("this slice ended well before")
    victim = Victim(tmp_path, max(SHORT, kills * PER_KILL), scenario, seed)
    rng = Random(name)
    result = None
    while result is None and victim.kills < kills:
        if rng.random() < 0.25:
            after = rng.uniform(0.0, 1.5)
            result = victim.kill_when(lambda elapsed, after=after: elapsed > after)  # type: ignore[misc]
        else:
            # Kills follow the work, so that each of them meets another part of it.
            target = victim.events + rng.randrange(1, 2 * PER_KILL)
            result = victim.kill_when(lambda elapsed, target=target: victim.events >= target)  # type: ignore[misc]
    figures = asdict(assert_whole(victim, result or victim.finish()))
    total = book.add(name, figures)
    sys.stdout.write(f"\n{figures}\nso far: {total}\n")  # for the long form, with -s
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
