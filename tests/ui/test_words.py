"""Every value that a person may see has words, and the words carry what they promise."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from app.model.causes import Cause, Mender
from app.model.documents import Family
from app.model.errors import Failure
from app.model.journey import EventKind, State
from app.model.mode import Mode
from app.model.numbering import Condition, Field, Source, System
from app.model.sales import Aspect
from app.model.status import Mood
from app.texts import causes, documents, numbering, status
from tests.support.panel import ways

WORDS: list[tuple[type[StrEnum], Callable[[Any], object]]] = [
    (Cause, causes.explain),
    (Failure, causes.explain_failure),
    (Mender, causes.mender_name),
    (Aspect, causes.aspect_name),
    (Family, documents.family_name),
    (Family, documents.families_name),
    (State, documents.state_name),
    (State, documents.state_meaning),
    (EventKind, documents.event_name),
    (Mode, documents.mode_name),
    (Field, numbering.field_name),
    (System, numbering.system_name),
    (System, numbering.system_place),
    (Source, numbering.source_name),
    (Condition, numbering.condition_title),
    (Condition, numbering.condition_help),
    (Mood, status.mood_name),
]


@pytest.mark.parametrize(("values", "say"), WORDS, ids=[f"{kind.__name__}-{say.__name__}" for kind, say in WORDS])
def test_every_value_has_words_of_its_own(values: type[StrEnum], say: Callable[[Any], object]) -> None:
    said = [say(value) for value in values]
    assert all(said)
    assert len({str(words) for words in said}) == len(said)


def test_a_message_from_outside_comes_word_for_word() -> None:
    lines = causes.particulars({"messages": ["El tercero <b>no</b> existe"]})
    assert lines == ("Mensaje: «El tercero <b>no</b> existe»",)


def test_a_difference_names_both_values_as_amounts() -> None:
    (_kind, _cause, data), *_rest = ways(11)
    assert causes.particulars(data) == ("Total: Alojamientos dice «$ 261.000,00»; Pymes dice «$ 216.000,00»",)
    assert Decimal(data["differences"][0]["pms"]) == Decimal(261_000)


def test_what_could_not_be_read_is_said_as_it_came() -> None:
    assert causes.particulars({"fields": "prefijo: falta"}) == ("No se entiende: prefijo: falta",)
    assert causes.particulars({"fields": ["prefix", "last"]}) == ("No coincide: Prefijo, Hasta",)


def test_a_detail_without_words_of_its_own_is_silent() -> None:
    assert causes.particulars({"attempts": 3}) == ()


@pytest.mark.parametrize(("value", "words"), [("2026-01-15", "15/01/2026"), ("", "(vacío)"), ("FE-2026", "FE-2026")])
def test_a_compared_value_is_written_for_a_person(value: str, words: str) -> None:
    assert numbering.value_words(value) == words
