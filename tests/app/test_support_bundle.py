"""The support report: what helps is in it; no secret, nobody's name, and never more than five megabytes."""

import asyncio
import zipfile
from pathlib import Path

import pytest

from app.connectors.pms import ApprovedDocument
from app.connectors.profile import load_profile
from app.model.parties import Party
from app.setup.support import gather
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.system.logs import redactor
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.support import LIMIT_BYTES, Anonymiser, Piece, logs_of, make_safe, pack
from app.system.vault import Secret, SessionVault
from tests.support.panel import BUYERS, NOW, HandClock, document, filled, status

SECRETS = {name: f"planted-{name.value}-5ecret" for name in Secret}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "home").ensure()


@pytest.fixture
def vault() -> SessionVault:
    vault = SessionVault("test")
    for name, secret in SECRETS.items():
        vault.put(name, secret)
    return vault


def report(paths: Paths, vault: SessionVault, target: Path) -> dict[str, str]:
    """Gather, pack, and return what an unpacked report says."""
    with filled(paths.ledger("sandbox").parent) as reader:
        profile = load_profile("sandbox", dict.fromkeys(("pms", "pymes", "fe"), "http://127.0.0.1:9"))
        pieces = asyncio.run(gather(paths, Settings(), profile, vault, reader, status(), NOW))
    pack(pieces, target)
    with zipfile.ZipFile(target) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_the_report_says_what_helps(paths: Paths, vault: SessionVault, tmp_path: Path) -> None:
    (paths.logs / "botones.log").write_text("2026-11-24 WARNING app.sync: pms: timeout\n", encoding="utf-8")
    said = report(paths, vault, tmp_path / "report.zip")
    assert list(said) == ["botones.txt", "equipo.txt", "ajustes.json", "documentos.txt", "logs/botones.log.txt"]
    assert "pymes-send: convenida" in said["botones.txt"]
    assert "held numbering-differs" in said["documentos.txt"]
    assert "pms: timeout" in said["logs/botones.log.txt"]
    assert '"mode": "vigilar-y-completar"' in said["ajustes.json"]


def test_no_secret_of_the_vault_is_in_it(paths: Paths, vault: SessionVault, tmp_path: Path) -> None:
    planted = "\n".join(SECRETS.values()) + "\nAuthorization: Bearer abcdefghijklmnop\n"
    for name in ("botones.log", "botones.log.1", "crash.log"):
        (paths.logs / name).write_text(planted, encoding="utf-8")
    said = report(paths, vault, tmp_path / "report.zip")
    everything = "\n".join(said.values())
    assert len([name for name in said if name.startswith("logs/")]) == 3
    assert [secret for secret in (*SECRETS.values(), "abcdefghijklmnop") if secret in everything] == []


def test_nobody_of_the_ledger_is_named(paths: Paths, vault: SessionVault, tmp_path: Path) -> None:
    said = "\n".join(f"refused for {buyer.name} ({buyer.id})" for buyer in BUYERS)
    said += "\nANA MARIA RODRIGUEZ PENA writes to ana.rodriguez@example.com, +57 310 555 1234"
    (paths.logs / "botones.log").write_text(said, encoding="utf-8")
    everything = "\n".join(report(paths, vault, tmp_path / "report.zip").values())
    for buyer in BUYERS[:-1]:
        assert buyer.name not in everything
        assert buyer.id not in everything
    for spelling in ("RODRIGUEZ", "ana.rodriguez", "310 555"):
        assert spelling not in everything
    assert "refused for ‹persona› (‹identificación›)" in everything


def test_whoever_slept_is_not_named_either(paths: Paths, tmp_path: Path) -> None:
    guest = Party(id_type="22", id="P7654321", name="Ingrid Sörensen")
    clock = HandClock()
    with Ledger(tmp_path / "ledger.sqlite3", clock) as ledger:
        one = document(1).model_copy(update={"guest": guest})
        ledger.record_seen([ApprovedDocument(position=1, label=one.full_number, document=one)], 1)
    reader = LedgerReader(tmp_path / "ledger.sqlite3", clock)
    try:
        cleaned = Anonymiser(reader.people()).clean("INGRID SORENSEN, p7654321")
    finally:
        reader.close()
    assert cleaned == "‹persona›, ‹identificación›"


def test_it_is_bounded_and_the_newest_lines_stay(paths: Paths) -> None:
    for name, mark in (("botones.log", "newest"), ("botones.log.1", "older")):
        (paths.logs / name).write_text(f"{mark} line\n" * 400_000, encoding="utf-8")
    pieces = make_safe(logs_of(paths), Anonymiser(()))
    assert sum(piece.size for piece in pieces) <= LIMIT_BYTES
    assert pieces[0].text.endswith("newest line\n")
    assert "older" in pieces[1].text


def test_a_cut_never_leaves_half_a_line() -> None:
    (piece,) = make_safe([Piece("a.txt", "first line\nsecond line\nthird line\n")], Anonymiser(()), limit=28)
    assert piece.text == "[…]\nthird line\n"


def test_a_cut_in_the_middle_of_a_secret_shows_no_rest_of_it() -> None:
    redactor.register("a-very-long-secret-of-the-hotel")
    text = "x" * 50 + "a-very-long-secret-of-the-hotel\n" + "y" * 20 + "\n"
    (piece,) = make_safe([Piece("a.txt", text)], Anonymiser(()), limit=40)
    assert "hotel" not in piece.text


def test_a_hundred_thousand_people_are_taken_out_in_a_moment() -> None:
    people = [(f"Huésped{number} Apellido{number % 500}", str(10_000_000 + number)) for number in range(100_000)]
    text = "".join(f"{name} {identification} entra\n" for name, identification in people[:20_000])
    assert Anonymiser(people).clean(text) == "‹persona› ‹identificación› entra\n" * 20_000


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError):
        pack([Piece("a.txt", "a")], target)
    assert list(tmp_path.iterdir()) == [target]
