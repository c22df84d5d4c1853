"""The first run in mid-month: older documents wait until somebody brings them, after seeing what that would do."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.journey import State
from app.model.preview import Backfill, Fate
from app.sync.backfill import Halted
from app.sync.recovery import open_ledger
from tests.support.desk import Desk, played


async def preview(desk: Desk, start: date) -> Backfill:
    async with desk.bridge.engine() as engine:
        return await engine.preview_backfill(start, lambda done, total: None, lambda: False)


def installed_later(desk: Desk) -> tuple[Desk, date]:
    """Let ten days pass and install then; return the first day of what was approved before."""
    first = min(bogota_day(one.issued_at) for one in desk.hotel.documents())
    desk.hotel.clock.move(timedelta(days=10).total_seconds())
    start = bogota_day(desk.hotel.clock.now()) - timedelta(days=4)
    return Desk(desk.hotel, desk.bridge.with_(start=start), desk.paths), first


def bring(desk: Desk, start: date) -> bool:
    with open_ledger(desk.bridge.path, desk.bridge.clock) as ledger:
        return ledger.bring_from(start)


def test_what_is_older_than_the_installation_is_not_sent_until_it_is_brought(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(5)
        desk, old = installed_later(desk)
        await desk.issue_many(2)
        documents = desk.hotel.documents()
        desk.write_as_loggro(documents[0])
        desk.write_foreign(documents[1], total="1.00")
        await desk.bridge.cycle()
        assert desk.sent == [201] * 2 and len(desk.bridge.rows) == 2

        shown = await preview(desk, old)
        assert shown.changes_anything
        assert {fate: shown.count(fate) for fate in Fate} == {
            Fate.KNOWN: 2,
            Fate.THERE: 1,
            Fate.CONFLICT: 1,
            Fate.SEND: 3,
            Fate.HELD: 0,
            Fate.MISSING: 0,
        }
        assert await preview(desk, old) == shown
        assert desk.sent == [201] * 2 and len(desk.bridge.rows) == 2

        assert bring(desk, old)
        await desk.bridge.cycle()
        assert len(desk.bridge.rows) == 7 and desk.sent == [201] * 5
        states = [state for state, _ in desk.bridge.states]
        assert (states.count(State.PROVEN), states.count(State.CONFLICT)) == (6, 1)
        assert desk.bridge.counts.adopted == 1

        assert not bring(desk, old)
        await desk.bridge.cycle()
        assert desk.sent == [201] * 5
        again = await preview(desk, old)
        assert again.count(Fate.KNOWN) == 7 and not again.changes_anything

    played(tmp_path, trial)


def test_notes_of_older_invoices_wait_or_go_with_them(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA)
        desk, old = installed_later(desk)
        await desk.issue(Family.NOTA_CREDITO)
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.HELD, Cause.INVOICE_UNKNOWN)]
        assert (await preview(desk, old)).count(Fate.SEND) == 1
        bring(desk, old)
        await desk.bridge.cycle()
        assert [state for state, _ in desk.bridge.states] == [State.PROVEN] * 2
        desk.assert_whole()

    played(tmp_path, trial)


def test_the_preview_tells_notes_apart_by_what_becomes_of_their_invoice(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA, Family.NOTA_CREDITO)
        desk, old = installed_later(desk)
        await desk.bridge.cycle()
        assert (await preview(desk, old)).count(Fate.SEND) == 2
        invoice = next(one for one in desk.hotel.documents() if one.family is Family.FACTURA)
        desk.write_foreign(invoice, total="1.00")
        shown = await preview(desk, old)
        assert {(line.fate, line.cause) for line in shown.lines} >= {(Fate.CONFLICT, Cause.DIFFERS_IN_PYMES)}

    played(tmp_path, trial)


def test_it_stops_when_told_and_has_written_nothing(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(5)
        desk, old = installed_later(desk)
        heard: list[tuple[int, int]] = []
        async with desk.bridge.engine() as engine:
            with pytest.raises(Halted):
                await engine.preview_backfill(old, lambda *done: heard.append(done), lambda: True)
        assert heard and desk.bridge.rows == ()

    played(tmp_path, trial)


def test_what_is_approved_after_the_first_reading_is_carried_however_it_is_dated(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        desk, _ = installed_later(desk)
        future = bogota_day(desk.hotel.clock.now()) + timedelta(days=30)
        late = Desk(desk.hotel, desk.bridge.with_(start=future), desk.paths)
        await late.bridge.cycle()
        assert late.bridge.rows == ()
        await late.issue_many(1)
        await late.bridge.cycle()
        assert desk.sent == [201]

    played(tmp_path, trial)


def test_a_ledger_that_was_lost_begins_where_the_settings_say(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        desk, _ = installed_later(desk)
        await desk.issue_many(1)
        await desk.bridge.cycle()
        for file in desk.bridge.path.parent.glob(f"{desk.bridge.path.name}*"):
            file.write_bytes(b"damaged") if file == desk.bridge.path else file.unlink()
        await desk.bridge.cycle()
        desk.hotel.clock.move(600)
        await desk.bridge.cycle()
        assert [state for state, _ in desk.bridge.states] == [State.PROVEN]
        assert desk.sent == [201]

    played(tmp_path, trial)
