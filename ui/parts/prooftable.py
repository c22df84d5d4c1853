"""The side-by-side proof: a column for each system, a row for each field, each cell green or its difference marked.

It compares nothing itself: it draws a ``NumberingProof``.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.numbering import Cell, Condition, Field, NumberingProof, System
from app.texts import _, day, hour
from app.texts.documents import families_name
from app.texts.numbering import (
    condition_help,
    condition_title,
    difference_line,
    field_name,
    proof_title,
    source_name,
    system_name,
    system_place,
    value_words,
)
from ui.parts.difference import DiffText
from ui.parts.frames import Icon, Surface, clear
from ui.parts.pill import Pill
from ui.parts.words import Words
from ui.theme import Role, Space, Tone, tokens
from ui.theme.icons import paint_icon

_CELL_LEFT = 32
_CELL_PAD = 6
_MISSING_SYSTEM = {
    System.PMS: Condition.PMS_MISSING,
    System.PYMES: Condition.PYMES_MISSING,
    System.DIAN: Condition.DIAN_MISSING,
}


class ProofTable(QWidget):
    """Draws one proof; ``show_proof`` again replaces it."""

    def __init__(self, proof: NumberingProof | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.MEDIUM)
        self._said: object = None
        self.cells: dict[tuple[Field, System], ProofCell] = {}
        if proof is not None:
            self.show_proof(proof)

    def show_proof(self, proof: NumberingProof) -> None:
        """Draw this proof; one that says the same as the shown one only moves the time."""
        if self._said == (said := _said(proof)):
            self._checked.setText(self._checked_words(proof))
            return
        self._said = said
        clear(self._column)
        self.cells.clear()
        self._column.addLayout(self._head(proof))
        self._column.addWidget(self._grid(proof))
        for cell in proof.differences:
            self._column.addWidget(_Remedy(difference_line(cell), self._where(cell)))
        for condition in proof.conditions:
            self._column.addWidget(_Remedy(condition_title(condition), condition_help(condition)))

    def _head(self, proof: NumberingProof) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(Words(families_name(proof.family), Role.HEADING, wraps=False))
        self._checked = Words(self._checked_words(proof), Role.CAPTION, wraps=False)
        titles.addWidget(self._checked)
        row.addLayout(titles, 1)
        tone = Tone.GOOD if proof.holds else Tone.BAD
        row.addWidget(
            Pill(tone, proof_title(proof), "check" if proof.holds else "alert"), 0, Qt.AlignmentFlag.AlignVCenter
        )
        return row

    def _checked_words(self, proof: NumberingProof) -> str:
        return _("{range} · comprobado el {day} a las {hour}").format(
            range=proof.range_name or _("sin rango"), day=day(proof.checked_at), hour=hour(proof.checked_at)
        )

    def _grid(self, proof: NumberingProof) -> QWidget:
        frame = QWidget()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.SMALL)
        grid.setVerticalSpacing(Space.HAIR)
        grid.setColumnStretch(0, 0)
        for column, system in enumerate(proof.systems, start=1):
            grid.setColumnStretch(column, 1)
            head = QVBoxLayout()
            head.setSpacing(0)
            head.addWidget(Words(system_name(system), Role.STRONG))
            numbering = proof.columns.get(system)
            source = source_name(numbering.source) if numbering else condition_title(_MISSING_SYSTEM[system])
            caption = Words(source, Role.CAPTION, tone=None if numbering else Tone.BAD)
            head.addWidget(caption)
            head.addStretch(1)
            head.setContentsMargins(Space.SMALL, 0, 0, Space.HAIR)
            grid.addLayout(head, 0, column)
        for row, cell in enumerate(proof.cells, start=1):
            name = Words(field_name(cell.field), Role.SOFT, wraps=False)
            name.setContentsMargins(0, 0, Space.MEDIUM, 0)
            grid.addWidget(name, row, 0)
            for column, system in enumerate(proof.systems, start=1):
                if system in cell.values:
                    shown = ProofCell(cell, system)
                    self.cells[cell.field, system] = shown
                    grid.addWidget(shown, row, column)
        return frame

    def _where(self, cell: Cell) -> str:
        return "\n".join(system_place(system) for system in cell.wrong)


class ProofCell(DiffText):
    """What one system says of one field. One painted widget, not four: a page of proofs has a hundred of them."""

    def __init__(self, cell: Cell, system: System, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.agrees = system not in cell.wrong
        self.set_margins(_CELL_LEFT, _CELL_PAD, Space.SMALL, _CELL_PAD)
        said = value_words(cell.values[system])
        self.show_value(said, None if self.agrees else _reference(cell, system))
        verdict = _("coincide") if self.agrees else _("no coincide")
        self.setAccessibleName(f"{field_name(cell.field)}, {system_name(system)}: {said}, {verdict}")

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = tokens().shade(Tone.GOOD if self.agrees else Tone.BAD)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.fill))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        side = 16
        box = QRectF(Space.SMALL, (self.height() - side) / 2, side, side)
        paint_icon(painter, "check" if self.agrees else "cross", shade.ink, box)
        painter.end()
        super().paintEvent(event)


def _said(proof: NumberingProof) -> object:
    """Return what is drawn of a proof, without the moments at which it was read."""
    sources = {system: numbering.source for system, numbering in proof.columns.items()}
    return (proof.family, proof.range_name, proof.cells, proof.conditions, sources)


def _reference(cell: Cell, system: System) -> str | None:
    """Return the value that the cell is compared with: one that is right, else any other voice."""
    others = [other for other in cell.values if other is not system]
    right = [other for other in others if other not in cell.wrong]
    chosen = (right or others)[:1]
    return value_words(cell.values[chosen[0]]) if chosen else None


class _Remedy(Surface):
    """What to mend, and where."""

    def __init__(self, line: str, place: str) -> None:
        super().__init__(
            "sunken", across=True, margins=(Space.MEDIUM, Space.SMALL, Space.MEDIUM, Space.SMALL), spacing=Space.MEDIUM
        )
        self.box.addWidget(Icon("alert", "bad.ink", 18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Words(line, Role.STRONG, selectable=True))
        words.addWidget(Words(place, Role.SOFT, selectable=True))
        self.box.addLayout(words, 1)
