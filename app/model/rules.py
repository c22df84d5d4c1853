"""Rules before sending: what the DIAN would reject or a hotel would regret, from a document and its proven numbering.

Codes are the DIAN's where it has one (facts/dian.md, section 8), else our own words; its twins for notas and documento
soporte mean the same. Nothing here decides a tax: where the law leaves room, a rule only warns.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from pydantic import Field as Default

from app.model.clock import bogota_day
from app.model.codes import CodeState, has_code_form, verify
from app.model.documents import Document, DocumentType, Family, Line
from app.model.numbering import Field, Numbering
from app.model.parties import FINAL_CONSUMER, FOREIGN_DOCUMENT, PASSPORT, Party, check_digit_of
from app.model.value import Value

TOLERANCE: Final = Decimal(2)
"""The DIAN's, for totals of a document (facts/dian.md, section 6)."""

_CEDULA: Final = "13"
_RESIDENT_IDS: Final = ("11", "12", _CEDULA, "91")
_LODGING: Final = re.compile(r"\b(?:hospedajes?|alojamientos?|habitaci[oó]n|habitaciones|noches?)\b", re.IGNORECASE)
_FULL_IVA: Final = Decimal(19)


class Severity(StrEnum):
    """What a finding does."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"
    """Stands in the timeline and calls nobody."""


class Rule(StrEnum):
    """The rules, by the DIAN's code where it has one."""

    NUMBER_FORM = "FAD05a"
    NUMBER_OUTSIDE = "FAD05d"
    """FAD05d and e: outside the range, or of another prefix."""
    BEFORE_VALIDITY = "FAB07a"
    AFTER_VALIDITY = "FAB08a"
    RESOLUTION_DIFFERS = "FAB05b"
    START_DIFFERS = "FAB07b"
    END_DIFFERS = "FAB08b"
    PREFIX_DIFFERS = "FAB10b"
    FIRST_DIFFERS = "FAB11b"
    LAST_DIFFERS = "FAB12b"
    CODE_WRONG = "FAD06"
    CODE_MALFORMED = "FAD06-form"
    CODE_MISSING = "FAD06-missing"
    CODE_NOT_VERIFIABLE = "FAD06-not-verifiable"
    LINES = "FAU04"
    PAYABLE = "FAU14"
    PAYABLE_UNUSUAL = "FAU14-unusual"
    PAYABLE_TOLERATED = "FAU14-tolerance"
    """The DIAN lets it pass; the books see the difference."""
    NEGATIVE = "VLR01"
    CHECK_DIGIT = "FAK24"
    REFERENCE_MISSING = "CBG02"
    FOREIGNER_WITH_IVA = "huesped-extranjero-con-iva"
    RESIDENT_WITHOUT_IVA = "residente-sin-iva"
    EXCHANGE_RATE_MISSING = "moneda-sin-tasa"
    FINAL_CONSUMER_FORM = "consumidor-final"


class Finding(Value):
    """What one rule says of one document; ``values`` fill its text: amounts as plain decimals, days as ISO."""

    code: Rule
    severity: Severity
    values: dict[str, str] = Default(default_factory=dict)


class _Case(NamedTuple):
    document: Document
    numbering: Numbering | None
    technical_key: str | None


def check(
    document: Document, numbering: Numbering | None = None, technical_key: str | None = None
) -> tuple[Finding, ...]:
    """Run every rule; ``numbering`` is the proven range, ``None`` where the document is judged by its own words."""
    case = _Case(document, numbering, technical_key)
    return tuple(finding for rule in _RULES for finding in rule(case))


def _number_form(case: _Case) -> Iterator[Finding]:
    number = case.document.full_number
    if not re.fullmatch(r"[0-9A-Za-z]{1,20}", number):
        yield Finding(code=Rule.NUMBER_FORM, severity=Severity.BLOCK, values={"number": number})


def _number_in_range(case: _Case) -> Iterator[Finding]:
    document, known = case.document, case.numbering or case.document.authorisation
    if known is None:
        return
    same_prefix = known.prefix.strip().upper() == document.prefix.upper()
    if not (same_prefix and known.first <= document.number <= known.last):
        values = {"number": document.full_number, "prefix": known.prefix}
        values |= {"first": str(known.first), "last": str(known.last)}
        yield Finding(code=Rule.NUMBER_OUTSIDE, severity=Severity.BLOCK, values=values)


def _issued_within_validity(case: _Case) -> Iterator[Finding]:
    stated = case.document.authorisation
    start, end = (_day(stated.valid_from), _day(stated.valid_to)) if stated else (None, None)
    if case.numbering is not None:
        start, end = case.numbering.valid_from or start, case.numbering.valid_to or end
    issued = bogota_day(case.document.issued_at)
    if start is not None and issued < start:
        values = {"issued": issued.isoformat(), "limit": start.isoformat()}
        yield Finding(code=Rule.BEFORE_VALIDITY, severity=Severity.BLOCK, values=values)
    if end is not None and issued > end:
        values = {"issued": issued.isoformat(), "limit": end.isoformat()}
        yield Finding(code=Rule.AFTER_VALIDITY, severity=Severity.BLOCK, values=values)


def _authorisation_as_proven(case: _Case) -> Iterator[Finding]:
    stated, proven = case.document.authorisation, case.numbering
    if stated is None or proven is None:
        return
    pairs = (
        (Rule.RESOLUTION_DIFFERS, stated.resolution, proven.value_of(Field.RESOLUTION)),
        (Rule.START_DIFFERS, stated.valid_from[:10], proven.value_of(Field.VALID_FROM)),
        (Rule.END_DIFFERS, stated.valid_to[:10], proven.value_of(Field.VALID_TO)),
        (Rule.FIRST_DIFFERS, str(stated.first), proven.value_of(Field.FIRST)),
        (Rule.LAST_DIFFERS, str(stated.last), proven.value_of(Field.LAST)),
    )
    differing = [
        (rule, said.strip(), known) for rule, said, known in pairs if said.strip() and known and said.strip() != known
    ]
    prefix = stated.prefix.strip().upper()
    if prefix != proven.value_of(Field.PREFIX):  # an empty prefix is a prefix, not an unknown one
        differing.append((Rule.PREFIX_DIFFERS, prefix, proven.value_of(Field.PREFIX)))
    for rule, said, known in differing:
        yield Finding(code=rule, severity=Severity.BLOCK, values={"stated": said, "proven": known})


def _code(case: _Case) -> Iterator[Finding]:
    document = case.document
    state = verify(document, case.technical_key)
    if document.cufe is None:
        yield Finding(code=Rule.CODE_MISSING, severity=Severity.WARN)
    elif not has_code_form(document.cufe):
        yield Finding(code=Rule.CODE_MALFORMED, severity=Severity.BLOCK)
    elif state is CodeState.WRONG:
        # That 04 hashes the technical key is inferred (facts/dian.md 1.4): not enough to hold a document.
        inferred = document.type is DocumentType.CONTINGENCIA_DIAN
        yield Finding(code=Rule.CODE_WRONG, severity=Severity.WARN if inferred else Severity.BLOCK)
    elif state is CodeState.NOT_VERIFIABLE:
        yield Finding(code=Rule.CODE_NOT_VERIFIABLE, severity=Severity.INFO)


def _lines_tie(case: _Case) -> Iterator[Finding]:
    document = case.document
    total = sum((line.amount for line in document.lines), Decimal(0))
    if document.lines and abs(total - document.subtotal) > TOLERANCE:
        values = {"lines": _plain(total), "subtotal": _plain(document.subtotal), "currency": document.currency}
        yield Finding(code=Rule.LINES, severity=Severity.WARN, values=values)


def _payable_ties(case: _Case) -> Iterator[Finding]:
    """Tell four cases apart: it ties, within the DIAN's tolerance, only in an unusual way, or nothing explains it."""
    document = case.document
    taxes = sum((tax.amount for tax in document.taxes), Decimal(0))
    expected = document.subtotal + taxes - document.allowances + document.charges - document.prepaid
    expected += document.rounding
    withheld = sum((tax.amount for tax in document.withholdings), Decimal(0))
    # The DIAN's example of a documento soporte pays the seller net of withholdings.
    usual = {expected, expected - withheld} if document.family in _SELLER_IS_PAID else {expected}
    if document.payable in usual:
        return
    unusual = {expected, expected - withheld, expected + document.prepaid, expected + document.prepaid - withheld}
    rule, severity = Rule.PAYABLE, Severity.BLOCK
    if _near(document.payable, usual, TOLERANCE):
        rule, severity = Rule.PAYABLE_TOLERATED, Severity.INFO
    elif _near(document.payable, unusual, TOLERANCE):
        rule, severity = Rule.PAYABLE_UNUSUAL, Severity.WARN
    values = {"payable": _plain(document.payable), "expected": _plain(expected), "currency": document.currency}
    yield Finding(code=rule, severity=severity, values=values)


_SELLER_IS_PAID: Final = (Family.DOCUMENTO_SOPORTE, Family.NOTA_AJUSTE)


def _no_negative_value(case: _Case) -> Iterator[Finding]:
    for amount in (case.document.payable, case.document.subtotal):
        if amount < 0:
            values = {"amount": _plain(amount), "currency": case.document.currency}
            yield Finding(code=Rule.NEGATIVE, severity=Severity.BLOCK, values=values)
            return


def _check_digit(case: _Case) -> Iterator[Finding]:
    buyer = case.document.counterparty
    if buyer.has_right_check_digit is False:
        values = {"id": buyer.id, "stated": buyer.check_digit or "", "right": check_digit_of(buyer.id)}
        yield Finding(code=Rule.CHECK_DIGIT, severity=Severity.WARN, values=values)


def _reference(case: _Case) -> Iterator[Finding]:
    if case.document.family.is_note and case.document.reference is None:
        yield Finding(code=Rule.REFERENCE_MISSING, severity=Severity.WARN)


def _lodging_and_iva(case: _Case) -> Iterator[Finding]:
    document = case.document
    if document.family not in (Family.FACTURA, Family.POS):
        return
    lodging = [line for line in document.lines if _LODGING.search(line.description)]
    person = document.guest or document.counterparty
    if person.id_type in (PASSPORT, FOREIGN_DOCUMENT) and any(_bears_iva(line, _FULL_IVA) for line in lodging):
        yield Finding(code=Rule.FOREIGNER_WITH_IVA, severity=Severity.WARN, values={"name": person.name})
    # A company that pays may have had a foreign guest: only a person with a Colombian document leaves no doubt.
    if _is_resident(person) and any(_bears_iva(line, Decimal(0)) for line in lodging):
        yield Finding(code=Rule.RESIDENT_WITHOUT_IVA, severity=Severity.WARN, values={"name": person.name})


def _exchange_rate(case: _Case) -> Iterator[Finding]:
    document = case.document
    if document.currency != "COP" and not (document.exchange_rate is not None and document.exchange_rate > 0):
        values = {"currency": document.currency}
        yield Finding(code=Rule.EXCHANGE_RATE_MISSING, severity=Severity.WARN, values=values)


def _final_consumer(case: _Case) -> Iterator[Finding]:
    buyer = case.document.counterparty
    if buyer.is_final_consumer and (buyer.id != FINAL_CONSUMER or buyer.id_type != _CEDULA):
        values = {"id": buyer.id, "id_type": buyer.id_type}
        yield Finding(code=Rule.FINAL_CONSUMER_FORM, severity=Severity.WARN, values=values)


_RULES: Final[tuple[Callable[[_Case], Iterator[Finding]], ...]] = (
    _number_form,
    _number_in_range,
    _issued_within_validity,
    _authorisation_as_proven,
    _code,
    _lines_tie,
    _payable_ties,
    _no_negative_value,
    _check_digit,
    _reference,
    _lodging_and_iva,
    _exchange_rate,
    _final_consumer,
)


def _bears_iva(line: Line, rate: Decimal) -> bool:
    return any(tax.code == "01" and tax.rate == rate for tax in line.taxes)


def _is_resident(person: Party) -> bool:
    return person.id_type in _RESIDENT_IDS and person.country == "CO" and not person.is_final_consumer


def _near(amount: Decimal, candidates: set[Decimal], tolerance: Decimal) -> bool:
    return any(abs(amount - candidate) <= tolerance for candidate in candidates)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _plain(amount: Decimal) -> str:
    return format(amount, "f")
