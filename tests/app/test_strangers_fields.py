"""Every field of every answer that the contracts know, replaced by every nasty value: an error we know, or a value.

What the engine makes of strange answers is judged in ``test_strangers``; here each operation that reads an answer, the
wizard's among them, meets each place of it. ``--answers 100`` or more takes every nasty value at every place.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from app.connectors.bundle import Connectors, Secrets, open_connectors
from app.connectors.profile import load_profile
from app.model.errors import ConnectorError
from app.model.numbering import System
from tests.support.contract import Contract
from tests.support.panel import document, numbering
from tests.support.schema import NASTY, damage, places, whole
from tests.support.wire import running_server

CONTRACTS = {name: Contract(name) for name in ("pms", "pymes")}
FEW = 1
"""Nasty values for each place in the short form."""
ALL = 100

Call = Callable[[Connectors], Awaitable[object]]


async def all_sales(connectors: Connectors) -> object:
    return [page async for page in connectors.pymes.sales_between(date(2026, 11, 1), date(2026, 11, 2))]


CALLS: dict[str, Call] = {
    "openSession": lambda c: c.pms.open_session("+573001234567", "123456"),
    "findHotel": lambda c: c.pms.find_hotel("900508908"),
    "billingSettings": lambda c: c.pms.billing_settings(),
    "billingResolutions": lambda c: c.pms.numberings(),
    "billingDocuments": lambda c: c.pms.approved_after(0),
    "pymesConnection": lambda c: c.pms.pymes_connection(),
    "organizacion": lambda c: c.pymes.organisation(),
    "cajas": lambda c: c.pymes.cajas(),
    "consecutivos": lambda c: c.pymes.numberings(),
    "vigencias": lambda c: c.pymes.numberings(),
    "crearConsecutivo": lambda c: c.pymes.create_numbering(numbering(System.PYMES), "Facturas"),
    "ventasDetallado": all_sales,
    "crearVentaExterna": lambda c: c.pymes.send(document(1), "0000aaaa-0000-4000-8000-000000000001"),
}
NOT_READ = {"status", "sendOtp", "closeSession", "reservations", "usarAlojamientos"}
"""Operations of which the answer's body says nothing to us."""


def right_answer(operation: str) -> Any:
    """Return a whole answer of an operation's success."""
    (contract,) = [one for one in CONTRACTS.values() if operation in one.operations]
    said = contract.operations[operation]["responses"]
    found = said.get("200") or said["201"]
    if "$ref" in found:
        found = contract.data["components"]["responses"][found["$ref"].rsplit("/", 1)[-1]]
    return whole(found["content"]["application/json"]["schema"], contract.data)


def path_of(operation: str) -> str:
    """Return the last part of the operation's path."""
    for contract in CONTRACTS.values():
        for path, item in contract.data["paths"].items():
            if any(isinstance(one, dict) and one.get("operationId") == operation for one in item.values()):
                return str(path.rsplit("/", 1)[-1])
    raise AssertionError(operation)


class Answering(BaseHTTPRequestHandler):
    """Answers each path with what stands in ``said``."""

    protocol_version = "HTTP/1.1"
    said: dict[str, bytes] = {}  # noqa: RUF012  # one server at a time

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = self.said.get(self.path.partition("?")[0].rsplit("/", 1)[-1], b"{}")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Total-Count", "1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connectors]:
    profile = load_profile("sandbox", {"pms": url, "pymes": url, "fe": url})
    secrets = Secrets(pymes_token="t" * 20, pms_api_key="k" * 20, connection_token="c" * 20)
    async with open_connectors(profile, secrets, hotel_id="7", hotel_nit="900508908") as connectors:
        yield connectors


@pytest.mark.parametrize("operation", CALLS)
def test_every_field_of_the_answer_may_be_anything(operation: str, request: pytest.FixtureRequest) -> None:
    right = right_answer(operation)
    everything = request.config.getoption("--answers") >= ALL
    met = 0

    async def run(url: str) -> None:
        nonlocal met
        for name in CALLS:
            Answering.said[path_of(name)] = json.dumps(right_answer(name)).encode()
        async with connected(url) as connectors:
            await CALLS[operation](connectors)  # the right one is understood
            for place in range(len(places(right))):
                chosen = NASTY if everything else [NASTY[(place + step * 7) % len(NASTY)] for step in range(FEW)]
                for how, nasty in [("remove", None), *(("replace", one) for one in chosen)]:
                    Answering.said[path_of(operation)] = json.dumps(damage(right, place, how, nasty)).encode()
                    try:
                        await CALLS[operation](connectors)
                    except ConnectorError as error:
                        assert all(len(text) <= 1_000 for text in (str(error), *error.messages, *error.codes))
                    met += 1

    with running_server(Answering) as url:
        asyncio.run(run(url))
    assert met >= len(places(right)) * FEW


def test_no_operation_that_reads_an_answer_is_left_out() -> None:
    known = {name for contract in CONTRACTS.values() for name in contract.operations}
    assert known == CALLS.keys() | NOT_READ
