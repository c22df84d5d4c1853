"""What is told once a day or after an absence: yesterday in a line, and what happened while the computer was off.

It reads the ledger and keeps no state of its own but a sign of life on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.clock import BOGOTA
from app.model.errors import StorageError
from app.model.happened import Happened
from app.model.notices import NoticeKind
from app.model.status import Status
from app.system.presence import give_sign, last_sign
from app.texts import _
from app.texts.happened import absence_line, daily_line
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.notify import Notices

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import LedgerReader

_SIGN_MS: Final = 60_000
ABSENCE: Final = timedelta(minutes=30)
"""A shorter one is nobody's night."""
SUMMARY_HOUR: Final = 7


class News(QObject):
    """Hears every Status; tells through ``notices`` and keeps the last absence in the context for the panel."""

    absence_known = Signal(object)
    """The ``Happened`` of the absence that just ended, once both systems were looked through again."""

    def __init__(
        self,
        context: Context,
        notices: Notices,
        on_error: Callable[[BaseException], object],
        alive: datetime | None = None,
        parent: QObject | None = None,
    ) -> None:
        """``alive`` is the last sign of life of the former program; ``None``: as the disk has it."""
        super().__init__(parent)
        self._context = context
        self._notices = notices
        self._on_error = on_error
        self._away: tuple[datetime, datetime] | None = None
        """Beginning and end of an absence that is not told yet."""
        self._asking = False
        self._alive = alive or last_sign(context.paths)
        self.breathe()
        self._timer = QTimer(self)
        self._timer.setInterval(_SIGN_MS)
        self._timer.timeout.connect(self.breathe)
        self._timer.start()

    def breathe(self) -> None:
        """Leave a sign of life; a long time without one was an absence."""
        now = self._context.clock.now()
        before, self._alive = self._alive, now
        if before is not None and now - before >= ABSENCE:
            # Woken twice before anything could be told: it is one absence.
            self._away = (self._away[0] if self._away is not None else before, now)
        give_sign(self._context.paths, now)

    def consider(self, status: Status, reader: LedgerReader | None) -> None:
        """Tell what is due, once a whole cycle has proven that everything was looked at."""
        if reader is None or self._asking or not status.set_up or status.paused or status.proven_at is None:
            return
        self.breathe()
        if self._away is not None and status.proven_at > self._away[1]:
            away, self._away = self._away, None
            self._ask(reader, away, self._tell_absence)
            return
        now = self._context.clock.now().astimezone(BOGOTA)
        told = self._context.settings.summary_day
        if now.hour >= SUMMARY_HOUR and (told is None or told < now.date()):
            midnight = datetime.combine(now.date(), time(), BOGOTA)
            if status.proven_at >= midnight:
                # The first day has no yesterday with this program.
                self._context.choose(summary_day=now.date())
                if told is not None:
                    self._ask(reader, (midnight - timedelta(days=1), midnight), self._tell_yesterday)

    def _ask(self, reader: LedgerReader, stretch: tuple[datetime, datetime], tell: Callable[[Happened], None]) -> None:
        async def answer() -> None:
            try:
                tell(await in_thread(reader.happened, *stretch))
            except StorageError:
                return  # the engine says what keeps the ledger from being read
            finally:
                self._asking = False

        self._asking = True
        spawn(answer(), self._on_error)

    def _tell_absence(self, happened: Happened) -> None:
        self._context.absence = happened
        self.absence_known.emit(happened)
        if happened.seen:
            self._tell(absence_line(happened))

    def _tell_yesterday(self, happened: Happened) -> None:
        if happened.seen:
            self._tell(daily_line(happened))

    def _tell(self, line: str) -> None:
        self._notices.add(NoticeKind.SUMMARY, line, _("El panel los muestra uno por uno."), self._context.clock.now())
