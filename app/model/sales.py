"""What stands in Pymes, and whether it is the document we know. Reading it is ``connectors``' affair."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey, DocumentType
from app.model.value import Value

ANNULLED: Final = "annulled"
"""What ``Aspect.STANDING`` says of a sale that no longer counts."""


class Sale(Value):
    """A sale as Pymes shows it. ``None`` means that Pymes does not say, which proves nothing."""

    uuid: str
    type: DocumentType
    prefix: str
    number: int
    issued_on: date | None = None
    counterparty_id: str | None = None
    counterparty_name: str | None = None
    currency: str | None = None
    payable: Decimal | None = None
    taxes: dict[str, Decimal] | None = None
    """Total by DIAN tax code."""
    cufe: str | None = None
    consecutivo: str | None = None
    origin: str | None = None
    """Who wrote it, as Pymes tells: our contract has ``alojamientos``, ``botones`` and ``manual``."""
    dian_state: str | None = None
    annulled: bool = False
    """Pymes keeps the number and says that the sale no longer counts."""

    @property
    def full_number(self) -> str:
        return f"{self.prefix}{self.number}"

    def is_about(self, key: DocumentKey) -> bool:
        """Say whether this sale claims the number of ``key``; the organisation itself is checked by the guard."""
        return (self.type.family, self.prefix.upper(), self.number) == (key.family, key.prefix.upper(), key.number)


def as_pymes_shows(sale: Sale) -> dict[str, str]:
    """Write down a sale as it was read: enough to show it beside the document, and to notice that it has changed."""
    taxes = sale.taxes or {}
    shown = {
        "uuid": sale.uuid,
        "type": sale.type.value,
        "name": sale.counterparty_name,
        "origin": sale.origin,
        Aspect.NUMBER: sale.full_number,
        Aspect.DATE: sale.issued_on,
        Aspect.COUNTERPARTY: sale.counterparty_id,
        Aspect.CURRENCY: sale.currency,
        Aspect.PAYABLE: sale.payable,
        Aspect.IVA: None if sale.taxes is None else taxes.get("01", Decimal(0)),
        Aspect.INC: None if sale.taxes is None else taxes.get("04", Decimal(0)),
        Aspect.CUFE: sale.cufe,
        Aspect.CONSECUTIVO: sale.consecutivo,
        Aspect.STANDING: ANNULLED if sale.annulled else None,
    }
    return {str(name): str(value) for name, value in shown.items() if value is not None}


class Aspect(StrEnum):
    """What must agree before a document counts as «en Pymes»."""

    NUMBER = "number"
    DATE = "date"
    COUNTERPARTY = "counterparty"
    CURRENCY = "currency"
    PAYABLE = "payable"
    IVA = "iva"
    INC = "inc"
    CUFE = "cufe"
    CONSECUTIVO = "consecutivo"
    STANDING = "standing"
    """Whether it still counts; a document that is approved does."""


def as_pms_shows(document: Document) -> dict[str, str]:
    """Write down a document by the same names as ``as_pymes_shows``."""
    shown = {
        "name": document.counterparty.name,
        Aspect.NUMBER: document.full_number,
        Aspect.DATE: bogota_day(document.issued_at),
        Aspect.COUNTERPARTY: document.counterparty.id,
        Aspect.CURRENCY: document.currency,
        Aspect.PAYABLE: document.payable,
        Aspect.IVA: document.tax_total("01"),
        Aspect.INC: document.tax_total("04"),
        Aspect.CUFE: document.cufe,
    }
    return {str(name): str(value) for name, value in shown.items() if value is not None}


class Difference(Value):
    """One aspect in which PMS and Pymes do not say the same; ``pymes`` empty where Pymes says nothing."""

    aspect: Aspect
    pms: str
    pymes: str


def differences(document: Document, sale: Sale, consecutivo: str | None = None) -> tuple[Difference, ...]:
    """Compare to the peso; an aspect on which Pymes is silent counts as a difference, because it proves nothing.

    ``consecutivo`` is the one that the guard proved; ``None`` where it is not known, and then not compared.
    """
    taxes = sale.taxes
    pairs: list[tuple[Aspect, object, object]] = [
        (Aspect.NUMBER, document.full_number.upper(), sale.full_number.upper()),
        (Aspect.DATE, bogota_day(document.issued_at), sale.issued_on),
        (Aspect.COUNTERPARTY, document.counterparty.id, sale.counterparty_id),
        (Aspect.CURRENCY, document.currency, sale.currency),
        (Aspect.PAYABLE, document.payable, sale.payable),
        (Aspect.IVA, document.tax_total("01"), None if taxes is None else taxes.get("01", Decimal(0))),
        (Aspect.INC, document.tax_total("04"), None if taxes is None else taxes.get("04", Decimal(0))),
    ]
    if document.cufe is not None:
        pairs.append((Aspect.CUFE, document.cufe.lower(), sale.cufe.lower() if sale.cufe else None))
    if consecutivo is not None:
        pairs.append((Aspect.CONSECUTIVO, consecutivo, sale.consecutivo))
    if sale.annulled:
        pairs.append((Aspect.STANDING, "", ANNULLED))
    return tuple(
        Difference(aspect=aspect, pms=str(ours), pymes="" if theirs is None else str(theirs))
        for aspect, ours, theirs in pairs
        if ours != theirs
    )
