"""Finding documents as people write numbers, names, NIT and values, and every filter and order against plain Python."""

import sqlite3
import string
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import Document, DocumentType, Family
from app.model.journey import State
from app.model.listing import Listing, Order
from app.model.parties import Party
from app.storage import search
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader, Row
from tests.support.panel import HOTEL, HandClock, filled, filled_at
from tests.support.postgres import NewPlace, PostgresServer

COUNT = 120


def numbered(number: int, name: str, nit: str, payable: str, prefix: str = "FE") -> Document:
    return Document(
        type=DocumentType.FACTURA,
        issuer=HOTEL,
        prefix=prefix,
        number=number,
        issued_at=datetime(2026, 11, 24, 15, tzinfo=UTC),
        counterparty=Party(id_type="31", id=nit, name=name),
        subtotal=Decimal(payable),
        payable=Decimal(payable),
    )


KNOWN = (
    numbered(123, "Jürgen Müller & Söhne", "860002964", "1234567.89"),
    numbered(9123456, "Óscar Ibáñez Peña", "52876123", "98000.00"),
    numbered(77, "D'Achiardi, José-María", "X1234Z", "500.50", prefix="SETP"),
)


@pytest.fixture(scope="module", params=["file", "server"])
def somewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Give places in each of the two kinds of database: what a person finds in one, they find in the other."""
    if request.param == "server":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_ledger
    return lambda: tmp_path_factory.mktemp("search") / "ledger.sqlite3"


@pytest.fixture(scope="module")
def known(somewhere: NewPlace) -> Iterator[LedgerReader]:
    path = somewhere()
    with Ledger(path, HandClock()) as ledger:
        rows = [ApprovedDocument(position=n, label="", document=one) for n, one in enumerate(KNOWN, start=1)]
        ledger.record_seen(rows, len(rows))
    reader = LedgerReader(path, HandClock())
    yield reader
    reader.close()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("FE123", [0]),
        ("fe-123", [0]),
        ("FE 123", [0, 1]),
        ("123", [0, 1]),
        ("3456", [1]),
        ("456", [1]),
        ("SETP", [2]),
        ("77", [2]),
        ("7", []),
        ("müller", [0]),
        ("MULLER", [0]),
        ("mull sohne", [0]),
        ("oscar pena", [1]),
        ("ibáñez", [1]),
        ("achiardi", [2]),
        ("jose maria", [2]),
        ("José-María", [2]),
        ("8600", [0]),
        ("860.002.964-4", [0]),
        ("860002964-4", [0]),
        ("52.876.123", [1]),
        ("x1234z", [2]),
        ("1234567", [0]),
        ("1.234.567", [0]),
        ("$ 1.234.567,89", [0]),
        ("1.234", [0, 1]),
        ("1234", [0, 1]),
        ("98.000", [1]),
        ("500,50", [2]),
        ("FE123 muller", [0]),
        ("FE123 oscar", []),
        ("nadie", []),
        ("&", []),
        ('"', []),
        ("", [0, 1, 2]),
        ("   ", [0, 1, 2]),
    ],
)
def test_what_people_write_finds_what_they_mean(known: LedgerReader, written: str, found: list[int]) -> None:
    listing = Listing(text=written, order=Order.NEWEST, descending=False)
    assert [row.full_number for row in known.page(0, 10, listing)] == [KNOWN[n].full_number for n in found]
    assert known.count(listing) == len(found)


@settings(max_examples=60)
@given(text=st.text(max_size=30) | st.text(alphabet=string.punctuation + string.digits, max_size=20))
def test_nothing_that_can_be_typed_is_an_error(known: LedgerReader, text: str) -> None:
    for order in (Order.NEWEST, Order.AMOUNT):
        assert len(known.page(0, 10, Listing(text=text, order=order))) == known.count(Listing(text=text))


def test_every_letter_that_is_looked_for_is_one_word_to_the_database(known: LedgerReader) -> None:
    with known._engine.connect() as connection:
        # One by one over a line takes longer than in a file.
        for code in range(0, 0x10000, 7 if connection.dialect.name == "sqlite" else 97):
            # A word that the database takes for two would be an error.
            assert search.count(connection, Listing(text=f"a{chr(code)}b")) == 0


# Every filter and order, against the same in plain Python


@pytest.fixture(scope="module")
def many(somewhere: NewPlace) -> Iterator[LedgerReader]:
    with filled_at(somewhere(), COUNT) as reader:
        yield reader


FILTERS: tuple[Listing, ...] = (
    Listing(),
    Listing(states=(State.PROVEN,)),
    Listing(states=(State.HELD, State.CONFLICT)),
    Listing(families=(Family.FACTURA,)),
    Listing(families=(Family.NOTA_CREDITO, Family.NOTA_DEBITO), states=(State.PROVEN,)),
    Listing(causes=(Cause.NUMBERING_DIFFERS,)),
    Listing(first=date(2026, 11, 24), last=date(2026, 11, 24)),
    Listing(last=date(2026, 11, 23)),
    Listing(text="muller"),
    Listing(text="muller", families=(Family.FACTURA,)),
    Listing(text="banco", states=(State.PROVEN,), first=date(2026, 11, 1)),
)
KEYS: dict[Order, Callable[[Row], Any]] = {
    Order.NUMBER: lambda row: (row.full_number.rstrip(string.digits), int(row.key.rsplit("/", 1)[1])),
    Order.DATE: lambda row: row.issued_at,
    Order.COUNTERPARTY: lambda row: row.counterparty.translate(str.maketrans("áéíóúñü", "aeiounu")).upper(),
    Order.AMOUNT: lambda row: row.payable,
    Order.STATE: lambda row: row.state.value,
    Order.NEWEST: lambda row: row.seen_at,
}


def fits(row: Row, listing: Listing) -> bool:
    day = bogota_day(row.issued_at) if row.issued_at else None
    plain = row.counterparty.translate(str.maketrans("áéíóúñü", "aeiounu")).lower()
    return (
        (not listing.states or row.state in listing.states)
        and (not listing.families or row.family in listing.families)
        and (not listing.causes or row.cause in listing.causes)
        and (listing.first is None or (day is not None and day >= listing.first))
        and (listing.last is None or (day is not None and day <= listing.last))
        and listing.text in plain
    )


@pytest.mark.parametrize("few", [search.FEW, 2])
@pytest.mark.parametrize("order", list(Order))
def test_every_filter_in_every_order_gives_the_rows_that_fit(
    many: LedgerReader, order: Order, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With few of them a list is sorted, with many its index is walked: both ways must give the same.
    monkeypatch.setattr(search, "FEW", few)
    everything = many.page(0, COUNT)
    assert len(everything) == COUNT
    for chosen in FILTERS:
        expected = [row for row in everything if fits(row, chosen)]
        assert expected or chosen.last == date(2026, 11, 23), chosen
        for descending in (True, False):
            listing = replace(chosen, order=order, descending=descending)
            rows = [row for start in range(0, COUNT, 7) for row in many.page(start, 7, listing)]
            assert sorted(row.key for row in rows) == sorted(row.key for row in expected), listing
            assert many.count(listing) == len(expected)
            told = [KEYS[order](row) for row in rows]
            assert told == sorted(told, reverse=descending), listing


def test_in_a_file_a_page_is_found_without_sorting_all_rows(tmp_path: Path) -> None:
    # A server chooses its way itself.
    with filled(tmp_path, COUNT) as many, many._engine.connect() as connection:
        for order in Order:
            source = search._asked(connection, Listing(order=order))
            statement = f"SELECT {source.place} {source.source} {search._order(Listing(order=order), source)}"
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            assert search._INDEX[order] in plan and "TEMP B-TREE" not in plan, (order, plan)


# Kept with the rows


def words(path: Path) -> dict[str, int]:
    """Return how many rows the full text finds for some words."""
    with closing(sqlite3.connect(path)) as raw:
        asked = ("fe123", "123", "muller", "oscar", "1234567", "860002964")
        query = "SELECT COUNT(*) FROM search WHERE search MATCH ?"
        return {word: raw.execute(query, (f'"{word}"*',)).fetchone()[0] for word in asked}


def test_the_words_follow_the_row(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path, HandClock()) as ledger:
        ledger.record_seen([ApprovedDocument(position=1, label="", document=KNOWN[0])], 1)
    assert words(path) == {"fe123": 1, "123": 1, "muller": 1, "oscar": 0, "1234567": 1, "860002964": 1}
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE documents SET counterparty = 'Óscar', payable = '98'")
        raw.commit()
        assert words(path) == {"fe123": 1, "123": 1, "muller": 0, "oscar": 1, "1234567": 0, "860002964": 1}
        raw.execute("DELETE FROM documents")
        raw.commit()
    assert set(words(path).values()) == {0}


def test_an_older_ledger_gets_its_words_and_its_counts(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    path = tmp_path / "ledger.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(search.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.exec_driver_sql(
            "INSERT INTO documents (key, position, family, prefix, number, full_number, issued_at, counterparty,"
            " counterparty_id, currency, payable, digest, seen_at, state, detail) VALUES ('1/factura/FE/123', 1,"
            " 'factura', 'FE', 123, 'FE123', '2026-11-24T15:00:00.000000+00:00', 'Müller', '860002964', 'COP',"
            " '1234567.89', '', '2026-11-24T15:00:00.000000+00:00', 'proven', '{}')"
        )
    engine.dispose()
    Ledger(path, HandClock()).close()
    assert words(path) == {"fe123": 1, "123": 1, "muller": 1, "oscar": 0, "1234567": 1, "860002964": 1}
    reader = LedgerReader(path, HandClock())
    assert reader.issued_days(date(2026, 11, 24)) == {Family.FACTURA: {date(2026, 11, 24): 1}}
    assert reader.issued_days(date(2026, 11, 25)) == {}
    reader.close()
