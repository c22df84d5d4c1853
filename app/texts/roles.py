"""Words for roles: what each does, why one does not do something, and who it was."""

from app.model.role import Act, NotAllowed, Role
from app.texts import _


def role_name(role: Role) -> str:
    """Name a role."""
    return {
        Role.ADMINISTRATOR: _("Administrador"),
        Role.RECEPTION: _("Recepción"),
        Role.ACCOUNTANT: _("Contador"),
    }[role]


def role_meaning(role: Role) -> str:
    """Say what somebody of this role does."""
    return {
        Role.ADMINISTRATOR: _("Hace todo: decide sobre documentos, cambia los ajustes, conecta y desconecta."),
        Role.RECEPTION: _("Ve todo, sincroniza, pausa y reanuda. No decide sobre documentos ni cambia el programa."),
        Role.ACCOUNTANT: _("Lee, concilia y exporta; no pausa ni cambia nada. Este computador solo mira: nunca envía."),
    }[role]


def role_line(role: Role) -> str:
    """Say on every page as what somebody works here, where that is not everything."""
    return _("Usted trabaja como {role}. {meaning}").format(role=role_name(role).lower(), meaning=role_meaning(role))


def act_name(act: Act) -> str:
    """Name an act as a person would."""
    return {
        Act.SEE: _("Ver"),
        Act.COMFORT: _("Idioma y avisos"),
        Act.SUPPORT: _("Informe de soporte"),
        Act.SYNC: _("Sincronizar"),
        Act.PAUSE: _("Pausar y reanudar"),
        Act.SEND: _("Ser el computador que envía"),
        Act.DRILL: _("Practicar"),
        Act.RELEASE: _("Soltar documentos"),
        Act.SETTLE: _("Resolver por fuera"),
        Act.UNSETTLE: _("Deshacer un «resuelto por fuera»"),
        Act.BACKFILL: _("Traer documentos anteriores"),
        Act.SET_UP: _("Asistente"),
        Act.SETTINGS: _("Cambiar los ajustes"),
        Act.START_SENDING: _("Pasar de vigilar a enviar"),
        Act.TAKE_OVER: _("Tomar el turno de enviar"),
        Act.MOVE_LEDGER: _("Mover el libro"),
        Act.COPY: _("Copiar el libro"),
        Act.RESTORE: _("Restaurar una copia"),
        Act.DISCONNECT: _("Desconectar"),
        Act.RECONCILE: _("Conciliar"),
        Act.EXPORT: _("Exportar"),
        Act.BECOME: _("Cambiar de papel"),
    }[act]


def not_for(role: Role) -> str:
    """Say briefly that this role does not do something."""
    return _("no lo hace {role}").format(role=role_name(role).lower())


def refusal(role: Role, act: Act) -> str:
    """Say why this role does not do that, and who does."""
    return _("{act}: no lo hace {role}. Lo hace el administrador; en Ajustes se cambia de papel.").format(
        act=act_name(act), role=role_name(role).lower()
    )


def refused(error: NotAllowed) -> str:
    """Say the same of an error."""
    return refusal(error.role, error.act)


def reason_wanted(act: Act) -> str:
    """Say that an act needs a reason."""
    return _("{act} pide un motivo escrito: queda guardado con su nombre.").format(act=act_name(act))


def who_did(who: str, role: Role | str | None) -> str:
    """Name the person and the role; what the system does not say is said to be unknown."""
    name = who or _("alguien que el sistema no nombra")
    try:
        return name if not role else _("{who} ({role})").format(who=name, role=role_name(Role(role)).lower())
    except ValueError:  # of a newer version
        return name
