"""How documents and settings look on the wire of the PMS.

**our contract** (``resources/contracts/pms.yaml``), not Loggro's.

Loggro publishes no operation about invoices (facts/loggro.md 8). Parsed tolerantly: unknown fields are ignored,
because the day Loggro opens its own they will differ; what we need and do not find is an error. The sandbox serves
the same shapes.
"""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from app.connectors.wire import Amount, Day, Whole, Wire, amount, without_blanks
from app.model.documents import Authorisation, Document, DocumentType, Line, Reference, Tax
from app.model.numbering import Numbering, System
from app.model.parties import Party

_YEARS: Final = tuple(map(str, range(1990, 2200)))
_LONGEST_TOKEN: Final = 20_000


class WireParty(Wire):
    document_type: str
    document_number: str
    check_digit: str | None = None
    name: str
    country: str = "CO"

    def party(self) -> Party:
        return Party(
            id_type=self.document_type,
            id=self.document_number,
            check_digit=self.check_digit,
            name=self.name,
            country=self.country,
        )


class WireTax(Wire):
    code: str
    rate: Amount | None = None
    base: Amount | None = None
    amount: Amount

    def tax(self) -> Tax:
        return Tax(code=self.code, rate=self.rate, base=self.base, amount=self.amount)


class WireLine(Wire):
    description: str
    quantity: Amount
    amount: Amount
    taxes: list[WireTax] = Field(default_factory=list)


class WireReference(Wire):
    full_number: str
    cufe: str | None = None


class WireAuthorisation(Wire):
    resolution: str
    prefix: str = ""
    from_number: Whole
    to_number: Whole
    valid_from: str
    valid_to: str


class WireDocument(Wire):
    """``BillingDocument`` of the contract."""

    position: Whole
    """Grows with each approval in this property; the cursor of the list."""
    type: str
    prefix: str = ""
    number: Whole
    issued_at: str
    state: str
    issuer: WireParty
    counterparty: WireParty
    guest: WireParty | None = None
    currency: str
    exchange_rate: Amount | None = None
    lines: list[WireLine] = Field(default_factory=list)
    taxes: list[WireTax] = Field(default_factory=list)
    withholdings: list[WireTax] = Field(default_factory=list)
    subtotal: Amount
    allowances: Amount = Decimal(0)
    charges: Amount = Decimal(0)
    prepaid: Amount = Decimal(0)
    rounding: Amount = Decimal(0)
    payable: Amount
    cufe: str | None = None
    environment: str = "1"
    reference: WireReference | None = None
    authorisation: WireAuthorisation | None = None

    def document(self) -> Document:
        """Return the document; raises ``ValueError`` on a type, date or amount that cannot be one."""
        auth = self.authorisation
        if self.issued_at[:4] not in _YEARS:
            raise ValueError("issued_at")
        return Document(
            type=DocumentType(self.type),
            issuer=self.issuer.party(),
            prefix=self.prefix,
            number=self.number,
            issued_at=self.issued_at,  # type: ignore[arg-type]  # pydantic reads the ISO text
            counterparty=self.counterparty.party(),
            guest=self.guest.party() if self.guest else None,
            currency=self.currency,
            exchange_rate=self.exchange_rate,
            lines=tuple(
                Line(
                    description=line.description,
                    quantity=line.quantity,
                    amount=line.amount,
                    taxes=tuple(tax.tax() for tax in line.taxes),
                )
                for line in self.lines
            ),
            taxes=tuple(tax.tax() for tax in self.taxes),
            withholdings=tuple(tax.tax() for tax in self.withholdings),
            subtotal=self.subtotal,
            allowances=self.allowances,
            charges=self.charges,
            prepaid=self.prepaid,
            rounding=self.rounding,
            payable=self.payable,
            cufe=self.cufe,
            environment=self.environment,
            reference=Reference(full_number=self.reference.full_number, cufe=self.reference.cufe)
            if self.reference
            else None,
            authorisation=Authorisation(
                resolution=auth.resolution,
                prefix=auth.prefix,
                first=auth.from_number,
                last=auth.to_number,
                valid_from=auth.valid_from,
                valid_to=auth.valid_to,
            )
            if auth
            else None,
        )


def document_on_wire(document: Document, position: int) -> dict[str, Any]:
    """Write an approved document as the contract has it; amounts as text, so that no float ever touches them."""
    auth = document.authorisation
    wire: dict[str, Any] = {
        "position": position,
        "type": document.type.value,
        "prefix": document.prefix,
        "number": document.number,
        "issued_at": document.issued_at.isoformat(),
        "state": "approved",
        "issuer": _party_on_wire(document.issuer),
        "counterparty": _party_on_wire(document.counterparty),
        "guest": _party_on_wire(document.guest) if document.guest else None,
        "currency": document.currency,
        "exchange_rate": amount(document.exchange_rate),
        "lines": [
            {
                "description": line.description,
                "quantity": amount(line.quantity),
                "amount": amount(line.amount),
                "taxes": [_tax_on_wire(tax) for tax in line.taxes],
            }
            for line in document.lines
        ],
        "taxes": [_tax_on_wire(tax) for tax in document.taxes],
        "withholdings": [_tax_on_wire(tax) for tax in document.withholdings],
        "subtotal": amount(document.subtotal),
        "allowances": amount(document.allowances),
        "charges": amount(document.charges),
        "prepaid": amount(document.prepaid),
        "rounding": amount(document.rounding),
        "payable": amount(document.payable),
        "cufe": document.cufe,
        "environment": document.environment,
        "reference": {"full_number": document.reference.full_number, "cufe": document.reference.cufe}
        if document.reference
        else None,
        "authorisation": {
            "resolution": auth.resolution,
            "prefix": auth.prefix,
            "from_number": auth.first,
            "to_number": auth.last,
            "valid_from": auth.valid_from,
            "valid_to": auth.valid_to,
        }
        if auth
        else None,
    }
    return without_blanks(wire)


def _party_on_wire(party: Party) -> dict[str, Any]:
    wire = {
        "document_type": party.id_type,
        "document_number": party.id,
        "check_digit": party.check_digit,
        "name": party.name,
        "country": party.country,
    }
    return without_blanks(wire)


def _tax_on_wire(tax: Tax) -> dict[str, Any]:
    wire = {"code": tax.code, "rate": amount(tax.rate), "base": amount(tax.base), "amount": amount(tax.amount)}
    return without_blanks(wire)


class WireResolution(Wire):
    """``BillingResolution`` of the contract: the tab «Resolución de facturación», one row per document type."""

    document_type: str
    resolution_number: str | None = None
    prefix: str = ""
    from_number: Whole
    to_number: Whole
    valid_from: Day | None = None
    valid_to: Day | None = None
    next_number: Whole | None = None

    def numbering(self) -> Numbering | None:
        """Return the numbering, ``None`` where its type is none of the DIAN's."""
        kind = DocumentType.of(self.document_type)
        if kind is None:
            return None
        return Numbering(
            system=System.PMS,
            family=kind.family,
            prefix=self.prefix,
            first=self.from_number,
            last=self.to_number,
            resolution=self.resolution_number,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            next_number=self.next_number,
        )


class WireBillingSettings(Wire):
    """``BillingSettings`` of the contract: the property's e-invoicing."""

    property_id: str
    property_name: str
    hotel_document_number: str
    electronic_invoicing: bool
    provider: str | None = None


class WirePymesConnection(Wire):
    """``PymesConnection`` of the contract: what Pymes pushed when the parameter was set to Sí."""

    state: str
    token: Annotated[str, Field(max_length=_LONGEST_TOKEN)] | None = None
    organisation_document_number: str | None = None
