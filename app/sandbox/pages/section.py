"""What all sections of the pages share: routes that only open through the gate, forms that prove where they come from.

A section is Pymes, the PMS or the front desk; it draws and changes the books, and serves nothing else.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.sandbox.house import House
from app.sandbox.pages import render
from app.sandbox.pages.forms import Form, form_of
from app.sandbox.pages.gate import VISIT
from app.sandbox.scenarios import Stage
from app.sandbox.tickets import Visit
from app.sandbox.tokens import Kind
from app.texts import _

CSRF: Final = "csrf"


@dataclass(slots=True)
class Call:
    """One request of a visit."""

    request: Request
    visit: Visit
    form: Form = field(default_factory=Form)

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str:
        return self.request.query_params.get(name, "").strip()

    def say(self, text: str, tone: str = "good") -> None:
        """Say something on the page that is shown next."""
        self.visit.notices.append((tone, text))


Handler = Callable[[Call], Awaitable[Response]]


class NotThere(Exception):
    """The page names something that the books do not have."""


class Section:
    """One part of the pages. Each of its routes is made by ``shown`` or ``sent``, so that none stands open."""

    name: ClassVar[str]

    def __init__(self, house: House, stage: Stage) -> None:
        self._house = house
        self._stage = stage

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def shown(self, path: str, handler: Handler) -> Route:
        """Return the route of a page."""

        async def guarded(request: Request) -> Response:
            return await self._answer(handler, Call(request, request.scope[VISIT]))

        return Route(path, guarded, methods=["GET"])

    def sent(self, path: str, handler: Handler) -> Route:
        """Return the route of a form; one without the visit's own secret changes nothing."""

        async def guarded(request: Request) -> Response:
            visit: Visit = request.scope[VISIT]
            form = await form_of(request)
            if form is None:
                return render.bare_page(400, _("No se entendió el formulario"), _("Vuelva atrás e intente otra vez."))
            if not secrets.compare_digest(form.raw(CSRF).encode(), visit.csrf.encode()):
                return render.bare_page(
                    403, _("El formulario no es de esta visita"), _("Vuelva a abrir la página e intente otra vez.")
                )
            return await self._answer(handler, Call(request, visit, form))

        return Route(path, guarded, methods=["POST"])

    def page(self, call: Call, template: str, status: int = 200, **values: Any) -> Response:
        """Draw a page of this section."""
        notices, call.visit.notices = call.visit.notices, []
        return render.page(
            template,
            {
                "section": self.name,
                "path": call.request.url.path,
                "csrf": call.visit.csrf,
                "notices": notices,
                "form": call.form,
                "clean": Form(),
                "hotel": self._house.hotel.party,
                "pms_is_open": self.pms_is_open(call.visit),
            }
            | values,
            status,
        )

    def pms_is_open(self, visit: Visit) -> bool:
        """Say whether this browser is logged in at the PMS; a login elsewhere ends it, as in the real one."""
        return visit.pms_session is not None and self._house.tokens.opens(Kind.PMS_SESSION, visit.pms_session)

    async def _answer(self, handler: Handler, call: Call) -> Response:
        try:
            return await handler(call)
        except NotThere:
            return missing()


def onward(path: str) -> Response:
    """Send the browser to a page after a form, so that going back or loading again sends nothing twice."""
    return RedirectResponse(path, 303)


def missing() -> Response:
    return render.bare_page(404, _("No existe"), _("Esta página o este documento no está en el hotel de práctica."))
