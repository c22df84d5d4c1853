"""What persons decide about documents and ask of Pymes, brought to a service at work and answered with a Future.

What they decide is written between two batches, by the ledger's own thread; what they ask is answered beside the work.
When that is, the service says; this is not its loop.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar

from app.model.causes import Cause
from app.model.clock import Clock
from app.model.errors import NoSuchSale, NotAtWork, StorageError
from app.model.preview import Backfill, Release
from app.model.role import Act, NotAllowed, ReasonMissing, Role
from app.model.sales import Sale
from app.sync.acts import release_cause, settle_outside, unsettle
from app.sync.backfill import Progress
from app.sync.engine import Engine
from app.sync.ledger import Ledger
from app.system.deeds import Deeds
from app.system.person import person
from app.texts.deeds import brought, released, settled, unsettled

T = TypeVar("T")


class Orders(ABC):
    """A service's ear: every public method may be called from any thread."""

    def __init__(self, clock: Clock, deeds: Deeds) -> None:
        self._clock = clock
        self._deeds = deeds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._called = asyncio.Event()
        self._engine: Engine | None = None
        """At work right now."""
        self._rebuild = False
        """The engine at work is to be put up anew."""
        self._acts: list[tuple[Callable[[Ledger], Any], Future[Any]]] = []
        """What persons decided and is not written yet."""
        self._questions: set[asyncio.Task[None]] = set()

    @property
    @abstractmethod
    def _role(self) -> Role:
        """For what the person sits here who gives orders now."""

    def release(self, keys: Sequence[str]) -> Future[int]:
        """Take up again documents that wait for a person, by their ledger keys; gives how many.

        One that no longer waits is left alone. Fails with ``NotAllowed``, as every order that the role does not give.
        """
        return self._decide(
            Act.RELEASE, lambda ledger, who, role: ledger.release(keys, who, role), told=lambda n: released(n)
        )

    def release_cause(self, cause: Cause) -> Future[int]:
        """Take up again every document that waits because of ``cause``; gives how many."""
        return self._decide(
            Act.RELEASE,
            lambda ledger, who, role: release_cause(ledger, cause, who, role),
            told=lambda n: released(n, cause),
        )

    def settle_outside(self, key: str, number: str, uuid: str, reason: str) -> Future[None]:
        """Link a document to the sale that stands for it in Pymes, by printed number and uuid; read there right now.

        Fails with ``NoSuchSale``, ``CannotSettle``, or with what kept Pymes from being asked.
        """

        async def settle(engine: Engine) -> None:
            sale = next((one for one in await engine.sales_numbered(number) if one.uuid == uuid), None)
            if sale is None:
                raise NoSuchSale(number)
            clock = self._clock

            def link(ledger: Ledger, who: str, role: Role) -> bool:
                settle_outside(ledger, clock, key, sale, who=who, reason=reason, role=role)
                return True

            await asyncio.wrap_future(
                self._decide(Act.SETTLE, link, told=lambda _: settled(_number_of(key), number), reason=reason)
            )

        try:
            self._deeds.check(self._role, Act.SETTLE, reason)
        except (NotAllowed, ReasonMissing) as error:
            return _failed(error)
        return self._ask(settle)

    def unsettle(self, key: str) -> Future[bool]:
        """Take such a link back; gives whether there was one."""
        return self._decide(
            Act.UNSETTLE,
            lambda ledger, who, role: unsettle(ledger, self._clock, key, who=who, role=role),
            told=lambda _: unsettled(_number_of(key)),
        )

    def sales_numbered(self, number: str) -> Future[tuple[Sale, ...]]:
        """Give what carries this number in Pymes right now."""
        return self._ask(lambda engine: engine.sales_numbered(number))

    def preview_release(self, cause: Cause) -> Future[Release]:
        """Give what ``release_cause`` would do right now."""
        return self._ask(lambda engine: engine.preview_release(cause))

    def preview_backfill(self, start: date, progress: Progress, halted: Callable[[], bool]) -> Future[Backfill]:
        """Give what ``backfill`` would do; ``progress`` and ``halted`` are called on the engine's thread."""
        return self._ask(lambda engine: engine.preview_backfill(start, progress, halted))

    def backfill(self, start: date, reason: str) -> Future[bool]:
        """Carry documents dated since ``start`` too; gives whether that changes anything.

        Fails with ``ReasonMissing`` where nobody says why.
        """

        def bring(ledger: Ledger, who: str, role: Role) -> bool:
            changed = ledger.bring_from(start)
            # Sources remember in one life what they have read; an engine that is put up again asks the ledger.
            self._rebuild = self._rebuild or changed
            return changed

        return self._decide(Act.BACKFILL, bring, told=lambda _: brought(start), reason=reason)

    def _decide(
        self,
        act: Act,
        do: Callable[[Ledger, str, Role], T],
        *,
        told: Callable[[T], str],
        reason: str = "",
    ) -> Future[T]:
        """Have a person's decision written, and that they took it where it changed anything."""
        who, role = person(), self._role
        try:
            self._deeds.check(role, act, reason)
        except (NotAllowed, ReasonMissing) as error:
            return _failed(error)

        def whole(ledger: Ledger) -> T:
            result = do(ledger, who, role)
            if result:
                self._deeds.did(role, act, told(result), reason)
            return result

        return self._act(whole)

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

    def _post(self, change: Callable[[], None]) -> None:
        def act() -> None:
            change()
            self._called.set()

        if self._loop is None:
            act()
        else:
            with suppress(RuntimeError):  # the loop has ended, and with it all that the call was for
                self._loop.call_soon_threadsafe(act)

    # In the service's own loop

    def _do_acts(self, ledger: Ledger) -> bool:
        """Write what waits, and say whether anything did."""
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
        return bool(acts)

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


def _fail(said: Future[Any], error: Exception) -> None:
    if not said.done():
        said.set_exception(error)


def _failed(error: Exception) -> Future[Any]:
    said: Future[Any] = Future()
    said.set_exception(error)
    return said


def _number_of(key: str) -> str:
    return "".join(key.split("/")[-2:])
