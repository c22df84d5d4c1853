"""The wizard goes no further with a hotel that this computer has already, and says which one it is and the way out."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.connectors.profile import load_profile
from app.model.clock import SystemClock
from app.model.mode import Mode
from app.model.setup import Attempt, BlockerKind, Connection, Step
from app.setup.activation import secrets_of
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault
from ui.context import Context
from ui.theme import Theme
from ui.wizard.connections import ConnectionsPage
from ui.wizard.flow import WizardFlow

NIT = "900508908"


def context_of(home: Path, hotel: str | None, **choices: object) -> Context:
    settings = Settings(profile="loggro", hotel=hotel).changed(**choices)
    vault = SessionVault(settings.key)
    return Context(Paths.under(home).ensure(), settings, load_profile("loggro"), vault, SystemClock())


@pytest.mark.usefixtures("turning")
def test_a_hotel_that_is_here_under_another_name_goes_no_further(
    qtbot: QtBot, tmp_path: Path, theme: Theme, turning: asyncio.AbstractEventLoop
) -> None:
    first = context_of(tmp_path, None, title="Hotel Centro", hotel_document=NIT, organisation="uno")
    second = context_of(tmp_path, "loggro-2")
    second.hotels = first.hotels
    first.hotels.append(second)
    flow = WizardFlow(second)
    page = ConnectionsPage(flow)
    qtbot.addWidget(page)
    begun = flow.activation.choose(second.profile, Mode.COMPLETE).with_hotel(NIT)
    for connection in begun.connections:
        learnt = {"organisation_uuid": "uno", "organisation_nit": NIT} if connection is Connection.PYMES else {}
        begun = begun.with_attempt(Attempt(connection=connection, at=second.clock.now(), **learnt))
        for secret in secrets_of(begun, connection):
            second.vault.put(secret, "un acceso")
    reading = turning.create_task(flow.read_vault())
    qtbot.waitUntil(reading.done)
    flow.is_open = True
    flow.change(begun.model_copy(update={"step": Step.CONNECTIONS, "folder": tmp_path}))
    page.draw()
    assert [one.kind for one in flow.blockers] == [BlockerKind.HOTEL_TWICE]
    assert not flow.can_advance
    said = "\n".join(label.text() for label in page.hotel.wrong.findChildren(QLabel))
    assert "«Hotel Centro»" in said and "quítelo antes" in said
    # Another organisation is another hotel.
    first.settings = first.settings.changed(organisation="dos")
    assert flow.can_advance
    page.draw()
    assert page.hotel.wrong.isHidden()
