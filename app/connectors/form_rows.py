"""The table of Form 1876, boxes 29 to 35: its rows, in whatever order and over however many pages it is printed.

A row is read twice, by the columns of its header and by the order of its words; where the two disagree, or neither is
sure, the row is refused and named, because a number read wrong is worse than one typed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from app.connectors.form_labels import Label, Line, place_of
from app.connectors.pdf_words import Unreadable, Word
from app.model.form1876 import FormError, FormRow, Modality, Printed, Request, plain

_TITLE: Final = re.compile(r"\bnumeracion (?:de|para) facturacion\b")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+|\d{1,9}")
_PREFIX: Final = re.compile(r"[0-9A-Za-z]{1,4}")
_NO_PREFIX: Final = re.compile(r"[-–—_.]+")
_REQUESTS: Final = {
    "autorizacion": Request.AUTORIZACION,
    "habilitacion": Request.HABILITACION,
    "inhabilitacion": Request.INHABILITACION,
}
_MODALITIES: Final = (
    (re.compile(r"\bsoporte\b"), Modality.DOCUMENTO_SOPORTE),
    (re.compile(r"\bp\.? ?o\.? ?s\b"), Modality.POS),
    (re.compile(r"\b(?:talonario|papel|contingencia)\b"), Modality.TALONARIO),
    (re.compile(r"\bcomputador\b"), Modality.COMPUTADOR),
    (re.compile(r"\bfactura(?:cion)? electronica\b"), Modality.FACTURA_ELECTRONICA),
)
_MODALITY_WORD: Final = re.compile(
    r"factura(?:cion)?|electronic[ao]|venta|soporte|talonario|papel|contingencia|computador|p\.?o\.?s\.?"
    r"|d\.?e\.?/?p\.?o\.?s\.?"
)
_SLACK: Final = 4.0
_MOST_MONTHS: Final = 24
_MOST_ROWS: Final = 300
_LONGEST_DETAIL: Final = 90


class _Cells(NamedTuple):
    """The words of one row by its boxes."""

    code: tuple[Word, ...]
    prefix: tuple[Word, ...]
    first: tuple[Word, ...]
    last: tuple[Word, ...]
    months: tuple[Word, ...]
    request_code: tuple[Word, ...]

    @property
    def meaning(self) -> tuple[str, int, int, int] | None:
        """What the row says; ``None`` where a box does not hold what it must."""
        numbers = [_number(words) for words in (self.first, self.last, self.months)]
        prefix = _joined(self.prefix)
        if _NO_PREFIX.fullmatch(prefix):
            prefix = ""
        if any(number is None for number in numbers) or (prefix and not _PREFIX.fullmatch(prefix)):
            return None
        first, last, months = (number for number in numbers if number is not None)
        if not (0 < first <= last <= 999_999_999 and 0 < months <= _MOST_MONTHS):
            return None
        return prefix, first, last, months


class _Header(NamedTuple):
    """Where the columns begin; ``establishment`` is a column in some layouts and a line of its own in others."""

    starts: dict[str, float]

    def is_overprinted(self, words: Sequence[Word], label: Label) -> bool:
        """Say whether a word runs from an earlier column into this one: what this one holds is then part of it."""
        start = self.starts.get(label.value)
        return start is not None and any(word.x0 < start - _SLACK and word.x1 > start + _SLACK for word in words)

    def cells(self, words: Sequence[Word]) -> dict[str, tuple[Word, ...]]:
        """Sort the words of a line into columns; those left of all columns come under an empty name."""
        found: dict[str, list[Word]] = {}
        for word in words:
            before = [(x0, name) for name, x0 in self.starts.items() if x0 - _SLACK <= word.middle]
            found.setdefault(max(before)[1] if before else "", []).append(word)
        return {name: tuple(words) for name, words in found.items()}


_COLUMNS: Final = (Label.MODALITY, Label.PREFIX, Label.FIRST, Label.LAST, Label.MONTHS, Label.REQUEST)
_NEEDED: Final = {Label.MODALITY.value, Label.FIRST.value, Label.LAST.value, Label.MONTHS.value, Label.REQUEST.value}
_REQUEST_CODE: Final = "request-code"


def rows_of(pages: Sequence[Sequence[Line]]) -> tuple[FormRow, ...]:
    """Return the rows of all pages; raises ``Unreadable`` with the first that cannot be read with certainty."""
    rows: dict[tuple[object, ...], FormRow] = {}
    header: _Header | None = None
    for lines in pages:
        establishment: Printed[str] | None = None
        for at, line in enumerate(lines):
            if (stated := _header_of(line)) is not None:
                header = stated if Label.MODALITY.value in stated.starts or header is None else _joint(header, stated)
            elif line.label(Label.ESTABLISHMENT) is not None:
                establishment = _establishment(lines, at) or establishment
            elif _is_row(line, header is not None):
                row = _row(lines, at, header, establishment)
                key = (row.modality.value, row.stated_prefix, row.first.value, row.last.value, row.request.value)
                if rows.setdefault(key, row).months.value != row.months.value:
                    # The same range twice with two ends: which of them holds, nobody can tell from the paper.
                    raise _bad(line)
                if len(rows) > _MOST_ROWS:
                    raise Unreadable(FormError.UNSAFE)
    return tuple(rows.values())


def _header_of(line: Line) -> _Header | None:
    """Read a line of labels; in running text «desde» and «hasta» are no labels."""
    starts = {found.label.value: found.x0 for found in line.labels if found.label in _COLUMNS}
    if Label.MODALITY.value not in starts and len(starts) < 3:
        return None
    request = starts.get(Label.REQUEST.value)
    for found in line.labels:
        if found.label is Label.CODE:
            starts[_REQUEST_CODE if request is not None and found.x0 > request else Label.CODE.value] = found.x0
        elif found.label is Label.ESTABLISHMENT:
            starts[Label.ESTABLISHMENT.value] = found.x0
    return _Header(starts)


def _joint(header: _Header, more: _Header) -> _Header:
    return _Header(header.starts | more.starts)


def _is_row(line: Line, in_table: bool) -> bool:
    texts = [plain(word.text) for word in line.words]
    if _TITLE.search(" ".join(texts)):
        return False
    numbers = sum(_NUMBER.fullmatch(text) is not None for text in texts)
    asks = any(text in _REQUESTS for text in texts)
    names = any(_MODALITY_WORD.fullmatch(text) and word.text.isupper() for text, word in _pairs(line))
    return numbers > 0 and ((asks and (names or numbers >= 2)) or (names and in_table and numbers >= 2))


def _pairs(line: Line) -> Iterator[tuple[str, Word]]:
    return ((plain(word.text), word) for word in line.words)


def _row(lines: Sequence[Line], at: int, header: _Header | None, above: Printed[str] | None) -> FormRow:
    line = lines[at]
    columns = header.cells(line.words) if header else {}
    by_order, certain = _by_order(line)
    request = next((word for text, word in _pairs(line) if text in _REQUESTS), None)
    # Where the row was not set under its header, as in a text printed in one piece, the columns say nothing.
    fits = header is not None and header.starts.keys() >= _NEEDED and request in columns.get(Label.REQUEST.value, ())
    by_column = _by_column(columns) if fits else None
    if by_order is None or by_order.meaning is None:
        cells = by_column
    elif certain or by_column is None or by_column.meaning == by_order.meaning:
        cells = by_order
    else:
        cells = None
    modality_words = _modality_words(lines, at, header if fits else None)
    if cells is None or (meaning := cells.meaning) is None or request is None or not modality_words:
        raise _bad(line)
    prefix, first, last, months = meaning
    if not prefix and header is not None and fits and header.is_overprinted(line.words, Label.PREFIX):
        raise _bad(line)
    return FormRow(
        establishment=_own_establishment(columns, line) or above,
        modality=_printed(_modality(modality_words), modality_words, line.page),
        modality_code=_text(cells.code, line.page),
        prefix=_printed(prefix, cells.prefix, line.page) if prefix else None,
        first=_printed(first, cells.first, line.page),
        last=_printed(last, cells.last, line.page),
        months=_printed(months, cells.months, line.page),
        request=_printed(_REQUESTS[plain(request.text)], (request,), line.page),
        request_code=_text(cells.request_code, line.page),
    )


def _by_column(columns: dict[str, tuple[Word, ...]]) -> _Cells:
    def numeric(*names: str) -> tuple[Word, ...]:
        return tuple(word for name in names for word in columns.get(name, ()) if word.text.isdigit())

    return _Cells(
        code=numeric(Label.CODE.value, *(() if Label.CODE.value in columns else (Label.MODALITY.value,))),
        prefix=columns.get(Label.PREFIX.value, ()),
        first=columns.get(Label.FIRST.value, ()),
        last=columns.get(Label.LAST.value, ()),
        months=columns.get(Label.MONTHS.value, ()),
        request_code=numeric(_REQUEST_CODE, Label.REQUEST.value),
    )


def _by_order(line: Line) -> tuple[_Cells | None, bool]:
    """Read the row by the order of its words; beside it, whether every box is there so that nothing is left open."""
    texts = [plain(word.text) for word in line.words]
    asked = next((at for at, text in enumerate(texts) if text in _REQUESTS), None)
    named = max((at for at, text in enumerate(texts) if _MODALITY_WORD.fullmatch(text)), default=None)
    if asked is None or named is None or asked <= named:
        return None, False
    before, after = line.words[named + 1 : asked], line.words[asked + 1 :]
    if len(before) < 3 or len(after) > 2 or not all(word.text.isdigit() for word in after):
        return None, False
    code: tuple[Word, ...] = before[:1]
    rest: tuple[Word, ...] = before[1:]
    if not code[0].text.isdigit() or len(code[0].text) > 2:
        return None, False
    # The months stand last in some layouts.
    months = after[1:] if len(after) == 2 else rest[-1:]
    rest = rest if len(after) == 2 else rest[:-1]
    if len(rest) not in (2, 3):
        return None, False
    prefix, first, last = rest[:-2], rest[-2:-1], rest[-1:]
    return _Cells(code, prefix, first, last, months, after[:1]), len(rest) == 3 and len(after) > 0


def _modality_words(lines: Sequence[Line], at: int, header: _Header | None) -> tuple[Word, ...]:
    """Return the words of the modality, those too that were wrapped to a line above or below."""
    line = lines[at]
    if header is None or Label.MODALITY.value not in header.starts:
        return _modality_run(line)
    found = [*_in_modality(line, header)]
    height = line.y1 - line.y0
    for step in (-1, 1):
        near = at + step
        if 0 <= near < len(lines) and abs(lines[near].middle - line.middle) <= 1.7 * height:
            other = lines[near]
            wrapped = tuple(_in_modality(other, header))
            if not other.labels and wrapped and _is_wrapped(lines, near, at, header):
                found[0 if step < 0 else len(found) : 0 if step < 0 else len(found)] = wrapped
    return tuple(found) or _modality_run(line)


def _is_wrapped(lines: Sequence[Line], near: int, at: int, header: _Header) -> bool:
    """Say whether a line holds nothing but more of the row's modality or establishment, and no row is nearer to it."""
    names = header.cells(lines[near].words).keys()
    beyond = 2 * near - at
    is_nearest = (
        not 0 <= beyond < len(lines)
        or not _is_row(lines[beyond], True)
        or abs(lines[beyond].middle - lines[near].middle) >= abs(lines[at].middle - lines[near].middle)
    )
    return names <= {Label.MODALITY.value, Label.ESTABLISHMENT.value, ""} and is_nearest


def _in_modality(line: Line, header: _Header) -> Iterator[Word]:
    cells = header.cells(line.words)
    for name in (Label.MODALITY.value, Label.CODE.value):
        yield from (word for word in cells.get(name, ()) if not word.text.isdigit() and word.text.isupper())


def _modality_run(line: Line) -> tuple[Word, ...]:
    """Return the words from the first to the last that can name a modality."""
    named = [at for at, (text, _word) in enumerate(_pairs(line)) if _MODALITY_WORD.fullmatch(text)]
    start = min(named, default=0)
    if start and plain(line.words[start - 1].text) in ("documento", "sistema", "tiquete"):
        start -= 1
    return line.words[start : max(named) + 1] if named else ()


def _modality(words: Sequence[Word]) -> Modality:
    text = " ".join(plain(word.text) for word in words)
    return next((modality for pattern, modality in _MODALITIES if pattern.search(text)), Modality.OTHER)


def _own_establishment(columns: dict[str, tuple[Word, ...]], line: Line) -> Printed[str] | None:
    words = columns.get(Label.ESTABLISHMENT.value, ())
    return _printed(" ".join(word.text for word in words), words, line.page) if words else None


def _establishment(lines: Sequence[Line], at: int) -> Printed[str] | None:
    """Return what stands beside the label, else on the line below it."""
    label = lines[at].label(Label.ESTABLISHMENT)
    assert label is not None
    words = tuple(word for word in lines[at].words[label.end :] if word in lines[at].free)
    if not words and at + 1 < len(lines) and not lines[at + 1].labels and not _is_row(lines[at + 1], True):
        words = lines[at + 1].words
    if not any(letter.isalpha() for word in words for letter in word.text):
        return None
    return _printed(" ".join(word.text for word in words), words, lines[at].page)


def _number(words: Sequence[Word]) -> int | None:
    text = _joined(words)
    return int(re.sub(r"[,.]", "", text)) if _NUMBER.fullmatch(text) else None


def _joined(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)


def _text(words: Sequence[Word], page: int) -> Printed[str] | None:
    return _printed(_joined(words), words, page) if words else None


def _printed(value: object, words: Sequence[Word], page: int) -> Printed[Any]:
    return Printed(value=value, place=place_of(words, page), text=" ".join(word.text for word in words))


def _bad(line: Line) -> Unreadable:
    shown = "".join(letter if letter.isprintable() else "?" for letter in line.text)
    return Unreadable(FormError.BAD_ROW, f"p. {line.page}: {shown[:_LONGEST_DETAIL]}")
