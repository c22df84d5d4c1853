"""Where the ledger of this computer's hotel stands: the settings say it, the vault opens it. Nothing is opened here."""

import platform

from app.model.errors import Failure, StorageError
from app.storage.errors import known_errors
from app.storage.place import Place, ServerPlace
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret, SecretMissing, Vault


async def place_of(paths: Paths, settings: Settings, vault: Vault) -> Place:
    """Return the place; raises ``StorageError``, and ``VaultError`` where the vault does not hand out the password."""
    if settings.ledger_server is None:
        with known_errors():
            return paths.ledger(settings.key)
    try:
        password = await vault.aget(Secret.LEDGER_PASSWORD)
    except SecretMissing:
        raise StorageError(Failure.LEDGER_ACCESS, "no password") from None
    return ServerPlace(settings.ledger_server, password, computer())


def computer() -> str:
    """Return the name by which the other computers' screens call this one."""
    return platform.node()[:60] or "?"
