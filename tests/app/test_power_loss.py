"""The power goes at any moment: the files of that moment open sound, tell one story, and end exactly once."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.model.documents import Family
from app.model.journey import State, rebuild
from app.sync.ledger_reader import LedgerReader
from app.sync.recovery import open_ledger
from tests.support.desk import Desk, played
from tests.support.power import at_every_commit, snapshot

FAMILIES = (Family.FACTURA, Family.FACTURA, Family.NOTA_CREDITO, Family.DOCUMENTO_SOPORTE)
TORN = 20


def assert_one_story(desk: Desk, copy: Path) -> set[State]:
    """Fail unless the ledger opens as it is, and each row is what its events tell; return the states."""
    with open_ledger(copy, desk.bridge.clock) as ledger:
        assert ledger.rebuild is None
        reader = LedgerReader(copy, desk.bridge.clock)
        keys = [row.key for row in reader.page(0, 10_000)]
        for entry in ledger.entries(keys):
            assert entry.journey == rebuild(list(reader.timeline(entry.key)))
        assert ledger.counts().total == len(keys)
        reader.close()
        return {entry.journey.state for entry in ledger.entries(keys)}


async def end_on(desk: Desk, copy: Path) -> None:
    """Let the engine work on a copy until nothing is left to do."""
    bridge = replace(desk.bridge, path=copy)
    for _ in range(4):
        await bridge.cycle()
        desk.hotel.clock.move(3.1)
    assert {row.state for row in bridge.rows} == {State.PROVEN}


def test_the_files_of_every_commit_and_of_any_moment_between_end_exactly_once(tmp_path: Path) -> None:
    copies: list[Path] = []
    places = (tmp_path / f"cut-{number}" for number in range(10_000))
    lock, over = threading.Lock(), threading.Event()

    def copy_now(path: Path) -> None:
        with lock:
            copy = snapshot(path, next(places))
            if copy is not None:
                copies.append(copy)

    async def trial(desk: Desk) -> None:
        path = desk.bridge.path
        await desk.bridge.cycle()  # the file is there

        def at_any_moment() -> None:
            rng = Random(7)
            while not over.wait(rng.uniform(0.01, 0.05)):
                copy_now(path)

        thread = threading.Thread(target=at_any_moment)
        async with desk.bridge.engine() as engine:
            thread.start()
            with at_every_commit(lambda: copy_now(path)):
                for _ in range(3):
                    await desk.issue(*FAMILIES)
                    await engine.cycle()
            over.set()
            thread.join()
        desk.assert_whole()
        sent = len(desk.sent)
        met: set[State] = set()
        for copy in copies:
            met |= assert_one_story(desk, copy)
        assert {State.SEEN, State.SENDING, State.SENT, State.PROVEN} <= met
        for copy in Random(7).sample(copies, 6):
            await end_on(desk, copy)
        assert len(desk.sent) == sent
        desk.assert_whole()

    played(tmp_path, trial)
    assert len(copies) > 30


# A request that is cut off while it connects leaves its socket to the collector, as a dead machine leaves it to nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_power_cut_after_another_each_going_on_with_what_the_last_left(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        rng, path, cut_off = Random(11), desk.bridge.path, 0
        await desk.bridge.cycle()
        for number in range(15):
            await desk.issue(*FAMILIES[:2])
            work = asyncio.create_task(replace(desk.bridge, path=path).cycle())
            await asyncio.wait({work}, timeout=rng.uniform(0.0, 0.15))
            cut_off += not work.done()
            # The engine lives in this thread: nothing is written while we copy. Its requests may still be under way.
            path_after = snapshot(path, tmp_path / f"cut-{number}")
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
            assert path_after is not None
            path = path_after
            assert_one_story(desk, path)
        await end_on(desk, path)
        desk.assert_whole()
        assert cut_off > 5

    played(tmp_path, trial)


def with_torn_log(copy: Path, folder: Path, rng: Random) -> Path:
    folder.mkdir()
    torn = folder / copy.name
    torn.write_bytes(copy.read_bytes())
    whole = Path(f"{copy}-wal").read_bytes()
    Path(f"{torn}-wal").write_bytes(whole[: rng.randrange(len(whole))])
    return torn


def test_a_log_that_is_torn_anywhere_opens_and_ends_exactly_once(tmp_path: Path) -> None:
    """A disk that lied about what it had written: the ledger falls back in time, and finds in Pymes what it forgot."""

    async def trial(desk: Desk) -> None:
        path = desk.bridge.path
        await desk.bridge.cycle()
        async with desk.bridge.engine() as engine:
            await desk.issue(*FAMILIES)
            await engine.cycle()
            copy = snapshot(path, tmp_path / "whole")
        assert copy is not None
        rng, sent = Random(13), len(desk.sent)
        logs = [with_torn_log(copy, tmp_path / f"torn-{number}", rng) for number in range(TORN)]
        for torn in logs:
            assert_one_story(desk, torn)
        for torn in rng.sample(logs, 4):
            await end_on(desk, torn)
        assert len(desk.sent) == sent
        desk.assert_whole()

    played(tmp_path, trial)
