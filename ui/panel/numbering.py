"""The page of the numbering: for each range its proof as of the last check, and what is known beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.model.forecast import Forecast
from app.model.numbering import NumberingProof
from app.model.status import Status
from app.texts import _
from app.texts.numbering import prefix_warning
from app.texts.relevo import relevo_line, relevo_title
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.documents import Reader
from ui.panel.proof_history import SHOWN, ProofHistory
from ui.panel.query import Latest
from ui.panel.radar import RadarBar
from ui.panel.rangewatch import RangeNotes
from ui.parts import Banner, Card, EmptyState, ProofTable, Scroll, clear
from ui.theme import Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.radar import Seen
    from app.sync.watch import Watch

_REST_MS = 5_000
"""Between two looks at how the ranges are used: of one with a million numbers, a look takes a second."""
_CALENDAR = "botones-resolucion-{prefix}.ics"


class NumberingPage(Scroll):
    """PMS, Pymes and DIAN side by side, range by range."""

    sync_requested = Signal()

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._clock = context.clock
        self._on_error = on_error
        self._reader: Reader | None = None
        self._query = Latest(on_error)
        self._proofs: tuple[NumberingProof, ...] = ()
        self._said: object = None
        self._is_stale = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._verdict = Banner(Tone.GOOD, "")
        self._empty = EmptyState(
            "numbering",
            _("Aún no hay prueba de la numeración"),
            _("Cada sincronización empieza por comparar Alojamientos, Pymes y la DIAN."),
            action=_("Comprobar ahora"),
            do=self.sync_requested.emit,
        )
        self.saved = Banner(Tone.GOOD, "")
        self.saved.hide()
        self.radar = RadarBar(context, on_error)
        self.radar.looked.connect(self._reckon)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(Space.SMALL)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(self.box.spacing())
        self.tables: list[ProofTable] = []
        self.notes: list[RangeNotes] = []
        self.box.addWidget(self._verdict)
        self.box.addWidget(self.saved)
        self.box.addLayout(self._notices)
        self.box.addWidget(self._empty)
        self.box.addLayout(self._cards)
        self.box.addWidget(self.radar)
        self.history = ProofHistory()
        self.box.addWidget(self.history)
        self.box.addStretch(1)
        self._frames: list[Card] = []
        self._left: list[tuple[ProofTable, NumberingProof]] = []

    def open(self, reader: Reader) -> None:
        """Begin to read."""
        self._reader = reader
        self.radar.open(reader)
        self.refresh()

    def refresh(self) -> None:
        """Reckon anew how long each range lasts and what is missing; while documents pour in, only now and then."""
        self._is_stale = self._rest.isActive()
        if not self._is_stale:
            self._reckon()

    def _rested(self) -> None:
        # What nobody looks at is read when it comes forward.
        if self._is_stale and self.isVisible():
            self.refresh()

    def _reckon(self) -> None:
        reader, proofs = self._reader, self._proofs
        if reader is None or not proofs:
            return
        self._rest.start()

        def work() -> tuple[Watch, Seen, tuple[NumberingProof, ...]]:
            from app.sync import radar
            from app.sync.watch import watch_ranges

            seen = radar.load(self._context.paths.sales(self._context.settings.key))
            watch = watch_ranges(reader, proofs, self._clock.now(), seen.stands)
            return watch, seen, reader.proofs(SHOWN)

        self._query.ask(work, self._show_watch)

    def draw(self, status: Status) -> None:
        """Show the proofs of this Status, those with a difference first."""
        proofs = sorted(status.proofs, key=lambda proof: proof.holds)
        self._empty.setVisible(not proofs)
        self.radar.setVisible(bool(proofs) and self.radar.is_possible)
        self._verdict.setVisible(bool(proofs))
        broken = sum(not proof.holds for proof in proofs)
        if broken:
            self._verdict.tell(
                Tone.BAD,
                _("Hay numeraciones que no se pueden usar"),
                _("Nada de esos rangos se envía. Corrija lo marcado; la próxima comprobación lo nota sola."),
            )
        elif proofs:
            self._verdict.tell(
                Tone.GOOD,
                _("Alojamientos, Pymes y la DIAN dicen lo mismo"),
                _("Se vuelve a probar antes de cada envío."),
            )
        while len(self.tables) < len(proofs):
            self._add_card()
        for number, card in enumerate(self._frames):
            card.setVisible(number < len(proofs))
        self._left = list(zip(self.tables, proofs, strict=False))
        self._draw_next()
        said = [(proof.family, proof.range_name, proof.cells, proof.conditions) for proof in proofs]
        if said != self._said:
            self._said, self._proofs = said, tuple(proofs)
            self._reckon()

    def _add_card(self) -> None:
        card, table, notes = Card(), ProofTable(), RangeNotes()
        notes.hide()
        notes.calendar_wanted.connect(self._ask_for_place)
        card.box.addWidget(table)
        card.box.addWidget(notes)
        self._cards.addWidget(card)
        self._frames.append(card)
        self.tables.append(table)
        self.notes.append(notes)

    def _draw_next(self) -> None:
        # One table for each turn of the loop: all at once would hold the window for longer than a frame.
        if self._left:
            table, proof = self._left.pop(0)
            table.show_proof(proof)
            QTimer.singleShot(0, self, self._draw_next)

    def _show_watch(self, found: tuple[Watch, Seen, tuple[NumberingProof, ...]]) -> None:
        watch, seen, told = found
        self.history.show_proofs(told, self._clock.now())
        self.radar.show_seen(seen.at)
        clear(self._notices)
        for relevo in watch.relevos:
            self._notices.addWidget(Banner(Tone.BUSY, relevo_title(relevo), relevo_line(relevo), icon="sync"))
        if watch.warnings:
            lines = "\n".join(prefix_warning(one) for one in watch.warnings)
            self._notices.addWidget(Banner(Tone.WARN, _("Prefijos que se pueden confundir"), lines))
        by_proof = {id(one.proof): one for one in watch.ranges}
        for notes, proof in zip(self.notes, self._proofs, strict=False):
            noted = by_proof.get(id(proof))
            notes.setVisible(noted is not None)
            if noted is not None:
                notes.show_watch(noted)

    def _ask_for_place(self, forecast: Forecast) -> None:
        dialog = QFileDialog(self, _("Guardar en el calendario"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.setNameFilter(_("Calendario (*.ics)"))
        dialog.selectFile(_CALENDAR.format(prefix=forecast.prefix or forecast.family.value))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self._save, forecast))
        dialog.open()

    def _save(self, forecast: Forecast, name: str) -> None:
        spawn(self._write(forecast, Path(name)), self._on_error)

    async def _write(self, forecast: Forecast, path: Path) -> None:
        from app.sync.forecast import calendar_file

        try:
            await in_thread(path.write_bytes, calendar_file([forecast], self._clock.now()).encode())
        except OSError as error:
            self.saved.tell(Tone.BAD, _("No se pudo guardar {file}").format(file=path.name), error.strerror or "")
        else:
            self.saved.tell(
                Tone.GOOD,
                _("Guardado: {file}").format(file=path.name),
                _("Ábralo una vez y su calendario toma la fecha. Guardarlo de nuevo la corrige, no la repite."),
            )
        self.saved.show()
