"""What the tests of ``app`` share; each test gets the practice hotel as if it had just been founded."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.practice import Practice
from tests.support.postgres import NewPlace, PostgresServer
from tests.support.sandbox import Guest, check_in


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder: Path = tmp_path_factory.mktemp("practice")
    with Practice.start(folder, push_delay=0.3) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["file", "server"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Give places in each of the two kinds of database: what holds of a ledger holds in both."""
    if request.param == "server":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_ledger
    numbers = itertools.count(1)
    return lambda: tmp_path / f"{next(numbers)}.sqlite3"


@pytest.fixture
def guest(practice: Practice) -> Guest:
    return asyncio.run(check_in(practice))
