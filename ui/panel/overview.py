"""The first page: is everything all right, what needs a person, the last month, the ranges, the last documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget
from shiboken6 import isValid

from app.model.causes import Cause
from app.model.clock import BOGOTA, bogota_day
from app.model.daily import DayCount
from app.model.happened import Happened
from app.model.hotels import Seen, worst
from app.model.numbering import NumberingProof
from app.model.status import Status
from app.texts import _, whole
from app.texts.happened import absence_line, daily_line
from app.texts.hotels import others_line
from ui.context import Context
from ui.panel.chart import DayChart
from ui.panel.documents import Reader
from ui.panel.gauges import Gauges
from ui.panel.overview_needs import Needs
from ui.panel.overview_parts import Metric, RowLine, Verdict
from ui.panel.query import Latest
from ui.parts import Banner, Card, Elided, EmptyState, Scroll
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row
    from app.sync.watch import RangeWatch

T = TypeVar("T")

_LAST: Final = 7
_DAYS: Final = 30
_NARROW: Final = 860
_REST_MS: Final = 5_000
"""Between two looks at the last days: while documents pour in, a bar need not grow twenty times a second."""


class Month(NamedTuple):
    """What is read for the middle of the page."""

    days: tuple[DayCount, ...]
    yesterday: Happened
    causes: dict[Cause, int]
    ranges: tuple[RangeWatch, ...]


class OverviewPage(Scroll):
    """Is everything all right?"""

    numbering_requested = Signal()
    pending_requested = Signal(object)
    """The ``Cause`` to look at, ``None`` for all that waits."""
    wizard_requested = Signal()
    row_requested = Signal(object)
    older_requested = Signal()
    """Documents from before the first day are to be brought."""
    take_over_requested = Signal()
    hotel_requested = Signal(str)
    """Another hotel is to be shown."""

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._clock = context.clock
        self._reader: Reader | None = None
        self._rows_asked, self._month_asked = Latest(on_error), Latest(on_error)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._is_stale = False
        self._status: Status | None = None
        self._causes: dict[Cause, int] = {}
        self._proofs: tuple[NumberingProof, ...] = ()
        self._said: object = None
        self._narrow: bool | None = None
        self.verdict = Verdict()
        self.absence = Banner(Tone.IDLE, "", action=_("Entendido"), do=self._dismiss_absence, icon="clock")
        self.absence.hide()
        self._other = ""
        self.other = Banner(Tone.BAD, "", action=_("Ver"), do=lambda: self.hotel_requested.emit(self._other))
        self.other.hide()
        self.box.addWidget(self.verdict)
        self.box.addWidget(self.other)
        self.box.addWidget(self.absence)
        self._build_metrics()
        self.needs = Needs()
        self.needs.numbering_requested.connect(self.numbering_requested)
        self.needs.pending_requested.connect(self.pending_requested)
        self.needs.wizard_requested.connect(self.wizard_requested)
        self.needs.older_requested.connect(self.older_requested)
        self.needs.take_over_requested.connect(self.take_over_requested)
        self.chart = DayChart()
        self.yesterday = Elided("", Role.CAPTION)
        self.gauges = Gauges()
        self.gauges.chosen.connect(self.numbering_requested)
        self.box.addWidget(self._card(_("Necesita de usted"), self.needs))
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(Space.LARGE)
        ranges = self._card(_("Rangos de numeración"), self.gauges)
        ranges.hold_plates(Space.SMALL)
        ranges.box.addStretch(1)
        self._columns.addWidget(ranges, 5)
        self._columns.addWidget(self._card(_("Llevados a Pymes, día por día"), self.chart, self.yesterday), 8)
        self.box.addLayout(self._columns)
        self.box.addWidget(self._build_last(), 1)

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.refresh()

    def refresh(self) -> None:
        """Look into the ledger again."""
        if (reader := self._reader) is None:
            return
        self._rows_asked.ask(lambda: reader.page(0, _LAST), self._while_here(self._show_rows))
        self._is_stale = self._rest.isActive()
        if not self._is_stale:
            self._read_month()

    def draw(self, status: Status) -> None:
        """Show this Status."""
        self._status = status
        now = self._clock.now()
        self.verdict.draw(status, now)
        self._draw_absence()
        counts = status.counts
        total = _("{n} en total").format(n=whole(counts.proven))
        adopted = _("{n} adoptados").format(n=whole(counts.adopted)) if counts.adopted else ""
        self.today.tell(counts.today, ", ".join(filter(None, (total, adopted))))
        self.pending.tell(counts.waiting, _("en fila o enviándose") if counts.waiting else _("ninguno"))
        self.doubt.tell(counts.in_doubt, _("se buscan en Pymes") if counts.in_doubt else _("ninguno"))
        asked = counts.held + counts.conflict + counts.missing
        self.waiting.tell(asked, _("con su causa") if asked else _("nada por ahora"))
        self.needs.draw(status, now, self._causes)
        said = [(proof.family, proof.range_name, proof.cells, proof.conditions) for proof in status.proofs]
        if said != self._said:
            self._said, self._proofs = said, status.proofs
            self._read_month()

    def draw_others(self, calling: Sequence[Seen], now: datetime) -> None:
        """Say that other hotels of this computer need somebody, ``calling`` those."""
        self.other.setVisible(bool(calling))
        if calling:
            self._other = worst(calling, now).key
            line = others_line(calling, now)
            self.other.tell(Tone.BAD, line)
            self.other.button.setAccessibleName(f"{_('Ver')}: {line}")

    # Building

    def _build_metrics(self) -> None:
        self.today = Metric(_("Llevados hoy"), "check", Tone.GOOD)
        self.pending = Metric(_("En camino"), "clock", Tone.BUSY)
        self.doubt = Metric(_("En duda"), "question", Tone.WARN)
        self.waiting = Metric(_("Necesitan de usted"), "person", Tone.BAD)
        self._metrics = QGridLayout()
        self._metrics.setSpacing(Space.LARGE)
        self._numbers = (self.today, self.pending, self.doubt, self.waiting)
        for metric in self._numbers:
            metric.setParent(self.widget())
        self.box.addLayout(self._metrics)

    def _build_last(self) -> Card:
        card = Card(_("Últimos documentos"))
        self._rows = [RowLine() for _number in range(_LAST)]
        for line in self._rows:
            line.chosen.connect(self.row_requested)
            line.hide()
            card.box.addWidget(line)
        card.box.setSpacing(0)
        card.hold_plates(Space.SMALL)
        card.head.setContentsMargins(Space.SMALL, 0, Space.SMALL, Space.SMALL)
        self._none_yet = EmptyState(
            "inbox", _("Todavía no hay documentos"), _("Cuando Alojamientos apruebe uno, aparece aquí.")
        )
        card.box.addWidget(self._none_yet)
        card.box.addStretch(1)
        return card

    def _card(self, title: str, *parts: QWidget) -> Card:
        card = Card(title)
        for part in parts:
            card.box.addWidget(part)
        return card

    # Reading

    def _read_month(self) -> None:
        if (reader := self._reader) is None:
            return
        self._rest.start()
        self._is_stale = False
        now, proofs = self._clock.now(), self._proofs
        today = bogota_day(now)
        midnight = datetime.combine(today, time(), BOGOTA)

        def work() -> Month:
            from app.sync.watch import glance

            return Month(
                days=reader.days(today - timedelta(days=_DAYS - 1), today),
                yesterday=reader.happened(midnight - timedelta(days=1), midnight),
                causes=reader.held_causes(),
                ranges=glance(reader, proofs, now),
            )

        self._month_asked.ask(work, self._while_here(self._show_month))

    def _while_here(self, show: Callable[[T], None]) -> Callable[[T], None]:
        """Let an answer go where the window is deleted before it comes: of a large ledger it may take a while."""

        def then(answer: T) -> None:
            if isValid(self):
                show(answer)

        return then

    def _rested(self) -> None:
        # What nobody looks at is read when it comes forward.
        if self._is_stale and self.isVisible():
            self._read_month()

    def _show_rows(self, rows: tuple[Row, ...]) -> None:
        self._none_yet.setVisible(not rows)
        for number, line in enumerate(self._rows):
            line.setVisible(number < len(rows))
            if number < len(rows):
                line.show_row(rows[number])

    def _show_month(self, month: Month) -> None:
        self._causes = month.causes
        self.chart.show_days(month.days)
        self.yesterday.setText(daily_line(month.yesterday) if month.yesterday.seen else "")
        # Each in a turn of its own: together they would keep the window waiting for longer than a frame.
        if month.ranges or not self._proofs:  # else what was proven meanwhile is being read
            QTimer.singleShot(0, self, lambda: self.gauges.show_ranges(month.ranges))
        QTimer.singleShot(0, self, self._draw_needs)

    def _draw_needs(self) -> None:
        if self._status is not None:
            self.needs.draw(self._status, self._clock.now(), self._causes)

    # The absence

    def _draw_absence(self) -> None:
        happened = self._context.absence
        self.absence.setVisible(happened is not None)
        if happened is not None:
            text = _("Al volver, Botones miró todo lo que se aprobó mientras tanto.")
            self.absence.tell(Tone.IDLE, absence_line(happened), text, "clock")

    def _dismiss_absence(self) -> None:
        self._context.absence = None
        self._draw_absence()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.viewport().width() < _NARROW
        if narrow is self._narrow:
            return
        self._narrow = narrow
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        across = 2 if narrow else len(self._numbers)
        for number, metric in enumerate(self._numbers):
            self._metrics.addWidget(metric, number // across, number % across)
            self._metrics.setColumnStretch(number, 1 if number < across else 0)
