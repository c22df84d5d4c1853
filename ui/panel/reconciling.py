"""What the page of the reconciliation has done in threads: reading systems and files, saving. It has no widgets."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from app.connectors.dian_excel import read_sheet
from app.model.dian_list import Column, DianList, Sheet, read_list
from app.model.reconciliation import Month, Reconciliation
from app.reports.reconciliation import FileKind, save_as
from app.reports.signature import Signer
from app.setup.credentials import connecting, read_secrets
from app.setup.place import place_of
from app.sync.ledger_reader import LedgerReader
from app.sync.reconciliation import Progress, Stopped, reconcile
from ui.context import Context

__all__ = ["Stopped", "carry_out", "confirm_columns", "open_sheet", "write_file"]


def open_sheet(path: Path) -> Sheet:
    """Read a file of the DIAN; raises ``BadSheet``."""
    return read_sheet(path)


def confirm_columns(context: Context, sheet: Sheet, columns: Mapping[Column, int]) -> DianList:
    """Return the hotel's rows; raises ``BadSheet`` or ``BadCell``."""
    return read_list(sheet, columns, context.settings.hotel_document or "")


def carry_out(
    context: Context,
    month: Month,
    dian: DianList | None,
    progress: Callable[[Progress], None],
    stop: threading.Event,
) -> Reconciliation:
    """Reconcile on a loop of this thread's own; ``progress`` is called in this thread."""
    settings, profile = context.settings, context.profile

    async def whole() -> Reconciliation:
        reader = LedgerReader(await place_of(context.paths, settings, context.vault), context.clock)
        try:
            secrets = await read_secrets(context.vault)
            async with connecting(settings, profile, secrets, context.clock) as connectors:
                return await reconcile(
                    reader,
                    connectors.pymes,
                    month,
                    hotel_nit=settings.hotel_document or "",
                    practice=profile.practice,
                    dian=dian,
                    clock=context.clock,
                    at_once=profile.parallel,
                    progress=progress,
                    halted=stop.is_set,
                )
        finally:
            reader.close()

    return asyncio.run(whole())


def write_file(context: Context, result: Reconciliation, kind: FileKind, path: Path) -> None:
    """Save one file in place of what the person agreed to replace; raises ``OSError`` and ``VaultError``."""
    save_as(result, kind, path, lambda: Signer(context.vault, context.paths.known_keys), replace=True)
