"""A computer that moves its ledger, as a process of its own which stops where it is told to, to be killed there.

Run as ``python -m tests.support.mover``; what it needs, the password too, comes on its standard input.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from app.model.clock import SystemClock
from app.model.server import ServerAddress
from app.setup.relocation import Relocation
from app.system.paths import Paths
from app.system.settings import load
from app.system.vault import Secret, SessionVault


def stand_still(where: str) -> None:
    sys.stdout.write(f"{where}\n")
    sys.stdout.flush()
    sys.stdin.read()


async def move(told: dict[str, Any]) -> None:
    """Carry the ledger ``to`` the server or ``back``, and stop at a share of the way or when the settings are kept."""
    paths = Paths.under(Path(told["home"]))
    vault = SessionVault("mover")
    vault.put(Secret.LEDGER_PASSWORD, told["password"])

    def progress(done: int, total: int) -> None:
        if done >= total * float(told["stop_at"]):
            stand_still("here")

    def keep(server: ServerAddress | None) -> None:
        load(paths.settings).settings.changed(ledger_server=server).save(paths.settings)
        if told["stop_at"] == "kept":
            stand_still("here")

    relocation = Relocation(
        paths=paths,
        settings=load(paths.settings).settings,
        vault=vault,
        clock=SystemClock(),
        keep=keep,
        progress=progress if told["stop_at"] != "kept" else lambda done, total: None,
    )
    if told["way"] == "to":
        await relocation.to_server(ServerAddress.model_validate(told["address"]), told["password"])
    else:
        await relocation.back()


if __name__ == "__main__":
    asyncio.run(move(json.loads(sys.stdin.readline())))
