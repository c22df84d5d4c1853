"""A list of documents as a spreadsheet, a row for each: what the panel shows of them. It chooses none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.model.clock import BOGOTA
from app.reports.cells import DAY, FOREIGN, MONEY, OPTIONS, write_text
from app.texts import _, whole
from app.texts.causes import explain
from app.texts.documents import family_name, state_name

if TYPE_CHECKING:  # the panel names the file before it needs the database's library
    from app.sync.ledger_reader import Row

_MOST: Final = 1_000_000
"""A sheet takes 1.048.576 rows; what is more goes on in the next."""
_MOMENT: Final = f"{DAY} hh:mm"


def write_documents(
    rows: Iterable[Row], path: Path, made: datetime, passed: Callable[[int], None] = lambda done: None
) -> int:
    """Write the file and return how many documents are in it; raises ``OSError`` where the disk does not take it.

    ``passed`` hears how many were written so far, and may raise to give up.
    """
    book = Workbook(str(path), OPTIONS)
    shown = made.astimezone(BOGOTA).replace(tzinfo=None)
    book.set_properties({"title": _("Documentos"), "created": shown, "author": "Botones"})
    styles = {
        name: book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top"} | how)
        for name, how in _STYLES.items()
    }
    done, sheet, line = 0, _sheet(book, styles, 1), 0
    try:
        for row in rows:
            if line == _MOST:
                sheet, line = _sheet(book, styles, done // _MOST + 1), 0
            line, done = line + 1, done + 1
            _write(sheet, line, row, styles)
            if done % 1_000 == 0:
                passed(done)
    finally:
        book.close()  # of one that was given up too: its rows stand in files of its own
    return done


_STYLES: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "head": {"bold": True, "bg_color": "#E4E8FB", "bottom": 1, "text_wrap": True},
    "money": {"num_format": MONEY},
    "foreign": {"num_format": FOREIGN},
    "moment": {"num_format": _MOMENT, "align": "left"},
}


def _sheet(book: Workbook, styles: dict[str, Format], number: int) -> Worksheet:
    name = _("Documentos")
    sheet = book.add_worksheet(name if number == 1 else f"{name} {whole(number)}")
    columns = (
        (_("Número"), 16),
        (_("Tipo"), 22),
        (_("Emitido"), 17),
        (_("Tercero"), 40),
        (_("Identificación"), 16),
        (_("Moneda"), 9),
        (_("Valor"), 18),
        (_("Estado"), 18),
        (_("Causa"), 40),
        (_("Visto"), 17),
        (_("Probado en Pymes"), 17),
        (_("Registro de Pymes"), 22),
    )
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        write_text(sheet, 0, column, title, styles["head"])
    sheet.freeze_panes(1, 1)
    return sheet


def _write(sheet: Worksheet, line: int, row: Row, styles: dict[str, Format]) -> None:
    texts = {
        0: row.full_number,
        1: family_name(row.family) if row.family is not None else "",
        3: row.counterparty,
        4: row.counterparty_id,
        5: row.currency,
        7: state_name(row.state, row.adopted),
        8: explain(row.cause).title if row.cause is not None else "",
        11: row.sale or "",
    }
    moments = {2: row.issued_at, 9: row.seen_at, 10: row.proven_at}
    # In memory that stays the same a line is written from left to right.
    for column in range(12):
        if (text := texts.get(column)) is not None:
            write_text(sheet, line, column, text, styles["plain"])
        elif (moment := moments.get(column)) is not None:
            sheet.write_datetime(line, column, moment.astimezone(BOGOTA).replace(tzinfo=None), styles["moment"])
        elif column == 6 and row.payable is not None:
            sheet.write_number(
                line, column, float(row.payable), styles["money" if row.currency == "COP" else "foreign"]
            )
