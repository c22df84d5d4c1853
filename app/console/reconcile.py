"""``botones reconcile``: a month, told and saved.

What is compared, and how, is in ``app.sync.reconciliation``.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import click

from app.connectors.dian_excel import read_sheet
from app.connectors.profile import Profile
from app.console.outcome import ALL_WELL, NOT_ALL_WELL, fail
from app.console.permission import permit
from app.console.progress import told
from app.console.running import run, told_to_end
from app.model.clock import SystemClock
from app.model.dian_list import BadCell, BadSheet, Sheet, propose, read_list
from app.model.reconciliation import Month, Reconciliation
from app.model.role import Act
from app.reports.reconciliation import FileKind, save_as
from app.reports.signature import Signer
from app.setup.credentials import connecting, read_secrets
from app.setup.place import place_of
from app.sync.ledger_reader import LedgerReader
from app.sync.reconciliation import Stopped
from app.sync.reconciliation import reconcile as reconcile_month
from app.sync.recovery import open_ledger
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Vault
from app.texts import _, whole
from app.texts.reconciliation import (
    bad_cell,
    columns_line,
    kind_name,
    line_words,
    sheet_error,
    stage_name,
    verdict_text,
    verdict_title,
)

_MOST_LINES: Final = 200


def reconcile(month: str, dian: Path | None, xlsx: Path | None, pdf: Path | None, signed: Path | None) -> int:
    """Print how a month stands, and save what was asked for; a file that is there is not replaced."""
    permit(Act.RECONCILE)
    try:
        asked = Month.parse(month)
    except ValueError:
        fail(_("El mes se escribe AAAA-MM, por ejemplo 2026-11."))
    wanted = [
        (kind, path)
        for kind, path in ((FileKind.SPREADSHEET, xlsx), (FileKind.PDF, pdf), (FileKind.SIGNED, signed))
        if path is not None
    ]
    for _kind, path in wanted:
        if path.exists():
            fail(_("Ya existe {file}: elija otro nombre. No se cambió nada.").format(file=path))
    try:
        sheet = None if dian is None else read_sheet(dian)
        with told_to_end() as halted:
            result = run(partial(_reconcile, asked, sheet, wanted, halted))
    except Stopped:
        fail(_("Interrumpida en orden. No se cambió nada."))
    except BadSheet as error:
        fail(f"{dian}: {sheet_error(error.error, error.detail)}")
    except BadCell as error:
        fail(f"{dian}: {bad_cell(error)}")
    except OSError as error:
        fail(_("No se pudo guardar {file}: {why}").format(file=error.filename or "", why=error.strerror or ""))
    click.echo(verdict_title(result))
    click.echo(verdict_text(result))
    for one in result.summaries:
        click.echo(f"{kind_name(one.kind)}: {whole(one.documents)}")
        if one.kind.needs_a_look:
            for line in [line for line in result.lines if line.kind is one.kind][:_MOST_LINES]:
                click.echo(f"    {line.lead.full_number}: {line_words(line)}")
    return ALL_WELL if result.is_well else NOT_ALL_WELL


async def _reconcile(
    month: Month,
    sheet: Sheet | None,
    wanted: Sequence[tuple[FileKind, Path]],
    halted: Callable[[], bool],
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
    if isinstance(place, Path):
        # Migrated, and healed where it is damaged; on a server that is its one writer's affair.
        open_ledger(place, clock).close()
    reader = LedgerReader(place, clock)
    secrets = await read_secrets(vault)
    with told() as tell, closing(reader):
        async with connecting(settings, profile, secrets, clock) as connectors:
            result = await reconcile_month(
                reader,
                connectors.pymes,
                month,
                hotel_nit=nit,
                practice=profile.practice,
                dian=dian,
                clock=clock,
                at_once=profile.parallel,
                progress=lambda so_far: tell(stage_name(so_far.stage.value, so_far.done, so_far.total)),
                halted=halted,
            )
    for kind, path in wanted:
        save_as(result, kind, path, lambda: Signer(vault, paths.known_keys), replace=False)
    return result
