"""Simulacros of the hotel's side: what the PMS shows, and what happens to the computer on which Botones runs."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from app.connectors.pms_contract import WireDocument
from app.connectors.pymes_contract import venta_externa
from app.model.documents import Family
from app.sandbox.house import House
from app.sandbox.scenario import Scenario
from app.sandbox.scenarios_answers import AnswerLost, ServerError
from app.sandbox.ventas import Venta, record
from app.texts import _


class PagesAstray(Scenario):
    name = "pages-astray"

    @property
    def title(self) -> str:
        return _("El PMS repite, desordena y omite")

    @property
    def expect(self) -> str:
        return _(
            "La lista de aprobados llega con filas repetidas, en otro orden o con huecos. "
            "Botones lleva cada documento una vez y vuelve por los que faltaron."
        )

    def listed(self, house: House, wires: list[str]) -> list[str]:
        self._occasions += 1
        if self._occasions % 3 == 1:
            return [wire for place, wire in enumerate(wires) if place % 4 != 1]
        if self._occasions % 3 == 2:
            return wires + wires[::2]
        return wires[::-1]


class PmsChanges(Scenario):
    name = "pms-changes"
    every = 10

    @property
    def title(self) -> str:
        return _("El PMS cambia un documento ya aprobado")

    @property
    def expect(self) -> str:
        return _(
            "El mismo número vuelve con otro total. Una factura aprobada no cambia: Botones no envía el segundo "
            "contenido y le pide a una persona que decida, con los dos a la vista."
        )

    def before_listing(self, house: House, wires: list[str]) -> None:
        for wire in wires:
            document = WireDocument.model_validate_json(wire).document()
            if document.number % self.every == 0 and not house.books.was_changed(document):
                house.books.approve_again(document.model_copy(update={"payable": document.payable + Decimal(1_000)}))


class NoteBeforeInvoice(Scenario):
    name = "note-before-invoice"

    def __init__(self) -> None:
        super().__init__()
        self._kept_back: set[str] = set()

    @property
    def title(self) -> str:
        return _("La nota llega antes que su factura")

    @property
    def expect(self) -> str:
        return _(
            "El PMS muestra la nota y todavía no la factura que corrige. La nota espera, a la vista; cuando la factura "
            "llega y queda comprobada, la nota sale detrás de ella."
        )

    def listed(self, house: House, wires: list[str]) -> list[str]:
        rows = [json.loads(wire) for wire in wires]
        wanted = {row["reference"]["full_number"].upper() for row in rows if "reference" in row}
        early = wanted - self._kept_back
        self._kept_back |= wanted
        return [wire for wire, row in zip(wires, rows, strict=True) if _full_number(row) not in early]


class OlderInvoice(Scenario):
    """Notes correct invoices from before Botones was installed: the PMS' list does not hold them."""

    name = "older-invoice"

    @property
    def title(self) -> str:
        return _("Nota de una factura anterior a Botones")

    @property
    def expect(self) -> str:
        return _(
            "La nota corrige una factura de antes de la instalación. Botones la busca en Pymes, la encuentra y deja "
            "salir la nota."
        )

    def listed(self, house: House, wires: list[str]) -> list[str]:
        return list(self._rewritten(house, wires))

    def _rewritten(self, house: House, wires: list[str]) -> Iterator[str]:
        for wire in wires:
            row: dict[str, Any] = json.loads(wire)
            if (reference := row.get("reference")) is not None:
                self._know(house, reference["full_number"], _older(reference["full_number"]))
                reference["full_number"] = _older(reference["full_number"])
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":"))

    def _know(self, house: House, number: str, older: str) -> None:
        """Have the older invoice stand in Pymes, as somebody else brought it there."""
        prefix = older.rstrip("0123456789")
        if house.books.sale_numbered(Family.FACTURA.value, prefix, int(older.removeprefix(prefix))) is not None:
            return
        wire = house.books.wire_of(Family.FACTURA.value, prefix, int(number.removeprefix(prefix)))
        if wire is None:
            return
        document = WireDocument.model_validate_json(wire).document()
        changed = document.model_copy(update={"number": int(older.removeprefix(prefix)), "cufe": None})
        record(house, Venta.model_validate(venta_externa(changed, str(uuid.uuid4()))), "manual")


class OlderInvoiceUnknown(OlderInvoice):
    name = "older-invoice-unknown"

    @property
    def title(self) -> str:
        return _("Nota de una factura que nadie tiene")

    @property
    def expect(self) -> str:
        return _(
            "La nota corrige una factura de antes de la instalación que no está en Pymes. La nota queda retenida con "
            "esa causa; Botones vuelve a mirar por su cuenta."
        )

    def _know(self, house: House, number: str, older: str) -> None:
        """Leave Pymes without it."""


class TwoComputers(Scenario):
    name = "two-computers"
    has_second_pc = True

    @property
    def title(self) -> str:
        return _("Dos computadores llevan lo mismo")

    @property
    def expect(self) -> str:
        return _(
            "Otro computador con Botones, con su propio libro, lleva los documentos del mismo hotel al mismo tiempo. "
            "Cada documento queda una sola vez, y los dos libros lo dan por comprobado."
        )


class ClockJumps(ServerError):
    name = "clock-jumps"
    clock_jumps: ClassVar = (timedelta(days=400), timedelta(days=-401), timedelta(hours=30))

    @property
    def title(self) -> str:
        return _("El reloj del computador salta")

    @property
    def expect(self) -> str:
        return _(
            "El reloj de Windows salta más de un año adelante, atrás y otra vez adelante, mientras Pymes falla a "
            "ratos. Ninguna espera se vuelve eterna y nada se envía dos veces."
        )


class Asleep(AnswerLost):
    name = "asleep"
    sleeps: ClassVar = timedelta(hours=8)

    @property
    def title(self) -> str:
        return _("El computador duerme ocho horas")

    @property
    def expect(self) -> str:
        return _(
            "El computador se suspende con respuestas perdidas y despierta a las ocho horas; el hotel siguió "
            "facturando. Botones empieza de nuevo desde su libro: comprueba la numeración, mira lo dudoso y lleva lo "
            "demás."
        )


def _full_number(row: dict[str, Any]) -> str:
    return f"{row.get('prefix', '')}{row['number']}".upper()


def _older(full_number: str) -> str:
    """Return a number of the same prefix from before the hotel's first one (``Hotel.found`` starts above 900)."""
    prefix = full_number.rstrip("0123456789")
    return f"{prefix}{int(full_number.removeprefix(prefix)) % 899 + 1}"
