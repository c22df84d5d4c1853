"""The pages of the PMS: entering with a code, the billing settings, reservations with what was consumed.

The menu names are Loggro's; what the screens hold is our reading (facts/loggro.md 6).
"""

from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import Family
from app.model.numbering import System
from app.sandbox import invoicing, reservations
from app.sandbox.desk import PHONE
from app.sandbox.guests import FINAL, People
from app.sandbox.house import Invoicing
from app.sandbox.pages.consecutivos import numbering_in
from app.sandbox.pages.forms import Form
from app.sandbox.pages.section import Call, Handler, NotThere, Section, onward
from app.sandbox.reservations import Reservation
from app.sandbox.tokens import Kind
from app.texts import _

PROVIDERS: Final = ("Loggro FE", "Otro proveedor")
GUEST: Final = "huesped"
_ENTER: Final = "/pms/entrar"
_SETTINGS: Final = "/pms/configuraciones/facturacion"
_RESERVATIONS: Final = "/pms/reservas"


class PmsSection(Section):
    """A section whose pages ask for a PMS session."""

    name = "pms"

    def inside(self, handler: Handler) -> Handler:
        """Send whoever is not logged in to do that first, and back afterwards."""

        async def guarded(call: Call) -> Response:
            if not self.pms_is_open(call.visit):
                back = call.request.url.path if call.request.method == "GET" else "/pms/facturas"
                return onward(f"{_ENTER}?{urlencode({'seguir': back})}")
            return await handler(call)

        return guarded


class Pms(PmsSection):
    """Entering, Configuraciones → Facturación, and Reservas."""

    def routes(self) -> list[Route]:
        resolution, stay = f"{_SETTINGS}/resoluciones", f"{_RESERVATIONS}/{{id}}"
        return [
            self.shown(_ENTER, self._enter),
            self.sent(_ENTER, self._open),
            self.sent("/pms/salir", self._leave),
            self.shown(_SETTINGS, self.inside(self._settings)),
            self.sent(_SETTINGS, self.inside(self._change_settings)),
            self.shown(resolution, self.inside(self._resolutions)),
            self.sent(f"{resolution}/{{row}}", self.inside(self._change_resolution)),
            self.shown(_RESERVATIONS, self.inside(self._reservations)),
            self.shown(stay, self.inside(self._reservation)),
            self.sent(f"{stay}/consumos", self.inside(self._consume)),
            self.sent(f"{stay}/factura", self.inside(self._invoice)),
        ]

    # entering

    async def _enter(self, call: Call) -> Response:
        return self.page(
            call,
            "pms_entrar.html",
            phone=PHONE,
            follow=_follow(call.asked("seguir") or call.form.raw("seguir")),
            code_is_out=self._house.tokens.pending_code is not None,
            barred=self._house.tokens.is_barred,
        )

    async def _open(self, call: Call) -> Response:
        tokens, follow = self._house.tokens, _follow(call.form.raw("seguir"))
        if tokens.is_barred:
            call.say(_("Demasiados intentos: espere una hora."), "bad")
        elif call.form.raw("orden") == "enviar":
            tokens.send_code()
            call.say(_("Código enviado. Aquí no hay teléfono: está en la página Recepción."))
        elif (opened := tokens.open_session(call.form.raw("codigo"))) is None:
            call.form.errors["codigo"] = _("El código no es válido.")
            return await self._enter(call)
        else:
            call.visit.pms_session = opened[0]
            return onward(follow)
        return onward(f"{_ENTER}?{urlencode({'seguir': follow})}")

    async def _leave(self, call: Call) -> Response:
        if self.pms_is_open(call.visit):
            self._house.tokens.revoke(Kind.PMS_SESSION)
        call.visit.pms_session = None
        return onward(_ENTER)

    # configuraciones → facturación

    async def _settings(self, call: Call) -> Response:
        return self.page(call, "pms_facturacion.html", invoicing=self._house.invoicing, providers=PROVIDERS)

    async def _change_settings(self, call: Call) -> Response:
        on = call.form.choice("facturacion", ("si", "no")) == "si"
        provider = call.form.choice("proveedor", PROVIDERS)
        if not call.form.is_right:
            return await self._settings(call)
        self._house.set_invoicing(Invoicing(on, provider))
        call.say(_("Guardado."))
        return onward(_SETTINGS)

    async def _resolutions(self, call: Call) -> Response:
        rows = [row | {"family": Family(row["family"])} for row in self._house.ranges.rows_of(System.PMS)]
        return self.page(call, "pms_resoluciones.html", rows=rows, changing=call.request.path_params.get("row", ""))

    async def _change_resolution(self, call: Call) -> Response:
        row = next((one for one in self._house.ranges.rows_of(System.PMS) if str(one["id"]) == call.path("row")), None)
        if row is None:
            raise NotThere
        numbering = numbering_in(call.form, System.PMS, Family(row["family"]))
        if not call.form.is_right:
            return await self._resolutions(call)
        self._house.ranges.change_range(row["id"], numbering)
        call.say(_("Resolución guardada."))
        return onward(f"{_SETTINGS}/resoluciones")

    # reservas

    async def _reservations(self, call: Call) -> Response:
        rows = [(one, self._owed(one)) for one in reservations.around_today(self._house)]
        return self.page(call, "pms_reservas.html", rows=rows)

    async def _reservation(self, call: Call) -> Response:
        one = self._named(call)
        lodging_is_billed = self._house.books.value("SELECT 1 FROM drafts WHERE reservation = ? AND lodging", (one.id,))
        invoices = self._house.books.rows("SELECT * FROM drafts WHERE reservation = ? ORDER BY id", (one.id,))
        return self.page(
            call,
            "pms_reserva.html",
            one=one,
            consumptions=reservations.consumptions(self._house, one.id),
            lodging_is_billed=bool(lodging_is_billed),
            invoices=invoices,
            owed=self._owed(one),
            payers=self._payers(one),
        )

    async def _consume(self, call: Call) -> Response:
        one, form = self._named(call), call.form
        consumption = consumption_in(form)
        if not form.is_right:
            return await self._reservation(call)
        reservations.consume(self._house, one.id, *consumption)
        call.say(_("Consumo cargado a la reserva."))
        return onward(f"{_RESERVATIONS}/{one.id}")

    async def _invoice(self, call: Call) -> Response:
        one = self._named(call)
        payers = self._payers(one)
        payer = call.form.choice("pagador", tuple(payers))
        if not call.form.is_right:
            return await self._reservation(call)
        made = invoicing.draft(self._house, one, payers[payer])
        if made is None:
            call.say(_("Todo lo de esta reserva ya está en una factura."), "bad")
            return onward(f"{_RESERVATIONS}/{one.id}")
        return onward(f"/pms/facturas/borrador/{made}")

    def _named(self, call: Call) -> Reservation:
        one = reservations.named(self._house, call.path("id"))
        if one is None:
            raise NotThere
        return one

    def _payers(self, one: Reservation) -> dict[str, Any]:
        companies = {party.id: party for party in People(self._house.hotel.seed).companies}
        return {GUEST: one.guest} | companies | {"final": FINAL}

    def _owed(self, one: Reservation) -> bool:
        """Say whether something of a stay is on no invoice yet."""
        if any(row.draft is None for row in reservations.consumptions(self._house, one.id)):
            return True
        return not self._house.books.value("SELECT 1 FROM drafts WHERE reservation = ? AND lodging", (one.id,))


def _follow(path: str) -> str:
    """Return where to go after entering; only ever a page of the PMS."""
    return path if path.startswith("/pms/") and path.isascii() and "\\" not in path else _RESERVATIONS


def consumption_in(form: Form) -> tuple[str, int, Decimal, str]:
    """Read what, how many, the price and the tax; what is wrong stands in the form's errors."""
    what, quantity = form.text("que", 80), form.whole("cantidad", 1, 999)
    return what, quantity, form.amount("precio"), form.choice("impuesto", tuple(reservations.TAXES))
