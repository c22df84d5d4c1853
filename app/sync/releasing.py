"""What releasing all documents of one cause would do, before anybody does it. It writes nothing."""

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.journey import State
from app.model.preview import Release
from app.model.rules import Severity, check
from app.sync.acts import PAGE, first_numbers
from app.sync.guard import Guard, Stop
from app.sync.ledger import Entry, Ledger

_NUMBERS = 5
_OF_THE_GUARD = frozenset(
    {
        *(Cause.NUMBERING_DIFFERS, Cause.NUMBERING_UNKNOWN, Cause.DIAN_SILENT, Cause.RANGE_EXPIRED),
        *(Cause.OTHER_ISSUER, Cause.FAMILY_NOT_SUPPORTED, Cause.BREAKS_RULE),
    }
)


async def preview_release(ledger: Ledger, guard: Guard, cause: Cause, waits: Callable[[Entry], bool]) -> Release:
    """Look at everything that waits because of ``cause``; ``guard`` was renewed just now.

    ``waits`` says whether the ledger knows that a note's invoice does not stand yet.
    """
    count = again = 0
    totals: dict[str, Decimal] = {}
    first: tuple[str, ...] = ()
    oldest: date | None = None
    after: Entry | None = None
    while entries := ledger.waiting_for(cause, PAGE, after):
        after = entries[-1]
        first = first or first_numbers(entries, _NUMBERS)
        for entry in entries:
            document = entry.document
            count += 1
            totals[document.currency] = totals.get(document.currency, Decimal(0)) + document.payable
            day = bogota_day(document.issued_at)
            oldest = day if oldest is None else min(oldest, day)
            again += _is_held_again(entry, guard) or waits(entry)
        await asyncio.sleep(0)  # the engine may be at work in the same loop
    return Release(
        cause=cause,
        count=count,
        totals=totals,
        first=first,
        oldest=oldest,
        again=again,
        only_pymes_knows=cause not in _OF_THE_GUARD and again < count,
    )


def _is_held_again(entry: Entry, guard: Guard) -> bool:
    cause = entry.journey.cause
    if entry.journey.state is State.HELD and cause is not None and cause.is_about_approval:
        return True
    judgement = guard.judge(entry.document)
    if isinstance(judgement, Stop):
        return True
    findings = check(entry.document, judgement.numbering, judgement.technical_key)
    return any(finding.severity is Severity.BLOCK for finding in findings)
