"""The only place where the parts are put together. It draws nothing and knows no document."""

import asyncio
import contextlib
import logging
import signal
import sys
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.connectors.profile import load_profile
from app.model.clock import SystemClock
from app.model.status import Counts, Status
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import SessionVault
from app.texts import _, speak
from ui.context import Context
from ui.crash import CrashWatch, report_of
from ui.garbage import GarbageKeeper
from ui.host import EngineHost
from ui.instance import FirstInstance, show_first
from ui.loop import in_thread, run, spawn
from ui.measure import Measure
from ui.notify import Notices
from ui.opening import OpeningWindow
from ui.panel.documents import Reader
from ui.panel.window import PanelWindow
from ui.preparation import (
    NOWHERE,
    PRACTICE,
    NotPrepared,
    build_engine,
    has_secrets,
    open_reader,
    prepare,
    read_flow,
)
from ui.theme import Theme, dress
from ui.tray import Tray

log = logging.getLogger(__name__)

_NONE: Final = Counts()
_QUIT_SECONDS: Final = 5.0
_LATE_MS: Final = 30_000
_TRAY_PATIENCE_MS: Final = 60_000
"""How long after login the taskbar may take before a window is shown instead."""


def main(profile: str | None = None, minimized: bool = False, measure: bool = False) -> int:
    """Open the program and return its exit code; ``profile`` is kept as the chosen one."""
    paths = Paths.of_user().ensure()
    app = QApplication.instance() or QApplication(["botones"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Botones")
    app.setDesktopFileName("botones")
    if show_first(paths.home):
        return 0
    setup_logging(paths)
    loaded = load(paths.settings)
    settings = loaded.settings
    if profile is not None and profile != settings.profile:
        settings = Settings(profile=profile, language=settings.language)
    speak(settings.language)
    theme = dress(app)
    lock = DataLock(paths.home)
    try:
        lock.acquire()
    except AlreadyRunning as error:
        sys.stderr.write(_("Botones ya trabaja con esta carpeta (proceso {pid}).").format(pid=error.pid or "?") + "\n")
        return 1
    # The engine's Python must not make the window wait for its turn longer than a frame can bear.
    sys.setswitchinterval(0.001)
    try:
        return run(Program(app, theme, paths, settings, minimized=minimized, measure=measure).live, app)
    finally:
        lock.release()


class Program:
    """One run of the program, from the first window to the last."""

    def __init__(
        self, app: QApplication, theme: Theme, paths: Paths, settings: Settings, *, minimized: bool, measure: bool
    ) -> None:
        self._app = app
        self._minimized = minimized
        self._measure = Measure() if measure else None
        self._crashes = CrashWatch()
        self._garbage = GarbageKeeper(app)
        self._quit: asyncio.Event | None = None
        clock = SystemClock()
        profile = load_profile(settings.profile, NOWHERE, paths.home)
        self.context = Context(
            paths=paths, settings=settings, profile=profile, vault=SessionVault(settings.profile), clock=clock
        )
        self._set_up = read_flow(self.context).is_finished
        self.status = self._first_status(set_up=self._set_up)
        self.host = EngineHost(partial(build_engine, self.context))
        self.tray = Tray(self.status, clock, theme)
        self.notices = Notices()
        self.first = FirstInstance(paths.home)
        self.opening: OpeningWindow | None = None
        self.panel: PanelWindow | None = None
        self.wizard: Any = None
        self._profile_name = profile.name
        """Whose documents the panel shows."""
        self._reader: Reader | None = None
        self._ready = False
        self._told_unfinished = False
        self._wizard_comes = False
        """Asked for and not there yet: a second click must not open a second one."""
        self._connect()

    async def live(self) -> int:
        """Open, wait until the person leaves, and end in order."""
        self._quit = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._crashes.install(loop)
        for ending in (signal.SIGINT, signal.SIGTERM):
            # Windows' loop has no signals; there the console is not how this program is ended.
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(ending, self.quit)
        self.first.listen()
        if not self._minimized:
            self._show_first_window()
        self._spawn(self._prepare())
        await self._quit.wait()
        await self._end()
        if self._measure is not None:
            sys.stdout.write(self._measure.report() + "\n")
        return 0

    def quit(self) -> None:
        """Leave; whatever is under way is settled by looking at the next start."""
        if self._quit is not None:
            self._quit.set()

    # Starting

    def _show_first_window(self) -> None:
        if self._set_up:
            self.show_panel()
            return
        self.opening = OpeningWindow(practice=self.context.profile.practice)
        self.opening.quit_requested.connect(self.quit)
        self.opening.retry_requested.connect(lambda: self._spawn(self._prepare()))
        self._first_seen(self.opening)
        self.opening.show()

    async def _prepare(self) -> None:
        """Bring everything up, then go where the person left."""
        practice = self.context.settings.profile == PRACTICE
        self._tell_waiting(_("Preparando el hotel de práctica…") if practice else _("Abriendo el llavero…"))
        try:
            await prepare(self.context)
        except NotPrepared as error:
            self._tell_failure(error.title, error.text, error.detail)
            return
        except Exception as error:  # shown in the opening window, and in the crash window
            self._tell_failure(_("Botones no pudo abrir"), _("Puede intentarlo de nuevo."), report_of(error))
            raise
        self._ready = True
        if self.panel is not None:
            self.panel.tell_vault(self.context.vault.is_lasting)
        if self._set_up and await has_secrets(self.context.vault):
            self.host.start()
            if self.opening is not None:
                self.show_panel()
            return
        self._take(self._first_status(set_up=False, counts=await self._counts_without_access()))
        if not self._minimized:
            self.show_wizard()

    async def _counts_without_access(self) -> Counts:
        """Show what the ledger has, although no engine can run, and tell somebody who sees no window."""
        if not self._set_up:
            return Counts()
        reader = self._open_reader()
        if self._minimized:
            self.tray.say(
                _("Hay que volver a conectar"),
                _("Los accesos ya no están en este computador. Nada se envía hasta escribirlos en el asistente."),
            )
        return await in_thread(reader.counts)

    def _first_status(self, *, set_up: bool, counts: Counts = _NONE) -> Status:
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

    # Windows

    def show(self) -> None:
        """Bring forward what the person is working in."""
        for window in (self.wizard, self.opening):
            if window is not None and window.isVisible():
                window.show()
                window.raise_()
                window.activateWindow()
                return
        self.show_panel()

    def show_panel(self) -> None:
        """Open the panel, or bring it forward."""
        if self.panel is None:
            self.panel = self._build_panel()
            self._first_seen(self.panel)
        self.panel.come_forward()
        self._close_opening()

    def show_wizard(self) -> None:
        """Open the wizard, or bring it forward; meanwhile the engine rests, for both write into the ledger."""
        if not self._ready or self._wizard_comes:
            return
        if self.wizard is None:
            self._wizard_comes = True
            self._spawn(self._open_wizard())
        else:
            self.show()

    async def _open_wizard(self) -> None:
        # The panel's day does not need it, and loading it takes longer than a frame.
        wizard = await in_thread(import_module, "ui.wizard.window")
        self.host.stop()
        await self.host.ended(_QUIT_SECONDS)
        self.wizard = wizard.WizardWindow(self.context, self.status.trouble)
        self._wizard_comes = False
        self.wizard.setup_finished.connect(self._setup_finished)
        self.wizard.left.connect(self._wizard_left)
        self.wizard.show()
        self.show()
        self._close_opening()

    def _setup_finished(self) -> None:
        self._set_up = True
        self._drop_wizard()
        self._follow_profile()
        self._take(self._first_status(set_up=True, counts=self.status.counts))
        self.host.start()
        self.show_panel()

    def _wizard_left(self) -> None:
        self._drop_wizard()
        self._follow_profile()
        # It may have been finished before it was closed, or turned to a hotel that is not set up yet.
        self._set_up = read_flow(self.context).is_finished
        self._take(self._first_status(set_up=self._set_up, counts=self.status.counts))
        if self._set_up:
            self.host.start()
        if not self.tray.is_reachable:
            self.show_panel()
        elif self.panel is None or not self.panel.isVisible():
            self._tell_once_about_tray()

    def _follow_profile(self) -> None:
        """Have nothing left of another hotel, where the wizard turned to this one."""
        if self._profile_name == self.context.profile.name:
            return
        self._profile_name = self.context.profile.name
        self.status = self._first_status(set_up=False)
        if self.panel is not None:
            self.panel.hide()
            # What is being read for it still arrives.
            QTimer.singleShot(_LATE_MS, self.panel.deleteLater)
            self.panel = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _drop_wizard(self) -> None:
        if self.wizard is not None:
            self.wizard.hide()
            self.wizard.deleteLater()
            self.wizard = None

    def _build_panel(self) -> PanelWindow:
        panel = PanelWindow(self.context, self.status, self._crashes.report)
        panel.has_tray = self.tray.is_reachable
        panel.sync_requested.connect(self.host.wake)
        panel.release_requested.connect(lambda key: self.host.release([key]))
        panel.pause_requested.connect(self.pause)
        panel.resume_requested.connect(self.resume)
        panel.wizard_requested.connect(self.show_wizard)
        panel.quit_requested.connect(self.quit)
        panel.approve_requested.connect(lambda count: self._spawn(self._approve(count)))
        panel.hidden_by_person.connect(self._tell_once_about_tray)
        if self._ready:
            panel.tell_vault(self.context.vault.is_lasting)
        if self._reader is not None:
            panel.open(self._reader)
        return panel

    def _first_seen(self, window: QWidget) -> None:
        if self._measure is not None:
            self._measure.watch(window)

    def _close_opening(self) -> None:
        if self.opening is not None:
            self.opening.may_close = True
            self.opening.close()
            self.opening.deleteLater()
            self.opening = None

    def _tell_waiting(self, words: str) -> None:
        if self.opening is not None:
            self.opening.tell_waiting(words)

    def _tell_failure(self, title: str, text: str, detail: str) -> None:
        if self.opening is None:
            self.opening = OpeningWindow(practice=self.context.profile.practice)
            self.opening.quit_requested.connect(self.quit)
            self.opening.retry_requested.connect(lambda: self._spawn(self._prepare()))
            self.opening.show()
        if self.panel is not None:
            # It would stand there as if it only had nothing to tell.
            self.panel.hide()
        self.opening.tell_failure(title, text, detail)

    # Intentions

    def pause(self, until: datetime | None) -> None:
        """Send nothing for a while, also after a restart."""
        self.context.choose(paused_until="until-resumed" if until is None else until)
        self.host.pause(until)
        self._take(self.status.model_copy(update={"paused": True, "paused_until": until, "working": False}))

    def resume(self) -> None:
        """Go on."""
        self.context.choose(paused_until=None)
        self.host.resume()
        self._take(self.status.model_copy(update={"paused": False, "paused_until": None}))

    async def _approve(self, count: int) -> None:
        """Have the practice hotel approve documents, and look at once."""
        if self.context.practice is not None and self.context.practice.is_running:
            await self.context.practice.approve(count)
            self.host.wake()

    async def _revive_practice(self) -> None:
        """Start the practice hotel again, which ended: no internet and no firewall would bring it back."""
        self.host.stop()
        await self.host.ended(_QUIT_SECONDS)
        await self._prepare()

    # News

    def _connect(self) -> None:
        self.host.status_changed.connect(self._hear)
        self.host.failed.connect(self._crashes.report)
        self.first.show_requested.connect(self.show)
        self.notices.raised.connect(self.tray.say)
        self.tray.sync_requested.connect(self.host.wake)
        self.tray.pause_requested.connect(self.pause)
        self.tray.resume_requested.connect(self.resume)
        self.tray.panel_requested.connect(self.show)
        self.tray.wizard_requested.connect(self.show_wizard)
        self.tray.quit_requested.connect(self.quit)
        self.tray.reachable_changed.connect(self._tray_changed)
        # At the end of a Windows session there is no time to ask: an unfinished row is settled by looking.
        self._app.commitDataRequest.connect(lambda _manager: self.host.stop())
        if not self.tray.is_reachable:
            self._tray_changed(False)

    def _hear(self, status: Status) -> None:
        if not (status.trouble is not None and status.trouble.failure.is_about_ledger):
            # The engine has opened the ledger, migrated, before its first Status that says nothing against it.
            self._open_reader()
        self._take(status)
        practice = self.context.practice
        if status.trouble is not None and practice is not None and not practice.is_running and self._ready:
            self._ready = False
            self._spawn(self._revive_practice())

    def _open_reader(self) -> Reader:
        if self._reader is None:
            self._reader = open_reader(self.context)
            if self.panel is not None:
                self.panel.open(self._reader)
        return self._reader

    def _take(self, status: Status) -> None:
        self.status = status
        self.tray.draw(status)
        self.notices.consider(status, self.context.clock.now())
        if self.panel is not None:
            self.panel.draw(status)

    def _tray_changed(self, reachable: bool) -> None:
        if self.panel is not None:
            self.panel.has_tray = reachable
        if not reachable:
            QTimer.singleShot(_TRAY_PATIENCE_MS, self._show_if_stranded)

    def _show_if_stranded(self) -> None:
        windows = (self.wizard, self.opening, self.panel)
        if not self.tray.is_reachable and not any(window is not None and window.isVisible() for window in windows):
            self.show()

    def _tell_once_about_tray(self) -> None:
        if not self.status.set_up:
            if not self._told_unfinished:
                self._told_unfinished = True
                self.tray.say(
                    _("Falta terminar el asistente"),
                    _("Todo quedó guardado: se retoma desde este icono. Mientras tanto Botones no envía nada."),
                )
        elif not self.context.settings.told_about_tray:
            self.tray.say(
                _("Botones sigue trabajando"),
                _("La ventana se cerró y los documentos siguen viajando. Para salir del todo: «Salir» en este icono."),
            )
            self.context.choose(told_about_tray=True)

    def _spawn(self, work: Any) -> None:
        spawn(work, self._crashes.report)

    # Ending

    async def _end(self) -> None:
        self.tray.hide()
        for window in (self.panel, self.opening):
            if window is not None:
                window.may_close = True
        if self.panel is not None:
            self.panel.remember()
        for window in (self.panel, self.opening, self.wizard):
            if window is not None:
                window.hide()
        self.host.stop()
        try:
            async with asyncio.timeout(_QUIT_SECONDS):
                await self.host.ended(_QUIT_SECONDS)
                if self.context.practice is not None:
                    await in_thread(self.context.practice.stop)
        except TimeoutError:
            log.warning("the engine did not end in time; what it was doing is settled at the next start")
        self.first.close()
        if self._reader is not None:
            self._reader.close()
        self._crashes.remove()
        self._garbage.give_back()
