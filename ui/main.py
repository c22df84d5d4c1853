"""The only place where parts are put together: a run, its hotels, its end. It draws nothing and knows no document."""

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.model.clock import SystemClock
from app.model.notices import NoticeKind
from app.model.role import Act
from app.setup.hotels import fresh_hotel
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.presence import last_sign
from app.system.settings import Settings, leave_out, load, load_all, show
from app.system.windows import name_for_taskbar
from app.texts import _, speak
from app.texts.hotels import settings_lost
from ui.context import Context
from ui.crash import CrashWatch
from ui.garbage import GarbageKeeper
from ui.hotels import QUIT_SECONDS, Desk, context_of
from ui.instance import FirstInstance, show_first
from ui.language import speak_qt
from ui.loop import run
from ui.measure import Measure
from ui.newer import NewerVersion
from ui.panel.page import Page
from ui.preparation import PRACTICE, NotPrepared
from ui.theme import Theme, dress
from ui.tray import Tray
from ui.windows import Windows

log = logging.getLogger(__name__)

_HOTEL: Final = "loggro"
"""The profile with which another hotel begins."""
_ANSWER_SECONDS: Final = 3.0
"""How long the answer to the end of the session waits for the engines: Windows gives five seconds."""
_CALLED_OFF_MS: Final = 60_000
"""So long after the end of the session was announced we should be gone; who is not goes on with the work."""
_TRAY_PATIENCE_MS: Final = 60_000
"""How long after login the taskbar may take before a window is shown instead."""


def main(minimized: bool = False, measure: bool = False) -> int:
    """Open the program and return its exit code."""
    paths = Paths.of_user().ensure()
    app = QApplication.instance() or QApplication(["botones"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Botones")
    app.setDesktopFileName("botones")
    name_for_taskbar()
    if show_first(paths.home):
        return 0
    setup_logging(paths)
    loaded = load(paths.settings)
    settings = loaded.settings
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
        program = Program(app, theme, paths, settings, minimized=minimized, measure=measure)
        if not loaded.is_whole:
            program.tell_settings_lost(loaded.set_aside)
        return run(program.live, app, program.quit)
    finally:
        lock.release()


class Program(Windows):
    """One run of the program, from the first window to the last."""

    def __init__(
        self, app: QApplication, theme: Theme, paths: Paths, settings: Settings, *, minimized: bool, measure: bool
    ) -> None:
        crashes = CrashWatch(goes_on=lambda: self.shown.host.is_running)
        super().__init__(app, crashes, Measure() if measure else None)
        self._minimized = minimized
        self._garbage = GarbageKeeper(app)
        self._quit: asyncio.Event | None = None
        self._paths = paths
        self._clock = SystemClock()
        speak_qt(app, settings.language)
        alive = last_sign(paths)
        self.desks = []
        hotels = [settings if one.key == settings.key else one for one in load_all(paths.settings)]
        for one in hotels if settings in hotels else [settings, *hotels]:
            desk = self._add_desk(context_of(paths, one, self._clock), alive)
            if one is settings:
                self.shown = self._guided = desk
        self.tray = Tray(self.shown.status, self._clock, theme)
        self._draw_tray()
        self.first = FirstInstance(paths.home)
        self.newer = NewerVersion(lambda: self.context.settings, self._spawn)
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
        self.newer.start()
        if not self._minimized:
            self._show_first_window()
        for desk in self.desks:
            self._spawn(self._prepare(desk))
        await self._quit.wait()
        await self._end()
        if self._measure is not None:
            sys.stdout.write(self._measure.report() + "\n")
        return 0

    def tell_settings_lost(self, damaged: Path | None) -> None:
        """Say that the choices of before are gone, as soon as there is somewhere to say it."""
        log.warning("settings set aside: %s", damaged)
        title = _("Los ajustes se perdieron")
        self.shown.notices.add(NoticeKind.CONNECTION, title, settings_lost(str(damaged)), self._clock.now())

    def quit(self) -> None:
        """Leave; whatever is under way is settled by looking at the next start."""
        if self._quit is not None:
            self._quit.set()

    # Starting

    async def _prepare(self, desk: Desk) -> None:
        """Bring a hotel up, and go where the person left in the one that is shown; none waits for another."""
        practice = desk.context.settings.profile == PRACTICE
        if desk is self.shown:
            self._tell_waiting(_("Preparando el hotel de práctica…") if practice else _("Abriendo el llavero…"))
        try:
            await desk.prepare()
        except NotPrepared:
            self._tell_failure(desk)
            return
        except Exception:  # shown in the opening window, and in the crash window
            self._tell_failure(desk)
            raise
        if desk is self.shown and self.panel is not None:
            self.panel.tell_vault(desk.context.vault.is_lasting)
        was_set_up = desk.set_up
        if await desk.start():
            self._draw_tray()
            if desk is self.shown and self.opening is not None:
                self.show_panel()
            return
        await desk.show_without_access()
        if was_set_up and (self._minimized or desk is not self.shown):
            self._say(
                desk,
                _("Hay que volver a conectar"),
                _("Los accesos ya no están en este computador. Nada se envía hasta escribirlos en el asistente."),
            )
        if desk is self.shown and not self._minimized:
            self.show_wizard()

    # Several hotels

    def _add_desk(self, context: Context, alive: Any = None) -> Desk:
        desk = Desk(context, self._crashes.report, alive)
        if self.desks:
            first = self.desks[0].context
            context.hotels = first.hotels
            context.hotels.append(context)
        self.desks.append(desk)
        desk.changed.connect(partial(self._changed, desk))
        desk.reader_opened.connect(partial(self._read_by_panel, desk))
        desk.practice_ended.connect(lambda: self._spawn(self._revive_practice(desk)))
        desk.due_again.connect(partial(self._try_again, desk))
        desk.notices.raised.connect(partial(self._say, desk))
        return desk

    def show_hotel(self, key: str) -> None:
        """Show another hotel in the panel, which stays where it was and open at the same page."""
        desk = next((one for one in self.desks if one.context.settings.key == key), None)
        if desk is None:
            return
        if desk is not self.shown:
            self._turn_panel_to(desk)
            show(self._paths.settings, key)
        if desk.failure is not None:
            self._tell_failure(desk)
            return
        self.show_panel()

    def _desk_of(self, key: str, do: Callable[[Desk], None]) -> None:
        """Have something done that the console asked for at a hotel."""
        for desk in self.desks:
            if desk.context.settings.key == key:
                do(desk)

    def add_hotel(self) -> None:
        """Open the wizard for one more hotel; it is dropped again where the person leaves at once."""
        if self.wizard is not None or self._wizard_comes:
            self.show()
            return
        if not self.shown.lets(Act.SET_UP):
            return
        settings = fresh_hotel(self._paths, self.context.settings, _HOTEL)
        desk = self._add_desk(context_of(self._paths, settings, self._clock))
        desk.is_new = True
        settings.save(self._paths.settings)
        self._wizard_comes = True
        self._spawn(self._open_new(desk))

    async def _open_new(self, desk: Desk) -> None:
        try:
            await desk.prepare()
        except Exception as error:
            self._wizard_comes = False
            self._drop_desk(desk)
            self._draw_tray()
            if not isinstance(error, NotPrepared):
                raise
            if self.panel is not None:
                self.panel.go_to(Page.SETTINGS)
                self.panel.settings.hotels.tell_not_added(error.title, error.text)
            return
        await self._open_wizard(desk)

    def _removed(self, desk: Desk, told: str) -> None:
        """Go on without a hotel whose accesses are gone."""
        if self.wizard is not None and desk is self._guided:
            self._drop_wizard()
        self._drop_desk(desk)
        if desk is self.shown:
            self._turn_panel_to(self.desks[0])
            show(self._paths.settings, self.context.settings.key)
        self._draw_tray()
        if self.panel is not None:
            self.panel.go_to(Page.SETTINGS)
            self.panel.settings.hotels.tell_removed(told)

    def _drop_desk(self, desk: Desk) -> None:
        self.desks.remove(desk)
        for told in (desk.changed, desk.notices.raised, desk.practice_ended):
            told.disconnect()
        self._forget_panel_of(desk)
        desk.forget()
        leave_out(self._paths.settings, desk.context.settings.key)
        self._spawn(desk.end())

    def _draw_tray(self) -> None:
        self.tray.draw(self.shown.status)
        self.tray.draw_role(self.context.settings.role)
        hotels = tuple(desk.seen for desk in self.desks)
        self.tray.draw_hotels(hotels, self.shown.seen.key)
        if self.panel is not None:
            self.panel.draw_hotels(hotels)

    def _say(self, desk: Desk, title: str, text: str) -> None:
        if len(self.desks) > 1:
            title = _("{hotel}: {said}").format(hotel=desk.name, said=title)
        self.tray.say(title, text, desk.context.settings.key)

    async def _revive_practice(self, desk: Desk) -> None:
        """Start the practice hotel again, which ended: no internet and no firewall would bring it back."""
        await desk.rest()
        await self._prepare(desk)

    # News

    def _connect(self) -> None:
        self._crashes.support_requested.connect(self.show_support)
        self.first.show_requested.connect(self.show)
        self.first.quit_requested.connect(self.quit)
        self.first.pause_requested.connect(lambda key, until: self._desk_of(key, lambda desk: desk.pause(until)))
        self.first.resume_requested.connect(lambda key: self._desk_of(key, Desk.resume))
        self.newer.found.connect(self.tray.say)
        self.tray.sync_requested.connect(lambda: self.shown.sync())
        self.tray.pause_requested.connect(lambda until: self.shown.pause(until))
        self.tray.resume_requested.connect(lambda: self.shown.resume())
        self.tray.hotel_requested.connect(self.show_hotel)
        self.tray.panel_requested.connect(self.show)
        self.tray.wizard_requested.connect(lambda: self.show_wizard())
        self.tray.quit_requested.connect(self.quit)
        self.tray.reachable_changed.connect(self._tray_changed)
        self._app.commitDataRequest.connect(self._session_ends)
        # At the end of a session Qt closes all windows: then no work goes on that a notice could tell of.
        self._app.aboutToQuit.connect(self._let_windows_close)
        # Windows tells the end of a session to windows only, and in the tray there may be none yet.
        self.tray.menu.winId()
        if not self.tray.is_reachable:
            self._tray_changed(False)

    def _changed(self, desk: Desk) -> None:
        self._draw_tray()
        if (panel := self._panel_of(desk)) is not None:
            panel.draw(desk.status)

    def _read_by_panel(self, desk: Desk) -> None:
        if (panel := self._panel_of(desk)) is not None and desk.reader is not None:
            panel.open(desk.reader)

    def _tray_changed(self, reachable: bool) -> None:
        if self.panel is not None:
            self.panel.has_tray = reachable
        if not reachable:
            QTimer.singleShot(_TRAY_PATIENCE_MS, self._show_if_lost)

    def _show_if_lost(self) -> None:
        if self._quit is not None and not self._quit.is_set():
            self._show_if_stranded()

    # Ending

    def _session_ends(self, _manager: object) -> None:
        """Stop sending: there is no time to ask, and an unfinished row is settled by looking."""
        for desk in self.desks:
            desk.host.stop()
        # Windows kills a program that has answered, and takes one that does not answer for hung.
        limit = time.monotonic() + _ANSWER_SECONDS
        for desk in self.desks:
            desk.host.wait(limit - time.monotonic())
        # Another program, or the person, may call the end off, and nobody tells.
        QTimer.singleShot(_CALLED_OFF_MS, self._session_goes_on)

    def _session_goes_on(self) -> None:
        if self._quit and self._quit.is_set():
            return
        for desk in self.desks:
            if desk.set_up and desk.is_ready and not (self.wizard is not None and desk is self._guided):
                desk.host.start()

    def _let_windows_close(self) -> None:
        for window in (self.panel, self.opening):
            if window is not None:
                window.may_close = True

    async def _end(self) -> None:
        self.newer.stop()
        self.tray.hide()
        self._let_windows_close()
        if self.panel is not None:
            self.panel.remember()
        for window in (self.panel, self.opening, self.wizard, self.support, self.help):
            if window is not None:
                window.hide()
        for desk in self.desks:
            desk.host.stop()
        try:
            async with asyncio.timeout(QUIT_SECONDS):
                await asyncio.gather(*(desk.end() for desk in self.desks))
        except TimeoutError:
            log.warning("an engine did not end in time; what it was doing is settled at the next start")
        self.first.close()
        for desk in self.desks:
            desk.close_reader()
        self._crashes.remove()
        self._garbage.give_back()
