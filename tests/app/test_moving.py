"""A whole ledger from a file to a server and back: equal, or not done at all."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.documents import Family
from app.model.journey import Event, EventKind, State
from app.model.status import Sender
from app.storage import database
from app.storage.moving import MovingCancelled, NotEmpty, content_of, copy_ledger
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.panel import NOW, HandClock, document, fill
from tests.support.postgres import PostgresServer


def test_to_the_server_and_back_every_row_is_the_same_and_goes_on_being_written(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    origin, server, back = tmp_path / "a.sqlite3", postgres.new_ledger(), tmp_path / "b.sqlite3"
    fill(origin, 60, HandClock())
    told: list[tuple[int, int]] = []
    there = copy_ledger(origin, server, lambda done, total: told.append((done, total)))
    assert there == content_of(origin)
    assert there.rows["documents"] == 60
    assert told[-1][0] == told[-1][1] > 120
    with Ledger(server, HandClock()) as ledger:
        one = document(61)
        ledger.begin_tenure(Sender(computer="recepcion-1", since=NOW))
        ledger.record_seen([ApprovedDocument(position=61, label=one.full_number, document=one)], 61)
        ledger.append([(str(one.key), Event(kind=EventKind.LOOKED, at=NOW))])
        expected = ledger.counts()
    copy_ledger(server, back)
    assert content_of(back) == content_of(server)
    reader = LedgerReader(back, HandClock())
    assert reader.counts() == expected
    assert reader.sender() is None
    assert reader.row(str(one.key)) is not None
    assert reader.count() == 61
    reader.close()


def test_a_place_that_holds_something_is_refused_and_stays_as_it_is(tmp_path: Path, postgres: PostgresServer) -> None:
    origin, server = tmp_path / "a.sqlite3", postgres.new_ledger()
    fill(origin, 5, HandClock())
    fill(server, 3, HandClock())
    before = content_of(server)
    with pytest.raises(NotEmpty):
        copy_ledger(origin, server)
    assert content_of(server) == before


def test_given_up_in_the_middle_nothing_is_there(tmp_path: Path, postgres: PostgresServer) -> None:
    origin, server = tmp_path / "a.sqlite3", postgres.new_ledger()
    fill(origin, 20, HandClock())
    asked = iter([False, True])
    with pytest.raises(MovingCancelled):
        copy_ledger(origin, server, cancelled=lambda: next(asked))
    assert content_of(server).rows["documents"] == 0


def test_one_changed_letter_is_seen(tmp_path: Path) -> None:
    origin, other = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    fill(origin, 9, HandClock())
    copy_ledger(origin, other)
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("UPDATE documents SET counterparty = counterparty || '.' WHERE number = 4")
        raw.commit()
    assert content_of(other).rows == content_of(origin).rows
    assert content_of(other).digest != content_of(origin).digest


def test_every_word_that_a_column_has_to_hold_fits_into_it(postgres: PostgresServer) -> None:
    engine = database.open_database(postgres.new_ledger())
    with engine.connect() as connection:
        lengths = {
            (row.table_name, row.column_name): row.character_maximum_length
            for row in connection.execute(
                text(
                    "SELECT table_name, column_name, character_maximum_length FROM information_schema.columns"
                    " WHERE table_schema = current_schema()"
                )
            )
        }
    engine.dispose()
    assert max(len(kind) for kind in EventKind) <= lengths["events", "kind"]
    for column, words in (("state", State), ("cause", Cause), ("family", Family)):
        assert max(len(word) for word in words) <= lengths["documents", column], column


def test_every_question_has_the_same_answer_in_a_file_and_on_a_server(tmp_path: Path, postgres: PostgresServer) -> None:
    origin, server = tmp_path / "a.sqlite3", postgres.new_ledger()
    fill(origin, 80, HandClock())
    copy_ledger(origin, server)
    early, late = NOW - timedelta(days=3), NOW + timedelta(days=3)
    questions: dict[str, Callable[[LedgerReader], object]] = {
        "page": lambda reader: reader.page(0, 100),
        "unproven": lambda reader: reader.unproven(100),
        "timeline": lambda reader: [reader.timeline(row.key) for row in reader.page(0, 100)],
        "document": lambda reader: [reader.document(row.key) for row in reader.page(0, 100)],
        "runs": lambda reader: reader.runs(Family.FACTURA, "FEHT", 1, 5_000),
        "others": lambda reader: sorted(reader.others(Family.FACTURA, "FEHT", 1, 5_000), key=str),
        "begin": lambda reader: reader.begin(),
        "last used": lambda reader: reader.last_used(Family.FACTURA, "FEHT", 1, 5_000),
        "issued days": lambda reader: reader.issued_days(early),
        "counts": lambda reader: reader.counts(),
        "happened": lambda reader: reader.happened(early, late),
        "days": lambda reader: reader.days(early.date(), late.date()),
        "people": lambda reader: sorted(reader.people()),
        "held": lambda reader: reader.held(),
        "held causes": lambda reader: reader.held_causes(),
        "waiting": lambda reader: [reader.waiting(state, 50) for state in State],
        "causes": lambda reader: sorted(reader.causes()),
        "issued between": lambda reader: sorted(map(str, reader.issued_between(early, late))),
        "numbered": lambda reader: list(reader.numbered(["FEHT1", "NCHT2"])),
        "unreadable": lambda reader: reader.unreadable(),
        "last steps": lambda reader: reader.last_steps(60),
    }
    with closing(LedgerReader(origin, HandClock())) as here, closing(LedgerReader(server, HandClock())) as there:
        for name, ask in questions.items():
            answer = ask(here)
            assert answer not in (None, (), [], {}), name
            assert ask(there) == answer, name
