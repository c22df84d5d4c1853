"""What Pymes held of a document when it was last read, from the words that the ledger keeps; it asks nobody."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.connectors.pymes_contract import WireVenta
from app.model.documents import DocumentKey
from app.model.exchange import Exchange
from app.model.journey import Event
from app.model.sales import Sale


class ReadBack(NamedTuple):
    """A sale, and when it was read."""

    sale: Sale
    at: datetime


def last_read(events: Sequence[Event], key: DocumentKey) -> ReadBack | None:
    """Return the sale of this number as it was last read; ``None`` where it never was, or its words are gone."""
    for event in reversed(events):
        for exchange in reversed(event.said):
            for row in _rows(exchange):
                sale = _sale(row)
                if sale is not None and sale.is_about(key):
                    return ReadBack(sale, event.at)
    return None


def _rows(exchange: Exchange) -> Iterator[Any]:
    if not exchange.request.startswith("GET ") or exchange.cut:
        return
    try:
        said = json.loads(exchange.answer, parse_float=str)
    except (ValueError, RecursionError):
        return
    if exchange.part:
        yield said
        return
    rows = said.get("contenido", said.get("datos")) if isinstance(said, dict) else said
    if isinstance(rows, dict):
        rows = rows.get("content")
    yield from rows if isinstance(rows, list) else ()


def _sale(row: Any) -> Sale | None:
    try:
        return WireVenta.model_validate(row).sale()
    except ValueError:
        return None
