"""What stands below the proof of a range: how long it lasts, when to ask for the next, which numbers are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.forecast import Watch as Urgency
from app.model.gaps import Gap, GapKind
from app.texts import _, day
from app.texts.gaps import gap_kind_name, gap_line
from app.texts.watch import ask_before, heir_line, likely_end, more_gaps, numbers_left, per_day_line, range_line
from ui.parts import Button, Icon, Pill, Surface, Words, clear, rule
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.watch import RangeWatch

_MOST_GAPS = 6
URGENCY = {
    Urgency.UNKNOWN: (Tone.IDLE, "question"),
    Urgency.QUIET: (Tone.GOOD, "check"),
    Urgency.SOON: (Tone.WARN, "clock"),
    Urgency.ASK: (Tone.WARN, "alert"),
    Urgency.OVER: (Tone.BAD, "alert"),
}
"""Tone and icon of what has to be done about a range."""
_GAP = {
    GapKind.NOT_IN_PMS: (Tone.WARN, "question"),
    GapKind.NOT_IN_PYMES: (Tone.WARN, "inbox"),
    GapKind.REJECTED: (Tone.IDLE, "cross"),
    GapKind.OTHER_CHANNEL: (Tone.IDLE, "link"),
    GapKind.ANNULLED: (Tone.IDLE, "exit"),
    GapKind.IN_FLIGHT: (Tone.BUSY, "sync"),
}


class RangeNotes(QWidget):
    """Draws the watch of one range; shown again with the same, it stays as it is."""

    calendar_wanted = Signal(object)
    """The ``Forecast`` whose day goes into a calendar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, Space.SMALL, 0, 0)
        self._column.setSpacing(Space.MEDIUM)
        self.calendar: Button | None = None
        self.gaps: list[Pill] = []

    def show_watch(self, watch: RangeWatch) -> None:
        """Show what is known of the range."""
        content = (watch.left, watch.forecast, watch.gaps, watch.heir and watch.heir.range_name)
        if content == self._shown:
            return
        self._shown = content
        clear(self._column)
        self.calendar, self.gaps = None, []
        self._column.addWidget(rule())
        self._add_end(watch)
        self._add_gaps(watch.gaps)

    def _add_end(self, watch: RangeWatch) -> None:
        expected = watch.forecast
        if expected is not None:
            row = QHBoxLayout()
            row.setSpacing(Space.MEDIUM)
            tone, icon = URGENCY[expected.watch] if watch.heir is None else (Tone.IDLE, "sync")
            said = (
                range_line(expected, watch.left) if watch.heir is None else heir_line(watch.heir.range_name, watch.left)
            )
            row.addWidget(Icon(icon, f"{tone}.ink", 18), 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(Words(said, Role.STRONG), 1)
            if expected.ask_from is not None and watch.heir is None:
                self.calendar = Button(_("Guardar en el calendario (.ics)"), icon="calendar")
                self.calendar.clicked.connect(lambda: self.calendar_wanted.emit(expected))
                row.addWidget(self.calendar, 0, Qt.AlignmentFlag.AlignVCenter)
            self._column.addLayout(row)
        facts = [(_("Números que quedan"), numbers_left(watch.left), per_day_line(expected) if expected else "")]
        if expected is not None:
            facts += [
                (_("Se acaban hacia el"), *likely_end(expected)),
                (_("Fin de la vigencia"), day(expected.valid_to) if expected.valid_to else _("Sin fecha"), ""),
            ]
            if watch.heir is None:
                facts.append((_("Pida la nueva"), *ask_before(expected)))
        self._column.addWidget(_facts(facts))

    def _add_gaps(self, gaps: tuple[Gap, ...]) -> None:
        alarms_first = sorted(gaps, key=lambda gap: not gap.kind.alarms)
        if not gaps:
            row = QHBoxLayout()
            row.setSpacing(Space.SMALL)
            row.addWidget(Icon("check", "good.ink", 16))
            row.addWidget(Words(_("Sin huecos en lo que Botones ha visto."), Role.SOFT), 1)
            self._column.addLayout(row)
            return
        self._column.addWidget(Words(_("Números que faltan"), Role.OVERLINE))
        for gap in alarms_first[:_MOST_GAPS]:
            row = QHBoxLayout()
            row.setSpacing(Space.MEDIUM)
            tone, icon = _GAP[gap.kind]
            pill = Pill(tone, gap_kind_name(gap.kind), icon)
            self.gaps.append(pill)
            row.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Words(gap_line(gap), selectable=True), 1)
            self._column.addLayout(row)
        if len(gaps) > _MOST_GAPS:
            self._column.addWidget(Words(more_gaps(len(gaps) - _MOST_GAPS), Role.CAPTION))


def _facts(facts: list[tuple[str, str, str]]) -> QWidget:
    """Return names, values and notes in columns of one width."""
    frame = Surface("sunken", margins=(Space.MEDIUM, Space.MEDIUM, Space.MEDIUM, Space.MEDIUM))
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.LARGE)
    grid.setVerticalSpacing(2)
    for column, (name, value, note) in enumerate(facts):
        grid.setColumnStretch(column, 1)
        for row, (text, role) in enumerate(((name, Role.OVERLINE), (value, Role.STRONG), (note, Role.CAPTION))):
            if text:
                grid.addWidget(Words(text, role), row, column, Qt.AlignmentFlag.AlignTop)
    frame.box.addLayout(grid)
    return frame
