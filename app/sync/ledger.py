"""The ledger.

Every document, every event, in one durable file. It decides nothing; ``model.journey`` says what an event does.

``Ledger`` belongs to the engine's thread. ``LedgerReader`` is for everybody else and cannot write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import BOGOTA, Clock
from app.model.documents import Document, Family
from app.model.journey import Event, EventKind, Journey, State, advance, rebuild
from app.model.numbering import Numbering, NumberingProof
from app.model.source import SourceKind
from app.model.status import Counts
from app.storage.database import open_database, open_for_reading
from app.storage.tables import documents, events, evidence, facts, proofs
from app.storage.tables import marks as marks_table

_JOURNEY: Final = (
    documents.c.state,
    documents.c.cause,
    documents.c.detail,
    documents.c.attempts,
    documents.c.looks,
    documents.c.adopted,
    documents.c.sale,
    documents.c.due_at,
    documents.c.since,
)
_CURSOR: Final = "pms-position"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its present state, as the engine works on it."""

    key: str
    position: int
    seen_at: datetime
    document: Document
    journey: Journey


@dataclass(frozen=True, slots=True)
class Row:
    """A document as a list shows it. ``family`` and amounts are ``None`` where the PMS' row could not be read."""

    key: str
    full_number: str
    family: Family | None
    issued_at: datetime | None
    counterparty: str
    currency: str
    payable: Decimal | None
    state: State
    cause: Cause | None
    detail: dict[str, Any]
    adopted: bool
    seen_at: datetime
    proven_at: datetime | None


class Ledger:
    """The one writer."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open and migrate the file; raises what ``storage.open_database`` raises."""
        self._engine: Engine = open_database(path)
        self._clock = clock
        self._ranges: tuple[Numbering, ...] = ()

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What came from the source

    def position(self) -> int:
        """Return the cursor: the highest position whose documents are all in the ledger."""
        with self._engine.connect() as connection:
            value = connection.scalar(select(facts.c.value).where(facts.c.name == _CURSOR))
        return int(value) if value else 0

    def record_seen(
        self,
        rows: Sequence[ApprovedDocument],
        position: int | None = None,
        *,
        source: SourceKind = SourceKind.PMS,
        marks: Mapping[str, str | None] | None = None,
        withdrawn: Sequence[str] = (),
    ) -> int:
        """Write new documents and what their source remembers together, and return how many may now be taken up.

        A repeated row changes nothing. The same number with another content is kept as a fact of the first: held, or
        in conflict where it is already in Pymes. An approved one takes the place of one that never was.
        """
        now = self._clock.now()
        moved = 0
        with self._engine.begin() as connection:
            self._withdraw(connection, withdrawn, now)
            known = self._known(connection, [row.key for row in rows])
            place = self._next_place(connection) if any(row.position is None for row in rows) else 0
            for row in rows:
                key = row.key
                if key in known:
                    moved += self._meet(connection, key, row, known[key], now)
                    known |= self._known(connection, [key])
                    continue
                journey = self._insert(connection, key, row, place if row.position is None else row.position, now)
                known[key] = (row.document.digest if row.document else "", journey.state, journey.cause)
                place += row.position is None
                moved += 1
            if position is not None:
                connection.execute(_upsert_fact(_CURSOR, str(position)))
            for name, mark in (marks or {}).items():
                connection.execute(_upsert_mark(source, name, mark))
        return moved

    def marks(self, source: SourceKind) -> dict[str, str]:
        """Return all that a source asked to be remembered."""
        query = select(marks_table.c.name, marks_table.c.mark).where(marks_table.c.source == source.value)
        with self._engine.connect() as connection:
            return {name: mark for name, mark in connection.execute(query)}

    def _known(self, connection: Connection, keys: Sequence[str]) -> dict[str, tuple[str, State, Cause | None]]:
        query = select(documents.c.key, documents.c.digest, documents.c.state, documents.c.cause)
        found = connection.execute(query.where(documents.c.key.in_(list(dict.fromkeys(keys)))))
        return {key: (digest, State(state), Cause(cause) if cause else None) for key, digest, state, cause in found}

    def _next_place(self, connection: Connection) -> int:
        return (connection.scalar(select(func.max(documents.c.position))) or 0) + 1

    def _insert(self, connection: Connection, key: str, row: ApprovedDocument, place: int, now: datetime) -> Journey:
        story = [Event(kind=EventKind.SEEN, at=now, data={"position": place, **row.detail})]
        if (held := _held_from_the_start(row, now)) is not None:
            story.append(held)
        journey = rebuild(story)
        values = {column.name: getattr(journey, column.name) for column in _JOURNEY}
        values |= {"key": key, "position": place, "seen_at": now} | _columns_of(row)
        connection.execute(documents.insert(), values)
        self._write_events(connection, key, story)
        return journey

    def _meet(
        self,
        connection: Connection,
        key: str,
        row: ApprovedDocument,
        known: tuple[str, State, Cause | None],
        now: datetime,
    ) -> int:
        """Bring a row together with what the ledger has under its key; return how many documents may move by it."""
        digest, state, cause = known
        same = row.document is None or row.document.digest == digest
        never_approved = state is State.WITHDRAWN or (state is State.HELD and cause is not None and _is_open(cause))
        held = _held_from_the_start(row, now)
        if not never_approved:
            # An approved document stays so, whatever is said of its number later: the DIAN rejects a second sending.
            if held is None and row.document is not None and not same:
                return int(self._note_other_content(connection, key, row.document, now))
            return 0
        journeys = self._journeys(connection, [key])
        if held is not None and same and (state, cause, journeys[key].detail) == (State.HELD, held.cause, held.data):
            return 0
        event = held or Event(kind=EventKind.RELEASED, at=now, data={"why": "approved", **row.detail})
        if not same:
            connection.execute(update(documents).where(documents.c.key == key), _columns_of(row))
        self._append(connection, [(key, event)], journeys)
        return 0 if held else 1

    def _withdraw(self, connection: Connection, keys: Sequence[str], now: datetime) -> None:
        event = Event(kind=EventKind.WITHDRAWN, at=now)
        known = self._known(connection, keys) if keys else {}
        gone = [key for key, (_, state, cause) in known.items() if state is State.HELD and cause and _is_open(cause)]
        if gone:
            self._append(connection, [(key, event) for key in gone], self._journeys(connection, gone))

    def _note_other_content(self, connection: Connection, key: str, document: Document, now: datetime) -> bool:
        journey = self._journeys(connection, [key])[key]
        if journey.cause is Cause.OTHER_CONTENT and journey.detail.get("digest") == document.digest:
            return False
        may_be_there = journey.state in (State.SENDING, State.SENT, State.IN_DOUBT, State.PROVEN)
        kind = EventKind.CONFLICT if may_be_there else EventKind.HELD
        data = {
            "digest": document.digest,
            "payable": format(document.payable, "f"),
            "buyer": document.counterparty.name,
        }
        event = Event(kind=kind, at=now, cause=Cause.OTHER_CONTENT, data=data)
        self._append(connection, [(key, event)], {key: journey})
        return True

    # What happens to them

    def append(self, steps: Iterable[tuple[str, Event]]) -> None:
        """Record events and the states that follow from them, in one durable commit.

        Several events of one key keep their order.
        """
        steps = list(steps)
        if not steps:
            return
        with self._engine.begin() as connection:
            self._append(connection, steps, self._journeys(connection, [key for key, _ in steps]))

    def _append(self, connection: Connection, steps: Sequence[tuple[str, Event]], journeys: dict[str, Journey]) -> None:
        for key, event in steps:
            journeys[key] = advance(journeys[key], event)
            self._write_events(connection, key, [event])
        for key in dict.fromkeys(key for key, _ in steps):
            journey = journeys[key]
            values: dict[str, Any] = {column.name: getattr(journey, column.name) for column in _JOURNEY}
            if journey.state is State.PROVEN:
                values["proven_at"] = journey.since
            connection.execute(update(documents).where(documents.c.key == key), values)

    def _write_events(self, connection: Connection, key: str, new: Sequence[Event]) -> None:
        connection.execute(
            events.insert(),
            [
                {
                    "key": key,
                    "kind": event.kind,
                    "at": event.at,
                    "cause": event.cause,
                    "due_at": event.due_at,
                    "data": event.data,
                }
                for event in new
            ],
        )

    def _journeys(self, connection: Connection, keys: Sequence[str]) -> dict[str, Journey]:
        query = select(documents.c.key, *_JOURNEY).where(documents.c.key.in_(list(dict.fromkeys(keys))))
        return {row.key: _journey(row) for row in connection.execute(query)}

    def release(self, keys: Sequence[str]) -> None:
        """Let documents that a person has mended be taken up again; those that do not wait for one are left alone."""
        event = Event(kind=EventKind.RELEASED, at=self._clock.now(), data={"why": "person"})
        self.append((entry.key, event) for entry in self.entries(keys) if _may_be_released(entry.journey))

    def recover(self) -> int:
        """Turn what was cut off in the middle into doubt, and return how many; to be called before the first cycle."""
        now = self._clock.now()
        with self._engine.begin() as connection:
            query = select(documents.c.key).where(documents.c.state.in_([State.SENDING, State.SENT]))
            keys = list(connection.scalars(query))
            steps = [(key, Event(kind=EventKind.NO_CLEAR_ANSWER, at=now, data={"why": "restart"})) for key in keys]
            if steps:
                self._append(connection, steps, self._journeys(connection, keys))
        return len(keys)

    # What the engine asks for

    def due(self, state: State, limit: int, now: datetime | None = None) -> list[Entry]:
        """Return documents of one state whose time has come, in the order of their approval.

        Without ``now``, whether it has come or not.
        """
        when = () if now is None else (_is_due(now),)
        return self._entries(_entries_where(documents.c.state == state, *when).limit(limit))

    def held_for(self, causes: Iterable[Cause], limit: int, after: int = -1) -> list[Entry]:
        """Return held documents of some causes, beyond a position, so that all can be walked through in pages."""
        condition = and_(
            documents.c.state == State.HELD,
            documents.c.cause.in_([cause.value for cause in causes]),
            documents.c.position > after,
        )
        return self._entries(_entries_where(condition).limit(limit))

    def entries(self, keys: Sequence[str]) -> list[Entry]:
        """Return the documents of these keys as they stand now, in the order of their approval."""
        return self._entries(_entries_where(documents.c.key.in_(keys)))

    def find(self, full_number: str, family: Family, issuer_nit: str) -> Entry | None:
        """Return the document with this printed number, ``None`` where the ledger has never seen it."""
        condition = and_(
            documents.c.full_number == full_number,
            documents.c.family == family,
            documents.c.key.startswith(f"{issuer_nit}/", autoescape=True),
        )
        found = self._entries(_entries_where(condition))
        return found[0] if found else None

    def _entries(self, query: Select[Any]) -> list[Entry]:
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def next_due(self) -> datetime | None:
        """Return the earliest moment at which a document that waits for its time may be taken up again."""
        waiting = [State.SEEN, State.IN_DOUBT, State.MISSING]
        query = select(func.min(documents.c.due_at)).where(documents.c.state.in_(waiting))
        with self._engine.connect() as connection:
            earliest: datetime | None = connection.scalar(query)
        return earliest

    def counts(self) -> Counts:
        """Count the documents by state."""
        with self._engine.connect() as connection:
            return _counts(connection, self._clock.now())

    # Numbering

    def save_proofs(self, new: Iterable[NumberingProof]) -> None:
        """Keep each proof whose content differs from the last one of its range."""
        new = tuple(new)
        self._ranges = tuple(numbering for proof in new for numbering in proof.columns.values())
        with self._engine.begin() as connection:
            for proof in new:
                last = connection.scalar(
                    select(proofs.c.body)
                    .where(proofs.c.family == proof.family, proofs.c.range == proof.range_name)
                    .order_by(proofs.c.id.desc())
                    .limit(1)
                )
                if last is None or _content(NumberingProof.model_validate_json(last)) != _content(proof):
                    row = {
                        "at": proof.checked_at,
                        "family": proof.family,
                        "range": proof.range_name,
                        "holds": proof.holds,
                        "body": proof.model_dump_json(),
                    }
                    connection.execute(proofs.insert(), row)

    def evidence(self) -> tuple[Numbering, ...]:
        """Return what persons typed and what the FE service last said."""
        with self._engine.connect() as connection:
            return tuple(map(Numbering.model_validate_json, connection.scalars(select(evidence.c.body))))

    def ranges(self) -> tuple[Numbering, ...]:
        """Return what was last said of the hotel's ranges: by the proofs of this run, before the first by evidence."""
        return self._ranges or self.evidence()

    def save_evidence(self, numberings: Iterable[Numbering]) -> None:
        """Keep evidence; a newer one of the same system, family, resolution and prefix replaces the older."""
        with self._engine.begin() as connection:
            for numbering in numberings:
                row = {
                    "system": numbering.system.value,
                    "family": numbering.family.value,
                    "resolution": numbering.resolution or "",
                    "prefix": numbering.prefix,
                    "body": numbering.model_dump_json(),
                }
                statement = insert(evidence).values(row)
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["system", "family", "resolution", "prefix"], set_={"body": row["body"]}
                    )
                )


class LedgerReader:
    """The ledger for screens and reports: reads beside the writer, never waits for it, cannot write."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._engine = open_for_reading(path)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def page(self, offset: int, limit: int, states: Sequence[State] = (), text: str = "") -> tuple[Row, ...]:
        """Return rows, the newest first; ``text`` is looked for in number, name and identification."""
        query = (
            _filtered(select(documents), states, text)
            .order_by(documents.c.seen_at.desc(), documents.c.position.desc())
            .offset(offset)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(_row(row) for row in connection.execute(query))

    def unproven(self, limit: int) -> tuple[Row, ...]:
        """Return what does not stand proven in Pymes, the newest first."""
        return self.page(0, limit, [one for one in State if one not in (State.PROVEN, State.WITHDRAWN)])

    def count(self, states: Sequence[State] = (), text: str = "") -> int:
        """Count the rows that ``page`` walks through."""
        with self._engine.connect() as connection:
            return connection.scalar(_filtered(select(func.count()).select_from(documents), states, text)) or 0

    def timeline(self, key: str) -> tuple[Event, ...]:
        """Return every event of a document, the oldest first."""
        with self._engine.connect() as connection:
            query = select(events).where(events.c.key == key).order_by(events.c.id)
            return tuple(
                Event(kind=EventKind(row.kind), at=row.at, cause=row.cause, due_at=row.due_at, data=row.data)
                for row in connection.execute(query)
            )

    def document(self, key: str) -> Document | None:
        """Return what the PMS approved, ``None`` where it could not be read."""
        with self._engine.connect() as connection:
            body = connection.scalar(select(documents.c.body).where(documents.c.key == key))
        return Document.model_validate_json(body) if body else None

    def counts(self) -> Counts:
        """Count the documents by state."""
        with self._engine.connect() as connection:
            return _counts(connection, self._clock.now())


def _may_be_released(journey: Journey) -> bool:
    """Say whether a person may let it go; that the DIAN approved it is for the DIAN to say."""
    return journey.state.needs_a_person and not (journey.cause is not None and journey.cause.is_about_approval)


def _is_open(cause: Cause) -> bool:
    """Say whether a held row may still turn out to be approved, or to stand for nothing."""
    return cause is Cause.UNREADABLE or cause.is_about_approval


def _held_from_the_start(row: ApprovedDocument, now: datetime) -> Event | None:
    cause = row.cause or (Cause.UNREADABLE if row.document is None else None)
    if cause is None:
        return None
    return Event(kind=EventKind.HELD, at=now, cause=cause, data=dict(row.detail) or {"fields": row.fault})


def _columns_of(row: ApprovedDocument) -> dict[str, Any]:
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


def _upsert_fact(name: str, value: str) -> Any:
    statement = insert(facts).values(name=name, value=value)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})


def _upsert_mark(source: SourceKind, name: str, mark: str | None) -> Any:
    if mark is None:
        return delete(marks_table).where(marks_table.c.source == source.value, marks_table.c.name == name)
    statement = insert(marks_table).values(source=source.value, name=name, mark=mark)
    return statement.on_conflict_do_update(index_elements=["source", "name"], set_={"mark": mark})


def _is_due(now: datetime) -> Any:
    return or_(documents.c.due_at.is_(None), documents.c.due_at <= now)


def _entries_where(*conditions: Any) -> Select[Any]:
    return select(documents).where(documents.c.body.is_not(None), *conditions).order_by(documents.c.position)


def _journey(row: Any) -> Journey:
    return Journey(**{column.name: getattr(row, column.name) for column in _JOURNEY})


def _entry(row: Any) -> Entry:
    return Entry(row.key, row.position, row.seen_at, Document.model_validate_json(row.body), _journey(row))


def _row(row: Any) -> Row:
    return Row(
        key=row.key,
        full_number=row.full_number,
        family=Family(row.family) if row.family else None,
        issued_at=row.issued_at,
        counterparty=row.counterparty,
        currency=row.currency,
        payable=row.payable,
        state=State(row.state),
        cause=Cause(row.cause) if row.cause else None,
        detail=row.detail,
        adopted=row.adopted,
        seen_at=row.seen_at,
        proven_at=row.proven_at,
    )


def _filtered(query: Select[Any], states: Sequence[State], text: str) -> Select[Any]:
    if states:
        query = query.where(documents.c.state.in_([state.value for state in states]))
    if text := text.strip():
        query = query.where(
            or_(
                documents.c.full_number.istartswith(text, autoescape=True),
                documents.c.counterparty.icontains(text, autoescape=True),
                documents.c.counterparty_id.startswith(text, autoescape=True),
            )
        )
    return query


def _counts(connection: Connection, now: datetime) -> Counts:
    rows = connection.execute(select(documents.c.state, func.count()).group_by(documents.c.state))
    by_state: dict[str, int] = {state: number for state, number in rows}
    midnight = now.astimezone(BOGOTA).replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(func.count()).where(
        documents.c.proven_at >= midnight, documents.c.proven_at < midnight + timedelta(days=1)
    )
    adopted = select(func.count()).where(documents.c.state == State.PROVEN, documents.c.adopted)
    return Counts(
        waiting=by_state.get(State.SEEN, 0) + by_state.get(State.SENDING, 0) + by_state.get(State.SENT, 0),
        in_doubt=by_state.get(State.IN_DOUBT, 0),
        held=by_state.get(State.HELD, 0),
        conflict=by_state.get(State.CONFLICT, 0),
        missing=by_state.get(State.MISSING, 0),
        proven=by_state.get(State.PROVEN, 0),
        adopted=connection.scalar(adopted) or 0,
        today=connection.scalar(today) or 0,
    )


def _content(proof: NumberingProof) -> Any:
    return (
        [cell.model_dump() for cell in proof.cells],
        proof.conditions,
    )
