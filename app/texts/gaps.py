"""Words for the gap radar: which numbers are missing, why, and what to do."""

from app.model.gaps import Gap, GapKind
from app.texts import _, plural, whole


def gap_kind_name(kind: GapKind) -> str:
    """Name a reason."""
    return {
        GapKind.NOT_IN_PMS: _("No está en Alojamientos"),
        GapKind.NOT_IN_PYMES: _("No está en Pymes"),
        GapKind.REJECTED: _("Rechazado por la DIAN"),
        GapKind.OTHER_CHANNEL: _("Emitido por otro canal"),
        GapKind.ANNULLED: _("Anulado"),
        GapKind.IN_FLIGHT: _("En camino"),
    }[kind]


def gap_line(gap: Gap) -> str:
    """Name the missing numbers and say what to do about them."""
    numbers = f"{gap.prefix}{gap.first}"
    if gap.count > 1:
        numbers = _("{first} a {last} ({n})").format(
            first=numbers,
            last=f"{gap.prefix}{gap.last}",
            n=plural("{n} número", "{n} números", gap.count).format(n=whole(gap.count)),
        )
    advice = {
        GapKind.NOT_IN_PMS: _("sin rastro; busque en Alojamientos si se emitió o quedó a medias."),
        GapKind.NOT_IN_PYMES: _("aprobado en Alojamientos; falta en Pymes."),
        GapKind.REJECTED: _("rechazado por la DIAN; corrija el documento y envíelo de nuevo con el mismo número."),
        GapKind.OTHER_CHANNEL: _("emitido fuera de Alojamientos."),
        GapKind.ANNULLED: _("anulado; ya no se emite."),
        GapKind.IN_FLIGHT: _("en camino; no hay que hacer nada."),
    }[gap.kind]
    if gap.kind is GapKind.NOT_IN_PMS and gap.in_pymes:
        advice = _("en Pymes y no en Alojamientos; averigüe quién hizo el registro.")
    return f"{numbers}: {advice}"
