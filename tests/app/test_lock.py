"""One engine on one data folder, whatever happens to the one that held it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.system.lock import AlreadyRunning, DataLock

HOLDER = (
    "import sys\nfrom pathlib import Path\nfrom app.system.lock import DataLock\n"
    "with DataLock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
)
SECOND = (
    "import sys\nfrom pathlib import Path\nfrom app.system.lock import AlreadyRunning, DataLock\n"
    "try:\n    DataLock(Path(sys.argv[1])).acquire()\nexcept AlreadyRunning as error:\n    print(error.pid)"
)


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    with holder(tmp_path) as first, pytest.raises(AlreadyRunning) as told:
        DataLock(tmp_path).acquire()
    assert told.value.pid == first.pid


def test_another_process_is_told_that_we_hold_it(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        told = subprocess.run([sys.executable, "-c", SECOND, str(tmp_path)], capture_output=True, text=True, check=True)
    assert told.stdout == f"{os.getpid()}\n"


def test_a_second_holder_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with DataLock(tmp_path), pytest.raises(AlreadyRunning):
        DataLock(tmp_path).acquire()


def test_it_is_free_after_an_orderly_end(tmp_path: Path) -> None:
    with holder(tmp_path):
        pass
    with DataLock(tmp_path):
        pass


def test_it_is_free_after_the_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        first.kill()
        first.wait()
        with DataLock(tmp_path), pytest.raises(AlreadyRunning) as told:
            DataLock(tmp_path).acquire()
    assert told.value.pid == os.getpid()


def test_an_unreadable_pid_is_no_pid(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        (tmp_path / "botones.pid").write_text("")
        with pytest.raises(AlreadyRunning) as told:
            DataLock(tmp_path).acquire()
    assert told.value.pid is None


def test_two_folders_have_two_locks(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with DataLock(tmp_path), DataLock(tmp_path / "other"):
        pass


def test_releasing_twice_is_harmless(tmp_path: Path) -> None:
    lock = DataLock(tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    with DataLock(tmp_path):
        pass
