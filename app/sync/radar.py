"""The gap radar's second eye: every number that stands in Pymes, read day by day and kept. It judges none of them.

Only the documented ``ventas-detallado`` is asked. What is kept says which numbers there are and how they stand; no name
of anybody, no amount.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from app.connectors.profile import Profile
from app.connectors.pymes import Pymes
from app.model.clock import Clock, bogota_day
from app.model.documents import Family
from app.model.sales import Sale
from app.setup.credentials import connecting, read_secrets
from app.system.files import write_whole
from app.system.settings import Settings
from app.system.vault import Vault

_OURS: Final = frozenset({"alojamientos", "botones"})
"""Origins of our contract that carry what the PMS approved; any other, or none, is whoever sold in Pymes."""
_LONGEST_KEPT: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=731)
"""No range is older than its two years."""
_DAY: Final = timedelta(days=1)

Tell = Callable[["Seen", int, int], None]
"""Hears what is known by now, and how many days of how many are done."""


class Stand(NamedTuple):
    """A number that stands in Pymes."""

    family: Family
    prefix: str
    number: int
    day: date
    from_pms: bool
    """Pymes says that it came from the PMS, by Loggro's own sync or by Botones."""
    annulled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of Pymes, and when each day was."""

    read_at: Mapping[date, datetime] = field(default_factory=dict)
    stands: tuple[Stand, ...] = ()

    @property
    def since(self) -> date | None:
        """Return the first day that was read."""
        return min(self.read_at, default=None)

    @property
    def at(self) -> datetime | None:
        """Return when somebody last looked."""
        return max(self.read_at.values(), default=None)


def days_to_read(seen: Seen, first: date, now: datetime) -> list[date]:
    """Return the days since ``first`` whose reading no longer counts, the newest first.

    A reading counts for as long as the day was past when it was read, at most a month: what is old changes seldom, and
    today changes always.
    """
    today = bogota_day(now)
    first = max(first, today - LONGEST)
    days = [today - offset * _DAY for offset in range((today - first).days + 1)]
    return [day for day in days if not _counts(seen.read_at.get(day), day, now)]


def _counts(read_at: datetime | None, day: date, now: datetime) -> bool:
    if read_at is None or read_at > now:
        return False
    return now - read_at < min((bogota_day(read_at) - day), _LONGEST_KEPT)


async def look_through(
    pymes: Pymes, seen: Seen, first: date, clock: Clock, tell: Tell, halted: Callable[[], bool]
) -> Seen:
    """Read what is missing since ``first`` and return all that is known; ``halted`` is asked after each page.

    Raises ``ConnectorError``; what was read until then has been told, and is worth keeping.
    """
    days = days_to_read(seen, first, clock.now())
    tell(seen, 0, len(days))
    for done, day in enumerate(days, start=1):
        found: list[Stand] = []
        read_at = clock.now()
        async with aclosing(pymes.sales_between(day, day)) as pages:
            async for page in pages:
                found += [_stand(sale, day) for sale in page.sales]
                if halted():
                    return seen
        kept = [one for one in seen.stands if one.day != day]
        seen = Seen({**seen.read_at, day: read_at}, (*kept, *found))
        tell(seen, done, len(days))
        if halted():
            break
    return seen


def _stand(sale: Sale, day: date) -> Stand:
    from_pms = (sale.origin or "").strip().lower() in _OURS
    return Stand(sale.type.family, sale.prefix.strip().upper(), sale.number, day, from_pms, sale.annulled)


def load(path: Path) -> Seen:
    """Read what was kept; nothing, or a file that cannot be read, only means that all is read anew."""
    with suppress(OSError):
        kept = path.stat()
        return _load(path, kept.st_mtime_ns, kept.st_size)
    return Seen()


@lru_cache(maxsize=1)  # the page asks at each look, and a large hotel's file takes a second
def _load(path: Path, _written: int, _size: int) -> Seen:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        read_at: dict[date, datetime] = {}
        stands: list[Stand] = []
        for text, said in kept.items():
            day = date.fromisoformat(text)
            read_at[day] = datetime.fromisoformat(said["read_at"]).astimezone(UTC)
            stands += [
                Stand(Family(family), str(prefix), int(number), day, bool(from_pms), bool(annulled))
                for family, prefix, number, from_pms, annulled in said["numbers"]
            ]
        return Seen(read_at, tuple(stands))
    return Seen()


def save(seen: Seen, path: Path) -> None:
    """Keep what was read: whole, or as it was before."""
    by_day: dict[date, list[Stand]] = {day: [] for day in seen.read_at}
    for one in seen.stands:
        by_day[one.day].append(one)
    days = {day.isoformat(): _kept(seen.read_at[day], stands) for day, stands in sorted(by_day.items())}
    write_whole(path, json.dumps(days, separators=(",", ":")) + "\n")


def _kept(read_at: datetime, stands: Iterable[Stand]) -> dict[str, object]:
    numbers = [[one.family.value, one.prefix, one.number, one.from_pms, one.annulled] for one in stands]
    return {"read_at": read_at.isoformat(), "numbers": numbers}


async def renew(
    path: Path,
    first: date,
    tell: Tell,
    halted: Callable[[], bool],
    *,
    settings: Settings,
    profile: Profile,
    vault: Vault,
    clock: Clock,
) -> Seen:
    """Look through Pymes since ``first`` and keep at ``path`` what was read, also where it was not all.

    Raises ``ConnectorError`` and ``VaultError``.
    """
    known = load(path)

    def keep(seen: Seen, done: int, total: int) -> None:
        nonlocal known
        known = seen
        tell(seen, done, total)

    secrets = await read_secrets(vault)
    try:
        async with connecting(settings, profile, secrets, clock) as connectors:
            return await look_through(connectors.pymes, known, first, clock, keep, halted)
    finally:
        save(known, path)
