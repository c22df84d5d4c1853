"""The words for where a ledger stands: a file or a server, what moving it proved, and why it stayed where it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.model.server import Door, Refusal, ServerAddress, Use
from app.model.status import Sender
from app.texts import _, plural, when, whole

READER: Final = "contador"
"""The user of a database that an accountant may have; the keeper of the server can call it otherwise."""


def table_name(name: str) -> str:
    """Return what a person calls the rows of a table."""
    return {
        "documents": _("documentos"),
        "events": _("hechos de su historia"),
        "exchanges": _("respuestas de Pymes guardadas"),
        "proofs": _("pruebas de la numeración"),
        "evidence": _("datos escritos por una persona"),
        "facts": _("valores sueltos"),
        "marks": _("marcas de lo ya leído"),
        "tally": _("cuentas por estado"),
        "proven_days": _("cuentas por día de su prueba"),
        "issued_days": _("cuentas por tipo y día"),
    }.get(name, name)


def proof_lines(rows: Mapping[str, int], digest: str) -> tuple[str, ...]:
    """Say what was compared: how many rows each table has on both sides, and the digest over all that is in them."""
    counts = (
        _("{n} {what}: iguales en los dos lados").format(n=whole(n), what=table_name(name)) for name, n in rows.items()
    )
    return (*counts, _("Huella de todo el contenido (SHA-256): {digest}").format(digest=digest))


def server_name(address: ServerAddress) -> str:
    """Name a server as its keeper knows it."""
    said = _("base «{database}» en {host}, puerto {port}, usuario {user}, libro «{hotel}»")
    return said.format(
        database=address.database, host=address.host, port=address.port, user=address.user, hotel=address.hotel
    )


def line_safety(address: ServerAddress) -> str:
    """Say how the line to a server is protected."""
    return {
        "verify-full": _("Cifrada, y el servidor se comprueba con su certificado."),
        "require": _("Cifrada; sin el certificado, nada prueba que el servidor sea el que dice ser."),
        "prefer": _("Dentro de este mismo computador."),
    }[address.tls]


def sender_line(sender: Sender | None, own: str, now: datetime) -> str:
    """Say who sends."""
    if sender is None:
        return _("Ningún computador ha tomado el turno allí todavía.")
    since = when(sender.since, now)
    if sender.computer == own:
        return _("Envía este computador, desde {when}.").format(when=since)
    return _("Envía {computer}, desde {when}.").format(computer=sender.computer, when=since)


def door_line(door: Door | None, now: datetime) -> str:
    """Say why a ledger on a server is not in use; empty where it is."""
    if door is None or door.use is Use.OPEN:
        return ""
    if door.use is Use.AWAY:
        said = _("{computer} se llevó el libro a su disco {when}. Lo que queda en el servidor es de entonces.")
    else:
        said = _("{computer} empezó a traer el libro a este servidor {when}, y no ha terminado.")
    return said.format(computer=door.computer, when=when(door.at, now))


def there_line(documents: int) -> str:
    """Say how much is in a ledger."""
    return plural("Tiene {n} documento.", "Tiene {n} documentos.", documents).format(n=whole(documents))


def unknown_line(unknown: int) -> str:
    """Say what becomes of the documents that only this computer's own ledger has."""
    said = plural(
        "El libro de este computador tiene {n} documento que allí no está. Su archivo se aparta sin borrarlo; "
        "lo que siga en Alojamientos se vuelve a leer y se busca en Pymes antes de enviar nada.",
        "El libro de este computador tiene {n} documentos que allí no están. Su archivo se aparta sin borrarlo; "
        "lo que siga en Alojamientos se vuelve a leer y se busca en Pymes antes de enviar nada.",
        unknown,
    )
    return said.format(n=whole(unknown))


def spare_reason(sender: Sender) -> str:
    """Say why nothing can be changed at a spare computer."""
    return _("Envía {computer}. Para cambiar algo desde este computador, tome antes el turno.").format(
        computer=sender.computer
    )


def refusal_words(refusal: Refusal, detail: str) -> tuple[str, str]:
    """Return why a ledger was not moved, and what to do."""
    title, text = {
        Refusal.NOT_EMPTY: (
            _("Ese servidor ya tiene el libro de este hotel"),
            _("Otro computador lo trajo antes. Elija «Unirse»: los dos trabajan con el mismo, y uno solo envía."),
        ),
        Refusal.NOTHING_THERE: (
            _("Ese servidor todavía no tiene el libro de este hotel"),
            _("Llévelo primero desde el computador que ya envía; después únase desde este."),
        ),
        Refusal.OTHER_HOTEL: (
            _("El libro que está allí es de otro hotel"),
            _("Es del NIT {detail}. Escriba otro nombre de libro: cada hotel tiene el suyo."),
        ),
        Refusal.ALREADY_THERE: (
            _("El libro ya está donde se pidió"),
            _("No hay nada que mover."),
        ),
        Refusal.AWAY: (
            _("{detail} se llevó ese libro a su disco"),
            _(
                "Llévelo otra vez al servidor desde {detail}. Si ese computador ya no existe, tráigalo aquí tal como "
                "quedó: nada se envía hasta mirar enteros los dos sistemas."
            ),
        ),
        Refusal.ARRIVING: (
            _("{detail} no ha terminado de llevar el libro a ese servidor"),
            _("Termínelo desde {detail}: se repite lo mismo y sigue solo."),
        ),
        Refusal.ELSEWHERE: (
            _("El computador que envía no soltó el libro a tiempo"),
            _("Está terminando lo que envía, o el servidor aún lo espera. Inténtelo otra vez en un minuto."),
        ),
        Refusal.NOT_EQUAL: (
            _("La copia no salió igual, y no se usa"),
            _("El libro sigue donde estaba. Revise el disco y el servidor, e inténtelo otra vez."),
        ),
        Refusal.TOO_NEW: (
            _("Ese libro es de una versión más nueva de Botones"),
            _("Instale aquí la misma versión que usa el otro computador."),
        ),
        Refusal.CANCELLED: (
            _("Cancelado: el libro sigue donde estaba"),
            _("Se puede empezar de nuevo cuando quiera."),
        ),
    }[refusal]
    return title.format(detail=detail), text.format(detail=detail)


def preparation(address: ServerAddress | None) -> tuple[str, ...]:
    """Return the lines with which the server's keeper makes room, to be copied; the password is typed there."""
    user = address.user if address is not None else "botones"
    database = address.database if address is not None else "botones"
    return (
        f"CREATE ROLE {_quoted(user)} LOGIN;",
        f"\\password {_quoted(user)}",
        f"CREATE DATABASE {_quoted(database)} OWNER {_quoted(user)} ENCODING 'UTF8' TEMPLATE template0;",
    )


def reader_preparation(address: ServerAddress) -> tuple[str, ...]:
    """Return the lines that let somebody read a hotel's ledger and write nothing; the password is typed there."""
    reader = _quoted(READER)
    return (
        f"CREATE ROLE {reader} LOGIN;",
        f"\\password {reader}",
        f"GRANT CONNECT ON DATABASE {_quoted(address.database)} TO {reader};",
        f"GRANT USAGE ON SCHEMA {_quoted(address.hotel)} TO {reader};",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {_quoted(address.hotel)} TO {reader};",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {_quoted(address.user)} IN SCHEMA {_quoted(address.hotel)} "
        f"GRANT SELECT ON TABLES TO {reader};",
    )


def _quoted(name: str) -> str:
    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and not name[:1].isdigit()
    return name if plain else '"{}"'.format(name.replace('"', '""'))
