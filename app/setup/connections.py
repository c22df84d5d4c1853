"""The step «Conexiones»: each connection tried at once, and each failure told apart. It stores no secret."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from app.connectors.certificate import issuer_of
from app.connectors.loggro_fe import LoggroFe
from app.connectors.pms import Pms, Session
from app.connectors.profile import Operation, Profile
from app.connectors.pymes import Pymes
from app.connectors.transport import Proxy, Transport
from app.model.clock import Clock, SystemClock
from app.model.documents import Family
from app.model.errors import ConnectorError, Failure
from app.model.parties import bare_nit, known_nit
from app.model.route import Route
from app.model.setup import Attempt, Connection

TRY_TIMEOUT: Final = 15.0
"""A person waits for this one."""
SYSTEM_CLOCK: Final = SystemClock()
PROBE_RESOLUTION: Final = "18760000001"
"""The DIAN's public test resolution.

Asking for it shows whether the credentials are taken, where no own one is known yet.
"""


@dataclass(frozen=True, slots=True)
class OtpTry:
    """The result of a sign-in by code; the session's token goes straight into the vault."""

    attempt: Attempt
    session: Session | None = field(default=None, repr=False)


async def try_pymes(
    profile: Profile, token: str, proxy: Proxy | str | None = None, *, clock: Clock = SYSTEM_CLOCK
) -> Attempt:
    """Try the organisation's API token: by who it speaks for where a route tells that, else by a documented read."""
    learnt: dict[str, Any] = {}
    operation = Operation.PYMES_ORGANISATION
    if not profile.route(operation).is_called:
        operation = Operation.PYMES_NUMBERINGS

    async def probe(transport: Transport) -> None:
        pymes = Pymes(transport, profile, token=token.strip())
        if operation is Operation.PYMES_ORGANISATION:
            organisation = await pymes.organisation()
            learnt.update(
                organisation_uuid=organisation.uuid,
                organisation_nit=known_nit(organisation.nit),
                organisation_name=organisation.nombre,
            )
        else:
            await pymes.numberings()

    address = profile.organizacion if operation is Operation.PYMES_ORGANISATION else profile.facturacion
    return await _try(
        Connection.PYMES,
        profile.route(operation),
        probe,
        learnt,
        clock,
        secret=token,
        proxy=proxy,
        address=address,
    )


async def try_pms_api_key(
    profile: Profile, key: str, nit: str, proxy: Proxy | str | None = None, *, clock: Clock = SYSTEM_CLOCK
) -> Attempt:
    """Try an API key: it must find the hotel by its NIT, and read its settings where a route allows that."""
    learnt: dict[str, Any] = {}

    async def probe(transport: Transport) -> None:
        hotel_id = await Pms(transport, profile, api_key=key.strip()).find_hotel(bare_nit(nit))
        learnt.update(hotel_id=hotel_id)
        await _learn_settings(Pms(transport, profile, api_key=key.strip(), hotel_id=hotel_id), profile, learnt)

    return await _try(
        Connection.PMS,
        profile.route(Operation.PMS_HOTEL),
        probe,
        learnt,
        clock,
        secret=key,
        proxy=proxy,
        address=profile.pms,
    )


async def request_otp(
    profile: Profile, phone: str, channel: str = "sms", proxy: Proxy | str | None = None, *, clock: Clock = SYSTEM_CLOCK
) -> Attempt:
    """Have a code sent to ``phone``; ``ok`` says that it is on its way, not that the sign-in worked.

    Do not keep it as an attempt.
    """

    async def probe(transport: Transport) -> None:
        await Pms(transport, profile).send_code(phone, channel)

    return await _try(
        Connection.PMS,
        profile.route(Operation.PMS_SESSION),
        probe,
        {},
        clock,
        secret="",
        proxy=proxy,
        address=profile.pms,
    )


async def try_pms_otp(
    profile: Profile,
    phone: str,
    code: str,
    proxy: Proxy | str | None = None,
    *,
    hotel_id: str | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> OtpTry:
    """Open a session with the code, and read the hotel's settings where the PMS names the user's hotel and a route
    allows it.

    Looking a hotel up by its NIT is documented for an API key only. Where the session names none, ``hotel_id`` is what
    the person typed.
    """
    learnt: dict[str, Any] = {}
    opened: list[Session] = []

    async def probe(transport: Transport) -> None:
        session = await Pms(transport, profile).open_session(phone.strip(), code.strip())
        opened.append(session)
        found = session.hotel_id or hotel_id
        learnt.update(expires_at=session.expires_at, hotel_id=found)
        if found is not None:
            pms = Pms(transport, profile, session_token=session.token, hotel_id=found)
            await _learn_settings(pms, profile, learnt)

    attempt = await _try(
        Connection.PMS,
        profile.route(Operation.PMS_SESSION),
        probe,
        learnt,
        clock,
        secret=code,
        proxy=proxy,
        address=profile.pms,
    )
    return OtpTry(attempt, opened[0] if attempt.ok and opened else None)


async def try_fe(
    profile: Profile,
    user: str,
    password: str,
    nit: str,
    proxy: Proxy | str | None = None,
    *,
    resolution: str | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Attempt:
    """Try the FE project's user and password by asking the DIAN for a resolution.

    That it knows none is an answer too: 500 with ``mensajeError`` (documented shape). It comes back in ``messages``.
    """
    learnt: dict[str, Any] = {}

    async def probe(transport: Transport) -> None:
        fe = LoggroFe(transport, profile, user=user.strip(), password=password)
        try:
            await fe.resolutions(resolution or PROBE_RESOLUTION, bare_nit(nit), Family.FACTURA)
        except ConnectorError as error:
            if not (error.status == 500 and error.messages):
                raise
            learnt.update(messages=error.messages)

    return await _try(
        Connection.FE,
        profile.route(Operation.FE_RESOLUTION),
        probe,
        learnt,
        clock,
        secret=password,
        proxy=proxy,
        address=profile.fe,
    )


async def _learn_settings(pms: Pms, profile: Profile, learnt: dict[str, Any]) -> None:
    if profile.route(Operation.PMS_BILLING).is_called:
        settings = await pms.billing_settings()
        learnt.update(hotel_nit=known_nit(settings.hotel_document_number), hotel_name=settings.property_name)


async def _try(
    connection: Connection,
    route: Route,
    probe: Callable[[Transport], Awaitable[None]],
    learnt: dict[str, Any],
    clock: Clock,
    *,
    secret: str,
    proxy: Proxy | str | None,
    address: str | None,
) -> Attempt:
    try:
        async with _transport(connection, secret, proxy) as transport:
            await probe(transport)
    except ConnectorError as error:
        issuer = None
        if error.failure is Failure.CERTIFICATE and address is not None and proxy is None:
            issuer = await issuer_of(address)
        return Attempt(
            connection=connection,
            at=clock.now(),
            route=route,
            failure=error.failure,
            detail=error.detail,
            status=error.status,
            messages=error.messages,
            issuer=issuer,
            retry_after=error.retry_after,
        )
    return Attempt(connection=connection, at=clock.now(), route=route, **learnt)


@asynccontextmanager
async def _transport(connection: Connection, secret: str, proxy: Proxy | str | None) -> AsyncIterator[Transport]:
    word = secret.strip()
    clean = (lambda text: text.replace(word, "•••")) if word else (lambda text: text)
    async with Transport(connection.value, timeout=TRY_TIMEOUT, proxy=proxy, clean=clean) as transport:
        yield transport
