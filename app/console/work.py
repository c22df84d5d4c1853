"""``botones check``, ``sync`` and ``backfill``: the engine's work, once, without a window.

It decides nothing about a document; the engine does.
"""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import click

from app.connectors.numbering_reader import ProofReading, read_proofs
from app.connectors.profile import Profile
from app.console.outcome import ALL_WELL, NOT_ALL_WELL, fail, print_rows
from app.console.permission import done, permit
from app.console.progress import told
from app.console.running import run, told_to_end
from app.model.clock import Clock, SystemClock
from app.model.preview import Backfill
from app.model.role import Act
from app.setup.credentials import connecting, read_secrets
from app.setup.place import place_of
from app.storage.backup import back_up, is_due
from app.storage.errors import LedgerDamaged
from app.sync.backfill import Halted
from app.sync.ledger_reader import LedgerReader, Row
from app.sync.recovery import open_ledger
from app.sync.service import open_engine
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import Vault
from app.texts import _
from app.texts.backfill import backfill_lines
from app.texts.deeds import brought
from app.texts.documents import family_name
from app.texts.numbering import condition_help, condition_title, difference_line, prefix_warning, proof_title
from app.texts.reconciliation import stage_name
from app.texts.status import rebuild_story, rebuild_title


def check(as_json: bool) -> int:
    """Print the numbering proof of every range."""
    reading = run(_prove)
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
    permit(Act.SYNC)
    with told_to_end() as halted:
        rows, proven = run(partial(_sync_once, halted))
    click.echo(_("Probados en Pymes: {n}").format(n=proven))
    print_rows(rows)
    return NOT_ALL_WELL if rows else ALL_WELL


def backfill(start: date, go: bool, as_json: bool, reason: str = "") -> int:
    """Print what carrying the documents since ``start`` would do; with ``go``, do it in one cycle."""
    if go:
        permit(Act.BACKFILL, reason)
    with told_to_end() as halted:
        try:
            shown = run(partial(_preview, start, halted))
        except Halted:
            fail(_("Interrumpida en orden. No se cambió nada."))
        if not go:
            click.echo(json.dumps(shown.model_dump(mode="json")) if as_json else "\n".join(backfill_lines(shown)))
            return ALL_WELL
        rows, proven, changed = run(partial(_bring, start, halted))
    if changed:
        done(Act.BACKFILL, brought(start), reason)
    if as_json:
        said = {"preview": shown.model_dump(mode="json"), "changed": changed, "proven": proven, "waiting": len(rows)}
        click.echo(json.dumps(said))
    else:
        click.echo("\n".join(backfill_lines(shown)))
        if not changed:
            click.echo(_("Ya se llevaban desde ese día o antes: nada cambió."))
        click.echo(_("Probados en Pymes: {n}").format(n=proven))
        print_rows(rows)
    return NOT_ALL_WELL if rows else ALL_WELL


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
    with told() as tell, open_ledger(await place_of(paths, settings, vault), clock) as ledger:

        def hear(done: int, total: int) -> None:
            tell(stage_name("pymes" if total else "ledger", done, total))

        async with open_engine(ledger, settings=settings, profile=profile, vault=vault, clock=clock) as engine:
            return await engine.preview_backfill(start, hear, halted)


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
