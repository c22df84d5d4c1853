"""The pages of Pymes' Consecutivos de Facturación: the list, a new one, and its window of vigencias y resolución.

«Aplica a», the print format, and a resolution that starts *Inactiva* are documented (facts/loggro.md 5.2, 5.3); the
other fields are our reading.
"""

from datetime import date
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import HOTEL_FAMILIES, Family
from app.model.numbering import APPLIES_TO_PMS, Numbering, System
from app.sandbox.pages.forms import Form
from app.sandbox.pages.section import Call, NotThere, Section, onward
from app.sandbox.ranges import OWN, POS, code_of
from app.texts import _, day

APPLIES_TO: Final = (APPLIES_TO_PMS, POS, OWN)
PRINT_FORMATS: Final = ("Carta", "Tirilla")
_HIGHEST: Final = 999_999_999
"""The DIAN authorises numbers of one to nine digits."""


class Consecutivos(Section):
    """Configuración → Consecutivos de Facturación."""

    name = "pymes"

    def routes(self) -> list[Route]:
        one = "/pymes/consecutivos/{uuid}"
        return [
            self.shown("/pymes/consecutivos", self._all),
            self.shown("/pymes/consecutivos/nuevo", self._new),
            self.sent("/pymes/consecutivos/nuevo", self._create),
            self.shown(one, self._one),
            self.sent(one, self._change),
            self.shown(f"{one}/vigencias", self._vigencias),
            self.sent(f"{one}/vigencias", self._add_vigencia),
            self.sent(f"{one}/vigencias/{{vigencia}}", self._change_vigencia),
            self.sent(f"{one}/vigencias/{{vigencia}}/estado", self._switch_vigencia),
        ]

    async def _all(self, call: Call) -> Response:
        rows = [
            row | {"code": code_of(row), "family": Family(row["family"]), "ranges": self._ranges(row["consecutivo"])}
            for row in self._house.ranges.consecutivos()
        ]
        return self.page(call, "pymes_consecutivos.html", rows=rows)

    async def _new(self, call: Call) -> Response:
        asked = call.asked("familia")
        wanted = asked if asked in {family.value for family in HOTEL_FAMILIES} else Family.FACTURA.value
        return self._draw(call, {"family": wanted, "name": "", "applies_to": "", "print_format": PRINT_FORMATS[0]})

    async def _create(self, call: Call) -> Response:
        family = call.form.choice("familia", [family.value for family in HOTEL_FAMILIES])
        name, applies_to, print_format = _named(call.form)
        if not call.form.is_right:
            return self._draw(call, {"family": family, "name": "", "applies_to": "", "print_format": ""})
        made = self._house.ranges.open_consecutivo(Family(family), name, applies_to, print_format)
        call.say(_("Consecutivo creado. Falta definir su vigencia y resolución."))
        return onward(f"/pymes/consecutivos/{made}")

    async def _one(self, call: Call) -> Response:
        return self._draw(call, self._row(call))

    async def _change(self, call: Call) -> Response:
        row = self._row(call)
        name, applies_to, print_format = _named(call.form)
        if not call.form.is_right:
            return self._draw(call, row)
        self._house.ranges.change_consecutivo(row["consecutivo"], name, applies_to, print_format)
        call.say(_("Consecutivo guardado."))
        return onward(f"/pymes/consecutivos/{row['consecutivo']}")

    def _draw(self, call: Call, row: dict[str, Any]) -> Response:
        uuid = row.get("consecutivo")
        return self.page(
            call,
            "pymes_consecutivo.html",
            row=row,
            uuid=uuid,
            families=HOTEL_FAMILIES,
            options=APPLIES_TO,
            formats=PRINT_FORMATS,
            ranges=self._ranges(uuid) if uuid else [],
        )

    async def _vigencias(self, call: Call) -> Response:
        row = self._row(call)
        family = Family(row["family"])
        return self.page(
            call,
            "pymes_vigencias.html",
            row=row | {"family": family},
            ranges=self._ranges(row["consecutivo"]),
            changing=call.request.path_params.get("vigencia", ""),
        )

    async def _add_vigencia(self, call: Call) -> Response:
        row = self._row(call)
        family = Family(row["family"])
        if call.form.raw("orden") == "traer":
            return await self._fetch(call, family)
        numbering = numbering_in(call.form, System.PYMES, family)
        wanted = (numbering.resolution, numbering.prefix, numbering.first, numbering.last)
        there = self._house.ranges.vigencias_of(row["consecutivo"])
        if any((one["resolution"], one["prefix"], one["first"], one["last"]) == wanted for one in there):
            call.form.errors.setdefault("prefijo", _("Este consecutivo ya tiene esta vigencia."))
        if not call.form.is_right:
            return await self._vigencias(call)
        # What has no resolution has nothing to activate.
        self._house.ranges.add_vigencia(row["consecutivo"], numbering, active=not family.has_authorisation)
        call.say(
            _("Guardado. La resolución quedó Inactiva: haga clic en ese campo para activarla.")
            if family.has_authorisation
            else _("Guardado.")
        )
        return onward(f"/pymes/consecutivos/{row['consecutivo']}/vigencias")

    async def _fetch(self, call: Call, family: Family) -> Response:
        """Fill the window with what the practice DIAN has of this resolution and prefix."""
        resolution, prefix = call.form.text("resolucion", 20), call.form.raw("prefijo").upper()
        found = self._house.ranges.dian_row(resolution) if call.form.is_right else None
        if found is None or found["prefix"].upper() != prefix or found["family"] != family.value:
            call.form.errors.setdefault("resolucion", _("La DIAN no tiene esta resolución con ese prefijo."))
            return await self._vigencias(call)
        call.form.values |= {
            "desde": str(found["first"]),
            "hasta": str(found["last"]),
            "vigencia_desde": day(date.fromisoformat(found["valid_from"])),
            "vigencia_hasta": day(date.fromisoformat(found["valid_to"])),
        }
        call.say(_("Traído de la DIAN de práctica. Revíselo y guarde."))
        return await self._vigencias(call)

    async def _change_vigencia(self, call: Call) -> Response:
        row, vigencia = self._row(call), self._vigencia(call)
        numbering = numbering_in(call.form, System.PYMES, Family(row["family"]))
        if not call.form.is_right:
            return await self._vigencias(call)
        self._house.ranges.change_range(vigencia["id"], numbering)
        call.say(_("Vigencia guardada."))
        return onward(f"/pymes/consecutivos/{row['consecutivo']}/vigencias")

    async def _switch_vigencia(self, call: Call) -> Response:
        row, vigencia = self._row(call), self._vigencia(call)
        self._house.ranges.activate(vigencia["uuid"], not vigencia["active"])
        call.say(_("La resolución quedó Inactiva.") if vigencia["active"] else _("La resolución quedó Activa."))
        return onward(f"/pymes/consecutivos/{row['consecutivo']}/vigencias")

    def _row(self, call: Call) -> dict[str, Any]:
        uuid = call.path("uuid")
        for row in self._house.ranges.consecutivos():
            if row["consecutivo"] == uuid:
                return row
        raise NotThere

    def _vigencia(self, call: Call) -> dict[str, Any]:
        for row in self._house.ranges.vigencias_of(call.path("uuid")):
            if row["uuid"] == call.path("vigencia"):
                return row
        raise NotThere

    def _ranges(self, consecutivo: str) -> list[dict[str, Any]]:
        return [
            row | {"next": self._house.ranges.next_sale(consecutivo, row["first"])}
            for row in self._house.ranges.vigencias_of(consecutivo)
        ]


def numbering_in(form: Form, system: System, family: Family) -> Numbering:
    """Read prefix, numbers and vigencia; what is wrong stands in the form's errors."""
    authorised = family.has_authorisation
    prefix = form.text("prefijo", 4, required=False).upper()
    if prefix and not (prefix.isascii() and prefix.isalnum()):
        form.errors["prefijo"] = _("Hasta cuatro letras o números.")
    first, last = form.whole("desde", 1 if authorised else 0, _HIGHEST), form.whole("hasta", 1, _HIGHEST)
    if last < first:
        form.errors.setdefault("hasta", _("La numeración final es menor que la inicial."))
    resolution = valid_from = valid_to = None
    if authorised:
        resolution = form.text("resolucion", 20)
        if resolution and not (resolution.isascii() and resolution.isdigit()):
            form.errors["resolucion"] = _("Solo números, como los escribe la DIAN.")
        valid_from, valid_to = form.day("vigencia_desde"), form.day("vigencia_hasta")
        if valid_to < valid_from:
            form.errors.setdefault("vigencia_hasta", _("La vigencia termina antes de empezar."))
    return Numbering(
        system=system,
        family=family,
        prefix=prefix,
        first=first,
        last=last,
        resolution=resolution,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _named(form: Form) -> tuple[str, str, str]:
    return form.text("nombre", 60), form.choice("aplica", APPLIES_TO), form.choice("formato", PRINT_FORMATS)
