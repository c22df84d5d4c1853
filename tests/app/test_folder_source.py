"""The source *carpeta* for real: files as providers mail them, and only what Loggro publishes is called."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.connectors.folder_source import LOCKED, PATIENCE, QUIET, FolderSource, list_files
from app.connectors.source import Nothing
from app.model.causes import Cause
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.model.errors import ConnectorError, Failure
from app.model.journey import EventKind, State, rebuild
from app.model.mode import Mode
from app.sandbox.books import APPROVED, REJECTED
from app.sandbox.ubl_writer import answer_xml, mailed_xml, xml_of, zip_of
from app.sync.engine import Engine
from app.sync.ledger import Ledger
from app.texts.causes import explain, particulars
from tests.support.practice import MovableClock
from tests.support.today import Today, today

PROVEN = (State.PROVEN, None)
MISSING = (State.MISSING, None)
PUBLISHED = {
    "/apik/loggro-facturacion/v1/ventas-detallado",
    "/apik/loggro-facturacion/v1/consecutivos/no-pos/compania",
    "/apik/loggro-facturacion/v1/consecutivos/vigencias",
    "/ServiciosFE",
}


def with_hotel(tmp_path: Path, story: Callable[[Today], Awaitable[None]]) -> None:
    async def run() -> None:
        async with today(tmp_path) as hotel:
            await story(hotel)

    asyncio.run(run())


def put(hotel: Today, name: str, content: bytes, age: float = 3600.0) -> Path:
    """Write a file whose last change lies ``age`` seconds back on the hotel's clock."""
    path = hotel.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    at = hotel.hotel.clock.at.timestamp() - age
    os.utime(path, (at, at))
    return path


def plain(document: Document) -> bytes:
    return xml_of(document).encode()


# --- the whole work ---------------------------------------------------------------------------------------------------


def test_three_hundred_documents_are_told_apart_and_nothing_unpublished_is_called(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await hotel.issue(300, HOTEL_FAMILIES)
        missing = [document for document in documents if document.family is Family.FACTURA][:12]
        await hotel.loggro_records([document for document in documents if document not in missing])
        assert await hotel.mail() == 300
        await hotel.cycle()
        counts = hotel.bridge.counts
        assert (counts.proven, counts.adopted, counts.missing, counts.total) == (288, 288, 12, 300)
        lost = {row.full_number for row in hotel.bridge.rows if row.state is State.MISSING}
        assert lost == {document.full_number for document in missing}
        assert {entry["path"] for entry in hotel.requests} <= PUBLISHED
        assert {entry["method"] for entry in hotel.requests if entry["system"] != "fe"} == {"GET"}
        assert not [entry for entry in hotel.requests if entry["system"] == "pms"]

    with_hotel(tmp_path, story)


def test_nothing_is_sent_even_when_the_person_chose_to_send_all(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        hotel.bridge = hotel.bridge.with_(mode=Mode.SEND_ALL)
        await hotel.issue(3)
        await hotel.mail()
        hotel.type_in(hotel.typed())
        await hotel.cycle()
        assert hotel.bridge.states == [MISSING] * 3
        assert hotel.hotel.house.books.audit()["recorded"] == 0

    with_hotel(tmp_path, story)


def test_a_numbering_that_differs_does_not_keep_a_document_from_being_found(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await hotel.issue(4)
        await hotel.loggro_records(documents[:3])
        await hotel.mail()
        hotel.type_in(hotel.typed().model_copy(update={"resolution": "18760000000009"}))
        async with hotel.bridge.engine() as engine:
            await engine.cycle()
            assert not any(proof.holds for proof in engine.guard.proofs)
        assert hotel.bridge.states == [PROVEN, PROVEN, PROVEN, MISSING]

    with_hotel(tmp_path, story)


def test_a_missing_document_that_appears_later_is_found(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = await hotel.issue(2)
        await hotel.mail()
        await hotel.cycle()
        assert hotel.bridge.states == [MISSING, MISSING]
        await hotel.loggro_records(documents)
        hotel.hotel.clock.move(600)
        await hotel.cycle()
        assert hotel.bridge.states == [PROVEN, PROVEN]

    with_hotel(tmp_path, story)


def test_a_document_just_approved_is_not_missing_while_loggro_has_its_head_start(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        hotel.bridge = hotel.bridge.with_(timing={"head_start": 300.0})
        await hotel.issue(1)
        await hotel.mail()
        await hotel.cycle()
        assert hotel.bridge.states == [(State.SEEN, None)]
        hotel.hotel.clock.move(301)
        await hotel.cycle()
        assert hotel.bridge.states == [MISSING]

    with_hotel(tmp_path, story)


def test_a_document_of_another_nit_is_not_looked_for(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        stranger = document.issuer.model_copy(update={"id": "800197268", "check_digit": "4"})
        put(hotel, "compra.xml", mailed_xml(document.model_copy(update={"issuer": stranger})))
        await hotel.cycle()
        assert hotel.bridge.states == [(State.HELD, Cause.OTHER_ISSUER)]
        assert not [entry for entry in hotel.requests if "ventas" in entry["path"]]

    with_hotel(tmp_path, story)


# --- what counts as approved ------------------------------------------------------------------------------------------


def test_a_rejected_document_is_visible_and_not_looked_for(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.judge(document, REJECTED)
        await hotel.mail()
        await hotel.cycle()
        (row,) = hotel.bridge.rows
        assert (row.state, row.cause) == (State.HELD, Cause.REJECTED_BY_DIAN)
        assert any("Rechazo" in line for line in particulars(row.detail))
        assert not [entry for entry in hotel.requests if "ventas" in entry["path"]]

    with_hotel(tmp_path, story)


def test_a_number_rejected_first_and_approved_later_goes_on_with_what_was_approved(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.loggro_records([document])
        wrong = document.model_copy(update={"payable": document.payable + 1, "cufe": "0" * 96})
        put(hotel, "1.xml", mailed_xml(wrong, approved=False))
        await hotel.cycle()
        assert hotel.bridge.states == [(State.HELD, Cause.REJECTED_BY_DIAN)]
        put(hotel, "2.xml", mailed_xml(document))
        await hotel.cycle()
        assert hotel.bridge.states == [PROVEN]
        put(hotel, "3.xml", mailed_xml(wrong, approved=False))
        await hotel.cycle()
        assert hotel.bridge.states == [PROVEN], "the DIAN rejects a second sending of a number; that undoes nothing"

    with_hotel(tmp_path, story)


def test_a_document_without_answer_waits_for_it_and_then_goes_on(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.loggro_records([document])
        put(hotel, "factura.xml", plain(document))
        await hotel.cycle()
        assert hotel.bridge.states == [(State.HELD, Cause.WITHOUT_ANSWER)]
        put(hotel, "completo.xml", mailed_xml(document))
        await hotel.cycle()
        assert hotel.bridge.states == [PROVEN]

    with_hotel(tmp_path, story)


@pytest.mark.parametrize("answer_first", [True, False])
def test_an_answer_in_a_file_of_its_own_speaks_for_its_document(tmp_path: Path, answer_first: bool) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.loggro_records([document])
        files = [("factura.xml", plain(document)), ("respuesta.xml", answer_xml(document.cufe).encode())]
        for name, content in reversed(files) if answer_first else files:
            put(hotel, name, content)
            await hotel.cycle()
        assert hotel.bridge.states == [PROVEN]

    with_hotel(tmp_path, story)


def test_a_person_cannot_release_what_the_dian_never_approved(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        rejected, unanswered = await hotel.issue(2)
        put(hotel, "1.xml", mailed_xml(rejected, approved=False))
        put(hotel, "2.xml", plain(unanswered))
        await hotel.cycle()
        with Ledger(hotel.bridge.path, hotel.bridge.clock) as ledger:
            ledger.release([str(rejected.key), str(unanswered.key)])
        assert {state for state, _ in hotel.bridge.states} == {State.HELD}

    with_hotel(tmp_path, story)


def test_only_the_profile_can_take_an_unanswered_document_for_approved(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        put(hotel, "factura.xml", plain(document))
        clock = hotel.hotel.clock
        for accepts, cause in ((False, Cause.WITHOUT_ANSWER), (True, None)):
            source = FolderSource(hotel.folder, clock, accept_unanswered=accepts)
            rows = [row async for batch in source.news(Nothing()) for row in batch.rows]
            assert [row.cause for row in rows] == [cause]

    with_hotel(tmp_path, story)


def test_a_document_of_the_test_environment_is_no_invoice(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        put(hotel, "prueba.xml", mailed_xml(document.model_copy(update={"environment": "2"})))
        await hotel.cycle()
        (row,) = hotel.bridge.rows
        assert row.cause is Cause.WITHOUT_ANSWER
        assert any("prueba" in line for line in particulars(row.detail))

    with_hotel(tmp_path, story)


# --- files ------------------------------------------------------------------------------------------------------------


def test_zips_sub_folders_and_duplicates_give_each_document_once(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        first, second, third, deep = await hotel.issue(4)
        put(hotel, "lote.zip", zip_of({"a.xml": mailed_xml(first), "b.xml": mailed_xml(second), "b.pdf": b"%PDF"}))
        put(hotel, "otra vez.xml", mailed_xml(first))
        put(hotel, "noviembre/c.XML", mailed_xml(third))
        (hotel.folder / "noviembre" / "tercero").mkdir()
        (hotel.folder / "noviembre" / "tercero" / "d.xml").write_bytes(mailed_xml(deep))
        put(hotel, "leeme.txt", b"no es un documento")
        put(hotel, ".oculto.xml", mailed_xml(deep))
        await hotel.cycle()
        assert {row.full_number for row in hotel.bridge.rows} == {one.full_number for one in (first, second, third)}

    with_hotel(tmp_path, story)


def test_links_are_not_followed(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        outside = tmp_path / "fuera"
        outside.mkdir()
        (outside / "a.xml").write_bytes(mailed_xml(document))
        try:
            (hotel.folder / "enlace").symlink_to(outside, target_is_directory=True)
            (hotel.folder / "a.xml").symlink_to(outside / "a.xml")
        except OSError:
            pytest.skip("this computer lets nobody make links")
        assert list_files(hotel.folder).files == {}

    with_hotel(tmp_path, story)


def test_a_file_that_grows_is_left_alone_until_it_stands_still(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        whole = mailed_xml(document)
        clock = hotel.hotel.clock
        growing = GrowingClock(clock.at, hotel.folder / "a.xml", whole)
        put(hotel, "a.xml", whole[:100])
        source = FolderSource(hotel.folder, growing)
        memory = Nothing()
        assert [batch async for batch in source.news(memory)] == [], "it changed between the two looks"
        rows = [row async for batch in source.news(memory) for row in batch.rows]
        assert [row.document.full_number for row in rows if row.document] == [document.full_number]

    with_hotel(tmp_path, story)


class GrowingClock(MovableClock):
    """While the source waits, somebody writes the rest of the file."""

    def __init__(self, at: object, path: Path, whole: bytes) -> None:
        super().__init__(at)  # type: ignore[arg-type]
        self._path = path
        self._whole = whole

    async def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= QUIET
        if self._path.read_bytes() != self._whole:
            self._path.write_bytes(self._whole)
        await super().sleep(seconds)


def test_a_young_half_written_file_is_not_complained_of_and_an_old_one_is(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.loggro_records([document])
        put(hotel, "a.xml", mailed_xml(document)[:-200], age=0.0)
        await hotel.cycle()
        assert hotel.bridge.rows == ()
        hotel.hotel.clock.move(PATIENCE)
        await hotel.cycle()
        (row,) = hotel.bridge.rows
        assert (row.state, row.cause, row.full_number) == (State.HELD, Cause.UNREADABLE, "a.xml")
        assert any("a.xml" in line for line in particulars(row.detail))
        assert any("incompleto" in line for line in particulars(row.detail))
        put(hotel, "a.xml", mailed_xml(document))
        await hotel.cycle()
        assert sorted(hotel.bridge.states, key=str) == sorted([PROVEN, (State.WITHDRAWN, None)], key=str)
        assert hotel.bridge.counts.held == 0

    with_hotel(tmp_path, story)


def test_what_cannot_be_read_is_visible_with_its_file_and_reason_and_goes_with_the_file(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        bomb = zip_of({"f.xml": b" " * 15_000_000})
        entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        names = {"bomba.zip": bomb, "entidades.xml": entities, "otra cosa.xml": b"<a/>", "roto.zip": b"PK\x03\x04roto"}
        for name, content in names.items():
            put(hotel, name, content)
        await hotel.cycle()
        rows = hotel.bridge.rows
        assert {row.full_number for row in rows} == set(names)
        assert {(row.state, row.cause) for row in rows} == {(State.HELD, Cause.UNREADABLE)}
        assert all(any(row.full_number in line for line in particulars(row.detail)) for row in rows)
        assert explain(Cause.UNREADABLE).place
        for name in names:
            (hotel.folder / name).unlink()
        await hotel.cycle()
        assert set(hotel.bridge.states) == {(State.WITHDRAWN, None)}
        assert hotel.bridge.counts.total == 0

    with_hotel(tmp_path, story)


def test_the_row_is_what_its_events_tell_whatever_became_of_the_file(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        put(hotel, "a.xml", b"<a/>")
        put(hotel, "b.xml", plain(document))
        await hotel.cycle()
        put(hotel, "a.xml", b"<b/>", age=60)
        put(hotel, "b.xml", mailed_xml(document, approved=False), age=60)
        await hotel.cycle()
        (hotel.folder / "a.xml").unlink()
        (hotel.folder / "b.xml").unlink()
        await hotel.cycle()
        put(hotel, "a.xml", b"<c/>", age=30)
        put(hotel, "c.xml", mailed_xml(document), age=30)
        await hotel.cycle()
        with hotel.bridge.reading() as reader:
            for row in hotel.bridge.rows:
                journey = rebuild(list(reader.timeline(row.key)))
                assert (journey.state, journey.cause, journey.detail) == (row.state, row.cause, row.detail)
        story_of = hotel.bridge.story(str(document.key))
        assert EventKind.WITHDRAWN in story_of and EventKind.RELEASED in story_of

    with_hotel(tmp_path, story)


def test_a_known_file_is_not_opened_again_and_nothing_in_the_folder_changes(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        await hotel.issue(20)
        await hotel.mail()
        before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in hotel.folder.iterdir()}
        await hotel.cycle()
        assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in hotel.folder.iterdir()} == before
        for path, (content, at) in before.items():
            path.write_bytes(b"x" * len(content))
            os.utime(path, ns=(at, at))
        await hotel.cycle()
        assert hotel.bridge.counts.held == 0, "size and time are the same: nobody opened it again after the restart"

    with_hotel(tmp_path, story)


def test_a_file_that_says_something_else_of_a_number_is_held_before_anybody(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        put(hotel, "a.xml", mailed_xml(document))
        await hotel.cycle()
        other = document.model_copy(update={"payable": document.payable + 1})
        put(hotel, "a.xml", mailed_xml(other), age=10)
        await hotel.cycle()
        assert hotel.bridge.states == [(State.HELD, Cause.OTHER_CONTENT)]

    with_hotel(tmp_path, story)


def test_a_document_is_the_same_from_the_pms_and_from_its_file(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        documents = {document.key: document for document in await hotel.issue(60, HOTEL_FAMILIES)}
        await hotel.mail()
        source = FolderSource(hotel.folder, hotel.bridge.clock)
        read = [row.document async for batch in source.news(Nothing()) for row in batch.rows if row.document]
        assert {one.key: one.digest for one in read} == {key: one.digest for key, one in documents.items()}

    with_hotel(tmp_path, story)


def test_a_restart_in_the_middle_reads_the_rest_and_nothing_twice(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        await hotel.issue(120)
        await hotel.mail()
        with Ledger(hotel.bridge.path, hotel.bridge.clock) as ledger:
            source = FolderSource(hotel.folder, hotel.bridge.clock)
            async for batch in source.news(ledger):
                ledger.record_seen(batch.rows, source=source.kind, marks=batch.marks, withdrawn=batch.withdrawn)
                break
            assert 0 < ledger.counts().total < 120
        await hotel.cycle()
        assert hotel.bridge.counts.total == 120
        assert await hotel.cycle() == 0

    with_hotel(tmp_path, story)


def test_a_file_shut_by_another_program_is_tried_again_and_told_of_only_in_the_end(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        clock = hotel.hotel.clock
        path = put(hotel, "a.xml", mailed_xml(document))
        source = FolderSource(hotel.folder, clock)
        memory = Nothing()
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
        assert [batch async for batch in source.news(memory)] == []
        clock.move(LOCKED)
        rows = [row async for batch in source.news(memory) for row in batch.rows]
        assert [row.cause for row in rows] == [Cause.UNREADABLE]
        path.chmod(0o600)
        rows = [row async for batch in source.news(memory) for row in batch.rows]
        assert [row.cause for row in rows] == [None]

    with_hotel(tmp_path, story)


def test_a_folder_that_is_away_is_said_to_be_and_nothing_is_forgotten(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        put(hotel, "a.xml", b"<a/>")
        await hotel.cycle()
        away = hotel.folder.rename(tmp_path / "en otra parte")
        with pytest.raises(ConnectorError) as failed:
            await hotel.cycle()
        assert failed.value.failure is Failure.FOLDER
        assert not failed.value.needs_a_person
        assert hotel.bridge.states == [(State.HELD, Cause.UNREADABLE)]
        away.rename(hotel.folder)
        await hotel.cycle()
        assert hotel.bridge.states == [(State.HELD, Cause.UNREADABLE)]

    with_hotel(tmp_path, story)


def test_a_document_still_in_validation_is_not_mailed_and_not_missed(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        (document,) = await hotel.issue(1)
        await hotel.judge(document, "EN_VALIDACION")
        assert await hotel.mail() == 0
        await hotel.cycle()
        assert hotel.bridge.rows == ()
        await hotel.judge(document, APPROVED)
        await hotel.mail()
        await hotel.cycle()
        assert hotel.bridge.states == [MISSING]

    with_hotel(tmp_path, story)


def test_an_engine_told_to_end_does_not_read_the_whole_folder_first(tmp_path: Path) -> None:
    async def story(hotel: Today) -> None:
        await hotel.issue(120)
        await hotel.mail()
        async with hotel.bridge.engine() as engine:
            assert isinstance(engine, Engine)
            await engine.cycle(halted=lambda: True)
        assert 0 < hotel.bridge.counts.total < 120

    with_hotel(tmp_path, story)
