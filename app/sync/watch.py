"""What is known of each range beside its proof: how long it lasts, which numbers are missing, what hands over to what.

It looks nowhere itself: it is given the proofs, what the ledger has, and what was read of Pymes, where that was read.
Without the last, a number that Pymes alone knows is not seen.
"""

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
from app.storage.numbers import Known
from app.sync.forecast import forecast, history_of
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


def watch_ranges(
    known: Iterable[Known], proofs: Sequence[NumberingProof], now: datetime, stands: Iterable[Stand] = ()
) -> Watch:
    """Watch every range that a proof is about; ``stands`` is what Pymes was seen to have."""
    documents, in_pymes = list(known), list(stands)
    done = (State.PROVEN, State.SETTLED)
    waiting = [one.key for one in documents if one.state not in done and not one.is_rejected]
    proven = [one.key for one in documents if one.state is State.PROVEN]
    handed_over = relevos(proofs, waiting, proven)
    untouched = [one.new for one in handed_over if one.stage in _NOT_BEGUN and _continues(one)]
    heirs = [(one.old, one.new) for one in handed_over]
    return Watch(
        ranges=tuple(
            _watch(proof, documents, in_pymes, now, proof in untouched)._replace(
                heir=next((new for old, new in heirs if old is proof), None)
            )
            for proof in proofs
            if proof.columns
        ),
        relevos=handed_over,
        warnings=ProofReading(tuple(proofs)).warnings,
    )


class Uses(Protocol):
    """What of a ledger tells how far its ranges are used, without reading every number (``LedgerReader``)."""

    def last_used(self, family: Family, prefix: str, first: int, last: int) -> DocumentKey | None: ...

    def issued_days(self, since: date) -> dict[Family, dict[date, int]]: ...


def glance(uses: Uses, proofs: Sequence[NumberingProof], now: datetime) -> tuple[RangeWatch, ...]:
    """Watch the ranges without their gaps: cheap enough, on a ledger of any size, to be asked while it is looked at."""
    shown = [proof for proof in proofs if proof.columns]
    last: dict[int, DocumentKey] = {}
    for number, proof in enumerate(shown):
        one = best(proof)
        key = uses.last_used(proof.family, one.value_of(Field.PREFIX), one.first, one.last)
        if key is not None:
            last[number] = key
    handed_over = relevos(shown, (), last.values())
    untouched = [one.new for one in handed_over if one.stage in _NOT_BEGUN and _continues(one)]
    days = uses.issued_days(bogota_day(now) - _RHYTHM)
    found = []
    for number, proof in enumerate(shown):
        numbering, key = best(proof), last.get(number)
        following = _next_number(proof, numbering, [] if key is None else [key.number])
        if following is None and any(proof is one for one in untouched):
            following = numbering.first
        expected: Forecast | None = None
        if proof.family.has_authorisation:
            history = {} if following is None else days.get(proof.family, {})
            expected = forecast(numbering, following or numbering.first, history, bogota_day(now))
        left = None if following is None else max(0, numbering.last - following + 1)
        heir = next((one.new for one in handed_over if one.old is proof), None)
        found.append(RangeWatch(proof, following, left, expected, (), heir))
    return tuple(found)


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


def _watch(
    proof: NumberingProof, documents: list[Known], in_pymes: list[Stand], now: datetime, is_untouched: bool
) -> RangeWatch:
    numbering = best(proof)
    own = [one for one in documents if _is_in(one.key, numbering)]
    stands = [one for one in in_pymes if _is_in(one, numbering)]
    approved = {one.key.number for one in own if not one.is_rejected}
    used = sorted(approved.union(one.number for one in stands))
    # What lies before the first number that Botones saw was issued before it watched, wherever it stands now.
    start = min(approved, default=used[0] if used else None)
    following = _next_number(proof, numbering, used)
    if following is None and is_untouched:
        following = numbering.first
    expected: Forecast | None = None
    if proof.family.has_authorisation:
        same = (one for one in documents if one.key.family is proof.family and not one.is_rejected)
        history = {} if following is None else history_of(bogota_day(one.at) for one in same)
        expected = forecast(numbering, following or numbering.first, history, bogota_day(now))
    gaps = find_gaps(
        [Watched(numbering, start)],
        [*_own_sightings(own, stands), *_sightings_in_pymes(stands, approved, now)],
        now,
    )
    left = None if following is None else max(0, numbering.last - following + 1)
    return RangeWatch(proof, following, left, expected, gaps)


def _is_in(key: DocumentKey | Stand, numbering: Numbering) -> bool:
    same = key.family is numbering.family and key.prefix.strip().upper() == numbering.value_of(Field.PREFIX)
    return same and numbering.first <= key.number <= numbering.last


def _next_number(proof: NumberingProof, numbering: Numbering, used: list[int]) -> int | None:
    stated = [one.next_number for one in proof.columns.values() if one.next_number is not None]
    fitting = [number for number in stated if numbering.first <= number <= numbering.last + 1]
    return max((*fitting, *(number + 1 for number in used[-1:])), default=None)


def _own_sightings(own: Iterable[Known], stands: Iterable[Stand]) -> Iterable[Sighting]:
    """Say what the ledger knows; that a number stands in Pymes is older news than that it was annulled there."""
    annulled = {one.number for one in stands if one.annulled}
    for one in own:
        for sighting in _sightings(one):
            if not (sighting.where is Where.PYMES and sighting.number in annulled):
                yield sighting


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
