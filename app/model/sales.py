"""What stands in Pymes, and whether it is the document we know. Reading it is ``connectors``' affair."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey, DocumentType
from app.model.value import Value


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

    @property
    def full_number(self) -> str:
        return f"{self.prefix}{self.number}"

    def is_about(self, key: DocumentKey) -> bool:
        """Say whether this sale claims the number of ``key``; the organisation itself is checked by the guard."""
        return (self.type.family, self.prefix.upper(), self.number) == (key.family, key.prefix.upper(), key.number)


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
    return tuple(
        Difference(aspect=aspect, pms=str(ours), pymes="" if theirs is None else str(theirs))
        for aspect, ours, theirs in pairs
        if ours != theirs
    )
