"""A list of documents as a spreadsheet: every row, in the list's order, as it stood; and nothing in it is a formula."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.model.journey import State
from app.model.listing import Listing, Order
from app.reports.documents_sheet import write_documents
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import NOW, HandClock, fill, filled

COUNT = 60


def cells(path: Path) -> list[list[Any]]:
    sheet = load_workbook(path).worksheets[0]
    assert not [one for row in sheet.iter_rows() for one in row if one.data_type == "f" or one.hyperlink]
    return [[one.value for one in row] for row in sheet.iter_rows()]


def test_each_document_of_the_list_has_its_row(tmp_path: Path) -> None:
    path = tmp_path / "documentos.xlsx"
    listing = Listing(states=(State.PROVEN,), order=Order.AMOUNT)
    with filled(tmp_path, COUNT) as reader:
        expected = reader.page(0, COUNT, listing)
        assert write_documents(reader.every(listing), path, NOW) == len(expected) > 10
    head, *rows = cells(path)
    assert head[:2] == ["Número", "Tipo"]
    assert [row[0] for row in rows] == [one.full_number for one in expected]
    assert [Decimal(str(row[6])) for row in rows] == [one.payable for one in expected]
    assert [row[4] for row in rows] == [one.counterparty_id for one in expected]


def test_what_comes_from_outside_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "documentos.xlsx"
    with filled(tmp_path, 1) as reader:
        (row,) = reader.page(0, 1)
    evil = '=HYPERLINK("http://x","y")'
    write_documents(
        [replace(row, counterparty=evil, full_number="+1+1", counterparty_id="007", sale="@SUM(1)")], path, NOW
    )
    _head, found = cells(path)
    assert (found[0], found[3], found[4], found[11]) == ("+1+1", evil, "007", "@SUM(1)")


def test_the_list_is_that_of_the_moment_when_it_was_asked_for(tmp_path: Path) -> None:
    clock = HandClock()
    fill(tmp_path / "ledger.sqlite3", 3, clock)
    reader = LedgerReader(tmp_path / "ledger.sqlite3", clock)
    rows = reader.every()
    first = next(rows)
    fill(tmp_path / "ledger.sqlite3", 9, clock, first=4)
    assert len([first, *rows]) == 3
    assert len(list(reader.every())) == 9
    reader.close()


def test_who_gives_up_ends_the_writing(tmp_path: Path) -> None:
    class GivenUp(Exception):
        pass

    def passed(done: int) -> None:
        raise GivenUp

    with filled(tmp_path, 1) as reader:
        (row,) = reader.page(0, 1)
    with pytest.raises(GivenUp):
        write_documents([row] * 1_000, tmp_path / "x.xlsx", NOW, passed)
