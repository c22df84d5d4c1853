"""Every simulacro played to its end by the demo itself: nothing lost, nothing doubled, and what waits says why.

The hotel's own books and its request log are the judge; the particular of each simulacro stands in ``PARTICULARS``.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.model.causes import Cause, Mender
from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.journey import State, rebuild
from app.model.numbering import Field, System
from app.sandbox.demo import Outcome, play
from app.sandbox.house import House
from app.sandbox.practice import FrontDesk
from app.sandbox.scenarios import SCENARIOS, Hangs, OutOfService, RateLimited
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader, Row
from app.system.paths import Paths
from app.texts.causes import explain
from tests.support.practice import SALES, SEND, Running, running

COUNT = 40


@pytest.fixture(autouse=True)
def fewer_bursts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sandbox.demo._BURSTS", 2)


@dataclass(frozen=True)
class End:
    """How a run ended: by the demo, by the ledger, and by the hotel's books."""

    outcome: Outcome
    rows: tuple[Row, ...]
    house: House
    paths: Paths

    @property
    def causes(self) -> Counter[Cause | None]:
        return Counter(row.cause for row in self.rows)

    @property
    def audit(self) -> dict[str, Any]:
        return self.house.books.audit()

    def statuses(self, method: str, path: str) -> Counter[int | None]:
        return Counter(entry["status"] for entry in self.house.books.logged(method, path, 0))

    def of(self, cause: Cause | None, family: Family | None = None) -> list[Row]:
        return [row for row in self.rows if row.cause is cause and family in (None, row.family)]


def rows_of(path: Path, hotel: Running) -> tuple[Row, ...]:
    """Return the ledger's rows, each of which is what its events tell."""
    reader = LedgerReader(path, hotel.clock)
    try:
        rows = reader.page(0, 10_000)
        stories = {row.key: list(reader.timeline(row.key)) for row in rows}
    finally:
        reader.close()
    with Ledger(path, hotel.clock) as ledger:
        assert {one.key: one.journey for one in ledger.entries(list(stories))} == {
            key: rebuild(story) for key, story in stories.items()
        }
    return rows


async def played(hotel: Running, paths: Paths, scenario: str | None) -> End:
    outcome = await play(FrontDesk(hotel.addresses), paths, COUNT, scenario, lambda done, total: None, hotel.clock)
    return End(outcome, rows_of(paths.ledger("sandbox"), hotel), hotel.house, paths)


def assert_kept(end: End) -> None:
    """Fail unless every document stands in Pymes once and equal, or is held with a cause that has words."""
    outcome, audit = end.outcome, end.audit
    assert outcome.is_well, outcome
    assert (outcome.approved, outcome.lost, outcome.doubled, outcome.in_doubt) == (COUNT, 0, 0, 0)
    assert audit["doubled"] == audit["wrong"] == audit["early_notes"] == []
    assert sorted(audit["lost"]) == sorted(row.key for row in end.rows if row.state is State.HELD)
    assert {row.state for row in end.rows} <= {State.PROVEN, State.HELD, State.CONFLICT}
    for row in end.rows:
        assert (row.state is State.PROVEN) == (row.cause is None)
        if row.cause is not None:
            words = explain(row.cause)
            assert words.title and words.meaning and words.place


# What is particular to each


def all_arrive(end: End) -> None:
    assert end.causes == {None: COUNT}
    assert end.audit["recorded"] == COUNT


def one_request_each(end: End) -> None:
    all_arrive(end)
    assert end.statuses("POST", SEND).total() == COUNT


def sent_again_after_looking(end: End) -> None:
    all_arrive(end)
    assert end.statuses("POST", SEND).total() > COUNT


def adopted_some(end: End) -> None:
    all_arrive(end)
    assert 0 < end.outcome.adopted < COUNT
    assert end.audit["by_origin"].keys() == {"botones", "alojamientos"}
    assert end.statuses("POST", SEND)[409] > 0


def found_and_never_sent(end: End) -> None:
    all_arrive(end)
    assert 0 < end.outcome.adopted < COUNT
    assert end.statuses("POST", SEND) == {201: COUNT - end.outcome.adopted}


def refused_and_adopted(end: End) -> None:
    all_arrive(end)
    assert 0 < end.outcome.adopted < COUNT
    assert end.statuses("POST", SEND) == {201: COUNT - end.outcome.adopted, 409: end.outcome.adopted}


def ours_stays(end: End) -> None:
    one_request_each(end)
    assert end.outcome.adopted == 0 and end.audit["by_origin"] == {"botones": COUNT}


def both_ledgers_agree(end: End) -> None:
    all_arrive(end)
    reader = LedgerReader(Paths.under(end.paths.sandbox / "second-pc").ledger("sandbox"), end.house.clock)
    try:
        assert {row.state for row in reader.page(0, 10_000)} == {State.PROVEN}
        assert reader.counts().total == COUNT
    finally:
        reader.close()
    assert end.statuses("POST", SEND)[201] == COUNT


def waited_an_hour(end: End) -> None:
    all_arrive(end)
    refused = end.statuses("POST", SEND)[503] + end.statuses("GET", "")[503]
    assert 1 <= refused <= 2 + 8  # what was under way, and nothing while it was out of service


def slowed_down(end: End) -> None:
    all_arrive(end)
    assert end.statuses("GET", "")[429] + end.statuses("POST", SEND)[429] > 0


def not_the_documents_fault(end: End) -> None:
    all_arrive(end)
    assert end.statuses("GET", "")[415] + end.statuses("POST", SEND)[415] > 0


def one_401(end: End) -> None:
    all_arrive(end)
    assert end.outcome.stops == ("token",)
    assert end.statuses("POST", SEND)[401] <= 1 + 8  # those under way at that moment


def one_401_at_once(end: End) -> None:
    one_401(end)
    assert end.statuses("POST", SEND)[401] == 1  # the first goes alone


def locked(end: End) -> None:
    all_arrive(end)
    assert end.outcome.stops == ("wrong-hotel",)
    log = end.house.books.logged(None, None, 0)
    asked = [at for at, entry in enumerate(log) if entry["path"].endswith("/organizacion")]
    unlocked = next(at for at, entry in enumerate(log) if "consecutivos/vigencias" in entry["path"] and at > asked[0])
    assert not [entry for entry in log[asked[0] : unlocked] if entry["path"].endswith((SEND, SALES))]


def refused(cause: Cause, mender: Mender) -> Callable[[End], None]:
    """Expect that some are held for one cause, notes behind them, and the rest arrive."""

    def check(end: End) -> None:
        assert end.of(cause) and end.of(None)
        assert end.causes.keys() <= {None, cause, Cause.WAITS_FOR_INVOICE}
        assert cause.mender is mender
        assert end.statuses("POST", SEND)[400] == len(end.of(cause))  # nobody insists

    return check


def edited_in_the_middle(end: End) -> None:
    assert end.of(None) and end.of(Cause.NUMBERING_REFUSED, Family.FACTURA) and end.of(Cause.NUMBERING_DIFFERS)
    assert end.causes.keys() <= {None, Cause.NUMBERING_REFUSED, Cause.NUMBERING_DIFFERS, Cause.WAITS_FOR_INVOICE}
    assert end.statuses("POST", SEND)[400] == len(end.of(Cause.NUMBERING_REFUSED))


def exhausted(end: End) -> None:
    all_arrive(end)
    assert len(end.of(None, Family.FACTURA)) <= 12


def split_at_midnight(end: End) -> None:
    today = bogota_day(end.house.clock.now())
    assert end.of(Cause.RANGE_EXPIRED) and end.of(None, Family.FACTURA)
    for row in end.rows:
        if row.family is Family.FACTURA and row.issued_at is not None:
            assert (row.cause is Cause.RANGE_EXPIRED) == (bogota_day(row.issued_at) == today)


def dian_silent(end: End) -> None:
    assert {row.family for row in end.of(Cause.DIAN_SILENT)} == {Family.FACTURA, Family.DOCUMENTO_SOPORTE}
    assert {row.family for row in end.of(None)} <= {Family.NOTA_CREDITO, Family.NOTA_DEBITO}


def changed_under_its_number(end: End) -> None:
    assert {row.state for row in end.of(Cause.OTHER_CONTENT)} == {State.CONFLICT}
    assert end.causes.keys() <= {None, Cause.OTHER_CONTENT, Cause.WAITS_FOR_INVOICE}
    assert end.statuses("POST", SEND)[201] == end.audit["recorded"]  # the second content is never sent
    assert end.statuses("POST", SEND).total() == COUNT - len(end.of(Cause.WAITS_FOR_INVOICE))


def note_waits(end: End) -> None:
    refused(Cause.REFUSED_BY_PYMES, Mender.ACCOUNTANT)(end)
    assert {row.family for row in end.of(Cause.WAITS_FOR_INVOICE)} <= {Family.NOTA_CREDITO, Family.NOTA_DEBITO}
    assert all(row.detail["cause"] == "refused-by-pymes" for row in end.of(Cause.WAITS_FOR_INVOICE))


def only_notes_wait(end: End) -> None:
    assert end.causes.keys() == {None, Cause.INVOICE_UNKNOWN}
    assert {row.family for row in end.of(Cause.INVOICE_UNKNOWN)} == {Family.NOTA_CREDITO, Family.NOTA_DEBITO}
    assert end.audit["foreign"] == []


def older_found(end: End) -> None:
    assert end.causes == {None: COUNT}
    assert len(end.audit["foreign"]) >= 1  # the older invoices, which the PMS' list does not hold


PARTICULARS: dict[str, Callable[[End], None]] = {
    "answer-lost": one_request_each,
    "half-answer": one_request_each,
    "hang": one_request_each,
    "second-writer": adopted_some,
    "writer-before": found_and_never_sent,
    "writer-between": refused_and_adopted,
    "writer-after": ours_stays,
    "two-computers": both_ledgers_agree,
    "rate-limited": slowed_down,
    "server-error": sent_again_after_looking,
    "out-of-service": waited_an_hour,
    "not-json": not_the_documents_fault,
    "success-without-substance": sent_again_after_looking,
    "operacion-exitosa": sent_again_after_looking,
    "empty-answer": sent_again_after_looking,
    "refuses-one": refused(Cause.REFUSED_BY_PYMES, Mender.ACCOUNTANT),
    "errors-object": refused(Cause.REFUSED_BY_PYMES, Mender.ACCOUNTANT),
    "month-closed": refused(Cause.PERIOD_CLOSED, Mender.ACCOUNTANT),
    "plan-used-up": refused(Cause.PLAN_USED_UP, Mender.HOTEL),
    "token-revoked": one_401,
    "token-expired": one_401,
    "token-of-another": one_401_at_once,
    "wrong-hotel": locked,
    "numbering-edited": edited_in_the_middle,
    "range-used-up": exhausted,
    "vigencia-ends": split_at_midnight,
    "fe-down": dian_silent,
    "pages-astray": one_request_each,
    "pms-changes": changed_under_its_number,
    "note-before-invoice": one_request_each,
    "note-of-refused": note_waits,
    "older-invoice": older_found,
    "older-invoice-unknown": only_notes_wait,
    "clock-jumps": sent_again_after_looking,
    "asleep": one_request_each,
}


@pytest.mark.parametrize("name", [kind.name for kind in SCENARIOS])
def test_nothing_is_lost_and_nothing_is_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(OutOfService, "lasts", timedelta(hours=1))
    for kind in (RateLimited, Hangs):
        monkeypatch.setattr(kind, "every", 30)  # each strike is waited out by the true clock

    async def run() -> None:
        paths = Paths.under(tmp_path).ensure()
        async with running(paths.sandbox) as hotel:
            end = await played(hotel, paths, name)
            assert_kept(end)
            PARTICULARS[name](end)

    asyncio.run(run())


def test_no_simulacro_is_without_its_particular() -> None:
    assert [kind.name for kind in SCENARIOS] == list(PARTICULARS)


def mended_by_nobody(house: House) -> None:
    """The world mends itself: the simulacro ends."""


def prefix_put_right(house: House) -> None:
    current = house.ranges.current(Family.FACTURA)
    assert current is not None
    house.ranges.mutate(System.PYMES, Family.FACTURA, Field.PREFIX, current[0].prefix)


@pytest.mark.parametrize(
    ("name", "mend", "released"),
    [
        ("numbering-edited", prefix_put_right, False),
        ("fe-down", mended_by_nobody, False),
        ("month-closed", mended_by_nobody, True),
        ("plan-used-up", mended_by_nobody, True),
        ("note-of-refused", mended_by_nobody, True),
    ],
)
def test_once_it_is_mended_everything_arrives(
    tmp_path: Path, name: str, mend: Callable[[House], None], released: bool
) -> None:
    """By itself where the cause is a state of the world; else together, once a person releases them."""

    async def run() -> None:
        paths = Paths.under(tmp_path).ensure()
        async with running(paths.sandbox) as hotel:
            before = await played(hotel, paths, name)
            waiting = [row.key for row in before.rows if row.cause is not None]
            assert waiting
            await hotel.desk("POST", "/scenario", {"name": name, "on": False})
            mend(hotel.house)
            hotel.clock.move(60)
            if released:
                with Ledger(paths.ledger("sandbox"), hotel.clock) as ledger:
                    ledger.release(waiting)
            end = await played(hotel, paths, None)
            assert_kept(end)
            all_arrive(end)

    asyncio.run(run())
