"""The engine's life.

Cycles, pauses, failures, sleep. Everything it needs is rebuilt from the ledger, so it may be cut off anywhere.

It runs in a loop of its own; what stands under «From any thread» may be called from any. What a person decides about
documents is written between two batches, by the ledger's own thread; what a person asks is answered beside the work.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from app.connectors.profile import Profile
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.errors import ConnectorError, Failure, NoSuchSale, NotAtWork, StorageError
from app.model.preview import Backfill, Release
from app.model.sales import Sale
from app.model.server import ServerAddress
from app.model.status import Status, Trouble
from app.setup.credentials import connecting, read_secrets
from app.setup.place import place_of
from app.storage.errors import LedgerElsewhere
from app.storage.place import Place, ServerPlace
from app.sync.acts import release_cause, settle_outside, unsettle
from app.sync.backfill import Progress
from app.sync.copying import Copying
from app.sync.engine import Engine
from app.sync.guard import Identity
from app.sync.ledger import Ledger
from app.sync.outlook import Outlook
from app.sync.recovery import open_ledger
from app.sync.schedule import Backoff, no_later_than, pause_after_failure, pause_after_work
from app.sync.tenure import ASKING, HANDED_OVER, Tenure, ask, seen_from_spare
from app.system.paths import Paths
from app.system.person import person
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

T = TypeVar("T")

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
    # A ledger that was lost goes by the settings: what was approved since the installation must be looked for again.
    start = settings.start or (None if profile.practice or ledger.rebuild else bogota_day(clock.now()))
    if start is not None:
        ledger.begin_at(start)
    identity = Identity(nit=settings.hotel_document, organisation=settings.organisation)
    async with connecting(settings, profile, secrets, clock) as connectors:
        yield Engine(connectors, ledger, clock, mode=settings.mode, identity=identity)


def _fail(said: Future[Any], error: Exception) -> None:
    if not said.done():
        said.set_exception(error)


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
        self._engine: Engine | None = None
        self._place: Place = paths.home
        """Where the ledger at hand stands."""
        self._server: ServerAddress | None = None
        self._wants_to_send = False
        self._questions: set[asyncio.Task[None]] = set()
        self._acts: list[tuple[Callable[[Ledger], Any], Future[Any]]] = []
        """What persons decided and is not written yet."""
        self._token_is_dead = False
        self._ledger_failures = 0
        self._outlook = Outlook(clock)
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

    def release(self, keys: Sequence[str]) -> Future[int]:
        """Take up again documents that wait for a person, by their ledger keys; gives how many.

        One that no longer waits is left alone.
        """
        who = person()
        return self._act(lambda ledger: ledger.release(keys, who))

    def release_cause(self, cause: Cause) -> Future[int]:
        """Take up again every document that waits because of ``cause``; gives how many."""
        who = person()
        return self._act(lambda ledger: release_cause(ledger, cause, who))

    def settle_outside(self, key: str, number: str, uuid: str, reason: str) -> Future[None]:
        """Link a document to the sale that stands for it in Pymes, by printed number and uuid; read there right now.

        Fails with ``NoSuchSale``, ``CannotSettle``, or with what kept Pymes from being asked.
        """
        who = person()

        async def settle(engine: Engine) -> None:
            sale = next((one for one in await engine.sales_numbered(number) if one.uuid == uuid), None)
            if sale is None:
                raise NoSuchSale(number)
            clock = self._clock
            await asyncio.wrap_future(
                self._act(lambda ledger: settle_outside(ledger, clock, key, sale, who=who, reason=reason))
            )

        return self._ask(settle)

    def unsettle(self, key: str) -> Future[bool]:
        """Take such a link back; gives whether there was one."""
        who = person()
        return self._act(lambda ledger: unsettle(ledger, self._clock, key, who=who))

    def sales_numbered(self, number: str) -> Future[tuple[Sale, ...]]:
        """Give what carries this number in Pymes right now."""
        return self._ask(lambda engine: engine.sales_numbered(number))

    def preview_release(self, cause: Cause) -> Future[Release]:
        """Give what ``release_cause`` would do right now."""
        return self._ask(lambda engine: engine.preview_release(cause))

    def preview_backfill(self, start: date, progress: Progress, halted: Callable[[], bool]) -> Future[Backfill]:
        """Give what ``backfill`` would do; ``progress`` and ``halted`` are called on the engine's thread."""
        return self._ask(lambda engine: engine.preview_backfill(start, progress, halted))

    def backfill(self, start: date) -> Future[bool]:
        """Carry documents dated since ``start`` too; gives whether that changes anything."""

        def bring(ledger: Ledger) -> bool:
            changed = ledger.bring_from(start)
            # Sources remember in one life what they have read; an engine that is put up again asks the ledger.
            self._rebuild = self._rebuild or changed
            return changed

        return self._act(bring)

    def _act(self, act: Callable[[Ledger], T]) -> Future[T]:
        """Have something written into the ledger, as soon as no batch is under way."""
        said: Future[T] = Future()
        self._post(lambda: self._acts.append((act, said)))
        return said

    def _ask(self, question: Callable[[Engine], Coroutine[Any, Any, T]]) -> Future[T]:
        """Have something read through the engine's connections, beside its own work."""
        said: Future[T] = Future()

        async def answer(engine: Engine) -> None:
            try:
                result = await question(engine)
            except asyncio.CancelledError:
                _fail(said, NotAtWork())
            except Exception as error:  # handed to whoever asked
                _fail(said, error)
            else:
                if not said.cancelled():
                    said.set_result(result)

        def start() -> None:
            if self._engine is None:
                _fail(said, NotAtWork())
                return
            task = asyncio.get_running_loop().create_task(answer(self._engine))
            self._questions.add(task)
            task.add_done_callback(self._questions.discard)

        loop = self._loop
        if loop is None or loop.is_closed():
            _fail(said, NotAtWork())
        else:
            try:
                loop.call_soon_threadsafe(start)
            except RuntimeError:  # it has just ended
                _fail(said, NotAtWork())
        return said

    def renew(self, settings: Settings) -> None:
        """Start anew with other settings, or with secrets that have just changed in the vault."""

        def change() -> None:
            self._settings, self._rebuild, self._token_is_dead = settings, True, False

        self._post(change)

    def take_over(self) -> None:
        """Ask the computer that sends for this hotel to leave it to this one; at the sender itself nothing happens."""

        def change() -> None:
            self._wants_to_send = self._status.spare_of is not None

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
                server = self._settings.ledger_server
                place = await place_of(self._paths, self._settings, self._vault)
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
        while not self._stopping and self._settings.ledger_server == self._server:
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
                    self._say(ledger, mode=self._profile.mode_for(self._settings.mode), trouble=self._lasting_trouble)
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
            self._do_acts(ledger)
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

    def _do_acts(self, ledger: Ledger) -> None:
        acts, self._acts = self._acts, []
        for act, said in acts:
            try:
                result = act(ledger)
            except StorageError as error:
                _fail(said, error)
                raise
            except Exception as error:  # handed to whoever asked
                _fail(said, error)
            else:
                if not said.cancelled():
                    said.set_result(result)
        if acts:
            self._say(ledger)

    def _refuse_acts(self, error: Exception) -> None:
        acts, self._acts = self._acts, []
        for _, said in acts:
            _fail(said, error)

    async def _end_questions(self) -> None:
        """Break off what is being asked: its connections are closed next."""
        self._engine = None
        asked = list(self._questions)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

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
