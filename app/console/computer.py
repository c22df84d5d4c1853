"""``botones doctor`` and ``forget``: this computer, and the secrets that it keeps.

It touches no document.
"""

import asyncio

import click

from app.console.hotels import hotel_of, names_one
from app.console.outcome import ALL_WELL, NOT_ALL_WELL
from app.model.clock import SystemClock
from app.model.errors import Failure
from app.model.role import Act
from app.setup.doctor import examine
from app.setup.leaving import Removal, hotels_of, remove_secrets, remove_secrets_of_one
from app.system.deeds import Deeds
from app.system.paths import Paths
from app.system.vault import Vault, VaultError, open_vault
from app.texts import _
from app.texts.causes import explain_failure
from app.texts.deeds import accesses_gone


def doctor() -> int:
    """Print how fit this computer is."""
    paths = Paths.of_user()
    checks = asyncio.run(examine(paths, hotel_of(paths)))
    for one in checks:
        click.echo(f"{'✓' if one.well else '✗'} {one.name}: {one.said}")
        if not one.well:
            click.echo(f"    {one.fix}")
    return ALL_WELL if all(one.well for one in checks) else NOT_ALL_WELL


def forget() -> int:
    """Remove the secrets of the named hotel, or of every one as the uninstaller does, and name what did not go."""
    paths, left = Paths.of_user(), 0
    for name in (hotel_of(paths).key,) if names_one() else hotels_of(paths):
        try:
            removed = asyncio.run(_remove(name, open_vault(name)))
        except VaultError as error:
            explanation = explain_failure(Failure.VAULT)
            click.echo(f"{name}: {explanation.title} ({error.kind}). {explanation.place}", err=True)
            left += 1
            continue
        if any(one.was_there for one in removed):
            # Never refused: the uninstaller asks so, and so does who forgot the administrator's word.
            Deeds(paths.deeds(name), SystemClock()).note(None, Act.DISCONNECT, accesses_gone(), "botones forget")
        kept = [one.name.value for one in removed if not one.is_gone]
        left += len(kept)
        click.echo(f"{name}: {', '.join(kept) or _('sin accesos')}")
    return NOT_ALL_WELL if left else ALL_WELL


async def _remove(hotel: str, vault: Vault) -> tuple[Removal, ...]:
    # What is of the computer goes with the last hotel only: the others go out by the same proxy.
    return await (remove_secrets_of_one(hotel, vault) if names_one() else remove_secrets([(hotel, vault)]))
