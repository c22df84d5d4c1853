"""Which rows a list shows: full text, and the index that answers each filter and order best.

It returns places of rows, and knows nothing of their content.

In a file, a filter that leaves few documents is answered from its own index and sorted afterwards; one that leaves many
walks the index of the order and leaves out what does not fit. Which of both, the counts tell: SQLite cannot know.
PostgreSQL keeps its own counts and chooses itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from app.model.clock import BOGOTA
from app.model.listing import Listing, Order

FEW: Final = 5_000
"""So many are sorted in some milliseconds."""
_MOST_TERMS: Final = 8
_CENTS: Final = re.compile(r"(?<=\d),\d{1,2}(?!\d)")
_GROUPED: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_PREFIXED: Final = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_CHECK_DIGIT: Final = re.compile(r"(?<!\d)(\d{6,})-\d(?!\d)")

_INDEX: Final = {
    Order.NEWEST: "documents_by_time",
    Order.NUMBER: "documents_by_prefix",
    Order.DATE: "documents_by_issue",
    Order.COUNTERPARTY: "documents_by_name",
    Order.AMOUNT: "documents_by_amount",
    Order.STATE: "documents_by_state",
}
_FILTERS: Final = frozenset({"state", "family", "cause"})
_FILTERED: Final = ("issued_at", "state", "family", "cause")
_COLUMNS: Final = {
    Order.NEWEST: ("seen_at", "position", "state", "family", "cause", "issued_at"),
    Order.NUMBER: ("prefix", "number", *_FILTERED),
    Order.DATE: ("issued_at", "state", "family", "cause"),
    Order.COUNTERPARTY: ("sort_name", *_FILTERED),
    Order.AMOUNT: ("sort_amount", *_FILTERED),
    Order.STATE: ("state", "position", "family", "cause", "issued_at"),
}
"""All columns of the index, so that it gives the order to the last row."""


def places(connection: Connection, listing: Listing, offset: int, limit: int) -> list[int]:
    """Return the places of the rows from ``offset`` on, in the order of the list."""
    asked = _asked(connection, listing)
    statement = f"SELECT {asked.place} {asked.source} {_order(listing, asked)} LIMIT :limit OFFSET :offset"
    values = asked.values | {"limit": limit, "offset": offset}
    return list(connection.scalars(text(statement), values))


def count(connection: Connection, listing: Listing) -> int:
    """Count the rows of the list."""
    if not replace(listing, states=()).is_filtered:
        return _tallied(connection, listing)
    asked = _asked(connection, listing, counts=True)
    return int(connection.scalar(text(f"SELECT COUNT(*) {asked.source}"), asked.values) or 0)


def terms(written: str) -> tuple[str, ...]:
    """Return the words to look for: as people write numbers, values and NIT, without accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", written) if not unicodedata.combining(letter))
    plain = _PREFIXED.sub("", plain)
    plain = _CHECK_DIGIT.sub(r"\1", _GROUPED.sub("", _CENTS.sub("", plain)))
    words = "".join(letter if _is_of_a_word(letter) else " " for letter in plain).split()
    return tuple(word[:40] for word in words[:_MOST_TERMS])


def _is_of_a_word(letter: str) -> bool:
    # By the oldest list of letters: one that SQLite's own list does not have would cut the word in two.
    return letter <= "\uffff" and unicodedata.ucd_3_2_0.category(letter)[0] in "LN"


@dataclass(frozen=True, slots=True)
class _Asked:
    source: str
    values: dict[str, Any]
    place: str = "documents.rowid"
    streams: bool = False
    """The full text itself gives the newest first."""


def _asked(connection: Connection, listing: Listing, *, counts: bool = False) -> _Asked:
    conditions, values = _conditions(listing)
    words = terms(listing.text)
    if listing.text.strip() and not words:
        return _Asked("FROM documents WHERE 1 = 0", {})
    if connection.dialect.name == "postgresql":
        if words:
            conditions.append("words @@ TO_TSQUERY('simple', :words)")
            values["words"] = " & ".join(f"'{word}':*" if len(word) > 1 else f"'{word}'" for word in words)
        return _Asked(_and("FROM documents WHERE 1 = 1", conditions), values)
    if words:
        values["words"] = " AND ".join(f'"{word}"*' if len(word) > 1 else f'"{word}"' for word in words)
        streams = listing.order is Order.NEWEST and listing.descending
        if not conditions and (counts or streams):
            return _Asked("FROM search WHERE search MATCH :words", values, "search.rowid", streams=True)
        if streams or _few(connection, "SELECT rowid FROM search WHERE search MATCH :words", values):
            joined = "FROM search CROSS JOIN documents ON documents.rowid = search.rowid WHERE search MATCH :words"
            return _Asked(_and(joined, conditions), values, "search.rowid", streams=streams)
        conditions.append("documents.rowid IN (SELECT rowid FROM search WHERE search MATCH :words)")
    index = _best_index(connection, replace(listing, order=Order.NEWEST) if counts else listing)
    own = _COLUMNS[Order.STATE][0] if index == _INDEX[Order.STATE] else None
    # A column that is equal to one value takes SQLite out of the order that the index gives, and has it sort again:
    # behind a plus it is not seen to be one.
    hidden = [f"+{one}" if one.split()[0] in _FILTERS - {own} else one for one in conditions]
    return _Asked(_and(f"FROM documents INDEXED BY {index} WHERE 1", hidden), values)


def _best_index(connection: Connection, listing: Listing) -> str:
    if listing.states and _tallied(connection, listing) <= FEW:
        return _INDEX[Order.STATE]
    if listing.first is not None or listing.last is not None:
        conditions, values = _conditions(Listing(first=listing.first, last=listing.last))
        query = _and("SELECT rowid FROM documents INDEXED BY documents_by_issue WHERE 1", conditions)
        if _few(connection, query, values):
            return _INDEX[Order.DATE]
    return _INDEX[listing.order]


def _few(connection: Connection, query: str, values: dict[str, Any]) -> bool:
    found = connection.scalar(text(f"SELECT COUNT(*) FROM ({query} LIMIT {FEW + 1})"), values) or 0
    return int(found) <= FEW


def _tallied(connection: Connection, listing: Listing) -> int:
    states, values = _one_of("state", listing.states)
    return int(connection.scalar(text(_and("SELECT COALESCE(SUM(n), 0) FROM tally WHERE 1 = 1", states)), values) or 0)


def _conditions(listing: Listing) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for column, wanted in (("state", listing.states), ("family", listing.families), ("cause", listing.causes)):
        more, bound = _one_of(column, wanted)
        conditions += more
        values |= bound
    if listing.first is not None:
        conditions.append("issued_at >= :first")
        values["first"] = _midnight(listing.first)
    if listing.last is not None:
        conditions.append("issued_at < :beyond")
        values["beyond"] = _midnight(listing.last + timedelta(days=1))
    return conditions, values


def _one_of(column: str, wanted: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    if not wanted:
        return [], {}
    values = {f"{column}_{number}": str(value) for number, value in enumerate(wanted)}
    return [f"{column} IN ({', '.join(f':{name}' for name in values)})"], values


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), BOGOTA).astimezone(UTC).isoformat(timespec="microseconds")


def _and(start: str, conditions: Sequence[str]) -> str:
    return " AND ".join((start, *conditions))


def _order(listing: Listing, asked: _Asked) -> str:
    way = "DESC" if listing.descending else "ASC"
    columns = () if asked.streams else _COLUMNS[listing.order]
    return "ORDER BY " + ", ".join(f"{column} {way}" for column in (*columns, asked.place))
