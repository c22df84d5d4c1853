"""One hotel's turn in a chain: its ledger opened, a bounded piece of the engine's work done, and all let go again.

It decides nothing about a document, and nothing about whose turn it is.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.connectors.numbering_reader import DianCache
from app.connectors.profile import Profile
from app.model.clock import Clock
from app.model.status import Counts
from app.setup.place import place_of
from app.storage.place import ServerPlace
from app.storage.turns import Turn
from app.sync.recovery import open_ledger
from app.sync.schedule import no_later_than, pause_after_work
from app.sync.service import open_engine
from app.sync.tenure import Tenure
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Vault

STATES: Final = ("waiting", "in_doubt", "held", "conflict", "missing", "settled", "proven")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one turn may do: beyond ``documents`` or ``seconds`` of work nothing more is read or begun.

    Beyond ``longest`` it is broken off in the middle of a batch, as a power cut would, and what was under way is
    settled by looking: a hotel whose systems drip must not keep a worker. Its next turns have smaller batches.
    """

    documents: int = 200
    seconds: float = 8.0
    longest: float = 120.0


@dataclass(frozen=True, slots=True)
class Hotel:
    """All that a turn of one hotel needs, but for its secrets, which the vault gives anew each time."""

    settings: Settings
    profile: Profile
    vault: Vault
    dian: DianCache


@dataclass(frozen=True, slots=True)
class Worked:
    """What a turn did."""

    moved: int
    """Steps of documents: read, and carried."""
    proven: int
    """Documents that stand in Pymes since this turn."""
    pause: float
    """Seconds until the hotel may have its next turn; none where it has more to do."""
    said: Mapping[str, Any]
    """What the others may know of the hotel: figures and moments, no document and no name."""


async def work(
    hotel: Hotel, paths: Paths, clock: Clock, bounds: Bounds, turn: Turn, stopping: Callable[[], bool]
) -> Worked:
    """Do one turn; raises ``StorageError``, ``VaultError``, ``ConnectorError``, and ``TimeoutError`` where it was long.

    Whatever it raises, and wherever it is cut off, the ledger is whole.
    """
    settings, profile = hotel.settings, _with_smaller_batches(hotel.profile, turn.failures)
    place = await place_of(paths, settings, hotel.vault)
    assert isinstance(place, ServerPlace)
    started: float | None = None
    done, has_more = 0, False

    def progress(now_done: int, _total: int) -> None:
        nonlocal done
        done = now_done

    with open_ledger(place, clock) as ledger:
        # Proven anew before anything leaves: what cannot be written down must not be sent.
        ledger.write_a_mark()
        before = ledger.counts().proven
        async with Tenure(ledger, place, clock, lambda: None, profile.timing.stand_by) as tenure:

            def halted() -> bool:
                nonlocal started, has_more
                # Counted from the first question: opening and proving, however slow, must leave room for one batch.
                started = clock.monotonic() if started is None else started
                is_over = done >= bounds.documents or clock.monotonic() - started >= bounds.seconds
                has_more = has_more or is_over or stopping()
                return has_more or tenure.is_over

            async with (
                open_engine(
                    ledger, settings=settings, profile=profile, vault=hotel.vault, clock=clock, dian=hotel.dian
                ) as engine,
                asyncio.timeout(bounds.longest),
            ):
                moved = await engine.cycle(progress=progress, halted=halted, at_most=bounds.documents)
            tenure.check()
            counts, oldest, due = ledger.counts(), ledger.waiting_since(), ledger.next_due()
    rest = pause_after_work(profile.paced(settings.cadence), 0 if moved else turn.idle + 1)
    pause = 0.0 if has_more else no_later_than(rest, due, clock.now())
    return Worked(moved, counts.proven - before, pause, _said(counts, oldest, clock.now(), place.computer))


def _with_smaller_batches(profile: Profile, failures: int) -> Profile:
    """Halve the batch for each failure in a row, so that a hotel that fails on large ones comes to an end of one."""
    return profile.model_copy(update={"batch": max(profile.batch >> failures, 1)}) if failures else profile


def _said(counts: Counts, oldest: datetime | None, now: datetime, computer: str) -> dict[str, Any]:
    return {
        "counts": {state: getattr(counts, state) for state in STATES},
        "oldest": None if oldest is None else oldest.timestamp(),
        "proven_at": now.timestamp(),
        "sender": computer,
        "cause": None,
    }
