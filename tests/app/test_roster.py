"""Which hotels a chain carries, read anew when the file of the settings changes."""

from pathlib import Path

from app.model.clock import SystemClock
from app.model.role import Role
from app.model.server import ServerAddress
from app.setup.roster import Roster
from app.system.paths import Paths
from app.system.settings import Settings, leave_out

ADDRESS = ServerAddress.parse("postgresql://botones@127.0.0.1/botones", hotel="hotel_1")


def keep(paths: Paths, hotel: str, **choices: object) -> None:
    Settings(hotel=hotel, profile="loggro").changed(ledger_server=ADDRESS, **choices).save(paths.settings)


def names(hotels: tuple[Settings, ...]) -> list[str]:
    return [one.key for one in hotels]


def test_only_hotels_with_a_ledger_on_a_server_and_somebody_who_sends_are_carried(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()
    roster = Roster(paths, SystemClock())
    assert roster.all() == ()
    keep(paths, "norte")
    Settings(hotel="archivo", profile="loggro").save(paths.settings)
    Settings().changed(ledger_server=ADDRESS).save(paths.settings)  # the practice hotel
    assert names(roster.all()) == ["norte"]
    keep(paths, "norte", role=Role.ACCOUNTANT)  # where an accountant sits, for none
    assert names(roster.all()) == []


def test_who_comes_goes_or_rests_is_known_at_once(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()
    keep(paths, "norte")
    roster = Roster(paths, SystemClock())
    assert names(roster()) == ["norte"]
    keep(paths, "sur")
    assert names(roster()) == ["norte", "sur"]
    keep(paths, "norte", paused_until="until-resumed")
    assert names(roster()) == ["sur"]
    assert names(roster.all()) == ["norte", "sur"]
    leave_out(paths.settings, "sur")
    assert names(roster.all()) == ["norte"]


def test_a_file_that_cannot_be_read_puts_nobody_to_rest(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()
    keep(paths, "norte")
    roster = Roster(paths, SystemClock())
    assert names(roster()) == ["norte"]
    paths.settings.write_text("{ no", "utf-8")
    assert names(roster()) == ["norte"]
    paths.settings.unlink()
    assert names(roster()) == ["norte"]
