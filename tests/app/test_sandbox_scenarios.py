"""What each simulacro does to a client, seen with a bare HTTP client and counted in the hotel's own books."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from app.connectors.pymes_contract import venta_externa
from app.model.documents import Document, Family
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.tokens import Kind
from tests.support.practice import SALES, SEND, Running, running

COUNT = 20


def played(folder: Path, name: str, trial: Callable[[Running, list[Document]], Awaitable[None]]) -> None:
    """Run a trial with one simulacro on, the consecutivos created and invoices waiting to be sent."""

    async def run() -> None:
        async with running(folder) as hotel:
            await hotel.open_numberings()
            await hotel.house.hotel.issue(COUNT, [Family.FACTURA])
            await hotel.desk("POST", "/scenario", {"name": name, "on": True})
            await trial(hotel, hotel.documents())

    asyncio.run(run())


async def outcome_of(hotel: Running, document: Document) -> int | type[Exception]:
    """Send once and return the status, or what broke."""
    try:
        return (await hotel.send(document)).status_code
    except httpx.TransportError as error:
        return type(error)


def recorded(hotel: Running, document: Document) -> bool:
    return hotel.house.books.sale_numbered(document.family.value, document.prefix, document.number) is not None


@pytest.mark.parametrize("name", ["answer-lost", "half-answer"])
def test_a_cut_answer_leaves_a_recorded_sale_and_a_dead_connection(tmp_path: Path, name: str) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        outcomes = [await outcome_of(hotel, document) for document in documents]
        cut = [document for document, outcome in zip(documents, outcomes, strict=True) if outcome != 201]
        assert len(cut) == COUNT // 5
        assert {outcome for outcome in outcomes if outcome != 201} <= {httpx.RemoteProtocolError, httpx.ReadError}
        assert all(recorded(hotel, document) for document in documents)
        again = [await outcome_of(hotel, document) for document in cut]
        assert again == [200] * len(cut)
        entries = hotel.house.books.logged("POST", SEND, 0)
        assert len(entries) == COUNT + len(cut)
        if name == "answer-lost":
            assert sum(entry["status"] is None for entry in entries) == len(cut)

    played(tmp_path, name, trial)


def test_half_an_answer_really_arrives(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        for document in documents[:4]:
            assert (await hotel.send(document)).status_code == 201
        received = b""
        headers = hotel.pymes_headers(Kind.CONNECTION) | {"Idempotency-Key": "k"}
        body = venta_externa(documents[4], hotel.consecutivos[Family.FACTURA])
        with pytest.raises(httpx.RemoteProtocolError):
            async with hotel.http.stream("POST", hotel.addresses.pymes + SEND, headers=headers, json=body) as answer:
                assert answer.status_code == 201
                async for piece in answer.aiter_bytes():
                    received += piece
        assert received.startswith(b'{"datos"') and not received.endswith(b"}")

    played(tmp_path, "half-answer", trial)


def test_the_second_writer_comes_before_between_and_after_and_doubles_nothing(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        await hotel.house.hotel.issue(60)
        documents = hotel.documents()
        await hotel.http.get(hotel.hotel("billing_documents"), headers=hotel.pms_headers(), params={"limit": 100})
        before = [document for document in documents if recorded(hotel, document)]
        outcomes = Counter([await outcome_of(hotel, one) for one in documents if one not in before])
        assert set(outcomes) == {201, 409}
        books = await hotel.desk("GET", "/books")
        assert before and books["by_origin"] == {
            "alojamientos": len(before) + outcomes[409],
            "botones": outcomes[201],
        }
        assert books["lost"] == books["doubled"] == books["wrong"] == books["early_notes"] == []

    played(tmp_path, "second-writer", trial)


def test_the_second_writer_comes_at_the_same_moments_in_each_run(tmp_path: Path) -> None:
    runs: list[list[str]] = []

    async def trial(hotel: Running, documents: list[Document]) -> None:
        for document in documents:
            await hotel.send(document)
        rows = hotel.house.books.rows("SELECT full_number FROM sales WHERE origin = 'alojamientos' ORDER BY number")
        runs.append([row[0] for row in rows])

    played(tmp_path / "one", "second-writer", trial)
    played(tmp_path / "two", "second-writer", trial)
    assert runs[0] == runs[1] != []


def test_a_limited_rate_says_how_long_to_wait(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        answers = [await hotel.send(document) for document in documents]
        limited = [answer for answer in answers if answer.status_code == 429]
        assert len(limited) == COUNT // 7
        assert all(answer.headers["Retry-After"] == "1" for answer in limited)
        assert (await hotel.desk("GET", "/books"))["recorded"] == COUNT - len(limited)

    played(tmp_path, "rate-limited", trial)


def test_success_without_substance_records_nothing_and_the_next_try_counts(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        assert {await outcome_of(hotel, document) for document in documents} == {201}
        hollow = [document for document in documents if not recorded(hotel, document)]
        assert len(hollow) == COUNT // 5
        assert {await outcome_of(hotel, document) for document in hollow[:4]} == {201}
        assert (await hotel.desk("GET", "/books"))["recorded"] == COUNT

    played(tmp_path, "success-without-substance", trial)


def test_a_server_error_shows_a_stack_trace_and_records_nothing(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        answers = [await hotel.send(document) for document in documents]
        broken = [answer for answer in answers if answer.status_code == 500]
        assert len(broken) == COUNT // 5
        assert all("org.hibernate" in answer.text for answer in broken)
        assert (await hotel.desk("GET", "/books"))["recorded"] == COUNT - len(broken)

    played(tmp_path, "server-error", trial)


def test_the_same_documents_are_refused_however_often_they_come(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        await hotel.house.hotel.issue(COUNT, [Family.FACTURA])
        documents = hotel.documents()
        outcomes = [[await outcome_of(hotel, document) for document in documents] for _ in range(2)]
        refused = [document for document, outcome in zip(documents, outcomes[0], strict=True) if outcome == 400]
        assert refused and not any(recorded(hotel, document) for document in refused)
        assert [status == 400 for status in outcomes[0]] == [status == 400 for status in outcomes[1]]
        await hotel.desk("POST", "/scenario", {"name": "refuses-one", "on": False})
        assert {await outcome_of(hotel, document) for document in refused} == {201}

    played(tmp_path, "refuses-one", trial)


def test_a_revoked_token_is_answered_with_an_empty_401_until_there_is_a_new_one(tmp_path: Path) -> None:
    async def trial(hotel: Running, documents: list[Document]) -> None:
        headers = hotel.pymes_headers()

        async def read() -> httpx.Response:
            return await hotel.http.get(hotel.addresses.pymes + SALES, headers=headers)

        answers = [await read() for _ in range(25)]
        assert [answer.status_code for answer in answers] == [200] * 19 + [401] * 6
        assert answers[-1].content == b""
        token = (await hotel.desk("POST", "/credentials", {"kind": "pymes-token"}))["token"]
        headers = headers | {"Authorization": f"Bearer {token}"}
        assert {(await read()).status_code for _ in range(30)} == {200}

    played(tmp_path, "token-revoked", trial)


def test_scenarios_have_words_for_people_and_names_of_their_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    for scenario in SCENARIOS:
        assert scenario().title and scenario().expect.endswith(".")


def test_a_scenario_stays_on_over_a_restart_and_goes_with_a_reset(tmp_path: Path) -> None:
    async def run() -> None:
        async with running(tmp_path) as hotel:
            await hotel.desk("POST", "/scenario", {"name": "server-error", "on": True})
        async with running(tmp_path) as hotel:
            assert (await hotel.desk("GET", "/state"))["scenarios"] == ["server-error"]
            await hotel.desk("POST", "/reset", {})
            assert (await hotel.desk("GET", "/state"))["scenarios"] == []

    asyncio.run(run())
