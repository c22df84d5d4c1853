"""The words of what happened in a stretch of time: the daily summary and the report after an absence."""

from app.model.happened import Happened
from app.texts import _, plural, whole
from app.texts.documents import how_many


def daily_line(happened: Happened) -> str:
    """Say what became of yesterday's documents."""
    return _("Ayer: {what}").format(what=_counted(happened))


def absence_line(happened: Happened) -> str:
    """Say how long the computer was off, and what became of the documents that were found afterwards."""
    return _("Apagado {long}: {what}").format(long=_length(happened), what=_counted(happened))


def _counted(happened: Happened) -> str:
    parts = [
        how_many(happened.seen),
        plural("{n} confirmado", "{n} confirmados", happened.proven).format(n=whole(happened.proven)),
    ]
    if happened.under_way:
        parts.append(_("{n} en camino").format(n=whole(happened.under_way)))
    if happened.held:
        parts.append(
            plural("{n} necesita de usted", "{n} necesitan de usted", happened.held).format(n=whole(happened.held))
        )
    return ", ".join(parts)


def _length(happened: Happened) -> str:
    minutes = round(happened.length.total_seconds() / 60)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours = round(minutes / 60)
    if hours < 48:
        return _("{n} h").format(n=hours)
    return plural("{n} día", "{n} días", round(hours / 24)).format(n=round(hours / 24))
