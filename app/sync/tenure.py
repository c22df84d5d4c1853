"""Being the one computer that writes a ledger which several share: keeping the right, giving it up, asking for it.

PostgreSQL decides who has it (``storage.server``). What is done here is only courtesy: to say who it is, and to hand it
over when somebody at another computer asks. A ledger in a file has one computer, and nothing to keep.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

from app.model.clock import Clock
from app.model.errors import StorageError
from app.model.status import Counts, Sender
from app.storage.errors import LedgerElsewhere
from app.storage.place import ALIVE_SECONDS, Place, ServerPlace
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader

ASKING: Final = 0.1
"""A spare that has asked to be handed the right tries so much sooner."""
HANDED_OVER: Final = 3.0
"""The computer that handed it over tries so much later, and leaves it to the one that asked."""

log = logging.getLogger(__name__)


class Tenure:
    """Holds the right while the block runs; ``check`` tells when it is over."""

    def __init__(
        self, ledger: Ledger, place: Place, clock: Clock, call: Callable[[], None], seconds: float = ALIVE_SECONDS
    ) -> None:
        """``call`` is called when there is something to check; it is looked for every ``seconds``, or more often."""
        self._ledger = ledger
        self._place = place
        self._clock = clock
        self._call = call
        self._pause = min(seconds, ALIVE_SECONDS)
        self._over: StorageError | None = None
        self._ends = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if isinstance(self._place, ServerPlace):
            self._ledger.begin_tenure(Sender(computer=self._place.computer, since=self._clock.now()))
            self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ends.set()
        if self._keeping is not None:
            await self._keeping

    @property
    def is_over(self) -> bool:
        return self._over is not None

    def check(self) -> None:
        """Raise what ended it: ``LedgerElsewhere`` where another computer asked for it."""
        if self._over is not None:
            raise self._over

    async def _keep(self) -> None:
        """Show the server that this program lives, on its own thread between two statements, and hear who asks."""
        try:
            while not self._ends.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause):
                        await self._ends.wait()
                        return
                if (wish := self._ledger.wish()) is not None:
                    log.info("handing over to %s", wish)
                    self._over = LedgerElsewhere(wish)
                    break
        except StorageError as error:
            self._over = error
        self._call()


async def seen_from_spare(place: ServerPlace, clock: Clock) -> tuple[Sender | None, Counts]:
    """Return who writes the ledger and what is in it; raises ``StorageError``."""

    def read() -> tuple[Sender | None, Counts]:
        reader = LedgerReader(place, clock)
        try:
            return reader.sender(), reader.counts()
        finally:
            reader.close()

    return await asyncio.to_thread(read)


async def ask(place: ServerPlace) -> None:
    """Ask whoever writes the ledger to hand it to this computer; raises ``StorageError``."""
    from app.storage.server import ask_for  # its driver is loaded only where a server is used

    await asyncio.to_thread(ask_for, place)
