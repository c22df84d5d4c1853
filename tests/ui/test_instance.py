"""One program per data folder: a second start shows the first and ends, in real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app.model.clock import BOGOTA
from app.system.lock import DataLock
from ui.instance import FirstInstance, _name_of, end_first, show_first

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60_000
"""For another process to begin and to end, on a machine that is busy with something else."""
START = "import sys; from ui.main import main; sys.exit(main(minimized=True, measure=True))"


def start(home: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"BOTONES_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", START],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def first(tmp_path: Path, qapp: object) -> Iterator[FirstInstance]:
    first = FirstInstance(tmp_path)
    assert first.listen()
    yield first
    first.close()


def other(home: Path) -> subprocess.Popen[str]:
    code = "import sys, pathlib; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]); "
    code += f"from ui.instance import show_first; sys.exit(0 if show_first(pathlib.Path({str(home)!r})) else 3)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT)


def test_another_process_makes_this_one_show_itself(qtbot: QtBot, tmp_path: Path, first: FirstInstance) -> None:
    with qtbot.waitSignal(first.show_requested, timeout=LIMIT):
        process = other(tmp_path)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=LIMIT)
    assert process.returncode == 0


def test_the_later_start_has_its_answer_before_the_first_begins_to_show_itself(
    qtbot: QtBot, tmp_path: Path, first: FirstInstance
) -> None:
    processes: list[subprocess.Popen[str]] = []
    codes: list[int] = []
    first.show_requested.connect(lambda: codes.append(processes[0].wait(60)))  # a window that takes as long as it likes
    processes.append(other(tmp_path))
    qtbot.waitUntil(lambda: bool(codes), timeout=LIMIT)
    assert codes == [0]


def test_another_folder_is_another_program(qtbot: QtBot, tmp_path: Path, first: FirstInstance) -> None:
    shown: list[int] = []
    first.show_requested.connect(lambda: shown.append(1))
    process = other(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=LIMIT)
    assert process.returncode == 3
    assert shown == []


@pytest.mark.parametrize("nonsense", [b"\xff\xfe\n", b"[]\n", b'{"protocol": 99, "ask": "show"}\n', b"x" * 5000])
def test_nonsense_shows_nothing_and_harms_nothing(
    qtbot: QtBot, tmp_path: Path, first: FirstInstance, nonsense: bytes
) -> None:
    shown: list[int] = []
    first.show_requested.connect(lambda: shown.append(1))
    socket = QLocalSocket()
    socket.connectToServer(_name_of(tmp_path))
    assert socket.waitForConnected(1000)
    socket.write(nonsense)
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState, timeout=5_000)
    assert shown == []
    with qtbot.waitSignal(first.show_requested, timeout=LIMIT):
        process = other(tmp_path)
    process.wait(60)


def test_the_socket_of_a_dead_program_is_taken_over(qtbot: QtBot, tmp_path: Path) -> None:
    code = (
        f"import os, pathlib; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]); "
        f"from ui.instance import FirstInstance; f = FirstInstance(pathlib.Path({str(tmp_path)!r})); "
        f"print(f.listen(), flush=True); os._exit(9)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    dead = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    assert (dead.returncode, dead.stdout.strip()) == (9, b"True")
    assert not show_first(tmp_path)
    heir = FirstInstance(tmp_path)
    assert heir.listen()
    heir.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there a console signal does not end a program with windows")
def test_the_whole_program_starts_once_and_ends_in_order(qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "home"
    running = start(home)
    try:
        qtbot.waitUntil(lambda: show_first(home.absolute()), timeout=LIMIT)
        second = start(home)
        second.communicate(timeout=60)
        assert second.returncode == 0
        assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        output, errors = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 0, errors
    assert "longest stall" in output
    assert not (home / "botones.pid").exists()
    assert "Traceback" not in errors + (home / "logs" / "botones.log").read_text(encoding="utf-8")


def quit_from_outside(home: Path) -> int:
    environment = os.environ | {"BOTONES_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "app", "gui", "--quit"], env=environment, cwd=ROOT, check=False
    ).returncode


def test_the_installer_has_a_running_program_end_in_order(qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "María José" / "home"
    home.parent.mkdir()
    running = start(home)
    try:
        qtbot.waitUntil(lambda: show_first(home.absolute()), timeout=LIMIT)
        assert quit_from_outside(home) == 0
        _output, errors = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 0, errors
    assert not (home / "botones.pid").exists()


def test_the_installer_also_ends_a_program_that_does_not_listen_yet(qapp: object, tmp_path: Path) -> None:
    code = (
        f"import pathlib, sys; from PySide6.QtCore import QCoreApplication, QTimer; app = QCoreApplication([]); "
        f"from app.system.lock import DataLock; from ui.instance import FirstInstance; "
        f"h = pathlib.Path({str(tmp_path)!r}); lock = DataLock(h); lock.__enter__(); first = FirstInstance(h); "
        f"first.quit_requested.connect(app.quit); QTimer.singleShot(1000, first.listen); print('here', flush=True); "
        f"app.exec(); lock.__exit__(None, None, None)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE) as starting:
        assert starting.stdout is not None
        assert starting.stdout.readline().strip() == b"here"
        assert end_first(tmp_path, seconds=20)
        assert starting.wait(60) == 0


def test_the_installer_also_ends_the_one_that_was_started_while_the_first_was_ending(
    qapp: object, tmp_path: Path
) -> None:
    code = (
        f"import pathlib; from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]); "
        f"from app.system.lock import DataLock; from ui.instance import FirstInstance; "
        f"h = pathlib.Path({str(tmp_path)!r}); lock = DataLock(h); lock.__enter__(); first = FirstInstance(h); "
        f"first.listen(); pid = h / 'botones.pid'; "
        # The first request finds another holder at once, as if this one had left and the next had been quicker.
        f"first.quit_requested.connect(lambda: app.quit() if pid.read_text() == '7' else pid.write_text('7')); "
        f"print('here', flush=True); app.exec(); lock.__exit__(None, None, None)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline().strip() == b"here"
            assert end_first(tmp_path, seconds=20)
            assert running.wait(60) == 0
        finally:
            running.kill()


def test_where_nobody_works_there_is_nobody_to_end(tmp_path: Path) -> None:
    assert quit_from_outside(tmp_path / "nowhere") == 0
    assert not (tmp_path / "nowhere").exists()


def test_the_console_pauses_and_resumes_a_hotel_of_the_program_that_is_open(
    qtbot: QtBot, tmp_path: Path, first: FirstInstance
) -> None:
    heard: list[object] = []
    first.pause_requested.connect(lambda hotel, until: heard.append((hotel, until)))
    first.resume_requested.connect(heard.append)
    with DataLock(tmp_path):
        for arguments in (["pause", "--until", "2090-01-31"], ["pause"], ["resume"]):
            process = subprocess.Popen(
                [sys.executable, "-m", "app", *arguments],
                env=os.environ | {"BOTONES_HOME": str(tmp_path)},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            qtbot.waitUntil(lambda process=process: process.poll() is not None, timeout=LIMIT)
            said, _ = process.communicate()
            assert process.returncode == 0 and said.startswith("sandbox: ")
    day = datetime(2090, 1, 31, tzinfo=BOGOTA)
    assert heard == [("sandbox", day), ("sandbox", None), "sandbox"]
