"""What the tests of ``app`` share; each test gets the practice hotel as if it had just been founded."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.practice import Practice
from tests.support.sandbox import Guest, check_in


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder: Path = tmp_path_factory.mktemp("practice")
    with Practice.start(folder, push_delay=0.3) as running:
        yield running


@pytest.fixture
def guest(practice: Practice) -> Guest:
    return asyncio.run(check_in(practice))
