"""The workers of a chain: many hotels, few workers, on one computer or several, and each document claimed once.

Why no document goes twice, whatever dies:

1. A hotel's documents live in one ledger, and only the session that holds the hotel's advisory lock can write it
   (``storage.server``). A worker takes that lock at the beginning of a turn and lets go of it at the end; killed,
   frozen or cut off, its session ends and the lock with it. Two workers that believe that it is their turn are two
   sessions, and PostgreSQL gives the lock to one.
2. A document is claimed by committing its intent through that session, before a byte leaves; and ``Ledger.confirm``
   asks before each send whether the session still lives. Whoever lost it sends nothing more after some seconds, which
   is far less than ``settle``.
3. The next worker finds the intent, and takes it for a doubt: it looks in Pymes over the whole settling time before it
   would send again, with the same idempotency key.

The table of turns (``storage.turns``) has no part in this: it says who should come next, so that each hotel has its
share. Where it errs, a worker opens a ledger that another one writes, is refused, and goes on to the next hotel.

A worker is a thread with a loop of its own, because a ledger has one thread, and a commit that waits for the disk of
the server must not hold up the other turns. What waits (the network, the server, the disk) waits in parallel; what
computes does not, so a machine with more cores runs more processes, which share the same table.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from app.connectors.numbering_reader import DianCache
from app.connectors.profile import BadProfile, load_profile
from app.model.clock import Clock
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.server import ServerAddress
from app.setup.place import place_of
from app.storage.errors import LedgerElsewhere, LedgerTooNew
from app.storage.place import ServerPlace
from app.storage.turns import Standing, Turn, Turns
from app.sync.schedule import pause_after_failure
from app.sync.turn import Bounds, Hotel, Worked, work
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Vault, VaultError

_LOOK: Final = 2.0
"""How soon a worker without work looks whether there is some: another process may have added a hotel."""
_SERVER_AGAIN: Final = 10.0
_PERSON: Final = 300.0
"""Pause of a hotel that only a person can mend; who mends it tells nobody here."""
_STUCK: Final = 120.0
"""So long after the longest turn, a worker that says nothing hangs."""
BUG: Final = "bug"
SLOW: Final = "slow"
ELSEWHERE: Final = Failure.LEDGER_ELSEWHERE.value
STOPPING: Final = "stopping"
SERVER: Final = "server"
STUCK: Final = "stuck"

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Hears of each turn, on the worker's thread."""

    def begun(self, hotel: str, waited: float) -> None: ...

    def ended(self, hotel: str, seconds: float, proven: int, cause: str | None) -> None: ...


class Roster(Protocol):
    """Gives the hotels as they are chosen right now; called, without those that rest."""

    def __call__(self) -> Sequence[Settings]: ...

    def all(self) -> Sequence[Settings]: ...


def servers_of(hotels: Iterable[Settings]) -> tuple[tuple[Any, ...], ...]:
    """Return the databases in which these hotels have their ledgers; each has workers of its own."""
    return tuple(dict.fromkeys(_server(one.ledger_server) for one in hotels if one.ledger_server is not None))


def _server(address: ServerAddress) -> tuple[Any, ...]:
    return address.host, address.port, address.database, address.user, address.certificate


@dataclass(slots=True)
class _State:
    """What one worker is at, for whoever asks from outside."""

    reached: bool = False
    beat: float = field(default_factory=time.monotonic)
    hotel: str | None = None
    task: "asyncio.Task[Worked] | None" = None
    loop: asyncio.AbstractEventLoop | None = None


class Chain:
    """Runs workers until ``stop``. All that is public may be called from any thread."""

    def __init__(
        self,
        *,
        paths: Paths,
        roster: Roster,
        vault_of: Callable[[str], Vault],
        clock: Clock,
        watcher: Watcher,
        workers: int = 1,
        bounds: Bounds | None = None,
    ) -> None:
        """``workers`` is how many turns go on at once on each database that the roster names now."""
        self._paths = paths
        self._roster = roster
        self._vault_of = vault_of
        self._clock = clock
        self._watcher = watcher
        self._bounds = bounds or Bounds()
        self._stop = threading.Event()
        self._given_up = threading.Event()
        self._hotels: dict[str, Hotel] = {}
        self._lock = threading.Lock()
        servers = servers_of(roster.all())
        self._states = [_State() for _ in range(workers * len(servers))]
        self._threads = [
            threading.Thread(
                target=self._run, args=(servers[number % len(servers)], state), name=f"worker-{number + 1}", daemon=True
            )
            for number, state in enumerate(self._states)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End each turn after the batch in hand; returns at once."""
        self._stop.set()

    def give_up(self) -> None:
        """Break the turns off where they are, as a power cut would: what is under way is settled by looking."""
        self._stop.set()
        self._given_up.set()
        for state in self._states:
            task, loop = state.task, state.loop
            if task is not None and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)

    @property
    def is_broken_off(self) -> bool:
        return self._given_up.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of all workers, and say whether it is there."""
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(ends - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def trouble(self) -> str | None:
        """What keeps this process from doing its work, in one word; a hotel's own trouble is not its."""
        if self._stop.is_set():
            return STOPPING
        late = time.monotonic() - self._bounds.longest - _STUCK
        if any(state.beat < late for state in self._states) or not all(one.is_alive() for one in self._threads):
            return STUCK
        return None if all(state.reached for state in self._states) else SERVER

    @property
    def in_hand(self) -> frozenset[str]:
        """The hotels whose turn this process has right now."""
        return frozenset(state.hotel for state in self._states if state.hotel is not None)

    def standings(self) -> tuple[Standing, ...]:
        """Return how all hotels of the roster stand, whichever process had them last; raises ``StorageError``."""
        hotels = self._roster.all()
        found: list[Standing] = []
        for server in servers_of(hotels):
            of_server = _of(hotels, server)
            with Turns(asyncio.run(self._place(of_server))) as turns:
                found += turns.standings(_names(of_server))
        return tuple(found)

    # On a worker's thread

    def _run(self, server: tuple[Any, ...], state: _State) -> None:
        failures = 0
        while not self._stop.is_set():
            state.beat = time.monotonic()
            try:
                of_server = _of(self._roster(), server)
                if of_server:
                    with Turns(asyncio.run(self._place(of_server))) as turns:
                        state.reached, failures = True, 0
                        self._work(server, state, turns)
                state.reached = True
                self._stop.wait(_LOOK)
            except (StorageError, VaultError) as error:
                state.reached = False
                failures += 1
                log.warning("no turns: %s", error)
                self._stop.wait(min(pause_after_failure(failures, None), _SERVER_AGAIN))

    def _work(self, server: tuple[Any, ...], state: _State, turns: Turns) -> None:
        """Take one turn after another, until there is no hotel left on this server or the end has come."""
        enrolled: set[str] = set()
        while not self._stop.is_set():
            state.beat = time.monotonic()
            hotels = {str(one.ledger_server.hotel): one for one in _of(self._roster(), server) if one.ledger_server}
            if not hotels:
                return
            if new := hotels.keys() - enrolled:
                turns.enrol(sorted(new))
                enrolled |= new
            names = list(hotels)
            turn = turns.take(names)
            if turn is None:
                rest = turns.next_in(names)
                self._stop.wait(_LOOK if rest is None else min(max(rest, 0.01), _LOOK))
                continue
            state.hotel = turn.hotel
            try:
                self._one(turn, hotels[turn.hotel], state, turns)
            finally:
                state.hotel = None

    def _one(self, turn: Turn, settings: Settings, state: _State, turns: Turns) -> None:
        self._watcher.begun(turn.hotel, turn.waited)
        started = time.monotonic()
        cause: str | None = None
        proven = 0
        try:
            worked = asyncio.run(self._turn(turn, settings, state))
            proven = worked.proven
            turns.end(turn, pause=worked.pause, idle=0 if worked.moved else turn.idle + 1, said=worked.said)
        except asyncio.CancelledError:
            turns.end(turn, pause=0.0, failures=turn.failures, said=turn.said)
        except Exception as error:
            cause, pause = self._judged(error, turn, settings)
            failures = turn.failures + (0 if cause == ELSEWHERE else 1)
            turns.end(turn, pause=pause, failures=failures, said={**turn.said, "cause": cause})
        finally:
            seconds = time.monotonic() - started
            if proven:
                log.info("%s: %d proven in %.2f s, after %.2f s", turn.hotel, proven, seconds, turn.waited)
            self._watcher.ended(turn.hotel, seconds, proven, cause)

    async def _turn(self, turn: Turn, settings: Settings, state: _State) -> Worked:
        state.loop = asyncio.get_running_loop()
        hotel = self._hotel(settings)
        state.task = asyncio.create_task(work(hotel, self._paths, self._clock, self._bounds, turn, self._stop.is_set))
        if self._given_up.is_set():
            state.task.cancel()
        try:
            return await state.task
        finally:
            state.task = state.loop = None

    def _judged(self, error: Exception, turn: Turn, settings: Settings) -> tuple[str, float]:
        """Return the cause of a turn that failed, and the pause after it. One hotel's failure ends nobody else's."""
        pause = pause_after_failure(turn.failures + 1, error.retry_after if isinstance(error, ConnectorError) else None)
        match error:
            case LedgerElsewhere():
                log.info("%s: another computer sends", turn.hotel)
                return ELSEWHERE, self._hotels[settings.key].profile.timing.stand_by
            case ConnectorError() | StorageError():
                log.warning("%s: %s", turn.hotel, error)
                return error.failure.value, max(pause, _PERSON) if error.needs_a_person else pause
            case VaultError():
                log.warning("%s: vault %s", turn.hotel, error.kind)
                return Failure.VAULT.value, pause
            case TimeoutError():
                log.warning("%s: broken off after %.0f s", turn.hotel, self._bounds.longest)
                return SLOW, pause
            case BadProfile() | LedgerTooNew():
                log.error("%s: %s %s", turn.hotel, type(error).__name__, error)
                return type(error).__name__, _PERSON
            case _:
                log.exception("%s: a mistake of ours", turn.hotel)
                return BUG, max(pause, _PERSON)

    def _hotel(self, settings: Settings) -> Hotel:
        """Return what a turn needs; what the DIAN said is kept for as long as choices and profile stay the same."""
        profile = load_profile(settings.profile, folder=self._paths.home).with_fe(settings.fe_address)
        with self._lock:
            known = self._hotels.get(settings.key)
            if known is None or (known.settings, known.profile) != (settings, profile):
                cache = DianCache(timedelta(seconds=profile.timing.dian_age))
                known = Hotel(settings, profile, self._vault_of(settings.key), cache)
                self._hotels[settings.key] = known
            return known

    async def _place(self, hotels: Sequence[Settings]) -> ServerPlace:
        """Return how the server is reached: with the first password that the vault hands out."""
        failed: StorageError | VaultError | None = None
        for settings in hotels:
            try:
                place = await place_of(self._paths, settings, self._vault_of(settings.key))
            except (StorageError, VaultError) as error:
                failed = error
            else:
                assert isinstance(place, ServerPlace)
                return place
        assert failed is not None
        raise failed


def _of(hotels: Iterable[Settings], server: tuple[Any, ...]) -> tuple[Settings, ...]:
    return tuple(one for one in hotels if one.ledger_server is not None and _server(one.ledger_server) == server)


def _names(hotels: Iterable[Settings]) -> list[str]:
    return [one.ledger_server.hotel for one in hotels if one.ledger_server is not None]
