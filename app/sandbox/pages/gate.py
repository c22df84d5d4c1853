"""Who may see and drive the pages: this computer's browser, on its own address, after a ticket. It knows no page.

Three things are asked of every request, before any page is: that it names this very server as its host (a name that
somebody points at this computer does not), that no other page sent it, and that it shows this run's cookie. Forms carry
a second secret (``section``). Browsers keep cookies by host and not by port, so the cookie's name has the port in it.
"""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.sandbox.pages.render import bare_page
from app.sandbox.tickets import Tickets, Visit
from app.sandbox.web import App, Message, Receive, Scope, Send
from app.texts import _

ENTRY: Final = "/entrada"
STATIC: Final = "/estatico/"
VISIT: Final = "botones.visit"
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not «no-referrer»: with that a browser sends its own forms with the origin «null».
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Gate:
    """Stands before the pages."""

    def __init__(self, app: App, tickets: Tickets) -> None:
        self._app = app
        self._tickets = tickets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _value in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in SECURITY_HEADERS.items()
                        if name.lower().encode() not in named
                    ),
                ]
            await send(message)

        answer = self._refusal(scope) or self._entry(scope)
        if answer is None and not scope["path"].startswith(STATIC):
            visit = self._visit(scope)
            scope[VISIT] = visit
            if visit is None:
                answer = bare_page(
                    403,
                    _("Esta página se abre desde Botones"),
                    _("Ábrala con el botón de Botones, o con la dirección que muestra «botones sandbox --open»."),
                )
        if answer is None:
            await self._app(scope, receive, sealed)
        else:
            await answer(scope, receive, sealed)

    def _refusal(self, scope: Scope) -> Response | None:
        """Refuse a request that another page, or another name for this computer, sent."""
        headers, own = Headers(scope=scope), _authority(scope)
        if headers.getlist("host") != [own]:
            return bare_page(421, _("Dirección equivocada"), _("Estas páginas solo responden en su propia dirección."))
        origins = headers.getlist("origin")
        changes = scope["method"] not in ("GET", "HEAD")
        if (origins or changes) and origins != [f"http://{own}"]:
            return bare_page(403, _("Pedido de otra página"), _("Solo las páginas del hotel de práctica lo manejan."))
        if changes and headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return bare_page(403, _("Pedido de otra página"), _("Solo las páginas del hotel de práctica lo manejan."))
        return None

    def _entry(self, scope: Scope) -> Response | None:
        """Tear up a ticket and send the browser on to its page, so that the ticket does not stay in the address."""
        if scope["path"] != ENTRY or scope["method"] != "GET":
            return None
        path = self._tickets.redeem(Request(scope).query_params.get("ticket", ""))
        if path is None:
            return bare_page(
                403,
                _("Esta dirección ya se usó o venció"),
                _("Cada dirección abre una sola vez y por pocos minutos. Pida otra en Botones o en la consola."),
            )
        answer = RedirectResponse(path, 303)
        if self._visit(scope) is None:
            secret, _opened = self._tickets.admit()
            answer.set_cookie(_cookie_name(scope), secret, httponly=True, samesite="strict", path="/")
        return answer

    def _visit(self, scope: Scope) -> Visit | None:
        """Return the visit whose cookie is shown."""
        name = _cookie_name(scope)
        for line in Headers(scope=scope).getlist("cookie"):
            try:
                shown = SimpleCookie(line)
            except CookieError:
                continue
            if name in shown and (visit := self._tickets.visit(shown[name].value)) is not None:
                return visit
        return None


def _authority(scope: Scope) -> str:
    """Return the address by which this request truly came in."""
    host, port = scope["server"]
    return f"{host}:{port}"


def _cookie_name(scope: Scope) -> str:
    return f"botones-practica-{scope['server'][1]}"
