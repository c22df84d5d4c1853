"""How a chain shares its hotels out: throughput for each worker with 1, 2 and 4 of them, and a hotel's longest wait.

By hand: ``python tests/bench/bench_chain.py [hotels] [documents]``; 200 and 500 are the long form. The hotels are in
one process of this machine and PostgreSQL beside it, so only the ratios mean something: to what bare posts to the same
hotels and bare commits to the same server allow, measured in the same run. Seconds of processor tell more than seconds
of the clock on a machine that others use.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import psycopg

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.bundle import open_connectors
from app.connectors.profile import load_profile
from app.connectors.pymes_contract import venta_externa
from app.model.documents import Document, Family
from app.setup.credentials import read_secrets
from app.system.settings import Settings
from app.system.vault import Secret
from tests.support.chain import Server
from tests.support.live import put_into_use
from tests.support.postgres import PostgresServer
from tests.support.served import say
from tests.support.street import Lot, Street, forget_street, settle_in

AT_ONCE = 8
SEND = "/apik/loggro-facturacion/v1/ventas-externas"
RUNS = ((1, 1), (2, 1), (2, 2))
"""Processes, and workers in each: as many processes as this machine has processors, for what computes."""
TURN = re.compile(r"^(\S+)Z INFO.*: (\d+) proven in ([\d.]+) s, after ([\d.]+) s$", re.MULTILINE)
TURNS = 10
"""So many turns each hotel has at least, whatever the hotels have to carry."""
SMALLEST = 10
"""Fewer documents no turn carries: opening and proving would be all its work."""


async def posted(home: Path, lot: Lot, count: int) -> float:
    """Post ``count`` documents of a hotel of its own with nothing but httpx; return documents a second."""
    await lot.desk.approve(count, [Family.FACTURA])
    settings, profile = Settings.model_validate(lot.settings), load_profile(lot.key, folder=home)
    vault = lot.vault
    async with open_connectors(
        profile, await read_secrets(vault), hotel_id=settings.hotel_id, hotel_nit=settings.hotel_document
    ) as connectors:
        pages = [await connectors.pms.approved_after(0, page) for page in range(1, count // 100 + 2)]
        documents = [row.document for page in pages for row in page.documents if row.document is not None]
        numberings = await connectors.pymes.numberings()
    consecutivo = next(one.consecutivo for one in numberings if one.family is Family.FACTURA and one.prefix != "FV")
    headers = {"Authorization": f"Bearer {vault.get(Secret.CONNECTION_TOKEN)}", "Content-Type": "application/json"}
    gate = asyncio.Semaphore(AT_ONCE)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=lot.desk.addresses.pymes, limits=limits, trust_env=False) as http:

        async def post(document: Document) -> None:
            async with gate:
                body = venta_externa(document, consecutivo or "")
                answer = await http.post(SEND, json=body, headers=headers | {"Idempotency-Key": str(document.key)})
                assert answer.status_code == 201, answer.text

        started = time.perf_counter()
        await asyncio.gather(*map(post, documents))
        return len(documents) / (time.perf_counter() - started)


def committed(server: PostgresServer, count: int) -> float:
    """Commit two small rows ``count`` times on one session; return commits a second."""
    with closing(psycopg.connect(server.address("postgres"), password=server.password)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (key text PRIMARY KEY, state text)")
        connection.execute("CREATE TABLE IF NOT EXISTS bare_events (key text, data text)")
        connection.commit()
        started = time.perf_counter()
        for number in range(count):
            connection.execute(
                "INSERT INTO bare VALUES (%s, 'seen') ON CONFLICT (key) DO UPDATE SET state = 'sent'", (str(number),)
            )
            connection.execute("INSERT INTO bare_events VALUES (%s, '{}')", (str(number),))
            connection.commit()
        return count / (time.perf_counter() - started)


async def approve(lots: list[Lot], count: int) -> None:
    for lot in lots:
        await lot.desk.approve(count)


def until(condition: Callable[[], bool]) -> None:
    moment = threading.Event()
    while not condition():
        moment.wait(0.5)


def in_a_turn(count: int) -> int:
    """Return how many documents of ``count`` a turn carries at most."""
    return max(count // TURNS, SMALLEST)


def drained(server: PostgresServer, home: Path, lots: list[Lot], count: int, shape: tuple[int, int]) -> None:
    """Let a chain of this shape carry a fresh backlog, and say how fast and how fairly."""
    processes, workers = shape
    asyncio.run(approve(lots, count))
    log = home / "serve.log"
    log.unlink(missing_ok=True)
    total, before = len(lots) * count, os.times()
    started = time.perf_counter()
    running = [Server(home, lots, workers=workers, documents=in_a_turn(count)) for _ in range(processes)]
    until(lambda: sum(int(proven) for _, proven, _, _ in TURN.findall(log.read_text())) >= total)
    elapsed = time.perf_counter() - started
    assert [one.end() for one in running] == [0] * processes
    used = os.times().children_user + os.times().children_system - before.children_user - before.children_system
    turns = [
        (datetime.fromisoformat(at).timestamp() - float(seconds), float(seconds), float(waited))
        for at, _, seconds, waited in TURN.findall(log.read_text())
    ]
    begun = min(at for at, _, _ in turns)
    mean = statistics.fmean(seconds for _, seconds, _ in turns)
    share = max(len(lots) * mean / (processes * workers), mean)
    # What a hotel waited before anybody was there to serve it is nobody's fault.
    longest = max(min(waited, at - begun) for at, _, waited in turns)
    each = total / elapsed / (processes * workers)
    say(
        f"{processes} × {workers} workers: {elapsed:.1f} s, {total / elapsed:.1f} documents a second,"
        f" {each:.1f} for each worker; processor of the chain {1000 * used / total:.1f} ms a document;"
        f" {len(turns)} turns of {mean:.2f} s; longest wait {longest:.1f} s, fair share {share:.1f} s:"
        f" {longest / share:.2f}"
    )


def main() -> None:
    hotels = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    with tempfile.TemporaryDirectory() as name, PostgresServer() as server:
        folder = Path(name)
        with Street(folder / "street", hotels + 1) as street:
            *lots, apart = street.lots
            pace = {"cadence": 1.0, "cadence_idle": 10.0, "batch": in_a_turn(count)}
            settle_in(folder / "home", street.lots, server, **pace)
            settle_in(folder / "chain", lots, server, **pace)
            say(f"{hotels} hotels × {count} documents, load of the machine {os.getloadavg()[0]:.1f}")
            posts = asyncio.run(posted(folder / "home", apart, min(hotels * count, 1_000)))
            say(f"bare posts: {posts:.1f} documents a second")
            say(f"bare commits: {committed(server, min(hotels * count, 1_000)):.1f} a second")
            forget_street(server)
            for lot in lots:
                put_into_use(server.ledger_of(lot.schema))
            for shape in RUNS:
                drained(server, folder / "chain", lots, count, shape)
            books = [asyncio.run(lot.desk.books()) for lot in lots]
            wrong = sum(len(book[name]) for book in books for name in ("lost", "doubled", "wrong"))
            say(f"lost, doubled or wrong: {wrong}; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
