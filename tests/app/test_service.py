"""The engine's life: pauses, stops, sleep, a locked vault, a refused token. Each status it publishes is looked at."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.errors import Failure, NoSuchSale, NotAtWork
from app.model.journey import State
from app.model.preview import Fate
from app.model.role import ReasonMissing
from app.model.status import Mood, Status
from app.sandbox.tokens import Kind
from app.system.settings import Settings
from app.system.vault import MemoryRing, Secret
from tests.support.desk import Desk, played
from tests.support.live import LIMIT, QUICK, SLOW, Live, proven, serving


def test_it_carries_what_comes_and_green_names_its_proof(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await desk.issue_many(12)
            await live.until(proven(12))
            status = await live.until_idle()
            assert status.mood(status.at) is Mood.IN_ORDER
            assert status.proven_at == status.at
            assert {proof.holds for proof in status.proofs} == {True}
        desk.assert_whole()

    played(tmp_path, trial)


def test_while_paused_nothing_is_asked_and_nothing_is_sent(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await live.until_idle()
            live.service.pause(None)
            status = await live.until(lambda status: status.paused)
            assert status.mood(status.at) is Mood.PAUSED
            before = len(desk.hotel.house.books.logged(None, None, 0))
            await desk.issue_many(3)
            live.said.clear()
            live.service.wake()
            await live.until(lambda status: status.paused)
            assert desk.sent == []
            assert len(desk.hotel.house.books.logged(None, None, 0)) == before
            live.service.resume()
            await live.until(proven(3))
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_pause_with_an_end_ends(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        end = desk.hotel.clock.now() + timedelta(seconds=0.05)
        await desk.issue_many(3)
        async with serving(desk, QUICK, paused_until=end) as live:
            status = await live.until(lambda status: status.paused)
            assert status.paused_until == end
            assert desk.sent == []
            desk.hotel.clock.move(1)
            await live.until(proven(3))
            assert not live.said[-1].paused

    played(tmp_path, trial)


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_in_the_middle_of_the_work_it_ends_after_the_batch_and_leaves_nothing_open(tmp_path: Path, how: str) -> None:
    def interrupt(live: Live, status: Status) -> None:
        if status.progress is not None and status.progress[0] == 5:
            live.service.stop() if how == "stop" else live.service.pause(None)

    async def trial(desk: Desk) -> None:
        await desk.issue_many(40)
        async with serving(desk, QUICK, interrupt) as live:
            await live.until(lambda status: status.progress is not None)
            if how == "pause":
                await live.until(lambda status: status.paused and not status.working)
        states = {state for state, _ in desk.bridge.states}
        assert states == {State.SEEN, State.PROVEN}
        # The call reaches the engine's loop while the next batch begins, never later.
        assert desk.bridge.counts.proven == len(desk.sent) in (5, 10)

    played(tmp_path, trial)


def test_woken_twice_it_works_once_more_and_woken_at_work_it_works_again(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, SLOW) as live:
            await live.until_idle()
            before = live.cycles
            live.service.wake()
            live.service.wake()
            await live.until_idle()
            assert live.cycles == before + 1
            live.said.clear()
            live.service.wake()
            await live.until(lambda status: status.working)
            live.service.wake()
            await live.until_idle()
            assert live.cycles == before + 3

    played(tmp_path, trial)


def test_after_a_sleep_of_the_machine_it_starts_anew_from_the_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "app.sync.service")

    async def trial(desk: Desk) -> None:
        async with serving(desk, {"cadence": 0.2, "cadence_idle": 0.2}) as live:
            await live.until_idle()
            await desk.issue_many(3)
            desk.hotel.clock.move(8 * 3600)
            await live.until(proven(3))
        desk.assert_whole()

    played(tmp_path, trial)
    assert [record.message for record in caplog.records].count("the machine slept: starting anew from the ledger") == 1


def test_a_vault_that_is_locked_at_login_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)

        def locked(*_: object) -> str:
            raise KeyringLocked

        with monkeypatch.context() as patch:
            patch.setattr(MemoryRing, "get_password", locked)
            async with serving(desk, QUICK) as live:
                status = await live.until(lambda status: status.trouble is not None)
                assert status.trouble is not None
                assert (status.trouble.failure, status.trouble.detail) == (Failure.VAULT, "locked")
                assert desk.sent == []
                patch.undo()
                live.service.wake()
                status = await live.until(proven(2))
                assert status.trouble is None

    played(tmp_path, trial)


def test_without_a_token_it_waits_for_one(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        token = desk.bridge.vault.get(Secret.PYMES_TOKEN)
        desk.bridge.vault.forget(Secret.PYMES_TOKEN)
        async with serving(desk, QUICK) as live:
            status = await live.until(lambda status: status.trouble is not None)
            assert status.trouble is not None
            assert (status.trouble.failure, status.trouble.needs_a_person) == (Failure.TOKEN, True)
            desk.bridge.vault.put(Secret.PYMES_TOKEN, token)
            live.service.renew(desk.bridge.settings)
            await live.until(proven(2))

    played(tmp_path, trial)


def test_another_hotel_locks_until_it_is_renewed(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        async with serving(desk, QUICK, organisation="otra") as live:
            status = await live.until(lambda status: status.trouble is not None)
            assert status.trouble is not None and status.trouble.failure is Failure.WRONG_HOTEL
            assert status.mood(status.at) is Mood.ATTENTION
            assert desk.sent == []
            live.service.renew(desk.bridge.settings)
            await live.until(proven(2))

    played(tmp_path, trial)


def test_a_refused_token_costs_one_request_until_it_is_renewed(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await live.until_idle()
            desk.hotel.house.tokens.revoke(Kind.CONNECTION)
            await desk.issue_many(20)
            first = await live.until(lambda status: status.trouble is not None)
            assert first.trouble is not None and first.trouble.needs_a_person
            assert first.mood(first.at) is Mood.ATTENTION
            assert desk.sent == [401]
            # It waits for a person, and not for a time: nothing is planned.
            assert live.said[-1] is first
            desk.bridge.vault.put(Secret.CONNECTION_TOKEN, desk.hotel.house.tokens.connection())
            live.service.renew(desk.bridge.settings)
            await live.until(proven(20))
            assert desk.sent == [401] + [201] * 20
        desk.assert_whole()

    played(tmp_path, trial)


def test_the_same_trouble_keeps_since_when_it_lasts(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK, organisation="otra") as live:
            first = await live.until(lambda status: status.trouble is not None)
            desk.hotel.clock.move(30)
            live.said.clear()
            live.service.wake()
            await live.until(lambda status: status.working)
            again = await live.until(lambda status: not status.working and status.trouble is not None)
            assert first.trouble is not None and again.trouble is not None
            assert again.trouble.since == first.trouble.since < again.at

    played(tmp_path, trial)


def test_it_waits_as_long_as_pymes_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.connectors.pymes._LITTLE", 0.0)  # every pause is too long for the cycle to wait it out

    async def trial(desk: Desk) -> None:
        await desk.scenario("rate-limited")
        await desk.issue_many(1)
        async with serving(desk, QUICK) as live:
            await live.until(proven(1))
            asked = [
                (status.trouble is not None, status.working, at)
                for status, at in zip(live.said, live.times, strict=True)
            ]
            pauses = [
                next(later for trouble, working, later in asked[index + 1 :] if working) - at
                for index, (trouble, working, at) in enumerate(asked)
                if trouble and not working and any(working for _, working, _ in asked[index + 1 :])
            ]
            assert pauses and min(pauses) >= 0.99

    played(tmp_path, trial)


def test_documents_that_a_person_mended_are_taken_up_again(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario("refuses-one")
        await desk.issue_many(30)
        async with serving(desk, QUICK) as live:
            await live.until(lambda status: status.counts.waiting == 0 and status.counts.proven > 20)
            held = [row.key for row in desk.bridge.rows if row.state is State.HELD]
            assert held
            await desk.scenario("refuses-one", on=False)
            live.service.release(held)
            await live.until(proven(30))
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_token_known_dead_is_not_tried_again_by_waking(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await live.until_idle()
            desk.hotel.house.tokens.revoke(Kind.PYMES)
            await live.until(lambda status: status.trouble is not None)
            before = len(desk.hotel.house.books.logged(None, None, 0))
            for _ in range(3):
                live.service.wake()
            # An act passes through the same loop: when it is done, the wakes are over too.
            assert await asyncio.wrap_future(live.service.release_cause(Cause.NOT_STORED)) == 0
            assert len(desk.hotel.house.books.logged(None, None, 0)) == before
            desk.bridge.vault.put(Secret.PYMES_TOKEN, desk.hotel.house.tokens.mint(Kind.PYMES))
            live.service.renew(desk.bridge.settings)
            await live.until_idle()
            assert live.said[-1].trouble is None

    played(tmp_path, trial)


def test_a_whole_cause_is_released_also_while_a_backlog_is_on_its_way(tmp_path: Path) -> None:
    released: list[int] = []

    def release(live: Live, status: Status) -> None:
        if status.progress is not None and status.progress[0] == 5 and not released:
            released.append(0)
            live.service.release_cause(Cause.REFUSED_BY_PYMES).add_done_callback(
                lambda done: released.append(done.result())
            )

    async def trial(desk: Desk) -> None:
        await desk.scenario("refuses-one")
        await desk.issue_many(30)
        await desk.bridge.cycle()
        held = [row for row in desk.bridge.rows if row.state is State.HELD]
        assert held
        await desk.scenario("refuses-one", on=False)
        await desk.issue_many(30)
        async with serving(desk, QUICK, release) as live:
            await live.until(proven(60))
        assert released == [0, len(held)]
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_conflict_is_linked_by_a_person_and_the_link_taken_back(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        uuid = desk.write_foreign(document, total="1.00")
        async with serving(desk, QUICK) as live:
            service, key, number = live.service, str(document.key), document.full_number
            await live.until(lambda status: status.counts.conflict == 1)
            (sale,) = await asyncio.wrap_future(service.sales_numbered(number))
            assert sale.uuid == uuid
            with pytest.raises(NoSuchSale):
                await asyncio.wrap_future(service.settle_outside(key, number, "otra", "porque sí"))
            with pytest.raises(ReasonMissing):
                await asyncio.wrap_future(service.settle_outside(key, number, uuid, " "))
            await asyncio.wrap_future(service.settle_outside(key, number, uuid, "La registró el contador"))
            await live.until(lambda status: status.counts.settled == 1)
            assert live.said[-1].counts.conflict == 0
            live.said.clear()
            assert await asyncio.wrap_future(service.unsettle(key))
            await live.until(lambda status: status.counts.conflict == 1)
            await asyncio.to_thread(live.service.pause, None)
            await live.until(lambda status: status.paused)
            # While it rests nothing is sent, but a person can still decide.
            await asyncio.wrap_future(service.settle_outside(key, number, uuid, "La registró el contador"))
            assert desk.bridge.states == [(State.SETTLED, None)]

    played(tmp_path, trial)


def test_older_documents_are_previewed_and_then_carried(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(8)
        first = min(bogota_day(one.issued_at) for one in desk.hotel.documents())
        start = bogota_day(desk.hotel.clock.now()) + timedelta(days=1)
        async with serving(desk, QUICK, start=start) as live:
            status = await live.until_idle()
            assert status.start == start and status.counts.total == 0
            shown = await asyncio.wrap_future(
                live.service.preview_backfill(first, lambda done, total: None, lambda: False)
            )
            assert shown.count(Fate.SEND) == 8
            assert await asyncio.wrap_future(live.service.backfill(first, "Faltaba el mes"))
            await live.until(proven(8))
            assert not await asyncio.wrap_future(live.service.backfill(first, "Otra vez"))
            assert (await live.until_idle()).start == first
        desk.assert_whole()

    played(tmp_path, trial)


def test_questions_without_connections_are_answered_with_that(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await live.until_idle()
        with pytest.raises(NotAtWork):
            await asyncio.wrap_future(live.service.sales_numbered("FE1"))

    played(tmp_path, trial)


def test_it_may_be_called_from_any_thread_and_after_its_end(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, SLOW) as live:
            await live.until_idle()
            await desk.issue_many(1)
            await asyncio.to_thread(live.service.wake)
            await live.until(proven(1))
            await asyncio.to_thread(live.service.stop)
        service = live.service

        def call_all() -> None:
            service.wake()
            service.pause(None)
            service.resume()
            service.renew(Settings())
            service.stop()

        call_all()
        later.append(call_all)

    later: list[Callable[[], None]] = []
    played(tmp_path, trial)
    later[0]()  # its loop is closed by now


def test_no_thread_is_left_over(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, QUICK) as live:
            await live.until_idle()

    before = set(threading.enumerate())
    played(tmp_path, trial)
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT)
        assert not thread.is_alive()
