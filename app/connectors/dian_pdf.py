"""Form 1876 as PDF, read into our value or refused with the reason. What it authorises is for a person to confirm.

The layout is the one that public parsers describe (facts/dian.md 1.5): no public sample exists, so that a value which
is not surely where it belongs is refused rather than guessed.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from stdnum.co import nit as stdnum_nit

from app.connectors.form_labels import Label, Line, labelled, place_of, read_box
from app.connectors.form_rows import rows_of
from app.connectors.pdf_words import LARGEST, SECONDS, Page, Unreadable, Word, pages_of
from app.model.clock import BOGOTA
from app.model.form1876 import Form1876, FormError, FormRefusal, PageSize, Printed, plain

_FEWEST_LETTERS: Final = 40
"""Less than that is a stamp on a scan."""
_TITLE_1876: Final = re.compile(r"autorizacion (?:de )?(?:la )?numeracion (?:de |para )?facturacion")
_TITLE_1302: Final = re.compile(r"solicitud (?:sobre|de) (?:autorizacion de )?numeracion de facturacion")
_RESOLUTION: Final = re.compile(r"(?:1876)?(1876\d{7,10})")
_MOMENT: Final = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})(?:[/T-]?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:([ap])\.?m\.?)?)?", re.IGNORECASE
)
_NIT: Final = re.compile(r"\d{5,10}")


def read_form1876_file(path: Path) -> Form1876 | FormRefusal:
    """Read a file; never raises for what is in it."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return FormRefusal(file=path.name, error=FormError.NO_FILE, detail=error.strerror or "")
    return read_form1876(data, path.name)


def read_form1876(data: bytes, name: str, *, seconds: float = SECONDS) -> Form1876 | FormRefusal:
    """Read the content of a file; never raises for what is in it. Takes half a second, so not in the UI's thread."""
    try:
        return form_of(pages_of(data, seconds=seconds), name)
    except Unreadable as problem:
        return FormRefusal(file=name, error=problem.error, detail=problem.detail)


def form_of(pages: Sequence[Page], name: str) -> Form1876:
    """Return the form that the words of a PDF make; raises ``Unreadable``."""
    _refuse_strangers(pages)
    by_page = labelled(pages)
    lines = [line for page in by_page for line in page]
    nit = _nit(lines)
    return Form1876(
        file=name,
        resolution=_only(lines, Label.RESOLUTION, _resolution),
        formalised_at=_only(lines, Label.FORMALISED, _moment),
        nit=nit[0],
        check_digit=nit[1],
        name=_name(lines),
        rows=rows_of(by_page) or _none(),
        pages=tuple(PageSize(width=page.width, height=page.height) for page in pages),
    )


def _none() -> tuple[()]:
    raise Unreadable(FormError.NO_ROWS)


def _refuse_strangers(pages: Sequence[Page]) -> None:
    words = [word for page in pages for line in page.lines for word in line]
    if sum(len(word.text) for word in words) < _FEWEST_LETTERS:
        raise Unreadable(FormError.NO_TEXT)
    text = plain(" ".join(word.text for word in words))
    by_line = [plain(" ".join(word.text for word in line)) for page in pages for line in page.lines]
    if any(_TITLE_1876.search(line) for line in by_line) or _TITLE_1876.search(text):
        return
    if any(_TITLE_1302.search(line) for line in by_line) or re.search(r"(?<!\S)1302(?!\S)", text):
        raise Unreadable(FormError.FORM_1302)
    if not re.search(r"(?<!\S)1876(?!\S)", text):
        raise Unreadable(FormError.OTHER_FORM)


def _only(lines: Sequence[Line], label: Label, accept: Callable[[tuple[Word, ...]], object | None]) -> Printed[Any]:
    """Return the one value of a box that may be printed on every page; raises where pages differ."""
    found: dict[object, Printed[Any]] = {}
    for at, line in enumerate(lines):
        if line.label(label) is None:
            continue
        for words in read_box(lines[at : at + 12], label, lambda words: words if accept(words) is not None else None):
            value = accept(words)
            found.setdefault(
                value,
                Printed(value=value, place=place_of(words, line.page), text=" ".join(word.text for word in words)),
            )
            break
    if not found:
        raise Unreadable(FormError.MISSING_FIELD, label.value)
    if len(found) > 1:
        raise Unreadable(FormError.SEVERAL_FORMS, ", ".join(str(value) for value in found))
    return next(iter(found.values()))


def _resolution(words: tuple[Word, ...]) -> str | None:
    match = _RESOLUTION.fullmatch("".join(word.text for word in words))
    return match[1] if match else None


def _moment(words: tuple[Word, ...]) -> datetime | None:
    match = _MOMENT.match("".join(word.text for word in words))
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    hour, minute, second = (int(match[n] or 0) for n in (4, 5, 6))
    half = (match[7] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime.combine(datetime(year, month, day), time(hour, minute, second), BOGOTA)
    except ValueError:
        return None


def _nit(lines: Sequence[Line]) -> tuple[Printed[str], Printed[str] | None]:
    """Return boxes 5 and 6; where the check digit stands in the NIT's own box it is taken off by what it must be."""
    stated = _only(lines, Label.NIT, _digits_of_nit)
    try:
        digit = _only(lines, Label.CHECK_DIGIT, _one_digit)
    except Unreadable:
        digit = None
    text = str(stated.value)
    bare, hyphen, tail = text.partition("-")
    if hyphen:
        return _changed(stated, bare), _changed(stated, tail)
    if digit is None and len(text) == 10 and stdnum_nit.calc_check_digit(text[:9]) == text[9]:
        return _changed(stated, text[:9]), _changed(stated, text[9])
    return stated, digit


def _changed(printed: Printed[str], value: str) -> Printed[str]:
    return printed.model_copy(update={"value": value})


def _digits_of_nit(words: tuple[Word, ...]) -> str | None:
    text = re.sub(r"[.,\s]", "", "".join(word.text for word in words))
    match = re.match(r"\d{5,10}-\d$|\d{5,10}$", text)
    return match[0] if match else None


def _one_digit(words: tuple[Word, ...]) -> str | None:
    text = "".join(word.text for word in words).lstrip("-")
    return text if re.fullmatch(r"\d", text) else None


def _name(lines: Sequence[Line]) -> Printed[str] | None:
    """Return box 11, or of a person boxes 9, 10, 7 and 8."""
    if (company := _texts(lines, Label.NAME)) is not None:
        return company
    boxes = (Label.FIRST_NAME, Label.OTHER_NAMES, Label.SURNAME, Label.SECOND_SURNAME)
    parts = [part for label in boxes if (part := _texts(lines, label)) is not None]
    if not parts:
        return None
    places = [part.place for part in parts]
    return Printed(
        value=" ".join(part.value for part in parts),
        place=places[0].model_copy(
            update={
                "x0": min(place.x0 for place in places),
                "y0": min(place.y0 for place in places),
                "x1": max(place.x1 for place in places),
                "y1": max(place.y1 for place in places),
            }
        ),
        text=" ".join(part.text for part in parts),
    )


def _texts(lines: Sequence[Line], label: Label) -> Printed[str] | None:
    for line in lines:
        if line.label(label) is not None:
            found = next(read_box([one for one in lines if one.page == line.page], label, _letters), None)
            if found is not None:
                text = " ".join(word.text for word in found)
                return Printed(value=text, place=place_of(found, line.page), text=text)
    return None


def _letters(words: tuple[Word, ...]) -> tuple[Word, ...] | None:
    return words if any(letter.isalpha() for word in words for letter in word.text) else None
