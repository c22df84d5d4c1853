"""Values turned into words, amounts and dates, for screen, console and reports alike; it decides nothing.

Spanish (es_CO) is the source language: a message *is* its Spanish text. English comes from ``resources/i18n/en.po``,
read directly so that no compiled catalogue can be older than its source.
"""

import gettext
import io
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from app.model.clock import BOGOTA

LANGUAGES: Final = ("es", "en")
OWN_NAMES: Final = {"es": "Español", "en": "English"}
"""Each language is named in itself: whoever looks for theirs reads no other."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = LANGUAGES[0]


def speak(language: str) -> None:
    """Choose the language of everything said from now on; an unknown one falls back to Spanish."""
    global _catalogue, _language
    _language = language if language in LANGUAGES else LANGUAGES[0]
    _catalogue = gettext.NullTranslations() if _language == LANGUAGES[0] else _load(_language)


def language() -> str:
    """Return the language that is spoken now."""
    return _language


def spoken() -> tuple[str, ...]:
    """Return the languages that can be chosen: those whose catalogue is there."""
    folder = files("resources") / "i18n"
    return tuple(name for name in LANGUAGES if name == LANGUAGES[0] or (folder / f"{name}.po").is_file())


@cache
def _load(language: str) -> gettext.NullTranslations:
    # Only English needs them: the source language has no catalogue.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = files("resources") / "i18n" / f"{language}.po"
    compiled = io.BytesIO()
    with source.open("rb") as po:
        write_mo(compiled, read_po(po, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(message: str) -> str:
    """Return ``message`` in the chosen language; placeholders are filled by the caller with ``.format``."""
    return _catalogue.gettext(message)


def N_(message: str) -> str:
    """Mark a message for translation where it stands before the language is chosen; whoever shows it calls ``_``."""
    return message


def plural(one: str, many: str, n: int) -> str:
    """Return the form that fits ``n``, with ``{n}`` filled in by the caller."""
    return _catalogue.ngettext(one, many, n)


def money(amount: Decimal, currency: str = "COP") -> str:
    """Write an amount as Colombians do, ``$ 1.234.567,89``.

    Another currency is named by its code. Never rounds pesos away.
    """
    sign = "-" if amount < 0 else ""
    grouped = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{sign}$ {grouped}" if currency == "COP" else f"{sign}{currency} {grouped}"


def whole(number: int) -> str:
    """Write a count with Colombian thousands, ``1.234``. Not for document numbers, which are names."""
    return f"{number:,}".replace(",", ".")


def day(value: date | datetime) -> str:
    """Write a day as ``23/11/2026``, in Bogotá for a moment."""
    if isinstance(value, datetime):
        value = value.astimezone(BOGOTA).date()
    return value.strftime("%d/%m/%Y")


def hour(moment: datetime) -> str:
    """Write the Bogotá time of a moment as ``14:05``."""
    return moment.astimezone(BOGOTA).strftime("%H:%M")


def when(moment: datetime, now: datetime) -> str:
    """Write a moment as people say it: the hour today, else day and hour; always Bogotá."""
    if day(moment) == day(now):
        return hour(moment)
    return f"{day(moment)} {hour(moment)}"
