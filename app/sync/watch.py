"""What is known of each range beside its proof: how long it lasts, which numbers are missing, what hands over to what.

It looks nowhere but at the proofs and at what the ledger has; so a number that Pymes alone knows is not seen here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.connectors.numbering_reader import ProofReading
from app.model.clock import bogota_day
from app.model.documents import DocumentKey
from app.model.forecast import Forecast
from app.model.gaps import Gap, Sighting, Where
from app.model.journey import State
from app.model.numbering import Condition, Field, Numbering, NumberingProof, System
from app.model.prefixes import PrefixWarning
from app.model.relevo import Relevo, Stage
from app.storage.numbers import Known
from app.sync.forecast import forecast, history_of
from app.sync.gaps import UNDER_WAY, Watched, find_gaps
from app.sync.relevo import relevos

_FAITH = (System.DIAN, System.PMS, System.PYMES)
"""Whose word counts for where a range begins and ends, the best first."""

_NOT_BEGUN = (Stage.PREPARING, Stage.READY)
_OVER = (Condition.EXPIRED, Condition.EXHAUSTED)


class RangeWatch(NamedTuple):
    """One range, and what a person should know of it."""

    proof: NumberingProof
    next_number: int | None
    """The first that is not used yet; ``None`` where neither a system nor the ledger tells."""
    left: int | None
    forecast: Forecast | None
    """``None`` for a nota, which nobody authorises; by the vigencia alone while the next number is not known."""
    gaps: tuple[Gap, ...]


class Watch(NamedTuple):
    """All ranges at one moment."""

    ranges: tuple[RangeWatch, ...] = ()
    relevos: tuple[Relevo, ...] = ()
    warnings: tuple[PrefixWarning, ...] = ()


def watch_ranges(known: Iterable[Known], proofs: Sequence[NumberingProof], now: datetime) -> Watch:
    """Watch every range that a proof is about."""
    documents = list(known)
    waiting = [one.key for one in documents if one.state is not State.PROVEN and not one.is_rejected]
    proven = [one.key for one in documents if one.state is State.PROVEN]
    handed_over = tuple(filter(_is_told, relevos(proofs, waiting, proven)))
    untouched = [relevo.new for relevo in handed_over if relevo.stage in _NOT_BEGUN and _continues(relevo)]
    return Watch(
        ranges=tuple(_watch(proof, documents, now, proof in untouched) for proof in proofs if proof.columns),
        relevos=handed_over,
        warnings=ProofReading(tuple(proofs)).warnings,
    )


def _is_told(relevo: Relevo) -> bool:
    """Say whether two ranges in use are old and new, and not two that a hotel uses side by side, each for its own."""
    return relevo.stage in _NOT_BEGUN or _continues(relevo) or any(one in _OVER for one in relevo.old.conditions)


def _continues(relevo: Relevo) -> bool:
    old, new = _best(relevo.old), _best(relevo.new)
    return old.value_of(Field.PREFIX) == new.value_of(Field.PREFIX) and new.first > old.last


def _best(proof: NumberingProof) -> Numbering:
    return next(proof.columns[system] for system in _FAITH if system in proof.columns)


def _watch(proof: NumberingProof, documents: list[Known], now: datetime, is_untouched: bool) -> RangeWatch:
    numbering = _best(proof)
    own = [one for one in documents if _is_in(one.key, numbering)]
    used = sorted(one.key.number for one in own if not one.is_rejected)
    following = _next_number(proof, numbering, used)
    if following is None and is_untouched:
        following = numbering.first
    expected: Forecast | None = None
    if proof.family.has_authorisation:
        same = (one for one in documents if one.key.family is proof.family and not one.is_rejected)
        history = {} if following is None else history_of(bogota_day(one.at) for one in same)
        expected = forecast(numbering, following or numbering.first, history, bogota_day(now))
    gaps = find_gaps(
        [Watched(numbering, used[0] if used else None)],
        [sighting for one in own for sighting in _sightings(one)],
        now,
    )
    left = None if following is None else max(0, numbering.last - following + 1)
    return RangeWatch(proof, following, left, expected, gaps)


def _is_in(key: DocumentKey, numbering: Numbering) -> bool:
    same = key.family is numbering.family and key.prefix.strip().upper() == numbering.value_of(Field.PREFIX)
    return same and numbering.first <= key.number <= numbering.last


def _next_number(proof: NumberingProof, numbering: Numbering, used: list[int]) -> int | None:
    stated = [one.next_number for one in proof.columns.values() if one.next_number is not None]
    fitting = [number for number in stated if numbering.first <= number <= numbering.last + 1]
    return max((*fitting, *(number + 1 for number in used[-1:])), default=None)


def _sightings(one: Known) -> Iterable[Sighting]:
    """Say who knows a document's number, by what the ledger knows of it."""
    where = [Where.REJECTED] if one.is_rejected else [Where.PMS]
    if one.state in (State.PROVEN, State.CONFLICT):
        where.append(Where.PYMES)
    elif one.state in UNDER_WAY:
        where.append(Where.UNDER_WAY)
    key = one.key
    return [Sighting(family=key.family, prefix=key.prefix, number=key.number, where=it, at=one.at) for it in where]
