"""The vault against Windows' own Credential Manager, read with its own call: what really lies there, and how large."""

import os
import sys
from collections.abc import Iterator

import pytest

from app.system.vault import LONGEST_PART, MOST_PARTS, Secret, SecretMissing, SecretTooLarge, Vault, open_vault

if sys.platform != "win32":
    pytest.skip("no Credential Manager on this operating system", allow_module_level=True)

from win32ctypes.pywin32 import pywintypes, win32cred

MOST_BYTES = 2_560
"""CRED_MAX_CREDENTIAL_BLOB_SIZE. Wine takes more; Windows does not."""


@pytest.fixture
def vault() -> Iterator[Vault]:
    vault = open_vault(f"test-{os.getpid()}")
    yield vault
    vault.forget_all()


def entry(target: str) -> bytes | None:
    try:
        blob = win32cred.CredRead(TargetName=target, Type=win32cred.CRED_TYPE_GENERIC)["CredentialBlob"]
    except pywintypes.error:
        return None
    return bytes(blob)


def entries(name: str) -> dict[str, bytes]:
    """Return every entry under which the vault may have put something of this name."""
    service = f"Botones/test-{os.getpid()}"
    users = [name, *(f"{name}#{part}{number}" for part in "ab" for number in range(1, MOST_PARTS + 1))]
    targets = [service, *(f"{user}@{service}" for user in users)]
    found = {target: entry(target) for target in targets}
    return {target: blob for target, blob in found.items() if blob is not None}


@pytest.mark.parametrize("secret", ["corto", "ñandú €uro 日本", "x" * LONGEST_PART, "é" * (3 * LONGEST_PART + 7)])
def test_what_is_put_comes_back_and_no_entry_is_larger_than_windows_takes(vault: Vault, secret: str) -> None:
    vault.put(Secret.PYMES_TOKEN, secret)
    assert vault.get(Secret.PYMES_TOKEN) == secret
    sizes = {target: len(blob) for target, blob in entries("pymes-token").items()}
    assert sizes and max(sizes.values()) <= MOST_BYTES, sizes


def test_a_secret_that_fits_in_no_way_changes_nothing(vault: Vault) -> None:
    vault.put(Secret.PYMES_TOKEN, "el anterior")
    with pytest.raises(SecretTooLarge):
        vault.put(Secret.PYMES_TOKEN, "x" * (LONGEST_PART * MOST_PARTS + 1))
    assert vault.get(Secret.PYMES_TOKEN) == "el anterior"


def test_nothing_of_an_older_secret_stays_in_windows(vault: Vault) -> None:
    vault.put(Secret.PYMES_TOKEN, "viejo-" * 500)
    vault.put(Secret.PMS_API_KEY, "otro")
    vault.put(Secret.PYMES_TOKEN, "nuevo")
    kept = b"".join(entries("pymes-token").values()).decode("utf-16-le")
    assert "viejo" not in kept and "nuevo" in kept
    assert vault.get(Secret.PMS_API_KEY) == "otro"


def test_forgetting_leaves_no_entry(vault: Vault) -> None:
    vault.put(Secret.PYMES_TOKEN, "largo-" * 900)
    vault.forget(Secret.PYMES_TOKEN)
    assert entries("pymes-token") == {}
    with pytest.raises(SecretMissing):
        vault.get(Secret.PYMES_TOKEN)


def test_a_secret_does_not_roam_to_other_computers(vault: Vault) -> None:
    vault.put(Secret.PYMES_TOKEN, "aquí")
    stored = [win32cred.CredRead(target, win32cred.CRED_TYPE_GENERIC) for target in entries("pymes-token")]
    assert {one["Persist"] for one in stored} == {2}  # CRED_PERSIST_LOCAL_MACHINE
