"""Looking in Pymes.

Which of these documents stand there? With as few requests as the answer allows; it changes nothing.
"""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import date, timedelta
from typing import Final

from app.connectors.overhearing import overheard
from app.connectors.pymes import PAGE, Pymes
from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey
from app.model.exchange import Exchange
from app.model.sales import Sale
from app.sync.parallel import for_each

_AHEAD: Final = timedelta(days=400)


class Found(dict[DocumentKey, tuple[Sale, ...]]):
    """Every document asked for, with the sales that claim its number: none, one, or — somebody doubled it — more."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__({document.key: () for document in documents})
        self.said: dict[DocumentKey, tuple[Exchange, ...]] = {}
        """How Pymes said it; of a page with many sales only the rows that claim the number."""


async def look(pymes: Pymes, documents: Sequence[Document], today: date, *, at_once: int) -> Found:
    """Look for all documents: by pages of their days where these are few, and one number at a time for the rest.

    The pages read the days from the first document's own to long after ``today`` (Bogotá): days to come hold next to
    no sales, so a second one of a number that somebody dated there is seen for nothing. What they show is there. What
    they do not show is asked for by its number before it counts as absent, because somebody may have dated it earlier.
    """
    found = Found(documents)
    with overheard():
        await _look_in_pages(pymes, documents, today, found, most=max(1, len(documents) // at_once))

    async def by_number(document: Document) -> None:
        with overheard() as said:
            sales = await pymes.sales_numbered(document.full_number)
        found.said[document.key] = tuple(said)
        found[document.key] = tuple(sale for sale in sales if sale.is_about(document.key))

    await for_each([document for document in documents if not found[document.key]], by_number, at_once=at_once)
    return found


async def _look_in_pages(pymes: Pymes, documents: Sequence[Document], today: date, found: Found, *, most: int) -> None:
    """Fill ``found`` from pages of sales, unless there are more than ``most`` of them."""
    days = [bogota_day(document.issued_at) for document in documents]
    by_number = {(key.family, key.prefix.upper(), key.number): key for key in found}
    seen: set[str] = set()
    async with aclosing(pymes.sales_between(min(days), max(today, *days) + _AHEAD)) as pages:
        async for page in pages:
            if page.total > most * PAGE:
                return
            for sale, said in zip(page.sales, page.said, strict=True):
                key = by_number.get((sale.type.family, sale.prefix.upper(), sale.number))
                # Sales added while the pages are read can show a row twice, never hide one.
                if key is not None and sale.uuid not in seen:
                    found[key] += (sale,)
                    if (exchange := said()) is not None:
                        found.said[key] = (*found.said.get(key, ()), exchange)
                    seen.add(sale.uuid)
