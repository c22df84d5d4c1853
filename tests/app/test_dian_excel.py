"""The DIAN's list is read whatever stands around it, its columns are proposed, and a file that is none says why."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.dian_excel import read_sheet
from app.model.dian_list import BadCell, BadSheet, Column, SheetError, amount_of, day_of, family_of, propose, read_list
from app.model.documents import Family
from tests.support.month import HEADINGS, dian_file, dian_row
from tests.support.panel import HOTEL, document

DOCUMENTS = [document(number) for number in range(1, 13)]
ROWS = [dian_row(one) for one in DOCUMENTS]


def refusal(path: Path) -> SheetError:
    with pytest.raises(BadSheet) as refused:
        read_sheet(path)
    return refused.value.error


def test_all_of_a_file_is_read_with_the_proposed_columns(tmp_path: Path) -> None:
    above = [("Listado de documentos",), (), ("Desde", "01-11-2026")]
    sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", ROWS, above))
    found = read_list(sheet, propose(sheet.headings), HOTEL.id)
    assert sheet.first_row == 5 and found.records[0].ref == "5"
    for record, one in zip(found.records, DOCUMENTS, strict=True):
        assert (record.full_number, record.family, record.cufe) == (one.full_number, one.family, one.cufe)
        assert (record.payable, record.tax("01"), record.tax("04")) == (one.payable, one.tax_total("01"), 0)
        assert record.day is not None and record.counterparty_id == one.counterparty.id
    assert (found.file.rows, found.file.left_out) == (12, 0)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv_says_the_same_as_the_spreadsheet(tmp_path: Path, mark: str, encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mark)
    writer.writerows([HEADINGS, *ROWS])
    path = tmp_path / "dian.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    sheet = read_sheet(path)
    from_book = read_sheet(dian_file(tmp_path / "dian.xlsx", ROWS))
    assert propose(sheet.headings) == propose(from_book.headings)
    assert (
        read_list(sheet, propose(sheet.headings), HOTEL.id).records
        == read_list(from_book, propose(from_book.headings), HOTEL.id).records
    )


def test_what_the_hotel_received_and_what_repeats_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        ROWS[0],
        dian_row(DOCUMENTS[1], **{"NIT Emisor": "860002964", "CUFE/CUDE": "a" * 96, "Grupo": "Recibido"}),
        dian_row(DOCUMENTS[2], **{"Tipo de documento": "Application response", "CUFE/CUDE": "b" * 96}),
        dian_row(DOCUMENTS[3], **{"Tipo de documento": "Nómina individual electrónica", "CUFE/CUDE": "c" * 96}),
        [None] * 19 + [999_999_999],
    ]
    sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", rows))
    found = read_list(sheet, propose(sheet.headings), HOTEL.id)
    assert len(found.records) == 12 and found.file.left_out == 4


def test_a_file_of_another_company_is_not_compared(tmp_path: Path) -> None:
    sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", ROWS))
    with pytest.raises(BadSheet) as refused:
        read_list(sheet, propose(sheet.headings), "800197268")
    assert refused.value.error is SheetError.OTHER_HOTEL


def test_a_wrong_column_names_the_cell(tmp_path: Path) -> None:
    sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", ROWS))
    columns = propose(sheet.headings)
    with pytest.raises(BadCell) as wrong:
        read_list(sheet, columns | {Column.TOTAL: columns[Column.STATE]}, HOTEL.id)
    assert (wrong.value.column, wrong.value.row, wrong.value.text) == (Column.TOTAL, 2, "Aprobado")
    with pytest.raises(BadCell) as wrong:
        read_list(sheet, columns | {Column.DATE: columns[Column.CUFE]}, HOTEL.id)
    assert wrong.value.column is Column.DATE


def test_a_wrong_size_in_the_file_loses_no_row(tmp_path: Path) -> None:
    path = dian_file(tmp_path / "dian.xlsx", ROWS)
    rewritten = tmp_path / "small.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                before = content
                start = content.index(b"<dimension ref=")
                content = content[:start] + b'<dimension ref="A1"/>' + content[content.index(b"/>", start) + 2 :]
                assert content != before
            new.writestr(part, content)
    assert len(read_sheet(rewritten).rows) == len(ROWS)


def test_files_that_are_no_list_say_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    assert refusal(path) is SheetError.NO_FILE
    for data, error in (
        (b"", SheetError.NO_HEADER),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, SheetError.OLD_FORMAT),
        (b"%PDF-1.7\n\0\0\0", SheetError.NOT_A_TABLE),
        (b"PK\x03\x04 no archive", SheetError.DAMAGED),
        (b"hola;que;tal\n1;2;3\n", SheetError.NO_HEADER),
    ):
        path.write_bytes(data)
        assert refusal(path) is error
    dian_file(path, [])
    sheet = read_sheet(path)
    with pytest.raises(BadSheet) as refused:
        read_list(sheet, propose(sheet.headings), HOTEL.id)
    assert refused.value.error is SheetError.EMPTY


def test_a_zip_that_is_no_book_a_cut_one_and_a_bomb_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(path) is SheetError.NOT_A_TABLE
    whole = dian_file(path, ROWS).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path) is SheetError.DAMAGED
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    assert refusal(path) is SheetError.TOO_LARGE


def test_entities_that_unpack_themselves_are_refused(tmp_path: Path) -> None:
    path = dian_file(tmp_path / "dian.xlsx", ROWS)
    rewritten = tmp_path / "bomb.xlsx"
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = bomb + content[content.index(b"<worksheet") :]
            new.writestr(part, content)
    assert refusal(rewritten) is SheetError.DAMAGED


def test_a_formula_is_what_was_stored_for_it_and_nothing_is_evaluated(tmp_path: Path) -> None:
    rows = [dian_row(DOCUMENTS[0], Total="=1+1"), *ROWS[1:]]
    sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", rows))
    with pytest.raises(BadCell) as wrong:
        read_list(sheet, propose(sheet.headings), HOTEL.id)
    assert (wrong.value.column, wrong.value.text) == (Column.TOTAL, "")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("$ 1.234", "1234"),
        ("1234.5", "1234.5"),
        ("1234,50", "1234.50"),
        ("COP 12.000", "12000"),
        ("-5", "-5"),
        ("0", "0"),
        ("", None),
        ("Aprobado", None),
        ("1.2e9", None),
    ],
)
def test_amounts_are_read_with_either_separator(text: str, amount: str | None) -> None:
    assert amount_of(text) == (None if amount is None else Decimal(amount))


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_an_amount_written_as_colombians_or_as_machines_do_is_the_same(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    assert amount_of(english) == amount_of(english.translate(str.maketrans(",.", ".,"))) == amount


@pytest.mark.parametrize(
    "cell", ["12-11-2026", "12/11/2026 14:05", "2026-11-12T10:00:00", Decimal(46338), datetime(2026, 11, 12, 9)]
)
def test_days_are_read_however_they_are_written(cell: object) -> None:
    assert day_of(cell) == date(2026, 11, 12)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["31-02-2026", "ayer", "", None, Decimal(5)])
def test_what_is_no_day_is_none(cell: object) -> None:
    assert day_of(cell) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("Factura electrónica", Family.FACTURA),
        ("01", Family.FACTURA),
        ("Nota de crédito electrónica", Family.NOTA_CREDITO),
        ("Nota de débito electrónica", Family.NOTA_DEBITO),
        ("Documento soporte con no obligados", Family.DOCUMENTO_SOPORTE),
        ("Nota de ajuste del documento soporte", Family.NOTA_AJUSTE),
        ("Documento equivalente POS", Family.POS),
        ("Application response", None),
        ("Nómina individual", None),
        ("77", None),
    ],
)
def test_kinds_are_known_by_code_and_by_words(text: str, family: Family | None) -> None:
    assert family_of(text) is family
