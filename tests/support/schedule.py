"""A hotel to which anything may happen at any request, while engines work on it, and the watch that judges them.

One schedule is a list of steps; a cycle carries the faults that strike at its requests, its sales and its commits.
"""

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import event
from starlette.responses import Response

from app.connectors.pymes_contract import WireVenta, venta_externa
from app.model.causes import Cause
from app.model.documents import Document, Family
from app.model.errors import ConnectorError
from app.model.journey import State, rebuild
from app.model.mode import Mode
from app.model.numbering import APPLIES_TO_PMS, Field, System
from app.sandbox import ventas
from app.sandbox.hotel import NothingToIssue
from app.sandbox.house import House
from app.sandbox.odd_clock import OddClock
from app.sandbox.scenario import Scenario
from app.sandbox.tokens import Kind
from app.sandbox.ventas import Venta, write_as_loggro
from app.sandbox.web import CutResponse, answer
from app.sync.acts import release_cause, settle_outside, unsettle
from app.sync.ledger import Ledger
from app.sync.service import open_engine
from app.system.vault import Secret
from tests.support.bridge import Bridge, bridge_into
from tests.support.practice import Running

LONG_AGO = date(2020, 1, 1)
_READS = {"vigencias": System.PYMES, "billing_resolutions": System.PMS}
_COLUMNS = ("resolution", "prefix", "first", "last", "valid_from", "valid_to", "active", "applies_to")


class Killed(BaseException):
    """The process is gone; nothing of it may be written or sent any more."""


class AtRequest(StrEnum):
    """What may happen when a request arrives, whatever it asks."""

    KILL = "kill"
    CUT = "cut"
    ERROR = "error"
    FOREIGN = "foreign"
    EDIT = "edit"
    REVOKE = "revoke"


class AtSale(StrEnum):
    """What may happen to a request to create a sale."""

    LOST = "lost"
    KILL = "kill"
    ERROR = "error"
    HOLLOW = "hollow"
    LATE = "late"
    """It arrives when nobody waits for its answer any more."""
    FOREIGN = "foreign"


@dataclass
class Plan:
    """The faults of one cycle, by the number of the occasion at which they strike."""

    requests: dict[int, AtRequest] = field(default_factory=dict)
    sales: dict[int, AtSale] = field(default_factory=dict)
    commit: int | None = None
    """The statement of the ledger at which the process is killed."""


class Schedule(Scenario):
    """The world's hands inside the practice hotel. It strikes where the plan says, and watches every sale."""

    name = "schedule"
    world: ClassVar["World"]

    title = "Prueba"
    expect = "Prueba."

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        return self.world.at_request(system, operation)

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return self.world.before_sale(venta)

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        return self.world.after_sale(said)


class World:
    """One hotel, one or two computers with Botones, and what the watch has seen."""

    def __init__(self, hotel: Running, folder: Path, template: Path) -> None:
        self._hotel = hotel
        self._folder = folder
        self._template = template
        self.clock = OddClock(hotel.clock)
        self.bridges: list[Bridge] = []
        self._ledgers: dict[int, Ledger] = {}
        """Open ones; a killed process leaves its own behind, and the next one opens the file anew."""
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self._plan = Plan()
        self._requests = self._sales = 0
        self._batch = self._on_this_proof = 0
        self._sale_fault: AtSale | None = None
        self._late: list[Venta] = []
        self._task: asyncio.Task[int] | None = None
        self._dead = False
        self._stood: set[tuple[Any, ...]] = set()
        """What stood in Pymes as the cycle began, and can therefore be seen by a look of this cycle."""
        self._read: dict[System, dict[str, tuple[Any, ...]]] = {}
        self._first_ranges: list[dict[str, Any]] = []

    @property
    def house(self) -> House:
        return self._hotel.house

    async def found(self, computers: int, parallel: int, batch: int, mode: Mode, start: date | None = None) -> None:
        """Start over: the same hotel as if just founded, and computers with empty ledgers that begin at ``start``."""
        Schedule.world = self
        self._batch = batch
        self.house.reset(1)
        for number in range(computers):
            path = self._folder / f"{number}.sqlite3"
            for old in self._folder.glob(f"{path.name}*"):
                old.unlink()
            shutil.copy(self._template, path)
            bridge = await bridge_into(self._hotel, path, mode)
            profile = bridge.profile.model_copy(update={"parallel": parallel, "batch": batch})
            chosen = bridge.settings.changed(start=start)
            self.bridges.append(Bridge(path, profile, bridge.vault, chosen, self.clock))
        self._first_ranges = [dict(row) for row in self.house.books.rows("SELECT * FROM numberings")]

    # Steps

    async def approve(self, count: int) -> None:
        if self._is_edited(System.PMS):
            return  # a PMS whose resolution was typed wrong would print that into its documents
        try:
            await self.house.hotel.issue(count)
        except NothingToIssue:
            return
        self.counts["documents"] += count

    async def cycle(self, computer: int, plan: Plan) -> None:
        """Run one cycle of one computer; whatever the plan does to it, only ``ConnectorError`` may come of it."""
        computer %= len(self.bridges)
        bridge = self.bridges[computer]
        self._plan, self._requests, self._sales, self._dead = plan, 0, 0, False
        self._stood = {tuple(row) for row in self.house.books.rows("SELECT family, prefix, number FROM sales")}
        self.counts["cycles"] += 1
        if computer not in self._ledgers:
            self._ledgers[computer] = Ledger(bridge.path, self.clock)
        ledger = self._ledgers[computer]
        with self._mortal(ledger):
            self._task = asyncio.create_task(self._work(bridge, ledger))
            (said,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(said, BaseException) and not isinstance(said, ConnectorError):
            if not self._dead:
                raise said
            self.counts["kills"] += 1
            self._ledgers.pop(computer).close()
        self._plan, self._dead = Plan(), False

    def close(self) -> None:
        for ledger in self._ledgers.values():
            ledger.close()

    async def _work(self, bridge: Bridge, ledger: Ledger) -> int:
        async with open_engine(
            ledger, settings=bridge.settings, profile=bridge.profile, vault=bridge.vault, clock=self.clock
        ) as engine:
            return await engine.cycle()

    @contextmanager
    def _mortal(self, ledger: Ledger) -> Iterator[None]:
        """Let the ledger's file see nothing more of a process that is dead, of no ``finally`` and of no ``except``."""
        statements = 0

        def look(*_: Any) -> None:
            nonlocal statements
            statements += 1
            if statements == self._plan.commit:
                self._die()
            if self._dead:
                raise Killed

        engine = ledger._engine
        event.listen(engine, "before_cursor_execute", look)
        event.listen(engine, "commit", look)
        yield
        event.remove(engine, "before_cursor_execute", look)
        event.remove(engine, "commit", look)

    def _die(self) -> None:
        self._dead = True
        if self._task is not None:
            self._task.cancel()

    def foreign(self, which: int) -> None:
        """Have Loggro's own sync bring one of the documents that Pymes does not have."""
        documents = self._absent()
        if documents:
            document = documents[which % len(documents)]
            wire = self.house.books.wire_of(document.family.value, document.prefix, document.number)
            assert wire is not None
            self.counts["foreign"] += write_as_loggro(self.house, wire)

    def foreign_and_other(self, which: int) -> None:
        """Have somebody type a sale with one of these numbers and another total."""
        documents = self._absent()
        if documents:
            document = documents[which % len(documents)]
            consecutivo = self.house.ranges.consecutivo_for(document.family.value, document.prefix, document.number)
            if consecutivo is not None:
                body = venta_externa(document, consecutivo) | {"total": "1.00"}
                ventas.record(self.house, Venta.model_validate(body), "manual")
                self.counts["foreign-other"] += 1

    def edit(self, system: System, family: Family, edited: Field) -> None:
        value: str | int | bool = {
            Field.PREFIX: "ZZ",
            Field.LAST: 1,
            Field.RESOLUTION: "18760000000000",
            Field.VALID_TO: "2026-01-01",
            Field.ACTIVE: False,
        }[edited]
        self.counts["edits"] += self.house.ranges.mutate(system, family, edited, value)

    def mend(self) -> None:
        """Put every range right again."""
        for row in self._first_ranges:
            values = [row[name] for name in _COLUMNS]
            settings = ", ".join(f"{name} = ?" for name in _COLUMNS)
            self.house.books.change(f"UPDATE numberings SET {settings} WHERE id = ?", (*values, row["id"]))

    def revoke(self, kind: Kind) -> None:
        self.house.tokens.revoke(kind)
        self.counts["revocations"] += 1

    def sign_in(self) -> None:
        """Have a person give both tokens anew to every computer."""
        for bridge in self.bridges:
            bridge.vault.put(Secret.PYMES_TOKEN, self.house.tokens.mint(Kind.PYMES))
            bridge.vault.put(Secret.CONNECTION_TOKEN, self.house.tokens.connection())

    # What persons decide

    def _ledger_of(self, computer: int) -> Ledger:
        computer %= len(self.bridges)
        if computer not in self._ledgers:
            self._ledgers[computer] = Ledger(self.bridges[computer].path, self.clock)
        return self._ledgers[computer]

    def settle(self, computer: int, which: int) -> None:
        """Link a document that waits to the sale of its number, else to any other that stands."""
        ledger = self._ledger_of(computer)
        waiting = ledger.walk([State.HELD, State.CONFLICT, State.MISSING], 1_000)
        rows = self.house.books.rows("SELECT row FROM sales ORDER BY uuid")
        sales = [sale for row in rows if (sale := WireVenta.model_validate_json(row["row"]).sale()) is not None]
        if waiting and sales:
            entry = waiting[which % len(waiting)]
            own = [sale for sale in sales if sale.is_about(entry.document.key)]
            sale = (own or sales)[which % len(own or sales)]
            settle_outside(ledger, self.clock, entry.key, sale, who="ana", reason="se registró a mano")
            self.counts["settled"] += 1

    def undo(self, computer: int, which: int) -> None:
        """Take one such link back."""
        ledger = self._ledger_of(computer)
        settled = ledger.walk([State.SETTLED], 1_000)
        if settled:
            unsettle(ledger, self.clock, settled[which % len(settled)].key, who="ana")
            self.counts["undone"] += 1

    def release_all(self, computer: int, which: int) -> None:
        """Release everything that waits because of one of the causes there are."""
        ledger = self._ledger_of(computer)
        waiting = ledger.walk([State.HELD, State.CONFLICT], 1_000)
        causes = sorted({entry.journey.cause for entry in waiting if entry.journey.cause is not None})
        if causes:
            self.counts["released"] += release_cause(ledger, causes[which % len(causes)], "ana")

    def bring(self, computer: int) -> None:
        """Bring what is older than the installation."""
        self.counts["brought"] += self._ledger_of(computer).bring_from(LONG_AGO)

    def deliver(self) -> None:
        """Let what was stuck on the way arrive; Pymes takes it by its own rules."""
        late, self._late = self._late, []
        for venta in late:
            if ventas.standing(self.house, venta) is None and ventas.fault_of(self.house, venta) is None:
                ventas.record(self.house, venta, ventas.BOTONES)

    async def run_dry(self) -> None:
        """Mend the world and work until nothing moves any more."""
        self.mend()
        self.sign_in()
        self.deliver()
        for computer in range(len(self.bridges)):
            # A computer that never worked has no beginning yet, and nothing older than it.
            await self.cycle(computer, Plan())
            self.bring(computer)
            for _ in range(30):
                before = self.states(computer)
                self._hotel.clock.move(timedelta(minutes=11).total_seconds())
                await self.cycle(computer, Plan())
                now = self.states(computer)
                if now == before and not any(state in (State.SEEN, State.IN_DOUBT) for state, _ in now.values()):
                    break

    # What the practice hotel is made to do

    def at_request(self, system: str, operation: str) -> Response | None:
        if self._dead:
            return _cut()
        self._requests += 1
        fault = self._plan.requests.get(self._requests)
        # Edits wait for a request that reads no numbering of the DIAN, else it could not be told what was read.
        if fault is AtRequest.EDIT and system != "fe":
            self.edit(System.PYMES, Family.FACTURA, Field.RESOLUTION)
        if operation == "vigencias":
            self._on_this_proof = 0
        if operation in _READS:
            self._read[_READS[operation]] = self._ranges_of(_READS[operation])
        elif system == "fe":
            self._read[System.DIAN] = self._ranges_of(System.DIAN)
        if fault is AtRequest.FOREIGN:
            self.foreign(self._requests)
        elif fault is AtRequest.REVOKE:
            self.revoke(Kind.PYMES)
        elif fault is AtRequest.KILL:
            self._die()
            return _cut()
        elif fault is AtRequest.CUT:
            self.counts["cuts"] += 1
            return _cut()
        elif fault is AtRequest.ERROR:
            return Response(status_code=502)
        return None

    def before_sale(self, venta: Venta) -> Response | None:
        self._sales += 1
        self.counts["sales-sent"] += 1
        family = venta.tipoDocumento.family
        if not self._was_read_agreeing(family):
            self.violations.append(f"sent without proof: {venta.claveExterna}")
        self._on_this_proof += 1
        if self._on_this_proof > self._batch:
            self.violations.append(f"more than a batch on one proof: {venta.claveExterna}")
        if (family.value, venta.prefijo.upper(), venta.numero) in self._stood:
            self.violations.append(f"sent although it stood there: {venta.claveExterna}")
        self._sale_fault = self._plan.sales.get(self._sales)
        if self._sale_fault is AtSale.ERROR:
            return Response(status_code=500)
        if self._sale_fault is AtSale.HOLLOW:
            return answer({"operacionExitosa": True}, 200)
        if self._sale_fault is AtSale.LATE:
            self._late.append(venta)
            self.counts["late"] += 1
            return _cut()
        if self._sale_fault is AtSale.FOREIGN:
            wire = self.house.books.wire_of(family.value, venta.prefijo, venta.numero)
            if wire is not None:
                self.counts["foreign"] += write_as_loggro(self.house, wire)
        return None

    def after_sale(self, said: Response) -> Response:
        if self._sale_fault is AtSale.LOST:
            self.counts["answers-lost"] += 1
            return _cut(said)
        if self._sale_fault is AtSale.KILL:
            self._die()
            return _cut(said)
        return said

    def _was_read_agreeing(self, family: Family) -> bool:
        """Say whether what each system last told the engine of a family's range was the same everywhere."""
        systems = (System.PMS, System.PYMES, *((System.DIAN,) if family.has_authorisation else ()))
        read = [self._read.get(system, {}).get(family.value) for system in systems]
        if any(row is None for row in read):
            return False
        agreeing = len({row[:6] for row in read if row is not None}) == 1
        pymes = read[1]
        return agreeing and pymes is not None and bool(pymes[6]) and pymes[7] == APPLIES_TO_PMS

    def _ranges_of(self, system: System) -> dict[str, tuple[Any, ...]]:
        found = self.house.books.rows("SELECT * FROM numberings WHERE system = ? ORDER BY id", (system.value,))
        return {row["family"]: tuple(row[name] for name in _COLUMNS) for row in found}

    def _is_edited(self, system: System) -> bool:
        first = {row["id"]: row for row in self._first_ranges}
        return any(
            any(row[name] != first[row["id"]][name] for name in _COLUMNS)
            for row in self.house.books.rows("SELECT * FROM numberings WHERE system = ?", (system.value,))
        )

    def _absent(self) -> list[Document]:
        return [
            document
            for document in self._hotel.documents()
            if self.house.books.sale_numbered(document.family.value, document.prefix, document.number) is None
        ]

    # The judge

    def states(self, computer: int) -> dict[str, tuple[State, Cause | None]]:
        with closing(sqlite3.connect(self.bridges[computer].path)) as db:
            rows = db.execute("SELECT key, state, cause FROM documents").fetchall()
        return {key: (State(state), Cause(cause) if cause else None) for key, state, cause in rows}

    def judge(self) -> None:
        """Fail unless each document stands in Pymes once and equal, or waits with a cause, in every ledger."""
        assert self.violations == []
        audit = self.house.books.audit()
        assert audit["doubled"] == [] and audit["foreign"] == []
        approved = {str(document.key) for document in self._hotel.documents()}
        for computer, bridge in enumerate(self.bridges):
            states = self.states(computer)
            assert states.keys() == approved
            for key, (state, cause) in states.items():
                if state is State.PROVEN:
                    assert key not in audit["lost"] and key not in audit["wrong"] and cause is None
                elif state is State.SETTLED:
                    assert cause is None
                else:
                    assert state.needs_a_person and cause is not None, (key, state)
                    assert cause in _MAY_REMAIN, (key, state, cause)
            with bridge.reading() as reader:
                stories = {key: list(reader.timeline(key)) for key in states}
            with Ledger(bridge.path, self.clock) as ledger:
                kept = {one.key: one.journey for one in ledger.entries(list(stories))}
            assert kept == {key: rebuild(story) for key, story in stories.items()}


_MAY_REMAIN = (
    Cause.DIFFERS_IN_PYMES,
    Cause.WAITS_FOR_INVOICE,
    Cause.NUMBERING_REFUSED,
    Cause.NOT_STORED,
)
"""What a mended world does not mend: a sale that somebody typed, its notes, and what only a person may release."""


def _cut(said: Response | None = None) -> Response:
    return CutResponse(said or Response(), half=False)
