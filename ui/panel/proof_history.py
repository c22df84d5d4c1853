"""What the proofs of the numbering said over time: a line for each time that it changed, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.numbering import NumberingProof
from app.texts import _, when
from app.texts.documents import families_name
from app.texts.numbering import condition_title, difference_line, proof_title
from ui.parts import Card, Elided, Icon, Words, clear, rule
from ui.theme import Role, Space

SHOWN: Final = 30


class ProofHistory(Card):
    """The newest proofs that said something else than the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Historia de la numeración"), parent)
        self.box.addWidget(Words(_("Una línea cada vez que cambió lo que dicen los sistemas."), Role.SOFT))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.SMALL)
        self.box.addLayout(self._lines)
        self._shown: tuple[NumberingProof, ...] = ()
        self.hide()

    def show_proofs(self, proofs: Sequence[NumberingProof], now: datetime) -> None:
        """Show these, the newest first."""
        self.setVisible(bool(proofs))
        if tuple(proofs) == self._shown:
            return
        self._shown = tuple(proofs)
        clear(self._lines)
        for number, proof in enumerate(proofs):
            if number:
                self._lines.addWidget(rule())
            self._lines.addLayout(_line(proof, now))


def _line(proof: NumberingProof, now: datetime) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.SMALL)
    icon = ("check", "good.ink") if proof.holds else ("alert", "bad.ink")
    row.addWidget(Icon(*icon, 18), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    name = f"{families_name(proof.family)} · {proof.range_name}"
    words.addWidget(Elided(f"{when(proof.checked_at, now)} · {name}", Role.STRONG))
    told = [*map(condition_title, proof.conditions), *map(difference_line, proof.differences)]
    words.addWidget(Words("\n".join(told) or proof_title(proof), Role.CAPTION))
    row.addLayout(words, 1)
    return row
