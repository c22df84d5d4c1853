"""The official PDF of a document: fetched where the FE service has it, and a clear answer where it cannot be had."""

from pathlib import Path

import pytest

from app.model.errors import ConnectorError, Failure
from app.model.journey import State
from app.sync.official import official_pdf
from app.sync.readback import last_read
from app.system.vault import Secret
from tests.support.desk import Desk, played


def test_the_service_gives_the_pdf_of_an_issued_document_and_none_of_another(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        (document,) = desk.hotel.documents()
        bridge = desk.bridge
        around = {"settings": bridge.settings, "profile": bridge.profile, "vault": bridge.vault}
        found = await official_pdf(document, **around)  # type: ignore[arg-type]
        assert found is not None and found.startswith(b"%PDF")
        other = document.model_copy(update={"number": document.number + 500})
        assert await official_pdf(other, **around) is None  # type: ignore[arg-type]

    played(tmp_path, trial)


def test_without_credentials_it_says_that_there_is_no_way(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(1)
        bridge = desk.bridge
        bridge.vault.forget(Secret.FE_PASSWORD)
        with pytest.raises(ConnectorError) as caught:
            await official_pdf(
                desk.hotel.documents()[0], settings=bridge.settings, profile=bridge.profile, vault=bridge.vault
            )
        assert caught.value.failure is Failure.NO_ROUTE

    played(tmp_path, trial)


def test_what_was_read_back_is_the_sale_as_pymes_holds_it(tmp_path: Path) -> None:
    async def trial(desk: Desk) -> None:
        await desk.issue_many(12)
        await desk.bridge.cycle()
        with desk.bridge.reading() as reader:
            for row in desk.bridge.rows:
                assert row.state is State.PROVEN
                document = reader.document(row.key)
                assert document is not None
                events = reader.timeline(row.key)
                read = last_read(events, document.key)
                assert read is not None and read.at == events[-1].at
                assert (read.sale.payable, read.sale.cufe) == (document.payable, document.cufe)
                other = document.key._replace(number=document.number + 1)
                assert last_read(events, other) is None
                silent = [event.model_copy(update={"said": ()}) for event in events]
                assert last_read(silent, document.key) is None

    played(tmp_path, trial)
