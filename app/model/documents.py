"""The documents that travel.

What the PMS approved, keyed as the DIAN numbers it. How they travel is ``sync``'s affair.
"""

import hashlib
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pydantic import AwareDatetime, NonNegativeInt, model_validator

from app.model.clock import BOGOTA
from app.model.parties import Party
from app.model.value import Value


class Family(StrEnum):
    """Documents that share one numbering; the word people use for them."""

    FACTURA = "factura"
    NOTA_CREDITO = "nota-credito"
    NOTA_DEBITO = "nota-debito"
    DOCUMENTO_SOPORTE = "documento-soporte"
    NOTA_AJUSTE = "nota-ajuste"
    POS = "pos"

    @property
    def has_authorisation(self) -> bool:
        """Say whether the DIAN authorises its range.

        A nota has a consecutivo of its own and no resolución (facts/dian.md 1.4).
        """
        return self in (Family.FACTURA, Family.DOCUMENTO_SOPORTE, Family.POS)

    @property
    def is_note(self) -> bool:
        return self in (Family.NOTA_CREDITO, Family.NOTA_DEBITO, Family.NOTA_AJUSTE)

    @property
    def code(self) -> str:
        """The DIAN code that stands for the whole family."""
        return _CODE_OF_FAMILY[self]


class DocumentType(StrEnum):
    """DIAN document codes (annex 1.9; facts/dian.md 1.4)."""

    FACTURA = "01"
    EXPORTACION = "02"
    CONTINGENCIA_EMISOR = "03"
    CONTINGENCIA_DIAN = "04"
    DOCUMENTO_SOPORTE = "05"
    POS = "20"
    NOTA_CREDITO = "91"
    NOTA_DEBITO = "92"
    NOTA_AJUSTE = "95"

    @property
    def family(self) -> Family:
        return _FAMILY_OF_TYPE[self]

    @classmethod
    def of(cls, code: str) -> "DocumentType | None":
        """Return the type with this code, ``None`` where it is none of ours."""
        return next((one for one in cls if one.value == code), None)


_FAMILY_OF_TYPE = {
    DocumentType.FACTURA: Family.FACTURA,
    DocumentType.EXPORTACION: Family.FACTURA,
    DocumentType.CONTINGENCIA_EMISOR: Family.FACTURA,
    DocumentType.CONTINGENCIA_DIAN: Family.FACTURA,
    DocumentType.DOCUMENTO_SOPORTE: Family.DOCUMENTO_SOPORTE,
    DocumentType.POS: Family.POS,
    DocumentType.NOTA_CREDITO: Family.NOTA_CREDITO,
    DocumentType.NOTA_DEBITO: Family.NOTA_DEBITO,
    DocumentType.NOTA_AJUSTE: Family.NOTA_AJUSTE,
}
_CODE_OF_FAMILY = {family: code.value for code, family in reversed(_FAMILY_OF_TYPE.items())}

HOTEL_FAMILIES = (Family.FACTURA, Family.NOTA_CREDITO, Family.NOTA_DEBITO, Family.DOCUMENTO_SOPORTE)
"""The four that the guide names, in the order in which they are set up and sent."""


class DocumentKey(NamedTuple):
    """Identity for «exactly once»: any PC, after any reinstall, arrives at the same key."""

    issuer_nit: str
    family: Family
    prefix: str
    number: int

    def __str__(self) -> str:
        return f"{self.issuer_nit}/{self.family.value}/{self.prefix}/{self.number}"

    @property
    def full_number(self) -> str:
        return f"{self.prefix}{self.number}"

    @classmethod
    def parse(cls, text: str) -> "DocumentKey":
        """Return the key that ``str()`` wrote; raises ``ValueError`` on anything else."""
        issuer, family, prefix, number = text.split("/")
        return cls(issuer, Family(family), prefix, int(number))


class Tax(Value):
    """One tax at one rate; ``code`` is the DIAN's (01 IVA, 04 INC, 03 ICA, 22 bags…)."""

    code: str
    rate: Decimal | None = None
    base: Decimal | None = None
    amount: Decimal


class Line(Value):
    """One line as printed; ``amount`` is without taxes."""

    description: str
    quantity: Decimal
    amount: Decimal
    taxes: tuple[Tax, ...] = ()


class Reference(Value):
    """The document that a note corrects."""

    full_number: str
    cufe: str | None = None


class Authorisation(Value):
    """What a document itself says of its range (``sts:InvoiceControl``)."""

    resolution: str
    prefix: str
    first: int
    last: int
    valid_from: str
    valid_to: str


class Document(Value):
    """An approved document.

    Amounts are in ``currency``; a documento soporte is issued by the hotel, its seller is the counterparty.
    """

    type: DocumentType
    issuer: Party
    prefix: str
    number: NonNegativeInt
    issued_at: AwareDatetime
    counterparty: Party
    """The buyer; of a documento soporte, the seller."""
    guest: Party | None = None
    """Who slept, where it is not who pays: a foreign guest's IVA of 0 % hangs on this person."""
    currency: str = "COP"
    exchange_rate: Decimal | None = None
    lines: tuple[Line, ...] = ()
    taxes: tuple[Tax, ...] = ()
    withholdings: tuple[Tax, ...] = ()
    subtotal: Decimal
    """``LineExtensionAmount``: the lines without taxes."""
    allowances: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    """Deposits already paid."""
    rounding: Decimal = Decimal(0)
    """``PayableRoundingAmount``: added to reach a round total, negative where it was rounded down."""
    payable: Decimal
    cufe: str | None = None
    """CUFE, CUDE or CUDS, whichever the type carries."""
    environment: str = "1"
    """1 production, 2 test (``ProfileExecutionID``)."""
    reference: Reference | None = None
    authorisation: Authorisation | None = None

    @model_validator(mode="after")
    def _in_bogota(self) -> Self:
        # The printed date and hour are Bogotá's; another offset for the same instant must not change the digest.
        if self.issued_at.utcoffset() != BOGOTA.utcoffset(None):
            object.__setattr__(self, "issued_at", self.issued_at.astimezone(BOGOTA))
        return self

    @property
    def family(self) -> Family:
        return self.type.family

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.issuer.id, self.family, self.prefix, self.number)

    @property
    def full_number(self) -> str:
        return f"{self.prefix}{self.number}"

    def tax_total(self, code: str) -> Decimal:
        """Return the document's total of one tax, zero where it has none."""
        return sum((tax.amount for tax in self.taxes if tax.code == code), Decimal(0))

    @property
    def digest(self) -> str:
        """Return a hash of all that may not change once approved.

        Equal amounts written differently (``0`` and ``0.00``) agree, and so do taxes listed in another order: a PMS
        lists them as they were charged, an XML by their code.
        """
        content = _canonical(self.model_dump(mode="python"))
        return hashlib.sha256(content.encode()).hexdigest()


def _part(name: str, value: Any) -> str:
    if name in ("taxes", "withholdings"):
        return "[" + ",".join(sorted(map(_canonical, value))) + "]"
    return _canonical(value)


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{name}:{_part(name, value[name])}" for name in sorted(value) if value[name] is not None)
            + "}"
        )
    if isinstance(value, tuple | list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return repr(str(value))
