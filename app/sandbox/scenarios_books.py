"""Simulacros of the books: what Pymes refuses, what the numbering says, who else writes.

The codes of Pymes' refusals are **our reading** (``resources/contracts/pymes.yaml``): no copy of Loggro's is public.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import ClassVar

from starlette.responses import Response

from app.connectors.pymes_contract import PERIOD_CLOSED, PLAN_USED_UP
from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.numbering import Field, System
from app.sandbox.house import House
from app.sandbox.scenario import Scenario, refusal
from app.sandbox.ventas import Venta, write_as_loggro
from app.sandbox.web import answer
from app.texts import _


class SecondWriter(Scenario):
    """Loggro's own sync in a race with us. Seed and document settle when it comes, so that a run can be repeated."""

    name = "second-writer"
    moments: ClassVar[Mapping[str, int]] = {"before": 30, "between": 30, "after": 20, "never": 20}
    """When it writes a document, and out of a hundred how many then."""

    @property
    def title(self) -> str:
        return _("Loggro también envía")

    @property
    def expect(self) -> str:
        return _(
            "La sincronización de Loggro lleva los mismos documentos: antes de que Botones mire, entre mirar y enviar, "
            "y después. "
            "Cada uno queda en Pymes una sola vez; los que ya estaban aparecen como adoptados."
        )

    def before_listing(self, house: House, wires: list[str]) -> None:
        for wire in wires:
            row = json.loads(wire)
            if self._moment(house, row["type"], row.get("prefix", ""), row["number"]) == "before":
                write_as_loggro(house, wire)

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        self._write_at("between", house, venta)
        return None

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        self._write_at("after", house, venta)
        return said

    def _write_at(self, moment: str, house: House, venta: Venta) -> None:
        if self._moment(house, venta.tipoDocumento.value, venta.prefijo, venta.numero) == moment:
            wire = house.books.wire_of(venta.tipoDocumento.family.value, venta.prefijo, venta.numero)
            if wire is not None:
                write_as_loggro(house, wire)

    def _moment(self, house: House, kind: str, prefix: str, number: int) -> str:
        rng = Random(f"{house.hotel.seed}/{kind}/{prefix}/{number}")
        return rng.choices(tuple(self.moments), tuple(self.moments.values()))[0]


class WriterBefore(SecondWriter):
    name = "writer-before"
    moments: ClassVar = {"before": 50, "never": 50}

    @property
    def title(self) -> str:
        return _("Loggro envía antes de que Botones mire")

    @property
    def expect(self) -> str:
        return _(
            "La mitad de los documentos ya está en Pymes cuando Botones mira. Los encuentra iguales, los adopta y no "
            "envía ninguno de ellos."
        )


class WriterBetween(SecondWriter):
    name = "writer-between"
    moments: ClassVar = {"between": 50, "never": 50}

    @property
    def title(self) -> str:
        return _("Loggro envía entre mirar y enviar")

    @property
    def expect(self) -> str:
        return _(
            "Botones miró y no estaba; antes de que envíe, Loggro lo lleva. Pymes rechaza el segundo con el mismo "
            "número, y Botones vuelve a mirar y adopta el que está."
        )


class WriterAfter(SecondWriter):
    name = "writer-after"
    moments: ClassVar = {"after": 50, "never": 50}

    @property
    def title(self) -> str:
        return _("Loggro envía después de Botones")

    @property
    def expect(self) -> str:
        return _(
            "Botones ya lo llevó y Loggro quiere llevarlo otra vez. Pymes no toma dos ventas con el mismo número: "
            "queda la de Botones, una sola."
        )


class RefusesOne(Scenario):
    name = "refuses-one"
    every = 25

    @property
    def title(self) -> str:
        return _("Pymes rechaza algunos documentos")

    @property
    def expect(self) -> str:
        return _(
            "Pymes rechaza siempre los mismos documentos por un dato. Quedan retenidos con su causa; los demás siguen."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        # By number and not by occasion: who asks again for the same document gets the same answer.
        if venta.numero % self.every != 0:
            return None
        return refusal("impuesto.sin-asociar", "El impuesto no está asociado al ID de la DIAN.")


class ErrorsAsObject(Scenario):
    name = "errors-object"
    every = 10

    @property
    def title(self) -> str:
        return _("Pymes rechaza un campo, en su otra forma")

    @property
    def expect(self) -> str:
        return _(
            "Pymes rechaza un campo y escribe «errores» como un objeto y no como una lista. "
            "Botones entiende ambas formas y muestra el mensaje tal como llegó."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        if venta.numero % self.every != 0:
            return None
        fault = {"codigo": "campo.cliente.id", "mensaje": "El campo cliente.id no es válido."}
        return answer({"errores": fault}, 400)


class MonthClosed(Scenario):
    name = "month-closed"
    DAYS = 2
    """Documents of so many days ago, or older, fall into the closed month."""

    @property
    def title(self) -> str:
        return _("El mes contable está cerrado")

    @property
    def expect(self) -> str:
        return _(
            "El contador cerró el período en Pymes y los documentos con fecha de ese período no entran. "
            "Quedan retenidos con esa causa; cuando él decide, salen todos juntos."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        if venta.day > bogota_day(house.clock.now()) - timedelta(days=self.DAYS):
            return None
        return refusal(PERIOD_CLOSED, "El período contable de la fecha del documento está cerrado.")


class PlanUsedUp(Scenario):
    name = "plan-used-up"
    ALLOWED = 15

    @property
    def title(self) -> str:
        return _("Se acabaron los documentos del plan")

    @property
    def expect(self) -> str:
        return _(
            "Pymes deja de aceptar ventas porque el plan no tiene más documentos. No es culpa de la resolución: "
            "Botones lo dice así, y todo espera hasta que se compre un paquete."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        if house.books.value("SELECT COUNT(*) FROM sales") < self.ALLOWED:
            return None
        return refusal(PLAN_USED_UP, "El plan no tiene documentos disponibles.")


class NumberingEdited(Scenario):
    name = "numbering-edited"
    every = 8

    @property
    def title(self) -> str:
        return _("Alguien cambia la resolución a mitad de un lote")

    @property
    def expect(self) -> str:
        return _(
            "Mientras sale un lote, alguien cambia el prefijo en Pymes. Pymes rechaza las facturas que iban en camino "
            "y Botones no deja salir ni una más. Cuando la numeración vuelve a coincidir, siguen solas."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        if self._occasions < self.every and self._strikes():
            house.ranges.mutate(System.PYMES, Family.FACTURA, Field.PREFIX, "OTRO")
        return None


class RangeUsedUp(Scenario):
    name = "range-used-up"
    LEFT = 12

    @property
    def title(self) -> str:
        return _("La numeración se agota")

    @property
    def expect(self) -> str:
        return _(
            "Al hotel le quedan pocas facturas autorizadas. Las que alcanzan a salir llegan a Pymes; después no hay "
            "más, y Botones avisa que la numeración se agotó."
        )

    def begin(self, house: House) -> None:
        current = house.ranges.current(Family.FACTURA)
        if current is not None:
            for system in System:
                house.ranges.mutate(system, Family.FACTURA, Field.LAST, current[1] + self.LEFT - 1)


class VigenciaEnds(Scenario):
    name = "vigencia-ends"

    @property
    def title(self) -> str:
        return _("La resolución vence a medianoche")

    @property
    def expect(self) -> str:
        return _(
            "La vigencia terminó anoche a las doce, hora de Bogotá. Las facturas con fecha anterior salen, aunque hoy "
            "sea tarde; las de hoy quedan retenidas hasta que haya una resolución nueva."
        )

    def begin(self, house: House) -> None:
        yesterday = bogota_day(house.clock.now()) - timedelta(days=1)
        for system in System:
            house.ranges.mutate(system, Family.FACTURA, Field.VALID_TO, yesterday.isoformat())


class NoteOfRefused(Scenario):
    name = "note-of-refused"

    @property
    def title(self) -> str:
        return _("Nota de una factura rechazada")

    @property
    def expect(self) -> str:
        return _(
            "Pymes rechaza una factura que una nota corrige. La nota no se adelanta: queda a la vista, esperando a su "
            "factura, y sale cuando ella esté."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        number = f"{venta.prefijo}{venta.numero}".upper()
        if venta.tipoDocumento.family is not Family.FACTURA:
            return None
        if house.books.value("SELECT 1 FROM documents WHERE refers_to = ?", (number,)) is None:
            return None
        return refusal("impuesto.sin-asociar", "El impuesto no está asociado al ID de la DIAN.")
