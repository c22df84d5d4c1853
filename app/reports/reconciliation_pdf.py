"""The month's reconciliation as a PDF to be printed and filed: verdict, classes, totals, and what needs a look.

Made with reportlab: kept for twenty years, lays out tables over pages, and the tests print their forms with it. The
font is embedded, because a hotel's guests have names that the fonts of PDF itself cannot write.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from app.model.reconciliation import Kind, Line, Reconciliation, Side, Total
from app.texts import _, day, money, whole
from app.texts.reconciliation import (
    book_name,
    heading_name,
    hotel_line,
    kind_meaning,
    kind_name,
    line_words,
    month_name,
    reservations,
    side_name,
    sources,
    verdict_title,
)

MOST_ROWS: Final = 300
"""Of one class; all of them are in the spreadsheet."""
_FONT, _BOLD = "NotoSans", "NotoSans-Bold"
_INK, _SOFT, _FAINT = HexColor("#151A23"), HexColor("#475063"), HexColor("#626B7E")
_LINE, _HEAD, _ACCENT = HexColor("#DFE3EB"), HexColor("#F0F2F7"), HexColor("#3D4FC9")
_GOOD, _GOOD_FILL = HexColor("#0E6B3B"), HexColor("#E2F4E9")
_WARN, _WARN_FILL = HexColor("#7A4A00"), HexColor("#FDF0D5")
_MARGIN: Final = 18 * mm
_PAD: Final = 6
"""What a frame of reportlab keeps free at its sides."""
_WIDTH: Final = A4[0] - 2 * _MARGIN - 2 * _PAD


def write_pdf(result: Reconciliation, path: Path, fingerprint: str) -> None:
    """Write the file; ``fingerprint`` is that of the key which signs the JSON of this hotel."""
    _fonts()
    title = _("Conciliación de {month}").format(month=month_name(result.month))
    pages = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=24 * mm,
        title=title,
        author=_writable(result.hotel_name),
        subject=verdict_title(result),
        creator="Botones",
        lang="es-CO",
    )
    parts = [*_head(result, title), *_classes(result), *_totals(result), *_signatures(fingerprint)]
    for one in result.summaries:
        if one.kind.needs_a_look or one.kind in (Kind.SETTLED, Kind.ANNULLED):
            parts += _documents(one.kind, [line for line in result.lines if line.kind is one.kind])
    footer = f"{hotel_line(result)} · {title}"
    pages.build(parts, canvasmaker=partial(_Numbered, footer=_writable(footer), fingerprint=fingerprint))


class _Numbered(Canvas):
    """Draws the foot of every page when it is known how many there are."""

    def __init__(self, *arguments: Any, footer: str, fingerprint: str, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._footer = footer
        self._fingerprint = fingerprint
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, count: int) -> None:
        self.setStrokeColor(_LINE)
        self.line(_MARGIN + _PAD, 17 * mm, A4[0] - _MARGIN - _PAD, 17 * mm)
        self.setFont(_FONT, 7.5)
        self.setFillColor(_FAINT)
        self.drawString(_MARGIN + _PAD, 13 * mm, _fitting(self._footer, 7.5, _WIDTH - 40 * mm))
        self.drawString(_MARGIN + _PAD, 9 * mm, _("Clave de la firma: {key}").format(key=self._fingerprint))
        self.drawRightString(
            A4[0] - _MARGIN - _PAD, 13 * mm, _("Página {number} de {count}").format(number=number, count=count)
        )


def _head(result: Reconciliation, title: str) -> list[Flowable]:
    well = result.is_well
    said = [_words(verdict_title(result), size=12, bold=True, colour=_GOOD if well else _WARN)]
    said += [_words(one, colour=_INK) for one in reservations(result)]
    banner = Table([[said]], colWidths=[_WIDTH])
    banner.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), _GOOD_FILL if well else _WARN_FILL),
                ("ROUNDEDCORNERS", [5, 5, 5, 5]),
                ("LEFTPADDING", (0, 0), (-1, -1), 10),
                ("RIGHTPADDING", (0, 0), (-1, -1), 10),
                ("TOPPADDING", (0, 0), (-1, -1), 8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return [
        _words(title, size=18, bold=True),
        Spacer(0, 1 * mm),
        _words(hotel_line(result), size=10.5),
        *(_words(one, colour=_SOFT) for one in sources(result)),
        Spacer(0, 4 * mm),
        banner,
        Spacer(0, 5 * mm),
    ]


def _classes(result: Reconciliation) -> list[Flowable]:
    rows: list[list[object]] = [[_("Clase"), _("Documentos"), *map(side_name, result.sides)]]
    rows += [
        [kind_name(one.kind), whole(one.documents), *(money(one.values[side]) for side in result.sides)]
        for one in result.summaries
    ]
    across = [1.9, 0.9, *(1.25 for _side in result.sides)]
    return [
        _words(_("Documentos por clase"), size=12, bold=True),
        _words(_("Valor de los documentos en pesos, sin signo."), colour=_SOFT),
        Spacer(0, 2 * mm),
        _table(rows, across),
        Spacer(0, 5 * mm),
    ]


def _totals(result: Reconciliation) -> list[Flowable]:
    parts: list[Flowable] = []
    others = [side for side in result.sides if side is not Side.PMS]
    for place in dict.fromkeys((one.book, one.currency) for one in result.totals):
        own = [one for one in result.totals if (one.book, one.currency) == place]
        name = book_name(place[0]) + ("" if place[1] == "COP" else f", {place[1]}")
        rows: list[list[object]] = [
            [
                "",
                *map(side_name, result.sides),
                *(_("{side} menos Alojamientos").format(side=side_name(side)) for side in others),
            ]
        ]
        rows += [_total_row(one, result.sides, others) for one in own]
        across = [1.35, *(1.0 for _side in result.sides), *(1.0 for _side in others)]
        parts.append(
            KeepTogether(
                [
                    _words(_("Totales por impuesto: {book}").format(book=name), size=12, bold=True),
                    _words(_("Las notas crédito restan."), colour=_SOFT),
                    Spacer(0, 2 * mm),
                    _table(rows, across, total=True, size=7.5 if len(rows[0]) > 4 else 8.5),
                    Spacer(0, 5 * mm),
                ]
            )
        )
    return parts


def _total_row(total: Total, sides: Sequence[Side], others: Sequence[Side]) -> list[object]:
    def said(amount: Decimal | None) -> str:
        return _("no lo dice") if amount is None else money(amount, total.currency)

    return [
        heading_name(total.heading),
        *(said(total.values[side]) for side in sides),
        *("—" if (more := total.difference(side)) is None else money(more, total.currency) for side in others),
    ]


def _signatures(fingerprint: str) -> list[Flowable]:
    text = _(
        "El archivo JSON de esta conciliación va firmado con la clave {key}. "
        "«botones verify ARCHIVO» dice si alguien lo cambió."
    ).format(key=fingerprint)
    lines = Table([[_("Elaboró"), "", _("Revisó (contador)")]], colWidths=[_WIDTH * 0.45, _WIDTH * 0.1, _WIDTH * 0.45])
    lines.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), _FONT, 8.5),
                ("TEXTCOLOR", (0, 0), (-1, -1), _SOFT),
                ("LINEABOVE", (0, 0), (0, 0), 0.6, _FAINT),
                ("LINEABOVE", (2, 0), (2, 0), 0.6, _FAINT),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return [KeepTogether([_words(text, colour=_SOFT), Spacer(0, 14 * mm), lines, Spacer(0, 6 * mm)])]


def _documents(kind: Kind, lines: Sequence[Line]) -> list[Flowable]:
    rows: list[list[object]] = [[_("Número"), _("Fecha"), _("Tercero"), _("Total"), _("Qué se encontró")]]
    across = [1.15, 0.95, 1.9, 1.4, 3.3]
    width = _WIDTH / sum(across)
    for line in lines[:MOST_ROWS]:
        lead = line.lead
        rows.append(
            [
                _fitting(_writable(lead.full_number), 8.5, width * across[0] - 8),
                day(lead.day) if lead.day else "",
                _fitting(_writable(lead.counterparty or lead.counterparty_id or ""), 8.5, width * across[2] - 8),
                "" if lead.payable is None else money(lead.payable, lead.currency or "COP"),
                _words(line_words(line)),
            ]
        )
    parts: list[Flowable] = [
        CondPageBreak(40 * mm),
        _words(f"{kind_name(kind)} ({whole(len(lines))})", size=12, bold=True),
        _words(kind_meaning(kind), colour=_SOFT),
        Spacer(0, 2 * mm),
        _table(rows, across, amounts=(3,)),
    ]
    if len(lines) > MOST_ROWS:
        more = _("Y {n} más: están en la hoja de cálculo.").format(n=whole(len(lines) - MOST_ROWS))
        parts.append(_words(more, colour=_SOFT))
    return [*parts, Spacer(0, 5 * mm)]


def _table(
    rows: list[list[object]],
    across: Sequence[float],
    *,
    total: bool = False,
    amounts: Sequence[int] | None = None,
    size: float = 8.5,
) -> Table:
    last = len(rows[0]) - 1
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), _FONT, size),
        ("FONT", (0, 0), (-1, 0), _BOLD, size - 0.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
        ("TEXTCOLOR", (0, 0), (-1, 0), _SOFT),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    for column in amounts if amounts is not None else range(1, last + 1):
        style.append(("ALIGN", (column, 0), (column, -1), "RIGHT"))
        rows[0][column] = _words(str(rows[0][column]), size=size - 0.5, bold=True, colour=_SOFT, right=True)
    if total:
        style += [("FONT", (0, -1), (-1, -1), _BOLD, size), ("LINEABOVE", (0, -1), (-1, -1), 0.8, _FAINT)]
    table = Table(rows, colWidths=[_WIDTH * part / sum(across) for part in across], repeatRows=1)
    table.setStyle(TableStyle(style))
    return table


def _words(text: str, *, size: float = 8.5, bold: bool = False, colour: Color = _INK, right: bool = False) -> Paragraph:
    """Return a text that wraps; what comes from outside is never markup."""
    # An amount is never torn from its sign.
    return Paragraph(escape(_writable(text).replace("$ ", "$\u00a0")), _style(size, bold, colour, right))


@cache
def _style(size: float, bold: bool, colour: Color, right: bool) -> ParagraphStyle:
    style = ParagraphStyle(
        "words", fontName=_BOLD if bold else _FONT, fontSize=size, leading=size * 1.35, textColor=colour
    )
    if right:
        style.alignment = TA_RIGHT
    return style


@cache
def _fonts() -> Callable[[int], bool]:
    """Make the fonts known, and return whether a letter can be written."""
    regular: TTFont | None = None
    for name, file in ((_BOLD, "NotoSans-Bold.ttf"), (_FONT, "NotoSans-Regular.ttf")):
        regular = TTFont(name, BytesIO((files("resources") / "fonts" / file).read_bytes()))
        pdfmetrics.registerFont(regular)
    assert regular is not None
    known = frozenset(regular.face.charToGlyph)
    return known.__contains__


def _writable(text: str) -> str:
    can = _fonts()
    return "".join(letter if can(ord(letter)) else " " if letter.isspace() else "?" for letter in text)


def _fitting(text: str, size: float, width: float) -> str:
    if pdfmetrics.stringWidth(text, _FONT, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(text + "…", _FONT, size) > width:
        text = text[:-1]
    return text + "…"
