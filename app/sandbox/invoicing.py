"""Invoices made by hand in the practice PMS: a stay's draft, its approval, its notes, and what the PMS knows of Pymes.

The steps and «Pymes status» are named in Loggro's articles; all else here is **our reading** (facts/loggro.md 6).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.connectors.pms_contract import WireDocument
from app.model.clock import BOGOTA
from app.model.documents import Document, Family, Line
from app.model.parties import Party
from app.sandbox import reservations, stays
from app.sandbox.house import House
from app.sandbox.reservations import Reservation
from app.sandbox.ventas import write_as_loggro


@dataclass(frozen=True, slots=True)
class Bill:
    """A draft invoice: what will stand on it once it is approved."""

    id: int
    made_at: datetime
    reservation: Reservation
    payer: Party
    lines: tuple[Line, ...]

    @property
    def content(self) -> stays.Draft:
        guest = self.reservation.guest
        return stays.Draft(counterparty=self.payer, guest=None if guest == self.payer else guest, lines=self.lines)

    @property
    def total(self) -> Decimal:
        return Decimal(self.content.content()["payable"])


@dataclass(frozen=True, slots=True)
class PymesStatus:
    """What the PMS saw in Pymes when «Actualizar» was pressed last."""

    uuid: str | None
    looked_at: datetime


def draft(house: House, reservation: Reservation, payer: Party) -> int | None:
    """Make an invoice of what a stay has not on any yet; ``None`` where that is nothing."""
    books = house.books
    lodging = not books.value("SELECT 1 FROM drafts WHERE reservation = ? AND lodging", (reservation.id,))
    open_ones = [one.id for one in reservations.consumptions(house, reservation.id) if one.draft is None]
    if not lodging and not open_ones:
        return None
    with books.together():
        books.change(
            "INSERT INTO drafts (made_at, reservation, payer, lodging) VALUES (?, ?, ?, ?)",
            (house.clock.now().isoformat(), reservation.id, payer.model_dump_json(), lodging),
        )
        made = int(books.value("SELECT MAX(id) FROM drafts"))
        books.change(
            "UPDATE consumptions SET draft = ? WHERE reservation = ? AND draft IS NULL", (made, reservation.id)
        )
    return made


def bill(house: House, identity: int) -> Bill | None:
    """Return a draft that nobody approved yet."""
    row = house.books.one("SELECT * FROM drafts WHERE id = ? AND full_number IS NULL", (identity,))
    return None if row is None else _bill(house, row)


def bills(house: House) -> list[Bill]:
    """Return the drafts that nobody approved yet, the newest first."""
    return [
        _bill(house, row) for row in house.books.rows("SELECT * FROM drafts WHERE full_number IS NULL ORDER BY -id")
    ]


def discard(house: House, identity: int) -> None:
    """Throw a draft away; what stood on it can be invoiced again."""
    with house.books.together():
        house.books.change("UPDATE consumptions SET draft = NULL WHERE draft = ?", (identity,))
        house.books.change("DELETE FROM drafts WHERE id = ? AND full_number IS NULL", (identity,))


def approve(house: House, made: Bill) -> Document:
    """Approve a draft: it gets its number and CUFE. Raises ``NothingToIssue`` where the range has no number left."""
    with house.books.together():
        document = house.hotel.approve(Family.FACTURA, made.content, _now(house))
        house.books.change("UPDATE drafts SET full_number = ? WHERE id = ?", (document.full_number, made.id))
    return document


def annul(house: House, invoice: Document) -> Document:
    """Annul an approved invoice: a nota crédito over all of it, for an approved document itself never changes."""
    with house.books.together():
        return house.hotel.approve(Family.NOTA_CREDITO, stays.annulment(invoice), _now(house))


def correct(house: House, invoice: Document, line: int) -> Document:
    """Take back one line of an invoice with a nota crédito."""
    with house.books.together():
        note = stays.correcting(invoice, (invoice.lines[line],))
        return house.hotel.approve(Family.NOTA_CREDITO, note, _now(house))


def add(house: House, invoice: Document, description: str, quantity: int, price: Decimal, tax: str) -> Document:
    """Charge something after the fact with a nota débito."""
    with house.books.together():
        note = stays.correcting(invoice, (stays.priced(description, quantity, price, reservations.TAXES[tax]),))
        return house.hotel.approve(Family.NOTA_DEBITO, note, _now(house))


def document_numbered(house: House, full_number: str) -> Document | None:
    """Return the approved document with this number, as it was approved first."""
    wire = house.books.value(
        "SELECT wire FROM documents WHERE prefix || number = ? ORDER BY position", (full_number.upper(),)
    )
    return None if wire is None else WireDocument.model_validate_json(wire).document()


def notes_of(house: House, invoice: Document) -> list[Document]:
    """Return the notes that correct an invoice."""
    found = house.books.rows(
        "SELECT wire FROM documents WHERE refers_to = ? ORDER BY position", (invoice.full_number.upper(),)
    )
    return [WireDocument.model_validate_json(row["wire"]).document() for row in found]


def is_annulled(invoice: Document, notes: list[Document]) -> bool:
    """Say whether the notas crédito take back all of it."""
    taken = sum((note.payable for note in notes if note.family is Family.NOTA_CREDITO), Decimal(0))
    return invoice.family is Family.FACTURA and taken >= invoice.payable + invoice.prepaid > 0


def pymes_status(house: House, full_number: str) -> PymesStatus | None:
    """Return what the PMS last saw in Pymes of a document; ``None`` before the first look."""
    row = house.books.one("SELECT * FROM pymes_status WHERE full_number = ?", (full_number.upper(),))
    return None if row is None else PymesStatus(row["uuid"], datetime.fromisoformat(row["looked_at"]))


def refresh(house: House, document: Document, sends: bool) -> PymesStatus:
    """Press «Actualizar»: look into Pymes; where Loggro's own sync works (``sends``) it also brings the document."""
    books, family = house.books, document.family.value
    if sends and (wire := books.wire_of(family, document.prefix, document.number)) is not None:
        with books.together():
            write_as_loggro(house, wire)
    seen = PymesStatus(books.sale_numbered(family, document.prefix, document.number), house.clock.now())
    books.change(
        "INSERT OR REPLACE INTO pymes_status VALUES (?, ?, ?)",
        (document.full_number.upper(), seen.uuid, seen.looked_at.isoformat()),
    )
    return seen


def _bill(house: House, row: Any) -> Bill:
    reservation = reservations.named(house, row["reservation"])
    assert reservation is not None
    consumed = [one.line for one in reservations.consumptions(house, reservation.id) if one.draft == row["id"]]
    return Bill(
        id=row["id"],
        made_at=datetime.fromisoformat(row["made_at"]),
        reservation=reservation,
        payer=Party.model_validate_json(row["payer"]),
        lines=(*((reservation.lodging,) if row["lodging"] else ()), *consumed),
    )


def _now(house: House) -> datetime:
    return house.clock.now().astimezone(BOGOTA)
