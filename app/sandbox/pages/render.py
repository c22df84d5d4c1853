"""Turns a page's template and values into HTML. It reads no books; what a page may show is the sections' affair.

Templates, style and script are data under ``resources/pages``; everything put into a template is escaped.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from app import texts
from app.model.documents import Family
from app.texts import _, documents, numbering

_STATIC: Final = {
    "estilo.css": ("pages/estilo.css", "text/css"),
    "vivo.js": ("pages/vivo.js", "text/javascript"),
    "icono.svg": ("icons/app.svg", "image/svg+xml"),
}


def page(template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Return a page; a value that the template needs and does not get is an error."""
    return HTMLResponse(_environment().get_template(template).render(values), status)


def bare_page(status: int, title: str, text: str) -> Response:
    """Return a page without menus, for who is not in or asked for something that is not there."""
    return page("aviso.html", {"title": title, "text": text}, status)


def static(name: str) -> Response:
    """Return the stylesheet, the script or the icon."""
    if name not in _STATIC:
        return Response(status_code=404)
    file, kind = _STATIC[name]
    return Response(_read(file), media_type=kind)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(lambda name: _read(f"pages/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": _, "plural": texts.plural, "Family": Family, "family_name": documents.family_name}
    made.globals["field_name"] = numbering.field_name
    made.filters |= {
        "money": _money,
        "whole": texts.whole,
        "day": _day,
        "moment": _moment,
        "plain": _plain,
        "zip_same": _same,
    }
    return made


@cache
def _read(name: str) -> str:
    return files("resources").joinpath(name).read_text("utf-8")


def _same(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return the options of a choice whose values are their words."""
    return [(word, word) for word in words]


def _plain(number: Decimal | None) -> str:
    """Write a quantity or a rate without zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}".replace(".", ",")


def _money(amount: Decimal | str) -> str:
    return texts.money(Decimal(amount))


def _day(value: date | datetime | str | None) -> str:
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return texts.day(value) if value else "—"


def _moment(value: datetime | str) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{texts.day(value)} {texts.hour(value)}"
