"""The hotels that a chain carries: those of the settings file whose ledger is on a server. It opens none of them."""

import threading

from app.model.clock import Clock
from app.model.role import Act, may
from app.system.paths import Paths
from app.system.settings import Settings, load_all


class Roster:
    """Reads the file again when it has changed, so that a hotel comes, goes, or rests without a restart."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._paths = paths
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._all: tuple[Settings, ...] = ()

    def __call__(self) -> tuple[Settings, ...]:
        """Return those that may work now; a hotel that is paused rests."""
        now = self._clock.now()
        return tuple(one for one in self.all() if not one.is_paused(now))

    def all(self) -> tuple[Settings, ...]:
        """Return every hotel of the chain."""
        with self._lock:
            try:
                found = self._paths.settings.stat()
            except OSError:
                return self._all  # just being replaced, or gone: what was chosen still counts
            if self._seen != (seen := (found.st_mtime_ns, found.st_size)):
                # A file that cannot be read puts nobody to rest.
                if hotels := load_all(self._paths.settings):
                    self._all = tuple(one for one in hotels if _is_carried(one))
                self._seen = seen
            return self._all


def _is_carried(settings: Settings) -> bool:
    """Say whether the chain sends for it; where an accountant sits, nothing is sent."""
    has_place = settings.ledger_server is not None and not settings.is_practice
    return has_place and may(settings.role, Act.SEND)
