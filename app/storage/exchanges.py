"""What was said to Pymes about a document, beside the events that it led to; packed small, and not for ever.

The events stay. The raw words are kept for a time in which a month's books may still be argued about, because they
would soon outweigh everything else in the file.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from app.model.exchange import Exchange
from app.storage.tables import events, exchanges

KEPT: Final = timedelta(days=400)
"""A year of books and the weeks in which it is closed."""
_GO_AT_ONCE: Final = 200
"""More leave than come, until none is too old, and no commit becomes long by it."""


def write(connection: Connection, said: Sequence[tuple[int, datetime, Sequence[Exchange]]]) -> None:
    """Keep what was said, by the id of its event, and let go of what is too old."""
    if not said:
        return
    connection.execute(
        exchanges.insert(), [{"event": event, "at": at, "body": _packed(several)} for event, at, several in said]
    )
    newest = max(at for _, at, _ in said)
    oldest = select(exchanges.c.id).order_by(exchanges.c.id).limit(_GO_AT_ONCE)
    connection.execute(delete(exchanges).where(exchanges.c.id.in_(oldest), exchanges.c.at < newest - KEPT))


def of_document(connection: Connection, key: str) -> dict[int, tuple[Exchange, ...]]:
    """Return all that is kept about a document, by the id of the event."""
    query = select(exchanges.c.event, exchanges.c.body).join(events, events.c.id == exchanges.c.event)
    return {event: _unpacked(body) for event, body in connection.execute(query.where(events.c.key == key))}


def _packed(said: Sequence[Exchange]) -> bytes:
    whole = json.dumps([one.model_dump(exclude_defaults=True) for one in said], ensure_ascii=False)
    return zlib.compress(whole.encode(), level=1)


def _unpacked(body: bytes) -> tuple[Exchange, ...]:
    return tuple(map(Exchange.model_validate, json.loads(zlib.decompress(body))))
