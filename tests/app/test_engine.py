"""What becomes of documents, cycle by cycle, against the practice hotel: its books and request log are the judge."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.errors import ConnectorError, Failure
from app.model.journey import EventKind, State
from app.model.mode import Mode
from app.model.numbering import Field, System
from app.sandbox.scenarios import AnswerLost, ServerError, SuccessWithoutSubstance
from app.sandbox.tokens import Kind
from app.sync.forwarder import LOOK_AGAIN
from app.sync.ledger import Ledger
from app.system.vault import Secret
from tests.support.desk import Desk, played

PROVEN = (State.PROVEN, None)


# The three modes


def test_all_four_families_arrive_once_and_a_second_cycle_changes_nothing(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.hotel.house.hotel.issue(60)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN] * 60
        assert desk.sent == [201] * 60
        desk.assert_whole()
        await desk.bridge.cycle()
        assert desk.sent == [201] * 60

    played(tmp_path, trial)


def test_watching_never_sends_and_says_what_is_missing(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(3)
        desk.write_as_loggro(desk.hotel.documents()[1])
        for _ in range(3):
            await desk.bridge.cycle()
            desk.hotel.clock.move(600)
        assert desk.bridge.states == [(State.MISSING, None), PROVEN, (State.MISSING, None)]
        assert desk.bridge.counts.adopted == 1
        assert desk.sent == []
        desk.write_as_loggro(desk.hotel.documents()[0])
        await desk.bridge.cycle()
        assert [state for state, _ in desk.bridge.states] == [State.PROVEN, State.PROVEN, State.MISSING]
        await desk.bridge.with_(mode=Mode.SEND_ALL).cycle()
        assert desk.bridge.states == [PROVEN] * 3
        assert desk.sent == [201]
        desk.assert_whole()

    played(tmp_path, trial, Mode.WATCH)


def test_completing_gives_loggro_a_head_start_and_then_sends_only_what_it_did_not_bring(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        bridge = desk.bridge.with_(timing={"head_start": 120.0})
        await desk.issue_many(2)
        await bridge.cycle()
        desk.hotel.clock.move(119)
        await bridge.cycle()
        assert desk.sent == []
        assert bridge.states == [(State.SEEN, None)] * 2
        desk.write_as_loggro(desk.hotel.documents()[0])
        desk.hotel.clock.move(2)
        await bridge.cycle()
        assert bridge.states == [PROVEN] * 2
        assert [row.adopted for row in bridge.rows] == [True, False]
        assert desk.sent == [201]
        desk.assert_whole()

    played(tmp_path, trial, Mode.COMPLETE)


# What stands in Pymes already


def test_a_sale_of_somebody_else_that_agrees_is_adopted(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        first, _ = desk.hotel.documents()
        desk.write_as_loggro(first)
        await desk.bridge.cycle()
        assert [row.adopted for row in desk.bridge.rows] == [True, False]
        assert desk.bridge.story(str(first.key)) == [EventKind.SEEN, EventKind.ADOPTED]
        assert desk.sent == [201]
        desk.assert_whole()

    played(tmp_path, trial)


@pytest.mark.parametrize(
    ("change", "aspect"),
    [
        ({"total": "1.00"}, "payable"),
        ({"moneda": "USD"}, "currency"),
        ({"cliente": {"tipoId": "13", "id": "1", "nombre": "Otro"}}, "counterparty"),
        ({"impuestos": [{"codigo": "01", "valor": "7.00"}, {"codigo": "04", "valor": "0"}]}, "iva"),
        ({"cufe": "ab" * 48}, "cufe"),
        ({"cufe": None}, "cufe"),
        ({"fechaHora": "2026-11-20T10:00:00-05:00"}, "date"),
    ],
)
def test_a_sale_that_says_something_else_is_a_conflict_and_nothing_is_sent(
    tmp_path: Path, change: dict[str, Any], aspect: str
) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        sale = desk.write_foreign(document, **change)
        await desk.bridge.cycle()
        (row,) = desk.bridge.rows
        assert (row.state, row.cause) == (State.CONFLICT, Cause.DIFFERS_IN_PYMES)
        assert aspect in [difference["aspect"] for difference in row.detail["differences"]]
        assert desk.sent == []
        # Looked for again and again, it is told once.
        desk.hotel.clock.move(LOOK_AGAIN.total_seconds() + 1)
        await desk.bridge.cycle()
        assert desk.bridge.story(row.key) == [EventKind.SEEN, EventKind.CONFLICT, EventKind.LOOKED]
        desk.take_away(sale)
        desk.write_as_loggro(document)
        desk.hotel.clock.move(LOOK_AGAIN.total_seconds() + 1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN]
        assert desk.sent == []

    played(tmp_path, trial)


def test_two_sales_of_one_number_are_told_and_never_green(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        first, _ = desk.hotel.documents()
        desk.write_as_loggro(first)
        desk.write_foreign(first)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.CONFLICT, Cause.DOUBLED_IN_PYMES), PROVEN]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_a_conflict_whose_sale_was_taken_away_stays_a_persons_affair(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        sale = desk.write_foreign(document, total="1.00")
        await desk.bridge.cycle()
        desk.take_away(sale)
        desk.hotel.clock.move(LOOK_AGAIN.total_seconds() + 1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.CONFLICT, Cause.DIFFERS_IN_PYMES)]
        assert desk.sent == []

    played(tmp_path, trial)


# Notes


def test_a_note_waits_for_its_invoice_and_leaves_with_it(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA)
        (invoice,) = desk.hotel.documents()
        sale = desk.write_foreign(invoice, total="1.00")
        await desk.issue(Family.NOTA_CREDITO)
        await desk.bridge.cycle()
        _, note = desk.bridge.rows
        assert (note.state, note.cause) == (State.HELD, Cause.WAITS_FOR_INVOICE)
        assert note.detail["invoice"] == invoice.full_number
        assert desk.sent == []
        desk.take_away(sale)
        desk.write_as_loggro(invoice)
        desk.hotel.clock.move(LOOK_AGAIN.total_seconds() + 1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, PROVEN]
        desk.assert_whole()

    played(tmp_path, trial)


def test_within_one_batch_invoices_stand_before_their_notes(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(*[Family.FACTURA, Family.NOTA_CREDITO, Family.FACTURA, Family.NOTA_DEBITO] * 5)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN] * 20
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_note_leaves_in_the_same_cycle_in_which_the_doubt_about_its_invoice_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnswerLost, "every", 1)

    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA)
        await desk.issue(Family.NOTA_CREDITO)
        await desk.scenario("answer-lost")
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, PROVEN]
        assert len(desk.sent) == 2
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_note_of_an_invoice_from_before_the_installation_asks_pymes(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA)
        (invoice,) = desk.hotel.documents()
        await desk.issue(Family.NOTA_CREDITO)
        with Ledger(desk.bridge.path, desk.bridge.clock) as ledger:
            ledger.record_seen([], 1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.HELD, Cause.INVOICE_UNKNOWN)]
        assert desk.sent == []
        desk.write_as_loggro(invoice)
        desk.hotel.clock.move(timedelta(minutes=11).total_seconds())
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN]
        desk.assert_whole()

    played(tmp_path, trial)


# What may not leave


def test_a_document_of_another_issuer_never_leaves(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        stranger = document.issuer.model_copy(update={"id": "860002964", "check_digit": "4"})
        desk.hotel.house.books.approve(document.model_copy(update={"issuer": stranger, "number": 8}))
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, (State.HELD, Cause.OTHER_ISSUER)]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_a_number_that_no_range_covers_is_held(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        desk.hotel.house.books.approve(document.model_copy(update={"prefix": "XX"}))
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, (State.HELD, Cause.NUMBERING_UNKNOWN)]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_after_the_vigencia_only_documents_dated_within_it_leave(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        last = bogota_day(desk.hotel.clock.now()).isoformat()
        for system in System:
            assert desk.hotel.house.ranges.mutate(system, Family.FACTURA, Field.VALID_TO, last)
        await desk.issue_many(1)
        desk.hotel.clock.move(timedelta(days=1).total_seconds())
        await desk.issue_many(1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, (State.HELD, Cause.RANGE_EXPIRED)]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_a_document_whose_cufe_does_not_fit_is_held(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        changed = {"number": document.number + 1, "payable": document.payable + Decimal(50_000)}
        desk.hotel.house.books.approve(document.model_copy(update=changed))
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, (State.HELD, Cause.BREAKS_RULE)]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_a_row_that_cannot_be_read_is_held_and_stops_nobody(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(3)
        spoil = "UPDATE documents SET wire = replace(wire, 'payable', 'pagadero') WHERE position = 2"
        assert desk.hotel.house.books.change(spoil)
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN, (State.HELD, Cause.UNREADABLE), PROVEN]
        assert desk.sent == [201, 201]

    played(tmp_path, trial)


def test_what_pymes_refuses_is_held_with_its_words_and_not_sent_again(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario("refuses-one")
        await desk.issue_many(30)
        refused = [one.full_number for one in desk.hotel.documents() if one.number % 25 == 0]
        assert refused
        for _ in range(3):
            await desk.bridge.cycle()
            desk.hotel.clock.move(3600)
        held = [row for row in desk.bridge.rows if row.state is not State.PROVEN]
        assert [row.full_number for row in held] == refused
        assert {row.cause for row in held} == {Cause.REFUSED_BY_PYMES}
        assert held[0].detail["messages"] == ["El impuesto no está asociado al ID de la DIAN."]
        assert sorted(desk.sent, key=str) == [201] * (30 - len(refused)) + [400] * len(refused)

    played(tmp_path, trial)


@pytest.mark.parametrize("choice", [{"organisation": "otra-organizacion"}, {"hotel_document": "860002964"}])
def test_a_token_of_another_hotel_locks_everything(tmp_path: Path, choice: dict[str, str]) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        with pytest.raises(ConnectorError) as caught:
            await desk.bridge.with_(**choice).cycle()
        assert caught.value.failure is Failure.WRONG_HOTEL and caught.value.needs_a_person
        assert desk.bridge.states == []  # nothing of another hotel enters the ledger
        assert desk.sent == []

    played(tmp_path, trial)


# Answers that go wrong


def test_a_refused_token_costs_one_request_and_no_document(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(20)
        desk.hotel.house.tokens.revoke(Kind.CONNECTION)
        with pytest.raises(ConnectorError) as caught:
            await desk.bridge.cycle()
        assert caught.value.failure is Failure.TOKEN
        assert desk.sent == [401]
        assert desk.bridge.states == [(State.SEEN, None)] * 20
        desk.bridge.vault.put(Secret.CONNECTION_TOKEN, desk.hotel.house.tokens.connection())
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN] * 20
        assert desk.sent == [401] + [201] * 20
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_token_that_may_only_read_is_a_matter_of_permission(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(5)
        desk.bridge.vault.put(Secret.CONNECTION_TOKEN, desk.bridge.vault.get(Secret.PYMES_TOKEN))
        with pytest.raises(ConnectorError) as caught:
            await desk.bridge.cycle()
        assert caught.value.failure is Failure.PERMISSION and caught.value.needs_a_person
        assert desk.sent == [403]

    played(tmp_path, trial)


@pytest.mark.parametrize("name", ["answer-lost", "half-answer"])
def test_a_lost_answer_is_settled_by_looking_and_never_by_sending(tmp_path: Path, name: str) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario(name)
        await desk.hotel.house.hotel.issue(40)
        for _ in range(10):
            try:
                await desk.bridge.cycle()
            except ConnectorError as error:
                assert error.failure is Failure.NETWORK
        assert desk.bridge.states == [PROVEN] * 40
        assert len(desk.sent) == 40
        desk.assert_whole()

    played(tmp_path, trial)


@pytest.mark.parametrize("name", ["server-error", "success-without-substance"])
def test_what_was_not_stored_is_sent_again_only_after_the_settling_time(tmp_path: Path, name: str) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario(name)
        await desk.issue_many(5)
        await desk.bridge.cycle()
        assert [state for state, _ in desk.bridge.states].count(State.IN_DOUBT) == 1
        assert len(desk.sent) == 5
        settle = desk.bridge.profile.timing.settle
        for _ in range(9):
            desk.hotel.clock.move(settle / 10)
            await desk.bridge.cycle()
        assert desk.bridge.counts.in_doubt == 1
        assert len(desk.sent) == 5
        desk.hotel.clock.move(settle)
        await desk.bridge.cycle()
        await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN] * 5
        assert len(desk.sent) == 6
        desk.assert_whole()

    played(tmp_path, trial)


def test_what_is_never_stored_ends_with_a_person_and_not_with_endless_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SuccessWithoutSubstance, "every", 1)

    async def trial(desk: Desk) -> None:
        await desk.scenario("success-without-substance")
        await desk.issue_many(1)
        for _ in range(25):
            await desk.bridge.cycle()
            desk.hotel.clock.move(desk.bridge.profile.timing.settle)
        assert desk.bridge.states == [(State.HELD, Cause.NOT_STORED)]
        assert desk.sent == [201] * 5

    played(tmp_path, trial)


def test_a_pymes_in_trouble_does_not_draw_the_whole_batch_into_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerError, "every", 1)

    async def trial(desk: Desk) -> None:
        await desk.scenario("server-error")
        await desk.issue_many(60)
        with pytest.raises(ConnectorError) as caught:
            await desk.bridge.cycle()
        assert caught.value.failure is Failure.SERVER
        at_most = 3 + desk.bridge.profile.parallel
        assert 3 <= desk.bridge.counts.in_doubt == len(desk.sent) <= at_most
        assert desk.bridge.counts.waiting == 60 - len(desk.sent)
        await desk.scenario("server-error", on=False)
        for _ in range(4):
            desk.hotel.clock.move(desk.bridge.profile.timing.settle)
            await desk.bridge.cycle()
        assert desk.bridge.states == [PROVEN] * 60
        desk.assert_whole()

    played(tmp_path, trial)


def test_documents_held_back_by_a_stopped_batch_have_not_used_up_a_try(tmp_path: Path) -> None:
    """Otherwise a night of 429 would leave documents one doubt away from a person."""

    async def trial(desk: Desk) -> None:
        await desk.issue_many(20)
        tokens = desk.hotel.house.tokens
        for _ in range(6):
            desk.bridge.vault.put(Secret.CONNECTION_TOKEN, tokens.connection())
            tokens.revoke(Kind.CONNECTION)
            with pytest.raises(ConnectorError):
                await desk.bridge.cycle()
        desk.bridge.vault.put(Secret.CONNECTION_TOKEN, tokens.connection())
        with Ledger(desk.bridge.path, desk.bridge.clock) as ledger:
            assert {entry.journey.attempts for entry in ledger.due(State.SEEN, 100, desk.hotel.clock.now())} == {0}

    played(tmp_path, trial)


def test_with_loggros_own_sync_racing_each_still_arrives_once(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.scenario("second-writer")
        await desk.hotel.house.hotel.issue(80)
        for _ in range(5):
            await desk.bridge.cycle()
            desk.hotel.clock.move(30)
        assert desk.bridge.states == [PROVEN] * 80
        assert 0 < desk.bridge.counts.adopted < 80
        assert 409 in desk.sent
        desk.assert_whole()

    played(tmp_path, trial)


# The same number again with another content


@pytest.mark.parametrize("is_sent", [False, True])
def test_another_content_under_the_same_number_is_told(tmp_path: Path, is_sent: bool) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        if is_sent:
            await desk.bridge.cycle()
        other = document.model_copy(update={"payable": document.payable + 1})
        desk.hotel.house.books.approve(other)
        for _ in range(2):
            await desk.bridge.cycle()
        (row,) = desk.bridge.rows
        assert (row.state, row.cause) == (State.CONFLICT if is_sent else State.HELD, Cause.OTHER_CONTENT)
        assert row.detail["payable"] == format(other.payable, "f")
        assert desk.sent == [201] * is_sent

    played(tmp_path, trial)


def test_a_document_that_changes_while_it_is_in_doubt_is_not_sent_again_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerError, "every", 1)

    async def trial(desk: Desk) -> None:
        await desk.scenario("server-error")
        await desk.issue_many(1)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.IN_DOUBT, None)]
        (document,) = desk.hotel.documents()
        desk.hotel.house.books.approve(document.model_copy(update={"payable": document.payable + 1}))
        await desk.scenario("server-error", on=False)
        for _ in range(3):
            await desk.bridge.cycle()
            desk.hotel.clock.move(desk.bridge.profile.timing.settle)
        assert desk.bridge.states == [(State.CONFLICT, Cause.OTHER_CONTENT)]
        assert desk.sent == [500]

    played(tmp_path, trial)


def test_where_the_look_after_a_send_fails_the_same_engine_makes_up_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.connectors.pymes._LITTLE", 0.0)  # every pause is too long to wait it out

    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        await desk.scenario("rate-limited")
        async with desk.bridge.engine() as engine:
            with pytest.raises(ConnectorError) as caught:
                await engine.cycle()
            assert (caught.value.failure, caught.value.retry_after) == (Failure.TOO_MANY, 1.0)
            assert desk.bridge.states == [(State.SENT, None)]
            await engine.cycle()
        assert desk.bridge.states == [PROVEN]
        assert desk.sent == [201]
        desk.assert_whole()

    played(tmp_path, trial)


def test_a_short_pause_that_pymes_asks_for_is_kept_within_the_cycle(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(4)
        await desk.scenario("rate-limited")
        bridge = replace(desk.bridge, profile=desk.bridge.profile.model_copy(update={"parallel": 1}))
        started = time.monotonic()
        await bridge.cycle()
        elapsed = time.monotonic() - started
        told = sum(entry["status"] == 429 for entry in desk.hotel.house.books.logged(None, None, 0))
        assert told and elapsed >= told * 1.0
        assert bridge.states == [PROVEN] * 4
        desk.assert_whole()

    played(tmp_path, trial)


# The rehearsal


def test_one_document_is_carried_the_whole_way_and_shown_as_pymes_has_it(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(3)
        document = desk.hotel.documents()[1]
        async with desk.bridge.engine() as engine:
            sale = await engine.carry(str(document.key))
        assert sale is not None
        assert (sale.full_number, sale.payable) == (document.full_number, document.payable)
        assert [state for state, _ in desk.bridge.states] == [State.SEEN, State.PROVEN, State.SEEN]
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_the_rehearsal_shows_nothing_where_the_document_may_not_leave(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        desk.hotel.house.ranges.mutate(System.PYMES, Family.FACTURA, Field.PREFIX, "ZZZ")
        async with desk.bridge.engine() as engine:
            assert await engine.carry(str(document.key)) is None
            assert await engine.carry("no/factura/X/1") is None
        assert desk.sent == []

    played(tmp_path, trial)
