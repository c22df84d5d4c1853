"""The hand-over from one authorisation to the next: which proof numbers a document, and how far the hand-over is.

Two ranges of one family stand side by side until the old one is drained. Nothing is switched by hand: each document
goes by the range that it was numbered under, so that old and new never mix.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey
from app.model.numbering import Field, NumberingProof, System
from app.model.relevo import Relevo, Stage


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
    """Return the hand-overs under way.

    ``open_keys`` are the documents that are not proven in Pymes yet, ``proven_keys`` those of late that are; they tell
    that a range is in use where the PMS states no next number.
    """
    waiting, known = tuple(open_keys), tuple(proven_keys)
    found = []
    for family in dict.fromkeys(proof.family for proof in proofs):
        ranges = sorted((proof for proof in proofs if proof.family is family and proof.columns), key=_start)
        for old, new in pairwise(ranges):
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


def _is_begun(proof: NumberingProof) -> bool:
    pms = proof.columns.get(System.PMS)
    return pms is not None and pms.next_number is not None and pms.next_number > pms.first


def _resolutions(proof: NumberingProof) -> set[str]:
    return {numbering.value_of(Field.RESOLUTION) for numbering in proof.columns.values()}


def _start(proof: NumberingProof) -> date:
    starts = [one.valid_from for one in proof.columns.values() if one.valid_from is not None]
    return min(starts, default=date.min)
