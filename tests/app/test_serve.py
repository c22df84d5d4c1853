"""``botones serve`` as a process: what it answers on the loopback, how it ends, and what it never says."""

import asyncio
import http.client
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from app.model.clock import SystemClock
from app.model.server import ServerAddress
from app.storage.place import ServerPlace
from app.sync.ledger import Ledger
from tests.support import console
from tests.support.chain import Server
from tests.support.postgres import PostgresServer
from tests.support.street import Street, forget_street, settle_in

LIMIT = 60.0
QUICK = {"cadence": 0.2, "cadence_idle": 0.5, "settle": 1.0}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Street]:
    forget_street(postgres)
    with Street(tmp_path_factory.mktemp("street"), 2) as street:
        yield street


@pytest.fixture
def home(tmp_path: Path, town: Street, postgres: PostgresServer) -> Path:
    settle_in(tmp_path / "home", town.lots, postgres, **QUICK)
    return tmp_path / "home"


@contextmanager
def serving(home: Path, town: Street, **options: float) -> Iterator[tuple[Server, int]]:
    """Run the program with an open port while the block runs; yields it and the port."""
    server = Server(home, town.lots, port=0, **options)  # type: ignore[arg-type]
    try:
        until(lambda: port_in(server.said) is not None or server.process.poll() is not None)
        port = port_in(server.said)
        assert port is not None, server.said
        yield server, port
    finally:
        server.kill()


def port_in(said: str) -> int | None:
    found = re.search(r"http://127\.0\.0\.1:(\d+)/health", said)
    return int(found[1]) if found else None


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    moment = threading.Event()
    for _ in range(int(LIMIT / 0.02)):
        if condition():
            return
        moment.wait(0.02)
    raise AssertionError("not in time")


def ask(port: int, path: str, host: str | None = None, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def figures(port: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by its name and the values of its labels, read as a collector does."""
    status, text = ask(port, "/metrics")
    assert status == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }


def approve(town: Street, count: int) -> int:
    async def everywhere() -> None:
        await asyncio.gather(*(lot.desk.approve(count) for lot in town.lots))

    asyncio.run(everywhere())
    return sum(asyncio.run(lot.desk.books())["approved"] for lot in town.lots)


def recorded(town: Street) -> int:
    books = [asyncio.run(lot.desk.books()) for lot in town.lots]
    assert all(book[wrong] == [] for book in books for wrong in ("doubled", "wrong", "foreign"))
    return sum(book["recorded"] for book in books)


def test_health_and_figures_tell_how_it_stands_and_no_secret(home: Path, town: Street) -> None:
    approved = approve(town, 3)
    with serving(home, town) as (server, port):
        schemas = [lot.schema for lot in town.lots]
        until(
            lambda: sum(figures(port).get(("botones_documents", (one, "proven")), 0.0) for one in schemas) == approved
        )
        found = figures(port)
        assert ask(port, "/health") == (200, "ok\n")
        assert found["botones_up", ()] == found["botones_server_reached", ()] == 1.0
        assert found["botones_turn_seconds_count", ()] >= len(schemas)
        for schema in schemas:
            assert found["botones_documents", (schema, "waiting")] == 0.0
            assert found["botones_oldest_waiting_seconds", (schema,)] == 0.0
            assert found["botones_last_proof_timestamp_seconds", (schema,)] > 1_700_000_000
            assert found["botones_hotel_paused", (schema,)] == found["botones_hotel_failures", (schema,)] == 0.0
            assert found["botones_sender", (schema,)] in (0.0, 1.0)
            assert found["botones_turns_total", (schema,)] >= 1.0
        told = server.said + ask(port, "/metrics")[1]
        for lot in town.lots:
            for secret in lot.secrets.values():
                assert secret not in told
        document = asyncio.run(town.lots[0].desk.state())["hotel"]["name"]
        assert document not in told


def test_who_comes_by_another_name_is_told_nothing(home: Path, town: Street) -> None:
    with serving(home, town) as (_, port):
        assert ask(port, "/metrics", host="hotel.example")[0] == 421
        assert ask(port, "/metrics", host=f"hotel.example:{port}")[0] == 421
        assert ask(port, "/metrics", host=f"localhost:{port}")[0] == 200
        assert ask(port, "/otra")[0] == 404
        assert ask(port, "/metrics", method="POST")[0] == 501


def test_without_its_server_it_says_that_it_is_not_well(home: Path, town: Street, postgres: PostgresServer) -> None:
    with serving(home, town) as (server, port):
        until(lambda: ask(port, "/health")[0] == 200)
        postgres.kill()
        try:
            until(lambda: ask(port, "/health") == (503, "server\n"))
            assert figures(port)["botones_up", ()] == 0.0
        finally:
            postgres.start()
        until(lambda: ask(port, "/health")[0] == 200)
        assert server.process.poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends CTRL_BREAK instead: see the next one")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT"])
def test_told_to_end_it_ends_in_order(home: Path, town: Street, postgres: PostgresServer, ending: str) -> None:
    already = recorded(town)
    approve(town, 40)
    with serving(home, town) as (server, _):
        until(lambda: recorded(town) > already)
        server.process.send_signal(getattr(signal, ending))
        assert server.process.wait(LIMIT) == 0, server.said
        assert server.said.rstrip().endswith("ended")
        assert "Traceback" not in server.said
    for lot in town.lots:
        address = ServerAddress.parse(postgres.address("postgres"), hotel=lot.schema)
        with Ledger(ServerPlace(address, postgres.password), SystemClock()) as ledger:  # nobody holds its lock
            assert ledger.counts().in_doubt == 0


@pytest.mark.skipif(sys.platform != "win32", reason="Windows only")
def test_on_windows_it_ends_in_order_too(home: Path, town: Street) -> None:
    approve(town, 5)
    with serving(home, town) as (server, _):
        server.process.send_signal(signal.CTRL_BREAK_EVENT)  # type: ignore[attr-defined]
        assert server.process.wait(LIMIT) == 0, server.said


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_told_twice_it_ends_where_it_is_and_nothing_is_lost_or_doubled(home: Path, town: Street) -> None:
    already = recorded(town)
    approved = approve(town, 60)
    with serving(home, town) as (server, _):
        until(lambda: recorded(town) > already)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(LIMIT) in (0, 1), server.said
        assert "Traceback" not in server.said
    with serving(home, town):
        until(lambda: recorded(town) == approved)


def test_without_a_hotel_on_a_server_it_says_what_to_do(tmp_path: Path) -> None:
    _, err = console.run(tmp_path, "serve", code=2)
    assert "botones ledger move" in err


def test_a_port_that_is_taken_is_told(home: Path, town: Street) -> None:
    with serving(home, town) as (_, port):
        second = Server(home, town.lots, port=port)
        assert second.process.wait(LIMIT) == 2
        assert str(port) in second.said


def test_the_help_names_its_options() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--help"],
        cwd=console.ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert "--workers" in done.stdout and "--port" in done.stdout and "OpenMetrics" in done.stdout
