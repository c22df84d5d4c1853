"""A month of a hotel at work: what went wrong in Pymes or at the DIAN is found in its own class, by real requests."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.connectors.bundle import open_connectors
from app.connectors.dian_excel import read_sheet
from app.model.dian_list import DianList, propose, read_list
from app.model.documents import Document, Family
from app.model.errors import ConnectorError, Failure
from app.model.journey import State
from app.model.reconciliation import Heading, Kind, Month, Point, Reconciliation, Side
from app.setup.credentials import read_secrets
from app.sync.reconciliation import Progress, Stage, Stopped, reconcile
from app.system.vault import Secret
from tests.support.desk import Desk, played
from tests.support.month import dian_file, dian_row


@dataclass
class Seat:
    """Who reconciles, and what was said meanwhile."""

    desk: Desk
    told: list[Progress] = field(default_factory=list)
    stop_at: Stage | None = None

    async def month(self, month: Month, dian: DianList | None = None) -> Reconciliation:
        bridge = self.desk.bridge

        def tell(progress: Progress) -> None:
            self.told.append(progress)

        with bridge.reading() as reader:
            async with open_connectors(
                bridge.profile, await read_secrets(bridge.vault), hotel_nit=bridge.settings.hotel_document
            ) as connectors:
                return await reconcile(
                    reader,
                    connectors.pymes,
                    month,
                    hotel_nit=bridge.settings.hotel_document or "",
                    practice=True,
                    dian=dian,
                    clock=bridge.clock,
                    at_once=4,
                    progress=tell,
                    halted=lambda: any(one.stage is self.stop_at for one in self.told),
                )


def by_number(result: Reconciliation) -> dict[str, Kind]:
    return {line.lead.full_number: line.kind for line in result.lines}


def sale_of(desk: Desk, document: Document) -> str:
    uuid = desk.hotel.house.books.sale_numbered(document.family.value, document.prefix, document.number)
    assert uuid is not None
    return uuid


def test_every_trouble_is_found_in_its_own_class(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(8)
        await desk.bridge.cycle()
        month = Month.of(desk.hotel.documents()[0].issued_at.date())
        equal, doubled, gone, dearer, later, unlisted, *_rest = desk.hotel.documents()
        desk.write_foreign(doubled)
        desk.take_away(sale_of(desk, gone))
        desk.take_away(sale_of(desk, dearer))
        desk.write_foreign(dearer, total=str(dearer.payable + 1))
        desk.take_away(sale_of(desk, later))
        # Far beyond what is read of the neighbouring months: found by asking for its number.
        desk.write_foreign(later, fechaHora=f"{month.next.next.first.isoformat()}T08:00:00-05:00")
        desk.write_foreign(equal, numero=equal.number + 500, cufe=None)
        desk.write_foreign(equal, prefijo="RES", numero=7, cufe=None)
        await desk.scenario("refuses-one")  # of 25 numbers one
        await desk.issue_many(25)
        await desk.bridge.cycle()
        held = next(row for row in desk.bridge.rows if row.state is State.HELD)
        listed = [one for one in desk.hotel.documents() if one.number != unlisted.number]
        rows = [dian_row(one) for one in listed]
        rows.append(dian_row(equal, **{"CUFE/CUDE": "e" * 96, "Folio": "999999"}))
        rows.append(dian_row(equal, **{"CUFE/CUDE": "d" * 96, "NIT Emisor": "800197268", "Grupo": "Recibido"}))
        sheet = read_sheet(dian_file(tmp_path / "dian.xlsx", rows))
        nit = desk.bridge.settings.hotel_document or ""
        seat = Seat(desk)
        result = await seat.month(month, read_list(sheet, propose(sheet.headings), nit))
        found = by_number(result)
        assert {
            Kind.DOUBLED: found[doubled.full_number],
            Kind.ONLY_PMS: found[gone.full_number],
            Kind.DIFFERS: found[dearer.full_number],
            Kind.OTHER_MONTH: found[later.full_number],
            Kind.NOT_AT_DIAN: found[unlisted.full_number],
            Kind.ONLY_PYMES: found[f"{equal.prefix}{equal.number + 500}"],
            Kind.OTHER_CHANNEL: found["RES7"],
            Kind.ONLY_DIAN: found[f"{equal.prefix}999999"],
            Kind.IN_FLIGHT: found[held.full_number],
            Kind.EQUAL: found[equal.full_number],
        } == {kind: kind for kind in Kind if kind not in (Kind.ANNULLED, Kind.SETTLED)}
        (line,) = [one for one in result.lines if one.kind is Kind.DIFFERS]
        assert [one.point for one in line.differences] == [Point.PAYABLE]
        assert not result.is_well and result.dian is not None and result.dian.left_out == 1
        assert {one.stage for one in seat.told} == set(Stage)

    played(tmp_path, trial)


def test_a_month_in_order_is_well_and_its_totals_agree(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(6)
        await desk.issue(Family.NOTA_CREDITO, Family.DOCUMENTO_SOPORTE, Family.NOTA_DEBITO)
        await desk.bridge.cycle()
        documents = desk.hotel.documents()
        month = Month.of(documents[0].issued_at.date())
        result = await Seat(desk).month(month)
        assert result.is_well and len(result.lines) == len(documents)
        assert result.hotel_name == documents[0].issuer.name
        assert all(one.difference(Side.PYMES) in (0, None) for one in result.totals)
        assert any(one.heading is Heading.PAYABLE and one.values[Side.PMS] for one in result.totals)
        assert (await Seat(desk).month(month.next.next)).lines == ()

    played(tmp_path, trial)


def test_whoever_cancels_stops_it_and_a_refused_token_is_an_error(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(3)
        await desk.bridge.cycle()
        month = Month.of(desk.hotel.documents()[0].issued_at.date())
        stopped = Seat(desk, stop_at=Stage.PYMES)
        with pytest.raises(Stopped):
            await stopped.month(month)
        assert Stage.COMPARING not in {one.stage for one in stopped.told}
        desk.bridge.vault.put(Secret.PYMES_TOKEN, "somebody-else")
        with pytest.raises(ConnectorError) as failed:
            await Seat(desk).month(month)
        assert failed.value.failure is Failure.TOKEN

    played(tmp_path, trial)


def test_documents_dated_apart_are_found_from_either_side(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        await desk.bridge.cycle()
        near, far = desk.hotel.documents()
        month = Month.of(near.issued_at.date())
        for document, other in ((near, month.next), (far, month.next.next.next)):
            desk.take_away(sale_of(desk, document))
            desk.write_foreign(document, fechaHora=f"{other.first.isoformat()}T00:30:00-05:00")
        for asked, numbers in ((month, {near, far}), (month.next, {near}), (month.next.next.next, {far})):
            found = by_number(await Seat(desk).month(asked))
            assert found == {one.full_number: Kind.OTHER_MONTH for one in numbers}

    played(tmp_path, trial)


def test_the_ledger_is_only_read(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        await desk.bridge.cycle()
        before = desk.bridge.rows
        posts = len(desk.sent)
        await Seat(desk).month(Month.of(desk.hotel.documents()[0].issued_at.date()))
        assert desk.bridge.rows == before and len(desk.sent) == posts

    played(tmp_path, trial)
