"""The words of the sources of documents: what each one is, what it lacks, what lies in a folder."""

from app.model.setup import FolderGlance, SourceLack
from app.model.source import SourceKind
from app.texts import _, day, plural, whole


def source_name(kind: SourceKind) -> str:
    """Name a source, short enough for a choice."""
    return {
        SourceKind.PMS: _("La lista de Alojamientos"),
        SourceKind.FOLDER: _("Una carpeta con los archivos del proveedor"),
        SourceKind.RANGE: _("Número por número, en Loggro FE"),
    }[kind]


def source_meaning(kind: SourceKind) -> str:
    """Say how a source works, and what the person has to do for it."""
    return {
        SourceKind.PMS: _(
            "Alojamientos le dice a Botones qué documentos se aprobaron. Loggro aún no publica esta lista."
        ),
        SourceKind.FOLDER: _(
            "Guarde ahí los XML o ZIP que llegan al correo con cada factura aprobada. "
            "Botones los lee y los busca en Pymes; no los mueve ni los borra."
        ),
        SourceKind.RANGE: _(
            "Con el usuario y la contraseña del proyecto de Loggro FE, Botones pregunta por cada número de la "
            "resolución, uno por segundo, y trae los que la DIAN aprobó."
        ),
    }[kind]


def source_lack(lack: SourceLack) -> str:
    """Say why a source cannot be chosen yet, and what mends that."""
    return {
        SourceLack.NO_ROUTE: _("Loggro todavía no ofrece esta lista a su hotel."),
        SourceLack.NO_ADDRESS: _("Falta la dirección del servicio. Loggro FE la envía por correo; escríbala abajo."),
        SourceLack.NO_CREDENTIALS: _("Faltan el usuario y la contraseña del proyecto de Loggro FE."),
    }[lack]


def watch_only_note() -> str:
    """Say what is possible where Pymes takes no documents from us."""
    return _(
        "Loggro no publica cómo registrar ventas en Pymes, así que Botones solo vigila: comprueba que cada documento "
        "aprobado esté en Pymes, y avisa de los que falten."
    )


def glance_line(glance: FolderGlance) -> str:
    """Say what lies in a folder, in one sentence."""
    if glance.files == 0:
        return _("La carpeta no tiene ningún XML ni ZIP todavía.")
    files = plural("{n} archivo", "{n} archivos", glance.files).format(n=whole(glance.files))
    if not glance.is_plausible:
        return _("{files}, pero ninguno de los recientes es un documento de este hotel aprobado por la DIAN.").format(
            files=files
        )
    if glance.newest_at is None:
        return files
    return _("{files}. El documento más reciente es {number}, del {day}.").format(
        files=files, number=glance.newest, day=day(glance.newest_at)
    )


def glance_warnings(glance: FolderGlance) -> tuple[str, ...]:
    """Say what in a folder will be held, line by line; empty where nothing will."""
    lines = []
    if glance.foreign:
        lines.append(
            plural(
                "{n} documento es de otro NIT: quedará retenido. Use una carpeta solo con lo que emite el hotel.",
                "{n} documentos son de otro NIT: quedarán retenidos. Use una carpeta solo con lo que emite el hotel.",
                glance.foreign,
            ).format(n=whole(glance.foreign))
        )
    if glance.unanswered:
        lines.append(
            plural(
                "{n} documento no trae la respuesta de la DIAN: espera hasta que llegue.",
                "{n} documentos no traen la respuesta de la DIAN: esperan hasta que llegue.",
                glance.unanswered,
            ).format(n=whole(glance.unanswered))
        )
    if glance.rejected:
        lines.append(
            plural(
                "{n} documento fue rechazado por la DIAN.",
                "{n} documentos fueron rechazados por la DIAN.",
                glance.rejected,
            ).format(n=whole(glance.rejected))
        )
    if glance.unreadable:
        lines.append(
            plural(
                "{n} archivo no se puede leer como documento.",
                "{n} archivos no se pueden leer como documentos.",
                glance.unreadable,
            ).format(n=whole(glance.unreadable))
        )
    return tuple(lines)
