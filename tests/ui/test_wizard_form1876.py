"""Form 1876 dropped on the wizard: read, shown beside its place, confirmed by the person; or refused, and why."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from app.model.documents import Family
from app.model.numbering import Condition, Field, Numbering, NumberingProof, Source, System
from app.model.setup import Step
from app.sandbox.practice import Practice
from tests.support import form1876
from tests.support.form1876 import Form, Layout, Row, pdf_of
from tests.support.wizard import SECONDS, Person, surroundings
from ui.parts import Facsimile
from ui.theme import Theme
from ui.wizard.verification import VerificationPage


@pytest.fixture
def person(tmp_path: Path, theme: Theme, turning: asyncio.AbstractEventLoop, qtbot: QtBot) -> Iterator[Person]:
    """Somebody at «Verificación» without the FE service."""
    with Practice.start(tmp_path / "hotel", push_delay=0.1) as practice:
        person = Person(
            surroundings(practice, tmp_path / "home"), lambda condition: qtbot.waitUntil(condition, timeout=SECONDS)
        )
        person.welcome()
        person.connect(fe=False)
        person.proceed()
        person.walk_to(Step.VERIFICATION)
        person.verify()
        yield person
        person.close()


def page_of(person: Person) -> VerificationPage:
    page = person.page(VerificationPage)
    assert isinstance(page, VerificationPage)
    return page


def stated(person: Person, family: Family) -> Numbering:
    """What the PMS says of a range: here the DIAN authorised just that."""
    proof = next(one for one in person.window.flow.activation.proofs if one.family is family)
    return proof.columns[System.PMS]


def row_of(one: Numbering, **changes: object) -> Row:
    assert one.valid_from is not None and one.valid_to is not None
    months = (one.valid_to.year - one.valid_from.year) * 12 + one.valid_to.month - one.valid_from.month
    modality, code = ("FACTURA ELECTRÓNICA DE VENTA", "4")
    if one.family is Family.DOCUMENTO_SOPORTE:
        modality, code = "DOCUMENTO SOPORTE EN ADQUISICIONES", "9"
    row = Row(modality=modality, code=code, prefix=one.prefix, first=one.first, last=one.last, months=months)
    return replace(row, **changes)  # type: ignore[arg-type]


def form_of(person: Person, one: Numbering, *rows: Row, **changes: object) -> Form:
    """The form in which the DIAN authorised a range, as the hotel of the wizard holds it."""
    assert one.valid_from is not None and one.resolution is not None
    nit = person.window.flow.activation.hotel_nit
    assert nit is not None
    form = Form(
        rows=(row_of(one), *rows),
        number=one.resolution,
        moment=f"{one.valid_from.isoformat()}/09:30:00",
        nit=nit,
        digit="",
        layout=Layout(apart=True),
    )
    return replace(form, **changes)  # type: ignore[arg-type]


def drop(person: Person, folder: Path, data: bytes, name: str = "1876.pdf") -> VerificationPage:
    path = folder / name
    path.write_bytes(data)
    page = page_of(person)
    assert person.drop(page.form.area, path)
    person.wait(lambda: page.form.review.isVisible() or page.form.refusal.isVisible())
    person.idle()
    return page


def proof_of(person: Person, family: Family) -> NumberingProof:
    return next(one for one in person.window.flow.activation.proofs if one.family is family)


def test_nothing_of_a_form_counts_before_the_person_has_confirmed_each_value(person: Person, tmp_path: Path) -> None:
    factura = stated(person, Family.FACTURA)
    page = drop(person, tmp_path, pdf_of(form_of(person, factura)))
    review = page.form.review
    flow = person.window.flow
    assert flow.activation.evidence == () and not review.use.isEnabled()
    assert len(review.checks) == 9 and not any(check.isChecked() for check in review.checks)
    said = "\n".join(check.accessibleName() for check in review.checks)
    for expected in (factura.resolution, factura.prefix, str(factura.first), str(factura.last)):
        assert str(expected) in said
    strips = review.findChildren(Facsimile)
    assert len(strips) == 9 and all(strip.isVisible() and strip.height() > 20 for strip in strips)
    for check in review.checks:
        assert not review.use.isEnabled()
        person.click(check)
    person.click(review.use)
    person.idle()
    proof = proof_of(person, Family.FACTURA)
    assert proof.holds and proof.columns[System.DIAN].source is Source.FORM
    assert proof.columns[System.DIAN].valid_to == factura.valid_to, "reckoned, for it is not printed"
    card = next(one for one in page.ranges if one.family is Family.FACTURA)
    assert "leído del formulario 1876" in [label.text() for label in card.table.findChildren(QLabel)]


def test_all_values_are_confirmed_at_once_and_a_later_form_replaces_them(person: Person, tmp_path: Path) -> None:
    factura = stated(person, Family.FACTURA)
    page = drop(person, tmp_path, pdf_of(form_of(person, factura, number="18760000099999")))
    person.click(page.form.review.all)
    person.click(page.form.review.use)
    person.idle()
    assert not proof_of(person, Family.FACTURA).agrees, "another resolution"
    page = drop(person, tmp_path, pdf_of(form_of(person, factura)))
    person.click(page.form.review.all)
    person.click(page.form.review.use)
    person.idle()
    assert proof_of(person, Family.FACTURA).holds
    evidence = person.window.flow.activation.evidence
    assert [(one.family, one.resolution) for one in evidence] == [(Family.FACTURA, factura.resolution)]


def test_only_rows_of_what_the_hotel_issues_are_used_and_the_others_named(person: Person, tmp_path: Path) -> None:
    factura, soporte = stated(person, Family.FACTURA), stated(person, Family.DOCUMENTO_SOPORTE)
    rows = (
        row_of(soporte),
        Row(modality="FACTURA DE TALONARIO O DE PAPEL", code="1", prefix="PAP"),
        Row(prefix="VIE", request="INHABILITACIÓN", request_code="3"),
    )
    page = drop(person, tmp_path, pdf_of(form_of(person, factura, *rows)))
    assert "Talonario o papel" in page.form.review._others.text()
    assert "inhabilitación" in page.form.review._others.text()
    person.click(page.form.review.all)
    person.click(page.form.review.use)
    person.idle()
    used = {(one.family, one.prefix) for one in person.window.flow.activation.evidence}
    assert used == {(Family.FACTURA, factura.prefix), (Family.DOCUMENTO_SOPORTE, soporte.prefix)}


def test_what_is_discarded_leaves_nothing_behind(person: Person, tmp_path: Path) -> None:
    page = drop(person, tmp_path, pdf_of(form_of(person, stated(person, Family.FACTURA))))
    person.click(page.form.review.all)
    person.click(page.form.review.drop)
    assert page.form.area.isVisible() and not page.form.review.isVisible()
    assert person.window.flow.activation.evidence == ()


@pytest.mark.parametrize(
    ("data", "said", "can_type"),
    [
        (lambda form: form1876.scan(), "escaneo", True),
        (lambda form: pdf_of(form, user_password="clave"), "contraseña", True),
        (lambda form: b"esto es un texto", "no es un PDF", False),
        (lambda form: pdf_of(form)[:900], "dañado", True),
        (
            lambda form: pdf_of(replace(form, title="Solicitud sobre numeración de facturación", code="1302")),
            "1302",
            False,
        ),
        (lambda form: form1876.other("Registro Único Tributario", "x" * 60), "No es el formulario 1876", False),
        (lambda form: pdf_of(replace(form, nit="860002964")), "otro NIT", False),
        (lambda form: pdf_of(replace(form, rows=(Row(modality="POS", code="2"),))), "no autoriza nada", False),
    ],
)
def test_what_is_no_form_of_this_hotel_is_refused_with_its_own_words(
    person: Person, tmp_path: Path, data: Callable[[Form], bytes], said: str, can_type: bool
) -> None:
    page = drop(person, tmp_path, data(form_of(person, stated(person, Family.FACTURA))), "archivo.pdf")
    assert said in page.form.refusal.accessibleName() and "archivo.pdf" in page.form.refusal.accessibleName()
    assert page.form.refusal.button.isVisible() is can_type
    assert page.form.area.isVisible() and person.window.flow.activation.evidence == ()


def test_a_scan_leads_to_typing_twice_and_both_times_are_compared(person: Person, tmp_path: Path) -> None:
    factura = stated(person, Family.FACTURA)
    page = drop(person, tmp_path, form1876.scan())
    person.click(page.form.refusal.button)
    dian = next(card.dian for card in page.ranges if card.dian.form.isVisible())
    assert factura.valid_from is not None and factura.valid_to is not None
    paper = {
        Field.RESOLUTION: factura.resolution or "",
        Field.PREFIX: factura.prefix,
        Field.FIRST: str(factura.first),
        Field.LAST: f"{factura.last:,}",
        Field.VALID_FROM: f"{factura.valid_from:%d/%m/%Y}",
        Field.VALID_TO: f"{factura.valid_to:%d/%m/%Y}",
    }
    person.type_twice(dian.form, paper.__getitem__)
    person.type(dian.form.again[Field.LAST], str(factura.last + 1))
    assert "primera vez" in dian.form.again[Field.LAST].accessibleDescription()
    person.click(dian.save)
    assert person.window.flow.activation.evidence == (), "nobody knows which of both is right"
    QApplication.clipboard().setText("99")
    QTest.keyClick(dian.form.again[Field.LAST], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dian.form.again[Field.LAST].text() == str(factura.last + 1), "pasting would prove nothing"
    person.type(dian.form.again[Field.LAST], str(factura.last))
    assert not dian.form.again[Field.LAST].property("slip"), "1,000 and 1000 are the same number"
    person.click(dian.save)
    person.idle()
    proof = proof_of(person, Family.FACTURA)
    assert proof.columns[System.DIAN].source is Source.TYPED and proof.holds
    person.click(next(card.dian.change for card in page.ranges if card.family is Family.FACTURA))
    person.idle()
    assert Condition.DIAN_MISSING in proof_of(person, Family.FACTURA).conditions


def test_reading_can_be_cancelled(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "1876.pdf"
    path.write_bytes(pdf_of(form_of(person, stated(person, Family.FACTURA))))
    page = page_of(person)
    person.drop(page.form.area, path)
    assert page.form._reading.isVisible() and "1876.pdf" in page.form._reading._words.text()
    QTest.mouseClick(page.form._reading.cancel, Qt.MouseButton.LeftButton)
    person.idle()
    assert page.form.area.isVisible() and page.form.found is None


def test_a_folder_or_two_files_are_not_taken(person: Person, tmp_path: Path) -> None:
    page = page_of(person)
    assert not person.drop(page.form.area, tmp_path)
    carried = QMimeData()
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    carried.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.pdf", "b.pdf")])
    assert page.form.area.path_in(carried) is None


def test_the_button_opens_a_dialog_that_blocks_nothing(person: Person, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "elegido.pdf"
    path.write_bytes(pdf_of(form_of(person, stated(person, Family.FACTURA))))
    page = page_of(person)
    page.form.area.button.setFocus()
    QTest.keyClick(page.form.area.button, Qt.Key.Key_Space)
    dialog = page.form.findChild(QFileDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.selectFile(str(path))
    dialog.accept()
    person.wait(page.form.review.isVisible)


def test_the_day_of_the_vigencia_is_that_of_bogota(person: Person, tmp_path: Path) -> None:
    factura = stated(person, Family.FACTURA)
    assert factura.valid_from is not None
    late = form_of(person, factura, moment=f"{factura.valid_from.isoformat()}/23:59:59")
    page = drop(person, tmp_path, pdf_of(late))
    assert page.form.found is not None
    assert page.form.found.ranges[0][1].valid_from == factura.valid_from != date.min


def test_the_practice_hotel_prints_its_forms_and_both_ranges_are_proven_with_them(person: Person) -> None:
    page = page_of(person)
    for family in (Family.FACTURA, Family.DOCUMENTO_SOPORTE):
        person.wait(page.form.practice.isVisible)
        person.click(page.form.practice)
        person.wait(page.form.review.isVisible)
        assert page.form.found is not None
        assert [one.family for _row, one in page.form.found.ranges] == [family]
        person.click(page.form.review.all)
        person.click(page.form.review.use)
        person.wait(lambda: person.window.flow.busy is None and bool(person.window.flow.activation.proofs))
    proofs = person.window.flow.activation.proofs
    assert all(proof.holds for proof in proofs)
    assert not page.form.practice.isVisible()
