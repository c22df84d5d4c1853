"""The wizard where Loggro publishes little: a person does it on Loggro's screens, and what can be read verifies it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from threading import Thread

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.connectors.bundle import open_connectors
from app.connectors.profile import load_profile
from app.model.documents import Family
from app.model.numbering import APPLIES_TO_PMS, Field, Source, System
from app.model.route import Route
from app.model.setup import Draft, RehearsalResult, RequirementState, Step
from app.model.source import SourceKind
from app.sandbox.practice import Practice
from app.sandbox.tokens import Kind
from app.setup.numbering import draft_of
from app.system.vault import SessionVault, VaultLocked
from tests.support.sandbox import guided
from tests.support.wizard import SECONDS, Person, Seat, surroundings
from ui.context import Context
from ui.theme import Theme
from ui.wizard.activating import ActivatingPage
from ui.wizard.connections import ConnectionsPage
from ui.wizard.numbering import NumberingPage
from ui.wizard.parts import InstructionView
from ui.wizard.requirements import RequirementsPage
from ui.wizard.verification import VerificationPage
from ui.wizard.welcome import WelcomePage
from ui.wizard.window import WizardWindow


def as_loggro_is_today(context: Context) -> Context:
    """Leave to a person what the profile of a real hotel leaves to one."""
    real = load_profile("loggro")
    context.profile = guided(context.profile, *(one for one, route in real.routes.items() if route is Route.GUIDED))
    return context


def do_on_loggros_screens(context: Context, person: Person) -> Draft:
    """Create in Pymes, as the person does there, what the PMS' screen says; return it as the person reads it."""
    practice = context.practice
    assert practice is not None
    every_route = surroundings(practice, context.paths.home).profile
    flow, found = person.window.flow, []

    async def work() -> None:
        key = (await practice.credentials(Kind.PMS_KEY))["token"]
        seeing = replace(flow.secrets, pms_api_key=key)
        hotel = (await practice.state())["property_id"]
        nit = flow.activation.hotel_nit
        async with open_connectors(every_route, seeing, hotel_id=hotel, hotel_nit=nit) as connectors:
            factura = next(one for one in await connectors.pms.numberings() if one.family is Family.FACTURA)
            wanted = factura.model_copy(update={"system": System.PYMES, "applies_to": APPLIES_TO_PMS})
            await connectors.pymes.create_numbering(wanted, "Alojamientos")
            found.append(draft_of(factura))

    thread = Thread(target=lambda: asyncio.run(work()))
    thread.start()
    thread.join()
    return found[0]


def test_the_whole_guided_way_says_what_was_read_and_what_was_typed(home: Context, seat: Seat) -> None:
    context = as_loggro_is_today(home)
    person = seat(context)
    flow = person.window.flow
    person.welcome()
    connections = person.page(ConnectionsPage)
    assert isinstance(connections, ConnectionsPage)
    assert flow.activation.source is SourceKind.FOLDER, "Loggro's own list is not there"
    assert not connections.source.choices[SourceKind.PMS].isEnabled()
    assert not connections.pms.isVisible(), "nothing is called there"
    assert person.drop(connections.source.folder.area, context.paths.home)
    person.connect(fe=False)
    person.proceed()

    requirements = person.page(RequirementsPage)
    assert isinstance(requirements, RequirementsPage)
    person.wait(lambda: bool(flow.activation.requirements))
    asked = [one.kind for one in flow.activation.requirements if one.state is RequirementState.ASKED]
    assert asked and not person.window.next.isEnabled()
    for kind in asked:
        assert requirements.lines[kind].findChild(InstructionView).isVisible(), "where to look stands beside it"
        person.click(requirements.lines[kind].confirm)
    assert {one.source for one in flow.activation.requirements if one.kind in asked} == {Source.TYPED}
    person.proceed()

    activating = person.page(ActivatingPage)
    assert isinstance(activating, ActivatingPage)
    assert activating.instruction.isVisible() and not activating.go.isVisible()
    person.click(activating.confirm)
    person.proceed()

    numbering = person.page(NumberingPage)
    assert isinstance(numbering, NumberingPage)
    person.click(numbering.families[Family.FACTURA])
    assert not numbering.card.make.isVisible()
    shown = do_on_loggros_screens(context, person)
    for field, editor in numbering.card.form.editors.items():
        person.type(editor, shown.text_of(field))
    copies = numbering.card.instruction.copies
    assert APPLIES_TO_PMS in {one.value() for one in copies} and shown.resolution in {one.value() for one in copies}
    person.click(copies[2].button)
    assert QApplication.clipboard().text() == copies[2].value()
    person.click(numbering.card.look)
    person.idle()
    person.proceed()

    verification = person.page(VerificationPage)
    assert isinstance(verification, VerificationPage)
    person.verify()
    card = verification.ranges[0]
    person.click(card.dian.open)
    person.type_twice(card.dian.form, shown.text_of)
    person.click(card.dian.save)
    person.idle()
    proof = flow.activation.proofs[0]
    sources = {system: column.source for system, column in proof.columns.items()}
    assert sources == {System.PMS: Source.TYPED, System.PYMES: Source.READ, System.DIAN: Source.TYPED}
    person.proceed()

    person.idle()
    assert flow.activation.rehearsal is not None
    assert flow.activation.rehearsal.result is RehearsalResult.NOTHING_YET
    assert person.proceed() is Step.DONE
    assert flow.activation.is_finished


def test_a_mistake_from_the_paper_is_told_before_it_is_compared(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    person.connect(fe=False)
    person.proceed()
    person.walk_to(Step.VERIFICATION)
    person.verify()
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    card = next(one for one in page.ranges if one.dian.open.isVisible())
    person.click(card.dian.open)
    person.click(card.dian.save)
    assert card.dian.form.editors[Field.RESOLUTION].property("slip") == "block"
    person.type(card.dian.form.editors[Field.VALID_FROM], "2026/13/45")
    assert "día/mes/año" in card.dian.form.editors[Field.VALID_FROM].accessibleDescription()
    assert person.window.flow.activation.evidence == ()


def test_the_real_hotel_has_its_own_beginning_and_the_practice_one_keeps_its_place(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.REQUIREMENTS)
    person.click(person.window.back)
    person.click(person.window.back)
    welcome = person.page(WelcomePage)
    assert isinstance(welcome, WelcomePage)
    person.click(welcome.hotel)
    person.proceed()
    assert home.settings.profile == "loggro" and home.practice is None
    page = person.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    assert not page.practice.isVisible()
    assert person.window.flow.activation.hotel_nit is None, "what was learnt of the practice hotel stays there"
    assert page.fe.address.text() == "", "its address is not in the profile: the person types it"
    person.close()
    assert seat(home).step is Step.CONNECTIONS


def test_the_nit_is_checked_and_its_digit_shown(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    person.type(page.hotel.nit, "900508908-1")
    assert page.hotel.nit.property("slip") == "block", "the digit does not fit"
    person.type(page.hotel.nit, "900508908")
    assert "900508908-9" in page.hotel.nit.accessibleDescription()
    person.type(page.pms.key.editor, "una llave")
    person.type(page.hotel.nit, "")
    person.click(page.pms.try_key)
    assert person.window.flow.busy is None, "nothing is asked without knowing for which hotel"


def test_a_proxy_with_a_password_is_refused_where_it_is_typed(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.welcome()
    page = person.page(ConnectionsPage)
    assert isinstance(page, ConnectionsPage)
    person.click(page.network.shown)
    person.type(page.network.proxy, "http://ana:clave@proxy:8080")
    assert page.network.proxy.property("slip") == "block"
    assert home.settings.proxy is None
    person.type(page.network.proxy, "http://proxy.hotel.local:8080")
    assert home.settings.proxy == "http://proxy.hotel.local:8080"
    person.click(page.network.shown)
    assert home.settings.proxy is None


def test_requirements_are_checked_again_without_being_asked(home: Context, seat: Seat, qtbot: QtBot) -> None:
    person = seat(home)
    person.walk_to(Step.REQUIREMENTS)
    flow = person.window.flow
    qtbot.waitUntil(lambda: bool(flow.activation.requirements), timeout=SECONDS)
    first = flow.activation.requirements[0].checked_at
    qtbot.waitUntil(lambda: flow.activation.requirements[0].checked_at > first, timeout=SECONDS)


def test_the_wait_for_the_token_can_be_left_and_begun_again(
    tmp_path: Path, theme: Theme, turning: asyncio.AbstractEventLoop, seat: Seat, qtbot: QtBot
) -> None:
    with Practice.start(tmp_path / "slow hotel", push_delay=60.0) as practice:
        person = seat(surroundings(practice, tmp_path / "slow home"))
        person.walk_to(Step.ACTIVATION)
        page = person.page(ActivatingPage)
        assert isinstance(page, ActivatingPage)
        for _again in range(2):
            person.click(page.go)
            qtbot.waitUntil(lambda: page.waiting.isVisible() and "120" in page.waiting.words.text(), timeout=SECONDS)
            assert not person.window.next.isEnabled()
            person.click(page.waiting.cancel)
            person.idle()
            assert not page.waiting.isVisible()
        person.close()


class LockedVault(SessionVault):
    """The vault of a computer whose person has not unlocked it yet."""

    is_locked = False

    def _get(self, name: str) -> str:
        if self.is_locked:
            raise VaultLocked("waits")
        return super()._get(name)


def test_a_locked_vault_is_waited_for_and_is_no_reason_to_sign_in_again(
    home: Context, seat: Seat, qtbot: QtBot
) -> None:
    home.vault = vault = LockedVault("sandbox")
    person = seat(home)
    person.walk_to(Step.ACTIVATION)
    person.close()
    vault.is_locked = True
    window = WizardWindow(home)
    window.show()
    qtbot.waitUntil(window.open_again.isVisible, timeout=SECONDS)
    assert not window.next.isEnabled() and window.flow.step is Step.ACTIVATION
    vault.is_locked = False
    qtbot.mouseClick(window.open_again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page is not None, timeout=SECONDS)
    assert window.flow.step is Step.ACTIVATION
    window.close()
    window.deleteLater()
