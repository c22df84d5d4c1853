"""Whether the engine's memory stays flat while documents pass: its process at 10,000, 50,000 and 100,000 of them.

By hand: ``python tests/bench/bench_memory.py [documents]``. The hotel is another process and is not counted. The
first tenth warms up caches and pools; what is judged is what comes after.
"""

import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.model.documents import Family
from app.sandbox.practice import Practice
from tests.support.bridge import bridge_to
from tests.support.served import say

STEPS = 10


def resident() -> float:
    """Return this process's resident memory in MB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


async def grown(folder: Path, count: int) -> None:
    step = count // STEPS
    found: dict[int, float] = {}
    with Practice.start(folder / "sandbox", push_delay=0.0) as practice:
        bridge = await bridge_to(practice, folder / "ledger.sqlite3")
        started = time.monotonic()
        async with bridge.engine() as engine:
            say(f"{0:8,d} documents: {resident():6.1f} MB")
            for done in range(step, count + 1, step):
                await practice.approve(step, [Family.FACTURA])
                await engine.cycle()
                gc.collect()
                found[done] = resident()
                say(f"{done:8,d} documents: {found[done]:6.1f} MB after {time.monotonic() - started:.0f} s")
        assert bridge.counts.proven == count
    say(f"{count:,} against {step:,}: {found[count] / found[step]:.2f}, {found[count] - found[step]:+.1f} MB")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(grown(Path(folder), count))


if __name__ == "__main__":
    main()
