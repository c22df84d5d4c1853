"""Old and new authorisation side by side: each document goes by its own, and they never mix.

The ranges stand in the practice hotel, and the guard proves them there.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.connectors.bundle import Secrets, open_connectors
from app.connectors.profile import load_profile
from app.model.causes import Cause
from app.model.clock import BOGOTA
from app.model.documents import Authorisation, Document, Family
from app.model.numbering import APPLIES_TO_PMS, Numbering, NumberingProof, System, prove
from app.model.relevo import Stage
from app.model.rules import Rule, Severity, check
from app.sandbox.tokens import Kind
from app.sync.guard import Guard, Identity, Pass, Stop
from app.sync.relevo import in_order, relevos
from tests.support import ubl
from tests.support.practice import Running, running

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
DAY = date(2026, 11, 25)
"""Both vigencias hold on it."""
OLD, NEW = "18764100000001", "18764100000002"
OLD_DAYS = (date(2024, 12, 1), date(2026, 12, 1))
NEW_DAYS = (date(2026, 11, 20), date(2028, 11, 20))


class Stated(NamedTuple):
    """A range as the PMS and the DIAN state it, and what Pymes says otherwise."""

    resolution: str
    first: int
    last: int
    days: tuple[date, date]
    pymes: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def by(self, system: System) -> Numbering:
        said = Numbering(
            system=system,
            family=Family.FACTURA,
            prefix="FEH",
            first=self.first,
            last=self.last,
            resolution=self.resolution,
            valid_from=self.days[0],
            valid_to=self.days[1],
        )
        if system is System.PYMES:
            said = said.model_copy(update={"applies_to": APPLIES_TO_PMS, **self.pymes})
        return said

    def proof(self) -> NumberingProof:
        return prove(Family.FACTURA, [self.by(system) for system in System], NOW, NOW.date())


OLD_RANGE = Stated(OLD, 1, 5000, OLD_DAYS)
NEW_RANGE = Stated(NEW, 5001, 9000, NEW_DAYS)
AGAIN = Stated(NEW, 4001, 5000, NEW_DAYS)
"""A habilitación of the last thousand numbers of the old range."""
WRONG = {"valid_to": date(2027, 1, 1)}


def document(number: int, resolution: str | None, day: date = DAY) -> Document:
    stated = None
    if resolution is not None:
        one = OLD_RANGE if resolution == OLD else NEW_RANGE
        start, end = map(str, one.days)
        stated = Authorisation(
            resolution=resolution, prefix="FEH", first=one.first, last=one.last, valid_from=start, valid_to=end
        )
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=BOGOTA)
    return ubl.document(number=number, prefix="FEH").model_copy(update={"authorisation": stated, "issued_at": moment})


def guarded(folder: Path, ranges: tuple[Stated, ...], trial: Callable[[Guard], None]) -> None:
    """Let the practice hotel have exactly these ranges of facturas, in this order, and prove them."""

    async def run() -> None:
        async with running(folder) as hotel:
            _put(hotel, ranges)
            house = hotel.house
            user, _, password = house.tokens.mint(Kind.FE).partition(":")
            addresses = {"pms": hotel.addresses.pms, "pymes": hotel.addresses.pymes, "fe": hotel.addresses.fe}
            secrets = Secrets(
                pymes_token=house.tokens.mint(Kind.PYMES),
                pms_api_key=house.tokens.mint(Kind.PMS_KEY),
                fe_user=user,
                fe_password=password,
            )
            async with open_connectors(
                load_profile("sandbox", addresses),
                secrets,
                hotel_id=house.hotel.property_id,
                hotel_nit=house.hotel.party.id,
            ) as connectors:
                guard = Guard(connectors, Identity())
                proofs = await guard.renew((), NOW)
                assert sum(proof.family is Family.FACTURA for proof in proofs) == len(ranges)
                trial(guard)

    asyncio.run(run())


def _put(hotel: Running, ranges: tuple[Stated, ...]) -> None:
    books = hotel.house.ranges
    for system in System:
        books.forget(system, Family.FACTURA)
    for one in ranges:
        books.add(one.by(System.PMS), one.first)
        books.add(one.by(System.DIAN))
        books.add_consecutivo(one.by(System.PYMES), f"Facturas {one.resolution}")


def goes_by(guard: Guard, one: Document) -> str | None:
    said = guard.judge(one)
    return said.numbering.resolution if isinstance(said, Pass) else None


BOTH_ORDERS = pytest.mark.parametrize("turned", [False, True], ids=["old first", "new first"])


@BOTH_ORDERS
def test_documents_of_the_old_range_drain_while_the_new_one_starts(tmp_path: Path, turned: bool) -> None:
    def trial(guard: Guard) -> None:
        for number in (1, 4998, 4999, 5000):
            assert goes_by(guard, document(number, OLD)) == OLD
        for number in (5001, 5002, 9000):
            assert goes_by(guard, document(number, NEW)) == NEW
        assert goes_by(guard, document(9001, NEW)) is None

    ranges = (OLD_RANGE, NEW_RANGE)
    guarded(tmp_path, ranges[::-1] if turned else ranges, trial)


@pytest.mark.parametrize("broken", [OLD, NEW])
def test_a_dispute_about_one_range_stops_only_that_one(tmp_path: Path, broken: str) -> None:
    def trial(guard: Guard) -> None:
        for resolution, number in ((OLD, 4999), (NEW, 5001)):
            said = guard.judge(document(number, resolution))
            if resolution == broken:
                assert isinstance(said, Stop) and said.cause is Cause.NUMBERING_DIFFERS
            else:
                assert isinstance(said, Pass) and said.numbering.resolution == resolution

    ranges = [one._replace(pymes=WRONG if one.resolution == broken else {}) for one in (OLD_RANGE, NEW_RANGE)]
    guarded(tmp_path, tuple(ranges), trial)


@BOTH_ORDERS
def test_a_habilitacion_that_repeats_numbers_is_told_apart_by_what_the_document_says(
    tmp_path: Path, turned: bool
) -> None:
    def trial(guard: Guard) -> None:
        consecutivos = set()
        for resolution in (OLD, NEW):
            one = document(4500, resolution)
            said = guard.judge(one)
            assert isinstance(said, Pass) and said.numbering.resolution == resolution
            consecutivos.add(said.numbering.consecutivo)
            blocking = {finding.code for finding in check(one, said.numbering) if finding.severity is Severity.BLOCK}
            assert Rule.RESOLUTION_DIFFERS not in blocking
        assert len(consecutivos) == 2, "each goes to the consecutivo of its own authorisation"

    ranges = (OLD_RANGE, AGAIN)
    guarded(tmp_path, ranges[::-1] if turned else ranges, trial)


def test_where_its_own_authorisation_is_disputed_the_other_never_steps_in(tmp_path: Path) -> None:
    def trial(guard: Guard) -> None:
        assert goes_by(guard, document(4500, NEW)) == NEW
        said = guard.judge(document(4500, OLD))
        assert isinstance(said, Stop) and said.cause is Cause.NUMBERING_DIFFERS

    guarded(tmp_path, (OLD_RANGE._replace(pymes=WRONG), AGAIN), trial)


def test_a_document_that_says_nothing_goes_by_the_vigencia_of_its_day_and_then_by_the_newer_range(
    tmp_path: Path,
) -> None:
    def trial(guard: Guard) -> None:
        assert goes_by(guard, document(4500, None, date(2026, 11, 1))) == OLD
        assert goes_by(guard, document(4500, None, date(2026, 12, 15))) == NEW
        assert goes_by(guard, document(4500, None, DAY)) == NEW
        said = guard.judge(document(4500, None, date(2029, 1, 1)))
        assert isinstance(said, Stop) and said.cause is Cause.RANGE_EXPIRED

    guarded(tmp_path, (OLD_RANGE, AGAIN), trial)


def test_a_late_document_of_the_old_range_drains_by_its_own_date(tmp_path: Path) -> None:
    def trial(guard: Guard) -> None:
        assert goes_by(guard, document(5000, OLD, date(2026, 11, 1))) == OLD
        said = guard.judge(document(5000, OLD, date(2026, 11, 2)))
        assert isinstance(said, Stop) and said.cause is Cause.RANGE_EXPIRED

    guarded(tmp_path, (OLD_RANGE._replace(days=(date(2024, 11, 1), date(2026, 11, 1))), NEW_RANGE), trial)


def test_a_document_of_an_unknown_authorisation_is_blocked_by_the_rules() -> None:
    one, new = document(4500, OLD), AGAIN.proof()
    assert in_order(one, [new]) == [new]
    blocking = {f.code for f in check(one, new.columns[System.PYMES]) if f.severity is Severity.BLOCK}
    assert Rule.RESOLUTION_DIFFERS in blocking


# --- how far a hand-over is -------------------------------------------------------------------------------------------


def test_a_hand_over_goes_from_preparing_to_done() -> None:
    old, new = OLD_RANGE.proof(), NEW_RANGE.proof()
    unproven = NEW_RANGE._replace(pymes=WRONG).proof()
    first_new, last_old = document(5001, NEW).key, document(5000, OLD).key
    cases = [
        (unproven, [last_old], [], Stage.PREPARING, 1),
        (new, [last_old], [], Stage.READY, 1),
        (new, [], [], Stage.READY, 0),
        (new, [last_old, first_new], [], Stage.DRAINING, 1),
        (new, [last_old], [first_new], Stage.DRAINING, 1),
        (new, [first_new], [], Stage.DONE, 0),
        (new, [], [first_new], Stage.DONE, 0),
    ]
    for newer, waiting, proven, stage, count in cases:
        for proofs in ([old, newer], [newer, old]):
            (found,) = relevos(proofs, waiting, proven)
            assert (found.stage, found.open_documents) == (stage, count)
            assert (found.old, found.new) == (old, newer)


def test_the_next_number_of_the_pms_tells_that_the_new_range_is_in_use() -> None:
    old, new = OLD_RANGE.proof(), NEW_RANGE.proof()
    used = new.columns[System.PMS].model_copy(update={"next_number": 5002})
    begun = new.model_copy(update={"columns": new.columns | {System.PMS: used}})
    assert relevos([old, begun], [])[0].stage is Stage.DONE
    assert relevos([old, new], [])[0].stage is Stage.READY


def test_three_authorisations_are_two_hand_overs_and_one_is_none() -> None:
    first = Stated("18764100000000", 1, 1000, (date(2022, 1, 1), date(2024, 1, 1))).proof()
    old, new = OLD_RANGE.proof(), NEW_RANGE.proof()
    assert [(one.old, one.new) for one in relevos([new, first, old], [])] == [(first, old), (old, new)]
    assert relevos([old], []) == ()


# --- side by side -----------------------------------------------------------------------------------------------------


def prefixed(prefix: str, days: tuple[date, date], first: int = 1, last: int = 5000, used: int = 1) -> NumberingProof:
    """Prove a range of another prefix, of which the PMS has used the numbers before ``used``."""
    columns = [
        Stated(f"1876410{sum(map(ord, prefix)) * 10_000 + first:07}", first, last, days)
        .by(system)
        .model_copy(update={"prefix": prefix, "next_number": used if system is System.PMS else None})
        for system in System
    ]
    return prove(Family.FACTURA, columns, NOW, NOW.date())


LONG = (date(2026, 1, 10), date(2028, 1, 10))


def told(*proofs: NumberingProof) -> set[tuple[str, str]]:
    """Say which range hands over to which, whatever the order in which they are stated."""
    found = relevos(proofs, [])
    assert found == relevos(proofs[::-1], [])
    return {(one.old.range_name, one.new.range_name) for one in found}


@pytest.mark.parametrize("used", [1, 40])
@pytest.mark.parametrize("begins", [LONG, (date(2026, 6, 1), date(2028, 6, 1))])
def test_two_prefixes_side_by_side_are_no_hand_over(used: int, begins: tuple[date, date]) -> None:
    assert told(prefixed("FEH", LONG, used=900), prefixed("BAR", begins, used=used)) == set()


def test_each_of_two_prefixes_hands_over_to_its_own_successor() -> None:
    hotel, bar = prefixed("FEH", OLD_DAYS, used=4000), prefixed("BAR", OLD_DAYS, used=300)
    next_hotel = prefixed("FEH", NEW_DAYS, 5001, 9000, used=5001)
    next_bar = prefixed("BAR", NEW_DAYS, 5001, 9000, used=5001)
    assert told(hotel, bar, next_hotel, next_bar) == {
        ("FEH 1-5000", "FEH 5001-9000"),
        ("BAR 1-5000", "BAR 5001-9000"),
    }
    assert told(hotel, bar, next_hotel) == {("FEH 1-5000", "FEH 5001-9000")}


def test_a_new_prefix_takes_over_from_one_that_ends_is_used_up_or_is_over() -> None:
    new = prefixed("FEI", NEW_DAYS)
    for old in (
        prefixed("FEH", OLD_DAYS, used=100),
        prefixed("FEH", (date(2025, 12, 1), date(2027, 12, 1)), used=4600),
        prefixed("FEH", (date(2024, 6, 1), date(2026, 6, 1)), used=100),
    ):
        assert told(old, new) == {("FEH 1-5000", "FEI 1-5000")}
    assert told(prefixed("FEH", (date(2025, 12, 1), date(2027, 12, 1)), used=4400), new) == set()


def test_of_several_authorisations_of_one_prefix_each_hands_over_to_the_next() -> None:
    first = prefixed("FEH", (date(2023, 1, 1), date(2025, 1, 1)), 1, 1000, used=1001)
    again = prefixed("FEH", (date(2025, 1, 2), date(2027, 1, 2)), 900, 1000, used=1001)
    after = prefixed("FEH", (date(2026, 11, 1), date(2028, 11, 1)), 1001, 2000, used=1010)
    assert told(first, again, after) == {("FEH 1-1000", "FEH 900-1000"), ("FEH 900-1000", "FEH 1001-2000")}
