"""The gap radar: each number of a range that is not in both systems, with the reason. It looks up nothing itself.

A range is judged from where it is watched to the highest number that anybody knows: what lies above was never issued.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from app.model.gaps import Gap, GapKind, Sighting, Where
from app.model.journey import State
from app.model.numbering import Field, Numbering
from app.storage.numbers import Run

PATIENCE: Final = timedelta(minutes=30)
"""So long a number may be between two systems, or at the DIAN: five questions two minutes apart, and a pause."""
UNDER_WAY: Final = frozenset({State.SEEN, State.SENDING, State.SENT, State.IN_DOUBT})
"""States of the ledger that count as under way; what is held waits for a person, so that it is missing meanwhile."""
_USED: Final = (Where.PMS, Where.PYMES, Where.ELSEWHERE)
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watched:
    """A range, and from which number on it is judged: its first, or the one that the hotel had reached before."""

    numbering: Numbering
    start: int | None = None
    whole: tuple[Run, ...] = ()
    """Numbers that stand in both systems, beside those that were seen one by one."""


def find_gaps(
    ranges: Iterable[Watched], sightings: Iterable[Sighting], now: datetime, patience: timedelta = PATIENCE
) -> tuple[Gap, ...]:
    """Return every number that is missing in one of both systems, as runs of the same reason, in order."""
    known: dict[tuple[str, str], dict[int, dict[Where, Sighting]]] = {}
    for one in sightings:
        by_number = known.setdefault((one.family.value, one.prefix.strip().upper()), {})
        earlier = by_number.setdefault(one.number, {}).get(one.where)
        if earlier is None or (earlier.at is not None and one.at is not None and one.at < earlier.at):
            by_number[one.number][one.where] = one
    found: list[Gap] = []
    for watched in ranges:
        numbering = watched.numbering
        stated = known.get((numbering.family.value, numbering.value_of(Field.PREFIX)), {})
        start = max(numbering.first, watched.start or numbering.first)
        inside = {number: seen for number, seen in stated.items() if start <= number <= numbering.last}
        found += _runs(_gaps_of(numbering, start, inside, watched.whole, now - patience))
    return tuple(dict.fromkeys(found))


def _gaps_of(
    numbering: Numbering,
    start: int,
    known: dict[int, dict[Where, Sighting]],
    whole: tuple[Run, ...],
    long_ago: datetime,
) -> Iterator[Gap]:
    used = sorted((*whole, *(one for number, seen in known.items() if (one := _used(number, seen)) is not None)))
    if not used:
        return
    firsts = [one.first for one in used]
    highest = used[-1].last
    # The oldest moment at which a used number, or one after it, was seen.
    oldest_after = list(accumulate((one.at for one in reversed(used)), min))[::-1]

    def gap(kind: GapKind, first: int, last: int, *, in_pymes: bool = False) -> Gap:
        prefix = numbering.value_of(Field.PREFIX)
        return Gap(kind=kind, family=numbering.family, prefix=prefix, first=first, last=last, in_pymes=in_pymes)

    def is_young(number: int) -> bool:
        # Numbers are given in order: one that is followed by an old one was given before it, and is old.
        return oldest_after[bisect_right(firsts, number)] > long_ago

    expected = start
    for first, last in sorted((*((run.first, run.last) for run in whole), *((one, one) for one in known))):
        if first > highest:
            return
        if first > expected:
            kind = GapKind.IN_FLIGHT if is_young(expected) else GapKind.NOT_IN_PMS
            yield gap(kind, expected, first - 1)
        if (seen := known.get(first)) is not None:
            young = first < highest and is_young(first)
            if (reason := _kind_of(seen, long_ago, is_young=young)) is not None:
                yield gap(reason, first, first, in_pymes=Where.PYMES in seen)
        expected = last + 1


def _used(number: int, seen: dict[Where, Sighting]) -> Run | None:
    """Return a used number, with the oldest moment at which it was seen; ``None`` where nobody used it."""
    moments = [sighting.at or _ALWAYS for where, sighting in seen.items() if where in _USED]
    return Run(number, number, min(moments)) if moments else None


def _kind_of(seen: dict[Where, Sighting], long_ago: datetime, *, is_young: bool) -> GapKind | None:
    """Say why a number that somebody knows is missing; ``None`` where it stands in both systems."""

    def is_recent(where: Where) -> bool:
        at = seen[where].at
        return at is not None and at > long_ago

    if Where.PMS in seen and Where.PYMES in seen:
        return None
    if Where.PMS in seen and Where.ANNULLED in seen:
        return GapKind.ANNULLED
    if Where.PMS in seen:
        return GapKind.IN_FLIGHT if Where.UNDER_WAY in seen or is_recent(Where.PMS) else GapKind.NOT_IN_PYMES
    if Where.ELSEWHERE in seen:
        return GapKind.OTHER_CHANNEL
    if Where.PYMES in seen:
        return GapKind.IN_FLIGHT if is_recent(Where.PYMES) else GapKind.NOT_IN_PMS
    if Where.ANNULLED in seen:
        return GapKind.ANNULLED
    if Where.REJECTED in seen:
        return GapKind.REJECTED
    return GapKind.IN_FLIGHT if is_young or Where.UNDER_WAY in seen else GapKind.NOT_IN_PMS


def _runs(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Join neighbours of the same reason."""
    run: Gap | None = None
    for gap in gaps:
        if run is not None and gap == run.model_copy(update={"first": run.last + 1, "last": gap.last}):
            run = run.model_copy(update={"last": gap.last})
            continue
        if run is not None:
            yield run
        run = gap
    if run is not None:
        yield run
