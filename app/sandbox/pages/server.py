"""The pages put together as one application behind their gate. Where it listens is ``app.sandbox.server``'s affair."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.sandbox.house import House
from app.sandbox.pages import render
from app.sandbox.pages.consecutivos import Consecutivos
from app.sandbox.pages.gate import STATIC, Gate
from app.sandbox.pages.invoices import Invoices
from app.sandbox.pages.pms import Pms
from app.sandbox.pages.pymes import Pymes
from app.sandbox.pages.reception import Reception
from app.sandbox.pages.section import missing
from app.sandbox.scenarios import Stage
from app.sandbox.web import App
from app.texts import _


def pages_app(house: House, stage: Stage) -> App:
    """Return all pages of a hotel."""
    sections = [section(house, stage) for section in (Reception, Pymes, Consecutivos, Pms, Invoices)]
    app = Starlette(
        routes=[
            Route("/", _home, methods=["GET"]),
            Route(f"{STATIC}{{name}}", _static, methods=["GET"]),
            *(route for section in sections for route in section.routes()),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _our_error},
    )
    return Gate(app, house.tickets)


async def _home(request: Request) -> Response:
    return RedirectResponse("/recepcion", 303)


async def _static(request: Request) -> Response:
    return render.static(request.path_params["name"])


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return missing()
    return render.bare_page(error.status_code, _("No se puede"), _("Vuelva atrás e intente de otra forma."))


async def _our_error(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this, so that the tests see it.
    return render.bare_page(500, _("Algo falló en el hotel de práctica"), _("Vuelva a abrir la página."))
