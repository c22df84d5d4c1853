"""All connections of one hotel and its source of documents, opened together; who uses them is decided elsewhere."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import quote

from app.connectors.folder_source import FolderSource
from app.connectors.loggro_fe import LoggroFe
from app.connectors.pms import Pms
from app.connectors.profile import Profile
from app.connectors.pymes import Pymes
from app.connectors.range_source import RangeSource
from app.connectors.source import DocumentSource
from app.connectors.transport import Proxy, Transport
from app.model.clock import Clock, SystemClock
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.source import SourceKind


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the vault holds of one hotel; never printed."""

    pymes_token: str | None = field(default=None, repr=False)
    connection_token: str | None = field(default=None, repr=False)
    """Pymes gave it to the PMS when the parameter was set to Sí."""
    pms_api_key: str | None = field(default=None, repr=False)
    pms_session: str | None = field(default=None, repr=False)
    fe_user: str | None = field(default=None, repr=False)
    fe_password: str | None = field(default=None, repr=False)
    proxy_user: str | None = field(default=None, repr=False)
    proxy_password: str | None = field(default=None, repr=False)

    def through(self, address: str | None) -> Proxy | None:
        """Return the proxy at ``address`` with whoever signs in there."""
        return None if address is None else Proxy(address, self.proxy_user, self.proxy_password)

    @property
    def cleaner(self) -> Callable[[str], str]:
        """Return what takes these secrets out of a text."""
        held = [text for one in fields(self) if (text := getattr(self, one.name))]
        spelled = {form for text in held for form in (text, quote(text, safe=""), json.dumps(text)[1:-1])}
        known = sorted(spelled, key=len, reverse=True)

        def clean(text: str) -> str:
            for secret in known:
                text = text.replace(secret, "•••")
            return text

        return clean


@dataclass(frozen=True, slots=True)
class Connectors:
    """The open connections; ``fe`` is ``None`` where the hotel has no credentials of the FE service."""

    profile: Profile
    pms: Pms
    pymes: Pymes
    fe: LoggroFe | None
    source: DocumentSource
    """Where approved documents are read."""
    hotel_nit: str | None = None
    """Without check digit; the FE service is asked about this issuer."""


@asynccontextmanager
async def open_connectors(
    profile: Profile,
    secrets: Secrets,
    *,
    hotel_id: str | None = None,
    hotel_nit: str | None = None,
    proxy: str | None = None,
    folder: Path | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Connectors]:
    """Open one pool of connections per system.

    Raises ``ConnectorError`` (``TOKEN``) when there is no token of Pymes at all.
    """
    if not secrets.pymes_token:
        raise ConnectorError(Failure.TOKEN, Delivery.NEVER_LEFT, system="pymes", detail="no token")
    async with AsyncExitStack() as stack:

        async def transport(system: str) -> Transport:
            return await stack.enter_async_context(
                Transport(system, timeout=profile.timing.timeout, proxy=secrets.through(proxy), clean=secrets.cleaner)
            )

        pms = Pms(
            await transport("pms"),
            profile,
            api_key=secrets.pms_api_key,
            session_token=secrets.pms_session,
            hotel_id=hotel_id,
        )
        pymes = Pymes(
            await transport("pymes"), profile, token=secrets.pymes_token, connection_token=secrets.connection_token
        )
        fe = None
        if secrets.fe_user and secrets.fe_password and profile.fe is not None:
            fe = LoggroFe(await transport("fe"), profile, user=secrets.fe_user, password=secrets.fe_password)
        source: DocumentSource = pms
        if profile.source is SourceKind.FOLDER:
            source = FolderSource(folder, clock or SystemClock(), accept_unanswered=profile.folder_accepts_unanswered)
        elif profile.source is SourceKind.RANGE:
            source = RangeSource(fe, hotel_nit, clock or SystemClock())
        yield Connectors(profile=profile, pms=pms, pymes=pymes, fe=fe, source=source, hotel_nit=hotel_nit)
