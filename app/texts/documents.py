"""The words of documents: families, states, and the events of a timeline."""

from app.model.documents import Family
from app.model.journey import EventKind, State
from app.model.mode import Mode
from app.texts import _, plural, whole


def family_name(family: Family) -> str:
    """Name one document of the family."""
    return {
        Family.FACTURA: _("Factura electrónica"),
        Family.NOTA_CREDITO: _("Nota crédito"),
        Family.NOTA_DEBITO: _("Nota débito"),
        Family.DOCUMENTO_SOPORTE: _("Documento soporte"),
        Family.NOTA_AJUSTE: _("Nota de ajuste"),
        Family.POS: _("Documento POS"),
    }[family]


def families_name(family: Family) -> str:
    """Name all documents of the family."""
    return {
        Family.FACTURA: _("Facturas electrónicas"),
        Family.NOTA_CREDITO: _("Notas crédito"),
        Family.NOTA_DEBITO: _("Notas débito"),
        Family.DOCUMENTO_SOPORTE: _("Documentos soporte"),
        Family.NOTA_AJUSTE: _("Notas de ajuste"),
        Family.POS: _("Documentos POS"),
    }[family]


def state_name(state: State, adopted: bool = False) -> str:
    """Name where a document stands, short enough for a pill."""
    if state is State.PROVEN and adopted:
        return _("Adoptado")
    return {
        State.SEEN: _("En espera"),
        State.SENDING: _("Enviando"),
        State.SENT: _("Por confirmar"),
        State.IN_DOUBT: _("En duda"),
        State.HELD: _("Retenido"),
        State.CONFLICT: _("En conflicto"),
        State.MISSING: _("Falta en Pymes"),
        State.PROVEN: _("En Pymes"),
        State.SETTLED: _("Resuelto por fuera"),
        State.WITHDRAWN: _("Retirado"),
    }[state]


def state_meaning(state: State, adopted: bool = False) -> str:
    """Say in one sentence what the state means for the books."""
    if state is State.PROVEN and adopted:
        return _("Ya estaba en Pymes y coincide: Botones lo comprobó y no lo envió otra vez.")
    return {
        State.SEEN: _("Aprobado; espera su turno para ir a Pymes."),
        State.SENDING: _("Va en camino a Pymes."),
        State.SENT: _("Pymes respondió que sí; falta leerlo de vuelta para darlo por seguro."),
        State.IN_DOUBT: _("La respuesta se perdió. Botones lo busca en Pymes; no lo envía otra vez a ciegas."),
        State.HELD: _("No se envía mientras dure la causa. Nada se pierde."),
        State.CONFLICT: _("Pymes tiene este número con otro contenido: decide una persona."),
        State.MISSING: _("No está en Pymes, y en el modo actual Botones no lo envía."),
        State.PROVEN: _("Leído de vuelta en Pymes: número, fecha, tercero, total y CUFE coinciden."),
        State.SETTLED: _("Una persona dijo qué registro de Pymes lo reemplaza, y por qué. Botones no lo envía."),
        State.WITHDRAWN: _("Nunca estuvo aprobado, y el archivo ya no está o se pudo leer después. Ya no cuenta."),
    }[state]


def event_name(kind: EventKind) -> str:
    """Name a line of the timeline."""
    return {
        EventKind.SEEN: _("Visto por primera vez"),
        EventKind.CHECKED: _("Revisado antes de enviar"),
        EventKind.INTENT: _("Intención de envío anotada"),
        EventKind.NEVER_LEFT: _("No alcanzó a salir; se intentará otra vez"),
        EventKind.ANSWERED: _("Pymes respondió que sí"),
        EventKind.NO_CLEAR_ANSWER: _("Sin respuesta clara"),
        EventKind.REFUSED: _("Pymes lo rechazó"),
        EventKind.LOOKED: _("Buscado en Pymes; aún no aparece"),
        EventKind.ABSENT: _("Comprobado que no llegó"),
        EventKind.MISSING: _("Falta en Pymes"),
        EventKind.HELD: _("Retenido"),
        EventKind.RELEASED: _("Liberado"),
        EventKind.CONFLICT: _("Conflicto con lo que tiene Pymes"),
        EventKind.ADOPTED: _("Encontrado en Pymes e igual: adoptado"),
        EventKind.PROVEN: _("Leído de vuelta en Pymes e igual"),
        EventKind.SETTLED_OUTSIDE: _("Resuelto por fuera"),
        EventKind.UNSETTLED: _("Ya no cuenta como resuelto por fuera"),
        EventKind.WITHDRAWN: _("Retirado: el archivo ya no está, o se pudo leer después"),
    }[kind]


def mode_name(mode: Mode) -> str:
    """Name how much Botones may do."""
    return {
        Mode.WATCH: _("Solo vigilar"),
        Mode.COMPLETE: _("Vigilar y completar"),
        Mode.SEND_ALL: _("Enviar todo"),
    }[mode]


def how_many(n: int) -> str:
    """Count documents."""
    return plural("{n} documento", "{n} documentos", n).format(n=whole(n))
