"""CUFE, CUDE and CUDS against the vectors of the DIAN (facts/dian.md 2.2)."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.clock import BOGOTA
from app.model.codes import (
    CodeState,
    code_for,
    codes_for,
    event_seed,
    hash_of,
    sale_seed,
    software_security_code,
    soporte_seed,
    truncated,
    verify,
)
from app.model.documents import Document, DocumentType, Tax
from app.model.parties import Party
from tests.support import ubl

TOOLBOX_KEY = "fc8eac422eba16e22ffd8c6f94b3f40a6e38162c"
ANNEX_KEY = "693ff6f2a553c3646a063436fd4dd9ded0311471"

SALES = {
    "1 CUFE of the annex": (
        {
            "number": "323200000129", "day": "2019-01-16", "hour": "10:53:10-05:00", "value": "1500000.00",
            "iva": "285000.00", "inc": "0", "ica": "0", "total": "1785000.00", "issuer": "700085371",
            "customer": "800199436", "secret": ANNEX_KEY, "environment": "1",
        },
        "3232000001292019-01-1610:53:10-05:001500000.0001285000.00040.00030.001785000.00700085371800199436693ff6f2a553c3646a063436fd4dd9ded03114711",
        "8bb918b19ba22a694f1da11c643b5e9de39adf60311cf179179e9b33381030bcd4c3c3f156c506ed5908f9276f5bd9b4",
    ),
    "2 CUDE of the annex": (
        {
            "number": "8110007871", "day": "2019-02-20", "hour": "16:46:55-05:00", "value": "235.28",
            "iva": "19.00", "inc": "0", "ica": "8.28", "total": "262.56", "issuer": "900373076",
            "customer": "8355990", "secret": "12345", "environment": "2",
        },
        None,
        "955327eb55f8bdf16d069358a063d87e1577a292cb088ec186ed60bbc38e750b7b3980659b278ead789b95f9c51a9ef7",
    ),
    "3 credit note": (
        {
            "number": "8110007871", "day": "2019-01-12", "hour": "07:00:00-05:00", "value": "5000.00",
            "iva": "950.00", "inc": "0", "ica": "0", "total": "5950.00", "issuer": "900373076",
            "customer": "8355990", "secret": "12301", "environment": "1",
        },
        "81100078712019-01-1207:00:00-05:005000.0001950.00040.00030.005950.009003730768355990123011",
        "907e4444decc9e59c160a2fb3b6659b33dc5b632a5008922b9a62f83f757b1c448e47f5867f2b50dbdb96f48c7681168",
    ),
    "4 debit note": (
        {
            "number": "ND1001", "day": "2019-01-18", "hour": "10:58:00-05:00", "value": "30000.00",
            "iva": "0", "inc": "2400.00", "ica": "0", "total": "32400.00", "issuer": "900197264",
            "customer": "10254102", "secret": "10201", "environment": "2",
        },
        "ND10012019-01-1810:58:00-05:0030000.00010.00042400.00030.0032400.0090019726410254102102012",
        "3fa73a86d57d9341c536afde1f85c4efd9d4591c2c22bce4dfb0e6b0d2e83b8f047a8bde7098292e9d2493e60d1c31da",
    ),
    "8 CUFE of the toolbox of 2024": (
        {
            "number": "SETP990000001", "day": "2024-03-15", "hour": "09:15:23-05:00", "value": "50000.00",
            "iva": "0", "inc": "0", "ica": "0", "total": "50000.00", "issuer": "800197268",
            "customer": "900108281", "secret": TOOLBOX_KEY, "environment": "2",
        },
        "SETP9900000012024-03-1509:15:23-05:0050000.00010.00040.00030.0050000.00800197268900108281fc8eac422eba16e22ffd8c6f94b3f40a6e38162c2",
        "86e67873712270b6de5bd2985711ce23de5c996cf09afd37f5eac28375f3e3316b342dfc1d39e3847908820070c40244",
    ),
}  # fmt: skip
AMOUNTS = ("value", "iva", "inc", "ica", "total")


@pytest.mark.parametrize("name", SALES)
def test_cufe_and_cude_of_the_vectors(name: str) -> None:
    parts, seed, expected = SALES[name]
    made = sale_seed(**{part: Decimal(text) if part in AMOUNTS else text for part, text in parts.items()})  # type: ignore[arg-type]
    assert seed is None or made == seed
    assert hash_of(made) == expected


def test_event_of_the_vector_5() -> None:
    made = event_seed(
        number="1",
        day="2019-04-30",
        hour="19:48:50-05:00",
        issuer="99998888",
        receiver="800197268",
        response_code="030",
        about_number="FE123",
        about_type="01",
        pin="11111",
    )
    assert made == "12019-04-3019:48:50-05:0099998888800197268030FE1230111111"
    assert hash_of(made) == (
        "0d91ba25b01f5e7dbda870a11b274501d3a62a73e91932c473c86c93f12a142a2ac45876efcde3e679024a01c0be41f9"
    )


@pytest.mark.parametrize(
    ("number", "day", "hour", "value", "iva", "total", "seller", "customer", "environment", "expected"),
    [
        (
            "0000000001", "2020-10-24", "14:04:35-05:00", "15000.00", "19.00", "16350.00", "900373076", "8355990", "1",
            "bf4bb6920d5054ac065ddb7e6df0398e63e3ba2ff29cb341edd7d46ee8f2ea1802f84aaca91a19a24623e5e3baff3a71",
        ),
        (
            "DS236000000", "2022-02-18", "13:34:59-05:00", "3899000.00", "322430.00", "4152176.00", "1020", "800197268",
            "2", "c96a728f4453822bfc69b94253880d21d29dd1a9424444da07610799c203506d33fa4f16830dbd6ee0febb4711bfa23a",
        ),
    ],
    ids=["6 annex", "7 toolbox"],
)  # fmt: skip
def test_cuds_of_the_vectors(
    number: str, day: str, hour: str, value: str, iva: str, total: str, seller: str, customer: str, environment: str,
    expected: str,
) -> None:  # fmt: skip
    made = soporte_seed(
        number=number,
        day=day,
        hour=hour,
        value=Decimal(value),
        iva=Decimal(iva),
        total=Decimal(total),
        seller=seller,
        customer=customer,
        pin="12345",
        environment=environment,
    )
    assert hash_of(made) == expected


def test_software_security_code_of_the_vector_9() -> None:
    assert software_security_code("abc", "12345", "SETP990000001") == (
        "ef061d791ea17f22a34df2d5d18726509bcbe69139a7527a7e3d94c5d534899d5ff886f5a360c0fe87a71d600b67e3eb"
    )


# --- from a document --------------------------------------------------------------------------------------------------


def nit(number: str) -> Party:
    return Party(id_type="31", id=number, name="x")


def toolbox_invoice(cufe: str | None = None) -> Document:
    return Document(
        type=DocumentType.FACTURA,
        issuer=nit("800197268"),
        prefix="SETP",
        number=990000001,
        issued_at=datetime(2024, 3, 15, 9, 15, 23, tzinfo=BOGOTA),
        counterparty=nit("900108281"),
        subtotal=Decimal("50000"),
        payable=Decimal("50000.009"),
        environment="2",
        cufe=cufe,
    )


def toolbox_soporte(cufe: str | None = None) -> Document:
    """Vector 7: two rates of IVA, of which the DIAN's example hashes the first."""
    return Document(
        type=DocumentType.DOCUMENTO_SOPORTE,
        issuer=nit("800197268"),
        prefix="DS",
        number=236000000,
        issued_at=datetime(2022, 2, 18, 13, 34, 59, tzinfo=BOGOTA),
        counterparty=nit("1020"),
        subtotal=Decimal("3899000"),
        taxes=(Tax(code="01", amount=Decimal("322430")), Tax(code="01", amount=Decimal("110100"))),
        payable=Decimal("4152176"),
        environment="2",
        cufe=cufe,
    )


def test_the_code_of_a_document_is_that_of_its_vector() -> None:
    assert code_for(toolbox_invoice(), TOOLBOX_KEY) == SALES["8 CUFE of the toolbox of 2024"][2]


def test_a_soporte_hashes_the_seller_before_the_hotel_and_has_two_readings_of_iva() -> None:
    plain, of_the_toolbox = codes_for(toolbox_soporte(), "12345")
    assert plain != of_the_toolbox
    assert of_the_toolbox.startswith("c96a728f44538")
    for stated in (plain, of_the_toolbox):
        assert verify(toolbox_soporte(stated), pin="12345") is CodeState.RIGHT
    assert verify(toolbox_soporte("f" * 96), pin="12345") is CodeState.WRONG


@pytest.mark.parametrize("kind", list(DocumentType))
def test_each_type_takes_its_own_secret(kind: DocumentType) -> None:
    keyed = kind in (DocumentType.FACTURA, DocumentType.EXPORTACION, DocumentType.CONTINGENCIA_DIAN)
    document = ubl.document(kind)
    stated = document.model_copy(update={"cufe": code_for(document, ubl.TECHNICAL_KEY if keyed else ubl.PIN)})
    assert verify(stated) is CodeState.NOT_VERIFIABLE
    assert verify(stated, ubl.TECHNICAL_KEY) is (CodeState.RIGHT if keyed else CodeState.NOT_VERIFIABLE)
    assert verify(stated, pin=ubl.PIN) is (CodeState.NOT_VERIFIABLE if keyed else CodeState.RIGHT)


@pytest.mark.parametrize("change", [
    {"payable": Decimal("474500.01")},
    {"number": 102},
    {"counterparty": ubl.RESIDENT},
    {"environment": "2"},
    {"taxes": ()},
    {"issuer": ubl.COMPANY},
])  # fmt: skip
def test_a_changed_document_no_longer_fits_its_cufe(change: dict[str, object]) -> None:
    document = ubl.document()
    stated = document.model_copy(update={"cufe": code_for(document, ubl.TECHNICAL_KEY), **change})
    assert verify(stated, ubl.TECHNICAL_KEY) is CodeState.WRONG


@pytest.mark.parametrize("code", [None, "", "a" * 95, "a" * 97, "A" * 96, "g" * 96, "a" * 96 + "\n"])
@pytest.mark.parametrize("kind", [DocumentType.FACTURA, DocumentType.NOTA_CREDITO, DocumentType.DOCUMENTO_SOPORTE])
def test_a_code_without_the_right_form_is_wrong_even_without_a_secret(kind: DocumentType, code: str | None) -> None:
    assert verify(ubl.document(kind, cufe=code)) is CodeState.WRONG


@pytest.mark.parametrize("key", ["", "   ", TOOLBOX_KEY[:38], "synthetic-technical-key"])
def test_a_mangled_technical_key_proves_nothing(key: str) -> None:
    assert verify(ubl.document(), key) is CodeState.NOT_VERIFIABLE


# --- amounts ----------------------------------------------------------------------------------------------------------


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal(0), max_value=Decimal(10) ** 18, places=6))
def test_amounts_are_cut_and_never_rounded_up(amount: Decimal) -> None:
    written = truncated(amount)
    whole, _, cents = written.partition(".")
    assert whole.isdigit() and len(cents) == 2
    assert Decimal(0) <= amount - Decimal(written) < Decimal("0.01")


@given(st.integers(min_value=0, max_value=10**40), st.integers(min_value=0, max_value=9999))
def test_the_decimals_beyond_the_second_never_matter(whole: int, fraction: int) -> None:
    assert truncated(Decimal(f"{whole}.{fraction:04d}")) == f"{whole}.{fraction:04d}"[:-2]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_equal_amounts_are_written_alike(amount: Decimal) -> None:
    assert truncated(amount) == truncated(amount.normalize())
    assert Decimal(truncated(amount)) == amount.quantize(Decimal("0.01"), ROUND_DOWN)
    assert truncated(amount) != "-0.00"
