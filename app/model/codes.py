"""CUFE, CUDE and CUDS as the technical annex computes them (facts/dian.md, section 2). A right code is no acceptance.

Technical key and PIN are secrets: they come in as arguments and are never kept, logged or put into an error.
"""

import hashlib
import hmac
import re
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from typing import Final

from app.model.clock import BOGOTA
from app.model.documents import Document, DocumentType, Family

_CENT: Final = Decimal("0.01")
_WIDE: Final = Context(prec=60)
"""Room for any amount: the default context raises above 28 digits."""
_CODE_FORM: Final = re.compile(r"[0-9a-f]{96}")
_KEY_FORM: Final = re.compile(r"[0-9a-fA-F]{40}")

KEYED_BY_RANGE: Final = (DocumentType.FACTURA, DocumentType.EXPORTACION, DocumentType.CONTINGENCIA_DIAN)
"""Their CUFE takes the technical key of the range; every other type takes the PIN of the provider's software."""


_TEST_RANGE: Final = "18760000001"
_TEST_KEY: Final = "fc8eac422eba16e22ffd8c6f94b3f40a6e38162c"
"""No secret: the DIAN prints the key of its public test range in the toolbox of annex 1.9 (facts/dian.md 2.2)."""


class CodeState(StrEnum):
    """What recomputing a code told."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_VERIFIABLE = "not-verifiable"
    """The form is right, and the secret is not ours: never shown as right."""


def truncated(amount: Decimal) -> str:
    """Write an amount as the hashes take it: two decimals, cut off and not rounded."""
    cut = amount.quantize(_CENT, rounding=ROUND_DOWN, context=_WIDE)
    return format(cut if cut else abs(cut), "f")


def hash_of(seed: str) -> str:
    """Return the SHA-384 of a seed, as the annex writes it."""
    return hashlib.sha384(seed.encode()).hexdigest()


def sale_seed(
    *,
    number: str,
    day: str,
    hour: str,
    value: Decimal,
    iva: Decimal,
    inc: Decimal,
    ica: Decimal,
    total: Decimal,
    issuer: str,
    customer: str,
    secret: str,
    environment: str,
) -> str:
    """Join what CUFE and CUDE hash; ``hour`` with its offset, ids without check digit."""
    return (
        f"{number}{day}{hour}{truncated(value)}"
        f"01{truncated(iva)}04{truncated(inc)}03{truncated(ica)}"
        f"{truncated(total)}{issuer}{customer}{secret}{environment}"
    )


def soporte_seed(
    *,
    number: str,
    day: str,
    hour: str,
    value: Decimal,
    iva: Decimal,
    total: Decimal,
    seller: str,
    customer: str,
    pin: str,
    environment: str,
) -> str:
    """Join what CUDS hashes; ``customer`` is the hotel, which issues."""
    return (
        f"{number}{day}{hour}{truncated(value)}01{truncated(iva)}{truncated(total)}{seller}{customer}{pin}{environment}"
    )


def event_seed(
    *,
    number: str,
    day: str,
    hour: str,
    issuer: str,
    receiver: str,
    response_code: str,
    about_number: str,
    about_type: str,
    pin: str,
) -> str:
    """Join what the CUDE of an event hashes; it carries no environment."""
    return f"{number}{day}{hour}{issuer}{receiver}{response_code}{about_number}{about_type}{pin}"


def software_security_code(software_id: str, pin: str, number: str) -> str:
    """Return the code that ties a document to the provider's software."""
    return hash_of(f"{software_id}{pin}{number}")


def code_for(document: Document, secret: str) -> str:
    """Return the CUFE, CUDE or CUDS of a document.

    ``secret`` is the technical key for the types of ``KEYED_BY_RANGE``, the PIN for all others.
    """
    return codes_for(document, secret)[0]


def codes_for(document: Document, secret: str) -> tuple[str, ...]:
    """Return every code that the annex allows, the plain reading first.

    Only a documento soporte with several rates of IVA has two: the text says the ``TaxTotal``, the DIAN's own example
    hashes the first ``TaxSubtotal``.
    """
    moment = document.issued_at.astimezone(BOGOTA)
    day, hour = moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S-05:00")
    iva = document.tax_total("01")
    if document.family in (Family.DOCUMENTO_SOPORTE, Family.NOTA_AJUSTE):
        first = next((tax.amount for tax in document.taxes if tax.code == "01"), iva)
        return tuple(
            hash_of(
                soporte_seed(
                    number=document.full_number,
                    day=day,
                    hour=hour,
                    value=document.subtotal,
                    iva=reading,
                    total=document.payable,
                    seller=document.counterparty.id,
                    customer=document.issuer.id,
                    pin=secret,
                    environment=document.environment,
                )
            )
            for reading in dict.fromkeys((iva, first))
        )
    return (
        hash_of(
            sale_seed(
                number=document.full_number,
                day=day,
                hour=hour,
                value=document.subtotal,
                iva=iva,
                inc=document.tax_total("04"),
                ica=document.tax_total("03"),
                total=document.payable,
                issuer=document.issuer.id,
                customer=document.counterparty.id,
                secret=secret,
                environment=document.environment,
            )
        ),
    )


def has_code_form(code: str | None) -> bool:
    """Say whether a text can be a CUFE, CUDE or CUDS: 96 lower-case hexadecimal digits."""
    return code is not None and _CODE_FORM.fullmatch(code) is not None


def verify(document: Document, technical_key: str | None = None, *, pin: str | None = None) -> CodeState:
    """Recompute the document's code where the right secret is given.

    A technical key that is not 40 hexadecimal digits counts as none: people paste it cut off, and then every invoice
    would look false.
    """
    if document.cufe is None or not has_code_form(document.cufe):
        return CodeState.WRONG
    secret = _usable(technical_key) if document.type in KEYED_BY_RANGE else pin
    if not secret:
        return CodeState.NOT_VERIFIABLE
    stated = document.cufe
    right = any(hmac.compare_digest(stated, code) for code in codes_for(document, secret))
    return CodeState.RIGHT if right else CodeState.WRONG


def published_key(document: Document) -> str | None:
    """Return the technical key of a document of the DIAN's public test range; ``None`` for all others."""
    stated = document.authorisation
    in_test_range = document.environment == "2" and stated is not None and stated.resolution == _TEST_RANGE
    return _TEST_KEY if in_test_range else None


def is_technical_key(text: str) -> bool:
    """Say whether a text has the form of a technical key; people paste it cut off."""
    return _usable(text) is not None


def _usable(technical_key: str | None) -> str | None:
    key = (technical_key or "").strip()
    return key if _KEY_FORM.fullmatch(key) else None
