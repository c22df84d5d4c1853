"""Numbering and its proof.

Does each system say the same of one range? Reading the systems is ``connectors``' affair.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from app.model.documents import DocumentKey, Family
from app.model.value import Value

APPLIES_TO_PMS: Final = "Facturas cargadas por Venta Externa No POS"
"""The option of «Aplica a» that the guide demands (facts/loggro.md 5.2)."""


class System(StrEnum):
    """Who speaks: a column of the proof."""

    PMS = "pms"
    PYMES = "pymes"
    DIAN = "dian"


class Source(StrEnum):
    """How a value came to us; the screen names it."""

    READ = "read"
    """Read from the system just now."""
    TYPED = "typed"
    """Typed by a person from that system's screen or from a Form 1876 on paper."""
    DOCUMENT = "document"
    """Taken from a document that the DIAN accepted."""
    FORM = "form"
    """Read from the PDF of Form 1876."""


class Field(StrEnum):
    """What must agree; a row of the proof."""

    RESOLUTION = "resolution"
    PREFIX = "prefix"
    FIRST = "first"
    LAST = "last"
    VALID_FROM = "valid-from"
    VALID_TO = "valid-to"
    ACTIVE = "active"
    APPLIES_TO = "applies-to"


_AUTHORISED_FIELDS: Final = (Field.RESOLUTION, Field.PREFIX, Field.FIRST, Field.LAST, Field.VALID_FROM, Field.VALID_TO)
_NOTE_FIELDS: Final = (Field.PREFIX, Field.FIRST, Field.LAST)
_PYMES_CONDITIONS: Final = (Field.ACTIVE, Field.APPLIES_TO)


class Numbering(Value):
    """What one system says of one range. Dates are whole Bogotá days, both included."""

    system: System
    family: Family
    prefix: str
    first: int
    last: int
    resolution: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    active: bool = True
    applies_to: str | None = None
    consecutivo: str | None = None
    """Pymes' own identifier of the consecutivo."""
    next_number: int | None = None
    source: Source = Source.READ
    read_at: AwareDatetime | None = None

    def value_of(self, field: Field) -> str:
        """Return the field as text, normalised for comparison.

        Trimmed, prefix in capitals, no zero ever stripped from a prefix.
        """
        raw = getattr(self, field.value.replace("-", "_"))
        if raw is None:
            return ""
        if isinstance(raw, bool):
            return "sí" if raw else "no"
        text = str(raw).strip()
        return text.upper() if field is Field.PREFIX else text

    @property
    def name(self) -> str:
        return f"{self.prefix} {self.first}-{self.last}"


class Cell(Value):
    """One field of the proof: what each column says, and which columns are wrong."""

    field: Field
    values: dict[System, str]
    wrong: tuple[System, ...] = ()
    """Empty when all agree. With three voices the odd one out; with two, or three different ones, all that speak."""

    @property
    def agrees(self) -> bool:
        return not self.wrong


class Condition(StrEnum):
    """Why a range may not be used although its columns agree."""

    PMS_MISSING = "pms-missing"
    PYMES_MISSING = "pymes-missing"
    DIAN_MISSING = "dian-missing"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


_MISSING: Final = {
    System.PMS: Condition.PMS_MISSING,
    System.PYMES: Condition.PYMES_MISSING,
    System.DIAN: Condition.DIAN_MISSING,
}


class NumberingProof(Value):
    """Dated evidence of what the systems said of one range."""

    family: Family
    columns: dict[System, Numbering]
    cells: tuple[Cell, ...]
    conditions: tuple[Condition, ...]
    checked_at: AwareDatetime

    @property
    def agrees(self) -> bool:
        """Say whether everybody who must speak said the same. A document issued within the vigencia may then leave."""
        silent = any(condition in _MISSING.values() for condition in self.conditions)
        return not silent and all(cell.agrees for cell in self.cells)

    @property
    def holds(self) -> bool:
        """Say whether the range agrees *and* can number a document today."""
        return self.agrees and not self.conditions

    @property
    def systems(self) -> tuple[System, ...]:
        return systems_for(self.family)

    @property
    def differences(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if not cell.agrees)

    @property
    def range_name(self) -> str:
        """Name the range as the PMS, then Pymes, then the DIAN knows it."""
        for system in (System.PMS, System.PYMES, System.DIAN):
            if system in self.columns:
                return self.columns[system].name
        return ""

    def covers(self, key: DocumentKey) -> bool:
        """Say whether a document's number lies in this range, in the eyes of any system.

        A disputed range covers it too.
        """
        return any(
            numbering.family is key.family
            and numbering.value_of(Field.PREFIX) == key.prefix.upper()
            and numbering.first <= key.number <= numbering.last
            for numbering in self.columns.values()
        )

    def allows_day(self, day: date) -> bool:
        """Say whether a document may bear this date (Bogotá).

        The vigencia binds the date of issue, not that of sending.
        """
        return all(
            (numbering.valid_from is None or numbering.valid_from <= day)
            and (numbering.valid_to is None or day <= numbering.valid_to)
            for numbering in self.columns.values()
        )


def systems_for(family: Family) -> tuple[System, ...]:
    """Return who must speak: the DIAN too where it authorises the range, else PMS and Pymes."""
    return (System.PMS, System.PYMES, System.DIAN) if family.has_authorisation else (System.PMS, System.PYMES)


def prove(family: Family, columns: Iterable[Numbering], at: datetime, today: date) -> NumberingProof:
    """Compare what the systems say of one range of ``family``.

    A system that must speak and does not is a condition, never an agreement. Order and texts are the fact file's
    (facts/dian.md, section 8, recommended numbering check).
    """
    by_system = {numbering.system: numbering for numbering in columns}
    systems = systems_for(family)
    fields = _AUTHORISED_FIELDS if family.has_authorisation else _NOTE_FIELDS
    cells = [_cell(field, [by_system[system] for system in systems if system in by_system]) for field in fields]
    if (pymes := by_system.get(System.PYMES)) is not None:
        cells += [_pymes_condition(field, pymes) for field in _PYMES_CONDITIONS]
    conditions = [_MISSING[system] for system in systems if system not in by_system]
    conditions += _validity(by_system.values(), today)
    return NumberingProof(
        family=family, columns=by_system, cells=tuple(cells), conditions=tuple(conditions), checked_at=at
    )


def _cell(field: Field, numberings: Sequence[Numbering]) -> Cell:
    values = {numbering.system: numbering.value_of(field) for numbering in numberings}
    counted = Counter(values.values()).most_common()
    if len(counted) <= 1:
        wrong: tuple[System, ...] = ()
    elif counted[0][1] > 1:
        wrong = tuple(system for system, value in values.items() if value != counted[0][0])
    else:
        wrong = tuple(values)
    return Cell(field=field, values=values, wrong=wrong)


def _pymes_condition(field: Field, pymes: Numbering) -> Cell:
    value = pymes.value_of(field)
    right = pymes.active if field is Field.ACTIVE else value == APPLIES_TO_PMS
    return Cell(field=field, values={System.PYMES: value}, wrong=() if right else (System.PYMES,))


def _validity(numberings: Iterable[Numbering], today: date) -> list[Condition]:
    found: list[Condition] = []
    spoken = list(numberings)
    if any(n.valid_from is not None and today < n.valid_from for n in spoken):
        found.append(Condition.NOT_YET_VALID)
    if any(n.valid_to is not None and today > n.valid_to for n in spoken):
        found.append(Condition.EXPIRED)
    if any(n.next_number is not None and n.next_number > n.last for n in spoken):
        found.append(Condition.EXHAUSTED)
    return found


def match(target: Numbering, candidates: Iterable[Numbering]) -> Numbering | None:
    """Return the candidate that means the same range, so that one wrong field does not hide it.

    ``None`` where none does.

    It shares the resolution or the prefix, or differs in one field only. Among several, the one with most fields in
    common;
    then the one that Pymes applies to the PMS, then an active one.
    """
    fields = _AUTHORISED_FIELDS if target.family.has_authorisation else _NOTE_FIELDS

    def agrees(other: Numbering, field: Field) -> bool:
        return target.value_of(field) == other.value_of(field) != ""

    def common(other: Numbering) -> int:
        return sum(agrees(other, field) for field in fields)

    related = [
        other
        for other in candidates
        if other.family is target.family
        and (agrees(other, Field.RESOLUTION) or agrees(other, Field.PREFIX) or common(other) >= len(fields) - 1)
    ]
    return max(
        related, key=lambda other: (common(other), other.applies_to == APPLIES_TO_PMS, other.active), default=None
    )


class Slip(StrEnum):
    """What is wrong with a typed numbering, found while the person types (facts/dian.md 1.1)."""

    REQUIRED = "required"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    APPLIES_TO_OTHER = "applies-to-other"
    """Not the option of «Aplica a» that the guide demands."""
    RESOLUTION_NOT_PLAUSIBLE = "resolution-not-plausible"
    RESOLUTION_NOT_FOURTEEN = "resolution-not-fourteen"
    PREFIX_TOO_LONG = "prefix-too-long"
    PREFIX_NOT_ALPHANUMERIC = "prefix-not-alphanumeric"
    PREFIX_ENDS_IN_DIGIT = "prefix-ends-in-digit"
    FIRST_NOT_POSITIVE = "first-not-positive"
    NUMBER_TOO_LONG = "number-too-long"
    LAST_BEFORE_FIRST = "last-before-first"
    VALIDITY_MISSING = "validity-missing"
    VALIDITY_REVERSED = "validity-reversed"
    VALIDITY_OVER_TWO_YEARS = "validity-over-two-years"
    VALIDITY_UNUSUAL = "validity-unusual"
    ALREADY_EXPIRED = "already-expired"

    @property
    def blocks(self) -> bool:
        """Say whether the form cannot go on; the others only warn."""
        return self not in (
            Slip.RESOLUTION_NOT_FOURTEEN,
            Slip.PREFIX_ENDS_IN_DIGIT,
            Slip.VALIDITY_OVER_TWO_YEARS,
            Slip.VALIDITY_UNUSUAL,
        )


def slips_of(numbering: Numbering, today: date) -> dict[Field, tuple[Slip, ...]]:
    """Check a numbering against the DIAN's rules.

    The keys are the fields to mark, an empty result means that all is well.
    """
    found: dict[Field, tuple[Slip, ...]] = {}

    def note(field: Field, *slips: Slip) -> None:
        if slips:
            found[field] = found.get(field, ()) + slips

    note(Field.PREFIX, *_prefix_slips(numbering.prefix))
    if numbering.first < 1:
        note(Field.FIRST, Slip.FIRST_NOT_POSITIVE)
    for field, number in ((Field.FIRST, numbering.first), (Field.LAST, numbering.last)):
        if len(str(abs(number))) > 9:
            note(field, Slip.NUMBER_TOO_LONG)
    if numbering.last < numbering.first:
        note(Field.LAST, Slip.LAST_BEFORE_FIRST)
    if numbering.family.has_authorisation:
        note(Field.RESOLUTION, *_resolution_slips(numbering.resolution or ""))
        note(Field.VALID_TO, *_validity_slips(numbering.valid_from, numbering.valid_to, today))
    return found


def _prefix_slips(prefix: str) -> list[Slip]:
    slips = []
    if len(prefix) > 4:
        slips.append(Slip.PREFIX_TOO_LONG)
    if prefix and not re.fullmatch(r"[A-Za-z0-9]+", prefix):
        slips.append(Slip.PREFIX_NOT_ALPHANUMERIC)
    elif prefix[-1:].isdigit():
        slips.append(Slip.PREFIX_ENDS_IN_DIGIT)
    return slips


def _resolution_slips(resolution: str) -> list[Slip]:
    if not re.fullmatch(r"1876\d{7,11}", resolution):
        return [Slip.RESOLUTION_NOT_PLAUSIBLE]
    return [] if len(resolution) == 14 else [Slip.RESOLUTION_NOT_FOURTEEN]


def _validity_slips(start: date | None, end: date | None, today: date) -> list[Slip]:
    if start is None or end is None:
        return [Slip.VALIDITY_MISSING]
    if end < start:
        return [Slip.VALIDITY_REVERSED]
    slips = []
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 24 or (months == 24 and end.day > start.day):
        slips.append(Slip.VALIDITY_OVER_TWO_YEARS)
    elif end.day != start.day or months not in (6, 12, 18, 24):
        slips.append(Slip.VALIDITY_UNUSUAL)
    if end < today:
        slips.append(Slip.ALREADY_EXPIRED)
    return slips
