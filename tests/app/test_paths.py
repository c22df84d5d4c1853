"""One home for everything that is written."""

import os
import stat
import sys
from pathlib import Path

import pytest
from platformdirs import user_data_dir

from app.system.paths import Paths


def test_the_variable_moves_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTONES_HOME", str(tmp_path / "elsewhere"))
    assert Paths.of_user().home == tmp_path / "elsewhere"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_it_is_the_local_data_folder_of_the_user(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOTONES_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("BOTONES_HOME", value)
    assert Paths.of_user().home == Path(user_data_dir("Botones", False, roaming=False))


def test_everything_lies_under_the_home(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    for place in (
        paths.ledger("sandbox"),
        paths.setup("sandbox"),
        paths.settings,
        paths.logs,
        paths.reports,
        paths.sandbox,
        paths.demo,
    ):
        assert tmp_path in place.parents


def test_a_relative_home_is_fixed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = Paths.under(Path("data"))
    monkeypatch.chdir("/")
    assert paths.home == tmp_path / "data"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_is_created_is_for_this_user_only_and_what_was_there_is_left_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        (tmp_path / "deep").mkdir(mode=0o755)
        paths = Paths.under(tmp_path / "deep" / "home").ensure()
        paths.ensure()
        Paths.under(tmp_path / "deep").ensure()
    finally:
        os.umask(before)
    for folder in (paths.home, paths.logs, paths.reports, paths.sandbox, paths.demo):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o755
