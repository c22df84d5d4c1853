"""The wizard's choice of a source: what is offered and why not, what lies in a folder, and what is then needed."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.connectors.profile import Operation, Profile, load_profile
from app.model.errors import ConnectorError, Failure
from app.model.mode import Mode
from app.model.route import Route
from app.model.setup import Attempt, BlockerKind, Connection, RequirementKind, SourceLack, Step
from app.model.source import SourceKind
from app.sandbox.ubl_writer import answer_xml, mailed_xml, xml_of
from app.setup import activation_file
from app.setup.activation import ALL_SECRETS, Activation
from app.setup.requirements import check_requirements
from app.setup.source import glance, offers
from app.system.settings import Settings, load
from app.system.vault import Secret
from app.texts.sources import (
    glance_line,
    glance_warnings,
    source_lack,
    source_meaning,
    source_name,
    watch_only_note,
)
from tests.support import ubl
from tests.support.sandbox import Guest

LOGGRO = load_profile("loggro")
SANDBOX = load_profile("sandbox", dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1:9"))
FE_SECRETS = frozenset({Secret.FE_USER, Secret.FE_PASSWORD})
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def lacks(profile: Profile, kept: frozenset[Secret] = frozenset()) -> dict[SourceKind, SourceLack | None]:
    return {offer.kind: offer.lack for offer in offers(profile, kept)}


def on(profile: Profile, source: SourceKind, folder: Path | None = None) -> Activation:
    return Activation.begin(profile).choose(profile, Mode.COMPLETE).with_hotel("900508908").with_source(
        profile, source, folder
    )  # fmt: skip


def test_the_profile_of_today_reads_a_folder_and_only_watches() -> None:
    assert (LOGGRO.source, LOGGRO.source_route, LOGGRO.can_read) == (SourceKind.FOLDER, Route.GUIDED, True)
    assert LOGGRO.mode_for(Mode.SEND_ALL) is Mode.WATCH
    assert not LOGGRO.can_forward
    assert SANDBOX.mode_for(Mode.SEND_ALL) is Mode.SEND_ALL


def test_each_source_says_what_it_lacks_and_one_is_recommended() -> None:
    with_fe = LOGGRO.model_copy(update={"fe": "https://fe.example.com/ServiciosFE"})
    without_address = {
        SourceKind.PMS: SourceLack.NO_ROUTE,
        SourceKind.FOLDER: None,
        SourceKind.RANGE: SourceLack.NO_ADDRESS,
    }
    assert lacks(LOGGRO) == without_address
    assert lacks(with_fe)[SourceKind.RANGE] is SourceLack.NO_CREDENTIALS
    assert lacks(with_fe, FE_SECRETS)[SourceKind.RANGE] is None
    assert [offer.kind for offer in offers(LOGGRO, frozenset()) if offer.recommended] == [SourceKind.FOLDER]
    assert [offer.kind for offer in offers(SANDBOX, frozenset()) if offer.recommended] == [SourceKind.PMS]


def test_another_source_needs_none_of_the_routes_that_loggro_does_not_publish() -> None:
    folder = SANDBOX.reading_from(SourceKind.FOLDER)
    assert folder.source is SourceKind.FOLDER
    assert folder.route(Operation.PMS_DOCUMENTS) is folder.route(Operation.PMS_BILLING) is Route.GUIDED
    assert folder.route(Operation.PYMES_SALES) is Route.DOCUMENTED
    assert SANDBOX.reading_from(None) is SANDBOX


def test_a_folder_must_be_named_and_the_pms_is_then_not_asked_for() -> None:
    flow = on(LOGGRO, SourceKind.FOLDER)
    kinds = {blocker.kind for blocker in flow.blockers(Step.CONNECTIONS, ALL_SECRETS)}
    assert kinds == {BlockerKind.FOLDER_NOT_CHOSEN, BlockerKind.NOT_TRIED}
    flow = flow.with_source(LOGGRO, SourceKind.FOLDER, Path("facturas")).with_attempt(
        Attempt(connection=Connection.PYMES, at=NOW)
    )
    assert flow.connections == (Connection.PYMES,)
    assert flow.blockers(Step.CONNECTIONS, ALL_SECRETS) == ()
    assert RequirementKind.PMS_ACCESS not in flow.needed_requirements
    assert (flow.mode, flow.sends) == (Mode.WATCH, False)


def test_the_range_needs_the_fe_service_and_the_pms_list_needs_the_pms() -> None:
    assert on(LOGGRO, SourceKind.RANGE).connections == (Connection.PYMES, Connection.FE)
    assert on(LOGGRO, SourceKind.PMS).connections == (Connection.PYMES, Connection.PMS)


def test_the_choice_survives_the_file_of_the_flow_and_reaches_the_settings(tmp_path: Path) -> None:
    flow = on(SANDBOX, SourceKind.FOLDER, tmp_path)
    activation_file.save(flow, tmp_path / "flow.json")
    again = activation_file.load(tmp_path / "flow.json", SANDBOX).activation
    assert (again.source, again.folder, again.routes) == (SourceKind.FOLDER, tmp_path, flow.routes)
    settings = again.into(Settings())
    assert (settings.source, settings.folder) == (SourceKind.FOLDER, tmp_path)
    settings.save(tmp_path / "settings.json")
    assert load(tmp_path / "settings.json").settings == settings


def test_another_source_forgets_what_was_proven_with_the_former() -> None:
    flow = on(SANDBOX, SourceKind.PMS)
    assert flow.with_source(SANDBOX, SourceKind.FOLDER, Path("a")).proofs == ()
    assert flow.with_source(SANDBOX, SourceKind.PMS).routes == SANDBOX.routes


def test_the_list_of_requirements_leaves_out_what_a_folder_does_not_need(guest: Guest, tmp_path: Path) -> None:
    profile = guest.profile.reading_from(SourceKind.FOLDER)
    flow = on(guest.profile, SourceKind.FOLDER, tmp_path).with_hotel(guest.nit)

    async def work() -> None:
        async with guest.connected(profile=profile) as connectors:
            found = await check_requirements(connectors, flow, NOW)
        assert tuple(one.kind for one in found) == flow.needed_requirements

    asyncio.run(work())


def test_a_glance_tells_whether_it_is_the_right_folder(tmp_path: Path) -> None:
    mine = [ubl.document(number=number, cufe=f"{number:x}" * 32) for number in (101, 202, 303)]
    stranger = ubl.document(number=404).model_copy(update={"issuer": ubl.COMPANY})
    files = {
        "a.xml": mailed_xml(mine[0]),
        "b.xml": mailed_xml(mine[1], approved=False),
        "c.xml": xml_of(mine[2]).encode(),
        "d.xml": mailed_xml(stranger),
        "e.xml": b"<a/>",
        "f.xml": answer_xml(mine[0].cufe).encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    seen = asyncio.run(glance(tmp_path, ubl.HOTEL.id))
    assert (seen.files, seen.approved, seen.rejected, seen.unanswered) == (6, 1, 1, 1)
    assert (seen.foreign, seen.unreadable) == (1, 1)
    assert seen.is_plausible and seen.newest in glance_line(seen)
    assert len(glance_warnings(seen)) == 4
    assert asyncio.run(glance(tmp_path, ubl.COMPANY.id)).newest, "the other hotel sees its own"


def test_a_glance_at_nothing_says_so(tmp_path: Path) -> None:
    empty = asyncio.run(glance(tmp_path, ubl.HOTEL.id))
    assert not empty.is_plausible and glance_line(empty) and glance_warnings(empty) == ()
    with pytest.raises(ConnectorError) as failed:
        asyncio.run(glance(tmp_path / "no está", ubl.HOTEL.id))
    assert failed.value.failure is Failure.FOLDER


def test_every_source_has_its_words() -> None:
    assert len({source_name(kind) for kind in SourceKind} | {source_meaning(kind) for kind in SourceKind}) == 6
    assert all(source_lack(lack) for lack in SourceLack) and watch_only_note()
