"""One cycle of work, and the status it leaves behind.

It waits for nothing and keeps no state of its own: all is in the ledger.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.connectors.bundle import Connectors
from app.connectors.numbering_reader import DianCache
from app.model.causes import Cause
from app.model.clock import Clock, bogota_day
from app.model.documents import Family
from app.model.errors import ConnectorError, Failure
from app.model.journey import Event, EventKind, Journey, State
from app.model.mode import Mode
from app.model.numbering import Numbering
from app.model.preview import Backfill, Release
from app.model.rules import Severity, check
from app.model.sales import Sale
from app.sync.acts import link_verdict
from app.sync.backfill import Progress, preview_backfill
from app.sync.forwarder import LOOK_AGAIN, Forwarder, verdict, with_what_was_said
from app.sync.guard import Guard, Identity, Pass, Stop
from app.sync.ledger import Entry, Ledger
from app.sync.lookup import look
from app.sync.parallel import for_each
from app.sync.reader import read_approved
from app.sync.rebuild import look_through
from app.sync.releasing import preview_release

_HEAL_PAGE: Final = 200
_LINKS: Final = 20
"""So many documents settled outside are looked at again in one cycle."""
_PROOF_KEEPS: Final = 10.0
"""Seconds that reading may take before the numbering is proven again."""
_INVOICE_PAUSE: Final = timedelta(minutes=10)
_NUMBERING_CAUSES: Final = (
    *(Cause.NUMBERING_DIFFERS, Cause.NUMBERING_UNKNOWN, Cause.DIAN_SILENT, Cause.RANGE_EXPIRED),
    Cause.NUMBERING_REFUSED,
)
_INVOICE_CAUSES: Final = (Cause.WAITS_FOR_INVOICE, Cause.INVOICE_UNKNOWN)
_NOT_LEAVING_CAUSES: Final = (*_NUMBERING_CAUSES, *_INVOICE_CAUSES, Cause.BREAKS_RULE)
_INVOICE_FAMILY: Final = {
    Family.NOTA_CREDITO: Family.FACTURA,
    Family.NOTA_DEBITO: Family.FACTURA,
    Family.NOTA_AJUSTE: Family.DOCUMENTO_SOPORTE,
}

log = logging.getLogger(__name__)


class Engine:
    """Takes every approved document along the way of the design. Lives on one thread, with one ledger."""

    def __init__(
        self,
        connectors: Connectors,
        ledger: Ledger,
        clock: Clock,
        *,
        mode: Mode,
        identity: Identity,
        dian: DianCache | None = None,
    ) -> None:
        profile = connectors.profile
        self._connectors = connectors
        self._ledger = ledger
        self._clock = clock
        self._mode = profile.mode_for(mode)
        self._timing = profile.timing
        self._batch = self._largest_batch = profile.batch
        self._at_once = profile.parallel
        self._identity = identity
        self.guard = Guard(connectors, identity, dian)
        self._forwarder = Forwarder(connectors.pymes, ledger, clock, profile.timing, profile.parallel)

    async def cycle(
        self,
        progress: Progress = lambda done, total: None,
        halted: Callable[[], bool] = lambda: False,
        at_most: int | None = None,
    ) -> int:
        """Do all there is to do now and return how many documents moved on.

        ``progress`` hears of documents done and known to be due; ``halted`` is asked before each batch, so that a
        pause or the end of the session never has to break into one. No page is read after the one that brings
        ``at_most`` new documents, but for the last look of a rebuild. Raises ``ConnectorError`` when a system does not
        let us go on; the ledger is whole at every moment.
        """
        try:
            return await self._work(progress, _latched(halted), at_most)
        except ConnectorError as error:
            # On a line that breaks every so many requests, a batch that needs more of them would never come to its end.
            self._batch = max(self._batch // 2, 1)
            if error.failure is Failure.TOO_MANY:
                self._largest_batch = self._batch
            raise

    async def _work(self, progress: Progress, halted: Callable[[], bool], at_most: int | None) -> int:
        # The hotel is proven before anything of it enters the ledger. Doubts are settled before the list is read, so
        # that a document which changed meanwhile is held before its first content could be sent again.
        await self._prove()
        await self._settle_doubts()
        started = self._clock.monotonic()
        moved = await read_approved(self._connectors.source, self._ledger, halted, at_most)
        if self._clock.monotonic() - started > _PROOF_KEEPS:
            # A folder or a range may take minutes to read, and the first batch needs a proof of now.
            await self._prove()
        if not await self._is_rebuilt(halted):
            return moved
        await self._look_again(State.CONFLICT)
        await self._look_at_links()
        if self._mode.sends:
            self._heal_numbering()
            await self._heal_invoices()
            self._release_missing()
        else:
            self._release_what_cannot_leave()
            await self._look_again(State.MISSING)
        total = self._ledger.counts().waiting
        done = 0
        while not halted():
            batch = self._ledger.due(State.SEEN, self._batch, self._clock.now()) or await self._set_free()
            if not batch:
                break
            if done:
                await self._prove()
            await self._carry_batch(batch)
            self._widen()
            done += len(batch)
            progress(done, max(total, done))
        return moved + done

    async def carry(self, key: str) -> Sale | None:
        """Take one document the whole way now, and return it as Pymes shows it.

        ``None`` where it does not stand there yet.

        For the rehearsal of the wizard. It obeys guard and rules like any other.
        """
        await self._prove()
        await read_approved(self._connectors.source, self._ledger)
        if not await self._is_rebuilt():
            return None
        await self._carry_batch([entry for entry in self._ledger.entries([key]) if entry.journey.state is State.SEEN])
        entries = self._ledger.entries([key])
        if not entries or entries[0].journey.state is not State.PROVEN:
            return None
        sales = await self._connectors.pymes.sales_numbered(entries[0].document.full_number)
        return next((sale for sale in sales if sale.uuid == entries[0].journey.sale), None)

    # What a person asks, also while a cycle is under way: it reads and writes nothing

    async def sales_numbered(self, number: str) -> tuple[Sale, ...]:
        """Return what carries this number in Pymes right now."""
        return await self._connectors.pymes.sales_numbered(number)

    async def preview_release(self, cause: Cause) -> Release:
        """Say what releasing all documents of a cause would do right now."""

        def waits(entry: Entry) -> bool:
            invoice = self._invoice_of(entry)
            return invoice is not None and invoice.journey.state not in (State.PROVEN, State.SETTLED)

        return await preview_release(self._ledger, await self._fresh_guard(), cause, waits)

    async def preview_backfill(self, start: date, progress: Progress, halted: Callable[[], bool]) -> Backfill:
        """Say what carrying the documents since ``start`` would do; raises ``Halted``."""
        return await preview_backfill(
            self._connectors,
            self._ledger,
            await self._fresh_guard(),
            start,
            bogota_day(self._clock.now()),
            sends=self._mode.sends,
            progress=progress,
            halted=halted,
        )

    async def _fresh_guard(self) -> Guard:
        # The cycle's own must not be emptied while a batch is judged by it.
        guard = Guard(self._connectors, self._identity)
        await guard.renew(self._ledger.evidence(), self._clock.now())
        return guard

    async def _is_rebuilt(self, halted: Callable[[], bool] = lambda: False) -> bool:
        """Say whether the ledger can be trusted; one that was lost is not before both systems are looked through."""
        rebuild = self._ledger.rebuild
        if rebuild is None:
            return True
        whole = await look_through(
            self._ledger,
            rebuild,
            self._connectors.pymes,
            self._clock,
            settle=self._timing.settle,
            at_once=self._at_once,
            numberings_of=self._numberings_of,
            halted=halted,
        )
        # What is approved while we look has not been looked for: the look is whole once nothing new has come since.
        if not whole or await read_approved(self._connectors.source, self._ledger, halted) or halted():
            return False
        self._ledger.end_rebuild()
        log.info("the ledger is whole again: both systems have been looked through")
        return True

    async def _prove(self) -> None:
        proofs = await self.guard.renew(self._ledger.evidence(), self._clock.now())
        self._ledger.save_proofs(proofs)

    # A batch

    async def _carry_batch(self, batch: Sequence[Entry]) -> None:
        if not self._mode.sends:
            await self._watch(batch)
            return
        # A note may follow its invoice within one batch: invoices are proven first.
        await self._carry_together([entry for entry in batch if not entry.document.family.is_note])
        await self._carry_together([entry for entry in batch if entry.document.family.is_note])

    async def _carry_together(self, batch: Sequence[Entry]) -> None:
        allowed: dict[str, Numbering] = {}
        steps: list[tuple[str, Event]] = []
        for entry in batch:
            numbering, events = await self._may_leave(entry)
            steps += [(entry.key, event) for event in events]
            if numbering is not None:
                allowed[entry.key] = numbering
        self._ledger.append(steps)
        absent = await self._look_first([entry for entry in batch if entry.key in allowed], allowed)
        if absent:
            try:
                await self._forwarder.send([(entry, allowed[entry.key]) for entry in absent])
            finally:
                sent = self._ledger.entries([entry.key for entry in absent])
                await self._forwarder.settle([entry for entry in sent if entry.journey.state is State.SENT], allowed)

    async def _watch(self, batch: Sequence[Entry]) -> None:
        """Look for documents that nothing will send: neither numbering nor rules nor order keep one from being found.

        Only another hotel's document is not looked for: it has no place in these books.
        """
        now = self._clock.now()
        judged = [(entry, self.guard.judge(entry.document)) for entry in batch]
        strangers = {
            entry.key: judgement
            for entry, judgement in judged
            if isinstance(judgement, Stop) and judgement.cause is Cause.OTHER_ISSUER
        }
        self._ledger.append(
            (key, Event(kind=EventKind.HELD, at=now, cause=stop.cause, data=stop.detail))
            for key, stop in strangers.items()
        )
        entries = [entry for entry in batch if entry.key not in strangers]
        await self._look_first(entries, self._numberings_of(entries))

    async def _may_leave(self, entry: Entry) -> tuple[Numbering | None, list[Event]]:
        """Ask guard, rules and, for a note, its invoice; a document that may not leave gets an event that says why."""
        now = self._clock.now()
        judgement = self.guard.judge(entry.document)
        if isinstance(judgement, Stop):
            return None, [Event(kind=EventKind.HELD, at=now, cause=judgement.cause, data=judgement.detail)]
        findings = check(entry.document, judgement.numbering, judgement.technical_key)
        blocking = [finding for finding in findings if finding.severity is Severity.BLOCK]
        said = [finding.model_dump(mode="json") for finding in blocking or findings]
        if blocking:
            return None, [Event(kind=EventKind.HELD, at=now, cause=Cause.BREAKS_RULE, data={"findings": said})]
        events = [Event(kind=EventKind.CHECKED, at=now, data={"findings": said})] if said else []
        waits = await self._wait_for_invoice(entry, now)
        if waits is not None:
            return None, [*events, waits]
        return judgement.numbering, events

    async def _wait_for_invoice(self, entry: Entry, now: datetime) -> Event | None:
        """Return why a note must wait, ``None`` where its invoice is proven to stand in Pymes."""
        reference, family = entry.document.reference, _INVOICE_FAMILY.get(entry.document.family)
        if reference is None or family is None:
            return None
        data: dict[str, Any] = {"invoice": reference.full_number}
        invoice = self._invoice_of(entry)
        settled = invoice is not None and invoice.journey.state is State.SETTLED
        if invoice is not None and not settled:
            if invoice.journey.state is State.PROVEN:
                return None
            data |= {"state": invoice.journey.state.value, "cause": invoice.journey.cause}
            return Event(kind=EventKind.HELD, at=now, cause=Cause.WAITS_FOR_INVOICE, data=data)
        sales = await self._connectors.pymes.sales_numbered(reference.full_number)
        if any(sale.type.family is family and sale.full_number == reference.full_number for sale in sales):
            return None
        due = now + _INVOICE_PAUSE
        if settled:
            # It was settled by a sale of another number: Pymes would not find what the note corrects.
            data |= {"state": State.SETTLED.value}
            return Event(kind=EventKind.HELD, at=now, cause=Cause.WAITS_FOR_INVOICE, due_at=due, data=data)
        return Event(kind=EventKind.HELD, at=now, cause=Cause.INVOICE_UNKNOWN, due_at=due, data=data)

    def _only_pymes_knows(self, entry: Entry) -> bool:
        """Say whether nothing in the ledger can tell that a note's invoice stands."""
        invoice = self._invoice_of(entry)
        return invoice is None or invoice.journey.state is State.SETTLED

    def _invoice_of(self, entry: Entry) -> Entry | None:
        """Return the document that a note refers to, where the ledger has it."""
        reference, family = entry.document.reference, _INVOICE_FAMILY.get(entry.document.family)
        if reference is None or family is None:
            return None
        return self._ledger.find(reference.full_number, family, entry.document.issuer.id)

    async def _look_first(self, entries: Sequence[Entry], allowed: dict[str, Numbering]) -> list[Entry]:
        """Look in Pymes, write down what stands there, and return what is absent *and* may be sent now."""
        if not entries:
            return []
        now = self._clock.now()
        found = await look(
            self._connectors.pymes,
            [entry.document for entry in entries],
            bogota_day(now),
            at_once=self._at_once,
        )
        steps: list[tuple[str, Event]] = []
        absent: list[Entry] = []
        for entry in entries:
            event = verdict(entry, found[entry.document.key], allowed.get(entry.key), now)
            if event is None:
                event = self._why_not_now(entry, now)
            if event is None:
                absent.append(entry)
            else:
                steps.append((entry.key, with_what_was_said(event, entry, found)))
        self._ledger.append(steps)
        return absent

    def _why_not_now(self, entry: Entry, now: datetime) -> Event | None:
        start = entry.seen_at + timedelta(seconds=self._timing.head_start)
        # What was seen in the future was seen by a clock that has been set back: that head start is over.
        if self._mode is not Mode.SEND_ALL and entry.seen_at <= now < start and entry.journey.attempts == 0:
            return Event(kind=EventKind.LOOKED, at=now, due_at=start)
        if not self._mode.sends:
            return Event(kind=EventKind.MISSING, at=now, due_at=now + LOOK_AGAIN)
        return None

    # What waits

    async def _set_free(self) -> list[Entry]:
        """Return what may go now because of the batches before: notes of invoices just proven, settled doubts."""
        await self._settle_doubts()
        if self._mode.sends:
            await self._heal_invoices()
        return self._ledger.due(State.SEEN, self._batch, self._clock.now())

    async def _settle_doubts(self) -> None:
        # Where the look after a send failed, its documents are still ``SENT``; what is not found then is in doubt.
        for state in (State.SENT, State.IN_DOUBT):
            # Every settled document leaves the state or gets a later time, so the walk ends.
            while entries := self._ledger.due(state, self._batch, self._clock.now()):
                await self._forwarder.settle(entries, self._numberings_of(entries))
                self._widen()

    def _widen(self) -> None:
        """Go back to larger batches once a smaller one came to its end."""
        self._batch = min(self._batch * 2, self._largest_batch)

    async def _look_again(self, state: State) -> None:
        """Look for conflicts and missing documents whose time has come: somebody may have mended them in Pymes."""
        entries = self._ledger.due(state, self._batch, self._clock.now())
        entries = [entry for entry in entries if entry.journey.cause is not Cause.OTHER_CONTENT]
        await self._forwarder.settle(entries, self._numberings_of(entries))

    async def _look_at_links(self) -> None:
        """Look whether the sales by which persons settled documents still stand as they were linked."""
        steps: list[tuple[str, Event]] = []

        async def look_at(link: tuple[str, Journey]) -> None:
            key, journey = link
            sales = await self._connectors.pymes.sales_numbered(journey.detail["number"])
            steps.append((key, link_verdict(journey, sales, self._clock)))

        await for_each(self._ledger.due_links(_LINKS, self._clock.now()), look_at, at_once=self._at_once)
        self._ledger.append(steps)

    def _release_missing(self) -> None:
        """Let what an earlier mode only reported take its turn, at once."""
        while entries := self._ledger.due(State.MISSING, self._batch):
            released = Event(kind=EventKind.RELEASED, at=self._clock.now(), data={"why": "mode"})
            self._ledger.append((entry.key, released) for entry in entries)

    def _release_what_cannot_leave(self) -> None:
        """Release what an earlier mode held back from being sent: watching only looks for it."""
        released = Event(kind=EventKind.RELEASED, at=self._clock.now(), data={"why": "mode"})
        after: Entry | None = None
        while entries := self._ledger.held_for(_NOT_LEAVING_CAUSES, _HEAL_PAGE, after):
            after = entries[-1]
            self._ledger.append((entry.key, released) for entry in entries)

    def _heal_numbering(self) -> None:
        """Release what waited for its range, once the range is proven; one walk over the held, in pages.

        What Pymes refused under a proven range waits until the numbering has been seen to change since: else it
        would be sent and refused in every cycle.
        """
        if not any(proof.agrees for proof in self.guard.proofs):
            return
        released = Event(kind=EventKind.RELEASED, at=self._clock.now(), data={"why": "numbering"})
        changed = self._ledger.numbering_changed_at()

        def may_go(entry: Entry) -> bool:
            refused_at = entry.journey.since if entry.journey.cause is Cause.NUMBERING_REFUSED else None
            if refused_at is not None and (changed is None or changed <= refused_at):
                return False
            return isinstance(self.guard.judge(entry.document), Pass)

        after: Entry | None = None
        while entries := self._ledger.held_for(_NUMBERING_CAUSES, _HEAL_PAGE, after):
            after = entries[-1]
            self._ledger.append((entry.key, released) for entry in entries if may_go(entry))

    async def _heal_invoices(self) -> None:
        """Release notes whose invoice has arrived."""
        now = self._clock.now()
        after: Entry | None = None
        while entries := self._ledger.held_for(_INVOICE_CAUSES, _HEAL_PAGE, after):
            after = entries[-1]
            steps = []
            for entry in entries:
                # Pymes is asked in intervals; that the invoice came from the PMS meanwhile, the ledger tells.
                if not entry.journey.is_due(now) and self._only_pymes_knows(entry):
                    continue
                waits = await self._wait_for_invoice(entry, now)
                if waits is None:
                    steps.append((entry.key, Event(kind=EventKind.RELEASED, at=now, data={"why": "invoice"})))
                elif (waits.cause, waits.data) != (entry.journey.cause, entry.journey.detail):
                    steps.append((entry.key, waits))
                elif waits.due_at is not None:
                    steps.append((entry.key, Event(kind=EventKind.LOOKED, at=now, due_at=waits.due_at)))
            self._ledger.append(steps)

    def _numberings_of(self, entries: Sequence[Entry]) -> dict[str, Numbering]:
        judged = {entry.key: self.guard.judge(entry.document) for entry in entries}
        return {key: judgement.numbering for key, judgement in judged.items() if isinstance(judgement, Pass)}


def _latched(halted: Callable[[], bool]) -> Callable[[], bool]:
    """Return the question so that a yes stays a yes: a cycle that left something out must not pass for a whole one."""
    said = False

    def ask() -> bool:
        nonlocal said
        said = said or halted()
        return said

    return ask
