"""How long from approval to proven: at the cadence of the practice profile, and when the service is woken at once.

By hand: ``python tests/bench/bench_latency.py [approvals] [profile]``. One document at a time, at random moments. With
``loggro`` as the profile it waits with a hotel's own timing, which takes hours.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.profile import Timing, load_profile
from app.model.documents import Family
from tests.support.served import let_pass, say, served


async def taken(folder: Path, approvals: int, timing: Timing, *, woken: bool) -> list[float]:
    """Return the seconds of each approval; the gaps between them are of the order of the longest cadence."""
    rng, seconds = Random(1), []
    async with served(folder, timing) as one:
        for number in range(1, approvals + 1):
            await let_pass(rng.uniform(0.2, 0.5 if woken else 1.5 * timing.cadence_idle))
            started = time.perf_counter()
            await one.practice.approve(1, [Family.FACTURA])
            if woken:
                one.service.wake()
            await one.until_proven(number)
            seconds.append(time.perf_counter() - started)
    return seconds


def main() -> None:
    approvals = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    profile = sys.argv[2] if len(sys.argv) > 2 else "sandbox"
    nowhere = {name: "http://127.0.0.1:9" for name in ("pms", "pymes", "fe")}
    timing = load_profile(profile, nowhere).timing
    say(f"timing of {profile}: every {timing.cadence:g} to {timing.cadence_idle:g} s")
    for woken in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            seconds = asyncio.run(taken(Path(folder), approvals, timing, woken=woken))
        parts = quantiles(seconds, n=20, method="inclusive")
        say(f"{'woken' if woken else 'at its cadence'}: p50 {parts[9]:.2f} s, p95 {parts[18]:.2f} s, {approvals} times")


if __name__ == "__main__":
    main()
