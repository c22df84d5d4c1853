"""Pendientes: what waits is told by cause with who mends it, conflicts stand side by side, and a person can act."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.journey import Event, EventKind, State
from app.model.preview import Backfill, BackfillLine, Fate
from app.model.sales import Sale, as_pymes_shows, differences
from app.model.status import Status
from app.sandbox.practice import Practice
from app.sync.acts import settle_outside
from app.sync.backfill import Halted
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.sync.service import Service
from app.system.paths import Paths
from tests.support.bridge import bridge_to
from tests.support.panel import NOW, HandClock, document, fill, status
from tests.support.wizard import SECONDS
from ui.context import Context
from ui.host import EngineHost
from ui.panel.pending import PendingPage
from ui.panel.pending_dialogs import BackfillDialog, SettleDialog
from ui.panel.pending_errands import PendingErrands
from ui.panel.pending_parts import CauseCard, ConflictCard, Line
from ui.parts import Button
from ui.parts.confirm import Confirm
from ui.theme import Theme
from ui.wizard.choices import Choice

T = TypeVar("T")


def fail(error: BaseException) -> None:
    raise error


def outside(work: Coroutine[Any, Any, T]) -> T:
    """Do something that a loop of its own needs, while Qt's is taken."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def sale_of(number: int, **changes: object) -> Sale:
    one = document(number)
    said = {
        "uuid": f"u-{number}",
        "type": one.type,
        "prefix": one.prefix,
        "number": one.number,
        "issued_on": one.issued_at.date(),
        "counterparty_id": one.counterparty.id,
        "counterparty_name": one.counterparty.name,
        "currency": one.currency,
        "payable": one.payable,
        "taxes": {"01": one.tax_total("01")},
        "cufe": one.cufe,
    }
    return Sale.model_validate(said | changes)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerReader]:
    path, clock = tmp_path_factory.mktemp("ledger") / "ledger.sqlite3", HandClock()
    fill(path, 40, clock)
    with Ledger(path, clock) as ledger:
        one, other = document(11), sale_of(11, payable=Decimal("216000.00"))
        data = {
            "differences": [row.model_dump(mode="json") for row in differences(one, other)],
            "found": [as_pymes_shows(other)],
        }
        conflict = Event(kind=EventKind.CONFLICT, at=clock.now(), cause=Cause.DIFFERS_IN_PYMES, data=data)
        both = [as_pymes_shows(sale_of(31)), as_pymes_shows(sale_of(31, uuid="u-2", issued_on="2026-11-01"))]
        doubled = Event(
            kind=EventKind.CONFLICT,
            at=clock.now(),
            cause=Cause.DOUBLED_IN_PYMES,
            data={"sales": ["u-31", "u-2"], "found": both},
        )
        ledger.append([(str(one.key), conflict), (str(document(31).key), doubled)])
        later = Event(kind=EventKind.LOOKED, at=clock.now(), due_at=NOW + timedelta(minutes=12, seconds=30))
        ledger.append([(str(document(36).key), later)])
        settle_outside(ledger, clock, str(document(29).key), sale_of(29), who="ana", reason="Fue el <b>contador</b>")
    reader = LedgerReader(path, clock)
    yield reader
    reader.close()


@pytest.fixture
def page(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, clock: HandClock, reader: LedgerReader
) -> Iterator[PendingPage]:
    page = PendingPage(clock, fail)
    page.resize(900, 900)
    page.show()
    page.open(reader)
    page.draw(status())
    qtbot.waitUntil(lambda: len(page.findChildren(Line)) >= 6)
    yield page
    page.close()
    page.deleteLater()


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_what_is_held_is_grouped_by_cause_with_who_mends_it_and_released_together(
    qtbot: QtBot, page: PendingPage
) -> None:
    cards = {words_in(card).splitlines()[0]: card for card in page.findChildren(CauseCard)}
    card = cards["Pymes lo rechazó"]
    said = words_in(card)
    for expected in ("2 documentos", "FEHT13", "FEHT33", "El contador", "El tercero <b>no</b> existe"):
        assert expected in said
    with qtbot.waitSignal(page.release_requested) as asked:
        card.button.click()
    assert asked.args == [Cause.REFUSED_BY_PYMES]


def test_what_goes_by_itself_offers_no_release_and_names_what_it_waits_for(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, tmp_path: Path, clock: HandClock
) -> None:
    path = tmp_path / "ledger.sqlite3"
    note = document(7)
    with Ledger(path, clock) as ledger:
        ledger.record_seen([ApprovedDocument(position=7, document=note)], 7)
        held = Event(kind=EventKind.HELD, at=clock.now(), cause=Cause.WAITS_FOR_INVOICE, data={"invoice": "FEHT990"})
        ledger.append([(str(note.key), held)])
    reader = LedgerReader(path, clock)
    page = PendingPage(clock, fail)
    qtbot.addWidget(page)
    page.show()
    page.open(reader)
    qtbot.waitUntil(lambda: "Espera a su factura" in words_in(page))
    (card,) = (one for one in page.findChildren(CauseCard) if one.cause is Cause.WAITS_FOR_INVOICE)
    assert card.button.isHidden() and "Salen solos" in words_in(card)
    assert "Corrige la factura FEHT990." in words_in(card)
    assert not [one for one in card.findChildren(Button) if not one.isHidden()]
    reader.close()


def test_a_conflict_stands_side_by_side_and_only_what_differs_is_marked(qtbot: QtBot, page: PendingPage) -> None:
    first, second = page.findChildren(ConflictCard)
    marked = [cell.accessibleName() for cell in first.cells if cell.marked]
    assert marked == ["Total, Pymes: $ 216.000,00"]
    assert [cell.accessibleName() for cell in second.cells if cell.marked] == ["Fecha, Pymes, registro 2: 01/11/2026"]
    with qtbot.waitSignal(page.settle_requested) as asked:
        first.settle.click()
    assert asked.args[0].full_number == document(11).full_number


def test_the_next_look_comes_nearer(page: PendingPage, clock: HandClock) -> None:
    assert "Se busca otra vez en 12 minutos: 09:17." in words_in(page)
    clock.moment += timedelta(minutes=11)
    page.draw(status())
    assert "Se busca otra vez en 1 minuto: 09:17." in words_in(page)
    clock.moment += timedelta(minutes=1)
    page.draw(status())
    assert "Se busca otra vez en menos de un minuto: 09:17." in words_in(page)


def test_doubts_say_when_they_are_looked_for_and_a_link_who_made_it_and_can_be_undone(
    qtbot: QtBot, page: PendingPage
) -> None:
    said = words_in(page)
    assert "Se busca otra vez en el próximo ciclo." in said
    assert "Lo dijo ana: «Fue el <b>contador</b>»" in said
    (undo,) = [button for button in page.findChildren(Button) if button.text() == "Deshacer"]
    with qtbot.waitSignal(page.unsettle_requested) as asked:
        undo.click()
    assert asked.args[0].key == str(document(29).key)


def test_where_nothing_waits_it_says_so(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, clock: HandClock, tmp_path: Path
) -> None:
    path = tmp_path / "empty.sqlite3"
    Ledger(path, clock).close()
    reader = LedgerReader(path, clock)
    page = PendingPage(clock, fail)
    page.open(reader)
    page.show()
    qtbot.waitUntil(
        lambda: any(label.isVisible() and label.text() == "Nada espera" for label in page.findChildren(QLabel))
    )
    page.draw(status(start=date(2026, 11, 10)))
    assert "desde el 10/11/2026" in words_in(page)
    page.close()
    page.deleteLater()
    reader.close()


def test_a_link_needs_a_sale_and_a_reason(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, reader: LedgerReader
) -> None:
    (one, *_) = reader.waiting(State.CONFLICT, 1)
    asked: list[str] = []

    async def find(number: str) -> tuple[Sale, ...]:
        asked.append(number)
        if number == "FE1":
            raise ConnectorError(Failure.NETWORK, Delivery.NEVER_LEFT, system="pymes")
        return (sale_of(11), sale_of(11, uuid="u-9")) if number == one.full_number else ()

    dialog = SettleDialog(one, find, fail)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.findChildren(Choice)) == 2)
    dialog.reason.setText("La registró el contador")
    assert not dialog.do.isEnabled()
    dialog.findChildren(Choice)[1].click()
    assert dialog.do.isEnabled() and dialog.sale is not None and dialog.sale.uuid == "u-9"
    dialog.reason.setText("  ")
    assert not dialog.do.isEnabled()
    for number, said in (("NADA1", "no hay ningún registro NADA1"), ("FE1", "Sin conexión")):
        dialog.number.setText(number)
        dialog.search.click()
        qtbot.waitUntil(lambda said=said: said in words_in(dialog))  # type: ignore[misc]
        assert dialog.sale is None
    dialog.deleteLater()


def test_older_documents_are_brought_only_after_a_preview_and_looking_can_be_stopped(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme
) -> None:
    waits: list[asyncio.Event] = []
    told: list[Callable[[], bool]] = []

    async def preview(start: date, progress: Callable[[int, int], None], halted: Callable[[], bool]) -> Backfill:
        if not waits:
            waits.append(asyncio.Event())
            progress(3, 10)
            told.append(halted)
            await waits[0].wait()
            raise Halted
        line = BackfillLine(family=None, fate=Fate.SEND, count=12, totals={"COP": Decimal(5)})
        return Backfill(start=start, begins=date(2026, 11, 10), lines=(line,))

    dialog = BackfillDialog(date(2026, 11, 24), preview, fail)
    dialog.show()
    assert dialog.chosen() == date(2026, 11, 1) and not dialog.do.isEnabled()
    dialog.look.click()
    qtbot.waitUntil(lambda: dialog.bar.value() == 3)
    assert not told[0]()
    dialog.look.click()
    assert told[0]()
    waits[0].set()
    qtbot.waitUntil(lambda: "Se detuvo" in words_in(dialog))
    assert not dialog.do.isEnabled()
    dialog.look.click()
    qtbot.waitUntil(lambda: "Documentos sin leer" in words_in(dialog))
    assert not dialog.do.isEnabled()  # nobody said why
    dialog.reason.setText("Faltaba octubre")
    assert dialog.do.isEnabled()
    assert "Documentos sin leer: 12; $ 5,00" in words_in(dialog)
    dialog.day.setDate(dialog.day.date().addDays(-1))
    assert not dialog.do.isEnabled()  # what was seen was of another day
    dialog.deleteLater()


def test_a_whole_cause_is_released_through_the_engine(
    qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context, tmp_path: Path
) -> None:
    paths = Paths.under(tmp_path / "live").ensure()
    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        bridge = outside(bridge_to(practice, paths.ledger("sandbox")))
        outside(practice.scenario("month-closed"))
        outside(practice.approve(8))
        heard: list[Status] = []

        def build(publish: Callable[[Status], None]) -> Service:
            return Service(
                paths=paths,
                settings=bridge.settings,
                profile=bridge.profile,
                vault=bridge.vault,
                clock=bridge.clock,
                publish=publish,
            )

        host = EngineHost(build)
        host.status_changed.connect(heard.append)
        page = PendingPage(bridge.clock, fail)
        errands = PendingErrands(context, host, page, fail)
        page.release_requested.connect(errands.release)
        page.show()
        errands.release(Cause.PERIOD_CLOSED)
        qtbot.waitUntil(lambda: "no está conectado" in words_in(page.said))
        host.start()
        qtbot.waitUntil(lambda: bool(heard and heard[-1].counts.held and not heard[-1].working), timeout=SECONDS)
        outside(practice.scenario("month-closed", on=False))
        page.release_requested.emit(Cause.PERIOD_CLOSED)

        def question() -> QDialog | None:
            return next(
                (one for one in QApplication.topLevelWidgets() if isinstance(one, Confirm) and one.isVisible()), None
            )

        qtbot.waitUntil(lambda: question() is not None, timeout=SECONDS)
        shown = question()
        assert isinstance(shown, Confirm) and "El mes contable está cerrado" in words_in(shown)
        shown.do.click()
        qtbot.waitUntil(lambda: heard[-1].counts.proven == 8, timeout=SECONDS)
        assert "Se solt" in words_in(page.said)
        host.stop()
        qtbot.waitUntil(lambda: not host.is_running, timeout=SECONDS)
        page.close()
        page.deleteLater()
