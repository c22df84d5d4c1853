"""The words of the page Resumen: what to do about how things stand, the days of its chart, the gauges of its ranges."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from app.model.causes import Cause
from app.model.daily import DayCount
from app.model.forecast import Forecast
from app.model.status import Mood, Sender, Status
from app.texts import _, day, plural, when, whole
from app.texts.backfill import totals_line
from app.texts.causes import explain
from app.texts.documents import how_many
from app.texts.forecast import run_out_line


def what_to_do(status: Status, now: datetime) -> str:
    """Say what a person has to do about how things stand; mostly it is nothing."""
    return {
        Mood.SPARE: _("No tiene que hacer nada: si ese computador falta, este toma el turno."),
        Mood.IN_ORDER: _("No tiene que hacer nada."),
        Mood.SYNCING: _("No tiene que hacer nada."),
        Mood.ATTENTION: _("Abajo está lo que necesita de usted, con un botón para cada cosa."),
        Mood.PAUSED: _("Cuando quiera seguir, pulse «Reanudar»."),
        Mood.OFFLINE: _("No tiene que hacer nada: Botones lo intenta de nuevo, y nada se pierde."),
        Mood.NOT_SET_UP: _("Abra el asistente; lo que ya hizo quedó guardado."),
        Mood.UNKNOWN: _("Botones comprueba apenas pueda. Si esto sigue así, pulse «Sincronizar ahora»."),
    }[status.mood(now)]


def spare_title(sender: Sender, now: datetime) -> str:
    """Say which computer sends in the place of this one."""
    return _("Envía otro computador ({name}) desde {when}; este está de reserva").format(
        name=sender.computer, when=when(sender.since, now)
    )


def cause_line(cause: Cause, n: int) -> str:
    """Say how many documents are held for a cause."""
    return f"{how_many(n)}: {explain(cause).title}"


def older_title(start: date) -> str:
    """Say from which day documents are carried."""
    return _("Botones lleva los documentos desde el {day}").format(day=day(start))


def day_line(one: DayCount) -> str:
    """Say what was carried on a day, and what was invoiced with it."""
    said = f"{day(one.day)}: {how_many(one.n)}"
    return f"{said} · {totals_line(one.totals)}" if one.totals else said


def days_line(days: Sequence[DayCount]) -> str:
    """Say what was carried on all of these days."""
    totals: dict[str, Decimal] = {}
    for one in days:
        for currency, value in one.totals.items():
            totals[currency] = totals.get(currency, Decimal(0)) + value
    said = _("{n} días: {what}").format(n=len(days), what=how_many(sum(one.n for one in days)))
    return f"{said} · {totals_line(totals)}" if totals else said


def short_day(value: date) -> str:
    """Write a day as it stands under a chart, ``23/11``."""
    return value.strftime("%d/%m")


def used_line(used: int | None, total: int) -> str:
    """Say how many numbers of a range are used, and how many are left."""
    if used is None:
        return _("{total} números; aún no se sabe por cuál va").format(total=whole(total))
    left = plural("queda {n}", "quedan {n}", total - used).format(n=whole(total - used))
    return _("{used} de {total} usados, {left}").format(used=whole(used), total=whole(total), left=left)


def end_line(forecast: Forecast) -> str:
    """Say when the numbers end, and when the vigencia does."""
    said = run_out_line(forecast)
    if forecast.valid_to is None:
        return said
    return f"{said} {_('Vigencia hasta el {day}.').format(day=day(forecast.valid_to))}"
