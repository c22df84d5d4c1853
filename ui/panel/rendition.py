"""Our own page of a document, painted as PDF. It is no official rendition, says so, and knows no file."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from app.model.documents import Document, Line
from app.model.journey import State
from app.model.parties import Party
from app.texts import _, day, hour, money
from app.texts.documents import family_name, state_meaning, state_name
from ui.theme.tokens import FAMILIES, LIGHT

_DPI: Final = 144
_POINT: Final = _DPI / 72
_GAP: Final = 10 * _POINT
_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_WRAPPED = int(Qt.TextFlag.TextWordWrap) | int(Qt.TextFlag.TextWrapAnywhere)


def draw_pdf(document: Document, state: State, adopted: bool, now: datetime) -> bytes:
    """Return the PDF of a document; to be called in a thread."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.Letter))
    writer.setPageMargins(QMarginsF(18, 16, 18, 16), QPageLayout.Unit.Millimeter)
    writer.setTitle(document.full_number)
    writer.setCreator("Botones")
    painter = QPainter(writer)
    try:
        _Paper(painter, writer).draw(document, state, adopted, now)
    finally:
        painter.end()
        buffer.close()
    return bytes(content.data())


class _Paper:
    """Draws from above to below, and goes on to the next page where there is no room."""

    def __init__(self, painter: QPainter, writer: QPdfWriter) -> None:
        self._painter = painter
        self._writer = writer
        self._width = float(writer.width())
        self._foot = 34 * _POINT
        self._bottom = float(writer.height()) - self._foot
        self._y = 0.0
        self._page = 1
        self._name = ""
        self._now = ""

    def draw(self, document: Document, state: State, adopted: bool, now: datetime) -> None:
        self._name = f"{family_name(document.family)} {document.full_number}"
        self._now = f"{day(now)} {hour(now)}"
        self._mark()
        self._text(family_name(document.family), 11, LIGHT.soft)
        self._text(document.full_number, 24, LIGHT.text, QFont.Weight.Bold)
        self._text(
            _("Emitido el {day} a las {hour}").format(day=day(document.issued_at), hour=hour(document.issued_at)), 11
        )
        self._space()
        self._parties(document)
        if document.reference is not None:
            self._pair(_("Corrige"), document.reference.full_number)
        self._rule()
        self._lines(document)
        self._totals(document)
        self._rule()
        if document.cufe:
            self._text(_("CUFE / CUDE"), 8, LIGHT.faint, QFont.Weight.DemiBold)
            self._text(document.cufe, 9)
        if (range_ := document.authorisation) is not None:
            said = _("Resolución DIAN {resolution}: {prefix} del {first} al {last}").format(
                resolution=range_.resolution, prefix=range_.prefix, first=range_.first, last=range_.last
            )
            self._text(said, 9)
        self._space()
        self._text(
            _("En Botones: {state}").format(state=state_name(state, adopted)), 10, LIGHT.text, QFont.Weight.DemiBold
        )
        self._text(state_meaning(state, adopted), 9, LIGHT.soft)
        self._end_page()

    def _mark(self) -> None:
        text = _("Representación de Botones, no es la representación gráfica oficial")
        height = 22 * _POINT
        self._painter.fillRect(QRectF(0, 0, self._width, height), QColor(LIGHT.warn.fill))
        self._font(9, QFont.Weight.DemiBold)
        self._painter.setPen(QColor(LIGHT.warn.ink))
        self._painter.drawText(QRectF(0, 0, self._width, height), Qt.AlignmentFlag.AlignCenter, text)
        self._y = height + 1.6 * _GAP

    def _end_page(self) -> None:
        foot = QRectF(0, self._bottom + self._foot - 16 * _POINT, self._width, 16 * _POINT)
        self._font(8)
        self._painter.setPen(QColor(LIGHT.faint))
        self._painter.drawText(foot, _LEFT, _("Hecho por Botones el {moment}").format(moment=self._now))
        self._painter.drawText(foot, _RIGHT, _("{name} · página {page}").format(name=self._name, page=self._page))

    def _room(self, height: float) -> None:
        """Begin another page where ``height`` has no room on this one."""
        if self._y + height > self._bottom:
            self._end_page()
            self._writer.newPage()
            self._page += 1
            self._mark()

    def _parties(self, document: Document) -> None:
        half = (self._width - 2 * _GAP) / 2
        self._room(70 * _POINT)
        top = self._y
        lows = []
        for x, name, party in (
            (0.0, _("Emite"), document.issuer),
            (half + 2 * _GAP, _("Tercero"), document.counterparty),
        ):
            self._y = top
            self._text(name, 8, LIGHT.faint, QFont.Weight.DemiBold, x, half)
            self._text(party.name, 12, LIGHT.text, QFont.Weight.DemiBold, x, half)
            self._text(_identity(party), 10, LIGHT.soft, x=x, width=half)
            lows.append(self._y)
        self._y = max(lows)
        if document.guest is not None:
            self._pair(_("Huésped"), document.guest.name)
        self._space()

    def _lines(self, document: Document) -> None:
        if not document.lines:
            return
        self._row(_("Detalle"), _("Cantidad"), _("Valor sin impuestos"), 8, LIGHT.faint)
        for line in document.lines:
            self._row(line.description, _quantity(line), money(line.amount, document.currency), 10, LIGHT.text)
        self._rule()

    def _row(self, what: str, quantity: str, amount: str, size: int, colour: str) -> None:
        self._font(size)
        wide = self._width * 0.58
        needed = self._height(what, wide)
        self._room(needed)
        self._painter.setPen(QColor(colour))
        y, width = self._y, self._width
        self._painter.drawText(QRectF(0, y, wide, needed), int(_LEFT) | _WRAPPED, what)
        self._painter.drawText(QRectF(wide, y, width * 0.14, needed), int(_RIGHT), quantity)
        self._painter.drawText(QRectF(width * 0.72, y, width * 0.28, needed), int(_RIGHT), amount)
        self._y += needed + 0.4 * _GAP

    def _totals(self, document: Document) -> None:
        amounts: list[tuple[str, Decimal]] = [(_("Subtotal"), document.subtotal)]
        amounts += [(_("Descuentos"), -document.allowances), (_("Cargos"), document.charges)]
        amounts += [(_tax_name(tax.code, tax.rate), tax.amount) for tax in document.taxes]
        amounts += [(_("Retención {code}").format(code=tax.code), -tax.amount) for tax in document.withholdings]
        amounts += [(_("Anticipos"), -document.prepaid), (_("Redondeo"), document.rounding)]
        for number, (name, amount) in enumerate(amounts):
            if amount or number == 0:
                self._pair(name, money(amount, document.currency))
        self._pair(_("Total"), money(document.payable, document.currency), 14, QFont.Weight.Bold)

    def _pair(self, name: str, value: str, size: int = 10, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        self._font(size, weight)
        half = self._width / 2
        needed = max(self._height(name, half), self._height(value, half))
        self._room(needed)
        self._painter.setPen(QColor(LIGHT.soft))
        self._painter.drawText(QRectF(0, self._y, half, needed), int(_LEFT) | _WRAPPED, name)
        self._painter.setPen(QColor(LIGHT.text))
        self._painter.drawText(QRectF(half, self._y, half, needed), int(_RIGHT) | _WRAPPED, value)
        self._y += needed + 0.3 * _GAP

    def _text(
        self,
        text: str,
        size: int,
        colour: str = LIGHT.text,
        weight: QFont.Weight = QFont.Weight.Normal,
        x: float = 0.0,
        width: float = 0.0,
    ) -> None:
        self._font(size, weight)
        width = width or self._width
        needed = self._height(text, width)
        self._room(needed)
        self._painter.setPen(QColor(colour))
        self._painter.drawText(QRectF(x, self._y, width, needed), int(_LEFT) | _WRAPPED, text)
        self._y += needed + 0.2 * _GAP

    def _height(self, text: str, width: float) -> float:
        return self._painter.boundingRect(QRectF(0, 0, width, 100_000), int(_LEFT) | _WRAPPED, text).height()

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        font = QFont(list(FAMILIES))
        font.setPointSize(size)
        font.setWeight(weight)
        self._painter.setFont(font)

    def _rule(self) -> None:
        self._room(_GAP)
        self._y += 0.4 * _GAP
        self._painter.setPen(QPen(QColor(LIGHT.line_strong), 1))
        self._painter.drawLine(0, int(self._y), int(self._width), int(self._y))
        self._y += 0.8 * _GAP

    def _space(self) -> None:
        self._y += _GAP


def _identity(party: Party) -> str:
    return f"{party.id}-{party.check_digit}" if party.check_digit else party.id


def _quantity(line: Line) -> str:
    return format(line.quantity.normalize(), "f").replace(".", ",")


def _tax_name(code: str, rate: Decimal | None) -> str:
    name = {"01": _("IVA"), "03": _("ICA"), "04": _("INC"), "22": _("Bolsas")}.get(code, code)
    return name if rate is None else f"{name} {format(rate.normalize(), 'f').replace('.', ',')} %"
