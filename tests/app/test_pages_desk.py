"""The practice PMS and its front desk by hand: a stay invoiced, notes, «Actualizar», simulacros, starting over."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from app.model.documents import Family
from app.model.journey import State
from app.sandbox import invoicing, reservations
from app.sandbox.books import FILE, Books
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.tokens import Kind
from tests.support.bridge import bridge_into
from tests.support.pages import Browser, visiting
from tests.support.practice import Running, running

ENTER = "/pms/entrar"


def tried(folder: Path, trial: Callable[[Running, Browser], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running(folder) as hotel:
            await trial(hotel, await visiting(hotel))

    asyncio.run(run())


async def draft_a_stay(hotel: Running, browser: Browser, payer: str = "huesped", place: int = 0) -> str:
    """Load a consumption on a reservation and make its invoice; return the path of the draft."""
    stay = reservations.around_today(hotel.house)[place]
    await browser.open(f"/pms/reservas/{stay.id}")
    await browser.send(
        f"/pms/reservas/{stay.id}/consumos", que="Restaurante: cena", cantidad="2", precio="45.000", impuesto="inc"
    )
    await browser.send(f"/pms/reservas/{stay.id}/factura", pagador=payer)
    return browser.path


async def invoice_a_stay(hotel: Running, browser: Browser, place: int = 0) -> str:
    """Approve such an invoice; return its number."""
    draft = await draft_a_stay(hotel, browser, place=place)
    await browser.send(f"{draft}/aprobar")
    return browser.path.rsplit("/", 1)[-1]


# entering


def test_the_pms_asks_for_the_code_of_the_desk_and_brings_back_to_the_page(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.open("/pms/facturas")
        assert browser.path == ENTER
        assert "No hay un código en camino" in await browser.open("/recepcion")
        await browser.open("/pms/facturas")
        await browser.send(ENTER, orden="enviar", seguir="/pms/facturas")
        code = hotel.house.tokens.pending_code
        assert code is not None
        assert code in await browser.open("/recepcion")
        await browser.open("/pms/facturas")
        wrong = "000000" if code != "000000" else "111111"
        assert "no es válido" in await browser.send(ENTER, orden="entrar", codigo=wrong, seguir="/pms/facturas")
        await browser.send(ENTER, orden="entrar", codigo=code, seguir="/pms/facturas")
        assert browser.path == "/pms/facturas"
        await browser.send("/pms/salir")
        await browser.open("/pms/reservas")
        assert browser.path == ENTER

    tried(tmp_path, trial)


def test_a_login_elsewhere_ends_the_browsers_and_so_does_an_hour(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        async def is_in() -> bool:
            await browser.open("/pms/reservas")
            return browser.path != ENTER

        await browser.log_in_at_the_pms()
        assert await is_in()
        assert hotel.house.tokens.open_session(hotel.house.tokens.send_code()) is not None
        assert not await is_in()
        await browser.log_in_at_the_pms()
        hotel.clock.move(3601)
        assert not await is_in()

    tried(tmp_path, trial)


def test_too_many_wrong_codes_close_the_door_for_an_hour(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.open(ENTER)
        for _try in range(5):
            await browser.send(ENTER, orden="entrar", codigo="x")
        code = hotel.house.tokens.send_code()
        assert "Demasiados intentos" in await browser.send(ENTER, orden="entrar", codigo=code)
        hotel.clock.move(3601)
        await browser.log_in_at_the_pms()
        assert browser.path == "/pms/reservas"

    tried(tmp_path, trial)


def test_who_is_not_inside_sends_no_form_of_the_pms(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        stay = reservations.around_today(hotel.house)[0]
        await browser.send(f"/pms/reservas/{stay.id}/factura", pagador="huesped")
        assert browser.path == ENTER
        await browser.send("/pms/configuraciones/facturacion", facturacion="no", proveedor="Loggro FE")
        assert browser.path == ENTER
        assert invoicing.bills(hotel.house) == [] and hotel.house.invoicing.is_on

    tried(tmp_path, trial)


# invoices


def test_a_stay_becomes_a_draft_and_then_an_approved_invoice_that_botones_carries(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        bridge = await bridge_into(hotel, tmp_path / "ledger.sqlite3")
        await browser.log_in_at_the_pms()
        stay = reservations.around_today(hotel.house)[0]
        draft = await draft_a_stay(hotel, browser)
        assert hotel.house.books.last_position == 0, "a draft is no document"
        assert "Restaurante: cena" in browser.text and stay.guest.name in browser.text
        await browser.send(f"{draft}/aprobar")
        document = hotel.documents()[0]
        assert document.full_number in browser.path and "Aprobado" in browser.text
        assert document.payable == stay.price * stay.nights + 90_000
        assert "Sin consultar" in browser.text
        assert "todavía no la tiene" in await browser.send(f"{browser.path}/actualizar")

        await bridge.cycle()
        assert [row.state for row in bridge.rows] == [State.PROVEN]
        said = await browser.send(f"{browser.path}/actualizar")
        assert "Pymes ya la tiene" in said and "Ver en Pymes" in said
        assert browser.page is not None
        link = re.search(r'href="(/pymes/ventas/[^"]+)"', browser.page.text)
        assert link is not None
        assert document.full_number in await browser.open(link[1])

    tried(tmp_path, trial)


def test_nothing_of_a_stay_is_invoiced_twice(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        stay = reservations.around_today(hotel.house)[0]
        first = await draft_a_stay(hotel, browser)
        again = f"/pms/reservas/{stay.id}/factura"
        assert "ya está en una factura" in await browser.send(again, pagador="huesped")
        await browser.open(first)
        await browser.send(f"{first}/descartar")
        await browser.send(again, pagador="huesped")
        assert "Alojamiento, " in browser.text
        approved = browser.path
        await browser.send(f"{approved}/aprobar")
        await browser.open(approved, status=404)
        second = await draft_a_stay(hotel, browser)
        assert "Alojamiento, " not in await browser.open(second), "only what was consumed since"

    tried(tmp_path, trial)


def test_a_company_pays_and_the_guest_stays_on_the_invoice(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        company = reservations.People(hotel.house.hotel.seed).companies[0]
        await browser.send(f"{await draft_a_stay(hotel, browser, company.id)}/aprobar")
        document = hotel.documents()[0]
        assert document.counterparty == company
        assert document.guest == reservations.around_today(hotel.house)[0].guest

    tried(tmp_path, trial)


def test_an_invoice_is_annulled_by_a_note_over_all_of_it_and_only_once(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        bridge = await bridge_into(hotel, tmp_path / "ledger.sqlite3")
        await browser.log_in_at_the_pms()
        number = await invoice_a_stay(hotel, browser)
        page = f"/pms/facturas/{number}"
        assert "Marque la casilla" in await browser.send(f"{page}/anular")
        await browser.send(f"{page}/anular", seguro="si")
        invoice, note = hotel.documents()
        assert note.family is Family.NOTA_CREDITO and note.payable == invoice.payable
        assert note.reference is not None and note.reference.full_number == number
        assert "Anulado con nota crédito" in await browser.open(page)
        await browser.send(f"{page}/anular", seguro="si")
        assert len(hotel.documents()) == 2
        await bridge.cycle()
        await bridge.cycle()
        assert [row.state for row in bridge.rows] == [State.PROVEN] * 2

    tried(tmp_path, trial)


def test_notes_take_back_a_line_and_add_a_consumption(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        page = f"/pms/facturas/{await invoice_a_stay(hotel, browser)}"
        await browser.send(f"{page}/nota-credito", linea="1")
        await browser.open(page)
        await browser.send(f"{page}/nota-debito", que="Minibar", cantidad="1", precio="11.900", impuesto="iva")
        _invoice, credit, debit = hotel.documents()
        assert (credit.family, credit.payable) == (Family.NOTA_CREDITO, Decimal(90_000))
        assert (debit.family, debit.payable) == (Family.NOTA_DEBITO, Decimal(11_900))
        await browser.open(page)
        assert "Escriba un número entero" in await browser.send(f"{page}/nota-credito", linea="7")
        assert "Escriba un precio" in await browser.send(
            f"{page}/nota-debito", que="Minibar", cantidad="1", precio="NaN", impuesto="iva"
        )
        note = f"/pms/facturas/{credit.full_number}"
        await browser.open(note)
        assert "Anular la factura" not in browser.text

    tried(tmp_path, trial)


def test_without_electronic_invoicing_nothing_is_approved(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        draft = await draft_a_stay(hotel, browser)
        await browser.send("/pms/configuraciones/facturacion", facturacion="no", proveedor="Otro proveedor")
        settings = await hotel.http.get(hotel.hotel("billing_settings"), headers=hotel.pms_headers())
        assert (settings.json()["electronic_invoicing"], settings.json()["provider"]) == (False, "Otro proveedor")
        assert "está apagada" in await browser.send(f"{draft}/aprobar")
        assert hotel.documents() == []

    tried(tmp_path, trial)


def test_actualizar_carries_itself_only_where_loggro_also_sends(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await hotel.open_numberings()
        await browser.log_in_at_the_pms()
        page = f"/pms/facturas/{await invoice_a_stay(hotel, browser)}"
        await browser.send(f"{page}/actualizar")
        assert hotel.house.books.audit()["recorded"] == 0
        await browser.send("/recepcion/simulacros/second-writer", orden="empezar")
        await browser.open(page)
        await browser.send(f"{page}/actualizar")
        assert hotel.house.books.audit()["by_origin"] == {"alojamientos": 1}
        await browser.open("/pms/facturas")
        await browser.send("/pms/facturas/actualizar", numeros=page.rsplit("/", 1)[-1])
        assert "En Pymes" in browser.text

    tried(tmp_path, trial)


def test_an_invoice_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        for path in ("/pms/facturas/FEH1", "/pms/facturas/borrador/9", "/pms/facturas/borrador/²", "/pms/reservas/x"):
            assert "No existe" in await browser.open(path, status=404)

    tried(tmp_path, trial)


# the front desk


def test_documents_of_any_type_are_approved_by_one_fifty_and_a_day(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        async def approve(kind: str, count: int) -> str:
            return await browser.send("/recepcion/aprobar", tipo=kind, cuantos=count)

        assert "No hay qué aprobar" in await approve("notas", 1)
        assert "1 documento aprobado" in await approve("factura", 1)
        assert "50 documentos aprobados" in await approve("", 50)
        await approve("documento-soporte", 80)
        counts = hotel.house.books.audit()["families"]
        assert hotel.house.books.last_position == 131
        assert counts["documento-soporte"]["approved"] >= 80
        await approve("notas", 1)
        assert hotel.documents()[-1].family.is_note
        counted = await hotel.http.get(f"{browser.pages}/recepcion/cuentas")
        assert counted.json() == {"approved": "132", "arrived": "0", "waiting": "132", "botones": "0", "loggro": "0"}

    tried(tmp_path, trial)


def test_every_simulacro_stands_there_with_what_to_expect_and_starts_and_stops(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        for kind in SCENARIOS:
            scenario = kind()
            said = await browser.open("/recepcion")
            assert scenario.title in said and scenario.expect in said
            await browser.send(f"/recepcion/simulacros/{kind.name}", orden="empezar")
            assert (await hotel.desk("GET", "/state"))["scenarios"] == [kind.name]
            await browser.send(f"/recepcion/simulacros/{kind.name}", orden="terminar")
            assert (await hotel.desk("GET", "/state"))["scenarios"] == []
        await browser.send("/recepcion/simulacros/none", status=404, orden="empezar")

    tried(tmp_path, trial)


def test_practice_credentials_are_shown_once(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        def shown() -> list[str]:
            assert browser.page is not None
            return re.findall(r'<code class="secret[^>]*>([^<]+)</code>', browser.page.text)

        await browser.send("/recepcion/credencial", clase=Kind.PMS_KEY.value)
        (key,) = shown()
        assert hotel.house.tokens.opens(Kind.PMS_KEY, key)
        await browser.send("/recepcion/credencial", clase=Kind.FE.value)
        assert hotel.house.tokens.opens(Kind.FE, ":".join(shown()))
        await browser.open("/recepcion")
        assert shown() == []
        await browser.send("/recepcion/credencial", status=404, clase=Kind.CONNECTION.value)

    tried(tmp_path, trial)


def test_starting_over_asks_first_and_then_forgets_everything(tmp_path: Path) -> None:
    async def trial(hotel: Running, browser: Browser) -> None:
        await browser.log_in_at_the_pms()
        await draft_a_stay(hotel, browser)
        await browser.open("/recepcion")
        await browser.send("/recepcion/aprobar", tipo="factura", cuantos=3)
        await browser.send("/recepcion/simulacros/server-error", orden="empezar")
        key = hotel.house.tokens.mint(Kind.PMS_KEY)
        seed = hotel.house.hotel.seed
        assert "3 documentos" in await browser.open("/recepcion/empezar-de-nuevo")
        assert "Marque la casilla" in await browser.send("/recepcion/empezar-de-nuevo")
        assert hotel.house.books.last_position == 3
        await browser.send("/recepcion/empezar-de-nuevo", seguro="si")
        assert hotel.house.books.last_position == 0 and hotel.house.hotel.seed == seed
        assert not hotel.house.tokens.opens(Kind.PMS_KEY, key)
        assert (await hotel.desk("GET", "/state"))["scenarios"] == []
        assert invoicing.bills(hotel.house) == []
        await browser.open("/pms/reservas")
        assert browser.path == ENTER

    tried(tmp_path, trial)


def test_the_books_of_an_older_practice_hotel_open(tmp_path: Path) -> None:
    Books(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        old.executescript("DROP VIEW approved; DROP TABLE drafts; DROP TABLE pymes_status; DROP TABLE consumptions;")
        old.execute("ALTER TABLE numberings DROP COLUMN print_format")
        old.execute("ALTER TABLE documents DROP COLUMN again")

    async def trial(hotel: Running, browser: Browser) -> None:
        assert "Facturas de Pymes" in await browser.open("/pymes/consecutivos")
        await browser.log_in_at_the_pms()
        await invoice_a_stay(hotel, browser)
        assert "1 documento aprobado" in await browser.open("/pms/facturas")

    tried(tmp_path, trial)
