"""What the console's commands do: against the hotel of the settings, each failure ending with its way out.

Kept from ``cli`` so that the window need not wait for the libraries that only these need.
"""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from app.connectors.bundle import open_connectors
from app.connectors.numbering_reader import read_proofs
from app.connectors.profile import BadProfile, Profile, load_profile
from app.model.clock import Clock, SystemClock
from app.model.codes import is_technical_key
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.numbering import NumberingProof
from app.reports.files import FormLine, document_lines
from app.sandbox.demo import Halted, NoDocuments, Wish, demonstrate
from app.sandbox.practice import Practice, PracticeNotStarted
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.session import PROFILE, connect, practice_profile, sign_in
from app.setup.credentials import read_secrets
from app.setup.doctor import examine
from app.storage.backup import back_up, backups_of, is_due
from app.storage.errors import LedgerDamaged, LedgerTooNew
from app.sync.ledger_reader import LedgerReader, Row
from app.sync.recovery import open_ledger
from app.sync.recovery import restore as put_back
from app.sync.service import open_engine
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import SessionVault, Vault, VaultError, open_vault
from app.texts import _
from app.texts.causes import explain, explain_failure, particulars
from app.texts.documents import family_name, state_name
from app.texts.numbering import condition_help, condition_title, difference_line, proof_title
from app.texts.reading import reading_error
from app.texts.status import rebuild_story, rebuild_title

T = TypeVar("T")

ALL_WELL: Final = 0
NOT_ALL_WELL: Final = 1
"""The command did its work, and something needs a person."""
NOT_DONE: Final = 2
"""The command could not do its work."""


def list_scenarios() -> int:
    """Print the simulacros."""
    for one in (kind() for kind in SCENARIOS):
        click.echo(f"{one.name}\n    {one.title}. {one.expect}")
    return ALL_WELL


def demo(seed: int, count: int, documents: Path | None, scenario: str | None, as_json: bool) -> int:
    """Run the whole main job with a progress bar on the error output."""
    if scenario is not None and scenario not in {kind.name for kind in SCENARIOS}:
        _fail(_("No existe el simulacro «{name}». Vea «botones demo --scenario list».").format(name=scenario))
    paths = Paths.of_user().ensure()
    setup_logging(paths)
    try:
        with (
            _told_to_end() as halted,
            click.progressbar(length=count, label=_("Documentos probados"), file=sys.stderr) as bar,
        ):

            def progress(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            wish = Wish(seed, count, documents, scenario)
            shown = asyncio.run(demonstrate(wish, paths, progress, halted=halted))
    except Halted:
        _fail(_("Interrumpida en orden. La misma orden sigue donde quedó."))
    except AlreadyRunning:
        _fail(_("Ya hay una demostración igual en marcha en esta carpeta de datos."))
    except NoDocuments:
        _fail(_("En esa carpeta no hay ningún XML o ZIP que se pueda leer como documento."))
    except PracticeNotStarted as error:
        _fail(_("El hotel de práctica no arrancó.") + f"\n{error}")
    except ConnectorError as error:
        _fail_with(error)
    except (StorageError, LedgerTooNew) as error:
        _fail_with_ledger(error)
    for reading in shown.unread:
        if reading.error is not None:
            click.echo(f"{reading.file}: {reading_error(reading.error, reading.detail)}", err=True)
    _print_rows(shown.waiting, err=True)
    outcome = shown.outcome
    if as_json:
        click.echo(json.dumps(outcome.as_dict()))
    else:
        click.echo(
            _(
                "Aprobados {approved}, probados {proven} (adoptados {adopted}), retenidos {held}, en duda {in_doubt}. "
                "Según los libros del hotel: perdidos {lost}, doblados {doubled}; "
                "PMS {pms_total}, Pymes {pymes_total}. {seconds} s."
            ).format(**outcome.as_dict())
        )
    return ALL_WELL if outcome.is_well else NOT_ALL_WELL


def check(as_json: bool) -> int:
    """Print the numbering proof of every range."""
    proofs = _run(_prove)
    if as_json:
        click.echo(json.dumps([proof.model_dump(mode="json") | {"holds": proof.holds} for proof in proofs]))
    else:
        for proof in proofs:
            mark = "✓" if proof.holds else "✗"
            click.echo(f"{mark} {family_name(proof.family)} {proof.range_name}: {proof_title(proof)}")
            for cell in proof.differences:
                click.echo(f"    {difference_line(cell)}")
            for condition in proof.conditions:
                click.echo(f"    {condition_title(condition)}. {condition_help(condition)}")
        if not proofs:
            click.echo(_("Ningún sistema declara una numeración todavía."))
    return ALL_WELL if proofs and all(proof.holds for proof in proofs) else NOT_ALL_WELL


def sync_once() -> int:
    """Run one cycle and print what does not stand in Pymes after it."""
    with _told_to_end() as halted:
        rows, proven = _run(partial(_sync_once, halted))
    click.echo(_("Probados en Pymes: {n}").format(n=proven))
    _print_rows(rows)
    return NOT_ALL_WELL if rows else ALL_WELL


def backup() -> int:
    """Copy the ledger, check the copy, and say where it is; the window may be open meanwhile."""
    paths = Paths.of_user().ensure()
    ledger = paths.ledger(load(paths.settings).settings.profile)
    if not ledger.exists():
        _fail(_("Todavía no hay ningún libro de documentos en este computador."))
    try:
        made = back_up(ledger, SystemClock().now())
    except StorageError as error:
        _fail_with_ledger(error)
    click.echo(str(made))
    return ALL_WELL


def restore(copy: Path | None) -> int:
    """Put a copy in the place of the ledger; without one, say which there are."""
    paths, clock = Paths.of_user().ensure(), SystemClock()
    setup_logging(paths)
    ledger = paths.ledger(load(paths.settings).settings.profile)
    if copy is None:
        for one in backups_of(ledger):
            click.echo(str(one))
        return ALL_WELL
    try:
        with DataLock(paths.home), put_back(ledger, copy, clock) as restored:
            rebuild = restored.rebuild
    except AlreadyRunning:
        _fail(_("Botones está abierto. Ciérrelo primero: el libro no se cambia mientras alguien trabaja con él."))
    except LedgerDamaged:
        _fail(_("Ese archivo no es una copia íntegra del libro. No se cambió nada."))
    except (StorageError, LedgerTooNew) as error:
        _fail_with_ledger(error)
    assert rebuild is not None
    click.echo(f"{rebuild_title()}.\n{rebuild_story(rebuild, clock.now())}")
    return ALL_WELL


def doctor() -> int:
    """Print how fit this computer is."""
    paths = Paths.of_user()
    checks = asyncio.run(examine(paths, load(paths.settings).settings))
    for one in checks:
        click.echo(f"{'✓' if one.well else '✗'} {one.name}: {one.said}")
        if not one.well:
            click.echo(f"    {one.fix}")
    return ALL_WELL if all(one.well for one in checks) else NOT_ALL_WELL


def read(files: tuple[Path, ...], as_json: bool, ask_key: bool) -> int:
    """Print one line per document."""
    key = None
    if ask_key:
        key = click.prompt(_("Clave técnica"), hide_input=True, err=True).strip()
        if not is_technical_key(key):
            _fail(_("La clave técnica tiene 40 dígitos hexadecimales: cópiela completa."))
    well = True
    for line in document_lines(files, key):
        click.echo(json.dumps(line.as_dict()) if as_json else line.for_people())
        well &= line.is_well
    return ALL_WELL if well else NOT_ALL_WELL


def form1876(files: tuple[Path, ...], as_json: bool) -> int:
    """Print what each authorisation says."""
    well = True
    for path in files:
        line = FormLine(path)
        click.echo(json.dumps(line.as_dict()) if as_json else line.for_people())
        well &= line.is_well
    return ALL_WELL if well else NOT_ALL_WELL


# What check and sync share


class _NotSetUp(Exception):
    """The assistant has not been through for this hotel."""


def _run(work: Callable[[Paths, Settings, Profile, Vault], Coroutine[Any, Any, T]]) -> T:
    """Run ``work`` against the hotel of the settings, alone on its data.

    Every foreseeable failure ends with its way out.
    """
    paths = Paths.of_user().ensure()
    setup_logging(paths)
    settings = load(paths.settings).settings
    try:
        with DataLock(paths.home):
            return asyncio.run(_against_hotel(paths, settings, work))
    except AlreadyRunning:
        _fail(_("Botones está abierto y ya hace este trabajo. Use su ventana, o ciérrelo primero."))
    except BadProfile as error:
        _fail(_("El perfil no sirve: {error}").format(error=error))
    except VaultError as error:
        explanation = explain_failure(Failure.VAULT)
        _fail(f"{explanation.title} ({error.kind}). {explanation.place}")
    except _NotSetUp:
        _fail(_("Este hotel aún no está configurado en este computador: abra Botones y siga el asistente."))
    except ConnectorError as error:
        _fail_with(error)
    except (StorageError, LedgerTooNew) as error:
        _fail_with_ledger(error)


@contextmanager
def _told_to_end() -> Iterator[Callable[[], bool]]:
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
        vault = await asyncio.to_thread(open_vault, settings.profile)
        if settings.hotel_document is None:
            raise _NotSetUp
        yield settings, load_profile(settings.profile, folder=paths.home), vault
        return
    with await asyncio.to_thread(Practice.start, paths.sandbox) as practice:
        profile = practice_profile(practice)
        session = SessionVault(settings.profile)
        known = await sign_in(practice, profile, session, settings.mode)
        await connect(profile, session, known, SystemClock())
        yield known, profile, session


async def _prove(paths: Paths, settings: Settings, profile: Profile, vault: Vault) -> tuple[NumberingProof, ...]:
    with open_ledger(paths.ledger(settings.profile), SystemClock()) as ledger:
        evidence = ledger.evidence()
    async with open_connectors(
        profile.reading_from(settings.source),
        await read_secrets(vault),
        hotel_id=settings.hotel_id,
        hotel_nit=settings.hotel_document,
        proxy=settings.proxy,
    ) as connectors:
        return (await read_proofs(connectors, evidence, SystemClock().now())).proofs


async def _sync_once(
    halted: Callable[[], bool], paths: Paths, settings: Settings, profile: Profile, vault: Vault
) -> tuple[tuple[Row, ...], int]:
    clock, path = SystemClock(), paths.ledger(settings.profile)
    try:
        return await _one_cycle(path, settings, profile, vault, clock, halted)
    except LedgerDamaged:
        # Some damage shows only where somebody writes.
        open_ledger(path, clock, thorough=True).close()
        return await _one_cycle(path, settings, profile, vault, clock, halted)


async def _one_cycle(
    path: Path, settings: Settings, profile: Profile, vault: Vault, clock: Clock, halted: Callable[[], bool]
) -> tuple[tuple[Row, ...], int]:
    with open_ledger(path, clock) as ledger:
        if (rebuild := ledger.rebuild) is not None:
            click.echo(f"{rebuild_title()}.\n{rebuild_story(rebuild, clock.now())}", err=True)
        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            await engine.cycle(halted=halted)
        proven = ledger.counts().proven
    if is_due(path, clock.now()):
        back_up(path, clock.now())
    reader = LedgerReader(path, clock)
    try:
        return reader.unproven(1_000), proven
    finally:
        reader.close()


def _print_rows(rows: tuple[Row, ...], *, err: bool = False) -> None:
    for row in rows:
        words = [state_name(row.state)]
        if row.cause is not None:
            words += [explain(row.cause).title, *particulars(row.detail)]
        click.echo(f"{row.full_number}: {'; '.join(words)}", err=err)


def _fail_with(error: ConnectorError) -> NoReturn:
    explanation = explain_failure(error.failure)
    _fail(f"{error.system}: {explanation.title} {explanation.place} ({error.detail})")


def _fail_with_ledger(error: StorageError | LedgerTooNew) -> NoReturn:
    if isinstance(error, LedgerTooNew):
        _fail(_("Este libro es de una versión más nueva de Botones. Instálela; esta no lo toca."))
    explanation = explain_failure(error.failure)
    _fail(
        _("Libro de documentos: {title}. {place} ({detail})").format(
            title=explanation.title, place=explanation.place, detail=error.detail
        )
    )


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(NOT_DONE)
