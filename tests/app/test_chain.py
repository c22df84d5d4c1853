"""The workers of a chain on real hotels and a real server: every hotel has its turns, each document arrives once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.connectors.numbering_reader import DianCache
from app.connectors.pms import PAGE
from app.connectors.profile import load_profile
from app.model.clock import SystemClock
from app.model.documents import Family
from app.setup.roster import Roster
from app.storage.turns import Standing, Turn
from app.sync import chain as chains
from app.sync.chain import Chain
from app.sync.ledger import Ledger
from app.sync.turn import Bounds, Hotel, Worked, work
from app.system.paths import Paths
from app.system.settings import load
from app.system.vault import SessionVault
from tests.support.live import put_into_use
from tests.support.postgres import PostgresServer
from tests.support.street import Lot, forget_street, send_to, settle_in, street
from tests.support.wire import shut, silent

LIMIT = 60.0
QUICK = {"cadence": 0.1, "cadence_idle": 0.2, "settle": 1.0, "stand_by": 0.2, "timeout": 5.0}


@dataclass
class Heard:
    """What a chain says of its turns, for whoever waits in the test's loop."""

    loop: asyncio.AbstractEventLoop
    turns: list[tuple[str, int, str | None]] = field(default_factory=list)
    begun_: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def begun(self, hotel: str, waited: float) -> None:
        self.begun_.append(hotel)
        self.loop.call_soon_threadsafe(self.news.set)

    def ended(self, hotel: str, seconds: float, proven: int, cause: str | None) -> None:
        self.turns.append((hotel, proven, cause))
        self.loop.call_soon_threadsafe(self.news.set)

    def causes(self, hotel: str) -> list[str | None]:
        return [cause for one, _proven, cause in self.turns if one == hotel]

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a condition, asked again after each turn."""
        async with asyncio.timeout(LIMIT):
            while not await condition():
                self.news.clear()
                await self.news.wait()


@dataclass
class Town:
    """A street of hotels, a computer that knows them all, and the server that keeps their ledgers."""

    lots: list[Lot]
    paths: Paths
    server: PostgresServer

    @asynccontextmanager
    async def chain(self, workers: int = 1, **bounds: float) -> AsyncIterator[tuple[Chain, Heard]]:
        heard = Heard(asyncio.get_running_loop())
        vaults = {lot.key: lot.vault for lot in self.lots}

        def vault_of(key: str) -> SessionVault:
            return vaults[key]

        chain = Chain(
            paths=self.paths,
            roster=Roster(self.paths, SystemClock()),
            vault_of=vault_of,
            clock=SystemClock(),
            watcher=heard,
            workers=workers,
            bounds=Bounds(**bounds),  # type: ignore[arg-type]
        )
        chain.start()
        try:
            yield chain, heard
        finally:
            chain.stop()
            assert await asyncio.to_thread(chain.wait, LIMIT)

    async def is_whole(self, *lots: Lot) -> bool:
        """Say whether everything that these hotels (all when none) approved stands in Pymes once and equal."""
        books = [await lot.desk.books() for lot in lots or self.lots]
        assert all(book[wrong] == [] for book in books for wrong in ("doubled", "wrong", "foreign", "early_notes"))
        return all(book["recorded"] == book["approved"] > 0 for book in books)

    async def turn(self, lot: Lot, documents: int, failures: int = 0) -> Worked:
        """Do one turn of a hotel in this loop."""
        settings = load(self.paths.settings, lot.key).settings
        profile = load_profile(lot.key, folder=self.paths.home)
        hotel = Hotel(settings, profile, lot.vault, DianCache())
        turn = Turn(lot.schema, 0.0, failures)
        return await work(hotel, self.paths, SystemClock(), Bounds(documents), turn, lambda: False)

    def change(self, lot: Lot, **choices: object) -> None:
        load(self.paths.settings, lot.key).settings.changed(**choices).save(self.paths.settings)


async def standing_of(chain: Chain, lot: Lot) -> Standing:
    found = await asyncio.to_thread(chain.standings)
    return next(one for one in found if one.hotel == lot.schema)


Trial = Callable[[Town], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path, postgres: PostgresServer) -> Callable[..., None]:
    """Give what runs a trial in a town of ``count`` hotels, founded anew."""

    def run(trial: Trial, count: int, **pace: float) -> None:
        async def whole() -> None:
            async with street(tmp_path / "street", count) as lots:
                settle_in(tmp_path / "home", lots, postgres, **QUICK | pace)
                await trial(Town(lots, Paths.under(tmp_path / "home"), postgres))

        forget_street(postgres)
        asyncio.run(whole())
        left = [one for one in threading.enumerate() if one.name.startswith("worker-")]
        assert left == []

    return run


def test_two_processes_of_two_workers_carry_every_hotel(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        for lot in town.lots:
            await lot.desk.approve(6)
        async with town.chain(2) as (first, heard), town.chain(2) as (second, also):
            await asyncio.gather(heard.until(town.is_whole), also.until(town.is_whole))
            assert first.trouble is None and second.trouble is None
            for lot in town.lots:
                await lot.desk.approve(3)
            await heard.until(town.is_whole)
        assert first.trouble == chains.STOPPING
        assert {hotel for hotel, proven, _ in heard.turns + also.turns if proven} == {lot.schema for lot in town.lots}

    play(trial, 3)


def test_a_hotel_that_fails_backs_off_and_holds_nobody_up(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        broken, sound = town.lots
        send_to(town.paths.home, broken, shut(), **QUICK)
        for lot in town.lots:
            await lot.desk.approve(4)

        async def is_told() -> bool:
            return len(heard.causes(broken.schema)) >= 2

        async def is_mended() -> bool:
            return await town.is_whole(broken)

        async def is_carried() -> bool:
            return await town.is_whole(sound)

        async with town.chain() as (chain, heard):
            await heard.until(is_carried)
            await heard.until(is_told)
            assert None not in heard.causes(broken.schema)
            standing = await standing_of(chain, broken)
            assert standing.failures >= 2
            assert standing.said["cause"] == heard.causes(broken.schema)[-1]
            assert chain.trouble is None  # the process is well
            send_to(town.paths.home, broken, None, **QUICK)
            await heard.until(is_mended)
            assert (await standing_of(chain, broken)).failures == 0

    play(trial, 2)


def test_a_backlog_is_carried_in_turns_so_that_a_small_hotel_does_not_wait_for_it(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        large, small = town.lots
        await large.desk.approve(40)
        await small.desk.approve(2)

        async def is_small_done() -> bool:
            return await town.is_whole(small)

        async with town.chain(documents=4) as (_, heard):
            await heard.until(is_small_done)
            assert not await town.is_whole(large)
            await heard.until(town.is_whole)
        proven = [proven for hotel, proven, _ in heard.turns if hotel == large.schema and proven]
        assert len(proven) >= 8

    play(trial, 2, batch=4)


def test_told_to_stop_it_ends_after_the_batch_and_the_rest_is_there_for_another(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        (lot,) = town.lots
        await lot.desk.approve(40)

        async def has_begun() -> bool:
            return (await lot.desk.books())["recorded"] > 0

        async with town.chain(documents=2) as (chain, heard):
            await heard.until(has_begun)
            chain.stop()
            assert await asyncio.to_thread(chain.wait, LIMIT)
        with Ledger(town.server.ledger_of(lot.schema), SystemClock()) as ledger:  # the lock is free
            counts = ledger.counts()
        assert counts.proven > 0 and counts.in_doubt == 0
        assert (await lot.desk.books())["recorded"] == counts.proven < 40
        async with town.chain() as (_, heard):
            await heard.until(town.is_whole)

    play(trial, 1, batch=2)


def test_broken_off_in_the_middle_nothing_is_lost_or_doubled(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        (lot,) = town.lots
        await lot.desk.approve(30)

        async def has_begun() -> bool:
            return (await lot.desk.books())["recorded"] > 0

        async with town.chain() as (chain, heard):
            async with asyncio.timeout(LIMIT):
                while not await has_begun():
                    await asyncio.to_thread(threading.Event().wait, 0.01)
            chain.give_up()
            assert await asyncio.to_thread(chain.wait, LIMIT)
            assert chain.is_broken_off
        async with town.chain() as (_, heard):
            await heard.until(town.is_whole)

    play(trial, 1, parallel=1)


@pytest.mark.parametrize(("failures", "proven"), [(0, 8), (2, 2), (9, 1)])
def test_after_failures_a_turn_takes_smaller_batches(play: Callable[..., None], failures: int, proven: int) -> None:
    async def trial(town: Town) -> None:
        (lot,) = town.lots
        await lot.desk.approve(9, [Family.FACTURA])
        put_into_use(town.server.ledger_of(lot.schema))
        assert (await town.turn(lot, documents=1, failures=failures)).proven == proven

    play(trial, 1, batch=8)


def test_a_turn_reads_no_more_of_a_backlog_than_it_carries(play: Callable[..., None]) -> None:
    """But for the rest of a page: else the first turn of a new hotel would be much longer than all others."""

    async def trial(town: Town) -> None:
        (lot,) = town.lots
        await lot.desk.approve(2 * PAGE + 20, [Family.FACTURA])
        place = put_into_use(town.server.ledger_of(lot.schema))
        known = []
        for _turn in range(6):
            worked = await town.turn(lot, documents=50)
            assert worked.proven <= 50
            with Ledger(place, SystemClock()) as ledger:
                known.append(ledger.counts().total)
        assert known == [PAGE, 2 * PAGE, 2 * PAGE + 20, 2 * PAGE + 20, 2 * PAGE + 20, 2 * PAGE + 20]
        assert await town.is_whole()

    play(trial, 1, batch=50)


def test_a_hotel_that_hangs_is_broken_off_and_the_others_go_on(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        hanging, sound = town.lots
        for lot in town.lots:
            await lot.desk.approve(3)

        async def is_told() -> bool:
            return chains.SLOW in heard.causes(hanging.schema)

        async def is_carried() -> bool:
            return await town.is_whole(sound)

        with silent() as nobody:
            send_to(town.paths.home, hanging, nobody, **QUICK | {"timeout": 3 * LIMIT})
            async with town.chain(longest=2.0) as (_, heard):
                await heard.until(is_carried)
                await heard.until(is_told)
                send_to(town.paths.home, hanging, None, **QUICK)
                await heard.until(town.is_whole)

    play(trial, 2)


def test_a_hotel_whose_reception_sends_itself_is_left_to_it(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        (lot,) = town.lots
        await lot.desk.approve(3)

        async def is_told() -> bool:
            return heard.causes(lot.schema).count(chains.ELSEWHERE) >= 2

        with Ledger(town.server.ledger_of(lot.schema), SystemClock()):
            async with town.chain() as (chain, heard):
                await heard.until(is_told)
                assert (await standing_of(chain, lot)).failures == 0
        assert (await lot.desk.books())["recorded"] == 0
        async with town.chain() as (_, heard):
            await heard.until(town.is_whole)

    play(trial, 1)


def test_a_hotel_that_a_person_pauses_rests_without_a_restart(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        resting, other = town.lots
        town.change(resting, paused_until="until-resumed")
        for lot in town.lots:
            await lot.desk.approve(2)

        async def is_carried() -> bool:
            return await town.is_whole(other)

        async with town.chain() as (_, heard):
            await heard.until(is_carried)
            assert resting.schema not in heard.begun_
            town.change(resting, paused_until=None)
            await heard.until(town.is_whole)

    play(trial, 2)


def test_a_chain_whose_hotels_all_rest_waits_for_them(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        (lot,) = town.lots
        town.change(lot, paused_until="until-resumed")
        await lot.desk.approve(2)
        async with town.chain() as (chain, heard):
            async with asyncio.timeout(LIMIT):
                while chain.trouble is not None:  # until it has reached the server
                    await asyncio.to_thread(threading.Event().wait, 0.01)
            assert not await asyncio.to_thread(chain.wait, 0.0)
            assert heard.begun_ == []
            town.change(lot, paused_until=None)
            await heard.until(town.is_whole)

    play(trial, 1)


def test_when_the_server_was_killed_the_workers_come_back_by_themselves(play: Callable[..., None]) -> None:
    async def trial(town: Town) -> None:
        for lot in town.lots:
            await lot.desk.approve(20)

        async def has_begun() -> bool:
            return (await town.lots[0].desk.books())["recorded"] > 0

        async with town.chain(2, documents=4) as (chain, heard):
            await heard.until(has_begun)
            await asyncio.to_thread(town.server.kill)
            async with asyncio.timeout(LIMIT):
                while chain.trouble != chains.SERVER:
                    await asyncio.to_thread(threading.Event().wait, 0.01)
            await asyncio.to_thread(town.server.start)
            await heard.until(town.is_whole)
            assert chain.trouble is None

    play(trial, 2, batch=4)
