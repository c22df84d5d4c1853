"""The rules before sending: each fires on its own fault, and on nothing else."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.model.clock import BOGOTA
from app.model.codes import code_for
from app.model.documents import Document, DocumentType, Tax
from app.model.numbering import Numbering, System
from app.model.parties import Party
from app.model.rules import Finding, Rule, Severity, check
from app.texts.reading import finding_text
from tests.support import ubl

QUIET = {Rule.CODE_NOT_VERIFIABLE}


def numbering(document: Document, **change: Any) -> Numbering:
    proven = Numbering(
        system=System.PMS,
        family=document.family,
        prefix=document.prefix,
        first=1,
        last=5000,
        resolution="18764113677438" if document.family.has_authorisation else None,
        valid_from=date(2026, 8, 5) if document.family.has_authorisation else None,
        valid_to=date(2028, 8, 5) if document.family.has_authorisation else None,
    )
    return proven.model_copy(update=change)


def changed(document: Document, **change: Any) -> Document:
    return document.model_copy(update=change)


def loud(findings: tuple[Finding, ...]) -> dict[Rule, Severity]:
    return {finding.code: finding.severity for finding in findings if finding.code not in QUIET}


@pytest.mark.parametrize("kind", list(DocumentType))
def test_a_document_in_order_gives_no_finding_but_that_its_code_is_not_verifiable(kind: DocumentType) -> None:
    document = ubl.document(kind)
    for proven in (None, numbering(document)):
        findings = check(document, proven)
        assert [(finding.code, finding.severity) for finding in findings] == [(Rule.CODE_NOT_VERIFIABLE, Severity.INFO)]


# --- numbering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["FE-", "F H", "FÉ", "X" * 18])
def test_a_number_with_signs_or_too_long_blocks(prefix: str) -> None:
    assert loud(check(ubl.document(prefix=prefix)))[Rule.NUMBER_FORM] is Severity.BLOCK


@pytest.mark.parametrize("number", [1, 5000])
def test_both_ends_of_the_range_belong_to_it(number: int) -> None:
    document = ubl.document(number=number)
    assert loud(check(document, numbering(document))) == {}


@pytest.mark.parametrize("number", [0, 5001, 999_999_999])
@pytest.mark.parametrize("proven", [True, False])
def test_a_number_outside_the_range_blocks(number: int, proven: bool) -> None:
    document = ubl.document(number=number)
    assert loud(check(document, numbering(document) if proven else None)) == {Rule.NUMBER_OUTSIDE: Severity.BLOCK}


def test_the_number_of_another_prefix_is_outside() -> None:
    document = ubl.document()
    assert Rule.NUMBER_OUTSIDE in loud(check(document, numbering(document, prefix="FEX")))


@pytest.mark.parametrize(
    ("moment", "rule"),
    [
        (datetime(2026, 8, 4, 23, 59, 59, tzinfo=BOGOTA), Rule.BEFORE_VALIDITY),
        (datetime(2026, 8, 5, 0, 0, 0, tzinfo=BOGOTA), None),
        (datetime(2028, 8, 5, 23, 59, 59, tzinfo=BOGOTA), None),
        (datetime(2028, 8, 6, 0, 0, 0, tzinfo=BOGOTA), Rule.AFTER_VALIDITY),
    ],
)
@pytest.mark.parametrize("proven", [True, False])
def test_the_day_of_issue_lies_in_the_vigencia_both_ends_included(
    moment: datetime, rule: Rule | None, proven: bool
) -> None:
    document = changed(ubl.document(), issued_at=moment)
    expected = {rule: Severity.BLOCK} if rule else {}
    assert loud(check(document, numbering(document) if proven else None)) == expected


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"resolution": "18764000000000"}, Rule.RESOLUTION_DIFFERS),
        ({"valid_from": date(2026, 8, 6)}, Rule.START_DIFFERS),
        ({"valid_to": date(2028, 8, 4)}, Rule.END_DIFFERS),
        ({"first": 2}, Rule.FIRST_DIFFERS),
        ({"last": 4999}, Rule.LAST_DIFFERS),
    ],
)
def test_a_document_that_states_another_authorisation_than_the_proven_one_blocks(
    change: dict[str, Any], rule: Rule
) -> None:
    document = ubl.document()
    findings = check(document, numbering(document, **change))
    assert loud(findings) == {rule: Severity.BLOCK}
    (text,) = [finding_text(finding) for finding in findings if finding.code is rule]
    assert str(next(iter(change.values()))) in text


def test_a_stated_prefix_that_is_not_the_proven_one_blocks_even_where_it_is_empty() -> None:
    document = ubl.document()
    assert document.authorisation is not None
    for stated in ("", "FEX"):
        other = changed(document, authorisation=document.authorisation.model_copy(update={"prefix": stated}))
        assert loud(check(other, numbering(document))) == {Rule.PREFIX_DIFFERS: Severity.BLOCK}
    small = changed(document, authorisation=document.authorisation.model_copy(update={"prefix": " feh "}))
    assert loud(check(small, numbering(document))) == {}


# --- code -------------------------------------------------------------------------------------------------------------


def test_with_the_technical_key_a_right_cufe_is_silent_and_a_wrong_one_blocks() -> None:
    document = ubl.document()
    right = changed(document, cufe=code_for(document, ubl.TECHNICAL_KEY))
    assert check(right, None, ubl.TECHNICAL_KEY) == ()
    assert loud(check(document, None, ubl.TECHNICAL_KEY)) == {Rule.CODE_WRONG: Severity.BLOCK}


def test_what_is_only_inferred_of_type_04_does_not_hold_a_document() -> None:
    document = ubl.document(DocumentType.CONTINGENCIA_DIAN)
    assert loud(check(document, None, ubl.TECHNICAL_KEY)) == {Rule.CODE_WRONG: Severity.WARN}


def test_a_missing_code_warns_and_a_malformed_one_blocks() -> None:
    assert loud(check(ubl.document(cufe=None))) == {Rule.CODE_MISSING: Severity.WARN}
    assert loud(check(ubl.document(cufe="a" * 40))) == {Rule.CODE_MALFORMED: Severity.BLOCK}


def test_no_secret_stands_in_a_finding() -> None:
    assert ubl.TECHNICAL_KEY not in repr(check(ubl.document(), None, ubl.TECHNICAL_KEY))


# --- totals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        ("0.01", {Rule.PAYABLE_TOLERATED: Severity.INFO}),
        ("1.00", {Rule.PAYABLE_TOLERATED: Severity.INFO}),
        ("2.00", {Rule.PAYABLE_TOLERATED: Severity.INFO}),
        ("-2.00", {Rule.PAYABLE_TOLERATED: Severity.INFO}),
        ("2.01", {Rule.PAYABLE: Severity.BLOCK}),
        ("-50.00", {Rule.PAYABLE: Severity.BLOCK}),
        ("-1000", {Rule.PAYABLE: Severity.BLOCK}),
    ],
)
def test_one_peso_is_seen_and_more_than_two_block_unless_the_rounding_is_stated(
    off: str, expected: dict[Rule, Severity]
) -> None:
    document = ubl.document()
    rounded = changed(document, payable=document.payable + Decimal(off))
    assert loud(check(rounded)) == expected
    assert loud(check(changed(rounded, rounding=Decimal(off)))) == {}


def test_deposits_allowances_charges_and_bag_tax_tie() -> None:
    document = ubl.document()
    parts = {"prepaid": Decimal(100000), "allowances": Decimal(59000), "charges": Decimal(20000)}
    bags = Tax(code="22", amount=Decimal(60))
    payable = document.payable - 100000 - 59000 + 20000 + 60
    assert loud(check(changed(document, **parts, taxes=(*document.taxes, bags), payable=payable))) == {}


def test_a_deposit_that_was_not_taken_off_only_warns() -> None:
    assert loud(check(changed(ubl.document(), prepaid=Decimal(100000)))) == {Rule.PAYABLE_UNUSUAL: Severity.WARN}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(DocumentType.DOCUMENTO_SOPORTE, {}), (DocumentType.FACTURA, {Rule.PAYABLE_UNUSUAL: Severity.WARN})],
)
def test_withholdings_taken_off_are_usual_only_when_the_hotel_buys(
    kind: DocumentType, expected: dict[Rule, Severity]
) -> None:
    document = ubl.document(kind)
    withheld = changed(
        document, withholdings=(Tax(code="06", amount=Decimal(12250)),), payable=document.payable - Decimal(12250)
    )
    assert loud(check(withheld)) == expected


def test_lines_that_do_not_sum_to_the_subtotal_warn() -> None:
    document = ubl.document()
    assert loud(check(changed(document, lines=document.lines[:1]))) == {Rule.LINES: Severity.WARN}
    assert loud(check(changed(document, lines=()))) == {}


def test_a_negative_value_blocks() -> None:
    document = ubl.document()
    prepaid = document.payable + 10
    assert loud(check(changed(document, prepaid=prepaid, payable=Decimal(-10)))) == {Rule.NEGATIVE: Severity.BLOCK}


# --- parties ----------------------------------------------------------------------------------------------------------


def test_a_wrong_check_digit_of_the_buyer_warns_and_names_the_right_one() -> None:
    buyer = ubl.COMPANY.model_copy(update={"check_digit": "7"})
    (finding,) = [f for f in check(ubl.document(counterparty=buyer)) if f.code not in QUIET]
    assert (finding.code, finding.severity) == (Rule.CHECK_DIGIT, Severity.WARN)
    assert "debería ser 4" in finding_text(finding)


@pytest.mark.parametrize("buyer", [ubl.FINAL, ubl.RESIDENT, ubl.COMPANY.model_copy(update={"check_digit": None})])
def test_who_has_no_check_digit_is_left_alone(buyer: Party) -> None:
    assert loud(check(ubl.document(counterparty=buyer))) == {}


@pytest.mark.parametrize(("id_type", "id"), [("13", "2222222222"), ("31", "222222222222")])
def test_a_final_consumer_is_written_with_twelve_twos_and_type_13(id_type: str, id: str) -> None:
    buyer = Party(id_type=id_type, id=id, name="consumidor final")
    assert loud(check(ubl.document(counterparty=buyer))) == {Rule.FINAL_CONSUMER_FORM: Severity.WARN}


@pytest.mark.parametrize(
    "kind", [DocumentType.NOTA_CREDITO, DocumentType.NOTA_DEBITO, DocumentType.NOTA_AJUSTE]
)  # fmt: skip
def test_a_note_that_refers_to_nothing_warns(kind: DocumentType) -> None:
    assert loud(check(changed(ubl.document(kind), reference=None))) == {Rule.REFERENCE_MISSING: Severity.WARN}


# --- hotel ------------------------------------------------------------------------------------------------------------


def test_a_foreigner_who_pays_iva_on_lodging_warns_by_guest_before_buyer() -> None:
    expected = {Rule.FOREIGNER_WITH_IVA: Severity.WARN}
    assert loud(check(ubl.document(counterparty=ubl.FOREIGNER))) == expected
    assert loud(check(ubl.document(counterparty=ubl.COMPANY, guest=ubl.FOREIGNER))) == expected
    assert loud(check(ubl.document(counterparty=ubl.FOREIGNER, guest=ubl.RESIDENT))) == {}
    assert loud(check(ubl.document(counterparty=ubl.FOREIGNER, description="Lavandería"))) == {}


def test_lodging_without_iva_warns_only_where_the_guest_is_surely_a_resident() -> None:
    def zero(**change: Any) -> dict[Rule, Severity]:
        return loud(check(ubl.document(rate=Decimal(0), **change)))

    expected = {Rule.RESIDENT_WITHOUT_IVA: Severity.WARN}
    assert zero(counterparty=ubl.RESIDENT) == expected
    assert zero(counterparty=ubl.COMPANY, guest=ubl.RESIDENT) == expected
    assert zero(counterparty=ubl.COMPANY) == {}
    assert zero(counterparty=ubl.FINAL) == {}
    assert zero(counterparty=ubl.FOREIGNER) == {}
    assert zero(counterparty=ubl.RESIDENT, guest=ubl.FOREIGNER) == {}


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal(-1)])
def test_another_currency_needs_its_rate(rate: Decimal | None) -> None:
    document = changed(ubl.document(DocumentType.EXPORTACION, currency="USD"), exchange_rate=rate)
    assert loud(check(document)) == {Rule.EXCHANGE_RATE_MISSING: Severity.WARN}


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", list(Rule))
def test_each_rule_has_its_words(rule: Rule) -> None:
    amounts = dict.fromkeys(("payable", "expected", "lines", "subtotal", "amount"), "1234567.89")
    days = dict.fromkeys(("issued", "limit"), "2026-11-24")
    others = ("number", "prefix", "first", "last", "stated", "proven", "id", "right", "name", "id_type")
    values = {**amounts, **days, **dict.fromkeys(others, "X"), "currency": "COP"}
    text = finding_text(Finding(code=rule, severity=Severity.WARN, values=values))
    assert text.endswith(".") and "{" not in text
    if "$" in text:
        assert "$ 1.234.567,89" in text
