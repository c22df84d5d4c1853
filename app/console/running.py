"""What commands of a hotel share: being alone on its data, its accesses, and being told to end.

What is done there is the command's.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from app.connectors.profile import BadProfile, Profile, load_profile
from app.console.hotels import hotel_of
from app.console.outcome import fail, fail_with, fail_with_ledger
from app.model.clock import SystemClock
from app.model.errors import ConnectorError, Failure, StorageError
from app.sandbox.practice import Practice, seed_of
from app.sandbox.session import PROFILE, connect, practice_profile, sign_in
from app.storage.errors import LedgerTooNew
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret, SessionVault, Vault, VaultError, open_vault
from app.texts import _
from app.texts.causes import explain_failure

T = TypeVar("T")


class NotSetUp(Exception):
    """The assistant has not been through for this hotel."""


def run(work: Callable[[Paths, Settings, Profile, Vault], Coroutine[Any, Any, T]]) -> T:
    """Run ``work`` against the hotel that the command is about, alone on its data.

    Every foreseeable failure ends with its way out.
    """
    paths = Paths.of_user().ensure()
    setup_logging(paths)
    settings = hotel_of(paths)
    with failures_told(), DataLock(paths.home):
        return asyncio.run(_against_hotel(paths, settings, work))


@contextmanager
def failures_told() -> Iterator[None]:
    """End the program with a way out where something foreseeable fails."""
    try:
        yield
    except AlreadyRunning:
        fail(_("Botones está abierto y ya hace este trabajo. Use su ventana, o ciérrelo primero."))
    except BadProfile as error:
        fail(_("El perfil no sirve: {error}").format(error=error))
    except VaultError as error:
        explanation = explain_failure(Failure.VAULT)
        fail(f"{explanation.title} ({error.kind}). {explanation.place}")
    except NotSetUp:
        fail(_("Este hotel aún no está configurado en este computador: abra Botones y siga el asistente."))
    except ConnectorError as error:
        fail_with(error)
    except (StorageError, LedgerTooNew) as error:
        fail_with_ledger(error)


@contextmanager
def told_to_end() -> Iterator[Callable[[], bool]]:
    """Give the question whether the system asks this process to end; the batch under way is brought to its end."""
    told = threading.Event()
    ending = getattr(signal, "SIGBREAK", signal.SIGTERM)  # on Windows it comes when the console is closed
    before = signal.signal(ending, lambda *_: told.set())
    try:
        yield told.is_set
    finally:
        signal.signal(ending, before)


async def _against_hotel(
    paths: Paths, settings: Settings, work: Callable[[Paths, Settings, Profile, Vault], Coroutine[Any, Any, T]]
) -> T:
    async with _hotel(paths, settings) as (known, profile, vault):
        return await work(paths, known, profile, vault)


@asynccontextmanager
async def _hotel(paths: Paths, settings: Settings) -> AsyncIterator[tuple[Settings, Profile, Vault]]:
    """Give settings, profile and vault.

    The practice hotel is started for it and signed in with credentials of its own.
    """
    if settings.profile != PROFILE:
        vault = await asyncio.to_thread(open_vault, settings.key)
        if settings.hotel_document is None:
            raise NotSetUp
        yield settings, load_profile(settings.profile, folder=paths.home).with_fe(settings.fe_address), vault
        return
    with await asyncio.to_thread(Practice.start, paths.practice(settings.key), seed_of(settings.key)) as practice:
        profile = practice_profile(practice)
        session = SessionVault(settings.key)
        signed = await sign_in(practice, profile, session, settings.mode)
        known = settings.changed(**signed.model_dump(include={"pms_access", "hotel_document", "hotel_id"}))
        if settings.ledger_server is not None:
            machine = await asyncio.to_thread(open_vault, settings.key)
            await session.aput(Secret.LEDGER_PASSWORD, await machine.aget(Secret.LEDGER_PASSWORD))
        await connect(profile, session, known, SystemClock())
        yield known, profile, session
