"""Does this copy of the program hold everything that it needs, and does it work on this computer? For installers.

Everything happens in a scratch folder: no document, setting or secret of the hotel is touched or even read. It is not
``setup.doctor``, which examines the hotel's own folder, profile and network.
"""

import asyncio
import contextlib
import importlib
import pkgutil
import platform
import ssl
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from app import __version__
from app.connectors.pdf_words import pages_of
from app.connectors.profile import load_profile
from app.connectors.transport import Transport
from app.model.clock import BOGOTA, SystemClock
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.journey import State
from app.model.listing import Listing
from app.model.working_days import is_working_day
from app.sandbox.demo import play
from app.sandbox.practice import Practice
from app.sandbox.session import PROFILE
from app.setup.doctor import Check
from app.storage.database import HEAD, check_whole, version_of
from app.sync.ledger_reader import LedgerReader
from app.sync.recovery import open_ledger
from app.system.paths import Paths
from app.system.vault import LONGEST_PART, Secret, SecretMissing, VaultError, open_vault
from app.texts import _, language, speak
from app.texts.documents import family_name

_SCOPE: Final = "self-check"
_LONG_SECRET: Final = "aé" * LONGEST_PART
"""Twice what Windows takes in one entry, with a letter that is two bytes in its files."""
_FEWEST_MODULES: Final = 150
"""Far fewer than there are: a loader that lists nothing must not pass."""
_LINE: Final = "BOTONES 1876"
_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 41>>stream\nBT /F 18 Tf 20 40 Td (BOTONES 1876) Tj ET \nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
)

Progress = Callable[[Check], None]


def main(log: Path | None) -> int:
    """Print and log what this copy of the program can do here; a windowed program has no other place to say it."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(log.open("w", encoding="utf-8")) if log else None

        def tell(check: Check) -> None:
            click.echo(f"{'✓' if check.well else '✗'} {check.name}: {check.said}")
            if file is not None:
                file.write(log_line(check) + "\n")
                file.flush()  # what comes next may end the process

        # By name, because app knows no Qt.
        return 0 if examine(tell, lambda: importlib.import_module("ui.selfcheck").examine()) else 1


def examine(progress: Progress, of_window: Callable[[], Iterator[Check]]) -> bool:
    """Try every part and say whether all is well; a part that fails does not hide the others.

    ``of_window`` is tried last, because a window system that is not there may end the process.
    """
    well = True

    def take(check: Check) -> None:
        nonlocal well
        well &= check.well
        progress(check)

    with tempfile.TemporaryDirectory(prefix="botones-self-check-", ignore_cleanup_errors=True) as folder:
        paths = Paths.under(Path(folder)).ensure()
        for name, part in _parts(paths):
            take(_tried(name, part))
    for check in _caught(of_window):
        take(check)
    return well


def log_line(check: Check) -> str:
    """Return the check as it stands in the log file."""
    return f"{'OK ' if check.well else 'NO '} {check.name}: {check.said}"


def _parts(paths: Paths) -> Iterator[tuple[str, Callable[[], str]]]:
    yield _("Programa"), _program
    yield _("Piezas"), _modules
    yield _("Libro de documentos"), lambda: _ledger(paths)
    yield _("Llavero del sistema"), _vault
    yield _("Conexión segura"), lambda: _run(_tls())
    yield _("Traducciones"), _translations
    yield _("Perfiles"), _profiles
    yield _("Hora de Colombia"), _local_time
    yield _("Lectura de PDF"), _pdf
    yield _("Hotel de práctica"), lambda: _run(_round_trip(paths))


def _tried(name: str, part: Callable[[], str]) -> Check:
    try:
        return Check(name, True, part())
    except Exception as error:  # whatever it is, the log of the installer must have it, and the next part its turn
        return Check(name, False, f"{type(error).__name__}: {error}")


def _caught(parts: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from parts()
    except Exception as error:
        yield Check(_("Ventana"), False, f"{type(error).__name__}: {error}")


def _run(work: Coroutine[Any, Any, str]) -> str:
    return asyncio.run(work)


class _Wrong(Exception):
    """A part worked, and gave the wrong thing."""


def _program() -> str:
    frozen = _("instalado") if getattr(sys, "frozen", False) else _("desde el código")
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"Botones {__version__} ({frozen}), Python {platform.python_version()}, {system}"


def _modules() -> str:
    """Load every module that there is: what a freezer forgot is missed by whoever asks for it, months later."""
    loaded = 0
    for top in ("app", "ui"):
        for found in pkgutil.walk_packages(importlib.import_module(top).__path__, f"{top}."):
            if "migrations" not in found.name and not found.name.endswith("__main__"):
                importlib.import_module(found.name)
                loaded += 1
    if loaded < _FEWEST_MODULES:
        raise _Wrong(f"{loaded}")
    return str(loaded)


def _ledger(paths: Paths) -> str:
    path = paths.ledger(PROFILE)
    open_ledger(path, SystemClock()).close()
    check_whole(path)
    if (found := version_of(path)) != HEAD:
        raise _Wrong(f"{found} != {HEAD}")
    return _("creado y al día (esquema {version})").format(version=HEAD)


def _vault() -> str:
    try:
        vault = open_vault(_SCOPE)
    except VaultError as error:
        raise _Wrong(f"{error.kind}: {error}") from error
    try:
        for secret in ("corto", _LONG_SECRET):
            vault.put(Secret.PYMES_TOKEN, secret)
            if vault.get(Secret.PYMES_TOKEN) != secret:
                raise _Wrong(f"{len(secret)}")
    finally:
        vault.forget_all()
    try:
        vault.get(Secret.PYMES_TOKEN)
    except SecretMissing:
        return _("guarda, devuelve y olvida")
    raise _Wrong("not forgotten")


async def _tls() -> str:
    async with Transport(_SCOPE):
        return _("{library}, con los certificados de este computador").format(library=ssl.OPENSSL_VERSION)


def _translations() -> str:
    before = language()
    try:
        speak("en")
        if _("Documentos") != "Documents":
            raise _Wrong("en.po")
    finally:
        speak(before)
    return "es, en"


def _profiles() -> str:
    addresses = dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1")
    return ", ".join(load_profile(name, addresses).title for name in ("sandbox", "loggro"))


def _local_time() -> str:
    """Prove the holidays of Colombia to be there: the library loads each country by its name."""
    if is_working_day(date(2026, 12, 25)):
        raise _Wrong("2026-12-25")
    return SystemClock().now().astimezone(BOGOTA).strftime("%d/%m/%Y %H:%M")


def _pdf() -> str:
    """Read a PDF in the child process, which the installed program starts in a way of its own."""
    (page,) = pages_of(_PDF)
    read = " ".join(word.text for line in page.lines for word in line)
    if read != _LINE:
        raise _Wrong(read)
    return _("leído en un proceso aparte")


async def _round_trip(paths: Paths) -> str:
    """Carry one document of each type and prove it, as the hotel's own will be."""
    with Practice.start(paths.sandbox, push_delay=0.2) as practice:
        # An invoice for itself and one for each of the two notes, which only ever correct different ones.
        for family in (Family.FACTURA, Family.FACTURA, *HOTEL_FAMILIES):
            await practice.approve(1, (family,))
        outcome = await play(practice, paths, 0, None, lambda done, total: None, SystemClock())
    reader = LedgerReader(paths.ledger(PROFILE), SystemClock())
    try:
        rows = reader.page(0, 100, Listing(states=(State.PROVEN,)))
    finally:
        reader.close()
    missing = set(HOTEL_FAMILIES) - {row.family for row in rows}
    if missing or not outcome.is_well:
        raise _Wrong(f"{outcome.as_dict()} {sorted(missing)}")
    which = ", ".join(map(family_name, HOTEL_FAMILIES))
    return _("probados en Pymes: {n} ({which})").format(n=outcome.proven, which=which)
