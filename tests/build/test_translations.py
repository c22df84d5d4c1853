"""The English catalogue says everything that the code says, with the same placeholders."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from app.texts import _, plural, speak

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_text_is_without_english(translations: ModuleType) -> None:
    assert translations.missing(translations.updated()) == []


def test_placeholders_survive_translation(translations: ModuleType) -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{[^{}]*\}|%\(\w+\)s", text))

    wrong = []
    for message in translations.updated():
        if not message.id:
            continue
        pairs = (
            zip(message.id, message.string, strict=True)
            if isinstance(message.id, tuple)
            else [(message.id, message.string)]
        )
        wrong += [(ours, theirs) for ours, theirs in pairs if holes(ours) != holes(theirs)]
    assert wrong == []


def test_spoken_language_changes_and_falls_back() -> None:
    try:
        speak("en")
        assert _("Documentos") == "Documents"
        assert plural("{n} documento", "{n} documentos", 1).format(n=1) == "1 document"
        assert _("un texto que nadie tradujo") == "un texto que nadie tradujo"
    finally:
        speak("es")
    assert _("Documentos") == "Documentos"
