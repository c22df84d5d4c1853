"""What a month costs: reading ledger, Pymes and the DIAN's file, comparing, and each file; seconds and memory.

By hand: ``python tests/bench/bench_reconcile.py [documents]``. Pymes is the practice hotel, in a process of its own.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.bundle import open_connectors
from app.connectors.dian_excel import read_sheet
from app.connectors.pymes_contract import venta_externa
from app.connectors.source import ApprovedDocument
from app.model.clock import SystemClock
from app.model.dian_list import propose, read_list
from app.model.documents import Document, Line, Tax
from app.model.journey import Event, EventKind
from app.model.reconciliation import Month, Reconciliation
from app.reports.reconciliation import FileKind, save_as
from app.reports.signature import Signer
from app.sandbox import ventas
from app.sandbox.house import House
from app.sandbox.practice import Practice
from app.setup.credentials import read_secrets
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.sync.reconciliation import reconcile
from app.system.vault import SessionVault
from tests.support.bridge import bridge_to
from tests.support.month import dian_file, dian_row
from tests.support.panel import BUYERS, HOTEL, NOW, TYPES

COUNT = 20_000
T = TypeVar("T")


def believable(number: int) -> Document:
    """Return a document of November: as long as a hotel's are."""
    kind, prefix = TYPES[0 if number % 20 else 2]
    lines = tuple(
        Line(description=f"Noche {n} en habitación doble", quantity=Decimal(1), amount=Decimal(90_000))
        for n in range(3)
    )
    tax = Tax(code="01", rate=Decimal(19), base=Decimal(270_000), amount=Decimal(51_300))
    return Document(
        type=kind,
        issuer=HOTEL,
        prefix=prefix,
        number=number,
        issued_at=NOW - timedelta(days=number % 22),
        counterparty=BUYERS[number % len(BUYERS)],
        lines=lines,
        taxes=(tax,),
        subtotal=Decimal(270_000),
        payable=Decimal(321_300 + number),
        cufe=f"{number:096x}",
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def timed(name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{name:44} {time.perf_counter() - started:7.2f} s   peak {peak:5} MB")
    return result


def fill(path: Path, documents: list[Document]) -> None:
    with Ledger(path, SystemClock()) as ledger:
        for first in range(0, len(documents), 2_000):
            some = documents[first : first + 2_000]
            ledger.record_seen(
                [ApprovedDocument(position=one.number, document=one, label="") for one in some], some[-1].number
            )
            now = SystemClock().now()
            ledger.append(
                (str(one.key), Event(kind=EventKind.ADOPTED, at=now, data={"sale": f"v-{one.number}"})) for one in some
            )


def sell(folder: Path, documents: list[Document]) -> None:
    """Write all but some into Pymes' books, a few of them with another total."""
    house = House(folder, SystemClock())
    for one in documents:
        if one.number % 997:
            body = venta_externa(one, "c") | ({"total": str(one.payable + 1)} if one.number % 499 == 0 else {})
            ventas.record(house, ventas.Venta.model_validate(body), "alojamientos")
    house.books.close()


async def month_of(practice: Practice, folder: Path, dian: Path) -> Reconciliation:
    bridge = await bridge_to(practice, folder / "other.sqlite3")
    sheet = timed("reading the DIAN's spreadsheet", lambda: read_sheet(dian))
    listed = read_list(sheet, propose(sheet.headings), HOTEL.id)
    with closing(LedgerReader(folder / "ledger.sqlite3", SystemClock())) as reader:
        async with open_connectors(bridge.profile, await read_secrets(bridge.vault), hotel_nit=HOTEL.id) as connectors:
            return await reconcile(
                reader,
                connectors.pymes,
                Month(2026, 11),
                hotel_nit=HOTEL.id,
                practice=True,
                dian=listed,
                clock=SystemClock(),
                at_once=bridge.profile.parallel,
                progress=lambda _progress: None,
                halted=lambda: False,
            )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.fork() == 0:  # what is prepared is not to count as memory of what is measured
            documents = [believable(number) for number in range(1, count + 1)]
            dian_file(folder / "dian.xlsx", (dian_row(one) for one in documents))
            fill(folder / "ledger.sqlite3", documents)
            (folder / "hotel").mkdir()
            sell(folder / "hotel", documents)
            os._exit(0)
        os.wait()
        say(f"{count} documents")
        timed("start", lambda: None)
        with Practice.start(folder / "hotel") as practice:
            dian = folder / "dian.xlsx"
            result = timed("reading both systems, and comparing", lambda: asyncio.run(month_of(practice, folder, dian)))
        for one in result.summaries:
            say(f"    {one.kind.value}: {one.documents}")
        vault = SessionVault("bench")
        for kind in FileKind:
            path = folder / f"month.{kind.value}"
            timed(
                f"saving .{kind.value}",
                lambda kind=kind, path=path: save_as(
                    result, kind, path, lambda: Signer(vault, folder / "keys.json"), replace=False
                ),
            )
            say(f"    {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
