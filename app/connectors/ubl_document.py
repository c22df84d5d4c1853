"""A UBL 2.1 tree of the DIAN as our ``Document``. Files, containers and the DIAN's answer are ``ubl``'s affair.

Elements of UBL are found by namespace along their path; those of the DIAN's own extension by local name, because its
namespace is written in several ways (facts/dian.md, section 3).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from lxml import etree
from pydantic import ValidationError

from app.connectors.ubl_elements import amount_at, children, is_ubl, need, need_amount, only_text, text_at
from app.model.clock import BOGOTA
from app.model.documents import Authorisation, Document, DocumentType, Family, Line, Reference, Tax
from app.model.parties import NIT, Party
from app.model.reading import ReadError, Unreadable

_TYPES: Final = {
    "Invoice": (
        DocumentType.FACTURA,
        DocumentType.EXPORTACION,
        DocumentType.CONTINGENCIA_EMISOR,
        DocumentType.CONTINGENCIA_DIAN,
        DocumentType.DOCUMENTO_SOPORTE,
        DocumentType.POS,
    ),
    "CreditNote": (DocumentType.NOTA_CREDITO, DocumentType.NOTA_AJUSTE),
    "DebitNote": (DocumentType.NOTA_DEBITO,),
}
_ISSUED_BY_CUSTOMER: Final = (Family.DOCUMENTO_SOPORTE, Family.NOTA_AJUSTE)
_QUANTITIES: Final = {
    "InvoiceLine": "InvoicedQuantity",
    "CreditNoteLine": "CreditedQuantity",
    "DebitNoteLine": "DebitedQuantity",
}
_RATE: Final = "cac:PaymentExchangeRate/cbc:CalculationRate"
_TAX_BY_NAME: Final = {"IVA": "01", "IC": "02", "ICA": "03", "INC": "04"}
_OTHER_TAX: Final = "ZZ"
_NUMBER_FORM: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:-[0-9])?")
"""A number as people write it; a point elsewhere is no separator."""
_HOUR_FORM: Final = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_CODE: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{96}(?![0-9A-Fa-f])")
_YEARS: Final = range(2000, 2200)
_LONGEST_TEXT: Final = 500


def document_of(root: etree._Element) -> Document:
    """Return the document of an Invoice, CreditNote or DebitNote; raises ``Unreadable``."""
    name = etree.QName(root).localname
    if name not in _TYPES or not is_ubl(root, name):
        raise Unreadable(ReadError.NOT_A_DOCUMENT, name[:60])
    code = only_text(root, "cbc:UUID")
    if "2.0" in (text_at(root, "cbc:UBLVersionID") or "") or (
        code is not None and re.fullmatch(r"[0-9a-fA-F]{40}", code)
    ):
        raise Unreadable(ReadError.OLD_FORMAT, "UBL 2.0" if code is None or len(code) != 40 else "SHA-1")
    kind = _type_of(root, name)
    control = _invoice_control(root)
    prefix, number = _split(need(root, "cbc:ID"), [*_prefixes(control), *_branch_prefixes(root)])
    totals = _totals(root)
    currency = _currency(root, totals)
    supplier, customer = (_party(root, f"cac:Accounting{side}Party/cac:Party") for side in ("Supplier", "Customer"))
    issuer, counterparty = (customer, supplier) if kind.family in _ISSUED_BY_CUSTOMER else (supplier, customer)
    if not re.fullmatch(r"[0-9A-Za-z]{1,20}", issuer.id):
        raise Unreadable(ReadError.BAD_VALUE, "cac:PartyTaxScheme/cbc:CompanyID")
    try:
        return Document(
            type=kind,
            issuer=issuer,
            prefix=prefix,
            number=number,
            issued_at=_moment(root),
            counterparty=counterparty,
            guest=_guest(root, counterparty),
            currency=currency,
            exchange_rate=None if currency == "COP" else amount_at(root, _RATE),
            lines=tuple(_lines(root)),
            taxes=tuple(_taxes(root, "cac:TaxTotal")),
            withholdings=tuple(_taxes(root, "cac:WithholdingTaxTotal")),
            subtotal=need_amount(totals, "cbc:LineExtensionAmount"),
            allowances=_total_or_sum(root, totals, "cbc:AllowanceTotalAmount", charge=False),
            charges=_total_or_sum(root, totals, "cbc:ChargeTotalAmount", charge=True),
            prepaid=_prepaid(root, totals),
            rounding=amount_at(totals, "cbc:PayableRoundingAmount") or Decimal(0),
            payable=need_amount(totals, "cbc:PayableAmount"),
            cufe=code.lower() if code else None,
            environment=_environment(root),
            reference=_reference(root) if kind.family.is_note else None,
            authorisation=_authorisation(control) if control is not None and kind.family.has_authorisation else None,
        )
    except ValidationError as error:
        raise Unreadable(ReadError.BAD_VALUE, ".".join(map(str, error.errors()[0]["loc"]))) from None


def _type_of(root: etree._Element, name: str) -> DocumentType:
    if name == "DebitNote":
        return DocumentType.NOTA_DEBITO
    path = f"cbc:{name}TypeCode"
    code = only_text(root, path)
    if code is None and name == "CreditNote":
        # UBL leaves the code optional here; only the kind of hash then tells a note from the adjustment of a soporte.
        schemes = [str(uuid.get("schemeName", "")) for uuid in children(root, "cbc:UUID")]
        return DocumentType.NOTA_AJUSTE if any(s.startswith("CUDS") for s in schemes) else DocumentType.NOTA_CREDITO
    if code is None:
        raise Unreadable(ReadError.MISSING_FIELD, path)
    if code not in _TYPES[name]:
        raise Unreadable(ReadError.UNSUPPORTED_TYPE, code[:20])
    return DocumentType(code)


def _invoice_control(root: etree._Element) -> etree._Element | None:
    found = [
        control
        for extensions in children(root, "ext:UBLExtensions")
        for control in extensions.iter("{*}InvoiceControl")
    ]
    if len({" ".join("".join(map(str, control.itertext())).split()) for control in found}) > 1:
        raise Unreadable(ReadError.BAD_VALUE, "sts:InvoiceControl")
    return found[0] if found else None


def code_in_qr(root: etree._Element) -> str | None:
    """Return the code in the QR text; ``None`` where there is none, or one of an older kind, or several."""
    texts = [
        "".join(map(str, code.itertext()))
        for extensions in children(root, "ext:UBLExtensions")
        for code in extensions.iter("{*}QRCode")
    ]
    found = {match.lower() for text in texts for match in _CODE.findall(text)}
    return found.pop() if len(found) == 1 else None


def _own(control: etree._Element, path: str) -> str:
    return " ".join((control.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").split())


def _prefixes(control: etree._Element | None) -> list[str]:
    return [] if control is None else [_own(control, "AuthorizedInvoices/Prefix")]


def _branch_prefixes(root: etree._Element) -> list[str]:
    """Of a note, which has no authorisation, the issuer's branch states the prefix; digits alone may mean else."""
    path = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cac:CorporateRegistrationScheme/cbc:ID"
    branch = text_at(root, path) or ""
    return [branch] if re.search("[A-Za-z]", branch) else []


def _split(full_number: str, prefixes: list[str]) -> tuple[str, int]:
    """Split ``cbc:ID``; a stated prefix decides, since a prefix may end in a digit (facts/dian.md 1.1).

    Both parts together are always what was written: zeros before the consecutive, which the DIAN forbids, stay with the
    prefix, where the rules before sending see them.
    """
    for prefix in prefixes:
        rest = full_number[len(prefix) :]
        if full_number.upper().startswith(prefix.upper()) and _NUMBER_FORM.fullmatch(rest):
            return full_number[: len(prefix)], int(rest)
    found = re.fullmatch(r"(.*?)(0|[1-9][0-9]{0,17})", full_number)
    # A slash would make the text of the key ambiguous; the DIAN allows letters and digits only.
    if found is None or "/" in full_number or len(full_number) > 40:
        raise Unreadable(ReadError.BAD_VALUE, "cbc:ID")
    return found[1], int(found[2])


def _totals(root: etree._Element) -> etree._Element:
    for name in ("cac:LegalMonetaryTotal", "cac:RequestedMonetaryTotal"):
        if found := children(root, name):
            if len(found) > 1:
                raise Unreadable(ReadError.BAD_VALUE, name)
            return found[0]
    raise Unreadable(ReadError.MISSING_FIELD, "cac:LegalMonetaryTotal")


def _currency(root: etree._Element, totals: etree._Element) -> str:
    payables = children(totals, "cbc:PayableAmount")
    used = {str(payable.get("currencyID", "")).strip().upper() for payable in payables} - {""}
    currency = (only_text(root, "cbc:DocumentCurrencyCode") or next(iter(used), "")).upper() or None
    if currency is None:
        raise Unreadable(ReadError.MISSING_FIELD, "cbc:DocumentCurrencyCode")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Unreadable(ReadError.BAD_VALUE, "cbc:DocumentCurrencyCode")
    if used - {currency}:
        raise Unreadable(ReadError.BAD_VALUE, "cbc:PayableAmount/@currencyID")
    return currency


def _moment(root: etree._Element) -> datetime:
    day, hour = need(root, "cbc:IssueDate"), need(root, "cbc:IssueTime")
    if not re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise Unreadable(ReadError.BAD_VALUE, "cbc:IssueDate")
    if not _HOUR_FORM.fullmatch(hour):
        raise Unreadable(ReadError.BAD_VALUE, "cbc:IssueTime")
    try:
        moment = datetime.fromisoformat(f"{day[:10]}T{hour}")
    except ValueError:
        raise Unreadable(ReadError.BAD_VALUE, "cbc:IssueTime") from None
    if moment.year not in _YEARS:
        raise Unreadable(ReadError.BAD_VALUE, "cbc:IssueDate")
    return moment.replace(tzinfo=BOGOTA) if moment.tzinfo is None else moment


def _environment(root: etree._Element) -> str:
    environment = only_text(root, "cbc:ProfileExecutionID")
    if environment is None:
        environment = next((str(uuid.get("schemeID", "")) for uuid in children(root, "cbc:UUID")), "") or None
    if environment is None:
        raise Unreadable(ReadError.MISSING_FIELD, "cbc:ProfileExecutionID")
    if environment not in ("1", "2"):
        raise Unreadable(ReadError.BAD_VALUE, "cbc:ProfileExecutionID")
    return environment


def _party(root: etree._Element, path: str) -> Party:
    found = children(root, path)
    if not found:
        raise Unreadable(ReadError.MISSING_FIELD, path)
    if len(found) > 1:
        raise Unreadable(ReadError.BAD_VALUE, path)
    party = found[0]
    for id_path in _IDS:
        for element in children(party, id_path):
            if element.text and element.text.strip():
                return _identified(party, element, element.text)
    raise Unreadable(ReadError.MISSING_FIELD, f"{path}/cac:PartyTaxScheme/cbc:CompanyID")


def _identified(party: etree._Element, element: etree._Element, text: str) -> Party:
    id_type, check_digit = (str(element.get(name, "")).strip() for name in ("schemeName", "schemeID"))
    bare = re.sub(r"\s", "", text)[:60]
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(".", "")
    if id_type == NIT and (typed := re.fullmatch(r"([0-9]+)-([0-9])", bare)):
        bare, check_digit = typed[1], typed[2]
    country = next(filter(None, (text_at(party, path) for path in _COUNTRIES)), "CO").upper()
    return Party(
        id_type=id_type if re.fullmatch("[0-9]{2}", id_type) else "",
        id=bare,
        check_digit=check_digit if re.fullmatch("[0-9]", check_digit) else None,
        name=next(filter(None, (text_at(party, path) for path in _NAMES)), _person(party))[:_LONGEST_TEXT],
        country=country[:2],
    )


_IDS: Final = (
    "cac:PartyTaxScheme/cbc:CompanyID",
    "cac:PartyLegalEntity/cbc:CompanyID",
    "cac:PartyIdentification/cbc:ID",
)
_NAMES: Final = (
    "cac:PartyTaxScheme/cbc:RegistrationName",
    "cac:PartyLegalEntity/cbc:RegistrationName",
    "cac:PartyName/cbc:Name",
)
_COUNTRIES: Final = (
    "cac:PhysicalLocation/cac:Address/cac:Country/cbc:IdentificationCode",
    "cac:PartyTaxScheme/cac:RegistrationAddress/cac:Country/cbc:IdentificationCode",
)


def _person(party: etree._Element) -> str:
    names = (text_at(party, f"cac:Person/cbc:{name}") for name in ("FirstName", "MiddleName", "FamilyName"))
    return " ".join(filter(None, names))


def _guest(root: etree._Element, counterparty: Party) -> Party | None:
    """Our reading: UBL's buyer, where another than who is charged, is who slept. The annex names no place for it."""
    if not children(root, "cac:BuyerCustomerParty/cac:Party"):
        return None
    guest = _party(root, "cac:BuyerCustomerParty/cac:Party")
    return guest if guest.id != counterparty.id else None


def _lines(root: etree._Element) -> Iterator[Line]:
    for name, quantity in _QUANTITIES.items():
        for line in children(root, f"cac:{name}"):
            yield Line(
                description=(text_at(line, "cac:Item/cbc:Description") or "")[:_LONGEST_TEXT],
                quantity=need_amount(line, f"cbc:{quantity}"),
                amount=need_amount(line, "cbc:LineExtensionAmount"),
                taxes=tuple(_taxes(line, "cac:TaxTotal")),
            )


def _taxes(parent: etree._Element, path: str) -> Iterator[Tax]:
    for total in children(parent, path):
        found = [
            Tax(
                code=_tax_code(subtotal),
                rate=amount_at(subtotal, "cac:TaxCategory/cbc:Percent"),
                base=amount_at(subtotal, "cbc:TaxableAmount"),
                amount=need_amount(subtotal, "cbc:TaxAmount"),
            )
            for subtotal in children(total, "cac:TaxSubtotal")
        ]
        yield from found
        stated = amount_at(total, "cbc:TaxAmount")
        codes = {tax.code for tax in found}
        if stated is None or len(codes) > 1:
            continue
        # Hash, totals and Pymes go by the stated TaxAmount: what its parts leave out is kept as a part without a rate.
        rest = stated - sum((tax.amount for tax in found), Decimal(0))
        if rest:
            yield Tax(code=next(iter(codes), _OTHER_TAX), amount=rest)


def _tax_code(subtotal: etree._Element) -> str:
    scheme = "cac:TaxCategory/cac:TaxScheme"
    code = text_at(subtotal, f"{scheme}/cbc:ID") or _TAX_BY_NAME.get(
        (text_at(subtotal, f"{scheme}/cbc:Name") or "").upper()
    )
    if code is None:
        raise Unreadable(ReadError.MISSING_FIELD, f"{scheme}/cbc:ID")
    return code.upper().zfill(2)[:10]


def _total_or_sum(root: etree._Element, totals: etree._Element, path: str, *, charge: bool) -> Decimal:
    total = amount_at(totals, path)
    if total is not None:
        return total
    single = (
        need_amount(item, "cbc:Amount")
        for item in children(root, "cac:AllowanceCharge")
        if (text_at(item, "cbc:ChargeIndicator") or "").lower() in (("true", "1") if charge else ("false", "0"))
    )
    return sum(single, Decimal(0))


def _prepaid(root: etree._Element, totals: etree._Element) -> Decimal:
    total = amount_at(totals, "cbc:PrepaidAmount")
    if total is not None:
        return total
    single = (amount_at(payment, "cbc:PaidAmount") for payment in children(root, "cac:PrepaidPayment"))
    return sum((amount for amount in single if amount is not None), Decimal(0))


def _reference(root: etree._Element) -> Reference | None:
    for kind in ("Invoice", "CreditNote", "DebitNote"):
        for reference in children(root, f"cac:BillingReference/cac:{kind}DocumentReference"):
            if full_number := text_at(reference, "cbc:ID"):
                code = text_at(reference, "cbc:UUID")
                return Reference(full_number=full_number[:60], cufe=code.lower()[:200] if code else None)
    full_number = text_at(root, "cac:DiscrepancyResponse/cbc:ReferenceID")
    return Reference(full_number=full_number[:60]) if full_number else None


def _authorisation(control: etree._Element) -> Authorisation:
    first, last = (_own(control, f"AuthorizedInvoices/{name}") for name in ("From", "To"))
    for name, number in (("From", first), ("To", last)):
        if not re.fullmatch("[0-9]{1,18}", number):
            raise Unreadable(
                ReadError.BAD_VALUE if number else ReadError.MISSING_FIELD, f"sts:AuthorizedInvoices/sts:{name}"
            )
    return Authorisation(
        resolution=_own(control, "InvoiceAuthorization"),
        prefix=_own(control, "AuthorizedInvoices/Prefix"),
        first=int(first),
        last=int(last),
        valid_from=_own(control, "AuthorizationPeriod/StartDate"),
        valid_to=_own(control, "AuthorizationPeriod/EndDate"),
    )
