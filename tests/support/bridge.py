"""The product's engine on a practice hotel, one cycle at a time, and what its ledger says afterwards."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app.connectors.profile import Profile, Timing, load_profile
from app.model.causes import Cause
from app.model.clock import Clock, SystemClock
from app.model.journey import EventKind, State
from app.model.mode import Mode
from app.model.numbering import NumberingProof
from app.model.status import Counts
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile, set_up, sign_in
from app.sandbox.tokens import Kind
from app.sync.engine import Engine
from app.sync.ledger_reader import LedgerReader, Row
from app.sync.recovery import open_ledger
from app.sync.service import open_engine
from app.system.settings import Settings
from app.system.vault import Secret, SessionVault
from tests.support.practice import Running


@dataclass(frozen=True)
class Bridge:
    """Everything that an engine needs, set up as the wizard does it; each cycle opens ledger and connections anew."""

    path: Path
    profile: Profile
    vault: SessionVault
    settings: Settings
    clock: Clock

    def with_(self, *, timing: dict[str, float] | None = None, **choices: object) -> "Bridge":
        """Return the same bridge with other settings, or another timing."""
        profile = self.profile
        if timing is not None:
            profile = profile.model_copy(update={"timing": Timing(**(profile.timing.model_dump() | timing))})
        return replace(self, profile=profile, settings=self.settings.changed(**choices))

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        with open_ledger(self.path, self.clock) as ledger:
            async with open_engine(
                ledger, settings=self.settings, profile=self.profile, vault=self.vault, clock=self.clock
            ) as engine:
                yield engine

    async def cycle(self) -> tuple[NumberingProof, ...]:
        """Run one cycle and return what was proven of the numbering."""
        async with self.engine() as engine:
            await engine.cycle()
            return engine.guard.proofs

    @contextmanager
    def reading(self) -> Iterator[LedgerReader]:
        reader = LedgerReader(self.path, self.clock)
        try:
            yield reader
        finally:
            reader.close()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every document, the first approved first."""
        with self.reading() as reader:
            return tuple(reversed(reader.page(0, 1_000_000)))

    @property
    def states(self) -> list[tuple[State, Cause | None]]:
        return [(row.state, row.cause) for row in self.rows]

    @property
    def counts(self) -> Counts:
        with self.reading() as reader:
            return reader.counts()

    def story(self, key: str) -> list[EventKind]:
        with self.reading() as reader:
            return [event.kind for event in reader.timeline(key)]


async def bridge_to(practice: Practice, path: Path, mode: Mode = Mode.SEND_ALL) -> Bridge:
    """Set up the hotel of a child process, with the machine's clock."""
    vault, clock = SessionVault("test"), SystemClock()
    profile = practice_profile(practice)
    settings = await sign_in(practice, profile, vault, mode)
    await set_up(profile, vault, settings, clock)
    return Bridge(path, profile, vault, settings, clock)


async def bridge_into(hotel: Running, path: Path, mode: Mode = Mode.SEND_ALL) -> Bridge:
    """Set up a hotel that is served in this loop, with its own clock: nothing moves until the test moves it."""
    vault, tokens = SessionVault("test"), hotel.house.tokens
    user, _, password = tokens.mint(Kind.FE).partition(":")
    vault.put(Secret.PYMES_TOKEN, tokens.mint(Kind.PYMES))
    vault.put(Secret.PMS_API_KEY, tokens.mint(Kind.PMS_KEY))
    vault.put(Secret.FE_USER, user)
    vault.put(Secret.FE_PASSWORD, password)
    addresses = hotel.addresses
    profile = load_profile("sandbox", {"pms": addresses.pms, "pymes": addresses.pymes, "fe": addresses.fe})
    settings = Settings(mode=mode, hotel_document=hotel.house.hotel.party.id, hotel_id=hotel.house.hotel.property_id)
    await set_up(profile, vault, settings, hotel.clock)
    return Bridge(path, profile, vault, settings, hotel.clock)
