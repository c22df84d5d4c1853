"""Ranges that come to their end reach the Status: early enough, once an hour, and not where something takes over."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.connectors.source import ApprovedDocument
from app.model.forecast import Watch
from app.model.numbering import NumberingProof, System, prove
from app.model.working_days import working_days_before
from app.sync.forecast import LEAD
from app.sync.ledger import Ledger
from app.sync.outlook import Outlook
from tests.support.panel import NOW, HandClock, document, numbering


def proof(now: datetime = NOW, pms_next: int | None = None, **said: object) -> NumberingProof:
    columns = [numbering(system, **said) for system in System]
    columns[0] = columns[0].model_copy(update={"next_number": pms_next})
    return prove(columns[0].family, columns, now, now.date())


def put(path: Path, clock: HandClock, *numbers: int) -> None:
    with Ledger(path, clock) as ledger:
        for number in numbers:
            one = document(1).model_copy(update={"number": number, "issued_at": clock.now()})
            ledger.record_seen([ApprovedDocument(position=number, document=one)], number)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def test_the_end_of_a_vigencia_is_told_before_the_renewal_can_be_asked_for(path: Path) -> None:
    ends, clock = date(2027, 3, 1), HandClock()
    put(path, clock, 1)
    outlook, told = Outlook(clock), {}
    asked = working_days_before(ends, LEAD)
    while clock.now().date() < ends:
        for one in asyncio.run(outlook.ending(path, [proof(clock.now(), valid_to=ends, pms_next=2)])):
            told.setdefault(one.watch, clock.now().date())
        clock.moment += timedelta(days=1)
    assert list(told) == [Watch.SOON, Watch.ASK]
    assert told[Watch.SOON] < told[Watch.ASK] == asked


def test_few_numbers_are_told_and_a_successor_ends_the_worry(path: Path) -> None:
    clock = HandClock()
    put(path, clock, 1)
    few = proof(pms_next=4900, resolution="18764012345678")
    after = proof(first=5001, last=9000, resolution="18764099999999", valid_from=date(2026, 11, 20))
    assert [one.watch for one in asyncio.run(Outlook(clock).ending(path, [few]))] == [Watch.SOON]
    assert asyncio.run(Outlook(clock).ending(path, [few, after])) == ()


def test_a_range_that_ended_long_ago_was_given_up(path: Path) -> None:
    clock = HandClock()
    put(path, clock, 1)
    for days, told in ((10, [Watch.OVER]), (40, [])):
        over = proof(valid_to=NOW.date() - timedelta(days=days))
        assert [one.watch for one in asyncio.run(Outlook(clock).ending(path, [over]))] == told


def test_it_is_reckoned_anew_each_hour_or_when_the_numbering_changes(path: Path) -> None:
    clock = HandClock()
    put(path, clock, 1)
    outlook = Outlook(clock)

    def left(**said: object) -> list[int]:
        proofs = [proof(clock.now(), valid_to=date(2026, 12, 10), **said)]
        return [one.left for one in asyncio.run(outlook.ending(path, proofs))]

    assert left() == [4999]
    put(path, clock, 5)
    assert left() == [4999], "not with each document"
    assert left(last=4000) == [3995]
    put(path, clock, 9)
    clock.moment += timedelta(hours=1)
    assert left(last=4000) == [3991]


def test_a_ledger_that_cannot_be_read_leaves_what_was_known(path: Path) -> None:
    clock = HandClock()
    put(path, clock, 1)
    outlook = Outlook(clock)
    ending = [proof(valid_to=date(2026, 12, 10))]
    known = asyncio.run(outlook.ending(path, ending))
    path.unlink()
    path.write_bytes(b"no es un libro" * 500)
    clock.moment += timedelta(hours=2)
    assert known
    assert asyncio.run(outlook.ending(path, ending)) == known
