"""What ``botones read`` and ``botones form1876`` print, and how they end."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import botones
from app.model.codes import code_for
from app.model.documents import Document, DocumentType
from tests.support import ubl
from tests.support.form1876 import Form, Row, other, pdf_of

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "dian-samples"
FIELDS = [
    *("file", "ok", "type", "prefix", "number", "issuer_nit", "cufe", "cufe_state", "approved"),
    *("currency", "payable", "error"),
]


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(botones, [str(one) for one in arguments], input=typed, catch_exceptions=False)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def invoice(tmp_path: Path) -> Path:
    path = tmp_path / "factura.xml"
    path.write_text(ubl.xml_of(ubl.document()), encoding="utf-8")
    return path


def keyed(path: Path, document: Document, key: str) -> Path:
    path.write_text(ubl.xml_of(document.model_copy(update={"cufe": code_for(document, key)})), encoding="utf-8")
    return path


# --- read -------------------------------------------------------------------------------------------------------------


def test_a_document_is_one_line_with_exactly_the_agreed_fields(invoice: Path) -> None:
    result = run("read", invoice, "--json")
    (line,) = lines(result)
    assert list(line) == FIELDS
    assert line == {
        "file": str(invoice),
        "ok": True,
        "type": "01",
        "prefix": "FEH",
        "number": 101,
        "issuer_nit": "900508908",
        "cufe": "a" * 96,
        "cufe_state": "not-verifiable",
        "approved": None,
        "currency": "COP",
        "payable": "470500.00",
        "error": None,
    }
    assert result.exit_code == 0


def test_a_container_gives_a_line_for_each_document_and_says_what_the_dian_said(tmp_path: Path) -> None:
    path = tmp_path / "mes.zip"
    documents = [ubl.document(number=number, cufe=f"{number:096x}") for number in (1, 2, 3)]
    answers = [ubl.answer_xml(f"{1:096x}"), ubl.answer_xml(f"{2:096x}", "04"), None]
    entries = {
        f"ad{at}.xml": ubl.attached_xml(ubl.xml_of(document), answer).encode()
        for at, (document, answer) in enumerate(zip(documents, answers, strict=True))
    }
    path.write_bytes(ubl.zip_of(entries | {"roto.xml": b"<Invoice>"}))
    result = run("read", path, "--json")
    found = lines(result)
    assert [line["file"] for line in found] == [f"{path}/ad{at}.xml" for at in range(3)] + [f"{path}/roto.xml"]
    assert [(line["number"], line["approved"]) for line in found] == [(1, True), (2, False), (3, None), (None, None)]
    assert found[-1]["error"].startswith("broken: ") and found[-1]["ok"] is False
    assert result.exit_code == 1


def test_a_file_that_cannot_be_read_has_its_reason_and_nothing_else(tmp_path: Path) -> None:
    (line,) = lines(run("read", tmp_path / "no.xml", "--json"))
    assert line["error"].startswith("no-file: ")
    assert {line[name] for name in FIELDS if name not in ("file", "ok", "error")} == {None}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the DIAN's examples are not part of the project")
def test_only_the_one_example_whose_cufe_recomputes_is_right() -> None:
    result = run("read", *sorted(SAMPLES.glob("*.xml")), "--json")
    states = {Path(line["file"]).name: line["cufe_state"] for line in lines(result)}
    assert {name for name, state in states.items() if state == "right"} == {"ph-consumidor-final.xml"}
    notes = {"ph-creditnote-20.xml", "ph-debitnote-30.xml"}
    assert {name for name, state in states.items() if state == "not-verifiable"} == notes
    assert states["tribux-get-numbering-range-response.xml"] is None
    assert sum(state == "wrong" for state in states.values()) == 5
    assert result.exit_code == 1


def test_the_published_key_counts_only_for_the_test_range_in_the_test_environment(tmp_path: Path) -> None:
    key = "fc8eac422eba16e22ffd8c6f94b3f40a6e38162c"
    document = ubl.document()
    assert document.authorisation is not None
    test_range = document.authorisation.model_copy(update={"resolution": "18760000001"})
    for environment, authorisation, state in (
        ("2", test_range, "right"),
        ("1", test_range, "not-verifiable"),
        ("2", document.authorisation, "not-verifiable"),
        ("2", None, "not-verifiable"),
    ):
        stated = document.model_copy(update={"environment": environment, "authorisation": authorisation})
        (line,) = lines(run("read", keyed(tmp_path / "f.xml", stated, key), "--json"))
        assert line["cufe_state"] == state


@pytest.mark.parametrize(("stated", "written"), [("FE", "FE00123"), ("", "0000000123"), ("0131", "0131123")])
def test_zeros_before_a_consecutive_are_not_shown_as_its_prefix(tmp_path: Path, stated: str, written: str) -> None:
    path = tmp_path / "f.xml"
    text = ubl.xml_of(ubl.document(prefix="ZZZZ", number=777))
    path.write_text(text.replace("<cbc:ID>ZZZZ777<", f"<cbc:ID>{written}<").replace(">ZZZZ<", f">{stated}<"))
    (line,) = lines(run("read", path, "--json"))
    assert (line["prefix"], line["number"]) == (stated, 123)


def test_a_document_whose_qr_names_another_code_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "nc.xml"
    qr = f"<sts:QRCode>CUDE={'b' * 96}</sts:QRCode></sts:DianExtensions>"
    path.write_text(ubl.xml_of(ubl.document(DocumentType.NOTA_CREDITO)).replace("</sts:DianExtensions>", qr))
    (line,) = lines(run("read", path, "--json"))
    assert line["cufe_state"] == "wrong"


def test_a_key_is_asked_for_and_shown_nowhere(tmp_path: Path, invoice: Path) -> None:
    good = keyed(tmp_path / "good.xml", ubl.document(), ubl.TECHNICAL_KEY)
    result = run("read", good, invoice, "--json", "--ask-key", typed=f"{ubl.TECHNICAL_KEY}\n")
    assert [line["cufe_state"] for line in lines(result)] == ["right", "wrong"]
    assert result.exit_code == 1
    assert ubl.TECHNICAL_KEY not in result.output
    cut_off = run("read", good, "--ask-key", typed=f"{ubl.TECHNICAL_KEY[:38]}\n")
    assert cut_off.exit_code == 2 and "40" in cut_off.stderr and ubl.TECHNICAL_KEY[:38] not in cut_off.output


def test_a_note_is_never_verifiable_whatever_key_is_given(tmp_path: Path) -> None:
    note = keyed(tmp_path / "nc.xml", ubl.document(DocumentType.NOTA_CREDITO), ubl.TECHNICAL_KEY)
    (line,) = lines(run("read", note, "--json", "--ask-key", typed=f"{ubl.TECHNICAL_KEY}\n"))
    assert line["cufe_state"] == "not-verifiable"


def test_for_people_there_are_words_and_amounts(invoice: Path, tmp_path: Path) -> None:
    result = run("read", invoice, tmp_path / "no.xml")
    good, bad = result.stdout.splitlines()
    assert good.startswith("✓") and "FEH101" in good and "$ 470.500,00" in good
    assert bad.startswith("✗") and "No se pudo abrir" in bad
    assert result.exit_code == 1


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(ubl.xml_of(ubl.document()).replace("<cbc:ID>FEH101<", "<cbc:ID>FE\x9b2J101<"), encoding="utf-8")
    assert "\x9b" not in run("read", path).stdout
    assert "\x9b" not in run("read", path, "--json").stdout


# --- form1876 ---------------------------------------------------------------------------------------------------------


def test_a_form_is_one_line_with_its_ranges(tmp_path: Path) -> None:
    path = tmp_path / "1876.pdf"
    path.write_bytes(pdf_of(Form(rows=[Row(), Row(prefix="", modality="DOCUMENTO SOPORTE", code="9", months=6)])))
    result = run("form1876", path, "--json")
    (line,) = lines(result)
    assert (line["ok"], line["resolution"], line["nit"], line["check_digit"]) == (
        *(True, "18764111022035", "900508908", "9"),
    )
    assert line["formalised_at"] == "2026-06-10T11:20:24-05:00"
    assert [
        (row["modality"], row["prefix"], row["first"], row["last"], row["valid_from"], row["valid_to"])
        for row in line["rows"]
    ] == [
        ("factura-electronica", "FEH", 1, 5000, "2026-06-10", "2028-06-10"),
        ("documento-soporte", "", 1, 5000, "2026-06-10", "2026-12-10"),
    ]
    assert line["rows"][0]["places"]["first"]["page"] == 2
    assert result.exit_code == 0
    assert "FEH, 1 a 5000, del 10/06/2026 al 10/06/2028" in run("form1876", path).stdout


def test_what_is_no_form_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "otro.pdf"
    path.write_bytes(other("Solicitud sobre numeración de facturación", "1302", "4. Número de formulario 1302123"))
    result = run("form1876", path, tmp_path / "no.pdf", "--json")
    assert [line["error"].split(":")[0] for line in lines(result)] == ["form-1302", "no-file"]
    assert result.exit_code == 1
    assert "1302" in run("form1876", path).stdout


def test_the_child_that_a_frozen_program_starts_tells_the_words() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "app", "form1876", "--child"], input=pdf_of(Form()), capture_output=True, check=True
    )
    assert "18764111022035" in [word[0] for line in json.loads(child.stdout)["pages"][0]["lines"] for word in line]
