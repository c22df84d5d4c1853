"""Each field of the proof made wrong on each side.

Exactly that cell is red, that range is paused before a number leaves, the others go on; mended, all is proven.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.model.causes import Cause
from app.model.clock import SystemClock, bogota_day
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.journey import State
from app.model.numbering import Field, NumberingProof, System, systems_for
from app.sandbox.practice import Practice
from app.sandbox.ranges import OWN
from tests.support.bridge import Bridge, bridge_to

TODAY = bogota_day(SystemClock().now())
WRONG: dict[Field, tuple[str | int | bool | None, ...]] = {
    Field.RESOLUTION: ("18764999999999", None),
    Field.PREFIX: ("ZZZ", ""),
    Field.FIRST: (2, 400_000),
    Field.LAST: (77_777, 2),
    Field.VALID_FROM: ((TODAY - timedelta(days=80)).isoformat(), None),
    Field.VALID_TO: ((TODAY + timedelta(days=300)).isoformat(), (TODAY - timedelta(days=1)).isoformat()),
    Field.ACTIVE: (False,),
    Field.APPLIES_TO: (OWN, None),
}
"""Per field a value under which the document could still go, and one under which it could not, or that says nothing."""
EVERYWHERE = (Field.PREFIX, Field.FIRST, Field.LAST)
AUTHORISED = (Field.RESOLUTION, *EVERYWHERE, Field.VALID_FROM, Field.VALID_TO)
IN_PYMES = (Field.ACTIVE, Field.APPLIES_TO)


@dataclass(frozen=True)
class Mutation:
    """One field of one range on one side, and what it is changed to."""

    system: System
    family: Family
    field: Field
    value: str | int | bool | None

    def __str__(self) -> str:
        return f"{self.family}-{self.system}-{self.field}-{self.value}"

    @property
    def red(self) -> tuple[System, ...]:
        """Who must be marked: with three voices the odd one out, with two voices both."""
        alone = self.field in IN_PYMES or self.family.has_authorisation
        return (self.system,) if alone else systems_for(self.family)


def mutations() -> Iterator[Mutation]:
    for family in HOTEL_FAMILIES:
        for system in systems_for(family):
            fields = AUTHORISED if family.has_authorisation else EVERYWHERE
            for field in (*fields, *IN_PYMES) if system is System.PYMES else fields:
                # The second values tell nothing new of each family and side.
                both = family is Family.FACTURA and system is System.PYMES
                for value in WRONG[field][: 2 if both else 1]:
                    yield Mutation(system, family, field, value)


@dataclass(frozen=True)
class Hotel:
    """One hotel for all mutations: each is mended before the next."""

    practice: Practice
    bridge: Bridge
    proofs: dict[Family, NumberingProof]

    def right(self, mutation: Mutation) -> str | int | bool | None:
        """Return what the field says before it is changed."""
        said = self.proofs[mutation.family].columns[mutation.system]
        found = getattr(said, mutation.field.value.replace("-", "_"))
        return found.isoformat() if isinstance(found, date) else found


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    async def open_(practice: Practice) -> Hotel:
        bridge = await bridge_to(practice, folder / "ledger.sqlite3")
        await practice.approve(10, [Family.FACTURA])  # for the notes to correct
        proofs = {proof.family: proof for proof in await bridge.cycle()}
        assert bridge.counts.proven == 10
        assert all(proof.holds for proof in proofs.values())
        return Hotel(practice, bridge, proofs)

    folder: Path = tmp_path_factory.mktemp("mutated")
    with Practice.start(folder / "sandbox", push_delay=0.0) as practice:
        yield asyncio.run(open_(practice))


def red_cells(proof: NumberingProof) -> dict[Field, tuple[System, ...]]:
    return {cell.field: cell.wrong for cell in proof.differences}


@pytest.mark.parametrize("mutation", list(mutations()), ids=str)
def test_one_wrong_field_is_one_red_cell_and_pauses_exactly_its_range(hotel: Hotel, mutation: Mutation) -> None:
    practice, bridge = hotel.practice, hotel.bridge

    async def sent() -> int:
        return len(await practice.requests("POST", "ventas-externas"))

    async def run() -> None:
        # Approved before the change, so that they are right themselves; facturas last, lest a note wait for one.
        for family in sorted(HOTEL_FAMILIES, key=lambda one: one is Family.FACTURA):
            await practice.approve(2 if family is Family.FACTURA else 1, [family])
        await practice.mutate(mutation.system, mutation.family, mutation.field, mutation.value)
        since = await sent()

        proofs = {proof.family: proof for proof in await bridge.cycle()}

        assert set(proofs) == set(HOTEL_FAMILIES)
        assert red_cells(proofs[mutation.family]) == {mutation.field: mutation.red}
        assert not proofs[mutation.family].holds
        assert all(proof.holds for family, proof in proofs.items() if family is not mutation.family)
        paused = [row for row in bridge.rows[-5:] if row.family is mutation.family]
        others = [row for row in bridge.rows[-5:] if row.family is not mutation.family]
        assert {(row.state, row.cause) for row in paused} == {(State.HELD, Cause.NUMBERING_DIFFERS)}
        assert paused[0].detail["fields"] == [mutation.field.value]
        assert {row.state for row in others} == {State.PROVEN}
        assert await sent() - since == len(others)
        assert set((await practice.books())["lost"]) == {row.key for row in paused}

        await practice.mutate(mutation.system, mutation.family, mutation.field, hotel.right(mutation))
        proofs = {proof.family: proof for proof in await bridge.cycle()}
        assert all(proof.holds for proof in proofs.values())
        assert {row.state for row in bridge.rows} == {State.PROVEN}
        assert await sent() - since == 5
        books = await practice.books()
        assert (books["lost"], books["doubled"], books["wrong"]) == ([], [], [])

    try:
        asyncio.run(run())
    finally:
        asyncio.run(practice.mutate(mutation.system, mutation.family, mutation.field, hotel.right(mutation)))


def test_every_field_of_every_side_is_among_the_mutations() -> None:
    made = {(one.system, one.family, one.field) for one in mutations()}
    for family in HOTEL_FAMILIES:
        fields = AUTHORISED if family.has_authorisation else EVERYWHERE
        assert {(system, family, field) for system in systems_for(family) for field in fields} <= made
        assert {(System.PYMES, family, field) for field in IN_PYMES} <= made
