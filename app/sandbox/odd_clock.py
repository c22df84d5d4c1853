"""The clock of a computer that somebody sets forward or back, or that sleeps; waiting goes by the true one."""

from datetime import datetime, timedelta

from app.model.clock import Clock


class OddClock:
    """Another clock, off by what it was moved."""

    def __init__(self, true: Clock) -> None:
        self._true = true
        self._off = timedelta(0)

    def move(self, by: timedelta) -> None:
        """Set the clock forward or back."""
        self._off += by

    def now(self) -> datetime:
        return self._true.now() + self._off

    def monotonic(self) -> float:
        return self._true.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._true.sleep(seconds)
