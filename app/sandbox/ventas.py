"""How Pymes takes a «venta externa»: what it demands, why it refuses, what it records. **Our contract**, not Loggro's.

Used by whoever posts one, and by the second writer that imitates Loggro's own sync, so that both obey the same rules.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from app.connectors.pms_contract import WireDocument
from app.connectors.pymes_contract import PLAN_USED_UP, venta_externa
from app.model.clock import bogota_day
from app.model.documents import DocumentKey, DocumentType
from app.model.numbering import APPLIES_TO_PMS
from app.sandbox.books import Sale
from app.sandbox.house import House

Fault = tuple[str, str]
"""Code and message of a refusal."""

BOTONES: Final = "botones"
ALOJAMIENTOS: Final = "alojamientos"


class Impuesto(BaseModel):
    codigo: str
    valor: Decimal


class Tercero(BaseModel):
    tipoId: str
    id: Annotated[str, Field(min_length=1)]
    nombre: str


class Venta(BaseModel):
    """The part of ``VentaExterna`` that Pymes reads; the rest is accepted and not looked at."""

    claveExterna: str
    consecutivoUuid: str
    tipoDocumento: DocumentType
    prefijo: Annotated[str, Field(max_length=4)] = ""
    numero: Annotated[int, Field(ge=0)]
    fechaHora: datetime
    cliente: Tercero
    moneda: Annotated[str, Field(min_length=3, max_length=3)]
    impuestos: list[Impuesto] = []
    total: Decimal
    cufe: str | None = None

    @property
    def day(self) -> date:
        return bogota_day(self.fechaHora)

    def tax(self, code: str) -> Decimal:
        return sum((tax.valor for tax in self.impuestos if tax.codigo == code), Decimal(0))


def fault_of(house: House, venta: Venta) -> Fault | None:
    """Return why Pymes refuses a sale, or ``None``. A second sale with the same number is asked for apart."""
    try:
        key = DocumentKey.parse(venta.claveExterna)
    except ValueError:
        return "venta.clave-ilegible", "La clave externa no tiene la forma nit/familia/prefijo/número."
    if house.plan.documents == 0:
        return PLAN_USED_UP, "El plan no tiene documentos disponibles."
    if key.issuer_nit != house.hotel.party.id:
        return "organizacion.no-corresponde", "El documento es de otro emisor."
    family = venta.tipoDocumento.family
    vigencias = house.ranges.vigencias_of(venta.consecutivoUuid)
    checks: tuple[tuple[Fault, Callable[[dict[str, Any]], bool]], ...] = (
        (("consecutivo.otro-tipo", "El consecutivo es de otro tipo de documento."), lambda v: v["family"] == family),
        (
            ("consecutivo.no-aplica", f"El consecutivo no aplica a «{APPLIES_TO_PMS}»."),
            lambda v: v["applies_to"] == APPLIES_TO_PMS,
        ),
        (
            ("vigencia.otro-prefijo", "Ninguna vigencia del consecutivo tiene este prefijo."),
            lambda v: v["prefix"].upper() == venta.prefijo.upper(),
        ),
        (
            ("numero.fuera-de-rango", "El número no está en la numeración de la resolución."),
            lambda v: v["first"] <= venta.numero <= v["last"],
        ),
        (("vigencia.inactiva", "La resolución está inactiva."), lambda v: bool(v["active"])),
        (
            ("vigencia.fuera-de-fecha", "La fecha del documento no está en la vigencia de la resolución."),
            lambda v: (v["valid_from"] or "") <= venta.day.isoformat() <= (v["valid_to"] or "9999"),
        ),
    )
    if not vigencias:
        return "consecutivo.no-existe", "No existe el consecutivo."
    for fault, fits in checks:
        vigencias = [vigencia for vigencia in vigencias if fits(vigencia)]
        if not vigencias:
            return fault
    return None


def standing(house: House, venta: Venta) -> str | None:
    """Return the uuid of the sale that already has this number."""
    return house.books.sale_numbered(venta.tipoDocumento.family.value, venta.prefijo, venta.numero)


def record(house: House, venta: Venta, origin: str) -> str:
    """Write the sale and return its uuid; whoever calls has asked ``fault_of`` and ``standing``."""
    identity = str(uuid.uuid4())
    row = {
        "uuid": identity,
        "tipoDocumento": venta.tipoDocumento.value,
        "prefijo": venta.prefijo,
        "numero": venta.numero,
        "fecha": venta.day.isoformat(),
        "clienteId": venta.cliente.id,
        "clienteNombre": venta.cliente.nombre,
        "moneda": venta.moneda,
        "total": format(venta.total, "f"),
        "impuestos": [{"codigo": tax.codigo, "valor": format(tax.valor, "f")} for tax in venta.impuestos],
        "cufe": venta.cufe,
        "consecutivoUuid": venta.consecutivoUuid,
        "origen": origin,
        "estadoDian": "Confirmado",
    }
    house.books.record(
        Sale(
            uuid=identity,
            issuer=house.hotel.party.id,
            type=venta.tipoDocumento.value,
            family=venta.tipoDocumento.family.value,
            prefix=venta.prefijo,
            number=venta.numero,
            issued_on=venta.day.isoformat(),
            counterparty=venta.cliente.id,
            currency=venta.moneda,
            payable=venta.total,
            iva=venta.tax("01"),
            inc=venta.tax("04"),
            cufe=venta.cufe or "",
            consecutivo=venta.consecutivoUuid,
            origin=origin,
            row=row,
        )
    )
    return identity


def write_as_loggro(house: House, wire: str) -> bool:
    """Bring an approved document into Pymes as Loggro's own sync would; return whether it now came from there.

    It is refused by the same rules as anybody: no consecutivo, or the number already stands. A note waits for its
    invoice.
    """
    document = WireDocument.model_validate_json(wire).document()
    consecutivo = house.ranges.consecutivo_for(document.family.value, document.prefix, document.number)
    if consecutivo is None:
        return False
    if document.reference and not house.books.one(
        "SELECT 1 FROM sales WHERE full_number = ?", (document.reference.full_number.upper(),)
    ):
        return False
    venta = Venta.model_validate(venta_externa(document, consecutivo))
    if standing(house, venta) is not None or fault_of(house, venta) is not None:
        return False
    record(house, venta, ALOJAMIENTOS)
    return True
