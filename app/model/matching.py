"""Pairs the rows of the three lists and says what is true of each document: pure, and it adds nothing up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from app.model.documents import Family
from app.model.journey import State
from app.model.parties import known_nit
from app.model.reconciliation import Difference, Kind, Line, Month, Point, Record, Side
from app.model.sales import ANNULLED

_IN_FLIGHT: Final = (State.SEEN, State.SENDING, State.SENT, State.IN_DOUBT, State.HELD, State.CONFLICT)
_SHORTEST_CUFE: Final = 20
_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}
_SIDES: Final = {side: place for place, side in enumerate(Side)}


def compare(
    month: Month, pms: Iterable[Record], pymes: Iterable[Record], dian: Iterable[Record] | None
) -> tuple[Line, ...]:
    """Return every document that any side dates in ``month``, each once.

    The lists may reach beyond the month: that is how a document dated otherwise is found again. What no side dates in
    the month is left out. ``dian`` is ``None`` where there is no file, and then nothing is missed there.
    """
    pms = list(pms)
    groups = pair([*pms, *pymes, *(dian or ())])
    known = {(record.family, record.prefix.upper()) for record in pms}
    notes = _notes(pms)
    lines = [
        _line(records, known, notes, with_dian=dian is not None)
        for records in groups
        if any(month.has(record.day) for record in records)
    ]
    return tuple(sorted(lines, key=_place))


def pair(records: Sequence[Record]) -> list[list[Record]]:
    """Return the rows that are about one document together: by CUFE, else by number, and of several by the total.

    Rows of the PMS never go together: its key is what a document is.
    """
    index = _Index()
    for record in sorted(records, key=lambda one: _SIDES[one.side]):
        index.add(record, None if record.side is Side.PMS else index.home_of(record))
    return index.groups


class _Index:
    """The groups found so far, by what may bring another row into them."""

    def __init__(self) -> None:
        self.groups: list[list[Record]] = []
        self._by_cufe: dict[str, list[int]] = defaultdict(list)
        self._by_number: dict[tuple[Family | None, str], list[int]] = defaultdict(list)
        self._by_text: dict[str, list[int]] = defaultdict(list)

    def add(self, record: Record, home: int | None) -> None:
        if home is None:
            home = len(self.groups)
            self.groups.append([])
        self.groups[home].append(record)
        self._by_number[record.number_key].append(home)
        self._by_text[record.number_key[1]].append(home)
        if (cufe := _cufe(record)) is not None:
            self._by_cufe[cufe].append(home)
        if record.state is State.SETTLED and (linked := record.detail.get("number")):
            # A person said under which number it is accounted for.
            self._by_number[record.family, _letters(str(linked))].append(home)

    def home_of(self, record: Record) -> int | None:
        cufe = _cufe(record)
        family, text = record.number_key
        found = self._by_cufe.get(cufe, []) if cufe else []
        if not found and family is None:
            found = self._by_text.get(text, [])
        elif not found:
            found = self._by_number.get((family, text), []) or self._by_number.get((None, text), [])

        def likeness(home: int) -> tuple[bool, bool, bool]:
            others = self.groups[home]
            return (
                any(one.number_key[1] == text for one in others),
                any(one.payable == record.payable for one in others),
                any(one.prefix.upper() == record.prefix.upper() for one in others),
            )

        return max(found, key=likeness) if found else None


def _letters(number: str) -> str:
    return "".join(letter for letter in number.upper() if letter.isalnum())


def _cufe(record: Record) -> str | None:
    cufe = (record.cufe or "").strip().lower()
    return cufe if len(cufe) >= _SHORTEST_CUFE else None


def _line(
    records: list[Record],
    known: set[tuple[Family | None, str]],
    notes: dict[str, list[Record]],
    *,
    with_dian: bool,
) -> Line:
    pms, pymes, dian = (tuple(one for one in records if one.side is side) for side in Side)
    ours = pms[0] if pms else None
    annulled_by = _annulled_by(ours, notes)
    differences = _differences(records, taken_back=bool(annulled_by))
    own_number = any((record.family, record.prefix.upper()) in known for record in pymes)

    def kind() -> Kind:
        if len(pymes) > 1:
            return Kind.DOUBLED
        if ours is not None and ours.state is State.SETTLED and (differences or not pymes):
            return Kind.SETTLED
        if ours is None:
            if not pymes:
                return Kind.ONLY_DIAN
            return Kind.ONLY_PYMES if own_number else Kind.OTHER_CHANNEL
        if not pymes:
            return Kind.IN_FLIGHT if ours.state in _IN_FLIGHT else Kind.ONLY_PMS
        if with_dian and not dian:
            return Kind.NOT_AT_DIAN
        if len({Month.of(one.day) for one in records if one.day is not None}) > 1:
            return Kind.OTHER_MONTH
        if differences:
            return Kind.DIFFERS
        return Kind.ANNULLED if annulled_by else Kind.EQUAL

    return Line(kind(), tuple(records), differences, annulled_by)


def _differences(records: list[Record], *, taken_back: bool) -> tuple[Difference, ...]:
    """Compare to the peso.

    Pymes' silence about a document of the PMS proves nothing and counts; the DIAN's file may just have no such column.
    A sale annulled in Pymes is as it should be only where notas crédito have ``taken_back`` the document.
    """
    found = []
    for point, read in _POINTS:
        values = _said(records, read)
        if len({said for _, said in values}) > 1:
            found.append(Difference(point, values))
    if any(_is_rejected(record) for record in records):
        found.append(
            Difference(Point.STATE, tuple((record.side, record.dian_state) for record in records if record.dian_state))
        )
    if not taken_back and any(record.annulled for record in records):
        found.append(Difference(Point.STANDING, ((Side.PYMES, ANNULLED),)))
    return tuple(found)


def _said(records: list[Record], read: "Reading") -> tuple[tuple[Side, str], ...]:
    by_pms = any(record.side is Side.PMS and read(record) is not None for record in records)
    found = []
    for record in records:
        said = read(record)
        if said is None and by_pms and record.side is Side.PYMES:
            said = ""
        if said is not None:
            found.append((record.side, said))
    return tuple(found)


Reading = Callable[[Record], str | None]


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(Decimal("0.01")), "f")


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


_POINTS: Final[tuple[tuple[Point, Reading], ...]] = (
    (Point.NUMBER, lambda one: one.number_key[1]),
    (Point.DATE, lambda one: _day(one.day)),
    (Point.COUNTERPARTY, lambda one: known_nit(one.counterparty_id) if one.counterparty_id else None),
    (Point.CURRENCY, lambda one: one.currency),
    (Point.PAYABLE, lambda one: _amount(one.payable)),
    (Point.IVA, lambda one: _amount(one.tax("01"))),
    (Point.INC, lambda one: _amount(one.tax("04"))),
    (Point.ICA, lambda one: _amount(one.tax("03"))),
    (Point.CUFE, _cufe),
)


def _is_rejected(record: Record) -> bool:
    return "rechaz" in (record.dian_state or "").lower()


def _notes(pms: list[Record]) -> dict[str, list[Record]]:
    """Return the notas crédito by the number, and by the CUFE, of what they correct."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in pms:
        if record.family is Family.NOTA_CREDITO and record.refers_to is not None:
            found[(record.refers_to.cufe or record.refers_to.full_number).upper()].append(record)
    return found


def _annulled_by(ours: Record | None, notes: dict[str, list[Record]]) -> tuple[str, ...]:
    """Return the notas crédito that together take the whole value back: an invoice is annulled in no other way."""
    if ours is None or ours.family is not Family.FACTURA or not ours.payable:
        return ()
    found = [*notes.get(ours.full_number.upper(), ()), *notes.get((ours.cufe or "-").upper(), ())]
    taken = sum((note.payable or Decimal(0) for note in found), Decimal(0))
    return tuple(sorted(note.full_number for note in found)) if taken == ours.payable else ()


def _place(line: Line) -> tuple[int, str, str, int, str, str]:
    lead = line.lead
    digits = lead.full_number[len(lead.prefix) :]
    number = int(digits) if digits.isdecimal() else 0
    return (_ORDER[line.kind], lead.family or "", lead.prefix.upper(), number, lead.full_number, lead.ref)
