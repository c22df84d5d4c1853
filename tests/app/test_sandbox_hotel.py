"""The practice hotel's documents are believable: amounts tie, codes recompute, notes follow what they correct."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from app.connectors.pms_contract import WireDocument, document_on_wire
from app.model import codes
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.model.numbering import Field, System, slips_of
from app.model.parties import FINAL_CONSUMER, PASSPORT
from app.sandbox.hotel import Hotel, NothingToIssue
from app.sandbox.house import House
from tests.support.practice import MovableClock

CENT = Decimal("0.01")


Found = Callable[..., House]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    """Found hotels by name, all of them closed in the end."""
    opened: list[House] = []

    def founding(name: str = "hotel", seed: int = 1) -> House:
        opened.append(House(tmp_path / name, MovableClock(), seed))
        return opened[-1]

    yield founding
    for house in opened:
        house.books.close()


def issued(house: House, count: int, families: tuple[Family, ...] = ()) -> list[Document]:
    asyncio.run(house.hotel.issue(count, families))
    wires = house.books.documents_after(0, 1, 1_000_000)
    return [WireDocument.model_validate_json(wire).document() for wire in wires]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    house = House(tmp_path_factory.mktemp("hotel"), MovableClock(), seed=7)
    approved = issued(house, 600)
    house.books.close()
    return approved


def test_every_total_ties_exactly(documents: list[Document]) -> None:
    for document in documents:
        lines, taxes = document.lines, document.taxes
        assert document.subtotal == sum(line.amount for line in lines)
        assert sum(tax.amount for tax in taxes) == sum(tax.amount for line in lines for tax in line.taxes)
        taxed = document.subtotal + sum((tax.amount for tax in taxes), Decimal(0))
        assert document.payable == taxed - document.allowances + document.charges - document.prepaid
        assert document.payable > 0
        for tax in (*taxes, *document.withholdings):
            assert tax.base is not None and tax.rate is not None
            assert abs(tax.amount - tax.base * tax.rate / 100) <= CENT * len(lines)
        amounts = (document.payable, document.subtotal, *(line.amount for line in lines))
        assert all(amount.as_tuple().exponent == -2 for amount in amounts)


def test_every_code_recomputes_from_its_document(found: Found) -> None:
    house = found()
    for document in issued(house, 120):
        told = document.authorisation
        key = house.ranges.technical_key(told.resolution) if told and document.family is Family.FACTURA else None
        assert document.cufe == codes.code_for(document, key or house.hotel.pin)
        assert (key is not None) == (document.family is Family.FACTURA)


def test_a_note_follows_the_invoice_that_it_corrects(documents: list[Document]) -> None:
    seen: dict[str, Document] = {}
    corrected = Counter[str]()
    for document in documents:
        if document.family.is_note:
            assert document.reference is not None
            invoice = seen[document.reference.full_number]
            assert document.reference.cufe == invoice.cufe
            assert document.counterparty == invoice.counterparty
            assert document.issued_at >= invoice.issued_at
            corrected[document.reference.full_number] += 1
            assert document.authorisation is None
        elif document.family is Family.FACTURA:
            seen[document.full_number] = document
    assert corrected and max(corrected.values()) == 1


def test_numbers_follow_each_other_within_their_range_and_dates_never_go_back(documents: list[Document]) -> None:
    last: dict[Family, int] = {}
    for before, after in pairwise(documents):
        assert before.issued_at <= after.issued_at
    for document in documents:
        assert last.setdefault(document.family, document.number - 1) == document.number - 1
        last[document.family] = document.number
        if told := document.authorisation:
            assert told.first <= document.number <= told.last
            assert told.valid_from <= document.issued_at.date().isoformat() <= told.valid_to
    assert documents[-1].issued_at == MovableClock().now()


def test_all_the_cases_of_a_hotel_occur(documents: list[Document]) -> None:
    assert {document.family for document in documents} == set(HOTEL_FAMILIES)
    invoices = [document for document in documents if document.family is Family.FACTURA]
    rates = {(tax.code, tax.rate) for document in invoices for tax in document.taxes}
    assert rates == {("01", Decimal("19.00")), ("01", Decimal("0.00")), ("04", Decimal("8.00"))}
    assert any(document.counterparty.id == FINAL_CONSUMER for document in invoices)
    assert any(document.prepaid for document in invoices)
    assert any(document.allowances for document in invoices) and any(document.charges for document in invoices)
    assert any(document.withholdings for document in documents if document.family is Family.DOCUMENTO_SOPORTE)
    assert any(document.guest and document.guest != document.counterparty for document in invoices)


def test_lodging_is_exempt_for_a_foreign_guest_also_when_a_company_pays(documents: list[Document]) -> None:
    exempt_and_paid_by_company = 0
    for document in (one for one in documents if one.family is Family.FACTURA):
        for line in document.lines:
            if line.description.startswith("Alojamiento"):
                sleeper = document.guest or document.counterparty
                assert (line.taxes[0].rate == 0) == (sleeper.id_type == PASSPORT)
                exempt_and_paid_by_company += document.guest is not None and line.taxes[0].rate == 0
    assert exempt_and_paid_by_company


def test_every_printed_check_digit_is_right(documents: list[Document]) -> None:
    parties = [party for one in documents for party in (one.issuer, one.counterparty, one.guest) if party]
    assert all(party.has_right_check_digit is not False for party in parties)
    assert any(party.has_right_check_digit for party in parties)


def test_the_ranges_satisfy_the_rules_of_the_dian(found: Found) -> None:
    house = found()
    for family in HOTEL_FAMILIES:
        current = house.ranges.current(family)
        assert current is not None
        assert slips_of(current[0], MovableClock().now().date()) == {}


def test_the_same_seed_gives_the_same_hotel_and_another_seed_another(found: Found) -> None:
    one, same, other = (found(name, seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert issued(one, 80) == issued(same, 80)
    assert one.ranges.pms_rows() == same.ranges.pms_rows()
    assert one.hotel.party != other.hotel.party


def test_a_hotel_that_was_closed_goes_on_where_it_stopped(found: Found) -> None:
    whole, halves = found("a"), found("b")
    issued(halves, 30)
    halves.books.close()
    again = found("b", seed=99)
    issued(whole, 30)
    assert again.hotel.seed == 1
    assert issued(again, 10) == issued(whole, 10)


def test_only_the_families_asked_for_are_issued(found: Found) -> None:
    house = found()
    assert {one.family for one in issued(house, 20, (Family.DOCUMENTO_SOPORTE,))} == {Family.DOCUMENTO_SOPORTE}


def test_a_note_without_an_invoice_cannot_be_issued(found: Found) -> None:
    house = found()
    with pytest.raises(NothingToIssue):
        issued(house, 1, (Family.NOTA_CREDITO,))
    assert house.books.last_position == 0


def test_a_range_that_is_used_up_issues_nothing_more(found: Found) -> None:
    house = found()
    current = house.ranges.current(Family.FACTURA)
    assert current is not None
    house.ranges.mutate(System.PMS, Family.FACTURA, Field.LAST, current[1])
    assert len(issued(house, 1, (Family.FACTURA,))) == 1
    with pytest.raises(NothingToIssue):
        issued(house, 1, (Family.FACTURA,))


def test_loaded_documents_bring_their_issuer_and_their_ranges(found: Found, documents: list[Document]) -> None:
    house = found()
    stranger = documents[0].issuer.model_copy(update={"id": "900508908", "check_digit": "9"})
    foreign = documents[0].model_copy(update={"issuer": stranger})
    wires = [document_on_wire(document, 1) for document in (foreign, *documents[:50])]
    assert house.hotel.load(wires) == 51
    assert house.hotel.load(wires) == 0
    assert house.hotel.party == documents[0].issuer
    told = next(document.authorisation for document in documents if document.family is Family.FACTURA)
    assert told is not None and house.ranges.dian_row(told.resolution) is not None
    assert house.ranges.technical_key(told.resolution) is None
    issued(house, 10)
    numbers = house.books.rows("SELECT COUNT(*), COUNT(DISTINCT issuer || family || prefix || number) FROM documents")
    assert tuple(numbers[0]) == (61, 61)


def test_a_reset_forgets_everything_and_may_take_another_seed(found: Found) -> None:
    house = found()
    before = house.hotel.party
    issued(house, 5)
    house.reset()
    assert house.books.last_position == 0 and house.hotel.party == before
    house.reset(2)
    assert house.hotel.party != before
    assert isinstance(house.hotel, Hotel)
