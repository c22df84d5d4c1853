"""How a command ends: its exit codes, and each failure said with its way out.

It runs nothing; that is ``running``.
"""

import sys
from typing import Final, NoReturn

import click

from app.model.errors import ConnectorError, StorageError
from app.storage.errors import LedgerTooNew
from app.sync.ledger_reader import Row
from app.texts import _
from app.texts.causes import explain, explain_failure, particulars
from app.texts.documents import state_name

ALL_WELL: Final = 0
NOT_ALL_WELL: Final = 1
"""The command did its work, and something needs a person."""
NOT_DONE: Final = 2
"""The command could not do its work."""
NOT_ALLOWED: Final = 3
"""The role of this computer does not do it."""


def print_rows(rows: tuple[Row, ...], *, err: bool = False) -> None:
    """Print one line per document: where it stands, and why."""
    for row in rows:
        words = [state_name(row.state)]
        if row.cause is not None:
            words += [explain(row.cause).title, *particulars(row.detail)]
        click.echo(f"{row.full_number}: {'; '.join(words)}", err=err)


def fail_with(error: ConnectorError) -> NoReturn:
    """End because a system of Loggro did not do what was asked."""
    explanation = explain_failure(error.failure)
    fail(f"{error.system}: {explanation.title} {explanation.place} ({error.detail})")


def fail_with_ledger(error: StorageError | LedgerTooNew) -> NoReturn:
    """End because the ledger could not be worked with."""
    if isinstance(error, LedgerTooNew):
        fail(_("Este libro es de una versión más nueva de Botones. Instálela; esta no lo toca."))
    explanation = explain_failure(error.failure)
    fail(
        _("Libro de documentos: {title}. {place} ({detail})").format(
            title=explanation.title, place=explanation.place, detail=error.detail
        )
    )


def fail(message: str) -> NoReturn:
    """End with ``message`` on the error output."""
    click.echo(message, err=True)
    sys.exit(NOT_DONE)


def refuse(message: str) -> NoReturn:
    """End because the role of this computer does not do that."""
    click.echo(message, err=True)
    sys.exit(NOT_ALLOWED)
