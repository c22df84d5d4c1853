"""A practice hotel and the product on it, in one loop and with one clock: what a test does to it, and how it judges."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.connectors.pymes_contract import venta_externa
from app.model.documents import Document, Family
from app.model.mode import Mode
from app.sandbox import ventas
from app.system.paths import Paths
from tests.support.bridge import Bridge, bridge_into
from tests.support.practice import SEND, Running, running


@dataclass(frozen=True)
class Desk:
    """A hotel and the product on it, in one loop and with one clock that the test moves."""

    hotel: Running
    bridge: Bridge
    paths: Paths

    async def issue(self, *families: Family) -> None:
        """Approve one document of each family, in this order."""
        for family in families:
            await self.hotel.house.hotel.issue(1, [family])

    async def issue_many(self, count: int) -> None:
        await self.hotel.house.hotel.issue(count, [Family.FACTURA])

    async def scenario(self, name: str, on: bool = True) -> None:
        await self.hotel.desk("POST", "/scenario", {"name": name, "on": on})

    @property
    def sent(self) -> list[int | None]:
        """Return the status of every request to create a sale."""
        return [entry["status"] for entry in self.hotel.house.books.logged("POST", SEND, 0)]

    @property
    def audit(self) -> dict[str, Any]:
        return self.hotel.house.books.audit()

    def assert_whole(self) -> None:
        """Fail unless every approved document stands in Pymes once and as it was approved."""
        audit = self.audit
        assert [audit[name] for name in ("lost", "doubled", "wrong", "foreign", "early_notes")] == [[]] * 5
        assert audit["pms_total"] == audit["pymes_total"]
        assert audit["recorded"] == audit["approved"] > 0

    def write_as_loggro(self, document: Document) -> None:
        wire = self.hotel.house.books.wire_of(document.family.value, document.prefix, document.number)
        assert wire is not None and ventas.write_as_loggro(self.hotel.house, wire)

    def write_foreign(self, document: Document, **changes: Any) -> str:
        """Have somebody type a sale with this document's number into Pymes; return its uuid."""
        house = self.hotel.house
        consecutivo = house.ranges.consecutivo_for(document.family.value, document.prefix, document.number)
        assert consecutivo is not None
        body = venta_externa(document, consecutivo) | changes
        return ventas.record(house, ventas.Venta.model_validate(body), "manual")

    def annul(self, uuid: str) -> None:
        """Have somebody say in Pymes that a sale no longer counts; its number stays."""
        said = "UPDATE sales SET row = json_set(row, '$.estado', 'Anulada') WHERE uuid = ?"
        assert self.hotel.house.books.change(said, (uuid,)) == 1

    def take_away(self, uuid: str) -> None:
        assert self.hotel.house.books.change("DELETE FROM sales WHERE uuid = ?", (uuid,)) == 1


Trial = Callable[[Desk], Awaitable[None]]


def played(folder: Path, trial: Trial, mode: Mode = Mode.SEND_ALL) -> None:
    """Run a trial on a hotel that was just founded and set up; fails where it leaves a task behind."""

    async def run() -> None:
        paths = Paths.under(folder).ensure()
        async with running(paths.sandbox) as hotel:
            await trial(Desk(hotel, await bridge_into(hotel, paths.ledger("sandbox"), mode), paths))
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())
