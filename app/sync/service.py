"""The engine's life.

Cycles, pauses, failures, sleep. Everything it needs is rebuilt from the ledger, so it may be cut off anywhere.

It runs in a loop of its own; what stands under «From any thread» may be called from any. What persons decide about
documents and ask of Pymes comes through ``Orders``; when it is written, is decided here.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from app.connectors.numbering_reader import DianCache
from app.connectors.profile import Profile
from app.model.clock import Clock, bogota_day
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.role import Act, Role, may, require
from app.model.server import ServerAddress
from app.model.status import Status, Trouble
from app.setup.credentials import connecting, read_secrets
from app.setup.place import place_of
from app.storage.errors import LedgerElsewhere
from app.storage.place import Place, ServerPlace
from app.sync.copying import Copying
from app.sync.engine import Engine
from app.sync.guard import Identity
from app.sync.ledger import Ledger
from app.sync.orders import Orders
from app.sync.outlook import Outlook
from app.sync.recovery import open_ledger
from app.sync.schedule import Backoff, no_later_than, pause_after_failure, pause_after_work
from app.sync.tenure import ASKING, HANDED_OVER, Tenure, ask, seen_from_spare
from app.system.deeds import Deeds
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
    ledger: Ledger,
    *,
    settings: Settings,
    profile: Profile,
    vault: Vault,
    clock: Clock,
    dian: DianCache | None = None,
) -> AsyncIterator[Engine]:
    """Open the connections with the vault's secrets and put an engine on them.

    ``dian`` is what an earlier engine of the hotel heard from the DIAN. What an earlier life left between intent and
    answer becomes doubt first. Raises ``VaultError`` and ``ConnectorError``.
    """
    secrets = await read_secrets(vault)
    ledger.recover()
    # A ledger that was lost goes by the settings: what was approved since the installation must be looked for again.
    # Where they do not know and a server has none, the hotel is a new one.
    is_lost = ledger.rebuild is not None and not ledger.rebuild.on_server
    start = settings.start or (None if profile.practice or is_lost else bogota_day(clock.now()))
    if start is not None:
        ledger.begin_at(start)
    identity = Identity(nit=settings.hotel_document, organisation=settings.organisation)
    async with connecting(settings, profile, secrets, clock) as connectors:
        yield Engine(connectors, ledger, clock, mode=settings.mode_here, identity=identity, dian=dian)


class Service(Orders):
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
        super().__init__(clock, Deeds(paths.deeds(settings.key), clock))
        self._paths = paths
        self._settings = settings
        self._profile = profile
        self._vault = vault
        self._publish = publish
        self._paused_until: datetime | None = None
        self._paused = settings.is_paused(clock.now())
        if self._paused and isinstance(settings.paused_until, datetime):
            self._paused_until = settings.paused_until
        self._stopping = False
        self._place: Place = paths.home
        """Where the ledger at hand stands."""
        self._server: ServerAddress | None = None
        self._wants_to_send = False
        self._token_is_dead = False
        self._ledger_failures = 0
        self._outlook = Outlook(clock)
        self._status = Status(at=clock.now(), practice=profile.practice, mode=profile.mode_for(settings.mode_here))

    @property
    def _role(self) -> Role:
        return self._settings.role

    # From any thread; each raises ``NotAllowed`` where the role of the settings does not do it.

    def wake(self) -> None:
        """Start a cycle now; while one is under way, another follows it."""
        require(self._role, Act.SYNC)
        self._post(lambda: None)

    def pause(self, until: datetime | None) -> None:
        """Send nothing more after the batch under way; ``None`` means until ``resume``."""
        require(self._role, Act.PAUSE)

        def change() -> None:
            self._paused, self._paused_until = True, until

        self._post(change)

    def resume(self) -> None:
        """Go on after a pause."""
        require(self._role, Act.PAUSE)

        def change() -> None:
            self._paused, self._paused_until = False, None

        self._post(change)

    def renew(self, settings: Settings) -> None:
        """Start anew with other settings, or with secrets that have just changed in the vault."""

        def change() -> None:
            self._settings, self._rebuild, self._token_is_dead = settings, True, False

        self._post(change)

    def take_over(self) -> None:
        """Ask the computer that sends for this hotel to leave it to this one; at the sender itself nothing happens."""
        require(self._role, Act.TAKE_OVER)

        def change() -> None:
            self._wants_to_send = self._status.spare_of is not None

        self._post(change)

    def stop(self) -> None:
        """End after the batch under way."""

        def change() -> None:
            self._stopping = True

        self._post(change)

    # In its own loop

    async def run(self) -> None:
        """Work until ``stop``. Raises ``LedgerTooNew``, and nothing that a network, a vault or a disk can do."""
        self._loop = asyncio.get_running_loop()
        doubted = False
        while not self._stopping:
            try:
                server = self._settings.ledger_server
                place = await place_of(self._paths, self._settings, self._vault)
                if isinstance(place, ServerPlace) and not self._may_hold(server):
                    # Whoever only reads needs no right to write there, and never takes the turn of one that sends.
                    await self._stand_by(place, 1.0)
                    continue
                with open_ledger(place, self._clock, thorough=doubted) as ledger:
                    self._place, self._server = place, server
                    doubted = False
                    # Proven anew before anything leaves: what cannot be written down must not be sent.
                    ledger.write_a_mark()
                    async with (
                        Tenure(ledger, place, self._clock, self._called.set, self._profile.timing.stand_by) as tenure,
                        Copying(place, self._clock) as copying,
                    ):
                        await self._serve(ledger, tenure, copying)
            except LedgerElsewhere as error:
                self._refuse_acts(error)
                await self._stand_by(place, HANDED_OVER if error.detail else 1.0)
            except VaultError as error:
                self._ledger_failures += 1
                self._tell(None, Failure.VAULT, "vault", detail=error.kind, needs_a_person=True)
                await self._wait(pause_after_failure(self._ledger_failures, None))
            except StorageError as error:
                self._refuse_acts(error)
                doubted = error.failure is Failure.LEDGER_DAMAGED
                self._ledger_failures += 1
                self._tell_storage(error)
                await self._wait(min(pause_after_failure(self._ledger_failures, None), _LEDGER_AGAIN))

    async def _stand_by(self, place: Place, pauses: float) -> None:
        """Look on while another computer sends, and try again after a while; at once where a person asked for it."""
        assert isinstance(place, ServerPlace)
        try:
            sender, counts = await seen_from_spare(place, self._clock)
            if self._wants_to_send:
                await ask(place)
        except StorageError as error:
            self._tell_storage(error)
        else:
            self._ledger_failures = 0
            self._say(None, spare_of=sender, counts=counts, trouble=None, working=False, progress=None, proven_at=None)
        await self._wait(self._profile.timing.stand_by * (ASKING if self._wants_to_send else pauses))

    async def _serve(self, ledger: Ledger, tenure: Tenure, copying: Copying) -> None:
        """Put one engine after another on the ledger until the service ends. Raises ``StorageError``."""
        failures = 0
        self._wants_to_send = False
        self._say(ledger, spare_of=None)
        while not self._stopping and self._settings.ledger_server == self._server and self._may_hold(self._server):
            # Also where nothing can be called here: then it is the other computer that should send.
            tenure.check()
            self._rebuild = False
            try:
                async with open_engine(
                    ledger,
                    settings=self._settings,
                    profile=self._profile,
                    vault=self._vault,
                    clock=self._clock,
                ) as engine:
                    mode = self._profile.mode_for(self._settings.mode_here)
                    self._say(ledger, mode=mode, trouble=self._lasting_trouble)
                    self._engine = engine
                    try:
                        await self._live(engine, ledger, tenure, copying)
                    finally:
                        await self._end_questions()
                    failures = 0
            except VaultError as error:
                failures += 1
                self._tell(ledger, Failure.VAULT, "vault", detail=error.kind, needs_a_person=True)
                await self._wait(pause_after_failure(failures, None))
            except ConnectorError as error:
                # Nothing to call with: only new secrets help, and they come through ``renew``.
                self._tell_error(ledger, error)
                await self._wait(None)

    def _may_hold(self, server: ServerAddress | None) -> bool:
        """Say whether the ledger may be this computer's to write: one that is shared, only where somebody sends."""
        return server is None or may(self._role, Act.SEND)

    @property
    def _lasting_trouble(self) -> Trouble | None:
        """What a new engine does not mend: a full disk that took one commit is over when a whole cycle went well."""
        trouble = self._status.trouble
        return trouble if trouble is not None and trouble.failure.is_about_ledger else None

    async def _live(self, engine: Engine, ledger: Ledger, tenure: Tenure, copying: Copying) -> None:
        """Run cycles until the service ends, must be rebuilt, or the machine has slept."""
        idle, backoff = 0, Backoff()
        while not (self._stopping or self._rebuild):
            tenure.check()
            if self._do_acts(ledger):
                self._say(ledger)
            if self._rebuild:
                return
            if self._token_is_dead:
                # Only another token helps: it comes through ``renew``, and a question more would be refused alike.
                if await self._wait(None):
                    return
                continue
            if self._is_paused():
                self._say(ledger, working=False, next_at=None)
                if await self._wait(self._pause_left()):
                    return
                continue
            pause: float | None
            try:
                moved = await self._cycle(engine, ledger, tenure)
                copying.consider()
            except ConnectorError as error:
                self._tell_error(ledger, error)
                self._token_is_dead = error.failure is Failure.TOKEN
                proven = self._status.counts.proven
                pause = None if error.needs_a_person else backoff.pause(proven, error.retry_after)
            else:
                backoff.reset()
                idle = 0 if moved else idle + 1
                timing = self._profile.paced(self._settings.cadence)
                pause = no_later_than(pause_after_work(timing, idle), ledger.next_due(), self._clock.now())
            if await self._wait(pause):
                log.info("the machine slept: starting anew from the ledger")
                return

    async def _cycle(self, engine: Engine, ledger: Ledger, tenure: Tenure) -> int:
        self._say(ledger, working=True, next_at=None)
        moved = await engine.cycle(
            progress=lambda done, total: self._say(ledger, progress=(done, total), proofs=engine.guard.proofs),
            # What a person decided is not to wait for the end of a long backlog.
            halted=lambda: self._stopping or self._rebuild or self._is_paused() or bool(self._acts) or tenure.is_over,
        )
        self._ledger_failures = 0
        self._say(
            ledger,
            working=False,
            progress=None,
            trouble=None,
            proofs=engine.guard.proofs,
            ending=await self._outlook.ending(self._place, engine.guard.proofs),
            proven_at=self._clock.now(),
        )
        return moved

    async def _wait(self, seconds: float | None) -> bool:
        """Wait until called, or until ``seconds`` are over; return whether the machine slept meanwhile."""
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
        known: dict[str, object] = {}
        if ledger is not None:
            known = {"counts": ledger.counts(), "rebuild": ledger.rebuild, "start": ledger.start}
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
