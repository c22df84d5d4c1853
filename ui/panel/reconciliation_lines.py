"""The documents of a reconciliation as a table, filtered by class. It reads nothing: all lines are in memory."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from app.model.reconciliation import Kind, Line, Reconciliation, Record, Side
from app.texts import _, day, money
from app.texts.documents import family_name
from app.texts.reconciliation import kind_name, line_words, side_name
from ui.parts import plain_tip
from ui.theme import Tone, tokens

NUMBER, DATE, COUNTERPARTY, PMS, PYMES, DIAN, FOUND = range(7)
_SIDE_OF: Final = {PMS: Side.PMS, PYMES: Side.PYMES, DIAN: Side.DIAN}
KIND_TONE: Final = {
    Kind.DOUBLED: Tone.BAD,
    Kind.IN_FLIGHT: Tone.BUSY,
    Kind.ONLY_PMS: Tone.WARN,
    Kind.ONLY_PYMES: Tone.BAD,
    Kind.ONLY_DIAN: Tone.BAD,
    Kind.NOT_AT_DIAN: Tone.WARN,
    Kind.OTHER_MONTH: Tone.WARN,
    Kind.DIFFERS: Tone.BAD,
    Kind.OTHER_CHANNEL: Tone.IDLE,
    Kind.SETTLED: Tone.IDLE,
    Kind.ANNULLED: Tone.IDLE,
    Kind.EQUAL: Tone.GOOD,
}

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class LinesModel(QAbstractTableModel):
    """Lines of one class, or of all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Line, ...] = ()
        self._shown: Sequence[Line] = ()

    def show_result(self, result: Reconciliation | None) -> None:
        """Show another month."""
        self.beginResetModel()
        self._all = result.lines if result else ()
        self._shown = self._all
        self.endResetModel()

    def filter(self, kind: Kind | None) -> None:
        """Show one class, ``None`` for all."""
        self.beginResetModel()
        self._shown = self._all if kind is None else [line for line in self._all if line.kind is kind]
        self.endResetModel()

    def line(self, index: Index) -> Line | None:
        """Return the line at ``index``."""
        return self._shown[index.row()] if index.isValid() and index.row() < len(self._shown) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else FOUND + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if section in _SIDE_OF:
            return side_name(_SIDE_OF[section])
        return {
            NUMBER: _("Número"),
            DATE: _("Fecha"),
            COUNTERPARTY: _("Tercero"),
            FOUND: _("Qué se encontró"),
        }[section]

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        line = self.line(index)
        if line is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell(line, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.ForegroundRole and column == FOUND:
            return QColor(tokens().shade(KIND_TONE[line.kind]).ink)
        if role == Qt.ItemDataRole.FontRole and column == NUMBER:
            font = QFont()
            font.setPixelSize(14)
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (cell(line, one) for one in range(FOUND + 1))))
        return None


def cell(line: Line, column: int) -> str:
    """Return what a cell says."""
    lead = line.lead
    if column in _SIDE_OF:
        return _amounts(line.of(_SIDE_OF[column]))
    if column == NUMBER:
        return lead.full_number
    if column == DATE:
        return day(lead.day) if lead.day else ""
    if column == COUNTERPARTY:
        return lead.counterparty or lead.counterparty_id or (family_name(lead.family) if lead.family else "")
    words = line_words(line)
    return f"{kind_name(line.kind)}: {words}" if words else kind_name(line.kind)


def _amounts(records: Sequence[Record]) -> str:
    said = [money(one.payable, one.currency or "COP") for one in records if one.payable is not None]
    if not said:
        return "—"
    return said[0] if len(said) == 1 else f"{len(said)} × {said[0]}" if len(set(said)) == 1 else " + ".join(said)


def _side(column: int) -> Qt.AlignmentFlag:
    across = Qt.AlignmentFlag.AlignRight if column in _SIDE_OF else Qt.AlignmentFlag.AlignLeft
    return across | Qt.AlignmentFlag.AlignVCenter
