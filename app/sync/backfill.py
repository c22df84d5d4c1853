"""Documents older than the first day that Botones carries: what bringing them would do. It writes nothing.

A ledger begins at a day (``Ledger.start``): what is dated before is not taken, and so never sent. To bring older ones
the day is moved back (``Ledger.bring_from``) and the source read again: they enter as any other document, and the
engine looks before it sends. Done twice it changes nothing, for the same document is the same key.

The preview reads the source and, in pages, the sales of those days. A sale that somebody dated elsewhere is asked for
by its number only while few are left: the engine asks for each before it sends.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.connectors.bundle import Connectors
from app.connectors.folder_source import FolderSource
from app.connectors.pymes import Pymes
from app.connectors.source import ApprovedDocument, Batch
from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import Document, DocumentKey, Family
from app.model.numbering import Numbering
from app.model.preview import Backfill, BackfillLine, Fate
from app.model.rules import Severity, check
from app.model.sales import Sale, differences
from app.model.source import SourceKind
from app.sync.guard import Guard, Pass
from app.sync.ledger import Ledger

Progress = Callable[[int, int], None]
"""Hears of what is done and, where it is known, of all there is to do (else zero)."""

_AROUND: Final = timedelta(days=31)
_FEW: Final = 50
_BLOCK: Final = 200


class Halted(Exception):
    """Somebody asked to stop; nothing was written."""


class _Scratch:
    """The memory of a reading that is thrown away."""

    def __init__(self, ranges: tuple[Numbering, ...]) -> None:
        self._ranges = ranges
        self._position = 0
        self._marks: dict[str, str] = {}

    def position(self) -> int:
        return self._position

    def marks(self, source: SourceKind) -> dict[str, str]:
        return dict(self._marks)

    def ranges(self) -> tuple[Numbering, ...]:
        return self._ranges

    def keep(self, batch: Batch) -> None:
        self._position = self._position if batch.position is None else batch.position
        for name, mark in batch.marks.items():
            if mark is None:
                self._marks.pop(name, None)
            else:
                self._marks[name] = mark


async def preview_backfill(
    connectors: Connectors,
    ledger: Ledger,
    guard: Guard,
    start: date,
    today: date,
    *,
    sends: bool,
    progress: Progress,
    halted: Callable[[], bool],
) -> Backfill:
    """Say what would become of every document dated since ``start``; ``guard`` was renewed just now."""
    rows = await _read(connectors, ledger, start, progress, halted)
    known = {key for block in _blocks(list(rows)) for key in ledger.known(block)}
    fresh = {key: row for key, row in rows.items() if key not in known}
    documents = [row.document for row in fresh.values() if row.document is not None and row.cause is None]
    sales = await _sales(connectors.pymes, documents, start, today, progress, halted)
    fates: list[tuple[ApprovedDocument, Fate, Cause | None]] = []
    fates += [(rows[key], Fate.KNOWN, None) for key in rows if key in known]
    fates += [
        (row, Fate.HELD, row.cause or Cause.UNREADABLE)
        for row in fresh.values()
        if row.document is None or row.cause is not None
    ]
    stands: set[tuple[Family, str]] = set()
    judged: dict[DocumentKey, tuple[Fate, Cause | None]] = {}
    # Invoices first: what becomes of a note hangs on its invoice.
    for number, document in enumerate(sorted(documents, key=lambda one: one.family.is_note)):
        fate, cause = _fate(document, sales.get(_name(document), ()), guard)
        if fate is Fate.SEND and not sends:
            fate = Fate.MISSING
        if fate is Fate.SEND and (waits := _waits(document, stands, judged, sales, ledger)) is not None:
            fate, cause = Fate.HELD, waits
        if fate in (Fate.THERE, Fate.SEND):
            stands.add((document.family, document.full_number.upper()))
        judged[document.key] = (fate, cause)
        if number % _BLOCK == 0:
            await asyncio.sleep(0)  # the engine may be at work in the same loop
    fates += [
        (row, *judged[row.document.key])
        for row in fresh.values()
        if row.document is not None and row.document.key in judged
    ]
    return Backfill(start=start, begins=ledger.start, lines=_summed(fates))


async def _read(
    connectors: Connectors, ledger: Ledger, start: date, progress: Progress, halted: Callable[[], bool]
) -> dict[str, ApprovedDocument]:
    source = connectors.source.apart() if isinstance(connectors.source, FolderSource) else connectors.source
    memory = _Scratch(ledger.ranges())
    rows: dict[str, ApprovedDocument] = {}
    while True:
        before = (memory.position(), memory.marks(source.kind))
        async with aclosing(source.news(memory)) as batches:
            async for batch in batches:
                memory.keep(batch)
                for row in batch.rows:
                    if row.document is None or bogota_day(row.document.issued_at) >= start:
                        rows.setdefault(row.key, row)
                progress(len(rows), 0)
                if halted():
                    raise Halted
        if before == (memory.position(), memory.marks(source.kind)):
            return rows


async def _sales(
    pymes: Pymes,
    documents: Sequence[Document],
    start: date,
    today: date,
    progress: Progress,
    halted: Callable[[], bool],
) -> dict[tuple[Family, str], tuple[Sale, ...]]:
    """Return what stands in Pymes under the numbers of these documents, and of the invoices that notes refer to."""
    wanted = {_name(document) for document in documents} | {
        (Family.FACTURA, document.reference.full_number.upper()) for document in documents if document.reference
    }
    found: dict[tuple[Family, str], dict[str, Sale]] = {}
    if not wanted:
        return {}
    seen = 0
    async with aclosing(pymes.sales_between(start - _AROUND, today + _AROUND)) as pages:
        async for page in pages:
            _keep(found, wanted, page.sales)
            seen += len(page.sales)
            progress(seen, page.total)
            if halted():
                raise Halted
    left = sorted(wanted - found.keys())
    if len(left) <= _FEW:
        for name in left:
            _keep(found, wanted, await pymes.sales_numbered(name[1]))
            if halted():
                raise Halted
    return {name: tuple(by_uuid.values()) for name, by_uuid in found.items()}


def _keep(
    found: dict[tuple[Family, str], dict[str, Sale]], wanted: set[tuple[Family, str]], sales: Iterable[Sale]
) -> None:
    for sale in sales:
        name = (sale.type.family, sale.full_number.upper())
        if name in wanted:
            found.setdefault(name, {})[sale.uuid] = sale


def _name(document: Document) -> tuple[Family, str]:
    return document.family, document.full_number.upper()


def _fate(document: Document, sales: Sequence[Sale], guard: Guard) -> tuple[Fate, Cause | None]:
    judgement = guard.judge(document)
    consecutivo = judgement.numbering.consecutivo if isinstance(judgement, Pass) else None
    claiming = [sale for sale in sales if sale.is_about(document.key)]
    if not isinstance(judgement, Pass) and judgement.cause is Cause.OTHER_ISSUER:
        return Fate.HELD, judgement.cause
    if len(claiming) > 1:
        return Fate.CONFLICT, Cause.DOUBLED_IN_PYMES
    if claiming and differences(document, claiming[0], consecutivo):
        return Fate.CONFLICT, Cause.DIFFERS_IN_PYMES
    # As in a cycle: under a numbering that is not proven nothing is sent, and what stands is adopted once it is.
    if not isinstance(judgement, Pass):
        return Fate.HELD, judgement.cause
    findings = check(document, judgement.numbering, judgement.technical_key)
    if any(finding.severity is Severity.BLOCK for finding in findings):
        return Fate.HELD, Cause.BREAKS_RULE
    return (Fate.THERE if claiming else Fate.SEND), None


def _waits(
    document: Document,
    stands: set[tuple[Family, str]],
    judged: Mapping[DocumentKey, tuple[Fate, Cause | None]],
    sales: Mapping[tuple[Family, str], tuple[Sale, ...]],
    ledger: Ledger,
) -> Cause | None:
    """Return why a note would wait for its invoice, ``None`` where that stands or would be sent before it."""
    if document.reference is None or not document.family.is_note:
        return None
    family = Family.DOCUMENTO_SOPORTE if document.family is Family.NOTA_AJUSTE else Family.FACTURA
    name = (family, document.reference.full_number.upper())
    if name in stands or name in sales:
        return None
    comes = any(key.family is family and key.full_number.upper() == name[1] for key in judged)
    if comes or ledger.find(document.reference.full_number, family, document.issuer.id) is not None:
        return Cause.WAITS_FOR_INVOICE
    return Cause.INVOICE_UNKNOWN


def _summed(fates: Iterable[tuple[ApprovedDocument, Fate, Cause | None]]) -> tuple[BackfillLine, ...]:
    groups: dict[tuple[Family | None, Fate, Cause | None], list[ApprovedDocument]] = {}
    for row, fate, cause in fates:
        groups.setdefault((row.document.family if row.document else None, fate, cause), []).append(row)
    lines = []
    for (family, fate, cause), rows in groups.items():
        totals: dict[str, Decimal] = {}
        for row in rows:
            if (document := row.document) is not None:
                totals[document.currency] = totals.get(document.currency, Decimal(0)) + document.payable
        first = rows[0].document.full_number if rows[0].document else rows[0].label
        lines.append(BackfillLine(family=family, fate=fate, cause=cause, count=len(rows), totals=totals, first=first))
    order = list(Fate)
    families = [*Family, None]
    return tuple(
        sorted(lines, key=lambda line: (order.index(line.fate), families.index(line.family), line.cause or ""))
    )


def _blocks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _BLOCK] for at in range(0, len(keys), _BLOCK))
