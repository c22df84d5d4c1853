"""Two computers, one ledger on a server: one sends, the other looks on, takes over when the first is gone or asked."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
from psycopg import sql

from app.model.status import Status
from app.storage.place import ServerPlace
from app.system.vault import Secret
from tests.support.desk import Desk, played
from tests.support.live import QUICK, Live, proven, put_into_use, serving
from tests.support.postgres import PostgresServer
from tests.support.practice import SEND

PAIR = QUICK | {"stand_by": 0.2}


def is_spare(status: Status) -> bool:
    return status.spare_of is not None


def sends(status: Status) -> bool:
    return status.spare_of is None and status.proven_at is not None


async def first_of(one: Live, other: Live, condition: Callable[[Status], bool]) -> tuple[Live, Status]:
    """Wait for a status of either computer, and return whose it was."""
    waiting = {asyncio.create_task(live.until(condition)): live for live in (one, other)}
    done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    task = done.pop()
    return waiting[task], task.result()


def end_session(server: PostgresServer, place: ServerPlace) -> None:
    """End the session that holds the lock, as the server does with a computer that it no longer hears."""
    with psycopg.connect(server.address("postgres"), password=server.password, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'Botones%%')"
        ).fetchall()
    assert ended == [(True,)], place


def with_two(
    folder: Path, server: PostgresServer, trial: Callable[[Desk, Live, Live, ServerPlace], Awaitable[None]]
) -> None:
    """Run a trial with a sender and its spare at work."""

    async def whole(desk: Desk) -> None:
        place = put_into_use(server.new_ledger())
        await desk.bridge.vault.aput(Secret.LEDGER_PASSWORD, server.password)
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(serving(desk, PAIR, ledger_server=place.address))
            await first.until(sends)
            second = await stack.enter_async_context(serving(desk, PAIR, ledger_server=place.address))
            await second.until(is_spare)
            await trial(desk, first, second, place)
        desk.assert_whole()

    played(folder, whole)


def test_the_spare_sees_what_the_sender_does_and_sends_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        await desk.issue_many(7)
        await first.until(proven(7))
        seen = await second.until(proven(7))
        assert seen.spare_of is not None
        assert not any(status.working for status in second.said)

    with_two(tmp_path, postgres, trial)


def test_when_the_sender_is_gone_the_spare_goes_on_where_it_was(tmp_path: Path, postgres: PostgresServer) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        await desk.issue_many(3)
        await first.until(proven(3))
        first.service.stop()
        await desk.issue_many(4)
        await second.until(lambda status: sends(status) and status.counts.proven == 7)

    with_two(tmp_path, postgres, trial)


def test_the_spare_is_handed_the_right_when_a_person_asks(tmp_path: Path, postgres: PostgresServer) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        second.service.take_over()
        await first.until(is_spare)
        await second.until(sends)
        await desk.issue_many(2)
        await second.until(proven(2))
        first.said.clear()
        assert (await first.until(proven(2))).spare_of is not None

    with_two(tmp_path, postgres, trial)


def test_a_sender_that_lost_its_session_without_knowing_sends_nothing_more(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        await desk.issue_many(20)
        await first.until(lambda status: status.counts.proven > 0)
        end_session(postgres, place)
        await asyncio.gather(first.until(proven(20)), second.until(proven(20)))

    with_two(tmp_path, postgres, trial)


def test_after_the_server_was_killed_the_work_goes_on_with_nothing_twice(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        await desk.issue_many(20)
        await first.until(lambda status: status.counts.proven > 0)
        postgres.kill()
        await first.until(lambda status: status.trouble is not None)
        postgres.start()
        await asyncio.gather(first.until(proven(20)), second.until(proven(20)))

    with_two(tmp_path, postgres, trial)


def test_a_ledger_that_somebody_dropped_begins_anew_and_looks_before_it_sends(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async def trial(desk: Desk, first: Live, second: Live, place: ServerPlace) -> None:
        await desk.issue_many(10)
        await asyncio.gather(first.until(proven(10)), second.until(proven(10)))
        sent = len(desk.hotel.house.books.logged("POST", SEND, 0))
        with psycopg.connect(postgres.address("postgres"), password=postgres.password, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(place.address.hotel)))
        await desk.issue_many(2)
        # Whichever of the two makes the new one.
        writer, lost = await first_of(first, second, lambda status: status.rebuild is not None)
        assert lost.rebuild is not None and lost.rebuild.on_server
        desk.hotel.clock.move(10.0)  # the settling time of the practice hotel, and some more
        whole = await writer.until(lambda status: status.rebuild is None and status.counts.proven == 12)
        assert whole.counts.adopted == 10
        assert len(desk.hotel.house.books.logged("POST", SEND, 0)) == sent + 2

    with_two(tmp_path, postgres, trial)
