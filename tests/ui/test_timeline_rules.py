"""What the rules said stands in the document's timeline: a warning that let it go, and what held it."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.model.causes import Cause
from app.model.journey import Event, EventKind
from app.model.rules import Finding, Rule, Severity
from app.texts.reading import finding_text
from tests.support.panel import NOW
from ui.panel.timeline import Timeline
from ui.theme import Theme

PERIOD = Finding(code=Rule.NUMBER_FORM, severity=Severity.WARN, values={"number": "FEH 12"})


def test_what_the_rules_said_is_told_also_where_they_only_warned(qtbot: QtBot, theme: Theme) -> None:
    said = {"findings": [PERIOD.model_dump(mode="json")]}
    for event in (
        Event(kind=EventKind.CHECKED, at=NOW, data=said),
        Event(kind=EventKind.HELD, at=NOW, cause=Cause.BREAKS_RULE, data=said),
    ):
        timeline = Timeline(print)
        qtbot.addWidget(timeline)
        timeline.show_events([event])
        words = [label.text() for label in timeline.findChildren(QLabel)]
        assert finding_text(PERIOD) in words, event.kind
