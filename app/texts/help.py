"""The help: the guide's steps, people and computers, causes and failures, a glossary, of the words that screens use.

It is a value to search in; how it is drawn is the windows' affair.
"""

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import combining, normalize

from app.model.causes import Cause
from app.model.errors import Failure
from app.model.journey import State
from app.model.mode import Mode
from app.model.role import DANGEROUS, Act, Role
from app.model.route import Route
from app.model.setup import STEPS, Connection, RequirementKind, Step
from app.texts import _
from app.texts.causes import explain, explain_failure, mender_name
from app.texts.documents import mode_name, state_meaning, state_name
from app.texts.guided import (
    Instruction,
    access_instruction,
    dian_numbering_instruction,
    parameter_instruction,
    pms_numbering_instruction,
)
from app.texts.roles import act_name, role_meaning, role_name
from app.texts.settings import mode_meaning, practice_meaning
from app.texts.setup import (
    connection_name,
    requirement_title,
    route_meaning,
    route_name,
    step_name,
    step_purpose,
)


class Group(StrEnum):
    """The parts of the help, in their order."""

    GUIDE = "guide"
    TOGETHER = "together"
    CAUSES = "causes"
    FAILURES = "failures"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Topic:
    """One page: a title and titled paragraphs; a paragraph may have several lines."""

    id: str
    group: Group
    title: str
    parts: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> str:
        """Return everything it says, for searching and for a screen reader."""
        return "\n".join((self.title, *(f"{heading}\n{text}" for heading, text in self.parts)))


def group_name(group: Group) -> str:
    """Name a part of the help."""
    return {
        Group.GUIDE: _("La guía, paso a paso"),
        Group.TOGETHER: _("Personas y computadores"),
        Group.CAUSES: _("Por qué espera un documento"),
        Group.FAILURES: _("Conexión y computador"),
        Group.WORDS: _("Palabras"),
    }[group]


def step_topic(step: Step) -> str:
    """Return the id of a step's page."""
    return f"step/{step}"


def cause_topic(cause: Cause) -> str:
    """Return the id of a cause's page."""
    return f"cause/{cause}"


def failure_topic(failure: Failure) -> str:
    """Return the id of a failure's page."""
    return f"failure/{failure}"


def word_topic(word: str) -> str:
    """Return the id of a word of the glossary, or of a state or mode by its value."""
    return f"word/{word}"


def topics() -> tuple[Topic, ...]:
    """Return every page in the language of now, in the order of the contents."""
    return (
        *(_step(step) for step in STEPS),
        _roles(),
        _shared_ledger(),
        *(_cause(cause) for cause in Cause),
        *(_failure(failure) for failure in Failure),
        *_words(),
    )


def find(known: tuple[Topic, ...], text: str) -> tuple[Topic, ...]:
    """Return the pages that have every word of ``text``, those that have them in their title first."""
    words = plain(text).split()
    if not words:
        return known
    scored = [(_score(topic, words), topic) for topic in known]
    found = [(score, topic) for score, topic in scored if score]
    return tuple(topic for _score_, topic in sorted(found, key=lambda pair: -pair[0]))


def plain(text: str) -> str:
    """Return ``text`` as it is compared: without accents and capitals, for people type «resolucion»."""
    return "".join(letter for letter in normalize("NFD", text.casefold()) if not combining(letter))


def _score(topic: Topic, words: list[str]) -> int:
    title, whole = plain(topic.title), plain(topic.whole)
    if not all(word in whole for word in words):
        return 0
    return 1 + sum(2 for word in words if word in title) + sum(1 for word in words if title.startswith(word))


# --- the guide --------------------------------------------------------------------------------------------------------


def _step(step: Step) -> Topic:
    parts = [("", step_purpose(step))]
    match step:
        case Step.CONNECTIONS:
            for connection in Connection:
                parts += _instruction(connection_name(connection), access_instruction(connection))
        case Step.REQUIREMENTS:
            asked = "\n".join(f"• {requirement_title(kind)}" for kind in RequirementKind)
            parts.append((_("Lo que se comprueba"), asked))
        case Step.ACTIVATION:
            parts += _instruction(_("En Loggro Pymes"), parameter_instruction())
        case Step.NUMBERING:
            parts += _instruction(_("En el formulario de la DIAN"), dian_numbering_instruction())
        case Step.VERIFICATION:
            parts += _instruction(_("En Alojamientos"), pms_numbering_instruction())
        case _other:
            pass
    return Topic(step_topic(step), Group.GUIDE, step_name(step), tuple(parts))


def _instruction(title: str, said: Instruction) -> list[tuple[str, str]]:
    steps = "\n".join(f"{number}. {line}" for number, line in enumerate(said.steps, start=1))
    parts = [(title, steps)]
    if said.note:
        parts.append((_("Lo que no es seguro"), said.note))
    return parts


# --- people and computers ---------------------------------------------------------------------------------------------


def _roles() -> Topic:
    reasoned = "\n".join(f"• {act_name(act)}" for act in Act if act in DANGEROUS)
    parts = (
        (
            "",
            _(
                "El papel dice qué se hace desde este computador, en todos sus hoteles. Mientras nadie elija otro, "
                "todos son administradores."
            ),
        ),
        *((role_name(role), role_meaning(role)) for role in Role),
        (
            _("Cómo se cambia"),
            _(
                "En Ajustes, «Quién usa este computador». La primera vez se pone la palabra del administrador: con "
                "ella se vuelve después a un papel que hace más. Se guarda solo su huella, en el llavero."
            ),
        ),
        (
            _("Si se olvida la palabra"),
            _(
                "En ese mismo lugar de Ajustes dice qué entrada se borra del Administrador de credenciales de Windows. "
                "Al abrir Botones otra vez todos son administradores, y queda anotado."
            ),
        ),
        (_("Lo que pide un motivo escrito"), reasoned),
        (
            _("Quién hizo qué"),
            _("Está en Ajustes, «Lo que hicieron las personas», y en la historia de cada documento."),
        ),
        (
            _("Hasta dónde protege"),
            _("De errores y costumbres. De quien entra a esta cuenta de Windows protege la contraseña de Windows."),
        ),
    )
    return Topic("together/roles", Group.TOGETHER, _("Papeles: administrador, recepción y contador"), parts)


def _shared_ledger() -> Topic:
    parts = (
        (
            "",
            _(
                "El libro de documentos puede estar en un PostgreSQL del hotel o de quien le cuida los computadores. "
                "Entonces varios computadores ven lo mismo, y uno solo envía."
            ),
        ),
        (
            _("Cómo se pasa a un servidor"),
            _(
                "1. En Ajustes, «Dónde está el libro», se copia lo que quien cuida el servidor escribe allí una vez.\n"
                "2. En el computador que envía se lleva el libro: se compara que allí quedó igual, y solo entonces se "
                "usa.\n3. En los demás se une cada uno a ese libro. El camino de vuelta está en el mismo lugar."
            ),
        ),
        (
            _("Quién envía"),
            _(
                "El que tiene el turno; los demás quedan de reserva y el panel dice de quién. Si se apaga o se cuelga, "
                "otro sigue en menos de un minuto. «Enviar desde aquí» pide el turno, y pide un motivo. El computador "
                "de un contador nunca lo toma."
            ),
        ),
        (
            _("Si el servidor no contesta"),
            _(
                "Nada se envía: lo que no se puede anotar no sale. Cuando vuelve, se mira en Pymes lo que quedó en "
                "duda y se sigue."
            ),
        ),
        (
            _("Si el libro del servidor se perdió"),
            _(
                "Empieza uno nuevo, y nada se envía hasta mirar entero Alojamientos y Pymes: lo que ya está en Pymes "
                "se adopta, no se repite. Si quien cuida el servidor tiene copia, que la ponga antes."
            ),
        ),
        (
            _("Pausas y copias"),
            _(
                "La pausa vale en el computador donde se puso. Las copias de un libro en un servidor las hace quien "
                "cuida el servidor."
            ),
        ),
    )
    return Topic("together/shared-ledger", Group.TOGETHER, _("Un libro para varios computadores"), parts)


# --- causes and failures ----------------------------------------------------------------------------------------------


def _cause(cause: Cause) -> Topic:
    said = explain(cause)
    parts = (
        (_("Qué es"), said.meaning),
        (_("Quién lo corrige"), mender_name(cause.mender)),
        (_("Dónde y cómo"), said.place),
        (_("Qué hace Botones después"), _afterwards(cause)),
    )
    return Topic(cause_topic(cause), Group.CAUSES, said.title, parts)


def _afterwards(cause: Cause) -> str:
    if cause.is_about_approval:
        return _("No lo envía ni lo busca. Cuando llega aprobado con este número, sigue sin que nadie lo libere.")
    if cause.heals_itself:
        return _(
            "Vuelve a mirar en cada ciclo. Cuando la causa desaparece, el documento sigue sin que nadie lo libere."
        )
    if cause in (Cause.DIFFERS_IN_PYMES, Cause.DOUBLED_IN_PYMES):
        return _("No toca lo que hay en Pymes. Al liberarlo lo lee otra vez, y solo si coincide lo da por comprobado.")
    return _(
        "Espera a que alguien lo libere. Entonces lo busca en Pymes, y lo envía solo si falta y su numeración coincide."
    )


def _failure(failure: Failure) -> Topic:
    said = explain_failure(failure)
    parts = ((_("Qué es"), said.meaning), (_("Qué hacer"), said.place))
    return Topic(failure_topic(failure), Group.FAILURES, said.title, parts)


# --- the glossary -----------------------------------------------------------------------------------------------------


def _words() -> tuple[Topic, ...]:
    """Return the glossary by title; a state, a mode and a route say here what they say on their own screens."""
    said = {
        "documento": (
            _("Documento"),
            _("Lo que se aprueba en Alojamientos: factura electrónica, nota crédito, nota débito o documento soporte."),
        ),
        "consecutivo": (
            _("Consecutivo"),
            _("Una numeración en Pymes. La de Alojamientos aplica a «Facturas cargadas por Venta Externa No POS»."),
        ),
        "resolucion": (
            _("Resolución"),
            _("La autorización de la DIAN para numerar: número, prefijo, desde, hasta y fechas (formulario 1876)."),
        ),
        "vigencia": (_("Vigencia"), _("Las fechas entre las que una resolución permite numerar.")),
        "prueba": (
            _("Prueba"),
            _("Evidencia con fecha de que los sistemas dicen lo mismo. Sin una reciente, nada se muestra en verde."),
        ),
        "guardia": (
            _("Guardia"),
            _("La revisión de la numeración antes de cada tanda. Si algo difiere, ese rango no envía nada."),
        ),
        "libro": (
            _("Libro de documentos"),
            _(
                "Donde Botones anota cada paso antes de darlo: un archivo de este computador, con copias diarias, o "
                "una base de un servidor que varios comparten. Ajustes dice dónde está y lo lleva de un lado al otro."
            ),
        ),
        "reserva": (
            _("Computador de reserva"),
            _(
                "Comparte el libro con el que envía: ve lo mismo y no envía, para que nada salga dos veces. Sigue solo "
                "si el otro se apaga, o toma el turno cuando alguien lo pide."
            ),
        ),
        "relevo": (
            _("Relevo"),
            _("El paso de una resolución a la siguiente, sin que un número quede fuera de las dos."),
        ),
        "perfil": (
            _("Perfil"),
            _("Los sistemas con los que se trabaja y la vía de cada operación: el hotel de práctica, o Loggro."),
        ),
        "practica": (
            _("Hotel de práctica"),
            practice_meaning(),
        ),
        "simulacro": (
            _("Simulacro"),
            _("Algo que sale mal a propósito en el hotel de práctica, para ver que nada se pierde."),
        ),
        "cufe": (
            _("CUFE y CUDE"),
            _("La huella con la que la DIAN identifica un documento. Igual en los dos lados, es el mismo documento."),
        ),
    }
    entries = [(word, title, text) for word, (title, text) in said.items()]
    entries += [(state.value, state_name(state), state_meaning(state)) for state in State]
    entries += [("adoptado", state_name(State.PROVEN, True), state_meaning(State.PROVEN, True))]
    entries += [(mode.value, mode_name(mode), mode_meaning(mode)) for mode in Mode]
    entries += [
        (route.value, _("Vía {route}").format(route=route_name(route)), route_meaning(route)) for route in Route
    ]
    ordered = sorted(entries, key=lambda entry: plain(entry[1]))
    return tuple(Topic(word_topic(word), Group.WORDS, title, (("", text),)) for word, title, text in ordered)
