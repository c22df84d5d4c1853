"""The tables of the ledger, as SQLAlchemy Core sees them; they change only together with a migration."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as UTC text of one width, so that text order is time order on every database."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Amount(TypeDecorator[Decimal]):
    """A decimal stored as text: no float ever touches money."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


documents = Table(
    "documents",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("family", String(20)),
    Column("prefix", String(8), nullable=False),
    Column("number", Integer, nullable=False),
    Column("full_number", String(40), nullable=False),
    Column("issued_at", Moment),
    Column("counterparty", Text, nullable=False),
    Column("counterparty_id", String(40), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("payable", Amount),
    Column("digest", String(64), nullable=False),
    Column("body", Text),
    Column("seen_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("cause", String(32)),
    Column("detail", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("looks", Integer, nullable=False, server_default=text("0")),
    Column("adopted", Boolean, nullable=False, server_default=text("0")),
    Column("sale", String(80)),
    Column("due_at", Moment),
    Column("since", Moment),
    Column("proven_at", Moment),
    # What a cycle asks for, and what the panel asks for; both stay flat as the ledger grows. Columns that the database
    # itself makes of these, for ``search`` to sort and find by, are in the migrations alone.
    Index("documents_by_state", "state", "position", "family", "cause", "issued_at"),
    Index("documents_by_position", "position"),
    Index("documents_by_number", "full_number"),
    Index("documents_by_time", "seen_at", "position", "state", "family", "cause", "issued_at"),
    Index("documents_by_issue", "issued_at", "state", "family", "cause"),
    Index("documents_by_prefix", "prefix", "number", "issued_at", "state", "family", "cause"),
    Index("documents_by_proof", "proven_at", "family", "currency", "payable"),
)

tally = Table(
    "tally",
    metadata,
    Column("state", String(12), primary_key=True),
    Column("adopted", Boolean, primary_key=True),
    Column("n", Integer, nullable=False),
)
proven_days = Table(
    "proven_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("n", Integer, nullable=False),
)
issued_days = Table(
    "issued_days",
    metadata,
    Column("family", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("n", Integer, nullable=False),
)
"""How many documents stand where, how many were proven on a day in Bogotá, and how many of a type were issued on one.

Triggers keep them, in the transaction that moves the document: they cannot differ from the rows, and counting costs the
same however many there are.
"""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("cause", String(32)),
    Column("due_at", Moment),
    Column("data", JSON, nullable=False),
    Index("events_by_key", "key", "id"),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("exchanges_by_event", "event"),
)
"""What was said to Pymes and answered, by the event that it led to; packed, and kept for ``exchanges.KEPT``."""

proofs = Table(
    "proofs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("family", String(20), nullable=False),
    Column("range", String(40), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index("proofs_by_range", "family", "range", "id"),
)
"""A proof is written when what it says changes, so the table is the history of the numbering, not of the clock."""

evidence = Table(
    "evidence",
    metadata,
    Column("system", String(8), nullable=False),
    Column("family", String(20), nullable=False),
    Column("resolution", String(20), nullable=False),
    Column("prefix", String(8), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("system", "family", "resolution", "prefix"),
)
"""What a person typed from a screen or from Form 1876, and what the FE service last said of the DIAN."""

facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single values that must move together with the rows, such as the cursor of the PMS' list."""

SENDER = "sender"
WISH = "sender-wish"
DOOR = "door"
"""Facts about computers, not about documents: which one writes a shared ledger, which one asked to, which moved it."""
START = "start"
"""The first day whose documents are carried."""

marks = Table(
    "marks",
    metadata,
    Column("source", String(12), primary_key=True),
    Column("name", String(600), primary_key=True),
    Column("mark", Text, nullable=False),
)
"""What a source of documents wants to find again: a file already read, how far a range was walked. One row each, so
that a new file among a hundred thousand costs one row, and not the whole index."""
