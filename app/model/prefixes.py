"""Prefixes that can be taken for one another: each range may be right, and the printed number still say two things.

Nothing here blocks: the DIAN authorised the ranges. A person should know before the first guest complains.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import combinations
from typing import Final

from app.model.documents import Family
from app.model.numbering import Field, Numbering
from app.model.value import Value


class Ambiguity(StrEnum):
    """Why a prefix, or two, can be misread."""

    JOINED = "joined"
    """Two ranges print the same text: FE1 + 23 = FE + 123."""
    LOOK_ALIKE = "look-alike"
    """Two prefixes differ only in letters and digits that look alike: O and 0, I and 1…"""
    ENDS_IN_DIGIT = "ends-in-digit"
    """Nobody sees where the prefix ends and the number begins."""
    SAME_PREFIX = "same-prefix"
    """Two families share it: a reference that names only the number may mean either."""
    OVERLAP = "overlap"
    """Two authorisations of one prefix hold the same numbers, as a habilitación and its first range do."""
    LOWER_CASE = "lower-case"
    """Systems differ in how they write it."""


class PrefixWarning(Value):
    """One ambiguity, and what it is about."""

    kind: Ambiguity
    prefixes: tuple[str, ...]
    families: tuple[Family, ...]
    example: str = ""
    """A number that shows it."""


_LOOK_ALIKE: Final = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "G": "6"})


def prefix_warnings(numberings: Iterable[Numbering], spelled: Iterable[Numbering] = ()) -> tuple[PrefixWarning, ...]:
    """Return every ambiguity in a set of ranges, one numbering for each range.

    ``spelled`` adds how other systems write the same ranges: only their spelling counts, for a number typed wrong is
    the affair of the proof.
    """
    stated = list(numberings)
    ranges = list({(one.family, _prefix(one), one.first, one.last): one for one in stated}.values())
    found: list[PrefixWarning] = []
    for one in ranges:
        if _prefix(one)[-1:].isdigit():
            found.append(_warning(Ambiguity.ENDS_IN_DIGIT, f"{_prefix(one)}{one.first}", one))
    for one in (*stated, *spelled):
        if one.prefix != one.prefix.upper():
            warning = PrefixWarning(kind=Ambiguity.LOWER_CASE, prefixes=(one.prefix.strip(),), families=(one.family,))
            found.append(warning)
    for one, other in combinations(ranges, 2):
        found += _between(one, other)
    return tuple(dict.fromkeys(found))


def joined_number(one: Numbering, other: Numbering) -> str | None:
    """Return a number that both ranges print although their prefixes differ; ``None`` where there is none."""
    short, long = sorted((one, other), key=lambda numbering: len(_prefix(numbering)))
    digits = _prefix(long)[len(_prefix(short)) :]
    # A consecutive has no zeros in front, so that a prefix of the digits 0… can never be one.
    if not _prefix(long).startswith(_prefix(short)) or not digits.isdigit() or digits.startswith("0"):
        return None
    for length in range(1, len(str(long.last)) + 1):
        shift = int(digits) * 10**length
        lowest = max(long.first, 10 ** (length - 1) if length > 1 else 0, short.first - shift)
        highest = min(long.last, 10**length - 1, short.last - shift)
        if lowest <= highest:
            return f"{_prefix(long)}{lowest}"
    return None


def _between(one: Numbering, other: Numbering) -> Iterator[PrefixWarning]:
    if _prefix(one) != _prefix(other):
        if (example := joined_number(one, other)) is not None:
            yield _warning(Ambiguity.JOINED, example, one, other)
        if _prefix(one).translate(_LOOK_ALIKE) == _prefix(other).translate(_LOOK_ALIKE):
            yield _warning(Ambiguity.LOOK_ALIKE, "", one, other)
        return
    first, last = max(one.first, other.first), min(one.last, other.last)
    if one.family is not other.family:
        yield _warning(Ambiguity.SAME_PREFIX, f"{_prefix(one)}{first}" if first <= last else "", one, other)
    elif first <= last:
        yield _warning(Ambiguity.OVERLAP, f"{_prefix(one)}{first}", one, other)


def _prefix(numbering: Numbering) -> str:
    return numbering.value_of(Field.PREFIX)


def _warning(kind: Ambiguity, example: str, *numberings: Numbering) -> PrefixWarning:
    pairs = sorted({(_prefix(one), one.family) for one in numberings})
    return PrefixWarning(
        kind=kind,
        prefixes=tuple(dict.fromkeys(prefix for prefix, _family in pairs)),
        families=tuple(dict.fromkeys(family for _prefix_, family in pairs)),
        example=example,
    )
