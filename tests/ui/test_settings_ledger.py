"""Ajustes, «Dónde está el libro»: tried, moved, joined and brought back from the screen, on a real server."""

from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.model.role import Act
from app.model.status import Sender
from app.storage.moving import content_of
from app.storage.place import ServerPlace
from app.system.settings import load
from app.system.vault import Secret
from tests.support.panel import NOW, HandClock, fill, status
from tests.support.postgres import PostgresServer
from ui.context import Context
from ui.loop import spawn
from ui.panel.settings_ledger import LedgerSection
from ui.parts import Button, give_turn, permit
from ui.theme import Theme

Work = Callable[[], Coroutine[Any, Any, None]]


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def ledger(context: Context, clock: HandClock) -> Path:
    context.choose(hotel_document="900508908")
    path = context.paths.ledger("sandbox")
    fill(path, 8, clock)
    return path


@pytest.fixture
def section(qtbot: QtBot, context: Context, ledger: Path, theme: Theme, turning: object) -> LedgerSection:
    section = LedgerSection(context, fail)
    qtbot.addWidget(section)
    section.resize(880, 700)
    section.show()
    # As the window does it, with an engine that has come to rest.
    section.rest_requested.connect(lambda work: spawn(work(), fail))
    return section


def words_in(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def try_server(qtbot: QtBot, section: LedgerSection, place: ServerPlace, password: str = "") -> str:
    """Write a server into the form, try it, and return what the section says then."""
    form, address = section.form, place.address
    if section.share.isVisibleTo(section):
        section.share.click()
    for field, text in (
        (form.host, address.host),
        (form.database, address.database),
        (form.user, address.user),
        (form.name, address.hotel),
        (form.password, password or place.password),
    ):
        field.setText(text)
    form.port.setText(str(address.port))
    with qtbot.waitSignal(section.settled, timeout=20_000):
        section.test.click()
    return words_in(section)


def agree(qtbot: QtBot, section: LedgerSection, button: Button) -> str:
    """Press, agree to the question, wait for the end, and return what the question said."""
    button.click()
    qtbot.waitUntil(lambda: section.question is not None and section.question.isVisible())
    assert section.question is not None
    said = words_in(section.question)
    section.question.word.setText("TRAER")
    with qtbot.waitSignal(section.settled, timeout=30_000):
        section.question.do.click()
    return said


def test_the_ledger_goes_to_a_server_and_comes_back_proven_each_time(
    qtbot: QtBot, section: LedgerSection, context: Context, ledger: Path, postgres: PostgresServer
) -> None:
    place, before = postgres.new_ledger(), content_of(ledger)
    assert str(ledger) in words_in(section)
    said = try_server(qtbot, section, place)
    assert "Allí no está todavía el libro de este hotel." in said
    assert section.bring.isVisible() and not section.join.isVisible()
    assert "comprueba fila por fila" in agree(qtbot, section, section.bring)
    qtbot.waitUntil(lambda: before.digest in words_in(section))
    assert context.settings.ledger_server == place.address == load(context.paths.settings).settings.ledger_server
    assert context.vault.get(Secret.LEDGER_PASSWORD) == place.password
    assert place.password not in words_in(section) and section.form.password.text() == ""
    assert "En un servidor" in words_in(section)
    agree(qtbot, section, section.back)
    assert context.settings.ledger_server is None
    assert content_of(ledger) == before
    assert [deed.act for deed in context.deeds.read()] == [Act.MOVE_LEDGER, Act.MOVE_LEDGER]


def test_a_ledger_that_is_there_already_can_only_be_joined(
    qtbot: QtBot, section: LedgerSection, context: Context, clock: HandClock, postgres: PostgresServer
) -> None:
    place = postgres.new_ledger()
    fill(place, 5, clock)
    said = try_server(qtbot, section, place)
    assert "Tiene 5 documentos." in said
    assert section.join.isVisible() and not section.bring.isVisible()
    assert "tiene 3 documentos que allí no están" in agree(qtbot, section, section.join)
    assert context.settings.ledger_server == place.address


def test_a_wrong_password_and_a_wrong_name_change_nothing_and_say_what_to_do(
    qtbot: QtBot, section: LedgerSection, context: Context, postgres: PostgresServer
) -> None:
    place = postgres.new_ledger()
    said = try_server(qtbot, section, place, "not-the-password")
    assert "No se cambió nada." in said and "Pida los datos a quien cuida el servidor" in said
    assert not section.bring.isVisible() and not section.join.isVisible()
    section.form.name.setText("Mi Hotel")
    with qtbot.waitSignal(section.settled):
        section.test.click()
    assert "Minúsculas, números" in words_in(section)
    assert context.settings.ledger_server is None


def test_another_server_than_the_one_that_was_tried_is_not_written_to(
    qtbot: QtBot, section: LedgerSection, postgres: PostgresServer
) -> None:
    try_server(qtbot, section, postgres.new_ledger())
    assert section.bring.isVisible()
    qtbot.keyClicks(section.form.database, "x")
    assert not section.bring.isVisible()


def test_a_spare_says_who_sends(
    qtbot: QtBot, section: LedgerSection, context: Context, postgres: PostgresServer
) -> None:
    context.choose(ledger_server=postgres.new_ledger().address)
    section.draw(status(spare_of=Sender(computer="RECEPCION-2", since=NOW - timedelta(hours=2))))
    assert "Envía RECEPCION-2" in words_in(section) and "de reserva" in words_in(section)


def test_what_a_spare_may_not_write_is_disabled_with_the_reason_and_comes_back_with_the_turn(
    qtbot: QtBot, theme: Theme
) -> None:
    window, release, see = Button("w"), Button("r"), Button("s")
    qtbot.addWidget(window)
    for button, act in ((release, Act.RELEASE), (see, Act.SUPPORT)):
        button.setParent(window)
        permit(button, act)
    window.show()
    give_turn(window, "De reserva: envía RECEPCION-2.")
    assert not release.isEnabled() and see.isEnabled()
    assert release.toolTip() == "De reserva: envía RECEPCION-2."
    give_turn(window, "")
    assert release.isEnabled() and release.toolTip() == ""
