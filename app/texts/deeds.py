"""Words for what persons did: a line for each act, as it is written down and shown."""

from datetime import date, datetime

from app.model.causes import Cause
from app.model.role import Deed, Role
from app.model.status import Sender
from app.texts import _, day, hour, plural, whole
from app.texts.causes import explain
from app.texts.roles import act_name, role_name, who_did


def deed_line(deed: Deed) -> str:
    """Say in one line when and by whom something was done."""
    return _("{day} a las {hour} · {who}").format(
        day=day(deed.at), hour=hour(deed.at), who=who_did(deed.who, deed.role)
    )


def deed_story(deed: Deed) -> str:
    """Say what was done, and why where it was said."""
    told = deed.told or act_name(deed.act)
    return told if not deed.reason else _("{told} Motivo: «{reason}»").format(told=told, reason=deed.reason)


def released(n: int, cause: Cause | None = None) -> str:
    """Say that documents were released."""
    told = plural("Soltó {n} documento.", "Soltó {n} documentos.", n).format(n=whole(n))
    return told if cause is None else f"{told} {explain(cause).title}."


def settled(number: str, sale: str) -> str:
    """Say that a document was settled outside."""
    return _("Marcó {number} como resuelto por fuera, con el registro {sale} de Pymes.").format(
        number=number, sale=sale
    )


def unsettled(number: str) -> str:
    """Say that this was taken back."""
    return _("Deshizo el «resuelto por fuera» de {number}.").format(number=number)


def restored_from(copy: str) -> str:
    """Say that a copy was put in the ledger's place."""
    return _("Puso la copia {name} en lugar del libro.").format(name=copy)


def ledger_moved(server: str) -> str:
    """Say where the ledger stands from now on; an empty name is this computer."""
    return (
        _("El libro está en el servidor: {server}").format(server=server)
        if server
        else _("El libro está en este computador.")
    )


def accesses_gone() -> str:
    """Say that every access was taken away."""
    return _("Quitó los accesos de este computador.")


def brought(start: date) -> str:
    """Say that older documents are carried too."""
    return _("Trajo los documentos desde el {day}.").format(day=day(start))


def paused(until: datetime | None) -> str:
    """Say that sending was paused."""
    if until is None:
        return _("Pausó los envíos hasta que se reanuden.")
    return _("Pausó los envíos hasta el {day} a las {hour}.").format(day=day(until), hour=hour(until))


def resumed() -> str:
    """Say that it goes on."""
    return _("Reanudó los envíos.")


def took_over(sender: Sender | None) -> str:
    """Say that this computer was to send instead of another."""
    if sender is None:
        return _("Pidió el turno de enviar para este computador.")
    return _("Pidió el turno de enviar, que tenía {computer}.").format(computer=sender.computer)


def became(role: Role) -> str:
    """Say that the role was changed."""
    return _("Cambió el papel de este computador a: {role}.").format(role=role_name(role))


def word_chosen() -> str:
    """Say that there is a word from now on, or another one."""
    return _("Puso la palabra del administrador.")


def word_gone() -> str:
    """Say that there is none any more."""
    return _("Ya no hay palabra del administrador: cualquiera es administrador.")


def set_up_opened() -> str:
    """Say that the wizard was opened."""
    return _("Abrió el asistente.")


def hotel_gone(name: str) -> str:
    """Say that a hotel was taken out of this computer."""
    return _("Quitó {hotel} de este computador.").format(hotel=name)


def chosen_in_wizard(mode: str) -> str:
    """Say that a mode which sends was chosen where only watching was."""
    return _("Eligió en el asistente: {mode}. Antes solo se vigilaba.").format(mode=mode)
