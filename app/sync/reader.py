"""From the source of approved documents into the ledger: every one once, kept before the next is asked for."""

from collections.abc import Callable
from contextlib import aclosing

from app.connectors.source import DocumentSource
from app.sync.ledger import Ledger


async def read_approved(
    source: DocumentSource, ledger: Ledger, halted: Callable[[], bool] = lambda: False, at_most: int | None = None
) -> int:
    """Bring everything new into the ledger and return how many documents may be taken up by it.

    What the source remembers is written in the same commit as its rows, so that neither is ahead of the other.
    ``halted`` is asked after each batch: a folder with a year of files must not keep the program from ending. No batch
    begins where ``at_most`` new documents have come; the rest comes with the next reading.
    """
    new = 0
    async with aclosing(source.news(ledger)) as batches:
        async for batch in batches:
            new += ledger.record_seen(
                batch.rows, batch.position, source=source.kind, marks=batch.marks, withdrawn=batch.withdrawn
            )
            if halted() or (at_most is not None and new >= at_most):
                return new
    ledger.end_first_reading(source.kind)
    return new
