"""The practice hotel's truth: what the PMS approved, what Pymes recorded, what each side says of its numbering.

One SQLite file, one connection. ``synchronous=OFF`` is enough: the file outlives the death of this process, and
nobody's money hangs on the practice hotel outliving a power cut. It is not the product's ledger and never reads it.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.connectors.pms_contract import WireDocument, document_on_wire
from app.model.documents import Document, Family
from app.model.numbering import Numbering

FILE: Final = "books.sqlite3"
APPROVED: Final = "APROBADO"
REJECTED: Final = "RECHAZADO_DIAN"
LOG_LIMIT: Final = 100_000
_TRIM_EVERY: Final = 1_000
_LONGEST_PATH: Final = 200

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, expires_at TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failed_tries (at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY, issuer TEXT NOT NULL, family TEXT NOT NULL, prefix TEXT NOT NULL,
    number INTEGER NOT NULL, issued_on TEXT NOT NULL, counterparty TEXT NOT NULL, currency TEXT NOT NULL,
    payable TEXT NOT NULL, iva TEXT NOT NULL, inc TEXT NOT NULL, cufe TEXT NOT NULL, refers_to TEXT NOT NULL,
    corrected INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0, wire TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_key ON documents (issuer, family, prefix, number);
CREATE INDEX IF NOT EXISTS documents_full_number ON documents (prefix || number);
CREATE INDEX IF NOT EXISTS documents_to_correct ON documents (family, corrected, position);
CREATE TABLE IF NOT EXISTS numberings (
    id INTEGER PRIMARY KEY, system TEXT NOT NULL, family TEXT NOT NULL, resolution TEXT, prefix TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, valid_from TEXT, valid_to TEXT, next INTEGER,
    active INTEGER NOT NULL DEFAULT 1, applies_to TEXT, uuid TEXT, consecutivo TEXT, name TEXT, asked_as TEXT,
    print_format TEXT);
CREATE TABLE IF NOT EXISTS sales (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, type TEXT NOT NULL, family TEXT NOT NULL,
    prefix TEXT NOT NULL, number INTEGER NOT NULL, full_number TEXT NOT NULL, issued_on TEXT NOT NULL,
    counterparty TEXT NOT NULL, currency TEXT NOT NULL, payable TEXT NOT NULL, iva TEXT NOT NULL, inc TEXT NOT NULL,
    cufe TEXT NOT NULL, consecutivo TEXT NOT NULL, origin TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sales_key ON sales (family, prefix, number);
CREATE INDEX IF NOT EXISTS sales_number ON sales (number);
CREATE INDEX IF NOT EXISTS sales_full_number ON sales (full_number);
CREATE INDEX IF NOT EXISTS sales_day ON sales (issued_on, id);
CREATE INDEX IF NOT EXISTS sales_type_day ON sales (type, issued_on, id);
CREATE INDEX IF NOT EXISTS sales_consecutivo ON sales (consecutivo, number);
CREATE TABLE IF NOT EXISTS idempotency (key TEXT PRIMARY KEY, digest TEXT NOT NULL, uuid TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, system TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, status INTEGER);
CREATE TABLE IF NOT EXISTS scenarios (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS consumptions (
    id INTEGER PRIMARY KEY, reservation TEXT NOT NULL, description TEXT NOT NULL, quantity INTEGER NOT NULL,
    price TEXT NOT NULL, tax TEXT NOT NULL, draft INTEGER);
CREATE INDEX IF NOT EXISTS consumptions_reservation ON consumptions (reservation);
CREATE TABLE IF NOT EXISTS drafts (
    id INTEGER PRIMARY KEY, made_at TEXT NOT NULL, reservation TEXT NOT NULL, payer TEXT NOT NULL,
    lodging INTEGER NOT NULL, full_number TEXT);
CREATE TABLE IF NOT EXISTS pymes_status (
    full_number TEXT PRIMARY KEY, uuid TEXT, looked_at TEXT NOT NULL) WITHOUT ROWID;
"""
_TABLES: Final = (
    *("facts", "tokens", "failed_tries", "documents", "numberings", "sales", "idempotency", "requests", "scenarios"),
    *("consumptions", "drafts", "pymes_status"),
)
_YOUNGER_COLUMNS: Final = (
    ("documents", "again", "INTEGER NOT NULL DEFAULT 0"),
    ("numberings", "print_format", "TEXT"),
)
"""Columns that the books of an older practice hotel lack."""
_AGREEING: Final = ("issued_on", "counterparty", "currency", "payable", "iva", "inc", "cufe")
"""What a sale must repeat of its document; compared as text, because both sides store it in one canonical form."""


def canonical(amount: Decimal) -> str:
    """Write an amount so that equal ones are equal text, whatever their trailing zeros."""
    return format(amount.normalize() if amount else Decimal(0), "f")


class Sale(NamedTuple):
    """A sale to be recorded, in the books' own form."""

    uuid: str
    issuer: str
    type: str
    family: str
    prefix: str
    number: int
    issued_on: str
    counterparty: str
    currency: str
    payable: Decimal
    iva: Decimal
    inc: Decimal
    cufe: str
    consecutivo: str
    origin: str
    row: dict[str, Any]


class Books:
    """The state of both systems. Used from one thread; a method is one step that nothing interrupts."""

    def __init__(self, folder: Path) -> None:
        """Open the books under ``folder``, or start empty ones."""
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        for table, column, kind in _YOUNGER_COLUMNS:
            if not any(row["name"] == column for row in self.rows(f"PRAGMA table_info({table})")):
                self.change(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        self._db.execute("CREATE VIEW IF NOT EXISTS approved AS SELECT * FROM documents WHERE NOT again")
        self._logged = 0
        self._facts: dict[str, Any] = {}

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep all of it or nothing; within another one it only joins in."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def erase(self) -> None:
        """Forget everything, credentials too."""
        with self.together():
            for table in _TABLES:
                self._db.execute(f"DELETE FROM {table}")
        self._facts.clear()

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(query, values).fetchall()

    def one(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(query, values).fetchone()
        return row

    def value(self, query: str, values: Sequence[Any] = ()) -> Any:
        row = self.one(query, values)
        return None if row is None else row[0]

    def change(self, query: str, values: Sequence[Any] = ()) -> int:
        """Run one writing statement and return how many rows it touched."""
        return self._db.execute(query, values).rowcount

    # facts: single values

    def fact(self, name: str) -> Any:
        """Return a single value, ``None`` where it was never set."""
        if name not in self._facts:
            text = self.value("SELECT value FROM facts WHERE name = ?", (name,))
            self._facts[name] = None if text is None else json.loads(text)
        return self._facts[name]

    def remember(self, name: str, value: Any) -> None:
        self.change("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))
        self._facts[name] = value

    # documents: the PMS

    @property
    def last_position(self) -> int:
        return self.value("SELECT MAX(position) FROM documents") or 0

    def approve_again(self, document: Document) -> None:
        """List a number once more with another content; what counts is what was approved first."""
        self.change("UPDATE documents SET again = 1, corrected = 1 WHERE position = ?", (self.approve(document),))

    def was_changed(self, document: Document) -> bool:
        """Say whether a number is listed a second time."""
        found = self.one(
            "SELECT 1 FROM documents WHERE issuer = ? AND family = ? AND prefix = ? AND number = ? AND again",
            (document.issuer.id, document.family.value, document.prefix.upper(), document.number),
        )
        return found is not None

    def approve(self, document: Document) -> int:
        """Put a document at the end of the PMS' list and return its position; positions have no gaps."""
        position = self.last_position + 1
        self.change(
            "INSERT INTO documents (position, issuer, family, prefix, number, issued_on, counterparty, currency,"
            " payable, iva, inc, cufe, refers_to, wire) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                position,
                document.issuer.id,
                document.family.value,
                document.prefix.upper(),
                document.number,
                document.issued_at.date().isoformat(),
                document.counterparty.id,
                document.currency,
                canonical(document.payable),
                canonical(document.tax_total("01")),
                canonical(document.tax_total("04")),
                (document.cufe or "").lower(),
                document.reference.full_number.upper() if document.reference else "",
                json.dumps(document_on_wire(document, position), ensure_ascii=False, separators=(",", ":")),
            ),
        )
        return position

    def has_document(self, document: Document) -> bool:
        found = self.one(
            "SELECT 1 FROM documents WHERE issuer = ? AND family = ? AND prefix = ? AND number = ?",
            (document.issuer.id, document.family.value, document.prefix.upper(), document.number),
        )
        return found is not None

    def document(self, issuer: str, family: str, prefix: str, number: int) -> Document | None:
        """Return one approved document, ``None`` where the hotel never issued that number."""
        wire = self.value(
            "SELECT wire FROM documents WHERE issuer = ? AND family = ? AND prefix = ? AND number = ?",
            (issuer, family, prefix.upper(), number),
        )
        return None if wire is None else WireDocument.model_validate_json(wire).document()

    def mark_corrected(self, full_number: str) -> None:
        """Note that an invoice has a note of its own."""
        self.change(
            "UPDATE documents SET corrected = 1 WHERE prefix || number = ? AND family = 'factura'",
            (full_number.upper(),),
        )

    def issued_on(self, day: str, limit: int) -> list[Document]:
        """Return the first documents of a day, as the hotel approved them."""
        found = self.rows("SELECT wire FROM documents WHERE issued_on = ? ORDER BY position LIMIT ?", (day, limit))
        return [WireDocument.model_validate_json(row["wire"]).document() for row in found]

    def verdict(self, document: Document) -> str:
        """Return what the practice DIAN says of a document; ``APPROVED`` unless ``judge`` said something else."""
        return str((self.fact("verdicts") or {}).get(str(document.key), APPROVED))

    def judge(self, full_number: str, verdict: str) -> None:
        """Let the practice DIAN say something else of a number than that it is approved."""
        row = self.one("SELECT wire FROM documents WHERE prefix || number = ?", (full_number.upper(),))
        if row is None:
            raise KeyError(full_number)
        document = WireDocument.model_validate_json(row["wire"]).document()
        self.remember("verdicts", (self.fact("verdicts") or {}) | {str(document.key): verdict})

    def highest_number(self, numbering: Numbering) -> int:
        """Return the highest number of a range that the hotel used, or the one before its first."""
        found = self.value(
            "SELECT MAX(number) FROM documents"
            " WHERE issuer = ? AND family = ? AND prefix = ? AND number BETWEEN ? AND ?",
            (
                self.fact("hotel")["id"],
                numbering.family.value,
                numbering.prefix.upper(),
                numbering.first,
                numbering.last,
            ),
        )
        return numbering.first - 1 if found is None else int(found)

    def wire_of(self, family: str, prefix: str, number: int) -> str | None:
        """Return the wire text of the hotel's own document with this number."""
        found: str | None = self.value(
            "SELECT wire FROM documents WHERE issuer = ? AND family = ? AND prefix = ? AND number = ?",
            (self.fact("hotel")["id"], family, prefix.upper(), number),
        )
        return found

    def documents_after(self, after: int, page: int, limit: int) -> list[str]:
        """Return the wire texts of one page; positions have no gaps, so a page is a plain range."""
        start = after + (page - 1) * limit
        found = self.rows(
            "SELECT wire FROM documents WHERE position > ? AND position <= ? ORDER BY position", (start, start + limit)
        )
        return [row["wire"] for row in found]

    # sales: Pymes

    def sale_numbered(self, family: str, prefix: str, number: int) -> str | None:
        """Return the uuid of a sale with this number."""
        found: str | None = self.value(
            "SELECT uuid FROM sales WHERE family = ? AND prefix = ? AND number = ?", (family, prefix.upper(), number)
        )
        return found

    def record(self, sale: Sale) -> None:
        """Write a sale. The books allow a number to stand twice: refusing it is Pymes' affair, counting it is ours."""
        self.change(
            "INSERT INTO sales (uuid, issuer, type, family, prefix, number, full_number, issued_on, counterparty,"
            " currency, payable, iva, inc, cufe, consecutivo, origin, row)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sale.uuid,
                sale.issuer,
                sale.type,
                sale.family,
                sale.prefix.upper(),
                sale.number,
                f"{sale.prefix}{sale.number}".upper(),
                sale.issued_on,
                sale.counterparty,
                sale.currency,
                canonical(sale.payable),
                canonical(sale.iva),
                canonical(sale.inc),
                sale.cufe.lower(),
                sale.consecutivo,
                sale.origin,
                json.dumps(sale.row, ensure_ascii=False, separators=(",", ":")),
            ),
        )

    def sales_page(
        self, where: str, values: Sequence[Any], page: int, limit: int, *, newest_first: bool = False
    ) -> tuple[int, list[str]]:
        """Return how many sales there are, and the wire texts of one page in the order of their days."""
        total = self.value(f"SELECT COUNT(*) FROM sales WHERE {where}", values)
        order = "issued_on DESC, id DESC" if newest_first else "issued_on, id"
        found = self.rows(
            f"SELECT row FROM sales WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, limit, (page - 1) * limit),
        )
        return total, [row["row"] for row in found]

    # the log

    def log(self, at: datetime, system: str, method: str, path: str, status: int | None) -> None:
        """Note a request: never its query, headers or body."""
        self.change(
            "INSERT INTO requests (at, system, method, path, status) VALUES (?, ?, ?, ?, ?)",
            (at.isoformat(), system, method, path[:_LONGEST_PATH], status),
        )
        self._logged += 1
        if self._logged % _TRIM_EVERY == 0:
            self.change("DELETE FROM requests WHERE id <= (SELECT MAX(id) FROM requests) - ?", (LOG_LIMIT,))

    def logged(self, method: str | None, path: str | None, since: int) -> list[dict[str, Any]]:
        """Return log entries after the entry ``since``, of one method and with ``path`` in their path."""
        where, values = "id > ?", [since]  # type: tuple[str, list[Any]]
        if method:
            where, values = f"{where} AND method = ?", [*values, method.upper()]
        if path:
            where, values = f"{where} AND instr(path, ?)", [*values, path]
        return [dict(row) for row in self.rows(f"SELECT * FROM requests WHERE {where} ORDER BY id", values)]

    # the audit

    def audit(self) -> dict[str, Any]:
        """Compare both systems document by document, to the peso; lists name keys as ``nit/family/prefix/number``."""
        same_number = "s.issuer = d.issuer AND s.family = d.family AND s.prefix = d.prefix AND s.number = d.number"
        differs = " OR ".join(f"s.{name} <> d.{name}" for name in _AGREEING)
        documents, sales = "approved d", "sales s"
        return {
            "approved": self.value("SELECT COUNT(*) FROM approved"),
            "recorded": self.value("SELECT COUNT(*) FROM sales"),
            "by_origin": dict(self.rows("SELECT origin, COUNT(*) FROM sales GROUP BY origin")),  # type: ignore[arg-type]
            "lost": self._keys(f"{documents} WHERE NOT EXISTS (SELECT 1 FROM {sales} WHERE {same_number})", "d"),
            "doubled": self._keys("sales s GROUP BY issuer, family, prefix, number HAVING COUNT(*) > 1", "s"),
            "wrong": self._keys(f"{documents} JOIN {sales} ON {same_number} WHERE {differs}", "d"),
            "foreign": self._keys(f"{sales} WHERE NOT EXISTS (SELECT 1 FROM {documents} WHERE {same_number})", "s"),
            "early_notes": self._early_notes(),
            "families": {family.value: self._family(family.value) for family in Family if self._knows(family.value)},
            "pms_total": self._total("approved"),
            "pymes_total": self._total("sales"),
        }

    def _keys(self, source: str, alias: str) -> list[str]:
        columns = ", ".join(f"{alias}.{name}" for name in ("issuer", "family", "prefix", "number"))
        return ["/".join(map(str, row)) for row in self.rows(f"SELECT {columns} FROM {source}")]

    def _early_notes(self) -> list[str]:
        """Return notes that Pymes recorded before the invoice that they correct."""
        return self._keys(
            # CROSS JOIN and the plus keep SQLite from starting at the invoices, which would make it quadratic.
            "documents d CROSS JOIN sales s ON s.family = d.family AND s.prefix = d.prefix AND s.number = d.number"
            " CROSS JOIN sales i ON i.full_number = d.refers_to AND +i.family = 'factura'"
            " WHERE d.refers_to <> '' AND s.id < i.id",
            "d",
        )

    def _knows(self, family: str) -> bool:
        return any(self.value(f"SELECT 1 FROM {t} WHERE family = ? LIMIT 1", (family,)) for t in ("documents", "sales"))

    def _family(self, family: str) -> dict[str, Any]:
        return {
            "approved": self.value("SELECT COUNT(*) FROM approved WHERE family = ?", (family,)),
            "recorded": self.value("SELECT COUNT(*) FROM sales WHERE family = ?", (family,)),
            "pms_total": self._total("approved", family),
            "pymes_total": self._total("sales", family),
        }

    def _total(self, table: str, family: str | None = None) -> str:
        where, values = ("", ()) if family is None else ("WHERE family = ?", (family,))
        found = self.rows(f"SELECT payable FROM {table} {where}", values)
        return format(sum((Decimal(row[0]) for row in found), Decimal("0.00")), "f")
