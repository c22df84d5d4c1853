"""How consecutivos, cajas and sales look on the wire of Pymes.

**our reading and our contract** (``resources/contracts/pymes.yaml``).

The paths and query names of the reads are documented; no schema of any of these objects is public (facts/loggro.md
2.4), and setting the parameter, creating a consecutivo and posting a venta externa are not published at all. Parsed
tolerantly: unknown fields are ignored, known aliases accepted.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from pydantic import AliasChoices, Field

from app.connectors.wire import Amount, Day, Whole, Wire, amount, without_blanks
from app.model.causes import Cause
from app.model.documents import Document, DocumentType, Tax
from app.model.numbering import Numbering, System
from app.model.parties import Party
from app.model.sales import Sale

PERIOD_CLOSED: Final = "periodo.cerrado"
PLAN_USED_UP: Final = "plan.sin-documentos"
_ABOUT_NUMBERING: Final = ("consecutivo.", "vigencia.", "numero.fuera-de-rango")


def cause_of_refusal(codes: Iterable[str]) -> Cause:
    """Return why Pymes refused a sale, by its codes as our contract has them; any other code is just a refusal."""
    known = tuple(code.strip().lower() for code in codes)
    if PERIOD_CLOSED in known:
        return Cause.PERIOD_CLOSED
    if PLAN_USED_UP in known:
        return Cause.PLAN_USED_UP
    if any(code.startswith(_ABOUT_NUMBERING) for code in known):
        return Cause.NUMBERING_REFUSED
    return Cause.REFUSED_BY_PYMES


class WireConsecutivo(Wire):
    """A row of ``GET /v1/consecutivos/no-pos/compania``."""

    uuid: str
    codigo: str = ""
    nombre: str = ""
    tipoDocumento: str
    aplicaA: str | None = None
    estado: str = "Activo"


class WireVigencia(Wire):
    """A row of ``GET /v1/consecutivos/vigencias``; a nota's has no resolution and no dates."""

    uuid: str
    consecutivoUuid: str = Field(validation_alias=AliasChoices("consecutivoUuid", "consecutivo_uuid", "consecutivo"))
    numeroResolucion: str | None = None
    prefijo: str = ""
    numeracionInicial: Whole
    numeracionFinal: Whole
    fechaInicial: Day | None = None
    fechaFinal: Day | None = None
    numeroSiguiente: Whole | None = None
    estado: str = "Activa"


def numberings_of(consecutivos: Iterable[WireConsecutivo], vigencias: Iterable[WireVigencia]) -> tuple[Numbering, ...]:
    """Join consecutivos with their vigencias.

    Left out are a consecutivo without vigencia, which numbers nothing yet, and one of a type that no PMS issues.
    """
    by_uuid = {consecutivo.uuid: consecutivo for consecutivo in consecutivos}
    return tuple(
        Numbering(
            system=System.PYMES,
            family=kind.family,
            prefix=vigencia.prefijo,
            first=vigencia.numeracionInicial,
            last=vigencia.numeracionFinal,
            resolution=vigencia.numeroResolucion,
            valid_from=vigencia.fechaInicial,
            valid_to=vigencia.fechaFinal,
            next_number=vigencia.numeroSiguiente,
            active=vigencia.estado.lower().startswith("activ") and owner.estado.lower().startswith("activ"),
            applies_to=owner.aplicaA,
            consecutivo=owner.uuid,
        )
        for vigencia in vigencias
        if (owner := by_uuid.get(vigencia.consecutivoUuid)) is not None
        and (kind := DocumentType.of(owner.tipoDocumento)) is not None
    )


class WireCaja(Wire):
    """A row of ``GET /v1/cajas``."""

    uuid: str
    codigo: str = ""
    nombre: str = ""
    responsable: str | None = None
    usuarioAsignado: str | None = None
    usuarioAdministrador: bool = False
    """Our reading: whether the assigned user is the administrator; no published operation tells a user's role."""
    estado: str = "Activa"


class WireOrganizacion(Wire):
    """``Organizacion`` of our contract: who the token speaks for, and its plan."""

    uuid: str
    nit: str
    nombre: str
    plan: str | None = None
    planActivo: bool
    documentosDisponibles: Whole | None = None
    usaAlojamientos: bool = False
    """The parameter «La organización está utilizando la aplicación de Alojamientos»."""


class WireImpuesto(Wire):
    codigo: str
    valor: Amount


class WireVenta(Wire):
    """A row of ``GET /v1/ventas-detallado``."""

    uuid: str
    tipoDocumento: str
    prefijo: str = ""
    numero: Whole
    fecha: Day | None = None
    clienteId: str | None = None
    clienteNombre: str | None = None
    moneda: str | None = None
    total: Amount | None = None
    impuestos: list[WireImpuesto] | None = None
    cufe: str | None = None
    consecutivoUuid: str | None = None
    origen: str | None = None
    estadoDian: str | None = None
    estado: str | None = None
    """Of the sale itself; what begins with «anul» no longer counts (our reading)."""

    def sale(self) -> Sale | None:
        """Return the sale, ``None`` where its type is none of the DIAN's: Pymes sells more than a PMS ever issued."""
        kind = DocumentType.of(self.tipoDocumento)
        if kind is None:
            return None
        taxes: dict[str, Decimal] | None = None
        if self.impuestos is not None:
            taxes = {}
            for tax in self.impuestos:
                taxes[tax.codigo] = taxes.get(tax.codigo, Decimal(0)) + tax.valor
        return Sale(
            uuid=self.uuid,
            type=kind,
            prefix=self.prefijo,
            number=self.numero,
            issued_on=self.fecha,
            counterparty_id=self.clienteId,
            counterparty_name=self.clienteNombre,
            currency=self.moneda,
            payable=self.total,
            taxes=taxes,
            cufe=self.cufe,
            consecutivo=self.consecutivoUuid,
            origin=self.origen,
            dian_state=self.estadoDian,
            annulled=(self.estado or "").strip().lower().startswith("anul"),
        )


def venta_externa(document: Document, consecutivo: str) -> dict[str, Any]:
    """Write a document as ``POST /v1/ventas-externas`` takes it.

    Amounts as text, so that no float ever touches them.
    """
    wire: dict[str, Any] = {
        "claveExterna": str(document.key),
        "consecutivoUuid": consecutivo,
        "tipoDocumento": document.type.value,
        "prefijo": document.prefix,
        "numero": document.number,
        "fechaHora": document.issued_at.isoformat(),
        "cliente": _tercero(document.counterparty),
        "huesped": _tercero(document.guest) if document.guest else None,
        "moneda": document.currency,
        "tasaCambio": amount(document.exchange_rate),
        "lineas": [
            {
                "descripcion": line.description,
                "cantidad": amount(line.quantity),
                "valor": amount(line.amount),
                "impuestos": [_impuesto(tax) for tax in line.taxes],
            }
            for line in document.lines
        ],
        "impuestos": [_impuesto(tax) for tax in document.taxes],
        "retenciones": [_impuesto(tax) for tax in document.withholdings],
        "subtotal": amount(document.subtotal),
        "descuentos": amount(document.allowances),
        "cargos": amount(document.charges),
        "anticipos": amount(document.prepaid),
        "redondeo": amount(document.rounding),
        "total": amount(document.payable),
        "cufe": document.cufe,
        "documentoReferencia": {"numero": document.reference.full_number, "cufe": document.reference.cufe}
        if document.reference
        else None,
    }
    return without_blanks(wire)


def nuevo_consecutivo(numbering: Numbering, name: str) -> dict[str, Any]:
    """Write a consecutivo with its vigencia as ``POST /v1/consecutivos/no-pos`` takes it."""
    wire: dict[str, Any] = {
        "nombre": name,
        "tipoDocumento": numbering.family.code,
        "aplicaA": numbering.applies_to,
        "vigencia": {
            "numeroResolucion": numbering.resolution,
            "prefijo": numbering.prefix,
            "numeracionInicial": numbering.first,
            "numeracionFinal": numbering.last,
            "fechaInicial": numbering.valid_from.isoformat() if numbering.valid_from else None,
            "fechaFinal": numbering.valid_to.isoformat() if numbering.valid_to else None,
        },
    }
    wire["vigencia"] = without_blanks(wire["vigencia"])
    return wire


def _tercero(party: Party) -> dict[str, Any]:
    wire = {
        "tipoId": party.id_type,
        "id": party.id,
        "dv": party.check_digit,
        "nombre": party.name,
        "pais": party.country,
    }
    return without_blanks(wire)


def _impuesto(tax: Tax) -> dict[str, Any]:
    wire = {
        "codigo": tax.code,
        "tarifa": amount(tax.rate),
        "base": amount(tax.base),
        "valor": amount(tax.amount),
    }
    return without_blanks(wire)
