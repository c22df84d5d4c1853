"""What the reader of Form 1876 makes of forms that are in order, however they are printed."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.connectors.dian_pdf import form_of, read_form1876
from app.connectors.pdf_words import answer_for, pages_from
from app.model.clock import BOGOTA
from app.model.documents import Family
from app.model.form1876 import Form1876, Modality, Request, months_later
from app.model.numbering import Source, System
from tests.support.form1876 import Form, Layout, Row, other, pdf_of

REQUESTS = {
    "AUTORIZACIÓN": Request.AUTORIZACION,
    "HABILITACIÓN": Request.HABILITACION,
    "INHABILITACIÓN": Request.INHABILITACION,
}
MODALITIES = {
    "FACTURA ELECTRÓNICA DE VENTA": Modality.FACTURA_ELECTRONICA,
    "DOCUMENTO SOPORTE": Modality.DOCUMENTO_SOPORTE,
    "DOCUMENTO SOPORTE NO OBLIGADOS": Modality.DOCUMENTO_SOPORTE,
    "D.E./P.O.S.": Modality.POS,
    "DOCUMENTO EQUIVALENTE POS": Modality.POS,
    "FACTURA DE TALONARIO O DE PAPEL": Modality.TALONARIO,
    "FACTURACIÓN COMPUTADOR": Modality.COMPUTADOR,
}
MANY = [
    Row(prefix=prefix, first=1 + 1000 * at, last=1000 + 1000 * at, modality=modality, request=request)
    for at, (prefix, modality, request) in enumerate(
        (prefix, modality, request)
        for prefix in ("FEH", "", "0131", "L705", "9")
        for modality in list(MODALITIES)[:2]
        for request in REQUESTS
    )
]


def read(form: Form, seed: int = 0) -> Form1876:
    """Read a form in this process: the child is the affair of the refusals."""
    return form_of(pages_from(answer_for(pdf_of(form, seed=seed))), "f.pdf")


def same(read_form: Form1876, printed: Form) -> None:
    assert [
        (
            row.modality.value,
            row.modality_code and row.modality_code.value,
            row.stated_prefix,
            row.first.value,
            row.last.value,
            row.months.value,
            row.request.value,
            row.request_code and row.request_code.value,
        )
        for row in read_form.rows
    ] == [
        (
            MODALITIES[row.modality],
            row.code,
            row.prefix,
            row.first,
            row.last,
            row.months,
            REQUESTS[row.request],
            row.request_code,
        )
        for row in printed.rows
    ]
    if printed.layout.blocks:
        names = [row.establishment.value if row.establishment else None for row in read_form.rows]
        assert names == [row.establishment for row in printed.rows]
    assert read_form.resolution.value == printed.number
    assert read_form.formalised_at.value.strftime("%Y-%m-%d/%H:%M:%S") == printed.moment
    assert (read_form.holder.id, read_form.holder.check_digit) == (printed.nit, printed.digit)
    last, second_last, first, others = printed.person or ("", "", "", "")
    assert read_form.holder.name == (f"{first} {others} {last} {second_last}" if printed.person else printed.name)


VARIATIONS: list[dict[str, Any]] = [
    {},
    {"blocks": False},
    {"order": "columns"},
    {"order": "columns", "blocks": False},
    {"order": "shuffled", "letters": True},
    {"apart": False},
    {"thousands": ""},
    {"thousands": "."},
    {"two_columns": True},
    {"two_columns": True, "order": "columns"},
    {"values_below": False},
    {"months_last": True},
    {"align": "right"},
    {"align": "center", "blocks": False},
    {"wrapped_labels": True},
    {"wrapped_modality": True},
    {"font": "Times-Roman", "size": 7.0},
    {"font": "Courier", "size": 5.0},
    {"twelve_hours": True},
    {"rows_from_page": 1, "blocks": False},
    {"turned": 90},
    {"turned": 180, "blocks": False},
    {"turned": 270, "order": "columns"},
]


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda v: "-".join(map(str, v.values())) or "plain")
def test_each_way_of_printing_gives_the_same_form(variation: dict[str, Any]) -> None:
    form = Form(rows=MANY if variation.get("rows_from_page") != 1 else MANY[:12], layout=Layout(**variation))
    same(read(form), form)


ROWS = st.builds(
    Row,
    modality=st.sampled_from(list(MODALITIES)),
    code=st.sampled_from("123456789"),
    prefix=st.from_regex(r"[A-Z0-9]{0,4}", fullmatch=True),
    first=st.integers(1, 500_000_000),
    last=st.integers(500_000_000, 999_999_999),
    months=st.integers(1, 24),
    request=st.sampled_from(list(REQUESTS)),
    request_code=st.sampled_from("123"),
    establishment=st.sampled_from(["HOTEL MIRADOR", "CALLE 45 12 30", "CRA. 7 No. 32-16 PISO 2"]),
)
LAYOUTS = st.builds(
    Layout,
    blocks=st.booleans(),
    order=st.sampled_from(["rows", "columns", "shuffled"]),
    apart=st.booleans(),
    thousands=st.sampled_from([",", ".", ""]),
    letters=st.booleans(),
    two_columns=st.booleans(),
    values_below=st.booleans(),
    months_last=st.booleans(),
    align=st.sampled_from(["left", "center", "right"]),
    wrapped_labels=st.booleans(),
    wrapped_modality=st.booleans(),
)


@settings(
    max_examples=30,
    phases=[Phase.generate],  # a form takes some hundredths of a second: shrinking one takes minutes
)
@given(
    st.lists(ROWS, min_size=1, max_size=13, unique_by=lambda row: (row.prefix, row.first)),
    LAYOUTS,
    st.booleans(),
    st.integers(0, 99),
)
def test_any_rows_in_any_print_come_out_as_they_went_in(
    rows: list[Row], layout: Layout, is_person: bool, seed: int
) -> None:
    form = Form(rows=rows, layout=layout, person=("PÉREZ", "GÓMEZ", "ANA", "MARÍA") if is_person else ())
    same(read(form, seed), form)


# --- what it means ----------------------------------------------------------------------------------------------------


def test_facturas_and_documentos_soporte_become_numberings_of_the_dian() -> None:
    rows = [
        Row(),
        Row(modality="DOCUMENTO SOPORTE", code="9", prefix="", first=100, last=200, months=6),
        Row(modality="D.E./P.O.S.", prefix="POS"),
        Row(modality="FACTURA DE TALONARIO O DE PAPEL", prefix="PAP"),
        Row(prefix="OLD", request="INHABILITACIÓN"),
        Row(prefix="HAB", first=301, request="HABILITACIÓN"),
    ]
    found = read(Form(rows=rows)).numberings
    assert [(one.family, one.prefix, one.first, one.last) for one in found] == [
        (Family.FACTURA, "FEH", 1, 5000),
        (Family.DOCUMENTO_SOPORTE, "", 100, 200),
        (Family.FACTURA, "HAB", 301, 5000),
    ]
    assert {(one.system, one.source, one.resolution) for one in found} == {
        (System.DIAN, Source.FORM, "18764111022035")
    }  # fmt: skip
    assert [(one.valid_from, one.valid_to) for one in found] == [
        (date(2026, 6, 10), date(2028, 6, 10)),
        (date(2026, 6, 10), date(2026, 12, 10)),
        (date(2026, 6, 10), date(2028, 6, 10)),
    ]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 5), 24, date(2028, 8, 5)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 8, 31), 18, date(2028, 2, 29)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_the_end_is_the_same_day_some_months_later_or_the_last_of_that_month(
    start: date, months: int, end: date
) -> None:
    assert months_later(start, months) == end


def test_the_vigencia_begins_on_the_day_of_bogota() -> None:
    form = read(Form(moment="2026-06-10/23:59:59"))
    assert form.formalised_at.value == datetime(2026, 6, 10, 23, 59, 59, tzinfo=BOGOTA)
    assert form.valid_from == date(2026, 6, 10)


def test_each_value_is_found_again_at_its_place() -> None:
    printed = pdf_of(Form(rows=MANY))
    pages = pages_from(answer_for(printed))
    form = form_of(pages, "f.pdf")
    values = [form.resolution, form.formalised_at, form.nit, form.check_digit, form.name]
    for row in form.rows:
        values += [row.establishment, row.modality, row.prefix, row.first, row.last, row.months, row.request]
    for value in values:
        if value is None:
            continue
        place = value.place
        inside = [
            word.text
            for line in pages[place.page - 1].lines
            for word in line
            if place.x0 <= word.middle <= place.x1 and place.y0 - 0.1 <= word.y0 and word.y1 <= place.y1 + 0.1
        ]
        assert " ".join(inside) == value.text
        assert 0 < place.x0 < place.x1 < form.pages[place.page - 1].width
        assert 0 < place.y0 < place.y1 < form.pages[place.page - 1].height


def test_a_check_digit_in_the_box_of_the_nit_is_taken_off() -> None:
    title = "Autorización Numeración de Facturación"
    rest = ("4. Número de formulario 18764111022035", "997. Fecha formalización 2026-06-10/11:20:24")
    row = "FACTURA ELECTRÓNICA DE VENTA 4 FV 1 200 24 AUTORIZACIÓN 1"
    for box in ("5. NIT 900508908-9", "5. NIT 9 0 0 5 0 8 9 0 8 9", "5. NIT 900.508.908 6. DV 9"):
        form = form_of(pages_from(answer_for(other(title, box, *rest, row))), "f.pdf")
        assert (form.holder.id, form.holder.check_digit) == ("900508908", "9"), box


def test_a_row_printed_in_one_piece_is_read_by_the_order_of_its_words() -> None:
    head = (
        "Autorización Numeración de Facturación 1876",
        "4. Número de formulario 18764111022035",
        "5. Número de Identificación Tributaria (NIT) 900508908 6. DV 9",
        "997. Fecha formalización 2 0 2 6 -0 6 -1 0 /1 1 :2 0 :2 4",
        "30. Modalidad Cód. 31. Prefijo 32. Desde número 33. Hasta número 34. Vigencia (meses) 35. Tipo de solicitud",
    )
    rows = (
        "FACTURA ELECTRÓNICA DE VENTA 4 L705 1,000,001 2,000,000 24 AUTORIZACIÓN 1",
        "FACTURA ELECTRÓNICA DE VENTA 4 1 200 24 HABILITACIÓN 2",
        "FACTURA ELECTRÓNICA DE VENTA 4 0131 1 200 AUTORIZACIÓN 1 12",
    )
    form = form_of(pages_from(answer_for(other(*head, *rows))), "f.pdf")
    assert [(row.stated_prefix, row.first.value, row.last.value, row.months.value) for row in form.rows] == [
        ("L705", 1_000_001, 2_000_000, 24),
        ("", 1, 200, 24),
        ("0131", 1, 200, 12),
    ]


def test_a_row_that_is_printed_twice_counts_once() -> None:
    form = read(Form(rows=[Row(), Row(prefix="B"), Row()]))
    assert [row.stated_prefix for row in form.rows] == ["FEH", "B"]


def test_a_form_that_only_its_owner_may_change_is_read_by_the_child_as_well() -> None:
    form = Form(rows=MANY)
    found = read_form1876(pdf_of(form, owner_password="dian"), "f.pdf")
    assert isinstance(found, Form1876)
    same(found, form)


def test_capitals_without_accents_are_the_same_words() -> None:
    bare = replace(Row(), modality="FACTURA ELECTRONICA DE VENTA", request="AUTORIZACION")
    (row,) = read(Form(rows=[bare])).rows
    assert (row.modality.value, row.request.value) == (Modality.FACTURA_ELECTRONICA, Request.AUTORIZACION)
