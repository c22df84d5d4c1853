"""Is this computer fit for Botones? Each part tried for real and told apart; it mends nothing by itself."""

import asyncio
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app import __version__
from app.connectors.folder_source import list_files
from app.connectors.profile import BadProfile, Profile, load_profile
from app.connectors.transport import Transport
from app.model.errors import ConnectorError, Failure
from app.model.source import SourceKind
from app.storage.database import is_sound
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import VaultError, open_vault
from app.texts import _
from app.texts.causes import explain_failure

_ENOUGH_BYTES: Final = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One part of this computer: how it is, and what to do where it is not well."""

    name: str
    well: bool
    said: str
    fix: str = ""


async def examine(paths: Paths, settings: Settings) -> list[Check]:
    """Try every part; a part that fails does not hide the others. Takes some seconds where the network is slow."""
    checks = [_program(), *_home(paths), _ledger(paths.ledger(settings.profile)), await _vault(settings)]
    try:
        # The practice hotel's addresses are only known while it runs; any loopback will do to read the profile.
        addresses = dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1")
        profile = load_profile(settings.profile, addresses, paths.home)
    except BadProfile as error:
        return [*checks, Check(_("Perfil"), False, str(error), _("Corrija el archivo del perfil, o bórrelo."))]
    checks.append(Check(_("Perfil"), True, f"{profile.title} ({profile.name})"))
    if profile.reading_from(settings.source).source is SourceKind.FOLDER:
        checks.append(_folder(settings.folder))
    if not profile.practice:
        checks += [await _reach(name, address, settings) for name, address in _addresses(profile)]
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
    fix = _("Cierre otros programas que usen esa carpeta. Si sigue igual, restaure la última copia.")
    sound = is_sound(path)
    return Check(name, sound, _("íntegro") if sound else _("dañado o en uso"), fix)


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
        vault = await asyncio.to_thread(open_vault, settings.profile)
        await asyncio.to_thread(vault.probe)
    except VaultError as error:
        explanation = explain_failure(Failure.VAULT)
        return Check(name, False, f"{explanation.title} ({error.kind})", explanation.place)
    return Check(name, True, _("guarda y devuelve"))


def _addresses(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.pms:
        yield "PMS", profile.pms + "/api/status"
    if profile.facturacion:
        yield "Pymes", profile.facturacion
    if profile.fe:
        yield "FE", profile.fe


async def _reach(name: str, address: str, settings: Settings) -> Check:
    """Say whether the system answers at all; any status is an answer."""
    title = _("Conexión con {system}").format(system=name)
    async with Transport(name, timeout=15.0, proxy=settings.proxy) as transport:
        try:
            await transport.request("GET", address)
        except ConnectorError as error:
            if error.status is None or error.failure is Failure.PROXY:
                explanation = explain_failure(error.failure)
                return Check(title, False, f"{explanation.title} {error.detail}".strip(), explanation.place)
    through = _("por el proxy {proxy}").format(proxy=settings.proxy) if settings.proxy else _("sin proxy propio")
    return Check(title, True, _("responde, {through}").format(through=through))
