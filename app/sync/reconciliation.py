"""The month as PMS, Pymes and DIAN have it, read and compared. It changes nothing, anywhere."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.connectors.pymes import Pymes
from app.model.clock import Clock
from app.model.dian_list import DianList
from app.model.documents import DocumentKey
from app.model.matching import compare
from app.model.reconciliation import (
    Kind,
    Line,
    Month,
    Reconciliation,
    Record,
    Side,
    moment_of,
    record_of,
    record_of_sale,
)
from app.model.totals import summaries, totals
from app.sync.ledger_reader import LedgerReader
from app.sync.parallel import for_each

_MARGIN: Final = timedelta(days=7)
"""Read beyond the month on both sides, so that a document dated across its edge is found without asking for it."""
_MOST_ASKED: Final = 300
"""Documents looked for one by one; where more are missing, Pymes' own sync has most likely stood still."""
_OFTEN: Final = 500


class Stage(StrEnum):
    """What is being done."""

    LEDGER = "ledger"
    PYMES = "pymes"
    LOOKING = "looking"
    COMPARING = "comparing"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is; ``total`` is 0 where nobody knows it yet."""

    stage: Stage
    done: int = 0
    total: int = 0


class Stopped(Exception):
    """Somebody asked to stop; nothing was changed, so nothing is left half done."""


async def reconcile(
    reader: LedgerReader,
    pymes: Pymes,
    month: Month,
    *,
    hotel_nit: str,
    practice: bool,
    dian: DianList | None,
    clock: Clock,
    at_once: int,
    progress: Callable[[Progress], None],
    halted: Callable[[], bool],
) -> Reconciliation:
    """Read both systems and compare; raises ``ConnectorError``, ``StorageError``, or ``Stopped`` where ``halted``.

    It works hard between the pages: not on a loop that draws windows.
    """

    def tell(stage: Stage, done: int = 0, total: int = 0) -> None:
        if halted():
            raise Stopped
        progress(Progress(stage, done, total))

    tell(Stage.LEDGER)
    start, end = moment_of(month.first - _MARGIN), moment_of(month.last + _MARGIN + timedelta(days=1))
    ours: dict[DocumentKey, Record] = {}
    hotel_name = ""
    for approved in reader.issued_between(start, end):
        ours[approved.document.key] = record_of(*approved)
        hotel_name = approved.document.issuer.name or hotel_name
        if len(ours) % _OFTEN == 0:
            tell(Stage.LEDGER, len(ours))
    theirs = await _sales(pymes, month, tell)
    missing = [line.lead for line in compare(month, ours.values(), theirs.values(), None) if _is_missing(line)]
    theirs |= await _looked_for(pymes, missing[:_MOST_ASKED], at_once, tell)
    # The other way round costs no request: what Pymes dates in the month, and the PMS much earlier or later.
    lines = compare(month, ours.values(), theirs.values(), None)
    strangers = [line.lead.full_number for line in lines if line.lead.side is Side.PYMES]
    ours |= {one.document.key: record_of(*one) for one in reader.numbered(strangers)}
    tell(Stage.COMPARING)
    sides = (Side.PMS, Side.PYMES) if dian is None else tuple(Side)
    lines = compare(month, ours.values(), theirs.values(), None if dian is None else dian.records)
    return Reconciliation(
        month=month,
        made_at=clock.now(),
        hotel_nit=hotel_nit,
        hotel_name=hotel_name,
        practice=practice,
        sides=sides,
        lines=lines,
        summaries=summaries(lines, sides),
        totals=totals(month, lines, sides),
        unreadable=reader.unreadable(),
        not_looked_for=max(0, len(missing) - _MOST_ASKED),
        dian=None if dian is None else dian.file,
    )


Tell = Callable[..., None]
Sales = dict[str, Record]


async def _sales(pymes: Pymes, month: Month, tell: Tell) -> Sales:
    found: Sales = {}
    tell(Stage.PYMES)
    async with aclosing(pymes.sales_between(month.first - _MARGIN, month.last + _MARGIN)) as pages:
        async for page in pages:
            # Sales added while the pages are read can show a row twice, never hide one.
            found |= {sale.uuid: record_of_sale(sale) for sale in page.sales}
            tell(Stage.PYMES, len(found), page.total)
    return found


async def _looked_for(pymes: Pymes, asked: Sequence[Record], at_once: int, tell: Tell) -> Sales:
    """Ask by number for what the days did not show: somebody may have dated it otherwise."""
    found: Sales = {}
    done = 0

    async def by_number(record: Record) -> None:
        nonlocal done
        for sale in await pymes.sales_numbered(record.full_number):
            if sale.type.family is record.family:
                found[sale.uuid] = record_of_sale(sale)
        done += 1
        tell(Stage.LOOKING, done, len(asked))

    await for_each(asked, by_number, at_once=at_once)
    return found


def _is_missing(line: Line) -> bool:
    return line.kind in (Kind.ONLY_PMS, Kind.IN_FLIGHT, Kind.SETTLED)
