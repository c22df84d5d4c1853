"""Ajustes: how much Botones may do, how often it looks, and of what it tells."""

from collections.abc import Callable
from datetime import time
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QWidget

from app.model.cadence import choices
from app.model.mode import Mode
from app.model.notices import NoticeKind
from app.model.role import Act
from app.model.status import Status
from app.setup.activation_file import keep_mode
from app.texts import _
from app.texts.documents import mode_name
from app.texts.settings import cadence_name, mode_happens, mode_meaning, notice_meaning, notice_name
from app.texts.sources import watch_only_note
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.settings_parts import Changes, Line, Section, Switch, picked
from ui.parts import Banner, permit
from ui.parts.confirm import Confirm
from ui.theme import Space, Tone
from ui.wizard.choices import Choice

_ORDER = (Mode.COMPLETE, Mode.WATCH, Mode.SEND_ALL)
_HOURS = tuple(time(hour) for hour in range(24))
_QUIET = (time(20), time(7))


class ModeSection(Section):
    """The three modes, and the cadence."""

    settled = Signal()
    """A question about a mode was answered, one way or the other."""

    def __init__(self, context: Context, changes: Changes, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(_("Cuánto hace Botones"), _("Mira siempre antes de enviar, en los tres modos."))
        self._context = context
        self._changes = changes
        self._on_error = on_error
        self._waiting = 0
        self._group = QButtonGroup(self)
        self.modes = {mode: Choice(mode_name(mode), mode_meaning(mode)) for mode in _ORDER}
        sends = context.profile.mode_for(Mode.COMPLETE).sends
        for mode, choice in self.modes.items():
            choice.setEnabled(sends or not mode.sends)
            choice.clicked.connect(partial(self._wish, mode))
            permit(choice, Act.SETTINGS)
            self._group.addButton(choice)
            self.box.addWidget(choice)
        if not sends:
            note = Banner(Tone.IDLE, _("En su hotel Botones solo vigila"), watch_only_note(), icon="eye")
            self.box.addWidget(note)
        own = _("Como el perfil ({often})").format(often=cadence_name(context.profile.timing.cadence).lower())
        options = [(own, None), *((cadence_name(one), one) for one in choices(context.profile.timing.cadence))]
        self.cadence = picked(_("Cada cuánto mira"), options, context.settings.cadence)
        self.cadence.activated.connect(self._pace)
        permit(self.cadence, Act.SETTINGS)
        sentence = _("Nunca más seguido de lo que permite el perfil. Sin novedades, las pausas crecen.")
        self.box.addWidget(Line(_("Cada cuánto mira"), sentence, self.cadence))
        self.show_chosen()

    def draw(self, status: Status) -> None:
        """Keep how many documents a mode would take up."""
        self._waiting = status.counts.waiting + status.counts.missing

    def show_chosen(self) -> None:
        """Show what holds."""
        mode = self._context.profile.mode_for(self._context.settings.mode)
        self.modes[mode].setChecked(True)
        self.cadence.setCurrentIndex(max(0, self.cadence.findData(self._context.settings.cadence)))

    def _pace(self) -> None:
        seconds = self.cadence.currentData()
        words = _("Botones mira: {often}").format(often=self.cadence.currentText().lower())
        self._changes.make(words, self.show_chosen, cadence=seconds)

    def _wish(self, mode: Mode) -> None:
        if mode is not self._context.profile.mode_for(self._context.settings.mode):
            spawn(self._confirm(mode), self._on_error)

    async def _confirm(self, mode: Mode) -> None:
        title = _("¿Cambiar a «{mode}»?").format(mode=mode_name(mode))
        happens = mode_happens(mode, self._waiting)
        icon = "send" if mode.sends else "eye"
        former = self._context.settings.mode
        starts = mode.sends and not self._context.profile.mode_for(former).sends
        action = _("Cambiar a «{mode}»").format(mode=mode_name(mode))
        question = Confirm(title, happens, action, reasoned=starts, icon=icon, parent=self)
        if await self.confirmed(question):
            self._changes.make(
                _("Ahora: {mode}. Antes: {former}.").format(mode=mode_name(mode), former=mode_name(former)),
                self._keep,
                act=Act.START_SENDING if starts else Act.SETTINGS,
                reason=question.reason.text(),
                mode=mode,
            )
        self.show_chosen()
        self.settled.emit()

    def _keep(self) -> None:
        """Have the wizard know it too, or its end would bring the former mode back."""
        self.show_chosen()
        path = self._context.paths.setup(self._context.settings.key)
        spawn(in_thread(keep_mode, path, self._context.profile, self._context.settings.mode), self._on_error)


class NoticesSection(Section):
    """A switch for each kind, and the quiet hours."""

    def __init__(self, context: Context, changes: Changes) -> None:
        super().__init__(
            _("Avisos"),
            _(
                "Uno por asunto, hasta que cambie o se resuelva; varios a la vez llegan juntos. "
                "El icono lo muestra todo siempre."
            ),
        )
        self._context = context
        self._changes = changes
        self.switches: dict[NoticeKind, Switch] = {}
        for kind in NoticeKind:
            switch = Switch(notice_name(kind), notice_meaning(kind))
            switch.clicked.connect(lambda on, kind=kind: self._turn(kind, on))
            self.switches[kind] = switch
            self.box.addWidget(Line(notice_name(kind), notice_meaning(kind), switch))
        hours = [(f"{one:%H:%M}", one) for one in _HOURS]
        self.quiet = Switch(_("Horas de silencio"))
        self.quiet.clicked.connect(self._silence)
        self.quiet_from = picked(_("Silencio desde"), hours, _QUIET[0])
        self.quiet_to = picked(_("Silencio hasta"), hours, _QUIET[1])
        for box in (self.quiet_from, self.quiet_to):
            box.activated.connect(self._silence)
        sentence = _("Lo que pase entonces se avisa al terminar el silencio. Hora de Bogotá.")
        self.box.addWidget(Line(_("Horas de silencio"), sentence, _beside(self.quiet_from, self.quiet_to, self.quiet)))
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show what holds."""
        chosen = self._context.settings.notices
        for kind, switch in self.switches.items():
            switch.setChecked(chosen.wants(kind))
        is_on = chosen.quiet_from is not None
        self.quiet.setChecked(is_on)
        for box, hour in ((self.quiet_from, chosen.quiet_from), (self.quiet_to, chosen.quiet_to)):
            box.setEnabled(is_on)
            if hour is not None:
                box.setCurrentIndex(max(0, box.findText(f"{hour:%H:%M}")))

    def _turn(self, kind: NoticeKind, on: bool) -> None:
        words = _("«{what}»: con aviso.") if on else _("«{what}»: sin aviso.")
        self._choose(words.format(what=notice_name(kind)), **{kind.value: on})

    def _silence(self) -> None:
        start, end = self.quiet_from.currentText(), self.quiet_to.currentText()
        if self.quiet.isChecked():
            words = _("Sin avisos de {start} a {end}.").format(start=start, end=end)
            self._choose(words, quiet_from=time.fromisoformat(start), quiet_to=time.fromisoformat(end))
        else:
            self._choose(_("Avisos a cualquier hora."), quiet_from=None, quiet_to=None)

    def _choose(self, words: str, **changed: object) -> None:
        notices = self._context.settings.notices.model_copy(update=changed)
        self._changes.make(words, self.show_chosen, act=Act.COMFORT, notices=notices)


def _beside(first: QComboBox, second: QComboBox, last: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    for part in (first, second, last):
        row.addWidget(part)
    return whole
