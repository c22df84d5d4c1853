"""Whatever happens in whatever order, each document ends in Pymes exactly once, or waits with its cause.

The long form, in slices with a line of figures for each; what the file has already is not run again, and another
``--seed`` is another run, so that two of them share the work of two processors:

    pytest tests/app/test_schedules.py --schedules 5000 --seed 1 --figures schedules.jsonl -s
    pytest tests/app/test_schedules.py --schedules 5000 --seed 2 --figures schedules.jsonl -s
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from app.model.clock import SystemClock
from app.model.documents import Family
from app.model.mode import Mode
from app.model.numbering import Field, System
from app.sandbox import scenarios
from app.sandbox.tokens import Kind
from app.sync.ledger import Ledger
from tests.support.figures import Book
from tests.support.practice import running
from tests.support.schedule import AtRequest, AtSale, Plan, Schedule, World

SLICE = 250
"""Most schedules on one hotel."""

LATER = date(2027, 6, 1)
"""An installation on a day after all that the first reading finds."""

plans = st.builds(
    Plan,
    requests=st.dictionaries(st.integers(1, 25), st.sampled_from(AtRequest), max_size=2),
    sales=st.dictionaries(st.integers(1, 4), st.sampled_from(AtSale), min_size=1, max_size=3),
    commit=st.none() | st.none() | st.integers(5, 60),
)
cycles = st.tuples(st.just("cycle"), st.integers(0, 1), st.integers(1, 3), plans)
"""The computer, how many documents are approved just before, and what strikes."""
between = (
    st.tuples(st.just("foreign"), st.integers(0, 5))
    | st.tuples(st.just("foreign_and_other"), st.integers(0, 5))
    | st.tuples(
        st.just("edit"),
        st.sampled_from(System),
        st.sampled_from([Family.FACTURA, Family.DOCUMENTO_SOPORTE]),
        st.sampled_from([Field.PREFIX, Field.LAST, Field.RESOLUTION, Field.VALID_TO]),
    )
    | st.tuples(
        st.just("edit"),
        st.just(System.PYMES),
        st.sampled_from([Family.FACTURA, Family.NOTA_CREDITO]),
        st.sampled_from([Field.ACTIVE, Field.PREFIX]),
    )
    | st.tuples(st.just("mend"))
    | st.tuples(st.just("revoke"), st.sampled_from([Kind.PYMES, Kind.CONNECTION]))
    | st.tuples(st.just("sign_in"))
    | st.tuples(st.just("deliver"))
    | st.tuples(st.sampled_from(["settle", "settle", "undo", "release_all"]), st.integers(0, 1), st.integers(0, 5))
    | st.tuples(st.just("bring"), st.integers(0, 1))
    | st.tuples(st.just("settle"), st.integers(0, 1), st.integers(0, 5))
    | st.tuples(st.just("foreign_and_other"), st.integers(0, 5))
    | st.tuples(st.just("jump"), st.sampled_from([1.0, 4.0, 3600.0, -3600.0]))
    | st.tuples(st.just("jump"), st.sampled_from([86_400.0 * 400, -86_400.0 * 400]))
    | st.tuples(st.just("jump"), st.just(-86_400.0 * 400))
    | st.tuples(st.just("wait"), st.sampled_from([0.4, 2.0, 30.0, 8 * 3600.0]))
)
schedules = st.lists(st.tuples(cycles, st.lists(between, max_size=2)), min_size=2, max_size=5)


async def follow(world: World, move: Callable[[float], None], schedule: list[tuple[Any, list[Any]]]) -> None:
    for name, *details in [step for cycle, steps in schedule for step in (cycle, *steps)]:
        if name == "cycle":
            computer, approved, plan = details
            await world.approve(approved)
            await world.cycle(computer, plan)
        elif name == "jump":
            world.clock.move(timedelta(seconds=details[0]))
        elif name == "wait":
            move(details[0])
        else:
            getattr(world, name)(*details)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cut what was asked for into slices."""
    wanted = int(metafunc.config.getoption("--schedules"))
    metafunc.parametrize("number", range(-(-wanted // SLICE)))


def test_any_schedule_ends_with_each_document_once_or_held(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    chosen, wanted = request.config.getoption("--seed"), int(request.config.getoption("--schedules"))
    book, name = Book(request.config.getoption("--figures")), f"{chosen}/{number}"
    if book.has(name):
        pytest.skip("this slice ended well before")
    monkeypatch.setattr(scenarios, "SCENARIOS", (*scenarios.SCENARIOS, Schedule))
    totals: Counter[str] = Counter()
    template = tmp_path / "template.sqlite3"
    Ledger(template, SystemClock()).close()
    with asyncio.Runner() as runner:
        hotel_of = running(tmp_path / "hotel")
        hotel = runner.run(hotel_of.__aenter__())
        Schedule.world = World(hotel, tmp_path, template)
        runner.run(hotel.desk("POST", "/scenario", {"name": Schedule.name, "on": True}))

        @seed(chosen * 1_000_000 + number)
        @settings(
            max_examples=min(SLICE, wanted - number * SLICE),
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            schedule=schedules,
            computers=st.sampled_from([1, 1, 1, 2]),
            parallel=st.sampled_from([1, 3]),
            batch=st.sampled_from([2, 100]),
            mode=st.sampled_from([Mode.COMPLETE, Mode.SEND_ALL]),
            start=st.sampled_from([None, None, LATER]),
        )
        def all_end_well(
            schedule: list[tuple[Any, list[Any]]],
            computers: int,
            parallel: int,
            batch: int,
            mode: Mode,
            start: date | None,
        ) -> None:
            async def run() -> None:
                world = World(hotel, tmp_path, template)
                try:
                    await world.found(computers, parallel, batch, mode, start)
                    await follow(world, hotel.clock.move, schedule)
                    await world.run_dry()
                    world.judge()
                finally:
                    world.close()
                totals.update(world.counts)

            runner.run(run())
            totals["schedules"] += 1

        try:
            all_end_well()
        finally:
            runner.run(hotel_of.__aexit__(None, None, None))
        total = book.add(name, dict(totals))
        with capsys.disabled():
            sys.stdout.write(f"\n{dict(totals)}\nso far: {total}\n")
