"""The icon beside the clock: icon, tooltip and menu drawn from one Status value. It asks, ``main`` does."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.model.clock import BOGOTA, Clock
from app.model.hotels import Seen, worst
from app.model.role import Act, Role, may
from app.model.status import Mood, Status
from app.system.windows import taskbar_is_light
from app.texts import _
from app.texts.hotels import hotel_line, hotels_tooltip
from app.texts.roles import not_for
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
    hotel_requested = Signal(str)
    """The panel of this hotel."""
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
        self._hotels: tuple[Seen, ...] = ()
        self._shown = ""
        self._role = Role.ADMINISTRATOR
        self._told_of = ""
        """The hotel of the last notice."""
        self._drawn: tuple[Mood, bool] | None = None
        """What the icon shows now, and whether for a dark taskbar."""
        self._reachable = False
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self._build_menu()
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self._notice_clicked)
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

    def draw_hotels(self, hotels: Sequence[Seen], shown: str) -> None:
        """Show how all hotels stand; the icon is that of the worst, the menu's acts are of the one that is shown."""
        if (tuple(hotels), shown) != (self._hotels, self._shown):
            self._hotels, self._shown = tuple(hotels), shown
            self._draw()

    def draw_role(self, role: Role) -> None:
        """Offer what somebody of this role does; the rest stays in sight and says why not."""
        if role is not self._role:
            self._role = role
            self._draw()

    def say_anew(self) -> None:
        """Word the menu in the language of now."""
        self.pause.deleteLater()
        self.menu.clear()
        self._build_menu()
        self._tint()
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

    def say(self, title: str, text: str, hotel: str = "") -> None:
        """Show one notice, where there is a tray; a click on it leads to ``hotel``."""
        self.said.emit(title, text)
        self._told_of = hotel
        if self._reachable:
            now = self._clock.now()
            about = next((one for one in self._hotels if one.key == hotel), None)
            mood = self._status.mood(now) if about is None else about.mood(now)
            self.icon.showMessage(title, text, mood_icon(mood), 10_000)

    def hide(self) -> None:
        """Take the icon away, so that none is left behind at the end."""
        self._timer.stop()
        self.icon.hide()

    def _draw(self) -> None:
        now = self._clock.now()
        status = self._status
        several = len(self._hotels) > 1
        mood = worst(self._hotels, now).mood(now) if several else status.mood(now)
        drawn = (mood, taskbar_is_light() is False)
        if drawn != self._drawn:
            self._drawn = drawn
            self.icon.setIcon(mood_icon(*drawn))
        self.icon.setToolTip(hotels_tooltip(self._hotels, now) if several else tooltip(status, now))
        own = next((one for one in self._hotels if one.key == self._shown), None)
        self.line.setText(_escaped(hotel_line(own, now) if several and own is not None else sentence(status, now)))
        self._draw_others(now if several else None)
        self.proof.setText(_escaped(proof_line(status, now)))
        self.pending.setText(_escaped(pending_line(status.counts)))
        self._draw_acts(status)
        self.pause.menuAction().setVisible(status.set_up and not status.paused)
        self.resume.setVisible(status.set_up and status.paused)

    def _draw_acts(self, status: Status) -> None:
        for action, words, act, possible in (
            (self.sync, _("Sincronizar ahora"), Act.SYNC, not status.paused and status.spare_of is None),
            (self.pause.menuAction(), _("Pausar"), Act.PAUSE, True),
            (self.resume, _("Reanudar"), Act.PAUSE, True),
            (self.wizard, _("Asistente"), Act.SET_UP, True),
        ):
            allowed = may(self._role, act)
            action.setEnabled(allowed and possible and (status.set_up or act is Act.SET_UP))
            action.setText(words if allowed else f"{words} · {not_for(self._role)}")

    def _draw_others(self, now: datetime | None) -> None:
        """List the other hotels above what is said of the one that is shown; nothing changes under an open menu."""
        if self.menu.isVisible():
            return
        for action in self.others:
            self.menu.removeAction(action)
            action.deleteLater()
        self.others = []
        if now is None:
            return
        for one in self._hotels:
            if one.key != self._shown:
                mark = tinted(f"tray-{one.mood(now).value}", self._theme.tokens.text, 16)
                action = QAction(mark, _escaped(hotel_line(one, now)), self.menu)
                action.triggered.connect(lambda _checked=False, key=one.key: self.hotel_requested.emit(key))
                self.menu.insertAction(self.line, action)
                self.others.append(action)
        self.others.append(self.menu.insertSeparator(self.line))

    def _build_menu(self) -> None:
        self.others: list[QAction] = []
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

    def _notice_clicked(self) -> None:
        if self._told_of in {one.key for one in self._hotels}:
            self.hotel_requested.emit(self._told_of)
        else:
            self.panel_requested.emit()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.panel_requested.emit()


def _escaped(text: str) -> str:
    # In a menu an ampersand marks the next letter as a shortcut.
    return text.replace("&", "&&")
