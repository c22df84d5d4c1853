"""The practice Pymes: Loggro's documented reads and the `convenida` writes.

Paths, envelopes, 415, 401 and the error body are documented or observed (facts/loggro.md 1.1, 2); the fields of every
object are our reading, and the writes are our contract (``resources/contracts/pymes.yaml``).
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import DocumentType
from app.model.numbering import Numbering, System
from app.sandbox import ventas
from app.sandbox.house import House
from app.sandbox.scenario import PYMES
from app.sandbox.scenarios import Stage
from app.sandbox.tokens import Kind
from app.sandbox.web import answer, bearer, body_of, whole

Handler = Callable[[Request], Awaitable[Response]]

_MOST: Final = 100
_ORGANIZACION: Final = "/apik/loggro-organizacion/v1"
_FACTURACION: Final = "/apik/loggro-facturacion/v1"
_FINANCIERO: Final = "/apik/loggro-financiero/v1"


class NuevaVigencia(BaseModel):
    numeroResolucion: str | None = None
    prefijo: str = ""
    numeracionInicial: int
    numeracionFinal: int
    fechaInicial: date | None = None
    fechaFinal: date | None = None


class NuevoConsecutivo(BaseModel):
    """``NuevoConsecutivo`` of the contract."""

    nombre: str
    tipoDocumento: DocumentType
    aplicaA: str | None = None
    vigencia: NuevaVigencia


class PymesServer:
    """Answers as Pymes."""

    def __init__(self, house: House, stage: Stage) -> None:
        self._house = house
        self._stage = stage

    def app(self) -> Starlette:
        api = Kind.PYMES
        return Starlette(
            routes=[
                _route("GET", f"{_ORGANIZACION}/organizacion", self._for(api, self._organisation)),
                _route("PUT", f"{_ORGANIZACION}/organizacion/parametros/alojamientos", self._for(api, self._parameter)),
                _route("GET", f"{_FINANCIERO}/cajas", self._for(api, self._cajas)),
                _route("GET", f"{_FACTURACION}/consecutivos/no-pos/compania", self._for(api, self._consecutivos)),
                _route("GET", f"{_FACTURACION}/consecutivos/vigencias", self._for(api, self._vigencias)),
                _route("POST", f"{_FACTURACION}/consecutivos/no-pos", self._for(api, self._create_consecutivo)),
                _route("GET", f"{_FACTURACION}/ventas-detallado", self._for(api, self._sales)),
                _route("POST", f"{_FACTURACION}/ventas-externas", self._for(Kind.CONNECTION, self._send)),
            ]
        )

    def _for(self, kind: Kind, handler: Handler) -> Handler:
        """Let in only who shows this kind of token; another good one is a matter of permission, not of the token."""

        async def guarded(request: Request) -> Response:
            token = bearer(request)
            if not self._house.tokens.opens(kind, token):
                other = Kind.PYMES if kind is Kind.CONNECTION else Kind.CONNECTION
                if self._house.tokens.opens(other, token):
                    fault = {"codigo": "permiso.denegado", "mensaje": "El token no permite esta operación."}
                    return answer({"errores": fault}, 403)
                return Response(status_code=401)
            if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
                return _errors(415, ("contenido.no-soportado", "Falta Content-Type: application/json."))
            said = self._stage.before_request(PYMES, request.scope["path"].rsplit("/", 1)[-1])
            return said if said is not None else await handler(request)

        return guarded

    async def _organisation(self, request: Request) -> Response:
        books, party, plan = self._house.books, self._house.hotel.party, self._house.plan
        return answer(
            {
                "uuid": books.fact("organisation"),
                "nit": party.id,
                "nombre": party.name,
                "plan": plan.name,
                "planActivo": plan.is_active,
                "documentosDisponibles": plan.documents,
                "usaAlojamientos": self._house.uses_alojamientos,
            }
        )

    async def _parameter(self, request: Request) -> Response:
        body = await body_of(request)
        if body is None or not isinstance(body.get("valor"), bool):
            return _errors(400, ("parametro.valor", "El valor debe ser true o false."))
        self._house.set_alojamientos(body["valor"])
        return answer({"valor": body["valor"]})

    async def _cajas(self, request: Request) -> Response:
        state = request.query_params.get("estadoCaja")
        rows = [row for row in self._house.books.fact("cajas") if state in (None, row["estado"])]
        return _page_of(request, rows)

    async def _consecutivos(self, request: Request) -> Response:
        return _page_of(request, self._house.ranges.consecutivo_rows())

    async def _vigencias(self, request: Request) -> Response:
        return answer({"contenido": self._house.ranges.vigencia_rows()})

    async def _create_consecutivo(self, request: Request) -> Response:
        try:
            wanted = NuevoConsecutivo.model_validate(await body_of(request))
        except ValidationError as error:
            return _invalid(error)
        vigencia = wanted.vigencia
        numbering = Numbering(
            system=System.PYMES,
            family=wanted.tipoDocumento.family,
            prefix=vigencia.prefijo,
            first=vigencia.numeracionInicial,
            last=vigencia.numeracionFinal,
            resolution=vigencia.numeroResolucion,
            valid_from=vigencia.fechaInicial,
            valid_to=vigencia.fechaFinal,
            applies_to=wanted.aplicaA,
        )
        if numbering.last < numbering.first:
            return _errors(400, ("vigencia.numeracion", "La numeración final es menor que la inicial."))
        return answer({"datos": self._house.ranges.add_consecutivo(numbering, wanted.nombre)}, 201)

    async def _sales(self, request: Request) -> Response:
        paging = _paging(request)
        if paging is None:
            return _errors(400, ("paginacion.invalida", "page o limit no es válido; limit llega hasta 100."))
        asked = request.query_params
        conditions, values = ["1"], []  # type: tuple[list[str], list[Any]]
        if number := asked.get("numero"):
            plain = number.isascii() and number.isdigit() and len(number) < 16
            conditions.append("(full_number = ? OR number = ?)" if plain else "full_number = ?")
            values += [number.upper(), int(number)] if plain else [number.upper()]
        if kind := asked.get("tipoDocumento"):
            conditions.append("type = ?")
            values.append(kind)
        for name, comparison in (("fechaDesde", ">="), ("fechaHasta", "<=")):
            if day := asked.get(name):
                try:
                    values.append(date.fromisoformat(day).isoformat())
                except ValueError:
                    return _errors(400, ("fecha.invalida", f"{name} no es una fecha AAAA-MM-DD."))
                conditions.append(f"issued_on {comparison} ?")
        page, limit = paging
        total, rows = self._house.books.sales_page(" AND ".join(conditions), values, page, limit)
        return answer(
            f'{{"contenido":[{",".join(rows)}],"metadata":{json.dumps(_metadata(page, limit, total, "fecha"))}}}'
        )

    async def _send(self, request: Request) -> Response:
        body = await body_of(request)
        key = request.headers.get("idempotency-key", "")
        if not key:
            return _errors(400, ("idempotencia.falta", "Falta la cabecera Idempotency-Key."))
        try:
            venta = ventas.Venta.model_validate(body)
        except ValidationError as error:
            return _invalid(error)
        if (said := self._stage.before_sale(venta)) is not None:
            return said
        with self._house.books.together():
            said, is_new = self._take(key, hashlib.sha256(await request.body()).hexdigest(), venta)
        return self._stage.after_sale(venta, said) if is_new else said

    def _take(self, key: str, digest: str, venta: ventas.Venta) -> tuple[Response, bool]:
        """Record the sale unless the key or the number is known or a rule forbids it; say whether it is new."""
        books = self._house.books
        known = books.one("SELECT digest, uuid FROM idempotency WHERE key = ?", (key,))
        if known is not None:
            if known["digest"] != digest:
                return _errors(
                    409, ("idempotencia.otro-contenido", "La misma clave ya vino con otro contenido.")
                ), False
            return answer({"datos": known["uuid"]}), False
        if ventas.standing(self._house, venta) is not None:
            return _errors(409, ("venta.ya-existe", "Ya existe una venta con ese tipo, prefijo y número.")), False
        if (fault := ventas.fault_of(self._house, venta)) is not None:
            return _errors(400, fault), False
        identity = ventas.record(self._house, venta, ventas.BOTONES)
        books.change("INSERT INTO idempotency VALUES (?, ?, ?)", (key, digest, identity))
        return answer({"datos": identity}, 201), True


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(path, handler, methods=[method])


def _paging(request: Request) -> tuple[int, int] | None:
    page = whole(request.query_params.get("page"), 1)
    limit = whole(request.query_params.get("limit"), 20)
    if page is None or limit is None or page < 1 or not 1 <= limit <= _MOST:
        return None
    return page, limit


def _page_of(request: Request, rows: Sequence[dict[str, Any]]) -> Response:
    paging = _paging(request)
    if paging is None:
        return _errors(400, ("paginacion.invalida", "page o limit no es válido; limit llega hasta 100."))
    page, limit = paging
    shown = rows[(page - 1) * limit : page * limit]
    return answer({"contenido": shown, "metadata": _metadata(page, limit, len(rows), "codigo")})


def _metadata(page: int, limit: int, total: int, order: str) -> dict[str, Any]:
    return {"order": order, "pagination": {"offset": (page - 1) * limit, "limit": limit, "total": total}}


def _errors(status: int, *faults: ventas.Fault) -> Response:
    return answer({"errores": [{"codigo": code, "mensaje": message} for code, message in faults]}, status)


def _invalid(error: ValidationError) -> Response:
    """Name the fields, not their values."""
    fields = sorted({".".join(map(str, row["loc"])) or "cuerpo" for row in error.errors()})
    return _errors(400, *((f"campo.{field}", f"El campo {field} falta o no es válido.") for field in fields))
