"""A ledger moves to a server, is joined there and comes back: proven, one in use at any moment, whatever is killed."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.model.server import CannotMove, Door, Refusal, ServerAddress, Use
from app.model.status import Sender
from app.setup import relocation as relocation_module
from app.setup.place import computer, place_of
from app.setup.relocation import Relocation
from app.storage.database import open_database
from app.storage.errors import LedgerElsewhere, LedgerMoved
from app.storage.moving import content_of, held, read_door
from app.storage.place import ServerPlace
from app.sync.ledger import Ledger
from app.system.paths import Paths
from app.system.settings import load
from app.system.vault import Secret, SecretMissing, SessionVault
from tests.support.panel import NOW, HandClock, fill
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
NIT = "900508908"
OTHER = "recepcion-2"
BEGUN = date(2026, 11, 2)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def computer_at(home: Path, clock: HandClock, documents: int = 0, nit: str = NIT) -> Relocation:
    """Give a computer of the hotel, whose ledger knows so many documents."""
    paths = Paths.under(home).ensure()
    load(paths.settings).settings.changed(hotel_document=nit).save(paths.settings)
    if documents:
        fill(paths.ledger("sandbox"), documents, clock)

    def keep(server: ServerAddress | None) -> None:
        load(paths.settings).settings.changed(ledger_server=server).save(paths.settings)

    return Relocation(paths, load(paths.settings).settings, SessionVault("pc"), clock, keep)


def now_at(pc: Relocation) -> Relocation:
    """Give the same computer with its settings as they are on the disk now."""
    return replace(pc, settings=load(pc.paths.settings).settings)


def file_of(pc: Relocation) -> Path:
    return pc.paths.ledger("sandbox")


def other_computer(place: ServerPlace) -> ServerPlace:
    return replace(place, computer=OTHER)


def known_there(place: ServerPlace, clock: HandClock) -> int:
    """Wait until the server has noticed that the mover is gone, and count what is there."""
    limit = time.monotonic() + 20
    while True:
        try:
            open_database(place, though_closed=True).dispose()
            break
        except LedgerElsewhere:
            assert time.monotonic() < limit
    return content_of(place).rows["documents"]


def refusal_of(work: object) -> Refusal:
    with pytest.raises(CannotMove) as caught:
        asyncio.run(work)  # type: ignore[arg-type]
    return caught.value.refusal


def test_moved_to_the_server_it_is_proven_equal_and_the_file_is_kept_aside(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    pc, place = computer_at(tmp_path, clock, 40), postgres.new_ledger()
    before = content_of(file_of(pc))
    moved = asyncio.run(pc.to_server(place.address, place.password))
    assert moved.content == before == content_of(place)
    assert moved.aside is not None and content_of(moved.aside) == before
    assert not file_of(pc).exists()
    settings = load(pc.paths.settings).settings
    assert settings.ledger_server == place.address
    assert asyncio.run(place_of(pc.paths, settings, pc.vault)) == replace(place, computer=computer())
    with Ledger(other_computer(place), clock) as ledger:
        assert ledger.counts().total == 40
    assert place.password not in pc.paths.settings.read_text()


def test_brought_back_nobody_goes_on_with_what_stays_on_the_server(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    pc, place = computer_at(tmp_path, clock, 12), postgres.new_ledger()
    asyncio.run(pc.to_server(place.address, place.password))
    fill(other_computer(place), 17, clock, first=13)
    moved = asyncio.run(now_at(pc).back())
    assert moved.content == content_of(place) == content_of(file_of(pc))
    assert load(pc.paths.settings).settings.ledger_server is None
    with pytest.raises(SecretMissing):
        pc.vault.get(Secret.LEDGER_PASSWORD)
    with pytest.raises(LedgerMoved) as caught:
        Ledger(other_computer(place), clock)
    assert caught.value.detail == computer()
    with Ledger(file_of(pc), clock) as ledger:
        assert ledger.counts().total == 17
    # There again, the spare goes on without a hand being moved at it.
    asyncio.run(now_at(pc).to_server(place.address, place.password))
    with Ledger(other_computer(place), clock) as ledger:
        assert ledger.counts().total == 17


def test_a_second_computer_joins_what_is_there_and_keeps_its_own_file_aside(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    first, second = computer_at(tmp_path / "1", clock, 9), computer_at(tmp_path / "2", clock, 11)
    place = postgres.new_ledger()
    with closing(sqlite3.connect(file_of(first))) as raw, raw:
        raw.execute("INSERT INTO facts VALUES ('start', ?)", (BEGUN.isoformat(),))
    assert refusal_of(second.join(place.address, place.password)) is Refusal.NOTHING_THERE
    asyncio.run(first.to_server(place.address, place.password))
    there = asyncio.run(second.look(place.address, place.password))
    assert (there.documents, there.unknown, there.start) == (9, 2, BEGUN)
    with Ledger(other_computer(place), clock) as sending:  # joined while the other one sends
        sending.begin_tenure(Sender(computer=OTHER, since=NOW))
        moved = asyncio.run(second.join(place.address, place.password))
    assert moved.aside is not None and not file_of(second).exists()
    assert load(second.paths.settings).settings.ledger_server == place.address
    assert content_of(place).rows["documents"] == 9


def test_a_server_that_has_the_ledger_already_is_not_written(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    first, second = computer_at(tmp_path / "1", clock, 9), computer_at(tmp_path / "2", clock, 3)
    place = postgres.new_ledger()
    asyncio.run(first.to_server(place.address, place.password))
    before = content_of(place)
    assert refusal_of(second.to_server(place.address, place.password)) is Refusal.NOT_EMPTY
    assert content_of(place) == before
    assert load(second.paths.settings).settings.ledger_server is None
    with Ledger(file_of(second), clock) as ledger:
        assert ledger.counts().total == 3


def test_another_hotels_ledger_is_neither_joined_nor_replaced(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    ours, theirs = computer_at(tmp_path / "1", clock, 4), computer_at(tmp_path / "2", clock, 4, nit="860002964")
    place = postgres.new_ledger()
    asyncio.run(ours.to_server(place.address, place.password))
    asyncio.run(now_at(ours).back())  # not in use there: it could be replaced, but not by another hotel
    for work in (theirs.join, theirs.to_server, theirs.look):
        assert refusal_of(work(place.address, place.password)) is Refusal.OTHER_HOTEL


def test_whoever_sends_is_asked_to_hand_the_ledger_over_and_keeps_it_where_it_does_not(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, place = computer_at(tmp_path, clock, 4), postgres.new_ledger()
    asyncio.run(pc.to_server(place.address, place.password))
    monkeypatch.setattr(relocation_module, "_HAND_OVER_SECONDS", 0.0)
    with Ledger(other_computer(place), clock) as sending:
        assert refusal_of(now_at(pc).back()) is Refusal.ELSEWHERE
        assert sending.wish() == computer()
    assert load(pc.paths.settings).settings.ledger_server == place.address
    assert not file_of(pc).exists()


def test_given_up_nothing_has_changed(tmp_path: Path, postgres: PostgresServer, clock: HandClock) -> None:
    pc, place = computer_at(tmp_path, clock, 30), postgres.new_ledger()
    assert refusal_of(replace(pc, cancelled=lambda: True).to_server(place.address, place.password)) is (
        Refusal.CANCELLED
    )
    assert load(pc.paths.settings).settings.ledger_server is None
    assert content_of(file_of(pc)).rows["documents"] == 30
    assert asyncio.run(pc.look(place.address, place.password)).documents in (None, 0)


def test_what_a_lost_computer_took_away_comes_back_marked_as_perhaps_old(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock
) -> None:
    pc, place = computer_at(tmp_path, clock, 6), postgres.new_ledger()
    asyncio.run(pc.to_server(place.address, place.password))
    with held(other_computer(place), 0.0) as hold:
        hold.set_door(Door(use=Use.AWAY, computer=OTHER, at=NOW, nit=NIT))
    assert refusal_of(now_at(pc).back()) is Refusal.AWAY
    asyncio.run(now_at(pc).back(though_away=True))
    with Ledger(file_of(pc), clock) as ledger:
        assert ledger.rebuild is not None and ledger.rebuild.backup_at == NOW
        assert ledger.counts().total == 6
    assert read_door(place).computer == computer()  # type: ignore[union-attr]


@pytest.mark.skipif(sys.platform == "win32", reason="the server of the tests runs on Linux")
@pytest.mark.parametrize("way", ["to", "back"])
@pytest.mark.parametrize("stop_at", ["0.6", "1.0", "kept"])
def test_killed_anywhere_one_ledger_is_in_use_and_the_same_again_ends_it(
    tmp_path: Path, postgres: PostgresServer, clock: HandClock, way: str, stop_at: str
) -> None:
    pc, place = computer_at(tmp_path, clock, 30), postgres.new_ledger()
    whole = content_of(file_of(pc))
    if way == "back":
        asyncio.run(pc.to_server(place.address, place.password))
    told = {
        "home": str(tmp_path),
        "way": way,
        "stop_at": stop_at,
        "address": place.address.model_dump(mode="json"),
        "password": place.password,
    }
    mover = subprocess.Popen(
        [sys.executable, "-m", "tests.support.mover"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert mover.stdin is not None and mover.stdout is not None
    mover.stdin.write(json.dumps(told) + "\n")
    mover.stdin.flush()
    assert mover.stdout.readline() == "here\n"
    mover.kill()
    mover.wait()
    for pipe in (mover.stdin, mover.stdout):
        pipe.close()

    pc = now_at(pc)
    pc.vault.put(Secret.LEDGER_PASSWORD, place.password)
    on_server = pc.settings.ledger_server is not None
    if not on_server and known_there(place, clock):
        # Never two ledgers in use: what this computer does not go by is closed to every other one.
        with pytest.raises(LedgerMoved):
            Ledger(other_computer(place), clock)
    arrived = on_server if way == "to" else not on_server
    if not arrived:
        asyncio.run(pc.to_server(place.address, place.password) if way == "to" else pc.back())
        pc = now_at(pc)
    present = asyncio.run(place_of(pc.paths, pc.settings, pc.vault))
    assert isinstance(present, ServerPlace) is (way == "to")
    assert content_of(present) == whole
    with Ledger(present, clock) as ledger:
        assert ledger.counts().total == 30
