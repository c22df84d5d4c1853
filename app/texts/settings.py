"""The words of Ajustes: what each choice means, and what happens by it."""

from datetime import datetime

from app.model.mode import Mode
from app.model.notices import NoticeKind
from app.texts import N_, _, day, hour, plural, whole

_PROFILES = {"sandbox": N_("Hotel de práctica")}


def profile_title(name: str, title: str) -> str:
    """Return a profile's title; that of the practice hotel in the language of now, a hotel's own as it was written."""
    return _(_PROFILES[name]) if name in _PROFILES else title


def practice_meaning() -> str:
    """Say what the practice hotel is."""
    return _("Un hotel inventado dentro de este computador. Todo se puede probar: nada llega a Loggro.")


def mode_meaning(mode: Mode) -> str:
    """Say in a sentence what a mode does."""
    return {
        Mode.COMPLETE: _("Recomendado. Mira primero: adopta lo que Loggro ya llevó, y envía solo lo que falta."),
        Mode.WATCH: _("No escribe nada en Pymes: avisa de lo que falta y de lo que no coincide."),
        Mode.SEND_ALL: _("No espera a Loggro: envía enseguida lo que no esté en Pymes. También mira antes."),
    }[mode]


def mode_happens(mode: Mode, waiting: int) -> tuple[str, ...]:
    """Name what happens by choosing a mode; ``waiting`` documents are not in Pymes yet."""
    what = plural("Hay {n} documento que no está en Pymes.", "Hay {n} documentos que no están en Pymes.", waiting)
    now = (what.format(n=whole(waiting)),) if waiting else ()
    return {
        Mode.WATCH: (
            _("Desde ahora Botones no escribe nada en Pymes. Lo que esté saliendo en este momento se termina."),
            _("Lo que falte se muestra como «Falta en Pymes», y usted decide."),
        ),
        Mode.COMPLETE: (
            *now,
            _("Botones los busca en Pymes, deja a Loggro el tiempo de traerlos, y envía los que sigan faltando."),
            _("Nada sale si su numeración no coincide en ese momento. Lo enviado no se puede recoger."),
        ),
        Mode.SEND_ALL: (
            *now,
            _("Botones los busca en Pymes y envía enseguida los que no estén, sin esperar a Loggro."),
            _("Nada sale si su numeración no coincide en ese momento. Lo enviado no se puede recoger."),
        ),
    }[mode]


def cadence_name(seconds: float) -> str:
    """Say how often."""
    if seconds < 60:
        return plural("Cada segundo", "Cada {n} segundos", round(seconds)).format(n=round(seconds))
    minutes = round(seconds / 60)
    return plural("Cada minuto", "Cada {n} minutos", minutes).format(n=minutes)


def notice_name(kind: NoticeKind) -> str:
    """Name a kind of notices."""
    return {
        NoticeKind.HELD: _("Documentos que esperan por usted"),
        NoticeKind.NUMBERING: _("Numeración que no coincide"),
        NoticeKind.CONNECTION: _("Accesos y este computador"),
        NoticeKind.RUN_OUT: _("Rangos por terminar"),
        NoticeKind.SUMMARY: _("Resumen del día"),
    }[kind]


def notice_meaning(kind: NoticeKind) -> str:
    """Say when notices of a kind come."""
    return {
        NoticeKind.HELD: _("Un aviso cuando hay retenidos, conflictos o faltantes; no uno por documento."),
        NoticeKind.NUMBERING: _("Cuando un rango deja de coincidir y sus documentos se detienen."),
        NoticeKind.CONNECTION: _("Cuando un acceso ya no sirve, o el libro no se puede escribir."),
        NoticeKind.RUN_OUT: _("Cuando conviene pedir a la DIAN la autorización siguiente."),
        NoticeKind.SUMMARY: _("Una línea por la mañana con lo de ayer, y otra al volver de una ausencia."),
    }[kind]


def secret_name(name: str) -> str:
    """Name an entry of the vault as a person knows it."""
    return {
        "pymes-token": _("Token de Pymes"),
        "pms-api-key": _("Llave de Alojamientos"),
        "pms-session": _("Sesión de Alojamientos"),
        "connection-token": _("Token de conexión"),
        "fe-user": _("Usuario de Loggro FE"),
        "fe-password": _("Contraseña de Loggro FE"),
        "proxy-user": _("Usuario del proxy"),
        "proxy-password": _("Contraseña del proxy"),
        "signing-key": _("Llave de firma de los cierres"),
        "administrator-word": _("Palabra del administrador"),
    }.get(name, name)


def operation_name(operation: str) -> str:
    """Name an operation of a profile as a person would ask for it."""
    return {
        "pms-session": _("Entrar a Alojamientos"),
        "pms-hotel": _("Encontrar el hotel"),
        "pms-billing": _("Leer si factura electrónicamente"),
        "pms-resolutions": _("Leer la resolución de Alojamientos"),
        "pms-documents": _("Listar los documentos aprobados"),
        "pms-connection": _("Ver si llegó el token de conexión"),
        "pymes-cajas": _("Leer las cajas"),
        "pymes-organisation": _("Leer la organización y el plan"),
        "pymes-parameter": _("Poner el parámetro de Alojamientos"),
        "pymes-numberings": _("Leer los consecutivos"),
        "pymes-create-numbering": _("Crear un consecutivo"),
        "pymes-sales": _("Buscar un documento en Ventas"),
        "pymes-send": _("Registrar un documento"),
        "fe-resolution": _("Preguntar a la DIAN por la resolución"),
        "fe-document": _("Preguntar por un documento"),
    }.get(operation, operation)


def size(n: int) -> str:
    """Write how large a file is."""
    if n < 1_000_000:
        return _("{n} kB").format(n=whole(max(1, round(n / 1000))))
    return _("{n} MB").format(n=whole(round(n / 1_000_000)))


def moment(value: datetime) -> str:
    """Write a day with its hour."""
    return f"{day(value)} {hour(value)}"
