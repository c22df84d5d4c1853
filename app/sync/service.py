"""The engine's life.

Cycles, pauses, failures, sleep. Everything it needs is rebuilt from the ledger, so it may be cut off anywhere.

It runs in a loop of its own; ``wake``, ``pause``, ``resume``, ``release``, ``renew`` and ``stop`` may be called from
any thread.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from app.connectors.bundle import open_connectors
from app.connectors.profile import Profile
from app.model.clock import Clock
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.status import Status, Trouble
from app.setup.credentials import read_secrets
from app.storage.errors import known_errors
from app.sync.copying import Copying
from app.sync.engine import Engine
from app.sync.guard import Identity
from app.sync.ledger import Ledger
from app.sync.recovery import open_ledger
from app.sync.schedule import Backoff, no_later_than, pause_after_failure, pause_after_work
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Vault, VaultError

_SLICE: Final = 15.0
"""Longest unbroken wait in seconds: how soon after a sleep the gap is noticed."""
_SLEPT: Final = 60.0
"""A wait that took this much longer than meant was a sleep of the machine."""
_PATIENCE: Final = timedelta(minutes=1)
"""How long another program may hold the ledger before a person is told."""
_LEDGER_AGAIN: Final = 60.0
"""Longest pause in seconds before the ledger is tried again: what mends it tells nobody."""
LEDGER: Final = "ledger"
"""The system that a trouble with the ledger is about: this computer."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_engine(
    ledger: Ledger, *, settings: Settings, profile: Profile, vault: Vault, clock: Clock
) -> AsyncIterator[Engine]:
    """Open the connections with the vault's secrets and put an engine on them.

    What an earlier life left between intent and answer becomes doubt first. Raises ``VaultError`` and
    ``ConnectorError``.
    """
    secrets = await read_secrets(vault)
    ledger.recover()
    identity = Identity(nit=settings.hotel_document, organisation=settings.organisation)
    async with open_connectors(
        profile.reading_from(settings.source),
        secrets,
        hotel_id=settings.hotel_id,
        hotel_nit=settings.hotel_document,
        proxy=settings.proxy,
        folder=settings.folder,
        clock=clock,
    ) as connectors:
        yield Engine(connectors, ledger, clock, mode=settings.mode, identity=identity)


class Service:
    """Runs the engine until it is told to stop, and publishes a ``Status`` whenever something changes."""

    def __init__(
        self,
        *,
        paths: Paths,
        settings: Settings,
        profile: Profile,
        vault: Vault,
        clock: Clock,
        publish: Callable[[Status], None],
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._profile = profile
        self._vault = vault
        self._clock = clock
        self._publish = publish
        self._paused_until: datetime | None = None
        self._paused = settings.is_paused(clock.now())
        if self._paused and isinstance(settings.paused_until, datetime):
            self._paused_until = settings.paused_until
        self._loop: asyncio.AbstractEventLoop | None = None
        self._called = asyncio.Event()
        self._stopping = False
        self._rebuild = False
        self._to_release: list[str] = []
        self._ledger_failures = 0
        self._status = Status(at=clock.now(), practice=profile.practice, mode=profile.mode_for(settings.mode))

    # From any thread

    def wake(self) -> None:
        """Start a cycle now; while one is under way, another follows it."""
        self._post(lambda: None)

    def pause(self, until: datetime | None) -> None:
        """Send nothing more after the batch under way; ``None`` means until ``resume``."""

        def change() -> None:
            self._paused, self._paused_until = True, until

        self._post(change)

    def resume(self) -> None:
        """Go on after a pause."""

        def change() -> None:
            self._paused, self._paused_until = False, None

        self._post(change)

    def release(self, keys: Sequence[str]) -> None:
        """Take up again documents that wait for a person, by their ledger keys.

        One that no longer waits is left alone.
        """

        def change() -> None:
            self._to_release += keys

        self._post(change)

    def renew(self, settings: Settings) -> None:
        """Start anew with other settings, or with secrets that have just changed in the vault."""

        def change() -> None:
            self._settings, self._rebuild = settings, True

        self._post(change)

    def stop(self) -> None:
        """End after the batch under way."""

        def change() -> None:
            self._stopping = True

        self._post(change)

    def _post(self, change: Callable[[], None]) -> None:
        def act() -> None:
            change()
            self._called.set()

        if self._loop is None:
            act()
        else:
            with suppress(RuntimeError):  # the loop has ended, and with it all that the call was for
                self._loop.call_soon_threadsafe(act)

    # In its own loop

    async def run(self) -> None:
        """Work until ``stop``. Raises ``LedgerTooNew``, and nothing that a network, a vault or a disk can do."""
        self._loop = asyncio.get_running_loop()
        doubted = False
        while not self._stopping:
            try:
                with known_errors():
                    path = self._paths.ledger(self._profile.name)
                with open_ledger(path, self._clock, thorough=doubted) as ledger:
                    doubted = False
                    # Proven anew before anything leaves: what cannot be written down must not be sent.
                    ledger.write_a_mark()
                    async with Copying(path, self._clock) as copying:
                        await self._serve(ledger, copying)
            except StorageError as error:
                doubted = error.failure is Failure.LEDGER_DAMAGED
                self._ledger_failures += 1
                self._tell_storage(error)
                await self._wait(min(pause_after_failure(self._ledger_failures, None), _LEDGER_AGAIN))

    async def _serve(self, ledger: Ledger, copying: Copying) -> None:
        """Put one engine after another on the ledger until the service ends. Raises ``StorageError``."""
        failures = 0
        while not self._stopping:
            self._rebuild = False
            try:
                async with open_engine(
                    ledger,
                    settings=self._settings,
                    profile=self._profile,
                    vault=self._vault,
                    clock=self._clock,
                ) as engine:
                    self._say(ledger, mode=self._profile.mode_for(self._settings.mode), trouble=self._lasting_trouble)
                    await self._live(engine, ledger, copying)
                    failures = 0
            except VaultError as error:
                failures += 1
                self._tell(ledger, Failure.VAULT, "vault", detail=error.kind, needs_a_person=True)
                await self._wait(pause_after_failure(failures, None))
            except ConnectorError as error:
                # Nothing to call with: only new secrets help, and they come through ``renew``.
                self._tell_error(ledger, error)
                await self._wait(None)

    @property
    def _lasting_trouble(self) -> Trouble | None:
        """What a new engine does not mend: a full disk that took one commit is over when a whole cycle went well."""
        trouble = self._status.trouble
        return trouble if trouble is not None and trouble.failure.is_about_ledger else None

    async def _live(self, engine: Engine, ledger: Ledger, copying: Copying) -> None:
        """Run cycles until the service ends, must be rebuilt, or the machine has slept."""
        idle, backoff = 0, Backoff()
        while not (self._stopping or self._rebuild):
            if self._is_paused():
                self._say(ledger, working=False, next_at=None)
                if await self._wait(self._pause_left()):
                    return
                continue
            pause: float | None
            try:
                moved = await self._cycle(engine, ledger)
                copying.consider()
            except ConnectorError as error:
                self._tell_error(ledger, error)
                proven = self._status.counts.proven
                pause = None if error.needs_a_person else backoff.pause(proven, error.retry_after)
            else:
                backoff.reset()
                idle = 0 if moved else idle + 1
                pause = no_later_than(
                    pause_after_work(self._profile.timing, idle), ledger.next_due(), self._clock.now()
                )
            if await self._wait(pause):
                log.info("the machine slept: starting anew from the ledger")
                return

    async def _cycle(self, engine: Engine, ledger: Ledger) -> int:
        released, self._to_release = self._to_release, []
        ledger.release(released)
        self._say(ledger, working=True, next_at=None)
        moved = await engine.cycle(
            progress=lambda done, total: self._say(ledger, progress=(done, total), proofs=engine.guard.proofs),
            halted=lambda: self._stopping or self._rebuild or self._is_paused(),
        )
        self._ledger_failures = 0
        self._say(
            ledger,
            working=False,
            progress=None,
            trouble=None,
            proofs=engine.guard.proofs,
            proven_at=self._clock.now(),
        )
        return moved

    async def _wait(self, seconds: float | None) -> bool:
        """Wait until called or ``seconds`` are over (``None``.

        Until called); return whether the machine slept meanwhile.
        """
        left = seconds
        if seconds is not None and not self._called.is_set():
            self._publish_next(seconds)
        while not self._called.is_set() and (left is None or left > 0):
            slice_ = _SLICE if left is None else min(left, _SLICE)
            started = self._clock.now()
            try:
                async with asyncio.timeout(slice_):
                    await self._called.wait()
            except TimeoutError:
                left = None if left is None else left - slice_
            if (self._clock.now() - started).total_seconds() > slice_ + _SLEPT:
                return True
        self._called.clear()
        return False

    def _is_paused(self) -> bool:
        if self._paused and self._paused_until is not None and self._clock.now() >= self._paused_until:
            self._paused, self._paused_until = False, None
        return self._paused

    def _pause_left(self) -> float | None:
        if self._paused_until is None:
            return None
        return (self._paused_until - self._clock.now()).total_seconds()

    def _tell_error(self, ledger: Ledger, error: ConnectorError) -> None:
        log.warning("%s", error)
        self._tell(
            ledger,
            error.failure,
            error.system,
            messages=error.messages,
            detail=error.detail,
            needs_a_person=error.needs_a_person,
        )

    def _tell_storage(self, error: StorageError) -> None:
        log.warning("%s", error)
        before = self._status.trouble
        waited = self._clock.now() - before.since if before is not None and before.failure is error.failure else None
        self._tell(
            None,
            error.failure,
            LEDGER,
            detail=error.detail,
            needs_a_person=error.needs_a_person or (waited is not None and waited >= _PATIENCE),
        )

    def _tell(
        self,
        ledger: Ledger | None,
        failure: Failure,
        system: str,
        *,
        messages: tuple[str, ...] = (),
        detail: str = "",
        needs_a_person: bool,
    ) -> None:
        now = self._clock.now()
        before = self._status.trouble
        same = before is not None and (before.failure, before.system) == (failure, system)
        trouble = Trouble(
            failure=failure,
            system=system,
            messages=messages,
            detail=detail,
            since=before.since if before is not None and same else now,
            needs_a_person=needs_a_person,
        )
        self._say(ledger, working=False, progress=None, trouble=trouble)

    def _say(self, ledger: Ledger | None, **changes: object) -> None:
        """Publish what has changed; without a ledger, what was last known of it stays."""
        known = {} if ledger is None else {"counts": ledger.counts(), "rebuild": ledger.rebuild}
        self._status = self._status.model_copy(
            update={
                "at": self._clock.now(),
                "paused": self._paused,
                "paused_until": self._paused_until,
                **known,
                **changes,
            }
        )
        self._publish(self._status)

    def _publish_next(self, seconds: float) -> None:
        now = self._clock.now()
        self._status = self._status.model_copy(
            update={"at": now, "next_at": datetime.fromtimestamp(now.timestamp() + seconds, now.tzinfo)}
        )
        self._publish(self._status)
