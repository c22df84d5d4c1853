"""What is known of each range beside its proof: how long it lasts, which numbers are missing, what hands over to what.

It looks nowhere itself: it is given the proofs, what the ledger has, and what was read of Pymes, where that was read.
Without the last, a number that Pymes alone knows is not seen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from app.connectors.numbering_reader import ProofReading
from app.model.clock import BOGOTA, bogota_day
from app.model.documents import DocumentKey, Family
from app.model.forecast import Forecast
from app.model.forecast import Watch as Urgency
from app.model.gaps import Gap, Sighting, Where
from app.model.journey import State
from app.model.numbering import Field, Numbering, NumberingProof
from app.model.prefixes import PrefixWarning
from app.model.relevo import Relevo, Stage
from app.storage.numbers import Known, Run
from app.sync.forecast import forecast
from app.sync.gaps import PATIENCE, UNDER_WAY, Watched, find_gaps
from app.sync.radar import Stand
from app.sync.relevo import best, relevos

_NOT_BEGUN = (Stage.PREPARING, Stage.READY)
_TELLING = (Urgency.SOON, Urgency.ASK, Urgency.OVER)
_RHYTHM = timedelta(days=2 * 366)
"""Two years tell a season; what lies before says no more of the next."""
_STALE = timedelta(days=30)
"""A vigencia that ended so long ago, with nothing in its place, was given up: nobody needs to hear of it."""


class RangeWatch(NamedTuple):
    """One range, and what a person should know of it."""

    proof: NumberingProof
    next_number: int | None
    """The first that is not used yet; ``None`` where neither a system nor the ledger tells."""
    left: int | None
    forecast: Forecast | None
    """``None`` for a nota, which nobody authorises; by the vigencia alone while the next number is not known."""
    gaps: tuple[Gap, ...]
    heir: NumberingProof | None = None
    """The range that takes over from this one, or is to."""


class Watch(NamedTuple):
    """All ranges at one moment."""

    ranges: tuple[RangeWatch, ...] = ()
    relevos: tuple[Relevo, ...] = ()
    warnings: tuple[PrefixWarning, ...] = ()


class Uses(Protocol):
    """What of a ledger tells how its ranges are used, without reading every number (``LedgerReader``)."""

    def runs(self, family: Family, prefix: str, first: int, last: int) -> tuple[Run, ...]: ...

    def others(self, family: Family, prefix: str, first: int, last: int) -> tuple[Known, ...]: ...

    def last_used(self, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None: ...

    def issued_days(self, since: date) -> dict[Family, dict[date, int]]: ...


class _Used(NamedTuple):
    """How one range is used."""

    numbering: Numbering
    whole: tuple[Run, ...]
    others: tuple[Known, ...]
    stands: tuple[Stand, ...]

    @property
    def highest_in_pymes(self) -> int | None:
        return max((one.number for one in self.stands), default=None)


def watch_ranges(uses: Uses, proofs: Sequence[NumberingProof], now: datetime, stands: Iterable[Stand] = ()) -> Watch:
    """Watch every range that a proof is about; ``stands`` is what Pymes was seen to have."""
    in_pymes = tuple(stands)
    used = [_read(uses, best(proof), in_pymes) for proof in proofs if proof.columns]
    waiting = {one.key for range_ in used for one in range_.others if not one.is_rejected}
    ranges, handed_over = _reckon(uses, proofs, [one.highest_in_pymes for one in used], waiting, now)
    return Watch(
        ranges=tuple(one._replace(gaps=_gaps(range_, now)) for one, range_ in zip(ranges, used, strict=True)),
        relevos=handed_over,
        warnings=ProofReading(tuple(proofs)).warnings,
    )


def glance(uses: Uses, proofs: Sequence[NumberingProof], now: datetime) -> tuple[RangeWatch, ...]:
    """Watch the ranges without their gaps: cheap enough, on a ledger of any size, to be asked while it is looked at."""
    unseen = [None for proof in proofs if proof.columns]
    return _reckon(uses, proofs, unseen, (), now)[0]


def _reckon(
    uses: Uses,
    proofs: Sequence[NumberingProof],
    highest_in_pymes: Sequence[int | None],
    waiting: Iterable[DocumentKey],
    now: datetime,
) -> tuple[tuple[RangeWatch, ...], tuple[Relevo, ...]]:
    """Say how long each range that is stated lasts, and what hands over to what."""
    shown = [proof for proof in proofs if proof.columns]
    last = []
    for proof in shown:
        one = best(proof)
        last.append(uses.last_used(proof.family, one.value_of(Field.PREFIX), one.first, one.last))
    handed_over = relevos(shown, waiting, [key for key in last if key is not None])
    untouched = [one.new for one in handed_over if one.stage in _NOT_BEGUN and _continues(one)]
    days = uses.issued_days(bogota_day(now) - _RHYTHM)
    found = []
    for proof, key, in_pymes in zip(shown, last, highest_in_pymes, strict=True):
        numbering = best(proof)
        used = [number for number in (key and key.number, in_pymes) if number is not None]
        following = _next_number(proof, numbering, used)
        if following is None and any(proof is one for one in untouched):
            following = numbering.first
        expected: Forecast | None = None
        if proof.family.has_authorisation:
            history = {} if following is None else days.get(proof.family, {})
            expected = forecast(numbering, following or numbering.first, history, bogota_day(now))
        left = None if following is None else max(0, numbering.last - following + 1)
        heir = next((one.new for one in handed_over if one.old is proof), None)
        found.append(RangeWatch(proof, following, left, expected, (), heir))
    return tuple(found), handed_over


def ending_ranges(ranges: Iterable[RangeWatch], today: date) -> tuple[Forecast, ...]:
    """Return the ranges for which a person has to ask a new authorisation, and that nothing takes over from yet."""
    found = []
    for one in ranges:
        expected = one.forecast
        if expected is None or one.heir is not None or expected.watch not in _TELLING:
            continue
        if expected.valid_to is not None and today - expected.valid_to > _STALE:
            continue
        found.append(expected)
    return tuple(found)


def _continues(relevo: Relevo) -> bool:
    old, new = best(relevo.old), best(relevo.new)
    return old.value_of(Field.PREFIX) == new.value_of(Field.PREFIX) and new.first > old.last


def _read(uses: Uses, numbering: Numbering, in_pymes: Iterable[Stand]) -> _Used:
    place = (numbering.family, numbering.value_of(Field.PREFIX), numbering.first, numbering.last)
    stands = tuple(one for one in in_pymes if _is_in(one, numbering))
    return _Used(numbering, uses.runs(*place), uses.others(*place), stands)


def _gaps(used: _Used, now: datetime) -> tuple[Gap, ...]:
    annulled = {one.number for one in used.stands if one.annulled}
    whole, struck = _without(used.whole, annulled)
    ends = [run.last for run in used.whole]

    def is_whole(number: int) -> bool:
        at = bisect_left(ends, number)
        return at < len(ends) and used.whole[at].first <= number

    approved = {one.key.number for one in used.others if not one.is_rejected}
    # What Pymes says of a number that stands in both systems is nothing new, unless it is annulled there.
    stands = [one for one in used.stands if one.annulled or not is_whole(one.number)]
    # What lies before the first number that Botones saw was issued before it watched, wherever it stands now.
    seen = approved.union(run.first for run in used.whole[:1])
    start = min(seen, default=min((one.number for one in stands), default=None))
    sightings = [
        *_struck(used.numbering, struck),
        *_own_sightings(used.others, annulled),
        *_sightings_in_pymes(stands, approved, now),
    ]
    return find_gaps([Watched(used.numbering, start, whole)], sightings, now)


def _is_in(stand: Stand, numbering: Numbering) -> bool:
    same = stand.family is numbering.family and stand.prefix.strip().upper() == numbering.value_of(Field.PREFIX)
    return same and numbering.first <= stand.number <= numbering.last


def _without(runs: Iterable[Run], numbers: Iterable[int]) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Take single numbers out of runs; return what is left of these, and what was taken out."""
    out = sorted(numbers)
    left, taken = [], []
    for run in runs:
        first = run.first
        for number in out[bisect_left(out, run.first) : bisect_right(out, run.last)]:
            if number > first:
                left.append(run._replace(first=first, last=number - 1))
            taken.append(run._replace(first=number, last=number))
            first = number + 1
        if first <= run.last:
            left.append(run._replace(first=first))
    return tuple(left), tuple(taken)


def _next_number(proof: NumberingProof, numbering: Numbering, used: Iterable[int]) -> int | None:
    stated = [one.next_number for one in proof.columns.values() if one.next_number is not None]
    fitting = [number for number in stated if numbering.first <= number <= numbering.last + 1]
    return max((*fitting, *(number + 1 for number in used)), default=None)


def _own_sightings(own: Iterable[Known], annulled: set[int]) -> Iterable[Sighting]:
    """Say what the ledger knows; that a number stands in Pymes is older news than that it was annulled there."""
    for one in own:
        for sighting in _sightings(one):
            if not (sighting.where is Where.PYMES and sighting.number in annulled):
                yield sighting


def _struck(numbering: Numbering, runs: Iterable[Run]) -> Iterable[Sighting]:
    """Say that the PMS has what was proven in Pymes once, and was annulled there since."""
    prefix = numbering.value_of(Field.PREFIX)
    for run in runs:
        yield Sighting(family=numbering.family, prefix=prefix, number=run.first, where=Where.PMS, at=run.at)


def _sightings_in_pymes(stands: Iterable[Stand], approved: set[int], now: datetime) -> Iterable[Sighting]:
    """Say what Pymes knows of the numbers; it tells the day and not the hour, so that today's count as just issued."""
    for one in stands:
        at = min(now, datetime.combine(one.day + timedelta(days=1), time(), BOGOTA))
        where = Where.ELSEWHERE
        if one.annulled:
            where = Where.ANNULLED
        elif one.number in approved or one.from_pms or at > now - PATIENCE:
            where = Where.PYMES
        yield Sighting(family=one.family, prefix=one.prefix, number=one.number, where=where, at=at)


def _sightings(one: Known) -> Iterable[Sighting]:
    """Say who knows a document's number, by what the ledger knows of it."""
    where = [Where.REJECTED] if one.is_rejected else [Where.PMS]
    if one.state in (State.PROVEN, State.CONFLICT, State.SETTLED):
        where.append(Where.PYMES)
    elif one.state in UNDER_WAY:
        where.append(Where.UNDER_WAY)
    key = one.key
    return [Sighting(family=key.family, prefix=key.prefix, number=key.number, where=it, at=one.at) for it in where]
