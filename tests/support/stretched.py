"""A language that nobody speaks and no person is offered: every text four tenths longer, as in German or Finnish."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

from app import texts

_SHARE = 0.4
_WORD = "ñandú"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def longer(text: str) -> str:
    """Return ``text`` with words behind it that make it four tenths longer; placeholders do not count."""
    wanted = round(len(_PLACEHOLDER.sub("", text)) * _SHARE)
    if wanted < 1:
        return text
    end = text[-1] if text[-1] in ".:!?…" else ""
    filling = " ".join([_WORD] * (wanted // len(_WORD) + 1))[: max(wanted, 1)].rstrip()
    # A short label becomes one longer word, as a compound would be.
    glue = " " if len(text) > 8 and len(filling) > 2 else ""
    return f"{text[: len(text) - len(end)]}{glue}{filling}{end}"


class _Stretched(gettext.NullTranslations):
    def __init__(self, inner: gettext.NullTranslations) -> None:
        super().__init__()
        self._inner = inner

    def gettext(self, message: str) -> str:
        return longer(self._inner.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return longer(self._inner.ngettext(msgid1, msgid2, n))


@contextmanager
def stretched(on: bool = True) -> Iterator[None]:
    """Have everything that is said meanwhile be longer, in whatever language is chosen."""
    if not on:
        yield
        return
    speak, former = texts.speak, texts._catalogue

    def speak_longer(language: str) -> None:
        speak(language)
        texts._catalogue = _Stretched(texts._catalogue)

    texts.speak = speak_longer
    texts._catalogue = _Stretched(former)
    try:
        yield
    finally:
        texts.speak = speak
        texts._catalogue = former
