"""The gap radar on sequences whose gaps are known: none is missed, none is invented, nothing in flight alarms."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from app.model.documents import Family
from app.model.gaps import Gap, GapKind, Sighting, Where
from app.model.numbering import Numbering, System
from app.storage.numbers import Run
from app.sync.gaps import PATIENCE, Watched, find_gaps
from app.texts.gaps import gap_kind_name, gap_line

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
OLD = NOW - timedelta(days=2)
RANGE = Numbering(system=System.DIAN, family=Family.FACTURA, prefix="FEH", first=1, last=5000)


def seen(number: int, *where: Where, at: datetime | None = OLD, prefix: str = "FEH") -> list[Sighting]:
    return [Sighting(family=Family.FACTURA, prefix=prefix, number=number, where=one, at=at) for one in where]


def both(*numbers: int, at: datetime | None = OLD) -> list[Sighting]:
    return [one for number in numbers for one in seen(number, Where.PMS, Where.PYMES, at=at)]


def found(sightings: list[Sighting], *ranges: Watched) -> dict[tuple[int, int], GapKind]:
    return {(gap.first, gap.last): gap.kind for gap in find_gaps(ranges or (Watched(RANGE),), sightings, NOW)}


def test_a_sequence_without_gaps_has_none() -> None:
    assert found(both(*range(1, 200))) == {}


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ((), GapKind.NOT_IN_PMS),
        ((Where.PMS,), GapKind.NOT_IN_PYMES),
        ((Where.PYMES,), GapKind.NOT_IN_PMS),
        ((Where.REJECTED,), GapKind.REJECTED),
        ((Where.ANNULLED,), GapKind.ANNULLED),
        ((Where.ELSEWHERE,), GapKind.OTHER_CHANNEL),
        ((Where.ELSEWHERE, Where.PYMES), GapKind.OTHER_CHANNEL),
        ((Where.UNDER_WAY,), GapKind.IN_FLIGHT),
        ((Where.PMS, Where.UNDER_WAY), GapKind.IN_FLIGHT),
        ((Where.PMS, Where.REJECTED), GapKind.NOT_IN_PYMES),
        ((Where.REJECTED, Where.PYMES), GapKind.NOT_IN_PMS),
        ((Where.REJECTED, Where.ANNULLED), GapKind.ANNULLED),
    ],
)
def test_each_reason_is_told_from_what_is_known(where: tuple[Where, ...], kind: GapKind) -> None:
    assert found(both(1, 2, 3, 5, 6) + seen(4, *where)) == {(4, 4): kind}


def test_a_rejected_number_that_was_sent_again_is_no_gap() -> None:
    assert found(both(1, 2, 3) + seen(2, Where.REJECTED)) == {}


def test_a_number_before_a_recent_one_is_in_flight_and_before_an_old_one_is_not() -> None:
    recent = NOW - PATIENCE + timedelta(minutes=1)
    assert found(both(1, 2) + both(4, at=recent)) == {(3, 3): GapKind.IN_FLIGHT}
    assert found(both(1, 2) + both(4, at=recent) + both(5)) == {(3, 3): GapKind.NOT_IN_PMS}
    assert found(both(1, 2) + both(4, at=None)) == {(3, 3): GapKind.NOT_IN_PMS}


def test_what_the_pms_just_approved_is_in_flight_until_the_patience_ends() -> None:
    for age, kind in ((timedelta(minutes=1), GapKind.IN_FLIGHT), (PATIENCE, GapKind.NOT_IN_PYMES)):
        assert found(both(1, 2) + seen(3, Where.PMS, at=NOW - age)) == {(3, 3): kind}


def test_only_what_nobody_explains_alarms() -> None:
    assert {kind for kind in GapKind if kind.alarms} == {GapKind.NOT_IN_PMS, GapKind.NOT_IN_PYMES}


def test_a_range_is_judged_from_where_it_is_watched_to_the_highest_number_in_use() -> None:
    assert found(both(10, 12)) == {(1, 9): GapKind.NOT_IN_PMS, (11, 11): GapKind.NOT_IN_PMS}
    assert found(both(10, 12), Watched(RANGE, start=10)) == {(11, 11): GapKind.NOT_IN_PMS}
    assert found(both(1, 2) + seen(9, Where.REJECTED)) == {}
    assert found([]) == {}


def test_a_jump_of_millions_is_one_run_and_takes_no_time() -> None:
    wide = RANGE.model_copy(update={"last": 999_999_999})
    assert found(both(1, 999_999_999), Watched(wide)) == {(2, 999_999_998): GapKind.NOT_IN_PMS}


def test_two_ranges_of_one_prefix_are_judged_each_by_itself() -> None:
    new = RANGE.model_copy(update={"first": 5001, "last": 9000})
    assert found(both(1, 2, 5001, 5003), Watched(RANGE), Watched(new)) == {(5002, 5002): GapKind.NOT_IN_PMS}


def test_numbers_of_another_prefix_or_family_fill_no_gap() -> None:
    others = seen(2, Where.PMS, Where.PYMES, prefix="FEX")
    credit = [one.model_copy(update={"family": Family.NOTA_CREDITO}) for one in both(2)]
    assert found(both(1, 3) + others + credit) == {(2, 2): GapKind.NOT_IN_PMS}
    small = [one.model_copy(update={"prefix": "feh"}) for one in both(2)]
    assert found(both(1, 3) + small) == {}


def test_neighbours_of_one_reason_are_one_run() -> None:
    sightings = both(1, 9) + [one for n in (4, 5, 6) for one in seen(n, Where.PMS)] + seen(7, Where.REJECTED)
    assert found(sightings) == {
        (2, 3): GapKind.NOT_IN_PMS,
        (4, 6): GapKind.NOT_IN_PYMES,
        (7, 7): GapKind.REJECTED,
        (8, 8): GapKind.NOT_IN_PMS,
    }


def test_full_recall_and_no_false_alarm_on_labelled_sequences() -> None:
    labels: dict[GapKind | None, tuple[Where, ...]] = {
        None: (Where.PMS, Where.PYMES),
        GapKind.NOT_IN_PMS: (),
        GapKind.NOT_IN_PYMES: (Where.PMS,),
        GapKind.REJECTED: (Where.REJECTED,),
        GapKind.OTHER_CHANNEL: (Where.ELSEWHERE,),
        GapKind.ANNULLED: (Where.ANNULLED,),
    }
    for seed in range(40):
        rng = random.Random(seed)
        size = rng.randrange(50, 400)
        truth = {n: rng.choices(list(labels), [30, 1, 1, 1, 1, 1])[0] for n in range(1, size)}
        sightings = [one for number, label in truth.items() for one in seen(number, *labels[label])] + both(size)
        # After the old ones come those of the last minutes, of which some are not everywhere yet.
        fresh = NOW - timedelta(minutes=5)
        for number in range(size + 1, size + 30):
            where = rng.choice([(), (Where.PMS,), (Where.PMS, Where.PYMES), (Where.UNDER_WAY,)])
            sightings += seen(number, *where, at=fresh)
            truth[number] = None if len(where) == 2 else GapKind.IN_FLIGHT
        rng.shuffle(sightings)
        gaps = find_gaps([Watched(RANGE)], sightings, NOW)
        told = {number: gap.kind for gap in gaps for number in range(gap.first, gap.last + 1)}
        top = max(one.number for one in sightings if one.where in (Where.PMS, Where.PYMES, Where.ELSEWHERE))
        assert told == {number: label for number, label in truth.items() if label is not None and number < top + 1}
        assert not any(told[number].alarms for number in told if number > size)


def test_runs_of_what_stands_in_both_tell_the_same_as_each_of_its_numbers() -> None:
    others = [(), (Where.PMS,), (Where.REJECTED,), (Where.ELSEWHERE,), (Where.UNDER_WAY,), (Where.PYMES,)]
    for seed in range(200):
        rng = random.Random(seed)
        fine, sightings, runs = [], [], []
        for number in range(1, rng.randrange(2, 60)):
            at = NOW - timedelta(minutes=rng.choice([5, 5, 5, 4000]))
            if rng.random() < 0.8:
                fine += both(number, at=at)
                joins = runs and runs[-1].last == number - 1
                run = runs.pop() if joins else Run(number, number, at)
                runs.append(Run(run.first, number, min(run.at, at)))
            else:
                sightings += seen(number, *rng.choice(others), at=at)
        assert found(sightings, Watched(RANGE, whole=tuple(runs))) == found(sightings + fine), seed


@pytest.mark.parametrize("kind", list(GapKind))
@pytest.mark.parametrize("last", [4, 1200])
def test_each_reason_has_its_words(kind: GapKind, last: int) -> None:
    gap = Gap(kind=kind, family=Family.FACTURA, prefix="FEH", first=4, last=last)
    line = gap_line(gap)
    assert line.startswith("FEH4") and line.endswith(".") and "{" not in line
    assert gap_kind_name(kind)
