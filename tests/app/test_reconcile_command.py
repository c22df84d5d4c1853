"""``botones reconcile``: a month from the console, its files, and what it refuses, on a practice hotel."""

import asyncio
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.model.clock import SystemClock
from app.model.reconciliation import Month
from app.sandbox.practice import Practice
from app.sync.ledger_reader import LedgerReader
from app.system.paths import Paths
from tests.support.bridge import bridge_to
from tests.support.console import run
from tests.support.month import dian_file, dian_row


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = Paths.under(tmp_path_factory.mktemp("prepared")).ensure()

    async def prepare() -> None:
        bridge = await bridge_to(practice, paths.ledger("sandbox"))
        await practice.approve(6)
        await bridge.cycle()

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    return paths.home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """A home whose practice hotel has six documents, all of them in Pymes."""
    return Path(shutil.copytree(prepared, tmp_path / "home"))


def test_a_month_with_the_dians_file_is_told_and_saved(home: Path, tmp_path: Path) -> None:
    now = SystemClock().now()
    with closing(LedgerReader(Paths.under(home).ledger("sandbox"), SystemClock())) as reader:
        documents = [one.document for one in reader.issued_between(now - timedelta(days=90), now)]
    month = Month.of(documents[0].issued_at.date())
    rows = [dian_row(one) for one in documents if Month.of(one.issued_at.date()) == month]
    dian = dian_file(tmp_path / "dian.xlsx", rows)
    files = {kind: tmp_path / f"mes.{kind}" for kind in ("xlsx", "pdf", "json")}
    saving = [part for kind, path in files.items() for part in (f"--{kind}", str(path))]
    out, err = run(home, "reconcile", "--month", str(month), "--dian", str(dian), *saving)
    assert "cuadra al peso" in out and "lectura nuestra" in err
    assert all(path.stat().st_size for path in files.values())
    out, _ = run(home, "verify", str(files["json"]))
    assert "Intacto" in out
    # What is there is not replaced, and one document less at the DIAN is not well.
    before = files["pdf"].read_bytes()
    _, err = run(home, "reconcile", "--month", str(month), "--pdf", str(files["pdf"]), code=2)
    assert "Ya existe" in err and files["pdf"].read_bytes() == before
    short = dian_file(tmp_path / "short.xlsx", rows[:-1])
    out, _ = run(home, "reconcile", "--month", str(month), "--dian", str(short), code=1)
    assert "hay 1 documento por revisar" in out and documents[len(rows) - 1].full_number in out


def test_what_is_no_month_and_no_list_of_the_dian_is_refused_with_the_way_out(home: Path, tmp_path: Path) -> None:
    _, err = run(home, "reconcile", "--month", "noviembre", code=2)
    assert "2026-11" in err
    wrong = tmp_path / "foto.xlsx"
    wrong.write_bytes(b"%PDF-1.7\0\0")
    _, err = run(home, "reconcile", "--month", "2026-11", "--dian", str(wrong), code=2)
    assert "No es un Excel" in err
