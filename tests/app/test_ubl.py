"""What the reader makes of files that are in order."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from app.connectors.ubl import read_bytes, read_file
from app.model.codes import CodeState, verify
from app.model.documents import Document, DocumentType, Tax
from app.model.reading import ReadError, Reading
from app.model.rules import Rule, Severity, check
from app.texts.reading import reading_error
from tests.support import ubl

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "dian-samples"
KEY_OF_THE_SAMPLES = "fc8eac422eba16e22ffd8c6f94b3f40a6e38162c"


def read_one(text: str | bytes, name: str = "f.xml") -> Reading:
    (reading,) = read_bytes(text.encode() if isinstance(text, str) else text, name)
    return reading


def read_document(text: str | bytes) -> Document:
    reading = read_one(text)
    assert reading.document is not None, (reading.error, reading.detail)
    return reading.document


def same(document: Document, other: Document) -> None:
    assert document.model_dump() == other.model_dump()
    assert document.digest == other.digest


# --- every type and party ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(DocumentType))
def test_every_type_comes_out_as_it_went_in(kind: DocumentType) -> None:
    written = ubl.document(kind)
    same(read_document(ubl.xml_of(written)), written)


@pytest.mark.parametrize("party", [ubl.RESIDENT, ubl.FOREIGNER, ubl.FINAL, ubl.COMPANY], ids=lambda p: p.id_type)
def test_buyers_of_all_kinds_keep_id_type_name_and_country(party: ubl.Party) -> None:
    assert read_document(ubl.xml_of(ubl.document(counterparty=party))).counterparty == party


@pytest.mark.parametrize("kind", [DocumentType.DOCUMENTO_SOPORTE, DocumentType.NOTA_AJUSTE])
def test_of_a_soporte_the_hotel_issues_and_the_seller_is_the_counterparty(kind: DocumentType) -> None:
    document = read_document(ubl.xml_of(ubl.document(kind, counterparty=ubl.FOREIGN_SELLER)))
    assert (document.issuer, document.counterparty) == (ubl.HOTEL, ubl.FOREIGN_SELLER)


def test_buyer_and_guest_are_kept_apart() -> None:
    document = read_document(ubl.xml_of(ubl.document(guest=ubl.FOREIGNER)))
    assert (document.counterparty, document.guest) == (ubl.COMPANY, ubl.FOREIGNER)


def test_a_nit_with_its_digit_typed_into_it_loses_the_digit() -> None:
    text = ubl.xml_of(ubl.document()).replace(">800197268<", ">800.197.268-4<").replace(' schemeID="4"', "")
    assert read_document(text).counterparty == ubl.COMPANY


def test_a_buyer_without_tax_scheme_is_found_by_identification_and_party_name() -> None:
    text = ubl.xml_of(ubl.document(counterparty=ubl.RESIDENT))
    written = ubl.party_xml(ubl.RESIDENT)
    other = (
        '<cac:Party><cac:PartyIdentification><cbc:ID schemeName="13">52345678</cbc:ID></cac:PartyIdentification>'
        "<cac:PartyName><cbc:Name>Ana María Peñaloza</cbc:Name></cac:PartyName></cac:Party>"
    )
    assert read_document(text.replace(written, other)).counterparty == ubl.RESIDENT


# --- numbers, dates, amounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("full_number", "control", "prefix", "number"),
    [
        ("FE123", "FE1", "FE1", 23),
        ("FE123", "FE", "FE", 123),
        ("0131500", "0131", "0131", 500),
        ("4501", "", "", 4501),
        ("FEH101", "OTRO", "FEH", 101),
        ("fe12", "FE", "fe", 12),
        ("0000000001", "", "000000000", 1),
        ("FE0012", "FE", "FE00", 12),
        ("FE0", "FE", "FE", 0),
        ("FE-12", "FE", "FE-", 12),
    ],
)
def test_the_stated_prefix_splits_the_number_and_trailing_digits_do_else(
    full_number: str, control: str, prefix: str, number: int
) -> None:
    text = ubl.xml_of(ubl.document(prefix="ZZZZ", number=777))
    text = text.replace("<cbc:ID>ZZZZ777<", f"<cbc:ID>{full_number}<").replace(">ZZZZ<", f">{control}<")
    document = read_document(text)
    assert (document.prefix, document.number, document.full_number) == (prefix, number, full_number)


def test_the_branch_of_a_note_states_a_prefix_that_ends_in_a_digit() -> None:
    text = ubl.xml_of(ubl.document(DocumentType.NOTA_CREDITO, prefix="NC2", number=15))
    assert read_document(text).prefix == "NC"
    branch = (
        "<cac:PartyLegalEntity><cac:CorporateRegistrationScheme><cbc:ID>NC2</cbc:ID></cac:CorporateRegistrationScheme>"
    )
    document = read_document(
        text.replace("</cac:PartyTaxScheme>", f"</cac:PartyTaxScheme>{branch}</cac:PartyLegalEntity>", 1)
    )
    assert (document.prefix, document.number) == ("NC2", 15)


@pytest.mark.parametrize(
    "hour", ["14:05:09-05:00", "14:05:09", "14:05:09.0000000-05:00", "19:05:09Z", "20:05:09+01:00"]
)
def test_the_moment_is_bogotas_even_where_the_offset_is_missing(hour: str) -> None:
    document = read_document(ubl.xml_of(ubl.document()).replace("14:05:09-05:00", hour))
    assert document.issued_at.astimezone(UTC) == datetime(2026, 11, 20, 19, 5, 9, tzinfo=UTC)


def test_foreign_currency_brings_its_rate_and_pesos_need_none() -> None:
    document = read_document(ubl.xml_of(ubl.document(DocumentType.EXPORTACION, currency="USD")))
    assert (document.currency, document.exchange_rate) == ("USD", Decimal("4012.55"))
    rate = (
        "<cac:PaymentExchangeRate><cbc:CalculationRate>1</cbc:CalculationRate></cac:PaymentExchangeRate><cac:TaxTotal>"
    )
    assert read_document(ubl.xml_of(ubl.document()).replace("<cac:TaxTotal>", rate, 1)).exchange_rate is None


def test_deposits_allowances_charges_and_withholdings_are_read() -> None:
    written = ubl.document().model_copy(
        update={
            "prepaid": Decimal("100000.00"),
            "allowances": Decimal("20000.00"),
            "charges": Decimal("5000.00"),
            "withholdings": (Tax(code="06", rate=Decimal("3.50"), base=Decimal(400000), amount=Decimal("14000.00")),),
        }
    )
    same(read_document(ubl.xml_of(written)), written)


def test_totals_that_are_not_stated_are_summed_from_their_parts() -> None:
    text = ubl.xml_of(ubl.document())
    for name in ("AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount"):
        text = text.replace(f'<cbc:{name} currencyID="COP">0</cbc:{name}>', "")
    parts = "".join(
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator><cbc:Amount>{amount}</cbc:Amount>"
        "</cac:AllowanceCharge>"
        for charge, amount in (("false", "10.50"), ("false", "2"), ("true", "7"))
    )
    parts += "<cac:PrepaidPayment><cbc:PaidAmount>30</cbc:PaidAmount></cac:PrepaidPayment>" * 2
    document = read_document(text.replace("<cac:TaxTotal>", f"{parts}<cac:TaxTotal>", 1))
    assert (document.allowances, document.charges, document.prepaid) == (Decimal("12.50"), Decimal(7), Decimal(60))


def test_the_stated_total_of_a_tax_counts_and_not_only_its_rounded_parts() -> None:
    text = ubl.xml_of(ubl.document())
    stated = '<cac:TaxTotal><cbc:TaxAmount currencyID="COP">66500.00<'
    assert stated in text
    document = read_document(text.replace(stated, stated.replace("66500.00", "66500.01")))
    assert document.tax_total("01") == Decimal("66500.01")
    assert document.tax_total("04") == Decimal(4000)


@pytest.mark.parametrize("amount", ["0.50", "-0.50", "2", "0"])
def test_a_rounding_of_the_total_is_read(amount: str) -> None:
    payable = '<cbc:PayableAmount currencyID="COP">'
    rounding = f'<cbc:PayableRoundingAmount currencyID="COP">{amount}</cbc:PayableRoundingAmount>'
    text = ubl.xml_of(ubl.document()).replace(payable, rounding + payable)
    assert read_document(text).rounding == Decimal(amount)


def test_a_tax_by_unit_has_neither_base_nor_rate() -> None:
    bags = Tax(code="22", amount=Decimal("60.00"))
    written = ubl.document()
    written = written.model_copy(update={"taxes": (*written.taxes, bags)})
    assert read_document(ubl.xml_of(written)).taxes[-1] == bags


def test_only_a_note_keeps_what_it_refers_to() -> None:
    reference = ubl.reference_xml(ubl.Reference(full_number="FEH100", cufe="B" * 96))
    text = ubl.xml_of(ubl.document()).replace(
        "<cac:AccountingSupplierParty>", f"{reference}<cac:AccountingSupplierParty>"
    )
    assert read_document(text).reference is None
    note = ubl.xml_of(ubl.document(DocumentType.NOTA_DEBITO)).replace("b" * 96, "B" * 96)
    assert read_document(note).reference == ubl.Reference(full_number="FEH100", cufe="b" * 96)


def test_a_code_in_capitals_is_written_small() -> None:
    assert read_document(ubl.xml_of(ubl.document(cufe="AB" * 48))).cufe == "ab" * 48


def test_a_note_has_no_authorisation_even_where_the_file_states_a_range() -> None:
    range_of_own = ubl.Authorisation(resolution="2001", prefix="NC", first=1, last=9, valid_from="", valid_to="")
    written = ubl.document(DocumentType.NOTA_CREDITO).model_copy(update={"authorisation": range_of_own})
    assert read_document(ubl.xml_of(written)).authorisation is None


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.dian.gov.co/contratos/facturaelectronica/v1/Structures",
        "urn:dian:gov:co:facturaelectronica:Structures-2-1",
    ],
)
def test_the_dians_extension_is_found_in_any_of_its_namespaces(namespace: str) -> None:
    written = ubl.document()
    text = ubl.xml_of(written).replace("dian:gov:co:facturaelectronica:Structures-2-1", namespace)
    assert read_document(text).authorisation == written.authorisation


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "iso-8859-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("utf-16", "utf-8"),
    ],
)
def test_each_encoding_of_practice_is_read(declared: str, encoding: str) -> None:
    written = ubl.document()
    same(read_document(ubl.xml_of(written, encoding=declared).encode(encoding)), written)


def test_a_comment_inside_a_number_does_not_cut_it() -> None:
    text = ubl.xml_of(ubl.document()).replace("<cbc:ID>FEH101<", "<cbc:ID>FEH1<!-- x -->01<")
    assert read_document(text).full_number == "FEH101"


# --- AttachedDocument and the DIAN's answer ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(DocumentType))
def test_a_container_gives_its_document(kind: DocumentType) -> None:
    written = ubl.document(kind)
    same(read_document(ubl.attached_xml(ubl.xml_of(written))), written)


@pytest.mark.parametrize(
    ("code", "approved"), [("02", True), ("04", False), ("030", None), ("034", None), ("", None)]
)  # fmt: skip
def test_only_the_dians_answer_decides_what_is_approved(code: str, approved: bool | None) -> None:
    reading = read_one(ubl.attached_xml(ubl.xml_of(ubl.document()), ubl.answer_xml("a" * 96, code)))
    assert reading.ok
    assert reading.approved is approved


def test_a_notification_rejects_nothing_and_is_told() -> None:
    said = ("Regla: FAJ43b, Notificación: Nombre informado No corresponde al registrado en el RUT",)
    reading = read_one(ubl.attached_xml(ubl.xml_of(ubl.document()), ubl.answer_xml("a" * 96, "02", said)))
    assert (reading.approved, reading.notices) == (True, said)


def test_a_rejection_says_why() -> None:
    said = ("Regla: FAD06, Rechazo: Valor del CUFE no está calculado correctamente",)
    reading = read_one(ubl.attached_xml(ubl.xml_of(ubl.document()), ubl.answer_xml("a" * 96, "04", said)))
    assert (reading.approved, reading.notices) == (False, said)


def test_an_answer_about_another_document_approves_nothing() -> None:
    inner = ubl.xml_of(ubl.document())
    assert read_one(ubl.attached_xml(inner, ubl.answer_xml("c" * 96), result="02")).approved is None


def test_two_answers_that_contradict_each_other_approve_nothing() -> None:
    text = ubl.attached_xml(ubl.xml_of(ubl.document()), ubl.answer_xml("a" * 96, "02"))
    line = text[text.index("<cac:ParentDocumentLineReference>") : text.index("</AttachedDocument>")]
    assert read_one(text.replace(line, line * 2)).approved is True
    assert read_one(text.replace(line, line + line.replace(">02<", ">04<"))).approved is None


def test_an_answer_without_a_code_speaks_of_the_number_that_it_names() -> None:
    inner = ubl.xml_of(ubl.document())
    for number, approved in (("FEH101", True), ("FEH102", None)):
        named = f"<cac:DocumentReference><cbc:ID>{number}</cbc:ID></cac:DocumentReference></cac:DocumentResponse>"
        answer = ubl.answer_xml(None).replace("</cac:DocumentResponse>", named)
        assert read_one(ubl.attached_xml(inner, answer)).approved is approved


@pytest.mark.parametrize(("result", "approved"), [("02", True), ("04", False), ("", None)])
def test_without_an_answer_the_containers_own_result_counts(result: str, approved: bool | None) -> None:
    assert read_one(ubl.attached_xml(ubl.xml_of(ubl.document()), result=result)).approved is approved


def test_a_bare_document_proves_no_approval() -> None:
    assert read_one(ubl.xml_of(ubl.document())).approved is None


def test_the_declared_encoding_of_an_inner_document_no_longer_counts() -> None:
    written = ubl.document()
    for declared in ("utf-16", "ISO-8859-1"):
        same(read_document(ubl.attached_xml(ubl.xml_of(written, encoding=declared))), written)


def base64_of(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


@pytest.mark.parametrize(
    "written_as",
    [
        escape,
        lambda text: escape(escape(text)),
        lambda text: "\ufeff" + text,
        base64_of,
        lambda text: base64_of("\ufeff" + text),
    ],
    ids=["escaped", "twice", "mark", "base64", "base64-mark"],
)
def test_what_a_container_holds_may_be_escaped_once_more_or_base64(written_as: Callable[[str], str]) -> None:
    inner, answer = ubl.xml_of(ubl.document()), ubl.answer_xml("a" * 96, "04")
    reading = read_one(ubl.attached_xml(written_as(inner), written_as(answer), result="02"))
    assert (reading.document, reading.approved) == (ubl.document(), False)


def test_a_document_attached_as_binary_is_read() -> None:
    text = ubl.attached_xml(base64_of(ubl.xml_of(ubl.document())), result="02")
    text = text.replace("<cac:ExternalReference><cbc:Description>", "<cbc:EmbeddedDocumentBinaryObject>")
    text = text.replace("</cbc:Description></cac:ExternalReference>", "</cbc:EmbeddedDocumentBinaryObject>")
    reading = read_one(text)
    assert (reading.document, reading.approved) == (ubl.document(), True)


@pytest.mark.parametrize(
    ("code", "contradicts"), [("a" * 96, False), ("A" * 96, False), ("b" * 96, True), ("b" * 64, False)]
)
def test_a_qr_that_names_another_code_is_seen(code: str, contradicts: bool) -> None:
    qr = f"<sts:QRCode>https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={code}</sts:QRCode>"
    text = ubl.xml_of(ubl.document()).replace("</sts:DianExtensions>", f"{qr}</sts:DianExtensions>")
    assert read_one(text).contradicts_itself is contradicts
    assert read_one(ubl.attached_xml(text)).contradicts_itself is contradicts


def test_a_currency_in_small_letters_is_the_same() -> None:
    text = ubl.xml_of(ubl.document()).replace("Code>COP<", "Code>cop<").replace('currencyID="COP"', 'currencyID="cop"')
    same(read_document(text), ubl.document())


# --- ZIP --------------------------------------------------------------------------------------------------------------


def test_a_zip_gives_each_of_its_xml_and_none_of_its_pdfs() -> None:
    documents = [ubl.document(number=number, cufe=f"{number:096x}") for number in (1, 2)]
    packed = ubl.zip_of(
        {
            "ad1.xml": ubl.attached_xml(ubl.xml_of(documents[0]), ubl.answer_xml(f"{1:096x}")).encode(),
            "fv1.pdf": b"%PDF-1.7",
            "carpeta/fv2.XML": ubl.xml_of(documents[1]).encode(),
        }
    )
    readings = read_bytes(packed, "mes.zip")
    assert [(r.file, r.document, r.approved) for r in readings] == [
        ("mes.zip/ad1.xml", documents[0], True),
        ("mes.zip/fv2.XML", documents[1], None),
    ]


def test_an_answer_beside_its_document_approves_it() -> None:
    entries = {"ar.xml": ubl.answer_xml("a" * 96).encode(), "fv.xml": ubl.xml_of(ubl.document()).encode()}
    (reading,) = read_bytes(ubl.zip_of(entries), "f.zip")
    assert (reading.ok, reading.approved) == (True, True)


def test_an_answer_beside_another_document_is_told_and_approves_nothing() -> None:
    entries = {"ar.xml": ubl.answer_xml("c" * 96).encode(), "fv.xml": ubl.xml_of(ubl.document()).encode()}
    document, answer = read_bytes(ubl.zip_of(entries), "f.zip")
    assert (document.ok, document.approved, answer.error) == (True, None, ReadError.DIAN_ANSWER)


@pytest.mark.parametrize("names", [("ad.xml", "fv.xml"), ("z.xml", "fv.xml")])
def test_a_document_beside_its_own_container_has_its_answer(names: tuple[str, str]) -> None:
    inner = ubl.xml_of(ubl.document())
    held = ubl.attached_xml(inner, ubl.answer_xml("a" * 96)).encode()
    files = sorted(zip(names, (held, inner.encode()), strict=True))
    assert [one.approved for one in read_bytes(ubl.zip_of(dict(files)), "f.zip")] == [True, True]
    changed = dict(files) | {"fv.xml": inner.replace("350000.00", "350001.00").encode()}
    assert {one.approved for one in read_bytes(ubl.zip_of(changed), "f.zip")} == {True, None}


def test_what_a_mac_leaves_in_a_zip_is_no_file() -> None:
    good = ubl.xml_of(ubl.document()).encode()
    (reading,) = read_bytes(ubl.zip_of({"__MACOSX/._f.xml": b"\0\5", "f.xml": good, "x/._f.xml": b"\0\5"}), "f.zip")
    assert reading.ok


def test_one_bad_file_in_a_zip_does_not_hide_the_good_ones() -> None:
    entries = {"bad.xml": b"<Invoice>", "good.xml": ubl.xml_of(ubl.document()).encode()}
    bad, good = read_bytes(ubl.zip_of(entries), "f.zip")
    assert (bad.error, good.ok) == (ReadError.BROKEN, True)


def test_files_are_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "factura ñ.xml"
    path.write_text(ubl.xml_of(ubl.document()), encoding="utf-8")
    (reading,) = read_file(path)
    assert (reading.file, reading.ok) == ("factura ñ.xml", True)


# --- the DIAN's own examples, where they lie beside the project -------------------------------------------------------

EXPECTED = {
    "ph-consumidor-final.xml": ("01", "SETP", 990058987, "99998888", "COP", "2023060.00", CodeState.RIGHT),
    "ph-creditnote-20.xml": ("91", "NC", 3, "800197268", "USD", "14994.07", CodeState.NOT_VERIFIABLE),
    "ph-debitnote-30.xml": ("92", "ND", 1, "800197268", "USD", "14994.07", CodeState.NOT_VERIFIABLE),
    "ph-excluidos-exentos.xml": ("01", "SETP", 990000008, "800197268", "COP", "11600.06", CodeState.WRONG),
    "ph-exportacion-02.xml": ("02", "SETP", 990000011, "800197268", "USD", "14024.07", CodeState.WRONG),
    "ph-generica-pago-anticipado.xml": ("01", "SETP", 990000013, "800197268", "USD", "14024.07", CodeState.WRONG),
    "ph-generica.xml": ("01", "SETP", 990000002, "800197268", "COP", "14024.07", CodeState.WRONG),
    "ph-mandatos.xml": ("01", "SETP", 990000015, "800197268", "USD", "14024.07", CodeState.WRONG),
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the DIAN's examples are not part of the project")
@pytest.mark.parametrize("name", EXPECTED)
def test_the_dians_examples_are_read_and_none_is_blocked_wrongly(name: str) -> None:
    (reading,) = read_file(SAMPLES / name)
    document = reading.document
    assert document is not None, (reading.error, reading.detail)
    read = (
        document.type,
        document.prefix,
        document.number,
        document.issuer.id,
        document.currency,
        str(document.payable),
    )
    assert (*read, verify(document, KEY_OF_THE_SAMPLES)) == EXPECTED[name]
    assert verify(document) is CodeState.NOT_VERIFIABLE
    assert [finding for finding in check(document) if finding.severity is Severity.BLOCK] == []
    blocked = [
        finding.code for finding in check(document, None, KEY_OF_THE_SAMPLES) if finding.severity is Severity.BLOCK
    ]
    assert blocked == ([Rule.CODE_WRONG] if EXPECTED[name][-1] is CodeState.WRONG else [])
    if document.family.is_note:
        assert document.reference is not None and document.reference.full_number == "SETP990000015"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the DIAN's examples are not part of the project")
def test_an_answer_about_ranges_is_refused_by_its_name() -> None:
    (reading,) = read_file(SAMPLES / "tribux-get-numbering-range-response.xml")
    assert reading.error is ReadError.NUMBERING_ANSWER
    assert "rangos de numeración" in reading_error(reading.error, reading.detail)
