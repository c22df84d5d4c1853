"""A hotel's documents of any type for tests; how they are written is the practice hotel's (``sandbox.ubl_writer``)."""

from datetime import datetime
from decimal import Decimal

from app.model.clock import BOGOTA
from app.model.documents import Authorisation, Document, DocumentType, Line, Reference, Tax
from app.model.parties import Party
from app.sandbox.ubl_writer import answer_xml as answer_xml
from app.sandbox.ubl_writer import attached_xml as attached_xml
from app.sandbox.ubl_writer import party_xml as party_xml
from app.sandbox.ubl_writer import reference_xml as reference_xml
from app.sandbox.ubl_writer import xml_of as xml_of
from app.sandbox.ubl_writer import zip_of as zip_of

TECHNICAL_KEY = "0123456789abcdef0123456789abcdef01234567"
PIN = "75315"

HOTEL = Party(id_type="31", id="900508908", check_digit="9", name="Hotel Mirador & Cía. S.A.S.")
COMPANY = Party(id_type="31", id="800197268", check_digit="4", name="Viajes Ñandú Ltda.")
RESIDENT = Party(id_type="13", id="52345678", name="Ana María Peñaloza")
FOREIGNER = Party(id_type="41", id="X1234567", name="Jörg Müller", country="DE")
FINAL = Party(id_type="13", id="222222222222", name="consumidor final")
FOREIGN_SELLER = Party(id_type="42", id="DE-778899", name="Softwarehaus GmbH", country="DE")


def document(
    kind: DocumentType = DocumentType.FACTURA,
    *,
    number: int = 101,
    prefix: str | None = None,
    counterparty: Party = COMPANY,
    guest: Party | None = None,
    rate: Decimal = Decimal("19.00"),
    night: Decimal = Decimal("350000.00"),
    currency: str = "COP",
    cufe: str | None = "a" * 96,
    description: str = "Hospedaje, 1 noche",
) -> Document:
    """Make a hotel's document of any type: a night with IVA and a dinner with INC; a soporte has only IVA."""
    family = kind.family
    tax = Tax(code="01", rate=rate, base=night, amount=(night * rate / 100).quantize(Decimal("0.01")))
    lines = [Line(description=description, quantity=Decimal(1), amount=night, taxes=(tax,))]
    if family.value != "documento-soporte":
        dinner = Decimal("50000.00")
        inc = Tax(code="04", rate=Decimal("8.00"), base=dinner, amount=Decimal("4000.00"))
        lines.append(Line(description="Cena", quantity=Decimal(2), amount=dinner, taxes=(inc,)))
    taxes = tuple(tax for line in lines for tax in line.taxes)
    subtotal = sum((line.amount for line in lines), Decimal(0))
    letters = {"factura": "FEH", "documento-soporte": "DSH", "pos": "POSH", "nota-credito": "NC", "nota-debito": "ND"}
    prefix = letters.get(family.value, "NA") if prefix is None else prefix
    return Document(
        type=kind,
        issuer=HOTEL,
        prefix=prefix,
        number=number,
        issued_at=datetime(2026, 11, 20, 14, 5, 9, tzinfo=BOGOTA),
        counterparty=counterparty,
        guest=guest,
        currency=currency,
        exchange_rate=None if currency == "COP" else Decimal("4012.55"),
        lines=tuple(lines),
        taxes=taxes,
        subtotal=subtotal,
        payable=subtotal + sum((tax.amount for tax in taxes), Decimal(0)),
        cufe=cufe,
        reference=Reference(full_number="FEH100", cufe="b" * 96) if family.is_note else None,
        authorisation=Authorisation(
            resolution="18764113677438",
            prefix=prefix,
            first=1,
            last=5000,
            valid_from="2026-08-05",
            valid_to="2028-08-05",
        )
        if family.has_authorisation
        else None,
    )
