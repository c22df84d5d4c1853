"""A stranger's server: whatever PMS, Pymes and FE answer, the engine says so and proves, sends and stores nothing
wrong.

Answers come out of the contracts (``resources/contracts``) and out of the practice hotel's own, each damaged at a few
places, and go through the product's own transport. Only a ``ConnectorError`` may come of them.
"""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.model.errors import ConnectorError
from app.sandbox import server
from app.sandbox.web import Logged, Message, Receive, Scope, Send
from app.sync.ledger import Ledger
from tests.support.bridge import Bridge, bridge_into
from tests.support.contract import Contract
from tests.support.practice import Running, running
from tests.support.schema import NASTY, answers, damage

LONGEST_TEXT = 20_000
"""Of what is kept of one event; a document itself is bounded by its answer."""
CONTRACTS = {name: Contract(name).data for name in ("pms", "pymes")}
READS = {
    "organizacion": ("pymes", "/apik/loggro-organizacion/v1/organizacion"),
    "compania": ("pymes", "/apik/loggro-facturacion/v1/consecutivos/no-pos/compania"),
    "vigencias": ("pymes", "/apik/loggro-facturacion/v1/consecutivos/vigencias"),
    "ventas-detallado": ("pymes", "/apik/loggro-facturacion/v1/ventas-detallado"),
    "ventas-externas": ("pymes", "/apik/loggro-facturacion/v1/ventas-externas"),
    "billing_settings": ("pms", "/api/v1/hotels/{hotel_id}/billing_settings"),
    "billing_resolutions": ("pms", "/api/v1/hotels/{hotel_id}/billing_resolutions"),
    "billing_documents": ("pms", "/api/v1/hotels/{hotel_id}/billing_documents"),
}
XML_NASTY = (
    *(b"", b"<", b"<a/>", b"\x00", b"<?xml version='1.0' encoding='x-none'?><a/>", b"<a>&#0;</a>", b"<a>&x;</a>"),
    b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    b"<a>" * 5_000,
    b"<a xmlns:b='c'><b:numeroResolucion>" + b"9" * 6_000 + b"</b:numeroResolucion></a>",
    b"<resolucion><numeroResolucion>1</numeroResolucion><numeracionInicial>x</numeracionInicial></resolucion>",
)


def schema_of(operation: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of the operation's success and the contract that it belongs to."""
    name, path = READS[operation]
    item = CONTRACTS[name]["paths"][path]
    said = (item.get("get") or item["post"])["responses"]
    found = said.get("200") or said["201"]
    if "$ref" in found:
        found = CONTRACTS[name]["components"]["responses"][found["$ref"].rsplit("/", 1)[-1]]
    return found["content"]["application/json"]["schema"], CONTRACTS[name]


class Stranger(Logged):
    """Lets the practice hotel answer, and puts something else in the place of one operation's answers."""

    operation = ""
    body: bytes | None = None
    damages: tuple[tuple[int, str, Any], ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = Stranger.operation and scope["path"].rsplit("/", 1)[-1] == Stranger.operation

        async def strange(message: Message) -> None:
            if mine and message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = {**message, "headers": headers}
            if mine and message["type"] == "http.response.body":
                message = {**message, "body": self._instead(message["body"])}
            await send(message)

        await super().__call__(scope, receive, strange)

    def _instead(self, said: bytes) -> bytes:
        if Stranger.body is not None:
            return Stranger.body
        try:
            value = json.loads(said)
        except ValueError:
            return said
        for where, how, nasty in Stranger.damages:
            value = damage(value, where, how, nasty)
        return as_json(value)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


class Room:
    """A hotel with a few documents whose Pymes is emptied, and a computer whose ledger is new, for each example."""

    def __init__(self, hotel: Running, bridge: Bridge, template: Path) -> None:
        self.hotel = hotel
        self.bridge = bridge
        self.template = template

    @classmethod
    async def open(cls, hotel: Running, folder: Path) -> "Room":
        template = folder / "template.sqlite3"
        Ledger(template, hotel.clock).close()
        bridge = await bridge_into(hotel, folder / "ledger.sqlite3")
        await hotel.house.hotel.issue(4)
        return cls(hotel, bridge, template)

    async def visit(self, operation: str, body: bytes | None, damages: tuple[tuple[int, str, Any], ...]) -> None:
        """Run two cycles with strange answers and judge what came of them."""
        for table in ("sales", "idempotency"):
            self.hotel.house.books.change(f"DELETE FROM {table}")
        for old in self.bridge.path.parent.glob(f"{self.bridge.path.name}*"):
            old.unlink()
        shutil.copy(self.template, self.bridge.path)
        Stranger.operation, Stranger.body, Stranger.damages = operation, body, damages
        try:
            for _ in range(2):
                await self._cycle(self.bridge)
                self.hotel.clock.move(60)
        finally:
            Stranger.operation, Stranger.body, Stranger.damages = "", None, ()
        self._judge(self.bridge)

    async def _cycle(self, bridge: Bridge) -> None:
        try:
            await bridge.cycle()
        except ConnectorError as error:
            texts = (*error.messages, *error.codes, error.detail, str(error))
            assert all(len(text) <= 1_000 for text in texts)

    def _judge(self, bridge: Bridge) -> None:
        audit = self.hotel.house.books.audit()
        assert audit["doubled"] == [] and audit["foreign"] == []
        with closing(sqlite3.connect(bridge.path)) as db:
            proven = [key for (key,) in db.execute("SELECT key FROM documents WHERE state = 'proven'")]
            (longest,) = db.execute("SELECT COALESCE(MAX(LENGTH(data)), 0) FROM events").fetchone()
        assert not set(proven) & {*audit["lost"]}
        assert longest <= LONGEST_TEXT


@pytest.fixture(scope="module")
def loop() -> Any:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def room(loop: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("stranger")
    patch = pytest.MonkeyPatch()
    patch.setattr(server, "Logged", Stranger)
    hotel_of = running(folder / "hotel")
    try:
        yield loop.run(Room.open(loop.run(hotel_of.__aenter__()), folder))
    finally:
        loop.run(hotel_of.__aexit__(None, None, None))
        patch.undo()


def tried(examples: int) -> settings:
    return settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


damages = st.lists(
    st.tuples(st.integers(0, 5_000), st.sampled_from(["replace", "remove", "repeat"]), st.sampled_from(NASTY)),
    min_size=1,
    max_size=3,
).map(tuple)


@pytest.mark.parametrize("operation", READS)
def test_an_answer_out_of_the_contract_damaged_does_no_harm(
    room: Room, loop: asyncio.Runner, operation: str, request: pytest.FixtureRequest
) -> None:
    @tried(request.config.getoption("--answers"))
    @given(answers(*schema_of(operation)))
    def harmless(value: Any) -> None:
        loop.run(room.visit(operation, as_json(value), ()))

    harmless()


@pytest.mark.parametrize("operation", READS)
def test_a_true_answer_damaged_does_no_harm(
    room: Room, loop: asyncio.Runner, operation: str, request: pytest.FixtureRequest
) -> None:
    @tried(request.config.getoption("--answers"))
    @given(damages)
    def harmless(chosen: tuple[tuple[int, str, Any], ...]) -> None:
        loop.run(room.visit(operation, None, chosen))

    harmless()


@pytest.mark.parametrize("body", XML_NASTY)
def test_a_strange_answer_of_the_fe_service_does_no_harm(room: Room, loop: asyncio.Runner, body: bytes) -> None:
    loop.run(room.visit("ServiciosFE", body, ()))


@pytest.mark.parametrize("body", [b"", b"null", b"[" * 100_000, b"\xff\xfe", b'{"errores": ' + b"9" * 9_000 + b"}"])
@pytest.mark.parametrize("operation", READS)
def test_what_is_no_json_does_no_harm(room: Room, loop: asyncio.Runner, operation: str, body: bytes) -> None:
    loop.run(room.visit(operation, body, ()))
