"""How fast a backlog drains: the engine against bare httpx loops that post the same documents to a fresh hotel.

By hand: ``python tests/bench/bench_drain.py [documents] [--profile]``. One loop only posts; the other makes as many
round trips for each document as the engine did (look, send, read back), which is all that these allow. All run against
the same practice hotel on this machine, one after the other, so only the ratios mean something.
"""

import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.pymes_contract import venta_externa
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.sandbox.practice import Practice
from app.system.vault import Secret
from tests.support.bridge import Bridge, bridge_to
from tests.support.served import say

AT_ONCE = 8
SALES = "/apik/loggro-facturacion/v1/ventas-detallado"
SEND = "/apik/loggro-facturacion/v1/ventas-externas"


async def prepared(practice: Practice, path: Path, count: int) -> tuple[Bridge, list[Document], dict[Family, str]]:
    """Set up the hotel, approve the backlog, and read what the bare loop needs to post the same."""
    bridge = await bridge_to(practice, path)
    await practice.approve(count, [Family.FACTURA])
    async with bridge.engine() as engine:
        connectors = engine.guard._connectors
        pages = [await connectors.pms.approved_after(0, page) for page in range(1, count // 100 + 2)]
        documents = [row.document for page in pages for row in page.documents]
        numberings = await connectors.pymes.numberings()
    mine = {one.family: one.consecutivo or "" for one in numberings if one.prefix != "FV"}
    return bridge, [one for one in documents if one is not None], {family: mine[family] for family in HOTEL_FAMILIES}


async def bare(practice: Practice, path: Path, count: int, *, looks: float) -> float:
    """Post everything with ``AT_ONCE`` requests at a time, and ask ``looks`` times for each, before and after."""
    bridge, documents, consecutivos = await prepared(practice, path, count)
    reading = {"Authorization": f"Bearer {bridge.vault.get(Secret.PYMES_TOKEN)}", "Content-Type": "application/json"}
    sending = reading | {"Authorization": f"Bearer {bridge.vault.get(Secret.CONNECTION_TOKEN)}"}
    gate = asyncio.Semaphore(AT_ONCE)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=practice.addresses.pymes, limits=limits, trust_env=False) as http:

        async def carry(place: int, document: Document) -> None:
            mine = int((place + 1) * looks) - int(place * looks)
            async with gate:
                if mine:
                    await http.get(SALES, params={"numero": document.full_number}, headers=reading)
                body = venta_externa(document, consecutivos[document.family])
                answer = await http.post(SEND, json=body, headers=sending | {"Idempotency-Key": str(document.key)})
                assert answer.status_code == 201, answer.text
                for _again in range(1, mine):
                    await http.get(SALES, params={"numero": document.full_number}, headers=reading)

        started = time.perf_counter()
        await asyncio.gather(*(carry(place, document) for place, document in enumerate(documents)))
        return time.perf_counter() - started


async def drained(practice: Practice, path: Path, count: int, profile: cProfile.Profile | None) -> tuple[float, float]:
    """Let the engine carry everything in one cycle; return the seconds, and its looks for each document."""
    bridge, _, _ = await prepared(practice, path, count)
    begun = (await practice.requests())[-1]["id"]
    async with bridge.engine() as engine:
        started = time.perf_counter()
        if profile is not None:
            profile.enable()
        await engine.cycle()
        if profile is not None:
            profile.disable()
        elapsed = time.perf_counter() - started
    assert bridge.counts.proven == count
    books = await practice.books()
    assert (books["lost"], books["doubled"], books["wrong"]) == ([], [], [])
    log = await practice.requests(since=begun)
    asked = Counter(f"{one['method']} {one['path'].rsplit('/', 1)[-1]}" for one in log)
    for what, times in asked.most_common(5):
        say(f"    {times:7d} {what}, {times / count:.3f} for each document")
    say(f"    {len(log) / count:.2f} round trips for each document")
    return elapsed, (len(log) - asked["POST ventas-externas"]) / count


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    seconds: dict[str, float] = {}
    looks = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("engine", "bare posts", "bare round trips"):
            home = Path(folder) / name.replace(" ", "-")
            path = home / "ledger.sqlite3"
            with Practice.start(home / "sandbox", push_delay=0.0) as practice:
                if name == "engine":
                    seconds[name], looks = asyncio.run(drained(practice, path, count, profile))
                else:
                    seconds[name] = asyncio.run(bare(practice, path, count, looks=looks if "trips" in name else 0.0))
            say(f"{name}: {seconds[name]:.2f} s, {count / seconds[name]:.0f} documents a second")
    say(f"engine / bare posts: {seconds['bare posts'] / seconds['engine']:.2f} of its speed")
    say(
        f"engine / what its round trips alone allow: {seconds['bare round trips'] / seconds['engine']:.2f} of its speed"
    )
    if profile is not None:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
