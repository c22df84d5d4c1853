"""The ledger from the console: one at a time, copied, put back, healed, and an end in order when the system asks."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from app.model.clock import SystemClock
from app.model.journey import State
from app.sandbox.practice import Practice
from app.storage.backup import backups_of
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from tests.support.bridge import bridge_to
from tests.support.console import begin, run
from tests.support.harm import do_harm
from tests.support.victim import Victim, wait_a_little


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.under(tmp_path_factory.mktemp("prepared")).ensure()

    async def prepare() -> None:
        await bridge_to(practice, paths.home / "other.sqlite3")
        await practice.approve(10)

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    return paths.home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """A home whose practice hotel has approved ten documents."""
    return Path(shutil.copytree(prepared, tmp_path / "home"))


def ledger_of(home: Path) -> Path:
    return Paths.under(home).ledger("sandbox")


def until(process: "Popen[str] | Popen[bytes]", condition: Callable[[], object]) -> None:
    while not condition():
        assert process.poll() is None, "it ended too soon"
        wait_a_little(process)  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process in the middle with a signal")
def test_a_second_program_on_one_home_is_refused_while_the_first_works(home: Path) -> None:
    first = begin(home, "sync", "--once")
    until(first, lambda: (home / "botones.pid").exists())
    os.kill(first.pid, signal.SIGSTOP)  # it holds the folder for as long as we like
    copy = home / "copy.sqlite3"
    copy.touch()
    for arguments in (("sync", "--once"), ("restore", str(copy), "--reason", "prueba")):
        _, err = run(home, *arguments, code=2)
        assert "abierto" in err
    os.kill(first.pid, signal.SIGCONT)
    out, err = first.communicate(timeout=60)
    assert (first.returncode, "Probados en Pymes: 10" in out) == (0, True), err


def test_a_copy_is_made_shown_and_put_back(home: Path) -> None:
    run(home, "sync", "--once")
    (daily,) = backups_of(ledger_of(home))
    out, _ = run(home, "backup")
    made = Path(out.strip())
    assert made.is_file() and made != daily
    assert "pide un motivo" in run(home, "restore", str(made), code=2)[1]
    out, _ = run(home, "restore", str(made), "--reason", "Se borró una fila")
    assert "se está rehaciendo" in out and "no lo borre" in out
    (aside,) = ledger_of(home).parent.glob("ledger.replaced-*.sqlite3")
    assert str(aside) in out
    # What was sent is in Pymes, and stays there once; the ledger says itself that it looks.
    out, err = run(home, "sync", "--once")
    assert "Probados en Pymes: 10" in out and "se está rehaciendo" in err


def test_a_damaged_ledger_is_healed_by_whoever_opens_it(home: Path) -> None:
    run(home, "sync", "--once")
    ledger = ledger_of(home)
    do_harm(ledger, "scrambled")
    out, _ = run(home, "doctor", code=1)
    assert "dañado" in out and "la última es de" in out
    out, err = run(home, "sync", "--once")
    assert "Probados en Pymes: 10" in out
    assert "se está rehaciendo" in err and str(next(ledger.parent.glob("ledger.damaged-*.sqlite3"))) in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM; the window hears of the session's end")
def test_told_to_end_the_demo_ends_after_its_batch_and_goes_on_later(tmp_path: Path) -> None:
    victim = Victim(tmp_path, 60)
    process = victim.start()
    until(process, lambda: victim.sending)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    (ledger,) = tmp_path.glob("demo/*/hotels/*/ledger.sqlite3")
    assert not Path(f"{ledger}-wal").exists()  # closed in order
    reader = LedgerReader(ledger, SystemClock())
    states = {row.state for row in reader.page(0, 1_000)}
    reader.close()
    assert states <= {State.SEEN, State.PROVEN} and State.PROVEN in states
    result = victim.finish()
    assert (result["proven"], result["lost"], result["doubled"]) == (60, 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
def test_told_to_end_one_cycle_ends_after_its_batch(home: Path) -> None:
    process = begin(home, "sync", "--once")
    until(process, lambda: ledger_of(home).exists() and (home / "botones.pid").exists())
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert not (home / "botones.pid").exists()
    with Ledger(ledger_of(home), SystemClock()) as ledger:
        counts = ledger.counts()
    assert counts.in_doubt == 0
    out, _ = run(home, "sync", "--once")
    assert "Probados en Pymes: 10" in out
