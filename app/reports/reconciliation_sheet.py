"""The month's reconciliation as a spreadsheet: a summary, and a sheet for each class. It reckons nothing.

Everything from outside is written as text and nothing else: no formula, no link. Rows go to the disk as they come.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.model.clock import BOGOTA
from app.model.reconciliation import Line, Reconciliation, Record, Side
from app.reports.cells import DAY, FOREIGN, MONEY, OPTIONS, write_text
from app.texts import _
from app.texts.documents import family_name
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

_SHEET_NAME: Final = 31


def write_spreadsheet(result: Reconciliation, path: Path) -> None:
    """Write the file; raises ``OSError`` where the disk does not take it."""
    book = Workbook(str(path), OPTIONS)
    made = result.made_at.astimezone(BOGOTA).replace(tzinfo=None)
    book.set_properties({"title": verdict_title(result), "created": made, "author": "Botones"})
    styles = _Styles(book)
    _summary(book.add_worksheet(_("Resumen")), result, styles)
    for one in result.summaries:
        lines = [line for line in result.lines if line.kind is one.kind]
        _Documents(book.add_worksheet(kind_name(one.kind)[:_SHEET_NAME]), result.sides, styles).write(
            kind_meaning(one.kind), lines
        )
    book.close()


class _Styles:
    def __init__(self, book: Workbook) -> None:
        def style(**how: Any) -> Format:
            return book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | how)

        self.plain = style()
        self.soft = style(font_color="#475063")
        self.wrapped = style(text_wrap=True)
        self.title = style(bold=True, font_size=16)
        self.strong = style(bold=True)
        self.head = style(bold=True, bg_color="#E4E8FB", bottom=1, text_wrap=True)
        self.head_right = style(bold=True, bg_color="#E4E8FB", bottom=1, text_wrap=True, align="right")
        self.money = style(num_format=MONEY)
        self.foreign = style(num_format=FOREIGN)
        self.money_strong = style(num_format=MONEY, bold=True, top=1)
        self.foreign_strong = style(num_format=FOREIGN, bold=True, top=1)
        self.strong_total = style(bold=True, top=1)
        self.day = style(num_format=DAY, align="left")
        self.count = style(num_format="#,##0")
        self.silent = style(font_color="#98A2B5", align="right")

    def amount(self, currency: str | None, *, strong: bool = False) -> Format:
        if currency in (None, "COP"):
            return self.money_strong if strong else self.money
        return self.foreign_strong if strong else self.foreign


def _summary(sheet: Worksheet, result: Reconciliation, styles: _Styles) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 7, 20)
    row = _lines_down(
        sheet,
        0,
        [
            (_("Conciliación de {month}").format(month=month_name(result.month)), styles.title),
            (verdict_title(result), styles.strong),
            *((one, styles.plain) for one in reservations(result)),
            (hotel_line(result), styles.soft),
            *((one, styles.soft) for one in sources(result)),
        ],
    )
    row += 1
    _head(sheet, row, styles, [_("Clase"), _("Documentos"), *map(side_name, result.sides)], texts=1)
    for one in result.summaries:
        row += 1
        write_text(sheet, row, 0, kind_name(one.kind), styles.plain)
        sheet.write_number(row, 1, one.documents, styles.count)
        for column, side in enumerate(result.sides, start=2):
            sheet.write_number(row, column, float(one.values[side]), styles.money)
    row += 1
    write_text(sheet, row, 0, _("Valor de los documentos en pesos, sin signo."), styles.soft)
    others = [side for side in result.sides if side is not Side.PMS]
    shown: object = None
    for total in result.totals:
        if shown != (total.book, total.currency):
            shown = (total.book, total.currency)
            row += 2
            name = book_name(total.book)
            name = name if total.currency == "COP" else f"{name}, {total.currency}"
            differences = [_("{side} menos Alojamientos").format(side=side_name(side)) for side in others]
            _head(sheet, row, styles, [name, *map(side_name, result.sides), *differences], texts=1)
        row += 1
        last = total.heading.value == "payable"
        write_text(sheet, row, 0, heading_name(total.heading), styles.strong_total if last else styles.plain)
        values = [total.values[side] for side in result.sides] + [total.difference(side) for side in others]
        for column, value in enumerate(values, start=1):
            if value is None:
                write_text(sheet, row, column, _("no lo dice"), styles.silent)
            else:
                sheet.write_number(row, column, float(value), styles.amount(total.currency, strong=last))
    write_text(sheet, row + 1, 0, _("Las notas crédito restan."), styles.soft)


class _Documents:
    """A sheet with a row for each document."""

    def __init__(self, sheet: Worksheet, sides: Sequence[Side], styles: _Styles) -> None:
        self._sheet = sheet
        self._sides = sides
        self._styles = styles

    def write(self, meaning: str, lines: Iterable[Line]) -> None:
        sheet, styles = self._sheet, self._styles
        names = [
            _("Número"),
            _("Tipo"),
            _("Identificación"),
            _("Tercero"),
            _("Moneda"),
            *(_("Fecha en {side}").format(side=side_name(side)) for side in self._sides),
            *(_("Total en {side}").format(side=side_name(side)) for side in self._sides),
            *(_("IVA en {side}").format(side=side_name(side)) for side in self._sides),
            _("INC"),
            _("Retenciones"),
            _("Qué se encontró"),
            _("CUFE o CUDE"),
        ]
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 2, 18)
        sheet.set_column(3, 3, 34)
        sheet.set_column(4, 4, 9)
        sheet.set_column(5, len(names) - 3, 17)
        sheet.set_column(len(names) - 2, len(names) - 2, 70)
        sheet.set_column(len(names) - 1, len(names) - 1, 30)
        write_text(sheet, 0, 0, meaning, styles.soft)
        _head(sheet, 2, styles, names, texts=5 + len(self._sides))
        sheet.freeze_panes(3, 1)
        row = 2
        for row, line in enumerate(lines, start=3):
            self._line(row, line)
        sheet.autofilter(2, 0, max(row, 3), len(names) - 1)

    def _line(self, row: int, line: Line) -> None:
        sheet, styles, lead = self._sheet, self._styles, line.lead
        by_side = {side: line.of(side) for side in self._sides}
        money = styles.amount(lead.currency)
        texts = [
            lead.full_number,
            family_name(lead.family) if lead.family else "",
            lead.counterparty_id or "",
            lead.counterparty,
            lead.currency or "",
        ]
        for column, text in enumerate(texts):
            write_text(sheet, row, column, text, styles.plain)
        column = len(texts)
        for side in self._sides:
            _write_day(sheet, row, column, _first(by_side[side]), styles)
            column += 1
        for side in self._sides:
            _write_amounts(sheet, row, column, [one.payable for one in by_side[side]], money)
            column += 1
        for side in self._sides:
            _write_amounts(sheet, row, column, [one.tax("01") for one in by_side[side]], money)
            column += 1
        _write_amounts(sheet, row, column, [lead.tax("04")], money)
        _write_amounts(sheet, row, column + 1, [lead.withheld], money)
        write_text(sheet, row, column + 2, line_words(line), styles.wrapped)
        write_text(sheet, row, column + 3, lead.cufe or "", styles.plain)


def _first(records: Sequence[Record]) -> Record | None:
    return records[0] if records else None


def _write_day(sheet: Worksheet, row: int, column: int, record: Record | None, styles: _Styles) -> None:
    if record is not None and isinstance(record.day, date):
        sheet.write_datetime(row, column, datetime.combine(record.day, time()), styles.day)


def _write_amounts(sheet: Worksheet, row: int, column: int, amounts: Sequence[Decimal | None], style: Format) -> None:
    known = [one for one in amounts if one is not None]
    if known:
        # Doubled, it counts twice in Pymes' books.
        sheet.write_number(row, column, float(sum(known, Decimal(0))), style)


def _head(sheet: Worksheet, row: int, styles: _Styles, names: Sequence[str], *, texts: int) -> None:
    for column, name in enumerate(names):
        write_text(sheet, row, column, name, styles.head if column < texts else styles.head_right)


def _lines_down(sheet: Worksheet, row: int, lines: Iterable[tuple[str, Format]]) -> int:
    for text, style in lines:
        write_text(sheet, row, 0, text, style)
        row += 1
    return row
