"""The words of a Status: one sentence for screen, tooltip, menu and notices alike."""

from datetime import datetime

from app.model.status import Counts, Mood, Rebuild, Status, Trouble
from app.texts import _, plural, when, whole
from app.texts.causes import explain_failure
from app.texts.documents import family_name


def mood_name(mood: Mood) -> str:
    """Name a mood in one or two words."""
    return {
        Mood.IN_ORDER: _("En orden"),
        Mood.SYNCING: _("Sincronizando"),
        Mood.ATTENTION: _("Necesita atención"),
        Mood.PAUSED: _("En pausa"),
        Mood.OFFLINE: _("Sin conexión"),
        Mood.NOT_SET_UP: _("Sin configurar"),
        Mood.UNKNOWN: _("Aún sin comprobar"),
        Mood.SPARE: _("De reserva"),
    }[mood]


def sentence(status: Status, now: datetime) -> str:
    """Say how things stand, in one sentence."""
    counts = status.counts
    match status.mood(now):
        case Mood.NOT_SET_UP:
            return _("Falta configurar la conexión. El asistente muestra cómo, paso a paso.")
        case Mood.PAUSED:
            if status.paused_until is None:
                return _("En pausa hasta que usted diga. Nada se envía.")
            return _("En pausa hasta {when}. Nada se envía.").format(when=when(status.paused_until, now))
        case Mood.OFFLINE | Mood.ATTENTION if status.trouble is not None:
            return trouble_line(status.trouble)
        case Mood.ATTENTION if status.rebuild is not None:
            return f"{rebuild_title()}. {rebuild_rule()}"
        case Mood.ATTENTION:
            return attention_line(status)
        case Mood.SYNCING if status.progress is not None:
            done, total = status.progress
            return _("Llevando documentos a Pymes: {done} de {total}.").format(done=whole(done), total=whole(total))
        case Mood.SYNCING:
            return _("Comprobando Alojamientos y Pymes…")
        case Mood.SPARE:
            return spare_line(status)
        case Mood.UNKNOWN if status.proven_at is None:
            return _("Todavía no hay una comprobación completa.")
        case Mood.UNKNOWN:
            return _("La última comprobación ya no es reciente; no se sabe cómo está todo ahora.")
        case _rest if counts.pending:
            return plural(
                "Todo en orden; {n} documento espera su turno.",
                "Todo en orden; {n} documentos esperan su turno.",
                counts.pending,
            ).format(n=whole(counts.pending))
        case _rest:
            return _("Todo lo aprobado está en Pymes.")


def spare_line(status: Status) -> str:
    """Say whose spare this computer is, empty where it is none; it is the reason why nothing can be changed here."""
    if status.spare_of is None:
        return ""
    return _("Reserva de {computer}: ese computador envía, este solo mira.").format(computer=status.spare_of.computer)


def trouble_line(trouble: Trouble) -> str:
    """Say what keeps the engine from working."""
    title = explain_failure(trouble.failure).title
    system = trouble_system(trouble)
    return f"{system}: {title}." if system else f"{title}."


def trouble_system(trouble: Trouble) -> str:
    """Name the system a trouble is about, empty where it is about none."""
    return {
        "pms": _("Loggro Alojamientos"),
        "pymes": _("Loggro Pymes"),
        "fe": _("Loggro FE"),
        "dian": _("DIAN"),
        "carpeta": _("Carpeta de documentos"),
        "ledger": _("Libro de documentos"),
    }.get(trouble.system.lower(), trouble.system)


def rebuild_title() -> str:
    """Name the state of a ledger that was lost or put back from a copy."""
    return _("El libro de documentos se está rehaciendo")


def rebuild_rule() -> str:
    """Say what holds until it is whole again."""
    return _("Nada se envía hasta mirar entero Alojamientos y Pymes; lo que ya está en Pymes se adopta, no se repite.")


def rebuild_story(rebuild: Rebuild, now: datetime) -> str:
    """Say what happened to the ledger, and where the old file is."""
    lines = [rebuild_rule()]
    if rebuild.on_server:
        lines.append(
            _(
                "En el servidor no había libro de este hotel y empezó uno nuevo {when}. Si antes lo había, lo "
                "borraron: pida a quien cuida el servidor que ponga su copia de seguridad."
            ).format(when=when(rebuild.since, now))
        )
        return "\n".join(lines)
    if rebuild.backup_at is None:
        lines.append(_("No había copia: el libro empezó de nuevo {when}.").format(when=when(rebuild.since, now)))
        lines.append(
            _(
                "Con él se perdió lo escrito a mano de las resoluciones. Si en «Numeración» falta la DIAN, escríbalo "
                "otra vez en el asistente; mientras tanto ese rango no sale."
            )
        )
    else:
        lines.append(
            _("Se puso la copia de {backup}, {when}.").format(
                backup=when(rebuild.backup_at, now), when=when(rebuild.since, now)
            )
        )
    if rebuild.aside is None:
        lines.append(_("El archivo anterior ya no estaba en la carpeta de datos."))
    else:
        lines.append(_("El archivo anterior sigue aquí; no lo borre: {path}").format(path=rebuild.aside))
    return "\n".join(lines)


def attention_line(status: Status) -> str:
    """Say what needs a person, the gravest first."""
    broken = status.broken_proofs
    if broken:
        return plural(
            "La numeración {range} no coincide: nada de ese rango se envía.",
            "{n} numeraciones no coinciden: nada de esos rangos se envía.",
            len(broken),
        ).format(n=len(broken), range=broken[0].range_name or family_name(broken[0].family))
    lines = needs(status.counts)
    return lines[0] if lines else _("Algo necesita de usted.")


def needs(counts: Counts) -> tuple[str, ...]:
    """Return a line for each kind of document that needs a person."""
    lines = []
    if counts.conflict:
        lines.append(
            plural(
                "{n} documento en conflicto con Pymes.", "{n} documentos en conflicto con Pymes.", counts.conflict
            ).format(n=whole(counts.conflict))
        )
    if counts.held:
        lines.append(
            plural(
                "{n} documento retenido con su causa.", "{n} documentos retenidos con su causa.", counts.held
            ).format(n=whole(counts.held))
        )
    if counts.missing:
        lines.append(
            plural("Falta {n} documento en Pymes.", "Faltan {n} documentos en Pymes.", counts.missing).format(
                n=whole(counts.missing)
            )
        )
    return tuple(lines)


def proof_line(status: Status, now: datetime) -> str:
    """Say when the last complete proof was."""
    if status.spare_of is not None:
        since = when(status.spare_of.since, now)
        return _("Envía {computer} desde {when}").format(computer=status.spare_of.computer, when=since)
    if status.proven_at is None:
        return _("Sin comprobación todavía")
    return _("Comprobado: {when}").format(when=when(status.proven_at, now))


def pending_line(counts: Counts) -> str:
    """Say how many documents are on their way."""
    if not counts.pending:
        return _("Nada pendiente")
    return plural("{n} documento pendiente", "{n} documentos pendientes", counts.pending).format(
        n=whole(counts.pending)
    )


def tooltip(status: Status, now: datetime) -> str:
    """Return the tray's tooltip: short, for Windows cuts it at 127 characters."""
    head = _("Botones (práctica): {mood}") if status.practice else _("Botones: {mood}")
    lines = (head.format(mood=mood_name(status.mood(now))), pending_line(status.counts), proof_line(status, now))
    return "\n".join(lines)[:127]


def practice_line() -> str:
    """Say on every screen of the sandbox that it is one."""
    return _("Hotel de práctica · nada llega a Loggro")
