"""Pymes, Loggro's accounting, as Botones needs it. The wire's shapes are in ``pymes_contract``."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from app.connectors.profile import Operation, Profile
from app.connectors.pymes_contract import (
    WireCaja,
    WireConsecutivo,
    WireOrganizacion,
    WireVenta,
    WireVigencia,
    nuevo_consecutivo,
    numberings_of,
    venta_externa,
)
from app.connectors.transport import Answer, Transport
from app.connectors.wire import Wire
from app.model.documents import Document
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.exchange import Exchange
from app.model.numbering import Numbering
from app.model.sales import Sale

PAGE: Final = 100
"""The documented maximum; more is answered with 400."""

_LONGEST_ID: Final = 100
_MOST_PAGES: Final = 20_000
"""Two million sales: more than any hotel has in the days that are asked for."""
_MOST_PAGES_OF_LIST: Final = 50
"""Of consecutivos, of cajas, and of sales with one number."""
_LITTLE: Final = 5.0
"""Seconds that are waited out here; a longer ``Retry-After`` ends the cycle, so that nobody waits for a batch."""
_REPEATS: Final = 3

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True)
class SalesPage:
    """One page of sales. ``total`` counts those of all pages."""

    sales: tuple[Sale, ...]
    total: int
    said: tuple[Callable[[], Exchange | None], ...] = ()
    """For each sale, what tells how Pymes said it; ``None`` where nobody listened."""


class Pymes:
    """Calls to Pymes.

    Reads with the organisation's API token, sends with the connection token that Pymes gave the PMS.
    """

    def __init__(
        self, transport: Transport, profile: Profile, *, token: str, connection_token: str | None = None
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._headers = _headers(token)
        self._send_headers = _headers(connection_token) if connection_token else None
        self._quiet_until = 0.0

    async def organisation(self) -> WireOrganizacion:
        """Return who the token speaks for, its plan and the Alojamientos parameter (convenida)."""
        self._profile.require(Operation.PYMES_ORGANISATION)
        data = (await self._call("GET", self._profile.organizacion, "/v1/organizacion")).json()
        return _parse(WireOrganizacion, data)

    async def use_alojamientos(self) -> None:
        """Set «La organización está utilizando la aplicación de Alojamientos» to Sí (convenida); safe to repeat."""
        self._profile.require(Operation.PYMES_PARAMETER)
        await self._call(
            "PUT", self._profile.organizacion, "/v1/organizacion/parametros/alojamientos", json={"valor": True}
        )

    async def cajas(self) -> tuple[WireCaja, ...]:
        """Return the cajas (documented path, our reading of the fields)."""
        self._profile.require(Operation.PYMES_CAJAS)
        return await self._list(WireCaja, self._profile.financiero, "/v1/cajas")

    async def numberings(self) -> tuple[Numbering, ...]:
        """Return every consecutivo with its vigencias (documented paths, our reading of the fields)."""
        self._profile.require(Operation.PYMES_NUMBERINGS)
        consecutivos = await self._list(WireConsecutivo, self._profile.facturacion, "/v1/consecutivos/no-pos/compania")
        data = (await self._call("GET", self._profile.facturacion, "/v1/consecutivos/vigencias")).json()
        vigencias = [_parse(WireVigencia, row) for row in _contenido(data)]
        try:
            return numberings_of(consecutivos, vigencias)
        except ValueError as error:
            raise _unreadable(str(error)) from error

    async def create_numbering(self, numbering: Numbering, name: str) -> str:
        """Create a consecutivo with its vigencia and return its id (convenida).

        Look before: Pymes does not refuse a second one.
        """
        self._profile.require(Operation.PYMES_CREATE_NUMBERING)
        answer = await self._call(
            "POST", self._profile.facturacion, "/v1/consecutivos/no-pos", json=nuevo_consecutivo(numbering, name)
        )
        return _created(answer)

    async def sales_between(self, first: date, last: date) -> AsyncGenerator[SalesPage, None]:
        """Yield pages of the sales dated in the days given, both included."""
        async for page in self._sales({"fechaDesde": first.isoformat(), "fechaHasta": last.isoformat()}, _MOST_PAGES):
            yield page

    async def sales_numbered(self, full_number: str) -> tuple[Sale, ...]:
        """Return every sale that carries this number, whatever its type or date."""
        return tuple(
            [sale async for page in self._sales({"numero": full_number}, _MOST_PAGES_OF_LIST) for sale in page.sales]
        )

    async def send(self, document: Document, consecutivo: str) -> str | None:
        """Post a document as venta externa (convenida) and return Pymes' id, ``None`` where the answer names none.

        The intent must already be committed. An answer proves nothing: only reading back does. The idempotency key is
        the document's own key, so that another PC or a reinstall sends the same one.
        """
        self._profile.require(Operation.PYMES_SEND)
        if self._send_headers is None:
            raise ConnectorError(Failure.TOKEN, Delivery.NEVER_LEFT, system="pymes", detail="no connection token")
        answer = await self._call(
            "POST",
            self._profile.facturacion,
            "/v1/ventas-externas",
            json=venta_externa(document, consecutivo),
            headers=self._send_headers | {"Idempotency-Key": str(document.key)},
        )
        try:
            return _created(answer)
        except ConnectorError:
            return None

    async def _sales(self, filters: dict[str, str | int], most: int) -> AsyncGenerator[SalesPage, None]:
        self._profile.require(Operation.PYMES_SALES)
        path = "/v1/ventas-detallado"
        async for rows, total in self._pages(WireVenta, self._profile.facturacion, path, filters, most):
            try:
                found = [(sale, said) for row, said in rows if (sale := row.sale()) is not None]
                yield SalesPage(tuple(sale for sale, _ in found), total, tuple(said for _, said in found))
            except ValueError as error:
                raise _unreadable(str(error)) from error

    async def _list(self, shape: type[W], base: str | None, path: str) -> tuple[W, ...]:
        pages = self._pages(shape, base, path, {}, _MOST_PAGES_OF_LIST)
        return tuple([row async for rows, _ in pages for row, _ in rows])

    async def _pages(
        self, shape: type[W], base: str | None, path: str, filters: dict[str, str | int], most: int
    ) -> AsyncIterator[tuple[list[tuple[W, Callable[[], Exchange | None]]], int]]:
        """Yield pages, ``most`` of them: a server that always has one more must not keep us for ever.

        With each row comes what tells how Pymes said it.
        """
        seen = 0
        for page in range(1, most + 1):
            answer = await self._call("GET", base, path, params={**filters, "page": page, "limit": PAGE})
            data = answer.json()
            rows: list[tuple[W, Callable[[], Exchange | None]]] = [
                (_parse(shape, row), partial(self._transport.part_of, answer, row)) for row in _contenido(data)
            ]
            seen += len(rows)
            total = _total(data, seen)
            yield rows, total
            if not rows or seen >= total:
                return
        raise _unreadable("pages without end")

    async def _call(
        self, method: str, base: str | None, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        """Ask; told to wait a little, wait and ask again: a 429 is clear, nothing was taken. The others wait too."""
        if base is None:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, system="pymes")
        repeats = _REPEATS
        while True:
            await asyncio.sleep(min(self._quiet_until - time.monotonic(), _LITTLE))
            try:
                return await self._transport.request(method, base + path, headers=headers or self._headers, **more)
            except ConnectorError as error:
                if error.failure is not Failure.TOO_MANY or error.retry_after is None:
                    raise
                self._quiet_until = time.monotonic() + error.retry_after
                if repeats == 0 or error.retry_after > _LITTLE:
                    raise
                repeats -= 1


def _headers(token: str) -> dict[str, str]:
    # Without a Content-Type even a GET is answered with 415 (facts/loggro.md 1.1).
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _contenido(data: Any) -> list[Any]:
    """Return the rows of the envelopes seen in practice.

    ``contenido`` or ``datos``, bare or as a Spring page, or a bare list.
    """
    rows = data
    if isinstance(rows, dict):
        rows = rows.get("contenido", rows.get("datos"))
    if isinstance(rows, dict):
        rows = rows.get("content")
    if not isinstance(rows, list):
        raise _unreadable("contenido")
    return rows


def _total(data: Any, otherwise: int) -> int:
    try:
        return int(data["metadata"]["pagination"]["total"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return otherwise


def _created(answer: Answer) -> str:
    data = answer.json()
    uuid = data.get("datos") if isinstance(data, dict) else None
    if not isinstance(uuid, str) or not 0 < len(uuid) <= _LONGEST_ID or not uuid.isprintable():
        raise _unreadable("datos")
    return uuid


def _parse(shape: type[W], data: Any) -> W:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        fields = sorted({".".join(map(str, row["loc"])) for row in error.errors()})
        raise _unreadable(", ".join(fields)[:200]) from None


def _unreadable(what: str) -> ConnectorError:
    return ConnectorError(Failure.UNREADABLE, Delivery.IN_DOUBT, system="pymes", detail=what)
