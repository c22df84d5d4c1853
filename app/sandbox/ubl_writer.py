"""Writes documents as the UBL files that providers mail: document, the DIAN's answer, AttachedDocument, ZIP. Unsigned.

The reader is ``connectors.ubl``; this is the other side of it, for the practice hotel and the tests.
"""

import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from app.model.documents import Authorisation, Document, Reference, Tax
from app.model.parties import Party

UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"


def xml_of(document: Document, *, encoding: str = "UTF-8") -> str:
    """Write a document as UBL; the text still has to be encoded as it declares."""
    root, line_name, quantity, totals = {
        "91": ("CreditNote", "CreditNoteLine", "CreditedQuantity", "LegalMonetaryTotal"),
        "95": ("CreditNote", "CreditNoteLine", "CreditedQuantity", "LegalMonetaryTotal"),
        "92": ("DebitNote", "DebitNoteLine", "DebitedQuantity", "RequestedMonetaryTotal"),
    }.get(document.type.value, ("Invoice", "InvoiceLine", "InvoicedQuantity", "LegalMonetaryTotal"))
    type_code = "" if root == "DebitNote" else f"<cbc:{root}TypeCode>{document.type.value}</cbc:{root}TypeCode>"
    supplier, customer = document.issuer, document.counterparty
    if document.type.value in ("05", "95"):
        supplier, customer = customer, supplier
    currency = document.currency
    uuid = ""
    if document.cufe is not None:
        uuid = f'<cbc:UUID schemeID="{document.environment}" schemeName="CUFE-SHA384">{document.cufe}</cbc:UUID>'

    def amount(name: str, value: Decimal) -> str:
        return f'<cbc:{name} currencyID="{currency}">{value:f}</cbc:{name}>'

    def lines() -> str:
        return "".join(
            f"<cac:{line_name}><cbc:ID>{at}</cbc:ID>"
            f'<cbc:{quantity} unitCode="EA">{line.quantity:f}</cbc:{quantity}>'
            f"{amount('LineExtensionAmount', line.amount)}{taxes_xml(line.taxes, currency)}"
            f"<cac:Item><cbc:Description>{escape(line.description)}</cbc:Description></cac:Item>"
            f"</cac:{line_name}>"
            for at, line in enumerate(document.lines, 1)
        )

    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<{root} xmlns="{UBL}{root}-2" xmlns:cac="{UBL}CommonAggregateComponents-2"'
        f' xmlns:cbc="{UBL}CommonBasicComponents-2" xmlns:ext="{UBL}CommonExtensionComponents-2"'
        f' xmlns:sts="dian:gov:co:facturaelectronica:Structures-2-1">\n'
        f"<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><sts:DianExtensions>"
        f"{control_xml(document.authorisation)}</sts:DianExtensions>"
        f"</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>\n"
        f"<cbc:UBLVersionID>UBL 2.1</cbc:UBLVersionID><cbc:CustomizationID>10</cbc:CustomizationID>\n"
        f"<cbc:ProfileExecutionID>{document.environment}</cbc:ProfileExecutionID>\n"
        f"<cbc:ID>{escape(document.full_number)}</cbc:ID>{uuid}\n"
        f"<cbc:IssueDate>{document.issued_at:%Y-%m-%d}</cbc:IssueDate>"
        f"<cbc:IssueTime>{document.issued_at:%H:%M:%S}-05:00</cbc:IssueTime>\n"
        f"{type_code}<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>\n"
        f"{reference_xml(document.reference)}"
        f"<cac:AccountingSupplierParty>{party_xml(supplier)}</cac:AccountingSupplierParty>\n"
        f"<cac:AccountingCustomerParty>{party_xml(customer)}</cac:AccountingCustomerParty>\n"
        + (f"<cac:BuyerCustomerParty>{party_xml(document.guest)}</cac:BuyerCustomerParty>\n" if document.guest else "")
        + (
            f"<cac:PaymentExchangeRate><cbc:CalculationRate>{document.exchange_rate:f}</cbc:CalculationRate>"
            "</cac:PaymentExchangeRate>\n"
            if document.exchange_rate is not None
            else ""
        )
        + f"{taxes_xml(document.taxes, currency)}{taxes_xml(document.withholdings, currency, 'WithholdingTaxTotal')}\n"
        f"<cac:{totals}>{amount('LineExtensionAmount', document.subtotal)}"
        f"{amount('AllowanceTotalAmount', document.allowances)}{amount('ChargeTotalAmount', document.charges)}"
        f"{amount('PrepaidAmount', document.prepaid)}"
        f"{amount('PayableRoundingAmount', document.rounding) if document.rounding else ''}"
        f"{amount('PayableAmount', document.payable)}</cac:{totals}>\n"
        f"{lines()}\n</{root}>"
    )


def party_xml(party: Party) -> str:
    """Write who a party is."""
    digit = f" schemeID={quoteattr(party.check_digit)}" if party.check_digit else ""
    return (
        f"<cac:Party><cac:PhysicalLocation><cac:Address><cac:Country><cbc:IdentificationCode>{party.country}"
        f"</cbc:IdentificationCode></cac:Country></cac:Address></cac:PhysicalLocation><cac:PartyTaxScheme>"
        f"<cbc:RegistrationName>{escape(party.name)}</cbc:RegistrationName>"
        f"<cbc:CompanyID{digit} schemeName={quoteattr(party.id_type)}>{escape(party.id)}</cbc:CompanyID>"
        f"</cac:PartyTaxScheme></cac:Party>"
    )


def taxes_xml(taxes: tuple[Tax, ...], currency: str, name: str = "TaxTotal") -> str:
    """Write taxes with their totals, one element for each code."""
    written = ""
    for code in dict.fromkeys(tax.code for tax in taxes):
        same = [tax for tax in taxes if tax.code == code]
        total = sum((tax.amount for tax in same), Decimal(0))
        written += f'<cac:{name}><cbc:TaxAmount currencyID="{currency}">{total:f}</cbc:TaxAmount>'
        for tax in same:
            base = "" if tax.base is None else f"<cbc:TaxableAmount>{tax.base:f}</cbc:TaxableAmount>"
            percent = "" if tax.rate is None else f"<cbc:Percent>{tax.rate:f}</cbc:Percent>"
            written += (
                f"<cac:TaxSubtotal>{base}<cbc:TaxAmount>{tax.amount:f}</cbc:TaxAmount><cac:TaxCategory>{percent}"
                f"<cac:TaxScheme><cbc:ID>{code}</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>"
            )
        written += f"</cac:{name}>"
    return written


def control_xml(authorisation: Authorisation | None) -> str:
    """Write what a document says of its range."""
    if authorisation is None:
        return ""
    return (
        f"<sts:InvoiceControl><sts:InvoiceAuthorization>{authorisation.resolution}</sts:InvoiceAuthorization>"
        f"<sts:AuthorizationPeriod><cbc:StartDate>{authorisation.valid_from}</cbc:StartDate>"
        f"<cbc:EndDate>{authorisation.valid_to}</cbc:EndDate></sts:AuthorizationPeriod>"
        f"<sts:AuthorizedInvoices><sts:Prefix>{authorisation.prefix}</sts:Prefix><sts:From>{authorisation.first}</sts:From>"
        f"<sts:To>{authorisation.last}</sts:To></sts:AuthorizedInvoices></sts:InvoiceControl>"
    )


def reference_xml(reference: Reference | None) -> str:
    """Write which document a note corrects."""
    if reference is None:
        return ""
    uuid = f"<cbc:UUID>{reference.cufe}</cbc:UUID>" if reference.cufe else ""
    return (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{reference.full_number}</cbc:ID>{uuid}"
        f"</cac:InvoiceDocumentReference></cac:BillingReference>\n"
    )


def answer_xml(about: str | None, code: str = "02", said: tuple[str, ...] = ()) -> str:
    """Write the DIAN's answer about the document with the code ``about``."""
    uuid = f"<cac:DocumentReference><cbc:UUID>{about}</cbc:UUID></cac:DocumentReference>" if about else ""
    lines = "".join(
        f"<cac:LineResponse><cac:Response><cbc:Description>{escape(text)}</cbc:Description></cac:Response></cac:LineResponse>"
        for text in said
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><ApplicationResponse xmlns="{UBL}ApplicationResponse-2"'
        f' xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2">'
        f"<cac:DocumentResponse><cac:Response><cbc:ResponseCode>{code}</cbc:ResponseCode></cac:Response>"
        f"{uuid}{lines}</cac:DocumentResponse></ApplicationResponse>"
    )


def attached_xml(inner: str, answer: str | None = None, result: str = "", number: str = "FEH101") -> str:
    """Put a document, and where given the DIAN's answer, into the container that providers mail."""

    def held(text: str) -> str:
        split = text.replace("]]>", "]]]]><![CDATA[>")  # a CDATA cannot hold its own end
        return (
            "<cac:Attachment><cac:ExternalReference><cbc:Description><![CDATA["
            f"{split}]]></cbc:Description></cac:ExternalReference></cac:Attachment>"
        )

    code = f"<cbc:ValidationResultCode>{result}</cbc:ValidationResultCode>"
    verified = f"<cac:ResultOfVerification>{code}</cac:ResultOfVerification>" if result else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><AttachedDocument xmlns="{UBL}AttachedDocument-2"'
        f' xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2">'
        f"<cbc:ParentDocumentID>{escape(number)}</cbc:ParentDocumentID>{held(inner)}<cac:ParentDocumentLineReference>"
        f"<cac:DocumentReference>{held(answer) if answer is not None else ''}{verified}</cac:DocumentReference>"
        f"</cac:ParentDocumentLineReference></AttachedDocument>"
    )


def zip_of(entries: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files as a provider does."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def mailed_xml(document: Document, *, approved: bool = True) -> bytes:
    """Write what the provider mails of a document: container, document and the DIAN's answer in one file."""
    said = () if approved else ("Regla: FAD06, Rechazo: Valor del CUFE no está calculado correctamente.",)
    answer = answer_xml(document.cufe, "02" if approved else "04", said)
    return attached_xml(xml_of(document), answer, number=document.full_number).encode()
