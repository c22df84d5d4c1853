"""Reading the ledger without ever waiting for it: one question at a time, and only the newest of those that wait."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from app.model.errors import StorageError
from ui.loop import in_thread, spawn

log = logging.getLogger(__name__)

T = TypeVar("T")


class Latest:
    """Asks in a thread. A question put while one is under way replaces the one that waits; its answer alone counts."""

    def __init__(self, on_error: Callable[[BaseException], object]) -> None:
        self._on_error = on_error
        self._busy = False
        self._waiting: tuple[Callable[[], Any], Callable[[Any], None]] | None = None
        self._asked = 0

    @property
    def busy(self) -> bool:
        """Say whether an answer is still to come."""
        return self._busy

    def ask(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Do ``work`` in a thread and give ``then`` its result, unless something newer was asked meanwhile."""
        self._waiting = (work, then)
        self._asked += 1
        if not self._busy:
            self._busy = True
            spawn(self._answer_all(), self._on_error)

    async def _answer_all(self) -> None:
        try:
            while self._waiting is not None:
                (work, then), self._waiting = self._waiting, None
                number = self._asked
                try:
                    result = await in_thread(work)
                except StorageError as error:
                    # The engine says what keeps the ledger from being read, and its next news ask again.
                    log.warning("%s", error)
                    continue
                if number == self._asked:
                    then(result)
        finally:
            self._busy = False
