"""The simulacros: named ways in which the practice hotel goes wrong on purpose, each one small class.

A new one is a subclass of ``Scenario`` in ``SCENARIOS``; the console, the desk and the tests take their lists from
there. They decide only what the servers do to a client, never what the books count.
"""

import json
from random import Random
from typing import ClassVar, Final

from starlette.responses import Response

from app.sandbox.house import House
from app.sandbox.tokens import Kind
from app.sandbox.ventas import Venta, write_as_loggro
from app.sandbox.web import CutResponse, answer
from app.texts import _

PYMES: Final = "pymes"
SEND: Final = "ventas-externas"

_STACK_TRACE: Final = (
    "org.springframework.dao.DataIntegrityViolationException: could not execute statement\n"
    "\tat org.springframework.orm.jpa.vendor.HibernateJpaDialect.convertHibernateAccessException"
    "(HibernateJpaDialect.java:276)\n"
    "\tat org.hibernate.engine.jdbc.spi.SqlExceptionHelper.convert(SqlExceptionHelper.java:109)\n"
    "Caused by: org.postgresql.util.PSQLException: ERROR: null value in column violates not-null constraint\n"
)


class Scenario:
    """One simulacro while it is on; counts start anew when it is switched on or the hotel restarts."""

    name: ClassVar[str]
    every: ClassVar[int] = 1
    """How many occasions it lets pass, plus the one at which it strikes."""

    def __init__(self) -> None:
        self._occasions = 0

    @property
    def title(self) -> str:
        """Return its name for people."""
        raise NotImplementedError

    @property
    def expect(self) -> str:
        """Return what a trainee should see happen, and why that is right."""
        raise NotImplementedError

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        """Answer in the server's place; the credential was already found good."""
        return None

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        """Answer in place of Pymes to a readable sale of which nothing is recorded yet."""
        return None

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        """Return what the client gets for a sale that is recorded."""
        return said

    def before_listing(self, house: House, wires: list[str]) -> None:
        """Act when the PMS is about to show these approved documents."""

    def _strikes(self) -> bool:
        self._occasions += 1
        return self._occasions % self.every == 0


class AnswerLost(Scenario):
    name = "answer-lost"
    every = 5

    @property
    def title(self) -> str:
        return _("La respuesta se pierde")

    @property
    def expect(self) -> str:
        return _(
            "Pymes registra la venta y la conexión se corta sin respuesta. "
            "Botones no vuelve a enviar: mira en Pymes y la encuentra."
        )

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        return CutResponse(said, half=False) if self._strikes() else said


class HalfAnswer(Scenario):
    name = "half-answer"
    every = 5

    @property
    def title(self) -> str:
        return _("La respuesta llega a la mitad")

    @property
    def expect(self) -> str:
        return _(
            "Pymes registra la venta y la respuesta se corta por la mitad. "
            "Botones mira en Pymes antes de hacer algo más."
        )

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        return CutResponse(said, half=True) if self._strikes() else said


class SecondWriter(Scenario):
    """Loggro's own sync in a race with us. Seed and document settle when it comes, so that a run can be repeated."""

    name = "second-writer"

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
        return rng.choices(("before", "between", "after", "never"), (30, 30, 20, 20))[0]


class RateLimited(Scenario):
    name = "rate-limited"
    every = 7

    @property
    def title(self) -> str:
        return _("Pymes pide ir más despacio")

    @property
    def expect(self) -> str:
        return _("Pymes responde 429 y pide esperar un segundo. Botones espera lo pedido y sigue; nada se pierde.")

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        if system != PYMES or not self._strikes():
            return None
        return answer(
            {"errores": [{"codigo": "limite.excedido", "mensaje": "Demasiadas peticiones."}]}, 429, {"Retry-After": "1"}
        )


class SuccessWithoutSubstance(Scenario):
    name = "success-without-substance"
    every = 5

    @property
    def title(self) -> str:
        return _("Éxito sin sustancia")

    @property
    def expect(self) -> str:
        return _(
            "Pymes dice que registró la venta y no registró nada. "
            "Botones no la da por hecha: al leerla de vuelta no está."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return answer({"datos": "00000000-0000-4000-8000-000000000000"}, 201) if self._strikes() else None


class ServerError(Scenario):
    name = "server-error"
    every = 5

    @property
    def title(self) -> str:
        return _("Pymes falla por dentro")

    @property
    def expect(self) -> str:
        return _(
            "Pymes responde 500 con un texto técnico y no registra nada. "
            "Botones queda en duda, mira, y envía cuando consta que no está."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return (
            answer({"status": 500, "error": "Internal Server Error", "trace": _STACK_TRACE}, 500)
            if self._strikes()
            else None
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
        fault = {"codigo": "impuesto.sin-asociar", "mensaje": "El impuesto no está asociado al ID de la DIAN."}
        return answer({"errores": [fault]}, 400)


class TokenRevoked(Scenario):
    name = "token-revoked"
    every = 20

    @property
    def title(self) -> str:
        return _("El token de Pymes deja de servir")

    @property
    def expect(self) -> str:
        return _(
            "Tras unas peticiones, Pymes responde 401 sin texto. "
            "Botones se detiene entero, avisa una vez y sigue con un token nuevo."
        )

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        if system != PYMES or self._occasions >= self.every:
            return None
        if not self._strikes():
            return None
        house.tokens.revoke(Kind.PYMES)
        return Response(status_code=401)


SCENARIOS: Final[tuple[type[Scenario], ...]] = (
    AnswerLost,
    HalfAnswer,
    SecondWriter,
    RateLimited,
    SuccessWithoutSubstance,
    ServerError,
    RefusesOne,
    TokenRevoked,
)


class Stage:
    """The simulacros that are on. Which ones is kept in the books; how far each has come is not."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._on: dict[str, Scenario] = {}
        for row in house.books.rows("SELECT name FROM scenarios"):
            self._on[row["name"]] = _named(row["name"])()

    def switch(self, name: str, on: bool) -> None:
        """Switch a simulacro; raises ``KeyError`` on a name that is none."""
        kind = _named(name)
        if not on:
            self._on.pop(name, None)
            self._house.books.change("DELETE FROM scenarios WHERE name = ?", (name,))
        elif name not in self._on:
            self._on[name] = kind()
            self._house.books.change("INSERT OR REPLACE INTO scenarios VALUES (?)", (name,))

    def clear(self) -> None:
        """Switch all off, after the books were erased."""
        self._on.clear()

    def is_on(self, name: str) -> bool:
        return name in self._on

    def before_request(self, system: str, operation: str) -> Response | None:
        for scenario in self._on.values():
            if (said := scenario.before_request(self._house, system, operation)) is not None:
                return said
        return None

    def before_sale(self, venta: Venta) -> Response | None:
        for scenario in self._on.values():
            if (said := scenario.before_sale(self._house, venta)) is not None:
                return said
        return None

    def after_sale(self, venta: Venta, said: Response) -> Response:
        for scenario in self._on.values():
            said = scenario.after_sale(self._house, venta, said)
        return said

    def before_listing(self, wires: list[str]) -> None:
        for scenario in self._on.values():
            scenario.before_listing(self._house, wires)


def _named(name: str) -> type[Scenario]:
    return {scenario.name: scenario for scenario in SCENARIOS}[name]
