"""Every number that the ledger knows, for the watch of the ranges. What it means is ``sync``'s affair."""

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.model.causes import Cause
from app.model.documents import DocumentKey
from app.model.journey import State
from app.storage.tables import documents


class Known(NamedTuple):
    """A numbered document, as far as the watch of the ranges needs it."""

    key: DocumentKey
    at: datetime
    """Issued, or seen where that is not known."""
    state: State
    cause: Cause | None

    @property
    def is_rejected(self) -> bool:
        """Say whether the DIAN refused it, so that the number is not used."""
        return self.cause is Cause.REJECTED_BY_DIAN


def numbers(connection: Connection) -> tuple[Known, ...]:
    """Return every document that has a number, also one of which only that is known."""
    columns = (documents.c.key, documents.c.issued_at, documents.c.seen_at, documents.c.state, documents.c.cause)
    query = select(*columns).where(documents.c.state != State.WITHDRAWN)
    found = []
    for key, issued_at, seen_at, state, cause in connection.execute(query):
        with suppress(ValueError):  # the row of a file that could not be read has no number
            number = DocumentKey.parse(key)
            found.append(Known(number, issued_at or seen_at, State(state), Cause(cause) if cause else None))
    return tuple(found)
