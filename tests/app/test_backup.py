"""Copies of the ledger: whole, of one moment, checked, rotated, given up in order, and never in the writer's way."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.clock import bogota_day
from app.model.journey import Event, EventKind
from app.storage import backup
from app.storage.backup import (
    BackupCancelled,
    back_up,
    backups_of,
    folder_of,
    is_due,
    made_at,
)
from app.storage.database import HEAD
from app.storage.errors import LedgerDamaged
from app.sync.ledger import Ledger
from tests.support.harm import do_harm
from tests.support.panel import NOW, HandClock, document, fill


def total(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = raw.execute("SELECT COUNT(*) FROM documents").fetchone()
        return int(count)


def test_a_copy_is_one_whole_file_of_its_moment_for_this_user_only(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 20, clock)
    with Ledger(path, clock) as ledger:  # the writer is there, its last commits only in the log beside the file
        key = str(document(19).key)
        ledger.append([(key, Event(kind=EventKind.LOOKED, at=clock.now()))])
        made = back_up(path, clock.now())
    assert made.parent == folder_of(path) == tmp_path / "backups"
    assert list(made.parent.iterdir()) == [made]
    assert made_at(made) == clock.now()
    assert total(made) == 20
    with closing(sqlite3.connect(made)) as raw:
        (last,) = raw.execute("SELECT kind FROM events ORDER BY id DESC LIMIT 1").fetchone()
        assert last == EventKind.LOOKED
    if os.name == "posix":
        assert made.parent.stat().st_mode & 0o077 == 0


def test_the_writer_writes_on_and_the_copy_stays_of_its_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 30, clock)
    steps = 0
    with Ledger(path, clock) as ledger:
        key = str(document(19).key)

        def write_on() -> bool:
            nonlocal steps
            steps += 1
            ledger.append([(key, Event(kind=EventKind.LOOKED, at=clock.now()))])
            return False

        made = back_up(path, clock.now(), write_on)
    with closing(sqlite3.connect(made)) as raw:
        (looked,) = raw.execute("SELECT COUNT(*) FROM events WHERE kind = 'looked'").fetchone()
    assert looked == 0 and steps > 10
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT COUNT(*) FROM events WHERE kind = 'looked'").fetchone() == (steps,)


@pytest.mark.parametrize("after", [0, 3, 200])
def test_given_up_at_any_moment_nothing_is_left_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    monkeypatch.setattr(backup, "_STEPS", 1)
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 30, clock)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(BackupCancelled):
        back_up(path, clock.now(), cancelled)
    assert list(folder_of(path).iterdir()) == []
    assert total(path) == 30


@pytest.mark.parametrize("harm", ["scrambled", "text", "cut"])
def test_a_damaged_ledger_makes_no_copy_and_the_others_stay(tmp_path: Path, harm: str) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 100, clock)
    good = back_up(path, clock.now())
    do_harm(path, harm)
    with pytest.raises(LedgerDamaged):
        back_up(path, clock.now() + timedelta(days=1))
    assert list(folder_of(path).iterdir()) == [good]


def test_one_is_due_when_the_last_is_a_day_old(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 1, clock)
    assert is_due(path, clock.now())
    back_up(path, clock.now())
    assert not is_due(path, clock.now() + timedelta(hours=23, minutes=59))
    assert is_due(path, clock.now() + timedelta(days=1))
    # The clock was a year ahead when it was made: that copy does not stand for the year to come.
    assert is_due(path, clock.now() - timedelta(days=365))


DAYS = st.lists(st.integers(0, 120), min_size=1, max_size=40).map(sorted)


@settings(max_examples=40)
@given(DAYS, st.integers(0, 23))
def test_seven_days_and_four_weeks_are_kept_and_the_newest_always(
    tmp_path_factory: pytest.TempPathFactory, days: list[int], hour: int
) -> None:
    path = tmp_path_factory.mktemp("rotation") / "ledger.sqlite3"
    folder_of(path).mkdir()
    moments = [datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day, minutes=n) for n, day in enumerate(days)]
    for moment in moments:
        (folder_of(path) / f"ledger-{moment:%Y%m%dT%H%M%S%fZ}.sqlite3").touch()
        backup._forget_old(path)
    kept = [made_at(one) for one in backups_of(path)]
    assert kept[0] == moments[-1]
    newest: dict[date, datetime] = {bogota_day(moment): moment for moment in moments}
    assert set(kept) >= set(sorted(newest.values())[-7:])
    assert len(kept) <= 7 + 4
    weeks = {bogota_day(moment).isocalendar()[:2] for moment in moments}
    kept_weeks = {bogota_day(moment).isocalendar()[:2] for moment in kept if moment}
    assert len(kept_weeks) >= min(4, len(weeks))


def test_what_a_killed_copy_left_goes_with_the_next_day(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 1, clock)
    folder_of(path).mkdir()
    old, young = folder_of(path) / "ledger-x.tmp", folder_of(path) / "ledger-y.tmp-journal"
    for left, age in ((old, 25), (young, 1)):
        left.touch()
        then = (clock.now() - timedelta(hours=age)).timestamp()
        os.utime(left, (then, then))
    back_up(path, clock.now())
    assert (old.exists(), young.exists()) == (False, True)


def test_before_a_migration_the_ledger_is_copied_as_it_was(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    path = tmp_path / "ledger.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(backup.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO facts VALUES ('pms-position', '7')")
        raw.commit()
    with Ledger(path, HandClock()) as ledger:
        assert ledger.position() == 7
    (made,) = backups_of(path)
    for file, version in ((made, "0002"), (path, HEAD)):
        with closing(sqlite3.connect(file)) as raw:
            assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)
    with Ledger(path, HandClock()):
        pass
    assert backups_of(path) == [made]


def test_a_new_ledger_has_nothing_to_copy(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite3", HandClock(NOW)).close()
    assert not (tmp_path / "backups").exists()


def test_two_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 50, clock)
    made: list[Path] = []
    threads = [
        threading.Thread(target=lambda n=n: made.append(back_up(path, clock.now() + timedelta(seconds=n))))  # type: ignore[misc]
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    left = backups_of(path)
    assert left and {total(one) for one in left} == {50}
