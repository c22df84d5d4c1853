"""What comes up behind the first window: vault, practice hotel, engine, ledger. It shows nothing.

Imports stand inside the functions on purpose: the libraries behind them (HTTP, database, servers) take longer to load
than a person should wait for a window, so they are loaded in the threads that need them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.connectors.profile import load_profile
from app.model.errors import StorageError
from app.model.status import Status
from app.system.vault import SessionVault, Vault, VaultError, VaultLocked, machine_vault, open_vault
from app.texts import _
from app.texts.causes import explain_failure
from ui.context import Context
from ui.host import Engine
from ui.loop import in_thread

if TYPE_CHECKING:
    from app.sandbox.practice import Practice
    from app.setup.activation import Activation
    from app.sync.ledger_reader import LedgerReader

log = logging.getLogger(__name__)

PRACTICE: Final = "sandbox"


class NotPrepared(Exception):
    """Something did not come up; the words are for a person."""

    def __init__(self, title: str, text: str, detail: str) -> None:
        super().__init__(title)
        self.title = title
        self.text = text
        self.detail = detail


def read_flow(context: Context) -> Activation:
    """Return where the person stands on the way to a working connection."""
    from app.setup import activation_file

    return activation_file.load(context.paths.setup(context.settings.key), context.profile).activation


async def prepare(context: Context) -> None:
    """Put vault, practice hotel and its addresses into ``context``; raises ``NotPrepared``."""
    vault, practice, _healed = await asyncio.gather(
        _open_vault(context), _open_practice(context), in_thread(_heal_ledger, context)
    )
    context.vault = vault
    context.practice = practice
    if practice is not None:
        context.profile = load_profile(PRACTICE, practice.for_profile, context.paths.home)


async def has_secrets(vault: Vault) -> bool:
    """Say whether the vault still has what the finished setup put there; one that stays silent is no «no»."""
    from app.setup.credentials import kept, read_secrets

    try:
        secrets = await read_secrets(vault)
    except VaultError:
        return True
    return bool(kept(secrets))


def build_engine(context: Context, publish: Callable[[Status], None]) -> Engine:
    """Return a new engine; called on its own thread."""
    from app.sync.service import Service

    return Service(
        paths=context.paths,
        settings=context.settings,
        profile=context.profile,
        vault=context.vault,
        clock=context.clock,
        publish=publish,
    )


def open_reader(context: Context) -> LedgerReader:
    """Return a reader of the ledger in this computer's file; only once the engine has opened and migrated it."""
    from app.sync.ledger_reader import LedgerReader

    return LedgerReader(context.paths.ledger(context.settings.key), context.clock)


async def open_reader_of_server(context: Context) -> LedgerReader:
    """Return a reader of the ledger on its server; raises ``VaultError`` and ``StorageError``."""
    from app.setup.place import place_of
    from app.sync.ledger_reader import LedgerReader

    return LedgerReader(await place_of(context.paths, context.settings, context.vault), context.clock)


def _heal_ledger(context: Context) -> None:
    """Open the ledger once, before anything else reads it: a damaged one is put back, and its Status says so."""
    from app.storage.errors import LedgerTooNew
    from app.sync.recovery import open_ledger

    if context.settings.ledger_server is not None:
        return  # its keeper's affair; and to open it here would take it from the computer that sends
    path = context.paths.ledger(context.settings.key)
    try:
        open_ledger(path, context.clock).close()
    except StorageError as error:
        # The engine tries again by itself and tells; the wizard cannot begin without a ledger.
        log.warning("%s", error)
        if not read_flow(context).is_finished:
            explanation = explain_failure(error.failure)
            title = f"{_('Libro de documentos')}: {explanation.title}"
            text = f"{explanation.meaning} {explanation.place}"
            raise NotPrepared(title, text, f"{path} ({error.detail})") from error
    except LedgerTooNew as error:
        raise NotPrepared(
            _("Este libro es de una versión más nueva de Botones"),
            _("Instale la versión más nueva. Esta no lo toca, para no dañarlo."),
            f"{path} ({error})",
        ) from error


async def _open_vault(context: Context) -> Vault:
    try:
        return await in_thread(open_vault, context.settings.key)
    except VaultError as error:
        log.warning("no vault: %s", type(error).__name__)
        others = [one.vault for one in context.hotels if one is not context]
        has_one = read_flow(context).is_finished or any(vault.is_lasting for vault in others)
        if isinstance(error, VaultLocked) and has_one:
            # At login it opens later. What is in it is not forgotten: the engine says so and tries again.
            return machine_vault(context.settings.key)
        beside = next((vault for vault in others if isinstance(vault, SessionVault)), None)
        return SessionVault(context.settings.key, beside)


async def _open_practice(context: Context) -> Practice | None:
    if context.settings.profile != PRACTICE:
        return None
    if context.practice is not None and context.practice.is_running:
        return context.practice

    def start() -> Practice:
        from app.sandbox.practice import Practice, PracticeNotStarted, seed_of

        try:
            return Practice.start(context.paths.practice(context.settings.key), seed_of(context.settings.key))
        except PracticeNotStarted as error:
            raise NotPrepared(
                _("El hotel de práctica no arrancó"), _("Nada se perdió. Puede intentarlo de nuevo."), str(error)
            ) from error

    return await in_thread(start)
