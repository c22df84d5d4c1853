"""The practice servers behave as Loggro documents, and as our contract says where Loggro is silent."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from lxml import etree

from app.model.documents import Family
from app.model.numbering import APPLIES_TO_PMS, Field, System
from app.sandbox.books import LOG_LIMIT, Books
from app.sandbox.fe import PATH
from app.sandbox.tokens import Kind
from tests.support.practice import FACTURACION, SALES, SEND, MovableClock, Running, running

PARAMETER = "/apik/loggro-organizacion/v1/organizacion/parametros/alojamientos"


def tried(folder: Path, trial: Callable[[Running], Awaitable[None]], push_delay: float = 0.0) -> None:
    async def run() -> None:
        async with running(folder, push_delay=push_delay) as hotel:
            await trial(hotel)

    asyncio.run(run())


def code_of(answer: httpx.Response) -> str:
    said = answer.json()["errores"]
    return str((said[0] if isinstance(said, list) else said)["codigo"])


# the PMS


def test_an_otp_session_lasts_an_hour_and_a_new_one_ends_it(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        async def sign_in() -> dict[str, str]:
            phone = {"phone_number": "+573001234567", "channel": "whatsapp"}
            assert (await hotel.http.post(f"{hotel.addresses.pms}/api/v1/sessions/send_otp", json=phone)).is_success
            order = await hotel.desk("POST", "/credentials", {"kind": "otp-code"})
            answer = await hotel.http.post(f"{hotel.addresses.pms}/api/v1/sessions", json=order)
            assert answer.json()["hotel_id"] == hotel.house.hotel.property_id
            return {"Authorization": f"Bearer {answer.json()['token']}"}

        async def status(headers: dict[str, str]) -> int:
            return (await hotel.http.get(hotel.hotel("billing_settings"), headers=headers)).status_code

        first = await sign_in()
        assert await status(first) == 200
        second = await sign_in()
        assert (await status(first), await status(second)) == (401, 200)
        hotel.clock.move(3599)
        assert await status(second) == 200
        hotel.clock.move(2)
        assert await status(second) == 401
        third = await sign_in()
        assert (await hotel.http.delete(f"{hotel.addresses.pms}/api/v1/sessions", headers=third)).status_code == 204
        assert await status(third) == 401

    tried(tmp_path, trial)


def test_a_code_opens_one_session_only(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        order = await hotel.desk("POST", "/credentials", {"kind": "otp-code"})
        answers = [await hotel.http.post(f"{hotel.addresses.pms}/api/v1/sessions", json=order) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 401]

    tried(tmp_path, trial)


def test_more_than_five_failed_tries_bar_the_hour_even_for_the_right_code(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        address = f"{hotel.addresses.pms}/api/v1/sessions"
        wrong = {"phone_number": "+573001234567", "code": "no"}
        assert [(await hotel.http.post(address, json=wrong)).status_code for _ in range(6)] == [401] * 5 + [429]
        right = await hotel.desk("POST", "/credentials", {"kind": "otp-code"})
        barred = await hotel.http.post(address, json=right)
        assert barred.status_code == 429 and barred.json()["errors"]["code"]
        hotel.clock.move(3601)
        right = {"phone_number": "x", "code": hotel.house.tokens.send_code()}
        assert (await hotel.http.post(address, json=right)).status_code == 200

    tried(tmp_path, trial)


def test_the_hotel_is_found_by_its_nit_with_a_key_only(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        address, nit = f"{hotel.addresses.pms}/api/v1/hotels/find_by", hotel.house.hotel.party.id
        key = hotel.pms_headers()
        found = await hotel.http.get(address, headers=key, params={"hotel_document_number": nit})
        assert found.json()["id"] == hotel.house.hotel.property_id
        assert (await hotel.http.get(address, headers=key)).status_code == 400
        assert (await hotel.http.get(address, headers=key, params={"hotel_document_number": "1"})).status_code == 404
        refused = await hotel.http.get(address, params={"hotel_document_number": nit})
        assert refused.status_code == 401 and set(refused.json()["errors"]) >= {"code", "title"}
        other_hotel = f"{hotel.addresses.pms}/api/v1/hotels/1/billing_settings"
        assert (await hotel.http.get(other_hotel, headers=key)).status_code == 404

    tried(tmp_path, trial)


def test_documents_are_paged_after_a_position_and_counted_to_the_end(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.house.hotel.issue(130)
        key, address = hotel.pms_headers(), hotel.hotel("billing_documents")

        async def page(**asked: int) -> tuple[list[int], dict[str, str]]:
            answer = await hotel.http.get(address, headers=key, params=asked)
            return [row["position"] for row in answer.json()["billing_documents"]], dict(answer.headers)

        positions, headers = await page(after=20, page=2, limit=100)
        assert positions == list(range(121, 131))
        wanted = {"current-page": "2", "page-limit": "100", "total-count": "110", "total-pages": "2"}
        assert wanted.items() <= headers.items()
        assert (await page())[0] == list(range(1, 21))
        positions, headers = await page(after=500)
        assert positions == [] and headers["total-count"] == "0"
        for wrong in ({"limit": 101}, {"limit": 0}, {"page": 0}, {"after": "x"}, {"after": "²"}):
            assert (await hotel.http.get(address, headers=key, params=wrong)).status_code == 422  # type: ignore[arg-type]

    tried(tmp_path, trial)


def test_a_documented_list_takes_five_to_fifty_rows(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        headers = {"Authorization": f"Bearer {hotel.house.tokens.mint(Kind.PMS_SESSION, 60)}"}
        address = f"{hotel.addresses.pms}/api/v1/hotels/reservations"
        for limit, status in ((4, 422), (5, 200), (50, 200), (51, 422)):
            answer = await hotel.http.get(address, headers=headers, params={"limit": limit})
            assert answer.status_code == status
            if answer.is_success:
                assert len(answer.json()) == min(limit, int(answer.headers["Total-Count"]))

    tried(tmp_path, trial)


def test_the_connection_token_arrives_some_time_after_the_parameter_and_sends(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        async def connection() -> dict[str, str]:
            answer: dict[str, str] = (
                await hotel.http.get(hotel.hotel("pymes_connection"), headers=hotel.pms_headers())
            ).json()
            return answer

        assert await connection() == {"state": "waiting"}
        put = await hotel.http.put(
            hotel.addresses.pymes + PARAMETER, headers=hotel.pymes_headers(), json={"valor": True}
        )
        assert put.status_code == 200
        assert await connection() == {"state": "waiting"}
        hotel.clock.move(1.5)
        arrived = await connection()
        assert arrived["state"] == "received"
        assert arrived["organisation_document_number"] == hotel.house.hotel.party.id
        assert hotel.house.tokens.opens(Kind.CONNECTION, arrived["token"])
        off = await hotel.http.put(
            hotel.addresses.pymes + PARAMETER, headers=hotel.pymes_headers(), json={"valor": False}
        )
        assert off.status_code == 200
        assert await connection() == {"state": "waiting"}
        assert not hotel.house.tokens.opens(Kind.CONNECTION, arrived["token"])

    tried(tmp_path, trial, push_delay=1.5)


# Pymes


def test_pymes_wants_a_content_type_even_to_read_and_says_nothing_to_a_wrong_token(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        address, good = f"{hotel.addresses.pymes}/apik/loggro-financiero/v1/cajas", hotel.pymes_headers()
        assert (await hotel.http.get(address, headers=good)).status_code == 200
        bare = {"Authorization": good["Authorization"]}
        assert (await hotel.http.get(address, headers=bare)).status_code == 415
        for token in ("Bearer wrong", "Basic wrong", ""):
            refused = await hotel.http.get(address, headers=good | {"Authorization": token})
            assert (refused.status_code, refused.content) == (401, b"")

    tried(tmp_path, trial)


def test_each_token_opens_its_own_doors_only(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        sending = await hotel.http.post(hotel.addresses.pymes + SEND, headers=hotel.pymes_headers(), json={})
        assert sending.status_code == 403 and isinstance(sending.json()["errores"], dict)
        reading = await hotel.http.get(hotel.addresses.pymes + SALES, headers=hotel.pymes_headers(Kind.CONNECTION))
        assert reading.status_code == 403

    tried(tmp_path, trial)


def test_sales_are_filtered_and_paged_in_the_order_of_their_days(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(60)
        documents = hotel.documents()
        for document in documents:
            assert (await hotel.send(document)).status_code == 201
        headers = hotel.pymes_headers()

        async def page(**asked: str | int) -> tuple[list[str], int]:
            answer = (await hotel.http.get(hotel.addresses.pymes + SALES, headers=headers, params=asked)).json()
            rows = [f"{row['prefijo']}{row['numero']}" for row in answer["contenido"]]
            return rows, answer["metadata"]["pagination"]["total"]

        names = [document.full_number for document in documents]
        first, total = await page()
        second, _ = await page(page=2, limit=40)
        assert (len(first), total) == (20, 60) and (await page(page=1, limit=40))[0] + second == names
        day = documents[0].issued_at.date().isoformat()
        assert (await page(fechaDesde=day, fechaHasta=day, limit=100))[0] == [
            one.full_number for one in documents if one.issued_at.date().isoformat() == day
        ]
        sample = documents[7]
        assert (await page(numero=sample.full_number.lower()))[0] == [sample.full_number]
        assert sample.full_number in (await page(numero=sample.number, tipoDocumento=sample.type.value))[0]
        notes = [one.full_number for one in documents if one.family is Family.NOTA_CREDITO]
        assert (await page(tipoDocumento="91", limit=100))[0] == notes
        for wrong in ({"limit": 101}, {"page": 0}, {"fechaDesde": "ayer"}):
            answer = await hotel.http.get(hotel.addresses.pymes + SALES, headers=headers, params=wrong)  # type: ignore[arg-type]
            assert answer.status_code == 400 and code_of(answer)

    tried(tmp_path, trial)


def test_a_sale_stands_as_it_was_sent_and_the_books_agree_to_the_peso(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(80)
        documents = hotel.documents()
        for document in documents[:-2]:
            await hotel.send(document)
        changed = documents[-2]
        await hotel.send(changed, total=str(changed.payable + 1))
        books = await hotel.desk("GET", "/books")
        assert books["lost"] == [str(documents[-1].key)]
        assert books["wrong"] == [str(changed.key)]
        assert books["doubled"] == books["foreign"] == books["early_notes"] == []
        assert (books["approved"], books["recorded"]) == (80, 79)
        assert sum(row["approved"] for row in books["families"].values()) == 80

    tried(tmp_path, trial)


def test_the_same_key_records_once_and_a_known_number_is_refused(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(1, [Family.FACTURA])
        (document,) = hotel.documents()
        first = await hotel.send(document)
        again = await hotel.send(document)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        other = await hotel.send(document, total="1.00")
        assert (other.status_code, code_of(other)) == (409, "idempotencia.otro-contenido")
        hotel.house.books.change("DELETE FROM idempotency")
        second = await hotel.send(document)
        assert (second.status_code, code_of(second)) == (409, "venta.ya-existe")
        assert (await hotel.desk("GET", "/books"))["recorded"] == 1

    tried(tmp_path, trial)


def test_a_sale_outside_its_numbering_is_refused(tmp_path: Path) -> None:
    spoilt = (
        (Field.APPLIES_TO, "Otra cosa", "consecutivo.no-aplica"),
        (Field.PREFIX, "XYZ", "vigencia.otro-prefijo"),
        (Field.LAST, 1, "numero.fuera-de-rango"),
        (Field.ACTIVE, False, "vigencia.inactiva"),
        (Field.VALID_TO, "2026-11-01", "vigencia.fuera-de-fecha"),
        (Field.VALID_FROM, "2027-01-01", "vigencia.fuera-de-fecha"),
    )

    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(1, [Family.FACTURA])
        (document,) = hotel.documents()
        for field, value, code in spoilt:
            consecutivo = hotel.consecutivos[Family.FACTURA]
            right = hotel.house.ranges.vigencias_of(consecutivo)[0][field.value.replace("-", "_")]
            for written, expected in ((value, [400, code]), (right, None)):
                order = {"system": "pymes", "family": "factura", "field": field.value, "value": written}
                await hotel.desk("PATCH", "/numbering", order)
                if expected:
                    answer = await hotel.send(document)
                    assert [answer.status_code, code_of(answer)] == expected
        assert (await hotel.desk("GET", "/books"))["recorded"] == 0
        assert (await hotel.send(document)).status_code == 201

    tried(tmp_path, trial)


def test_a_sale_with_an_unfit_consecutivo_issuer_or_body_is_refused(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()
        await hotel.house.hotel.issue(1, [Family.FACTURA])
        (document,) = hotel.documents()
        unknown = "00000000-0000-4000-8000-000000000000"
        assert code_of(await hotel.send(document, consecutivoUuid=unknown)) == "consecutivo.no-existe"
        notes = hotel.consecutivos[Family.NOTA_CREDITO]
        assert code_of(await hotel.send(document, consecutivoUuid=notes)) == "consecutivo.otro-tipo"
        own = hotel.house.ranges.consecutivo_rows()[0]
        assert own["aplicaA"] != APPLIES_TO_PMS
        assert code_of(await hotel.send(document, consecutivoUuid=own["uuid"])) == "consecutivo.no-aplica"
        key = f"1/factura/{document.prefix}/{document.number}"
        assert code_of(await hotel.send(document, claveExterna=key)) == "organizacion.no-corresponde"
        assert code_of(await hotel.send(document, claveExterna="x")) == "venta.clave-ilegible"
        assert code_of(await hotel.send(document, total="mucho")) == "campo.total"
        headers = hotel.pymes_headers(Kind.CONNECTION)
        keyless = await hotel.http.post(hotel.addresses.pymes + SEND, headers=headers, json={})
        assert code_of(keyless) == "idempotencia.falta"
        for body in (b"", b"[]", b"{", b'{"valor":' + b"[" * 100_000):
            answer = await hotel.http.put(
                hotel.addresses.pymes + PARAMETER, headers=hotel.pymes_headers(), content=body
            )
            assert answer.status_code == 400

    tried(tmp_path, trial)


def test_a_mutation_touches_one_field_of_one_side(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.open_numberings()

        def everything() -> dict[str, object]:
            rows = hotel.house.books.rows("SELECT * FROM numberings")
            return {f"{row['id']}.{name}": row[name] for row in rows for name in row.keys()}  # noqa: SIM118

        for system in System:
            before = everything()
            order = {"system": system.value, "family": "documento-soporte", "field": "prefix", "value": "ZZZ"}
            await hotel.desk("PATCH", "/numbering", order)
            after = everything()
            assert [after[name] for name in after if after[name] != before[name]] == ["ZZZ"]

    tried(tmp_path, trial)


# the FE service


def test_the_fe_service_tells_what_the_dian_knows_of_the_hotels_resolution(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        current = hotel.house.ranges.current(Family.FACTURA)
        assert current is not None and current[0].resolution is not None
        order = await hotel.desk("POST", "/credentials", {"kind": "fe"})
        basic = base64.b64encode(f"{order['user']}:{order['password']}".encode()).decode()

        async def ask(number: str, nit: str, authorization: str = f"Basic {basic}") -> httpx.Response:
            body = (
                '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                f"<consultarInformacionResolucionDian><numeroResolucion>{number}</numeroResolucion><nit>{nit}</nit>"
                "</consultarInformacionResolucionDian></s:Body></s:Envelope>"
            )
            headers = {"Content-Type": "application/xml", "Authorization": authorization}
            return await hotel.http.post(hotel.addresses.fe + PATH, headers=headers, content=body)

        number, nit = current[0].resolution, hotel.house.hotel.party.id
        found = etree.fromstring((await ask(number, nit)).content)
        assert found.findtext(".//prefijo") == "FEH"
        assert found.findtext(".//claveTecnica") == hotel.house.ranges.technical_key(number)
        for unknown in (await ask("18760000000000", nit), await ask(number, "1")):
            assert unknown.status_code == 200 and b"prefijo" not in unknown.content
        refused = await ask(number, nit, "Basic eDp5")
        assert refused.status_code == 401 and b"<mensajeError>" in refused.content
        headers = {"Authorization": f"Basic {basic}"}
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
        for body in (b"", b"<x/>", bomb):
            answer = await hotel.http.post(hotel.addresses.fe + PATH, headers=headers, content=body)
            assert answer.status_code == 400 and b"<ErrorRespuesta>" in answer.content
        wsdl = await hotel.http.get(f"{hotel.addresses.fe}{PATH}?wsdl")
        assert f'location="{hotel.addresses.fe}{PATH}"'.encode() in etree.tostring(etree.fromstring(wsdl.content))

    tried(tmp_path, trial)


# the desk and the log


def test_the_desk_obeys_only_the_token_of_this_run(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        for headers in ({}, {"Authorization": "Bearer guess"}):
            answer = await hotel.http.post(f"{hotel.addresses.desk}/reset", headers=headers, json={})
            assert answer.status_code == 401

    tried(tmp_path, trial)


def test_the_desk_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    orders: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("POST", "/credentials", {"kind": "connection-token"}),
        ("POST", "/credentials", {}),
        ("POST", "/approve", {"count": "many"}),
        ("POST", "/approve", {"count": 1, "families": ["poesía"]}),
        ("POST", "/scenario", {"name": "no-such", "on": True}),
        ("PATCH", "/numbering", {"system": "dian", "family": "nota-credito", "field": "prefix", "value": "X"}),
        ("POST", "/load", {"documents": [{"type": "01"}]}),
    )

    async def trial(hotel: Running) -> None:
        headers = {"Authorization": f"Bearer {hotel.addresses.desk_token}"}
        for method, path, order in orders:
            answer = await hotel.http.request(method, hotel.addresses.desk + path, headers=headers, json=order)
            assert answer.status_code in (400, 404), (path, order)

    tried(tmp_path, trial)


def test_every_request_is_logged_without_query_and_body(tmp_path: Path) -> None:
    async def trial(hotel: Running) -> None:
        await hotel.http.get(f"{hotel.addresses.pms}/api/status?secret=1")
        await hotel.http.get(hotel.addresses.pymes + SALES)
        await hotel.http.get(f"{hotel.addresses.pymes}{FACTURACION}/nothing")
        entries = (await hotel.desk("GET", "/requests"))["requests"]
        assert [(row["system"], row["method"], row["path"], row["status"]) for row in entries] == [
            ("pms", "GET", "/api/status", 200),
            ("pymes", "GET", SALES, 401),
            ("pymes", "GET", f"{FACTURACION}/nothing", 404),
        ]
        assert set(entries[0]) == {"id", "at", "system", "method", "path", "status"}
        later = await hotel.desk("GET", f"/requests?method=GET&path=ventas&since={entries[0]['id']}")
        assert [row["id"] for row in later["requests"]] == [entries[1]["id"]]

    tried(tmp_path, trial)


def test_the_log_is_bounded(tmp_path: Path) -> None:
    books = Books(tmp_path)
    at = MovableClock().now()
    with books.together():
        for _ in range(LOG_LIMIT + 2_000):
            books.log(at, "pms", "GET", "/", 200)
    assert len(books.rows("SELECT 1 FROM requests")) == LOG_LIMIT
    books.close()
