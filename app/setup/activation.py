"""Where the hotel stands on the way to a working connection: the guide as one frozen value.

It calls nobody and draws nothing.

The same flow serves the first run, a new login and a change of computer: it starts at the first step that is not
satisfied.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import AwareDatetime
from pydantic import Field as Default

from app.connectors.profile import Operation, Profile
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.mode import Mode
from app.model.numbering import Numbering, NumberingProof, Source
from app.model.parties import bare_nit, known_nit
from app.model.route import Route
from app.model.setup import (
    STEPS,
    Attempt,
    Blocker,
    BlockerKind,
    Connection,
    Entry,
    Rehearsal,
    RehearsalResult,
    Requirement,
    RequirementKind,
    RequirementState,
    Step,
)
from app.model.source import SourceKind
from app.model.value import Value
from app.setup.token import Arrival, ArrivalState
from app.system.settings import Settings
from app.system.vault import Secret

ALL_SECRETS = frozenset(Secret)
_READS = {SourceKind.PMS: Operation.PMS_DOCUMENTS, SourceKind.RANGE: Operation.FE_DOCUMENT}
"""The operation that brings approved documents; a folder needs none."""
_REQUIREMENT_BLOCKER = {
    RequirementState.UNMET: BlockerKind.REQUIREMENT_UNMET,
    RequirementState.UNKNOWN: BlockerKind.REQUIREMENT_UNKNOWN,
    RequirementState.ASKED: BlockerKind.REQUIREMENT_ASKED,
}


class Blocked(Exception):
    """The step is not done; ``blockers`` says why."""

    def __init__(self, blockers: tuple[Blocker, ...]) -> None:
        super().__init__(", ".join(blocker.kind.value for blocker in blockers))
        self.blockers = blockers


class Activation(Value):
    """Everything the wizard knows, without any secret.

    Each change returns a new value whose step is never past a hindrance.
    """

    profile: str
    practice: bool
    routes: dict[Operation, Route]
    step: Step = Step.WELCOME
    chosen: bool = False
    """Sandbox or hotel and the mode were chosen on the first page."""
    chosen_mode: Mode = Mode.COMPLETE
    watch_only: bool = False
    """Chosen because of a difference: nothing is sent until the numbering is proven."""
    hotel_nit: str | None = None
    """Typed by the person, without check digit."""
    hotel_id: str | None = None
    hotel_name: str | None = None
    organisation_uuid: str | None = None
    organisation_nit: str | None = None
    organisation_name: str | None = None
    pms_access: Literal["otp", "api-key"] = "api-key"
    fe_wanted: bool = False
    source: SourceKind = SourceKind.PMS
    """Where approved documents are read."""
    folder: Path | None = None
    """Where the provider's files are, for the source ``carpeta``."""
    attempts: dict[Connection, Attempt] = Default(default_factory=dict)
    answers: dict[RequirementKind, AwareDatetime] = Default(default_factory=dict)
    """When the person confirmed what no route reads."""
    requirements: tuple[Requirement, ...] = ()
    parameter_confirmed_at: AwareDatetime | None = None
    token_arrived_at: AwareDatetime | None = None
    connection_nit: str | None = None
    """The organisation whose token stands in the PMS."""
    families: tuple[Family, ...] = ()
    entries: tuple[Entry, ...] = ()
    evidence: tuple[Numbering, ...] = ()
    """Typed from a screen, or from Form 1876 and confirmed."""
    next_numbers: dict[Family, int] = Default(default_factory=dict)
    """Of the next document of a family, as a person says: where the source ``rango`` begins when nobody else tells."""
    proofs: tuple[NumberingProof, ...] = ()
    rehearsal: Rehearsal | None = None
    by_hand: frozenset[Step] = frozenset()
    """Steps that the person does on the practice hotel's own pages, although Botones could."""
    finished_at: AwareDatetime | None = None

    # --- where it stands ---------------------------------------------------------------------------------------------

    @classmethod
    def begin(cls, profile: Profile) -> Self:
        """Return the flow of a profile at its first page."""
        return cls(profile=profile.name, practice=profile.practice, routes=dict(profile.routes), source=profile.source)

    @property
    def mode(self) -> Mode:
        """What the engine will do: only watching too where Pymes takes no documents from us."""
        takes = self.routes[Operation.PYMES_SEND].is_called
        return Mode.WATCH if self.watch_only or not takes else self.chosen_mode

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    def route(self, operation: Operation) -> Route:
        return Route.GUIDED if _DONE_AT.get(operation) in self.by_hand else self.routes[operation]

    def calling(self, profile: Profile) -> Profile:
        """Return the profile as this flow may call it: what the person does by hand, Botones does not."""
        read = profile.reading_from(self.source)
        left = {operation: Route.GUIDED for operation, step in _DONE_AT.items() if step in self.by_hand}
        return read.model_copy(update={"routes": read.routes | left})

    @property
    def needs_hotel_id(self) -> bool:
        """Say whether any call goes to one hotel's own address in the PMS."""
        of_one_hotel = (
            Operation.PMS_BILLING,
            Operation.PMS_RESOLUTIONS,
            Operation.PMS_DOCUMENTS,
            Operation.PMS_CONNECTION,
        )
        return any(self.routes[operation].is_called for operation in of_one_hotel)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Return who must be signed in to; what is not here is not asked for."""
        wanted = [Connection.PYMES]
        if self.source is SourceKind.PMS or self.needs_hotel_id:
            wanted.append(Connection.PMS)
        if self.source is SourceKind.RANGE or self.fe_wanted:
            wanted.append(Connection.FE)
        return tuple(wanted)

    @property
    def needed_requirements(self) -> tuple[RequirementKind, ...]:
        """Return what the list of requirements must hold, in the guide's order."""
        without = () if Connection.PMS in self.connections else (RequirementKind.PMS_ACCESS,)
        return tuple(kind for kind in RequirementKind if kind not in without)

    @property
    def sends(self) -> bool:
        """Say whether a document can go: the mode lets it and every route is there."""
        needed = [Operation.PYMES_SALES, Operation.PYMES_SEND]
        if (reads := _READS.get(self.source)) is not None:
            needed.append(reads)
        return self.mode.sends and all(self.routes[operation].is_called for operation in needed)

    @property
    def blocking_proofs(self) -> tuple[NumberingProof, ...]:
        """Return the proofs that let nobody on.

        A range that agrees but is out of its time does not count where another holds.
        """
        proven = {proof.family for proof in self.proofs if proof.holds}
        return tuple(
            proof for proof in self.proofs if not proof.holds and not (proof.family in proven and proof.agrees)
        )

    def blockers(self, step: Step, kept: Set[Secret]) -> tuple[Blocker, ...]:
        """Say why ``step`` is not done; ``kept`` is what the vault has (``credentials.kept``)."""
        return tuple(_CHECKS[step](self, kept))

    def first_unmet(self, kept: Set[Secret]) -> Step:
        """Return the first step that is not satisfied, ``DONE`` where all are."""
        return next((step for step in STEPS if self.blockers(step, kept)), Step.DONE)

    def reachable(self, step: Step, kept: Set[Secret]) -> bool:
        """Say whether every step before ``step`` is satisfied."""
        return step.place <= self.first_unmet(kept).place

    def resume(self, kept: Set[Secret]) -> Self:
        """Return the flow at the first step not satisfied: after a restart, a token that died, on another computer."""
        return self.model_copy(update={"step": self.first_unmet(kept)})

    def advance(self, kept: Set[Secret]) -> Self:
        """Go to the next step; raises ``Blocked`` while this one or one before it is not satisfied."""
        for step in STEPS[: self.step.place + 1]:
            if blockers := self.blockers(step, kept):
                raise Blocked(blockers)
        return self.model_copy(update={"step": self.step.following})

    def back(self) -> Self:
        """Go one step back; nothing is lost."""
        return self.model_copy(update={"step": self.step.before})

    def go_to(self, step: Step, kept: Set[Secret]) -> Self:
        """Go to a step that is reachable; raises ``Blocked`` with what stands before it."""
        if not self.reachable(step, kept):
            raise Blocked(self.blockers(self.first_unmet(kept), kept))
        return self.model_copy(update={"step": step})

    # --- what happens ------------------------------------------------------------------------------------------------

    def choose(self, profile: Profile, mode: Mode) -> Self:
        """Take the choices of the first page; another profile begins anew."""
        fresh = self if profile.name == self.profile else type(self).begin(profile)
        routes = dict(profile.reading_from(fresh.source).routes)
        return fresh._changed(chosen=True, chosen_mode=mode, routes=routes, practice=profile.practice)

    def with_source(self, profile: Profile, source: SourceKind, folder: Path | None = None) -> Self:
        """Take where approved documents are read; another source has other routes, so that all is checked again.

        ``profile`` is the one of this flow, as it was loaded.
        """
        routes = dict(profile.reading_from(source).routes)
        change: dict[str, Any] = {"source": source, "folder": folder, "routes": routes}
        if (source, folder) != (self.source, self.folder):
            change |= {"requirements": (), "proofs": (), "rehearsal": None}
        return self._changed(**change)

    def with_hotel(self, nit: str, access: Literal["otp", "api-key"] | None = None) -> Self:
        """Take the hotel's NIT as typed; raises ``ValueError`` when it is none.

        Another hotel forgets what was known of the former.
        """
        number = bare_nit(nit)
        change: dict[str, Any] = {"hotel_nit": number, "pms_access": access or self.pms_access}
        if self.hotel_nit is not None and self.hotel_nit != number:
            change |= _FORGET_HOTEL
        elif access is not None and access != self.pms_access:
            change["attempts"] = _without(self.attempts, Connection.PMS)
        return self._changed(**change)

    def with_hotel_id(self, hotel_id: str) -> Self:
        """Take the PMS' number of the hotel as typed, where no route tells it."""
        typed = hotel_id.strip() or None
        return self._changed(hotel_id=typed, **(_FORGET_WORK if self.hotel_id not in (None, typed) else {}))

    def with_fe_wanted(self, wanted: bool) -> Self:
        """Say whether the FE service is to be connected; it is optional."""
        attempts = self.attempts if wanted else _without(self.attempts, Connection.FE)
        return self._changed(fe_wanted=wanted, attempts=attempts)

    def with_attempt(self, attempt: Attempt) -> Self:
        """Take the result of a try.

        What was learnt of another organisation or hotel than before forgets the work done for it.
        """
        change: dict[str, Any] = {"attempts": self.attempts | {attempt.connection: attempt}}
        learnt = ("organisation_uuid", "organisation_nit", "organisation_name", "hotel_id", "hotel_name")
        for name in learnt:
            if (value := getattr(attempt, name)) is not None:
                change[name] = value
        identity = ("organisation_uuid", "organisation_nit", "hotel_id")
        if any(getattr(self, name) not in (None, change.get(name, getattr(self, name))) for name in identity):
            change |= _FORGET_WORK
        return self._changed(**change)

    def confirm(self, kind: RequirementKind, at: datetime) -> Self:
        """Note that the person looked on Loggro's screen and says that a requirement is met."""
        return self._answered(kind, at, RequirementState.MET, Source.TYPED)

    def withdraw(self, kind: RequirementKind) -> Self:
        """Take such an answer back."""
        return self._answered(kind, None, RequirementState.ASKED, Source.READ)

    def with_requirements(self, requirements: Iterable[Requirement]) -> Self:
        """Take the list as it was just checked."""
        return self._changed(requirements=tuple(requirements))

    def with_arrival(self, arrival: Arrival) -> Self:
        """Take how the activation went; the token itself goes into the vault and never in here."""
        received = arrival.state is ArrivalState.RECEIVED
        return self._changed(
            token_arrived_at=arrival.at if received else None,
            connection_nit=arrival.organisation_nit or self.connection_nit,
            parameter_confirmed_at=arrival.at if arrival.parameter_is_set else self.parameter_confirmed_at,
        )

    def confirm_parameter(self, at: datetime | None) -> Self:
        """Note that the person set the parameter in Pymes (``None``: takes it back).

        Only asked where no route sets or reads it.
        """
        return self._changed(parameter_confirmed_at=at)

    def with_way(self, step: Step, *, by_hand: bool) -> Self:
        """Take who does a step; what was done stays done, whoever did it."""
        return self._changed(by_hand=self.by_hand | {step} if by_hand else self.by_hand - {step})

    def with_families(self, families: Iterable[Family]) -> Self:
        """Take which documents the hotel issues; entries of the others go."""
        chosen = set(families)
        ordered = tuple(family for family in HOTEL_FAMILIES if family in chosen)
        entries = tuple(entry for entry in self.entries if entry.family in chosen)
        return self._changed(families=ordered, entries=entries, proofs=() if ordered != self.families else self.proofs)

    def with_entries(self, entries: Iterable[Entry]) -> Self:
        """Take all consecutivos to set up, one or more per family."""
        return self._changed(entries=tuple(entries), proofs=())

    def with_entry(self, index: int, entry: Entry) -> Self:
        """Replace one consecutivo; the proofs made before it are gone, for they may no longer be true."""
        entries = list(self.entries)
        entries[index] = entry
        return self._changed(entries=tuple(entries), proofs=())

    def with_evidence(self, numbering: Numbering) -> Self:
        """Take what a person typed of one system; it replaces what was typed of the same range of that system."""
        others = tuple(one for one in self.evidence if not _same_range(one, numbering))
        return self._changed(evidence=(*others, numbering), proofs=())

    def without_evidence(self, numbering: Numbering) -> Self:
        """Forget what was typed of one range of one system."""
        return self._changed(evidence=tuple(one for one in self.evidence if not _same_range(one, numbering)), proofs=())

    def with_next_number(self, number: int | None, family: Family = Family.FACTURA) -> Self:
        """Take the number of the next document of a family as typed; ``None`` forgets it."""
        numbers = {one: said for one, said in self.next_numbers.items() if one is not family}
        if number is not None:
            numbers[family] = number
        return self._changed(next_numbers=numbers, proofs=() if numbers != self.next_numbers else self.proofs)

    def with_proofs(self, proofs: Iterable[NumberingProof]) -> Self:
        """Take the proofs as they were just made; when nothing blocks any more, the chosen mode is back."""
        made = self.model_copy(update={"proofs": tuple(proofs)})
        return made._changed(watch_only=self.watch_only and bool(made._numbering_hindrances()))

    def choose_watch_only(self) -> Self:
        """Go on in spite of a difference, reading only; offered at «Consecutivo» and «Verificación»."""
        return self._changed(watch_only=True, rehearsal=None)

    def leave_watch_only(self) -> Self:
        """Go back to the chosen mode; differences hinder again."""
        return self._changed(watch_only=False, rehearsal=None)

    def with_rehearsal(self, rehearsal: Rehearsal) -> Self:
        """Take how the rehearsal ended."""
        return self._changed(rehearsal=rehearsal)

    def finish(self, now: datetime, kept: Set[Secret]) -> Self:
        """Mark the flow as done; raises ``Blocked`` unless every step is satisfied."""
        if (unmet := self.first_unmet(kept)) is not Step.DONE:
            raise Blocked(self.blockers(unmet, kept))
        return self.model_copy(update={"step": Step.DONE, "finished_at": now})

    def into(self, settings: Settings) -> Settings:
        """Return the settings that the engine works with after this flow."""
        return settings.changed(
            profile=self.profile,
            title=settings.title or ("" if self.practice else self.hotel_name or self.organisation_name or "")[:80],
            mode=self.mode,
            pms_access=self.pms_access,
            hotel_document=self.hotel_nit,
            hotel_id=self.hotel_id,
            organisation=self.organisation_uuid,
            source=self.source,
            folder=self.folder,
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _answered(self, kind: RequirementKind, at: datetime | None, state: RequirementState, source: Source) -> Self:
        answers = {one: when for one, when in self.answers.items() if one is not kind}
        if at is not None:
            answers[kind] = at
        requirements = tuple(
            one.model_copy(update={"state": state, "source": source, "checked_at": at or one.checked_at})
            if one.kind is kind and one.state in (RequirementState.ASKED, RequirementState.MET) and _is_a_question(one)
            else one
            for one in self.requirements
        )
        return self._changed(answers=answers, requirements=requirements)

    def _changed(self, **change: Any) -> Self:
        """Copy with changes, and step back to the first hindrance where the change made one.

        The vault is not asked here.
        """
        changed = self.model_copy(update=change)
        unmet = changed.first_unmet(ALL_SECRETS)
        if changed.step.place > unmet.place:
            changed = changed.model_copy(update={"step": unmet})
        return changed

    def _numbering_hindrances(self) -> tuple[Blocker, ...]:
        return (*_unsettled_entries(self), *_differing_proofs(self))


_DONE_AT: Final = {
    Operation.PYMES_PARAMETER: Step.ACTIVATION,
    Operation.PYMES_CREATE_NUMBERING: Step.NUMBERING,
}
"""What Botones writes in a step that a person may do instead."""


def _is_a_question(requirement: Requirement) -> bool:
    return requirement.state is RequirementState.ASKED or requirement.source is Source.TYPED


_FORGET_WORK: dict[str, Any] = {
    "answers": {},
    "requirements": (),
    "parameter_confirmed_at": None,
    "token_arrived_at": None,
    "connection_nit": None,
    "families": (),
    "entries": (),
    "evidence": (),
    "next_numbers": {},
    "proofs": (),
    "rehearsal": None,
    "watch_only": False,
    "finished_at": None,
}
_FORGET_HOTEL: dict[str, Any] = _FORGET_WORK | {
    "attempts": {},
    "hotel_id": None,
    "hotel_name": None,
    "organisation_uuid": None,
    "organisation_nit": None,
    "organisation_name": None,
}


def _without(attempts: dict[Connection, Attempt], connection: Connection) -> dict[Connection, Attempt]:
    return {one: attempt for one, attempt in attempts.items() if one is not connection}


def _same_range(one: Numbering, other: Numbering) -> bool:
    """Say whether one is a correction of the other; in a relevo one prefix has two resolutions with other numbers."""
    if (one.system, one.family, one.prefix.upper()) != (other.system, other.family, other.prefix.upper()):
        return False
    return one.resolution == other.resolution or (one.first <= other.last and other.first <= one.last)


# --- the check of each step; all are generators of blockers -----------------------------------------------------------


def _welcome(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    if not flow.chosen:
        yield Blocker(kind=BlockerKind.NOT_CHOSEN)


def _connections(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    if flow.hotel_nit is None:
        yield Blocker(kind=BlockerKind.HOTEL_NIT_MISSING)
    if flow.source is SourceKind.FOLDER and flow.folder is None:
        yield Blocker(kind=BlockerKind.FOLDER_NOT_CHOSEN)
    for connection in flow.connections:
        attempt = flow.attempts.get(connection)
        values = {"connection": connection.value}
        if attempt is None:
            yield Blocker(kind=BlockerKind.NOT_TRIED, values=values)
        elif attempt.failure is not None:
            yield Blocker(kind=BlockerKind.CONNECTION_FAILED, values=values | {"failure": attempt.failure.value})
        elif not secrets_of(flow, connection) <= kept:
            yield Blocker(kind=BlockerKind.SECRET_MISSING, values=values)
    pms = flow.attempts.get(Connection.PMS)
    if pms is not None and pms.ok and flow.needs_hotel_id and flow.hotel_id is None:
        yield Blocker(kind=BlockerKind.HOTEL_UNKNOWN)
    yield from _wrong_hotel(flow, "organisation", flow.organisation_nit)
    yield from _wrong_hotel(flow, "property", pms.hotel_nit if pms is not None else None)


def secrets_of(flow: Activation, connection: Connection) -> frozenset[Secret]:
    """Return what the vault must hold for a connection to work; a PMS that is never called again needs nothing kept."""
    if connection is Connection.PYMES:
        return frozenset({Secret.PYMES_TOKEN})
    if connection is Connection.FE:
        return frozenset({Secret.FE_USER, Secret.FE_PASSWORD})
    if not flow.needs_hotel_id:
        return frozenset()
    return frozenset({Secret.PMS_API_KEY if flow.pms_access == "api-key" else Secret.PMS_SESSION})


def _wrong_hotel(flow: Activation, where: str, nit: str | None) -> Iterator[Blocker]:
    if flow.hotel_nit is not None and nit is not None and known_nit(nit) != flow.hotel_nit:
        values = {
            "where": where,
            "found": known_nit(nit),
            "hotel": flow.hotel_nit,
            "name": flow.organisation_name or "",
        }
        yield Blocker(kind=BlockerKind.WRONG_HOTEL, values=values)


def _requirements(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    if not {one.kind for one in flow.requirements} >= set(flow.needed_requirements):
        yield Blocker(kind=BlockerKind.REQUIREMENTS_NOT_CHECKED)
    for one in flow.requirements:
        if one.kind in flow.needed_requirements and not one.ok:
            yield Blocker(kind=_REQUIREMENT_BLOCKER[one.state], values={"requirement": one.kind.value})


def _activation(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    yield from _wrong_hotel(flow, "connection", flow.connection_nit)
    if flow.route(Operation.PMS_CONNECTION).is_called:
        if flow.token_arrived_at is None:
            yield Blocker(kind=BlockerKind.TOKEN_NOT_ARRIVED)
        elif Secret.CONNECTION_TOKEN not in kept:
            yield Blocker(kind=BlockerKind.SECRET_MISSING, values={"connection": "token"})
    elif flow.parameter_confirmed_at is None:
        yield Blocker(kind=BlockerKind.PARAMETER_NOT_CONFIRMED)


def _numbering(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    if not flow.families:
        yield Blocker(kind=BlockerKind.FAMILIES_NOT_CHOSEN)
    if not flow.watch_only:
        yield from _unsettled_entries(flow)


def _unsettled_entries(flow: Activation) -> Iterator[Blocker]:
    for family in flow.families:
        entries = [entry for entry in flow.entries if entry.family is family]
        if not entries or not all(entry.lets_on for entry in entries):
            yield Blocker(kind=BlockerKind.NUMBERING_UNSETTLED, values={"family": family.value})


def _verification(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    proven = {proof.family for proof in flow.proofs}
    for family in flow.families:
        if family not in proven:
            yield Blocker(kind=BlockerKind.PROOF_NOT_MADE, values={"family": family.value})
    if not flow.watch_only:
        yield from _differing_proofs(flow)


def _differing_proofs(flow: Activation) -> Iterator[Blocker]:
    for proof in flow.blocking_proofs:
        yield Blocker(kind=BlockerKind.PROOF_DIFFERS, values={"family": proof.family.value, "range": proof.range_name})


def _rehearsal(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    seen = flow.rehearsal
    if seen is None or (seen.result is RehearsalResult.PREVIEWED and flow.sends):
        # Shown while only watching; now documents would go, and none has gone yet.
        yield Blocker(kind=BlockerKind.NOT_REHEARSED)
    elif not seen.result.lets_on:
        yield Blocker(kind=BlockerKind.REHEARSAL_FAILED, values={"result": seen.result.value})


def _done(flow: Activation, kept: Set[Secret]) -> Iterator[Blocker]:
    return iter(())


_CHECKS: dict[Step, Callable[[Activation, Set[Secret]], Iterator[Blocker]]] = {
    Step.WELCOME: _welcome,
    Step.CONNECTIONS: _connections,
    Step.REQUIREMENTS: _requirements,
    Step.ACTIVATION: _activation,
    Step.NUMBERING: _numbering,
    Step.VERIFICATION: _verification,
    Step.REHEARSAL: _rehearsal,
    Step.DONE: _done,
}
