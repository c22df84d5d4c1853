"""What the reader refuses, each with the right reason and a plain message."""

import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors.ubl import MOST_ENTRIES, read_bytes, read_file
from app.connectors.ubl_xml import LARGEST
from app.model.documents import DocumentType
from app.model.reading import ReadError, Reading
from app.model.rules import check
from app.texts.reading import reading_error
from tests.support import ubl

GOOD = ubl.xml_of(ubl.document())
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 9))
    + "]><Invoice>&a8;</Invoice>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY x SYSTEM "{address}">]><Invoice>&x;</Invoice>'


def refused(data: str | bytes, name: str = "f.xml") -> Reading:
    (reading,) = read_bytes(data.encode() if isinstance(data, str) else data, name)
    assert reading.document is None
    assert reading.error is not None
    return reading


# --- XML --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_an_entity_bomb_is_refused_in_any_encoding(encoding: str) -> None:
    assert refused(BOMB.encode(encoding)).error is ReadError.ENTITIES


def test_an_external_entity_is_refused_and_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("FEH999", encoding="utf-8")
    reading = refused(EXTERNAL.format(address=secret.as_uri()))
    assert reading.error is ReadError.ENTITIES
    assert "FEH999" not in repr(reading)


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE Invoice>",
        '<!-- a --> <?pi b?>\n<!-- <c> --><!DOCTYPE Invoice SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE Invoice [<!ATTLIST Invoice x CDATA 'y'>]>",
    ],
)
def test_a_dtd_is_refused_wherever_it_hides_before_the_root(prolog: str) -> None:
    head, _, body = GOOD.partition("\n")
    assert refused(f"{head}{prolog}{body}").error is ReadError.ENTITIES
    assert refused(f"{prolog}{body}").error is ReadError.ENTITIES


def test_the_word_doctype_inside_a_document_is_only_text() -> None:
    text = ubl.xml_of(ubl.document(description="Curso <!DOCTYPE html> y <!ENTITY>"))
    (reading,) = read_bytes(text.encode(), "f.xml")
    assert reading.ok


def test_an_undeclared_entity_is_refused() -> None:
    assert refused(GOOD.replace("FEH101", "FEH&numero;")).error is ReadError.ENTITIES


@pytest.mark.parametrize("hidden", [BOMB, EXTERNAL.format(address="file:/etc/hostname")], ids=["bomb", "external"])
def test_what_a_container_holds_is_parsed_with_the_same_care(hidden: str) -> None:
    assert refused(ubl.attached_xml(hidden)).error is ReadError.ENTITIES
    assert refused(ubl.attached_xml(GOOD, hidden)).error is ReadError.ENTITIES


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_broken(share: float) -> None:
    data = GOOD.encode()
    assert refused(data[: int(len(data) * share)]).error is ReadError.BROKEN


@pytest.mark.parametrize("data", [b"", b"  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    assert refused(data).error is ReadError.EMPTY


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%\xe2\xe3", b"hola", b'{"a": 1}', b"\x00\x01\x02"])
def test_what_is_no_xml_is_said_to_be_none(data: bytes) -> None:
    assert refused(data).error in (ReadError.NOT_XML, ReadError.ENCODING)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-8", "latin-1"), ("us-ascii", "utf-8"), ("zip", "utf-8"), ("Klingon", "utf-8"), ("UTF-16", "latin-1")],
)
def test_a_file_that_lies_about_its_letters_is_refused(declared: str, encoding: str) -> None:
    assert refused(ubl.xml_of(ubl.document(), encoding=declared).encode(encoding)).error is ReadError.ENCODING


def test_a_very_deep_file_is_refused() -> None:
    assert refused("<a>" * 100_000 + "</a>" * 100_000).error is ReadError.TOO_DEEP


def test_a_very_large_file_is_refused_and_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    (reading,) = read_file(path)
    assert reading.error is ReadError.TOO_BIG


def test_a_file_of_nothing_but_tags_is_refused_before_it_fills_the_memory() -> None:
    assert refused(b"<a>" + b"<b/>" * 1_000_001 + b"</a>").error is ReadError.TOO_BIG


def test_a_huge_text_is_refused() -> None:
    assert refused(GOOD.replace("FEH101", "1" * 11_000_000)).error is ReadError.TOO_BIG


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xml", tmp_path):
        (reading,) = read_file(path)
        assert reading.error is ReadError.NO_FILE


# --- not our documents ------------------------------------------------------------------------------------------------

OLD = (
    '<?xml version="1.0" encoding="UTF-8"?><fe:Invoice xmlns:fe="http://www.dian.gov.co/contratos/facturaelectronica/v1"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:UBLVersionID>UBL 2.0</cbc:UBLVersionID><cbc:ID>PRUE980000001</cbc:ID></fe:Invoice>"
)


@pytest.mark.parametrize(
    "text",
    [OLD, GOOD.replace("UBL 2.1", "UBL 2.0"), GOOD.replace("a" * 96, "a" * 40), ubl.attached_xml(OLD)],
    ids=["fe:", "UBL 2.0", "SHA-1", "fe: in a container"],
)
def test_the_format_before_2019_is_refused_by_its_name(text: str) -> None:
    reading = refused(text)
    assert reading.error is ReadError.OLD_FORMAT
    assert "2019" in reading_error(reading.error, reading.detail)


@pytest.mark.parametrize(
    "text",
    [
        "<Invoice/>",
        '<Invoice xmlns="urn:other"/>',
        '<NominaIndividual xmlns="dian:gov:co:facturaelectronica:NominaIndividual"/>',
        ubl.attached_xml(ubl.attached_xml(GOOD)),
        ubl.attached_xml("<a/>"),
    ],
)
def test_other_xml_is_said_to_be_no_document(text: str) -> None:
    assert refused(text).error is ReadError.NOT_A_DOCUMENT


@pytest.mark.parametrize("start", ["<html>", '<!DOCTYPE html>\n<html lang="es">', "<!-- x -->\n<!doctype HTML><html>"])
def test_a_saved_page_of_a_portal_is_said_to_be_one(start: str) -> None:
    assert refused(f"{start}<head><title>Iniciar sesión</title></head></html>").error is ReadError.WEB_PAGE


@pytest.mark.parametrize(
    "start", [b"Rar!\x1a\x07\x01\x00\xff\xfe", b"\x1f\x8b\x08\x00\xf0\xff", b"\xd0\xcf\x11\xe0\xa1\xb1"]
)
def test_another_kind_of_file_is_no_xml_whatever_its_bytes(start: bytes) -> None:
    assert refused(start).error is ReadError.NOT_XML


def test_an_answer_alone_is_no_document() -> None:
    assert refused(ubl.answer_xml("a" * 96)).error is ReadError.DIAN_ANSWER
    assert refused(ubl.attached_xml(ubl.answer_xml("a" * 96))).error is ReadError.DIAN_ANSWER


@pytest.mark.parametrize(
    ("kind", "code"), [(DocumentType.FACTURA, "25"), (DocumentType.FACTURA, "91"), (DocumentType.NOTA_CREDITO, "94")]
)
def test_a_type_that_we_do_not_carry_is_named(kind: DocumentType, code: str) -> None:
    text = ubl.xml_of(ubl.document(kind)).replace(f"TypeCode>{kind.value}<", f"TypeCode>{code}<")
    reading = refused(text)
    assert (reading.error, reading.detail) == (ReadError.UNSUPPORTED_TYPE, code)


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "detail"),
    [
        ("<cbc:ID>FEH101</cbc:ID>", "cbc:ID"),
        ("<cbc:InvoiceTypeCode>01</cbc:InvoiceTypeCode>", "cbc:InvoiceTypeCode"),
        ("<cbc:IssueDate>2026-11-20</cbc:IssueDate>", "cbc:IssueDate"),
        ("<cbc:IssueTime>14:05:09-05:00</cbc:IssueTime>", "cbc:IssueTime"),
        ('<cbc:PayableAmount currencyID="COP">470500.00</cbc:PayableAmount>', "cbc:PayableAmount"),
        ('<cbc:InvoicedQuantity unitCode="EA">1</cbc:InvoicedQuantity>', "cbc:InvoicedQuantity"),
        ("<sts:From>1</sts:From>", "sts:AuthorizedInvoices/sts:From"),
    ],
)
def test_what_is_missing_is_named(piece: str, detail: str) -> None:
    assert GOOD.count(piece) == 1
    reading = refused(GOOD.replace(piece, ""))
    assert (reading.error, reading.detail) == (ReadError.MISSING_FIELD, detail)
    assert detail in reading_error(ReadError.MISSING_FIELD, reading.detail)


@pytest.mark.parametrize(
    ("piece", "other"),
    [
        ("<cbc:ID>FEH101<", "<cbc:ID>FEH<"),
        ("<cbc:ID>FEH101<", "<cbc:ID>FE/H101<"),
        ("<cbc:ID>FEH101<", f"<cbc:ID>{'9' * 60}<"),
        (">2026-11-20<", ">2026-13-20<"),
        (">2026-11-20<", ">20/11/2026<"),
        (">2026-11-20<", ">0001-01-01<"),
        (">2026-11-20<", ">9999-12-31<"),
        ("14:05:09-05:00", "25:05:09-05:00"),
        ("14:05:09-05:00", "ayer"),
        ('"COP">470500.00<', '"COP">470.500,00<'),
        ('"COP">470500.00<', '"COP">NaN<'),
        ('"COP">470500.00<', '"COP">Infinity<'),
        ('"COP">470500.00<', '"COP">1E+999999<'),
        ('"COP">470500.00<', '"COP">٤٧٠٥٠٠<'),
        ('"COP">470500.00<', '"USD">470500.00<'),
        ("Code>COP<", "Code>pesos<"),
        ("<cbc:ProfileExecutionID>1<", "<cbc:ProfileExecutionID>7<"),
        (">900508908<", ">900/508<"),
        ("<sts:From>1<", "<sts:From>uno<"),
    ],
)
def test_what_cannot_be_a_value_is_refused(piece: str, other: str) -> None:
    assert GOOD.count(piece) == 1
    assert refused(GOOD.replace(piece, other)).error is ReadError.BAD_VALUE


@pytest.mark.parametrize(
    ("whole", "value", "other"),
    [
        ("<cbc:ID>FEH101</cbc:ID>", "101", "102"),
        ("<cbc:IssueDate>2026-11-20</cbc:IssueDate>", "20<", "21<"),
        ("<cbc:InvoiceTypeCode>01</cbc:InvoiceTypeCode>", "01", "02"),
        ('<cbc:PayableAmount currencyID="COP">470500.00</cbc:PayableAmount>', ".00", ".01"),
        ('<cbc:InvoicedQuantity unitCode="EA">1</cbc:InvoicedQuantity>', ">1<", ">2<"),
        ("<cbc:ProfileExecutionID>1</cbc:ProfileExecutionID>", "1", "2"),
        ("<cbc:DocumentCurrencyCode>COP</cbc:DocumentCurrencyCode>", "COP", "USD"),
    ],
)
def test_two_values_where_there_is_room_for_one_are_refused(whole: str, value: str, other: str) -> None:
    assert GOOD.count(whole) == 1
    assert refused(GOOD.replace(whole, whole + whole.replace(value, other))).error is ReadError.BAD_VALUE
    (same,) = read_bytes(GOOD.replace(whole, whole * 2).encode(), "f.xml")
    assert same.ok


def test_a_value_of_a_document_never_reaches_the_message() -> None:
    reading = refused(GOOD.replace('"COP">470500.00<', '"COP">cuatrocientos mil<'))
    assert "cuatrocientos" not in repr(reading)


# --- ZIP --------------------------------------------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_by_what_it_claims() -> None:
    assert refused(ubl.zip_of({"f.xml": b" " * 15_000_000}), "f.zip").error is ReadError.ZIP_BOMB


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks() -> None:
    packed = bytearray(ubl.zip_of({"f.xml": b" " * 15_000_000}))
    size = struct.pack("<I", 15_000_000)
    assert packed.count(size) == 2
    # Both headers now claim a hundred bytes.
    lying = bytes(packed).replace(size, struct.pack("<I", 100))
    assert refused(lying, "f.zip").error is ReadError.BAD_ZIP


def test_too_many_entries_are_refused() -> None:
    entries = {f"{n}.xml": b"<a/>" for n in range(MOST_ENTRIES + 1)}
    assert refused(ubl.zip_of(entries), "f.zip").error is ReadError.ZIP_BOMB


def test_a_zip_in_a_zip_is_refused_whatever_its_name() -> None:
    inner = ubl.zip_of({"f.xml": GOOD.encode()})
    assert refused(ubl.zip_of({"inner.zip": inner}), "f.zip").error is ReadError.ZIP_IN_ZIP
    assert refused(ubl.zip_of({"inner.xml": inner}), "f.zip").error is ReadError.ZIP_IN_ZIP


@pytest.mark.parametrize("name", ["../../x.xml", "/etc/x.xml", "C:\\windows\\x.xml", "..\\x.xml", "a/\x1b[2J/x.xml"])
def test_a_path_in_a_zip_is_only_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (reading,) = read_bytes(ubl.zip_of({name: GOOD.encode()}), "f.zip")
    assert (reading.ok, reading.file) == (True, "f.zip/x.xml")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_without_xml_is_told() -> None:
    assert refused(ubl.zip_of({"f.pdf": b"%PDF"}), "f.zip").error is ReadError.ZIP_WITHOUT_XML
    assert refused(ubl.zip_of({}), "f.zip").error is ReadError.ZIP_WITHOUT_XML


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_zip_is_told(share: float) -> None:
    packed = ubl.zip_of({"f.xml": GOOD.encode()})
    assert refused(packed[: int(len(packed) * share)], "f.zip").error is ReadError.BAD_ZIP


def test_a_damaged_entry_is_told() -> None:
    packed = bytearray(ubl.zip_of({"f.xml": GOOD.encode()}, compression=zipfile.ZIP_STORED))
    at = packed.index(b"FEH101")
    packed[at : at + 3] = b"XYZ"
    assert refused(bytes(packed), "f.zip").error is ReadError.BAD_ZIP


def test_a_password_and_an_uncommon_compression_are_told() -> None:
    packed = bytearray(ubl.zip_of({"f.xml": GOOD.encode()}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(packed), "f.zip").error is ReadError.ENCRYPTED
    bzipped = io.BytesIO()
    with zipfile.ZipFile(bzipped, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("f.xml", GOOD)
    assert refused(bzipped.getvalue(), "f.zip").error is ReadError.BAD_ZIP


# --- whatever comes ---------------------------------------------------------------------------------------------------

WHOLE = [
    GOOD.encode(),
    ubl.attached_xml(GOOD, ubl.answer_xml("a" * 96)).encode(),
    ubl.zip_of({"f.xml": GOOD.encode(), "ar.xml": ubl.answer_xml("a" * 96).encode()}),
]


@settings(max_examples=300)
@given(st.sampled_from(WHOLE), st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20))
def test_no_damage_whatever_makes_the_reader_raise(data: bytes, at: float, removed: int, put: bytes) -> None:
    cut = int(len(data) * at)
    readings = read_bytes(data[:cut] + put + data[cut + removed :], "f")
    assert readings
    for reading in readings:
        assert (reading.document is None) == (reading.error is not None)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_the_reader_raise(data: bytes) -> None:
    assert all(reading.error for reading in read_bytes(data, "f"))
    assert all(reading.error for reading in read_bytes(b"PK\x03\x04" + data, "f"))


ELEMENTS = list(re.finditer(r"<(c[ab]c:\w+|sts:\w+)[^<>]*>(?P<text>[^<>]*)</\1>", GOOD))
VALUES = ["", "0", "-1", "NaN", "1e9", "9" * 30, "1_000", "1,000", "+5", "１", "&amp;", "<a/>", "2026-02-30", "USD"]


@settings(max_examples=300)
@given(
    st.sampled_from(ELEMENTS),
    st.sampled_from(["drop", "double", "value", "other"]),
    st.sampled_from(VALUES),
    st.sampled_from(ELEMENTS),
)
def test_no_change_of_an_element_makes_the_reader_raise_or_invent(
    element: re.Match[str], change: str, value: str, other: re.Match[str]
) -> None:
    before, after = GOOD[: element.start()], GOOD[element.end() :]
    put = {
        "drop": "",
        "double": element[0] * 2,
        "value": element[0].replace(f">{element['text']}<", f">{value}<"),
        "other": element[0].replace(f">{element['text']}<", f">{other['text']}<"),
    }[change]
    text = before + put + after
    (reading,) = read_bytes(text.encode(), "f.xml")
    assert (reading.document is None) == (reading.error is not None)
    if reading.document is not None:
        check(reading.document)
        assert f">{reading.document.full_number}<" in text
        assert f">{reading.document.payable}<" in text.replace(">+", ">")
        assert reading.document.issuer.id in text


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", list(ReadError))
def test_each_reason_has_a_sentence_of_its_own(error: ReadError) -> None:
    text = reading_error(error, "cbc:ID")
    assert text.endswith(".") and "{" not in text
    assert [other for other in ReadError if reading_error(other, "cbc:ID") == text] == [error]
