"""A computer with Botones as a process of its own: told on its standard input where the hotel is, it carries.

Run as ``python -m tests.support.second_pc``; the accesses come with the rest by the pipe, never by the command line.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from app.connectors.profile import load_profile
from app.model.clock import SystemClock
from app.model.errors import ConnectorError
from app.sync.ledger import Ledger
from app.sync.service import open_engine
from app.system.settings import Settings
from app.system.vault import Secret, SessionVault


async def carry(told: dict[str, Any]) -> dict[str, int]:
    """Run cycles until ``count`` documents are known and none is under way."""
    clock, vault = SystemClock(), SessionVault("second")
    for name, value in told["secrets"].items():
        vault.put(Secret(name), value)
    profile = load_profile("sandbox", told["addresses"])
    settings = Settings.model_validate(told["settings"])
    with Ledger(Path(told["ledger"]), clock) as ledger:
        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            while ledger.counts().total < told["count"] or ledger.counts().pending:
                try:
                    await engine.cycle()
                except ConnectorError as error:
                    if error.needs_a_person:
                        raise
                await clock.sleep(0.05)
        counts = ledger.counts()
    return {"proven": counts.proven, "adopted": counts.adopted, "total": counts.total}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(carry(json.load(sys.stdin)))) + "\n")
