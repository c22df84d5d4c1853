"""The source *rango* for real: the practice FE service asked number by number, gaps, pace, and what it remembers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from app.connectors.loggro_fe import FeDocument, FeState, LoggroFe
from app.connectors.range_source import LOOK_AHEAD, LOOK_BACK, PAUSE, QUESTIONS, RangeSource
from app.connectors.source import Nothing
from app.connectors.transport import Transport
from app.model.causes import Cause
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.journey import State
from app.model.source import SourceKind
from app.sandbox.books import APPROVED, REJECTED
from app.sandbox.tokens import Kind
from app.texts.causes import particulars
from tests.support.practice import MovableClock
from tests.support.today import Today, today

PROVEN = (State.PROVEN, None)
MISSING = (State.MISSING, None)
VALIDATING = "EN_VALIDACION"


def with_hotel(tmp_path: Path, story: Callable[[Today], Awaitable[None]]) -> None:
    async def run() -> None:
        async with today(tmp_path, SourceKind.RANGE) as hotel:
            await story(hotel)

    asyncio.run(run())


async def starting(hotel: Today, count: int, families: tuple[Family, ...] = (Family.FACTURA,)) -> list[Document]:
    """Type the hotel's ranges in, each with its next number, and issue documents from there."""
    hotel.type_in(*(hotel.typed(family) for family in families))
    return await hotel.issue(count, families)


async def catch_up(hotel: Today) -> None:
    """Run cycles until nothing new is found."""
    while await hotel.cycle():
        pass


def asked(hotel: Today) -> list[datetime]:
    """Return when the product asked about a document; the proof asks once a cycle about the resolution."""
    return [datetime.fromisoformat(e["at"]) for e in hotel.requests if (e["system"], e["method"]) == ("fe", "POST")]


def test_the_walk_brings_every_approved_number_and_tells_what_pymes_lacks(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await starting(hotel, 12, HOTEL_FAMILIES)
        await hotel.loggro_records([one for one in documents if one is not documents[3]])
        await catch_up(hotel)
        states = {row.full_number: (row.state, row.cause) for row in hotel.bridge.rows}
        expected = {one.full_number: PROVEN for one in documents} | {documents[3].full_number: MISSING}
        assert states == expected
        assert not [entry for entry in hotel.requests if entry["system"] == "pms"]
        assert {entry["method"] for entry in hotel.requests if entry["system"] == "pymes"} == {"GET"}

    with_hotel(tmp_path, story)


def test_the_walk_is_gentle_and_ends_at_the_first_unknown_stretch(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        await starting(hotel, 4)
        await hotel.cycle()
        assert len(hotel.bridge.rows) == 4
        moments = asked(hotel)
        pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(moments)]
        questions = LOOK_BACK + 4 + LOOK_AHEAD + 1
        about_resolution = len(moments) - questions
        assert about_resolution in (1, 2), "before the walk, and after it when it took long"
        assert len([pause for pause in pauses if pause < PAUSE]) <= about_resolution

    with_hotel(tmp_path, story)


def test_a_long_stretch_is_walked_in_several_cycles_and_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await starting(hotel, QUESTIONS + 10)
        await hotel.cycle()
        assert len(hotel.bridge.rows) == QUESTIONS - LOOK_BACK
        await catch_up(hotel)
        assert {row.full_number for row in hotel.bridge.rows} == {one.full_number for one in documents}
        before = len(asked(hotel))
        await hotel.cycle()
        assert len(asked(hotel)) - before <= LOOK_AHEAD + 2, "what is known is not asked for again"

    with_hotel(tmp_path, story)


def test_gaps_are_passed_over_and_asked_for_again_with_growing_pauses(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await starting(hotel, 6)
        await hotel.loggro_records(documents)
        late = documents[2]
        await hotel.judge(late, VALIDATING)
        hole = documents[4]
        hotel.hotel.house.books.change("UPDATE documents SET number = -number WHERE number = ?", (hole.number,))
        await hotel.cycle()
        seen = {row.full_number for row in hotel.bridge.rows}
        assert seen == {one.full_number for one in documents} - {late.full_number, hole.full_number}
        before = len(asked(hotel))
        await hotel.cycle()
        assert len(asked(hotel)) - before <= LOOK_AHEAD + 2, "a gap is not asked for again at once"
        await hotel.judge(late, APPROVED)
        hotel.hotel.house.books.change("UPDATE documents SET number = -number WHERE number = ?", (-hole.number,))
        hotel.hotel.clock.move(61)
        await hotel.cycle()
        assert {row.full_number for row in hotel.bridge.rows} == {one.full_number for one in documents}
        assert set(hotel.bridge.states) == {PROVEN}

    with_hotel(tmp_path, story)


def test_a_rejected_number_is_visible_and_goes_on_once_it_is_approved(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await starting(hotel, 2)
        await hotel.loggro_records(documents)
        await hotel.judge(documents[0], REJECTED)
        await hotel.cycle()
        row = next(row for row in hotel.bridge.rows if row.full_number == documents[0].full_number)
        assert (row.state, row.cause) == (State.HELD, Cause.REJECTED_BY_DIAN)
        assert particulars(row.detail)
        await hotel.judge(documents[0], APPROVED)
        hotel.hotel.clock.move(61)
        await hotel.cycle()
        assert set(hotel.bridge.states) == {PROVEN}

    with_hotel(tmp_path, story)


def test_a_new_number_is_found_at_the_next_cycle(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        await starting(hotel, 2)
        await hotel.cycle()
        (new,) = await hotel.issue(1)
        await hotel.loggro_records([new])
        await hotel.cycle()
        assert (State.PROVEN, new.full_number) in {(row.state, row.full_number) for row in hotel.bridge.rows}

    with_hotel(tmp_path, story)


def test_without_credentials_it_says_so_and_needs_a_person(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        source = RangeSource(None, "900508908", hotel.hotel.clock)
        with pytest.raises(ConnectorError) as failed:
            assert [batch async for batch in source.news(Nothing())] == []
        assert (failed.value.failure, failed.value.system) == (Failure.TOKEN, "fe")
        assert failed.value.needs_a_person

    with_hotel(tmp_path, story)


class Impatient:
    """A service that answers one question and then asks for a pause."""

    def __init__(self) -> None:
        self.questions = 0

    async def document(self, prefix: str, number: int, family: Family, nit: str) -> FeDocument | None:
        self.questions += 1
        if self.questions > 1:
            raise ConnectorError(Failure.TOO_MANY, Delivery.REFUSED, system="fe", status=429, retry_after=30.0)
        return FeDocument(state=FeState.TRANSMITTED)


def test_a_pause_that_the_service_asks_for_is_kept_and_stops_nothing_else(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        clock, service = MovableClock(), Impatient()
        source = RangeSource(service, "900508908", clock)
        memory = Nothing((hotel.typed(),))
        for questions in (2, 2):
            _ = [batch async for batch in source.news(memory)]
            assert service.questions == questions
        clock.move(30)
        _ = [batch async for batch in source.news(memory)]
        assert service.questions == 3

    with_hotel(tmp_path, story)


def test_the_service_tells_a_number_that_nobody_issued_from_one_under_way(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        user, _, password = hotel.hotel.house.tokens.mint(Kind.FE).partition(":")
        async with Transport("fe") as transport:
            fe = LoggroFe(transport, hotel.bridge.profile, user=user, password=password)
            number, nit = document.number, document.issuer.id
            assert await fe.document(document.prefix, number + 1, Family.FACTURA, nit) is None
            assert await fe.document(document.prefix, number, Family.NOTA_CREDITO, nit) is None
            found = await fe.document(document.prefix, number, Family.FACTURA, nit)
            assert found is not None and (found.state, found.cufe) == (FeState.APPROVED, document.cufe)
            await hotel.judge(document, VALIDATING)
            found = await fe.document(document.prefix, number, Family.FACTURA, nit)
            assert found is not None and (found.state, found.xml) == (FeState.IN_VALIDATION, None)
            with pytest.raises(ConnectorError) as failed:
                await fe.document("POS", 1, Family.POS, nit)
            assert failed.value.failure is Failure.NO_ROUTE

    with_hotel(tmp_path, story)
