"""The page of the reconciliation: a person closes a month with mouse and keys, on a practice hotel that answers."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.model.clock import SystemClock
from app.model.dian_list import Column
from app.model.documents import Document
from app.model.mode import Mode
from app.model.reconciliation import Kind, Month, Side, Verdict, moment_of
from app.model.status import Status
from app.reports.reconciliation import FileKind
from app.reports.signature import check
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from app.system.vault import Secret, SessionVault
from tests.app.test_reconciliation import record
from tests.support.bridge import bridge_to
from tests.support.month import dian_file, dian_row, reconciled
from tests.support.wizard import SECONDS
from ui.context import Context
from ui.panel.reconciliation import ReconciliationPage
from ui.panel.reconciliation_lines import COUNTERPARTY
from ui.panel.reconciliation_result import ResultView
from ui.preparation import open_reader
from ui.theme import Theme


def no_error(error: BaseException) -> None:
    raise error


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A hotel that has approved twelve documents, all of them in Pymes."""
    paths = Paths.under(tmp_path_factory.mktemp("home")).ensure()
    with Practice.start(paths.sandbox, push_delay=0.0) as practice:

        async def work() -> Context:
            bridge = await bridge_to(practice, paths.ledger("sandbox"), Mode.SEND_ALL)
            await practice.approve(12)
            await bridge.cycle()
            return Context(
                paths=paths,
                settings=bridge.settings,
                profile=practice_profile(practice),
                vault=bridge.vault,
                clock=SystemClock(),
                practice=practice,
            )

        yield asyncio.run(work())


@pytest.fixture
def page(
    hotel: Context, qtbot: QtBot, theme: Theme, turning: asyncio.AbstractEventLoop
) -> Iterator[ReconciliationPage]:
    page = ReconciliationPage(hotel, no_error)
    qtbot.addWidget(page)
    reader = open_reader(hotel)
    page.open(reader)
    page.draw(Status(at=hotel.clock.now(), set_up=True))
    page.resize(1_000, 780)
    page.show()
    yield page
    page.halt()
    reader.close()


def documents_of(context: Context) -> list[Document]:
    month = Month.of(context.clock.now().date())
    with contextlib.closing(LedgerReader(context.paths.ledger("sandbox"), context.clock)) as reader:
        found = reader.issued_between(moment_of(month.previous.first), moment_of(month.next.first))
        return [one.document for one in found]


def choose_month_of(page: ReconciliationPage, document: Document) -> None:
    place = page.months.findData(str(Month.of(document.issued_at.date())))
    assert place >= 0
    page.months.setCurrentIndex(place)


def wait(qtbot: QtBot, condition: object) -> None:
    qtbot.waitUntil(condition, timeout=SECONDS)  # type: ignore[arg-type]


def reconcile(page: ReconciliationPage, qtbot: QtBot, hotel: Context) -> ResultView:
    choose_month_of(page, documents_of(hotel)[0])
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: page.result is not None and not page.is_running)
    assert page.view is not None
    return page.view


def test_before_anything_the_last_closed_month_is_chosen_and_the_page_says_what_it_does(
    page: ReconciliationPage, hotel: Context
) -> None:
    closed = Month.of(hotel.clock.now().date()).previous
    assert page.months.currentData() == str(closed)
    assert page._nothing.isVisible() and page.start.isEnabled() and page.view is None
    page.months.setCurrentIndex(5)
    page.refresh()
    assert page.months.currentIndex() == 5


def test_a_hotel_that_is_not_set_up_is_led_to_the_assistant(page: ReconciliationPage, hotel: Context) -> None:
    page.draw(Status(at=hotel.clock.now(), set_up=False))
    assert page._unready.isVisible() and not page._work.isVisible()


def test_a_month_is_reconciled_and_its_files_saved(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    view = reconcile(page, qtbot, hotel)
    assert page.result is not None and page.result.is_well
    assert "cuadra al peso" in view.verdict.accessibleName()
    assert view.chips[Kind.EQUAL].isVisible() and not page._nothing.isVisible()
    for kind in FileKind:
        path = tmp_path / f"mes.{kind.value}"
        page.save(kind, path)
        wait(qtbot, lambda path=path: path.exists() and view.saved.isVisible())
        wait(qtbot, lambda path=path: path.name in view.saved.accessibleName())
        assert view.saved.button.isVisible()
    assert check((tmp_path / "mes.json").read_bytes(), hotel.paths.known_keys).verdict is Verdict.VALID


def test_a_place_is_asked_for_in_the_folder_of_reports_and_never_the_name_of_a_file_that_is_there(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot
) -> None:
    view = reconcile(page, qtbot, hotel)
    assert page.result is not None
    stem = f"conciliacion-{page.result.hotel_nit}-{page.result.month}"
    (hotel.paths.reports / f"{stem}.pdf").touch()
    QTest.mouseClick(view.files[FileKind.PDF], Qt.MouseButton.LeftButton)
    (dialog,) = page.findChildren(QFileDialog)
    assert Path(dialog.selectedFiles()[0]) == hotel.paths.reports / f"{stem} (2).pdf"
    dialog.reject()


def test_a_file_that_cannot_be_saved_says_why(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    view = reconcile(page, qtbot, hotel)
    page.save(FileKind.SPREADSHEET, tmp_path / "no-folder" / "mes.xlsx")
    wait(qtbot, view.saved.isVisible)
    assert "No se pudo guardar" in view.saved.accessibleName() and not view.saved.button.isVisible()
    wait(qtbot, view.files[FileKind.SPREADSHEET].isEnabled)


def test_the_dians_file_counts_only_after_its_columns_were_confirmed(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    documents = documents_of(hotel)
    file = dian_file(tmp_path / "dian.xlsx", [dian_row(one) for one in documents[:-1]])
    page.take(file)
    wait(qtbot, lambda: page.dialog is not None and page.dialog.isVisible())
    assert page.dian is None and page.dialog is not None
    dialog = page.dialog
    right = dialog.boxes[Column.TOTAL].currentIndex()
    dialog.boxes[Column.TOTAL].setCurrentIndex(0)
    assert not dialog.use.isEnabled()
    # A wrong column comes back with the cell that says so.
    dialog.boxes[Column.TOTAL].setCurrentIndex(dialog.boxes[Column.STATE].currentIndex())
    QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: page.dialog is not None and page.dialog is not dialog and page.dialog.isVisible())
    assert "fila 2" in page.dialog.slip.accessibleName() and page.dian is None
    page.dialog.boxes[Column.TOTAL].setCurrentIndex(right)
    QTest.mouseClick(page.dialog.use, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: page.dian is not None)
    assert not page.area.isVisible() and "11 documentos del hotel" in page.file_words.text()
    view = reconcile(page, qtbot, hotel)
    view.chips[Kind.NOT_AT_DIAN].click()
    assert view.model.rowCount() == 1
    QTest.mouseClick(page.drop_file, Qt.MouseButton.LeftButton)
    assert page.dian is None and page.area.isVisible()


def test_a_file_that_is_none_of_the_dians_says_so_and_leaving_the_columns_takes_nothing(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    wrong = tmp_path / "foto.xlsx"
    wrong.write_bytes(b"%PDF-1.7\0\0")
    page.take(wrong)
    wait(qtbot, page.failure.isVisible)
    assert "No es un Excel" in page.failure.accessibleName() and page.start.isEnabled()
    page.take(dian_file(tmp_path / "dian.xlsx", [dian_row(one) for one in documents_of(hotel)]))
    wait(qtbot, lambda: page.dialog is not None and page.dialog.isVisible())
    assert page.dialog is not None
    page.dialog.reject()
    wait(qtbot, page.start.isEnabled)
    assert page.dian is None


def test_a_document_is_opened_with_the_keyboard(page: ReconciliationPage, hotel: Context, qtbot: QtBot) -> None:
    view = reconcile(page, qtbot, hotel)
    view.choose_class(None)
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(0, 0))
    line = view.model.line(view.model.index(0, 0))
    assert line is not None
    with qtbot.waitSignal(page.row_requested, timeout=SECONDS) as opened:
        QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert opened.args is not None and opened.args[0].key == line.lead.ref


def test_cancelled_nothing_comes_and_it_can_begin_again(page: ReconciliationPage, hotel: Context, qtbot: QtBot) -> None:
    choose_month_of(page, documents_of(hotel)[0])
    page.reconcile()
    assert page.is_running and not page.start.isEnabled()
    QTest.mouseClick(page.cancel, Qt.MouseButton.LeftButton)
    assert not page.is_running and page.start.isEnabled() and page.result is None
    reconcile(page, qtbot, hotel)


def test_what_is_under_way_goes_on_in_the_page_that_takes_the_place(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot
) -> None:
    choose_month_of(page, documents_of(hotel)[0])
    page.reconcile()
    later = ReconciliationPage(hotel, no_error)
    qtbot.addWidget(later)
    later.draw(Status(at=hotel.clock.now(), set_up=True))
    later.return_to(page.place())
    later.show()
    assert later.is_running and not later.start.isEnabled()
    assert later.months.currentData() == page.months.currentData()
    page.halt()
    wait(qtbot, lambda: later.result is not None and not later.is_running)
    assert page.result is None


def test_what_was_handed_over_can_be_cancelled_there(page: ReconciliationPage, hotel: Context, qtbot: QtBot) -> None:
    page.reconcile()
    later = ReconciliationPage(hotel, no_error)
    qtbot.addWidget(later)
    later.return_to(page.place())
    run = later._under_way
    assert run is not None
    with qtbot.waitSignal(run.ended, timeout=SECONDS * 1_000) as ended:
        later.halt()
    assert not later.is_running and later.start.isEnabled()
    assert ended.args == [run, None]
    assert page.result is None and later.result is None


def test_a_token_that_is_not_accepted_is_told_with_its_way_out(
    page: ReconciliationPage, hotel: Context, qtbot: QtBot
) -> None:
    vault = SessionVault("other")
    vault.put(Secret.PYMES_TOKEN, "somebody-else")
    page._context = Context(hotel.paths, hotel.settings, hotel.profile, vault, hotel.clock)
    page.reconcile()
    wait(qtbot, page.failure.isVisible)
    assert page.result is None and page.start.isEnabled() and page.failure.accessibleName()


def test_a_narrow_window_keeps_the_whole_page_in_sight(page: ReconciliationPage, hotel: Context, qtbot: QtBot) -> None:
    reconcile(page, qtbot, hotel)
    page.resize(680, 520)
    qtbot.waitUntil(lambda: page.width() == 680)
    assert page.widget().width() <= page.viewport().width()


def test_names_from_outside_are_shown_as_text(qtbot: QtBot, theme: Theme) -> None:
    view = ResultView()
    qtbot.addWidget(view)
    view.show_result(reconciled([record(Side.PMS, counterparty="<b>negrita</b>")], []))
    tip = view.model.data(view.model.index(0, COUNTERPARTY), Qt.ItemDataRole.ToolTipRole)
    assert "<" not in tip and view.model.data(view.model.index(0, COUNTERPARTY)) == "<b>negrita</b>"
