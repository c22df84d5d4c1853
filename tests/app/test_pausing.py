"""A hotel is paused and resumed from the console: in the settings, and by word of mouth where a window is open."""

import json
from pathlib import Path

import pytest

from app.model.clock import BOGOTA, SystemClock
from app.model.role import Role
from app.setup.roster import Roster
from app.system.deeds import Deeds
from app.system.lock import DataLock
from app.system.paths import Paths
from app.system.settings import Settings, load
from tests.app.test_roster import keep, names
from tests.support.console import run


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path).ensure()


def test_a_hotel_is_paused_and_resumed_where_no_window_is_open_and_a_server_knows_it_at_once(paths: Paths) -> None:
    keep(paths, "norte")
    keep(paths, "sur")
    roster = Roster(paths, SystemClock())
    out, _ = run(paths.home, "pause", "--hotel", "sur")
    assert "sur: Pausó los envíos" in out and "páuselo también allí" in out
    assert names(roster()) == ["norte"]
    assert [json.loads(line)["paused"] for line in run(paths.home, "hotels", "--json")[0].splitlines()] == [False, True]
    run(paths.home, "resume", "--hotel", "sur")
    assert names(roster()) == ["norte", "sur"]
    told = [deed.told for deed in Deeds(paths.deeds("sur"), SystemClock()).read()]
    assert len(told) == 2 and told[0].startswith("Reanudó") and told[1].startswith("Pausó")


def test_a_pause_ends_at_the_hour_of_bogota_that_was_said_and_one_that_is_over_is_refused(paths: Paths) -> None:
    Settings().save(paths.settings)
    run(paths.home, "pause", "--until", "2090-01-31T18:30")
    until = load(paths.settings).settings.paused_until
    assert not isinstance(until, str) and until is not None
    assert until.astimezone(BOGOTA).isoformat() == "2090-01-31T18:30:00-05:00"
    _, err = run(paths.home, "pause", "--until", "2020-01-01", code=2)
    assert "ya pasó" in err
    assert load(paths.settings).settings.paused_until == until


def test_where_another_command_works_it_is_said_and_nothing_changes(paths: Paths) -> None:
    Settings().save(paths.settings)
    with DataLock(paths.home):  # nobody listens
        _, err = run(paths.home, "pause", code=2)
    assert "Otra orden" in err
    assert load(paths.settings).settings.paused_until is None


def test_who_may_not_pause_is_refused(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # A vault that does not answer raises nobody: the role is the one that was chosen.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    Settings(role=Role.ACCOUNTANT).save(paths.settings)
    _, err = run(paths.home, "pause", code=3)
    assert "no lo hace contador" in err
