"""The guide by hand in a real browser on the practice hotel's pages; the wizard looks on and goes on by itself."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from threading import Thread
from typing import Any

import pytest
from playwright.async_api import Page
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.model.documents import Family
from app.model.numbering import APPLIES_TO_PMS, Field, System
from app.model.setup import Draft, RehearsalResult, Step
from app.sandbox.practice import Practice
from app.sandbox.tokens import Kind
from app.setup.activation_file import load
from tests.support.chromium import browsing, needs_chromium
from tests.support.wizard import Person, Seat
from ui.context import Context
from ui.wizard.activating import ActivatingPage
from ui.wizard.numbering import NumberingPage
from ui.wizard.rehearsing import RehearsingPage
from ui.wizard.verification import VerificationPage
from ui.wizard.ways import Ways

BROWSER_SECONDS = 20_000


class Hand:
    """A person's other window: a browser in a loop of its own, so that the wizard goes on meanwhile."""

    def __init__(self, hotel: Practice, wait: Callable[[Callable[[], bool]], None]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._stack = AsyncExitStack()
        self._wait = wait
        self.hotel = hotel
        self.page: Page = self.do(self._stack.enter_async_context(browsing(hotel, "/recepcion")))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something there; the wizard's loop turns until it is done."""
        done = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._wait(done.done)
        return done.result()

    def close(self) -> None:
        try:
            self.do(self._stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


@pytest.fixture
def hand(home: Context, qtbot: QtBot) -> Iterator[Hand]:
    assert home.practice is not None
    hand = Hand(home.practice, lambda condition: qtbot.waitUntil(condition, timeout=BROWSER_SECONDS))
    yield hand
    hand.close()


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the wizard hands to the machine's browser."""
    found: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(url.toString()) or True)
    return found


def open_page(person: Person, ways: Ways, addresses: list[str], hand: Hand) -> None:
    """Choose to do the step by hand, and follow the wizard's button into the browser."""
    if not ways.is_by_hand:
        person.click(ways.by_hand)
        person.wait(lambda: ways.is_by_hand)
    person.click(ways.open)
    person.wait(lambda: bool(addresses))
    hand.do(hand.page.goto(addresses.pop()))


async def set_parameter(page: Page) -> None:
    await page.get_by_label("La organización está utilizando la aplicación de Alojamientos").select_option("si")
    await page.get_by_role("button", name="Guardar").click()


async def make_consecutivo(page: Page, copied: set[str], draft: Draft) -> None:
    """Fill the pages with what the wizard shows beside them."""
    assert {draft.name, APPLIES_TO_PMS} <= copied
    await page.get_by_label("Nombre").fill(draft.name)
    await page.get_by_label("Aplica a").select_option(APPLIES_TO_PMS)
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_role("link", name="Para definir o visualizar las vigencias").click()
    labels = {
        Field.PREFIX: "Prefijo",
        Field.FIRST: "Numeración inicial",
        Field.LAST: "Numeración final",
    }
    if draft.family.has_authorisation:
        labels |= {
            Field.RESOLUTION: "Número de resolución",
            Field.VALID_FROM: "Vigencia desde",
            Field.VALID_TO: "Vigencia hasta",
        }
    for field, label in labels.items():
        text = draft.text_of(field)
        assert text in copied, field
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Guardar", exact=True).click()
    inactive = page.get_by_role("button", name="Inactiva")
    if await inactive.count():
        await inactive.click()


async def approve_invoice(page: Page, hotel: Practice) -> None:
    await page.get_by_role("button", name="Enviar código").click()
    await page.get_by_label("Código de seis cifras").fill((await hotel.credentials(Kind.CODE))["code"])
    await page.get_by_role("button", name="Entrar", exact=True).click()
    await page.locator("tbody a").first.click()
    await page.get_by_role("button", name="Crear factura").click()
    await page.get_by_role("button", name="Aprobar", exact=True).click()


@needs_chromium
def test_the_whole_guide_by_hand_and_the_wizard_follows_to_the_end(
    home: Context, seat: Seat, hand: Hand, addresses: list[str]
) -> None:
    person = seat(home)
    flow = person.window.flow
    person.walk_to(Step.ACTIVATION)

    activating = person.page(ActivatingPage)
    assert isinstance(activating, ActivatingPage)
    assert not activating.instruction.isVisible(), "Botones does it until somebody else wants to"
    open_page(person, activating.ways, addresses, hand)
    assert activating.instruction.isVisible()
    hand.do(set_parameter(hand.page))
    person.wait(lambda: person.step is Step.NUMBERING)

    numbering = person.page(NumberingPage)
    assert isinstance(numbering, NumberingPage)
    person.wait(lambda: len(numbering.tabs) == 4 and flow.busy is None)
    for number in range(4):
        person.wait(lambda number=number: numbering.current == number)
        open_page(person, numbering.ways, addresses, hand)
        assert not numbering.card.make.isVisible() and numbering.card.instruction.isVisible()
        draft = flow.activation.entries[number].draft
        copied = {field.value() for field in numbering.card.instruction.copies}
        hand.do(make_consecutivo(hand.page, copied, draft))
    person.wait(lambda: person.step is Step.VERIFICATION)

    verification = person.page(VerificationPage)
    assert isinstance(verification, VerificationPage)
    person.wait(lambda: flow.can_advance)
    person.proceed()

    rehearsing = person.page(RehearsingPage)
    assert isinstance(rehearsing, RehearsingPage)
    person.idle()
    assert rehearsing.approve.isVisible()
    open_page(person, rehearsing.ways, addresses, hand)
    assert not rehearsing.approve.isVisible()
    hand.do(approve_invoice(hand.page, hand.hotel))
    person.wait(lambda: flow.first is not None)
    person.click(rehearsing.send)
    person.idle()
    assert flow.activation.rehearsal is not None
    assert flow.activation.rehearsal.result is RehearsalResult.PROVEN
    assert person.proceed() is Step.DONE
    sale = flow.activation.rehearsal.sale
    assert sale is not None and sale.uuid
    hand.do(hand.page.goto(hand.do(hand.hotel.page(f"/pymes/ventas/{sale.uuid}"))))
    assert hand.do(hand.page.get_by_role("heading", level=1).inner_text()) == sale.full_number
    written = {
        (one["system"], one["path"])
        for one in hand.do(hand.hotel.requests())
        if one["method"] not in ("GET", "HEAD") and one["system"] == "pymes"
    }
    assert len(written) == 1, "of all that Pymes was made to write, Botones sent only the invoice"


def test_a_difference_mended_by_hand_is_seen_and_the_wizard_goes_on(home: Context, seat: Seat) -> None:
    practice = home.practice
    assert practice is not None
    person = seat(home)
    person.walk_to(Step.NUMBERING)
    person.create_all()

    def last_number(value: int) -> None:
        order = practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, value)
        thread = Thread(target=lambda: asyncio.run(order))
        thread.start()
        thread.join()

    right = next(one for one in person.window.flow.activation.entries if one.family is Family.FACTURA).draft.last
    last_number(777)
    person.proceed()
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    person.wait(lambda: page.mend.isVisible())
    person.click(page.ways.by_hand)
    person.wait(lambda: not page.mend.isVisible() and page.ways.open.isVisible())
    last_number(int(right))
    person.wait(lambda: person.step is Step.REHEARSAL)


def test_the_other_way_is_one_click_away_and_is_remembered(home: Context, seat: Seat) -> None:
    person = seat(home)
    flow = person.window.flow
    person.walk_to(Step.ACTIVATION)
    page = person.page(ActivatingPage)
    assert isinstance(page, ActivatingPage)
    person.click(page.ways.by_hand)
    assert page.ways.is_by_hand and page.instruction.isVisible() and page.go.text() == "Esperar el token"
    kept = load(home.paths.setup(home.settings.key), home.profile).activation
    assert kept.by_hand == {Step.ACTIVATION}
    person.click(page.ways.ours)
    assert not page.ways.is_by_hand and not page.instruction.isVisible()
    person.activate()
    person.proceed()
    assert flow.activation.token_arrived_at is not None


def test_where_there_is_no_practice_hotel_nothing_is_offered(home: Context, seat: Seat) -> None:
    person = seat(home)
    person.walk_to(Step.ACTIVATION)
    page = person.page(ActivatingPage)
    assert isinstance(page, ActivatingPage) and page.ways.isVisible()
    home.practice = None
    page.draw()
    assert not page.ways.isVisible() and not page.ways.is_by_hand
