"""The DIAN's list of documents, ``.xlsx`` or CSV, read into a table. What its columns mean is not decided here.

The file comes from outside: it is bounded in every direction before it is unpacked, nothing that it links to is
opened, and a formula is the value that was last stored for it.
"""

import csv
import hashlib
import io
import itertools
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from app.model.dian_list import BadSheet, Cell, Sheet, SheetError, score

LARGEST: Final = 30_000_000
"""Bytes; a hundred thousand documents have about fifteen million."""
_UNPACKED: Final = 250_000_000
_RATIO: Final = 100
_SMALL: Final = 1_000_000
"""Below this the ratio says nothing."""
_PARTS: Final = 1_000
_ROWS: Final = 200_000
_COLUMNS: Final = 120
_LONGEST: Final = 1_000
_HEAD_ROWS: Final = 40
_FEWEST_NAMES: Final = 3
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP: Final = b"PK\x03\x04"

Rows = list[tuple[Cell, ...]]


def read_sheet(path: Path) -> Sheet:
    """Read a file; raises ``BadSheet``. A hundred thousand rows take some ten seconds: never in the UI's thread."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadSheet(SheetError.NO_FILE, error.strerror or "") from error
    if len(data) > LARGEST:
        raise BadSheet(SheetError.TOO_LARGE)
    if data.startswith(_OLE):
        raise BadSheet(SheetError.OLD_FORMAT)
    tables = _tables_of_book(data) if data.startswith(_ZIP) else [_table_of_text(data)]
    best, head = max(
        ((rows, _head(rows)) for rows in tables), key=lambda one: (one[1][1], len(one[0])), default=([], (0, 0))
    )
    place, names = head
    if names < _FEWEST_NAMES:
        raise BadSheet(SheetError.NO_HEADER)
    width = max(map(len, best))
    headings = [str(cell or "").strip() for cell in best[place]]
    return Sheet(
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        headings=tuple(headings + [""] * (width - len(headings))),
        rows=tuple(best[place + 1 :]),
        first_row=place + 2,
    )


def _head(rows: Rows) -> tuple[int, int]:
    """Return which row has the headings, and how many of them are known."""
    scores = [score(row) for row in rows[:_HEAD_ROWS]]
    best = max(scores, default=0)
    return (scores.index(best), best) if scores else (0, 0)


def _tables_of_book(data: bytes) -> list[Rows]:
    # Loaded here: a hotel that never drops a spreadsheet never waits for the library.
    from openpyxl import load_workbook

    _refuse_bombs(data)
    try:
        with warnings.catch_warnings():
            # It warns of styles and extensions that it leaves out, and we want none of them.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                tables = []
                for sheet in book.worksheets:
                    # The size that is written in the file may be wrong, and then rows would be lost.
                    sheet.reset_dimensions()
                    tables.append(_bounded(sheet.iter_rows(values_only=True, max_col=_COLUMNS)))
                return tables
            finally:
                book.close()
    except BadSheet:
        raise
    except Exception as error:  # whatever a damaged file makes a foreign library stumble over
        raise BadSheet(SheetError.DAMAGED, type(error).__name__) from error


def _refuse_bombs(data: bytes) -> None:
    """Judge what the archive says of itself; unpacking gives no more than that, or fails."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadSheet(SheetError.DAMAGED, type(error).__name__) from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise BadSheet(SheetError.NOT_A_TABLE)
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
        raise BadSheet(SheetError.TOO_LARGE)
    if any(part.file_size > max(_SMALL, part.compress_size * _RATIO) for part in parts):
        raise BadSheet(SheetError.TOO_LARGE)


def _table_of_text(data: bytes) -> Rows:
    if b"\0" in data[:4096]:
        raise BadSheet(SheetError.NOT_A_TABLE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    head = text.splitlines()[:_HEAD_ROWS]
    mark = max(";,\t", key=lambda one: max((score(line) for line in csv.reader(head, delimiter=one)), default=0))
    try:
        return _bounded(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error as error:
        raise BadSheet(SheetError.DAMAGED, str(error)) from error


def _bounded(rows: Iterable[Iterable[Any]]) -> Rows:
    found: Rows = []
    for row in itertools.islice(rows, _ROWS + 1):
        cells = tuple(_cells(row))
        # Blank rows count, so that the numbers of the rows stay those of the spreadsheet.
        found.append(cells)
    if len(found) > _ROWS:
        raise BadSheet(SheetError.TOO_LARGE)
    return found


def _cells(row: Iterable[Any]) -> Iterator[Cell]:
    for value in itertools.islice(row, _COLUMNS):
        if value is None or isinstance(value, date | datetime):
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield Decimal(repr(value))
        elif isinstance(value, time):
            yield None
        else:
            yield str(value)[:_LONGEST]
