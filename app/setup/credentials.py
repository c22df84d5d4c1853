"""The secrets of one hotel, read out of the vault together, and its connections; ``system.vault`` stores them."""

from contextlib import AbstractAsyncContextManager

from app.connectors.bundle import Connectors, Secrets, open_connectors
from app.connectors.profile import Profile
from app.model.clock import Clock
from app.system.settings import Settings
from app.system.vault import Secret, SecretMissing, Vault

_FIELD_OF = {
    Secret.PYMES_TOKEN: "pymes_token",
    Secret.CONNECTION_TOKEN: "connection_token",
    Secret.PMS_API_KEY: "pms_api_key",
    Secret.PMS_SESSION: "pms_session",
    Secret.FE_USER: "fe_user",
    Secret.FE_PASSWORD: "fe_password",
    Secret.PROXY_USER: "proxy_user",
    Secret.PROXY_PASSWORD: "proxy_password",
}
_OF_THE_NETWORK = (Secret.PROXY_USER, Secret.PROXY_PASSWORD)
"""They open no system of the hotel."""


async def read_secrets(vault: Vault) -> Secrets:
    """Read all that the vault has; a missing one is ``None``, a locked or unavailable vault raises ``VaultError``."""
    found: dict[str, str] = {}
    for name, field in _FIELD_OF.items():
        try:
            found[field] = await vault.aget(name)
        except SecretMissing:
            continue
    return Secrets(**found)


def kept(secrets: Secrets) -> frozenset[Secret]:
    """Return which secrets are there, for the flow: it wants to know that, and nothing more of them."""
    return frozenset(
        name for name, field in _FIELD_OF.items() if name not in _OF_THE_NETWORK and getattr(secrets, field)
    )


def connecting(
    settings: Settings, profile: Profile, secrets: Secrets, clock: Clock
) -> AbstractAsyncContextManager[Connectors]:
    """Open the connections of the hotel that the settings name; raises what ``open_connectors`` raises."""
    return open_connectors(
        profile.reading_from(settings.source),
        secrets,
        hotel_id=settings.hotel_id,
        hotel_nit=settings.hotel_document,
        proxy=settings.proxy,
        folder=settings.folder,
        clock=clock,
    )
