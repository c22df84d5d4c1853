"""A computer of a hotel whose ledger stands on a server, as a process of its own: it runs until it is killed or told.

Run as ``python -m tests.support.shared_pc``; what it is told comes as one line on its standard input, the accesses too,
and each later line is a wish. What it says comes as lines of JSON.
"""

import asyncio
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.connectors.profile import Timing, load_profile
from app.model.clock import SystemClock
from app.model.status import Status
from app.sync.service import Service
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret, SessionVault

ROOT = Path(__file__).parents[2]
NEWS = threading.Event()
"""Some computer has said something."""


def publish(status: Status) -> None:
    said = {
        "spare_of": status.spare_of.computer if status.spare_of else None,
        "proven": status.counts.proven,
        "sends": status.spare_of is None and status.trouble is None and status.proven_at is not None,
    }
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


async def work(told: dict[str, Any]) -> None:
    """Be this computer until the last line was read."""
    platform.node = lambda: told["name"]
    vault = SessionVault(told["name"])
    for name, value in told["secrets"].items():
        vault.put(Secret(name), value)
    profile = load_profile("sandbox", told["addresses"])
    timing = Timing(**(profile.timing.model_dump() | told["timing"]))
    service = Service(
        paths=Paths.under(Path(told["home"])).ensure(),
        settings=Settings.model_validate(told["settings"]),
        profile=profile.model_copy(update={"timing": timing, "batch": 5}),
        vault=vault,
        clock=SystemClock(),
        publish=publish,
    )

    def hear() -> None:
        for line in sys.stdin:
            if line.strip() == "take over":
                service.take_over()
        service.stop()

    threading.Thread(target=hear, daemon=True).start()
    await service.run()


@dataclass
class SharedPc:
    """Such a process seen from the test, which kills it, freezes it, and hears what it says."""

    told: dict[str, Any]
    said: list[dict[str, Any]] = field(default_factory=list)

    def start(self) -> None:
        """Switch it on."""
        self.said.clear()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.shared_pc"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self.tell(json.dumps(self.told))
        threading.Thread(target=self._hear, args=(self.process,), daemon=True).start()

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """Take its power away."""
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self._close()

    def end(self) -> None:
        """Have it end in order."""
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.close()
        self._close()

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    @property
    def last(self) -> dict[str, Any]:
        return self.said[-1] if self.said else {"spare_of": None, "proven": 0, "sends": False}

    def _hear(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.said.append(json.loads(line))
                NEWS.set()

    def _close(self) -> None:
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.stdin.readline())))
