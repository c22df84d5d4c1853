"""A month as PMS, Pymes and DIAN have it, row by row; ``matching`` pairs the rows, ``totals`` adds them up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Self

from app.model.causes import Cause
from app.model.clock import BOGOTA
from app.model.documents import Document, Family, Reference, Tax
from app.model.journey import State
from app.model.sales import Sale


class Month(NamedTuple):
    """A calendar month in Bogotá."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month of ``2026-11``; raises ``ValueError`` on anything else."""
        year, dash, month = text.partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isdecimal()):
            raise ValueError(text)
        return cls.of(date(int(year), int(month), 1))

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    def has(self, day: date | None) -> bool:
        """Say whether a day is in this month; one that nobody knows counts, since it was listed for this month."""
        return day is None or (day.year, day.month) == self

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def moment_of(day: date) -> datetime:
    """Return the moment at which a day begins in Bogotá."""
    return datetime(day.year, day.month, day.day, tzinfo=BOGOTA).astimezone(UTC)


class Side(StrEnum):
    """Who says it."""

    PMS = "pms"
    PYMES = "pymes"
    DIAN = "dian"


class Kind(StrEnum):
    """What is true of one document; each has exactly one, the first that fits in ``matching``."""

    DOUBLED = "doubled"
    """Pymes has it more than once."""
    IN_FLIGHT = "in-flight"
    """Not in Pymes yet, and Botones knows why."""
    ONLY_PMS = "only-pms"
    """Not in Pymes, although nothing is under way."""
    ONLY_PYMES = "only-pymes"
    """Pymes has a number of the hotel's own numbering that the PMS does not know."""
    ONLY_DIAN = "only-dian"
    NOT_AT_DIAN = "not-at-dian"
    """The hotel has it, the DIAN's file does not."""
    OTHER_MONTH = "other-month"
    """Both have it, in different months."""
    DIFFERS = "differs"
    OTHER_CHANNEL = "other-channel"
    """Pymes sold it under a numbering that the PMS does not use."""
    SETTLED = "settled"
    """A person said, with a reason, by what it is accounted for in Pymes."""
    ANNULLED = "annulled"
    """Equal, and taken back in whole by notas crédito."""
    EQUAL = "equal"

    @property
    def needs_a_look(self) -> bool:
        return self not in (Kind.OTHER_CHANNEL, Kind.SETTLED, Kind.ANNULLED, Kind.EQUAL)


class Point(StrEnum):
    """In what the sides may say something else."""

    NUMBER = "number"
    DATE = "date"
    COUNTERPARTY = "counterparty"
    CURRENCY = "currency"
    PAYABLE = "payable"
    IVA = "iva"
    INC = "inc"
    ICA = "ica"
    CUFE = "cufe"
    STATE = "state"
    """The DIAN, or Pymes about the DIAN, says that it was rejected."""
    STANDING = "standing"
    """Pymes says that it no longer counts, and no notas crédito take it back."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of one of the three lists. ``None`` means that this side does not say."""

    side: Side
    ref: str
    """The ledger's key, Pymes' identifier, or the row of the file; no two rows of a side share it."""
    full_number: str
    prefix: str = ""
    family: Family | None = None
    day: date | None = None
    counterparty_id: str | None = None
    counterparty: str = ""
    currency: str | None = None
    subtotal: Decimal | None = None
    payable: Decimal | None = None
    taxes: tuple[Tax, ...] | None = None
    withheld: Decimal | None = None
    cufe: str | None = None
    state: State | None = None
    """Where it stands on its way; the PMS' rows only."""
    cause: Cause | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    dian_state: str | None = None
    annulled: bool = False
    refers_to: Reference | None = None

    @property
    def number_key(self) -> tuple[Family | None, str]:
        """Return what two rows about one document have in common when no CUFE tells."""
        return self.family, "".join(letter for letter in self.full_number.upper() if letter.isalnum())

    def tax(self, code: str) -> Decimal | None:
        """Return the total of one tax, ``None`` where this side says nothing of it."""
        if self.taxes is None:
            return None
        if self.side is Side.DIAN and all(tax.code != code for tax in self.taxes):
            # A tax without a column is not said to be zero.
            return None
        return sum((tax.amount for tax in self.taxes if tax.code == code), Decimal(0))


def record_of(document: Document, state: State, cause: Cause | None, detail: Mapping[str, object]) -> Record:
    """Return what the PMS says of a document, with where it stands on its way."""
    return Record(
        side=Side.PMS,
        ref=str(document.key),
        full_number=document.full_number,
        prefix=document.prefix,
        family=document.family,
        day=document.issued_at.astimezone(BOGOTA).date(),
        counterparty_id=document.counterparty.id,
        counterparty=document.counterparty.name,
        currency=document.currency,
        subtotal=document.subtotal - document.allowances + document.charges,
        payable=document.payable,
        taxes=document.taxes,
        withheld=sum((tax.amount for tax in document.withholdings), Decimal(0)),
        cufe=document.cufe,
        state=state,
        cause=cause,
        detail=detail,
        refers_to=document.reference,
    )


def record_of_sale(sale: Sale) -> Record:
    """Return what Pymes says of a sale."""
    taxes = None
    if sale.taxes is not None:
        taxes = tuple(Tax(code=code, amount=amount) for code, amount in sorted(sale.taxes.items()))
    return Record(
        side=Side.PYMES,
        ref=sale.uuid,
        full_number=sale.full_number,
        prefix=sale.prefix,
        family=sale.type.family,
        day=sale.issued_on,
        counterparty_id=sale.counterparty_id,
        counterparty=sale.counterparty_name or "",
        currency=sale.currency,
        payable=sale.payable,
        taxes=taxes,
        cufe=sale.cufe,
        dian_state=sale.dian_state,
        annulled=sale.annulled,
    )


class Difference(NamedTuple):
    """One point in which the sides do not say the same; a side that says nothing has ``""``."""

    point: Point
    values: tuple[tuple[Side, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One document, as all sides have it."""

    kind: Kind
    records: tuple[Record, ...]
    differences: tuple[Difference, ...] = ()
    annulled_by: tuple[str, ...] = ()
    """Numbers of the notas crédito that take it back."""

    @property
    def lead(self) -> Record:
        """Return the row that names the document: the PMS', else Pymes', else the DIAN's."""
        return self.records[0]

    def of(self, side: Side) -> tuple[Record, ...]:
        return tuple(record for record in self.records if record.side is side)


class Book(StrEnum):
    """Sales and purchases are never added to each other."""

    SALES = "sales"
    PURCHASES = "purchases"


class Heading(StrEnum):
    """What is added. Only the PMS tells rates, so the lines by rate are its alone."""

    BASE_19 = "base-19"
    BASE_5 = "base-5"
    BASE_OTHER = "base-other"
    BASE_EXEMPT = "base-0"
    """Taxed at 0 %."""
    BASE_EXCLUDED = "base-none"
    """Without IVA."""
    IVA_19 = "iva-19"
    IVA_5 = "iva-5"
    IVA_OTHER = "iva-other"
    IVA = "iva"
    INC = "inc"
    ICA = "ica"
    OTHER_TAXES = "other-taxes"
    WITHHELD = "withheld"
    PAYABLE = "payable"


class Total(NamedTuple):
    """One heading, by side; ``None`` where a side does not say it of all its documents."""

    book: Book
    currency: str
    heading: Heading
    values: dict[Side, Decimal | None]

    def difference(self, side: Side) -> Decimal | None:
        """Return how much more ``side`` has than the PMS."""
        ours, theirs = self.values.get(Side.PMS), self.values.get(side)
        return None if ours is None or theirs is None else theirs - ours


class Summary(NamedTuple):
    """One class: how many documents, and their value by side, without signs. Pesos only."""

    kind: Kind
    documents: int
    values: dict[Side, Decimal]


@dataclass(frozen=True, slots=True)
class DianFile:
    """The file that the DIAN's rows come from, to be named in the report."""

    name: str
    sha256: str
    rows: int
    left_out: int
    """Received, of another kind, or repeated."""
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The whole month."""

    month: Month
    made_at: datetime
    hotel_nit: str
    hotel_name: str
    practice: bool
    sides: tuple[Side, ...]
    lines: tuple[Line, ...]
    """What needs a look first, and by number inside a class."""
    summaries: tuple[Summary, ...]
    totals: tuple[Total, ...]
    unreadable: int = 0
    """Rows of the PMS that could not be read: in no class, because nobody knows their month."""
    not_looked_for: int = 0
    """Absent from the days that were read, and too many to be asked for by number."""
    dian: DianFile | None = None

    @property
    def is_well(self) -> bool:
        """Say whether nothing needs a person."""
        return not self.unreadable and not any(line.kind.needs_a_look for line in self.lines)

    def count(self, kinds: Iterable[Kind]) -> int:
        wanted = frozenset(kinds)
        return sum(summary.documents for summary in self.summaries if summary.kind in wanted)

    @property
    def falls_short(self) -> bool:
        """Say whether the DIAN's file ends before the hotel's last document does."""
        days = [line.lead.day for line in self.lines if line.lead.side is Side.PMS and line.lead.day is not None]
        if self.dian is None or self.dian.last is None or not days:
            return False
        return self.dian.last < min(max(days), self.month.last)


class Verdict(StrEnum):
    """What a signed file turned out to be."""

    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown-key"
    """Unaltered since somebody signed it, but not with a key of this computer."""
    NOT_OURS = "not-ours"
