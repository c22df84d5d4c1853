"""Words for what is known of a range beside its proof, short enough for a table of facts."""

from app.model.forecast import Forecast, Watch
from app.texts import _, day, plural, whole
from app.texts.forecast import watch_line


def range_line(forecast: Forecast, left: int | None) -> str:
    """Say in one sentence what a person has to know of a range; ``left`` is ``None`` where nobody knows it."""
    if left is not None or forecast.watch is Watch.OVER or forecast.ends_on is None:
        return watch_line(forecast)
    said = _("Aún no se sabe por cuál número va. La vigencia termina el {end}.").format(end=day(forecast.ends_on))
    return said if forecast.watch is not Watch.ASK else said + " " + _("Pida ya la nueva autorización a la DIAN.")


def heir_line(name: str, left: int | None) -> str:
    """Say that another range takes over, so that nothing has to be asked for."""
    if not left:
        return _("Lo releva {range}: por este rango no hay que pedir nada.").format(range=name)
    said = plural("Queda {n} número", "Quedan {n} números", left).format(n=whole(left))
    return _("{left}; lo releva {range} y no hay que pedir nada.").format(left=said, range=name)


def numbers_left(left: int | None) -> str:
    """Say how many numbers a range still has."""
    return _("No se sabe todavía") if left is None else whole(left)


def likely_end(forecast: Forecast) -> tuple[str, str]:
    """Say when the numbers end, and how sure that is."""
    if forecast.per_day is None:
        return _("Sin pronóstico"), _("Falta historia del hotel.")
    if forecast.runs_out is None or forecast.earliest is None:
        return _("En años"), _("Al ritmo actual sobran.")
    if forecast.latest is None:
        return day(forecast.runs_out), _("No antes del {earliest}.").format(earliest=day(forecast.earliest))
    interval = _("Entre el {earliest} y el {latest}.")
    return day(forecast.runs_out), interval.format(earliest=day(forecast.earliest), latest=day(forecast.latest))


def ask_before(forecast: Forecast) -> tuple[str, str]:
    """Say until when a new authorisation has to be there, and from when it can be asked for."""
    if forecast.ends_on is None:
        return _("Sin fecha"), ""
    since = _("Se puede pedir desde el {day}.").format(day=day(forecast.ask_from)) if forecast.ask_from else ""
    return _("Antes del {day}").format(day=day(forecast.ends_on)), since


def per_day_line(forecast: Forecast) -> str:
    """Say the hotel's present rhythm, empty where it is not known."""
    if forecast.per_day is None:
        return ""
    return _("Cerca de {n} al día.").format(n=whole(max(1, round(forecast.per_day))))


def more_gaps(n: int) -> str:
    """Say that a list goes on."""
    return plural("y {n} hueco más", "y {n} huecos más", n).format(n=whole(n))
