"""``botones ledger``: it says where the ledger stands, and never takes a password where it would stay."""

import asyncio
from pathlib import Path

from app.setup.doctor import examine
from app.system.paths import Paths
from app.system.settings import Settings
from tests.support.console import run
from tests.support.postgres import PostgresServer


def test_it_says_where_the_ledger_is_and_what_the_servers_keeper_types(tmp_path: Path) -> None:
    out, _ = run(tmp_path, "ledger", "where")
    assert str(Paths.under(tmp_path).ledger("sandbox")) in out
    out, _ = run(tmp_path, "ledger", "prepare", "postgresql://Ana@db.hotel.local/libro")
    assert 'CREATE ROLE "Ana" LOGIN;' in out and "CREATE DATABASE libro OWNER" in out and "PASSWORD '" not in out


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    out, err = run(tmp_path, "ledger", "join", "postgresql://ana:5ecret@db/libro", code=2)
    assert "no lleva la contraseña" in err and "5ecret" not in out + err


def test_of_a_ledger_on_a_server_the_doctor_praises_no_file_that_is_left_here(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    paths = Paths.under(tmp_path).ensure()
    paths.ledger("sandbox").write_bytes(b"old")
    settings = Settings(ledger_server=postgres.new_ledger().address)
    said = {one.name: one for one in asyncio.run(examine(paths, settings))}
    assert "pg_dump" in said["Copias del libro"].said
    # This machine's vault has no password for it, or there is none.
    assert not said["Libro de documentos"].well and "127.0.0.1" in said["Libro de documentos"].said
