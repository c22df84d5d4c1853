"""The list of documents: counted at once, read in pages, filtered, and steady while new ones arrive."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from pytestqt.qtbot import QtBot

from app.model.journey import State
from app.model.listing import Listing
from app.sync.ledger_reader import LedgerReader, Row
from tests.support.panel import HandClock, fill, filled
from ui.panel.model import AMOUNT, COUNTERPARTY, NUMBER, PAGE, ROW_ROLE, STATE, DocumentsModel

COUNT = 1_250
EVERYTHING = Listing()


class Watched:
    """The real reader, which remembers what it was asked for."""

    def __init__(self, reader: LedgerReader) -> None:
        self.reader = reader
        self.pages: list[int] = []

    def page(self, offset: int, limit: int, listing: Listing = EVERYTHING) -> tuple[Row, ...]:
        self.pages.append(offset // limit)
        return self.reader.page(offset, limit, listing)

    def count(self, listing: Listing = EVERYTHING) -> int:
        return self.reader.count(listing)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), COUNT) as reader:
        yield reader


@pytest.fixture
def reader(ledger: LedgerReader) -> Watched:
    return Watched(ledger)


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def model(qtbot: QtBot, turning: asyncio.AbstractEventLoop, reader: Watched) -> DocumentsModel:
    model = DocumentsModel(fail)
    with qtbot.waitSignal(model.counted):
        model.open(reader)
    return model


def row(qtbot: QtBot, model: DocumentsModel, number: int) -> Row:
    qtbot.waitUntil(lambda: model.row(model.index(number, 0)) is not None)
    found = model.row(model.index(number, 0))
    assert found is not None
    return found


def test_it_is_a_model_that_qt_understands(qtbot: QtBot, model: DocumentsModel, qtmodeltester: "object") -> None:
    row(qtbot, model, 0)
    assert isinstance(model, QAbstractItemModel)
    qtmodeltester.check(model, force_py=True)  # type: ignore[attr-defined]


def test_the_first_rows_are_there_before_the_count(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, reader: Watched
) -> None:
    model = DocumentsModel(fail)
    with qtbot.waitSignal(model.modelReset):
        model.open(reader)
    assert model.rowCount() == PAGE
    assert model.row(model.index(0, 0)) is not None
    with qtbot.waitSignal(model.counted):
        pass
    assert model.rowCount() == COUNT
    assert reader.pages == [0]


def test_only_the_pages_that_are_looked_at_are_read(qtbot: QtBot, model: DocumentsModel, reader: Watched) -> None:
    newest = row(qtbot, model, 0)
    assert newest.full_number.endswith(str(COUNT))
    assert row(qtbot, model, COUNT - 1).full_number.endswith("T1")
    assert sorted(set(reader.pages)) == [0, (COUNT - 1) // PAGE]


def test_what_was_scrolled_past_is_not_read(qtbot: QtBot, model: DocumentsModel, reader: Watched) -> None:
    for number in range(0, COUNT, PAGE):
        model.row(model.index(number, 0))
    row(qtbot, model, COUNT - 1)
    assert len(set(reader.pages)) <= 4


def test_a_cell_says_what_a_person_reads(qtbot: QtBot, model: DocumentsModel) -> None:
    found = row(qtbot, model, 0)
    assert model.index(0, NUMBER).data().startswith(found.full_number)
    spoken = model.index(0, NUMBER).data(Qt.ItemDataRole.AccessibleTextRole)
    assert found.counterparty in spoken
    assert model.index(0, STATE).data() in spoken
    assert model.index(0, NUMBER).data(ROW_ROLE) == found


def test_a_filter_shows_only_its_rows(qtbot: QtBot, model: DocumentsModel, reader: Watched) -> None:
    with qtbot.waitSignal(model.counted):
        model.show(Listing(states=(State.CONFLICT,)))
    assert model.rowCount() == reader.count(Listing(states=(State.CONFLICT,))) > 0
    assert row(qtbot, model, 0).state is State.CONFLICT


def test_the_search_is_by_number_and_name(qtbot: QtBot, model: DocumentsModel) -> None:
    with qtbot.waitSignal(model.counted):
        model.show(Listing(text="müller"))
    assert "Müller" in row(qtbot, model, 0).counterparty
    for written in ("FEHT1249", "feht1249", "1249"):
        with qtbot.waitSignal(model.counted):
            model.show(Listing(text=written))
        assert model.rowCount() == 1
        assert row(qtbot, model, 0).full_number == "FEHT1249"


def test_other_rows_take_the_place_of_those_shown_at_once_and_never_leave_the_list_empty(
    qtbot: QtBot, model: DocumentsModel
) -> None:
    counts: list[int] = []
    model.modelReset.connect(lambda: counts.append(model.rowCount()))
    with qtbot.waitSignal(model.counted):
        model.show(Listing(text="müller"))
        assert model.rowCount() == COUNT
    assert counts == [PAGE] and model.rowCount() == COUNT // 5


def test_a_column_sorts_one_way_then_the_other_then_not_at_all(qtbot: QtBot, model: DocumentsModel) -> None:
    seen = []
    for column in (AMOUNT, AMOUNT, COUNTERPARTY, AMOUNT, AMOUNT, AMOUNT):
        with qtbot.waitSignal(model.counted):
            model.sort_by(column)
        heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(STATE + 1)]
        seen.append(next((head for head in heads if head[-1] in "↓↑"), "—"))
    assert seen == ["Valor ↓", "Valor ↑", "Tercero ↑", "Valor ↓", "Valor ↑", "—"]
    assert row(qtbot, model, 0).full_number.endswith(str(COUNT))


def test_a_sorted_list_is_in_order_over_its_pages(qtbot: QtBot, model: DocumentsModel) -> None:
    with qtbot.waitSignal(model.counted):
        model.sort_by(AMOUNT)
    told = [row(qtbot, model, number).payable for number in (0, 1, PAGE - 1, PAGE, COUNT - 2, COUNT - 1)]
    assert told == sorted(told, reverse=True) and len(set(told)) == len(told)


def test_new_documents_push_the_others_down(qtbot: QtBot, turning: asyncio.AbstractEventLoop, tmp_path: Path) -> None:
    path, clock = tmp_path / "ledger.sqlite3", HandClock()
    fill(path, 3, clock)
    reader = LedgerReader(path, clock)
    model = DocumentsModel(fail)
    with qtbot.waitSignal(model.counted):
        model.open(reader)
    oldest = row(qtbot, model, 2)
    assert model.row_number(oldest.key) == 2
    fill(path, 5, clock, first=4)
    with qtbot.waitSignal(model.counted):
        model.refresh()
    qtbot.waitUntil(lambda: (model.row(model.index(0, 0)), model.row_number(oldest.key))[1] == 4)
    reader.close()


def test_a_reader_that_fails_is_reported_and_asked_again(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, ledger: LedgerReader
) -> None:
    class Failing(Watched):
        broken = True

        def page(self, offset: int, limit: int, listing: Listing = EVERYTHING) -> tuple[Row, ...]:
            if self.broken:
                raise OSError("the disk is away")
            return super().page(offset, limit, listing)

    errors: list[BaseException] = []
    model, reader = DocumentsModel(errors.append), Failing(ledger)
    model.open(reader)
    qtbot.waitUntil(lambda: bool(errors))
    reader.broken = False
    with qtbot.waitSignal(model.counted):
        model.refresh()
    assert model.rowCount() == COUNT
