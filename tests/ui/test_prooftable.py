"""The side-by-side proof: exactly the wrong cell is red, exactly the wrong characters are marked."""

from datetime import date
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.model.documents import Family
from app.model.numbering import Field, System, prove
from tests.support.panel import NOW, numbering, proof
from ui.parts import ProofTable, Words, differing
from ui.theme import Theme

MUTATIONS: dict[Field, Any] = {
    Field.RESOLUTION: "18764012345687",
    Field.PREFIX: "FETH",
    Field.FIRST: 2,
    Field.LAST: 500,
    Field.VALID_FROM: date(2026, 1, 16),
    Field.VALID_TO: date(2027, 1, 15),
    Field.ACTIVE: False,
    Field.APPLIES_TO: "Facturas POS",
}


@pytest.mark.parametrize("field", Field)
def test_exactly_the_wrong_cell_is_red(theme: Theme, field: Field) -> None:
    table = ProofTable(proof(**{field.value.replace("-", "_"): MUTATIONS[field]}))
    red = {place for place, cell in table.cells.items() if not cell.agrees}
    assert red == {(field, System.PYMES)}


def test_a_proof_that_holds_has_no_red_cell(theme: Theme) -> None:
    table = ProofTable(proof())
    assert len(table.cells) == 3 * 6 + 2
    assert all(cell.agrees and not cell.marked for cell in table.cells.values())


def test_the_exact_characters_are_marked(theme: Theme) -> None:
    table = ProofTable(proof(prefix="FETH", resolution="18764012354678"))
    assert table.cells[Field.PREFIX, System.PYMES].marked == ("TH",)
    assert table.cells[Field.RESOLUTION, System.PYMES].marked == ("54",)
    assert table.cells[Field.PREFIX, System.DIAN].marked == ()


@pytest.mark.parametrize(
    ("value", "reference", "pieces"),
    [
        ("FEHT", "FEHT", (("FEHT", False),)),
        ("FETH", "FEHT", (("FE", False), ("TH", True))),
        ("500", "5000", (("500", False), ("\u00a0", True))),
        ("50000", "5000", (("5000", False), ("0", True))),
        ("", "FEHT", (("\u00a0" * 4, True),)),
        ("A0", "AO", (("A", False), ("0", True))),
    ],
)
def test_where_two_values_differ(value: str, reference: str, pieces: tuple[tuple[str, bool], ...]) -> None:
    assert differing(value, reference) == pieces


def test_it_says_what_to_mend_and_where(theme: Theme, qtbot: QtBot) -> None:
    table = ProofTable(proof(prefix="FETH"))
    qtbot.addWidget(table)
    said = "\n".join(words.text() for words in table.findChildren(Words))
    assert "Prefijo: corrija en Loggro Pymes. Dice «FETH» y debe decir «FEHT»." in said
    assert "Consecutivos de Facturación" in said


def test_a_silent_dian_is_no_agreement(theme: Theme, qtbot: QtBot) -> None:
    silent = prove(Family.FACTURA, [numbering(System.PMS), numbering(System.PYMES)], NOW, NOW.date())
    table = ProofTable(silent)
    qtbot.addWidget(table)
    said = "\n".join(words.text() for words in table.findChildren(Words))
    assert "Falta lo que dice la DIAN" in said
    assert (Field.PREFIX, System.DIAN) not in table.cells


def test_notes_have_no_column_of_the_dian(theme: Theme) -> None:
    table = ProofTable(proof(Family.NOTA_CREDITO))
    assert {system for _field, system in table.cells} == {System.PMS, System.PYMES}
    assert {field for field, _system in table.cells} == {
        Field.PREFIX,
        Field.FIRST,
        Field.LAST,
        Field.ACTIVE,
        Field.APPLIES_TO,
    }


def test_the_same_proof_checked_again_is_not_drawn_anew(theme: Theme) -> None:
    table = ProofTable(proof())
    before = dict(table.cells)
    table.show_proof(proof().model_copy(update={"checked_at": NOW.replace(hour=20)}))
    assert table.cells == before
    table.show_proof(proof(prefix="FETH"))
    assert table.cells != before
