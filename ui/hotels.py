"""One hotel of this computer: its surroundings, its engine, its ledger for reading, and the last it told.

Each has an engine's thread, notices and news of its own, so that a slow or failing hotel never holds up another. It
opens no window; which hotel is shown is ``main``'s affair.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.connectors.profile import NOWHERE, load_profile
from app.model.clock import Clock
from app.model.errors import StorageError
from app.model.hotels import Seen
from app.model.role import Act, Role
from app.model.server import ServerAddress
from app.model.status import Counts, Status
from app.setup.hotels import name_of
from app.setup.leaving import hotels_of
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault, VaultError
from app.system.word import role_here
from app.texts import _
from app.texts.deeds import paused, resumed, took_over, word_gone
from app.texts.roles import refusal
from ui.context import Context
from ui.crash import report_of
from ui.host import EngineHost
from ui.loop import in_thread, spawn
from ui.news import News
from ui.notify import Notices
from ui.panel.documents import Reader
from ui.preparation import (
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
_AGAIN_MS: Final = 60_000
"""How soon a hotel that did not come up, and that nobody looks at, is tried again."""
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
    due_again = Signal()
    """A while after it did not come up."""

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
        self.news.absence_known.connect(self.changed)  # the panel shows it at once
        self.reader: Reader | None = None
        self._opens_reader = False
        self._read_from: ServerAddress | None = None
        """The server whose ledger the reader reads; ``None``: this computer's file."""
        self.is_ready = False
        """Vault, practice hotel and ledger have come up."""
        self.failure: NotPrepared | None = None
        """Why they did not."""
        self.is_new = False
        """Added in this run; nothing is known of it before its first page is done."""
        self.is_gone = False
        """Taken out of this computer."""
        self.alone = asyncio.Lock()
        """Held by whoever ends or begins the engine around something that must have ledger and vault to itself."""
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self.due_again)
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
            mode=self.context.profile.mode_for(settings.mode_here),
            counts=counts,
            paused=settings.is_paused(now),
            paused_until=until,
        )

    async def prepare(self) -> None:
        """Bring up what it needs; raises ``NotPrepared``, and then ``due_again`` comes."""
        try:
            await prepare(self.context)
        except NotPrepared as error:
            self.failure = error
            self._again.start()
            raise
        except Exception as error:
            # A mistake of ours is not tried again by itself: it would only be told again.
            self.failure = NotPrepared(_("Botones no pudo abrir"), _("Puede intentarlo de nuevo."), report_of(error))
            raise
        self._again.stop()
        self.failure = None
        await self._know_role()
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
        self._read_from = self.context.settings.ledger_server
        self.reader_opened.emit()

    def close_reader(self) -> None:
        """Let go of the ledger; the next Status opens it where it stands then."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def follow_ledger(self) -> None:
        """Read where the ledger stands now, if that is not where it was read."""
        if self.reader is not None and self._read_from != self.context.settings.ledger_server:
            self.close_reader()

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

    def follow_shared(self) -> bool:
        """Have the engine go by what was changed at another hotel and holds for this one too; say whether it may be."""
        settings = self.context.settings
        # Who signs in at the proxy stands in the vault, where a change is not seen.
        if self._given.shared == settings.shared and settings.proxy is None:
            return False
        self.renew()
        return True

    async def _know_role(self) -> None:
        """Have everybody be administrator where the word that raises a role is gone from the vault."""
        context = self.context
        known = await in_thread(hotels_of, context.paths)
        if await role_here(context.settings, context.vault, context.clock, known) is not context.settings.role:
            context.choose(role=Role.ADMINISTRATOR)
            context.deeds.note(None, Act.BECOME, word_gone())

    # Intentions

    def sync(self) -> None:
        """Look and carry now."""
        if self.lets(Act.SYNC):
            self.host.wake()

    def release(self, keys: Sequence[str]) -> None:
        """Have documents that somebody has mended taken up again."""
        if self.lets(Act.RELEASE):
            self.host.release(keys)

    def take_over(self, reason: str) -> None:
        """Have this computer send, where another one does."""
        if self.lets(Act.TAKE_OVER):
            self.context.did(Act.TAKE_OVER, took_over(self.status.spare_of), reason)
            self.host.take_over()

    def pause(self, until: datetime | None) -> None:
        """Send nothing for a while, also after a restart."""
        if not self.lets(Act.PAUSE):
            return
        self.context.did(Act.PAUSE, paused(until))
        self.context.choose(paused_until="until-resumed" if until is None else until)
        self.host.pause(until)
        self.take(self.status.model_copy(update={"paused": True, "paused_until": until, "working": False}))

    def resume(self) -> None:
        """Go on."""
        if not self.lets(Act.PAUSE):
            return
        self.context.did(Act.PAUSE, resumed())
        self.context.choose(paused_until=None)
        self.host.resume()
        self.take(self.status.model_copy(update={"paused": False, "paused_until": None}))

    async def approve(self, count: int) -> None:
        """Have the practice hotel approve documents, and look at once."""
        if self.context.practice is not None and self.context.practice.is_running and self.lets(Act.DRILL):
            await self.context.practice.approve(count)
            self.host.wake()

    def lets(self, act: Act) -> bool:
        """Say whether the role does it; where it does not, the person is told."""
        if not self.context.may(act):
            self.notices.raised.emit(_("Eso no lo hace su papel"), refusal(self.context.settings.role, act))
            return False
        return True

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
        self.is_gone = True
        self._again.stop()
        self.close_reader()
        self.context.hotels.remove(self.context)


async def while_resting(desks: list[Desk], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do ``work`` while none of these engines holds ledger or vault; each ends what is under way first."""
    desks = list(desks)
    async with AsyncExitStack() as stack:
        for desk in desks:  # always in the same order
            await stack.enter_async_context(desk.alone)
        running = [desk for desk in desks if desk.host.is_running]
        for desk in running:
            desk.host.stop()
        for desk in running:
            await desk.rest()
        try:
            await work()
        finally:
            for desk in desks:
                desk.follow_ledger()
            for desk in running:
                if not desk.is_gone and await has_secrets(desk.context.vault):
                    desk.host.start()
