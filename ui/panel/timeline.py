"""What happened to a document, line by line. It draws events and interprets none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.journey import Event, EventKind
from app.texts import _, day, hour
from app.texts.causes import explain, particulars
from app.texts.documents import event_name
from ui.loop import ask, spawn
from ui.panel.said import SaidDialog
from ui.parts import Button, Kind, Words, clear
from ui.theme import Role, Space, Tone, tokens

_LONGEST = 60
_TONES = {
    EventKind.PROVEN: Tone.GOOD,
    EventKind.ADOPTED: Tone.GOOD,
    EventKind.ANSWERED: Tone.BUSY,
    EventKind.INTENT: Tone.BUSY,
    EventKind.NO_CLEAR_ANSWER: Tone.WARN,
    EventKind.NEVER_LEFT: Tone.WARN,
    EventKind.HELD: Tone.WARN,
    EventKind.MISSING: Tone.WARN,
    EventKind.REFUSED: Tone.BAD,
    EventKind.CONFLICT: Tone.BAD,
}


class Timeline(QWidget):
    """The events of one document, the newest first."""

    def __init__(self, on_error: Callable[[BaseException], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._shown: tuple[Event, ...] = ()

    def show_events(self, events: Sequence[Event]) -> None:
        """Draw these, given oldest first; of very many only the newest."""
        newest = tuple(reversed(events[-_LONGEST:]))
        if newest == self._shown:
            return
        self._shown = newest
        clear(self._column)
        for number, event in enumerate(newest):
            self._column.addWidget(_Line(event, self._on_error, first=number == 0, last=number == len(newest) - 1))


class _Line(QWidget):
    def __init__(self, event: Event, on_error: Callable[[BaseException], object], *, first: bool, last: bool) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(_Dot(_TONES.get(event.kind, Tone.IDLE), first=first, last=last))
        words = QVBoxLayout()
        words.setContentsMargins(0, 2, 0, Space.MEDIUM)
        words.setSpacing(1)
        words.addWidget(Words(event_name(event.kind), Role.STRONG if first else Role.BODY))
        moment = _("{day} a las {hour}").format(day=day(event.at), hour=hour(event.at))
        words.addWidget(Words(moment, Role.CAPTION))
        if event.cause is not None:
            words.addWidget(Words(explain(event.cause).title, Role.CAPTION, tone=_TONES.get(event.kind)))
        for line in _said(event.data) if event.cause is None or "findings" in event.data else ():
            words.addWidget(Words(line, Role.CAPTION))
        row.addLayout(words, 1)
        if event.said:
            self.raw = Button(_("Ver respuesta"), Kind.SMALL)
            self.raw.setAccessibleName(_("Ver lo que se dijo: {event}").format(event=event_name(event.kind)))
            self.raw.clicked.connect(lambda: spawn(ask(SaidDialog(event, self)), on_error))
            row.addWidget(self.raw, 0, Qt.AlignmentFlag.AlignTop)


def _said(data: Mapping[str, Any]) -> list[str]:
    lines = list(particulars(data))
    if sale := data.get("sale"):
        lines.append(_("Registro en Pymes: {sale}").format(sale=sale))
    if status := data.get("status"):
        lines.append(_("Respuesta HTTP {status}").format(status=status))
    return lines


class _Dot(QWidget):
    def __init__(self, tone: Tone, *, first: bool, last: bool) -> None:
        super().__init__()
        self._tone = tone
        self._first = first
        self._last = last
        self.setFixedWidth(18)

    def sizeHint(self) -> QSize:
        return QSize(18, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(8, 13)
        painter.setPen(QPen(QColor(t.line), 2))
        if not self._first:
            painter.drawLine(QPointF(8, 0), QPointF(8, 6))
        if not self._last:
            painter.drawLine(QPointF(8, 20), QPointF(8, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.shade(self._tone).ink))
        painter.drawEllipse(centre, 5.0, 5.0)
        painter.end()
