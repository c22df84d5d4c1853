"""The real program as a process that may be killed at any moment, and what it left behind, seen from outside."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.mortal import command as mortal

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
TICK = 0.001
LEDGER = "demo/*/hotels/*/ledger.sqlite3"
SAME = ("approved", "proven", "held", "in_doubt", "lost", "doubled", "pms_total", "pymes_total")
"""What must come out of a run, however often it was killed; adopted and seconds may differ."""


@dataclass
class Victim:
    """``botones demo`` with a home of its own."""

    home: Path
    count: int
    scenario: str | None = None
    seed: int = 1
    kills: int = field(default=0, init=False)

    def start(self, dies_at: tuple[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start it; ``dies_at`` is a place of ``mortal`` and ``before`` or ``after``."""
        arguments = ["demo", "--headless", "--json", "--seed", str(self.seed), "--count", str(self.count)]
        arguments += ["--scenario", self.scenario] if self.scenario else []
        command = [sys.executable, "-m", "app", *arguments] if dies_at is None else mortal(*dies_at, arguments)
        environment = os.environ | {"BOTONES_HOME": str(self.home)}
        with self._said.open("ab") as said:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said)

    def finish(self) -> dict[str, Any]:
        """Run until it ends by itself, and return its one line, without what may differ."""
        return self._result_of(_said_by(self.start()))

    def run_into(self, place: str, when: str) -> dict[str, Any] | None:
        """Run it until it kills itself there; returns its result where it never came there."""
        process = self.start((place, when))
        out = _said_by(process)
        if process.returncode == -signal.SIGKILL:
            self.kills += 1
            return None
        return self._result_of(out)

    def kill_when(self, moment: Callable[[float], bool]) -> dict[str, Any] | None:
        """Start it and kill it as soon as ``moment`` (of the seconds it ran) is there.

        Returns its result where it ended before.
        """
        process = self.start()
        started = time.monotonic()
        assert process.stdout is not None
        with process.stdout:
            while process.poll() is None:
                elapsed = time.monotonic() - started
                assert elapsed < PATIENCE
                if moment(elapsed):
                    process.kill()
                    process.wait()
                    self.kills += 1
                    return None
                # Not a sleep: it returns at once when the program ends.
                wait_a_little(process)
            return self._result_of(process.stdout.read())

    def _result_of(self, out: bytes) -> dict[str, Any]:
        """Read the one line that the program prints."""
        lines = out.decode().splitlines()
        assert len(lines) == 1, self._said.read_text("utf-8", "replace")[-2_000:]
        data = json.loads(lines[0])
        return {name: data[name] for name in SAME}

    @property
    def _said(self) -> Path:
        return self.home.with_name(f"{self.home.name}.stderr")

    # Seen from outside

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the ledger's file; nothing where there is none yet."""
        return _ask(self.home, LEDGER, query)

    def books(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the practice hotel's own books."""
        return _ask(self.home, "demo/*/sandbox/books.sqlite3", query)

    @property
    def path(self) -> Path:
        """The ledger's file."""
        (found,) = self.home.glob(LEDGER)
        return found

    @property
    def events(self) -> int:
        found = self.ledger("SELECT COUNT(*) FROM events")
        return int(found[0][0]) if found else 0

    @property
    def sending(self) -> set[str]:
        """Keys of the documents between intent and answer."""
        return {key for (key,) in self.ledger("SELECT key FROM documents WHERE state = 'sending'")}

    @property
    def recorded(self) -> set[str]:
        """Keys of all sales in Pymes' books."""
        rows = self.books("SELECT issuer, family, prefix, number FROM sales")
        return {"/".join(map(str, row)) for row in rows}


def _said_by(process: "subprocess.Popen[bytes]") -> bytes:
    """Wait for its end; one that does not come to it in time is killed, and leaves nothing to the tests after it."""
    try:
        return process.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def wait_a_little(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(TICK)
    except subprocess.TimeoutExpired:
        return


def child_of(pid: int) -> int:
    """Return the practice hotel's process (Linux)."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    os.kill(pid, signal.SIGCONT)


def _ask(home: Path, pattern: str, query: str) -> list[tuple[Any, ...]]:
    path = next(home.glob(pattern), None)
    if path is None:
        return []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []  # it is just being created
