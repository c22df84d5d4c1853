"""The icon beside the clock: icon, tooltip and menu drawn from one Status value. It asks, ``main`` does."""

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.model.clock import BOGOTA, Clock
from app.model.status import Mood, Status
from app.texts import _
from app.texts.status import pending_line, proof_line, sentence, tooltip
from ui.theme import Theme
from ui.theme.icons import mood_icon, tinted

_LOOK_AGAIN_MS = 10_000
"""A proof grows old by itself, and a slow taskbar appears late."""
_TOMORROW_HOUR = 6


def tomorrow(now: datetime) -> datetime:
    """Return the moment at which «hasta mañana» ends: six in the morning of Bogotá's next day."""
    day = now.astimezone(BOGOTA) + timedelta(days=1)
    return day.replace(hour=_TOMORROW_HOUR, minute=0, second=0, microsecond=0)


class Tray(QObject):
    """Draws a Status, and passes on what the person wants."""

    sync_requested = Signal()
    pause_requested = Signal(object)
    """The end of the pause, or ``None``: until the person says so."""
    resume_requested = Signal()
    panel_requested = Signal()
    wizard_requested = Signal()
    quit_requested = Signal()
    reachable_changed = Signal(bool)
    """Whether there is a tray at all."""
    said = Signal(str, str)
    """Title and text of a notice, whether or not there is a tray that shows it."""

    def __init__(self, status: Status, clock: Clock, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._theme = theme
        self._status = status
        self._mood: Mood | None = None
        self._reachable = False
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self._build_menu()
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.panel_requested)
        self.menu.aboutToShow.connect(self.look_again)
        theme.changed.connect(self._tint)
        self._tint()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self.look_again)
        self._timer.start()
        self.look_again()

    @property
    def is_reachable(self) -> bool:
        """Say whether a person can get at the program through the tray."""
        return self._reachable

    def draw(self, status: Status) -> None:
        """Show this Status."""
        self._status = status
        self._draw()

    def look_again(self) -> None:
        """Show what time changed, and put the icon where a tray has appeared."""
        self._draw()
        reachable = QSystemTrayIcon.isSystemTrayAvailable()
        if reachable != self._reachable:
            self._reachable = reachable
            # Hidden first: an icon that was shown before its tray came up is never adopted by it.
            self.icon.hide()
            self.icon.setVisible(reachable)
            self.reachable_changed.emit(reachable)

    def say(self, title: str, text: str) -> None:
        """Show one notice, where there is a tray."""
        self.said.emit(title, text)
        if self._reachable:
            self.icon.showMessage(title, text, mood_icon(self._status.mood(self._clock.now())), 10_000)

    def hide(self) -> None:
        """Take the icon away, so that none is left behind at the end."""
        self._timer.stop()
        self.icon.hide()

    def _draw(self) -> None:
        now = self._clock.now()
        status = self._status
        mood = status.mood(now)
        if mood is not self._mood:
            self._mood = mood
            self.icon.setIcon(mood_icon(mood))
        self.icon.setToolTip(tooltip(status, now))
        self.line.setText(_escaped(sentence(status, now)))
        self.proof.setText(_escaped(proof_line(status, now)))
        self.pending.setText(_escaped(pending_line(status.counts)))
        self.sync.setEnabled(status.set_up and not status.paused)
        self.pause.menuAction().setVisible(status.set_up and not status.paused)
        self.resume.setVisible(status.set_up and status.paused)

    def _build_menu(self) -> None:
        self.line = self._told()
        self.proof = self._told()
        self.pending = self._told()
        self.menu.addSeparator()
        self.sync = self._action(self.menu, _("Sincronizar ahora"), self.sync_requested.emit)
        self.pause = self.menu.addMenu(_("Pausar"))
        now = self._clock.now
        self.pause_hour = self._action(
            self.pause, _("1 hora"), lambda: self.pause_requested.emit(now() + timedelta(hours=1))
        )
        self.pause_day = self._action(self.pause, _("Hasta mañana"), lambda: self.pause_requested.emit(tomorrow(now())))
        self.pause_open = self._action(self.pause, _("Hasta que yo diga"), lambda: self.pause_requested.emit(None))
        self.resume = self._action(self.menu, _("Reanudar"), self.resume_requested.emit)
        self.menu.addSeparator()
        self.panel = self._action(self.menu, _("Abrir panel"), self.panel_requested.emit)
        self.menu.setDefaultAction(self.panel)
        self.wizard = self._action(self.menu, _("Asistente"), self.wizard_requested.emit)
        self.menu.addSeparator()
        self.quit = self._action(self.menu, _("Salir (deja de enviar)"), self.quit_requested.emit)

    def _told(self) -> QAction:
        action = self.menu.addAction("")
        action.setEnabled(False)
        return action

    def _action(self, menu: QMenu, text: str, do: Callable[[], None]) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: do())
        return action

    def _tint(self) -> None:
        colour = self._theme.tokens.soft
        for action, name in (
            (self.sync, "sync"),
            (self.pause.menuAction(), "pause"),
            (self.resume, "play"),
            (self.panel, "window"),
            (self.wizard, "wizard"),
            (self.quit, "exit"),
        ):
            action.setIcon(tinted(name, colour, 16))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.panel_requested.emit()


def _escaped(text: str) -> str:
    # In a menu an ampersand marks the next letter as a shortcut.
    return text.replace("&", "&&")
