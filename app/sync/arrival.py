"""What a source's row becomes when it enters the ledger: its columns, and whether it is held from the start."""

from datetime import datetime
from typing import Any

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.journey import Event, EventKind


def is_open(cause: Cause) -> bool:
    """Say whether a held row may still turn out to be approved, or to stand for nothing."""
    return cause is Cause.UNREADABLE or cause.is_about_approval


def held_from_the_start(row: ApprovedDocument, now: datetime) -> Event | None:
    """Return the event that holds a row that nobody may send, ``None`` for an approved and readable one."""
    cause = row.cause or (Cause.UNREADABLE if row.document is None else None)
    if cause is None:
        return None
    return Event(kind=EventKind.HELD, at=now, cause=cause, data=dict(row.detail) or {"fields": row.fault})


def first_events(row: ApprovedDocument, place: int, now: datetime) -> list[Event]:
    """Return how the story of a row begins that nobody knew, ``place`` its position in the order of approval."""
    story = [Event(kind=EventKind.SEEN, at=now, data={**row.detail, "position": place})]
    if (held := held_from_the_start(row, now)) is not None:
        story.append(held)
    return story


def columns_of(row: ApprovedDocument) -> dict[str, Any]:
    """Return what is written of the document itself; of one that could not be read, its label alone."""
    document = row.document
    if document is None:
        return {
            "family": None,
            "prefix": "",
            "number": 0,
            "full_number": row.label[:40],
            "issued_at": None,
            "counterparty": "",
            "counterparty_id": "",
            "currency": "",
            "payable": None,
            "digest": "",
            "body": None,
        }
    return {
        "family": document.family,
        "prefix": document.prefix,
        "number": document.number,
        "full_number": document.full_number,
        "issued_at": document.issued_at,
        "counterparty": document.counterparty.name,
        "counterparty_id": document.counterparty.id,
        "currency": document.currency,
        "payable": document.payable,
        "digest": document.digest,
        "body": document.model_dump_json(),
    }
