"""Form 1876, the *autorización de numeración* that a hotel holds, as values. Reading it is ``connectors``' affair.

Only what is printed is kept as printed; the end of the vigencia is not printed, so it is reckoned here.
"""

import calendar
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import AwareDatetime

from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.numbering import Numbering, Source, System
from app.model.parties import NIT, Party
from app.model.value import Value

T = TypeVar("T")


class Modality(StrEnum):
    """Box 30, by its words: of its codes only 4 is known (facts/dian.md, section 10)."""

    FACTURA_ELECTRONICA = "factura-electronica"
    DOCUMENTO_SOPORTE = "documento-soporte"
    POS = "pos"
    TALONARIO = "talonario"
    """Paper, also for contingency of the issuer."""
    COMPUTADOR = "computador"
    OTHER = "other"


class Request(StrEnum):
    """Box 35: what the row does to the range."""

    AUTORIZACION = "autorizacion"
    HABILITACION = "habilitacion"
    """Unused numbers of an expired range may be used again; its first number may be later than the original's."""
    INHABILITACION = "inhabilitacion"
    """The numbers are taken out of use."""


class Place(Value):
    """Where a value stands: page from 1, and its box in points from the page's upper left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Printed(Value, Generic[T]):
    """A value and the place that it was read from, so that a person can compare."""

    value: T
    place: Place
    text: str
    """As printed, set apart digits and thousands commas included."""


class PageSize(Value):
    """Width and height of a page in points, to draw places upon."""

    width: float
    height: float


class FormRow(Value):
    """One range of the form."""

    establishment: Printed[str] | None = None
    modality: Printed[Modality]
    modality_code: Printed[str] | None = None
    prefix: Printed[str] | None = None
    """``None`` where the box is empty: the range then has no prefix."""
    first: Printed[int]
    last: Printed[int]
    months: Printed[int]
    request: Printed[Request]
    request_code: Printed[str] | None = None

    @property
    def stated_prefix(self) -> str:
        return self.prefix.value if self.prefix else ""

    def valid_to(self, start: date) -> date:
        """Return the last day of the vigencia, included."""
        return months_later(start, self.months.value)


class Form1876(Value):
    """What the form says. Nothing here is proven: a person confirms it, value by value."""

    file: str
    resolution: Printed[str]
    """Box 4: the number of the authorisation."""
    formalised_at: Printed[AwareDatetime]
    """Box 997; its day in Bogotá begins the vigencia."""
    nit: Printed[str]
    """Box 5, without check digit."""
    check_digit: Printed[str] | None = None
    name: Printed[str] | None = None
    rows: tuple[FormRow, ...]
    pages: tuple[PageSize, ...]

    @property
    def valid_from(self) -> date:
        return bogota_day(self.formalised_at.value)

    @property
    def holder(self) -> Party:
        digit = self.check_digit.value if self.check_digit else None
        return Party(id_type=NIT, id=self.nit.value, check_digit=digit, name=self.name.value if self.name else "")

    def numbering(self, row: FormRow) -> Numbering | None:
        """Return what the DIAN says of the row's range.

        ``None`` where it authorises nothing that Botones carries: another modality than factura or documento soporte,
        or an inhabilitación.
        """
        family = _FAMILIES.get(row.modality.value)
        if family is None or row.request.value is Request.INHABILITACION:
            return None
        return Numbering(
            system=System.DIAN,
            family=family,
            prefix=row.stated_prefix,
            first=row.first.value,
            last=row.last.value,
            resolution=self.resolution.value,
            valid_from=self.valid_from,
            valid_to=row.valid_to(self.valid_from),
            source=Source.FORM,
        )

    @property
    def numberings(self) -> tuple[Numbering, ...]:
        """What the DIAN says of the ranges that Botones carries, in the order of the form."""
        return tuple(found for row in self.rows if (found := self.numbering(row)) is not None)


_FAMILIES = {Modality.FACTURA_ELECTRONICA: Family.FACTURA, Modality.DOCUMENTO_SOPORTE: Family.DOCUMENTO_SOPORTE}


class FormError(StrEnum):
    """Why a file gave no form; the words for each are in ``texts``."""

    NO_FILE = "no-file"
    NOT_A_PDF = "not-a-pdf"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    TOO_BIG = "too-big"
    TOO_MANY_PAGES = "too-many-pages"
    UNSAFE = "unsafe"
    """It takes more time or memory than any form; reading was stopped."""
    NO_TEXT = "no-text"
    """A scan: its values are typed twice instead."""
    FORM_1302 = "form-1302"
    """The request, not the authorisation."""
    OTHER_FORM = "other-form"
    SEVERAL_FORMS = "several-forms"
    MISSING_FIELD = "missing-field"
    NO_ROWS = "no-rows"
    BAD_ROW = "bad-row"
    OTHER_HOTEL = "other-hotel"
    """Of another NIT than the hotel's."""
    NOT_OF_THIS_HOTEL = "not-of-this-hotel"
    """Authorises nothing that the hotel issues: POS, paper, an inhabilitación."""

    @property
    def leaves_typing(self) -> bool:
        """Say whether the paper may be right all the same, so that typing what it says helps."""
        return self in (
            FormError.BROKEN,
            FormError.ENCRYPTED,
            FormError.UNSAFE,
            FormError.NO_TEXT,
            FormError.MISSING_FIELD,
            FormError.NO_ROWS,
            FormError.BAD_ROW,
        )


class FormRefusal(Value):
    """The reason why a file gave no form."""

    file: str
    error: FormError
    detail: str = ""
    """Which box, row or number; the words say what it is."""


def months_later(start: date, months: int) -> date:
    """Return the same day some months later, the last of a month that has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def plain(text: str) -> str:
    """Return a printed text in small letters without accents, for recognising words."""
    folded = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
