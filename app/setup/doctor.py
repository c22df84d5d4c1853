"""Is this computer fit for Botones? Each part tried for real and told apart; it mends nothing by itself."""

import asyncio
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app import __version__
from app.connectors.folder_source import list_files
from app.connectors.profile import BadProfile, load_profile
from app.connectors.transport import Proxy
from app.model.clock import SystemClock
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.source import SourceKind
from app.setup.credentials import read_secrets
from app.setup.network import addresses_of, reach
from app.setup.place import computer, place_of
from app.storage.backup import EVERY, backups_of, made_at
from app.storage.database import check_whole
from app.storage.errors import LedgerDamaged
from app.storage.moving import read_door
from app.storage.place import ServerPlace
from app.sync.tenure import seen_from_spare
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import VaultError, open_vault
from app.texts import _, when
from app.texts.causes import explain_failure
from app.texts.ledger import door_line, line_safety, sender_line, server_name, there_line
from app.texts.settings import profile_title

_ENOUGH_BYTES: Final = 200 * 1024 * 1024
_SYSTEMS: Final = {"pms": "PMS", "pymes": "Pymes", "fe": "FE"}
_OLD: Final = 3 * EVERY
"""A weekend without the computer is no reason to worry."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of this computer: how it is, and what to do where it is not well."""

    name: str
    well: bool
    said: str
    fix: str = ""


async def examine(paths: Paths, settings: Settings) -> list[Check]:
    """Try every part; a part that fails does not hide the others. Takes some seconds where the network is slow."""
    checks = [_program(), *_home(paths)]
    if settings.ledger_server is None:
        path = paths.ledger(settings.key)
        checks += [_ledger(path), *_backups(path, datetime.now(UTC))]
    else:
        checks += [await _server(paths, settings), _copies_of_server()]
    checks.append(await _vault(settings))
    try:
        # The practice hotel's addresses are only known while it runs; any loopback will do to read the profile.
        addresses = dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1")
        profile = load_profile(settings.profile, addresses, paths.home).with_fe(settings.fe_address)
    except BadProfile as error:
        return [*checks, Check(_("Perfil"), False, str(error), _("Corrija el archivo del perfil, o bórrelo."))]
    checks.append(Check(_("Perfil"), True, f"{profile_title(profile.name, profile.title)} ({profile.name})"))
    if profile.reading_from(settings.source).source is SourceKind.FOLDER:
        checks.append(_folder(settings.folder))
    if not profile.practice:
        proxy = await _proxy(settings)
        checks += [await _reach(name, address, settings, proxy) for name, address in addresses_of(profile)]
    return checks


def _program() -> Check:
    said = f"Botones {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return Check(_("Programa"), (3, 11) <= sys.version_info[:2] < (3, 14), said, _("Use Python 3.11, 3.12 o 3.13."))


def _home(paths: Paths) -> Iterator[Check]:
    try:
        paths.ensure()
        free = shutil.disk_usage(paths.home).free
    except OSError as error:
        fix = _("Dé permiso de escritura en esa carpeta, o elija otra con la variable BOTONES_HOME.")
        yield Check(_("Carpeta de datos"), False, f"{paths.home}: {error.strerror}", fix)
        return
    yield Check(_("Carpeta de datos"), True, str(paths.home))
    said = _("{n} MB libres").format(n=free // (1024 * 1024))
    yield Check(_("Espacio en disco"), free > _ENOUGH_BYTES, said, _("Libere espacio: sin él no se puede anotar nada."))


def _ledger(path: Path) -> Check:
    name = _("Libro de documentos")
    if not path.exists():
        return Check(name, True, _("todavía no hay ninguno"))
    try:
        check_whole(path)
    except LedgerDamaged:
        fix = _("Abra Botones: lo aparta sin borrarlo y lo rehace. Nada se envía hasta mirar los dos sistemas.")
        return Check(name, False, _("dañado"), fix)
    except StorageError as error:
        explanation = explain_failure(error.failure)
        return Check(name, False, explanation.title, explanation.place)
    return Check(name, True, _("íntegro"))


async def _server(paths: Paths, settings: Settings) -> Check:
    """Say whether the server that keeps the ledger lets us in, what it has, and who sends."""
    name = _("Libro de documentos")
    assert settings.ledger_server is not None
    where = server_name(settings.ledger_server)
    try:
        place = await place_of(paths, settings, await asyncio.to_thread(open_vault, settings.key))
        assert isinstance(place, ServerPlace)
        sender, counts = await seen_from_spare(place, SystemClock())
        door = await asyncio.to_thread(read_door, place)
    except (StorageError, VaultError) as error:
        failure = error.failure if isinstance(error, StorageError) else Failure.VAULT
        explanation = explain_failure(failure)
        detail = error.detail if isinstance(error, StorageError) else error.kind
        return Check(name, False, f"{where}: {explanation.title} ({detail})", explanation.place)
    now = datetime.now(UTC)
    if closed := door_line(door, now):
        return Check(name, False, f"{where}. {closed}", explain_failure(Failure.LEDGER_MOVED).place)
    said = f"{where}. {there_line(counts.total)} {sender_line(sender, computer(), now)}"
    return Check(name, True, f"{said} {line_safety(settings.ledger_server)}")


def _copies_of_server() -> Check:
    """Say whose affair the copies are: a file that is left on this disk is no copy of what is there now."""
    said = _("las hace quien cuida el servidor, por ejemplo cada noche: pg_dump -Fc -f libro.dump BASE")
    return Check(_("Copias del libro"), True, said)


def _backups(path: Path, now: datetime) -> Iterator[Check]:
    """Say how old the last copy of the ledger is; it is a worry only where the ledger went on without one."""
    if not path.exists():
        return
    last = max(filter(None, map(made_at, backups_of(path))), default=None)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    said = _("la última es de {when}").format(when=when(last, now)) if last else _("todavía no hay ninguna")
    fix = _("Abra Botones y déjelo trabajar: hace una cada día. O escriba «botones backup».")
    yield Check(_("Copias del libro"), last is None or changed - last < _OLD, said, fix)


def _folder(folder: Path | None) -> Check:
    """Say whether the folder with the provider's files can be read."""
    name = _("Carpeta de documentos")
    try:
        found = len(list_files(folder).files)
    except ConnectorError as error:
        explanation = explain_failure(error.failure)
        return Check(name, False, f"{folder or '—'}: {error.detail}", explanation.place)
    return Check(name, True, _("{folder}: {n} archivos XML o ZIP").format(folder=folder, n=found))


async def _vault(settings: Settings) -> Check:
    name = _("Llavero del sistema")
    try:
        vault = await asyncio.to_thread(open_vault, settings.key)
        await asyncio.to_thread(vault.probe)
    except VaultError as error:
        explanation = explain_failure(Failure.VAULT)
        return Check(name, False, f"{explanation.title} ({error.kind})", explanation.place)
    return Check(name, True, _("guarda y devuelve"))


async def _proxy(settings: Settings) -> Proxy | None:
    """Return the proxy with whoever signs in there; a silent vault leaves it without."""
    if settings.proxy is None:
        return None
    try:
        return (await read_secrets(await asyncio.to_thread(open_vault, settings.key))).through(settings.proxy)
    except VaultError:
        return Proxy(settings.proxy)


async def _reach(system: str, address: str, settings: Settings, proxy: Proxy | None) -> Check:
    """Say whether the system answers at all; any status is an answer."""
    title = _("Conexión con {system}").format(system=_SYSTEMS[system])
    found = await reach(system, address, proxy)
    if found.failure is not None:
        explanation = explain_failure(found.failure)
        return Check(title, False, f"{explanation.title} {found.detail}".strip(), explanation.place)
    through = _("por el proxy {proxy}").format(proxy=settings.proxy) if settings.proxy else _("sin proxy propio")
    return Check(title, True, _("responde, {through}").format(through=through))
