"""Looking in Pymes.

Which of these documents stand there? With as few requests as the answer allows; it changes nothing.
"""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import date

from app.connectors.pymes import PAGE, Pymes
from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey
from app.model.sales import Sale
from app.sync.parallel import for_each

Found = dict[DocumentKey, tuple[Sale, ...]]
"""Every document asked for, with the sales that claim its number: none, one, or — somebody doubled it — more."""


async def look(pymes: Pymes, documents: Sequence[Document], today: date, *, at_once: int) -> Found:
    """Look for all documents: by pages of their days where these are few, and one number at a time for the rest.

    The pages read the days from the first document's own to ``today`` (Bogotá). What they show is there. What they do
    not show is asked for by its number before it counts as absent, because somebody may have dated it otherwise.
    """
    found: Found = {document.key: () for document in documents}
    await _look_in_pages(pymes, documents, today, found, most=max(1, len(documents) // at_once))

    async def by_number(document: Document) -> None:
        sales = await pymes.sales_numbered(document.full_number)
        found[document.key] = tuple(sale for sale in sales if sale.is_about(document.key))

    await for_each([document for document in documents if not found[document.key]], by_number, at_once=at_once)
    return found


async def _look_in_pages(pymes: Pymes, documents: Sequence[Document], today: date, found: Found, *, most: int) -> None:
    """Fill ``found`` from pages of sales, unless there are more than ``most`` of them."""
    days = [bogota_day(document.issued_at) for document in documents]
    by_number = {(key.family, key.prefix.upper(), key.number): key for key in found}
    seen: set[str] = set()
    async with aclosing(pymes.sales_between(min(days), max(today, *days))) as pages:
        async for page in pages:
            if page.total > most * PAGE:
                return
            for sale in page.sales:
                key = by_number.get((sale.type.family, sale.prefix.upper(), sale.number))
                # Sales added while the pages are read can show a row twice, never hide one.
                if key is not None and sale.uuid not in seen:
                    found[key] += (sale,)
                    seen.add(sale.uuid)
