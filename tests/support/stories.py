"""Possible stories of one document, for hypothesis: each event is one that may follow what came before."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.model.causes import Cause
from app.model.journey import Event, EventKind, ImpossibleStep, advance, rebuild

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@st.composite
def stories(draw: st.DrawFn, longest: int = 25) -> list[Event]:
    """Draw a story from ``SEEN`` on, of any length up to ``longest``."""
    story = [Event(kind=EventKind.SEEN, at=START, data={"position": 1})]
    for step in range(draw(st.integers(0, longest))):
        journey = rebuild(story)
        due = draw(st.none() | st.integers(0, 600))
        candidates = []
        for kind in EventKind:
            needs_cause = kind in (EventKind.HELD, EventKind.REFUSED, EventKind.CONFLICT)
            event = Event(
                kind=kind,
                at=START + timedelta(seconds=step),
                cause=draw(st.sampled_from(Cause)) if needs_cause else None,
                due_at=None if due is None else START + timedelta(seconds=due),
                data={"sale": f"u-{step}", "números": [1, "ñ"]},
            )
            try:
                advance(journey, event)
            except ImpossibleStep:
                continue
            candidates.append(event)
        story.append(draw(st.sampled_from(candidates)))
    return story
