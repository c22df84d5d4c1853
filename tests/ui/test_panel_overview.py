"""Resumen: says how all is and what to do, leads to each thing that needs somebody, and reads the last month out."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.connectors.pms import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import BOGOTA, bogota_day
from app.model.daily import DayCount
from app.model.documents import Family
from app.model.errors import Failure
from app.model.happened import Happened
from app.model.numbering import System, prove
from app.model.status import Counts, Sender, Status, Trouble
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.sync.watch import glance, watch_ranges
from tests.support.panel import NOW, HandClock, document, fill, filled, numbering, proof, status, ways
from ui.context import Context
from ui.panel.chart import DayChart
from ui.panel.overview import OverviewPage
from ui.panel.page import Page
from ui.panel.pending_parts import CauseCard
from ui.panel.window import PanelWindow
from ui.parts import Banner
from ui.theme import Theme

DAYS = tuple(
    DayCount(day=date(2026, 10, 26) + timedelta(days=n), n=n % 5, totals={"COP": Decimal(n * 1000)} if n % 5 else {})
    for n in range(30)
)


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    with filled(tmp_path_factory.mktemp("ledger"), 40) as reader:
        yield reader


@pytest.fixture
def panel(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> Iterator[PanelWindow]:
    panel = PanelWindow(context, status(counts=reader.counts()), fail)
    panel.open(reader)
    panel.resize(1240, 780)
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.overview.gauges.gauges) and panel.overview.chart.reading.text() != "Leyendo…")
    yield panel
    panel.may_close = True
    panel.close()
    panel.deleteLater()


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> DayChart:
    chart = DayChart()
    qtbot.addWidget(chart)
    chart.resize(600, 240)
    chart.show()
    return chart


def banner(qtbot: QtBot, page: OverviewPage, words: str) -> Banner:
    def found() -> list[Banner]:
        return [one for one in page.findChildren(Banner) if one.isVisible() and words in one.accessibleName()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    return found()[0]


@pytest.mark.parametrize(
    ("said", "tone", "sentence", "hint"),
    [
        (status(), "good", "Todo lo aprobado está en Pymes.", "Comprobado: 09:05. No tiene que hacer nada."),
        (status(proven_at=NOW - timedelta(hours=1)), "idle", "ya no es reciente", "pulse «Sincronizar ahora»"),
        (status(paused=True), "idle", "En pausa", "pulse «Reanudar»"),
        (status(set_up=False), "practice", "Falta configurar", "Abra el asistente"),
        (status(counts=Counts(missing=1)), "warn", "Falta 1 documento", "Abajo está lo que necesita de usted"),
        (
            status(trouble=Trouble(failure=Failure.TIMEOUT, system="pms", since=NOW)),
            "bad",
            "Loggro Alojamientos",
            "nada se pierde",
        ),
    ],
)
def test_one_sentence_says_how_all_is_when_that_was_proven_and_what_to_do(
    panel: PanelWindow, said: Status, tone: str, sentence: str, hint: str
) -> None:
    panel.draw(said)
    verdict = panel.overview.verdict
    assert sentence in verdict.sentence.text()
    assert hint in verdict.proof.text()
    assert verdict.property("banner") == tone
    # It is said once: the header gives way on this page, and speaks on the others.
    assert not panel.header.sentence.isVisible()
    panel.go_to(Page.NUMBERING)
    assert panel.header.sentence.isVisible()


def test_what_is_held_has_a_line_for_each_cause_that_leads_to_its_card(qtbot: QtBot, panel: PanelWindow) -> None:
    line = banner(qtbot, panel.overview, "Pymes lo rechazó")
    assert "2 documentos" in line.accessibleName()
    assert line.button.accessibleName().startswith("Ver: ")
    panel.resize(880, 520)
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert panel.pending.isVisible()

    def in_sight() -> bool:
        cards = [one for one in panel.pending.findChildren(CauseCard) if one.cause is Cause.REFUSED_BY_PYMES]
        visible = [one for one in cards if one.isVisible() and not one.visibleRegion().isEmpty()]
        return bool(visible) and panel.pending.verticalScrollBar().value() > 0

    qtbot.waitUntil(in_sight)


def test_causes_that_do_not_fit_the_counts_any_more_are_not_told(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.draw(status(counts=Counts(held=9)))
    assert banner(qtbot, panel.overview, "9 documentos retenidos con su causa")


def test_a_spare_computer_says_who_sends_and_may_take_over(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.draw(status(spare_of=Sender(computer="RECEPCION-2", since=NOW - timedelta(hours=2)), proven_at=None))
    line = banner(qtbot, panel.overview, "Envía otro computador (RECEPCION-2) desde 07:05; este está de reserva")
    with qtbot.waitSignal(panel.take_over_requested):
        line.button.click()


def test_older_documents_are_offered_in_the_first_month_only(qtbot: QtBot, panel: PanelWindow) -> None:
    today = bogota_day(NOW)
    panel.draw(status(start=today - timedelta(days=3)))
    line = banner(qtbot, panel.overview, "Botones lleva los documentos desde el 21/11/2026")
    with qtbot.waitSignal(panel.pending.backfill_requested):
        line.button.click()
    assert panel.pending.isVisible()
    panel.go_to(Page.OVERVIEW)
    panel.draw(status(start=today - timedelta(days=31)))
    assert not [one for one in panel.overview.needs.findChildren(Banner) if one.isVisible()]


def test_what_happened_while_it_was_off_is_told_until_it_is_dismissed(
    qtbot: QtBot, panel: PanelWindow, context: Context
) -> None:
    assert not panel.overview.absence.isVisible()
    context.absence = Happened(since=NOW - timedelta(hours=8), until=NOW, seen=14, proven=14)
    panel.draw(status())
    line = banner(qtbot, panel.overview, "Apagado 8 h: 14 documentos, 14 confirmados")
    line.button.click()
    assert not line.isVisible()
    panel.draw(status())
    assert not line.isVisible()


def test_each_range_is_a_gauge_that_leads_to_its_proof(qtbot: QtBot, panel: PanelWindow) -> None:
    (gauge,) = [one for one in panel.overview.gauges.gauges if one.isVisible()]
    assert "Facturas electrónicas · FEHT 1-5000" in gauge.accessibleName()
    # The last number of the forty that is a factura is 39.
    assert "39 de 5.000 usados, quedan 4.961" in gauge.accessibleName()
    assert "15/01/2028" in gauge.accessibleName()
    panel.activateWindow()
    gauge.setFocus()
    QTest.keyClick(gauge, Qt.Key.Key_Return)
    assert panel.numbering.isVisible()


def test_a_day_is_read_out_by_mouse_and_by_keyboard(chart: DayChart) -> None:
    chart.show_days(DAYS)
    assert chart.reading.text() == "30 días: 60 documentos · $ 360.000,00"
    chart.activateWindow()
    chart.bars.setFocus()
    QTest.keyClick(chart.bars, Qt.Key.Key_Left)
    assert chart.reading.text() == "24/11/2026: 4 documentos · $ 29.000,00"
    QTest.keyClick(chart.bars, Qt.Key.Key_Left)
    assert chart.bars.accessibleDescription() == "23/11/2026: 3 documentos · $ 28.000,00"
    QTest.keyClick(chart.bars, Qt.Key.Key_Right)
    QTest.keyClick(chart.bars, Qt.Key.Key_Right)
    assert chart.bars.chosen == DAYS[-1]
    QTest.keyClick(chart.bars, Qt.Key.Key_Home)
    assert chart.reading.text() == "26/10/2026: 0 documentos"
    QTest.keyClick(chart.bars, Qt.Key.Key_Escape)
    assert chart.bars.chosen is None
    # Sent to the widget itself: where the platform has the mouse, windows of earlier tests have a say in.
    place = QPointF(chart.bars.width() - 6, 40)
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        chart.bars, QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)
    )
    assert chart.bars.chosen == DAYS[-1]


def test_the_chart_stays_as_high_when_its_words_change(chart: DayChart) -> None:
    chart.show_days(DAYS)
    before = chart.bars.geometry()
    chart.bars.choose(3)
    chart.show_days((*DAYS[:-1], DAYS[-1].model_copy(update={"n": 123_456})))
    assert chart.bars.geometry() == before


def test_narrow_stacks_and_wide_stands_side_by_side_without_cutting(qtbot: QtBot, panel: PanelWindow) -> None:
    page = panel.overview
    for width, beside in ((1400, True), (880, False)):
        panel.resize(width, 780)

        def stands(beside: bool = beside) -> bool:
            left, right = page.gauges.mapTo(page, QPoint()), page.chart.mapTo(page, QPoint())
            return (left.x() + page.gauges.width() < right.x()) is beside

        qtbot.waitUntil(stands)
        assert page.widget().width() <= page.viewport().width()


def test_an_answer_that_comes_after_the_window_has_gone_is_let_go(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, reader: LedgerReader
) -> None:
    errors: list[BaseException] = []
    page = OverviewPage(context, errors.append)
    page.draw(status())
    page.open(reader)
    asked = page._month_asked
    delete(page)
    assert asked.busy
    qtbot.waitUntil(lambda: not asked.busy)
    qtbot.waitUntil(lambda: not asyncio.all_tasks(turning))
    assert errors == []


def test_days_count_what_was_proven_and_sum_what_was_invoiced(tmp_path: Path) -> None:
    clock = HandClock(NOW - timedelta(days=1))
    path = tmp_path / "l.sqlite3"
    fill(path, 6, clock)
    clock.moment = NOW
    fill(path, 12, clock, 7)
    reader = LedgerReader(path, clock)
    today = bogota_day(NOW)
    none, yesterday, now = reader.days(today - timedelta(days=2), today)
    assert (none.n, none.totals) == (0, {})

    def invoiced(numbers: range) -> Decimal:
        signs = {Family.FACTURA: 1, Family.NOTA_DEBITO: 1, Family.NOTA_CREDITO: -1}
        proven = [document(n) for n in numbers if ways(n)[-1][0].value in ("proven", "adopted")]
        return sum((signs.get(one.family, 0) * one.payable for one in proven), Decimal(0))

    assert (yesterday.n, yesterday.totals) == (6, {"COP": invoiced(range(1, 7))})
    assert now.totals == {"COP": invoiced(range(7, 13))}
    assert now.n == 4
    assert now.day == NOW.astimezone(BOGOTA).date()
    reader.close()


def test_a_glance_at_the_ranges_tells_what_reading_every_number_tells(tmp_path: Path) -> None:
    clock, path = HandClock(), tmp_path / "l.sqlite3"
    with Ledger(path, clock) as ledger:
        for number in range(1, 41):
            one = document(number).model_copy(update={"issued_at": NOW - timedelta(days=41 - number)})
            ledger.record_seen([ApprovedDocument(position=number, label=one.full_number, document=one)], number)
    reader = LedgerReader(path, clock)
    fresh = {"first": 5001, "last": 9000, "resolution": "18764099999999"}
    systems = (System.PMS, System.PYMES, System.DIAN)
    new = prove(Family.FACTURA, [numbering(system, **fresh) for system in systems], NOW, NOW.date())
    proofs = (proof(last=5000), new, proof(Family.NOTA_CREDITO), proof(Family.DOCUMENTO_SOPORTE))
    for shown in (proofs, proofs[:1], ()):
        whole = watch_ranges(reader, shown, NOW).ranges
        assert glance(reader, shown, NOW) == tuple(one._replace(gaps=()) for one in whole)
    first = glance(reader, proofs, NOW)[0]
    assert first.next_number == 40
    assert first.forecast is not None and first.forecast.per_day is not None
    reader.close()
