"""The pages of Pymes but for its consecutivos: organisation, parameter, token, cajas, sales and plan.

Menus and the fields of the guide are Loggro's words; a field that no public page shows is marked so on screen.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import HOTEL_FAMILIES, DocumentType, Family
from app.sandbox.pages.section import Call, NotThere, Section, onward
from app.sandbox.tokens import Kind
from app.sandbox.web import whole
from app.texts import _, plural

PER_PAGE: Final = 20
USERS: Final = ("Administración", "Recepción", "Caja del restaurante")
ADMINISTRATOR: Final = USERS[0]
_STATES: Final = ("Activa", "Inactiva")


class Pymes(Section):
    """Configuración, Ventas and Plan of Pymes."""

    name = "pymes"

    def routes(self) -> list[Route]:
        base = "/pymes/organizacion"
        return [
            self.shown(base, self._organisation),
            self.shown(f"{base}/parametros", self._parameters),
            self.sent(f"{base}/parametros", self._set_parameters),
            self.shown(f"{base}/integraciones", self._tokens),
            self.sent(f"{base}/integraciones", self._make_token),
            self.shown("/pymes/cajas", self._cajas),
            self.sent("/pymes/cajas", self._new_caja),
            self.sent("/pymes/cajas/{uuid}", self._change_caja),
            self.shown("/pymes/ventas", self._sales),
            self.shown("/pymes/ventas/{uuid}", self._sale),
            self.shown("/pymes/plan", self._plan),
            self.sent("/pymes/plan", self._set_plan),
        ]

    async def _organisation(self, call: Call) -> Response:
        return self.page(call, "pymes_organizacion.html", organisation=self._house.books.fact("organisation"))

    async def _parameters(self, call: Call) -> Response:
        return self.page(
            call,
            "pymes_parametros.html",
            uses=self._house.uses_alojamientos,
            pushed_at=self._house.books.fact("pushed_at"),
            arrived=self._house.connection_arrived,
        )

    async def _set_parameters(self, call: Call) -> Response:
        on = call.form.choice("alojamientos", ("si", "no")) == "si"
        if not call.form.is_right:
            return await self._parameters(call)
        self._house.set_alojamientos(on)
        call.say(
            _("Guardado. Pymes envió la notificación con el token de conexión al PMS.")
            if on
            else _("Guardado. La conexión con el PMS quedó cerrada y su token ya no sirve.")
        )
        return onward("/pymes/organizacion/parametros")

    async def _tokens(self, call: Call, made: str = "") -> Response:
        return self.page(call, "pymes_integraciones.html", made=made, count=self._house.tokens.minted(Kind.PYMES))

    async def _make_token(self, call: Call) -> Response:
        if call.form.raw("orden") == "anular":
            self._house.tokens.revoke(Kind.PYMES)
            call.say(_("Ningún token de antes sirve ya. Botones pedirá uno nuevo."))
            return onward("/pymes/organizacion/integraciones")
        # Answered at once and not after a redirect: shown on this page once, and kept nowhere.
        return await self._tokens(call, self._house.tokens.mint(Kind.PYMES))

    async def _cajas(self, call: Call) -> Response:
        return self.page(call, "pymes_cajas.html", cajas=self._house.books.fact("cajas"), users=USERS, states=_STATES)

    async def _new_caja(self, call: Call) -> Response:
        code, name = call.form.text("codigo", 10), call.form.text("nombre", 60)
        fields = self._caja_fields(call)
        cajas = self._house.books.fact("cajas")
        if any(caja["codigo"].upper() == code.upper() for caja in cajas):
            call.form.errors["codigo"] = _("Ya hay una caja con este código.")
        if not call.form.is_right:
            return await self._cajas(call)
        made = {"uuid": secrets.token_hex(16), "codigo": code.upper(), "nombre": name} | fields
        self._house.books.remember("cajas", [*cajas, made])
        call.say(_("Caja creada."))
        return onward("/pymes/cajas")

    async def _change_caja(self, call: Call) -> Response:
        cajas = self._house.books.fact("cajas")
        wanted = call.path("uuid")
        if not any(caja["uuid"] == wanted for caja in cajas):
            raise NotThere
        fields = self._caja_fields(call)
        if not call.form.is_right:
            return await self._cajas(call)
        changed = [caja | fields if caja["uuid"] == wanted else caja for caja in cajas]
        self._house.books.remember("cajas", changed)
        call.say(_("Caja guardada."))
        return onward("/pymes/cajas")

    def _caja_fields(self, call: Call) -> dict[str, Any]:
        assigned = call.form.choice("usuario", ("", *USERS))
        return {
            "responsable": call.form.choice("responsable", USERS),
            "usuarioAsignado": assigned,
            "usuarioAdministrador": assigned == ADMINISTRATOR,
            "estado": call.form.choice("estado", _STATES),
        }

    async def _sales(self, call: Call) -> Response:
        asked = {name: call.asked(name) for name in ("numero", "tipo", "desde", "hasta", "consecutivo")}
        where, values = _conditions(asked)
        page = max(1, whole(call.asked("pagina") or "1", 1) or 1)
        total, rows = self._house.books.sales_page(where, values, page, PER_PAGE, newest_first=True)
        return self.page(
            call,
            "pymes_ventas.html",
            asked=asked,
            families=HOTEL_FAMILIES,
            consecutivos=self._house.ranges.consecutivos(),
            sales=[_shown(json.loads(row)) for row in rows],
            total=total,
            counted=plural("{n} venta", "{n} ventas", total),
            pager=pager("/pymes/ventas", asked, page, total),
        )

    async def _sale(self, call: Call) -> Response:
        row = self._house.books.value("SELECT row FROM sales WHERE uuid = ?", (call.path("uuid"),))
        if row is None:
            raise NotThere
        sale = _shown(json.loads(row))
        consecutivo = next(
            (one for one in self._house.ranges.consecutivos() if one["consecutivo"] == sale["consecutivoUuid"]), None
        )
        return self.page(call, "pymes_venta.html", sale=sale, consecutivo=consecutivo)

    async def _plan(self, call: Call) -> Response:
        return self.page(
            call,
            "pymes_plan.html",
            plan=self._house.plan,
            recorded=self._house.books.value("SELECT COUNT(*) FROM sales"),
        )

    async def _set_plan(self, call: Call) -> Response:
        plan = replace(
            self._house.plan,
            is_active=call.form.choice("estado", ("activo", "vencido")) == "activo",
            documents=call.form.whole("documentos", 0, 100_000),
        )
        if not call.form.is_right:
            return await self._plan(call)
        self._house.set_plan(plan)
        call.say(_("Plan guardado."))
        return onward("/pymes/plan")


def pager(path: str, asked: Mapping[str, str], page: int, total: int) -> dict[str, Any]:
    """Return what the pager of a list shows: where it stands, and the addresses before and after."""
    last = max(1, -(-total // PER_PAGE))

    def address(number: int) -> str:
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value} | {'pagina': number})}"

    return {
        "page": page,
        "last": last,
        "before": address(page - 1) if 1 < page <= last else "",
        "after": address(page + 1) if page < last else "",
    }


def _conditions(asked: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Return the SQL condition of the filter; what cannot be a day or a type is not asked for."""
    conditions, values = ["1"], []  # type: tuple[list[str], list[Any]]
    if number := asked["numero"].upper():
        plain = number.isascii() and number.isdigit() and len(number) < 16
        conditions.append("(full_number = ? OR number = ?)" if plain else "full_number = ?")
        values += [number, int(number)] if plain else [number]
    if asked["tipo"] in {family.value for family in Family}:
        conditions.append("family = ?")
        values.append(asked["tipo"])
    if asked["consecutivo"]:
        conditions.append("consecutivo = ?")
        values.append(asked["consecutivo"])
    for name, comparison in (("desde", ">="), ("hasta", "<=")):
        try:
            values.append(date.fromisoformat(asked[name]).isoformat())
        except ValueError:
            continue
        conditions.append(f"issued_on {comparison} ?")
    return " AND ".join(conditions), values


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    kind = DocumentType.of(row["tipoDocumento"])
    return row | {"family": kind.family if kind else Family.FACTURA, "full_number": f"{row['prefijo']}{row['numero']}"}
