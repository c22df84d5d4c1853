"""``botones backup`` and ``restore``: the ledger itself, and its copies.

It does not read what is in it.
"""

from pathlib import Path

import click

from app.console.hotels import hotel_of
from app.console.outcome import ALL_WELL, fail, fail_with_ledger
from app.console.permission import done, permit
from app.model.clock import SystemClock
from app.model.errors import StorageError
from app.model.role import Act
from app.storage.backup import back_up, backups_of
from app.storage.errors import LedgerDamaged, LedgerTooNew
from app.sync.recovery import restore as put_back
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.texts import _
from app.texts.deeds import restored_from
from app.texts.status import rebuild_story, rebuild_title


def backup() -> int:
    """Copy the ledger, check the copy, and say where it is; the window may be open meanwhile."""
    permit(Act.COPY)
    paths = Paths.of_user().ensure()
    ledger = _file_of(paths)
    if not ledger.exists():
        fail(_("Todavía no hay ningún libro de documentos en este computador."))
    try:
        made = back_up(ledger, SystemClock().now())
    except StorageError as error:
        fail_with_ledger(error)
    click.echo(str(made))
    return ALL_WELL


def restore(copy: Path | None, reason: str = "") -> int:
    """Put a copy in the place of the ledger; without one, say which there are."""
    paths, clock = Paths.of_user().ensure(), SystemClock()
    setup_logging(paths)
    ledger = _file_of(paths)
    if copy is None:
        for one in backups_of(ledger):
            click.echo(str(one))
        return ALL_WELL
    permit(Act.RESTORE, reason)
    try:
        with DataLock(paths.home), put_back(ledger, copy, clock) as restored:
            rebuild = restored.rebuild
    except AlreadyRunning:
        fail(_("Botones está abierto. Ciérrelo primero: el libro no se cambia mientras alguien trabaja con él."))
    except LedgerDamaged:
        fail(_("Ese archivo no es una copia íntegra del libro. No se cambió nada."))
    except (StorageError, LedgerTooNew) as error:
        fail_with_ledger(error)
    assert rebuild is not None
    done(Act.RESTORE, restored_from(copy.name), reason)
    click.echo(f"{rebuild_title()}.\n{rebuild_story(rebuild, clock.now())}")
    return ALL_WELL


def _file_of(paths: Paths) -> Path:
    """Return the ledger's file; of a ledger on a server, whoever keeps the server makes the copies."""
    settings = hotel_of(paths)
    if settings.ledger_server is not None:
        fail(
            _(
                "El libro está en un servidor: las copias las hace quien lo cuida, con pg_dump. Un archivo que haya "
                "quedado en este computador es de antes."
            )
        )
    return paths.ledger(settings.key)
