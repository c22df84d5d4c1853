"""The page Pendientes: all that waits, by cause, and what a person can do about it. It reads, and asks main to act."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.causes import Cause
from app.model.clock import Clock
from app.model.documents import Document
from app.model.journey import State
from app.model.role import Act
from app.model.status import Status
from app.texts import _, day
from app.texts.causes import particulars
from app.texts.ledger import spare_reason
from ui.panel.documents import Reader
from ui.panel.pending_parts import CauseCard, ConflictCard, Line, doubt_lines, list_card
from ui.panel.query import Latest
from ui.parts import Banner, Button, Card, EmptyState, Scroll, Words, clear, permit
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.pending import Group, Waiting

_CONFLICTS: Final = 20
_LINES: Final = 50
_HELD: Final = 200


class Pending(NamedTuple):
    """What the page shows."""

    held: tuple[Group, ...]
    held_ones: tuple[Waiting, ...]
    conflicts: tuple[tuple[Waiting, Document | None], ...]
    missing: tuple[Waiting, ...]
    doubts: tuple[Waiting, ...]
    settled: tuple[Waiting, ...]
    all: tuple[int, int, int]
    """How many are missing, in doubt and settled in all; of very many only the first are shown."""

    @property
    def is_empty(self) -> bool:
        return not (self.held or self.conflicts or self.missing or self.doubts or self.settled)


class PendingPage(Scroll):
    """What waits, and for whom."""

    release_requested = Signal(object)
    """A ``Cause``: everything held for it, after a preview."""
    again_requested = Signal(str)
    """The key of one document that somebody has mended."""
    settle_requested = Signal(object)
    """A ``Waiting`` that a person settled on Loggro's own screen."""
    unsettle_requested = Signal(object)
    backfill_requested = Signal()
    take_over_requested = Signal()
    """This computer is to send, where another one does: only then something can be changed here."""

    def __init__(
        self, clock: Clock, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._clock = clock
        self._reader: Reader | None = None
        self._query = Latest(on_error)
        self._shown: Pending | None = None
        self._left: list[Callable[[], QWidget]] = []
        self._in_doubt: list[tuple[Waiting, Line]] = []
        self._wanted: Cause | None = None
        """What somebody came for, until its card is there."""
        head = QHBoxLayout()
        head.setSpacing(Space.MEDIUM)
        self._lead = Words(
            _("Nada se pierde mientras espera: cada documento dice por qué, y quién puede corregirlo."), Role.SOFT
        )
        head.addWidget(self._lead, 1)
        self.backfill = Button(_("Traer documentos anteriores…"), icon="calendar")
        self.backfill.clicked.connect(self.backfill_requested)
        permit(self.backfill, Act.BACKFILL)
        head.addWidget(self.backfill)
        self.box.addLayout(head)
        self._spare = Banner(
            Tone.IDLE,
            _("Este computador está de reserva"),
            action=_("Tomar el turno"),
            do=self.take_over_requested.emit,
        )
        permit(self._spare.button, Act.TAKE_OVER)
        self._spare.hide()
        self.box.addWidget(self._spare)
        self.said = Banner(Tone.GOOD, "")
        self.said.hide()
        self.box.addWidget(self.said)
        self._start = Words("", Role.CAPTION)
        self._start.hide()
        self.box.addWidget(self._start)
        self._empty = EmptyState(
            "shield",
            _("Nada espera"),
            _("Todo lo aprobado va a Pymes por sí solo. Lo que necesite de usted aparece aquí."),
        )
        self._empty.hide()
        self.box.addWidget(self._empty)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(self.box.spacing())
        self.box.addLayout(self._cards)
        self.box.addStretch(1)

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.refresh()

    def draw(self, status: Status) -> None:
        """Show this Status: the day from which documents are carried, and who sends; the rest is read."""
        self._spare.setVisible(status.spare_of is not None)
        if status.spare_of is not None:
            text = spare_reason(status.spare_of)
            self._spare.tell(Tone.IDLE, _("Este computador está de reserva"), text)
        self._start.setVisible(status.start is not None)
        if status.start is not None:
            self._start.setText(
                _("Botones lleva los documentos desde el {day}. Los anteriores no se envían si nadie los trae.").format(
                    day=day(status.start)
                )
            )
        self.backfill.setEnabled(status.set_up)
        now = self._clock.now()
        for one, line in self._in_doubt:
            line.tell(doubt_lines(one, now))  # the next look comes nearer without any news

    def refresh(self) -> None:
        """Look into the ledger again."""
        if (reader := self._reader) is not None:
            self._query.ask(partial(_read, reader), self._show)

    def tell(self, tone: Tone, title: str, text: str = "") -> None:
        """Say how something that was asked ended."""
        self.said.tell(tone, title, text)
        self.said.show()

    def look_at(self, cause: Cause | None) -> None:
        """Bring the card of a cause into sight, as soon as it is there; ``None`` begins at the top."""
        self._wanted = cause
        if cause is None:
            self.verticalScrollBar().setValue(0)
        else:
            QTimer.singleShot(0, self, self._find_wanted)

    def _find_wanted(self) -> None:
        for card in self.findChildren(CauseCard):
            if card.cause is self._wanted and card.isVisible():
                self._wanted = None
                self.verticalScrollBar().setValue(card.y() - Space.LARGE)

    def _show(self, pending: Pending) -> None:
        if pending == self._shown:
            return
        self._shown = pending
        self._empty.setVisible(pending.is_empty)
        place = self.verticalScrollBar().value()
        clear(self._cards)
        self._in_doubt = []
        self._left = [*self._pieces(pending)]
        self._build_next()
        QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(place))

    def _build_next(self) -> None:
        # A few in each turn of the loop: all at once would hold the window for longer than a frame.
        for build in self._left[:2]:
            self._cards.addWidget(build())
        self._left = self._left[2:]
        if self._left:
            QTimer.singleShot(0, self, self._build_next)
        else:
            QTimer.singleShot(0, self, self._find_wanted)

    def _pieces(self, pending: Pending) -> list[Callable[[], QWidget]]:
        pieces: list[Callable[[], QWidget]] = [
            partial(ConflictCard, one, document, settle=self.settle_requested.emit, again=self.again_requested.emit)
            for one, document in pending.conflicts
        ]
        pieces += [
            partial(
                CauseCard,
                group,
                self.release_requested.emit,
                [one for one in pending.held_ones if one.cause is group.cause],
                self.settle_requested.emit,
            )
            for group in pending.held
        ]
        if pending.missing:
            pieces.append(partial(self._missing, pending))
        if pending.doubts:
            pieces.append(partial(self._doubts, pending))
        if pending.settled:
            pieces.append(partial(self._settled, pending))
        return pieces

    def _missing(self, pending: Pending) -> Card:
        lines = [
            Line(one, (), action=_("Resuelto por fuera…"), do=partial(self.settle_requested.emit, one))
            for one in pending.missing
        ]
        lead = _("No están en Pymes, y en el modo actual Botones no los envía.")
        return list_card(_("Faltan en Pymes"), lead, lines, pending.all[0] - len(lines))

    def _doubts(self, pending: Pending) -> Card:
        now = self._clock.now()
        self._in_doubt = [(one, Line(one, doubt_lines(one, now))) for one in pending.doubts]
        lines = [line for _one, line in self._in_doubt]
        lead = _("La respuesta se perdió. Botones los busca en Pymes; no los envía otra vez a ciegas.")
        return list_card(_("En duda"), lead, lines, pending.all[1] - len(lines))

    def _settled(self, pending: Pending) -> Card:
        lines = [
            Line(
                one,
                particulars(one.detail),
                action=_("Deshacer"),
                do=partial(self.unsettle_requested.emit, one),
                act=Act.UNSETTLE,
            )
            for one in pending.settled
        ]
        lead = _("Una persona dijo qué registro de Pymes los reemplaza. Botones mira de vez en cuando que siga ahí.")
        return list_card(_("Resueltos por fuera"), lead, lines, pending.all[2] - len(lines))


def _read(reader: Reader) -> Pending:
    conflicts, counts = reader.waiting(State.CONFLICT, _CONFLICTS), reader.counts()
    return Pending(
        held=reader.held(),
        held_ones=reader.waiting(State.HELD, _HELD),
        conflicts=tuple((one, reader.document(one.key)) for one in conflicts),
        missing=reader.waiting(State.MISSING, _LINES),
        doubts=reader.waiting(State.IN_DOUBT, _LINES),
        settled=reader.waiting(State.SETTLED, _LINES),
        all=(counts.missing, counts.in_doubt, counts.settled),
    )
