"""Small coloured labels: the state of a document, the mood of the whole, the route of an operation."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.connectors.profile import Route
from app.model.journey import State
from app.model.status import Mood
from app.texts.documents import state_meaning, state_name
from app.texts.setup import route_name
from app.texts.status import mood_name
from ui.parts.frames import Icon
from ui.parts.words import Words, polish
from ui.theme import Role, Tone

STATE_LOOK: dict[State, tuple[Tone, str]] = {
    State.SEEN: (Tone.IDLE, "clock"),
    State.SENDING: (Tone.BUSY, "send"),
    State.SENT: (Tone.BUSY, "eye"),
    State.IN_DOUBT: (Tone.WARN, "question"),
    State.HELD: (Tone.WARN, "pause"),
    State.CONFLICT: (Tone.BAD, "conflict"),
    State.MISSING: (Tone.WARN, "inbox"),
    State.PROVEN: (Tone.GOOD, "check"),
    State.SETTLED: (Tone.IDLE, "link"),
    State.WITHDRAWN: (Tone.IDLE, "exit"),
}
MOOD_LOOK: dict[Mood, tuple[Tone, str]] = {
    Mood.IN_ORDER: (Tone.GOOD, "check"),
    Mood.SYNCING: (Tone.BUSY, "sync"),
    Mood.ATTENTION: (Tone.WARN, "alert"),
    Mood.PAUSED: (Tone.IDLE, "pause"),
    Mood.OFFLINE: (Tone.BAD, "offline"),
    Mood.NOT_SET_UP: (Tone.PRACTICE, "wizard"),
    Mood.UNKNOWN: (Tone.IDLE, "question"),
    Mood.SPARE: (Tone.IDLE, "eye"),
}
ROUTE_LOOK: dict[Route, tuple[Tone, str]] = {
    Route.DOCUMENTED: (Tone.GOOD, "link"),
    Route.AGREED: (Tone.BUSY, "plug"),
    Route.GUIDED: (Tone.WARN, "person"),
}


class Pill(QFrame):
    """A word with an icon on a tinted ground: never colour alone."""

    def __init__(
        self, tone: Tone = Tone.IDLE, text: str = "", icon: str = "info", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 10, 2)
        row.setSpacing(5)
        self._icon = Icon(icon, "soft", 14, self)
        self._words = Words(role=Role.OVERLINE, wraps=False)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tell(tone, text, icon)

    def tell(self, tone: Tone, text: str, icon: str) -> None:
        """Say something else."""
        self._icon.show_icon(icon, f"{tone}.ink")
        self._words.setText(text)
        self._words.set_tone(tone)
        self.setAccessibleName(text)
        if self.property("pill") != tone.value:
            self.setProperty("pill", tone.value)
            polish(self)

    def text(self) -> str:
        return self._words.text()


class StatePill(Pill):
    """The state of a document."""

    def show_state(self, state: State, adopted: bool = False) -> None:
        tone, icon = STATE_LOOK[state]
        self.tell(tone, state_name(state, adopted), icon)
        self.setToolTip(state_meaning(state, adopted))


class MoodPill(Pill):
    """How everything stands."""

    def show_mood(self, mood: Mood) -> None:
        tone, icon = MOOD_LOOK[mood]
        self.tell(tone, mood_name(mood), icon)


class RouteTag(Pill):
    """By which route an operation is done: the screen always names it."""

    def __init__(self, route: Route, parent: QWidget | None = None) -> None:
        tone, icon = ROUTE_LOOK[route]
        super().__init__(tone, route_name(route), icon, parent)
