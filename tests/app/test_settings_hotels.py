"""Several hotels in one settings file: each keeps its own choices and all share some; the console names one of them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.connectors.profile import NOWHERE, load_profile
from app.model.clock import SystemClock
from app.model.mode import Mode
from app.model.role import Role
from app.model.server import ServerAddress
from app.setup.hotels import fresh_hotel, name_of, turned, twin_of
from app.storage.database import HEAD, version_of
from app.sync.ledger import Ledger
from app.system.paths import Paths
from app.system.settings import SHARED, NoSuchHotel, Settings, leave_out, load, load_all, show
from tests.support.console import run

FLAT = {
    "profile": "loggro",
    "mode": "solo-vigilar",
    "language": "en",
    "proxy": "http://proxy.hotel.local:8080",
    "hotel_document": "900123456",
    "hotel_id": "77",
    "paused_until": "until-resumed",
}
"""What a version that knew one hotel wrote."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path).ensure()


def two(path: Path) -> tuple[Settings, Settings]:
    """Keep two hotels, the first one shown."""
    one = Settings(profile="loggro", hotel_document="900123456", title="Hotel Uno")
    other = Settings(profile="loggro", hotel="loggro-2", hotel_document="800197268", title="Hotel Dos")
    one.save(path)
    other.save(path)
    return one, other


def keys(path: Path) -> list[str]:
    return [one.key for one in load_all(path)]


def test_a_file_of_one_hotel_is_taken_over_under_the_name_that_its_ledger_and_vault_have(path: Path) -> None:
    path.write_text(json.dumps(FLAT), encoding="utf-8")
    before = load(path).settings
    assert before == Settings.model_validate(FLAT) and before.key == "loggro"
    fresh_hotel(Paths.under(path.parent), before, "loggro").save(path)
    assert keys(path) == ["loggro", "loggro-2"]
    assert load(path).settings == load(path, "loggro").settings == before


def test_each_hotel_keeps_its_own_choices(path: Path) -> None:
    one, other = two(path)
    other.changed(mode="solo-vigilar", paused_until="until-resumed").save(path)
    assert load(path, "loggro").settings == one
    changed = load(path, "loggro-2").settings
    assert (changed.mode, changed.paused_until, changed.hotel_document) == (
        Mode.WATCH,
        "until-resumed",
        "800197268",
    )


def test_what_is_of_the_computer_holds_for_every_hotel(path: Path) -> None:
    _one, other = two(path)
    other.changed(language="en", proxy="http://p.local:3128", told_about_tray=True).save(path)
    one = load(path, "loggro").settings
    assert one.shared == load(path, "loggro-2").settings.shared
    assert (one.language, one.proxy, one.told_about_tray) == ("en", "http://p.local:3128", True)
    part = json.loads(path.read_text("utf-8"))["hotels"]["loggro"]
    assert not SHARED & part.keys()


@pytest.mark.parametrize(
    ("kept", "role"),
    [
        ({"loggro": "administrador", "loggro-2": "recepcion"}, Role.RECEPTION),
        ({"loggro": "recepcion", "loggro-2": "contador"}, Role.RECEPTION),
        ({"loggro": "administrador", "loggro-2": "administrador"}, Role.ADMINISTRATOR),
    ],
)
def test_a_role_that_an_older_version_kept_with_each_hotel_becomes_the_computers_and_raises_nobody(
    path: Path, kept: dict[str, str], role: Role
) -> None:
    two(path)
    file = json.loads(path.read_text("utf-8"))
    del file["role"]
    for key, value in kept.items():
        file["hotels"][key]["role"] = value
    path.write_text(json.dumps(file), encoding="utf-8")
    assert [one.role for one in load_all(path)] == [role, role]
    load(path, "loggro-2").settings.changed(title="Otro").save(path)
    file = json.loads(path.read_text("utf-8"))
    assert file["role"] == role
    assert not any("role" in part for part in file["hotels"].values())


def test_the_hotel_that_was_shown_is_shown_again_and_one_that_is_not_there_never(path: Path) -> None:
    two(path)
    assert load(path).settings.key == "loggro"
    show(path, "loggro-2")
    assert load(path).settings.key == "loggro-2"
    show(path, "loggro-9")
    assert load(path).settings.key == "loggro-2"


def test_a_hotel_that_is_left_out_takes_nothing_of_the_others_with_it(path: Path) -> None:
    one, _other = two(path)
    show(path, "loggro-2")
    leave_out(path, "loggro-2")
    assert load_all(path) == (one,)
    assert load(path).settings == one


def test_an_unknown_hotel_is_refused_with_those_that_there_are(path: Path) -> None:
    two(path)
    with pytest.raises(NoSuchHotel) as refused:
        load(path, "loggro-9")
    assert refused.value.known == ("loggro", "loggro-2")


def test_a_fresh_hotel_shares_what_is_of_the_computer_and_gets_a_folder_that_no_hotel_ever_had(paths: Paths) -> None:
    one = Settings(profile="loggro", language="en", hotel_document="900123456", mode="enviar-todo")
    one.save(paths.settings)
    paths.ledger("loggro-2")  # of one that was taken out; its ledger stayed
    fresh = fresh_hotel(paths, one, "loggro")
    assert fresh.key == "loggro-3"
    assert fresh == Settings(profile="loggro", hotel="loggro-3", language="en")


def test_a_hotel_that_turns_to_practice_takes_a_practice_hotel_that_no_other_has(paths: Paths) -> None:
    Settings().save(paths.settings)
    fresh = fresh_hotel(paths, Settings(), "loggro")
    fresh.save(paths.settings)
    practice = turned(paths, fresh, "sandbox")
    assert practice.key == "sandbox-2"
    practice.save(paths.settings, instead_of=fresh.key)
    assert keys(paths.settings) == ["sandbox", "sandbox-2"]
    assert paths.practice("sandbox") != paths.practice("sandbox-2")


def test_a_ledger_on_a_server_belongs_to_one_hotel(path: Path) -> None:
    _one, other = two(path)
    server = ServerAddress(host="db.local", port=5432, database="botones", user="b", hotel="nit_800197268")
    other.changed(ledger_server=server).save(path)
    assert load(path, "loggro").settings.ledger_server is None
    assert load(path, "loggro-2").settings.ledger_server == server


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: json.dumps(json.loads(text) | {"hotels": []}),
        lambda text: text.replace('"vigilar-y-completar"', '"enviar lo que sea"', 1),
    ],
    ids=["half", "empty", "no-hotels", "one-hotel-wrong"],
)
def test_a_damaged_file_costs_no_hotel(path: Path, harm: Callable[[str], str]) -> None:
    one, other = two(path)
    show(path, "loggro-2")
    damaged = harm(path.read_text("utf-8"))
    path.write_text(damaged, encoding="utf-8")
    loaded = load(path)
    assert loaded.set_aside is not None and loaded.is_whole
    assert loaded.set_aside.read_text("utf-8") == damaged
    assert loaded.settings == other
    assert load_all(path) == (one, other)
    one.changed(language="en").save(path)
    assert keys(path) == ["loggro", "loggro-2"]


def test_a_file_that_vanished_is_no_reason_to_bring_back_what_was_chosen_once(path: Path) -> None:
    two(path)
    path.unlink()
    assert load(path).settings == Settings()


def test_hotels_that_open_at_once_migrate_each_its_own_ledger(paths: Paths) -> None:
    keys = [f"loggro-{number}" for number in range(4)]
    together = Barrier(len(keys))

    def open_one(key: str) -> None:
        together.wait()
        Ledger(paths.ledger(key), SystemClock()).close()

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(open_one, keys))
    assert {version_of(paths.ledger(key)) for key in keys} == {HEAD}


def test_hotels_are_called_by_their_title_else_told_apart_by_their_name(paths: Paths) -> None:
    profile = load_profile("loggro", NOWHERE)

    def named(**choices: str) -> str:
        return name_of(Settings(profile="loggro", **choices), profile)

    assert named(hotel="loggro-2", title="Hotel La Ceiba") == "Hotel La Ceiba"
    assert named() != named(hotel="loggro-2")
    assert "loggro-2" in named(hotel="loggro-2")


def real(key: str, **choices: object) -> Settings:
    return Settings(profile="loggro", hotel=key).changed(hotel_document="900123456", **choices)


def test_the_same_real_hotel_under_another_name_is_known_and_another_property_is_not_taken_for_it() -> None:
    known = real("norte", organisation="o", hotel_id="77")
    assert twin_of(real("sur", organisation="o", hotel_id="77"), [known]) is known
    assert twin_of(real("sur", organisation="o"), [known]) is known  # nothing tells them apart
    assert twin_of(real("norte", organisation="o", hotel_id="77"), [known]) is None  # itself
    assert twin_of(real("sur", organisation="o", hotel_id="78"), [known]) is None
    assert twin_of(real("sur", organisation="p", hotel_id="77"), [known]) is None
    assert twin_of(real("sur").changed(hotel_document="800197268"), [known]) is None
    assert twin_of(Settings(profile="loggro", hotel="sur"), [Settings(profile="loggro", hotel="norte")]) is None
    one, other = real("norte", folder=Path("uno")), real("sur", folder=Path("dos"))
    assert twin_of(other, [one]) is None
    practice = {"hotel_document": "900123456", "hotel_id": "77"}
    assert twin_of(Settings(hotel="sandbox-2", **practice), [Settings(**practice)]) is None


def test_two_hotels_in_one_ledger_are_one() -> None:
    server = ServerAddress.parse("postgresql://uno@db.local/botones", hotel="h")
    one = Settings(profile="loggro", hotel="norte").changed(hotel_document="900123456", ledger_server=server)
    other = server.model_copy(update={"user": "dos"})
    assert twin_of(one.changed(hotel="sur", hotel_document="800197268", ledger_server=other), [one]) is one


# The console


def test_the_console_lists_the_hotels_and_marks_the_one_that_is_shown(paths: Paths) -> None:
    two(paths.settings)
    show(paths.settings, "loggro-2")
    out, _err = run(paths.home, "hotels")
    first, second = out.splitlines()
    assert first.startswith("  loggro: Hotel Uno") and second.startswith("* loggro-2: Hotel Dos")
    told = [json.loads(line) for line in run(paths.home, "hotels", "--json")[0].splitlines()]
    assert [(one["hotel"], one["shown"], one["set_up"]) for one in told] == [
        ("loggro", False, False),
        ("loggro-2", True, False),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["sync", "--once"],
        ["check"],
        ["backfill", "--from", "2026-11-01"],
        ["backup"],
        ["restore"],
        ["doctor"],
        ["reconcile", "--month", "2026-11"],
        ["forget"],
        ["ledger", "where"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_for_a_hotel_that_is_not_there_says_which_there_are_and_does_nothing(
    paths: Paths, command: list[str]
) -> None:
    two(paths.settings)
    _out, err = run(paths.home, *command, "--hotel", "loggro-9", code=2)
    assert "Este computador no tiene el hotel «loggro-9»" in err
    assert "loggro: Hotel Uno" in err and "loggro-2: Hotel Dos" in err


def test_a_command_works_on_the_hotel_that_it_names_whatever_the_panel_shows(paths: Paths) -> None:
    Settings().save(paths.settings)
    Settings(hotel="sandbox-2").save(paths.settings)
    run(paths.home, "sync", "--once", "--hotel", "sandbox-2")
    assert (paths.home / "hotels" / "sandbox-2" / "ledger.sqlite3").exists()
    assert not (paths.home / "hotels" / "sandbox" / "ledger.sqlite3").exists()
    out, _err = run(paths.home, "backup", "--hotel", "sandbox-2")
    assert "sandbox-2" in out
    _out, err = run(paths.home, "backup", code=2)
    assert "ningún libro" in err


def test_nobody_takes_every_access_away_by_forgetting_to_say_whose(paths: Paths) -> None:
    two(paths.settings)
    _out, err = run(paths.home, "forget", code=2)
    assert "--hotel HOTEL" in err and "--all" in err


def test_a_settings_file_that_is_lost_is_told(paths: Paths) -> None:
    paths.settings.write_text("{", encoding="utf-8")
    _out, err = run(paths.home, "backup", code=2)
    assert "El archivo de ajustes estaba dañado" in err
