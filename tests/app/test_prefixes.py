"""Which prefixes can be taken for one another, tried out over a small alphabet number by number."""

from datetime import UTC, datetime
from itertools import combinations, product

import pytest

from app.connectors.numbering_reader import ProofReading
from app.model.documents import Family
from app.model.numbering import Numbering, System, prove
from app.model.prefixes import Ambiguity, joined_number, prefix_warnings
from app.texts.numbering import prefix_warning


def numbering(prefix: str, first: int = 1, last: int = 5000, family: Family = Family.FACTURA) -> Numbering:
    return Numbering(system=System.PMS, family=family, prefix=prefix, first=first, last=last)


def kinds(*numberings: Numbering) -> list[Ambiguity]:
    return [warning.kind for warning in prefix_warnings(numberings)]


def printed(one: Numbering) -> set[str]:
    return {f"{one.prefix}{number}" for number in range(one.first, one.last + 1)}


def test_over_a_small_alphabet_exactly_the_ranges_that_print_the_same_text_are_found() -> None:
    prefixes = ["", *("".join(letters) for size in (1, 2, 3) for letters in product("A10", repeat=size))]
    spans = [(1, 1), (1, 12), (5, 9), (10, 19), (11, 110), (100, 130)]
    ranges = [numbering(prefix, *span) for prefix in prefixes for span in spans]
    texts = {id(one): printed(one) for one in ranges}
    ambiguous = 0
    for one, other in combinations(ranges, 2):
        if one.prefix == other.prefix:
            continue
        common = texts[id(one)] & texts[id(other)]
        example = joined_number(one, other)
        assert (example is not None) == bool(common), (one.name, other.name)
        assert example is None or example in common
        ambiguous += bool(common)
    assert ambiguous > 100


def test_the_example_of_the_fact_file() -> None:
    (ends, joined) = prefix_warnings([numbering("FE1"), numbering("FE")])
    assert ends.kind is Ambiguity.ENDS_IN_DIGIT
    assert (joined.kind, joined.prefixes, joined.example) == (Ambiguity.JOINED, ("FE", "FE1"), "FE11")


def test_ranges_that_cannot_meet_are_not_joined() -> None:
    assert Ambiguity.JOINED not in kinds(numbering("FE1", 1, 9), numbering("FE", 1, 9))
    assert Ambiguity.JOINED not in kinds(numbering("FE0", 1, 9), numbering("FE", 1, 99))
    assert Ambiguity.JOINED not in kinds(numbering("FEA"), numbering("FE"))


@pytest.mark.parametrize(("one", "other"), [("FEO", "FE0"), ("FI", "F1"), ("HL", "H1"), ("S5", "55"), ("B", "8")])
def test_prefixes_that_look_alike_are_told(one: str, other: str) -> None:
    assert Ambiguity.LOOK_ALIKE in kinds(numbering(one), numbering(other))


def test_a_prefix_that_ends_in_a_digit_is_told_and_one_that_ends_in_a_letter_is_not() -> None:
    assert kinds(numbering("L705")) == [Ambiguity.ENDS_IN_DIGIT]
    assert kinds(numbering("FEH"), numbering("", family=Family.DOCUMENTO_SOPORTE)) == []


def test_one_prefix_for_two_families_is_told() -> None:
    assert kinds(numbering("FE"), numbering("FE", family=Family.NOTA_CREDITO)) == [Ambiguity.SAME_PREFIX]
    assert kinds(numbering("FE"), numbering("FE", 5001, 9000)) == []


def test_a_habilitacion_that_repeats_numbers_of_its_first_range_is_told() -> None:
    (warning,) = prefix_warnings([numbering("FE", 1, 5000), numbering("FE", 4000, 5000)])
    assert (warning.kind, warning.example) == (Ambiguity.OVERLAP, "FE4000")


def test_small_letters_are_told_and_mean_the_same_prefix() -> None:
    pymes = numbering("feh").model_copy(update={"system": System.PYMES})
    assert kinds(numbering("FEH"), pymes) == [Ambiguity.LOWER_CASE]


def test_what_three_systems_say_of_one_range_is_one_range() -> None:
    three = [numbering("FE1").model_copy(update={"system": system}) for system in System]
    assert kinds(*three) == [Ambiguity.ENDS_IN_DIGIT]


def test_beside_a_proof_stand_the_warnings_of_its_ranges() -> None:
    at = datetime(2026, 11, 24, 15, tzinfo=UTC)
    wrong = numbering("feh", 2, 5000).model_copy(update={"system": System.PYMES})
    proof = prove(Family.FACTURA, [numbering("FEH"), wrong], at, at.date())
    (warning,) = ProofReading((proof,)).warnings
    assert warning.kind is Ambiguity.LOWER_CASE
    assert ProofReading((prove(Family.FACTURA, (), at, at.date()),)).warnings == ()


@pytest.mark.parametrize("kind", list(Ambiguity))
def test_each_has_its_words(kind: Ambiguity) -> None:
    sets = {
        Ambiguity.JOINED: [numbering("FE1"), numbering("FE")],
        Ambiguity.LOOK_ALIKE: [numbering("FEO"), numbering("FE0")],
        Ambiguity.ENDS_IN_DIGIT: [numbering("FE1")],
        Ambiguity.SAME_PREFIX: [numbering("FE"), numbering("FE", family=Family.NOTA_CREDITO)],
        Ambiguity.OVERLAP: [numbering("FE"), numbering("FE", 3, 9)],
        Ambiguity.LOWER_CASE: [numbering("fe")],
    }
    warning = next(one for one in prefix_warnings(sets[kind]) if one.kind is kind)
    text = prefix_warning(warning)
    assert text.endswith(".") and "{" not in text and all(prefix in text for prefix in warning.prefixes)
