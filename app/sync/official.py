"""The official PDF of a document, from the FE service where the hotel has its credentials; asked for by a person."""

from app.connectors.bundle import open_connectors
from app.connectors.profile import Profile
from app.model.documents import Document
from app.model.errors import ConnectorError, Delivery, Failure
from app.setup.credentials import read_secrets
from app.system.settings import Settings
from app.system.vault import Vault


async def official_pdf(document: Document, *, settings: Settings, profile: Profile, vault: Vault) -> bytes | None:
    """Return the PDF that the FE service holds, ``None`` where it has none of this document.

    Raises ``VaultError`` and ``ConnectorError``; without credentials or a way to ask it is ``NO_ROUTE``.
    """
    secrets = await read_secrets(vault)
    nit = settings.hotel_document
    async with open_connectors(profile, secrets, hotel_nit=nit, proxy=settings.proxy) as connectors:
        if connectors.fe is None or nit is None:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, system="fe", detail="no credentials")
        found = await connectors.fe.document(document.prefix, document.number, document.family, nit)
    if found is None or found.pdf is None or not found.pdf.startswith(b"%PDF"):
        return None
    return found.pdf
