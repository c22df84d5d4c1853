"""The page of the numbering: one proof for each range, as of its last check. It proves nothing itself."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.numbering import NumberingProof
from app.model.status import Status
from app.texts import _
from ui.parts import Banner, Card, EmptyState, ProofTable, Scroll
from ui.theme import Tone


class NumberingPage(Scroll):
    """PMS, Pymes and DIAN side by side, range by range."""

    sync_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._verdict = Banner(Tone.GOOD, "")
        self._empty = EmptyState(
            "numbering",
            _("Aún no hay prueba de la numeración"),
            _("Cada sincronización empieza por comparar Alojamientos, Pymes y la DIAN."),
            action=_("Comprobar ahora"),
            do=self.sync_requested.emit,
        )
        self._cards = QVBoxLayout()
        self._cards.setSpacing(self.box.spacing())
        self.tables: list[ProofTable] = []
        self.box.addWidget(self._verdict)
        self.box.addWidget(self._empty)
        self.box.addLayout(self._cards)
        self.box.addStretch(1)
        self._frames: list[Card] = []
        self._left: list[tuple[ProofTable, NumberingProof]] = []

    def draw(self, status: Status) -> None:
        """Show the proofs of this Status, those with a difference first."""
        proofs = sorted(status.proofs, key=lambda proof: proof.holds)
        self._empty.setVisible(not proofs)
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
                _("Se vuelve a comprobar antes de cada envío."),
            )
        while len(self.tables) < len(proofs):
            card = Card()
            table = ProofTable()
            card.box.addWidget(table)
            self._cards.addWidget(card)
            self._frames.append(card)
            self.tables.append(table)
        for number, card in enumerate(self._frames):
            card.setVisible(number < len(proofs))
        self._left = list(zip(self.tables, proofs, strict=False))
        self._draw_next()

    def _draw_next(self) -> None:
        # One table for each turn of the loop: all at once would hold the window for longer than a frame.
        if self._left:
            table, proof = self._left.pop(0)
            table.show_proof(proof)
            QTimer.singleShot(0, self, self._draw_next)
