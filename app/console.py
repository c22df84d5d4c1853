"""What the console's commands do: against the hotel of the settings, each failure ending with its way out.

Kept from ``cli`` so that the window need not wait for the libraries that only these need.
"""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from app.connectors.dian_excel import read_sheet
from app.connectors.numbering_reader import ProofReading, read_proofs
from app.connectors.profile import BadProfile, Profile, load_profile
from app.model.clock import Clock, SystemClock
from app.model.codes import is_technical_key
from app.model.dian_list import BadCell, BadSheet, Sheet, propose, read_list
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.preview import Backfill
from app.model.reconciliation import Month, Reconciliation, Verdict
from app.reports.files import FormLine, document_lines
from app.reports.reconciliation import FileKind, save_as
from app.reports.signature import LARGEST as LARGEST_SIGNED
from app.reports.signature import Signer
from app.reports.signature import check as check_signature
from app.sandbox.demo import Halted as DemoHalted
from app.sandbox.demo import NoDocuments, Wish, demonstrate
from app.sandbox.practice import Practice, PracticeNotStarted
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.session import PROFILE, connect, practice_profile, sign_in
from app.setup.credentials import connecting, read_secrets
from app.setup.doctor import examine
from app.setup.leaving import hotels_of, remove_secrets
from app.setup.place import place_of
from app.storage.backup import back_up, backups_of, is_due
from app.storage.errors import LedgerDamaged, LedgerTooNew
from app.sync.backfill import Halted
from app.sync.ledger_reader import LedgerReader, Row
from app.sync.reconciliation import reconcile as reconcile_month
from app.sync.recovery import open_ledger
from app.sync.recovery import restore as put_back
from app.sync.service import open_engine
from app.system.lock import AlreadyRunning, DataLock
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import SessionVault, Vault, VaultError, open_vault
from app.texts import _, whole
from app.texts.backfill import backfill_lines
from app.texts.causes import explain, explain_failure, particulars
from app.texts.documents import family_name, state_name
from app.texts.numbering import condition_help, condition_title, difference_line, prefix_warning, proof_title
from app.texts.reading import reading_error
from app.texts.reconciliation import (
    bad_cell,
    columns_line,
    kind_name,
    line_words,
    sheet_error,
    verdict_text,
    verdict_title,
    verified,
)
from app.texts.status import rebuild_story, rebuild_title

T = TypeVar("T")

ALL_WELL: Final = 0
NOT_ALL_WELL: Final = 1
"""The command did its work, and something needs a person."""
_MOST_LINES: Final = 200
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
    except DemoHalted:
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
    reading = _run(_prove)
    proofs = reading.proofs
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
        for warning in reading.warnings:
            click.echo(f"⚠ {prefix_warning(warning)}")
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


def backfill(start: date, go: bool, as_json: bool) -> int:
    """Print what carrying the documents since ``start`` would do; with ``go``, do it in one cycle."""
    with _told_to_end() as halted:
        try:
            shown = _run(partial(_preview, start, halted))
        except Halted:
            _fail(_("Interrumpida en orden. No se cambió nada."))
        if not go:
            click.echo(json.dumps(shown.model_dump(mode="json")) if as_json else "\n".join(backfill_lines(shown)))
            return ALL_WELL
        rows, proven, changed = _run(partial(_bring, start, halted))
    if as_json:
        said = {"preview": shown.model_dump(mode="json"), "changed": changed, "proven": proven, "waiting": len(rows)}
        click.echo(json.dumps(said))
    else:
        click.echo("\n".join(backfill_lines(shown)))
        if not changed:
            click.echo(_("Ya se llevaban desde ese día o antes: nada cambió."))
        click.echo(_("Probados en Pymes: {n}").format(n=proven))
        _print_rows(rows)
    return NOT_ALL_WELL if rows else ALL_WELL


def backup() -> int:
    """Copy the ledger, check the copy, and say where it is; the window may be open meanwhile."""
    paths = Paths.of_user().ensure()
    ledger = _file_of(paths)
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
    ledger = _file_of(paths)
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


def forget() -> int:
    """Remove every secret of every hotel of this computer, as the uninstaller does, and name what did not go."""
    left = 0
    for name in hotels_of(Paths.of_user()):
        try:
            removed = asyncio.run(remove_secrets([(name, open_vault(name))]))
        except VaultError as error:
            explanation = explain_failure(Failure.VAULT)
            click.echo(f"{name}: {explanation.title} ({error.kind}). {explanation.place}", err=True)
            left += 1
            continue
        kept = [one.name.value for one in removed if not one.is_gone]
        left += len(kept)
        click.echo(f"{name}: {', '.join(kept) or _('sin accesos')}")
    return NOT_ALL_WELL if left else ALL_WELL


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


def reconcile(month: str, dian: Path | None, xlsx: Path | None, pdf: Path | None, signed: Path | None) -> int:
    """Print how a month stands, and save what was asked for; a file that is there is not replaced."""
    try:
        asked = Month.parse(month)
    except ValueError:
        _fail(_("El mes se escribe AAAA-MM, por ejemplo 2026-11."))
    wanted = [
        (kind, path)
        for kind, path in ((FileKind.SPREADSHEET, xlsx), (FileKind.PDF, pdf), (FileKind.SIGNED, signed))
        if path is not None
    ]
    for _kind, path in wanted:
        if path.exists():
            _fail(_("Ya existe {file}: elija otro nombre. No se cambió nada.").format(file=path))
    try:
        sheet = None if dian is None else read_sheet(dian)
        result = _run(partial(_reconcile, asked, sheet, wanted))
    except BadSheet as error:
        _fail(f"{dian}: {sheet_error(error.error, error.detail)}")
    except BadCell as error:
        _fail(f"{dian}: {bad_cell(error)}")
    except OSError as error:
        _fail(_("No se pudo guardar {file}: {why}").format(file=error.filename or "", why=error.strerror or ""))
    click.echo(verdict_title(result))
    click.echo(verdict_text(result))
    for one in result.summaries:
        click.echo(f"{kind_name(one.kind)}: {whole(one.documents)}")
        if one.kind.needs_a_look:
            for line in [line for line in result.lines if line.kind is one.kind][:_MOST_LINES]:
                click.echo(f"    {line.lead.full_number}: {line_words(line)}")
    return ALL_WELL if result.is_well else NOT_ALL_WELL


def verify(file: Path) -> int:
    """Print whether a signed file is what was signed."""
    try:
        if file.stat().st_size > LARGEST_SIGNED:
            _fail(verified(Verdict.NOT_OURS))
        found = check_signature(file.read_bytes(), Paths.of_user().known_keys)
    except OSError as error:
        _fail(f"{file}: {error.strerror}")
    words = verified(found.verdict, found.fingerprint)
    if found.verdict is Verdict.NOT_OURS:
        _fail(words)
    click.echo(f"{'✓' if found.verdict is Verdict.VALID else '✗'} {words}")
    return ALL_WELL if found.verdict is Verdict.VALID else NOT_ALL_WELL


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
        vault = await asyncio.to_thread(open_vault, settings.key)
        if settings.hotel_document is None:
            raise _NotSetUp
        yield settings, load_profile(settings.profile, folder=paths.home).with_fe(settings.fe_address), vault
        return
    with await asyncio.to_thread(Practice.start, paths.practice(settings.key)) as practice:
        profile = practice_profile(practice)
        session = SessionVault(settings.key)
        known = await sign_in(practice, profile, session, settings.mode)
        await connect(profile, session, known, SystemClock())
        yield known, profile, session


async def _prove(paths: Paths, settings: Settings, profile: Profile, vault: Vault) -> ProofReading:
    with open_ledger(await place_of(paths, settings, vault), SystemClock()) as ledger:
        evidence = ledger.evidence()
    async with connecting(settings, profile, await read_secrets(vault), SystemClock()) as connectors:
        return await read_proofs(connectors, evidence, SystemClock().now())


async def _sync_once(
    halted: Callable[[], bool], paths: Paths, settings: Settings, profile: Profile, vault: Vault
) -> tuple[tuple[Row, ...], int]:
    clock, place = SystemClock(), await place_of(paths, settings, vault)
    try:
        return await _one_cycle(paths, settings, profile, vault, clock, halted)
    except LedgerDamaged:
        # Some damage shows only where somebody writes.
        open_ledger(place, clock, thorough=True).close()
        return await _one_cycle(paths, settings, profile, vault, clock, halted)


async def _preview(
    start: date, halted: Callable[[], bool], paths: Paths, settings: Settings, profile: Profile, vault: Vault
) -> Backfill:
    clock = SystemClock()
    with open_ledger(await place_of(paths, settings, vault), clock) as ledger:
        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            return await engine.preview_backfill(start, lambda done, total: None, halted)


async def _bring(
    start: date, halted: Callable[[], bool], paths: Paths, settings: Settings, profile: Profile, vault: Vault
) -> tuple[tuple[Row, ...], int, bool]:
    clock, place = SystemClock(), await place_of(paths, settings, vault)
    with open_ledger(place, clock) as ledger:
        changed = ledger.bring_from(start)
    if changed:
        load(paths.settings, settings.key).settings.changed(start=start).save(paths.settings)
    rows, proven = await _one_cycle(paths, settings, profile, vault, clock, halted)
    return rows, proven, changed


async def _one_cycle(
    paths: Paths, settings: Settings, profile: Profile, vault: Vault, clock: Clock, halted: Callable[[], bool]
) -> tuple[tuple[Row, ...], int]:
    place = await place_of(paths, settings, vault)
    with open_ledger(place, clock) as ledger:
        if (rebuild := ledger.rebuild) is not None:
            click.echo(f"{rebuild_title()}.\n{rebuild_story(rebuild, clock.now())}", err=True)
        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            await engine.cycle(halted=halted)
        proven, start = ledger.counts().proven, ledger.start
    if start is not None and settings.start is None:
        # A ledger that is lost would not know where it began.
        load(paths.settings, settings.key).settings.changed(start=start).save(paths.settings)
    if isinstance(place, Path) and is_due(place, clock.now()):
        back_up(place, clock.now())
    reader = LedgerReader(place, clock)
    try:
        return reader.unproven(1_000), proven
    finally:
        reader.close()


async def _reconcile(
    month: Month,
    sheet: Sheet | None,
    wanted: Sequence[tuple[FileKind, Path]],
    paths: Paths,
    settings: Settings,
    profile: Profile,
    vault: Vault,
) -> Reconciliation:
    clock, nit = SystemClock(), settings.hotel_document or ""
    dian = None
    if sheet is not None:
        dian = read_list(sheet, propose(sheet.headings), nit)
        # There is nobody to confirm them: whoever reads the result must at least be able to see them.
        click.echo(columns_line(sheet), err=True)
    place = await place_of(paths, settings, vault)
    open_ledger(place, clock).close()
    reader = LedgerReader(place, clock)
    try:
        async with connecting(settings, profile, await read_secrets(vault), clock) as connectors:
            result = await reconcile_month(
                reader,
                connectors.pymes,
                month,
                hotel_nit=nit,
                practice=profile.practice,
                dian=dian,
                clock=clock,
                at_once=profile.parallel,
                progress=lambda _progress: None,
                halted=lambda: False,
            )
    finally:
        reader.close()
    for kind, path in wanted:
        save_as(result, kind, path, lambda: Signer(vault, paths.known_keys), replace=False)
    return result


def _file_of(paths: Paths) -> Path:
    """Return the ledger's file; of a ledger on a server, whoever keeps the server makes the copies."""
    settings = load(paths.settings).settings
    if settings.ledger_server is not None:
        _fail(
            _("El libro está en un servidor: las copias las hace quien lo cuida, con las herramientas de PostgreSQL.")
        )
    return paths.ledger(settings.key)


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
