"""The form of «Consecutivo» as it is typed, and the consecutivo in Pymes: made once, whatever happens."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.connectors.bundle import Connectors
from app.connectors.profile import Operation
from app.model.clock import bogota_day
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.errors import Failure
from app.model.numbering import APPLIES_TO_PMS, Field, Numbering, Slip, Source, System
from app.model.setup import (
    Draft,
    Entry,
    Outcome,
)
from app.setup import numbering
from app.texts.guided import consecutivo_instruction
from app.texts.setup import outcome_text, slip_text
from tests.support import wire
from tests.support.sandbox import Guest, guided
from tests.support.steps import CLOCK, on, remember, set_up

TODAY = bogota_day(datetime(2026, 11, 24, 15, tzinfo=UTC))


# --- consecutivo: the form --------------------------------------------------------------------------------------------

GOOD = Draft(
    family=Family.FACTURA,
    resolution="18764113677438",
    prefix="feh",
    first="1",
    last="1.000.000",
    valid_from="05/08/2026",
    valid_to="2028-08-05",
)


def test_a_good_form_has_no_slips_and_is_read_as_people_write() -> None:
    assert numbering.check(GOOD, TODAY) == {}
    read = numbering.to_numbering(GOOD, System.DIAN, Source.TYPED, CLOCK.now())
    assert (read.prefix, read.first, read.last) == ("FEH", 1, 1_000_000)
    assert (str(read.valid_from), str(read.valid_to)) == ("2026-08-05", "2028-08-05")
    assert (read.system, read.source) == (System.DIAN, Source.TYPED)


@pytest.mark.parametrize(
    ("field", "text", "slip"),
    [
        (Field.RESOLUTION, "", Slip.REQUIRED),
        (Field.RESOLUTION, "123", Slip.RESOLUTION_NOT_PLAUSIBLE),
        (Field.RESOLUTION, "18760000001", Slip.RESOLUTION_NOT_FOURTEEN),
        (Field.PREFIX, "ABCDE", Slip.PREFIX_TOO_LONG),
        (Field.PREFIX, "F-E", Slip.PREFIX_NOT_ALPHANUMERIC),
        (Field.PREFIX, "FE1", Slip.PREFIX_ENDS_IN_DIGIT),
        (Field.FIRST, "uno", Slip.NOT_A_NUMBER),
        (Field.FIRST, "1.00", Slip.NOT_A_NUMBER),
        (Field.FIRST, "0", Slip.FIRST_NOT_POSITIVE),
        (Field.LAST, "0", Slip.LAST_BEFORE_FIRST),
        (Field.LAST, "1000000000", Slip.NUMBER_TOO_LONG),
        (Field.VALID_FROM, "31/02/2026", Slip.NOT_A_DATE),
        (Field.VALID_FROM, "08/25/2026", Slip.NOT_A_DATE),
        (Field.VALID_TO, "", Slip.REQUIRED),
        (Field.VALID_TO, "05/07/2026", Slip.VALIDITY_REVERSED),
        (Field.VALID_TO, "05/08/2029", Slip.VALIDITY_OVER_TWO_YEARS),
        (Field.VALID_TO, "06/08/2027", Slip.VALIDITY_UNUSUAL),
        (Field.APPLIES_TO, "Facturas cargadas por Venta POS Externa", Slip.APPLIES_TO_OTHER),
    ],
)
def test_each_slip_is_found_at_its_field_while_it_is_typed(field: Field, text: str, slip: Slip) -> None:
    slips = numbering.check(GOOD.typed(field, text), TODAY)
    assert slips == {field: (slip,)}
    assert numbering.blocks(slips) is slip.blocks
    assert slip_text(slip)


def test_an_empty_form_asks_for_everything_but_the_prefix() -> None:
    asked = numbering.check(Draft(family=Family.FACTURA), TODAY)
    assert set(asked) == set(numbering.fields_of(Family.FACTURA)) - {Field.PREFIX, Field.APPLIES_TO}
    with pytest.raises(ValueError, match="first"):
        numbering.to_numbering(Draft(family=Family.FACTURA), System.PYMES, Source.TYPED, CLOCK.now())


def test_a_note_has_neither_resolution_nor_validity() -> None:
    note = Draft(family=Family.NOTA_CREDITO, prefix="NC", first="1", last="999")
    assert numbering.check(note, TODAY) == {}
    assert numbering.check(note.typed(Field.RESOLUTION, "nonsense").typed(Field.VALID_FROM, "nonsense"), TODAY) == {}
    read = numbering.to_numbering(note.typed(Field.RESOLUTION, "x"), System.PYMES, Source.TYPED, CLOCK.now())
    assert read.resolution is None and read.valid_from is None
    labels = [label for label, _value in consecutivo_instruction(note).values]
    assert not any("esoluci" in label or "igencia" in label for label in labels)
    assert APPLIES_TO_PMS in dict(consecutivo_instruction(GOOD).values).values()


# --- consecutivo: in Pymes --------------------------------------------------------------------------------------------


def test_the_forms_come_filled_from_the_pms_and_are_created_once(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        entries = await numbering.propose(connectors, (), CLOCK.now())
        assert numbering.families_of(entries) == HOTEL_FAMILIES
        assert not any(numbering.blocks(numbering.check(entry.draft, bogota_day(CLOCK.now()))) for entry in entries)
        before = len(await guest.practice.requests("POST", "consecutivos"))
        made = await set_up(connectors)
        assert {entry.outcome for entry in made} <= {Outcome.CREATED, Outcome.PRESENT}
        assert any(entry.outcome is Outcome.CREATED for entry in made)
        posts = len(await guest.practice.requests("POST", "consecutivos"))
        assert posts - before == sum(entry.outcome is Outcome.CREATED for entry in made)
        again = await set_up(connectors)
        assert {entry.outcome for entry in again} == {Outcome.PRESENT}
        assert len(await guest.practice.requests("POST", "consecutivos")) == posts
        assert all(outcome_text(entry) for entry in (*made, *again))

    on(guest, work)


def test_one_that_is_there_with_other_values_is_told_and_never_made_again(guest: Guest) -> None:
    async def work(connectors: Connectors) -> None:
        await set_up(connectors)
        await guest.practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, 4321)
        posts = len(await guest.practice.requests("POST", "consecutivos"))
        entry = next(one for one in await set_up(connectors) if one.family is Family.FACTURA)
        assert entry.outcome is Outcome.DIFFERENT and entry.differing == (Field.LAST,)
        assert "Hasta" in outcome_text(entry)
        assert len(await guest.practice.requests("POST", "consecutivos")) == posts

    on(guest, work)


def test_a_guided_one_is_looked_up_after_the_person_made_it(guest: Guest) -> None:
    profile = guided(guest.profile, Operation.PYMES_CREATE_NUMBERING)

    async def refused(connectors: Connectors) -> Entry:
        entry = (await numbering.propose(connectors, (), CLOCK.now()))[0]
        assert (await numbering.look(connectors, entry)).outcome is Outcome.ABSENT
        tried = await numbering.create(connectors, entry, CLOCK, remember)
        assert tried.failure is Failure.NO_ROUTE and not tried.lets_on and tried.intent_at is None
        return entry

    entry = on(guest, refused, profile)
    assert isinstance(entry, Entry)
    on(guest, set_up)

    async def seen(connectors: Connectors) -> None:
        assert (await numbering.look(connectors, entry)).outcome is Outcome.PRESENT

    on(guest, seen, profile)


def test_a_lost_answer_is_settled_by_looking(guest: Guest) -> None:
    kept: list[Entry] = []

    async def work(connectors: Connectors) -> None:
        entry = (await numbering.propose(connectors, (), CLOCK.now()))[0]
        made = await numbering.create(connectors, entry, CLOCK, kept.append)
        assert made.outcome is Outcome.CREATED and made.failure is None
        assert [one.intent_at for one in kept] == [made.intent_at], "the intent was kept before the request left"
        assert len(await guest.practice.requests("POST", "consecutivos")) == 1

    facturacion = guest.profile.facturacion or ""
    with wire.losing_answers(facturacion, "/consecutivos/no-pos") as address:
        path = facturacion.split("/", 3)[3]
        on(guest, work, guest.profile.model_copy(update={"facturacion": f"{address}/{path}"}))


def test_what_never_arrived_is_asked_for_again_only_after_the_settling_time(guest: Guest) -> None:
    timing = guest.profile.timing.model_copy(update={"settle": 0.4})
    kept: list[Entry] = []

    async def work(connectors: Connectors) -> None:
        entry = (await numbering.propose(connectors, (), CLOCK.now()))[0]
        lost = entry.model_copy(update={"intent_at": CLOCK.now()})
        made = await numbering.create(connectors, lost, CLOCK, kept.append)
        assert made.outcome is Outcome.CREATED
        assert lost.intent_at is not None and kept[0].intent_at is not None
        assert (kept[0].intent_at - lost.intent_at).total_seconds() >= timing.settle
        arrived = await numbering.create(connectors, lost, CLOCK, kept.append)
        assert arrived.outcome is Outcome.CREATED and len(kept) == 1, "it is there: nothing is asked for"
        assert len(await guest.practice.requests("POST", "consecutivos")) == 1

    on(guest, work, guest.profile.model_copy(update={"timing": timing}))


def test_a_restart_in_the_middle_does_not_ask_before_the_settling_time_is_over(guest: Guest) -> None:
    timing = guest.profile.timing.model_copy(update={"settle": 60.0})

    async def work(connectors: Connectors) -> None:
        entry = (await numbering.propose(connectors, (), CLOCK.now()))[0]
        interrupted = entry.model_copy(update={"intent_at": CLOCK.now()})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(numbering.create(connectors, interrupted, CLOCK, remember), 1.0)
        assert await guest.practice.requests("POST", "consecutivos") == []

    on(guest, work, guest.profile.model_copy(update={"timing": timing}))


def test_numbering_values_stay_as_they_are_read() -> None:
    read = numbering.to_numbering(GOOD, System.PYMES, Source.TYPED, CLOCK.now())
    assert isinstance(read, Numbering) and numbering.draft_of(read).text_of(Field.VALID_TO) == "05/08/2028"
