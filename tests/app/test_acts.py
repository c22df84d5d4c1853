"""What persons decide about documents that wait, and what Pymes says of it afterwards."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.model.causes import Cause
from app.model.documents import Document, Family
from app.model.errors import CannotSettle
from app.model.journey import EventKind, State
from app.model.sales import Aspect, Sale
from app.sync.acts import may_be_settled, release_cause, settle_outside, unsettle
from app.sync.forwarder import LINK_AGAIN
from app.sync.ledger import Ledger
from app.sync.recovery import open_ledger
from tests.support.desk import Desk, played

WHO = "ana"
SETTLED = (State.SETTLED, None)
CONFLICT = (State.CONFLICT, Cause.DIFFERS_IN_PYMES)


def ledger_of(desk: Desk) -> Ledger:
    return open_ledger(desk.bridge.path, desk.bridge.clock)


async def sales_of(desk: Desk, number: str) -> tuple[Sale, ...]:
    async with desk.bridge.engine() as engine:
        return await engine.sales_numbered(number)


async def link(
    desk: Desk, document: Document, number: str | None = None, reason: str = "La registró el contador"
) -> None:
    (sale, *_) = await sales_of(desk, number or document.full_number)
    with ledger_of(desk) as ledger:
        settle_outside(ledger, desk.bridge.clock, str(document.key), sale, who=WHO, reason=reason)


async def a_conflict(desk: Desk) -> tuple[Document, str]:
    await desk.issue_many(1)
    (document,) = desk.hotel.documents()
    uuid = desk.write_foreign(document, total="1.00")
    await desk.bridge.cycle()
    assert desk.bridge.states == [CONFLICT]
    return document, uuid


def test_a_linked_document_is_neither_sent_nor_green_and_tells_who_and_why(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        document, uuid = await a_conflict(desk)
        await link(desk, document)
        for _ in range(3):
            desk.hotel.clock.move(LINK_AGAIN.total_seconds() + 1)
            await desk.bridge.cycle()
        assert desk.bridge.states == [SETTLED] and desk.sent == []
        (row,) = desk.bridge.rows
        assert (row.detail["who"], row.detail["linked"]["uuid"]) == (WHO, uuid)
        counts = desk.bridge.counts
        assert (counts.settled, counts.proven, counts.conflict, counts.total) == (1, 0, 0, 1)
        with desk.bridge.reading() as reader:
            (event,) = [one for one in reader.timeline(row.key) if one.kind is EventKind.SETTLED_OUTSIDE]
        assert (event.data["who"], event.data["reason"]) == (WHO, "La registró el contador")

    played(tmp_path, trial)


def test_a_link_taken_back_leaves_the_document_as_before(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        document, _ = await a_conflict(desk)
        before = desk.bridge.rows[0].detail
        await link(desk, document)
        with ledger_of(desk) as ledger:
            assert unsettle(ledger, desk.bridge.clock, str(document.key), who=WHO)
            assert not unsettle(ledger, desk.bridge.clock, str(document.key), who=WHO)
        assert desk.bridge.states == [CONFLICT]
        assert desk.bridge.rows[0].detail == before

    played(tmp_path, trial)


def test_a_sale_annulled_in_pymes_is_neither_adopted_nor_linked_to(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        desk.annul(desk.write_foreign(document))
        await desk.bridge.cycle()
        assert desk.bridge.states == [CONFLICT] and desk.sent == []
        assert [one["aspect"] for one in desk.bridge.rows[0].detail["differences"]] == [Aspect.STANDING]
        with pytest.raises(CannotSettle):
            await link(desk, document)
        assert desk.bridge.states == [CONFLICT]

    played(tmp_path, trial)


@pytest.mark.parametrize("how", ["gone", "changed", "annulled"])
def test_a_linked_sale_that_disappears_or_changes_calls_a_person_again(tmp_path: Path, how: str) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA)
        (document,) = desk.hotel.documents()
        await desk.scenario("refuses-one")
        # Refused: typed by hand under another number, which is what it is linked to.
        other = document.model_copy(update={"number": document.number + 7})
        uuid = desk.write_foreign(other)
        with ledger_of(desk) as ledger:
            from app.connectors.source import ApprovedDocument
            from app.model.journey import Event

            ledger.record_seen([ApprovedDocument(1, document)], 1)
            now = desk.bridge.clock.now()
            held = Event(kind=EventKind.HELD, at=now, cause=Cause.REFUSED_BY_PYMES, data={"messages": ["no"]})
            ledger.append([(str(document.key), held)])
        await link(desk, document, other.full_number)
        await desk.bridge.cycle()
        assert desk.bridge.states == [SETTLED]
        if how == "gone":
            desk.take_away(uuid)
        elif how == "annulled":
            desk.annul(uuid)
        else:
            desk.take_away(uuid)
            books = desk.hotel.house.books
            new = desk.write_foreign(other, total="2.00")
            books.change("UPDATE sales SET uuid = ?, row = replace(row, ?, ?) WHERE uuid = ?", (uuid, new, uuid, new))
        await desk.bridge.cycle()
        assert desk.bridge.states == [SETTLED]  # not asked again before its time
        desk.hotel.clock.move(LINK_AGAIN.total_seconds() + 1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.HELD, Cause.REFUSED_BY_PYMES)]
        told = desk.bridge.rows[0].detail["unlinked"]
        assert (told["why"], told["number"]) == ("gone" if how == "gone" else "changed", other.full_number)
        assert desk.sent == []

    played(tmp_path, trial)


def test_only_what_waits_and_was_approved_can_be_linked_and_never_without_a_reason(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        document, _ = await a_conflict(desk)
        with pytest.raises(CannotSettle):
            await link(desk, document, reason="  ")
        await link(desk, document)
        with pytest.raises(CannotSettle):
            await link(desk, document)
        with ledger_of(desk) as ledger:
            journey = ledger.journey(str(document.key))
            assert journey is not None
            rejected = journey.model_copy(update={"state": State.HELD, "cause": Cause.REJECTED_BY_DIAN})
            assert not may_be_settled(rejected) and not may_be_settled(None)

    played(tmp_path, trial)


def test_a_note_follows_an_invoice_settled_under_its_own_number_and_waits_for_one_under_another(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA, Family.NOTA_CREDITO)
        invoice = next(one for one in desk.hotel.documents() if one.family is Family.FACTURA)
        uuid = desk.write_foreign(invoice, total="1.00")
        await desk.bridge.cycle()
        assert desk.bridge.states == [CONFLICT, (State.HELD, Cause.WAITS_FOR_INVOICE)]
        desk.take_away(uuid)
        other = invoice.model_copy(update={"number": invoice.number + 7})
        desk.write_foreign(other)
        await link(desk, invoice, other.full_number)
        await desk.bridge.cycle()
        assert desk.bridge.states == [SETTLED, (State.HELD, Cause.WAITS_FOR_INVOICE)]
        with ledger_of(desk) as ledger:
            unsettle(ledger, desk.bridge.clock, str(invoice.key), who=WHO)
        desk.write_foreign(invoice, total="1.00")
        await link(desk, invoice)
        desk.hotel.clock.move(timedelta(minutes=11).total_seconds())
        await desk.bridge.cycle()
        assert desk.bridge.states == [SETTLED, (State.PROVEN, None)]

    played(tmp_path, trial)


def test_all_documents_of_a_cause_are_released_together_and_no_other(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario("month-closed")
        await desk.issue_many(7)
        await desk.bridge.cycle()
        await desk.scenario("month-closed", on=False)
        held = [row for row in desk.bridge.rows if row.cause is Cause.PERIOD_CLOSED]
        assert held
        async with desk.bridge.engine() as engine:
            said = await engine.preview_release(Cause.PERIOD_CLOSED)
        assert (said.count, said.again, said.only_pymes_knows) == (len(held), 0, True)
        assert said.first[0] == held[0].full_number
        assert said.totals == {"COP": sum((row.payable or Decimal(0) for row in held), Decimal(0))}
        with ledger_of(desk) as ledger:
            assert release_cause(ledger, Cause.NOT_STORED, WHO) == 0
            assert release_cause(ledger, Cause.PERIOD_CLOSED, WHO) == len(held)
        await desk.bridge.cycle()
        desk.assert_whole()

    played(tmp_path, trial)


def test_the_preview_says_what_would_be_held_again(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        from app.model.numbering import Field, System

        await desk.issue(Family.FACTURA, Family.FACTURA, Family.DOCUMENTO_SOPORTE)
        desk.hotel.house.ranges.mutate(System.PYMES, Family.FACTURA, Field.RESOLUTION, "18760000000000")
        await desk.bridge.cycle()
        async with desk.bridge.engine() as engine:
            said = await engine.preview_release(Cause.NUMBERING_DIFFERS)
        assert (said.count, said.again, said.only_pymes_knows) == (2, 2, False)

    played(tmp_path, trial)


def test_documents_of_one_position_are_all_met(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        from app.connectors.source import ApprovedDocument
        from app.model.journey import Event

        await desk.issue_many(5)
        documents = desk.hotel.documents()
        with ledger_of(desk) as ledger:
            ledger.record_seen([ApprovedDocument(3, one) for one in documents])
            now = desk.bridge.clock.now()
            held = Event(kind=EventKind.HELD, at=now, cause=Cause.BREAKS_RULE)
            ledger.append((str(one.key), held) for one in documents)
            met, after = [], None
            while entries := ledger.held_for([Cause.BREAKS_RULE], 2, after):
                after = entries[-1]
                met += [entry.key for entry in entries]
        assert sorted(met) == sorted(str(one.key) for one in documents)

    played(tmp_path, trial)


def test_a_doubled_number_shows_both_sales(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        uuids = sorted([desk.write_foreign(document), desk.write_foreign(document, total="1.00")])
        await desk.bridge.cycle()
        (row,) = desk.bridge.rows
        assert row.cause is Cause.DOUBLED_IN_PYMES
        assert [one["uuid"] for one in row.detail["found"]] == uuids
        assert {one["payable"] for one in row.detail["found"]} == {str(document.payable), "1.00"}

    played(tmp_path, trial)
