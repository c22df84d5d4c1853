"""What is saved of a month can be opened, says what the screen says, and obeys nobody who wrote a name in it."""

import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pdfminer.high_level import extract_text

from app.model.reconciliation import Kind, Reconciliation, Side
from app.reports.reconciliation import FileKind, content_of, file_name, save_as
from app.reports.reconciliation_pdf import MOST_ROWS, write_pdf
from app.reports.reconciliation_sheet import write_spreadsheet
from app.reports.saving import free_name, save
from app.reports.signature import Signer
from app.system.vault import SessionVault
from tests.app.test_reconciliation import DIANS, OURS, THEIRS, record
from tests.support.month import reconciled

NAMES = (
    '=HYPERLINK("http://malo.example","clic")',
    "+57 300 000",
    "-2+3",
    "@SUM(A1:A9)",
    "http://malo.example",
    "<b>negrita</b> & <para>",
    "=1+1\n\x07\x00tab\t",
    "{=1}",
    "12345",
)


def month_of_names() -> Reconciliation:
    """Return a month in which every name would like to be something else than a name."""
    ours = [record(Side.PMS, n, counterparty=name) for n, name in enumerate(NAMES, start=1)]
    theirs = [record(Side.PYMES, n, payable=Decimal("119001.50")) for n in range(1, len(NAMES) + 1)]
    return reconciled(ours, theirs)


def test_a_spreadsheet_has_a_sheet_for_each_class_with_real_days_and_numbers(tmp_path: Path) -> None:
    gone = record(Side.PMS, 2)
    path = tmp_path / "mes.xlsx"
    result = reconciled([OURS, gone], [THEIRS], [DIANS, record(Side.DIAN, 2)])
    write_spreadsheet(result, path)
    book = load_workbook(path)
    assert book.sheetnames == ["Resumen", "Faltan en Pymes", "Iguales"]
    sheet = book["Faltan en Pymes"]
    row = [cell for cell in sheet[4]]
    assert row[0].value == "FEH2"
    day = next(cell for cell in row if cell.is_date)
    assert day.value == datetime(2026, 11, 12) and "dd/mm/yyyy" in day.number_format
    amounts = [cell for cell in row if isinstance(cell.value, int | float)]
    assert 119_000 in [cell.value for cell in amounts] and all("#,##0.00" in cell.number_format for cell in amounts)
    texts = [str(cell.value) for line in book["Resumen"].iter_rows() for cell in line if cell.value is not None]
    assert "Hotel La Ceiba S.A.S., NIT 900508908" in texts and "Faltan en Pymes" in texts


def test_no_text_from_outside_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "mes.xlsx"
    write_spreadsheet(month_of_names(), path)
    book = load_workbook(path)
    types = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line}
    assert types <= {"s", "n", "d", "inlineStr"}
    found = [sheet["D4"].value for sheet in book if sheet.title != "Resumen"]
    assert found == [NAMES[0]]
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            content = archive.read(part)
            assert b"<f>" not in content and b"<hyperlink" not in content, part


def test_a_pdf_says_the_verdict_the_totals_and_the_key_on_numbered_pages(tmp_path: Path) -> None:
    path = tmp_path / "mes.pdf"
    ours = [record(Side.PMS, n) for n in range(1, MOST_ROWS + 11)]
    theirs = [record(Side.PYMES, n, payable=Decimal(119_001)) for n in range(1, MOST_ROWS + 11)]
    write_pdf(reconciled(ours, theirs), path, "aaaa bbbb cccc dddd")
    text = extract_text(path)
    assert "Noviembre de 2026: hay 310 documentos por revisar" in text
    assert "$ 36.890.000,00" in text and "aaaa bbbb cccc dddd" in text
    pages = text.count("\f")
    assert pages > 3
    assert f"Página 1 de {pages}" in text and f"Página {pages} de {pages}" in text
    assert "Y 10 más: están en la hoja de cálculo." in text


def test_names_from_outside_are_no_markup_in_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "mes.pdf"
    result = month_of_names()
    write_pdf(replace(result, hotel_name="<b>Hotel</b> & 株"), path, "aaaa")
    text = extract_text(path)
    assert "<b>Hotel</b> & ?" in text and "<b>negri" in text


def test_the_verdict_counts_every_class_that_needs_a_look(tmp_path: Path) -> None:
    gone, odd = record(Side.PMS, 2), record(Side.PYMES, 3)
    result = reconciled([OURS, gone], [THEIRS, odd])
    assert result.count(kind for kind in Kind if kind.needs_a_look) == 2
    assert content_of(result)["well"] is False


def test_a_file_is_saved_whole_and_replaces_none_that_was_not_to_be(tmp_path: Path) -> None:
    result = reconciled([OURS], [THEIRS])
    vault = SessionVault("test")
    path = tmp_path / file_name(result, FileKind.SIGNED)
    assert path.name == "conciliacion-900508908-2026-11.json"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        save_as(result, FileKind.SIGNED, path, lambda: Signer(vault, tmp_path / "keys.json"), replace=False)
    assert path.read_text() == "mine"
    assert free_name(path).name == "conciliacion-900508908-2026-11 (2).json"
    save_as(result, FileKind.SIGNED, path, lambda: Signer(vault, tmp_path / "keys.json"), replace=True)
    assert path.read_bytes().startswith(b'{"format"')

    def breaks(place: Path) -> None:
        place.write_text("half")
        raise OSError("disk")

    before = path.read_bytes()
    with pytest.raises(OSError):
        save(path, breaks, replace=True)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 2


def test_a_month_without_documents_can_be_saved(tmp_path: Path) -> None:
    result = reconciled([], [])
    write_spreadsheet(result, tmp_path / "mes.xlsx")
    write_pdf(result, tmp_path / "mes.pdf", "aaaa")
    assert "No hay documentos en noviembre de 2026" in extract_text(tmp_path / "mes.pdf")
    assert load_workbook(tmp_path / "mes.xlsx").sheetnames == ["Resumen"]
    assert content_of(replace(result, month=result.month.next))["month"] == "2026-12"
    assert date(2026, 12, 1) == result.month.next.first
