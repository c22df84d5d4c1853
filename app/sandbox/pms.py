"""The practice PMS: Loggro Alojamientos' documented operations and the `convenida` ones about billing.

Paths, paging and the error body are documented (facts/loggro.md 1.2, 3); bodies of requests and answers are our
reading, and everything under ``/hotels/{id}/`` is our contract (``resources/contracts/pms.yaml``).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox import reservations
from app.sandbox.house import House
from app.sandbox.scenarios import Stage
from app.sandbox.tokens import Kind
from app.sandbox.web import answer, bearer, body_of, whole

SYSTEM: Final = "pms"

Handler = Callable[[Request], Awaitable[Response]]


class PmsServer:
    """Answers as the PMS."""

    def __init__(self, house: House, stage: Stage) -> None:
        self._house = house
        self._stage = stage

    def app(self) -> Starlette:
        hotel = "/api/v1/hotels/{hotel_id}"
        session, key = (Kind.PMS_SESSION,), (Kind.PMS_KEY,)
        return Starlette(
            routes=[
                Route("/api/status", self._status, methods=["GET"]),
                Route("/api/v1/sessions/send_otp", self._send_otp, methods=["POST"]),
                Route("/api/v1/sessions", self._open_session, methods=["POST"]),
                Route("/api/v1/sessions", self._for(self._close_session, session), methods=["DELETE"]),
                Route("/api/v1/hotels/find_by", self._for(self._find_hotel, key), methods=["GET"]),
                Route("/api/v1/hotels/reservations", self._for(self._reservations, session), methods=["GET"]),
                Route(f"{hotel}/billing_settings", self._of_hotel(self._settings), methods=["GET"]),
                Route(f"{hotel}/billing_resolutions", self._of_hotel(self._resolutions), methods=["GET"]),
                Route(f"{hotel}/billing_documents", self._of_hotel(self._documents), methods=["GET"]),
                Route(f"{hotel}/pymes_connection", self._of_hotel(self._connection), methods=["GET"]),
            ]
        )

    def _for(self, handler: Handler, kinds: tuple[Kind, ...]) -> Handler:
        """Let in only who shows one of these credentials."""

        async def guarded(request: Request) -> Response:
            shown = {Kind.PMS_SESSION: bearer(request), Kind.PMS_KEY: request.headers.get("x-api-key", "")}
            if not any(shown[kind] and self._house.tokens.opens(kind, shown[kind]) for kind in kinds):
                return _error(401, "unauthorized", "No autorizado")
            said = self._stage.before_request(SYSTEM, request.scope["path"].rsplit("/", 1)[-1])
            return said if said is not None else await handler(request)

        return guarded

    def _of_hotel(self, handler: Handler) -> Handler:
        async def known(request: Request) -> Response:
            if request.path_params["hotel_id"] != self._house.hotel.property_id:
                return _error(404, "not_found", "El hotel no existe")
            return await handler(request)

        return self._for(known, (Kind.PMS_KEY, Kind.PMS_SESSION))

    async def _status(self, request: Request) -> Response:
        return answer({"status": "ok"})

    async def _send_otp(self, request: Request) -> Response:
        body = await body_of(request)
        if not body or not body.get("phone_number") or body.get("channel") not in ("sms", "whatsapp"):
            return _error(401, "invalid_phone", "El teléfono o el canal no es válido")
        if self._house.tokens.is_barred:
            return _barred()
        self._house.tokens.send_code()
        return answer({"sent": True})

    async def _open_session(self, request: Request) -> Response:
        body = await body_of(request) or {}
        if self._house.tokens.is_barred:
            return _barred()
        opened = self._house.tokens.open_session(str(body.get("code", "")))
        if opened is None:
            return _error(401, "invalid_code", "El código no es válido")
        token, expires = opened
        return answer({"token": token, "expires_at": expires.isoformat(), "hotel_id": self._house.hotel.property_id})

    async def _close_session(self, request: Request) -> Response:
        self._house.tokens.revoke(Kind.PMS_SESSION)
        return Response(status_code=204)

    async def _find_hotel(self, request: Request) -> Response:
        asked = request.query_params.get("hotel_document_number")
        if not asked:
            return _error(400, "missing_parameter", "Falta hotel_document_number")
        hotel = self._house.hotel
        if asked != hotel.party.id:
            return _error(404, "not_found", "No hay un hotel con ese número de documento")
        return answer({"id": hotel.property_id, "name": hotel.party.name, "document_number": hotel.party.id})

    async def _reservations(self, request: Request) -> Response:
        paging = _paging(request, least=5, most=50)
        if paging is None:
            return _error(422, "invalid_paging", "page o limit no es válido")
        page, limit = paging
        rows = [
            {
                "id": one.id,
                "hotel_id": self._house.hotel.property_id,
                "guest_name": one.guest.name,
                "identification_number": one.guest.id,
                "start_date": one.arrival.isoformat(),
                "end_date": one.departure.isoformat(),
            }
            for one in reservations.around_today(self._house)
        ]
        return answer(rows[(page - 1) * limit : page * limit], headers=_metadata(page, limit, len(rows)))

    async def _settings(self, request: Request) -> Response:
        hotel, invoicing = self._house.hotel, self._house.invoicing
        return answer(
            {
                "property_id": hotel.property_id,
                "property_name": hotel.party.name,
                "hotel_document_number": hotel.party.id,
                "electronic_invoicing": invoicing.is_on,
                "provider": invoicing.provider,
            }
        )

    async def _resolutions(self, request: Request) -> Response:
        return answer({"billing_resolutions": self._house.ranges.pms_rows()})

    async def _documents(self, request: Request) -> Response:
        paging = _paging(request, least=1, most=100)
        after = whole(request.query_params.get("after"), 0)
        if paging is None or after is None:
            return _error(422, "invalid_paging", "after, page o limit no es válido")
        page, limit = paging
        wires = self._house.books.documents_after(after, page, limit)
        total = max(0, self._house.books.last_position - after)
        wires = self._stage.listed(wires)
        return answer(f'{{"billing_documents":[{",".join(wires)}]}}', headers=_metadata(page, limit, total))

    async def _connection(self, request: Request) -> Response:
        if not self._house.connection_arrived:
            return answer({"state": "waiting"})
        return answer(
            {
                "state": "received",
                "token": self._house.tokens.connection(),
                "organisation_document_number": self._house.hotel.party.id,
            }
        )


def _paging(request: Request, least: int, most: int) -> tuple[int, int] | None:
    page = whole(request.query_params.get("page"), 1)
    limit = whole(request.query_params.get("limit"), 20)
    if page is None or limit is None or page < 1 or not least <= limit <= most:
        return None
    return page, limit


def _metadata(page: int, limit: int, total: int) -> dict[str, str]:
    return {
        "Current-Page": str(page),
        "Page-Limit": str(limit),
        "Total-Count": str(total),
        "Total-Pages": str(-(-total // limit)),
    }


def _barred() -> Response:
    return _error(429, "too_many_attempts", "Demasiados intentos; espere una hora")


def _error(status: int, code: str, title: str) -> Response:
    return answer({"errors": {"code": code, "title": title}}, status)
