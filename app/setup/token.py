"""The step «Activación»: set the parameter in Pymes, and wait for the PMS to receive the connection token.

It stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.connectors.profile import Operation
from app.model.clock import Clock
from app.model.errors import ConnectorError, Failure
from app.model.parties import known_nit

if TYPE_CHECKING:  # where the flow stands is read before the first window, which does not wait for HTTP's library
    from app.connectors.bundle import Connectors

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
_PASSING: Final = (Failure.NETWORK, Failure.TIMEOUT, Failure.SERVER, Failure.TOO_MANY)
"""While waiting, these are waited out too; anything else is told at once."""

Progress = Callable[[float, float], None]
"""Called with the seconds gone and the patience."""


class ArrivalState(StrEnum):
    """How the wait for the token ended."""

    RECEIVED = "received"
    LATE = "late"
    """The patience is over; it may still come."""
    GUIDED = "guided"
    """No route lets us see the PMS' side: the person confirms."""
    WRONG_HOTEL = "wrong-hotel"
    """The token in the PMS is another organisation's: it was not taken."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the activation brought; ``token`` goes straight into the vault."""

    state: ArrivalState
    at: datetime
    token: str | None = field(default=None, repr=False)
    organisation_nit: str | None = None
    """The organisation that the PMS' connection names."""
    expected_nit: str | None = None
    parameter_is_set: bool | None = None
    """``None`` where no route reads or sets it."""
    set_by_us: bool = False
    passing: ConnectorError | None = None
    """The last passing failure while waiting, where the patience ended on one."""


async def activate(
    connectors: Connectors,
    clock: Clock,
    on_progress: Progress,
    *,
    patience: float = 120.0,
) -> Arrival:
    """Set the parameter unless it is Sí already, then wait for the token with growing pauses.

    Cancelling the task ends it cleanly.

    Where the parameter's route is guided it only waits, while the person sets it. Raises ``ConnectorError`` for what
    waiting does not mend.
    """
    profile, hotel_nit = connectors.profile, connectors.hotel_nit
    expected = {hotel_nit} if hotel_nit else set()
    is_set: bool | None = None
    if profile.route(Operation.PYMES_ORGANISATION).is_called:
        organisation = await connectors.pymes.organisation()
        is_set = organisation.usaAlojamientos
        expected.add(known_nit(organisation.nit))
        if len(expected) > 1:
            # Before the parameter is touched: it would send this organisation's token to whatever hotel it belongs to.
            return Arrival(
                ArrivalState.WRONG_HOTEL,
                clock.now(),
                organisation_nit=known_nit(organisation.nit),
                expected_nit=hotel_nit,
                parameter_is_set=is_set,
            )
    set_by_us = False
    if not is_set and profile.route(Operation.PYMES_PARAMETER).is_called:
        await connectors.pymes.use_alojamientos()
        is_set = set_by_us = True
    if not profile.route(Operation.PMS_CONNECTION).is_called:
        return Arrival(ArrivalState.GUIDED, clock.now(), parameter_is_set=is_set, set_by_us=set_by_us)
    return await _wait(connectors, clock, on_progress, patience, expected, is_set, set_by_us)


async def _wait(
    connectors: Connectors,
    clock: Clock,
    on_progress: Progress,
    patience: float,
    expected: set[str],
    is_set: bool | None,
    set_by_us: bool,
) -> Arrival:
    started, pause, passing = clock.monotonic(), FIRST_PAUSE, None
    while True:
        try:
            connection = await connectors.pms.pymes_connection()
            passing = None
        except ConnectorError as error:
            if error.failure not in _PASSING:
                raise
            connection, passing = None, error
        elapsed = clock.monotonic() - started
        on_progress(min(elapsed, patience), patience)
        if connection is not None and connection.received:
            nit = known_nit(connection.organisation_nit) if connection.organisation_nit else None
            known = next(iter(expected), None)
            right = nit is None or known is None or nit == known
            return Arrival(
                ArrivalState.RECEIVED if right else ArrivalState.WRONG_HOTEL,
                clock.now(),
                token=connection.token if right else None,
                organisation_nit=nit,
                expected_nit=known,
                parameter_is_set=True,
                set_by_us=set_by_us,
            )
        if elapsed >= patience:
            return Arrival(
                ArrivalState.LATE, clock.now(), parameter_is_set=is_set, set_by_us=set_by_us, passing=passing
            )
        asked = passing.retry_after if passing is not None and passing.retry_after else 0.0
        await clock.sleep(min(max(pause, asked), max(patience - elapsed, FIRST_PAUSE)))
        pause = min(pause * 1.6, LONGEST_PAUSE)
