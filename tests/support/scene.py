"""A practice hotel that has had a month, with what goes wrong in one, for pictures of the program. It draws nothing."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from app.model.clock import SystemClock, bogota_day
from app.model.documents import Family
from app.model.errors import ConnectorError
from app.model.mode import Mode
from app.sandbox.practice import Practice, seed_of
from app.sandbox.session import PROFILE, practice_profile, set_up, sign_in
from app.setup import activation_file
from app.setup.activation import Activation
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import MemoryRing, Vault
from tests.support.bridge import bridge_into
from tests.support.practice import running

_DAYS = 29
_TROUBLES: dict[int, tuple[str, tuple[Family, ...]]] = {
    20: ("writer-before", ()),
    3: ("refuses-one", ()),
    2: ("pms-changes", (Family.FACTURA,)),
    1: ("older-invoice-unknown", (Family.FACTURA, Family.NOTA_CREDITO)),
}
"""Which simulacro is on so many days ago, and for which documents."""
_HOUR_OF_ISSUE = time(23, 30)
"""In UTC: half past six in the evening in Bogotá."""


def found_month(paths: Paths, ring: MemoryRing, key: str = PROFILE, days: int = _DAYS) -> None:
    """Found a practice hotel, let it live a month of days up to yesterday, and set it up as the wizard does."""
    _in_thread(_live(paths, key, days))
    _in_thread(_set_up(paths, Vault(ring, key), key))


async def _live(paths: Paths, key: str, days: int) -> None:
    """Approve documents day by day and have them carried; what goes wrong on the last days is left for a person."""
    today, rng = bogota_day(SystemClock().now()), Random(seed_of(key))
    async with running(paths.practice(key), seed=seed_of(key)) as hotel:
        hotel.clock.at = _evening(today - timedelta(days=days + 1))
        bridge = await bridge_into(hotel, paths.ledger(key), Mode.COMPLETE)
        for left in range(days, 0, -1):
            hotel.clock.at = _evening(today - timedelta(days=left))
            weekend = hotel.clock.at.weekday() >= 4
            scenario, families = _TROUBLES.get(left, ("", ()))
            if scenario:
                await hotel.desk("POST", "/scenario", {"name": scenario, "on": True})
            await hotel.house.hotel.issue(rng.randrange(9, 17) if weekend else rng.randrange(4, 10), families)
            for _turn in range(2):
                # A machine with other work may be too slow for a request; the next cycle looks again.
                with contextlib.suppress(ConnectorError):
                    await bridge.cycle()
            if scenario:
                await hotel.desk("POST", "/scenario", {"name": scenario, "on": False})


def _evening(day: date) -> datetime:
    return datetime.combine(day, _HOUR_OF_ISSUE, UTC)


async def _set_up(paths: Paths, vault: Vault, key: str) -> None:
    with await asyncio.to_thread(Practice.start, paths.practice(key), seed_of(key), push_delay=0.1) as practice:
        profile = practice_profile(practice)
        signed = await sign_in(practice, profile, vault, Mode.COMPLETE)  # type: ignore[arg-type]
        settings = signed.changed(hotel=None if key == PROFILE else key)
        await set_up(profile, vault, settings, SystemClock())  # type: ignore[arg-type]
    settings.save(paths.settings)
    flow = Activation.begin(profile).model_copy(
        update={"finished_at": SystemClock().now(), "hotel_nit": settings.hotel_document, "hotel_id": settings.hotel_id}
    )
    activation_file.save(flow, paths.setup(settings.key))


def order(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Give the practice hotel an order, on a loop of its own, while the window's goes on."""
    _in_thread(coroutine)


def _in_thread(coroutine: Coroutine[Any, Any, Any]) -> None:
    failed: list[BaseException] = []

    def do() -> None:
        try:
            asyncio.run(coroutine)
        except BaseException as error:  # raised again where the order was given
            failed.append(error)

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def second_hotel(paths: Paths, title: str) -> Settings:
    """Write down one more hotel, of which nothing but the name is known yet."""
    settings = Settings(hotel=f"{PROFILE}-2", title=title)
    settings.save(paths.settings)
    return settings
