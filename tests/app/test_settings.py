"""The hotel's choices survive crashes, newer versions and damage, and never hold a secret."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.model.mode import Mode
from app.system.settings import Settings, checked_proxy, load

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_no_file_gives_the_defaults_without_alarm(tmp_path: Path) -> None:
    loaded = load(tmp_path / "settings.json")
    assert loaded.settings == Settings()
    assert loaded.set_aside is None
    assert (loaded.settings.profile, loaded.settings.mode) == ("sandbox", Mode.COMPLETE)


@pytest.mark.parametrize("pause", [None, NOW + timedelta(hours=1), "until-resumed"])
def test_what_is_saved_is_loaded(tmp_path: Path, pause: datetime | str | None) -> None:
    path = tmp_path / "settings.json"
    settings = Settings().changed(
        profile="loggro",
        mode="solo-vigilar",
        proxy="http://proxy.hotel.local:8080",
        told_about_tray=True,
        pms_access="api-key",
        hotel_document="900123456",
        paused_until=pause,
    )
    settings.save(path)
    assert load(path).settings == settings
    assert sorted(file.name for file in tmp_path.iterdir()) == ["settings.copy.json", "settings.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_file_is_for_this_user_only(tmp_path: Path) -> None:
    Settings().save(tmp_path / "settings.json")
    assert stat.S_IMODE((tmp_path / "settings.json").stat().st_mode) == 0o600


def test_keys_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"language": "en", "of_tomorrow": {"x": 1}}), encoding="utf-8")
    loaded = load(path)
    assert loaded.settings == Settings(language="en")
    assert loaded.set_aside is None


@pytest.mark.parametrize(
    "content", [b"", b'{"profile": "log', b"\xff\xfe", b"[]", b'{"mode": "enviar"}', b'{"proxy": "http://u:p@h:1"}']
)
def test_a_damaged_file_is_set_aside_whole_and_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    loaded = load(path)
    assert loaded.settings == Settings()
    assert loaded.set_aside is not None and not loaded.is_whole
    assert loaded.set_aside.name.startswith("settings.damaged-")
    assert loaded.set_aside.read_bytes() == content
    assert load(path).set_aside is None


def test_a_save_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.mkdir()
    (path / "in the way").touch()
    with pytest.raises(OSError):
        Settings().save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


def test_a_process_killed_while_saving_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    program = (
        "import sys\nfrom pathlib import Path\nfrom app.system.settings import Settings\n"
        "path, number = Path(sys.argv[1]), 0\n"
        "while True:\n"
        "    Settings(hotel_id=str(number) * 500).save(path)\n    number += 1\n    print(number, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        while int(process.stdout.readline()) < 5:
            pass
        process.kill()
    loaded = load(path)
    assert loaded.set_aside is None
    assert loaded.settings.hotel_id is not None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        (" https://10.0.0.1:8080/ ", "https://10.0.0.1:8080"),
        ("http://[::1]:3128", "http://[::1]:3128"),
    ],
)
def test_a_proxy_is_kept_as_scheme_host_and_port(typed: str, kept: str) -> None:
    assert checked_proxy(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["proxy", "proxy:3128", "http://proxy", "socks5://proxy:1", "http://proxy:99999", "http://proxy:1/x", "http://[:1"],
)
def test_what_is_no_proxy_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="proxy"):
        checked_proxy(typed)


@pytest.mark.parametrize("typed", ["http://ana:clave-secreta@proxy:3128", "http://ana@proxy:3128", "http://:clave@p:1"])
def test_a_proxy_with_a_password_is_refused_in_words_that_do_not_repeat_it(typed: str) -> None:
    with pytest.raises(ValueError, match="usuario ni contraseña") as plain:
        checked_proxy(typed)
    with pytest.raises(ValidationError, match="usuario ni contraseña") as wrapped:
        Settings().changed(proxy=typed)
    assert "ana" not in str(plain.value)
    assert "clave" not in str(wrapped.value)


def test_a_pause_holds_until_its_time_or_until_it_is_lifted() -> None:
    assert not Settings().is_paused(NOW)
    hour = Settings(paused_until=NOW + timedelta(hours=1))
    assert hour.is_paused(NOW + timedelta(minutes=59))
    assert not hour.is_paused(NOW + timedelta(minutes=60))
    assert Settings(paused_until="until-resumed").is_paused(NOW + timedelta(days=400))


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValidationError):
        Settings(paused_until=datetime(2026, 11, 24))
