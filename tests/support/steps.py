"""The steps of the wizard carried out as the wizard does it, for tests."""

import asyncio
from collections.abc import Awaitable, Callable

from app.connectors.bundle import Connectors
from app.connectors.profile import Profile
from app.model.clock import SystemClock
from app.model.documents import HOTEL_FAMILIES
from app.model.setup import (
    Attempt,
    Connection,
    Entry,
)
from app.setup import numbering
from app.setup.activation import Activation
from app.setup.token import Arrival, activate
from tests.support.sandbox import Guest

CLOCK = SystemClock()


def on(guest: Guest, work: Callable[[Connectors], Awaitable[object]], profile: Profile | None = None) -> object:
    async def run() -> object:
        async with guest.connected(profile=profile or guest.profile) as connectors:
            return await work(connectors)

    return asyncio.run(run())


def flow_of(guest: Guest, profile: Profile | None = None) -> Activation:
    chosen = profile or guest.profile
    flow = Activation.begin(chosen).with_hotel(guest.nit)
    return flow.with_attempt(Attempt(connection=Connection.PMS, at=CLOCK.now(), hotel_id=guest.hotel_id))


async def arrival_of(connectors: Connectors, patience: float = 10.0) -> Arrival:
    return await activate(connectors, CLOCK, lambda elapsed, whole: None, patience=patience)


def remember(_entry: Entry) -> None:
    """Stand for the file of the flow, where a test does not look at it."""


async def set_up(connectors: Connectors) -> tuple[Entry, ...]:
    entries = await numbering.propose(connectors, (), CLOCK.now())
    return tuple([await numbering.create(connectors, entry, CLOCK, remember) for entry in entries])


def issuing(guest: Guest, profile: Profile | None = None) -> Activation:
    return flow_of(guest, profile).with_families(HOTEL_FAMILIES)
