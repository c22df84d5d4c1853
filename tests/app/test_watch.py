"""The watch of the ranges on a real ledger: what it counts as used, what as missing, and what it does not claim."""

from datetime import date, timedelta
from pathlib import Path

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.documents import Family
from app.model.forecast import Watch as Urgency
from app.model.gaps import GapKind
from app.model.journey import Event, EventKind
from app.model.numbering import NumberingProof, System, prove
from app.model.relevo import Stage
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.sync.watch import Watch, watch_ranges
from tests.support.panel import NOW, HandClock, document, numbering

LONG_AGO = NOW - timedelta(days=3)


def proof(family: Family = Family.FACTURA, pms_next: int | None = None, **said: object) -> NumberingProof:
    columns = [numbering(system, family, **said) for system in (System.PMS, System.PYMES, System.DIAN)]
    columns[0] = columns[0].model_copy(update={"next_number": pms_next})
    return prove(family, columns, NOW, NOW.date())


def watch(folder: Path, numbers: dict[int, Cause | EventKind | None], *proofs: NumberingProof) -> Watch:
    """Watch a ledger in which each number is held for a cause, went as far as an event, or was only seen."""
    clock, path = HandClock(), folder / "ledger.sqlite3"
    with Ledger(path, clock) as ledger:
        for number, what in numbers.items():
            one = document(0).model_copy(update={"number": number, "issued_at": LONG_AGO})
            cause = what if isinstance(what, Cause) else None
            row = ApprovedDocument(position=number, document=one, cause=cause)
            ledger.record_seen([row], number)
            if what is EventKind.PROVEN:
                for kind in (EventKind.INTENT, EventKind.ANSWERED, EventKind.PROVEN):
                    ledger.append([(row.key, Event(kind=kind, at=clock.now()))])
            elif what is EventKind.MISSING:
                ledger.append([(row.key, Event(kind=EventKind.MISSING, at=clock.now()))])
        unread = ApprovedDocument(None, None, label="x.xml", origin="carpeta/0a1b", cause=Cause.UNREADABLE)
        ledger.record_seen([unread])
    reader = LedgerReader(path, clock)
    try:
        return watch_ranges(reader.numbers(), proofs, NOW)
    finally:
        reader.close()


def test_the_next_number_follows_the_highest_that_anybody_knows(tmp_path: Path) -> None:
    found = watch(tmp_path, {40: EventKind.PROVEN, 41: EventKind.PROVEN}, proof(), proof(pms_next=90))
    assert [(one.next_number, one.left) for one in found.ranges] == [(42, 4959), (90, 4911)]


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
