"""What people do with the wizard that no guide foresees: change their mind, leave, come back, steer with keys."""

import asyncio
from collections.abc import Callable
from threading import Thread

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox

from app.model.documents import Family
from app.model.errors import Failure
from app.model.mode import Mode
from app.model.numbering import Field, System
from app.model.role import Act
from app.model.setup import Step
from app.model.status import Trouble
from app.system.settings import load
from app.system.vault import SessionVault
from app.texts import speak
from tests.support.wizard import Person, Seat
from ui.context import Context
from ui.wizard.connections import ConnectionsPage
from ui.wizard.verification import VerificationPage
from ui.wizard.welcome import WelcomePage
from ui.wizard.window import WizardWindow


def welcome(person: Person) -> WelcomePage:
    page = person.page(WelcomePage)
    assert isinstance(page, WelcomePage)
    return page


def test_a_mode_chosen_and_left_at_once_is_kept(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.click(welcome(person).modes[Mode.WATCH])
    person.close()
    again = seat(home)
    assert again.step is Step.WELCOME
    assert welcome(again).modes[Mode.WATCH].isChecked()


def test_a_finished_hotel_works_in_the_mode_chosen_last_wherever_the_wizard_is_closed(
    home: Context, seat: Seat
) -> None:
    person = seat(home)
    person.walk_to(Step.DONE)
    person.wait(lambda: person.window.next.isEnabled())
    assert load(home.paths.settings).settings.mode is Mode.COMPLETE
    person.click(person.window.rail.findChildren(QAbstractButton)[0])
    person.click(welcome(person).modes[Mode.WATCH])
    person.close()
    assert load(home.paths.settings).settings.mode is Mode.WATCH


def test_who_turns_watching_into_sending_says_why_here_too(home: Context, seat: Seat) -> None:
    home.choose(mode=Mode.WATCH)
    person = seat(home)
    page = welcome(person)
    person.click(page.modes[Mode.WATCH])
    for reason in ("", "El contador terminó de revisar"):
        person.click(page.modes[Mode.SEND_ALL])
        person.wait(lambda: page.question is not None and page.question.isVisible())
        question = page.question
        assert question is not None and not question.do.isEnabled()
        question.reason.setText(reason)
        (question.do if reason else question.leave).click()
        person.wait(lambda: page.question is None)
        assert page.modes[Mode.SEND_ALL if reason else Mode.WATCH].isChecked()
    (deed,) = [one for one in home.deeds.read() if one.act is Act.START_SENDING]
    assert deed.reason == "El contador terminó de revisar"


def test_another_language_leaves_the_choices_as_they_are(home: Context, seat: Seat) -> None:
    person = seat(home)
    page = welcome(person)
    person.click(page.modes[Mode.SEND_ALL])
    person.click(page.hotel)
    try:
        choose(page.language, "en")
        page = welcome(person)
        assert page.hotel.isChecked()
        person.click(page.practice)
        assert page.modes[Mode.SEND_ALL].isChecked()
        assert home.settings.language == "en"
    finally:
        speak("es")


def choose(box: QComboBox, data: str) -> None:
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_the_practice_credentials_leave_what_works_already(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    person.click(page.pymes.go)
    person.idle()
    person.click(page.practice.button)
    person.wait(lambda: bool(page.fe.password.text()))
    person.idle()
    assert page.pymes.stored.isVisible() and not page.pymes.token.text()


def test_an_access_that_is_gone_is_not_green(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    person.connect()
    person.close()
    home.vault = SessionVault("sandbox")
    again = seat(home)
    page = again.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    for card in (page.pymes, page.pms, page.fe):
        assert card.result.banner.property("banner") == "warn"
        assert "ya no está en este computador" in card.result.banner.accessibleName()


def test_the_page_stays_where_it_is_while_a_key_tries_an_access(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.fill_practice_access()
    page.ensureWidgetVisible(page.pms.try_key)
    place = page.verticalScrollBar().value()
    assert place > 0
    page.pms.try_key.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(page.pms.try_key, Qt.Key.Key_Space)
    person.wait(page.pms.stored.isVisible)
    person.idle()
    assert page.verticalScrollBar().value() == place
    QTest.keyClick(person.window, Qt.Key.Key_Tab)
    focused = person.window.focusWidget()
    assert focused is not None
    assert page.pms.isAncestorOf(focused) or page.fe.isAncestorOf(focused), "Tab goes on, not back to the top"


def test_what_differs_in_the_practice_hotel_can_be_mended_there(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.VERIFICATION)
    person.verify()
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    assert not page.mend.isVisible()
    practice = home.practice
    assert practice is not None
    in_a_thread(lambda: practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, 20_000))
    in_a_thread(lambda: practice.mutate(System.PYMES, Family.FACTURA, Field.ACTIVE, False))
    in_a_thread(lambda: practice.mutate(System.PMS, Family.NOTA_CREDITO, Field.PREFIX, "NX"))
    person.click(page.again)
    person.idle()
    assert not person.window.next.isEnabled()
    person.click(page.mend.button)
    person.idle()
    assert person.window.next.isEnabled() and not page.mend.isVisible()


def in_a_thread(order: Callable[[], object]) -> None:
    thread = Thread(target=lambda: asyncio.run(order()))  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_an_access_that_the_engine_was_refused_is_where_the_wizard_begins(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.DONE)
    person.wait(lambda: person.window.next.isEnabled())
    person.close()
    now = home.clock.now()
    again = WizardWindow(home, Trouble(failure=Failure.TOKEN, system="pms", since=now, needs_a_person=True))
    try:
        again.show()
        person.wait(lambda: again.flow.is_open)
        page = again.page
        assert isinstance(page, ConnectionsPage)
        assert page.pms.result.banner.property("banner") == "bad" and not page.pms.stored.isVisible()
        assert page.pymes.stored.isVisible()
    finally:
        again.close()
        again.deleteLater()
