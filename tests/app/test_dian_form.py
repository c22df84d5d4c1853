"""A Form 1876 handed to the wizard: used only where it is this hotel's; old and new authorisation both count."""

from datetime import UTC, datetime
from pathlib import Path

from app.connectors.profile import load_profile
from app.model.documents import Family
from app.model.form1876 import FormError, FormRefusal
from app.model.numbering import Numbering, Source, System
from app.model.setup import Draft
from app.setup.activation import Activation
from app.setup.dian_form import OpenForm, open_form
from app.setup.numbering import differing
from tests.support.form1876 import Form, Row, pdf_of, scan

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
NIT = "900508908"


def opened(folder: Path, data: bytes, *families: Family) -> OpenForm | FormRefusal:
    path = folder / "1876.pdf"
    path.write_bytes(data)
    return open_form(path, NIT, families or (Family.FACTURA, Family.DOCUMENTO_SOPORTE))


def test_rows_of_other_families_are_set_apart(tmp_path: Path) -> None:
    form = Form(rows=(Row(), Row(modality="DOCUMENTO SOPORTE", code="9", prefix="DS"), Row(modality="POS", prefix="P")))
    found = opened(tmp_path, pdf_of(form), Family.FACTURA)
    assert isinstance(found, OpenForm)
    assert [(one.family, one.prefix, one.source) for _row, one in found.ranges] == [
        (Family.FACTURA, "FEH", Source.FORM)
    ]
    assert [row.stated_prefix for row in found.others] == ["DS", "P"]
    assert len(found.pages) == len(found.form.pages)


def test_a_form_of_somebody_else_or_for_nothing_here_is_refused(tmp_path: Path) -> None:
    errors = []
    for data in (
        pdf_of(Form(nit="860002964", digit="4")),
        pdf_of(Form(rows=(Row(request="INHABILITACIÓN"),))),
        scan(),
    ):
        found = opened(tmp_path, data)
        assert isinstance(found, FormRefusal)
        errors.append(found.error)
    assert errors == [FormError.OTHER_HOTEL, FormError.NOT_OF_THIS_HOTEL, FormError.NO_TEXT]
    missing = open_form(tmp_path / "no-existe.pdf", NIT, [Family.FACTURA])
    assert isinstance(missing, FormRefusal) and missing.error is FormError.NO_FILE


def test_the_new_authorisation_of_a_prefix_does_not_push_out_the_old_one() -> None:
    old = Numbering(
        system=System.DIAN, family=Family.FACTURA, prefix="FEH", first=1, last=5000, resolution="18764000000001"
    )
    new = old.model_copy(update={"first": 5001, "last": 9000, "resolution": "18764000000002"})
    activation = Activation.begin(load_profile("loggro")).with_evidence(old).with_evidence(new)
    assert activation.evidence == (old, new)
    corrected = new.model_copy(update={"resolution": "18764000000003"})
    assert activation.with_evidence(corrected).evidence == (old, corrected), "the same numbers: a correction"
    habilitacion = old.model_copy(update={"first": 4000, "resolution": "18764000000004"})
    assert activation.with_evidence(habilitacion).evidence == (new, habilitacion)


def test_two_typings_agree_in_what_they_mean() -> None:
    one = Draft(family=Family.FACTURA, resolution="18764000000001", prefix="feh", first="1.000", valid_from="1/2/2026")
    same = Draft(
        family=Family.FACTURA, resolution="18764000000001 ", prefix="FEH", first="1000", valid_from="2026-02-01"
    )
    assert differing(one, same) == ()
    assert [field.value for field in differing(one, same.model_copy(update={"first": "1001"}))] == ["first"]
