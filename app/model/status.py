"""The one value from which icon, tooltip, menu, panel and notices are drawn, so that they cannot disagree.

It is computed from dated facts, never remembered: green needs a proof that is young enough.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from app.model.errors import Failure
from app.model.forecast import Forecast, Watch
from app.model.mode import Mode
from app.model.numbering import Field, NumberingProof
from app.model.value import Value

PROOF_AGE_LIMIT: Final = timedelta(minutes=15)
"""Longest pause between two cycles is five minutes: three missed cycles and nobody knows any more."""


class Mood(StrEnum):
    """The states of the tray."""

    IN_ORDER = "en-orden"
    SYNCING = "sincronizando"
    ATTENTION = "atencion"
    PAUSED = "en-pausa"
    OFFLINE = "sin-conexion"
    NOT_SET_UP = "sin-configurar"
    UNKNOWN = "desconocido"
    SPARE = "reserva"
    """Another computer sends for this hotel; this one looks on."""


class Counts(Value):
    """How many documents stand where; ``today`` counts what was proven since midnight in Bogotá."""

    waiting: int = 0
    in_doubt: int = 0
    held: int = 0
    conflict: int = 0
    missing: int = 0
    settled: int = 0
    """Settled by a person on Loggro's own screen, and linked: they call nobody and are not green."""
    proven: int = 0
    adopted: int = 0
    today: int = 0

    @property
    def pending(self) -> int:
        return self.waiting + self.in_doubt

    @property
    def total(self) -> int:
        return self.waiting + self.in_doubt + self.held + self.conflict + self.missing + self.settled + self.proven


class Trouble(Value):
    """What keeps the engine from working, told once until it changes."""

    failure: Failure
    system: str
    messages: tuple[str, ...] = ()
    detail: str = ""
    since: AwareDatetime
    needs_a_person: bool = False


class Rebuild(Value):
    """The ledger was lost or put back from a copy: nothing is sent until both systems have been looked through."""

    since: AwareDatetime
    aside: str | None = None
    """Where the file that was in use until then is now; ``None`` where it had disappeared."""
    backup_at: AwareDatetime | None = None
    """When the copy was made that took its place; ``None``: the ledger began anew."""
    on_server: bool = False
    """It began anew on a server that had none of this hotel."""


class Sender(Value):
    """The computer that writes a ledger which several share: the only one that sends."""

    computer: str
    since: AwareDatetime


class Status(Value):
    """Everything a person may see of the engine at one moment."""

    at: AwareDatetime
    set_up: bool = True
    practice: bool = True
    """The sandbox, not a hotel: said on every screen."""
    mode: Mode = Mode.COMPLETE
    working: bool = False
    paused: bool = False
    paused_until: AwareDatetime | None = None
    """``None`` while paused means: until the person says so."""
    counts: Counts = Counts()
    proofs: tuple[NumberingProof, ...] = ()
    ending: tuple[Forecast, ...] = ()
    """Ranges for which a person has to ask a new authorisation; reckoned once an hour, no news of the moment."""
    trouble: Trouble | None = None
    rebuild: Rebuild | None = None
    spare_of: Sender | None = None
    """The other computer that sends for this hotel; this one only looks on. ``None``: this one sends."""
    start: date | None = None
    """First day (Bogotá) whose documents are carried; older ones wait for somebody to bring them. ``None``: all."""
    proven_at: AwareDatetime | None = None
    """Last cycle in which both systems answered, every look was made and every range spoke."""
    next_at: AwareDatetime | None = None
    progress: tuple[int, int] | None = None
    """Done and total of a batch under way."""

    def mood(self, now: datetime) -> Mood:
        """Return what the tray shows at ``now``; a proof grows old by itself, so the moment is an argument."""
        if not self.set_up:
            return Mood.NOT_SET_UP
        if self.paused:
            return Mood.PAUSED
        if self.trouble is not None and not (self.trouble.needs_a_person or self.trouble.failure.is_about_ledger):
            return Mood.OFFLINE
        if self.spare_of is not None and self.trouble is None:
            return Mood.SPARE
        if self.trouble is not None or self.rebuilding or self.needs_attention:
            return Mood.ATTENTION
        if self.working:
            return Mood.SYNCING
        # A proof from the future has no age that we know: the clock was set back.
        if self.proven_at is None or abs(now - self.proven_at) > PROOF_AGE_LIMIT:
            return Mood.UNKNOWN
        return Mood.IN_ORDER

    @property
    def rebuilding(self) -> bool:
        """Say whether the ledger is being built again by looking at both systems; meanwhile nothing is sent."""
        return self.rebuild is not None

    @property
    def needs_attention(self) -> bool:
        counts = self.counts
        return bool(counts.held or counts.conflict or counts.missing or self.broken_proofs)

    @property
    def broken_proofs(self) -> tuple[NumberingProof, ...]:
        """Return the ranges that need somebody: not one that merely ended, with another in its place."""
        good = {proof.family for proof in self.proofs if proof.holds}
        return tuple(proof for proof in self.proofs if not proof.holds and not (proof.agrees and proof.family in good))

    @property
    def ending_ranges(self) -> tuple[Forecast, ...]:
        """Return the ranges that come to their end; one that has, and is told as a broken proof, is not told twice."""
        broken = {
            (one.family, one.value_of(Field.PREFIX), one.first)
            for proof in self.broken_proofs
            for one in proof.columns.values()
        }
        return tuple(
            one
            for one in self.ending
            if one.watch is not Watch.OVER or (one.family, one.prefix, one.first) not in broken
        )
