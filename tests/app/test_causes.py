"""The catalogue of causes: each has a mender and words in both languages, and something that really produces it."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.model.causes import Cause, Mender
from app.model.documents import DocumentType, Family
from app.model.journey import State
from app.texts import LANGUAGES, speak
from app.texts.causes import explain, mender_name
from tests.support.desk import Desk, played

TESTS = Path(__file__).parents[1]


@pytest.fixture
def spanish_again() -> Iterator[None]:
    yield
    speak(LANGUAGES[0])


@cache
def producers() -> dict[str, list[str]]:
    """Name, for each cause, the tests whose code expects it; tables of a module count for its parametrised tests."""
    found: dict[str, list[str]] = {cause.name: [] for cause in Cause}
    for folder in ("app", "chaos"):
        for file in sorted((TESTS / folder).glob("test_*.py")):
            for node in ast.parse(file.read_text("utf-8")).body:
                name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else "(table)"
                for used in ast.walk(node):
                    if isinstance(used, ast.Attribute) and ast.unparse(used.value) == "Cause":
                        found.get(used.attr, []).append(f"{file.stem}::{name}")
    return found


def test_every_cause_is_produced_by_a_simulacro_or_a_test(capsys: pytest.CaptureFixture[str]) -> None:
    covered = {name: sorted(set(where)) for name, where in producers().items()}
    lines = [
        f"  {Cause[name].value:22} {Cause[name].mender.value:9} {len(where):2}  {where[0] if where else '—'}"
        for name, where in covered.items()
    ]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", "Coverage of the causes, by tests:", *lines, ""]))
    assert [name for name, where in covered.items() if not where] == []


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_says_what_it_means_who_mends_it_and_where_in_both_languages(
    cause: Cause, spanish_again: None
) -> None:
    said = []
    for language in LANGUAGES:
        speak(language)
        words = explain(cause)
        said.append((words.title, words.meaning, words.place, mender_name(cause.mender)))
    assert all(all(texts) for texts in said)
    assert all(spanish != english for spanish, english in zip(*said, strict=True))


@pytest.mark.parametrize("mender", list(Mender))
def test_every_mender_has_a_name(mender: Mender) -> None:
    assert mender_name(mender)


def test_a_kind_of_document_that_pymes_has_no_way_for_is_held(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.DOCUMENTO_SOPORTE)
        (document,) = desk.hotel.documents()
        desk.hotel.house.books.approve(document.model_copy(update={"type": DocumentType("95"), "prefix": "NA"}))
        await desk.bridge.cycle()
        assert desk.bridge.states == [(State.PROVEN, None), (State.HELD, Cause.FAMILY_NOT_SUPPORTED)]
        assert desk.sent == [201]

    played(tmp_path, trial)
