"""Bringing older documents from the console: a look that changes nothing, and going twice as good as once."""

import asyncio
import contextlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.model.clock import SystemClock, bogota_day
from app.sandbox.practice import Practice
from app.sync.ledger import Ledger
from app.system.paths import Paths
from app.system.settings import load
from tests.support.bridge import bridge_to
from tests.support.console import begin, run

LONG_AGO = "2020-01-01"


def paths_with_older_documents(folder: Path) -> Paths:
    """Found a hotel whose ledger begins after the six documents that it has."""
    paths = Paths.under(folder).ensure()

    async def prepare() -> None:
        await bridge_to(practice, folder / "other.sqlite3")
        await practice.approve(6)

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    with Ledger(paths.ledger("sandbox"), SystemClock()) as ledger:
        ledger.begin_at(bogota_day(SystemClock().now()) + timedelta(days=1))
    return paths


def test_older_documents_are_shown_and_then_carried_once(tmp_path: Path) -> None:
    paths = paths_with_older_documents(tmp_path)
    shown, _ = run(tmp_path, "backfill", "--from", LONG_AGO)
    assert "Faltan en Pymes: se envían" in shown and "los anteriores no se envían" in shown
    said = json.loads(run(tmp_path, "backfill", "--from", LONG_AGO, "--go", "--reason", "Faltaba", "--json")[0])
    assert (said["changed"], said["proven"], said["waiting"]) == (True, 6, 0)
    assert str(load(paths.settings).settings.start) == LONG_AGO
    again, _ = run(tmp_path, "backfill", "--from", LONG_AGO, "--go", "--reason", "Otra vez")
    assert "nada cambió" in again and "Probados en Pymes: 6" in again


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX")
def test_who_watches_a_terminal_sees_how_far_it_is_and_nothing_of_it_stays(tmp_path: Path) -> None:
    import pty

    paths_with_older_documents(tmp_path)
    watched, terminal = pty.openpty()
    with begin(tmp_path, "backfill", "--from", LONG_AGO, err=terminal) as process:
        os.close(terminal)
        told = b""
        with contextlib.suppress(OSError):  # the other end of it was closed
            while part := os.read(watched, 4096):
                told += part
        process.communicate(timeout=60)
    os.close(watched)
    assert process.returncode == 0
    assert "Leyendo los documentos de Alojamientos" in told.decode()
    assert told.endswith(b"\r\x1b[K")


def test_a_day_that_is_none_is_refused_in_spanish(tmp_path: Path) -> None:
    _, said = run(tmp_path, "backfill", "--from", "ayer", code=2)
    assert "«ayer»" in said or "'ayer'" in said
    assert "does not match" not in said
