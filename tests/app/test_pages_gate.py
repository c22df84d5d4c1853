"""Nobody sees or drives the practice hotel's pages but the browser of this computer that Botones let in."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from app.sandbox.pages.gate import SECURITY_HEADERS
from app.sandbox.pages.section import Section
from app.sandbox.tickets import TICKET_SECONDS, Tickets
from tests.support.pages import Browser, visiting
from tests.support.practice import MovableClock, Running, running

PAGES = (
    *("/recepcion", "/recepcion/cuentas", "/recepcion/empezar-de-nuevo", "/pymes/organizacion", "/pymes/cajas"),
    *("/pymes/organizacion/parametros", "/pymes/organizacion/integraciones", "/pymes/consecutivos", "/pymes/ventas"),
    *("/pymes/consecutivos/nuevo", "/pymes/plan", "/pms/entrar", "/pms/reservas", "/pms/facturas", "/"),
    *("/pms/configuraciones/facturacion", "/pms/configuraciones/facturacion/resoluciones", "/nothing/here"),
)
FORMS = ("/recepcion/aprobar", "/pymes/organizacion/parametros", "/pymes/organizacion/integraciones", "/pms/entrar")


def tried(folder: Path, trial: Callable[[Running], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running(folder) as hotel:
            await trial(hotel)

    asyncio.run(run())


def test_without_the_cookie_no_page_shows_and_no_form_works(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        for path in PAGES:
            said = await hotel.http.get(hotel.addresses.pages + path)
            assert said.status_code == 403, path
            assert hotel.house.hotel.party.name not in said.text
        for path in FORMS:
            headers = {"Origin": hotel.addresses.pages}
            said = await hotel.http.post(hotel.addresses.pages + path, data={"cuantos": "5"}, headers=headers)
            assert said.status_code == 403, path
        assert hotel.house.books.last_position == 0

    tried(tmp_path, trial)


def test_a_ticket_opens_once_and_does_not_stay_in_the_address(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        made = await hotel.desk("POST", "/page", {"path": "/pymes/consecutivos/nuevo?familia=factura"})
        address = hotel.addresses.entry(made["ticket"])
        said = await hotel.http.get(address)
        assert said.status_code == 303
        assert said.headers["location"] == "/pymes/consecutivos/nuevo?familia=factura"
        cookie = said.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        assert made["ticket"].lower() not in cookie
        hotel.http.cookies.clear()
        again = await hotel.http.get(address)
        assert again.status_code == 403
        assert "set-cookie" not in again.headers

    tried(tmp_path, trial)


def test_a_ticket_is_worth_nothing_after_its_minutes_and_neither_is_an_invented_one() -> None:
    clock = MovableClock()
    tickets = Tickets(clock)
    late, early = tickets.issue("/recepcion"), tickets.issue("/recepcion")
    clock.move(TICKET_SECONDS - 1)
    assert tickets.redeem(early) == "/recepcion"
    clock.move(1)
    assert tickets.redeem(late) is None
    assert tickets.redeem("") is None
    assert tickets.visit("") is None


@pytest.mark.parametrize(
    "path", ["https://example.com/", "//example.com", "/\\example.com", "recepcion", "", "/a\r\nb: c"]
)
def test_a_ticket_leads_to_no_other_place(path: str) -> None:
    with pytest.raises(ValueError, match="not a page"):
        Tickets(MovableClock()).issue(path)


def test_another_origin_cannot_drive_the_pages(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        browser = await visiting(hotel)
        csrf = secret_of(browser)
        port = hotel.addresses.pages.rpartition(":")[2]
        for headers in (
            {"Origin": "https://example.com"},
            {"Origin": "null"},
            {"Origin": hotel.addresses.pymes},
            {"Origin": f"http://localhost:{port}"},
            {},
            {"Origin": hotel.addresses.pages, "Sec-Fetch-Site": "cross-site"},
            {"Origin": hotel.addresses.pages, "Sec-Fetch-Site": "same-site"},
        ):
            said = await approve(hotel, headers, csrf)
            assert said.status_code == 403, headers
        assert hotel.house.books.last_position == 0
        assert (await approve(hotel, {"Origin": hotel.addresses.pages}, csrf)).status_code == 303
        assert hotel.house.books.last_position == 1
        foreign = await hotel.http.get(f"{browser.pages}/recepcion/cuentas", headers={"Origin": "https://example.com"})
        assert foreign.status_code == 403

    tried(tmp_path, trial)


def test_a_form_without_the_visits_own_secret_changes_nothing(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await visiting(hotel)
        headers = {"Origin": hotel.addresses.pages}
        for csrf in ("", "x" * 43, "ñ"):
            assert (await approve(hotel, headers, csrf)).status_code == 403
        without = await hotel.http.post(
            f"{hotel.addresses.pages}/recepcion/aprobar", data={"cuantos": "1", "tipo": ""}, headers=headers
        )
        assert without.status_code == 403
        assert hotel.house.books.last_position == 0

    tried(tmp_path, trial)


def test_the_secret_of_one_visit_is_no_use_to_another(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        first = secret_of(await visiting(hotel))
        hotel.http.cookies.clear()
        second = secret_of(await visiting(hotel))
        assert first != second
        assert (await approve(hotel, {"Origin": hotel.addresses.pages}, first)).status_code == 403

    tried(tmp_path, trial)


def test_a_name_that_somebody_points_at_this_computer_opens_nothing(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        browser = await visiting(hotel)
        port = hotel.addresses.pages.rpartition(":")[2]
        for host in (f"evil.example:{port}", f"localhost:{port}", "127.0.0.1", f"127.0.0.1:{port}@evil.example"):
            said = await hotel.http.get(f"{browser.pages}/recepcion", headers={"Host": host})
            assert said.status_code == 421, host
            assert hotel.house.hotel.party.name not in said.text

    tried(tmp_path, trial)


def test_every_answer_carries_the_headers_that_keep_other_pages_out(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        refused = await hotel.http.get(f"{hotel.addresses.pages}/recepcion")
        browser = await visiting(hotel)
        style = await hotel.http.get(f"{browser.pages}/estatico/estilo.css")
        nowhere = await hotel.http.get(f"{browser.pages}/nothing")
        assert (style.status_code, nowhere.status_code) == (200, 404)
        assert browser.page is not None
        for said in (refused, browser.page, style, nowhere):
            assert {name: said.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS

    tried(tmp_path, trial)


def test_no_page_holds_script_or_style_of_its_own(tmp_path: Path) -> None:
    """The policy would forbid them, and the page would look broken."""

    async def trial(hotel: Running) -> None:
        browser = await visiting(hotel)
        await browser.log_in_at_the_pms()
        for path in PAGES[:-1]:
            await browser.open(path)
            assert browser.page is not None
            inside = browser.page.text
            assert not re.search(r"<style|<script(?![^>]* src=\"/estatico/)| style=| on[a-z]+=|javascript:", inside), (
                path
            )

    tried(tmp_path, trial)


def test_the_pages_leave_no_line_in_the_log_of_requests(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        browser = await visiting(hotel)
        await browser.open("/pymes/organizacion/integraciones")
        await browser.send("/pymes/organizacion/integraciones", orden="crear")
        assert [entry["path"] for entry in hotel.house.books.logged(None, None, 0)] == []

    tried(tmp_path, trial)


def test_too_much_and_something_else_than_a_form_is_refused(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        browser = await visiting(hotel)
        address, headers = f"{browser.pages}/recepcion/aprobar", {"Origin": browser.pages}
        csrf = secret_of(browser)
        for said in (
            await hotel.http.post(address, json={"csrf": csrf, "cuantos": 1}, headers=headers),
            await hotel.http.post(address, data={"csrf": csrf, "tipo": "x" * 70_000}, headers=headers),
            await hotel.http.post(address, files={"csrf": csrf.encode()}, headers=headers),
            await hotel.http.post(address, data={f"f{n}": "1" for n in range(100)}, headers=headers),
        ):
            assert said.status_code == 400
        assert (await hotel.http.put(address, headers=headers)).status_code == 405

    tried(tmp_path, trial)


def test_every_route_of_a_section_goes_through_its_two_doors(tmp_path: Path) -> None:
    """A route made by hand could forget the form's secret."""
    import app.sandbox.pages.server  # noqa: F401  so that every section is known

    def below(kind: type[Section]) -> set[type[Section]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    async def trial(hotel: Running) -> None:
        from app.sandbox.scenarios import Stage

        for kind in below(Section):
            if "routes" not in vars(kind) or kind is Section:
                continue
            for route in kind(hotel.house, Stage(hotel.house)).routes():
                made_by = route.endpoint.__qualname__.split(".<locals>")[0]
                assert made_by in {"Section.shown", "Section.sent"}, route.path

    tried(tmp_path, trial)


def secret_of(browser: Browser) -> str:
    assert browser.page is not None
    found = re.search(r'name="csrf" value="([^"]+)"', browser.page.text)
    assert found is not None
    return found[1]


async def approve(hotel: Running, headers: dict[str, str], csrf: str) -> httpx.Response:
    return await hotel.http.post(
        f"{hotel.addresses.pages}/recepcion/aprobar",
        data={"csrf": csrf, "cuantos": "1", "tipo": "factura"},
        headers=headers,
    )
