"""Adds up a month: by class, and by tax. To the peso and with no float; it pairs nothing."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final

from app.model.documents import Family
from app.model.reconciliation import Book, Heading, Kind, Line, Month, Record, Side, Summary, Total

_PURCHASES: Final = (Family.DOCUMENTO_SOPORTE, Family.NOTA_AJUSTE)
_TAKEN_BACK: Final = (Family.NOTA_CREDITO, Family.NOTA_AJUSTE)
_ALWAYS: Final = (Heading.IVA, Heading.PAYABLE)
_ZERO: Final = Decimal(0)
_IVA, _INC, _ICA = "01", "04", "03"


def summaries(lines: Sequence[Line], sides: Sequence[Side]) -> tuple[Summary, ...]:
    """Return every class that has documents, those that need a look first."""
    found = []
    for kind in Kind:
        own = [line for line in lines if line.kind is kind]
        if own:
            values = {
                side: sum(
                    (one.payable for line in own for one in line.of(side) if one.payable and _is_peso(one)), _ZERO
                )
                for side in sides
            }
            found.append(Summary(kind, len(own), values))
    return tuple(found)


def totals(month: Month, lines: Iterable[Line], sides: Sequence[Side]) -> tuple[Total, ...]:
    """Return each heading that any side has, by book and currency; notas crédito take away.

    Each side is added up over what *it* dates in the month, as its own books do.
    """
    by_place: dict[tuple[Book, str], dict[Side, list[Record]]] = {}
    for line in lines:
        lead = line.lead
        for record in line.records:
            if month.has(record.day):
                family = record.family or lead.family
                book = Book.PURCHASES if family in _PURCHASES else Book.SALES
                # Where a side does not name the currency, it is the one that the others name.
                currency = record.currency or next((one.currency for one in line.records if one.currency), "COP")
                place = by_place.setdefault((book, currency), {side: [] for side in sides})
                place[record.side].append(record)
    found = []
    for (book, currency), records in sorted(by_place.items(), key=lambda one: (list(Book).index(one[0][0]), one[0][1])):
        for heading in Heading:
            values = {side: _sum(heading, side, records[side]) for side in sides}
            if heading in _ALWAYS or any(values.values()):
                found.append(Total(book, currency, heading, values))
    return tuple(found)


def _is_peso(record: Record) -> bool:
    return record.currency in (None, "COP")


def _sum(heading: Heading, side: Side, records: Iterable[Record]) -> Decimal | None:
    if heading in _BY_RATE and side is not Side.PMS:
        return None
    whole = _ZERO
    for record in records:
        amount = _READ[heading](record)
        if amount is None:
            return None
        whole += -amount if record.family in _TAKEN_BACK else amount
    return whole


def _iva_at(record: Record, wanted: Callable[[Decimal | None], bool], *, base: bool) -> Decimal:
    found = _ZERO
    for tax in record.taxes or ():
        if tax.code == _IVA and wanted(tax.rate):
            found += (tax.base or _ZERO) if base else tax.amount
    return found


def _excluded(record: Record) -> Decimal:
    return (record.subtotal or _ZERO) - _iva_at(record, lambda rate: True, base=True)


def _is(rate: int) -> Callable[[Decimal | None], bool]:
    return lambda said: said == rate


def _is_odd(rate: Decimal | None) -> bool:
    return rate not in (19, 5, 0)


def _others(record: Record) -> Decimal | None:
    if record.taxes is None or record.side is Side.DIAN:
        return None
    return sum((tax.amount for tax in record.taxes if tax.code not in (_IVA, _INC, _ICA)), _ZERO)


_READ: Final[dict[Heading, Callable[[Record], Decimal | None]]] = {
    Heading.BASE_19: lambda one: _iva_at(one, _is(19), base=True),
    Heading.BASE_5: lambda one: _iva_at(one, _is(5), base=True),
    Heading.BASE_OTHER: lambda one: _iva_at(one, _is_odd, base=True),
    Heading.BASE_EXEMPT: lambda one: _iva_at(one, _is(0), base=True),
    Heading.BASE_EXCLUDED: _excluded,
    Heading.IVA_19: lambda one: _iva_at(one, _is(19), base=False),
    Heading.IVA_5: lambda one: _iva_at(one, _is(5), base=False),
    Heading.IVA_OTHER: lambda one: _iva_at(one, _is_odd, base=False),
    Heading.IVA: lambda one: one.tax(_IVA),
    Heading.INC: lambda one: one.tax(_INC),
    Heading.ICA: lambda one: one.tax(_ICA),
    Heading.OTHER_TAXES: _others,
    Heading.WITHHELD: lambda one: one.withheld,
    Heading.PAYABLE: lambda one: one.payable,
}
_BY_RATE: Final = tuple(heading for heading in Heading if heading.value.startswith(("base-", "iva-")))
