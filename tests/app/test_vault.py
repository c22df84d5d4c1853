"""The vault's face: names and scopes, failures told apart, no backend but a safe one, every secret masked."""

import asyncio
import subprocess
import sys

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from app.system.logs import redactor
from app.system.vault import (
    OF_THE_COMPUTER,
    MemoryRing,
    PartedKeyring,
    Secret,
    SecretMissing,
    SecretTooLarge,
    SessionVault,
    Vault,
    VaultUnavailable,
    failure_of,
    os_ring,
)


class PlaintextKeyring(keyring.backends.null.Keyring):
    """Stands for any backend that somebody else brings."""


def test_what_is_put_is_got_until_it_is_forgotten() -> None:
    vault = SessionVault("hotel")
    with pytest.raises(SecretMissing):
        vault.get(Secret.PYMES_TOKEN)
    vault.put(Secret.PYMES_TOKEN, "a token of Pymes")
    assert vault.get(Secret.PYMES_TOKEN) == "a token of Pymes"
    vault.forget(Secret.PYMES_TOKEN)
    vault.forget(Secret.PYMES_TOKEN)
    with pytest.raises(SecretMissing):
        vault.get(Secret.PYMES_TOKEN)


def test_forgetting_all_leaves_no_secret_of_the_scope() -> None:
    vault = SessionVault("hotel")
    for name in Secret:
        vault.put(name, f"secret of {name}")
    vault.forget_all()
    for name in set(Secret) - OF_THE_COMPUTER:
        with pytest.raises(SecretMissing):
            vault.get(name)


def test_who_goes_out_by_the_proxy_is_the_same_for_every_hotel_of_the_computer() -> None:
    one = SessionVault("loggro")
    other = SessionVault("loggro-2", one)
    one.put(Secret.PROXY_PASSWORD, "of the computer")
    one.put(Secret.PYMES_TOKEN, "of one hotel")
    assert other.get(Secret.PROXY_PASSWORD) == "of the computer"
    with pytest.raises(SecretMissing):
        other.get(Secret.PYMES_TOKEN)
    one.forget_all()
    assert other.get(Secret.PROXY_PASSWORD) == "of the computer"


def test_what_an_older_version_kept_with_a_hotel_becomes_the_computers_and_stays_nowhere_else() -> None:
    ring, word = MemoryRing(), Secret.ADMINISTRATOR_WORD
    for scope, secret in {"loggro": "of the hotel", "sandbox": "of practice"}.items():
        ring.set_password(f"Botones/{scope}", word, secret)
    vault = Vault(ring, "loggro-2")
    asyncio.run(vault.abring(word, ["loggro", "sandbox"]))
    assert Vault(ring, "sandbox").get(word) == vault.get(word) == "of the hotel"
    assert list(ring._entries.values()) == ["of the hotel"]
    ring.set_password("Botones/loggro", word, "later, and too late")
    asyncio.run(vault.abring(word, ["loggro"]))
    assert vault.get(word) == "of the hotel"


def test_forgetting_leaves_nothing_of_what_an_older_version_kept_with_the_hotel() -> None:
    ring = MemoryRing()
    ring.set_password("Botones/loggro", Secret.ADMINISTRATOR_WORD, "older")
    Vault(ring, "loggro").forget(Secret.ADMINISTRATOR_WORD)
    assert ring._entries == {}


def test_the_async_face_does_the_same() -> None:
    async def round_trip() -> str:
        vault = SessionVault("hotel")
        await vault.aput(Secret.PMS_SESSION, "session token")
        found = await vault.aget(Secret.PMS_SESSION)
        await vault.aforget(Secret.PMS_SESSION)
        with pytest.raises(SecretMissing):
            await vault.aget(Secret.PMS_SESSION)
        return found

    assert asyncio.run(round_trip()) == "session token"


def test_a_secret_put_or_got_is_masked_in_the_log_from_then_on() -> None:
    vault = SessionVault("hotel")
    vault.put(Secret.FE_PASSWORD, "contraseña-9137")
    assert "9137" not in redactor.clean("login with contraseña-9137 failed")


def test_only_the_session_vault_says_that_it_does_not_last() -> None:
    assert not SessionVault("hotel").is_lasting
    assert Vault(os_ring("linux"), "hotel").is_lasting


@pytest.mark.parametrize("kind", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring, PlaintextKeyring])
@pytest.mark.parametrize("in_parts", [False, True])
def test_a_backend_that_is_no_vault_is_refused(kind: type[KeyringBackend], in_parts: bool) -> None:
    ring = PartedKeyring(kind()) if in_parts else kind()
    with pytest.raises(VaultUnavailable):
        Vault(ring, "hotel")


def test_no_variable_and_no_file_of_the_user_can_swap_the_backend(tmp_path, monkeypatch) -> None:
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring" / "keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyring.backends.null.Keyring\n", encoding="utf-8"
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("KEYRING_PROPERTY_SCHEME", "KeePassXC")
    monkeypatch.setenv("KEYRING_PROPERTY_RING", "nothing")
    monkeypatch.setenv("KEYCHAIN_PATH", "elsewhere")
    program = (
        "from app.system.vault import os_ring; ring = os_ring('linux').ring; mac = os_ring('darwin').ring\n"
        "print(type(ring).__module__, ring.scheme, mac.keychain)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["keyring.backends.SecretService", "default", "None"]


class StubReceivedBadData(Exception):
    winerror = 1783


def test_windows_own_refusal_of_a_long_secret_is_told_as_too_large() -> None:
    assert isinstance(failure_of(StubReceivedBadData()), SecretTooLarge)


def test_an_error_nobody_knows_is_an_unavailable_vault_with_its_cause() -> None:
    failure = failure_of(RuntimeError("no logon session"))
    assert failure.kind == "unavailable"
    assert "no logon session" in str(failure)
