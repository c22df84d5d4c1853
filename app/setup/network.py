"""Trying the hotel's way out: one real request through the proxy to each system. It keeps nothing."""

from typing import NamedTuple

from app.connectors.profile import Profile
from app.connectors.transport import Proxy, Transport
from app.model.errors import ConnectorError, Failure

_SECONDS = 15.0


class Reach(NamedTuple):
    """Whether a system answered at all: any status is an answer, even a refusal."""

    system: str
    address: str
    failure: Failure | None = None
    detail: str = ""


def addresses_of(profile: Profile) -> tuple[tuple[str, str], ...]:
    """Return an address of each system that the profile names, none of which needs an access to answer."""
    known = (
        ("pms", profile.pms and profile.pms + "/api/status"),
        ("pymes", profile.facturacion),
        ("fe", profile.fe),
    )
    return tuple((system, address) for system, address in known if address)


async def reach(system: str, address: str, proxy: Proxy | str | None) -> Reach:
    """Ask for ``address``, by the proxy where there is one."""
    async with Transport(system, timeout=_SECONDS, proxy=proxy) as transport:
        try:
            await transport.request("GET", address)
        except ConnectorError as error:
            if error.status is None or error.failure is Failure.PROXY:
                return Reach(system, address, error.failure, error.detail)
    return Reach(system, address)
