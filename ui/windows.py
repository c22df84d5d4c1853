"""The windows of one run: what opens them, turns them to another hotel or language, and tells the person something.

When that is, and what becomes of the hotels meanwhile, ``Program`` says; the windows themselves are elsewhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.model.role import Act
from app.texts import _, speak
from app.texts.deeds import set_up_opened
from ui.context import Context
from ui.crash import CrashWatch
from ui.hotels import Desk, while_resting
from ui.language import speak_qt
from ui.loop import ask, in_thread, spawn
from ui.measure import Measure
from ui.opening import OpeningWindow
from ui.panel.help import HelpWindow
from ui.panel.pending_errands import PendingErrands
from ui.panel.window import PanelWindow
from ui.parts import Confirm
from ui.preparation import read_flow
from ui.support import SupportWindow
from ui.tray import Tray

_LATE_MS: Final = 30_000
_PATIENCE_MS: Final = 5_000
"""How long the wizard may be waited for in silence: an engine ends after its batch, and a batch may hang."""


class Windows(ABC):
    """Every window that is open, and the way from one to the next."""

    desks: list[Desk]
    """Every hotel of this computer."""
    shown: Desk
    """The hotel in the panel."""
    tray: Tray
    _guided: Desk
    """The hotel in the wizard, or that was in it last."""

    def __init__(self, app: QApplication, crashes: CrashWatch, measure: Measure | None) -> None:
        self._app = app
        self._crashes = crashes
        self._measure = measure
        self.panel: PanelWindow | None = None
        """Of the hotel that is shown."""
        self._put_by: dict[Desk, PanelWindow] = {}
        """Of hotels that were shown before: what is under way in them goes on, and is there when one comes back."""
        self.opening: OpeningWindow | None = None
        self.wizard: Any = None
        self.support: QWidget | None = None
        self.help: HelpWindow | None = None
        """Beside the wizard; in the panel it is a page."""
        self._told_unfinished = False
        self._wizard_comes = False
        """Asked for and not there yet: a second click must not open a second one."""

    # What the program does

    @abstractmethod
    def quit(self) -> None: ...

    @abstractmethod
    def show_hotel(self, key: str) -> None: ...

    @abstractmethod
    def add_hotel(self) -> None: ...

    @abstractmethod
    def _prepare(self, desk: Desk) -> Coroutine[Any, Any, None]: ...

    @abstractmethod
    def _removed(self, desk: Desk, told: str) -> None: ...

    @abstractmethod
    def _drop_desk(self, desk: Desk) -> None: ...

    @abstractmethod
    def _draw_tray(self) -> None: ...

    # What opens, turns and tells

    @property
    def context(self) -> Context:
        """Return the surroundings of the hotel that is shown."""
        return self.shown.context

    def _show_first_window(self) -> None:
        if self.shown.set_up:
            self.show_panel()
            return
        self.opening = self._build_opening()
        self._first_seen(self.opening)
        self.opening.show()

    def show(self) -> None:
        """Bring forward what the person is working in."""
        for window in (self.wizard, self.opening):
            if window is not None and window.isVisible():
                window.show()
                window.raise_()
                window.activateWindow()
                return
        # It says so where this hotel did not come up.
        self.show_hotel(self.context.settings.key)

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
        if not desk.lets(Act.SET_UP):
            self.show_panel()
            return
        if self.wizard is None:
            self._wizard_comes = True
            QTimer.singleShot(_PATIENCE_MS, self._tell_wizard_comes)
            self._spawn(self._open_wizard(desk))
        else:
            self.show()

    async def _open_wizard(self, desk: Desk) -> None:
        try:
            # The panel's day does not need it, and loading it takes longer than a frame.
            wizard = await in_thread(import_module, "ui.wizard.window")
            async with desk.alone:
                await desk.rest()
                if desk.is_gone:
                    return
                self._guided = desk
                self.wizard = wizard.WizardWindow(desk.context, desk.status.trouble)
        finally:
            self._wizard_comes = False
        desk.context.did(Act.SET_UP, set_up_opened())
        self.wizard.setup_finished.connect(self._setup_finished)
        self.wizard.left.connect(self._wizard_left)
        self.wizard.language_changed.connect(self._say_anew)
        self.wizard.help_requested.connect(self._show_help)
        self.wizard.show()
        self.show()
        self._close_opening()

    def _tell_wizard_comes(self) -> None:
        if self._wizard_comes:
            text = _("Antes termina lo que Botones está haciendo con el libro de este hotel.")
            self.tray.say(_("El asistente se abrirá"), text)

    def _setup_finished(self) -> None:
        desk = self._guided
        desk.set_up = True
        self._drop_wizard()
        self._follow_profile(desk)
        desk.take(desk.first_status(set_up=True, counts=desk.status.counts))
        desk.host.start()
        self._follow_shared(desk)
        self.show_hotel(desk.context.settings.key)

    def _wizard_left(self) -> None:
        desk = self._guided
        begun = self.wizard is None or self.wizard.flow.activation.chosen
        self._drop_wizard()
        if desk.is_new and not begun:
            # Another hotel, of which nothing was said yet.
            self._drop_desk(desk)
            self._draw_tray()
            return
        self._follow_profile(desk)
        # It may have been finished before it was closed, or turned to a hotel that is not set up yet.
        desk.set_up = read_flow(desk.context).is_finished
        desk.take(desk.first_status(set_up=desk.set_up, counts=desk.status.counts))
        self._spawn(self._go_on(desk))
        self._follow_shared(desk)
        if not self.tray.is_reachable:
            self.show_panel()
        elif self.panel is None or not self.panel.isVisible():
            self._tell_once_about_tray()

    async def _go_on(self, desk: Desk) -> None:
        """Have a hotel work again that the wizard has left, if it has what it needs."""
        async with desk.alone:
            is_guided = self.wizard is not None and self._guided is desk
            if not is_guided and not desk.is_gone and not await desk.start():
                await desk.show_without_access()

    def _rest(self, desks: list[Desk], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do what Ajustes asks for while these engines rest; their wizard is left first, with all that was written."""

        async def begin() -> None:
            if self.wizard is not None and self._guided in desks:
                self.wizard.close()
            await work()

        self._spawn(while_resting(desks, begin))

    def _follow_profile(self, desk: Desk) -> None:
        """Have nothing left of another hotel, where the wizard turned to this one."""
        if not desk.turned():
            return
        self._forget_panel_of(desk)
        if desk is self.shown and self.panel is not None:
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
        panel.sync_requested.connect(desk.sync)
        panel.take_over_requested.connect(lambda: self._spawn(self._take_over(desk)))
        panel.release_requested.connect(lambda key: desk.release([key]))
        panel.releases_requested.connect(desk.release)
        panel.errands = PendingErrands(desk.context, desk.host, panel.pending, self._crashes.report)
        panel.errands.listen_to(panel.pending)
        panel.pause_requested.connect(desk.pause)
        panel.resume_requested.connect(desk.resume)
        panel.wizard_requested.connect(lambda: self.show_wizard(desk))
        panel.quit_requested.connect(self.quit)
        panel.approve_requested.connect(lambda count: self._spawn(desk.approve(count)))
        panel.settings_changed.connect(lambda: self._settings_changed(desk))
        panel.role_changed.connect(lambda: self._role_changed(desk, panel))
        panel.language_chosen.connect(self.speak)
        panel.rest_requested.connect(lambda work: self._rest([desk], work))
        panel.all_rest_requested.connect(lambda work: self._rest(self.desks, work))
        panel.disconnected.connect(self._disconnected)
        panel.hotel_chosen.connect(self.show_hotel)
        panel.hotel_wanted.connect(self.add_hotel)
        panel.hotel_removed.connect(lambda told: self._removed(desk, told))
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

    def _build_opening(self) -> OpeningWindow:
        opening = OpeningWindow(practice=self.context.profile.practice)
        opening.quit_requested.connect(self.quit)
        opening.left.connect(self._opening_left)
        opening.retry_requested.connect(lambda: self._spawn(self._prepare(self.shown)))
        opening.support_requested.connect(self.show_support)
        opening.hotel_chosen.connect(self.show_hotel)
        return opening

    def _opening_left(self) -> None:
        """Leave the program where nothing runs yet that would be worth keeping."""
        others = [desk for desk in self.desks if desk is not self.shown and desk.host.is_running]
        if not others:
            self.quit()
            return
        self._close_opening()
        if not self.tray.is_reachable:
            self.show_hotel(others[0].context.settings.key)

    def _close_opening(self) -> None:
        if self.opening is not None:
            self.opening.may_close = True
            self.opening.close()
            self.opening.deleteLater()
            self.opening = None

    def _tell_waiting(self, words: str) -> None:
        if self.opening is not None:
            self.opening.tell_waiting(words)

    def _tell_failure(self, desk: Desk) -> None:
        """Say why a hotel did not come up, if it is the one that is shown; the others stay within reach."""
        self._draw_tray()
        if desk is not self.shown or desk.failure is None:
            return
        if self.opening is None:
            self.opening = self._build_opening()
            self.opening.show()
        if self.panel is not None:
            # It would stand there as if it only had nothing to tell.
            self.panel.hide()
        self.opening.offer([(one.context.settings.key, one.name) for one in self.desks if one is not desk])
        self.opening.tell_failure(desk.failure.title, desk.failure.text, desk.failure.detail)

    def _turn_panel_to(self, desk: Desk) -> None:
        left, self.shown = self.shown, desk
        if (former := self.panel) is not None:
            former.remember()
            self.panel = self._put_by.pop(desk, None) or self._build_panel()
            self.panel.has_tray = self.tray.is_reachable
            self.panel.take_place_of(former, same_hotel=False)
            if left in self.desks:
                former.hide()
                self._put_by[left] = former
            else:
                former.reconciliation.halt()
                self._drop_panel(former)
        self._draw_tray()

    def _panel_of(self, desk: Desk) -> PanelWindow | None:
        return self.panel if desk is self.shown else self._put_by.get(desk)

    def _forget_panel_of(self, desk: Desk) -> None:
        if (panel := self._put_by.pop(desk, None)) is not None:
            panel.reconciliation.halt()
            self._drop_panel(panel)

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
        for desk in self.desks:
            self._forget_panel_of(desk)

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

    # Intentions

    async def _take_over(self, desk: Desk) -> None:
        """Ask why this computer is to send, and have it do so."""
        question = Confirm(
            _("¿Enviar desde este computador?"),
            (
                _("El otro computador termina lo que está enviando y deja el turno a este."),
                _("Si no contesta, el servidor le quita el turno en menos de un minuto."),
            ),
            _("Enviar desde aquí"),
            reasoned=True,
            icon="send",
            parent=self.panel,
        )
        if await ask(question):
            desk.take_over(question.reason.text())

    def _settings_changed(self, desk: Desk) -> None:
        desk.renew()
        self._follow_shared(desk)
        self._draw_tray()

    def _follow_shared(self, desk: Desk) -> None:
        """Have the other hotels go by what was chosen at this one and holds for all."""
        for other in self.desks:
            if other is not desk and other.follow_shared():
                # Its pages show what was chosen before.
                self._forget_panel_of(other)

    def _role_changed(self, desk: Desk, panel: PanelWindow) -> None:
        panel.follow_role()
        self._settings_changed(desk)

    def _disconnected(self) -> None:
        for desk in self.desks:
            desk.disconnected()

    def _spawn(self, work: Any) -> None:
        spawn(work, self._crashes.report)
