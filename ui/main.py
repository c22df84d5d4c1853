"""The only place where the parts are put together. It draws nothing and knows no document."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.model.clock import SystemClock
from app.setup.hotels import fresh_hotel
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.presence import last_sign
from app.system.settings import Settings, leave_out, load, load_all, show
from app.system.windows import name_for_taskbar
from app.texts import _, speak
from ui.context import Context
from ui.crash import CrashWatch, report_of
from ui.garbage import GarbageKeeper
from ui.hotels import QUIT_SECONDS, Desk, context_of, while_resting
from ui.instance import FirstInstance, show_first
from ui.language import speak_qt
from ui.loop import in_thread, run, spawn
from ui.measure import Measure
from ui.newer import NewerVersion
from ui.opening import OpeningWindow
from ui.panel.help import HelpWindow
from ui.panel.page import Page
from ui.panel.pending_errands import PendingErrands
from ui.panel.window import PanelWindow
from ui.preparation import PRACTICE, NotPrepared, read_flow
from ui.support import SupportWindow
from ui.theme import Theme, dress
from ui.tray import Tray

log = logging.getLogger(__name__)

_HOTEL: Final = "loggro"
"""The profile with which another hotel begins."""
_LATE_MS: Final = 30_000
_AGAIN_MS: Final = 60_000
"""How soon a hotel that did not come up, and that nobody looks at, is tried again."""
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
    settings = load(paths.settings).settings
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
        self._crashes = CrashWatch(goes_on=lambda: self.shown.host.is_running)
        self._garbage = GarbageKeeper(app)
        self._quit: asyncio.Event | None = None
        self._paths = paths
        self._clock = SystemClock()
        speak_qt(app, settings.language)
        alive = last_sign(paths)
        self.panel: PanelWindow | None = None
        self.desks: list[Desk] = []
        """Every hotel of this computer."""
        others = [one for one in load_all(paths.settings) if one.key != settings.key]
        self.shown = self._add_desk(context_of(paths, settings, self._clock), alive)
        """The hotel in the panel."""
        for other in others:
            self._add_desk(context_of(paths, other, self._clock), alive)
        self.tray = Tray(self.shown.status, self._clock, theme)
        self._draw_tray()
        self.first = FirstInstance(paths.home)
        self.newer = NewerVersion(self.shown.context, self._spawn)
        self.opening: OpeningWindow | None = None
        self.wizard: Any = None
        self.support: QWidget | None = None
        self.help: HelpWindow | None = None
        """Beside the wizard; in the panel it is a page."""
        self._guided: Desk = self.shown
        """The hotel in the wizard."""
        self._told_unfinished = False
        self._wizard_comes = False
        """Asked for and not there yet: a second click must not open a second one."""
        self._connect()

    @property
    def context(self) -> Context:
        """Return the surroundings of the hotel that is shown."""
        return self.shown.context

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
        for desk in self.desks:
            self._spawn(self._prepare(desk))
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
        if self.shown.set_up:
            self.show_panel()
            return
        self.opening = OpeningWindow(practice=self.context.profile.practice)
        self.opening.quit_requested.connect(self.quit)
        self.opening.retry_requested.connect(lambda: self._spawn(self._prepare(self.shown)))
        self.opening.support_requested.connect(self.show_support)
        self._first_seen(self.opening)
        self.opening.show()

    async def _prepare(self, desk: Desk) -> None:
        """Bring a hotel up, and go where the person left in the one that is shown; none waits for another."""
        practice = desk.context.settings.profile == PRACTICE
        if desk is self.shown:
            self._tell_waiting(_("Preparando el hotel de práctica…") if practice else _("Abriendo el llavero…"))
        try:
            await desk.prepare()
        except NotPrepared as error:
            self._tell_failure(desk, error.title, error.text, error.detail)
            return
        except Exception as error:  # shown in the opening window, and in the crash window
            self._tell_failure(desk, _("Botones no pudo abrir"), _("Puede intentarlo de nuevo."), report_of(error))
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
            self._tell_failure(desk, desk.failure.title, desk.failure.text, desk.failure.detail)
            return
        self.show_panel()

    def _turn_panel_to(self, desk: Desk) -> None:
        self.shown = desk
        if (former := self.panel) is not None:
            former.remember()
            self.panel = self._build_panel()
            self.panel.take_place_of(former, same_hotel=False)
            self._drop_panel(former)
        self._draw_tray()

    def add_hotel(self) -> None:
        """Open the wizard for one more hotel; it is dropped again where the person leaves at once."""
        if self.wizard is not None or self._wizard_comes:
            self.show()
            return
        settings = fresh_hotel(self._paths, self.context.settings, _HOTEL)
        desk = self._add_desk(context_of(self._paths, settings, self._clock))
        settings.save(self._paths.settings)
        self._spawn(self._open_new(desk))

    async def _open_new(self, desk: Desk) -> None:
        try:
            await desk.prepare()
        except NotPrepared as error:
            self._tell_failure(desk, error.title, error.text, error.detail)
            return
        self.show_wizard(desk)

    def _removed(self, told: str) -> None:
        """Go on without the hotel that is shown, whose accesses are gone."""
        gone = self.shown
        self._drop_desk(gone)
        self._turn_panel_to(self.desks[0])
        show(self._paths.settings, self.context.settings.key)
        if self.panel is not None:
            self.panel.go_to(Page.SETTINGS)
            self.panel.settings.hotels.tell_removed(told)

    def _drop_desk(self, desk: Desk) -> None:
        self.desks.remove(desk)
        desk.changed.disconnect()
        desk.forget()
        leave_out(self._paths.settings, desk.context.settings.key)
        self._spawn(desk.end())

    def _draw_tray(self) -> None:
        self.tray.draw(self.shown.status)
        hotels = tuple(desk.seen for desk in self.desks)
        self.tray.draw_hotels(hotels, self.shown.seen.key)
        if self.panel is not None:
            self.panel.draw_hotels(hotels)

    def _say(self, desk: Desk, title: str, text: str) -> None:
        if len(self.desks) > 1:
            title = _("{hotel}: {said}").format(hotel=desk.name, said=title)
        self.tray.say(title, text)

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

    def show_wizard(self, desk: Desk | None = None) -> None:
        """Open a hotel's wizard, or bring the open one forward; meanwhile its engine rests: both write its ledger."""
        desk = desk or self.shown
        if not desk.is_ready or self._wizard_comes:
            return
        if self.wizard is None:
            self._wizard_comes = True
            self._spawn(self._open_wizard(desk))
        else:
            self.show()

    async def _open_wizard(self, desk: Desk) -> None:
        # The panel's day does not need it, and loading it takes longer than a frame.
        wizard = await in_thread(import_module, "ui.wizard.window")
        desk.host.stop()
        await desk.host.ended(QUIT_SECONDS)
        self._guided = desk
        self.wizard = wizard.WizardWindow(desk.context, desk.status.trouble)
        self._wizard_comes = False
        self.wizard.setup_finished.connect(self._setup_finished)
        self.wizard.left.connect(self._wizard_left)
        self.wizard.language_changed.connect(self._say_anew)
        self.wizard.help_requested.connect(self._show_help)
        self.wizard.show()
        self.show()
        self._close_opening()

    def _setup_finished(self) -> None:
        desk = self._guided
        desk.set_up = True
        self._drop_wizard()
        self._follow_profile(desk)
        desk.take(desk.first_status(set_up=True, counts=desk.status.counts))
        desk.host.start()
        self.show_hotel(desk.context.settings.key)

    def _wizard_left(self) -> None:
        desk = self._guided
        begun = self.wizard is None or self.wizard.flow.activation.step.place > 0
        self._drop_wizard()
        if not begun and desk is not self.shown:
            # Another hotel, of which nothing was said yet.
            self._drop_desk(desk)
            self._draw_tray()
            return
        self._follow_profile(desk)
        # It may have been finished before it was closed, or turned to a hotel that is not set up yet.
        desk.set_up = read_flow(desk.context).is_finished
        desk.take(desk.first_status(set_up=desk.set_up, counts=desk.status.counts))
        if desk.set_up:
            desk.host.start()
        if not self.tray.is_reachable:
            self.show_panel()
        elif self.panel is None or not self.panel.isVisible():
            self._tell_once_about_tray()

    def _follow_profile(self, desk: Desk) -> None:
        """Have nothing left of another hotel, where the wizard turned to this one."""
        if desk.turned() and desk is self.shown and self.panel is not None:
            self._drop_panel(self.panel)
            self.panel = None

    def _drop_panel(self, panel: PanelWindow) -> None:
        panel.hide()
        # What is being read for it still arrives.
        QTimer.singleShot(_LATE_MS, panel.deleteLater)

    def _drop_wizard(self) -> None:
        if self.wizard is not None:
            self.wizard.hide()
            self.wizard.deleteLater()
            self.wizard = None

    def _build_panel(self) -> PanelWindow:
        desk = self.shown
        panel = PanelWindow(desk.context, desk.status, self._crashes.report)
        panel.has_tray = self.tray.is_reachable
        panel.draw_hotels(tuple(one.seen for one in self.desks))
        panel.sync_requested.connect(desk.host.wake)
        panel.take_over_requested.connect(desk.host.take_over)
        panel.release_requested.connect(lambda key: desk.host.release([key]))
        panel.releases_requested.connect(desk.host.release)
        self._errands = errands = PendingErrands(desk.context, desk.host, panel.pending, self._crashes.report)
        errands.listen_to(panel.pending)
        panel.pause_requested.connect(desk.pause)
        panel.resume_requested.connect(desk.resume)
        panel.wizard_requested.connect(lambda: self.show_wizard(desk))
        panel.quit_requested.connect(self.quit)
        panel.approve_requested.connect(lambda count: self._spawn(desk.approve(count)))
        panel.settings_changed.connect(lambda: self._settings_changed(desk))
        panel.language_chosen.connect(self.speak)
        panel.rest_requested.connect(lambda work: self._spawn(self._while_resting(work)))
        panel.all_rest_requested.connect(lambda work: self._spawn(while_resting(self.desks, work)))
        panel.disconnected.connect(self._disconnected)
        panel.hotel_chosen.connect(self.show_hotel)
        panel.hotel_wanted.connect(self.add_hotel)
        panel.hotel_removed.connect(self._removed)
        panel.support_requested.connect(self.show_support)
        panel.hidden_by_person.connect(self._tell_once_about_tray)
        if desk.is_ready:
            panel.tell_vault(desk.context.vault.is_lasting)
        if desk.reader is not None:
            panel.open(desk.reader)
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

    def _tell_failure(self, desk: Desk, title: str, text: str, detail: str) -> None:
        if desk is not self.shown:
            self._draw_tray()
            QTimer.singleShot(_AGAIN_MS, lambda: self._try_again(desk))
            return
        if self.opening is None:
            self.opening = OpeningWindow(practice=self.context.profile.practice)
            self.opening.quit_requested.connect(self.quit)
            self.opening.retry_requested.connect(lambda: self._spawn(self._prepare(self.shown)))
            self.opening.support_requested.connect(self.show_support)
            self.opening.show()
        if self.panel is not None:
            # It would stand there as if it only had nothing to tell.
            self.panel.hide()
        self.opening.tell_failure(title, text, detail)

    def _try_again(self, desk: Desk) -> None:
        if desk in self.desks and desk is not self.shown and not desk.is_ready:
            self._spawn(self._prepare(desk))

    def show_support(self) -> None:
        """Open the support report, gathered anew."""
        if self.support is not None:
            self.support.close()
            self.support.deleteLater()
        self.support = SupportWindow(self.context, self.shown.reader, self.shown.status, self._crashes.report)
        self.support.show()

    def _show_help(self, topic: str) -> None:
        if self.help is None:
            self.help = HelpWindow()
        self.help.show_topic(topic)

    # The language

    def speak(self, language: str) -> None:
        """Say everything in this language from now on, without a restart."""
        self.context.choose(language=language)
        speak(language)
        if self.wizard is not None:
            self.wizard.say_anew()
        self._say_anew()

    def _say_anew(self) -> None:
        """Build anew what was worded when it was built; texts that are drawn come right by themselves."""
        speak_qt(self._app, self.context.settings.language)
        self.tray.say_anew()
        for window in (self.help, self.support):
            if window is not None:
                window.close()
                window.deleteLater()
        self.help = self.support = None
        if (former := self.panel) is not None:
            former.remember()
            self.panel = self._build_panel()
            self.panel.take_place_of(former)
            self._drop_panel(former)

    # Intentions

    async def _while_resting(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do ``work`` while the engine of the shown hotel holds neither ledger nor vault."""
        await while_resting([self.shown], work)

    def _settings_changed(self, desk: Desk) -> None:
        desk.renew()
        for other in self.desks:
            other.follow_shared()
        self._draw_tray()

    def _disconnected(self) -> None:
        for desk in self.desks:
            desk.disconnected()

    async def _revive_practice(self, desk: Desk) -> None:
        """Start the practice hotel again, which ended: no internet and no firewall would bring it back."""
        desk.host.stop()
        await desk.host.ended(QUIT_SECONDS)
        await self._prepare(desk)

    # News

    def _connect(self) -> None:
        self._crashes.support_requested.connect(self.show_support)
        self.first.show_requested.connect(self.show)
        self.first.quit_requested.connect(self.quit)
        self.newer.found.connect(self.tray.say)
        self.tray.sync_requested.connect(lambda: self.shown.host.wake())
        self.tray.pause_requested.connect(lambda until: self.shown.pause(until))
        self.tray.resume_requested.connect(lambda: self.shown.resume())
        self.tray.hotel_requested.connect(self.show_hotel)
        self.tray.panel_requested.connect(self.show)
        self.tray.wizard_requested.connect(lambda: self.show_wizard())
        self.tray.quit_requested.connect(self.quit)
        self.tray.reachable_changed.connect(self._tray_changed)
        self._app.commitDataRequest.connect(self._session_ends)
        if not self.tray.is_reachable:
            self._tray_changed(False)

    def _changed(self, desk: Desk) -> None:
        self._draw_tray()
        if desk is self.shown and self.panel is not None:
            self.panel.draw(desk.status)

    def _read_by_panel(self, desk: Desk) -> None:
        if desk is self.shown and self.panel is not None and desk.reader is not None:
            self.panel.open(desk.reader)

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
        if not self.shown.status.set_up:
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

    def _session_ends(self, _manager: object) -> None:
        """Stop sending: there is no time to ask, and an unfinished row is settled by looking."""
        for desk in self.desks:
            desk.host.stop()
        # Another program, or the person, may call the end off, and nobody tells.
        QTimer.singleShot(_CALLED_OFF_MS, self._session_goes_on)

    def _session_goes_on(self) -> None:
        if self._quit and self._quit.is_set():
            return
        for desk in self.desks:
            if desk.set_up and desk.is_ready and not (self.wizard is not None and desk is self._guided):
                desk.host.start()

    async def _end(self) -> None:
        self.tray.hide()
        for window in (self.panel, self.opening):
            if window is not None:
                window.may_close = True
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
