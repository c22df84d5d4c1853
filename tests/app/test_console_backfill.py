"""Bringing older documents from the console: a look that changes nothing, and going twice as good as once."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from app.model.clock import SystemClock, bogota_day
from app.sandbox.practice import Practice
from app.sync.ledger import Ledger
from app.system.paths import Paths
from app.system.settings import load
from tests.support.bridge import bridge_to
from tests.support.console import run

LONG_AGO = "2020-01-01"


def test_older_documents_are_shown_and_then_carried_once(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()

    async def prepare() -> None:
        await bridge_to(practice, tmp_path / "other.sqlite3")
        await practice.approve(6)

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    with Ledger(paths.ledger("sandbox"), SystemClock()) as ledger:
        ledger.begin_at(bogota_day(SystemClock().now()) + timedelta(days=1))
    shown, _ = run(tmp_path, "backfill", "--from", LONG_AGO)
    assert "Faltan en Pymes: se envían" in shown and "los anteriores no se envían" in shown
    said = json.loads(run(tmp_path, "backfill", "--from", LONG_AGO, "--go", "--json")[0])
    assert (said["changed"], said["proven"], said["waiting"]) == (True, 6, 0)
    assert str(load(paths.settings).settings.start) == LONG_AGO
    again, _ = run(tmp_path, "backfill", "--from", LONG_AGO, "--go")
    assert "nada cambió" in again and "Probados en Pymes: 6" in again


def test_a_day_that_is_none_is_refused_in_spanish(tmp_path: Path) -> None:
    _, said = run(tmp_path, "backfill", "--from", "ayer", code=2)
    assert "«ayer»" in said or "'ayer'" in said
    assert "does not match" not in said
