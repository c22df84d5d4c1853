"""One hotel of this computer: its surroundings, its engine, its ledger for reading, and the last it told.

Each has an engine's thread, notices and news of its own, so that a slow or failing hotel never holds up another. It
opens no window; which hotel is shown is ``main``'s affair.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from app.connectors.profile import load_profile
from app.model.clock import Clock
from app.model.errors import StorageError
from app.model.hotels import Seen
from app.model.status import Counts, Status
from app.setup.hotels import name_of
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault, VaultError
from ui.context import Context
from ui.host import EngineHost
from ui.loop import in_thread, spawn
from ui.news import News
from ui.notify import Notices
from ui.panel.documents import Reader
from ui.preparation import (
    NOWHERE,
    NotPrepared,
    build_engine,
    has_secrets,
    open_reader,
    open_reader_of_server,
    prepare,
    read_flow,
)

log = logging.getLogger(__name__)

QUIT_SECONDS: Final = 5.0
_NONE: Final = Counts()


def context_of(paths: Paths, settings: Settings, clock: Clock) -> Context:
    """Return a hotel's surroundings as they are before anything was opened."""
    profile = load_profile(settings.profile, NOWHERE, paths.home).with_fe(settings.fe_address)
    return Context(paths=paths, settings=settings, profile=profile, vault=SessionVault(settings.key), clock=clock)


class Desk(QObject):
    """One hotel; what it has to tell comes on Qt's thread."""

    changed = Signal()
    """Another Status."""
    reader_opened = Signal()
    practice_ended = Signal()
    """The practice hotel is gone: no internet and no firewall would bring it back."""

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], alive: datetime | None = None
    ) -> None:
        """``alive`` is the last sign of life of the program that ran before."""
        super().__init__()
        self.context = context
        self._on_error = on_error
        self.set_up = read_flow(context).is_finished
        self.status = self.first_status(set_up=self.set_up)
        self.host = EngineHost(partial(build_engine, context))
        self.host.status_changed.connect(self.hear)
        self.host.failed.connect(on_error)
        self.notices = Notices(lambda: context.settings.notices)
        self.news = News(context, self.notices, on_error, alive)
        self.reader: Reader | None = None
        self._opens_reader = False
        self.is_ready = False
        """Vault, practice hotel and ledger have come up."""
        self.failure: NotPrepared | None = None
        """Why they did not."""
        self._key = context.settings.key
        """Whose documents the reader shows."""
        self._given = context.settings
        """What the engine goes by."""

    @property
    def name(self) -> str:
        return name_of(self.context.settings, self.context.profile)

    @property
    def seen(self) -> Seen:
        """Return it as it is named beside others."""
        failure = self.failure.title if self.failure is not None else ""
        return Seen(key=self.context.settings.key, name=self.name, status=self.status, failure=failure)

    def first_status(self, *, set_up: bool, counts: Counts = _NONE) -> Status:
        """Return what is known before the engine speaks."""
        now, settings = self.context.clock.now(), self.context.settings
        until = settings.paused_until if isinstance(settings.paused_until, datetime) else None
        return Status(
            at=now,
            set_up=set_up,
            practice=self.context.profile.practice,
            mode=self.context.profile.mode_for(settings.mode),
            counts=counts,
            paused=settings.is_paused(now),
            paused_until=until,
        )

    async def prepare(self) -> None:
        """Bring up what it needs; raises ``NotPrepared``."""
        try:
            await prepare(self.context)
        except NotPrepared as error:
            self.failure = error
            raise
        self.failure = None
        self.is_ready = True

    async def start(self) -> bool:
        """Start the engine where there is something to work with, and say whether there is."""
        if self.set_up and await has_secrets(self.context.vault):
            self.host.start()
            return True
        return False

    async def show_without_access(self) -> None:
        """Show what the ledger has, although no engine can run."""
        counts = _NONE
        if self.set_up:
            await self.open_reader()
            if self.reader is not None:
                counts = await in_thread(self.reader.counts)
        self.take(self.first_status(set_up=False, counts=counts))

    def hear(self, status: Status) -> None:
        """Take what the engine says."""
        if self.reader is None and not (status.trouble is not None and status.trouble.failure.is_about_ledger):
            # The engine has opened the ledger, migrated, before its first Status that says nothing against it.
            if self.context.settings.ledger_server is None:
                self._read_through(open_reader(self.context))
            else:
                spawn(self.open_reader(), self._on_error)
        self.take(status)
        self.news.consider(status, self.reader)
        chosen = self.context.settings.start
        if status.start is not None and (chosen is None or status.start < chosen):
            # A ledger that is lost would not know where it began.
            self.context.choose(start=status.start)
        practice = self.context.practice
        if status.trouble is not None and practice is not None and not practice.is_running and self.is_ready:
            self.is_ready = False
            self.practice_ended.emit()

    def take(self, status: Status) -> None:
        """Have this Status shown."""
        self.status = status
        self.notices.consider(status, self.context.clock.now())
        self.changed.emit()

    async def open_reader(self) -> None:
        """Open the ledger for reading, wherever it stands; one that cannot be had now is tried again later."""
        if self.reader is not None or self._opens_reader:
            return
        self._opens_reader = True
        try:
            if self.context.settings.ledger_server is None:
                self._read_through(open_reader(self.context))
            else:
                self._read_through(await open_reader_of_server(self.context))
        except (StorageError, VaultError) as error:
            log.warning("no reader: %s", type(error).__name__)
        finally:
            self._opens_reader = False

    def _read_through(self, reader: Reader) -> None:
        self.reader = reader
        self.reader_opened.emit()

    def close_reader(self) -> None:
        """Let go of the ledger; the next Status opens it where it stands then."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def turned(self) -> bool:
        """Have nothing left of another hotel where the wizard turned to this one, and say whether it did."""
        if self._key == self.context.settings.key:
            return False
        self._key = self.context.settings.key
        self.status = self.first_status(set_up=False)
        self.close_reader()
        return True

    def renew(self) -> None:
        """Have the engine go by the settings of now."""
        self._given = self.context.settings
        self.host.renew(self._given)

    def follow_shared(self) -> None:
        """Have the engine go by what was changed at another hotel and holds for this one too."""
        if self._given.shared != self.context.settings.shared:
            self.renew()

    # Intentions

    def pause(self, until: datetime | None) -> None:
        """Send nothing for a while, also after a restart."""
        self.context.choose(paused_until="until-resumed" if until is None else until)
        self.host.pause(until)
        self.take(self.status.model_copy(update={"paused": True, "paused_until": until, "working": False}))

    def resume(self) -> None:
        """Go on."""
        self.context.choose(paused_until=None)
        self.host.resume()
        self.take(self.status.model_copy(update={"paused": False, "paused_until": None}))

    async def approve(self, count: int) -> None:
        """Have the practice hotel approve documents, and look at once."""
        if self.context.practice is not None and self.context.practice.is_running:
            await self.context.practice.approve(count)
            self.host.wake()

    def disconnected(self) -> None:
        """Show that no access is left."""
        self.take(self.first_status(set_up=False, counts=self.status.counts))

    async def rest(self) -> None:
        """Have the engine end what is under way, however long that takes."""
        self.host.stop()
        while not await self.host.ended(QUIT_SECONDS):
            log.info("waiting for the engine to end")

    async def end(self) -> None:
        """End engine and practice hotel."""
        self.host.stop()
        await self.host.ended(QUIT_SECONDS)
        if self.context.practice is not None:
            await in_thread(self.context.practice.stop)

    def forget(self) -> None:
        """Leave the other hotels alone with each other."""
        self.close_reader()
        self.context.hotels.remove(self.context)


async def while_resting(desks: list[Desk], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do ``work`` while none of these engines holds ledger or vault; each ends what is under way first."""
    running = [desk for desk in desks if desk.host.is_running]
    for desk in running:
        desk.host.stop()
    for desk in running:
        await desk.rest()
    try:
        await work()
    finally:
        for desk in running:
            if await has_secrets(desk.context.vault):
                desk.host.start()
