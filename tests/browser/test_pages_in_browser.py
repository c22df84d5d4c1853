"""The practice hotel's pages in a real browser: the guide by hand, with and without scripts, in light and in dark."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.model.documents import Family
from app.model.journey import State
from app.model.numbering import APPLIES_TO_PMS, Numbering
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile
from app.sandbox.tokens import Kind
from app.texts import day
from tests.support.bridge import bridge_to
from tests.support.chromium import LIMIT_MS, browsing, needs_chromium

pytestmark = needs_chromium


@pytest.fixture
def hotel(tmp_path: Path) -> Iterator[Practice]:
    with Practice.start(tmp_path / "hotel", push_delay=0.0) as running:
        yield running


async def numbering_of_pms(hotel: Practice) -> Numbering:
    """Return the PMS' range of the facturas, as a person reads it on the PMS' page."""
    from app.connectors.pms import Pms
    from app.connectors.transport import Transport

    hotel_id = (await hotel.state())["property_id"]
    key = (await hotel.credentials(Kind.PMS_KEY))["token"]
    async with Transport("pms") as transport:
        pms = Pms(transport, practice_profile(hotel), api_key=key, hotel_id=hotel_id)
        return next(one for one in await pms.numberings() if one.family is Family.FACTURA)


async def make_consecutivo(page: Page, wanted: Numbering) -> None:
    """Follow step 2 of the guide on the pages of Pymes."""
    assert wanted.valid_from and wanted.valid_to
    await page.get_by_role("link", name="Consecutivos de Facturación").click()
    await page.get_by_role("link", name="Nuevo Consecutivo").click()
    await page.get_by_label("Nombre").fill("Facturas del hotel")
    await page.get_by_label("Aplica a").select_option(APPLIES_TO_PMS)
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_role(
        "link", name="Para definir o visualizar las vigencias y resolución del consecutivo dé clic aquí"
    ).click()
    for label, value in (
        ("Número de resolución", str(wanted.resolution)),
        ("Prefijo", wanted.prefix),
        ("Numeración inicial", str(wanted.first)),
        ("Numeración final", str(wanted.last)),
        ("Vigencia desde", day(wanted.valid_from)),
        ("Vigencia hasta", day(wanted.valid_to)),
    ):
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Guardar", exact=True).click()
    await page.get_by_role("button", name="Inactiva").click()
    await expect(page.get_by_role("button", name="Activa", exact=True)).to_be_visible()


async def log_in(page: Page, hotel: Practice) -> None:
    await page.get_by_role("link", name="Alojamientos (PMS)").click()
    await page.get_by_role("button", name="Enviar código").click()
    code = (await hotel.credentials(Kind.CODE))["code"]
    await page.get_by_label("Código de seis cifras").fill(code)
    await page.get_by_role("button", name="Entrar", exact=True).click()


def test_the_whole_guide_by_hand_without_scripts_until_the_invoice_stands_in_ventas(
    hotel: Practice, tmp_path: Path
) -> None:
    async def trial() -> None:
        wanted = await numbering_of_pms(hotel)
        async with browsing(hotel, "/pymes/organizacion", script=False) as page:
            await expect(page.get_by_text("Hotel de práctica de Botones, no es Loggro", exact=True)).to_be_visible()
            assert "ticket" not in page.url
            await page.get_by_role("link", name="Parámetros").click()
            await page.get_by_label("La organización está utilizando la aplicación de Alojamientos").select_option("si")
            await page.get_by_role("button", name="Guardar").click()
            await expect(page.get_by_role("status")).to_contain_text("token de conexión")
            assert (await hotel.state())["uses_alojamientos"]
            await make_consecutivo(page, wanted)

            await log_in(page, hotel)
            await page.get_by_role("link", name="Facturación").click()
            await page.get_by_role("link", name="Resolución de facturación").click()
            await expect(page.get_by_text(str(wanted.resolution)).first).to_be_visible()

            await page.get_by_role("link", name="Reservas").click()
            await page.locator("tbody a").first.click()
            await page.get_by_role("button", name="Crear factura").click()
            await page.get_by_role("button", name="Aprobar", exact=True).click()
            number = (await page.get_by_role("heading", level=1).inner_text()).strip()
            assert number.startswith(wanted.prefix)
            await page.get_by_role("button", name="Actualizar").click()
            await expect(page.get_by_text("No está")).to_be_visible()

            bridge = await bridge_to(hotel, tmp_path / "ledger.sqlite3")
            await bridge.cycle()
            assert [(row.full_number, row.state) for row in bridge.rows] == [(number, State.PROVEN)]
            await page.get_by_role("button", name="Actualizar").click()
            await page.get_by_role("link", name="Ver en Pymes").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text(number)
            await expect(page.get_by_role("link", name="Facturas del hotel")).to_be_visible()
            await expect(page.get_by_text("Confirmado", exact=True)).to_be_visible()

    asyncio.run(trial())


def test_numbering_broken_on_a_page_stops_botones_within_a_cycle(hotel: Practice, tmp_path: Path) -> None:
    async def trial() -> None:
        bridge = await bridge_to(hotel, tmp_path / "ledger.sqlite3")
        async with browsing(hotel, "/pymes/consecutivos", dark=True) as page:
            await page.get_by_role("link", name="factura FEH").click()
            await page.get_by_role("link", name="Para definir o visualizar").click()
            await page.get_by_text("Cambiar", exact=True).click()
            await page.locator("details[open]").get_by_label("Numeración final").fill("777")
            await page.get_by_role("button", name="Guardar cambios").click()
            await page.get_by_role("link", name="Recepción").click()
            await page.get_by_label("De qué tipo").select_option("factura")
            await page.get_by_role("button", name="Uno", exact=True).click()
            await expect(page.get_by_role("status")).to_contain_text("1 documento aprobado")
            await bridge.cycle()
            assert [row.state for row in bridge.rows] == [State.HELD]
            assert (await hotel.books())["recorded"] == 0

    asyncio.run(trial())


def test_the_counts_of_the_front_desk_move_by_themselves(hotel: Practice) -> None:
    async def trial() -> None:
        async with browsing(hotel, "/recepcion") as page:
            count = page.locator("[data-count=approved]")
            await expect(count).to_have_text("0")
            await hotel.approve(7, [Family.FACTURA])
            await expect(count).to_have_text("7", timeout=LIMIT_MS)

    asyncio.run(trial())


def test_everything_is_reached_by_keyboard_and_every_field_has_its_label(hotel: Practice) -> None:
    async def trial() -> None:
        async with browsing(hotel, "/pymes/consecutivos/nuevo?familia=documento-soporte") as page:
            await page.keyboard.press("Tab")
            await expect(page.get_by_role("link", name="Ir al contenido")).to_be_focused()
            await expect(page.get_by_label("Tipo de documento")).to_have_value("documento-soporte")
            for path in ("/pymes/consecutivos/nuevo", "/pymes/cajas", "/pymes/ventas", "/pymes/plan", "/recepcion"):
                await page.goto(hotel.addresses.pages + path)
                nameless = await page.evaluate(
                    "[...document.querySelectorAll('input:not([type=hidden]), select')]"
                    ".filter(one => !one.labels.length).map(one => one.outerHTML)"
                )
                assert nameless == [], path
                ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
                assert len(ids) == len(set(ids)), path
                wide = await page.evaluate(
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                )
                assert not wide, path

    asyncio.run(trial())
