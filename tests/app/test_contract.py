"""Server and client keep to the contracts of ``resources/contracts``, both ways, for every operation in them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_core.validation.response.exceptions import ResponseValidationError

from app.connectors.pms import Pms
from app.connectors.profile import Operation, Profile, load_profile
from app.connectors.pymes import Pymes
from app.connectors.pymes_contract import venta_externa
from app.connectors.transport import Answer, Transport
from app.model.documents import HOTEL_FAMILIES, Document
from app.model.numbering import APPLIES_TO_PMS, System
from app.model.parties import FINAL_CONSUMER
from app.sandbox.tokens import Kind
from tests.support.contract import Contract
from tests.support.practice import FACTURACION, SALES, SEND, Running, running

OPERATIONS = {
    Operation.PMS_SESSION: ("pms", ("sendOtp", "openSession")),
    Operation.PMS_HOTEL: ("pms", ("findHotel",)),
    Operation.PMS_BILLING: ("pms", ("billingSettings",)),
    Operation.PMS_RESOLUTIONS: ("pms", ("billingResolutions",)),
    Operation.PMS_DOCUMENTS: ("pms", ("billingDocuments",)),
    Operation.PMS_CONNECTION: ("pms", ("pymesConnection",)),
    Operation.PYMES_CAJAS: ("pymes", ("cajas",)),
    Operation.PYMES_ORGANISATION: ("pymes", ("organizacion",)),
    Operation.PYMES_PARAMETER: ("pymes", ("usarAlojamientos",)),
    Operation.PYMES_NUMBERINGS: ("pymes", ("consecutivos", "vigencias")),
    Operation.PYMES_CREATE_NUMBERING: ("pymes", ("crearConsecutivo",)),
    Operation.PYMES_SALES: ("pymes", ("ventasDetallado",)),
    Operation.PYMES_SEND: ("pymes", ("crearVentaExterna",)),
}
"""The contract's operations behind each of the product's; the FE service has a WSDL of its own."""

PUBLISHED_ONLY = {"status", "closeSession", "reservations"}
"""Published, served for whoever practises, and not used by the product."""


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return {name: Contract(name) for name in ("pms", "pymes")}


class HeldTransport(Transport):
    """The product's own transport, each of whose exchanges is held to the contract."""

    def __init__(self, contract: Contract) -> None:
        super().__init__("contract")
        self._contract = contract

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        answer = await super().request(
            method, url, headers=headers, params=params, json=json, content=content, auth=auth
        )
        sent = httpx.Request(method, url, headers=headers, params=params, json=json)
        self._contract.check(
            method,
            str(sent.url),
            sent.headers,
            sent.content,
            answer.status,
            answer.headers,
            answer.body,
            request_too=True,
        )
        return answer


async def drive(hotel: Running, contracts: dict[str, Contract]) -> list[Document]:
    """Do with the product's connectors everything that the set-up and one cycle do."""
    profile = profile_of(hotel)
    async with HeldTransport(contracts["pms"]) as to_pms, HeldTransport(contracts["pymes"]) as to_pymes:
        await Pms(to_pms, profile).send_code("+573001234567", "whatsapp")
        order = await hotel.desk("POST", "/credentials", {"kind": "otp-code"})
        session = await Pms(to_pms, profile).open_session(order["phone_number"], order["code"])
        key = hotel.house.tokens.mint(Kind.PMS_KEY)
        hotel_id = await Pms(to_pms, profile, api_key=key).find_hotel(hotel.house.hotel.party.id)
        pms = Pms(to_pms, profile, session_token=session.token, hotel_id=hotel_id)
        pymes = Pymes(to_pymes, profile, token=hotel.house.tokens.mint(Kind.PYMES))
        await pms.billing_settings()
        await pymes.organisation()
        await pymes.cajas()
        assert not (await pms.pymes_connection()).received
        await pymes.use_alojamientos()
        connection = await pms.pymes_connection()
        consecutivos = {}
        for numbering in await pms.numberings():
            wanted = numbering.model_copy(update={"system": System.PYMES, "applies_to": APPLIES_TO_PMS})
            consecutivos[numbering.family] = await pymes.create_numbering(wanted, numbering.family.value)
        assert {one.consecutivo for one in await pymes.numberings()} >= set(consecutivos.values())
        sender = Pymes(to_pymes, profile, token="x", connection_token=connection.token)
        documents = [row.document for row in (await pms.approved_after(0)).documents if row.document is not None]
        for document in documents:
            assert await sender.send(document, consecutivos[document.family])
        assert await sender.send(documents[0], consecutivos[documents[0].family])
        first, last = documents[0].issued_at.date(), documents[-1].issued_at.date()
        read = [sale async for page in pymes.sales_between(first, last) for sale in page.sales]
        assert len(read) == len(documents)
        assert len(await pymes.sales_numbered(documents[0].full_number)) == 1
    return documents


def profile_of(hotel: Running) -> Profile:
    addresses = hotel.addresses
    return load_profile("sandbox", {"pms": addresses.pms, "pymes": addresses.pymes, "fe": addresses.fe})


async def refusals(hotel: Running, contracts: dict[str, Contract]) -> None:
    """Provoke with a bare client what the connectors never would, and the operations that the product does not use."""

    async def check(response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        url = str(request.url)
        contract = contracts["pms" if url.startswith(hotel.addresses.pms) else "pymes"]
        contract.check(
            request.method,
            url,
            request.headers,
            request.content,
            response.status_code,
            response.headers,
            response.content,
            request_too=response.is_success,
        )

    async with httpx.AsyncClient(trust_env=False, verify=False, event_hooks={"response": [check]}) as http:
        key, pms = hotel.pms_headers(), f"{hotel.addresses.pms}/api/v1"
        session = {"Authorization": f"Bearer {hotel.house.tokens.mint(Kind.PMS_SESSION, 60)}"}
        await http.get(f"{hotel.addresses.pms}/api/status")
        await http.get(f"{pms}/hotels/find_by", params={"hotel_document_number": "1"})
        await http.get(f"{pms}/hotels/find_by", headers=key)
        await http.get(f"{pms}/hotels/find_by", headers=key, params={"hotel_document_number": "1"})
        await http.get(f"{pms}/hotels/reservations", headers=session, params={"limit": 5, "page": 2})
        await http.get(f"{pms}/hotels/reservations", headers=session, params={"limit": 51})
        await http.get(f"{pms}/hotels/reservations", headers=key)
        await http.get(hotel.hotel("billing_documents"), headers=key, params={"limit": 101})
        for resource in ("billing_settings", "billing_resolutions", "billing_documents", "pymes_connection"):
            await http.get(hotel.hotel(resource))
            await http.get(f"{pms}/hotels/1/{resource}", headers=key)
        await http.delete(f"{pms}/sessions", headers=session)
        await http.delete(f"{pms}/sessions", headers=session)
        await http.post(f"{pms}/sessions/send_otp", json={"channel": "paloma"})
        for _ in range(6):
            await http.post(f"{pms}/sessions", json={"phone_number": "x", "code": "no"})
        await http.post(f"{pms}/sessions/send_otp", json={"phone_number": "x", "channel": "sms"})

        good, wrong = hotel.pymes_headers(), {"Authorization": "Bearer no", "Content-Type": "application/json"}
        other = hotel.pymes_headers(Kind.CONNECTION)
        organizacion = f"{hotel.addresses.pymes}/apik/loggro-organizacion/v1/organizacion"
        facturacion = hotel.addresses.pymes + FACTURACION
        for method, url in (
            ("GET", organizacion),
            ("PUT", f"{organizacion}/parametros/alojamientos"),
            ("GET", f"{hotel.addresses.pymes}/apik/loggro-financiero/v1/cajas"),
            ("GET", f"{facturacion}/consecutivos/no-pos/compania"),
            ("GET", f"{facturacion}/consecutivos/vigencias"),
            ("POST", f"{facturacion}/consecutivos/no-pos"),
            ("GET", hotel.addresses.pymes + SALES),
            ("POST", hotel.addresses.pymes + SEND),
        ):
            right, unfit = (other, good) if url.endswith(SEND) else (good, other)
            await http.request(method, url, headers=wrong)
            await http.request(method, url, headers=unfit)
            await http.request(method, url, headers={"Authorization": right["Authorization"]})
            await http.request(method, url, headers=right, params={"limit": 101}, content=b"{")
        document = hotel.documents()[0]
        body = {"claveExterna": "x"}
        await http.post(hotel.addresses.pymes + SEND, headers=other | {"Idempotency-Key": "1"}, json=body)
        await http.post(
            hotel.addresses.pymes + SEND,
            headers=other | {"Idempotency-Key": "another"},
            content=_sent_body(hotel, document),
        )


def _sent_body(hotel: Running, document: Document) -> bytes:
    consecutivo = hotel.house.ranges.consecutivo_for(document.family.value, document.prefix, document.number)
    assert consecutivo is not None
    return httpx.Request("POST", "http://x", json=venta_externa(document, consecutivo)).content


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract]) -> Iterator[list[Document]]:
    """Drive everything once; each exchange was held to its contract on the way."""

    async def run() -> list[Document]:
        async with running(tmp_path_factory.mktemp("hotel")) as hotel:
            await hotel.house.hotel.issue(60)
            sent = await drive(hotel, contracts)
            await refusals(hotel, contracts)
            return sent

    yield asyncio.run(run())


def test_every_operation_was_driven_and_succeeded(documents: list[Document], contracts: dict[str, Contract]) -> None:
    for contract in contracts.values():
        succeeded = {name for name, status in contract.exercised if status.startswith("2")}
        assert succeeded == set(contract.operations)


def test_every_answer_that_the_contract_names_was_seen(
    documents: list[Document], contracts: dict[str, Contract]
) -> None:
    never_by_itself = {("sendOtp", "503"), ("crearVentaExterna", "429")}
    for contract in contracts.values():
        named = {(name, status) for name, operation in contract.operations.items() for status in operation["responses"]}
        assert named - contract.exercised - never_by_itself == set()


def test_what_was_sent_covers_the_cases_of_a_hotel(documents: list[Document]) -> None:
    assert {document.family for document in documents} == set(HOTEL_FAMILIES)
    assert any(document.guest for document in documents) and any(document.prepaid for document in documents)
    assert any(document.counterparty.id == FINAL_CONSUMER for document in documents)


@pytest.mark.parametrize("operation", list(OPERATIONS), ids=lambda operation: operation.value)
def test_the_contract_and_the_practice_profile_name_the_same_route(
    operation: Operation, contracts: dict[str, Contract]
) -> None:
    profile = load_profile("sandbox", {name: "http://127.0.0.1:1" for name in ("pms", "pymes", "fe")})
    name, ids = OPERATIONS[operation]
    assert {contracts[name].operations[one]["x-route"] for one in ids} == {profile.route(operation).value}


def test_the_contracts_hold_nothing_that_the_product_does_not_need(contracts: dict[str, Contract]) -> None:
    needed = {one for _, ids in OPERATIONS.values() for one in ids}
    assert {one for contract in contracts.values() for one in contract.operations} == needed | PUBLISHED_ONLY
    assert set(Operation) - set(OPERATIONS) == {Operation.FE_RESOLUTION, Operation.FE_DOCUMENT}


def test_every_invented_object_says_so_and_takes_no_unknown_field(contracts: dict[str, Contract]) -> None:
    documented = {"Errors", "Errores", "Fallo", "Metadata"}
    for contract in contracts.values():
        for name, schema in contract.data["components"]["schemas"].items():
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert ("x-nota" in schema) == (name not in documented), name


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row | {"surprise": 1},
        lambda row: {name: value for name, value in row.items() if name != "payable"},
        lambda row: row | {"payable": 12.5},
    ],
    ids=["unknown field", "missing field", "float"],
)
def test_the_check_itself_sees_a_row_that_breaks_the_contract(
    tmp_path: Path, contracts: dict[str, Contract], spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    async def run() -> None:
        async with running(tmp_path) as hotel:
            await hotel.house.hotel.issue(1)
            address, headers = hotel.hotel("billing_documents"), hotel.pms_headers()
            answer = await hotel.http.get(address, headers=headers)
            rows = [spoil(row) for row in answer.json()["billing_documents"]]
            spoiled = httpx.Response(200, json={"billing_documents": rows}).content
            with pytest.raises(ResponseValidationError):
                contracts["pms"].check("GET", address, headers, b"", 200, answer.headers, spoiled, request_too=True)

    asyncio.run(run())
