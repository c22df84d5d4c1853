"""What the console's commands do: against the hotel of the settings, each failure ending with its way out.

Kept from ``cli`` so that the window need not wait for the libraries that only these need.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from app.connectors.bundle import open_connectors
from app.connectors.numbering_reader import read_proofs
from app.connectors.profile import BadProfile, Profile, load_profile
from app.model.clock import SystemClock
from app.model.codes import is_technical_key
from app.model.errors import ConnectorError, Failure
from app.model.numbering import NumberingProof
from app.reports.files import FormLine, document_lines
from app.sandbox.demo import NoDocuments, Wish, demonstrate
from app.sandbox.practice import Practice, PracticeNotStarted
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.session import PROFILE, connect, practice_profile, sign_in
from app.setup.credentials import read_secrets
from app.setup.doctor import examine
from app.sync.ledger import Ledger, LedgerReader, Row
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
        with click.progressbar(length=count, label=_("Documentos probados"), file=sys.stderr) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            shown = asyncio.run(demonstrate(Wish(seed, count, documents, scenario), paths, progress))
    except AlreadyRunning:
        _fail(_("Ya hay una demostración igual en marcha en esta carpeta de datos."))
    except NoDocuments:
        _fail(_("En esa carpeta no hay ningún XML o ZIP que se pueda leer como documento."))
    except PracticeNotStarted as error:
        _fail(_("El hotel de práctica no arrancó.") + f"\n{error}")
    except ConnectorError as error:
        _fail_with(error)
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
    rows, proven = _run(_sync_once)
    click.echo(_("Probados en Pymes: {n}").format(n=proven))
    _print_rows(rows)
    return NOT_ALL_WELL if rows else ALL_WELL


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
        _fail(_("Este hotel aún no está configurado en este equipo: abra Botones y siga el asistente."))
    except ConnectorError as error:
        _fail_with(error)


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
    with Ledger(paths.ledger(settings.profile), SystemClock()) as ledger:
        evidence = ledger.evidence()
    async with open_connectors(
        profile.reading_from(settings.source),
        await read_secrets(vault),
        hotel_id=settings.hotel_id,
        hotel_nit=settings.hotel_document,
        proxy=settings.proxy,
    ) as connectors:
        return (await read_proofs(connectors, evidence, SystemClock().now())).proofs


async def _sync_once(paths: Paths, settings: Settings, profile: Profile, vault: Vault) -> tuple[tuple[Row, ...], int]:
    clock = SystemClock()
    with Ledger(paths.ledger(settings.profile), clock) as ledger:
        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            await engine.cycle()
        proven = ledger.counts().proven
    reader = LedgerReader(paths.ledger(settings.profile), clock)
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


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(NOT_DONE)
