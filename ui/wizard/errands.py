"""What the pages from «Requisitos» on ask for, carried out with the open connections. It draws nothing."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from app.model.clock import Clock
from app.model.documents import Document, Family
from app.model.journey import State
from app.model.numbering import APPLIES_TO_PMS, Cell, Field, Numbering, System
from app.model.setup import Entry, Outcome, Rehearsal, RehearsalResult
from app.setup import numbering, rehearsal
from app.setup.place import place_of
from app.setup.requirements import check_requirements
from app.setup.token import ArrivalState, activate
from app.setup.verification import evidence_of, verify
from app.storage.errors import LedgerElsewhere
from app.storage.place import Place
from app.sync.ledger import Ledger
from app.sync.recovery import open_ledger
from app.sync.service import open_engine
from app.system.settings import Settings
from app.system.vault import Secret
from app.texts.causes import explain, particulars
from ui.context import Context
from ui.loop import in_thread
from ui.wizard.flow import WizardFlow

PATIENCE: Final = 120.0
"""Seconds for the token to arrive."""
_LOOK_AGAIN: Final = 5.0


async def requirements(flow: WizardFlow) -> None:
    """Check what the guide demands."""
    while True:
        answers = flow.activation.answers
        async with flow.connected() as connectors:
            found = await check_requirements(connectors, flow.activation, flow.context.clock.now())
        if flow.activation.answers == answers:
            break
        # The person answered meanwhile: what was just read does not know it.
    flow.change(flow.activation.with_requirements(found))


async def token(flow: WizardFlow) -> None:
    """Set the parameter and wait for the token, which goes straight into the vault."""
    flow.arrival = None
    flow.show_progress(0.0, PATIENCE)
    async with flow.connected() as connectors:
        arrival = await activate(connectors, flow.context.clock, flow.show_progress, patience=PATIENCE)
    if arrival.token is not None:
        await flow.keep({Secret.CONNECTION_TOKEN: arrival.token})
    flow.arrival = replace(arrival, token=None)
    flow.change(flow.activation.with_arrival(arrival))


async def see_token(flow: WizardFlow) -> None:
    """Look once whether the token has come, while a person sets the parameter."""
    async with flow.connected() as connectors:
        arrival = await activate(connectors, flow.context.clock, lambda _gone, _patience: None, patience=0.0)
    if arrival.state is ArrivalState.LATE:
        return
    if arrival.token is not None:
        await flow.keep({Secret.CONNECTION_TOKEN: arrival.token})
    flow.arrival = replace(arrival, token=None)
    flow.change(flow.activation.with_arrival(arrival))


# --- consecutivo ------------------------------------------------------------------------------------------------------


async def propose(flow: WizardFlow) -> None:
    """Fill the forms from what the PMS states; what was typed before is gone."""
    async with flow.connected() as connectors:
        entries = await numbering.propose(connectors, evidence_of(flow.activation), flow.context.clock.now())
    families = numbering.families_of(entries) or flow.activation.families
    whole = numbering.blank_entries(families, entries)
    flow.change(flow.activation.with_families(families).with_entries(whole))


async def look(flow: WizardFlow, index: int) -> None:
    """Look in Pymes for one consecutivo."""
    async with flow.connected() as connectors:
        entry = await numbering.look(connectors, flow.activation.entries[index])
    flow.change(flow.activation.with_entry(index, entry))


async def see_entry(flow: WizardFlow, index: int) -> None:
    """Look in Pymes for one consecutivo that a person is making; what is typed here meanwhile counts more."""
    before = flow.activation.entries[index]
    async with flow.connected() as connectors:
        found = await numbering.look(connectors, before)
    entries = flow.activation.entries
    if index < len(entries) and entries[index] == before and found != before:
        flow.change(flow.activation.with_entry(index, found))


async def create(flow: WizardFlow, indexes: Sequence[int]) -> None:
    """Have consecutivos in Pymes, one after the other; the intent is on the disk before a request leaves."""
    async with flow.connected() as connectors:
        for index in indexes:

            def keep(entry: Entry, index: int = index) -> None:
                flow.change(flow.activation.with_entry(index, entry))

            keep(await numbering.create(connectors, flow.activation.entries[index], flow.context.clock, keep))


# --- verificación -----------------------------------------------------------------------------------------------------


async def prove(flow: WizardFlow) -> None:
    """Prove every range now."""
    async with flow.connected() as connectors:
        reading = await verify(connectors, flow.activation, flow.context.clock)
    flow.fe_failure = reading.fe_failure
    flow.change(flow.activation.with_proofs(reading.proofs))


async def see_proofs(flow: WizardFlow) -> None:
    """Prove every range while a person mends one; a proof of what has changed here meanwhile proves nothing."""
    before = flow.activation
    async with flow.connected() as connectors:
        reading = await verify(connectors, before, flow.context.clock)
    if flow.activation is before:
        flow.fe_failure = reading.fe_failure
        flow.change(before.with_proofs(reading.proofs))


async def mend_practice(flow: WizardFlow) -> None:
    """Have the systems of the practice hotel say the same again, where the person leaves it to Botones."""
    if (practice := flow.context.practice) is None:
        return
    for proof in flow.activation.blocking_proofs:
        for cell in proof.differences:
            for system in cell.wrong:
                await practice.mutate(system, proof.family, cell.field, _right_value(cell))
    for index, entry in enumerate(flow.activation.entries):
        if entry.outcome is Outcome.DIFFERENT:
            await look(flow, index)
    await prove(flow)


def _right_value(cell: Cell) -> str | bool:
    if cell.field is Field.ACTIVE:
        return True
    if cell.field is Field.APPLIES_TO:
        return APPLIES_TO_PMS
    return next((value for system, value in cell.values.items() if system not in cell.wrong), cell.values[System.PMS])


# --- ensayo -----------------------------------------------------------------------------------------------------------


async def find_first(flow: WizardFlow) -> None:
    """Find the document of the rehearsal, and show it as Pymes will record it; nothing is written."""
    activation, clock = flow.activation, flow.context.clock
    flow.first, flow.lines = None, ()
    async with flow.connected() as connectors:
        if not rehearsal.can_look(connectors):
            result = rehearsal.shown_only(RehearsalResult.NOT_READABLE, clock.now())
            flow.change(activation.with_rehearsal(result))
            return
        document = await rehearsal.first_waiting(connectors, evidence_of(activation))
    if document is None:
        if activation.rehearsal is None or not activation.rehearsal.result.lets_on:
            flow.change(activation.with_rehearsal(rehearsal.shown_only(RehearsalResult.NOTHING_YET, clock.now())))
        return
    consecutivo = rehearsal.consecutivo_for(document, activation.proofs)
    flow.first = document
    flow.lines = rehearsal.preview(document, consecutivo, rehearsal.names_of(activation.proofs))
    if activation.rehearsal is None or activation.rehearsal.result is not RehearsalResult.PROVEN:
        # Where documents go, a preview does not yet let anybody on.
        flow.change(activation.with_rehearsal(rehearsal.shown_only(RehearsalResult.PREVIEWED, clock.now(), document)))


async def approve_one(flow: WizardFlow) -> None:
    """Have the practice hotel approve an invoice, so that there is something to rehearse with."""
    if flow.context.practice is not None:
        await flow.context.practice.approve(1, [Family.FACTURA])
        await find_first(flow)


async def send_first(flow: WizardFlow) -> None:
    """Let the document of the rehearsal go, and show it as it then stands in Pymes."""
    document, activation = flow.first, flow.activation
    if document is None:
        return
    consecutivo = rehearsal.consecutivo_for(document, activation.proofs)
    stop = threading.Event()
    settings = activation.into(flow.context.settings)
    try:
        result = await in_thread(_carry, flow.context, settings, evidence_of(activation), document, consecutivo, stop)
    finally:
        # Cancelled: what already left is settled from the ledger, by looking.
        stop.set()
    if result.sale is not None:
        flow.lines = rehearsal.recorded(document, result.sale, rehearsal.names_of(activation.proofs))
    flow.change(flow.activation.with_rehearsal(result))


def _carry(
    context: Context,
    settings: Settings,
    evidence: Sequence[Numbering],
    document: Document,
    consecutivo: str | None,
    stop: threading.Event,
) -> Rehearsal:
    """Work with the ledger in this one thread, until the document is there or its head start is over."""

    async def whole() -> Rehearsal:
        place = await place_of(context.paths, settings, context.vault)
        with open_ledger(place, context.clock) as ledger:
            ledger.save_evidence(evidence)
            async with open_engine(
                ledger,
                settings=settings,
                profile=context.profile,
                vault=context.vault,
                clock=context.clock,
            ) as engine:
                return await _rehearse(engine, ledger, document, consecutivo, context, stop)

    return asyncio.run(whole())


async def _rehearse(
    engine: rehearsal.Sender,
    ledger: Ledger,
    document: Document,
    consecutivo: str | None,
    context: Context,
    stop: threading.Event,
) -> Rehearsal:
    clock: Clock = context.clock
    until = clock.monotonic() + context.profile.timing.head_start
    while True:
        result = await rehearsal.rehearse(engine, document, consecutivo, clock)
        if result.result is not RehearsalResult.FAILED or result.failure is not None:
            return result
        journey = next((entry.journey for entry in ledger.entries([str(document.key)])), None)
        if journey is None or journey.state is not State.SEEN or stop.is_set() or clock.monotonic() > until:
            said = [] if journey is None or journey.cause is None else [explain(journey.cause).title]
            said += [] if journey is None else particulars(journey.detail)
            return result.model_copy(update={"detail": "\n".join(said)})
        # Loggro's own sync has the first turn: the engine sends nothing before its head start is over.
        await clock.sleep(_LOOK_AGAIN)


# --- listo ------------------------------------------------------------------------------------------------------------


async def finish(flow: WizardFlow) -> None:
    """Hand over to the engine: settings, and what was typed as evidence, which its guard needs."""
    finished = flow.activation.finish(flow.context.clock.now(), flow.kept)
    context = flow.context
    place = await place_of(context.paths, context.settings, context.vault)
    await in_thread(_keep_evidence, place, context.clock, evidence_of(finished))
    flow.take_settings(finished.into(flow.context.settings))
    flow.change(finished)


def _keep_evidence(place: Place, clock: Clock, evidence: Sequence[Numbering]) -> None:
    # At a spare the engine only looks on: the computer that sends has evidence of its own in that ledger.
    with suppress(LedgerElsewhere), open_ledger(place, clock) as ledger:
        ledger.save_evidence(evidence)
