"""The console as a person or a script meets it: the real program, its words, its one line, its exit code."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.model.documents import HOTEL_FAMILIES, Family
from app.model.numbering import Field, System
from app.sandbox.practice import Practice
from app.sandbox.scenarios import SCENARIOS
from app.system.paths import Paths
from tests.support import ubl
from tests.support.bridge import bridge_to
from tests.support.console import begin, run

KEYS = [
    *("approved", "proven", "adopted", "held", "in_doubt", "lost", "doubled"),
    *("pms_total", "pymes_total", "seconds"),
]
ENGLISH = ("Usage", "Options", "Commands", "Error:", "No such", "Missing", "Try '", "Show this")


def one_line(out: str) -> dict[str, Any]:
    (line,) = out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("arguments", [(), ("demo",), ("check",), ("sync",), ("sandbox",), ("doctor",), ("gui",)])
def test_help_speaks_spanish(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    out, _ = run(tmp_path, *arguments, "--help")
    assert "Uso:" in out and "Opciones" in out
    assert not [word for word in ENGLISH if word in out]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("facturar",), "No existe la orden"),
        (("demo", "--rapido"), "No existe la opción"),
        (("demo", "--count", "muchos"), "no es un número"),
        (("demo", "--count", "0"), "no está entre los valores permitidos"),
        (("demo", "--seed"), "necesita un valor"),
        (("demo", "sobra"), "Sobra un argumento"),
        (("sync",), "Falta la opción"),
        (("demo", "--headless", "--scenario", "no-hay"), "No existe el simulacro"),
    ],
)
def test_a_wrong_command_line_is_told_in_spanish_and_ends_with_two(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    out, err = run(tmp_path, *arguments, code=2)
    assert (out, said in err) == ("", True), err
    assert not [word for word in ENGLISH if word in err.replace("Error: ", "")]


def test_the_list_of_simulacros_names_each_with_what_to_expect(tmp_path: Path) -> None:
    out, _ = run(tmp_path, "demo", "--scenario", "list")
    lines = out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [scenario.name for scenario in SCENARIOS]
    assert all(scenario().expect in out for scenario in SCENARIOS)


def test_the_demo_prints_one_line_of_json_with_exactly_its_keys(tmp_path: Path) -> None:
    out, err = run(tmp_path, "demo", "--headless", "--seed", "2", "--count", "30", "--json")
    said = one_line(out)
    assert list(said) == KEYS
    assert (said["approved"], said["proven"]) == (30, 30)
    assert [said[name] for name in ("adopted", "held", "in_doubt", "lost", "doubled")] == [0] * 5
    assert said["pms_total"] == said["pymes_total"] and Decimal(said["pms_total"]) > 0
    assert isinstance(said["seconds"], float)
    assert "Documentos probados" in err
    # The same seed is the same hotel, and a finished demo starts afresh.
    again = one_line(run(tmp_path, "demo", "--headless", "--seed", "2", "--count", "30", "--json")[0])
    assert again | {"seconds": 0} == said | {"seconds": 0}


def test_without_json_the_demo_says_it_in_a_sentence(tmp_path: Path) -> None:
    out, _ = run(tmp_path, "demo", "--headless", "--count", "5")
    assert "Aprobados 5, probados 5" in out


def test_what_was_held_is_listed_with_its_cause_and_is_no_failure(tmp_path: Path) -> None:
    out, err = run(tmp_path, "demo", "--headless", "--count", "40", "--scenario", "refuses-one", "--json")
    said = one_line(out)
    assert said["held"] > 0 and said["proven"] + said["held"] == 40
    assert (said["lost"], said["doubled"]) == (0, 0)
    assert err.count("Retenido") == said["held"]


def test_two_demos_at_once_in_one_home(tmp_path: Path) -> None:
    same = [begin(tmp_path, "demo", "--headless", "--count", "60", "--json") for _ in range(2)]
    other = begin(tmp_path, "demo", "--headless", "--seed", "7", "--count", "60", "--json")
    ended = [(process.communicate(timeout=60), process.returncode) for process in (*same, other)]
    assert sorted(code for _, code in ended[:2]) == [0, 2]
    assert "en marcha" in next(err for (_, err), code in ended if code == 2)
    for (out, _), code in ended:
        if code == 0:
            assert one_line(out)["proven"] == 60
    assert ended[2][1] == 0


def test_the_folder_of_documents(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "facturas"
    _, err = run(home, "demo", "--headless", "--documents", str(folder), code=2)
    assert "no existe" in err
    folder.mkdir()
    _, err = run(home, "demo", "--headless", "--documents", str(folder), code=2)
    assert "no hay ningún XML" in err
    (folder / "factura.xml").write_text(ubl.xml_of(ubl.document()), encoding="utf-8")
    (folder / "otra-cosa.xml").write_text("<a/>", encoding="utf-8")
    out, err = run(home, "demo", "--headless", "--documents", str(folder), "--json")
    said = one_line(out)
    assert said["approved"] == 1 == said["proven"] + said["held"]
    assert "otra-cosa.xml" in err


def test_check_ends_with_zero_only_while_every_range_agrees(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()

    async def prepare() -> None:
        await bridge_to(practice, tmp_path / "ledger.sqlite3")

    async def spoil(value: str) -> None:
        await practice.mutate(System.PYMES, Family.FACTURA, Field.PREFIX, value)

    out, _ = run(tmp_path, "check", code=1)  # nobody has created the consecutivos yet
    assert "✗" in out
    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    out, _ = run(tmp_path, "check")
    assert out.count("✓") == len(HOTEL_FAMILIES) and "✗" not in out
    proofs = json.loads(run(tmp_path, "check", "--json")[0])
    assert [proof["holds"] for proof in proofs] == [True] * len(HOTEL_FAMILIES)
    with Practice.start(paths.sandbox) as practice:
        asyncio.run(spoil("ZZZ"))
    out, _ = run(tmp_path, "check", code=1)
    assert (out.count("✓"), out.count("✗")) == (len(HOTEL_FAMILIES) - 1, 1)
    assert "ZZZ" in out


def test_sync_once_carries_what_waits(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).ensure()

    async def prepare() -> None:
        await bridge_to(practice, tmp_path / "other.sqlite3")
        await practice.approve(12)

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(prepare())
    out, _ = run(tmp_path, "sync", "--once")
    assert "Probados en Pymes: 12" in out
    out, _ = run(tmp_path, "sync", "--once")
    assert "Probados en Pymes: 12" in out
