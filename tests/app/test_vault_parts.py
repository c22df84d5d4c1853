"""The parted keyring against keyring's own contract, over a ring and over the Windows backend with Windows' limit."""

import random
import string
from types import SimpleNamespace

import keyring.backends.Windows
import pytest
from keyring.testing.backend import BackendBasicTests

from app.system.vault import (
    LONGEST_PART,
    MOST_PARTS,
    MemoryRing,
    PartedKeyring,
    SecretTooLarge,
    os_ring,
)

WINDOWS_LIMIT_BYTES = 2_560


class LimitedRing(MemoryRing):
    """Refuses what Windows refuses, and breaks off at a given write or deletion."""

    def __init__(self, steps_left: int = 10**9) -> None:
        super().__init__()
        self.steps_left = steps_left

    def _step(self) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise OSError("cut off")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._step()
        if len(password.encode("utf-16-le")) > WINDOWS_LIMIT_BYTES:
            raise ValueError("1783")
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._step()
        super().delete_password(service, username)

    def everything(self) -> dict[tuple[str, str], str]:
        return dict(self._entries)


class WindowsError(Exception):
    def __init__(self, winerror: int, funcname: str) -> None:
        super().__init__(winerror, funcname)
        self.winerror = winerror
        self.funcname = funcname


class CredentialApi:
    """What Windows does in CredWrite, CredRead and CredDelete, as far as keyring's backend uses it."""

    CRED_TYPE_GENERIC = 1
    CRED_PERSIST_LOCAL_MACHINE = 2
    CRED_PERSIST_ENTERPRISE = 3

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, object]] = {}

    def CredWrite(self, credential: dict[str, object], flags: int) -> None:
        blob = str(credential["CredentialBlob"]).encode("utf-16-le")
        if len(blob) > WINDOWS_LIMIT_BYTES:
            raise WindowsError(1783, "CredWrite")
        self.kept[str(credential["TargetName"])] = credential | {"CredentialBlob": blob}

    def CredRead(self, Type: int, TargetName: str) -> dict[str, object]:
        if TargetName not in self.kept:
            raise WindowsError(1168, "CredRead")
        return self.kept[TargetName]

    def CredDelete(self, Type: int, TargetName: str) -> None:
        if TargetName not in self.kept:
            raise WindowsError(1168, "CredDelete")
        del self.kept[TargetName]

    def holds(self, text: str) -> bool:
        return any(text.encode("utf-16-le") in bytes(entry["CredentialBlob"]) for entry in self.kept.values())


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> CredentialApi:
    api = CredentialApi()
    monkeypatch.setattr(keyring.backends.Windows, "win32cred", api, raising=False)
    monkeypatch.setattr(keyring.backends.Windows, "pywintypes", SimpleNamespace(error=WindowsError), raising=False)
    return api


def token(length: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))


class TestContractOverALimitedRing(BackendBasicTests):
    def test_empty_username(self) -> None:
        # Keyring's own expects Windows to fail here (jaraco/keyring#668); ours writes through, and does not.
        with pytest.deprecated_call():
            self.set_password("service1", "", "password1")
        assert self.keyring.get_password("service1", "") == "password1"

    def init_keyring(self) -> PartedKeyring:
        return PartedKeyring(LimitedRing())


class TestContractOverWindows(TestContractOverALimitedRing):
    @pytest.fixture(autouse=True)
    def _init_properties(self, request: pytest.FixtureRequest, windows: CredentialApi) -> None:
        self.keyring = self.init_keyring()
        self.credentials_created: set[tuple[str, str]] = set()
        request.addfinalizer(self.cleanup)

    def init_keyring(self) -> PartedKeyring:
        return os_ring("win32")


LENGTHS = [1, LONGEST_PART, LONGEST_PART + 1, 1_280, 1_281, 6_000, LONGEST_PART * MOST_PARTS]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_secret_of_any_useful_length_comes_back_whole(length: int) -> None:
    ring = PartedKeyring(LimitedRing())
    ring.set_password("s", "u", token(length))
    assert ring.get_password("s", "u") == token(length)


@pytest.mark.parametrize("length", LENGTHS)
def test_nothing_is_left_after_forgetting(length: int) -> None:
    store = LimitedRing()
    ring = PartedKeyring(store)
    ring.set_password("s", "u", token(length))
    ring.delete_password("s", "u")
    assert store.everything() == {}


def test_one_unit_over_the_limit_is_refused_and_the_old_secret_stays() -> None:
    ring = PartedKeyring(LimitedRing())
    ring.set_password("s", "u", token(3_000))
    with pytest.raises(SecretTooLarge):
        ring.set_password("s", "u", token(LONGEST_PART * MOST_PARTS + 1))
    assert ring.get_password("s", "u") == token(3_000)


def test_letters_outside_the_basic_plane_are_counted_as_windows_counts_and_never_cut_in_two() -> None:
    ring = PartedKeyring(LimitedRing())
    secret = "a" + "🛎" * 2_000
    ring.set_password("s", "u", secret)
    assert ring.get_password("s", "u") == secret


def test_a_secret_that_looks_like_a_header_is_not_taken_for_one() -> None:
    ring = PartedKeyring(LimitedRing())
    for secret in ("botones-parts:", "botones-parts:a:1:" + "0" * 64):
        ring.set_password("s", "u", secret)
        assert ring.get_password("s", "u") == secret


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_a_secret_with_a_damaged_part_counts_as_missing_and_is_never_handed_out_cut(damage: str) -> None:
    store = LimitedRing()
    ring = PartedKeyring(store)
    ring.set_password("s", "u", token(3_000))
    part = next(name for (_, name), text in store.everything().items() if text == token(3_000)[1_200:2_400])
    if damage == "lost":
        store.delete_password("s", part)
    else:
        store.set_password("s", part, "x")
    assert ring.get_password("s", "u") is None
    ring.set_password("s", "u", token(10, seed=2))
    assert set(store.everything().values()) == {token(10, seed=2)}


@pytest.mark.parametrize("new_length", [10, 4_000])
@pytest.mark.parametrize("old_length", [10, 3_000])
@pytest.mark.parametrize("steps", range(12))
def test_a_write_cut_off_anywhere_leaves_one_secret_whole(old_length: int, new_length: int, steps: int) -> None:
    store = LimitedRing()
    ring = PartedKeyring(store)
    old, new, last = token(old_length), token(new_length, seed=2), token(2_000, seed=3)
    ring.set_password("s", "u", old)
    store.steps_left = steps
    try:
        ring.set_password("s", "u", new)
    except OSError:
        assert ring.get_password("s", "u") in (old, new)
    else:
        assert ring.get_password("s", "u") == new
    store.steps_left = 10**9
    ring.set_password("s", "u", last)
    stored = "".join(store.everything().values())
    assert ring.get_password("s", "u") == last
    assert old[:10] not in stored
    assert new[:10] not in stored


def test_windows_keeps_it_on_this_machine_only(windows: CredentialApi) -> None:
    os_ring("win32").set_password("s", "u", token(3_000))
    assert {entry["Persist"] for entry in windows.kept.values()} == {CredentialApi.CRED_PERSIST_LOCAL_MACHINE}


@pytest.mark.parametrize("length", [100, 3_000])
def test_windows_keeps_no_parked_copy_of_a_replaced_secret(windows: CredentialApi, length: int) -> None:
    ring = os_ring("win32")
    ring.set_password("s", "other", "neighbour")
    for seed in range(4):
        ring.set_password("s", "u", token(length, seed))
    assert windows.holds(token(length, 3)[:100])
    for seed in range(3):
        assert not windows.holds(token(length, seed)[:100])
    ring.delete_password("s", "u")
    assert not windows.holds(token(length, 3)[:100])
    assert ring.get_password("s", "other") == "neighbour"
    ring.delete_password("s", "other")
    assert windows.kept == {}
