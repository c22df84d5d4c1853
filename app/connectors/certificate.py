"""Who signed the certificate that a server shows, for «ver detalle» when it is not trusted.

It trusts nothing and sends nothing.
"""

import asyncio
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

LIMIT_SECONDS: Final = 5.0


async def issuer_of(address: str) -> str | None:
    """Return the issuer's name, or ``None`` where the server cannot be asked.

    An inspecting proxy or antivirus shows itself here.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            shown = await _certificate(parts.hostname, parts.port or 443, blind)
            # The library only takes apart a certificate that it could verify: so this one is checked against itself.
            itself = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            itself.check_hostname = False
            itself.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            itself.load_verify_locations(cadata=shown.getpeercert(binary_form=True) or b"")
            read: Any = (await _certificate(parts.hostname, parts.port or 443, itself)).getpeercert() or {}
    except (OSError, ssl.SSLError, TimeoutError):
        return None
    names: dict[str, str] = {key: value for group in read.get("issuer", ()) for key, value in group}
    return names.get("organizationName") or names.get("commonName")


async def _certificate(host: str, port: int, context: ssl.SSLContext) -> ssl.SSLObject:
    _reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return shown
    finally:
        writer.transport.abort()
