"""What the service costs while nothing happens: processor time and wake-ups of its process, the hotel in another.

By hand: ``python tests/bench/bench_idle.py [seconds] [profile]``. The profile gives the timing: ``loggro`` (the
default) is a hotel's, ``sandbox`` the practice hotel's.
"""

import asyncio
import resource
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.connectors.profile import load_profile
from tests.support.served import let_pass, say, served

DOCUMENTS = 50


async def idle(folder: Path, seconds: float, profile: str) -> None:
    nowhere = {name: "http://127.0.0.1:9" for name in ("pms", "pymes", "fe")}
    timing = load_profile(profile, nowhere).timing
    async with served(folder, timing) as one:
        await one.practice.approve(DOCUMENTS)
        one.service.wake()
        await one.until_proven(DOCUMENTS)
        begun = len(await one.practice.requests())
        before = resource.getrusage(resource.RUSAGE_SELF)
        await let_pass(seconds)
        after = resource.getrusage(resource.RUSAGE_SELF)
        asked = len(await one.practice.requests()) - begun
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wakes = after.ru_nvcsw - before.ru_nvcsw
    minutes = seconds / 60
    say(f"timing of {profile}: every {timing.cadence:g} to {timing.cadence_idle:g} s, for {minutes:g} minutes")
    say(f"processor: {cpu:.2f} s, {100 * cpu / seconds:.3f} % of one core")
    say(f"wake-ups (voluntary context switches, all threads): {wakes}, {wakes / seconds:.2f} a second")
    say(f"requests: {asked}, {asked / minutes:.1f} a minute")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    profile = sys.argv[2] if len(sys.argv) > 2 else "loggro"
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(idle(Path(folder), seconds, profile))


if __name__ == "__main__":
    main()
