"""Taking this computer's access away: every secret of every hotel removed, and each one read back to prove it.

It touches no document: the ledger, its copies and the settings stay where they are.
"""

from collections.abc import Iterable
from typing import NamedTuple

from app.system.paths import Paths
from app.system.vault import OF_THE_COMPUTER, Secret, SecretMissing, Vault, VaultError


class Removal(NamedTuple):
    """What became of one entry of the vault."""

    profile: str
    name: Secret
    was_there: bool | None
    """``None`` where the vault did not say."""
    is_gone: bool
    """Proven by asking for it afterwards; a vault that does not answer proves nothing."""


def hotels_of(paths: Paths) -> tuple[str, ...]:
    """Return the profiles that ever worked on this computer: each has a scope of its own in the vault."""
    return tuple(sorted(folder.name for folder in (paths.home / "hotels").glob("*") if folder.is_dir()))


async def remove_secrets(vaults: Iterable[tuple[str, Vault]]) -> tuple[Removal, ...]:
    """Remove every entry of these vaults; one that fails does not keep the others. Never raises for a vault."""
    return tuple([await _remove(profile, vault, name) for profile, vault in vaults for name in Secret])


async def remove_secrets_of_one(hotel: str, vault: Vault) -> tuple[Removal, ...]:
    """Remove one hotel's entries; what is of the computer stays, because the other hotels go by it."""
    return tuple([await _remove(hotel, vault, name) for name in Secret if name not in OF_THE_COMPUTER])


async def _remove(profile: str, vault: Vault, name: Secret) -> Removal:
    was_there = await _is_there(vault, name)
    try:
        await vault.aforget(name)
    except VaultError:
        return Removal(profile, name, was_there, False)
    return Removal(profile, name, was_there, await _is_there(vault, name) is False)


async def _is_there(vault: Vault, name: Secret) -> bool | None:
    try:
        await vault.aget(name)
    except SecretMissing:
        return False
    except VaultError:
        return None
    return True
