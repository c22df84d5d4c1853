"""The live front desk: documents approved at a click, Loggro's own sync, and every simulacro with what to expect of it.

Nothing of it is a screen of Loggro's; it does by hand what the control API (``desk``) does by order.
"""

from typing import Any, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.model.documents import HOTEL_FAMILIES, Family
from app.sandbox.desk import PHONE
from app.sandbox.hotel import NothingToIssue
from app.sandbox.pages.section import Call, NotThere, Section, onward
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.scenarios_books import SecondWriter
from app.sandbox.tokens import Kind
from app.texts import _, plural, whole

_HOME: Final = "/recepcion"
DAY: Final = 80
"""About what a hotel of forty rooms and a restaurant issues in a day."""
AMOUNTS: Final = (1, 50, DAY)
CREDENTIALS: Final = (Kind.PMS_KEY, Kind.FE)
RESET_WORD: Final = "si"


class Reception(Section):
    """Recepción."""

    name = "recepcion"

    def routes(self) -> list[Route]:
        return [
            self.shown(_HOME, self._home),
            self.shown(f"{_HOME}/cuentas", self._counts),
            self.sent(f"{_HOME}/aprobar", self._approve),
            self.sent(f"{_HOME}/simulacros/{{scenario}}", self._switch),
            self.sent(f"{_HOME}/codigo", self._code),
            self.sent(f"{_HOME}/credencial", self._credential),
            self.shown(f"{_HOME}/empezar-de-nuevo", self._ask_reset),
            self.sent(f"{_HOME}/empezar-de-nuevo", self._reset),
        ]

    async def _home(self, call: Call, shown_once: tuple[tuple[str, str], ...] = ()) -> Response:
        scenarios = [(kind(), self._stage.is_on(kind.name)) for kind in SCENARIOS if kind is not SecondWriter]
        second = SecondWriter()
        return self.page(
            call,
            "recepcion.html",
            counts=self._counted(),
            families=HOTEL_FAMILIES,
            amounts=AMOUNTS,
            second=(second, self._stage.is_on(second.name)),
            scenarios=sorted(scenarios, key=lambda pair: not pair[1]),
            on=sum(is_on for _scenario, is_on in scenarios),
            phone=PHONE,
            code=self._house.tokens.pending_code,
            shown_once=shown_once,
        )

    async def _counts(self, call: Call) -> Response:
        return JSONResponse({name: whole(number) for name, number in self._counted().items()})

    async def _approve(self, call: Call) -> Response:
        families = {"": (), "notas": (Family.NOTA_CREDITO, Family.NOTA_DEBITO)}
        families |= {family.value: (family,) for family in HOTEL_FAMILIES}
        chosen = call.form.choice("tipo", tuple(families))
        count = call.form.whole("cuantos", 1, 1_000)
        if not call.form.is_right:
            return await self._home(call)
        before = self._house.books.last_position
        try:
            made = await self._house.hotel.issue(count, families[chosen]) - before
        except NothingToIssue:
            call.say(
                _("No hay qué aprobar: se acabó la numeración, o no hay facturas que corregir. Apruebe facturas."),
                "bad",
            )
        else:
            said = plural("{n} documento aprobado en el PMS.", "{n} documentos aprobados en el PMS.", made)
            call.say(said.format(n=whole(made)))
        return onward(_HOME)

    async def _switch(self, call: Call) -> Response:
        name = call.path("scenario")
        if name not in {kind.name for kind in SCENARIOS}:
            raise NotThere
        on = call.form.raw("orden") == "empezar"
        self._stage.switch(name, on)
        title = next(kind for kind in SCENARIOS if kind.name == name)().title
        call.say((_("Empezó: {title}.") if on else _("Terminó: {title}.")).format(title=title))
        return onward(f"{_HOME}#{name}")

    async def _code(self, call: Call) -> Response:
        self._house.tokens.send_code()
        return onward(f"{_HOME}#codigo")

    async def _credential(self, call: Call) -> Response:
        kind = Kind(call.form.choice("clase", [kind.value for kind in CREDENTIALS]) or Kind.PMS_KEY)
        if not call.form.is_right:
            raise NotThere
        made = self._house.tokens.mint(kind)
        if kind is Kind.FE:
            user, _colon, password = made.partition(":")
            return await self._home(call, ((_("Usuario"), user), (_("Contraseña"), password)))
        return await self._home(call, ((_("X-Api-Key"), made),))

    async def _ask_reset(self, call: Call) -> Response:
        return self.page(call, "recepcion_reinicio.html", counts=self._counted())

    async def _reset(self, call: Call) -> Response:
        if call.form.raw("seguro") != RESET_WORD:
            call.form.errors["seguro"] = _("Marque la casilla para empezar de nuevo.")
            return await self._ask_reset(call)
        self._house.reset()
        self._stage.clear()
        call.visit.pms_session = None
        call.say(_("El hotel de práctica empezó de nuevo. Ninguna credencial de antes sirve."))
        return onward(_HOME)

    def _counted(self) -> dict[str, Any]:
        books = self._house.books
        approved = int(books.value("SELECT COUNT(*) FROM approved"))
        arrived = int(
            books.value(
                "SELECT COUNT(*) FROM approved d WHERE EXISTS (SELECT 1 FROM sales s WHERE s.family = d.family"
                " AND s.prefix = d.prefix AND s.number = d.number)"
            )
        )
        origins = {row[0]: row[1] for row in books.rows("SELECT origin, COUNT(*) FROM sales GROUP BY origin")}
        return {
            "approved": approved,
            "arrived": arrived,
            "waiting": approved - arrived,
            "botones": origins.get("botones", 0),
            "loggro": origins.get("alojamientos", 0),
        }
