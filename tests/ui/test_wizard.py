"""The wizard with mouse and keys on the live practice hotel: the whole way, taken up again, stopped where it must."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.model.documents import HOTEL_FAMILIES, Family
from app.model.numbering import Field, System
from app.model.setup import Connection, RehearsalResult, Step
from app.sandbox.practice import Practice
from app.sandbox.tokens import Kind
from app.setup.verification import evidence_of
from app.system.settings import load
from app.system.vault import Secret, SessionVault
from tests.support.wizard import SECONDS, Seat, surroundings
from ui.context import Context
from ui.theme import Theme
from ui.wizard.connections import ConnectionsPage
from ui.wizard.numbering import NumberingPage
from ui.wizard.verification import VerificationPage


def ordered(order: Callable[[], object]) -> None:
    """Give the practice hotel an order from a loop of its own, for the test's is turning."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(order())  # type: ignore[arg-type]
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    assert not failed, failed


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with Practice.start(tmp_path_factory.mktemp("hotel"), push_delay=0.2) as running:
        yield running


@pytest.fixture
def practice(hotel: Practice) -> Practice:
    """The hotel as if it had just been founded."""
    ordered(lambda: hotel.reset(1))
    return hotel


@pytest.fixture
def home(practice: Practice, tmp_path: Path, theme: Theme, turning: asyncio.AbstractEventLoop) -> Context:
    return surroundings(practice, tmp_path / "home")


def test_the_whole_way_by_mouse_ends_with_settings_an_engine_can_use(home: Context, seat: Seat, qtbot: QtBot) -> None:
    person = seat(home)
    person.walk_to(Step.DONE)
    flow = person.window.flow
    assert flow.activation.is_finished
    assert {proof.family for proof in flow.activation.proofs if proof.holds} == set(HOTEL_FAMILIES)
    assert flow.activation.rehearsal is not None
    assert flow.activation.rehearsal.result is RehearsalResult.PROVEN
    kept = load(home.paths.settings).settings
    assert kept == home.settings
    assert (kept.profile, kept.pms_access) == ("sandbox", "api-key")
    assert kept.hotel_document and kept.hotel_id and kept.organisation
    books: dict[str, object] = {}

    async def read() -> None:
        books.update(await home.practice.books())  # type: ignore[union-attr]

    ordered(read)
    assert (books["recorded"], books["doubled"], books["wrong"]) == (1, [], []), "the document of the rehearsal, once"
    with qtbot.waitSignal(person.window.setup_finished, timeout=SECONDS):
        person.click(person.window.next)


def test_the_whole_way_by_keys_alone(home: Context, seat: Seat, qtbot: QtBot) -> None:
    person = seat(home)
    window = person.window

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focused = window.focusWidget() or window
        QTest.keyClick(focused, key, modifier)

    def tab_to(target: object) -> None:
        for _press in range(60):
            if window.focusWidget() is target:
                return
            press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never reaches {target}")

    def advance(goal: Step) -> None:
        qtbot.waitUntil(window.next.isEnabled, timeout=SECONDS)
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: person.step is goal and window.flow.busy is None, timeout=SECONDS)

    window.activateWindow()
    advance(Step.CONNECTIONS)
    page = person.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    tab_to(page.practice.button)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(page.fe.password.text()) and window.flow.busy is None, timeout=SECONDS)
    for editor, connection in (
        (page.pymes.token.editor, Connection.PYMES),
        (page.pms.key.editor, Connection.PMS),
        (page.fe.password.editor, Connection.FE),
    ):
        tab_to(editor)
        press(Qt.Key.Key_Return)
        qtbot.waitUntil(
            lambda connection=connection: connection in window.flow.activation.attempts and window.flow.busy is None,
            timeout=SECONDS,
        )
    assert person.step is Step.CONNECTIONS, "Enter in a field tries the access and does not leave the page"
    advance(Step.REQUIREMENTS)
    advance(Step.ACTIVATION)
    tab_to(person.page().go)  # type: ignore[attr-defined]
    press(Qt.Key.Key_Space)
    advance(Step.NUMBERING)
    numbering = person.page(NumberingPage)
    assert isinstance(numbering, NumberingPage)
    tab_to(numbering.create_all)
    press(Qt.Key.Key_Space)
    advance(Step.VERIFICATION)
    advance(Step.REHEARSAL)
    tab_to(person.page().approve)  # type: ignore[attr-defined]
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.flow.first is not None and window.flow.busy is None, timeout=SECONDS)
    tab_to(person.page().send)  # type: ignore[attr-defined]
    press(Qt.Key.Key_Space)
    advance(Step.DONE)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: person.step is not Step.DONE or window.flow.activation.is_finished, timeout=SECONDS)


def test_a_closed_wizard_opens_where_it_was_left(home: Context, seat: Seat) -> None:
    for step in list(Step)[1:]:
        person = seat(home)
        person.walk_to(step)
        person.close()
        again = seat(home)
        assert again.step is step
        again.close()


def test_a_step_back_is_remembered_too(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.REQUIREMENTS)
    person.meet_requirements()
    person.click(person.window.back)
    person.close()
    again = seat(home)
    assert again.step is Step.CONNECTIONS
    assert again.proceed() is Step.REQUIREMENTS


def test_a_vault_that_was_emptied_asks_for_the_access_again(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.NUMBERING)
    person.close()
    home.vault = SessionVault("another computer")
    assert seat(home).step is Step.CONNECTIONS


def test_a_wrong_token_says_so_and_is_kept_nowhere(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    person.type(page.pymes.token.editor, "no-es-un-token-de-pymes")
    person.click(page.pymes.go)
    person.idle()
    result = page.pymes.result
    assert result.isVisible()
    assert "Pymes no acepta el token" in result.banner.accessibleName()
    assert "Integraciones" in result.banner.accessibleName(), "it says where a new one is made"
    assert result.details.isVisible() and not result.details.text.isVisible()
    person.click(result.details.button)
    assert "401" in result.details.text.toPlainText()
    assert not person.window.next.isEnabled()
    assert Secret.PYMES_TOKEN not in person.window.flow.kept
    assert "no-es-un-token" not in everything_under(home.paths.home)


def test_a_token_that_works_is_stored_and_not_shown_again(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    assert page.pymes.token.editor.echoMode() is QLineEdit.EchoMode.Password
    person.click(page.pymes.go)
    person.idle()
    assert page.pymes.stored.isVisible() and not page.pymes.token.isVisible()
    assert page.pymes.token.text() == ""
    assert Secret.PYMES_TOKEN in person.window.flow.kept


def test_the_access_that_is_not_used_is_forgotten(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    person.click(page.pms.try_key)
    person.idle()
    assert Secret.PMS_API_KEY in person.window.flow.kept
    person.click(page.pms.with_code)
    person.type(page.pms.code.phone, "+573001234567")
    person.click(page.pms.code.send)
    person.idle()
    assert page.pms.code.sent.isVisible()
    person.click(page.pms.code.practice)
    person.idle()
    assert page.pms.code.code.text()
    person.click(page.pms.code.enter)
    person.idle()
    assert person.window.flow.kept & {Secret.PMS_API_KEY, Secret.PMS_SESSION} == {Secret.PMS_SESSION}
    assert "quedan" in page.pms.clock.text(), "the hour is shown running out"


def test_wrong_codes_are_counted_before_the_hotel_is_locked_out(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    person.click(page.pms.with_code)
    person.type(page.pms.code.phone, "+573001234567")
    person.type(page.pms.code.code, "000000")
    for left in ("4", "3"):
        person.click(page.pms.code.enter)
        person.idle()
        assert f"Quedan {left} intentos" in page.pms.code.warning.text()
    assert "Alojamientos no acepta el acceso" in page.pms.result.banner.accessibleName()


def test_a_difference_lets_nobody_on_but_into_watching_only(home: Context, practice: Practice, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.VERIFICATION)
    person.verify()
    window, flow = person.window, person.window.flow
    assert window.next.isEnabled() and not window.watch.isVisible()
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    ordered(lambda: practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, 999_999))
    person.click(page.again)
    person.idle()
    assert not window.next.isEnabled()
    broken = page.ranges[0].table.cells[Field.LAST, System.PYMES]
    assert not broken.agrees and broken.marked
    assert sum(not cell.agrees for card in page.ranges for cell in card.table.cells.values()) == 1
    said = page.verdict.accessibleName()
    assert "999999" in said and "Loggro Pymes" in said and "Consecutivos de Facturación" in said
    person.click(window.watch)
    person.idle()
    assert person.step is Step.REHEARSAL and flow.activation.watch_only
    assert not person.page().send.isVisible()  # type: ignore[attr-defined]
    person.click(window.back)
    person.idle()
    assert page.watching.isVisible()
    ordered(lambda: practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, int(numbers_of(home)[1])))
    person.click(page.again)
    person.idle()
    assert not flow.activation.watch_only, "once everything agrees the chosen mode is back"
    assert window.next.isEnabled()


def numbers_of(context: Context) -> tuple[str, str]:
    entries = json.loads(context.paths.setup("sandbox").read_text(encoding="utf-8"))["entries"]
    draft = next(entry["draft"] for entry in entries if entry["draft"]["family"] == Family.FACTURA.value)
    return draft["first"], draft["last"]


def test_without_loggro_fe_the_dians_side_is_typed_and_never_filled_in(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    person.connect(fe=False)
    person.proceed()
    person.walk_to(Step.VERIFICATION)
    person.verify()
    assert not person.window.next.isEnabled()
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    asked = [card for card in page.ranges if card.dian.open.isVisible()]
    assert len(asked) == 2, "facturas and documentos soporte have an authorisation, notes have none"
    entries = {entry.family: entry.draft for entry in person.window.flow.activation.entries}
    for family in (Family.FACTURA, Family.DOCUMENTO_SOPORTE):
        card = next(one for one in page.ranges if one.family is family)
        person.click(card.dian.open)
        assert {editor.text() for editor in card.dian.form.editors.values()} == {""}
        person.type_twice(card.dian.form, entries[family].text_of)
        person.click(card.dian.save)
        person.idle()
    assert person.window.next.isEnabled()
    typed = [one for one in evidence_of(person.window.flow.activation) if one.system is System.DIAN]
    assert {one.family for one in typed} == {Family.FACTURA, Family.DOCUMENTO_SOPORTE}
    person.walk_to(Step.DONE)
    assert len(evidence_in(home)) == 2, "the engine's guard needs what was typed"


def evidence_in(context: Context) -> list[object]:
    with sqlite3.connect(context.paths.ledger("sandbox")) as database:
        return [json.loads(body) for (body,) in database.execute("SELECT body FROM evidence")]


def test_the_form_is_checked_key_by_key(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.NUMBERING)
    page = person.page(NumberingPage)
    assert isinstance(page, NumberingPage)
    person.idle()
    assert len(page.tabs) == len(HOTEL_FAMILIES)
    editor = page.card.form.editors[Field.PREFIX]
    right = editor.text()
    assert right, "filled from the PMS"
    person.type(editor, "FEHT-1")
    assert editor.property("slip") == "block"
    assert "caracteres" in editor.accessibleDescription()
    assert not page.card.make.isEnabled()
    person.type(editor, "FE1")
    assert editor.property("slip") == "warn", "it ends in a digit, which the DIAN allows"
    assert page.card.make.isEnabled()
    person.type(editor, right)
    assert not editor.property("slip")
    person.click(page.card.make)
    person.idle()
    assert page.card.outcome.isVisible() and not page.card.make.isVisible()
    person.click(page.card.look)
    person.idle()
    assert person.window.flow.activation.entries[0].lets_on


def everything_under(home: Path) -> str:
    return "".join(file.read_bytes().decode("utf-8", "replace") for file in home.rglob("*") if file.is_file())


def test_no_secret_is_in_any_file_after_the_whole_way(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.DONE)
    person.close()
    secrets = [home.vault.get(name) for name in sorted(person.window.flow.kept)]
    assert len(secrets) == 5
    written = everything_under(home.paths.home)
    assert person.window.flow.activation.hotel_nit in written, "it does read what was written"
    assert [secret for secret in secrets if secret in written] == []


def test_the_practice_credentials_are_the_hotels_own(home: Context, seat: Seat, practice: Practice) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    found: dict[str, object] = {}

    async def read() -> None:
        found.update(await practice.state())
        await practice.credentials(Kind.PYMES)

    ordered(read)
    assert page.hotel.nit.text() == found["hotel"]["id"]  # type: ignore[index]
