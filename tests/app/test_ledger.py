"""The ledger: the row is what its events tell, repeated rows change nothing, an unsound file is never touched."""

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.journey import Event, EventKind, ImpossibleStep, State, rebuild
from app.storage import database, tables
from app.storage.database import HEAD, check_whole
from app.storage.errors import LedgerDamaged, LedgerTooNew
from app.storage.place import Place
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.harm import HARMS, do_harm
from tests.support.panel import HandClock, document, fill, filled_at, numbering, proof
from tests.support.postgres import NewPlace
from tests.support.stories import START, stories

MIGRATIONS = Path(database.__file__).parent / "migrations"
ON_A_DISK = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row(number: int, position: int | None = None, **changes: object) -> ApprovedDocument:
    one = document(number).model_copy(update=changes)
    return ApprovedDocument(position=position or number, document=one, label=one.full_number)


def said(place: Place, question: str) -> list[tuple[Any, ...]]:
    """Ask the database itself, past everything of ours."""
    engine = database.open_for_reading(place)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(question))]
    engine.dispose()
    return rows


# The row and its events


@ON_A_DISK
@given(st.lists(stories(longest=12), min_size=1, max_size=4), st.data())
def test_after_any_possible_events_the_row_is_what_they_tell(
    new_place: NewPlace, told: list[list[Event]], data: st.DataObject
) -> None:
    path = new_place()
    keys = [str(document(number).key) for number in range(1, len(told) + 1)]
    left = {key: story[1:] for key, story in zip(keys, told, strict=True)}
    with Ledger(path, HandClock(START)) as ledger:
        ledger.record_seen([row(number) for number in range(1, len(told) + 1)], len(told))
        while any(left.values()):
            # Events of several documents go in one commit, in any mixture.
            steps = []
            for key in keys:
                count = data.draw(st.integers(0, len(left[key])))
                steps += [(key, event) for event in left[key][:count]]
                left[key] = left[key][count:]
            ledger.append(steps)
        entries = {entry.key: entry.journey for entry in ledger.entries(keys)}
        reader = LedgerReader(path, HandClock(START))
        timelines = {key: list(reader.timeline(key)) for key in keys}
        states = {listed.key: (listed.state, listed.cause, listed.adopted) for listed in reader.page(0, 10)}
        reader.close()
    for key, story in zip(keys, told, strict=True):
        assert [event.model_dump() for event in timelines[key][1:]] == [event.model_dump() for event in story[1:]]
        assert entries[key] == rebuild(timelines[key])
        assert states[key] == (entries[key].state, entries[key].cause, entries[key].adopted)


def test_an_impossible_event_leaves_nothing_behind(new_place: NewPlace) -> None:
    path = new_place()
    with Ledger(path, HandClock()) as ledger:
        ledger.record_seen([row(1), row(2)], 2)
        keys = [str(document(number).key) for number in (1, 2)]
        good, bad = Event(kind=EventKind.INTENT, at=START), Event(kind=EventKind.ANSWERED, at=START)
        with pytest.raises(ImpossibleStep):
            ledger.append([(keys[0], good), (keys[1], bad)])
        assert [entry.journey.state for entry in ledger.entries(keys)] == [State.SEEN, State.SEEN]


def test_what_was_cut_off_is_in_doubt_after_a_restart_and_nothing_else_changes(new_place: NewPlace) -> None:
    path, clock = new_place(), HandClock()
    fill(path, 20, clock)
    with Ledger(path, clock) as ledger:
        before = {entry.key: entry.journey for entry in ledger.entries([str(document(n).key) for n in range(1, 21)])}
        cut = {key for key, journey in before.items() if journey.state in (State.SENDING, State.SENT)}
        assert len(cut) == 2
        assert ledger.recover() == 2
        assert ledger.recover() == 0
        for entry in ledger.entries(list(before)):
            if entry.key in cut:
                assert entry.journey.state is State.IN_DOUBT
                assert entry.journey.attempts == before[entry.key].attempts == 1
            else:
                assert entry.journey == before[entry.key]


# What comes from the PMS


@ON_A_DISK
@given(st.data())
def test_repeated_and_reordered_pages_change_nothing(new_place: NewPlace, data: st.DataObject) -> None:
    rows = [row(number) for number in range(1, 13)]
    path = new_place()
    new = 0
    with Ledger(path, HandClock()) as ledger:
        ledger.record_seen([], 0)
        pages = data.draw(st.lists(st.lists(st.sampled_from(rows), max_size=6), max_size=6))
        for page in [*pages, rows]:
            new += ledger.record_seen(page, 12)
        assert new == 12
        assert ledger.position() == 12
        assert ledger.counts().waiting == 12
    assert said(path, "SELECT COUNT(*) FROM events") == [(12,)]


@pytest.mark.parametrize("state", [State.SEEN, State.PROVEN])
def test_another_content_under_the_same_key_is_told_once_and_the_first_stays(new_place: NewPlace, state: State) -> None:
    clock, first = HandClock(), document(1)
    path = new_place()
    with Ledger(path, clock) as ledger:
        ledger.record_seen([row(1)], 1)
        if state is State.PROVEN:
            ledger.append([(str(first.key), Event(kind=EventKind.ADOPTED, at=clock.now()))])
        for _ in range(3):
            assert ledger.record_seen([row(1, 2, payable=first.payable + 1)], 2) in (0, 1)
        assert ledger.record_seen([row(1)], 2) == 0
        (entry,) = ledger.entries([str(first.key)])
    expected = State.HELD if state is State.SEEN else State.CONFLICT
    assert (entry.journey.state, entry.journey.cause) == (expected, Cause.OTHER_CONTENT)
    assert entry.document == first
    reader = LedgerReader(path, clock)
    told = [event for event in reader.timeline(entry.key) if event.cause is Cause.OTHER_CONTENT]
    reader.close()
    assert len(told) == 1
    assert told[0].data["payable"] == format(first.payable + 1, "f")


def test_equal_content_written_differently_is_no_other_content(new_place: NewPlace) -> None:
    with Ledger(new_place(), HandClock()) as ledger:
        ledger.record_seen([row(1)], 1)
        same = document(1)
        assert ledger.record_seen([row(1, payable=same.payable * 1, subtotal=same.subtotal.normalize())], 1) == 0
        assert ledger.counts().held == 0


# Counting and finding


def test_the_counts_are_those_of_the_rows(new_place: NewPlace) -> None:
    with filled_at(new_place(), 40) as reader:
        rows, counts = reader.page(0, 100), reader.counts()
        by_state = Counter(one.state for one in rows)
        assert counts.waiting == by_state[State.SEEN] + by_state[State.SENDING] + by_state[State.SENT]
        assert counts.in_doubt == by_state[State.IN_DOUBT]
        assert (counts.held, counts.conflict) == (by_state[State.HELD], by_state[State.CONFLICT])
        assert counts.missing == by_state[State.MISSING]
        assert counts.proven == counts.today == by_state[State.PROVEN]
        assert counts.adopted == sum(one.adopted for one in rows) > 0
        assert counts.total == len(rows) == reader.count() == 40


def test_today_ends_at_midnight_in_bogota(new_place: NewPlace) -> None:
    clock = HandClock(datetime(2026, 11, 25, 4, 59, tzinfo=UTC))  # 23:59 of the 24th
    with Ledger(new_place(), clock) as ledger:
        ledger.record_seen([row(1)], 1)
        ledger.append([(str(document(1).key), Event(kind=EventKind.ADOPTED, at=clock.now()))])
        assert ledger.counts().today == 1
        clock.moment += timedelta(minutes=2)
        assert (ledger.counts().today, ledger.counts().proven) == (0, 1)


def test_what_is_due_comes_in_the_order_of_approval_and_not_before_its_time(new_place: NewPlace) -> None:
    clock = HandClock()
    with Ledger(new_place(), clock) as ledger:
        ledger.record_seen([row(number) for number in (3, 1, 2)], 3)
        later = clock.now() + timedelta(seconds=30)
        ledger.append([(str(document(2).key), Event(kind=EventKind.LOOKED, at=clock.now(), due_at=later))])
        assert [entry.position for entry in ledger.due(State.SEEN, 10, clock.now())] == [1, 3]
        assert ledger.next_due() == later
        assert [entry.position for entry in ledger.due(State.SEEN, 10, later)] == [1, 2, 3]
        assert [entry.position for entry in ledger.due(State.SEEN, 2)] == [1, 2]


def test_a_document_is_found_by_its_printed_number_among_issuers_and_families(new_place: NewPlace) -> None:
    one = document(1)
    with Ledger(new_place(), HandClock()) as ledger:
        ledger.record_seen([row(1)], 1)
        found = ledger.find(one.full_number, one.family, one.issuer.id)
        assert found is not None and found.document == one
        assert ledger.find(one.full_number, one.family, "1") is None
        assert ledger.find("FEHT9", one.family, one.issuer.id) is None


def test_a_proof_is_kept_when_what_it_says_changes_and_not_when_time_passes(new_place: NewPlace) -> None:
    path = new_place()
    with Ledger(path, HandClock()) as ledger:
        for one in (proof(), proof(), proof(prefix="ZZZ"), proof(prefix="ZZZ"), proof()):
            ledger.save_proofs([one])
    assert said(path, "SELECT holds FROM proofs ORDER BY id") == [(True,), (False,), (True,)]


def test_newer_evidence_takes_the_place_of_older(new_place: NewPlace) -> None:
    first, second = numbering(proof().systems[2]), numbering(proof().systems[2], last=9_999)
    with Ledger(new_place(), HandClock()) as ledger:
        ledger.save_evidence([first])
        ledger.save_evidence([second])
        assert ledger.evidence() == (second,)


# Beside the writer


def test_a_reader_cannot_write_and_does_not_keep_the_writer_waiting(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 5, clock)
    engine = database.open_for_reading(path)
    try:
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT COUNT(*) FROM documents")) == 5
            with Ledger(path, clock) as ledger:  # while the reader is in the middle of its transaction
                assert ledger.record_seen([row(6)], 6) == 1
            assert connection.scalar(text("SELECT COUNT(*) FROM documents")) == 5
        for statement in ("DELETE FROM documents", "DROP TABLE events", "CREATE TABLE x (y)"):
            with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
                connection.execute(text(statement))
    finally:
        engine.dispose()


def test_every_commit_is_on_the_disk_before_it_returns(tmp_path: Path) -> None:
    engine = database.open_database(tmp_path / "ledger.sqlite3")
    try:
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
    finally:
        engine.dispose()


# The file


def test_the_newest_migration_is_the_one_that_the_program_expects() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what the database makes of the columns for the search: only its migration speaks of that."""
    made = {"sort_name", "sort_amount", "documents_by_name", "documents_by_amount"}
    return name not in made and not (kind == "table" and str(name).startswith("search"))


def test_the_migrations_make_exactly_the_tables_of_the_program(tmp_path: Path) -> None:
    database.open_database(tmp_path / "ledger.sqlite3").dispose()
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("version", [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()])
def test_a_ledger_of_every_older_version_is_brought_up_to_date(tmp_path: Path, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    path = tmp_path / "ledger.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    with Ledger(path, HandClock()) as ledger:
        assert ledger.record_seen([row(1)], 1) == 1
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_the_file_of_a_newer_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    fill(path, 3, HandClock())
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    before = fingerprint(path)
    with pytest.raises(LedgerTooNew):
        Ledger(path, HandClock())
    assert fingerprint(path) == before


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_file_is_said_to_be_so_and_stays_as_it_is(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "ledger.sqlite3"
    fill(path, 200, HandClock())
    do_harm(path, harm)
    before = fingerprint(path)
    with pytest.raises(LedgerDamaged):
        Ledger(path, HandClock())
    assert fingerprint(path) == before
    with pytest.raises(LedgerDamaged):
        check_whole(path)
    assert fingerprint(path) == before


def test_a_sound_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    fill(path, 5, HandClock())
    check_whole(path)


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@ON_A_DISK
@given(st.lists(stories(longest=12), min_size=1, max_size=5))
def test_after_any_events_the_tally_is_that_of_the_rows(new_place: NewPlace, told: list[list[Event]]) -> None:
    path = new_place()
    with Ledger(path, HandClock(START)) as ledger:
        ledger.record_seen([row(number) for number in range(1, len(told) + 1)], len(told))
        for number, story in enumerate(told, start=1):
            ledger.append((str(document(number).key), event) for event in story[1:])
    engine = database.open_database(path)
    with engine.begin() as raw:
        raw.execute(text("DELETE FROM documents WHERE number = 1"))
    engine.dispose()
    counted = said(path, "SELECT state, adopted, COUNT(*) FROM documents GROUP BY 1, 2")
    assert sorted(said(path, "SELECT state, adopted, n FROM tally WHERE n <> 0")) == sorted(counted)
    moments = said(path, "SELECT proven_at FROM documents WHERE proven_at IS NOT NULL")
    days = Counter(bogota_day(datetime.fromisoformat(moment)).isoformat() for (moment,) in moments)
    assert {day: n for day, n in said(path, "SELECT day, n FROM proven_days WHERE n <> 0")} == days
    counts = "state <> 'withdrawn' AND COALESCE(cause, '') <> 'rejected-by-dian' AND issued_at IS NOT NULL"
    rows = said(path, f"SELECT family, issued_at FROM documents WHERE {counts}")
    issued = Counter((family, bogota_day(datetime.fromisoformat(moment)).isoformat()) for family, moment in rows)
    kept = said(path, "SELECT family, day, n FROM issued_days WHERE n <> 0")
    assert {(family, day): n for family, day, n in kept} == issued
