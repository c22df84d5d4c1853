"""The flow of the wizard without any screen.

What blocks each step, and that no order of events leads past a difference.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.connectors.profile import Operation, Profile, load_profile
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.errors import Failure
from app.model.mode import Mode
from app.model.numbering import APPLIES_TO_PMS, Numbering, NumberingProof, Source, System, prove
from app.model.route import Route
from app.model.setup import (
    Attempt,
    Blocker,
    BlockerKind,
    Connection,
    Draft,
    Entry,
    Outcome,
    Rehearsal,
    RehearsalResult,
    Requirement,
    RequirementKind,
    RequirementState,
    Step,
)
from app.model.source import SourceKind
from app.setup import activation_file
from app.setup.activation import ALL_SECRETS, Activation, Blocked
from app.setup.token import Arrival, ArrivalState
from app.system.settings import Settings
from app.system.vault import Secret
from app.texts.setup import blocker_text, step_name, step_purpose

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
NIT = "900508908"
SANDBOX = load_profile("sandbox", dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1:1"))
LOGGRO = load_profile("loggro")
NO_SECRET: frozenset[Secret] = frozenset()


def numbering(family: Family, system: System, **other: object) -> Numbering:
    authorised = family.has_authorisation
    facts: dict[str, object] = {
        "system": system,
        "family": family,
        "prefix": "FEH",
        "first": 1,
        "last": 5000,
        "resolution": "18764113677438" if authorised else None,
        "valid_from": date(2026, 8, 5) if authorised else None,
        "valid_to": date(2028, 8, 5) if authorised else None,
        "applies_to": APPLIES_TO_PMS if system is System.PYMES else None,
        "consecutivo": "c-1" if system is System.PYMES else None,
    }
    return Numbering.model_validate(facts | other)


def proof(family: Family = Family.FACTURA, **pymes: object) -> NumberingProof:
    columns = [numbering(family, System.PMS), numbering(family, System.PYMES, **pymes), numbering(family, System.DIAN)]
    return prove(family, columns if family.has_authorisation else columns[:2], NOW, NOW.date())


def expired() -> NumberingProof:
    old = {"valid_from": date(2024, 8, 5), "valid_to": date(2026, 8, 5)}
    columns = [numbering(Family.FACTURA, system, **old) for system in System]
    return prove(Family.FACTURA, columns, NOW, NOW.date())


def requirements(state: RequirementState = RequirementState.MET) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(kind=kind, state=state, route=Route.DOCUMENTED, checked_at=NOW) for kind in RequirementKind
    )


def attempt(connection: Connection, **other: object) -> Attempt:
    return Attempt.model_validate({"connection": connection, "at": NOW} | other)


PYMES = attempt(Connection.PYMES, organisation_uuid="o-1", organisation_nit=NIT, organisation_name="Hotel")
PMS = attempt(Connection.PMS, hotel_id="7", hotel_nit=NIT, hotel_name="Hotel")
RECEIVED = Arrival(ArrivalState.RECEIVED, NOW, token="t", organisation_nit=NIT, parameter_is_set=True)
ENTRY = Entry(draft=Draft(family=Family.FACTURA), outcome=Outcome.PRESENT)
PROVEN = Rehearsal(result=RehearsalResult.PROVEN, at=NOW)


def begun(profile: Profile = SANDBOX, mode: Mode = Mode.COMPLETE) -> Activation:
    return Activation.begin(profile).choose(profile, mode)


def complete(profile: Profile = SANDBOX) -> Activation:
    """The whole way, every page as it should be."""
    flow = begun(profile).with_hotel(f"{NIT}-9").with_attempt(PYMES).with_attempt(PMS)
    if profile.source is SourceKind.FOLDER:
        flow = flow.with_source(profile, SourceKind.FOLDER, Path("facturas"))
    flow = flow.with_requirements(requirements()).with_arrival(RECEIVED).confirm_parameter(NOW)
    return flow.with_families([Family.FACTURA]).with_entries([ENTRY]).with_proofs([proof()]).with_rehearsal(PROVEN)


def kinds(flow: Activation, step: Step, kept: frozenset[Secret] = ALL_SECRETS) -> set[BlockerKind]:
    return {blocker.kind for blocker in flow.blockers(step, kept)}


# --- forward, back, and again -----------------------------------------------------------------------------------------


def test_a_new_flow_stands_at_the_first_page_and_cannot_leave_it() -> None:
    flow = Activation.begin(SANDBOX)
    assert flow.first_unmet(ALL_SECRETS) is Step.WELCOME
    with pytest.raises(Blocked) as blocked:
        flow.advance(ALL_SECRETS)
    assert [blocker.kind for blocker in blocked.value.blockers] == [BlockerKind.NOT_CHOSEN]


def test_the_whole_way_is_every_step_in_order_and_back_again() -> None:
    flow = complete()
    walked = [flow.step]
    while flow.step is not Step.DONE:
        flow = flow.advance(ALL_SECRETS)
        walked.append(flow.step)
    assert walked == list(Step)
    while flow.step is not Step.WELCOME:
        flow = flow.back()
    assert flow.reachable(Step.DONE, ALL_SECRETS)
    assert flow.finish(NOW, ALL_SECRETS).finished_at == NOW


def test_an_unfinished_flow_cannot_be_finished() -> None:
    with pytest.raises(Blocked):
        complete().with_requirements(()).finish(NOW, ALL_SECRETS)


def test_a_jump_past_an_unmet_step_is_refused() -> None:
    with pytest.raises(Blocked) as blocked:
        complete().with_requirements(()).go_to(Step.VERIFICATION, ALL_SECRETS)
    assert blocked.value.blockers[0].kind is BlockerKind.REQUIREMENTS_NOT_CHECKED


def test_another_computer_starts_at_the_connections_and_then_goes_on_where_it_was() -> None:
    flow = complete().finish(NOW, ALL_SECRETS)
    assert flow.resume(NO_SECRET).step is Step.CONNECTIONS
    assert kinds(flow, Step.CONNECTIONS, NO_SECRET) == {BlockerKind.SECRET_MISSING}
    signed_in = frozenset({Secret.PYMES_TOKEN, Secret.PMS_API_KEY})
    assert flow.resume(signed_in).step is Step.ACTIVATION, "the connection token is not in this vault yet"
    assert flow.resume(ALL_SECRETS).step is Step.DONE


def test_a_token_that_died_makes_the_connections_unmet_again() -> None:
    flow = complete().finish(NOW, ALL_SECRETS).with_attempt(attempt(Connection.PYMES, failure=Failure.TOKEN))
    assert flow.resume(ALL_SECRETS).step is Step.CONNECTIONS


def test_the_real_profile_keeps_no_pms_secret_because_nothing_is_called_with_it() -> None:
    flow = complete(LOGGRO)
    kept = frozenset({Secret.PYMES_TOKEN})
    assert flow.first_unmet(kept) is Step.DONE
    assert kinds(flow.confirm_parameter(None), Step.ACTIVATION) == {BlockerKind.PARAMETER_NOT_CONFIRMED}


# --- the hotel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        PYMES.model_copy(update={"organisation_nit": "800111222"}),
        PMS.model_copy(update={"hotel_nit": "800111222"}),
    ],
)
def test_another_hotels_access_locks_the_connections(wrong: Attempt) -> None:
    flow = begun().with_hotel(NIT).with_attempt(PYMES).with_attempt(PMS).with_attempt(wrong)
    blocker = next(one for one in flow.blockers(Step.CONNECTIONS, ALL_SECRETS) if one.kind is BlockerKind.WRONG_HOTEL)
    assert "800111222" in blocker_text(blocker) and NIT in blocker_text(blocker)


def test_the_token_of_another_organisation_locks_the_activation_and_can_be_fetched_again() -> None:
    wrong = Arrival(ArrivalState.WRONG_HOTEL, NOW, organisation_nit="800111222", expected_nit=NIT)
    flow = complete().with_arrival(wrong)
    assert flow.first_unmet(ALL_SECRETS) is Step.ACTIVATION
    assert BlockerKind.WRONG_HOTEL in kinds(flow, Step.ACTIVATION)
    assert flow.with_arrival(RECEIVED).first_unmet(ALL_SECRETS) is Step.DONE


def test_another_nit_forgets_everything_that_was_done_for_the_former_hotel() -> None:
    flow = complete().finish(NOW, ALL_SECRETS).with_hotel("800111222")
    assert not flow.is_finished and not flow.attempts and not flow.proofs and flow.hotel_id is None
    assert flow.step is Step.CONNECTIONS


def test_another_organisation_of_the_same_nit_forgets_the_work_done() -> None:
    flow = complete().finish(NOW, ALL_SECRETS)
    moved = flow.with_attempt(PYMES.model_copy(update={"organisation_uuid": "o-2"}))
    assert not moved.is_finished and not moved.entries and moved.attempts[Connection.PMS].ok


# --- numbering --------------------------------------------------------------------------------------------------------


def test_a_difference_lets_nobody_on_except_to_watch() -> None:
    flow = complete().with_proofs([proof(last=4999)])
    assert flow.step.place <= Step.VERIFICATION.place
    assert not flow.reachable(Step.REHEARSAL, ALL_SECRETS)
    watching = flow.choose_watch_only()
    assert watching.mode is Mode.WATCH and not watching.sends
    assert watching.reachable(Step.REHEARSAL, ALL_SECRETS)
    assert watching.with_proofs([proof()]).mode is Mode.COMPLETE, "once it is proven, the chosen mode is back"


def test_what_was_only_shown_while_watching_is_rehearsed_once_documents_may_go() -> None:
    shown = Rehearsal(result=RehearsalResult.PREVIEWED, at=NOW)
    watching = complete().with_proofs([proof(last=4999)]).choose_watch_only().with_rehearsal(shown)
    assert watching.first_unmet(ALL_SECRETS) is Step.DONE
    assert kinds(watching.with_proofs([proof()]), Step.REHEARSAL) == {BlockerKind.NOT_REHEARSED}


def test_a_step_already_reached_is_lost_when_a_difference_turns_up() -> None:
    flow = complete().go_to(Step.REHEARSAL, ALL_SECRETS)
    assert flow.with_proofs([proof(prefix="FEX")]).step is Step.VERIFICATION


def test_a_family_without_proof_blocks_even_the_watcher() -> None:
    flow = complete().with_families([Family.FACTURA, Family.NOTA_CREDITO]).choose_watch_only()
    assert kinds(flow, Step.VERIFICATION) == {BlockerKind.PROOF_NOT_MADE}


def test_an_expired_range_beside_a_valid_one_blocks_nobody() -> None:
    flow = complete().with_proofs([expired(), proof()])
    assert flow.reachable(Step.REHEARSAL, ALL_SECRETS)
    assert not flow.with_proofs([expired()]).reachable(Step.REHEARSAL, ALL_SECRETS)


def test_a_changed_form_takes_the_proofs_with_it() -> None:
    flow = complete().with_entry(0, ENTRY.model_copy(update={"outcome": Outcome.ABSENT}))
    assert flow.first_unmet(ALL_SECRETS) is Step.NUMBERING and not flow.proofs


def test_typed_evidence_replaces_what_was_typed_of_the_same_range() -> None:
    typed = numbering(Family.FACTURA, System.DIAN, source=Source.TYPED)
    flow = complete().with_evidence(typed).with_evidence(typed.model_copy(update={"last": 4000}))
    assert [one.last for one in flow.evidence] == [4000]
    assert flow.without_evidence(typed).evidence == ()


# --- requirements -----------------------------------------------------------------------------------------------------


def test_an_answer_counts_only_for_a_question() -> None:
    asked = complete().with_requirements(requirements(RequirementState.ASKED))
    for kind in RequirementKind:
        asked = asked.confirm(kind, NOW)
    assert asked.first_unmet(ALL_SECRETS) is not Step.REQUIREMENTS
    assert all(one.source is Source.TYPED for one in asked.requirements)
    assert kinds(asked.withdraw(RequirementKind.CAJA), Step.REQUIREMENTS) == {BlockerKind.REQUIREMENT_ASKED}
    unmet = complete().with_requirements(requirements(RequirementState.UNMET)).confirm(RequirementKind.CAJA, NOW)
    assert kinds(unmet, Step.REQUIREMENTS) == {BlockerKind.REQUIREMENT_UNMET}, "what was read is not talked away"


# --- any order of events ----------------------------------------------------------------------------------------------

GOOD, BAD = proof(), proof(first=2)
EVENTS = {
    "choose": lambda flow: flow.choose(SANDBOX, Mode.SEND_ALL),
    "hotel": lambda flow: flow.with_hotel(NIT),
    "pymes": lambda flow: flow.with_attempt(PYMES),
    "pms": lambda flow: flow.with_attempt(PMS),
    "pymes fails": lambda flow: flow.with_attempt(attempt(Connection.PYMES, failure=Failure.TOKEN)),
    "requirements": lambda flow: flow.with_requirements(requirements()),
    "unmet": lambda flow: flow.with_requirements(requirements(RequirementState.UNMET)),
    "token": lambda flow: flow.with_arrival(RECEIVED),
    "families": lambda flow: flow.with_families([Family.FACTURA]),
    "more families": lambda flow: flow.with_families(HOTEL_FAMILIES),
    "entries": lambda flow: flow.with_entries([ENTRY]),
    "absent": lambda flow: flow.with_entries([Entry(draft=ENTRY.draft, outcome=Outcome.ABSENT)]),
    "agree": lambda flow: flow.with_proofs([GOOD]),
    "differ": lambda flow: flow.with_proofs([BAD]),
    "both": lambda flow: flow.with_proofs([GOOD, BAD]),
    "watch": lambda flow: flow.choose_watch_only(),
    "leave": lambda flow: flow.leave_watch_only(),
    "rehearsed": lambda flow: flow.with_rehearsal(PROVEN),
    "advance": lambda flow: flow.advance(ALL_SECRETS),
    "finish": lambda flow: flow.finish(NOW, ALL_SECRETS),
    "resume": lambda flow: flow.resume(ALL_SECRETS),
    "back": lambda flow: flow.back(),
}


def apply(flow: Activation, name: str) -> Activation:
    try:
        return EVENTS[name](flow)
    except Blocked:
        return flow


@settings(max_examples=150)
@given(st.booleans(), st.lists(st.sampled_from(sorted(EVENTS)), max_size=25))
def test_no_order_of_events_leads_past_a_difference_except_into_watching(far: bool, names: list[str]) -> None:
    flow = complete() if far else begun()
    for name in names:
        flow = apply(flow, name)
        beyond = [step for step in Step if step.place > Step.VERIFICATION.place and flow.reachable(step, ALL_SECRETS)]
        if beyond or flow.step.place > Step.VERIFICATION.place:
            assert flow.proofs
            assert all(one.holds for one in flow.proofs) or flow.mode is Mode.WATCH
        if any(not one.holds for one in flow.proofs) and flow.sends:
            assert not flow.reachable(Step.REHEARSAL, ALL_SECRETS)
        assert flow.reachable(flow.step, ALL_SECRETS)


# --- kept and taken up again ------------------------------------------------------------------------------------------


def test_the_flow_survives_a_restart_but_its_proofs_are_made_anew(tmp_path: Path) -> None:
    path, flow = tmp_path / "setup.json", complete()
    activation_file.save(flow, path)
    loaded = activation_file.load(path, SANDBOX).activation
    assert loaded == flow.model_copy(update={"proofs": ()})
    assert loaded.resume(ALL_SECRETS).step is Step.VERIFICATION


def test_a_finished_flow_comes_back_as_it_was(tmp_path: Path) -> None:
    path, flow = tmp_path / "setup.json", complete().finish(NOW, ALL_SECRETS)
    activation_file.save(flow, path)
    assert activation_file.load(path, SANDBOX).activation == flow


def test_a_newly_opened_route_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "setup.json"
    activation_file.save(complete(LOGGRO), path)
    opened = LOGGRO.model_copy(update={"routes": LOGGRO.routes | {Operation.PMS_CONNECTION: Route.AGREED}})
    assert activation_file.load(path, opened).activation.route(Operation.PMS_CONNECTION) is Route.AGREED


def test_a_damaged_file_is_set_aside_and_another_profiles_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "setup.json"
    assert activation_file.load(path, SANDBOX).activation == Activation.begin(SANDBOX)
    activation_file.save(complete(LOGGRO), path)
    assert activation_file.load(path, SANDBOX).activation == Activation.begin(SANDBOX)
    path.write_text('{"profile": "sandbox"', encoding="utf-8")
    loaded = activation_file.load(path, SANDBOX)
    assert loaded.set_aside is not None and loaded.set_aside.read_text(encoding="utf-8").startswith("{")
    assert loaded.activation == Activation.begin(SANDBOX)


def test_no_secret_can_be_kept_in_the_flow() -> None:
    flow = complete().with_arrival(Arrival(ArrivalState.RECEIVED, NOW, token="very-secret", organisation_nit=NIT))
    assert "very-secret" not in flow.model_dump_json() + repr(RECEIVED)


def test_the_settings_get_what_the_engine_needs() -> None:
    made = complete().choose_watch_only().into(Settings())
    assert (made.profile, made.mode, made.hotel_document) == ("sandbox", Mode.WATCH, NIT)
    assert (made.hotel_id, made.organisation, made.pms_access) == ("7", "o-1", "api-key")


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_step_and_every_blocker_has_its_words() -> None:
    assert len({step_name(step) for step in Step} | {step_purpose(step) for step in Step}) == 2 * len(Step)
    flows = [
        Activation.begin(SANDBOX),
        begun(),
        begun().with_hotel(NIT).with_attempt(attempt(Connection.PYMES, failure=Failure.PROXY)),
        begun().with_hotel(NIT).with_attempt(attempt(Connection.PMS)),
        complete().with_requirements(requirements(RequirementState.UNMET)),
        complete().with_requirements(requirements(RequirementState.UNKNOWN)),
        complete().with_requirements(requirements(RequirementState.ASKED)),
        begun(LOGGRO),
        complete(LOGGRO).confirm_parameter(None),
        complete().with_families([]),
        complete().with_families(HOTEL_FAMILIES),
        complete().with_proofs([BAD]),
        complete().with_rehearsal(Rehearsal(result=RehearsalResult.FAILED, at=NOW)),
        complete().with_attempt(PMS.model_copy(update={"hotel_nit": "1"})),
    ]
    found = [
        one for flow in flows for step in Step for kept in (NO_SECRET, ALL_SECRETS) for one in flow.blockers(step, kept)
    ]
    # What other hotels this computer has, the flow does not know; who has it asks.
    found.append(Blocker(kind=BlockerKind.HOTEL_TWICE, values={"hotel": "Hotel Centro"}))
    assert {blocker.kind for blocker in found} == set(BlockerKind)
    assert all(blocker_text(blocker) and "{" not in blocker_text(blocker) for blocker in found)
