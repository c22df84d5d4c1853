"""The only door to httpx: requests with the machine's certificates, bounded answers, and every failure told apart.

It retries nothing: whether a request may be repeated is known only to the one who asked.
"""

import asyncio
import html
import json
import math
import re
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import truststore

from app.connectors.overhearing import part_of, write_down
from app.connectors.profile import require_safe
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.exchange import Exchange

LIMIT_BYTES: Final = 16 * 1024 * 1024
_FIRST_CHARS: Final = 2_000
"""So much of an answer is searched for the FE service's own message."""
_LONGEST_MESSAGE: Final = 500
_LONGEST_CODE: Final = 100
_PATIENCE: Final = 4
"""The whole exchange may take so many timeouts; httpx limits only each single wait, and an answer may drip for ever."""
_GZIP: Final = 16 + zlib.MAX_WBITS
_LOOPBACK: Final = ("all://127.0.0.1", "all://localhost", "all://[::1]")

_NEVER_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_SOAP_MESSAGE: Final = re.compile(r"<(?:\w+:)?mensajeError>([^<]*)<")
_MAY_BE_THERE: Final = (408, 409, 425)
"""Client errors after which the thing may stand on the other side all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``body`` is whole and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    heard: Exchange | None = field(default=None, repr=False)
    """The whole exchange, where somebody listened."""

    def json(self) -> Any:
        """Return the body as JSON with numbers as text where they have a fraction.

        Raises ``ConnectorError`` (``UNREADABLE``).
        """
        try:
            return json.loads(self.body, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise ConnectorError(
                Failure.UNREADABLE, Delivery.IN_DOUBT, status=self.status, detail=type(error).__name__
            ) from error


@dataclass(frozen=True, slots=True)
class Proxy:
    """The way out of the hotel's network, and who signs in there, if anybody must."""

    address: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def login(self) -> tuple[str, str] | None:
        return (self.user, self.password or "") if self.user else None


class Transport:
    """A pool of connections to one system. Use as an async context manager, inside one event loop."""

    def __init__(
        self,
        system: str,
        *,
        timeout: float = 30.0,
        proxy: Proxy | str | None = None,
        connections: int = 8,
        clean: Callable[[str], str] = lambda text: text,
    ) -> None:
        """``clean`` takes secrets out of texts that are kept or shown; ``proxy`` overrides the machine's own.

        Neither is asked for this computer itself.
        """
        self._system = system
        self._patience = timeout * _PATIENCE
        self._clean = clean
        self._has_proxy = proxy is not None
        way = Proxy(proxy) if isinstance(proxy, str) else proxy
        self._client = httpx.AsyncClient(
            verify=_machine_certificates(),
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            proxy=None if way is None else httpx.Proxy(way.address, auth=way.login),
            mounts=dict.fromkeys(_LOOPBACK),
            follow_redirects=False,
            headers={"User-Agent": "Botones", "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Send one request and return its 2xx answer; anything else raises ``ConnectorError``."""

        def tell(status: int | None, said: bytes) -> Exchange | None:
            return write_down(self._clean, method, url, params, content if json is None else json, status, said)

        try:
            require_safe(url)
        except ValueError as error:
            raise self._error(Failure.UNSAFE_ADDRESS, Delivery.NEVER_LEFT, detail=str(error)) from None
        try:
            async with (
                asyncio.timeout(self._patience),
                self._client.stream(
                    method,
                    url,
                    headers=headers,
                    params=params,
                    json=json,
                    content=content,
                    auth=httpx.BasicAuth(*auth) if auth else None,
                ) as response,
            ):
                body = await self._read(response)
        except httpx.HTTPError as error:
            tell(None, b"")
            raise self._failure_of(error) from error
        except TimeoutError as error:
            tell(None, b"")
            raise self._error(Failure.TIMEOUT, Delivery.IN_DOUBT, detail="too slow") from error
        except httpx.InvalidURL as error:
            raise self._error(Failure.UNSAFE_ADDRESS, Delivery.NEVER_LEFT, detail=str(error)) from None
        answer = Answer(
            status=response.status_code,
            headers=response.headers,
            body=body,
            heard=tell(response.status_code, body),
        )
        if not response.is_success:
            raise self._refusal(answer)
        return answer

    def part_of(self, answer: Answer, row: Any) -> Exchange | None:
        """Return what was heard of an answer with one row of it only; ``None`` where nobody listened."""
        return None if answer.heard is None else part_of(answer.heard, self._clean, row)

    async def _read(self, response: httpx.Response) -> bytes:
        """Read and unpack up to the limit; httpx would unpack a chunk whole, and 64 kB may hold 64 MB."""
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        unpacker = zlib.decompressobj(_GZIP) if packing == "gzip" else None
        body = bytearray()
        fault = "" if packing in ("gzip", "identity", "") else "packing"
        try:
            async for chunk in response.aiter_raw():
                body += chunk if unpacker is None else unpacker.decompress(chunk, LIMIT_BYTES + 1 - len(body))
                if len(body) > LIMIT_BYTES:
                    fault = "too big"
                    break
        except zlib.error:
            fault = "packing"
        if unpacker is not None and body and not unpacker.eof:
            fault = fault or "cut off"
        if not fault:
            return bytes(body)
        if not response.is_success:
            return b""  # the status says enough
        raise self._error(Failure.UNREADABLE, Delivery.IN_DOUBT, status=response.status_code, detail=fault)

    def _error(self, failure: Failure, delivery: Delivery, **more: Any) -> ConnectorError:
        return ConnectorError(failure, delivery, system=self._system, **more)

    def _failure_of(self, error: httpx.HTTPError) -> ConnectorError:
        delivery = Delivery.NEVER_LEFT if isinstance(error, _NEVER_LEFT) else Delivery.IN_DOUBT
        certificate = _cause_of_kind(error, ssl.SSLCertVerificationError)
        if certificate is not None:
            failure = Failure.CERTIFICATE
        elif isinstance(error, httpx.ProxyError) or self._is_of_proxy(error):
            failure = Failure.PROXY
        elif isinstance(error, httpx.TimeoutException):
            failure = Failure.TIMEOUT
        elif isinstance(error, httpx.DecodingError):
            failure = Failure.UNREADABLE
        else:
            failure = Failure.NETWORK
        detail = self._clean(str(certificate or error) or type(error).__name__)
        return self._error(failure, delivery, detail=detail[:_LONGEST_MESSAGE])

    def _is_of_proxy(self, error: httpx.HTTPError) -> bool:
        """Say whether it was the proxy that was not reached: with one, nobody else outside is ever connected to."""
        own = f"all://{error.request.url.host}" in _LOOPBACK
        return self._has_proxy and not own and isinstance(error, httpx.ConnectError)

    def _refusal(self, answer: Answer) -> ConnectorError:
        status = answer.status
        codes, messages = _said(answer)
        if status == 401:
            failure, delivery = Failure.TOKEN, Delivery.REFUSED
        elif status == 403:
            failure, delivery = Failure.PERMISSION, Delivery.REFUSED
        elif status == 404:
            failure, delivery = Failure.NOT_FOUND, Delivery.REFUSED
        elif status == 407:
            failure, delivery = Failure.PROXY, Delivery.NEVER_LEFT
        elif status == 409:
            failure, delivery = Failure.ALREADY_THERE, Delivery.IN_DOUBT
        elif status == 429:
            failure, delivery = Failure.TOO_MANY, Delivery.REFUSED
        elif 300 <= status < 400:
            failure, delivery = Failure.UNSAFE_ADDRESS, Delivery.REFUSED
        elif status < 500:
            failure, delivery = Failure.REFUSED, Delivery.IN_DOUBT if status in _MAY_BE_THERE else Delivery.REFUSED
        else:
            failure, delivery = Failure.SERVER, Delivery.IN_DOUBT
        detail = f"HTTP {status}"
        if failure is Failure.UNSAFE_ADDRESS:
            detail += f" -> {_host_of(answer.headers.get('location', ''))}"
        return self._error(
            failure,
            delivery,
            status=status,
            codes=tuple(_plain(self._clean(code))[:_LONGEST_CODE] for code in codes),
            messages=tuple(_plain(self._clean(message))[:_LONGEST_MESSAGE] for message in messages),
            detail=detail,
            retry_after=_retry_after(answer.headers.get("retry-after")),
        )


def _machine_certificates() -> ssl.SSLContext:
    """Trust what the machine trusts: a company's inspecting proxy is in its store, and certifi does not know it."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _cause_of_kind(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """Walk the chain: httpx buries the certificate's failure two causes deep."""
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def _plain(text: str) -> str:
    """Take out what no screen should obey: control letters, and those that turn the reading direction."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _host_of(location: str) -> str | None:
    try:
        return (urlsplit(location).hostname or "")[:_LONGEST_CODE]
    except ValueError:
        return None


def _said(answer: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return codes and messages of the documented error shapes: both of JSON, and SOAP's ``mensajeError``.

    A stack trace or HTML page says nothing to a person.
    """
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = _SOAP_MESSAGE.findall(answer.body[:_FIRST_CHARS].decode("utf-8", "replace"))
        return (), tuple(html.unescape(message).strip() for message in found if message.strip())
    if not isinstance(data, dict):
        return (), ()
    said = data.get("errores", data.get("errors"))
    rows = [row for row in (said if isinstance(said, list) else [said]) if isinstance(row, dict)][:20]
    codes = tuple(str(row.get("codigo") or row.get("code") or "") for row in rows)
    messages = tuple(str(row.get("mensaje") or row.get("title") or "") for row in rows)
    return codes, tuple(message for message in messages if message)


def _retry_after(header: str | None) -> float | None:
    """Return the seconds asked for; a date or nonsense means no wish. An hour is the most we obey."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)
