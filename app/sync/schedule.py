"""How long to wait until the next cycle; it does not wait itself."""

from datetime import datetime
from typing import Final

from app.connectors.profile import Timing

_SHORTEST: Final = 0.5
_RETRY_FIRST: Final = 2.0
_RETRY_LONGEST: Final = 300.0


def pause_after_work(timing: Timing, idle_cycles: int) -> float:
    """Return the adaptive cadence in seconds.

    The short one after news, doubling up to the long one while nothing happens.
    """
    return min(timing.cadence * 2.0 ** min(idle_cycles, 16), timing.cadence_idle)


def pause_after_failure(failures: int, retry_after: float | None) -> float:
    """Return the pause that the other side asked for (``Retry-After``), else one that grows with each failure.

    In seconds.
    """
    if retry_after is not None:
        return max(retry_after, _SHORTEST)
    return min(_RETRY_FIRST * 2.0 ** min(failures - 1, 16), _RETRY_LONGEST)


class Backoff:
    """Counts failures in a row; one that came after documents were proven is the first of a new row."""

    def __init__(self) -> None:
        self._failures = 0
        self._proven = 0

    def pause(self, proven: int, retry_after: float | None) -> float:
        """Return the pause in seconds after a failed cycle that ended with ``proven`` documents proven in all."""
        self._failures = 1 if proven > self._proven else self._failures + 1
        self._proven = proven
        return pause_after_failure(self._failures, retry_after)

    def reset(self) -> None:
        """Forget the failures: a cycle went well."""
        self._failures = 0


def no_later_than(pause: float, moment: datetime | None, now: datetime) -> float:
    """Shorten a pause so that a document whose time comes at ``moment`` is not kept waiting."""
    if moment is None:
        return pause
    return max(min(pause, (moment - now).total_seconds()), 0.05)
