"""A full disk, a ledger that another program holds, a locked folder: said and waited for, and nothing is sent."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.model.errors import Failure, StorageError
from app.model.journey import EventKind, State
from app.model.status import Mood, Status
from app.storage import database
from app.storage.backup import back_up, backups_of
from app.sync.ledger import Ledger
from app.sync.recovery import open_ledger
from app.texts.status import sentence
from tests.support.desk import Desk, played
from tests.support.harm import HIDDEN, do_harm
from tests.support.live import LIMIT, QUICK, SLOW, proven, serving
from tests.support.panel import HandClock, fill

if sys.platform != "win32":
    import resource

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs mount and resource limits")
COUNT = 6
BATCH = 5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own for the ledgers, of eight megabytes."""
    folder = tmp_path / "hotels"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)):
        pytest.skip("may not mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


def fill_up(folder: Path) -> None:
    with (folder / "ballast").open("ab", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(1024))


def make_room(folder: Path) -> None:
    (folder / "ballast").unlink()


@contextmanager
def at_the_moment(kind: EventKind, strike: Callable[[], None]) -> Iterator[list[EventKind]]:
    """Strike whenever an event of this kind is being written: it is in the transaction, not yet committed."""
    struck: list[EventKind] = []

    def look(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        rows = parameters if isinstance(parameters, list) else [parameters]
        if statement.startswith("INSERT INTO events") and any(kind in row for row in rows):
            struck.append(kind)
            strike()

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield struck
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def in_trouble(*failures: Failure) -> Callable[[Status], bool]:
    return lambda status: status.trouble is not None and status.trouble.failure in failures and not status.working


@pytest.mark.parametrize(
    ("kind", "sent", "on_disk"),
    [
        (EventKind.SEEN, 0, set()),
        (EventKind.INTENT, 0, {State.SEEN}),
        (EventKind.ANSWERED, 1, {State.SEEN, State.SENDING}),
        (EventKind.PROVEN, BATCH, {State.SENT}),
    ],
)
def test_the_disk_is_full_at_that_very_moment(
    tmp_path: Path, small_disk: Path, kind: EventKind, sent: int, on_disk: set[State]
) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, SLOW) as live:
            await live.until_idle()
            with at_the_moment(kind, lambda: fill_up(small_disk)) as struck:
                await desk.issue_many(COUNT)
                live.service.wake()
                status = await live.until(in_trouble(Failure.DISK_FULL))
            assert set(struck) == {kind}
            assert desk.sent == [201] * sent
            assert {row.state for row in desk.bridge.rows} <= on_disk | {State.SEEN}
            assert status.trouble is not None and status.trouble.needs_a_person
            assert status.mood(status.at) is Mood.ATTENTION
            assert "disco" in sentence(status, status.at)
            make_room(small_disk)
            live.service.wake()
            last = await live.until(lambda one: one.counts.proven == COUNT and not one.working)
            assert last.trouble is None
        desk.assert_whole()
        assert desk.sent == [201] * COUNT

    played(tmp_path, trial)


def test_a_disk_that_stays_full_is_told_once_however_often_it_is_tried(tmp_path: Path, small_disk: Path) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, SLOW) as live:
            await live.until_idle()
            await desk.issue_many(COUNT)
            with at_the_moment(EventKind.SEEN, lambda: fill_up(small_disk)) as struck:
                for turn in range(3):
                    live.said.clear()
                    desk.hotel.clock.move(1)
                    live.service.wake()
                    await live.until(in_trouble(Failure.DISK_FULL))
                    # Never gone in between: what is gone and comes again would be told again.
                    assert not turn or all(one.trouble is not None for one in live.said)
                    status = live.said[-1]
            assert struck
            assert status.trouble is not None and status.at - status.trouble.since == timedelta(seconds=2)
            make_room(small_disk)
            live.service.wake()
            await live.until(lambda one: one.counts.proven == COUNT and one.trouble is None)

    played(tmp_path, trial)


@contextmanager
def no_file_may_grow() -> Iterator[Callable[[], None]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", [EventKind.INTENT, EventKind.ANSWERED])
def test_the_quota_is_used_up_at_that_very_moment_and_it_goes_on_by_itself(tmp_path: Path, kind: EventKind) -> None:
    async def trial(desk: Desk) -> None:
        async with serving(desk, SLOW) as live:
            await live.until_idle()
            with no_file_may_grow() as strike, at_the_moment(kind, strike):
                await desk.issue_many(COUNT)
                live.service.wake()
                await live.until(in_trouble(Failure.DISK_FAILS, Failure.DISK_FULL))
            assert desk.sent == ([] if kind is EventKind.INTENT else [201])
            await live.until(proven(COUNT))  # nobody wakes it
        desk.assert_whole()

    played(tmp_path, trial)


@contextmanager
def held_by_another(path: Path, *pragmas: str) -> Iterator[None]:
    """Have another process hold the ledger's file for as long as the block lasts."""
    code = (
        "import sqlite3, sys\nraw = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for pragma in sys.argv[2:]: raw.execute(pragma)\n"
        "raw.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), *pragmas], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.stdin.close()
        process.wait(LIMIT)


@pytest.mark.parametrize("when", ["at-the-start", "at-the-start-also-for-reading", "at-work"])
def test_another_program_holds_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)

    async def trial(desk: Desk) -> None:
        Ledger(desk.bridge.path, desk.bridge.clock).close()
        await desk.issue_many(COUNT)
        pragmas = ("PRAGMA locking_mode=EXCLUSIVE",) if when.endswith("reading") else ()
        if when == "at-work":
            async with serving(desk, SLOW) as live:
                await live.until(proven(COUNT))
                await desk.issue_many(1)
                with held_by_another(desk.bridge.path):
                    live.service.wake()
                    status = await live.until(in_trouble(Failure.LEDGER_BUSY))
                    assert desk.sent == [201] * COUNT
                    assert status.counts.proven == COUNT  # what was last known is still shown
                live.service.wake()
                await live.until(proven(COUNT + 1))
            return desk.assert_whole()
        with held_by_another(desk.bridge.path, *pragmas):
            async with serving(desk, SLOW) as live:
                first = await live.until(in_trouble(Failure.LEDGER_BUSY))
                assert first.trouble is not None and not first.trouble.needs_a_person
                assert first.mood(first.at) is Mood.ATTENTION
                assert "ocupado" in sentence(first, first.at)
                # After a minute it is somebody's business.
                desk.hotel.clock.move(61)
                live.service.wake()
                last = await live.until(lambda one: one.trouble is not None and one.trouble.needs_a_person)
                assert last.trouble is not None and last.trouble.since == first.trouble.since
                assert desk.sent == []
        async with serving(desk, SLOW) as live:
            await live.until(proven(COUNT))
        desk.assert_whole()

    played(tmp_path, trial)


@pytest.mark.parametrize("ledger", ["new", "there"])
def test_the_folder_may_not_be_written(tmp_path: Path, small_disk: Path, ledger: str) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(COUNT)
        if ledger == "there":
            Ledger(desk.bridge.path, desk.bridge.clock).close()
        assert mount("-o", "remount,ro", str(small_disk))
        async with serving(desk, SLOW) as live:
            status = await live.until(in_trouble(Failure.LEDGER_LOCKED))
            assert status.trouble is not None and status.trouble.needs_a_person
            assert "permiso" in sentence(status, status.at)
            assert desk.sent == []
            assert mount("-o", "remount,rw", str(small_disk))
            live.service.wake()
            await live.until(proven(COUNT))
        desk.assert_whole()

    played(tmp_path, trial)


def test_damage_that_shows_at_work_is_healed_and_told(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(30)
        await desk.bridge.cycle()
        await desk.issue_many(COUNT)
        do_harm(desk.bridge.path, HIDDEN)
        async with serving(desk, QUICK) as live:
            status = await live.until(lambda one: one.rebuilding)
            assert status.rebuild is not None and status.rebuild.aside is not None
            assert status.mood(status.at) is Mood.ATTENTION
            await live.until(lambda one: one.counts.proven == 30 and one.counts.waiting == COUNT)
            assert desk.sent == [201] * 30
            desk.hotel.clock.move(3.1)
            live.service.wake()
            last = await live.until(proven(30 + COUNT))
            assert not last.rebuilding
        desk.assert_whole()

    played(tmp_path, trial)


def test_the_daily_copy_finds_damage_that_nobody_met_and_the_one_before_is_put_back(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        path, clock = desk.bridge.path, desk.hotel.clock
        await desk.issue_many(COUNT)
        await desk.bridge.cycle()
        good = back_up(path, clock.now())
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA writable_schema=ON")
            raw.execute("UPDATE sqlite_master SET sql = REPLACE(sql, 'full_number', 'currency') WHERE type = 'index'")
            raw.commit()
        async with serving(desk, QUICK) as live:
            await live.until_idle()
            assert not live.said[-1].rebuilding
            clock.move(86_400)
            status = await live.until(lambda one: one.rebuilding)
            assert status.rebuild is not None and status.rebuild.backup_at is not None
            clock.move(3.1)
            await live.until(lambda one: not one.rebuilding and not one.working)
        assert good in backups_of(path)
        assert desk.sent == [201] * COUNT
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_copy_is_made_every_day_beside_the_work(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        path = desk.bridge.path
        async with serving(desk, QUICK) as live:
            for day in range(1, 4):
                async with asyncio.timeout(LIMIT):
                    while len(backups_of(path)) < day:
                        await live.until_idle()
                await live.until_idle()
                assert len(backups_of(path)) == day
                desk.hotel.clock.move(86_400)

    played(tmp_path, trial)


def test_a_stop_during_a_copy_leaves_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.backup._PAGES", 1)

    async def trial(desk: Desk) -> None:
        await desk.issue_many(COUNT)
        async with serving(desk, SLOW) as live:
            await live.until(proven(COUNT))
            live.service.stop()
        left = sorted(path.name for path in (desk.bridge.path.parent / "backups").iterdir())
        assert left == [path.name for path in backups_of(desk.bridge.path)]

    played(tmp_path, trial)


def test_without_room_for_a_copy_the_work_goes_on(tmp_path: Path, small_disk: Path) -> None:
    async def trial(desk: Desk) -> None:
        path = desk.bridge.path
        Ledger(path, desk.bridge.clock).close()
        (path.parent / "backups").touch()  # a file where the folder should be
        async with serving(desk, QUICK) as live:
            await desk.issue_many(COUNT)
            await live.until(proven(COUNT))
            await live.until_idle()
            assert live.said[-1].trouble is None

    played(tmp_path, trial)


def test_without_room_to_put_a_copy_back_the_damaged_file_stays_where_it_is(tmp_path: Path, small_disk: Path) -> None:
    path, clock = small_disk / "ledger.sqlite3", HandClock()
    fill(path, 60, clock)
    back_up(path, clock.now())
    do_harm(path, "scrambled")
    before = path.read_bytes()
    fill_up(small_disk)
    with pytest.raises(StorageError) as told:
        open_ledger(path, clock)
    assert told.value.failure in (Failure.DISK_FULL, Failure.DISK_FAILS)
    assert path.read_bytes() == before
    make_room(small_disk)
    with open_ledger(path, clock) as ledger:
        assert ledger.counts().total == 60
        assert ledger.rebuild is not None and ledger.rebuild.since - clock.now() < timedelta(seconds=1)
