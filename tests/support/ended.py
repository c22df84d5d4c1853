"""How a run that was killed must have ended, whatever the simulacro: judged by the books, and event by event."""

from dataclasses import dataclass
from typing import Any

from app.model.causes import Cause
from app.model.clock import SystemClock
from app.model.journey import State, rebuild
from app.sandbox.books import _AGREEING
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.victim import Victim

HOLDS = frozenset({"numbering-edited", "errors-object", "refuses-one", "pms-changes", "plan-used-up", "month-closed"})
"""Simulacros at whose end documents wait for a person."""
STORES_NOTHING = frozenset({"success-without-substance", "operacion-exitosa", "empty-answer"})
"""Simulacros that forget every fifth sale: who is killed often enough, after the intent too, runs out of attempts."""
HAS_SALES_OF_ITS_OWN = frozenset({"older-invoice"})
"""Simulacros with sales in Pymes that the PMS never listed."""


@dataclass(frozen=True)
class Figures:
    """What one victim went through, for the line of the long run."""

    scenario: str
    kills: int
    documents: int
    proven: int
    held: int
    lost: int
    doubled: int
    wrong: int


def assert_whole(victim: Victim, result: dict[str, Any]) -> Figures:
    """Fail unless every document stands in Pymes once and equal, or is held; rows are what their events tell."""
    figures = figures_of(victim, result)
    assert (figures.lost, figures.doubled, figures.wrong, result["in_doubt"]) == (0, 0, 0, 0), (figures, result)
    assert result["approved"] == victim.count == result["proven"] + result["held"], result
    reader = LedgerReader(victim.path, SystemClock())
    try:
        rows = reader.page(0, 1_000_000)
        keys = [row.key for row in rows]
        stories = {key: list(reader.timeline(key)) for key in keys}
    finally:
        reader.close()
    if victim.scenario not in HOLDS:
        may_wait = {Cause.NOT_STORED, Cause.WAITS_FOR_INVOICE} if victim.scenario in STORES_NOTHING else set()
        assert {row.cause for row in rows if row.state is State.HELD} <= may_wait
        if not result["held"] and victim.scenario not in HAS_SALES_OF_ITS_OWN:
            assert result["pms_total"] == result["pymes_total"] != "0"
    with Ledger(victim.path, SystemClock()) as ledger:
        assert {entry.key: entry.journey for entry in ledger.entries(keys)} == {
            key: rebuild(story) for key, story in stories.items()
        }
    return figures


def figures_of(victim: Victim, result: dict[str, Any]) -> Figures:
    """Count in the hotel's own books what the program itself does not report."""
    differs = " OR ".join(f"s.{name} <> d.{name}" for name in _AGREEING)
    same = "s.issuer = d.issuer AND s.family = d.family AND s.prefix = d.prefix AND s.number = d.number"
    compared = victim.books(f"SELECT {differs} FROM approved d JOIN sales s ON {same}")
    assert len(compared) >= result["proven"]
    return Figures(
        scenario=victim.scenario or "none",
        kills=victim.kills,
        documents=victim.count,
        proven=result["proven"],
        held=result["held"],
        lost=result["lost"],
        doubled=result["doubled"],
        wrong=sum(is_other for (is_other,) in compared),
    )
