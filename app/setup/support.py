"""What a support report says: the program, this computer, the settings, and how the documents stand.

No name, no value of a document and no secret is gathered on purpose; ``system.support`` takes out what slipped in.
"""

import json
import platform
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from app import __version__
from app.connectors.profile import Profile
from app.model.errors import StorageError
from app.model.status import Status
from app.setup.credentials import read_secrets
from app.setup.doctor import examine
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.support import Anonymiser, Piece, logs_of, make_safe
from app.system.vault import Vault, VaultError

_STEPS = 300
_SAFE_DATA = ("failure", "status", "fields", "range", "looks")
"""Of an event's data only these: the rest repeats what a system said, or the document."""


async def gather(
    paths: Paths,
    settings: Settings,
    profile: Profile,
    vault: Vault,
    reader: LedgerReader | None,
    status: Status | None,
    now: datetime,
) -> tuple[Piece, ...]:
    """Return the report, safe to be shown and saved; takes some seconds. A part that cannot be read says so."""
    with suppress(VaultError):
        # The masks know a secret once it was read; somebody may have typed one into a file that is gathered.
        await read_secrets(vault)
    checks = await examine(paths, settings)
    computer = "\n".join(f"{'+' if check.well else '!'} {check.name}: {check.said}" for check in checks)
    first = [
        Piece("botones.txt", "\n".join(_program(settings, profile, status, now)) + "\n"),
        Piece("equipo.txt", computer + "\n"),
        Piece("ajustes.json", settings.model_dump_json(indent=2) + "\n"),
    ]

    def rest() -> tuple[Piece, ...]:
        ledger, anonymiser = _ledger(reader)
        return make_safe([*first, ledger, *logs_of(paths)], anonymiser)

    return await to_thread(rest)


def _program(settings: Settings, profile: Profile, status: Status | None, now: datetime) -> Iterator[str]:
    yield f"Botones {__version__} · Python {platform.python_version()} · {platform.platform()}"
    yield f"{now.isoformat(timespec='seconds')}"
    yield f"perfil: {profile.name} · fuente: {settings.source or profile.source} · modo: {settings.mode}"
    yield from (f"{operation}: {route}" for operation, route in sorted(profile.routes.items()))
    if status is None:
        return
    yield f"estado: {status.mood(now)} · comprobado: {status.proven_at} · pausa: {status.paused}"
    yield f"documentos: {status.counts.model_dump()}"
    if (trouble := status.trouble) is not None:
        yield f"problema: {trouble.system} {trouble.failure} desde {trouble.since} {trouble.detail}"
    if status.rebuild is not None:
        yield f"libro rehecho desde: {status.rebuild.since}"
    for proof in status.proofs:
        wrong = [str(one) for one in (*(cell.field for cell in proof.differences), *proof.conditions)]
        yield f"prueba: {proof.family} {proof.range_name} {proof.holds} {wrong}"


def _ledger(reader: LedgerReader | None) -> tuple[Piece, Anonymiser]:
    if reader is None:
        return Piece("documentos.txt", ""), Anonymiser(())
    try:
        anonymiser = Anonymiser(reader.people())
        lines = [f"{n} {state} {cause}".rstrip() for state, cause, n in reader.causes()]
        lines.append("")
        for step in reader.last_steps(_STEPS):
            data = {name: step.data[name] for name in _SAFE_DATA if name in step.data}
            lines.append(
                f"{step.at.isoformat(timespec='seconds')} {step.key} {step.kind} {step.cause or ''} "
                f"{json.dumps(data, ensure_ascii=False) if data else ''}".rstrip()
            )
    except StorageError as error:
        # Without the names nothing that may hold one is worth the risk: the logs of the engine do not repeat them.
        return Piece("documentos.txt", str(error) + "\n"), Anonymiser(())
    return Piece("documentos.txt", "\n".join(lines) + "\n"), anonymiser
