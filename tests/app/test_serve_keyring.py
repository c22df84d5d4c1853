"""A computer without a screen: a hotel is added from the console and carried, its accesses in a real Secret Service."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.system.vault import Secret
from tests.app.test_serve import until
from tests.app.test_vault_secret_service import BUS, TOOLS_MISSING, UNLOCKED, environment, session
from tests.support.console import ROOT
from tests.support.postgres import PostgresServer
from tests.support.street import Lot, Street, forget_street, settle_in

pytestmark = pytest.mark.skipif(bool(TOOLS_MISSING), reason=f"NOT TESTED: needs {' and '.join(TOOLS_MISSING)}")


def botones(home: Path, bus: str, *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=environment(home, BOTONES_HOME=str(home), COLUMNS="200") | {BUS: bus},
        input=said,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def add(home: Path, bus: str, lot: Lot, server: PostgresServer, key: str = "", **changes: str | None) -> Any:
    accesses = {name: value for name, value in (lot.secrets | changes).items() if value is not None}
    options = ("--nit", str(lot.settings["hotel_document"]), "--profile", lot.key, "--name", lot.schema)
    address = server.address("postgres")
    return botones(
        home, bus, "serve", "add", *options, "--accesses-stdin", key or lot.key, address, said=json.dumps(accesses)
    )


def recorded(lot: Lot) -> tuple[int, int]:
    books = asyncio.run(lot.desk.books())
    assert books["doubled"] == books["wrong"] == books["foreign"] == []
    return books["recorded"], books["approved"]


def test_a_hotel_is_added_tried_and_carried_with_what_the_keyring_has(tmp_path: Path, postgres: PostgresServer) -> None:
    forget_street(postgres)
    home = tmp_path / "home"
    with Street(tmp_path / "street", 1) as street, session(tmp_path, UNLOCKED) as bus:
        (lot,) = street.lots
        settle_in(home, street.lots, postgres, cadence=0.2)  # for the profile; what the command writes is new
        (home / "settings.json").unlink()
        for copy in home.glob("settings.copy*"):
            copy.unlink()

        refused = add(home, bus, lot, postgres, **{Secret.PYMES_TOKEN: "de-otro-hotel-y-viejo"})
        assert refused.returncode == 2, refused.stderr
        assert not (home / "settings.json").exists()  # nothing is kept of what was refused
        missing = add(home, bus, lot, postgres, **{Secret.LEDGER_PASSWORD: None})
        assert missing.returncode == 2
        assert Secret.LEDGER_PASSWORD in missing.stderr
        wrong = add(home, bus, lot, postgres, **{Secret.LEDGER_PASSWORD: "no-es-la-clave"})
        assert wrong.returncode == 2
        assert not (home / "settings.json").exists()

        added = add(home, bus, lot, postgres)
        assert added.returncode == 0, added.stderr
        assert lot.key in added.stdout
        kept = (home / "settings.json").read_text("utf-8")
        for secret in lot.secrets.values():
            assert secret not in kept + added.stdout + added.stderr

        twice = add(home, bus, lot, postgres, "otro-nombre")
        assert twice.returncode == 2
        assert "ya tiene este hotel" in twice.stderr and f"serve add {lot.key}" in twice.stderr
        assert (home / "settings.json").read_text("utf-8") == kept

        asyncio.run(lot.desk.approve(4))
        serving = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            env=environment(home, BOTONES_HOME=str(home)) | {BUS: bus},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        try:
            until(lambda: recorded(lot) == (4, 4) or serving.poll() is not None)
            serving.terminate()
            said, _ = serving.communicate(timeout=60)
        finally:
            serving.kill()
        assert serving.returncode == 0, said
        assert recorded(lot) == (4, 4)
        for secret in lot.secrets.values():
            assert secret not in said


def test_without_a_keyring_it_keeps_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    forget_street(postgres)
    home = tmp_path / "home"
    with Street(tmp_path / "street", 1) as street:
        (lot,) = street.lots
        settle_in(home, street.lots, postgres)
        for file in home.glob("settings*"):
            file.unlink()
        added = add(home, f"unix:path={tmp_path / 'nobody'}", lot, postgres)
    assert added.returncode == 2, added.stdout
    assert not (home / "settings.json").exists()
    assert not [file for file in home.rglob("*") if file.is_file() and postgres.password in read(file)]


def read(file: Path) -> str:
    return file.read_text("utf-8", "replace")
