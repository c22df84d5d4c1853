"""The step «Consecutivo».

The form checked as it is typed, and the consecutivo looked up or created in Pymes, never twice.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final

from app.connectors.bundle import Connectors
from app.connectors.numbering_reader import read_columns
from app.connectors.profile import Operation
from app.model.clock import Clock
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.errors import ConnectorError, Delivery
from app.model.numbering import APPLIES_TO_PMS, Field, Numbering, Slip, Source, System, match, slips_of
from app.model.setup import Draft, Entry, Outcome

_DATED: Final = (Field.VALID_FROM, Field.VALID_TO)
_NUMBERS: Final = (Field.FIRST, Field.LAST)
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 15.0

Keep = Callable[[Entry], None]
"""Stores an entry before the request leaves; it must be on disk when this returns."""


# --- the form ---------------------------------------------------------------------------------------------------------


def fields_of(family: Family) -> tuple[Field, ...]:
    """Return the fields of the form: a nota has no resolution and no validity."""
    if family.has_authorisation:
        return (Field.RESOLUTION, Field.PREFIX, *_NUMBERS, *_DATED, Field.APPLIES_TO)
    return (Field.PREFIX, *_NUMBERS, Field.APPLIES_TO)


def draft_of(numbering: Numbering) -> Draft:
    """Fill the form from what a system states, «Aplica a» as the guide demands."""
    return Draft(
        family=numbering.family,
        name=default_name(numbering.family, numbering.prefix),
        resolution=(numbering.resolution or "") if numbering.family.has_authorisation else "",
        prefix=numbering.prefix,
        first=str(numbering.first),
        last=str(numbering.last),
        valid_from=_day_text(numbering.valid_from),
        valid_to=_day_text(numbering.valid_to),
    )


def default_name(family: Family, prefix: str) -> str:
    """Name a consecutivo so that the accountant recognises it in Pymes' list."""
    return f"Alojamientos {family.value.replace('-', ' ')} {prefix}".strip()


def check(draft: Draft, today: date) -> dict[Field, tuple[Slip, ...]]:
    """Say what is wrong with the form as it stands; ``Slip.blocks`` tells an error from a warning.

    Empty: all is well.
    """
    slips: dict[Field, tuple[Slip, ...]] = {}
    fields = fields_of(draft.family)
    for field in fields:
        text = draft.text_of(field).strip()
        if not text:
            # An empty prefix is allowed (facts/dian.md 1.1).
            if field is not Field.PREFIX:
                slips[field] = (Slip.REQUIRED,)
        elif field in _NUMBERS and _number(text) is None:
            slips[field] = (Slip.NOT_A_NUMBER,)
        elif field in _DATED and _date(text) is None:
            slips[field] = (Slip.NOT_A_DATE,)
        elif field is Field.APPLIES_TO and text != APPLIES_TO_PMS:
            slips[field] = (Slip.APPLIES_TO_OTHER,)
    # Whatever does not depend on a field that cannot be read is judged all the same.
    judged = slips_of(_best_reading(draft), today)
    return slips | {
        field: found for field, found in judged.items() if field not in slips and not _depends_on(field, slips)
    }


def blocks(slips: dict[Field, tuple[Slip, ...]]) -> bool:
    """Say whether the form cannot go on."""
    return any(slip.blocks for found in slips.values() for slip in found)


def differing(one: Draft, other: Draft) -> tuple[Field, ...]:
    """Return the fields that were typed otherwise the second time; «1.000» and «1000» are the same."""
    first, second = _best_reading(one), _best_reading(other)
    return tuple(field for field in fields_of(one.family) if first.value_of(field) != second.value_of(field))


def to_numbering(draft: Draft, system: System, source: Source, at: datetime) -> Numbering:
    """Read the form as a numbering of ``system``; raises ``ValueError`` while a number or a date cannot be read."""
    for field in fields_of(draft.family):
        text = draft.text_of(field).strip()
        readable = _number(text) if field in _NUMBERS else _date(text) if field in _DATED else text
        if readable is None:
            raise ValueError(field.value)
    return _best_reading(draft).model_copy(update={"system": system, "source": source, "read_at": at})


def _best_reading(draft: Draft) -> Numbering:
    authorised = draft.family.has_authorisation
    return Numbering(
        system=System.PYMES,
        family=draft.family,
        prefix=draft.prefix.strip().upper(),
        first=_number(draft.first) or 0,
        last=_number(draft.last) or 0,
        resolution=draft.resolution.strip() or None if authorised else None,
        valid_from=_date(draft.valid_from) if authorised else None,
        valid_to=_date(draft.valid_to) if authorised else None,
        applies_to=draft.applies_to.strip() or None,
        source=Source.TYPED,
    )


def _depends_on(field: Field, broken: Iterable[Field]) -> bool:
    pair = _NUMBERS if field is Field.LAST else _DATED if field is Field.VALID_TO else ()
    return any(other in broken for other in pair)


def _number(text: str) -> int | None:
    """Read a whole number as people and Form 1876 write it: ``1000001``, ``1.000.001``, ``1,000,001``."""
    plain = text.strip()
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+", plain):
        plain = plain.replace(".", "").replace(",", "")
    return int(plain) if re.fullmatch(r"[0-9]{1,18}", plain) else None


def _date(text: str) -> date | None:
    """Read a day as ``23/11/2026`` or ``2026-11-23``; day first, never month first."""
    plain = text.strip()
    found = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", plain)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(plain) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain) else None
    except ValueError:
        return None


def _day_text(value: date | None) -> str:
    return "" if value is None else value.strftime("%d/%m/%Y")


# --- the consecutivos to set up ---------------------------------------------------------------------------------------


async def propose(connectors: Connectors, evidence: Sequence[Numbering], now: datetime) -> tuple[Entry, ...]:
    """Return one entry per range that the PMS states, its form filled and its place in Pymes looked up.

    None where it is guided.
    """
    pms, pymes = await read_columns(connectors, evidence, now)
    looks = connectors.profile.route(Operation.PYMES_NUMBERINGS).is_called
    entries = [Entry(draft=draft_of(one)) for family in HOTEL_FAMILIES for one in pms if one.family is family]
    return tuple(compared(entry, pymes) if looks else entry for entry in entries)


def families_of(entries: Iterable[Entry]) -> tuple[Family, ...]:
    """Return the families that the entries are of, in the order in which they are set up."""
    found = {entry.family for entry in entries}
    return tuple(family for family in HOTEL_FAMILIES if family in found)


def blank_entries(families: Iterable[Family], entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with an empty form for each family that has none yet.

    For what the PMS' route does not tell.
    """
    kept = list(entries)
    missing = [family for family in families if family not in {entry.family for entry in kept}]
    return (*kept, *(Entry(draft=Draft(family=family, name=default_name(family, ""))) for family in missing))


def retyped(entry: Entry, draft: Draft, at: datetime) -> Entry:
    """Return the entry with another form; what was found for the former one no longer counts, an intent still does."""
    if draft == entry.draft:
        return entry
    return Entry(draft=draft, intent_at=entry.intent_at, typed_at=at)


def compared(entry: Entry, pymes: Iterable[Numbering]) -> Entry:
    """Return the entry with what stands in Pymes: nothing, the same, or the same range with other values.

    Raises ``ValueError``.
    """
    wanted = _best_reading(entry.draft)
    partner = match(wanted, pymes)
    if partner is None:
        return _ended(entry, Outcome.ABSENT)
    wrong = [field for field in fields_of(entry.family) if wanted.value_of(field) != partner.value_of(field)]
    if not partner.active:
        wrong.append(Field.ACTIVE)
    if not wrong:
        outcome = Outcome.CREATED if entry.intent_at is not None else Outcome.PRESENT
        return _ended(entry, outcome, found=partner)
    return _ended(entry, Outcome.DIFFERENT, found=partner, differing=tuple(wrong))


def confirmed(entry: Entry) -> Entry:
    """Note that the person made the consecutivo; only where no route reads Pymes' list."""
    return _ended(entry, Outcome.CONFIRMED)


async def look(connectors: Connectors, entry: Entry) -> Entry:
    """Look in Pymes' list for the consecutivo of ``entry``: the documented proof after a guided step.

    Raises ``ConnectorError``.
    """
    return compared(entry, await connectors.pymes.numberings())


async def create(connectors: Connectors, entry: Entry, clock: Clock, keep: Keep) -> Entry:
    """Have the consecutivo of ``entry`` in Pymes: look, and create it only where nothing like it stands there.

    ``keep`` is called with the intent before the request leaves. After a lost answer it looks until the profile's
    settling time is over, and never asks twice within it, not even after a restart. What the person can do something
    about comes back in the entry (``failure``); raises ``ValueError`` while the form cannot be read.
    """
    numbering = to_numbering(entry.draft, System.PYMES, Source.TYPED, clock.now())
    try:
        entry = await _settled(connectors, entry, clock) if entry.intent_at else await look(connectors, entry)
        if entry.outcome is not Outcome.ABSENT:
            return entry
        entry = entry.model_copy(update={"intent_at": clock.now()})
        keep(entry)
    except ConnectorError as error:
        return _failed(entry, error)
    name = entry.draft.name.strip() or default_name(entry.family, numbering.prefix)
    try:
        await connectors.pymes.create_numbering(numbering, name)
    except ConnectorError as error:
        if error.delivery is not Delivery.IN_DOUBT:
            return _failed(entry.model_copy(update={"intent_at": None}), error)
    try:
        return await _settled(connectors, entry, clock)
    except ConnectorError as error:
        return _failed(entry, error, Outcome.UNSETTLED)


async def _settled(connectors: Connectors, entry: Entry, clock: Clock) -> Entry:
    """Look until it is there or the settling time since the intent is over; only then is it absent."""
    pause, settle = _FIRST_PAUSE, connectors.profile.timing.settle
    while True:
        looked = await look(connectors, entry)
        assert entry.intent_at is not None
        left = settle - (clock.now() - entry.intent_at).total_seconds()
        if looked.outcome is not Outcome.ABSENT or left <= 0:
            return looked
        await clock.sleep(min(pause, max(left, _FIRST_PAUSE)))
        pause = min(pause * 2, _LONGEST_PAUSE)


def _ended(
    entry: Entry, outcome: Outcome, *, found: Numbering | None = None, differing: tuple[Field, ...] = ()
) -> Entry:
    change = {"outcome": outcome, "found": found, "differing": differing, "failure": None, "detail": ""}
    return entry.model_copy(update=change)


def _failed(entry: Entry, error: ConnectorError, outcome: Outcome | None = None) -> Entry:
    detail = "; ".join([*error.messages, error.detail]).strip("; ")
    return entry.model_copy(update={"outcome": outcome, "failure": error.failure, "detail": detail})
