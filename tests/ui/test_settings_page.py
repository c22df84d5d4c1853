"""Ajustes: every change counts at once, is kept, can be taken back where it can, and says what it did."""

import sys
import zipfile
from collections.abc import Callable, Coroutine, Iterator
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.connectors.profile import Operation, load_profile
from app.model.mode import Mode
from app.model.notices import NoticeKind
from app.setup import activation_file
from app.setup.activation import Activation
from app.storage.backup import back_up
from app.sync.ledger_reader import LedgerReader
from app.sync.recovery import open_ledger
from app.system import autostart
from app.system.autostart import Autostart
from app.system.settings import load
from app.system.vault import Secret, SecretMissing, SessionVault, VaultLocked
from tests.support import wire
from tests.support.panel import HandClock, fill, status
from ui.context import Context
from ui.loop import spawn
from ui.panel.settings import SettingsPage
from ui.support import SupportWindow
from ui.theme import Theme

Work = Callable[[], Coroutine[Any, Any, None]]


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def page(qtbot: QtBot, context: Context, theme: Theme, turning: object) -> SettingsPage:
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    return page


def kept(context: Context) -> Any:
    return load(context.paths.settings).settings


def words_in(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


# --- the page -----------------------------------------------------------------------------------------------------


def test_a_section_is_built_at_each_turn_and_what_was_told_before_reaches_it(
    qtbot: QtBot, context: Context, theme: Theme, turning: object
) -> None:
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.draw(status())
    page.refresh()
    there: list[int] = []
    page.show()
    while not page.is_whole:
        there.append(len(page._sections))
        QApplication.processEvents()
    assert there[0] == 1 and max(now - before for before, now in pairwise(there)) <= 2, there
    column = page._column
    assert [column.itemAt(n).widget() for n in range(column.count())] == page._sections
    qtbot.waitUntil(lambda: "Todavía no hay" in words_in(page.copies))


def test_a_section_that_is_asked_for_early_stands_where_it_belongs(page: SettingsPage) -> None:
    assert page.copies.isVisible()
    assert page._sections == [page.mode, page.notices, page.computer, page.network, page.copies]


def test_the_place_of_a_former_page_is_taken_when_there_is_so_much_to_scroll(
    qtbot: QtBot, context: Context, theme: Theme, turning: object
) -> None:
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.return_to(1500)
    page.show()
    qtbot.waitUntil(lambda: page.place() == 1500)


# --- mode and cadence -------------------------------------------------------------------------------------------------


def answer(qtbot: QtBot, page: SettingsPage, mode: Mode, *, yes: bool) -> str:
    """Wish for a mode, answer the question, and return what it said."""
    page.mode.modes[mode].click()
    qtbot.waitUntil(lambda: page.mode.question is not None and page.mode.question.isVisible())
    assert page.mode.question is not None
    said = words_in(page.mode.question)
    with qtbot.waitSignal(page.mode.settled):
        (page.mode.question.do if yes else page.mode.question.leave).click()
    return said


def test_a_mode_is_chosen_after_a_question_that_names_what_happens(
    qtbot: QtBot, page: SettingsPage, context: Context
) -> None:
    page.draw(status(counts=status().counts.model_copy(update={"waiting": 2, "missing": 1})))
    with qtbot.assertNotEmitted(page.settings_changed):
        said = answer(qtbot, page, Mode.SEND_ALL, yes=False)
    assert "Hay 3 documentos que no están en Pymes." in said
    assert "sin esperar a Loggro" in said
    assert page.mode.modes[Mode.COMPLETE].isChecked()
    with qtbot.waitSignal(page.settings_changed):
        answer(qtbot, page, Mode.SEND_ALL, yes=True)
    assert kept(context).mode is Mode.SEND_ALL


def test_a_change_can_be_taken_back(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    answer(qtbot, page, Mode.WATCH, yes=True)
    assert page.changes.isVisible()
    with qtbot.waitSignal(page.settings_changed):
        qtbot.mouseClick(page.changes.undo, Qt.MouseButton.LeftButton)
    assert kept(context).mode is Mode.COMPLETE
    assert page.mode.modes[Mode.COMPLETE].isChecked()
    assert not page.changes.undo.isVisible()


def test_the_wizard_does_not_bring_the_former_mode_back(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    path = context.paths.setup("sandbox")
    activation_file.save(Activation.begin(context.profile).choose(context.profile, Mode.SEND_ALL), path)
    answer(qtbot, page, Mode.WATCH, yes=True)
    qtbot.waitUntil(lambda: activation_file.load(path, context.profile).activation.mode is Mode.WATCH)


def test_where_pymes_takes_nothing_from_us_only_watching_is_offered(
    qtbot: QtBot, context: Context, theme: Theme, turning: object
) -> None:
    context.profile = load_profile("loggro", {})
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    assert [mode for mode, choice in page.mode.modes.items() if choice.isEnabled()] == [Mode.WATCH]
    assert page.mode.modes[Mode.WATCH].isChecked()
    assert page.profile.rows[Operation.PYMES_SEND].text() == "guiada"
    assert page.support.drills is None


def test_a_cadence_is_kept_and_never_shorter_than_the_profiles(
    qtbot: QtBot, page: SettingsPage, context: Context
) -> None:
    box = page.mode.cadence
    box.setCurrentIndex(box.findData(120))
    with qtbot.waitSignal(page.settings_changed):
        box.activated.emit(box.currentIndex())
    assert kept(context).cadence == 120
    assert context.profile.paced(120).cadence == 120
    hotel = load_profile("loggro", {})
    assert hotel.paced(30).cadence == hotel.timing.cadence == 60
    assert hotel.paced(None) == hotel.timing


# --- notices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_of_notice_has_a_switch(qtbot: QtBot, page: SettingsPage, context: Context, kind: NoticeKind) -> None:
    qtbot.mouseClick(page.notices.switches[kind], Qt.MouseButton.LeftButton)
    assert [one for one in NoticeKind if not kept(context).notices.wants(one)] == [kind]
    qtbot.mouseClick(page.changes.undo, Qt.MouseButton.LeftButton)
    assert kept(context).notices.wants(kind)
    assert page.notices.switches[kind].isChecked()


def test_the_quiet_hours_are_kept(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    qtbot.keyClick(page.notices.quiet, Qt.Key.Key_Space)
    page.notices.quiet_from.setCurrentText("22:00")
    page.notices.quiet_from.activated.emit(22)
    notices = kept(context).notices
    assert (notices.quiet_from, notices.quiet_to) == (time(22), time(7))
    qtbot.mouseClick(page.notices.quiet, Qt.MouseButton.LeftButton)
    assert kept(context).notices.quiet_from is None


# --- this computer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", Autostart)
def test_the_real_state_of_starting_is_shown(page: SettingsPage, state: Autostart) -> None:
    page.computer.show_state(state)
    start = page.computer.start
    assert start.isChecked() is (state is Autostart.ON)
    assert start.isEnabled() is (state in (Autostart.ON, Autostart.OFF))
    said = {
        Autostart.ON: "Sí: queda en el icono",
        Autostart.OFF: "No: mientras nadie lo abra",
        Autostart.SWITCHED_OFF_BY_USER: "alguien lo desactivó en el sistema",
        Autostart.UNAVAILABLE: "no ofrece una lista de inicio",
    }[state]
    assert said in page.computer.starts.sentence.text()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="writes an XDG autostart file")
def test_starting_with_the_session_is_switched_for_real(
    qtbot: QtBot, page: SettingsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    start = page.computer.start
    page.refresh()
    qtbot.waitUntil(start.isEnabled)
    assert not start.isChecked()
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: autostart.state() is Autostart.ON and page.changes.isVisible())
    qtbot.mouseClick(page.changes.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: autostart.state() is Autostart.OFF and not start.isChecked())
    autostart.turn_on()
    page.refresh()
    qtbot.waitUntil(start.isChecked)


# --- the proxy --------------------------------------------------------------------------------------------------------


def try_proxy(qtbot: QtBot, page: SettingsPage, address: str, user: str = "", password: str = "") -> str:
    network = page.network
    network.address.setText(address)
    network.user.setText(user)
    network.password.setText(password)
    with qtbot.waitSignal(network.settled, timeout=20_000):
        network.try_it.click()
    return words_in(network)


@pytest.fixture
def hotel_page(qtbot: QtBot, context: Context, theme: Theme, turning: object) -> SettingsPage:
    """The page of a hotel whose systems are outside of this computer."""
    profile = load_profile("loggro", {})
    change = {"pms": "https://pms.hotel.test", "facturacion": "https://pymes.hotel.test"}
    context.profile = profile.model_copy(update=change)
    page = SettingsPage(context, fail)
    qtbot.addWidget(page)
    page.show()
    return page


def test_an_address_that_is_none_is_told_before_anything_is_asked(
    qtbot: QtBot, hotel_page: SettingsPage, context: Context
) -> None:
    said = try_proxy(qtbot, hotel_page, "http://user:5ecret@proxy:8080")
    assert "no puede llevar usuario ni contraseña" in said
    assert "5ecret" not in said
    assert context.settings.proxy is None


def test_a_proxy_that_refuses_is_not_kept(qtbot: QtBot, hotel_page: SettingsPage, context: Context) -> None:
    with wire.answering(407, headers={"Proxy-Authenticate": "Basic"}) as proxy:
        said = try_proxy(qtbot, hotel_page, proxy, "recepcion", "5ecret-of-proxy")
    assert "El proxy no deja pasar" in said
    assert "Loggro Alojamientos, Loggro Pymes" in said
    assert context.settings.proxy is None
    with pytest.raises(SecretMissing):
        context.vault.get(Secret.PROXY_USER)


def test_a_proxy_that_passes_on_is_kept_and_its_password_only_in_the_vault(
    qtbot: QtBot, hotel_page: SettingsPage, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("pms.hotel.test", "pymes.hotel.test")
    with wire.tunnelling(tmp_path, names, "recepcion", "5ecret-of-proxy") as (proxy, trusted):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert "El proxy no deja pasar" in try_proxy(qtbot, hotel_page, proxy, "recepcion", "wrong-password")
        said = try_proxy(qtbot, hotel_page, proxy, "recepcion", "5ecret-of-proxy")
        assert "El proxy deja pasar" in said
        # What the vault has is used where nothing is typed.
        assert "El proxy deja pasar" in try_proxy(qtbot, hotel_page, proxy)
    assert kept(context).proxy == proxy
    assert context.vault.get(Secret.PROXY_PASSWORD) == "5ecret-of-proxy"
    assert hotel_page.network.password.text() == ""
    assert [file for file in context.paths.home.rglob("*") if file.is_file() and b"5ecret" in file.read_bytes()] == []


# --- copies -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(context: Context, clock: HandClock) -> Path:
    path = context.paths.ledger("sandbox")
    fill(path, 12, clock)
    return path


def test_a_copy_is_made_and_stands_in_the_list(qtbot: QtBot, ledger: Path, page: SettingsPage) -> None:
    page.refresh()
    qtbot.waitUntil(lambda: "Todavía no hay ninguna copia" in words_in(page.copies))
    with qtbot.waitSignal(page.copies.settled):
        page.copies.make.click()
    qtbot.waitUntil(lambda: len(page.copies.restores) == 1)
    assert "24/11/2026" in words_in(page.copies)


def test_a_copy_is_put_back_after_its_content_was_shown_and_while_the_engine_rests(
    qtbot: QtBot, ledger: Path, page: SettingsPage, context: Context, clock: HandClock
) -> None:
    back_up(ledger, clock.now())
    fill(ledger, 20, clock, first=13)
    asked: list[Work] = []
    page.rest_requested.connect(asked.append)
    page.refresh()
    qtbot.waitUntil(lambda: len(page.copies.restores) == 1)
    page.copies.restores[0].click()
    qtbot.waitUntil(lambda: page.copies.question is not None and page.copies.question.isVisible())
    assert page.copies.question is not None
    said = words_in(page.copies.question)
    assert "tiene 12 documentos" in said and "El libro de ahora tiene 20" in said
    assert not page.copies.question.do.isEnabled()  # nobody said why
    page.copies.question.reason.setText("Se borró una fila a mano")
    page.copies.question.do.click()
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert count(ledger, clock) == 20
    with qtbot.waitSignal(page.copies.settled):
        spawn(asked[0](), fail)
    assert count(ledger, clock) == 12
    with open_ledger(ledger, clock) as restored:
        assert restored.rebuild is not None
    assert "Nada se envía hasta mirar entero" in words_in(page.copies)


def test_a_damaged_copy_changes_nothing(qtbot: QtBot, ledger: Path, page: SettingsPage, clock: HandClock) -> None:
    copy = back_up(ledger, clock.now())
    copy.write_bytes(b"not a ledger" * 500)
    page.refresh()
    qtbot.waitUntil(lambda: len(page.copies.restores) == 1)
    with qtbot.waitSignal(page.copies.settled):
        page.copies.restores[0].click()
    assert "No se cambió nada" in words_in(page.copies)
    assert count(ledger, clock) == 12


def count(ledger: Path, clock: HandClock) -> int:
    reader = LedgerReader(ledger, clock)
    try:
        return reader.counts().total
    finally:
        reader.close()


# --- leaving ----------------------------------------------------------------------------------------------------------


def leave(qtbot: QtBot, page: SettingsPage) -> None:
    page.all_rest_requested.connect(lambda work: spawn(work(), fail))
    page.leave.leave.click()
    qtbot.waitUntil(lambda: page.leave.question is not None and page.leave.question.isVisible())
    question = page.leave.question
    assert question is not None
    assert not question.do.isEnabled()
    question.word.setText("desconectar")
    assert not question.do.isEnabled()  # nobody said why
    question.reason.setText("El computador sale del hotel")
    with qtbot.waitSignals([page.leave.settled, page.disconnected]):
        question.do.click()


def test_leaving_removes_every_secret_and_proves_it(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    for name in Secret:
        context.vault.put(name, f"secret-{name}")
    leave(qtbot, page)
    for name in Secret:
        with pytest.raises(SecretMissing):
            context.vault.get(name)
    said = words_in(page.leave)
    assert "No queda ningún acceso en este computador" in said
    assert f"{len(Secret)} de {len(Secret)} ya no están" in said
    qtbot.waitUntil(lambda: "Token de Pymes (sandbox): quitado; al pedirlo, no está" in words_in(page.leave))


class StubbornVault(SessionVault):
    """Keeps one entry whatever it is told."""

    def _forget(self, name: str) -> None:
        if name == Secret.FE_PASSWORD:
            raise VaultLocked("locked")
        super()._forget(name)


def test_what_is_not_proven_is_not_claimed(qtbot: QtBot, page: SettingsPage, context: Context) -> None:
    context.vault = StubbornVault("test")
    for name in Secret:
        context.vault.put(name, f"secret-{name}")
    leave(qtbot, page)
    said = words_in(page.leave)
    assert "No queda ningún acceso" not in said
    assert "1 acceso sin comprobar" in said
    line = "Contraseña de Loggro FE (sandbox): no se pudo comprobar"
    qtbot.waitUntil(lambda: line in words_in(page.leave))


# --- the support report -----------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, context: Context, theme: Theme, turning: object) -> Iterator[SupportWindow]:
    context.vault.put(Secret.PYMES_TOKEN, "planted-5ecret-token")
    (context.paths.logs / "botones.log").write_text("it failed with planted-5ecret-token\n", encoding="utf-8")
    window = SupportWindow(context, None, status(), fail)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.gathered, timeout=15_000):
        window.show()
    yield window


def test_what_is_saved_is_exactly_what_was_shown(qtbot: QtBot, window: SupportWindow, tmp_path: Path) -> None:
    shown = {}
    for number, piece in enumerate(window.pieces):
        window.files.setCurrentRow(number)
        shown[piece.name] = window.text.toPlainText()
    with qtbot.waitSignal(window.saved):
        window.write(tmp_path / "report.zip")
    with zipfile.ZipFile(tmp_path / "report.zip") as file:
        assert {name: file.read(name).decode() for name in file.namelist()} == shown
    assert "it failed with •••" in shown["logs/botones.log.txt"]
    assert "5ecret" not in "".join(shown.values())


def test_a_place_that_cannot_be_written_is_told(qtbot: QtBot, window: SupportWindow, tmp_path: Path) -> None:
    window.write(tmp_path / "nowhere" / "report.zip")
    qtbot.waitUntil(lambda: "No se pudo guardar" in words_in(window))
