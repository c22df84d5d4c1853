"""At a computer that another one sends for: what writes cannot be pressed and says why, and the turn is offered."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from app.model.status import Sender
from tests.support.panel import NOW, HandClock, fill, status
from ui.context import Context
from ui.panel.page import Page
from ui.panel.pending_parts import CauseCard, ConflictCard
from ui.panel.window import PanelWindow
from ui.preparation import open_reader
from ui.theme import Theme

SPARE = status(spare_of=Sender(computer="RECEPCION-2", since=NOW - timedelta(hours=2)), proven_at=None)


def fail(error: BaseException) -> None:
    raise error


@pytest.fixture
def panel(qtbot: QtBot, context: Context, clock: HandClock, theme: Theme, turning: object) -> Iterator[PanelWindow]:
    fill(context.paths.ledger("sandbox"), 40, clock)
    reader = open_reader(context)
    panel = PanelWindow(context, SPARE, fail)
    qtbot.addWidget(panel)
    panel.may_close = True
    panel.show()
    panel.open(reader)
    yield panel
    reader.close()


def test_what_waits_can_be_seen_and_not_changed_until_the_turn_is_taken(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.PENDING)
    qtbot.waitUntil(lambda: bool(panel.pending.findChildren(CauseCard) and panel.pending.findChildren(ConflictCard)))
    conflict, cause = panel.pending.findChildren(ConflictCard)[0], panel.pending.findChildren(CauseCard)[0]
    for button in (conflict.settle, cause.button, panel.pending.backfill):
        qtbot.waitUntil(lambda button=button: not button.isEnabled())  # type: ignore[misc]
        assert "Envía RECEPCION-2." in button.toolTip()
    with qtbot.waitSignal(panel.take_over_requested):
        panel.pending._spare.button.click()
    panel.draw(status())
    assert not panel.pending._spare.isVisible()
    assert conflict.settle.isEnabled() and cause.button.isEnabled()


def test_a_document_is_shown_and_not_taken_up_again(qtbot: QtBot, panel: PanelWindow) -> None:
    panel.go_to(Page.DOCUMENTS)
    assert not panel.documents.again.isEnabled()
    assert "tome antes el turno" in panel.documents.again.toolTip()
