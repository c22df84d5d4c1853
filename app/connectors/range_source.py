"""The source *rango*: the FE service asked for one number of the authorised range after the other.

A walk begins a little before the number that Pymes or the PMS state as the next one, or at the range's first number
where nobody states any; so where a range is in use and Pymes has none of it yet, the person has to tell the number that
comes next (typed evidence with ``next_number``).

It is gentle: one question a second and range, a bounded number of questions a cycle, and none beyond the first stretch
of numbers that nobody has issued. A number that is missing between issued ones is asked for again, with growing pauses:
it may still be under way, or be used after a rejection. How far each range was walked is remembered in the ledger.
"""

import json
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from app.connectors.loggro_fe import FeDocument, FeState
from app.connectors.source import ApprovedDocument, Batch, Memory
from app.connectors.ubl import read_bytes
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.documents import DocumentKey, Family
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.numbering import Field, Numbering, System
from app.model.reading import ReadError
from app.model.source import SourceKind

PAUSE: Final = 1.0
"""Seconds between two questions about one range."""
QUESTIONS: Final = 30
"""At most so many in one cycle about one range; a third of them about gaps."""
LOOK_AHEAD: Final = 5
"""So many numbers in a row that nobody knows end the walk."""
LOOK_BACK: Final = 20
"""So far before the number that somebody states as the next one a walk begins: what Loggro's own sync left out lies
there."""
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(days=1)
_MOST_TRIES: Final = 30
"""About three weeks; then the number counts as never used, and only the gap radar speaks of it."""
_MOST_GAPS: Final = 1000
_AFTER_REFUSAL: Final = 60.0
_STILL_WALKED: Final = timedelta(days=10)
"""A range that has ended is walked for so long: its last documents may come late."""
_FAITH: Final = (System.DIAN, System.PMS, System.PYMES)
"""Whose word counts for where a range begins and ends, the best first."""


class AsksForDocuments(Protocol):
    """What the walk needs of the FE service."""

    async def document(self, prefix: str, number: int, family: Family, nit: str) -> FeDocument | None:
        """Return one issued document, ``None`` where the service knows no such number."""
        ...


@dataclass(frozen=True, slots=True)
class _Gap:
    tries: int
    due: datetime


@dataclass(frozen=True, slots=True)
class _Walk:
    """One range, and how far it was walked."""

    family: Family
    prefix: str
    first: int
    last: int
    next: int
    stated: int
    """The highest number that PMS or Pymes state as the next; numbers below it never end the walk."""
    met: bool = False
    """Some issued number was met: only from then on is a number that nobody knows a gap."""
    gaps: dict[int, _Gap] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.family.value}/{self.prefix}/{self.first}"

    def text(self) -> str:
        gaps = {str(number): [gap.tries, gap.due.isoformat()] for number, gap in self.gaps.items()}
        return json.dumps({"next": self.next, "met": self.met, "gaps": gaps}, separators=(",", ":"))

    def remembering(self, text: str) -> "_Walk":
        said: dict[str, Any] = json.loads(text)
        gaps = {int(number): _Gap(tries, datetime.fromisoformat(due)) for number, (tries, due) in said["gaps"].items()}
        return replace(self, next=said["next"], met=said["met"], gaps=gaps)

    def missing(self, numbers: Iterable[int], now: datetime) -> "_Walk":
        """Return the walk with numbers to be asked for again, each later than the time before."""
        gaps = dict(self.gaps)
        for number in numbers:
            tries = gaps[number].tries + 1 if number in gaps else 0
            gaps.pop(number, None)
            if tries < _MOST_TRIES and len(gaps) < _MOST_GAPS:
                gaps[number] = _Gap(tries, now + min(_FIRST_PAUSE * 2.0 ** min(tries, 16), _LONGEST_PAUSE))
        return replace(self, gaps=gaps)

    def found(self, number: int) -> "_Walk":
        return replace(self, gaps={other: gap for other, gap in self.gaps.items() if other != number})


class RangeSource:
    """Walks every range of the hotel forward."""

    kind: Final = SourceKind.RANGE

    def __init__(self, fe: AsksForDocuments | None, nit: str | None, clock: Clock) -> None:
        self._fe = fe
        self._nit = nit
        self._clock = clock
        self._asked_at: dict[str, float] = {}
        self._rest_until = 0.0

    async def news(self, memory: Memory) -> AsyncGenerator[Batch, None]:
        """Yield what the DIAN has approved, or rejected, since the last number known of each range.

        Raises ``ConnectorError``; when the service asks for a pause, it ends quietly and keeps the pause.
        """
        if self._fe is None or self._nit is None:
            raise ConnectorError(Failure.TOKEN, Delivery.NEVER_LEFT, system="fe", detail="no credentials")
        known = memory.marks(self.kind)
        today = bogota_day(self._clock.now())
        for walk in _walks(memory.ranges(), known, today - _STILL_WALKED):
            if self._clock.monotonic() < self._rest_until:
                return
            try:
                async for batch in self._along(walk):
                    yield batch
            except ConnectorError as error:
                if error.failure is not Failure.TOO_MANY:
                    raise
                self._rest_until = self._clock.monotonic() + (error.retry_after or _AFTER_REFUSAL)

    async def _along(self, walk: _Walk) -> AsyncGenerator[Batch, None]:
        """Ask again for what is due, then go on; every answer that moves something is a batch of its own."""
        left = QUESTIONS
        now = self._clock.now()
        due = sorted((gap.due, number) for number, gap in walk.gaps.items() if gap.due <= now)
        for _, number in due[: QUESTIONS // 3]:
            left -= 1
            answer = await self._answer(walk, number)
            row, settled = (None, False) if answer is None else self._row(walk, number, answer)
            walk = walk.found(number) if settled else walk.missing([number], self._clock.now())
            yield _kept(walk, row, _origin(walk, number) if settled else None)
        number, unknown = walk.next, list[int]()
        while left > 0 and number <= walk.last and len(unknown) <= LOOK_AHEAD:
            left -= 1
            answer = await self._answer(walk, number)
            row, settled = (None, False) if answer is None else self._row(walk, number, answer)
            if not settled:
                unknown.append(number)
            if answer is not None or number < walk.stated:
                met = walk.met or answer is not None
                later = unknown if met else ()
                walk = replace(walk.missing(later, self._clock.now()), next=number + 1, met=met)
                unknown = []
                yield _kept(walk, row)
            number += 1

    async def _answer(self, walk: _Walk, number: int) -> FeDocument | None:
        """Ask the service, no sooner than the pace allows."""
        assert self._fe is not None and self._nit is not None
        last = self._asked_at.get(walk.name)
        if last is not None and (wait := last + PAUSE - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)
        self._asked_at[walk.name] = self._clock.monotonic()
        return await self._fe.document(walk.prefix, number, walk.family, self._nit)

    def _row(self, walk: _Walk, number: int, answer: FeDocument) -> tuple[ApprovedDocument | None, bool]:
        """Return what an answer puts into the ledger, and whether the number needs no further question."""
        if answer.state in (FeState.REJECTED, FeState.REJECTED_BY_SERVICE):
            return self._rejected(walk, number, answer), False
        if answer.state is not FeState.APPROVED:
            return None, False
        if answer.xml is None:
            return _unreadable(walk, number, ReadError.EMPTY, ""), False
        readings = [one for one in read_bytes(answer.xml, f"{walk.prefix}{number}.xml") if not one.answers]
        document = readings[0].document if len(readings) == 1 else None
        if document is None:
            error, where = (readings[0].error, readings[0].detail) if readings else (None, "")
            return _unreadable(walk, number, error or ReadError.NOT_A_DOCUMENT, where), False
        if document.key != DocumentKey(self._nit or "", walk.family, document.prefix, number):
            return _unreadable(walk, number, ReadError.BAD_VALUE, "cbc:ID"), False
        return ApprovedDocument(None, document), True

    def _rejected(self, walk: _Walk, number: int, answer: FeDocument) -> ApprovedDocument:
        readings = read_bytes(answer.xml, f"{walk.prefix}{number}.xml") if answer.xml is not None else ()
        document = next((one.document for one in readings if one.document is not None), None)
        key = document.key if document else None
        if key is None or (key.issuer_nit, key.family, key.number) != (self._nit, walk.family, number):
            document = None
        return ApprovedDocument(
            None,
            document,
            label=f"{walk.prefix}{number}",
            origin=_origin(walk, number),
            cause=Cause.REJECTED_BY_DIAN,
            detail={"messages": list(answer.messages)},
        )


def _walks(ranges: Iterable[Numbering], known: dict[str, str], ended: Any) -> list[_Walk]:
    """Return the ranges to walk, each as the one who knows best states it, where it was left."""
    spoken: dict[tuple[Family, str], dict[System, list[Numbering]]] = {}
    for one in ranges:
        spoken.setdefault((one.family, one.value_of(Field.PREFIX)), {}).setdefault(one.system, []).append(one)
    walks: dict[str, _Walk] = {}
    for (family, prefix), by_system in spoken.items():
        stated = [one.next_number for said in by_system.values() for one in said if one.next_number is not None]
        for one in next(by_system[system] for system in _FAITH if system in by_system):
            if one.valid_to is not None and one.valid_to < ended:
                continue
            following = max((number for number in stated if one.first <= number <= one.last + 1), default=one.first)
            begin = max(one.first, following - LOOK_BACK)
            walk = _Walk(family, prefix, one.first, one.last, begin, following)
            walks[walk.name] = walk.remembering(known[walk.name]) if walk.name in known else walk
    return list(walks.values())


def _kept(walk: _Walk, row: ApprovedDocument | None, withdrawn: str | None = None) -> Batch:
    return Batch((row,) if row else (), marks={walk.name: walk.text()}, withdrawn=(withdrawn,) if withdrawn else ())


def _origin(walk: _Walk, number: int) -> str:
    return f"{SourceKind.RANGE}/{walk.family.value}/{walk.prefix}/{number}"


def _unreadable(walk: _Walk, number: int, error: ReadError, where: str) -> ApprovedDocument:
    return ApprovedDocument(
        None,
        None,
        label=f"{walk.prefix}{number}",
        origin=_origin(walk, number),
        cause=Cause.UNREADABLE,
        detail={"file": f"{walk.prefix}{number}", "reason": error.value, "where": where},
    )
