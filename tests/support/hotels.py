"""Several practice hotels on one computer, each set up as the wizard does it, for tests of the whole program."""

import asyncio

from app.model.clock import SystemClock
from app.model.mode import Mode
from app.sandbox.practice import Practice, seed_of
from app.sandbox.session import PROFILE, practice_profile, set_up, sign_in
from app.setup import activation_file
from app.setup.activation import Activation
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import MemoryRing, Vault


def entries(ring: MemoryRing, hotel: str) -> dict[str, str]:
    """Return what stands in the keyring for a hotel, read past everything of ours."""
    return {name: secret for (scope, name), secret in ring._entries.items() if scope == f"Botones/{hotel}"}


def found_hotels(paths: Paths, ring: MemoryRing, **titles: str) -> None:
    """Set up a practice hotel for each ``id="title"`` (``_`` stands for ``-``), as if the wizard was through."""

    async def found() -> None:
        await asyncio.gather(*(_found(paths, Vault(ring, key), key, title) for key, title in hotels.items()))

    hotels = {key.replace("_", "-"): title for key, title in titles.items()}
    # In the order of their names, which is that of the file.
    for key, title in hotels.items():
        Settings(hotel=None if key == PROFILE else key, title=title).save(paths.settings)
    asyncio.run(found())


async def _found(paths: Paths, vault: Vault, key: str, title: str) -> None:
    folder = paths.practice(key)
    with await asyncio.to_thread(Practice.start, folder, seed_of(key), push_delay=0.1) as practice:
        profile = practice_profile(practice)
        signed = await sign_in(practice, profile, vault, Mode.COMPLETE)
        settings = signed.changed(hotel=None if key == PROFILE else key, title=title)
        await set_up(profile, vault, settings, SystemClock())
    settings.save(paths.settings)
    flow = Activation.begin(profile).model_copy(
        update={"finished_at": SystemClock().now(), "hotel_nit": settings.hotel_document, "hotel_id": settings.hotel_id}
    )
    activation_file.save(flow, paths.setup(key))
