"""Requirements and activation of the wizard, carried out against the real practice hotel."""

import asyncio

import pytest

from app.connectors.bundle import Connectors
from app.connectors.profile import Operation
from app.model.errors import Failure
from app.model.numbering import Source
from app.model.setup import (
    RequirementKind,
    RequirementState,
)
from app.setup.activation import Activation
from app.setup.requirements import check_requirements
from app.setup.token import ArrivalState, activate
from app.texts.guided import requirement_instruction
from app.texts.setup import requirement_line
from tests.support import wire
from tests.support.sandbox import Guest, guided
from tests.support.steps import CLOCK, arrival_of, flow_of, on

# --- requisitos -------------------------------------------------------------------------------------------------------


def test_in_the_practice_hotel_every_requirement_is_read_and_met(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        found = await check_requirements(connectors, flow_of(guest), CLOCK.now())
        assert [one.kind for one in found] == list(RequirementKind)
        assert all(one.ok and one.source is Source.READ for one in found), found
        assert all(requirement_line(one) and requirement_instruction(one).steps for one in found)

    on(guest, work)


def test_what_no_route_reads_is_asked_and_the_answer_stays(guest: Guest) -> None:
    profile = guided(guest.profile, Operation.PYMES_ORGANISATION, Operation.PMS_BILLING, Operation.PYMES_CAJAS)

    async def work(connectors: Connectors) -> None:
        flow = flow_of(guest, profile)
        asked = {
            RequirementKind.PYMES_PLAN,
            RequirementKind.CAJA,
            RequirementKind.ELECTRONIC_INVOICING,
            RequirementKind.SAME_HOTEL,
        }
        flow = flow.with_requirements(await check_requirements(connectors, flow, CLOCK.now()))
        assert {one.kind for one in flow.requirements if one.state is RequirementState.ASKED} == asked
        assert all(requirement_line(one).startswith("¿") for one in flow.requirements if one.kind in asked)
        for kind in asked:
            flow = flow.confirm(kind, CLOCK.now())
        again = await check_requirements(connectors, flow, CLOCK.now())
        assert all(one.ok for one in again)
        assert {one.kind for one in again if one.source is Source.TYPED} == asked

    on(guest, work, profile)


def test_one_read_that_fails_hides_no_other(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        found = {one.kind: one for one in await check_requirements(connectors, flow_of(guest), CLOCK.now())}
        assert found[RequirementKind.CAJA].state is RequirementState.UNKNOWN
        assert found[RequirementKind.CAJA].failure is Failure.NETWORK
        assert found[RequirementKind.PYMES_PLAN].ok and found[RequirementKind.PMS_ACCESS].ok
        assert "comprobar" in requirement_line(found[RequirementKind.CAJA])

    on(guest, work, guest.profile.model_copy(update={"financiero": wire.shut()}))


@pytest.mark.parametrize(
    ("cajas", "state"),
    [
        (b'{"contenido": []}', RequirementState.UNMET),
        (b'{"contenido": [{"uuid": "1", "nombre": "Bar", "usuarioAdministrador": false}]}', RequirementState.UNMET),
        (b'{"contenido": [{"uuid": "1", "nombre": "Bar"}]}', RequirementState.ASKED),
    ],
)
def test_a_caja_whose_user_pymes_does_not_tell_is_a_question(
    guest: Guest, cajas: bytes, state: RequirementState
) -> None:
    async def work(connectors: Connectors) -> None:
        found = {one.kind: one for one in await check_requirements(connectors, flow_of(guest), CLOCK.now())}
        assert found[RequirementKind.CAJA].state is state
        assert ("Bar" in requirement_line(found[RequirementKind.CAJA])) == (b"Bar" in cajas)

    with wire.answering(200, cajas) as financiero:
        on(guest, work, guest.profile.model_copy(update={"financiero": financiero}))


def test_two_systems_of_two_hotels_are_seen(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        flow = Activation.begin(guest.profile).with_hotel("800111222")
        found = {one.kind: one for one in await check_requirements(connectors, flow, CLOCK.now())}
        assert found[RequirementKind.SAME_HOTEL].state is RequirementState.UNMET
        assert "800111222" in requirement_line(found[RequirementKind.SAME_HOTEL])

    on(guest, work)


# --- activación -------------------------------------------------------------------------------------------------------


def test_the_parameter_is_set_once_and_the_token_arrives(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        heard: list[float] = []
        first = await activate(connectors, CLOCK, lambda elapsed, whole: heard.append(elapsed / whole), patience=10)
        assert first.state is ArrivalState.RECEIVED and first.token and first.set_by_us
        assert first.organisation_nit == guest.nit and first.token not in repr(first)
        assert len(heard) > 1 and heard == sorted(heard) and heard[-1] <= 1
        again = await arrival_of(connectors)
        assert again.state is ArrivalState.RECEIVED and not again.set_by_us
        puts = await guest.practice.requests("PUT")
        assert len(puts) == 1

    on(guest, work)


def test_the_patience_ends_and_the_wait_can_be_cancelled(guest: Guest) -> None:
    profile = guided(guest.profile, Operation.PYMES_PARAMETER, Operation.PYMES_ORGANISATION)

    async def work(connectors: Connectors) -> None:
        late = await arrival_of(connectors, patience=0.2)
        assert late.state is ArrivalState.LATE and late.token is None
        waiting = asyncio.create_task(arrival_of(connectors, patience=60))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waiting, 0.2)
        assert waiting.cancelled()
        assert not (await guest.practice.state())["uses_alojamientos"]

    on(guest, work, profile)


def test_where_the_pms_cannot_be_asked_the_person_is(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        arrival = await arrival_of(connectors)
        assert arrival.state is ArrivalState.GUIDED and arrival.parameter_is_set and arrival.token is None

    on(guest, work, guided(guest.profile, Operation.PMS_CONNECTION))


def test_the_token_of_another_organisation_is_not_taken(guest: Guest) -> None:
    body = b'{"state": "received", "token": "foreign", "organisation_document_number": "800111222"}'

    async def work(connectors: Connectors) -> None:
        arrival = await arrival_of(connectors)
        assert arrival.state is ArrivalState.WRONG_HOTEL and arrival.token is None
        assert (arrival.organisation_nit, arrival.expected_nit) == ("800111222", guest.nit)

    with wire.answering(200, body) as pms:
        on(guest, work, guest.profile.model_copy(update={"pms": pms}))


def test_another_organisations_parameter_is_not_touched(guest: Guest) -> None:
    async def run() -> None:
        stranger = Guest(guest.practice, guest.profile, guest.secrets, "800111222", guest.hotel_id)
        async with stranger.connected() as connectors:
            assert (await arrival_of(connectors)).state is ArrivalState.WRONG_HOTEL
        assert await guest.practice.requests("PUT") == []

    asyncio.run(run())
