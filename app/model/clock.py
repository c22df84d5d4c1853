"""Time as the house sees it: stored in UTC, shown and reckoned in Bogotá. Not a scheduler."""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")
"""Colombia has had no daylight saving time since 1993: a fixed offset needs no time-zone database on Windows."""


class Clock(Protocol):
    """What the engine asks for the time; tests bring one that they move by hand."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump back, for waiting and measuring."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def bogota_day(moment: datetime) -> date:
    """Return the calendar day in Bogotá at ``moment`` (aware)."""
    return moment.astimezone(BOGOTA).date()
