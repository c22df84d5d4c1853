"""«Numeración»: beside each proof how long the range lasts, what is missing, what hands over, a date to save."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.documents import Family
from app.model.journey import Event, EventKind
from app.model.numbering import Condition, NumberingProof, System, prove
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import NOW, HandClock, document, numbering, status
from ui.context import Context
from ui.panel.numbering import NumberingPage
from ui.panel.page import Page
from ui.panel.window import PanelWindow
from ui.parts import Elided
from ui.theme import Theme

A_DAY = 6
DAYS = 80


@contextmanager
def history(folder: Path, *, without: tuple[int, ...] = (), rejected: tuple[int, ...] = ()) -> Iterator[LedgerReader]:
    """Give the ledger of a hotel that issued six facturas a day, all in Pymes; some numbers are missing."""
    clock = HandClock()
    with Ledger(folder / "ledger.sqlite3", clock) as ledger:
        seen = []
        for number in range(1, A_DAY * DAYS + 1):
            if number in without:
                continue
            at = NOW - timedelta(days=DAYS - (number - 1) // A_DAY)
            one = document(0).model_copy(update={"number": number, "issued_at": at})
            cause = Cause.REJECTED_BY_DIAN if number in rejected else None
            seen.append(ApprovedDocument(position=number, document=one, cause=cause))
        ledger.record_seen(seen, len(seen))
        proven = [Event(kind=kind, at=clock.now()) for kind in (EventKind.INTENT, EventKind.ANSWERED, EventKind.PROVEN)]
        ledger.append((row.key, event) for row in seen if row.cause is None for event in proven)
    reader = LedgerReader(folder / "ledger.sqlite3", clock)
    try:
        yield reader
    finally:
        reader.close()


def range_of(family: Family = Family.FACTURA, **said: object) -> NumberingProof:
    """A proof in which all agree on ``said``."""
    systems = (System.PMS, System.PYMES, System.DIAN) if family.has_authorisation else (System.PMS, System.PYMES)
    return prove(family, [numbering(system, family, **said) for system in systems], NOW, NOW.date())


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def page(qtbot: QtBot, turning: asyncio.AbstractEventLoop, theme: Theme, context: Context) -> Iterator[NumberingPage]:
    panel = PanelWindow(context, status(), fail)
    panel.resize(1100, 1400)
    panel.show()
    panel.go_to(Page.NUMBERING)
    yield panel.numbering
    panel.may_close = True
    panel.close()
    panel.deleteLater()


def shown(qtbot: QtBot, page: NumberingPage, reader: LedgerReader, *proofs: NumberingProof) -> str:
    # Through the window: it draws its own status again whenever its clock says so.
    window = page.window()
    assert isinstance(window, PanelWindow)
    window.draw(status(proofs=proofs))
    page.open(reader)
    qtbot.waitUntil(lambda: sum(notes.isVisible() for notes in page.notes) == len(proofs))
    QApplication.processEvents()  # what was put into them is shown a turn later
    return words_in(page)


def test_a_range_says_what_is_left_when_it_ends_and_when_to_ask(
    qtbot: QtBot, page: NumberingPage, tmp_path: Path
) -> None:
    with history(tmp_path) as reader:
        said = shown(qtbot, page, reader, range_of(last=1000))
    assert "Quedan 520 números" in said and "520" in said.splitlines()
    names = ("Se acaban hacia el", "Fin de la vigencia", "Pida la nueva")
    for expected in (*names, "Entre el ", "15/01/2028", "Antes del"):
        assert expected in said
    assert "Se puede pedir desde el" in said and "Cerca de 6 al día." in said
    assert "Sin huecos en lo que Botones ha visto." in said


def test_the_day_to_ask_is_saved_for_the_calendar(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    with history(tmp_path) as reader:
        shown(qtbot, page, reader, range_of(last=1000))
    button = page.notes[0].calendar
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None and dialog.isVisible()
    goal = tmp_path / "fecha.ics"
    dialog.selectFile(str(goal))
    dialog.accept()
    qtbot.waitUntil(page.saved.isVisible)
    text = goal.read_bytes()
    assert text.startswith(b"BEGIN:VCALENDAR\r\n") and b"Pedir a la DIAN" in text and text.count(b"BEGIN:VEVENT") == 1
    assert "fecha.ics" in page.saved.accessibleName()


def test_a_place_that_cannot_be_written_is_told(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    with history(tmp_path) as reader:
        shown(qtbot, page, reader, range_of(last=1000))
    button = page.notes[0].calendar
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "no existe" / "fecha.ics"))
    qtbot.waitUntil(page.saved.isVisible)
    assert "No se pudo guardar" in page.saved.accessibleName()
    dialog.reject()


def test_missing_numbers_are_listed_with_their_reason(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    with history(tmp_path, without=(17, 40, 41), rejected=(55,)) as reader:
        said = shown(qtbot, page, reader, range_of())
    assert [pill.text() for pill in page.notes[0].gaps] == [
        "No está en Alojamientos",
        "No está en Alojamientos",
        "Rechazado por la DIAN",
    ]
    assert "FEHT17: sin rastro" in said and "FEHT40 a FEHT41 (2 números)" in said
    assert "FEHT55: rechazado por la DIAN" in said


def test_a_range_of_which_nothing_is_known_promises_nothing(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    with history(tmp_path) as reader:
        said = shown(qtbot, page, reader, range_of(Family.DOCUMENTO_SOPORTE), range_of(Family.NOTA_CREDITO))
    assert said.count("No se sabe todavía") == 2 and "Quedan" not in said
    assert "Aún no se sabe por cuál número va. La vigencia termina el 15/01/2028." in said
    assert said.count("Pida la nueva") == 1, "nobody authorises a nota"


def test_two_ranges_of_a_family_are_told_as_a_relevo(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    old = range_of(last=500, valid_from=date(2025, 1, 15), valid_to=date(2027, 1, 15))
    new = range_of(
        first=501, last=5000, resolution="18764099999999", valid_from=date(2026, 11, 1), valid_to=date(2028, 11, 1)
    )
    assert Condition.EXPIRED not in old.conditions
    with history(tmp_path) as reader:
        said = shown(qtbot, page, reader, old, new)
    assert "Relevo listo" in said and "FEHT 1-500 numera hasta que Alojamientos use el primer número" in said
    assert "Quedan 20 números" in said and "Quedan 4.500 números" in said, "of the new one nothing is used yet"


def test_prefixes_that_can_be_confused_are_told(qtbot: QtBot, page: NumberingPage, tmp_path: Path) -> None:
    with history(tmp_path) as reader:
        said = shown(qtbot, page, reader, range_of(prefix="FE1"), range_of(Family.DOCUMENTO_SOPORTE, prefix="FE"))
    assert "Prefijos que se pueden confundir" in said and "termina en dígito" in said


def test_what_the_numbering_said_over_time_is_told_the_newest_first(
    qtbot: QtBot, page: NumberingPage, tmp_path: Path
) -> None:
    clock = HandClock(NOW - timedelta(days=2))
    agreed = range_of()
    columns = [numbering(system) for system in (System.PMS, System.PYMES, System.DIAN)]
    columns[1] = columns[1].model_copy(update={"last": 4999})
    later = NOW - timedelta(days=1)
    broken = prove(Family.FACTURA, columns, later, later.date())
    with Ledger(tmp_path / "ledger.sqlite3", clock) as ledger:
        ledger.save_proofs([agreed.model_copy(update={"checked_at": clock.now()})])
        ledger.save_proofs([broken])
        ledger.save_proofs([broken])
        ledger.save_proofs([agreed])
    reader = LedgerReader(tmp_path / "ledger.sqlite3", clock)
    shown(qtbot, page, reader, agreed)
    qtbot.waitUntil(lambda: not page.history.isHidden())
    said = [label.text() for label in page.history.findChildren(QLabel)]
    assert [text for text in said if text == "Todo coincide"] == ["Todo coincide"] * 2
    (told,) = [text for text in said if "4999" in text]
    assert "Hasta" in told and "5000" in told
    heads = [label.accessibleName() for label in page.history.findChildren(Elided)]
    assert [head.split(" · ")[0] for head in heads] == ["09:05", "23/11/2026 09:05", "22/11/2026 09:05"]
    reader.close()
