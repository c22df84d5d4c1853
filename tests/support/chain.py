"""``botones serve`` as a process that may be killed at any moment; its accesses come by the pipe instead of a keyring.

Run as ``python -m tests.support.chain``; everything else is the real program.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.sync.turn import Bounds
from app.system.vault import Secret, SessionVault
from tests.support.street import Lot

ROOT = Path(__file__).parents[2]


class Server:
    """One process of the chain."""

    def __init__(
        self, home: Path, lots: list[Lot], *, workers: int = 1, port: int | None = None, **bounds: float
    ) -> None:
        self.log = home / "serve.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.chain"],
                cwd=ROOT,
                env=os.environ | {"BOTONES_HOME": str(home)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Windows hands an ending on only to a group of its own.
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        told = {"secrets": {lot.key: lot.secrets for lot in lots}, "workers": workers, "port": port, "bounds": bounds}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """End it in order, and return its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


def main() -> int:
    from app.console.serve import serve

    told: dict[str, Any] = json.loads(sys.stdin.readline())

    def vault_of(key: str) -> SessionVault:
        vault = SessionVault(key)
        for name, secret in told["secrets"][key].items():
            vault.put(Secret(name), secret)
        return vault

    return serve(told["workers"], told["port"], vault_of=vault_of, bounds=Bounds(**told["bounds"]))


if __name__ == "__main__":
    sys.exit(main())
