"""Draws one cell of the list of documents: two lines, a pill, an amount. It reads nothing but the row it is given."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.texts import day, hour, money
from app.texts.causes import explain
from app.texts.documents import family_name, state_name
from ui.panel.model import AMOUNT, COUNTERPARTY, DATE, NUMBER, ROW_ROLE, STATE
from ui.parts import STATE_LOOK
from ui.theme import tokens
from ui.theme.icons import paint_icon

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row

ROW_HEIGHT = 54
_PAD = 12


class RowPainter(QStyledItemDelegate):
    """Paints a ``Row`` from the model; a row still being read is a pale bar."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        t = tokens()
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The cell under the mouse is not marked: a row is chosen, not a cell.
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(t.selected))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), QColor(t.line))
        row: Row | None = index.data(ROW_ROLE)
        inner = box.adjusted(_PAD, 0, -_PAD, -1)
        if row is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.raised))
            painter.drawRoundedRect(QRectF(inner.left(), inner.center().y() - 5, inner.width() * 0.6, 10), 5, 5)
        else:
            _PAINTERS[index.column()](painter, inner, row)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_HEIGHT)


def paint_number(painter: QPainter, box: QRectF, row: Row) -> None:
    """Draw number and family."""
    _two_lines(painter, box, row.full_number, family_name(row.family) if row.family else "", strong=True)


def paint_date(painter: QPainter, box: QRectF, row: Row) -> None:
    """Draw day and hour of issue."""
    if row.issued_at is not None:
        _two_lines(painter, box, day(row.issued_at), hour(row.issued_at))


def paint_counterparty(painter: QPainter, box: QRectF, row: Row) -> None:
    """Draw the name, and the cause where there is one."""
    cause = explain(row.cause).title if row.cause else ""
    _two_lines(painter, box, row.counterparty, cause, colour=tokens().warn.ink if cause else "")


def paint_amount(painter: QPainter, box: QRectF, row: Row) -> None:
    """Draw the amount at the right."""
    if row.payable is not None:
        painter.setPen(QColor(tokens().text))
        painter.setFont(_font(14, QFont.Weight.Medium))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, side, money(row.payable, row.currency))


def paint_state(painter: QPainter, box: QRectF, row: Row) -> None:
    """Draw the state as a pill."""
    tone, icon = STATE_LOOK[row.state]
    shade = tokens().shade(tone)
    text = state_name(row.state, row.adopted)
    painter.setFont(_font(12, QFont.Weight.DemiBold))
    width = min(painter.fontMetrics().horizontalAdvance(text) + 38, box.width())
    pill = QRectF(box.left(), box.center().y() - 12, width, 24)
    painter.setPen(QColor(shade.line))
    painter.setBrush(QColor(shade.fill))
    painter.drawRoundedRect(pill, 12, 12)
    paint_icon(painter, icon, shade.ink, QRectF(pill.left() + 9, pill.top() + 5, 14, 14))
    painter.setPen(QColor(shade.ink))
    place = pill.adjusted(28, 0, -6, 0)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


_PAINTERS = {
    NUMBER: paint_number,
    DATE: paint_date,
    COUNTERPARTY: paint_counterparty,
    AMOUNT: paint_amount,
    STATE: paint_state,
}


def _two_lines(
    painter: QPainter, box: QRectF, first: str, second: str, *, strong: bool = False, colour: str = ""
) -> None:
    t = tokens()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    above = QRectF(box.left(), box.center().y() - 20, box.width(), 20) if second else box
    below = QRectF(box.left(), box.center().y(), box.width(), 18)
    for place, text, font, ink in (
        (above, first, _font(14, QFont.Weight.DemiBold if strong else QFont.Weight.Normal), t.text),
        (below, second, _font(12), colour or t.faint),
    ):
        if text:
            painter.setFont(font)
            painter.setPen(QColor(ink))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, flags, shown)


@cache
def _font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
