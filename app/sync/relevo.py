"""The hand-over from one authorisation to the next: which proof numbers a document, and how far the hand-over is.

Two ranges of one family stand side by side until the old one is drained. Nothing is switched by hand: each document
goes by the range that it was numbered under, so that old and new never mix.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey
from app.model.numbering import Condition, Field, Numbering, NumberingProof, System
from app.model.relevo import Relevo, Stage

_FAITH: Final = (System.DIAN, System.PMS, System.PYMES)
"""Whose word counts for where a range begins and ends, the best first."""
_OVER: Final = (Condition.EXPIRED, Condition.EXHAUSTED)
_RENEWED_BEFORE: Final = timedelta(days=60)
"""A renewal is asked for from fifteen working days before the end; whoever has its next prefix earlier has two."""
_FEW_LEFT: Final = 0.1


def in_order(document: Document, proofs: Iterable[NumberingProof]) -> list[NumberingProof]:
    """Return the proofs that may number a document, the likeliest first.

    A habilitación repeats numbers of an earlier authorisation: what the document says of itself then decides alone,
    also where that range is disputed. Where it says nothing that anybody knows, the vigencia of its day does, and of
    two the newer one.
    """
    covering = [proof for proof in proofs if proof.covers(document.key)]
    stated = document.authorisation.resolution.strip() if document.authorisation else ""
    own = [proof for proof in covering if stated and stated in _resolutions(proof)]
    day = bogota_day(document.issued_at)
    return sorted(own or covering, key=lambda proof: (proof.allows_day(day), _start(proof)), reverse=True)


def relevos(
    proofs: Sequence[NumberingProof], open_keys: Iterable[DocumentKey], proven_keys: Iterable[DocumentKey] = ()
) -> tuple[Relevo, ...]:
    """Return the hand-overs under way; ranges that a hotel uses side by side, each for its own, are none.

    ``open_keys`` are the documents that are not proven in Pymes yet, ``proven_keys`` those of late that are; they tell
    that a range is in use where the PMS states no next number.
    """
    waiting, known = tuple(open_keys), tuple(proven_keys)
    found = []
    for old, new in _pairs(proofs):
        still = sum(old.covers(key) and not new.covers(key) for key in waiting)
        begun = _is_begun(new) or any(new.covers(key) and not old.covers(key) for key in (*waiting, *known))
        if not new.agrees:
            stage = Stage.PREPARING
        elif not begun:
            stage = Stage.READY
        else:
            stage = Stage.DRAINING if still else Stage.DONE
        found.append(Relevo(old=old, new=new, stage=stage, open_documents=still))
    return tuple(found)


def best(proof: NumberingProof) -> Numbering:
    """Return the column whose word counts for where a range begins and ends."""
    return next(proof.columns[system] for system in _FAITH if system in proof.columns)


def _pairs(proofs: Sequence[NumberingProof]) -> Iterator[tuple[NumberingProof, NumberingProof]]:
    """Pair each range with the one that it takes over from: of its own prefix, else of one that comes to its end."""
    for family in dict.fromkeys(proof.family for proof in proofs):
        ranges = sorted((one for one in proofs if one.family is family and one.columns), key=_place)
        heirless = list(ranges)
        for at, new in enumerate(ranges):
            own = [old for old in ranges[:at] if _prefix(old) == _prefix(new)]
            if own:
                heirless = [one for one in heirless if one is not own[-1]]
                yield own[-1], new
        for at, new in enumerate(ranges):
            if any(_prefix(old) == _prefix(new) for old in ranges[:at]):
                continue
            others = [old for old in ranges[:at] if old in heirless and _prefix(old) != _prefix(new)]
            if (old := next((one for one in reversed(others) if _ends_as(one, new)), None)) is not None:
                heirless = [one for one in heirless if one is not old]
                yield old, new


def _ends_as(old: NumberingProof, new: NumberingProof) -> bool:
    """Say whether one range comes to its end as another begins; before that two prefixes merely stand side by side."""
    if any(condition in _OVER for condition in old.conditions):
        return True
    ends, starts = best(old).valid_to, best(new).valid_from
    if ends is not None and starts is not None and starts >= ends - _RENEWED_BEFORE:
        return True
    before = best(old)
    stated = [one.next_number for one in old.columns.values() if one.next_number is not None]
    used = max((number for number in stated if before.first <= number <= before.last + 1), default=before.first)
    return before.last - used + 1 <= _FEW_LEFT * (before.last - before.first + 1)


def _is_begun(proof: NumberingProof) -> bool:
    pms = proof.columns.get(System.PMS)
    return pms is not None and pms.next_number is not None and pms.next_number > pms.first


def _resolutions(proof: NumberingProof) -> set[str]:
    return {numbering.value_of(Field.RESOLUTION) for numbering in proof.columns.values()}


def _start(proof: NumberingProof) -> date:
    starts = [one.valid_from for one in proof.columns.values() if one.valid_from is not None]
    return min(starts, default=date.min)


def _prefix(proof: NumberingProof) -> str:
    return best(proof).value_of(Field.PREFIX)


def _place(proof: NumberingProof) -> tuple[date, int, str]:
    return _start(proof), best(proof).first, _prefix(proof)
