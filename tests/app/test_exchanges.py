"""What was said and answered about a document: kept with the event that it led to, without secrets, and never much."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.connectors.bundle import Secrets
from app.connectors.overhearing import kept, overheard
from app.connectors.source import ApprovedDocument
from app.connectors.transport import Transport
from app.model.causes import Cause
from app.model.errors import ConnectorError
from app.model.exchange import LONGEST, Exchange
from app.model.journey import Event, EventKind, State
from app.storage import exchanges
from app.storage.tables import events
from app.storage.tables import exchanges as table
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.system.vault import Secret, SecretMissing
from tests.support import wire
from tests.support.desk import Desk, played
from tests.support.panel import HandClock, document
from tests.support.postgres import NewPlace

SECRETS = Secrets(
    pymes_token="token-de-pymes-0123456789",
    connection_token="token/de+conexion 9876543210",
    fe_user="usuario-fe-44556677",
    fe_password='cla"ve-fe-99887766',
)


@contextmanager
def echoing() -> Iterator[str]:
    """Answer with all that was asked, its headers too: the most careless server there can be."""

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            said = json.dumps({"headers": dict(self.headers), "asked": asked, "path": self.path, "otp": "445566"})
            body = said.encode()
            self.send_response(400 if "/no" in self.path else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with wire.running_server(Echo) as address:
        yield address


def heard(url: str, body: object = None, timeout: float = 5.0) -> Exchange:
    async def run() -> Exchange:
        async with Transport("pymes", timeout=timeout, clean=SECRETS.cleaner) as transport:
            with overheard() as said, suppress(ConnectorError):
                await transport.request(
                    "POST",
                    url,
                    headers={"Authorization": f"Bearer {SECRETS.pymes_token}"},
                    params={"token": SECRETS.connection_token or "", "numero": "FE1"},
                    json=body,
                )
            (exchange,) = said
            return exchange

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/si", "/no"])
def test_no_secret_is_written_down_even_if_the_server_repeats_it(path: str) -> None:
    note = f"van {SECRETS.fe_user}, {SECRETS.fe_password} y {SECRETS.connection_token}"
    body = {"token": "un-token-nuevo-123", "nota": note, "total": "1"}
    with echoing() as address:
        exchange = heard(address + path, body)
    whole = exchange.model_dump_json()
    held = (SECRETS.pymes_token, SECRETS.connection_token, SECRETS.fe_user, SECRETS.fe_password)
    for secret in (*held, "445566", "un-token-nuevo-123"):
        assert secret is not None
        for form in (
            secret,
            json.dumps(secret)[1:-1],
            quote(secret, safe=""),
            base64.b64encode(secret.encode()).decode(),
        ):
            assert form not in whole
    assert (exchange.status, exchange.cut) == (400 if path == "/no" else 200, False)
    assert exchange.request.startswith(f"POST {path}?") and "numero=FE1" in exchange.request
    assert '"total": "1"' in exchange.sent


def test_a_request_without_an_answer_is_written_down_too() -> None:
    with wire.silent() as address:
        exchange = heard(address + "/v1/ventas-externas", {"total": "1"}, timeout=0.2)
    assert (exchange.status, exchange.answer) == (None, "")
    assert exchange.sent == '{"total": "1"}'


def test_much_is_cut_and_says_so() -> None:
    with wire.answering(200, b"x" * 100_000) as address:
        exchange = heard(address, {"text": "y" * 100_000})
    assert (len(exchange.sent), len(exchange.answer), exchange.cut) == (LONGEST, LONGEST, True)


def test_nothing_is_written_down_while_nobody_listens() -> None:
    async def run() -> None:
        async with Transport("pymes") as transport:
            with wire.answering(200, b"{}") as address:
                assert (await transport.request("GET", address)).heard is None

    asyncio.run(run())


@given(
    st.text(max_size=40),
    st.sampled_from(["token", "access_token", "OTP", "password", "claveTecnica", "apiKey", "client_secret"]),
    st.integers(LONGEST - 60, LONGEST + 60) | st.integers(0, 60),
)
def test_a_field_named_like_a_secret_is_never_kept(before: str, name: str, at: int) -> None:
    secret = "S3cr3t0-que-nadie-ve"
    filler = before + "." * max(0, at - len(before))
    for text in (
        json.dumps({"a": filler, name: secret, "b": 1}),
        json.dumps({"a": filler, "x": [{name: secret}]}, indent=2),
        f"<a><t>.</t><{name}>{secret}</{name}></a>",
        f"/v1/x?a=1&{name}={secret}",
    ):
        assert secret[:8] not in kept(lambda one: one, text)[0]


def test_the_key_of_a_document_is_no_secret() -> None:
    said, cut = kept(lambda one: one, json.dumps({"claveExterna": "900/factura/FE/1"}))
    assert "900/factura/FE/1" in said and not cut


# In the ledger


def told(desk: Desk, number: int = 0) -> dict[EventKind, tuple[Exchange, ...]]:
    with desk.bridge.reading() as reader:
        return {event.kind: event.said for event in reader.timeline(desk.bridge.rows[number].key)}


def test_what_was_sent_answered_and_read_back_stands_with_its_event(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(3)
        await desk.bridge.cycle()
        for number, row in enumerate(desk.bridge.rows):
            said = told(desk, number)
            (sent,) = said[EventKind.ANSWERED]
            assert sent.request.startswith("POST /") and sent.request.endswith("/v1/ventas-externas")
            assert sent.status == 201
            assert json.loads(sent.sent)["claveExterna"] == row.key
            (read,) = said[EventKind.PROVEN]
            assert "/v1/ventas-detallado?" in read.request and read.status == 200
            assert row.key.rsplit("/", 1)[1] in read.answer
            if read.part:
                assert json.loads(read.answer)["numero"] == int(row.key.rsplit("/", 1)[1])
            assert said[EventKind.SEEN] == said[EventKind.INTENT] == ()
        secrets = []
        for name in Secret:
            with suppress(SecretMissing):
                secrets.append(desk.bridge.vault.get(name))
        assert len(secrets) >= 4
        whole = "".join(one.model_dump_json() for n in range(3) for some in told(desk, n).values() for one in some)
        assert not any(secret in whole for secret in secrets)

    played(tmp_path, trial)


def test_what_pymes_refused_stands_in_its_own_words(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario("refuses-one")
        await desk.issue_many(25)
        await desk.bridge.cycle()
        rows = desk.bridge.rows
        (number,) = [n for n, row in enumerate(rows) if row.state is State.HELD]
        (refused,) = told(desk, number)[EventKind.REFUSED]
        assert refused.status == 400
        assert rows[number].detail["messages"][0] in json.dumps(json.loads(refused.answer), ensure_ascii=False)

    played(tmp_path, trial)


def test_a_conflict_shows_what_pymes_holds(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        desk.write_foreign(desk.hotel.documents()[0], total="1.00")
        await desk.bridge.cycle()
        (row,) = desk.bridge.rows
        assert row.cause is Cause.DIFFERS_IN_PYMES
        (read,) = told(desk)[EventKind.CONFLICT]
        assert '"1.00"' in read.answer

    played(tmp_path, trial)


def some(number: int) -> Exchange:
    return Exchange(request=f"GET /{number}", status=200, answer="x" * number)


def test_it_is_written_in_the_same_commit_and_read_back_in_order(new_place: NewPlace) -> None:
    clock = HandClock()
    keys = [str(document(number).key) for number in (1, 2)]
    place = new_place()
    with Ledger(place, clock) as ledger:
        rows = [ApprovedDocument(position=n, label="", document=document(n)) for n in (1, 2)]
        ledger.record_seen(rows, 2)
        steps = [
            (keys[0], Event(kind=EventKind.INTENT, at=clock.now())),
            (keys[1], Event(kind=EventKind.INTENT, at=clock.now(), said=(some(1),))),
            (keys[0], Event(kind=EventKind.ANSWERED, at=clock.now(), data={"sale": "v"}, said=(some(2), some(3)))),
        ]
        ledger.append(steps)
    reader = LedgerReader(place, clock)
    assert [event.said for event in reader.timeline(keys[0])] == [(), (), (some(2), some(3))]
    assert [event.said for event in reader.timeline(keys[1])] == [(), (some(1),)]
    reader.close()


def test_after_its_time_what_was_said_goes_and_the_events_stay(new_place: NewPlace) -> None:
    clock = HandClock()
    key = str(document(1).key)
    place = new_place()
    with Ledger(place, clock) as ledger:
        ledger.record_seen([ApprovedDocument(position=1, label="", document=document(1))], 1)
        looked = Event(kind=EventKind.LOOKED, at=clock.now(), said=(some(1),))
        ledger.append([(key, looked)] * 300)
        clock.moment += exchanges.KEPT + timedelta(days=1)
        fresh = Event(kind=EventKind.LOOKED, at=clock.now(), said=(some(2),))
        ledger.append([(key, fresh)])
        ledger.append([(key, fresh)])
        with ledger._engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(table)) == 2
            assert connection.scalar(select(func.count()).select_from(events)) == 303
