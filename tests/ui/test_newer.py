"""A newer version is told once, only with a signature that holds, and only where the hotel wants to be told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import __version__
from app.connectors import updates
from app.system.settings import Settings
from tests.support.publisher import Publisher, publishing
from ui.newer import NewerVersion

PAGE = "https://botones.example/descargas"


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with publishing(tmp_path) as publisher:
        # No release was ever signed, so the program holds no key: this one is put into its place.
        monkeypatch.setattr(updates, "announcing_key", lambda: publisher.key)
        publisher.signs("99.0", PAGE)
        yield publisher


def told(settings: Settings, times: int = 1) -> list[tuple[str, str]]:
    """What the person reads after so many days."""
    newer = NewerVersion(lambda: settings, lambda _work: None)
    found: list[tuple[str, str]] = []
    newer.found.connect(lambda title, text: found.append((title, text)))

    async def days() -> None:
        for _ in range(times):
            await newer.ask()

    asyncio.run(days())
    return found


@pytest.mark.usefixtures("qapp")
def test_a_newer_version_is_told_once_with_its_page(publisher: Publisher) -> None:
    ((title, text),) = told(Settings(updates=publisher.address), times=2)
    assert "99.0" in title and PAGE in text
    assert publisher.asked == 2


def test_the_version_that_is_here_is_no_news(qapp: QApplication, publisher: Publisher) -> None:
    publisher.signs(__version__, PAGE)
    assert told(Settings(updates=publisher.address)) == []
    assert publisher.asked == 1


def test_a_tampered_announcement_is_not_told(qapp: QApplication, publisher: Publisher) -> None:
    honest = publisher.says
    publisher.signs("99.1", PAGE)
    signature = publisher.says.partition('"signature"')[2]
    publisher.says = honest.partition('"signature"')[0] + '"signature"' + signature
    assert told(Settings(updates=publisher.address)) == []
    assert publisher.asked == 1


def test_off_is_off(qapp: QApplication, publisher: Publisher) -> None:
    assert told(Settings()) == []
    assert publisher.asked == 0


def test_the_hotel_of_now_is_asked_for_and_not_one_that_was_taken_out(qapp: QApplication, publisher: Publisher) -> None:
    hotels = [Settings(updates="http://127.0.0.1:9/")]
    newer = NewerVersion(lambda: hotels[-1], lambda _work: None)
    asyncio.run(newer.ask())
    assert publisher.asked == 0
    hotels.append(Settings(updates=publisher.address))
    asyncio.run(newer.ask())
    assert publisher.asked == 1
