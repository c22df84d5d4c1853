"""The engine's whole life in a test: a service on a practice hotel, and everything that it has said."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.model.clock import SystemClock
from app.model.status import Status
from app.storage.place import ServerPlace
from app.sync.ledger import Ledger
from app.sync.service import Service
from tests.support.desk import Desk

LIMIT = 20.0
QUICK = {"cadence": 0.05, "cadence_idle": 0.1}
SLOW = {"cadence": 1_000.0, "cadence_idle": 1_000.0}
ORGANISATION = "organizacion"


@dataclass
class Live:
    """A service at work, and everything that it has said."""

    desk: Desk
    service: Service
    said: list[Status] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, status: Status) -> None:
        self.said.append(status)
        self.times.append(time.monotonic())
        self.news.set()

    async def until(self, condition: Callable[[Status], bool]) -> Status:
        """Wait for a status of which the condition holds."""
        seen = 0
        async with asyncio.timeout(LIMIT):
            while True:
                for status in self.said[seen:]:
                    if condition(status):
                        return status
                seen = len(self.said)
                self.news.clear()
                await self.news.wait()

    async def until_idle(self) -> Status:
        """Wait until it says when it will work next, counted from now on."""
        self.said.clear()
        return await self.until(lambda status: not status.working and status.next_at is not None)

    @property
    def cycles(self) -> int:
        """How often the hotel was proven; with nothing to carry, once a cycle."""
        return len(self.desk.hotel.house.books.logged("GET", f"v1/{ORGANISATION}", 0))


@asynccontextmanager
async def serving(
    desk: Desk, timing: dict[str, float], on_status: Callable[[Live, Status], None] | None = None, **choices: object
) -> AsyncIterator[Live]:
    bridge = desk.bridge.with_(timing=timing, **choices)
    live: Live

    def publish(status: Status) -> None:
        live.publish(status)
        if on_status is not None:
            on_status(live, status)

    service = Service(
        paths=desk.paths,
        settings=bridge.settings,
        profile=bridge.profile.model_copy(update={"batch": 5}),
        vault=bridge.vault,
        clock=bridge.clock,
        publish=publish,
    )
    live = Live(desk, service)
    task = asyncio.create_task(service.run())
    try:
        yield live
    finally:
        service.stop()
        await asyncio.wait_for(task, LIMIT)


def proven(count: int) -> Callable[[Status], bool]:
    return lambda status: status.counts.proven == count


def put_into_use(place: ServerPlace) -> ServerPlace:
    """Make a ledger and leave what its writer leaves, for one that is new looks through both systems first."""
    with Ledger(place, SystemClock()) as ledger:
        ledger.write_a_mark()
    return place
