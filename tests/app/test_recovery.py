"""A ledger that was damaged or lost: set aside, put back or begun anew, and nothing is sent before the whole look."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.model.causes import Cause
from app.model.documents import Family
from app.model.journey import Event, EventKind, ImpossibleStep, State, rebuild
from app.model.mode import Mode
from app.model.status import Rebuild
from app.storage.backup import back_up, backups_of, last_aside
from app.storage.errors import LedgerDamaged, LedgerTooNew
from app.sync.ledger import Ledger
from app.sync.recovery import open_ledger, restore
from tests.support.desk import Desk, played
from tests.support.harm import do_harm
from tests.support.panel import HandClock, document, fill, numbering, proof

SETTLE = 3.1


def mark_of(desk: Desk) -> Rebuild | None:
    with Ledger(desk.bridge.path, desk.bridge.clock) as ledger:
        return ledger.rebuild


def asides(path: Path) -> list[Path]:
    return sorted(path.parent.glob("ledger.*-*.sqlite3"))


async def until_trusted(desk: Desk) -> None:
    """Run cycles with the settling time between them until the ledger is whole again."""
    for _ in range(3):
        desk.hotel.clock.move(SETTLE)
        await desk.bridge.cycle()
        if mark_of(desk) is None:
            return
    raise AssertionError("the ledger is never trusted again")


@pytest.mark.parametrize("harm", ["scrambled", "emptied", "cut"])
def test_without_a_copy_all_is_found_again_and_nothing_leaves_before_the_whole_look(tmp_path: Path, harm: str) -> None:
    async def trial(desk: Desk) -> None:
        path = desk.bridge.path
        await desk.issue_many(12)
        await desk.bridge.cycle()
        assert desk.sent == [201] * 12
        await desk.issue_many(3)
        do_harm(path, harm)
        harmed = path.read_bytes()
        for _ in range(2):
            await desk.bridge.cycle()
            assert desk.sent == [201] * 12
            counts = desk.bridge.counts
            assert (counts.proven, counts.adopted, counts.waiting) == (12, 12, 3)
        mark = mark_of(desk)
        assert mark is not None and mark.backup_at is None and mark.aside is not None
        (aside,) = asides(path)
        assert (str(aside), aside.read_bytes()) == (mark.aside, harmed)
        await until_trusted(desk)
        assert desk.sent == [201] * 15
        desk.assert_whole()

    played(tmp_path, trial)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_copy_is_put_back_and_what_was_sent_after_it_is_adopted(tmp_path: Path, mode: Mode) -> None:
    async def trial(desk: Desk) -> None:
        path, clock = desk.bridge.path, desk.hotel.clock
        sending = desk.bridge.with_(mode=Mode.SEND_ALL)
        await desk.issue_many(5)
        await sending.cycle()
        typed = numbering(proof().systems[2])
        with Ledger(path, clock) as ledger:
            ledger.save_evidence([typed])
        back_up(path, clock.now())
        copied_at = clock.now()
        clock.move(3_600)
        await desk.issue_many(5)
        await sending.cycle()
        await desk.issue_many(2)
        assert desk.sent == [201] * 10
        do_harm(path, "scrambled")
        await desk.bridge.cycle()
        mark = mark_of(desk)
        assert mark is not None and mark.backup_at == copied_at
        counts = desk.bridge.counts
        assert (counts.proven, counts.adopted) == (10, 5)
        with Ledger(path, clock) as ledger:
            assert typed in ledger.evidence()
        assert desk.sent == [201] * 10
        await until_trusted(desk)
        clock.move(SETTLE)
        await desk.bridge.cycle()
        assert desk.sent == [201] * (10 if mode is Mode.WATCH else 12)
        assert desk.bridge.counts.missing == (2 if mode is Mode.WATCH else 0)

    played(tmp_path, trial, mode)


def test_a_request_that_was_under_way_may_still_arrive_and_is_waited_for(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        do_harm_to_nothing(desk)
        await desk.bridge.cycle()
        assert (desk.sent, desk.bridge.counts.waiting) == ([], 2)
        late, other = desk.hotel.documents()
        desk.hotel.clock.move(SETTLE - 1)
        desk.write_as_loggro(late)
        await desk.bridge.cycle()
        assert desk.sent == []
        await until_trusted(desk)
        assert desk.sent == [201]
        assert desk.bridge.story(str(late.key))[-1] is EventKind.ADOPTED
        assert desk.bridge.story(str(other.key))[-1] is EventKind.PROVEN
        desk.assert_whole()

    played(tmp_path, trial)


def do_harm_to_nothing(desk: Desk) -> None:
    """Leave a ledger that has never heard of any document, damaged."""
    Ledger(desk.bridge.path, desk.bridge.clock).close()
    do_harm(desk.bridge.path, "beheaded")


def test_every_state_of_an_older_copy_comes_to_the_same_end(tmp_path: Path) -> None:
    """In the copy one waits, one is being sent, one is held, one in conflict, one missing; all were sent since."""

    async def trial(desk: Desk) -> None:
        path, clock = desk.bridge.path, desk.hotel.clock
        await desk.issue(*[Family.FACTURA] * 5)
        waits, under_way, held, conflict, _missing = (str(one.key) for one in desk.hotel.documents())
        async with desk.bridge.with_(mode=Mode.WATCH).engine() as engine:
            await engine.cycle()
        now = clock.now()
        with Ledger(path, clock) as ledger:
            release = Event(kind=EventKind.RELEASED, at=now)
            ledger.append((key, release) for key in (waits, under_way, held, conflict))
            ledger.append(
                [
                    (under_way, Event(kind=EventKind.INTENT, at=now)),
                    (held, Event(kind=EventKind.HELD, at=now, cause=Cause.REFUSED_BY_PYMES, data={"messages": []})),
                    (conflict, Event(kind=EventKind.CONFLICT, at=now, cause=Cause.DIFFERS_IN_PYMES)),
                ]
            )
        assert {row.state for row in desk.bridge.rows} == {
            *(State.SEEN, State.SENDING, State.HELD, State.CONFLICT, State.MISSING)
        }
        back_up(path, now)
        for one in desk.hotel.documents():
            desk.write_foreign(one)
        do_harm(path, "zeroed")
        await desk.bridge.cycle()
        assert {row.state for row in desk.bridge.rows} == {State.PROVEN}
        await until_trusted(desk)
        assert desk.sent == []
        desk.assert_whole()
        with desk.bridge.reading() as reader, Ledger(path, clock) as ledger:
            for entry in ledger.entries([row.key for row in desk.bridge.rows]):
                assert entry.journey == rebuild(list(reader.timeline(entry.key)))

    played(tmp_path, trial)


def test_a_look_that_was_cut_off_is_begun_again_and_counts_for_nothing(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(4)
        do_harm_to_nothing(desk)
        async with desk.bridge.engine() as engine:
            await engine.cycle()
            desk.hotel.clock.move(SETTLE)
            asked = iter([False, True])  # told to end in the middle, and then no longer
            await engine.cycle(halted=lambda: next(asked, False))
            assert mark_of_open(engine) is not None
        assert desk.sent == []
        await until_trusted(desk)
        desk.assert_whole()

    played(tmp_path, trial)


def mark_of_open(engine: object) -> Rebuild | None:
    ledger = getattr(engine, "_ledger")  # noqa: B009
    assert isinstance(ledger, Ledger)
    return ledger.rebuild


def test_what_is_approved_during_the_look_is_looked_for_before_it_ends(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        do_harm_to_nothing(desk)
        await desk.bridge.cycle()
        desk.hotel.clock.move(SETTLE)
        first = True

        def approve_one_meanwhile() -> bool:
            nonlocal first
            if first and desk.bridge.counts.waiting == 2:
                first = False
                house = desk.hotel.house.hotel
                running.append(asyncio.ensure_future(house.issue(1, [Family.FACTURA])))
            return False

        running: list[asyncio.Future[object]] = []
        async with desk.bridge.engine() as engine:
            await engine.cycle(halted=approve_one_meanwhile)
            await asyncio.gather(*running)
            assert mark_of_open(engine) is not None or len(desk.sent) == 3
        await until_trusted(desk) if mark_of(desk) else None
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_marked_ledger_refuses_every_intent(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 20, clock)
    key = str(document(19).key)
    intent = Event(kind=EventKind.INTENT, at=clock.now())
    with Ledger(path, clock) as ledger:
        ledger.begin_rebuild(Rebuild(since=clock.now()))
        assert ledger.position() == 0
    with Ledger(path, clock) as ledger:  # the mark is in the file
        with pytest.raises(ImpossibleStep):
            ledger.append([(key, intent)])
        ledger.end_rebuild()
        ledger.append([(key, intent)])
    with Ledger(path, clock) as ledger:
        assert ledger.rebuild is None


def test_a_clock_that_was_wrong_does_not_keep_the_ledger_closed_for_years(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        Ledger(desk.bridge.path, desk.bridge.clock).close()
        with Ledger(desk.bridge.path, desk.bridge.clock) as ledger:
            ledger.begin_rebuild(Rebuild(since=desk.hotel.clock.now() + timedelta(days=400)))
        await desk.bridge.cycle()
        assert desk.sent == []
        await until_trusted(desk)
        assert desk.sent == [201]

    played(tmp_path, trial)


# The file


def test_a_ledger_that_is_gone_is_put_back_and_its_left_overs_meet_no_new_file(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 10, clock)
    back_up(path, clock.now())
    path.unlink()
    wal = Path(f"{path}-wal")
    wal.write_bytes(b"what a killed writer left")
    with open_ledger(path, clock) as ledger:
        assert ledger.rebuild is not None
        assert ledger.counts().total == 10
    moved = last_aside(path)
    assert moved is None  # there was no file of its own to set aside...
    (left,) = tmp_path.glob("ledger.damaged-*-wal")
    assert left.read_bytes() == b"what a killed writer left"


@pytest.mark.parametrize("gone", ["file", "all"])
def test_a_ledger_that_is_gone_without_a_copy_begins_anew_and_marked_where_a_trace_is_left(
    tmp_path: Path, gone: str
) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 3, clock)
    do_harm(path, "text")
    with open_ledger(path, clock) as ledger:
        assert ledger.rebuild is not None
    (old,) = asides(path)
    path.unlink()
    if gone == "all":
        old.unlink()
    with open_ledger(path, clock) as ledger:
        assert (ledger.rebuild is not None) == (gone == "file")


def test_copies_that_are_damaged_or_too_new_are_passed_over(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    expected = []
    for count in (5, 10, 15):
        fill(path, count, clock, first=count - 4)
        clock.moment += timedelta(days=1)
        expected.append(back_up(path, clock.now()))
    oldest, middle, newest = expected
    do_harm(newest, "scrambled")
    with closing(sqlite3.connect(middle)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    do_harm(path, "cut")
    before = {one: one.read_bytes() for one in (oldest, middle, newest, path)}
    with open_ledger(path, clock) as ledger:
        assert ledger.counts().total == 5
    assert last_aside(path) is not None and last_aside(path).read_bytes() == before.pop(path)  # type: ignore[union-attr]
    assert {one: one.read_bytes() for one in before} == before


def test_a_file_of_a_newer_program_is_no_damaged_one(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 3, clock)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(LedgerTooNew):
        open_ledger(path, clock)
    assert asides(path) == []


def test_damage_that_only_a_full_check_sees_is_healed_when_there_is_reason_to_look(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 30, clock)
    back_up(path, clock.now())
    spoil_an_index(path)
    with open_ledger(path, clock) as ledger:
        assert ledger.rebuild is None
    with open_ledger(path, clock, thorough=True) as ledger:
        assert ledger.rebuild is not None
        assert ledger.counts().total == 30


def spoil_an_index(path: Path) -> None:
    """Have an index say something else than its rows: whoever asks by it misses documents."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("UPDATE sqlite_master SET sql = REPLACE(sql, 'full_number', 'currency') WHERE type = 'index'")
        raw.commit()


@pytest.mark.parametrize("kind", ["nothing-like-it", "another-database", "damaged"])
def test_a_file_that_is_no_copy_is_not_put_back(tmp_path: Path, kind: str) -> None:
    path, clock, copy = tmp_path / "ledger.sqlite3", HandClock(), tmp_path / "copy.sqlite3"
    fill(path, 3, clock)
    if kind == "another-database":
        with closing(sqlite3.connect(copy)) as raw:
            raw.execute("CREATE TABLE cosas (x)")
            raw.commit()
    else:
        copy.write_bytes(path.read_bytes())
        do_harm(copy, "text" if kind == "nothing-like-it" else "scrambled")
    before = path.read_bytes()
    with pytest.raises(LedgerDamaged):
        restore(path, copy, clock)
    assert path.read_bytes() == before
    assert asides(path) == [] and not (tmp_path / "rebuilding").exists()


def test_a_copy_that_a_person_chose_is_put_back_and_the_present_one_set_aside(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 3, clock)
    copy = back_up(path, clock.now())
    fill(path, 6, clock, first=4)
    with restore(path, copy, clock) as ledger:
        assert ledger.counts().total == 3
        assert ledger.rebuild is not None and ledger.rebuild.backup_at is not None
    (aside,) = asides(path)
    with Ledger(aside, clock) as ledger:
        assert ledger.counts().total == 6
    assert backups_of(path) == [copy]


def test_what_happened_is_told_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        do_harm_to_nothing(desk)
        await desk.bridge.cycle()
        await until_trusted(desk)

    caplog.set_level(logging.INFO, "app.sync")
    played(tmp_path, trial)
    said = [record.getMessage() for record in caplog.records if record.name.startswith("app.sync")]
    assert [line.split(":")[0] for line in said if "ledger" in line] == [
        "the ledger cannot be used",
        "a ledger of nothing took its place; the old file",
        "the ledger is whole again",
    ]
