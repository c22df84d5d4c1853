"""The DIAN's list of documents as a table: which column is what, and its rows as records. It reads no file.

The DIAN publishes no description of this file. The names of its columns and the words in them are **our reading**,
after what other people's programs expect of it; so a person confirms the columns before anything is compared.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from app.model.documents import DocumentType, Family, Tax
from app.model.form1876 import plain
from app.model.parties import known_nit
from app.model.reconciliation import DianFile, Record, Side

Cell = str | Decimal | date | None


class Column(StrEnum):
    """What a column may be."""

    CUFE = "cufe"
    PREFIX = "prefix"
    NUMBER = "number"
    TYPE = "type"
    DATE = "date"
    ISSUER = "issuer"
    RECEIVER = "receiver"
    RECEIVER_NAME = "receiver-name"
    TOTAL = "total"
    IVA = "iva"
    INC = "inc"
    ICA = "ica"
    RETE_IVA = "rete-iva"
    RETE_RENTA = "rete-renta"
    RETE_ICA = "rete-ica"
    CURRENCY = "currency"
    STATE = "state"
    GROUP = "group"


NEEDED: Final = (Column.NUMBER, Column.DATE, Column.TOTAL)
"""Without these nothing can be compared."""

_NAMES: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.CUFE: ("cufe/cude", "cufe", "cude", "cufe / cude", "cufe/cude/cuds", "codigo unico"),
    Column.PREFIX: ("prefijo",),
    Column.NUMBER: ("folio", "numero", "numero documento", "numero de documento", "consecutivo"),
    Column.TYPE: ("tipo de documento", "tipo documento", "tipo"),
    Column.DATE: ("fecha emision", "fecha de emision", "fecha"),
    Column.ISSUER: ("nit emisor", "nit del emisor", "identificacion emisor"),
    Column.RECEIVER: ("nit receptor", "nit del receptor", "nit adquirente", "identificacion receptor"),
    Column.RECEIVER_NAME: ("nombre receptor", "razon social receptor", "nombre adquirente"),
    Column.TOTAL: ("total", "valor total", "total documento", "total del documento"),
    Column.IVA: ("iva",),
    Column.INC: ("inc",),
    Column.ICA: ("ica",),
    Column.RETE_IVA: ("rete iva", "reteiva"),
    Column.RETE_RENTA: ("rete renta", "reterenta", "retefuente"),
    Column.RETE_ICA: ("rete ica", "reteica"),
    Column.CURRENCY: ("divisa", "moneda"),
    Column.STATE: ("estado",),
    Column.GROUP: ("grupo",),
}
_MONEY: Final = (
    Column.TOTAL,
    Column.IVA,
    Column.INC,
    Column.ICA,
    Column.RETE_IVA,
    Column.RETE_RENTA,
    Column.RETE_ICA,
)
_TAXES: Final = {Column.IVA: "01", Column.INC: "04", Column.ICA: "03"}
_WITHHELD: Final = (Column.RETE_IVA, Column.RETE_RENTA, Column.RETE_ICA)
_CENT: Final = Decimal("0.01")
_LARGEST: Final = Decimal(10) ** 15
_EXCEL_ZERO: Final = date(1899, 12, 30)
_EXCEL_DAYS: Final = range(20_000, 80_000)
_DAY: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_ISO_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_OF_HOTEL: Final = (Family.DOCUMENTO_SOPORTE, Family.NOTA_AJUSTE)
"""What the hotel issues as the one who buys."""


class SheetError(StrEnum):
    """Why a file cannot be used."""

    NO_FILE = "no-file"
    TOO_LARGE = "too-large"
    OLD_FORMAT = "old-format"
    """Excel 97 to 2003, or protected by a password: both look alike from outside."""
    NOT_A_TABLE = "not-a-table"
    DAMAGED = "damaged"
    NO_HEADER = "no-header"
    EMPTY = "empty"
    OTHER_HOTEL = "other-hotel"


class BadSheet(Exception):
    """The file is not one that can be used."""

    def __init__(self, error: SheetError, detail: str = "") -> None:
        super().__init__(f"{error.value} {detail}".strip())
        self.error = error
        self.detail = detail


class BadCell(Exception):
    """A cell does not hold what its column was said to hold: most likely another column is meant."""

    def __init__(self, column: Column, row: int, text: str) -> None:
        super().__init__(f"{column.value} {row}")
        self.column = column
        self.row = row
        self.text = text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its headings; nothing in it is understood yet."""

    name: str
    sha256: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int
    """The number of the first row below the headings, as the spreadsheet counts."""

    def sample(self, index: int) -> str:
        """Return the first value of a column, so that a person can recognise it."""
        for row in self.rows[:200]:
            if index < len(row) and row[index] not in (None, ""):
                return str(row[index])[:80]
        return ""


@dataclass(frozen=True, slots=True)
class DianList:
    """The rows that are about this hotel's own documents."""

    file: DianFile
    records: tuple[Record, ...]


def score(cells: Sequence[Cell]) -> int:
    """Return how many cells of a row are names of columns that we know."""
    return len(propose([str(cell) if isinstance(cell, str) else "" for cell in cells]))


def propose(headings: Sequence[str]) -> dict[Column, int]:
    """Return which column is what, by its name; the best known name wins, then the first column."""
    names = [plain(heading) for heading in headings]
    found = {}
    for column, known in _NAMES.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            found[column] = place
    return found


def read_list(sheet: Sheet, columns: Mapping[Column, int], hotel_nit: str) -> DianList:
    """Return the hotel's own documents.

    What it received, other kinds of documents (events, nómina) and repeated rows are left out and counted. Raises
    ``BadCell``, and ``BadSheet`` where no row is of this hotel.
    """
    records: dict[tuple[str, ...], Record] = {}
    rows = 0
    for place, cells in enumerate(sheet.rows, start=sheet.first_row):
        row = _Row(place, cells, columns)
        if not row.text(Column.NUMBER):
            continue
        rows += 1
        if row.is_of(hotel_nit):
            record = row.record(hotel_nit)
            records.setdefault((record.cufe or "", *map(str, record.number_key), str(record.payable)), record)
    if not rows:
        raise BadSheet(SheetError.EMPTY)
    if not records:
        raise BadSheet(SheetError.OTHER_HOTEL, hotel_nit)
    days = [record.day for record in records.values() if record.day is not None]
    file = DianFile(
        name=sheet.name,
        sha256=sheet.sha256,
        rows=rows,
        left_out=rows - len(records),
        first=min(days, default=None),
        last=max(days, default=None),
    )
    return DianList(file, tuple(records.values()))


class _Row:
    def __init__(self, place: int, cells: tuple[Cell, ...], columns: Mapping[Column, int]) -> None:
        self._place = place
        self._cells = cells
        self._columns = columns

    def cell(self, column: Column) -> Cell:
        index = self._columns.get(column)
        return None if index is None or index >= len(self._cells) else self._cells[index]

    def text(self, column: Column) -> str:
        cell = self.cell(column)
        if isinstance(cell, Decimal):
            return format(cell.to_integral_value() if cell == cell.to_integral_value() else cell, "f")
        return "" if cell is None else str(cell).strip()

    def family(self) -> Family | None:
        return family_of(self.text(Column.TYPE))

    def is_of(self, hotel_nit: str) -> bool:
        """Say whether the hotel issued this row; where the file does not tell, that it does not say otherwise."""
        if Column.TYPE in self._columns and self.family() is None:
            return False
        issuer, receiver = (known_nit(self.text(column)) for column in (Column.ISSUER, Column.RECEIVER))
        if self.family() in _OF_HOTEL:
            return hotel_nit in (issuer, receiver) or not (issuer or receiver)
        if Column.ISSUER in self._columns:
            return issuer == hotel_nit
        return not plain(self.text(Column.GROUP)).startswith("recib")

    def record(self, hotel_nit: str) -> Record:
        family = self.family()
        prefix = self.text(Column.PREFIX)
        number = self.text(Column.NUMBER)
        if not prefix or number.upper().startswith(prefix.upper()):
            full = number
        else:
            full = prefix + (number.lstrip("0") or "0")
        parties = [known_nit(self.text(column)) for column in (Column.RECEIVER, Column.ISSUER)]
        taxes = tuple(
            Tax(code=code, amount=self._amount(column)) for column, code in _TAXES.items() if column in self._columns
        )
        held = [self._amount(column) for column in _WITHHELD if column in self._columns]
        return Record(
            side=Side.DIAN,
            ref=str(self._place),
            full_number=full,
            prefix=prefix,
            family=family,
            day=self._day(),
            counterparty_id=next((one for one in parties if one and one != hotel_nit), None),
            counterparty=self.text(Column.RECEIVER_NAME),
            currency=self.text(Column.CURRENCY).upper() or None,
            payable=self._amount(Column.TOTAL),
            taxes=taxes or None,
            withheld=sum(held, Decimal(0)) if held else None,
            cufe=self.text(Column.CUFE).lower() or None,
            dian_state=self.text(Column.STATE) or None,
        )

    def _amount(self, column: Column) -> Decimal:
        cell = self.cell(column)
        if cell is None or cell == "":
            if column is Column.TOTAL:
                raise BadCell(column, self._place, "")
            return Decimal(0)
        amount = cell if isinstance(cell, Decimal) else amount_of(str(cell)) if isinstance(cell, str) else None
        if amount is None or abs(amount) > _LARGEST:
            raise BadCell(column, self._place, str(cell)[:40])
        # Whether a nota is written with a sign is not known; which way it counts follows from its kind.
        return abs(amount).quantize(_CENT)

    def _day(self) -> date:
        cell = self.cell(Column.DATE)
        found = day_of(cell)
        if found is None:
            raise BadCell(Column.DATE, self._place, "" if cell is None else str(cell)[:40])
        return found


def family_of(text: str) -> Family | None:
    """Return the family that a type is named as, by code or in words; ``None`` for what no hotel issues."""
    if text.isdecimal():
        kind = DocumentType.of(text.zfill(2))
        return kind.family if kind else None
    words = plain(text)
    if "nomina" in words or "response" in words:
        return None
    if "ajuste" in words:
        return None if "equivalente" in words else Family.NOTA_AJUSTE
    if "soporte" in words:
        return Family.DOCUMENTO_SOPORTE
    if "credito" in words:
        return Family.NOTA_CREDITO
    if "debito" in words:
        return Family.NOTA_DEBITO
    if "equivalente" in words or re.search(r"\bpos\b", words):
        return Family.POS
    return Family.FACTURA if "factura" in words else None


def amount_of(text: str) -> Decimal | None:
    """Return the amount that a text writes, with Colombian or with English separators; a lone group is thousands."""
    kept = re.sub(r"[\s$\u00a0]|cop", "", text, flags=re.IGNORECASE)
    if "," in kept and "." in kept:
        point = max(kept.rfind(","), kept.rfind("."))
    else:
        mark = "," if "," in kept else "."
        head, _, tail = kept.rpartition(mark)
        point = len(head) if head and mark not in head and len(tail) != 3 else len(kept)
    whole = re.sub(r"[.,]", "", kept[:point])
    try:
        return Decimal(f"{whole}.{kept[point + 1 :] or 0}") if re.fullmatch(r"-?\d{1,15}", whole) else None
    except InvalidOperation:
        return None


def day_of(cell: Cell) -> date | None:
    """Return the day that a cell holds, as a date, as text, or as the number that a spreadsheet counts days with."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        if isinstance(cell, Decimal):
            return _EXCEL_ZERO + timedelta(days=int(cell)) if int(cell) in _EXCEL_DAYS else None
        if found := _DAY.match((cell or "").strip()):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _ISO_DAY.match((cell or "").strip()):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return None
