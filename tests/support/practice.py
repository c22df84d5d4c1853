"""A practice hotel served inside the test's own event loop, with a clock that the test moves and a bare client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app.connectors.pms_contract import WireDocument
from app.connectors.pymes_contract import nuevo_consecutivo, venta_externa
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.model.numbering import APPLIES_TO_PMS, System
from app.sandbox.house import House
from app.sandbox.server import Addresses, serve
from app.sandbox.tokens import Kind

FACTURACION = "/apik/loggro-facturacion/v1"
SALES = f"{FACTURACION}/ventas-detallado"
SEND = f"{FACTURACION}/ventas-externas"


@dataclass
class MovableClock:
    """A clock that stands until it is moved; ``sleep`` moves it."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 15, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Running:
    """A hotel that answers, its books within reach."""

    addresses: Addresses
    house: House
    clock: MovableClock
    http: httpx.AsyncClient
    consecutivos: dict[Family, str] = field(default_factory=dict)

    def pymes_headers(self, kind: Kind = Kind.PYMES) -> dict[str, str]:
        token = self.house.tokens.connection() if kind is Kind.CONNECTION else self.house.tokens.mint(kind)
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def pms_headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.house.tokens.mint(Kind.PMS_KEY)}

    def hotel(self, resource: str) -> str:
        return f"{self.addresses.pms}/api/v1/hotels/{self.house.hotel.property_id}/{resource}"

    async def desk(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.addresses.desk_token}"}
        answer = await self.http.request(method, self.addresses.desk + path, headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def open_numberings(self) -> None:
        """Create in Pymes the consecutivos that the PMS' ranges ask for."""
        headers = self.pymes_headers()
        for family in HOTEL_FAMILIES:
            current = self.house.ranges.current(family)
            assert current is not None
            wanted = current[0].model_copy(update={"system": System.PYMES, "applies_to": APPLIES_TO_PMS})
            answer = await self.http.post(
                f"{self.addresses.pymes}{FACTURACION}/consecutivos/no-pos",
                headers=headers,
                json=nuevo_consecutivo(wanted, family.value),
            )
            self.consecutivos[family] = answer.json()["datos"]

    def documents(self) -> list[Document]:
        wires = self.house.books.documents_after(0, 1, 1_000_000)
        return [WireDocument.model_validate_json(wire).document() for wire in wires]

    async def send(self, document: Document, **changes: Any) -> httpx.Response:
        """Post a document as venta externa; ``changes`` replace fields of the body."""
        body = venta_externa(document, self.consecutivos[document.family]) | changes
        headers = self.pymes_headers(Kind.CONNECTION) | {"Idempotency-Key": str(document.key)}
        return await self.http.post(self.addresses.pymes + SEND, headers=headers, json=body)


@asynccontextmanager
async def running(folder: Path, *, seed: int = 1, push_delay: float = 0.0) -> AsyncIterator[Running]:
    """Serve the hotel of ``folder`` while the block runs."""
    stop = asyncio.Event()
    ready: asyncio.Future[tuple[Addresses, House]] = asyncio.get_running_loop().create_future()
    clock = MovableClock()
    task = asyncio.create_task(
        serve(
            folder,
            seed,
            clock,
            stop=stop,
            ready=lambda addresses, house: ready.set_result((addresses, house)),
            push_delay=push_delay,
        )
    )
    try:
        addresses, house = await ready
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            yield Running(addresses, house, clock, http)
    finally:
        stop.set()
        await task
