"""The set-up script, as far as it can be tried on a machine that is already set up."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "dev.py"


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_told_which_one_does(dev: ModuleType, version: tuple[int, int]) -> None:
    with pytest.raises(dev.Stop, match=rf"3\.11, 3\.12 o 3\.13, y este es 3\.{version[1]}"):
        dev.check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_python_that_fits_passes(dev: ModuleType, version: tuple[int, int]) -> None:
    dev.check_python(version)


@pytest.mark.parametrize(
    ("printed", "way_out"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "cache purge"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "espacio"),
        ("Max retries exceeded (Caused by SSLError(SSLCertVerificationError(1, '...')))", "global.cert"),
        ("Max retries exceeded (Caused by ProxyError('Cannot connect to proxy.'))", "HTTPS_PROXY"),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError: [Errno -3] Temporary failure in name "
            "resolution'\nERROR: No matching distribution found for alembic==1.20.1",
            "No hay conexión",
        ),
        ("ERROR: No matching distribution found for PySide6-Essentials", "glibc"),
        ("something nobody has seen yet", "líneas de arriba"),
    ],
)
def test_a_failed_installation_names_the_way_out(dev: ModuleType, printed: str, way_out: str) -> None:
    told = dev.explain(printed)
    assert way_out in told
    assert printed.splitlines()[-1] in told, "what pip said stays readable"


def test_an_environment_from_another_place_is_not_used(dev: ModuleType, tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    dev.VENV, dev.STAMP = tmp_path, tmp_path / "stamp.json"
    dev.venv_python = lambda: python
    assert dev.read_stamp() == {}

    dev.STAMP.write_text('{"home": {"path": "/elsewhere", "python": [3, 11]}, "digests": {}}')
    assert dev.read_stamp() == {}

    dev.STAMP.write_text(f'{{"home": {{"path": "{tmp_path.as_posix()}", "python": [3, 2]}}, "digests": {{}}}}')
    assert dev.read_stamp() == {}


def test_an_environment_whose_python_is_gone_is_not_used(dev: ModuleType, tmp_path: Path) -> None:
    dev.VENV, dev.STAMP = tmp_path, tmp_path / "stamp.json"
    dev.STAMP.write_text(dev.json.dumps({"home": dev.home_of_venv(), "digests": {"run": "x"}}))
    assert dev.read_stamp() == {}


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [
        ([], True),
        (["gui"], True),
        (["gui", "--help"], False),
        (["--profile", "sandbox"], True),
        (["--help"], False),
        (["demo", "--headless"], False),
        (["doctor"], False),
    ],
)
def test_only_the_window_asks_for_a_display(dev: ModuleType, arguments: list[str], opens: bool) -> None:
    assert dev.opens_a_window(arguments) is opens


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")
def test_run_without_a_display_offers_the_console(dev: ModuleType) -> None:
    if not dev.read_stamp():
        pytest.skip("these tests run in an environment that the script did not make")
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "run"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "No hay pantalla" in done.stderr or "no hay pantalla" in done.stderr
    assert "-m app demo --headless" in done.stderr


def test_packages_already_there_are_not_asked_for(dev: ModuleType) -> None:
    everything = set(dev.RUN_LIBRARIES)
    dev.LINUX = True
    dev.has_font = lambda: True
    dev.known_libraries = lambda: everything
    assert dev.missing_packages(for_tests=False) == []

    everything.remove("libxcb-cursor.so.0")
    assert dev.missing_packages(for_tests=False) == ["libxcb-cursor0"]
