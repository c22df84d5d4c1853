"""What stands above every page: ribbons that last, and how everything is, with the time of its proof."""

from datetime import datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QVBoxLayout, QWidget

from app.model.clock import Clock
from app.model.role import Act
from app.model.status import Status
from app.texts import _, when
from app.texts.documents import how_many, mode_name
from app.texts.status import practice_line, proof_line, sentence, spare_line
from ui.parts import Button, Elided, Icon, Kind, MoodPill, Surface, Words, permit
from ui.theme import Role, Space, Tone
from ui.tray import tomorrow

_APPROVALS = (1, 50)


class Ribbon(QFrame):
    """A thin line over the whole width that cannot be overlooked or closed."""

    def __init__(self, tone: Tone, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ribbon", tone.value)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(Space.WIDE, 5, Space.WIDE, 5)
        self.row.setSpacing(Space.SMALL)
        self.row.addWidget(Icon(icon, f"{tone}.ink", 16))
        self._words = Words(text, Role.OVERLINE, tone=tone)
        self.row.addWidget(self._words, 1)
        self.setAccessibleName(text)

    def text(self) -> str:
        return self._words.text()

    def tell(self, text: str) -> None:
        """Say something else."""
        self._words.setText(text)
        self.setAccessibleName(text)


def practice_ribbon() -> Ribbon:
    """Return the ribbon of the sandbox."""
    return Ribbon(Tone.PRACTICE, "info", practice_line())


class DeskRibbon(Ribbon):
    """The ribbon of the sandbox with its front desk at hand: a practice hotel has no guests who would come by."""

    approve_requested = Signal(int)
    """How many documents the practice hotel is to approve."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Tone.PRACTICE, "info", practice_line(), parent)
        self.approve = Button(_("Aprobar documentos de práctica"), Kind.SMALL, icon="receipt", size=16)
        menu = QMenu(self)
        for count in _APPROVALS:
            action = menu.addAction(how_many(count))
            action.triggered.connect(lambda _checked=False, count=count: self.approve_requested.emit(count))
        self.approve.setMenu(menu)
        permit(self.approve, Act.DRILL)
        self.row.addWidget(self.approve)
        # The line stays as high as without the button.
        self.row.setContentsMargins(Space.WIDE, 2, Space.WIDE, 2)

    def tell_drills(self, line: str) -> None:
        """Say which simulacros are on, on every page; an empty line where none is."""
        self.tell(f"{practice_line()} · {line}" if line else practice_line())


def session_ribbon() -> Ribbon:
    """Return the ribbon for a machine whose vault cannot be used."""
    return Ribbon(
        Tone.WARN,
        "key",
        _("El llavero de este computador no está disponible: los accesos se olvidan al salir de Botones."),
    )


class Header(Surface):
    """The status sentence, its proof, and the two things one may want at once."""

    sync_requested = Signal()
    pause_requested = Signal(object)
    resume_requested = Signal()
    take_over_requested = Signal()
    """This computer is to send, where another one does."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__("band", parent=parent, spacing=0)
        self._clock = clock
        row = QHBoxLayout()
        row.setContentsMargins(Space.WIDE, Space.MEDIUM, Space.WIDE, Space.MEDIUM)
        row.setSpacing(Space.MEDIUM)
        words = QVBoxLayout()
        words.setSpacing(6)
        second = QHBoxLayout()
        second.setSpacing(Space.MEDIUM)
        self.pill = MoodPill()
        self.proof = Elided("", Role.CAPTION)
        second.addWidget(self.pill)
        second.addWidget(self.proof, 1)
        self.sentence = Elided("", Role.HEADING)
        words.addWidget(self.sentence)
        words.addLayout(second)
        row.addLayout(words, 1)
        self.pause = Button(_("Pausar"), Kind.NORMAL, icon="pause")
        self.pause.setMenu(self._pause_menu())
        self.resume = Button(_("Reanudar"), Kind.PRIMARY, icon="play")
        self.resume.clicked.connect(self.resume_requested)
        self.sync = Button(_("Sincronizar ahora"), Kind.PRIMARY, icon="sync")
        self.sync.clicked.connect(self.sync_requested)
        self.take = Button(_("Enviar desde aquí"), icon="send")
        self.take.setToolTip(_("El otro computador termina lo que está enviando y deja el turno a este."))
        self.take.clicked.connect(self.take_over_requested)
        self.take.hide()
        for button, act in (
            (self.take, Act.TAKE_OVER),
            (self.pause, Act.PAUSE),
            (self.resume, Act.PAUSE),
            (self.sync, Act.SYNC),
        ):
            permit(button, act)
            row.addWidget(button)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Avance del envío"))
        # Its room stays when it is hidden, so that nothing jumps.
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setFixedHeight(3)
        self.box.addLayout(row)
        self.box.addWidget(self.progress)

    def draw(self, status: Status) -> None:
        """Show this Status as it is now."""
        now = self._clock.now()
        mood = status.mood(now)
        self.pill.show_mood(mood)
        self.sentence.setText(sentence(status, now))
        self.proof.setText(self._proof_words(status, now))
        self.sync.setVisible(not status.paused)
        spare = spare_line(status)
        self.take.setVisible(bool(spare))
        self.sync.setEnabled(status.set_up and not status.working and not spare)
        self.sync.setToolTip(spare)
        self.pause.setToolTip(spare)
        self.pause.setVisible(not status.paused)
        self.pause.setEnabled(status.set_up and not spare)
        self.resume.setVisible(status.paused)
        self.progress.setVisible(status.progress is not None)
        if status.progress is not None:
            done, total = status.progress
            self.progress.setRange(0, max(total, 1))
            self.progress.setValue(done)

    def _proof_words(self, status: Status, now: datetime) -> str:
        parts = [proof_line(status, now)]
        if status.spare_of is not None:
            return parts[0]  # when and how is the other computer's affair
        if status.next_at is not None and not status.paused and status.next_at > now:
            parts.append(_("próxima: {when}").format(when=when(status.next_at, now)))
        parts.append(mode_name(status.mode))
        return " · ".join(parts)

    def _pause_menu(self) -> QMenu:
        menu = QMenu(self)
        for text, until in (
            (_("1 hora"), lambda now: now + timedelta(hours=1)),
            (_("Hasta mañana"), tomorrow),
            (_("Hasta que yo diga"), lambda now: None),
        ):
            action = menu.addAction(text)
            action.triggered.connect(
                lambda _checked=False, until=until: self.pause_requested.emit(until(self._clock.now()))
            )
        return menu
