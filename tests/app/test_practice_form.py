"""The practice hotel's Form 1876: read like any, of this hotel, and what it says is what the practice DIAN says."""

import asyncio
from datetime import date
from pathlib import Path

from app.connectors.dian_pdf import read_form1876_file
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.form1876 import Form1876
from app.model.parties import Party
from app.sandbox.form1876 import form_pdf
from app.setup.dian_form import OpenForm, open_form
from tests.support.practice import running


def test_each_printed_form_says_what_the_practice_dian_says_and_that_it_is_practice(tmp_path: Path) -> None:
    async def run() -> None:
        async with running(tmp_path / "hotel") as hotel:
            printed = (await hotel.desk("POST", "/forms", {"folder": str(tmp_path)}))["printed"]
            authorised = {row["resolution"]: row for row in hotel.house.ranges.authorisations()}
            assert {Family(family) for family in printed.values()} == {Family.FACTURA, Family.DOCUMENTO_SOPORTE}
            for name in printed:
                found = open_form(tmp_path / name, hotel.house.hotel.party.id, HOTEL_FAMILIES)
                assert isinstance(found, OpenForm), found
                ((_row, one),) = found.ranges
                row = authorised[one.resolution or ""]
                assert (one.family.value, one.prefix, one.first, one.last) == tuple(
                    row[field] for field in ("family", "prefix", "first", "last")
                )
                assert (str(one.valid_from), str(one.valid_to)) == (row["valid_from"], row["valid_to"])
                words = " ".join(word.text for page in found.pages for line in page.lines for word in line)
                assert words.count("FORMULARIO DE PRÁCTICA") == 2 and "no es de la DIAN" in words

    asyncio.run(run())


def test_an_empty_prefix_and_a_name_with_brackets_are_printed(tmp_path: Path) -> None:
    row = {
        "family": "factura",
        "resolution": "18764111022035",
        "prefix": "",
        "first": 1,
        "last": 1_000_000,
        "valid_from": "2026-08-05",
        "valid_to": "2028-08-05",
    }
    path = tmp_path / "f.pdf"
    path.write_bytes(
        form_pdf(Party(id_type="31", id="900508908", check_digit="9", name="HOTEL (EL) PEÑÓN \\ CÍA"), row)
    )
    form = read_form1876_file(path)
    assert isinstance(form, Form1876)
    assert form.holder.name == "HOTEL (EL) PEÑÓN \\ CÍA"
    assert (form.rows[0].stated_prefix, form.rows[0].last.value) == ("", 1_000_000)
    one = form.numbering(form.rows[0])
    assert one is not None and one.valid_to == date(2028, 8, 5)
