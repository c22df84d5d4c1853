"""How long a large ledger takes to a server and back, with its proof, and in how much memory; how soon it is given up.

By hand: ``python tests/bench/bench_moving.py [documents]``. It starts a PostgreSQL of its own.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.storage.moving import Content, MovingCancelled, content_of, copy_ledger
from app.storage.place import Place
from tests.bench.bench_growth import grow, say
from tests.bench.bench_memory import resident
from tests.support.postgres import PostgresServer


def timed(name: str, source: Place, target: Place, cancelled: Callable[[], bool] = lambda: False) -> Content | None:
    """Copy, and say how long it took, how often it told of itself, and how the memory grew."""
    before, most, told = resident(), [resident()], [time.perf_counter()]
    started = told[0]

    def hear(done: int, total: int) -> None:
        told.append(time.perf_counter())
        most.append(resident())
        if done == total:
            say(f"{name}: 100 % after {told[-1] - started:.1f} s")

    content = None
    try:
        content = copy_ledger(source, target, hear, cancelled)
    except MovingCancelled:
        say(f"{name}: given up")
    pause = max(later - earlier for earlier, later in zip(told, told[1:] or told, strict=False))
    seconds = time.perf_counter() - started
    say(f"{name}: {seconds:.1f} s, told {len(told) - 1} times, longest silence {pause:.1f} s,")
    say(f"    memory {before:.0f} MB, at most {max(most):.0f} MB")
    return content


def main(documents: int) -> None:
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as server:
        origin, back, place = Path(folder) / "a.sqlite3", Path(folder) / "b.sqlite3", server.new_ledger()
        grow(origin, documents)
        say(f"{documents} documents, {origin.stat().st_size / 1e6:.0f} MB")
        limit = time.perf_counter() + 3.0
        timed("given up after 3 s", origin, place, lambda: time.perf_counter() > limit)
        assert content_of(place).rows["documents"] == 0
        there = timed("to the server", origin, place)
        here = timed("back to a file", place, back)
        assert there is not None and here is not None
        say(f"equal: {there == here == content_of(origin)}, {here.rows}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
