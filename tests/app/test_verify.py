"""A signed month says whether it is what was signed: whole, altered by a byte wherever it stands, or by another key."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.console.files import verify
from app.model.reconciliation import Reconciliation, Verdict
from app.reports.reconciliation import content_of
from app.reports.signature import Signer, canonical, check
from app.system.paths import HOME_VARIABLE, Paths
from app.system.vault import Secret, SessionVault
from tests.app.test_reconciliation import OURS, THEIRS
from tests.support.month import reconciled


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "signing-keys.json"


@pytest.fixture
def vault() -> SessionVault:
    return SessionVault("test")


@pytest.fixture
def result() -> Reconciliation:
    return reconciled([replace(OURS, counterparty="Peña «Ñandú» 株式会社")], [THEIRS])


def test_a_file_is_valid_and_says_what_was_signed(result: Reconciliation, vault: SessionVault, keys: Path) -> None:
    signer = Signer(vault, keys)
    found = check(signer.sign(content_of(result)), keys)
    assert (found.verdict, found.fingerprint) == (Verdict.VALID, signer.fingerprint)
    assert found.content == json.loads(canonical(content_of(result)))


def test_every_byte_counts(result: Reconciliation, vault: SessionVault, keys: Path) -> None:
    signed = Signer(vault, keys).sign(content_of(result))
    assert len(signed) < 4_000  # so that each of them can be tried
    for place in range(len(signed)):
        altered = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
        assert check(altered, keys).verdict is Verdict.ALTERED, place
    for altered in (signed[:-1], signed + b"\n", b" " + signed, signed[: len(signed) // 2]):
        assert check(altered, keys).verdict is Verdict.ALTERED


@pytest.mark.parametrize("name", ["public_key", "value"])
def test_a_key_or_signature_written_in_other_letters_is_altered(
    result: Reconciliation, vault: SessionVault, keys: Path, name: str
) -> None:
    signed = Signer(vault, keys).sign(content_of(result))
    ours = json.loads(signed)["signature"][name]
    last = ours.rstrip("=")[-1]
    # Base64 ignores the lowest bits of the last letter.
    other = chr(ord(last) + 1) if last not in "Zz9" else {"Z": "a", "z": "0", "9": "+"}[last]
    written = ours.replace(f"{last}=", f"{other}=")
    assert base64.b64decode(written) == base64.b64decode(ours)
    assert check(signed.replace(ours.encode(), written.encode()), keys).verdict is Verdict.ALTERED


def test_written_otherwise_or_with_a_name_twice_it_is_altered(
    result: Reconciliation, vault: SessionVault, keys: Path
) -> None:
    signed = Signer(vault, keys).sign(content_of(result))
    again = json.dumps(json.loads(signed), ensure_ascii=False, indent=1).encode()
    assert check(again, keys).verdict is Verdict.ALTERED
    twice = signed.replace(b'{"format"', b'{"report":{},"format"', 1)
    assert twice != signed and check(twice, keys).verdict is Verdict.ALTERED


def test_signed_again_by_somebody_else_it_is_unaltered_by_a_key_nobody_knows(
    result: Reconciliation, vault: SessionVault, keys: Path, tmp_path: Path
) -> None:
    Signer(vault, keys)
    forged = Signer(SessionVault("other"), tmp_path / "theirs.json")
    found = check(forged.sign(content_of(result) | {"well": False}), keys)
    assert (found.verdict, found.fingerprint) == (Verdict.UNKNOWN_KEY, forged.fingerprint)


def test_the_key_lives_in_the_vault_alone_and_one_that_was_forgotten_stays_known(
    result: Reconciliation, vault: SessionVault, keys: Path
) -> None:
    first = Signer(vault, keys)
    signed = first.sign(content_of(result))
    assert Signer(vault, keys).fingerprint == first.fingerprint
    private = vault.get(Secret.SIGNING_KEY)
    assert len(base64.b64decode(private)) == 32
    for text in (signed.decode(), keys.read_text()):
        assert private not in text and base64.b64decode(private).hex() not in text
    vault.forget(Secret.SIGNING_KEY)
    assert Signer(vault, keys).fingerprint != first.fingerprint
    assert check(signed, keys).verdict is Verdict.VALID


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"%PDF-1.7", b"[" * 100_000, b'{"signature": 3}']
)
def test_other_files_are_not_ours(data: bytes, keys: Path) -> None:
    assert check(data, keys).verdict is Verdict.NOT_OURS


def test_a_damaged_list_of_keys_makes_a_key_unknown_and_is_mended_by_the_next_signature(
    result: Reconciliation, vault: SessionVault, keys: Path
) -> None:
    signed = Signer(vault, keys).sign(content_of(result))
    keys.write_text("{")
    assert check(signed, keys).verdict is Verdict.UNKNOWN_KEY
    Signer(vault, keys)
    assert check(signed, keys).verdict is Verdict.VALID


def test_the_command_tells_them_apart(
    result: Reconciliation,
    vault: SessionVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, file = tmp_path / "home", tmp_path / "mes.json"
    home.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    signed = Signer(vault, Paths.of_user().known_keys).sign(content_of(result))
    for data, code, said in (
        (signed, 0, "Intacto"),
        (signed.replace(b"119000", b"119001", 1), 1, "ALTERADO"),
        (Signer(SessionVault("other"), tmp_path / "theirs.json").sign({}), 1, "no conoce"),
    ):
        file.write_bytes(data)
        assert verify(file) == code
        assert said in capsys.readouterr().out
    file.write_bytes(b"hola")
    with pytest.raises(SystemExit) as ended:
        verify(file)
    assert ended.value.code == 2 and "No es una conciliación" in capsys.readouterr().err
