"""The printed labels of Form 1876 and what stands beside or below them. Rows of the table are ``form_rows``' affair.

Labels are found by their words, the box number where it is printed; a file that tells its text column by column, or
letter by letter, makes no difference, because only places count.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from app.connectors.pdf_words import Page, Word
from app.model.form1876 import Place, plain

T = TypeVar("T")

_REACH: Final = 34.0
"""Points below a label where its value may stand."""
_SLACK: Final = 6.0
"""A box may begin a little left of its label."""


class Label(StrEnum):
    """The boxes that are read, and those that only end another's."""

    RESOLUTION = "4"
    NIT = "5"
    CHECK_DIGIT = "6"
    SURNAME = "7"
    SECOND_SURNAME = "8"
    FIRST_NAME = "9"
    OTHER_NAMES = "10"
    NAME = "11"
    OFFICE = "12"
    ESTABLISHMENT = "29"
    MODALITY = "30"
    PREFIX = "31"
    FIRST = "32"
    LAST = "33"
    MONTHS = "34"
    REQUEST = "35"
    FORMALISED = "997"
    CODE = "cod"
    OTHER = "other"


_WORDS: Final = {
    Label.RESOLUTION: r"numero de(?:l)? formulario",
    Label.NIT: r"numero de identificacion(?: tributaria)?(?: ?\(?nit\)?)?|nit(?=\s|$|:)",
    Label.CHECK_DIGIT: r"d\.? ?v\.?(?=\s|$|:)|digito de verificacion",
    Label.SURNAME: r"primer apellido",
    Label.SECOND_SURNAME: r"segundo apellido",
    Label.FIRST_NAME: r"primer nombre",
    Label.OTHER_NAMES: r"otros nombres",
    Label.NAME: r"(?:nombres? o )?razon social",
    Label.OFFICE: r"direccion seccional",
    Label.ESTABLISHMENT: r"establecimiento",
    Label.MODALITY: r"modalidad",
    Label.PREFIX: r"prefijo",
    Label.FIRST: r"desde(?: (?:el )?(?:numero|no\.?|n\.?[°º]))?",
    Label.LAST: r"hasta(?: (?:el )?(?:numero|no\.?|n\.?[°º]))?",
    Label.MONTHS: r"vigencia(?: ?\(?(?:en )?meses\)?)?",
    Label.REQUEST: r"tipo(?: de)?(?: solicitud)?",
    Label.FORMALISED: r"fecha (?:de )?formalizacion",
    Label.CODE: r"cod(?:igo|\.)?(?=\s|$)",
}
_LABELS: Final = [
    (label, re.compile(rf"(?<!\S)(?P<box>{label.value}\. ?)?(?:{words})(?=\s|$|[:.,(])\.?:?"))
    for label, words in _WORDS.items()
]
_NUMBERED: Final = re.compile(r"(?<!\S)\d{1,3}\. ?(?=[a-z])")


class Found(NamedTuple):
    """A label on a line: its words are ``line[start:end]``."""

    label: Label
    start: int
    end: int
    x0: float


class Line(NamedTuple):
    """A line of a page with its labels, from the left."""

    page: int
    words: tuple[Word, ...]
    labels: tuple[Found, ...]

    @property
    def y0(self) -> float:
        return min(word.y0 for word in self.words)

    @property
    def y1(self) -> float:
        return max(word.y1 for word in self.words)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def free(self) -> tuple[Word, ...]:
        """The words that belong to no label that is read."""
        taken = {at for found in self.labels for at in range(found.start, found.end)}
        return tuple(word for at, word in enumerate(self.words) if at not in taken)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def label(self, wanted: Label) -> Found | None:
        return next((found for found in self.labels if found.label is wanted), None)


def labelled(pages: Sequence[Page]) -> list[list[Line]]:
    """Return the lines of each page with their labels."""
    return [
        [Line(number, words, tuple(_labels(words))) for words in page.lines] for number, page in enumerate(pages, 1)
    ]


def _labels(words: tuple[Word, ...]) -> Iterator[Found]:
    texts = [plain(word.text) for word in words]
    starts = [sum(len(text) + 1 for text in texts[:at]) for at in range(len(texts))]
    line = " ".join(texts)

    def word_at(offset: int) -> int:
        return max(at for at, start in enumerate(starts) if start <= offset)

    taken: dict[int, Found] = {}
    for label, pattern in _LABELS:
        for match in pattern.finditer(line):
            first, last = word_at(match.start()), word_at(match.end() - 1)
            # Values are printed in capitals, and a hotel may be called «Prefijo»: only a box number is beyond doubt.
            printed = "".join(word.text for word in words[first : last + 1])
            if match["box"] is None and printed.isupper() and label not in (Label.CHECK_DIGIT, Label.NIT):
                continue
            if any(at in taken for at in range(first, last + 1)):
                continue
            found = Found(label, first, last + 1, words[first].x0)
            taken |= dict.fromkeys(range(first, last + 1), found)
    for match in _NUMBERED.finditer(line):
        at = word_at(match.start())
        if at not in taken:
            taken[at] = Found(Label.OTHER, at, at + 1, words[at].x0)
    yield from sorted(set(taken.values()), key=lambda found: found.x0)


def read_box(lines: Sequence[Line], label: Label, accept: Callable[[tuple[Word, ...]], T | None]) -> Iterator[T]:
    """Return what ``accept`` makes of the words of each box with this label: those beside it, else those below."""
    for at, line in enumerate(lines):
        for found in line.labels:
            if found.label is label:
                for words in _candidates(lines, at, found):
                    if (value := accept(words)) is not None:
                        yield value
                        break


def _candidates(lines: Sequence[Line], at: int, found: Found) -> Iterator[tuple[Word, ...]]:
    line = lines[at]
    next_x = min((other.x0 for other in line.labels if other.x0 > found.x0), default=float("inf"))
    yield tuple(word for word in line.words[found.end :] if word.x0 < next_x and word in line.free)
    label_y = line.words[found.start].y1
    for below in lines[at + 1 :]:
        if below.page != line.page or below.y0 - label_y > _REACH:
            return
        if any(found.x0 - _SLACK <= other.x0 < next_x - _SLACK for other in below.labels):
            return
        words = tuple(word for word in below.words if found.x0 - _SLACK <= word.middle < next_x - 1)
        if words:
            yield words


def place_of(words: Sequence[Word], page: int) -> Place:
    """Return the box around some words."""
    return Place(
        page=page,
        x0=min(word.x0 for word in words),
        y0=min(word.y0 for word in words),
        x1=max(word.x1 for word in words),
        y1=max(word.y1 for word in words),
    )
