"""The side-by-side proof and the rehearsal, against the real practice hotel."""

import asyncio

import pytest

from app.connectors.bundle import Connectors, Secrets
from app.connectors.numbering_reader import DianCache, read_proofs
from app.connectors.profile import Operation, load_profile
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.errors import ConnectorError, Failure
from app.model.numbering import Condition, Field, Source, System
from app.model.sales import Sale
from app.model.setup import (
    PreviewLabel,
    RehearsalResult,
)
from app.model.source import SourceKind
from app.setup import numbering, rehearsal
from app.setup.verification import evidence_of, verify
from app.texts.guided import condition_text, difference_text
from app.texts.setup import preview_label, rehearsal_text
from tests.support import wire
from tests.support.sandbox import Guest, guided
from tests.support.steps import CLOCK, arrival_of, issuing, on, set_up

# --- verificación -----------------------------------------------------------------------------------------------------


def test_all_columns_are_read_and_agree_once_the_consecutivos_are_there(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        await set_up(connectors)
        reading = await verify(connectors, issuing(guest), CLOCK)
        assert all(proof.holds for proof in reading.proofs), reading.proofs
        assert {proof.family for proof in reading.proofs} == set(HOTEL_FAMILIES)
        assert reading.fe_failure is None and reading.technical_keys
        factura = next(proof for proof in reading.proofs if proof.family is Family.FACTURA)
        assert {one.source for one in factura.columns.values()} == {Source.READ}
        assert not any(key in repr(reading) for key in reading.technical_keys.values())

    on(guest, work)


@pytest.mark.parametrize("system", list(System))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field.RESOLUTION, "18764999999999"),
        (Field.PREFIX, "ZZZ"),
        (Field.FIRST, 2),
        (Field.LAST, 999_999),
        (Field.VALID_FROM, "2026-01-02"),
        (Field.VALID_TO, "2027-12-31"),
    ],
)
def test_a_field_changed_on_one_side_marks_exactly_that_cell_of_that_side(
    guest: Guest, system: System, field: Field, value: str | int
) -> None:
    async def work(connectors: Connectors) -> None:
        await set_up(connectors)
        await guest.practice.mutate(system, Family.FACTURA, field, value)
        reading = await verify(connectors, issuing(guest), CLOCK)
        proof = next(one for one in reading.proofs if one.family is Family.FACTURA)
        assert [(cell.field, cell.wrong) for cell in proof.differences] == [(field, (system,))]
        assert all(one.holds for one in reading.proofs if one.family is not Family.FACTURA)
        said = difference_text(proof, proof.differences[0])
        assert said.title and said.meaning and said.place

    on(guest, work)


@pytest.mark.parametrize(("field", "value"), [(Field.ACTIVE, False), (Field.APPLIES_TO, "otra cosa")])
def test_a_consecutivo_that_is_off_or_applies_to_something_else_is_red(
    guest: Guest, field: Field, value: str | bool
) -> None:
    async def work(connectors: Connectors) -> None:
        await set_up(connectors)
        await guest.practice.mutate(System.PYMES, Family.NOTA_CREDITO, field, value)
        reading = await verify(connectors, issuing(guest), CLOCK)
        proof = next(one for one in reading.proofs if one.family is Family.NOTA_CREDITO)
        assert [(cell.field, cell.wrong) for cell in proof.differences] == [(field, (System.PYMES,))]
        assert "Pymes" in difference_text(proof, proof.differences[0]).place

    on(guest, work)


def test_without_the_fe_service_the_dians_column_is_what_was_typed_from_form_1876(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        await set_up(connectors)
        flow = issuing(guest)
        unread = next(one for one in (await verify(connectors, flow, CLOCK)).proofs if one.family is Family.FACTURA)
        assert unread.conditions == (Condition.DIAN_MISSING,)
        assert condition_text(Condition.DIAN_MISSING).place
        stated = next(one for one in await connectors.pms.numberings() if one.family is Family.FACTURA)
        typed = numbering.to_numbering(numbering.draft_of(stated), System.DIAN, Source.TYPED, CLOCK.now())
        proof = next(
            one
            for one in (await verify(connectors, flow.with_evidence(typed), CLOCK)).proofs
            if one.family is Family.FACTURA
        )
        assert proof.holds and proof.columns[System.DIAN].source is Source.TYPED

    fe_less = Secrets(pymes_token=guest.secrets.pymes_token, pms_api_key=guest.secrets.pms_api_key)

    async def run() -> None:
        async with guest.connected(secrets=fe_less) as connectors:
            await work(connectors)

    asyncio.run(run())


def test_a_silent_fe_service_is_told_and_proves_nothing(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        reading = await verify(connectors, issuing(guest), CLOCK)
        assert reading.fe_failure is not None and reading.fe_failure.failure is Failure.NETWORK
        factura = next(one for one in reading.proofs if one.family is Family.FACTURA)
        assert Condition.DIAN_MISSING in factura.conditions

    on(guest, work, guest.profile.model_copy(update={"fe": wire.shut()}))


def test_the_pms_that_cannot_be_read_speaks_through_the_form_and_pymes_never_does(guest: Guest) -> None:
    profile = guided(guest.profile, Operation.PMS_RESOLUTIONS)
    on(guest, set_up)

    async def stated(connectors: Connectors) -> object:
        return await connectors.pms.numberings()

    numberings = on(guest, stated)
    assert isinstance(numberings, tuple)

    async def work(connectors: Connectors) -> None:
        flow = issuing(guest, profile)
        assert await numbering.propose(connectors, evidence_of(flow), CLOCK.now()) == ()
        entries = numbering.blank_entries(HOTEL_FAMILIES, ())
        flow = flow.with_entries(
            numbering.retyped(entry, numbering.draft_of(one), CLOCK.now())
            for entry, one in zip(
                entries, sorted(numberings, key=lambda one: HOTEL_FAMILIES.index(one.family)), strict=True
            )
        )
        reading = await verify(connectors, flow, CLOCK)
        assert all(proof.holds for proof in reading.proofs), reading.proofs
        assert {proof.columns[System.PMS].source for proof in reading.proofs} == {Source.TYPED}
        assert {proof.columns[System.PYMES].source for proof in reading.proofs} == {Source.READ}
        wrong = flow.entries[0].draft.typed(Field.LAST, "77777")
        flow = flow.with_entry(0, numbering.retyped(flow.entries[0], wrong, CLOCK.now()))
        factura = (await verify(connectors, flow, CLOCK)).proofs[0]
        assert [(cell.field, cell.wrong) for cell in factura.differences] == [(Field.LAST, (System.PMS,))]

    on(guest, work, profile)


def test_a_family_on_which_the_pms_is_silent_is_proven_to_be_missing_there(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        reading = await read_proofs(connectors, (), CLOCK.now(), families=(Family.NOTA_DEBITO,))
        assert [proof.conditions for proof in reading.proofs] == [(Condition.PMS_MISSING, Condition.PYMES_MISSING)]

    with wire.answering(200, b"[]") as nothing:
        everywhere = {"pms": nothing, "facturacion": nothing}
        body = guest.profile.model_copy(update=everywhere)
        on(guest, work, body)


def test_the_dian_is_asked_once_within_the_age_of_a_proof(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        cache = DianCache()
        first = await read_proofs(connectors, (), CLOCK.now(), dian_cache=cache)
        asked = len(await guest.practice.requests("POST", "ServiciosFE"))
        again = await read_proofs(connectors, (), CLOCK.now(), dian_cache=cache)
        assert len(await guest.practice.requests("POST", "ServiciosFE")) == asked > 0
        assert again.technical_keys == first.technical_keys

    on(guest, work)


# --- ensayo -----------------------------------------------------------------------------------------------------------


def test_the_first_document_is_shown_as_pymes_will_record_it_and_nothing_is_written(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        assert rehearsal.can_look(connectors)
        await set_up(connectors)
        await guest.practice.approve(5, [Family.FACTURA])
        proofs = (await verify(connectors, issuing(guest), CLOCK)).proofs
        document = await rehearsal.first_waiting(connectors)
        assert document is not None
        consecutivo = rehearsal.consecutivo_for(document, proofs)
        lines = rehearsal.preview(document, consecutivo, rehearsal.names_of(proofs))
        assert {PreviewLabel.NUMBER, PreviewLabel.PAYABLE, PreviewLabel.COUNTERPARTY} <= {line.label for line in lines}
        assert all(line.agrees for line in lines), [line for line in lines if not line.agrees]
        assert all(preview_label(line.label) for line in lines)
        assert await guest.practice.requests("POST", "ventas-externas") == []

    on(guest, work)


def test_one_document_goes_is_read_back_and_is_shown_as_it_stands(guest: Guest) -> None:
    async def work() -> None:
        async with guest.connected() as connectors:
            token = (await arrival_of(connectors)).token
            await set_up(connectors)
            await guest.practice.approve(3, [Family.FACTURA])
            proofs = (await verify(connectors, issuing(guest), CLOCK)).proofs
            document = await rehearsal.first_waiting(connectors)
        assert document is not None
        consecutivo = rehearsal.consecutivo_for(document, proofs) or ""
        signed = Secrets(
            pymes_token=guest.secrets.pymes_token, pms_api_key=guest.secrets.pms_api_key, connection_token=token
        )
        async with guest.connected(secrets=signed) as connectors:

            class Carrier:
                async def carry(self, key: str) -> Sale | None:
                    assert key == str(document.key)
                    await connectors.pymes.send(document, consecutivo)
                    sales = await connectors.pymes.sales_numbered(document.full_number)
                    return next((sale for sale in sales if sale.is_about(document.key)), None)

            done = await rehearsal.rehearse(Carrier(), document, consecutivo, CLOCK)
            assert done.result is RehearsalResult.PROVEN and done.sale is not None, done
            assert all(line.pymes for line in rehearsal.recorded(document, done.sale))
            following = await rehearsal.first_waiting(connectors)
            assert following is not None and following.key != document.key

            class Lost:
                async def carry(self, key: str) -> Sale | None:
                    raise (await failure_of(connectors))

            failed = await rehearsal.rehearse(Lost(), following, consecutivo, CLOCK)
            assert failed.result is RehearsalResult.FAILED and not failed.result.lets_on
            assert rehearsal_text(done) and rehearsal_text(failed)

    asyncio.run(work())


async def failure_of(connectors: Connectors) -> ConnectorError:
    try:
        await connectors.pms.find_hotel("1")
    except ConnectorError as error:
        return error
    raise AssertionError


def test_a_hotel_with_nothing_to_carry_has_nothing_to_show(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        assert await rehearsal.first_waiting(connectors) is None

    on(guest, work)
    shown = rehearsal.shown_only(RehearsalResult.NOTHING_YET, CLOCK.now())
    assert shown.result.lets_on and rehearsal_text(shown)


def test_the_pms_list_can_show_no_document_until_loggro_opens_it(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        assert not rehearsal.can_look(connectors)

    on(guest, work, load_profile("loggro").reading_from(SourceKind.PMS))
