"""What each system of the practice hotel says of its numbering, and the one place where a test or a trainee breaks it.

PMS resolutions, Pymes vigencias and DIAN authorisations are rows of one table, told apart by ``system``. Whether they
agree is not known here: that is the product's question.
"""

import hashlib
import uuid
from datetime import date
from typing import Any, Final

from app.model.documents import Authorisation, Family
from app.model.numbering import APPLIES_TO_PMS, Field, Numbering, System
from app.sandbox.books import Books

_COLUMNS: Final = {
    Field.RESOLUTION: "resolution",
    Field.PREFIX: "prefix",
    Field.FIRST: "first",
    Field.LAST: "last",
    Field.VALID_FROM: "valid_from",
    Field.VALID_TO: "valid_to",
    Field.ACTIVE: "active",
    Field.APPLIES_TO: "applies_to",
}
OWN: Final = "Facturas de venta hechas en Pymes"
"""«Aplica a» of the hotel's own consecutivo; the real wording of this option is not public."""
POS: Final = "Facturas cargadas por Venta POS Externa"
"""«Aplica a» of tickets that are no electronic invoices (facts/loggro.md 5.2)."""


class Ranges:
    """Reads and writes the numbering of the three systems."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def add(self, numbering: Numbering, next_number: int | None = None) -> None:
        """Add a range to the PMS or the DIAN; ``next_number`` is where the PMS goes on."""
        self._books.change(
            "INSERT INTO numberings (system, family, resolution, prefix, first, last, valid_from, valid_to, next,"
            " asked_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_values(numbering), next_number, numbering.resolution),
        )

    def add_consecutivo(self, numbering: Numbering, name: str) -> str:
        """Add a consecutivo with its vigencia to Pymes and return its uuid."""
        consecutivo = str(uuid.uuid4())
        self._books.change(
            "INSERT INTO numberings (system, family, resolution, prefix, first, last, valid_from, valid_to, applies_to,"
            " uuid, consecutivo, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_values(numbering), numbering.applies_to, str(uuid.uuid4()), consecutivo, name),
        )
        return consecutivo

    def open_consecutivo(self, family: Family, name: str, applies_to: str, print_format: str) -> str:
        """Add a consecutivo to Pymes that has no vigencia yet, and return its uuid."""
        consecutivo = str(uuid.uuid4())
        self._books.change(
            "INSERT INTO numberings (system, family, prefix, first, last, applies_to, consecutivo, name, print_format)"
            " VALUES ('pymes', ?, '', 0, 0, ?, ?, ?, ?)",
            (family.value, applies_to, consecutivo, name, print_format),
        )
        return consecutivo

    def change_consecutivo(self, consecutivo: str, name: str, applies_to: str, print_format: str) -> None:
        self._books.change(
            "UPDATE numberings SET name = ?, applies_to = ?, print_format = ? WHERE consecutivo = ?",
            (name, applies_to, print_format, consecutivo),
        )

    def add_vigencia(self, consecutivo: str, numbering: Numbering, active: bool) -> None:
        """Give a consecutivo that there is one more vigencia; its first one takes the place of none."""
        values = (*_values(numbering)[2:], active, str(uuid.uuid4()), consecutivo)
        filled = self._books.change(
            "UPDATE numberings SET resolution = ?, prefix = ?, first = ?, last = ?, valid_from = ?, valid_to = ?,"
            " active = ?, uuid = ? WHERE consecutivo = ? AND uuid IS NULL",
            values,
        )
        if not filled:
            self._books.change(
                "INSERT INTO numberings (system, family, applies_to, name, print_format, consecutivo, resolution,"
                " prefix, first, last, valid_from, valid_to, active, uuid)"
                " SELECT system, family, applies_to, name, print_format, consecutivo, ?, ?, ?, ?, ?, ?, ?, ?"
                " FROM numberings WHERE consecutivo = ? ORDER BY id LIMIT 1",
                values,
            )

    def activate(self, vigencia: str, active: bool) -> None:
        self._books.change("UPDATE numberings SET active = ? WHERE uuid = ?", (active, vigencia))

    def change_range(self, row: int, numbering: Numbering) -> None:
        """Write what a person typed over one range of one system."""
        self._books.change(
            "UPDATE numberings SET resolution = ?, prefix = ?, first = ?, last = ?, valid_from = ?, valid_to = ?"
            " WHERE id = ?",
            (*_values(numbering)[2:], row),
        )

    def forget(self, system: System, family: Family) -> None:
        self._books.change("DELETE FROM numberings WHERE system = ? AND family = ?", (system.value, family.value))

    def mutate(self, system: System, family: Family, field: Field, value: Any) -> bool:
        """Change one field of one range on one side, the newest of its family; return whether there is such a range."""
        stored = int(value) if field is Field.ACTIVE else value
        touched = self._books.change(
            f"UPDATE numberings SET {_COLUMNS[field]} = ? WHERE id ="
            " (SELECT MAX(id) FROM numberings WHERE system = ? AND family = ?)",
            (stored, system.value, family.value),
        )
        return touched > 0

    def current(self, family: Family) -> tuple[Numbering, int] | None:
        """Return the PMS' range for new documents and its next number; ``None`` where none is left."""
        row = self._books.one(
            "SELECT * FROM numberings WHERE system = 'pms' AND family = ? AND next <= last ORDER BY id DESC",
            (family.value,),
        )
        return None if row is None else (_numbering(row), row["next"])

    def move_on(self, family: Family, prefix: str, next_number: int) -> None:
        self._books.change(
            "UPDATE numberings SET next = ? WHERE system = 'pms' AND family = ? AND prefix = ?"
            " AND ? BETWEEN first AND last + 1",
            (next_number, family.value, prefix, next_number),
        )

    def authorisation(self, numbering: Numbering) -> Authorisation | None:
        """Return what a document says of its range; a nota says nothing."""
        if numbering.resolution is None:
            return None
        return Authorisation(
            resolution=numbering.resolution,
            prefix=numbering.prefix,
            first=numbering.first,
            last=numbering.last,
            valid_from=str(numbering.valid_from),
            valid_to=str(numbering.valid_to),
        )

    def technical_key(self, resolution: str) -> str | None:
        """Return the key of one of the hotel's own ranges; ``None`` for ranges that came with documents."""
        known = self._books.value(
            "SELECT 1 FROM numberings WHERE system = 'dian' AND asked_as = ? AND family = 'factura'", (resolution,)
        )
        if known is None or resolution in (self._books.fact("foreign_resolutions") or ()):
            return None
        return hashlib.sha1(f"{self._books.fact('seed')}/{resolution}".encode(), usedforsecurity=False).hexdigest()

    # as the wire has them

    def pms_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "document_type": Family(row["family"]).code,
                "resolution_number": row["resolution"],
                "prefix": row["prefix"],
                "from_number": row["first"],
                "to_number": row["last"],
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
                "next_number": row["next"],
            }
            for row in self._books.rows("SELECT * FROM numberings WHERE system = 'pms' ORDER BY id")
        ]

    def consecutivos(self) -> list[dict[str, Any]]:
        """Return the first row of each consecutivo, and how many vigencias it has (``vigencias``)."""
        found = self._books.rows(
            "SELECT *, MIN(id) AS first_row, COUNT(uuid) AS vigencias FROM numberings WHERE system = 'pymes'"
            " GROUP BY consecutivo ORDER BY first_row"
        )
        return [dict(row) for row in found]

    def rows_of(self, system: System) -> list[dict[str, Any]]:
        """Return a system's ranges as the books have them."""
        found = self._books.rows("SELECT * FROM numberings WHERE system = ? ORDER BY id", (system.value,))
        return [dict(row) for row in found]

    def consecutivo_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "uuid": row["consecutivo"],
                "codigo": code_of(row),
                "nombre": row["name"],
                "tipoDocumento": Family(row["family"]).code,
                "aplicaA": row["applies_to"],
                "estado": "Activo",
            }
            for row in self.consecutivos()
        ]

    def vigencia_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "uuid": row["uuid"],
                "consecutivoUuid": row["consecutivo"],
                "numeroResolucion": row["resolution"],
                "prefijo": row["prefix"],
                "numeracionInicial": row["first"],
                "numeracionFinal": row["last"],
                "fechaInicial": row["valid_from"],
                "fechaFinal": row["valid_to"],
                "numeroSiguiente": self.next_sale(row["consecutivo"], row["first"]),
                "estado": "Activa" if row["active"] else "Inactiva",
            }
            for row in self.rows_of(System.PYMES)
            if row["uuid"] is not None
        ]

    def dian_row(self, resolution: str) -> dict[str, Any] | None:
        """Return what the DIAN says when asked for a resolution by the number under which it was issued."""
        row = self._books.one("SELECT * FROM numberings WHERE system = 'dian' AND asked_as = ?", (resolution,))
        return None if row is None else dict(row)

    def authorisations(self) -> list[dict[str, Any]]:
        """Return what the DIAN authorised, the oldest first."""
        return [dict(row) for row in self._books.rows("SELECT * FROM numberings WHERE system = 'dian' ORDER BY id")]

    def vigencias_of(self, consecutivo: str) -> list[dict[str, Any]]:
        found = self._books.rows(
            "SELECT * FROM numberings WHERE system = 'pymes' AND consecutivo = ? AND uuid IS NOT NULL", (consecutivo,)
        )
        return [dict(row) for row in found]

    def consecutivo_for(self, family: str, prefix: str, number: int) -> str | None:
        """Return the consecutivo under which a document of the PMS belongs, as Loggro's own sync would find it."""
        found: str | None = self._books.value(
            "SELECT consecutivo FROM numberings WHERE system = 'pymes' AND family = ? AND prefix = ? AND applies_to = ?"
            " AND active AND uuid IS NOT NULL AND ? BETWEEN first AND last",
            (family, prefix, APPLIES_TO_PMS, number),
        )
        return found

    def next_sale(self, consecutivo: str, first: int) -> int:
        last = self._books.value("SELECT MAX(number) FROM sales WHERE consecutivo = ?", (consecutivo,))
        return first if last is None else int(last) + 1


def code_of(row: dict[str, Any]) -> str:
    """Return the code that Pymes shows of a consecutivo."""
    return str(100 + row["id"])


def _values(numbering: Numbering) -> tuple[Any, ...]:
    return (
        numbering.system.value,
        numbering.family.value,
        numbering.resolution,
        numbering.prefix,
        numbering.first,
        numbering.last,
        numbering.valid_from.isoformat() if numbering.valid_from else None,
        numbering.valid_to.isoformat() if numbering.valid_to else None,
    )


def _numbering(row: Any) -> Numbering:
    return Numbering(
        system=System(row["system"]),
        family=Family(row["family"]),
        prefix=row["prefix"],
        first=row["first"],
        last=row["last"],
        resolution=row["resolution"],
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )
