"""The watch of the ranges on a real ledger: what it counts as used, what as missing, and what it does not claim."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from app.model.causes import Cause
from app.model.documents import Family
from app.model.forecast import Watch as Urgency
from app.model.gaps import GapKind
from app.model.journey import EventKind
from app.model.numbering import NumberingProof, System, prove
from app.model.relevo import Stage
from app.storage.numbers import Run
from app.sync.watch import Watch, watch_ranges
from tests.support.numbers import LONG_AGO, What, numbered
from tests.support.panel import NOW, numbering


def proof(family: Family = Family.FACTURA, pms_next: int | None = None, **said: object) -> NumberingProof:
    columns = [numbering(system, family, **said) for system in (System.PMS, System.PYMES, System.DIAN)]
    columns[0] = columns[0].model_copy(update={"next_number": pms_next})
    return prove(family, columns, NOW, NOW.date())


def watch(folder: Path, numbers: Mapping[int, What], *proofs: NumberingProof) -> Watch:
    with numbered(folder / "ledger.sqlite3", numbers) as reader:
        return watch_ranges(reader, proofs, NOW)


def test_the_next_number_follows_the_highest_that_anybody_knows(tmp_path: Path) -> None:
    found = watch(tmp_path, {40: EventKind.PROVEN, 41: EventKind.PROVEN}, proof(), proof(pms_next=90))
    assert [(one.next_number, one.left) for one in found.ranges] == [(42, 4959), (90, 4911)]


def test_a_ledger_tells_its_runs_and_one_by_one_only_what_is_not_in_both(tmp_path: Path) -> None:
    issued = {41: NOW - timedelta(days=9)}
    wide = dict.fromkeys((39, 40, 41, 42, 44, 45, 5001), EventKind.PROVEN) | {43: EventKind.CONFLICT, 46: None}
    with numbered(tmp_path / "ledger.sqlite3", wide, issued) as reader:
        assert reader.runs(Family.FACTURA, "FEHT", 40, 5000) == (Run(40, 42, issued[41]), Run(44, 45, LONG_AGO))
        assert [one.key.number for one in reader.others(Family.FACTURA, "FEHT", 40, 5000)] == [43, 46]
        assert reader.runs(Family.NOTA_CREDITO, "FEHT", 1, 5000) == reader.runs(Family.FACTURA, "FEHX", 1, 5000) == ()
        assert reader.begin() == issued[41]


def test_a_rejected_number_is_not_used_up(tmp_path: Path) -> None:
    found = watch(tmp_path, {40: EventKind.PROVEN, 41: Cause.REJECTED_BY_DIAN}, proof()).ranges[0]
    assert found.next_number == 41 and found.gaps == (), "above the highest used one nothing is missing"


def test_numbers_are_judged_from_where_botones_began_to_watch(tmp_path: Path) -> None:
    numbers: dict[int, Cause | EventKind | None] = {one: EventKind.PROVEN for one in (40, 41, 43, 46)}
    numbers |= {44: EventKind.MISSING, 45: Cause.REJECTED_BY_DIAN}
    gaps = watch(tmp_path, numbers, proof()).ranges[0].gaps
    assert [(gap.first, gap.last, gap.kind) for gap in gaps] == [
        (42, 42, GapKind.NOT_IN_PMS),
        (44, 44, GapKind.NOT_IN_PYMES),
        (45, 45, GapKind.REJECTED),
    ]


def test_of_an_unknown_next_number_only_the_vigencia_is_forecast(tmp_path: Path) -> None:
    for valid_to, urgency in ((date(2028, 1, 15), Urgency.UNKNOWN), (date(2026, 12, 10), Urgency.ASK)):
        found = watch(tmp_path, {}, proof(valid_to=valid_to)).ranges[0]
        assert (found.next_number, found.left) == (None, None)
        assert found.forecast is not None and found.forecast.watch is urgency
        assert found.forecast.ends_on == valid_to


def test_two_prefixes_in_use_side_by_side_are_no_relevo(tmp_path: Path) -> None:
    bar = proof(prefix="FEBA", valid_from=date(2026, 3, 1), pms_next=7)
    found = watch(tmp_path, {40: EventKind.PROVEN}, proof(), bar)
    assert found.relevos == (), "nobody is told to close the one that is in use"
    over = proof(valid_to=date(2026, 11, 1))
    assert [one.stage for one in watch(tmp_path, {}, over, bar).relevos] == [Stage.DONE]


def test_a_new_range_in_waiting_is_whole(tmp_path: Path) -> None:
    old = proof(last=41, valid_from=date(2025, 1, 15), valid_to=date(2027, 1, 15))
    new = proof(first=42, last=100, resolution="18764099999999", valid_from=date(2026, 11, 1))
    found = watch(tmp_path, {40: EventKind.PROVEN, 41: None}, old, new)
    assert [one.stage for one in found.relevos] == [Stage.READY]
    assert [one.left for one in found.ranges] == [0, 59]
