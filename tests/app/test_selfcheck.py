"""The self-check of an installed copy: it says what it tried, writes it down, ends with a code, and touches nothing."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import selfcheck
from app.selfcheck import examine, log_line
from app.setup.doctor import Check
from tests.support.console import run


def none() -> Iterator[Check]:
    yield from ()


def test_every_part_but_the_vault_is_well_on_any_machine() -> None:
    told: list[Check] = []
    examine(told.append, none)
    ill = [one for one in told if not one.well and one.name != "Llavero del sistema"]
    assert ill == []
    round_trip = next(one for one in told if one.name == "Hotel de práctica")
    for word in ("Factura electrónica", "Nota crédito", "Nota débito", "Documento soporte"):
        assert word in round_trip.said


def test_a_part_that_fails_hides_no_other_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def parts(_paths: object) -> Iterator[tuple[str, object]]:
        yield "primera", lambda: 1 / 0
        yield "segunda", lambda: "bien"

    def window() -> Iterator[Check]:
        yield Check("ventana", True, "")
        raise OSError("no display")

    monkeypatch.setattr(selfcheck, "_parts", parts)
    told: list[Check] = []
    assert not examine(told.append, window)
    assert [one.well for one in told] == [False, True, True, False]
    assert log_line(told[0]) == "NO  primera: ZeroDivisionError: division by zero"


@pytest.mark.skipif(sys.platform == "win32", reason="there the vault is always there")
def test_a_machine_without_a_vault_fails_in_the_log_and_in_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    log = tmp_path / "prueba.log"
    home = tmp_path / "home"
    out, _ = run(home, "--self-check", "--log", str(log), code=1)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert [line[4:] for line in lines] == [line[2:] for line in out.splitlines()]
    assert [line for line in lines if not line.startswith("OK")] == [
        line for line in lines if line.startswith("NO  Llavero del sistema")
    ]
    assert any(line.startswith("OK  Iconos") for line in lines)
    assert not (home / "hotels").exists()
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ
