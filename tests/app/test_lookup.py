"""Looking in Pymes finds whatever claims a number, whatever its date and however many others there are."""

from pathlib import Path

from app.model.clock import bogota_day
from app.model.documents import Document, Family
from app.sync.lookup import look
from tests.support.desk import Desk, played
from tests.support.practice import SALES


async def looked(desk: Desk, documents: list[Document]) -> tuple[list[int], int]:
    """Look, and return how many sales were found for each document, and with how many requests."""
    before = len(desk.hotel.house.books.logged("GET", SALES, 0))
    async with desk.bridge.engine() as engine:
        pymes = engine.guard._connectors.pymes
        found = await look(pymes, documents, bogota_day(desk.hotel.clock.now()), at_once=4)
    return [len(found[one.key]) for one in documents], len(desk.hotel.house.books.logged("GET", SALES, 0)) - before


def test_none_one_and_two_sales_of_a_number(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(12)
        documents = desk.hotel.documents()
        desk.write_as_loggro(documents[0])
        desk.write_as_loggro(documents[1])
        desk.write_foreign(documents[1])
        assert await looked(desk, documents) == ([1, 2] + [0] * 10, 1 + 10)
        assert await looked(desk, documents[:1]) == ([1], 1)
        assert await looked(desk, documents[1:2]) == ([2], 1)

    played(tmp_path, trial)


def test_many_sales_of_the_day_hide_none(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(450)
        documents = desk.hotel.documents()
        for document in documents:
            desk.write_as_loggro(document)
        assert (await looked(desk, documents))[0] == [1] * 450
        # For a few documents, reading all pages would cost more than asking for each.
        few, requests = await looked(desk, documents[:3])
        assert few == [1] * 3
        assert requests <= 4

    played(tmp_path, trial)


def test_a_sale_that_was_dated_earlier_by_hand_is_found_among_many(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(12)
        documents = desk.hotel.documents()
        desk.write_foreign(documents[3], fechaHora="2026-11-10T10:00:00-05:00")
        assert (await looked(desk, documents))[0] == [0, 0, 0, 1] + [0] * 8

    played(tmp_path, trial)


def test_a_second_sale_of_a_number_dated_in_days_to_come_is_seen_without_asking_for_it(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(2)
        documents = desk.hotel.documents()
        for document in documents:
            desk.write_as_loggro(document)
        desk.write_foreign(documents[1], fechaHora="2027-03-10T10:00:00-05:00")
        assert await looked(desk, documents) == ([1, 2], 1)

    played(tmp_path, trial)


def test_another_family_or_prefix_with_the_same_number_is_another_document(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue(Family.FACTURA, Family.DOCUMENTO_SOPORTE)
        invoice, purchase = desk.hotel.documents()
        desk.write_as_loggro(invoice)
        same_number = purchase.model_copy(update={"number": invoice.number, "prefix": invoice.prefix})
        assert (await looked(desk, [same_number]))[0] == [0]
        assert (await looked(desk, [invoice]))[0] == [1]

    played(tmp_path, trial)
