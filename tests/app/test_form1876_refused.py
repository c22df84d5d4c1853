"""What the reader of Form 1876 refuses, each with the right reason; and that no file hurts it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors import pdf_words
from app.connectors.dian_pdf import form_of, read_form1876, read_form1876_file
from app.connectors.pdf_words import LARGEST, MOST_PAGES, Unreadable, _runs, answer_for, pages_from, pages_of
from app.model.form1876 import FormError, FormRefusal
from app.texts.form1876 import form_error
from tests.support import bad_pdf
from tests.support.form1876 import Form, Layout, Row, other, pdf_of, scan

GOOD = pdf_of(Form())
HEAD = (
    "Autorización Numeración de Facturación 1876",
    "4. Número de formulario 18764111022035",
    "5. Número de Identificación Tributaria (NIT) 900508908 6. DV 9",
    "997. Fecha formalización 2 0 2 6 -0 6 -1 0 /1 1 :2 0 :2 4",
    "30. Modalidad Cód. 31. Prefijo 32. Desde número 33. Hasta número 34. Vigencia (meses) 35. Tipo de solicitud Cód.",
)
ROW = "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 200 24 AUTORIZACIÓN 1"


def reason(data: bytes) -> tuple[FormError, str]:
    """Parse in this process and return why not."""
    try:
        form_of(pages_from(answer_for(data)), "f.pdf")
    except Unreadable as problem:
        return problem.error, problem.detail
    raise AssertionError("it was read")


def refused(data: bytes, *, seconds: float = 15.0) -> FormRefusal:
    found = read_form1876(data, "f.pdf", seconds=seconds)
    assert isinstance(found, FormRefusal)
    return found


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"<Invoice/>", b"PK\x03\x04", b"hola", b"\x89PNG\r\n"])
def test_what_is_no_pdf_is_said_to_be_none(data: bytes) -> None:
    assert refused(data).error is FormError.NOT_A_PDF


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_truncated_pdf_is_broken(share: float) -> None:
    assert refused(GOOD[: int(len(GOOD) * share)]).error is FormError.BROKEN


def test_a_password_is_told() -> None:
    assert refused(pdf_of(Form(), user_password="secreto")).error is FormError.ENCRYPTED


def test_a_scan_is_typed_twice_instead() -> None:
    assert reason(scan()) == (FormError.NO_TEXT, "")
    assert "dos veces" in form_error(FormError.NO_TEXT)


def test_a_file_that_is_too_big_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(b"%PDF-1.7")
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    found = read_form1876_file(path)
    assert isinstance(found, FormRefusal) and found.error is FormError.TOO_BIG
    for missing in (tmp_path / "none.pdf", tmp_path):
        found = read_form1876_file(missing)
        assert isinstance(found, FormRefusal) and found.error is FormError.NO_FILE


def test_too_many_pages_are_told() -> None:
    assert reason(other("hola", pages=MOST_PAGES + 1)) == (FormError.TOO_MANY_PAGES, str(MOST_PAGES))


# --- not this form ----------------------------------------------------------------------------------------------------


def test_the_request_is_not_the_authorisation() -> None:
    request = Form(title="Solicitud sobre Numeración de Facturación", code="1302")
    assert reason(pdf_of(request))[0] is FormError.FORM_1302
    assert "1876" in form_error(FormError.FORM_1302)


@pytest.mark.parametrize("title", ["Formulario del Registro Único Tributario 001", "Factura electrónica FE 12"])
def test_another_form_is_said_to_be_another(title: str) -> None:
    assert reason(other(title, *HEAD[1:], ROW))[0] is FormError.OTHER_FORM


def test_two_forms_in_one_file_are_not_mixed() -> None:
    second = tuple(line.replace("2035", "2036") for line in HEAD)
    error, detail = reason(other(*HEAD, ROW, *second, ROW.replace("FV", "FW")))
    assert (error, detail) == (FormError.SEVERAL_FORMS, "18764111022035, 18764111022036")


# --- what is missing or wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "box"), [(1, "4"), (2, "5"), (3, "997")])
def test_a_missing_box_is_named(line: int, box: str) -> None:
    lines = [text for at, text in enumerate(HEAD) if at != line]
    assert reason(other(*lines, ROW)) == (FormError.MISSING_FIELD, box)


@pytest.mark.parametrize(
    "moment", ["2 0 2 6 -1 3 -1 0 /1 1 :2 0 :2 4", "2 0 2 6 -0 6 -3 1 /1 1 :2 0 :2 4", "2026-06-10/25:00:00", "junio"]
)
def test_a_moment_that_cannot_be_is_not_taken(moment: str) -> None:
    lines = [f"997. Fecha formalización {moment}" if text.startswith("997") else text for text in HEAD]
    assert reason(other(*lines, ROW)) == (FormError.MISSING_FIELD, "997")


@pytest.mark.parametrize(
    "row",
    [
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 2OO 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 200 1 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FACTU 1 200 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 F-V 1 200 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 200 240 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 1,00 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 0 200 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 9999999999 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 200 24 ANULACIÓN 1",
    ],
)
def test_a_row_that_is_not_sure_is_refused_and_named(row: str) -> None:
    error, detail = reason(other(*HEAD, ROW, row))
    assert error is FormError.BAD_ROW
    assert detail == f"p. 1: {row}"[: len(detail)]


def test_columns_that_say_otherwise_than_the_order_of_the_words_are_not_guessed() -> None:
    # A number without a prefix that slipped into the prefix' column: by order it is the first number of the range.
    row = Row(prefix="7", first=8, last=9, months=24)
    good = pdf_of(Form(rows=[row], layout=Layout(blocks=False)))
    form = form_of(pages_from(answer_for(good)), "f.pdf")
    assert form.rows[0].stated_prefix == "7"
    pages = pages_from(answer_for(good))
    without_last = tuple(
        page._replace(
            lines=tuple(tuple(word for word in line if (word.text, int(word.x0)) != ("9", 336)) for line in page.lines)
        )
        for page in pages
    )
    with pytest.raises(Unreadable) as caught:
        form_of(without_last, "f.pdf")
    assert caught.value.error is FormError.BAD_ROW


def test_a_modality_printed_over_the_prefix_does_not_make_the_prefix_vanish() -> None:
    long = Row(modality="DOCUMENTO SOPORTE EN ADQUISICIONES EFECTUADAS A NO OBLIGADOS", prefix="DS")
    for layout in (Layout(), Layout(blocks=False)):
        assert reason(pdf_of(Form(rows=[long], layout=layout)))[0] is FormError.BAD_ROW


def test_one_range_with_two_ends_is_not_guessed() -> None:
    error, detail = reason(other(*HEAD, ROW, ROW.replace(" 24 ", " 12 ")))
    assert error is FormError.BAD_ROW and " 12 " in detail


def test_a_form_without_rows_is_told() -> None:
    assert reason(pdf_of(Form(rows=[]))) == (FormError.NO_ROWS, "")


# --- files that do harm -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [one for one in bad_pdf.ALL if one is not bad_pdf.character_map_bomb])
def test_a_harmful_file_ends_soon_with_a_plain_refusal(make: Callable[[], bytes]) -> None:
    # By what it counts, not by the clock: were it killed for its time, the reader itself would not have stopped.
    error, _detail = counted(make())
    assert error in (FormError.UNSAFE, FormError.BROKEN, FormError.NO_TEXT)


def counted(data: bytes) -> tuple[FormError, str]:
    """Parse in a process of its own, under its limit of memory, with far more time than it may need."""
    try:
        form_of(pages_of(data, seconds=120.0), "f.pdf")
    except Unreadable as problem:
        return problem.error, problem.detail
    raise AssertionError("it was read")


def test_runs_are_unpacked_as_the_standard_says_and_no_further_than_any_form_needs() -> None:
    assert _runs(b"\x02abc\xfed\x00e\x80later") == b"abcddde"
    assert _runs(b"\x05ab") == b"ab" and _runs(b"\xfe") == b"" and _runs(b"") == b""
    with pytest.raises(Unreadable) as caught:
        _runs(b"\x81a" * 2_000_000)
    assert caught.value.error is FormError.UNSAFE


def test_a_file_that_never_ends_is_stopped() -> None:
    assert refused(bad_pdf.character_map_bomb(), seconds=1.0).error is FormError.UNSAFE


def test_a_child_that_says_nothing_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_words, "_command", lambda: [sys.executable, "-c", ""])
    assert refused(GOOD).error is FormError.UNSAFE


@settings(max_examples=60)
@given(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=20))
def test_no_damage_whatever_makes_the_reader_raise(at: float, removed: int, put: bytes) -> None:
    cut = int(len(GOOD) * at)
    try:
        form = form_of(pages_from(answer_for(GOOD[:cut] + put + GOOD[cut + removed :])), "f.pdf")
    except Unreadable as problem:
        assert form_error(problem.error, problem.detail)
    else:
        assert [(row.stated_prefix, row.first.value, row.last.value) for row in form.rows] == [("FEH", 1, 5000)]


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", list(FormError))
def test_each_reason_has_a_sentence_of_its_own(error: FormError) -> None:
    text = form_error(error, "4")
    assert text.endswith(".") and "{" not in text
    assert [other for other in FormError if form_error(other, "4") == text] == [error]
