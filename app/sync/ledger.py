"""The ledger.

Every document, every event, in one durable database. It decides nothing; ``model.journey`` says what an event does.

It belongs to the engine's thread; everybody else reads through ``ledger_reader``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, Select, and_, bindparam, delete, func, or_, select, tuple_, update

from app.connectors.source import ApprovedDocument
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.documents import Document, Family
from app.model.errors import StorageError
from app.model.journey import LONGEST_PAUSE, Event, EventKind, ImpossibleStep, Journey, State, advance, rebuild
from app.model.numbering import Numbering, NumberingProof
from app.model.role import Role, told_by
from app.model.source import SourceKind
from app.model.status import Counts, Rebuild, Sender
from app.storage import exchanges
from app.storage.counting import counts
from app.storage.database import open_database
from app.storage.facts import drop_fact, fact, put_fact
from app.storage.place import Place
from app.storage.tables import DOOR, SENDER, START, WISH, Moment, documents, events, evidence, proofs
from app.storage.tables import marks as marks_table
from app.storage.upsert import upsert
from app.sync.arrival import columns_of, first_events, held_from_the_start, is_open

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
_REBUILD: Final = "rebuild"
_TRUSTED: Final = timedelta(seconds=5)
"""Far below the time after which the server gives the right to another computer."""
_OPENED: Final = "opened"
_FIRST_READ: Final = "first-read"
_MAY_BE_THERE: Final = (State.SENDING, State.SENT, State.IN_DOUBT, State.PROVEN, State.SETTLED)
_ON_ITS_WAY: Final = (State.SEEN, State.SENDING, State.SENT, State.IN_DOUBT)
_MOVE: Final = (
    update(documents)
    .where(documents.c.key == bindparam("moved"))
    .values(
        {column: bindparam(f"new_{column.name}") for column in _JOURNEY}
        | {documents.c.proven_at: func.coalesce(bindparam("new_proven_at", type_=Moment), documents.c.proven_at)}
    )
)
"""One statement for many documents: they move together, and SQLAlchemy's own work is done once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its present state, as the engine works on it."""

    key: str
    position: int
    seen_at: datetime
    document: Document
    journey: Journey


class Ledger:
    """The one writer."""

    def __init__(self, place: Place, clock: Clock) -> None:
        """Open and migrate it; raises what ``open_database`` raises. ``open_ledger`` opens a damaged file too."""
        self._engine: Engine = open_database(place)
        self._clock = clock
        self._confirmed_at = clock.now()
        self._ranges: tuple[Numbering, ...] = ()
        try:
            body, start, read = self._fact(_REBUILD), self._fact(START), self._fact(_FIRST_READ)
        except StorageError:
            self.close()
            raise
        self._rebuild = Rebuild.model_validate_json(body) if body else None
        self._start = date.fromisoformat(start) if start else None
        self._first_read = int(read) if read else None
        """The highest position of the first whole reading: what is approved later counts, however it is dated."""
        self._highest = 0

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Whose it is

    @property
    def is_new(self) -> bool:
        """Say whether nobody has opened or moved this ledger yet."""
        return self._fact(_OPENED) is None and self._fact(DOOR) is None

    def begin_tenure(self, sender: Sender) -> None:
        """Say on a shared ledger who writes it from now on; a wish that led to it is fulfilled."""
        with self._engine.begin() as connection:
            put_fact(connection, SENDER, sender.model_dump_json())
            drop_fact(connection, WISH)

    def wish(self) -> str | None:
        """Return which computer asked to become the writer of a shared ledger; the asking keeps ours alive."""
        self._confirmed_at = self._clock.now()
        return self._fact(WISH)

    def confirm(self) -> None:
        """Make sure that this computer still writes a shared ledger; raises ``StorageError`` where it does not.

        For the moment before something leaves: a computer that slept between intent and sending has lost the right
        without knowing it. Within some seconds of the last proof nothing is asked.
        """
        if self._engine.dialect.name == "sqlite":
            return
        now = self._clock.now()
        if not timedelta(0) <= now - self._confirmed_at < _TRUSTED:
            self._fact(SENDER)
            self._confirmed_at = now

    # What came from the source

    def position(self) -> int:
        """Return the cursor: the highest position whose documents are all in the ledger."""
        return int(self._fact(_CURSOR) or 0)

    @property
    def start(self) -> date | None:
        """First day (Bogotá) whose documents are taken; ``None``: whatever the source has."""
        return self._start

    def begin_at(self, day: date) -> None:
        """Take nothing dated before ``day``; only where this ledger has never taken anything."""
        if self._start is None and self.position() == 0 and self.counts().total == 0:
            with self._engine.begin() as connection:
                put_fact(connection, START, day.isoformat())
            self._start = day

    def bring_from(self, day: date) -> bool:
        """Take documents since ``day`` too, and have every source read again; say whether that changes anything.

        What came before comes again and changes nothing. The source must be opened anew: it may remember for itself.
        """
        if self._start is None or self._start <= day:
            return False
        with self._engine.begin() as connection:
            put_fact(connection, START, day.isoformat())
            put_fact(connection, _CURSOR, "0")
            drop_fact(connection, _FIRST_READ)
            connection.execute(delete(marks_table))
        self._start, self._first_read = day, None
        return True

    def _is_older(self, row: ApprovedDocument) -> bool:
        """Say whether a row was there before the first day; one without a readable date is not left out."""
        if self._start is None or row.document is None or bogota_day(row.document.issued_at) >= self._start:
            return False
        return self._first_read is None or (row.position is not None and row.position <= self._first_read)

    def end_first_reading(self, source: SourceKind) -> None:
        """Note that all there was has been read: what comes from now on was approved since, whatever its date.

        A range is walked over many readings, so there the date alone counts.
        """
        if self._start is None or self._first_read is not None or source is SourceKind.RANGE:
            return
        read = max(self._highest, self.position())
        with self._engine.begin() as connection:
            put_fact(connection, _FIRST_READ, str(read))
        self._first_read = read

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of these keys that are in the ledger."""
        with self._engine.connect() as connection:
            return set(self._known(connection, keys))

    def _fact(self, name: str) -> str | None:
        with self._engine.connect() as connection:
            return fact(connection, name)

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
        self._highest = max(self._highest, *(row.position or 0 for row in rows), 0)
        with self._engine.begin() as connection:
            self._withdraw(connection, withdrawn, now)
            known = self._known(connection, [row.key for row in rows])
            place = self._next_place(connection) if any(row.position is None for row in rows) else 0
            new: list[tuple[dict[str, Any], list[Event]]] = []
            for row in rows:
                key = row.key
                if key in known:
                    self._insert(connection, new)  # the first of its number may be among them
                    moved += self._meet(connection, key, row, known[key], now)
                    known |= self._known(connection, [key])
                    continue
                if self._is_older(row):
                    continue
                story = first_events(row, place if row.position is None else row.position, now)
                new.append((values := _columns(row, story), story))
                known[key] = (values["digest"], values["state"], values["cause"])
                place += row.position is None
                moved += 1
            self._insert(connection, new)
            if position is not None:
                put_fact(connection, _CURSOR, str(position))
            for name, mark in (marks or {}).items():
                _put_mark(connection, source, name, mark)
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

    def _insert(self, connection: Connection, new: list[tuple[dict[str, Any], list[Event]]]) -> None:
        """Write what is new in two statements, and empty the list: one by one they take as long as their sending."""
        if new:
            connection.execute(documents.insert(), [values for values, _ in new])
            self._write_events(connection, [(values["key"], event) for values, story in new for event in story])
            new.clear()

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
        never_approved = state is State.WITHDRAWN or (state is State.HELD and cause is not None and is_open(cause))
        held = held_from_the_start(row, now)
        if state is State.SETTLED and digest == "" and row.document is not None and held is None:
            # It could not be read when a person settled it; what they did stays, now with what it was about.
            connection.execute(update(documents).where(documents.c.key == key), columns_of(row))
            return 0
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
            connection.execute(update(documents).where(documents.c.key == key), columns_of(row))
        self._append(connection, [(key, event)], journeys)
        return 0 if held else 1

    def _withdraw(self, connection: Connection, keys: Sequence[str], now: datetime) -> None:
        event = Event(kind=EventKind.WITHDRAWN, at=now)
        known = self._known(connection, keys) if keys else {}
        gone = [key for key, (_, state, cause) in known.items() if state is State.HELD and cause and is_open(cause)]
        if gone:
            self._append(connection, [(key, event) for key in gone], self._journeys(connection, gone))

    def _note_other_content(self, connection: Connection, key: str, document: Document, now: datetime) -> bool:
        journey = self._journeys(connection, [key])[key]
        before = journey.detail.get("before", {})
        for cause, detail in ((journey.cause, journey.detail), (before.get("cause"), before.get("detail", {}))):
            if cause == Cause.OTHER_CONTENT and detail.get("digest") == document.digest:
                return False
        may_be_there = journey.state in _MAY_BE_THERE
        kind = EventKind.CONFLICT if may_be_there else EventKind.HELD
        data = {
            "digest": document.digest,
            "payable": format(document.payable, "f"),
            "buyer": document.counterparty.name,
        }
        event = Event(kind=kind, at=now, cause=Cause.OTHER_CONTENT, data=data)
        self._append(connection, [(key, event)], {key: journey})
        return True

    # Whether it can be trusted

    @property
    def rebuild(self) -> Rebuild | None:
        """Why nothing may be sent until both systems have been looked through; ``None`` where that is done."""
        return self._rebuild

    def begin_rebuild(self, rebuild: Rebuild) -> None:
        """Mark a ledger that may know less than Pymes, and have the PMS' list read again from its beginning.

        What other sources remember came back with the very rows that it is about, and stays.
        """
        with self._engine.begin() as connection:
            put_fact(connection, _REBUILD, rebuild.model_dump_json())
            put_fact(connection, _CURSOR, "0")
        self._rebuild = rebuild

    def write_a_mark(self) -> None:
        """Prove that the file can be written right now, durably; raises ``StorageError``."""
        with self._engine.begin() as connection:
            put_fact(connection, _OPENED, self._clock.now().isoformat())

    def end_rebuild(self) -> None:
        """Take the mark away; whoever calls it has looked."""
        with self._engine.begin() as connection:
            drop_fact(connection, _REBUILD)
        self._rebuild = None

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
            if event.kind is EventKind.INTENT and self._rebuild is not None:
                raise ImpossibleStep("a ledger that is being rebuilt sends nothing")
            journeys[key] = advance(journeys[key], event)
        self._write_events(connection, steps)
        connection.execute(_MOVE, [_moved(key, journeys[key]) for key in dict.fromkeys(key for key, _ in steps)])

    def _write_events(self, connection: Connection, steps: Sequence[tuple[str, Event]]) -> None:
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
                for key, event in steps
            ],
        )
        if any(event.said for _, event in steps):
            # Ids follow each other: this is the one writer, inside its transaction.
            after = (connection.scalar(select(func.max(events.c.id))) or 0) - len(steps) + 1
            said = [(after + place, event.at, event.said) for place, (_, event) in enumerate(steps) if event.said]
            exchanges.write(connection, said)

    def _journeys(self, connection: Connection, keys: Sequence[str]) -> dict[str, Journey]:
        query = select(documents.c.key, *_JOURNEY).where(documents.c.key.in_(list(dict.fromkeys(keys))))
        return {row.key: _journey(row) for row in connection.execute(query)}

    def release(self, keys: Sequence[str], who: str = "", role: Role | None = None) -> int:
        """Let documents that a person has mended be taken up again, and return how many.

        Those that do not wait for a person are left alone.
        """
        event = Event(kind=EventKind.RELEASED, at=self._clock.now(), data={"why": "person", **told_by(who, role)})
        mended = [entry.key for entry in self.entries(keys) if may_be_released(entry.journey)]
        self.append((key, event) for key in mended)
        return len(mended)

    def journey(self, key: str) -> Journey | None:
        """Return where a document stands, also one that could not be read; ``None`` where it is not known."""
        with self._engine.connect() as connection:
            return self._journeys(connection, [key]).get(key)

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

    def held_for(self, causes: Iterable[Cause], limit: int, after: Entry | None = None) -> list[Entry]:
        """Return held documents of some causes beyond ``after``, so that all can be walked through in pages."""
        return self._beyond(_entries_where(documents.c.state == State.HELD, _of(causes)), limit, after)

    def waiting_for(self, cause: Cause, limit: int, after: Entry | None = None) -> list[Entry]:
        """Return what waits for a person because of one cause, held or in conflict, beyond ``after``."""
        states = [state for state in State if state.needs_a_person]
        return self._beyond(_entries_where(documents.c.state.in_(states), _of([cause])), limit, after)

    def walk(self, states: Sequence[State], limit: int, after: Entry | None = None) -> list[Entry]:
        """Return documents of some states beyond ``after``, in the order of their approval: each is met once."""
        return self._beyond(_entries_where(documents.c.state.in_(states)), limit, after)

    def _beyond(self, query: Select[Any], limit: int, after: Entry | None) -> list[Entry]:
        # By the key too: documents of two sources may have one position.
        query = query.order_by(documents.c.key)
        if after is not None:
            query = query.where(tuple_(documents.c.position, documents.c.key) > (after.position, after.key))
        return self._entries(query.limit(limit))

    def due_links(self, limit: int, now: datetime) -> list[tuple[str, Journey]]:
        """Return documents settled outside whose link is to be looked at again."""
        condition = and_(documents.c.state == State.SETTLED, _is_due(now))
        query = select(documents.c.key, *_JOURNEY).where(condition).order_by(documents.c.position).limit(limit)
        with self._engine.connect() as connection:
            return [(row.key, _journey(row)) for row in connection.execute(query)]

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

    def waiting_since(self) -> datetime | None:
        """Return when the oldest document that is still on its way was first seen."""
        query = select(func.min(documents.c.seen_at)).where(documents.c.state.in_(_ON_ITS_WAY))
        with self._engine.connect() as connection:
            oldest: datetime | None = connection.scalar(query)
        return oldest

    def counts(self) -> Counts:
        """Count the documents by state."""
        with self._engine.connect() as connection:
            return counts(connection, self._clock.now())

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

    def numbering_changed_at(self) -> datetime | None:
        """Return when a proof last said something else than before."""
        with self._engine.connect() as connection:
            latest: datetime | None = connection.scalar(select(func.max(proofs.c.at)))
        return latest

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
                upsert(connection, evidence, row, ("system", "family", "resolution", "prefix"))


def may_be_released(journey: Journey) -> bool:
    """Say whether a person may let it go; that the DIAN approved it is for the DIAN to say."""
    return journey.state.needs_a_person and not (journey.cause is not None and journey.cause.is_about_approval)


def _columns(row: ApprovedDocument, story: list[Event]) -> dict[str, Any]:
    journey, first = rebuild(story), story[0]
    values = {column.name: getattr(journey, column.name) for column in _JOURNEY}
    return values | {"key": row.key, "position": first.data["position"], "seen_at": first.at} | columns_of(row)


def _moved(key: str, journey: Journey) -> dict[str, Any]:
    values = {f"new_{column.name}": getattr(journey, column.name) for column in _JOURNEY}
    return values | {"moved": key, "new_proven_at": journey.since if journey.state is State.PROVEN else None}


def _put_mark(connection: Connection, source: SourceKind, name: str, mark: str | None) -> None:
    if mark is None:
        connection.execute(delete(marks_table).where(marks_table.c.source == source.value, marks_table.c.name == name))
    else:
        row = {"source": source.value, "name": name, "mark": mark}
        upsert(connection, marks_table, row, ("source", "name"))


def _of(causes: Iterable[Cause]) -> Any:
    return documents.c.cause.in_([cause.value for cause in causes])


def _is_due(now: datetime) -> Any:
    return or_(documents.c.due_at.is_(None), documents.c.due_at <= now, documents.c.due_at > now + LONGEST_PAUSE)


def _entries_where(*conditions: Any) -> Select[Any]:
    return select(documents).where(documents.c.body.is_not(None), *conditions).order_by(documents.c.position)


def _journey(row: Any) -> Journey:
    return Journey(**{column.name: getattr(row, column.name) for column in _JOURNEY})


def _entry(row: Any) -> Entry:
    return Entry(row.key, row.position, row.seen_at, Document.model_validate_json(row.body), _journey(row))


def _content(proof: NumberingProof) -> Any:
    return (
        [cell.model_dump() for cell in proof.cells],
        proof.conditions,
    )
