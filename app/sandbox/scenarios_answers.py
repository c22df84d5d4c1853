"""Simulacros of the line and of servers in trouble: what is sent is right, and what comes back is not."""

import math
from datetime import datetime, timedelta
from typing import ClassVar, Final

from starlette.responses import Response

from app.sandbox.house import House
from app.sandbox.scenario import FE, PYMES, Scenario, refusal
from app.sandbox.tokens import Kind
from app.sandbox.ventas import Venta
from app.sandbox.web import CutResponse, SilentResponse, answer
from app.texts import _

_STACK_TRACE: Final = (
    "org.springframework.dao.DataIntegrityViolationException: could not execute statement\n"
    "\tat org.springframework.orm.jpa.vendor.HibernateJpaDialect.convertHibernateAccessException"
    "(HibernateJpaDialect.java:276)\n"
    "\tat org.hibernate.engine.jdbc.spi.SqlExceptionHelper.convert(SqlExceptionHelper.java:109)\n"
    "Caused by: org.postgresql.util.PSQLException: ERROR: null value in column violates not-null constraint\n"
)


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


class Hangs(Scenario):
    name = "hang"
    every = 12
    timing: ClassVar = {"timeout": 1.0}

    @property
    def title(self) -> str:
        return _("La respuesta no llega nunca")

    @property
    def expect(self) -> str:
        return _(
            "Pymes toma la petición y calla. Botones no espera para siempre: al cumplirse su plazo queda en duda, "
            "mira en Pymes y no envía dos veces."
        )

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        return SilentResponse() if self._strikes() else said


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
        said = refusal("limite.excedido", "Demasiadas peticiones.", 429)
        said.headers["Retry-After"] = "1"
        return said


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
        if not self._strikes():
            return None
        return answer({"status": 500, "error": "Internal Server Error", "trace": _STACK_TRACE}, 500)


class OutOfService(Scenario):
    name = "out-of-service"
    every = 20
    lasts: ClassVar = timedelta(seconds=4)
    """An hour in real life; the expectation says that it is shortened here."""

    def __init__(self) -> None:
        super().__init__()
        self._until: datetime | None = None

    @property
    def title(self) -> str:
        return _("Pymes está fuera de servicio una hora")

    @property
    def expect(self) -> str:
        return _(
            "Pymes responde 503 a todo y dice cuándo volver; aquí la hora dura unos segundos. "
            "Botones espera lo pedido, no insiste y sigue solo cuando Pymes vuelve."
        )

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        if system != PYMES:
            return None
        now = house.clock.now()
        if self._until is None and self._strikes():
            self._until = now + self.lasts
        if self._until is None or now >= self._until:
            return None
        left = math.ceil((self._until - now).total_seconds())
        return Response(status_code=503, headers={"Retry-After": str(left)})


class FeDown(Scenario):
    name = "fe-down"

    @property
    def title(self) -> str:
        return _("El servicio FE no responde")

    @property
    def expect(self) -> str:
        return _(
            "Nadie dice qué autorizó la DIAN. Facturas y documentos soporte quedan retenidos con esa causa y salen "
            "solos cuando el servicio vuelve; las notas, que no llevan autorización, siguen."
        )

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        return Response(status_code=503) if system == FE else None


class NotJson(Scenario):
    name = "not-json"
    every = 15

    @property
    def title(self) -> str:
        return _("Pymes no acepta la forma de la petición")

    @property
    def expect(self) -> str:
        return _(
            "Pymes responde 415, como si algo en el camino quitara una cabecera. La culpa no es del documento: "
            "Botones no retiene ninguno, se detiene un momento y vuelve a intentarlo."
        )

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        if system != PYMES or not self._strikes():
            return None
        return refusal("contenido.no-soportado", "Falta Content-Type: application/json.", 415)


class SuccessWithoutSubstance(Scenario):
    name = "success-without-substance"
    every = 5

    @property
    def title(self) -> str:
        return _("Pymes dice que sí y no guarda nada")

    @property
    def expect(self) -> str:
        return _(
            "Pymes dice que registró la venta y no registró nada. "
            "Botones no la da por hecha: al leerla de vuelta no está."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return answer({"datos": "00000000-0000-4000-8000-000000000000"}, 201) if self._strikes() else None


class OperacionExitosa(SuccessWithoutSubstance):
    name = "operacion-exitosa"

    @property
    def title(self) -> str:
        return _("«operacionExitosa» y nada guardado")

    @property
    def expect(self) -> str:
        return _(
            "Pymes responde 200 con «operacionExitosa: true», sin decir qué guardó, y no guardó nada. "
            "Una palabra no es una prueba: Botones mira y, cuando consta que no está, envía de nuevo."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return answer({"operacionExitosa": True}, 200) if self._strikes() else None


class EmptyAnswer(Scenario):
    name = "empty-answer"
    every = 5

    @property
    def title(self) -> str:
        return _("Respuesta vacía")

    @property
    def expect(self) -> str:
        return _(
            "Pymes responde 201 sin una palabra: unas veces guardó la venta y otras no. "
            "Botones no adivina; lee de vuelta y lo sabe."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        return Response(status_code=201) if self._strikes() else None

    def after_sale(self, house: House, venta: Venta, said: Response) -> Response:
        return Response(status_code=201)


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


class TokenExpired(Scenario):
    name = "token-expired"
    every = 10

    @property
    def title(self) -> str:
        return _("El token de conexión vence a mitad de un lote")

    @property
    def expect(self) -> str:
        return _(
            "Al enviar, Pymes responde 401 sin texto. Ese documento no llegó y vuelve a la fila con los demás; "
            "nada más se envía con ese token. Con uno nuevo, todo sigue."
        )

    def before_sale(self, house: House, venta: Venta) -> Response | None:
        if self._occasions >= self.every or not self._strikes():
            return None
        house.tokens.expire(Kind.CONNECTION)
        return Response(status_code=401)


class TokenOfAnother(Scenario):
    name = "token-of-another"

    @property
    def title(self) -> str:
        return _("El token de conexión es de otra empresa")

    @property
    def expect(self) -> str:
        return _(
            "Desde el primer envío, Pymes responde 401 sin texto: el token de conexión es de otra empresa. "
            "Un solo documento lo prueba, vuelve a la fila, y nada más se envía hasta que llega el de este hotel."
        )

    def begin(self, house: House) -> None:
        house.tokens.expire(Kind.CONNECTION)


class WrongHotel(Scenario):
    name = "wrong-hotel"
    _FACT: Final = "tokens-of-another-hotel"

    @property
    def title(self) -> str:
        return _("El token es de otro hotel")

    @property
    def expect(self) -> str:
        return _(
            "El token de Pymes funciona, pero habla por otro NIT. Todo queda cerrado con llave y no se envía nada, "
            "hasta que alguien da el token de este hotel."
        )

    def begin(self, house: House) -> None:
        house.books.remember(self._FACT, house.tokens.minted(Kind.PYMES))

    def before_request(self, house: House, system: str, operation: str) -> Response | None:
        if (system, operation) != (PYMES, "organizacion"):
            return None
        if house.tokens.minted(Kind.PYMES) > house.books.fact(self._FACT):
            return None
        return answer(
            {
                "uuid": "00000000-0000-4000-8000-0000000000aa",
                "nit": "860002964",
                "nombre": "Otro Hotel S.A.S.",
                "planActivo": True,
                "usaAlojamientos": True,
            }
        )
