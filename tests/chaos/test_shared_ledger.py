"""Two computers on one PostgreSQL, killed, frozen and woken at random, the server too: each document exactly once.

The long form, whose figures stand in the closing note:

    pytest tests/chaos/test_shared_ledger.py --kills 60 -s
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.model.mode import Mode
from app.sandbox.practice import Practice
from app.system.vault import Secret
from tests.support.bridge import bridge_to
from tests.support.postgres import PostgresServer
from tests.support.practice import SEND
from tests.support.shared_pc import NEWS, SharedPc

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform == "win32", reason="signals, and a PostgreSQL of the test's own"),
]
FEWER = 3
"""So many kills of a program that is alone cost as much as one thing that happens to two with a server."""
PER_EVENT = 12
HAPPENS = ("freeze", "server", "kill", "take over")
PATIENCE = 120.0
ACCESSES = (
    *(Secret.PYMES_TOKEN, Secret.CONNECTION_TOKEN, Secret.PMS_API_KEY),
    *(Secret.FE_USER, Secret.FE_PASSWORD),
)
QUICK = {"cadence": 0.2, "cadence_idle": 0.4, "stand_by": 0.5}


def until(condition: Callable[[], bool], limit: float = PATIENCE) -> float:
    """Wait for it, and return how long that took."""
    started = time.monotonic()
    while True:
        NEWS.clear()
        if condition():
            break
        assert NEWS.wait(limit - (time.monotonic() - started)) or condition()
    return time.monotonic() - started


@contextmanager
def hotel(
    folder: Path, timing: Mapping[str, float] = QUICK
) -> Iterator[tuple[Practice, PostgresServer, tuple[SharedPc, SharedPc]]]:
    """Found a hotel with two computers that are on, the first of which sends."""
    with Practice.start(folder / "hotel", push_delay=0.0) as practice, PostgresServer() as server:
        bridge = asyncio.run(bridge_to(practice, folder / "unused.sqlite3", Mode.SEND_ALL))
        settings = bridge.settings.changed(ledger_server=server.new_ledger().address).model_dump(mode="json")
        secrets = {secret.value: bridge.vault.get(secret) for secret in ACCESSES}
        secrets[Secret.LEDGER_PASSWORD.value] = server.password
        told = {"addresses": practice.for_profile, "settings": settings, "secrets": secrets, "timing": dict(timing)}
        first, second = (
            SharedPc(told | {"name": name, "home": str(folder / name)}) for name in ("recepcion-1", "recepcion-2")
        )
        first.start()
        try:
            until(lambda: first.last["sends"])
            second.start()
            until(lambda: second.last["spare_of"] == "recepcion-1")
            yield practice, server, (first, second)
        finally:
            for one in (first, second):
                one.kill()


def assert_whole(practice: Practice, count: int) -> dict[str, Any]:
    """Fail unless every document stands in Pymes once and as it was approved."""
    audit = asyncio.run(practice.books())
    answers = Counter(entry["status"] for entry in asyncio.run(practice.requests("POST", SEND)))
    assert [audit[name] for name in ("lost", "doubled", "wrong", "foreign", "early_notes")] == [[]] * 5
    assert audit["recorded"] == count
    assert answers[201] == count, answers
    return audit


def test_killed_frozen_and_woken_at_random_each_document_arrives_once(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance, events = Random(request.config.getoption("--seed")), -(-request.config.getoption("--kills") // FEWER)
    happened: Counter[str] = Counter()
    with hotel(tmp_path) as (practice, server, computers):
        approved = 0
        for number in range(events):
            asyncio.run(practice.approve(PER_EVENT))
            approved += PER_EVENT
            # Where in the batch it happens is the chance that is tried.
            first = approved - chance.randint(1, PER_EVENT)
            until(lambda first=first: any(one.last["proven"] >= first for one in computers))  # type: ignore[misc]
            sender = next((one for one in computers if one.last["sends"]), computers[0])
            what = HAPPENS[number % len(HAPPENS)]
            happened[what] += 1
            if what == "kill":
                sender.kill()
                sender.start()
            elif what == "freeze":
                sender.freeze()
                end_sessions(server)  # what the server does by itself with one that it does not hear
                other = next(one for one in computers if one is not sender)
                until(lambda other=other: other.last["sends"])  # type: ignore[misc]
                sender.thaw()
            elif what == "server":
                server.kill()
                server.start()
            else:
                next(one for one in computers if one is not sender).tell("take over")
        took = until(lambda count=approved: any(one.last["proven"] == count for one in computers))  # type: ignore[misc]
        assert_whole(practice, approved)
    sys.stdout.write(f"\n{approved} documents, {dict(happened)}: 0 lost, 0 doubled; the rest took {took:.1f} s\n")


def end_sessions(server: PostgresServer) -> None:
    """End the session of whoever writes."""
    import psycopg

    with psycopg.connect(server.address("postgres"), password=server.password, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'Botones%')"
        )
