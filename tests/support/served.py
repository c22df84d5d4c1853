"""The real service on a practice hotel of its own process, with the machine's clock: what the benches measure."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.connectors.profile import Timing
from app.model.status import Status
from app.sandbox.practice import Practice
from app.sync.service import Service
from app.system.paths import Paths
from tests.support.bridge import Bridge, bridge_to


@dataclass
class Served:
    """A service at work in this loop, the hotel it works for, and the newest that it has said."""

    practice: Practice
    bridge: Bridge
    service: Service
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    status: Status | None = None

    async def until_proven(self, count: int) -> None:
        async with self.news:
            await self.news.wait_for(lambda: self.status is not None and self.status.counts.proven >= count)

    async def hear(self, status: Status) -> None:
        async with self.news:
            self.status = status
            self.news.notify_all()


@asynccontextmanager
async def served(folder: Path, timing: Timing | None = None) -> AsyncIterator[Served]:
    """Run a service with the practice profile's timing, or another, while the block runs."""
    paths = Paths.under(folder).ensure()
    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        bridge = await bridge_to(practice, paths.ledger("sandbox"))
        if timing is not None:
            bridge = bridge.with_(timing=timing.model_dump())
        heard: asyncio.Queue[Status] = asyncio.Queue()
        service = Service(
            paths=paths,
            settings=bridge.settings,
            profile=bridge.profile,
            vault=bridge.vault,
            clock=bridge.clock,
            publish=heard.put_nowait,
        )
        one = Served(practice, bridge, service)

        async def listen() -> None:
            while True:
                await one.hear(await heard.get())

        listening = asyncio.create_task(listen())
        working = asyncio.create_task(service.run())
        try:
            yield one
        finally:
            service.stop()
            await working
            listening.cancel()


async def let_pass(seconds: float) -> None:
    """Let time pass in which nothing is waited for: that is what an idle bench measures."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
