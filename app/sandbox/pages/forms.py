"""What a browser's form brought, read field by field. It keeps what was typed, so that a mistake costs no retyping."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from app.texts import _

KIND: Final = "application/x-www-form-urlencoded"
_GROUPED: Final = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
_YEARS: Final = range(2000, 2100)
_LONGEST_BODY: Final = 65_536
_MOST_FIELDS: Final = 60


class Form:
    """The fields of one form; whoever reads them finds in ``errors`` what is wrong with which."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = values or {}
        self.errors: dict[str, str] = {}

    @property
    def is_right(self) -> bool:
        return not self.errors

    def raw(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def text(self, name: str, longest: int = 120, *, required: bool = True) -> str:
        value = self.raw(name)
        if required and not value:
            self.errors[name] = _("Escriba este dato.")
        elif len(value) > longest or not all(letter.isprintable() for letter in value):
            self.errors[name] = _("No más de {n} letras, sin saltos de línea.").format(n=longest)
        return value

    def choice(self, name: str, options: Collection[str]) -> str:
        value = self.raw(name)
        if value not in options:
            self.errors[name] = _("Elija una opción.")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.raw(name)
        if _GROUPED.fullmatch(value):
            value = value.replace(".", "")
        if value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most:
            return int(value)
        self.errors[name] = _("Escriba un número entero, de {least} a {most}.").format(least=least, most=most)
        return least

    def amount(self, name: str) -> Decimal:
        value = self.raw(name).replace(".", "").replace(",", ".")
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(0)
        if not (amount.is_finite() and 0 < amount < 1_000_000_000):
            self.errors[name] = _("Escriba un precio en pesos, mayor que cero.")
            return Decimal(1)
        return amount.quantize(Decimal("0.01"))

    def day(self, name: str) -> date:
        """Read a day as people write it, ``23/11/2026``, or as programs do."""
        value = self.raw(name)
        try:
            day = date.fromisoformat("-".join(reversed(value.split("/"))) if "/" in value else value)
        except ValueError:
            day = date.min
        if day.year in _YEARS:
            return day
        self.errors[name] = _("Escriba una fecha: día, mes y año.")
        return date.min


async def form_of(request: Request) -> Form | None:
    """Return the form that was sent, ``None`` where it is anything else or too long."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != KIND:
        return None
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_BODY:
            return None
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        return None
    return Form(dict(pairs))
