"""Every document is in exactly one class, the right one, and what is added up is every row once, to the peso."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.causes import Cause
from app.model.documents import Family, Reference, Tax
from app.model.journey import State
from app.model.matching import compare
from app.model.reconciliation import Book, Heading, Kind, Line, Month, Point, Record, Side
from app.model.totals import summaries, totals
from tests.support.month import NOVEMBER, reconciled

DAY = date(2026, 11, 12)


def record(side: Side, number: int = 1, **changes: Any) -> Record:
    said: dict[str, Any] = {
        "side": side,
        "ref": f"{side}-{number}",
        "full_number": f"FEH{number}",
        "prefix": "FEH",
        "family": Family.FACTURA,
        "day": DAY,
        "counterparty_id": "860002964",
        "counterparty": "Banco",
        "currency": "COP",
        "subtotal": Decimal(100_000),
        "payable": Decimal(119_000),
        "taxes": (Tax(code="01", rate=Decimal(19), base=Decimal(100_000), amount=Decimal(19_000)),),
        "cufe": f"{number:096x}",
    }
    if side is Side.PMS:
        said |= {"state": State.PROVEN, "withheld": Decimal(0)}
    return Record(**(said | changes))


def only(*records: Record, dian: bool = False) -> Line:
    lines = compare(
        NOVEMBER,
        [one for one in records if one.side is Side.PMS],
        [one for one in records if one.side is Side.PYMES],
        [one for one in records if one.side is Side.DIAN] if dian else None,
    )
    assert len(lines) == 1
    return lines[0]


OURS, THEIRS, DIANS = record(Side.PMS), record(Side.PYMES), record(Side.DIAN)


@pytest.mark.parametrize(
    ("kind", "records", "dian"),
    [
        (Kind.EQUAL, [OURS, THEIRS], False),
        (Kind.EQUAL, [OURS, THEIRS, DIANS], True),
        (Kind.DOUBLED, [OURS, THEIRS, replace(THEIRS, ref="again")], False),
        (Kind.ONLY_PMS, [OURS], False),
        (Kind.ONLY_PMS, [OURS, DIANS], True),
        (Kind.IN_FLIGHT, [replace(OURS, state=State.HELD, cause=Cause.PERIOD_CLOSED)], False),
        (Kind.IN_FLIGHT, [replace(OURS, state=State.IN_DOUBT)], False),
        (Kind.SETTLED, [replace(OURS, state=State.SETTLED)], False),
        (Kind.NOT_AT_DIAN, [OURS, THEIRS], True),
        (Kind.ONLY_DIAN, [DIANS], True),
        (Kind.OTHER_CHANNEL, [replace(THEIRS, prefix="RES", full_number="RES1")], False),
        (Kind.OTHER_MONTH, [replace(OURS, day=date(2026, 10, 31)), replace(THEIRS, day=date(2026, 11, 1))], False),
        (Kind.OTHER_MONTH, [replace(OURS, day=date(2026, 11, 30)), replace(THEIRS, day=date(2026, 12, 1))], False),
        (Kind.DIFFERS, [OURS, replace(THEIRS, payable=Decimal(119_001))], False),
        (Kind.DIFFERS, [OURS, replace(THEIRS, payable=Decimal("119000.01"))], False),
        (Kind.DIFFERS, [OURS, THEIRS, replace(DIANS, payable=Decimal(118_999))], True),
        (Kind.DIFFERS, [OURS, replace(THEIRS, payable=None)], False),
        (Kind.EQUAL, [OURS, THEIRS, replace(DIANS, counterparty_id=None, currency=None, taxes=None)], True),
        (Kind.DIFFERS, [OURS, replace(THEIRS, dian_state="Rechazado")], False),
        (Kind.DIFFERS, [OURS, replace(THEIRS, annulled=True)], False),
    ],
)
def test_each_story_has_its_class(kind: Kind, records: list[Record], dian: bool) -> None:
    assert only(*records, dian=dian).kind is kind


def test_a_number_of_the_hotels_own_numbering_is_no_other_channel() -> None:
    lines = compare(NOVEMBER, [record(Side.PMS, 1)], [record(Side.PYMES, 1), record(Side.PYMES, 2)], None)
    assert [line.kind for line in lines] == [Kind.ONLY_PYMES, Kind.EQUAL]


@pytest.mark.parametrize(
    ("point", "change"),
    [
        (Point.NUMBER, {"full_number": "FEH9"}),
        (Point.DATE, {"day": DAY + timedelta(days=1)}),
        (Point.COUNTERPARTY, {"counterparty_id": "1"}),
        (Point.CURRENCY, {"currency": "USD"}),
        (Point.PAYABLE, {"payable": Decimal(119_001)}),
        (Point.IVA, {"taxes": (Tax(code="01", amount=Decimal(19_001)),)}),
        (Point.CUFE, {"cufe": "f" * 96}),
        (Point.STANDING, {"annulled": True}),
    ],
)
def test_what_differs_is_named_and_nothing_else(point: Point, change: dict[str, Any]) -> None:
    line = only(OURS, replace(THEIRS, **change))
    assert (line.kind, [one.point for one in line.differences]) == (Kind.DIFFERS, [point])


def test_the_cufe_goes_before_the_number_and_of_two_equal_numbers_the_total_tells() -> None:
    first, second = record(Side.PMS, 12, prefix="FE1", cufe=None), record(Side.PMS, 12, prefix="FE", cufe=None)
    first, second = (
        replace(first, full_number="FE112"),
        replace(second, ref="2", full_number="FE112", payable=Decimal(5)),
    )
    sale = replace(THEIRS, full_number="FE112", prefix="", payable=Decimal(5), cufe=None)
    lines = compare(NOVEMBER, [first, second], [sale], None)
    assert {line.lead.ref: len(line.of(Side.PYMES)) for line in lines} == {first.ref: 0, second.ref: 1}
    wandering = replace(THEIRS, full_number="FEH2")
    lines = compare(NOVEMBER, [record(Side.PMS, 1), record(Side.PMS, 2)], [wandering], None)
    assert {line.lead.full_number: len(line.of(Side.PYMES)) for line in lines} == {"FEH1": 1, "FEH2": 0}


@pytest.mark.parametrize(("taken", "annulled"), [((119_000,), True), ((100_000, 19_000), True), ((118_999,), False)])
def test_an_invoice_is_annulled_by_notes_over_its_whole_value(taken: tuple[int, ...], annulled: bool) -> None:
    notes = [
        record(
            Side.PMS,
            100 + place,
            family=Family.NOTA_CREDITO,
            day=date(2026, 12, 20),
            payable=Decimal(amount),
            refers_to=Reference(full_number="FEH1", cufe=OURS.cufe if place else None),
        )
        for place, amount in enumerate(taken)
    ]
    (line,) = compare(NOVEMBER, [OURS, *notes], [THEIRS], None)
    assert line.kind is (Kind.ANNULLED if annulled else Kind.EQUAL)
    assert line.annulled_by == (tuple(note.full_number for note in notes) if annulled else ())
    (line,) = compare(NOVEMBER, [OURS, *notes], [replace(THEIRS, annulled=True)], None)
    assert line.kind is (Kind.ANNULLED if annulled else Kind.DIFFERS)


def test_a_settled_document_is_found_under_the_number_that_a_person_gave() -> None:
    settled = replace(OURS, state=State.SETTLED, detail={"number": "FEH77", "reason": "digitada a mano"})
    line = only(settled, replace(THEIRS, full_number="FEH77", cufe=None))
    assert (line.kind, len(line.of(Side.PYMES))) == (Kind.SETTLED, 1)


def test_totals_keep_sales_from_purchases_and_take_notes_away() -> None:
    taxes = (Tax(code="01", rate=Decimal(19), base=Decimal(10_000), amount=Decimal(1_900)),)
    note = {"family": Family.NOTA_CREDITO, "payable": Decimal(11_900), "taxes": taxes}
    support = {"family": Family.DOCUMENTO_SOPORTE, "payable": Decimal(7)}
    result = reconciled(
        [OURS, record(Side.PMS, 2, **note), record(Side.PMS, 3, **support)],
        [THEIRS, record(Side.PYMES, 2, **note), record(Side.PYMES, 3, **support)],
    )
    payable = {one.book: one.values for one in result.totals if one.heading is Heading.PAYABLE}
    assert payable == {
        Book.SALES: dict.fromkeys((Side.PMS, Side.PYMES), Decimal(107_100)),
        Book.PURCHASES: dict.fromkeys((Side.PMS, Side.PYMES), Decimal(7)),
    }
    by_rate = next(one for one in result.totals if one.heading is Heading.IVA_19)
    assert by_rate.values == {Side.PMS: Decimal(17_100), Side.PYMES: None}


def test_one_peso_shows_in_the_totals() -> None:
    result = reconciled([OURS], [replace(THEIRS, payable=Decimal(119_001))])
    (total,) = [one for one in result.totals if one.heading is Heading.PAYABLE]
    assert total.difference(Side.PYMES) == 1


def test_a_file_that_ends_before_the_last_document_says_so() -> None:
    late = [replace(one, day=date(2026, 11, 30)) for one in (OURS, THEIRS, DIANS)]
    whole = reconciled(late[:1], late[1:2], late[2:])
    assert whole.dian is not None and not whole.falls_short
    assert replace(whole, dian=replace(whole.dian, last=date(2026, 11, 15))).falls_short


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "202611", "2026-1", "noviembre", "٢٠٢٦-11x", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


def test_months_follow_each_other_over_the_year() -> None:
    december = Month.parse("2026-12")
    assert (str(december.next), str(Month(2026, 1).previous)) == ("2027-01", "2025-12")
    assert (december.first, december.last) == (date(2026, 12, 1), date(2026, 12, 31))


# --- whatever the lists hold ------------------------------------------------------------------------------------------

AMOUNTS = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(1), Decimal("1190.50"), Decimal(10**12)])
FAMILIES = st.sampled_from([Family.FACTURA, Family.NOTA_CREDITO, Family.DOCUMENTO_SOPORTE])
DAYS = st.sampled_from([date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)])


@st.composite
def rows(draw: st.DrawFn, side: Side) -> list[Record]:
    found = []
    for place in range(draw(st.integers(0, 6))):
        number = draw(st.integers(1, 4))
        amount = draw(AMOUNTS)
        found.append(
            record(
                side,
                number,
                ref=f"{side}-{place}",
                family=draw(FAMILIES if side is not Side.DIAN else FAMILIES | st.none()),
                day=draw(DAYS),
                payable=amount if side is Side.PMS else draw(AMOUNTS | st.none()),
                taxes=draw(st.sampled_from([None, (Tax(code="01", amount=amount),)])),
                cufe=draw(st.sampled_from([None, f"{number:096x}", f"{9:096x}"])),
                state=draw(st.sampled_from([State.PROVEN, State.HELD, State.SETTLED])) if side is Side.PMS else None,
            )
        )
    return found


@given(rows(Side.PMS), rows(Side.PYMES), rows(Side.DIAN) | st.none())
def test_every_row_is_in_one_line_or_outside_the_month(
    pms: list[Record], pymes: list[Record], dian: list[Record] | None
) -> None:
    lines = compare(NOVEMBER, pms, pymes, dian)
    seen = Counter(one.ref for line in lines for one in line.records)
    every = [*pms, *pymes, *(dian or [])]
    assert set(seen.values()) <= {1}
    left_out = [one for one in every if one.ref not in seen]
    assert not any(NOVEMBER.has(one.day) for one in left_out)
    assert all(len(line.of(Side.PMS)) <= 1 for line in lines)
    assert all(any(NOVEMBER.has(one.day) for one in line.records) for line in lines)


@given(rows(Side.PMS), rows(Side.PYMES), rows(Side.DIAN))
def test_sums_add_up_to_every_row_once(pms: list[Record], pymes: list[Record], dian: list[Record]) -> None:
    lines, sides = compare(NOVEMBER, pms, pymes, dian), tuple(Side)
    by_class = summaries(lines, sides)
    assert sum(one.documents for one in by_class) == len(lines)
    counted = {one.ref for line in lines for one in line.records}
    for side, own in zip(sides, (pms, pymes, dian), strict=True):
        assert sum(one.values[side] for one in by_class) == sum(one.payable or 0 for one in own if one.ref in counted)
    added = totals(NOVEMBER, lines, sides)
    for side, own in zip(sides, (pms, pymes), strict=False):
        inside = [one for one in own if NOVEMBER.has(one.day)]
        for heading, read in ((Heading.PAYABLE, lambda one: one.payable), (Heading.IVA, lambda one: one.tax("01"))):
            for book, families in (
                (Book.SALES, (Family.FACTURA, Family.NOTA_CREDITO)),
                (Book.PURCHASES, (Family.DOCUMENTO_SOPORTE,)),
            ):
                values = [
                    None if read(one) is None else read(one) * (-1 if one.family is Family.NOTA_CREDITO else 1)
                    for one in inside
                    if one.family in families
                ]
                said = [one.values[side] for one in added if (one.book, one.heading) == (book, heading)]
                assert said == [None if None in values else sum(values, Decimal(0))] or (not values and not any(said))


@given(rows(Side.PMS), rows(Side.PYMES), st.randoms())
def test_the_order_in_which_a_system_lists_changes_no_class_without_doubles(
    pms: list[Record], pymes: list[Record], random: Any
) -> None:
    pms, pymes = ([*{one.number_key: one for one in rows_}.values()] for rows_ in (pms, pymes))
    pms, pymes = ([replace(one, cufe=None) for one in rows_] for rows_ in (pms, pymes))
    again = [random.sample(rows_, len(rows_)) for rows_ in (pms, pymes)]
    assert compare(NOVEMBER, pms, pymes, None) == compare(NOVEMBER, *again, None)
