"""Words for a hand-over: which range numbers which documents, and what is still to be drained."""

from app.model.relevo import Relevo, Stage
from app.texts import _, plural, whole
from app.texts.documents import families_name


def relevo_title(relevo: Relevo) -> str:
    """Name a hand-over and how far it is."""
    said = {
        Stage.PREPARING: _("Relevo en preparación"),
        Stage.READY: _("Relevo listo"),
        Stage.DRAINING: _("Relevo en marcha"),
        Stage.DONE: _("Relevo terminado"),
    }[relevo.stage]
    return f"{families_name(relevo.old.family)}: {said}"


def relevo_line(relevo: Relevo) -> str:
    """Say which range numbers which documents, and what to do."""
    left = relevo.open_documents
    still = {
        Stage.PREPARING: _(
            "{old} numera todo. {new} no está probado todavía y nada sale por él: corrija abajo lo marcado."
        ),
        Stage.READY: _(
            "{old} numera hasta que Alojamientos use el primer número de {new}. Los dos están probados: "
            "el cambio no exige nada."
        ),
        Stage.DRAINING: plural(
            "{new} numera los documentos nuevos. De {old} falta que llegue {n} documento a Pymes; sale por el suyo.",
            "{new} numera los documentos nuevos. De {old} faltan {n} documentos por llegar a Pymes; salen por el suyo.",
            left,
        ),
        Stage.DONE: _("{new} numera todo. De {old} no queda nada por llegar: puede inactivarlo en Pymes."),
    }[relevo.stage]
    return still.format(old=relevo.old.range_name, new=relevo.new.range_name, n=whole(left))
