"""The vault against a real Secret Service.

``BOTONES_TEST_SECRET_SERVICE=1`` takes the session that is given and skips nothing; without it a private session is
started, so that the keyring of whoever runs the tests is never touched.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from keyring.testing.backend import BackendBasicTests

from app.system.vault import PartedKeyring, Secret, SecretMissing, Vault, VaultLocked, open_vault, os_ring

secretstorage = pytest.importorskip("secretstorage", reason="no Secret Service on this operating system")

BUS = "DBUS_SESSION_BUS_ADDRESS"
GIVEN = os.environ.get("BOTONES_TEST_SECRET_SERVICE") == "1"
TOOLS_MISSING = [tool for tool in ("dbus-run-session", "gnome-keyring-daemon") if not shutil.which(tool)]

pytestmark = pytest.mark.skipif(
    bool(TOOLS_MISSING) and not GIVEN,
    reason=f"NOT TESTED: the vault against a real Secret Service; install {' and '.join(TOOLS_MISSING)}",
)

UNLOCKED = "printf %s testpw | gnome-keyring-daemon --unlock --components=secrets"
LOCKED = "gnome-keyring-daemon --start --components=secrets"


def environment(home: Path, **changes: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in (BUS, "DISPLAY", "WAYLAND_DISPLAY") and not name.startswith("XDG_")
    }
    return kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)} | changes


@contextmanager
def session(home: Path, daemon: str) -> Iterator[str]:
    """Run a bus with a keyring daemon of its own in ``home``; yields the address of the bus."""
    home.chmod(0o700)
    script = f'{daemon} >/dev/null 2>&1; echo "${BUS}"; exec cat >/dev/null'
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(10)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if GIVEN:
        yield
        return
    with (
        session(tmp_path_factory.mktemp("ss"), UNLOCKED) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(BUS, address)
        yield


def stored(scope: str) -> list[bytes]:
    """Return every secret that the service itself lists for scopes that begin like this."""
    with closing(secretstorage.dbus_init()) as bus:
        items = secretstorage.get_default_collection(bus).get_all_items()
        names = [(item, item.get_attributes().get("service", "")) for item in items]
        return [item.get_secret() for item, name in names if name.startswith(f"Botones/{scope}")]


def kind_told_by(home: Path, **changes: str) -> str:
    """Open the vault in a process of its own and return which failure it tells."""
    program = (
        "from app.system.vault import VaultError, open_vault\n"
        "try:\n    open_vault('x')\nexcept VaultError as error:\n    print(error.kind)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment(home, **changes), capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


@pytest.mark.usefixtures("service")
class TestContract(BackendBasicTests):
    def init_keyring(self) -> PartedKeyring:
        return os_ring("linux")


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("length", [1_280, 1_281, 6_000])
def test_a_long_token_comes_back_whole_through_another_object(length: int) -> None:
    open_vault("lengths").put(Secret.PYMES_TOKEN, "t" * length)
    assert open_vault("lengths").get(Secret.PYMES_TOKEN) == "t" * length
    open_vault("lengths").forget_all()


@pytest.mark.usefixtures("service")
def test_replacing_a_token_three_times_leaves_nothing_of_the_older_ones_and_forgetting_nothing_at_all() -> None:
    vault = open_vault("rotation")
    tokens = ["first" * 500, "second" * 20, "third" * 700, "fourth" * 600]
    for token in tokens:
        vault.put(Secret.PYMES_TOKEN, token)
    assert vault.get(Secret.PYMES_TOKEN) == tokens[-1]
    left = b"".join(stored("rotation"))
    assert b"fourth" in left
    assert not any(word in left for word in (b"first", b"second", b"third"))
    vault.forget(Secret.PYMES_TOKEN)
    assert stored("rotation") == []


@pytest.mark.usefixtures("service")
def test_scopes_do_not_see_each_other() -> None:
    one, other = open_vault("one"), open_vault("other")
    one.put(Secret.PMS_API_KEY, "key of one")
    with pytest.raises(SecretMissing):
        other.get(Secret.PMS_API_KEY)
    one.forget_all()


@pytest.mark.usefixtures("service")
def test_opening_leaves_nothing_of_its_probe() -> None:
    open_vault("x")
    assert stored(f"probe-{os.getpid()}") == []


def test_a_keyring_that_was_never_unlocked_is_told_as_locked(tmp_path: Path) -> None:
    with session(tmp_path, LOCKED) as address:
        assert kind_told_by(tmp_path, **{BUS: address}) == "locked"


def test_a_keyring_locked_again_is_told_as_locked(tmp_path: Path) -> None:
    with session(tmp_path, UNLOCKED) as address:
        assert kind_told_by(tmp_path, **{BUS: address}) == ""
    with session(tmp_path, LOCKED) as address:
        assert kind_told_by(tmp_path, **{BUS: address}) == "locked"


def test_without_a_bus_the_vault_is_told_as_unavailable(tmp_path: Path) -> None:
    assert kind_told_by(tmp_path) == "unavailable"
    assert kind_told_by(tmp_path, **{BUS: f"unix:path={tmp_path}/none"}) == "unavailable"


def test_a_service_that_does_not_answer_is_told_as_locked_in_time_and_works_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(tmp_path, UNLOCKED) as address:
        monkeypatch.setenv(BUS, address)
        patient = open_vault("hang")
        patient.put(Secret.PYMES_TOKEN, "a patient token")
        hurried = Vault(os_ring("linux"), "hang", limit_seconds=0.3)
        daemon = pid_of_the_daemon()
        os.kill(daemon, signal.SIGSTOP)
        try:
            with pytest.raises(VaultLocked):
                hurried.get(Secret.PYMES_TOKEN)
            with pytest.raises(VaultLocked):
                asyncio.run(hurried.aget(Secret.PYMES_TOKEN))
        finally:
            os.kill(daemon, signal.SIGCONT)
        assert patient.get(Secret.PYMES_TOKEN) == "a patient token"


def pid_of_the_daemon() -> int:
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import Proxy

    with closing(secretstorage.dbus_init()) as bus:
        return int(Proxy(message_bus, bus).GetConnectionUnixProcessID("org.freedesktop.secrets")[0])
