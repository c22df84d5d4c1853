"""Every way in which a request can fail, made to fail by a real server, and told apart."""

import asyncio
import gzip
import json
import tracemalloc
from pathlib import Path
from socket import socket

import pytest

from app.connectors.transport import LIMIT_BYTES, Answer, Transport
from app.model.errors import ConnectorError, Delivery, Failure
from tests.support import wire
from tests.support.raw import answer, sending, speaking

SECRET = "el-token-secreto-123456"
TRACE = b"org.springframework.dao.DataIntegrityViolationException: x\n\tat org.hibernate.Foo.bar(Foo.java:276)"


def ask(url: str, *, timeout: float = 5.0, proxy: str | None = None, method: str = "POST") -> Answer:
    async def run() -> Answer:
        clean = lambda text: text.replace(SECRET, "•••")  # noqa: E731
        async with Transport("pymes", timeout=timeout, proxy=proxy, clean=clean) as transport:
            return await transport.request(
                method, url, headers={"Authorization": f"Bearer {SECRET}"}, json={"total": "1.00"}
            )

    return asyncio.run(run())


def failing(url: str, *, timeout: float = 5.0, proxy: str | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        ask(url, timeout=timeout, proxy=proxy)
    error = caught.value
    assert error.system == "pymes"
    assert SECRET not in f"{error} {error.detail} {error.messages} {error!r}"
    return error


def kind(error: ConnectorError) -> tuple[Failure, Delivery]:
    return error.failure, error.delivery


# The line


def test_a_shut_port_never_left() -> None:
    assert kind(failing(wire.shut())) == (Failure.NETWORK, Delivery.NEVER_LEFT)


def test_no_such_computer_never_left() -> None:
    assert kind(failing("https://no-existe.invalid/")) == (Failure.NETWORK, Delivery.NEVER_LEFT)


def test_silence_is_in_doubt() -> None:
    with wire.silent() as url:
        assert kind(failing(url, timeout=0.2)) == (Failure.TIMEOUT, Delivery.IN_DOUBT)


@pytest.mark.parametrize(
    "pieces",
    [(), (b"HTTP/1.1 201",), (answer(b'{"datos": "1', length=4_000),), (b"no es http\r\n\r\n",)],
    ids=["before", "in-the-head", "in-the-body", "nonsense"],
)
def test_a_cut_answer_is_in_doubt(pieces: tuple[bytes, ...]) -> None:
    with speaking(sending(*pieces)) as url:
        assert kind(failing(url)) == (Failure.NETWORK, Delivery.IN_DOUBT)


def test_an_answer_that_drips_for_ever_ends() -> None:
    def drip(connection: socket) -> None:
        connection.sendall(answer(b"", length=1_000_000))
        connection.settimeout(0.05)
        while True:
            connection.sendall(b" ")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    with speaking(drip) as url:
        assert kind(failing(url, timeout=0.2)) == (Failure.TIMEOUT, Delivery.IN_DOUBT)


def test_a_certificate_that_the_machine_does_not_trust_never_gets_the_request(tmp_path: Path) -> None:
    with wire.answering_with_own_authority(tmp_path) as url:
        error = failing(url)
    assert kind(error) == (Failure.CERTIFICATE, Delivery.NEVER_LEFT)
    assert error.needs_a_person


@pytest.mark.parametrize("location", ["http://[", "//", "http://[::1", "x" * 20_000])
def test_a_redirect_to_nowhere_is_no_answer_either(location: str) -> None:
    with wire.answering(302, headers={"Location": location}) as url:
        error = failing(url)
    assert error.failure in (Failure.UNSAFE_ADDRESS, Failure.NETWORK)
    assert error.delivery is not Delivery.NEVER_LEFT and len(error.detail) <= 500


# The proxy


def test_a_proxy_that_wants_a_password_never_passed_it_on() -> None:
    with wire.answering(407, headers={"Proxy-Authenticate": "Basic"}) as proxy:
        assert kind(failing("https://api.loggro.example/v1", proxy=proxy)) == (Failure.PROXY, Delivery.NEVER_LEFT)


def test_a_proxy_that_is_not_there_never_passed_it_on() -> None:
    error = failing("https://api.loggro.example/v1", proxy=wire.shut())
    assert kind(error) == (Failure.PROXY, Delivery.NEVER_LEFT)


def test_a_shut_port_of_this_computer_is_no_fault_of_the_proxy() -> None:
    assert kind(failing(wire.shut(), proxy=wire.shut())) == (Failure.NETWORK, Delivery.NEVER_LEFT)


def test_this_computer_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, wire.shut())
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with wire.answering(200, b"{}") as url:
        assert ask(url).status == 200
        assert ask(url, proxy=wire.shut()).status == 200


# What the other side says


@pytest.mark.parametrize(
    ("status", "failure", "delivery"),
    [
        (400, Failure.REFUSED, Delivery.REFUSED),
        (401, Failure.TOKEN, Delivery.REFUSED),
        (403, Failure.PERMISSION, Delivery.REFUSED),
        (404, Failure.NOT_FOUND, Delivery.REFUSED),
        (408, Failure.REFUSED, Delivery.IN_DOUBT),
        (409, Failure.ALREADY_THERE, Delivery.IN_DOUBT),
        (415, Failure.REFUSED, Delivery.REFUSED),
        (425, Failure.REFUSED, Delivery.IN_DOUBT),
        (429, Failure.TOO_MANY, Delivery.REFUSED),
        (500, Failure.SERVER, Delivery.IN_DOUBT),
        (503, Failure.SERVER, Delivery.IN_DOUBT),
    ],
)
def test_each_status_has_its_meaning_even_without_a_body(status: int, failure: Failure, delivery: Delivery) -> None:
    with wire.answering(status) as url:
        error = failing(url)
    assert kind(error) == (failure, delivery)
    assert (error.status, error.messages) == (status, ())


@pytest.mark.parametrize(
    "body",
    [
        {"errores": [{"codigo": "c", "mensaje": "El tercero no existe"}]},
        {"errores": {"codigo": "c", "mensaje": "El tercero no existe"}},
        {"errors": {"code": "c", "title": "El tercero no existe"}},
    ],
)
def test_both_shapes_of_errores_are_read(body: dict[str, object]) -> None:
    with wire.answering(400, json.dumps(body).encode()) as url:
        error = failing(url)
    assert (error.codes, error.messages) == (("c",), ("El tercero no existe",))


@pytest.mark.parametrize(
    "body",
    [
        TRACE,
        json.dumps({"status": 500, "error": "Internal Server Error", "trace": TRACE.decode()}).encode(),
        b"<html><body><pre>" + TRACE + b"</pre></body></html>",
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'{"errores": [1, null, "x", {"mensaje": null}]}',
        b'{"errores": 7}',
        b"null",
    ],
)
def test_a_stack_trace_or_nonsense_never_becomes_a_message(body: bytes) -> None:
    with wire.answering(500, body) as url:
        error = failing(url)
    assert kind(error) == (Failure.SERVER, Delivery.IN_DOUBT)
    said = f"{error} {error.messages} {error.detail}"
    assert "hibernate" not in said and "java" not in said and "None" not in str(error.messages)


def test_a_message_is_bounded_and_without_secrets() -> None:
    body = {"errores": [{"mensaje": f"{SECRET} " + "x" * 10_000}] * 1_000}
    with wire.answering(400, json.dumps(body).encode()) as url:
        error = failing(url)
    assert len(error.messages) <= 20 and max(map(len, error.messages)) <= 500


def test_a_code_is_bounded_and_no_letter_turns_a_message_round_or_steers_a_terminal() -> None:
    body = {"errores": [{"codigo": "c" * 10_000, "mensaje": "total \u202e000.1\x1b[2J \ud800"}]}
    with wire.answering(400, json.dumps(body).encode()) as url:
        error = failing(url)
    assert error.codes == ("c" * 100,)
    assert error.messages == ("total  000.1 [2J  ",)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("99999", 3600.0), ("mañana", None), ("nan", None)]
)
def test_retry_after_is_obeyed_within_reason(header: str, seconds: float | None) -> None:
    head = f"HTTP/1.1 429 X\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n"
    with speaking(sending(head.encode("latin-1"))) as url:
        assert failing(url).retry_after == seconds


# Where we let ourselves be sent


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_not_followed(status: int) -> None:
    with (
        wire.answering(200, b"{}") as elsewhere,
        wire.answering(status, headers={"Location": f"{elsewhere}/otro"}) as url,
    ):
        error = failing(url)
    assert kind(error) == (Failure.UNSAFE_ADDRESS, Delivery.REFUSED)
    assert error.needs_a_person


@pytest.mark.parametrize(
    "url",
    [
        "http://api.loggro.example/v1",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "https://ana:clave@api.loggro.example/",
        "http://[::ffff:8.8.8.8]/",
        "//api.loggro.example/",
        "https://\x00/",
        "",
    ],
)
def test_an_unsafe_address_is_never_asked(url: str) -> None:
    error = failing(url)
    assert kind(error) == (Failure.UNSAFE_ADDRESS, Delivery.NEVER_LEFT)
    assert "clave" not in str(error)


# Answers that mean harm


def test_an_answer_over_the_limit_is_cut_off() -> None:
    with wire.answering(200, b"x" * (LIMIT_BYTES + 1)) as url:
        error = failing(url)
    assert kind(error) == (Failure.UNREADABLE, Delivery.IN_DOUBT)


def test_an_answer_of_exactly_the_limit_is_taken() -> None:
    with wire.answering(200, b"x" * LIMIT_BYTES) as url:
        assert len(ask(url).body) == LIMIT_BYTES


def test_a_packed_answer_is_unpacked() -> None:
    with wire.answering(200, gzip.compress(b'{"a": 1.10}'), {"Content-Encoding": "gzip"}) as url:
        assert ask(url).json() == {"a": "1.10"}


def test_a_gzip_bomb_is_stopped_while_it_unpacks() -> None:
    bomb = gzip.compress(b"\0" * (128 * 1024 * 1024), 9)
    with wire.answering(200, bomb, {"Content-Encoding": "gzip"}) as url:
        tracemalloc.start()
        try:
            error = failing(url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert kind(error) == (Failure.UNREADABLE, Delivery.IN_DOUBT)
    assert peak < 3 * LIMIT_BYTES  # of the eight times as much that it holds


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"no es gzip", "gzip"),
        (gzip.compress(b"{}" * 500)[:-9], "gzip"),
        (b"x", "br"),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
    ],
    # Named, because gzip writes the time of day into its bytes.
    ids=["not-gzip", "cut-off", "not-asked-for", "packed-twice"],
)
def test_a_packing_that_we_did_not_ask_for_or_that_is_broken_is_unreadable(body: bytes, encoding: str) -> None:
    with wire.answering(200, body, {"Content-Encoding": encoding}) as url:
        assert kind(failing(url)) == (Failure.UNREADABLE, Delivery.IN_DOUBT)


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"{", b"", b"\xff", b"9" * 10_000])
def test_an_answer_that_is_no_json_is_unreadable(body: bytes) -> None:
    with wire.answering(200, body) as url:
        received = ask(url)
    with pytest.raises(ConnectorError) as caught:
        received.json()
    assert kind(caught.value) == (Failure.UNREADABLE, Delivery.IN_DOUBT)


def test_amounts_stay_text() -> None:
    with wire.answering(200, b'{"total": 0.10, "numero": 7}') as url:
        assert ask(url).json() == {"total": "0.10", "numero": 7}
