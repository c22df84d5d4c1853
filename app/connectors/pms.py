"""The PMS, Loggro Alojamientos, as Botones needs it. The wire's shapes are in ``pms_contract``."""

from collections.abc import AsyncGenerator, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from app.connectors.pms_contract import (
    WireBillingSettings,
    WireDocument,
    WirePymesConnection,
    WireResolution,
)
from app.connectors.profile import Operation, Profile
from app.connectors.source import ApprovedDocument, ApprovedPage, Batch, Memory
from app.connectors.transport import Answer, Transport
from app.connectors.wire import Wire
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.numbering import Numbering
from app.model.source import SourceKind

PAGE: Final = 100
_LONGEST_ID: Final = 100
_LARGEST_POSITION: Final = 10**15

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True)
class Session:
    """An OTP session; Loggro ends it after one hour, and a new one ends the former (facts/loggro.md 1.2)."""

    token: str = field(repr=False)
    expires_at: datetime | None = None
    hotel_id: str | None = None
    """The hotel the user belongs to, where the PMS names it (our contract)."""


@dataclass(frozen=True, slots=True)
class PymesConnection:
    """Whether Pymes' notification has arrived in the PMS; the token is a secret and goes straight into the vault."""

    received: bool
    token: str | None = field(default=None, repr=False)
    organisation_nit: str | None = None


class Pms:
    """Calls to the PMS with one credential: an API key, or the token of an OTP session.

    One of the sources of approved documents.
    """

    kind: Final = SourceKind.PMS

    def __init__(
        self,
        transport: Transport,
        profile: Profile,
        *,
        api_key: str | None = None,
        session_token: str | None = None,
        hotel_id: str | None = None,
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._hotel_id = hotel_id
        self._headers = {"X-Api-Key": api_key} if api_key else {}
        if session_token:
            self._headers["Authorization"] = f"Bearer {session_token}"

    async def send_code(self, phone: str, channel: str = "sms") -> None:
        """Have a one-time code sent.

        The field names are our reading; after five failed tries the PMS answers 429 for an hour.
        """
        self._profile.require(Operation.PMS_SESSION)
        await self._call("POST", "/api/v1/sessions/send_otp", json={"phone_number": phone, "channel": channel})

    async def open_session(self, phone: str, code: str) -> Session:
        """Open a session of one hour; it ends any other session of the same user."""
        self._profile.require(Operation.PMS_SESSION)
        data = (await self._call("POST", "/api/v1/sessions", json={"phone_number": phone, "code": code})).json()
        if not isinstance(data, dict) or not isinstance(data.get("token"), str):
            raise _unreadable("sessions")
        expires = data.get("expires_at")
        try:
            hotel_id = str(data["hotel_id"]) if data.get("hotel_id") else None
            return Session(data["token"], datetime.fromisoformat(expires) if expires else None, hotel_id)
        except (TypeError, ValueError) as error:
            raise _unreadable("expires_at") from error

    async def find_hotel(self, document_number: str) -> str:
        """Return the PMS' id of the hotel with this NIT (documented; wants an API key)."""
        self._profile.require(Operation.PMS_HOTEL)
        answer = await self._call("GET", "/api/v1/hotels/find_by", params={"hotel_document_number": document_number})
        data = answer.json()
        row = data.get("hotel", data) if isinstance(data, dict) else None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
            raise _unreadable("hotel")
        return str(row["id"])[:_LONGEST_ID]

    async def billing_settings(self) -> WireBillingSettings:
        """Return the property's e-invoicing settings (convenida)."""
        self._profile.require(Operation.PMS_BILLING)
        return _parse(WireBillingSettings, (await self._hotel_call("billing_settings")).json())

    async def numberings(self) -> tuple[Numbering, ...]:
        """Return the tab «Resolución de facturación» (convenida): one numbering per document type and range."""
        self._profile.require(Operation.PMS_RESOLUTIONS)
        rows = _rows((await self._hotel_call("billing_resolutions")).json(), "billing_resolutions")
        found = (_parse(WireResolution, row).numbering() for row in rows)
        return tuple(numbering for numbering in found if numbering is not None)

    async def approved_after(self, position: int, page: int = 1) -> ApprovedPage:
        """Return one page of the documents approved after ``position`` (convenida).

        A row that cannot be read is kept as such.
        """
        self._profile.require(Operation.PMS_DOCUMENTS)
        answer = await self._hotel_call("billing_documents", params={"after": position, "page": page, "limit": PAGE})
        rows = _rows(answer.json(), "billing_documents")
        try:
            total = int(answer.headers.get("Total-Count", len(rows)))
        except ValueError as error:
            raise _unreadable("Total-Count") from error
        return ApprovedPage(tuple(_approved(row) for row in rows), total)

    async def news(self, memory: Memory) -> AsyncGenerator[Batch, None]:
        """Yield everything approved since the cursor (convenida).

        The PMS counts what lies after the cursor (``Total-Count``). Pages may repeat, come in another order or be cut
        short: the cursor moves to the highest position only when as many *different* rows as counted have arrived,
        and otherwise only over the stretch without a hole, so that an omitted row is asked for again in the next
        cycle.
        """
        start = memory.position()
        seen: set[int] = set()
        page = 1
        while True:
            answer = await self.approved_after(start, page)
            fresh = [row for row in answer.documents if (row.position or 0) > start and row.position not in seen]
            seen |= {row.position for row in fresh if row.position is not None}
            complete = len(seen) >= answer.total
            reached = max(seen, default=start) if complete else _without_hole(start, seen)
            if fresh:
                yield Batch(tuple(sorted(fresh, key=lambda row: row.position or 0)), position=reached)
            if complete or not fresh:
                return
            page += 1

    async def pymes_connection(self) -> PymesConnection:
        """Say whether Pymes' connection token has arrived, and hand it out (convenida)."""
        self._profile.require(Operation.PMS_CONNECTION)
        wire = _parse(WirePymesConnection, (await self._hotel_call("pymes_connection")).json())
        return PymesConnection(
            received=wire.state == "received" and bool(wire.token),
            token=wire.token,
            organisation_nit=wire.organisation_document_number,
        )

    async def _hotel_call(self, resource: str, params: dict[str, str | int] | None = None) -> Answer:
        if self._hotel_id is None:
            raise ConnectorError(Failure.NOT_FOUND, Delivery.NEVER_LEFT, system="pms", detail="no hotel chosen")
        return await self._call("GET", f"/api/v1/hotels/{quote(self._hotel_id, safe='')}/{resource}", params=params)

    async def _call(self, method: str, path: str, **more: Any) -> Answer:
        if self._profile.pms is None:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, system="pms")
        return await self._transport.request(method, self._profile.pms + path, headers=self._headers, **more)


def _approved(row: Any) -> ApprovedDocument:
    try:
        wire = WireDocument.model_validate(row)
    except ValidationError as error:
        position = row.get("position") if isinstance(row, dict) else None
        if not isinstance(position, int) or abs(position) > _LARGEST_POSITION:
            raise _unreadable("position") from error
        return ApprovedDocument(position, None, _fault(error), _label(row.get("prefix", ""), row.get("number", "")))
    try:
        return ApprovedDocument(wire.position, wire.document())
    except ValueError as error:
        fault = _fault(error) if isinstance(error, ValidationError) else str(error)[:200]
        return ApprovedDocument(wire.position, None, fault, _label(wire.prefix, wire.number))


def _label(prefix: object, number: object) -> str:
    """Name a row that could not be read, in letters that any file and screen can take."""
    number = number if isinstance(number, str) or (isinstance(number, int) and abs(number) <= _LARGEST_POSITION) else ""
    told = f"{prefix if isinstance(prefix, str) else ''}{number}"[:40]
    return told.encode("utf-8", "replace").decode()


def _without_hole(start: int, seen: Set[int]) -> int:
    reached = start
    while reached + 1 in seen:
        reached += 1
    return reached


def _fault(error: ValidationError) -> str:
    """Name the fields that could not be read, without their values: those are guests' data."""
    return ", ".join(sorted({".".join(map(str, row["loc"])) for row in error.errors()}))[:200]


def _parse(shape: type[W], data: Any) -> W:
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise _unreadable(_fault(error)) from None


def _rows(data: Any, name: str) -> list[Any]:
    rows = data.get(name) if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise _unreadable(name)
    return rows


def _unreadable(what: str) -> ConnectorError:
    return ConnectorError(Failure.UNREADABLE, Delivery.IN_DOUBT, system="pms", detail=what)
