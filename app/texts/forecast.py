"""Words for the watch of the ranges: how long they last, and what to do about it."""

from app.model.forecast import End, Forecast, Watch
from app.texts import _, day, plural, whole
from app.texts.documents import families_name


def watch_line(forecast: Forecast) -> str:
    """Say in one sentence what a person has to know of a range today."""
    values = {
        "left": plural("Queda {n} número", "Quedan {n} números", forecast.left).format(n=whole(forecast.left)),
        "end": day(forecast.ends_on) if forecast.ends_on else "?",
        "ask": day(forecast.ask_from) if forecast.ask_from else "?",
    }
    if forecast.watch is Watch.OVER:
        return _("Este rango ya no puede numerar. Pida una nueva autorización a la DIAN.")
    if forecast.watch is Watch.ASK:
        return _("{left}, y pueden terminar el {end}. Pida ya la nueva autorización a la DIAN.").format(**values)
    if forecast.watch is Watch.SOON and forecast.ask_from is not None:
        return _("{left}. Desde el {ask} puede pedir la nueva autorización a la DIAN.").format(**values)
    if forecast.watch is Watch.SOON:
        return _("{left}. Pida pronto la nueva autorización a la DIAN.").format(**values)
    if forecast.watch is Watch.UNKNOWN:
        return _("{left}. Aún no hay historia suficiente para decir hasta cuándo alcanzan.").format(**values)
    if forecast.ends is End.NUMBERS:
        return _("{left}: alcanzan al menos hasta el {end}.").format(**values)
    return _("{left}. La vigencia termina el {end}.").format(**values)


def ending_title(forecast: Forecast) -> str:
    """Name a range that comes to its end, and what that asks of a person."""
    said = {
        Watch.SOON: _("el rango {range} se acaba pronto"),
        Watch.ASK: _("pida ya la nueva autorización, el rango {range} se acaba"),
    }.get(forecast.watch, _("el rango {range} se acabó"))
    name = f"{forecast.prefix} {forecast.first}-{forecast.last}".strip()
    return f"{families_name(forecast.family)}: {said.format(range=name)}"


def run_out_line(forecast: Forecast) -> str:
    """Say when the numbers end, with the interval."""
    if forecast.per_day is None:
        return _("Sin pronóstico: falta historia del hotel.")
    if forecast.runs_out is None or forecast.earliest is None:
        return _("Al ritmo actual los números alcanzan para años.")
    if forecast.latest is None:
        return _("Los números terminarían hacia el {likely}; no antes del {earliest}.").format(
            likely=day(forecast.runs_out), earliest=day(forecast.earliest)
        )
    return _("Los números terminarían hacia el {likely} (entre el {earliest} y el {latest}).").format(
        likely=day(forecast.runs_out), earliest=day(forecast.earliest), latest=day(forecast.latest)
    )


def calendar_title(forecast: Forecast) -> str:
    """Name the entry in a person's calendar."""
    return _("Pedir a la DIAN la nueva autorización de {families} {prefix}").format(
        families=families_name(forecast.family).lower(), prefix=forecast.prefix or _("(sin prefijo)")
    )


def calendar_note(forecast: Forecast) -> str:
    """Explain the entry in a person's calendar."""
    end = day(forecast.ends_on) if forecast.ends_on else "?"
    if forecast.ends is End.NUMBERS:
        why = _("Al ritmo del hotel los números pueden terminar el {end}.").format(end=end)
    else:
        why = _("La vigencia de la resolución termina el {end}.").format(end=end)
    return why + " " + _("La solicitud se puede hacer desde 15 días hábiles antes.")
