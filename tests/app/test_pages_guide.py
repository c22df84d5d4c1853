"""The guide, done by hand on the practice hotel's pages, is what Botones then finds; what is broken there, it sees."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.connectors.bundle import open_connectors
from app.model.clock import BOGOTA
from app.model.documents import Family
from app.model.journey import State
from app.model.numbering import APPLIES_TO_PMS, Numbering, System, match
from app.sandbox import ventas
from app.sandbox.ranges import OWN, POS
from app.sandbox.tokens import Kind
from app.setup.credentials import read_secrets
from app.texts import day
from tests.support.bridge import Bridge, bridge_into
from tests.support.pages import Browser, visiting
from tests.support.practice import Running, running

PARAMETERS = "/pymes/organizacion/parametros"
TOKENS = "/pymes/organizacion/integraciones"


def tried(folder: Path, trial: Callable[[Running, Browser], Awaitable[None]], push_delay: float = 0.0) -> None:
    async def run() -> None:
        async with running(folder, push_delay=push_delay) as hotel:
            await trial(hotel, await visiting(hotel))

    asyncio.run(run())


def of_pms(hotel: Running, family: Family) -> Numbering:
    current = hotel.house.ranges.current(family)
    assert current is not None
    return current[0]


def range_fields(numbering: Numbering) -> dict[str, str]:
    """Return what a person types into the window of vigencias."""
    fields = {"prefijo": numbering.prefix, "desde": str(numbering.first), "hasta": str(numbering.last)}
    if numbering.valid_from is None or numbering.valid_to is None:
        return fields
    return fields | {
        "resolucion": str(numbering.resolution),
        "vigencia_desde": day(numbering.valid_from),
        "vigencia_hasta": day(numbering.valid_to),
    }


async def create_by_hand(browser: Browser, numbering: Numbering, applies_to: str = APPLIES_TO_PMS) -> str:
    """Make a consecutivo and its vigencia as the guide says; return the path of its window."""
    await browser.open(f"/pymes/consecutivos/nuevo?familia={numbering.family.value}")
    await browser.send(
        "/pymes/consecutivos/nuevo",
        familia=numbering.family.value,
        nombre=f"A mano {numbering.prefix}",
        aplica=applies_to,
        formato="Carta",
    )
    window = f"{browser.path}/vigencias"
    await browser.open(window)
    await browser.send(window, orden="guardar", **range_fields(numbering))
    return window


async def activate(browser: Browser, window: str) -> None:
    assert browser.page is not None
    form = re.search(rf'action="({window}/[^"/]+/estado)"', browser.page.text)
    assert form is not None
    await browser.send(form[1])


def test_the_parameter_sends_the_token_to_the_pms(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        said = await browser.open(PARAMETERS)
        assert "La organización está utilizando la aplicación de Alojamientos" in said
        assert not hotel.house.uses_alojamientos
        assert "Pymes envió la notificación" in await browser.send(PARAMETERS, alojamientos="si")
        assert "En camino" in browser.text
        assert hotel.house.uses_alojamientos and not hotel.house.connection_arrived
        hotel.clock.move(6)
        assert "Recibida por el PMS" in await browser.open(PARAMETERS)
        token = hotel.house.tokens.connection()
        await browser.send(PARAMETERS, alojamientos="no")
        assert not hotel.house.uses_alojamientos
        assert not hotel.house.tokens.opens(Kind.CONNECTION, token)

    tried(tmp_path, trial, push_delay=5.0)


def test_a_token_is_shown_once_and_opens_pymes_until_it_is_revoked(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.open(TOKENS)
        await browser.send(TOKENS, orden="crear")
        assert browser.page is not None
        found = re.search(r'<code[^>]*id="token"[^>]*>([^<]+)</code>', browser.page.text)
        assert found is not None
        assert hotel.house.tokens.opens(Kind.PYMES, found[1])
        assert found[1] not in await browser.open(TOKENS)
        await browser.send(TOKENS, orden="anular")
        assert not hotel.house.tokens.opens(Kind.PYMES, found[1])

    tried(tmp_path, trial)


def test_a_consecutivo_numbers_nothing_until_its_resolution_is_there_and_active(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        ranges = hotel.house.ranges
        await browser.open("/pymes/consecutivos/nuevo?familia=factura")
        await browser.send(
            "/pymes/consecutivos/nuevo", familia="factura", nombre="Hotel", aplica=APPLIES_TO_PMS, formato="Tirilla"
        )
        assert ranges.consecutivo_for("factura", wanted.prefix, wanted.first) is None
        assert "Sin definir" in await browser.open("/pymes/consecutivos")
        uuid = next(row["consecutivo"] for row in ranges.consecutivos() if row["name"] == "Hotel")
        assert [row["consecutivoUuid"] for row in ranges.vigencia_rows()].count(uuid) == 0
        window = f"/pymes/consecutivos/{uuid}/vigencias"
        await browser.open(window)
        said = await browser.send(window, orden="guardar", **range_fields(wanted))
        assert "quedó Inactiva" in said
        assert ranges.consecutivo_for("factura", wanted.prefix, wanted.first) is None
        await activate(browser, window)
        assert ranges.consecutivo_for("factura", wanted.prefix, wanted.first) == uuid
        await activate(browser, window)
        assert ranges.consecutivo_for("factura", wanted.prefix, wanted.first) is None

    tried(tmp_path, trial)


def test_the_resolution_brings_the_rest_from_the_dian(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        await browser.open("/pymes/consecutivos/nuevo")
        await browser.send(
            "/pymes/consecutivos/nuevo", familia="factura", nombre="Hotel", aplica=APPLIES_TO_PMS, formato="Carta"
        )
        window = f"{browser.path}/vigencias"
        await browser.open(window)
        said = await browser.send(window, orden="traer", resolucion=str(wanted.resolution), prefijo="OTRO")
        assert "La DIAN no tiene esta resolución" in said
        await browser.send(window, orden="traer", resolucion=str(wanted.resolution), prefijo=wanted.prefix)
        assert browser.page is not None
        values = dict(re.findall(r'name="(\w+)" type="text" value="([^"]*)"', browser.page.text))
        assert values == range_fields(wanted)
        assert "Inactiva" not in browser.text.split("Nueva vigencia")[0], "nothing was saved yet"

    tried(tmp_path, trial)


def test_what_is_typed_wrong_is_said_beside_its_field_and_kept(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        before = len(hotel.house.ranges.consecutivos())
        await browser.open("/pymes/consecutivos/nuevo")
        said = await browser.send("/pymes/consecutivos/nuevo", familia="factura", nombre="<b>Mío</b>", formato="Carta")
        assert "Elija una opción" in said
        assert browser.page is not None and "&lt;b&gt;Mío&lt;/b&gt;" in browser.page.text
        assert len(hotel.house.ranges.consecutivos()) == before
        window = await create_by_hand(browser, of_pms(hotel, Family.NOTA_CREDITO))
        bad = {"prefijo": "DEMÁS", "desde": "9", "hasta": "1"}
        said = await browser.send(window, orden="guardar", **bad)
        assert "La numeración final es menor que la inicial" in said
        assert "Hasta cuatro letras o números" in said

    tried(tmp_path, trial)


def test_a_note_has_no_resolution_and_nothing_to_activate(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.NOTA_CREDITO)
        window = await create_by_hand(browser, wanted)
        assert "Número de resolución" not in await browser.open(window)
        assert hotel.house.ranges.consecutivo_for("nota-credito", wanted.prefix, wanted.first) is not None

    tried(tmp_path, trial)


def test_what_was_made_by_hand_is_what_botones_finds_and_carries_by(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        window = await create_by_hand(browser, wanted)
        await activate(browser, window)
        made = window.split("/")[3]
        bridge = await bridge_into(hotel, tmp_path / "ledger.sqlite3")
        found = match(wanted, await pymes_numberings(bridge))
        assert found is not None and found.consecutivo == made and found.active

        await hotel.house.hotel.issue(1, [Family.FACTURA])
        await bridge.cycle()
        assert [row.state for row in bridge.rows] == [State.PROVEN]
        number = bridge.rows[0].full_number
        assert number in await browser.open(f"/pymes/ventas?consecutivo={made}")
        uuid = hotel.house.books.value("SELECT uuid FROM sales")
        said = await browser.open(f"/pymes/ventas/{uuid}")
        assert number in said and f"A mano {wanted.prefix}" in said and "Confirmado" in said

    tried(tmp_path, trial)


def test_numbering_broken_on_a_page_holds_the_next_document_within_a_cycle(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        bridge = await bridge_into(hotel, tmp_path / "ledger.sqlite3")
        await browser.log_in_at_the_pms()
        await browser.open("/pms/configuraciones/facturacion/resoluciones")
        wanted = of_pms(hotel, Family.FACTURA)
        row = next(row["id"] for row in hotel.house.ranges.rows_of(System.PMS) if row["family"] == "factura")
        address = f"/pms/configuraciones/facturacion/resoluciones/{row}"
        await hotel.house.hotel.issue(1, [Family.FACTURA])
        await browser.send(address, **(range_fields(wanted) | {"hasta": str(wanted.last - 1)}))
        await bridge.cycle()
        assert hotel.house.books.audit()["recorded"] == 0
        await browser.send(address, **range_fields(wanted))
        hotel.clock.move(600)
        await bridge.cycle()
        assert hotel.house.books.audit()["recorded"] == 1

    tried(tmp_path, trial)


def test_a_consecutivo_for_something_else_is_not_for_the_pms(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        window = await create_by_hand(browser, wanted, POS)
        await activate(browser, window)
        one = window.removesuffix("/vigencias")
        assert hotel.house.ranges.consecutivo_for("factura", wanted.prefix, wanted.first) is None
        await browser.open(one)
        await browser.send(one, nombre="Ahora sí", aplica=APPLIES_TO_PMS, formato="Carta")
        assert hotel.house.ranges.consecutivo_for("factura", wanted.prefix, wanted.first) == one.split("/")[3]
        assert {row["applies_to"] for row in hotel.house.ranges.consecutivos()} == {OWN, APPLIES_TO_PMS}

    tried(tmp_path, trial)


def test_the_administrators_caja_is_the_one_assigned_to_him(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        def of_administrator() -> list[str]:
            return [caja["codigo"] for caja in hotel.house.books.fact("cajas") if caja["usuarioAdministrador"]]

        assert of_administrator() == ["REC"]
        first = hotel.house.books.fact("cajas")[0]["uuid"]
        await browser.open("/pymes/cajas")
        fields = {"responsable": "Administración", "estado": "Activa"}
        await browser.send(f"/pymes/cajas/{first}", usuario="Recepción", **fields)
        assert of_administrator() == []
        await browser.send("/pymes/cajas", codigo="bar", nombre="Bar", usuario="Administración", **fields)
        assert of_administrator() == ["BAR"]
        assert "Ya hay una caja" in await browser.send("/pymes/cajas", codigo="BAR", nombre="x", usuario="", **fields)
        await browser.send("/pymes/cajas/none", status=404, usuario="", **fields)

    tried(tmp_path, trial)


def test_a_plan_without_documents_takes_no_sale(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await hotel.open_numberings()
        hotel.house.set_alojamientos(True)
        await hotel.house.hotel.issue(1, [Family.FACTURA])
        document = hotel.documents()[0]
        await browser.open("/pymes/plan")
        await browser.send("/pymes/plan", estado="activo", documentos="0")
        assert (await hotel.send(document)).status_code == 400
        await browser.send("/pymes/plan", estado="vencido", documentos="50")
        assert not hotel.house.plan.is_active
        assert (await hotel.send(document)).status_code == 201

    tried(tmp_path, trial)


def test_sales_are_found_by_number_type_and_day_and_turned_page_by_page(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(45, [Family.FACTURA])
        await hotel.house.hotel.issue(2, [Family.DOCUMENTO_SOPORTE])
        for document in hotel.documents():
            wire = hotel.house.books.wire_of(document.family.value, document.prefix, document.number)
            assert wire is not None and ventas.write_as_loggro(hotel.house, wire)
        assert "Página 1 de 3" in await browser.open("/pymes/ventas")
        assert "Página 3 de 3" in await browser.open("/pymes/ventas?pagina=3")
        assert "2 ventas" in await browser.open("/pymes/ventas?tipo=documento-soporte")
        one = hotel.documents()[7]
        assert one.full_number in await browser.open(f"/pymes/ventas?numero={one.full_number.lower()}")
        assert "1 venta" in browser.text
        today = one.issued_at.astimezone(BOGOTA).date()
        found = await browser.open(f"/pymes/ventas?desde={today}&hasta={today}&numero={one.number}")
        assert one.full_number in found
        assert "No hay ventas" in await browser.open("/pymes/ventas?desde=2027-01-01")
        await browser.open("/pymes/ventas?pagina=-1&desde=x&tipo=y&pagina=99999999999999999999")
        await browser.open("/pymes/ventas/none", status=404)

    tried(tmp_path, trial)


async def pymes_numberings(bridge: Bridge) -> tuple[Numbering, ...]:
    """Read what Pymes says of its numbering, as Botones does."""
    async with open_connectors(
        bridge.profile,
        await read_secrets(bridge.vault),
        hotel_id=bridge.settings.hotel_id,
        hotel_nit=bridge.settings.hotel_document,
    ) as connectors:
        return await connectors.pymes.numberings()


def test_a_vigencia_that_cannot_be_is_not_taken_and_none_stands_twice(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        window = await create_by_hand(browser, wanted)
        stands = len(hotel.house.ranges.vigencias_of(window.split("/")[3]))
        fields = range_fields(wanted) | {"orden": "guardar"}
        for odd in (
            {"desde": "0"},
            {"hasta": "9999999999"},
            {"hasta": "3.7.5.7"},
            {"vigencia_desde": "26/08/0026"},
            {"vigencia_hasta": "31/12/9999"},
            {},
        ):
            await browser.open(window)
            assert "Hay datos por corregir" in await browser.send(window, **(fields | odd))
        assert len(hotel.house.ranges.vigencias_of(window.split("/")[3])) == stands

    tried(tmp_path, trial)


def test_the_window_of_vigencias_leads_to_what_has_to_be_typed_into_it(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        wanted = of_pms(hotel, Family.FACTURA)
        await create_by_hand(browser, wanted)
        assert browser.page is not None
        link = re.search(r'href="(/pms/[^"]+)" target="_blank"', browser.page.text)
        assert link is not None
        await browser.log_in_at_the_pms()
        said = await browser.open(link[1])
        assert str(wanted.resolution) in said and wanted.prefix in said and "Vigencia" in said

    tried(tmp_path, trial)
