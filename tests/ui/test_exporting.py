"""Saving documents as a spreadsheet from Documentos: what is filtered, what is selected, and what goes wrong."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.model.journey import State
from app.model.role import Role
from app.sync.ledger_reader import LedgerReader, Row
from tests.support.documents import opened
from tests.support.panel import filled
from ui.context import Context
from ui.panel.documents import DocumentsPage
from ui.panel.exporting import Exports
from ui.parts import give_role
from ui.theme import Theme

_NOT_THIS = QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[LedgerReader]:
    with filled(tmp_path, 40) as reader:
        yield reader


@pytest.fixture
def page(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> DocumentsPage:
    return opened(qtbot, context, reader)


def answer(qtbot: QtBot, page: DocumentsPage, path: Path) -> None:
    """Choose where to, in the dialog that comes."""
    qtbot.waitUntil(lambda: bool(page.findChildren(QFileDialog)))
    (dialog,) = page.findChildren(QFileDialog)
    name = dialog.findChild(QLineEdit)
    assert name is not None
    name.setText(str(path))
    dialog.accept()


def numbers_in(path: Path) -> list[str]:
    return [row[0] for row in load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)]


def ended(page: DocumentsPage) -> bool:
    return not page.exports.done.isHidden() and not page.exports.is_running


def test_the_list_is_saved_as_it_is_filtered(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader, tmp_path: Path
) -> None:
    with qtbot.waitSignal(page.model.counted):
        page.show_states((State.PROVEN,))
    page.filters.export.click()
    answer(qtbot, page, tmp_path / "todos.xlsx")
    qtbot.waitUntil(lambda: ended(page))
    expected = [row.full_number for row in reader.every(page.model.listing)]
    assert numbers_in(tmp_path / "todos.xlsx") == expected
    assert str(len(expected)) in page.exports.done.accessibleName()


def test_what_is_selected_is_saved_alone(qtbot: QtBot, page: DocumentsPage, tmp_path: Path) -> None:
    assert not page.bar.isVisible()
    page.table.selectAll()
    page.table.selectionModel().select(page.model.index(3, 0), _NOT_THIS)
    qtbot.waitUntil(lambda: len(page.chosen) == 39)
    chosen = [row.full_number for row in page.chosen]
    page.export.click()
    answer(qtbot, page, tmp_path / "unos.xlsx")
    qtbot.waitUntil(lambda: ended(page))
    assert numbers_in(tmp_path / "unos.xlsx") == chosen


def test_a_whole_list_is_saved_also_where_it_is_longer_than_what_is_acted_on(
    qtbot: QtBot, page: DocumentsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.panel.documents._MOST", 10)
    page.table.selectAll()
    qtbot.waitUntil(page.export.isEnabled)
    assert len(page.chosen) == 10
    page.export.click()
    answer(qtbot, page, tmp_path / "todos.xlsx")
    qtbot.waitUntil(lambda: ended(page))
    assert len(numbers_in(tmp_path / "todos.xlsx")) == 40


def test_what_was_selected_in_another_list_is_not_acted_on(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader
) -> None:
    page.table.selectAll()
    qtbot.waitUntil(page.export.isEnabled)
    with qtbot.waitSignal(page.model.modelReset):
        page.show_states((State.HELD,))
    assert page.chosen == ()
    assert not page.bar.isVisible()


def test_cancelled_nothing_is_left(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader, tmp_path: Path, turning: asyncio.AbstractEventLoop
) -> None:
    (row,) = reader.page(0, 1)
    begun, goes_on = threading.Event(), threading.Event()

    def rows() -> Iterator[Row]:
        begun.set()
        assert goes_on.wait(10)
        while True:
            yield row

    turning.create_task(page.exports.write(rows, 9, tmp_path / "x.xlsx"))
    qtbot.waitUntil(begun.is_set)
    page.exports.under_way.button.click()
    goes_on.set()
    qtbot.waitUntil(lambda: ended(page))
    assert not list(tmp_path.glob("*.xlsx")) and not list(tmp_path.glob("*.tmp"))
    assert not page.exports.done.button.isVisible()


def test_a_file_is_finished_though_its_window_goes(
    qtbot: QtBot, context: Context, reader: LedgerReader, tmp_path: Path, turning: asyncio.AbstractEventLoop
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def rows() -> Iterator[Row]:
        begun.set()
        assert goes_on.wait(10)
        yield from reader.every()

    exports = Exports(context, lambda error: None)
    writing = turning.create_task(exports.write(rows, 40, tmp_path / "x.xlsx"))
    qtbot.waitUntil(begun.is_set)
    delete(exports)
    goes_on.set()
    qtbot.waitUntil(writing.done)
    assert writing.exception() is None
    assert len(numbers_in(tmp_path / "x.xlsx")) == 40


def test_where_nothing_can_be_written_it_says_so(
    qtbot: QtBot, page: DocumentsPage, reader: LedgerReader, tmp_path: Path, turning: asyncio.AbstractEventLoop
) -> None:
    (tmp_path / "file").write_text("")
    turning.create_task(page.exports.write(lambda: reader.every(), 9, tmp_path / "file" / "x.xlsx"))
    qtbot.waitUntil(lambda: ended(page))
    assert "x.xlsx" in page.exports.done.accessibleName()


def test_reception_exports_nothing(page: DocumentsPage) -> None:
    give_role(page, Role.RECEPTION)
    assert not page.filters.export.isEnabled()
