"""A building whose firewall opens every TLS connection: trusted where the machine's own store trusts it, never else."""

import asyncio
import re
import ssl
import sys
from pathlib import Path

import pytest

from app.connectors.transport import Answer, Transport
from app.model.errors import ConnectorError, Delivery, Failure
from tests.support import wire

APP = Path(__file__).parents[2] / "app"
IGNORES = re.compile(
    r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context|import certifi"
)
LOOKS_ON = APP / "connectors" / "certificate.py"
"""Reads who signed a certificate that was refused, to name him to the person; it sends nothing and trusts nothing."""

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="Windows and macOS keep their store in the system; a test must not write into it"
)


def ask(url: str) -> Answer:
    async def run() -> Answer:
        async with Transport("pymes", timeout=5.0) as transport:
            return await transport.request("GET", url)

    return asyncio.run(run())


@linux_only
def test_an_authority_in_the_machines_store_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with wire.answering_with_own_authority(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))  # where OpenSSL finds this machine's store
        assert ask(url).json() == {}


@linux_only
def test_the_same_authority_is_not_trusted_for_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with wire.answering_with_own_authority(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        with pytest.raises(ConnectorError) as caught:
            ask(url.replace("127.0.0.1", "localhost"))
    assert (caught.value.failure, caught.value.delivery) == (Failure.CERTIFICATE, Delivery.NEVER_LEFT)


@linux_only
def test_another_authority_in_the_store_does_not_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    with (
        wire.answering_with_own_authority(tmp_path) as url,
        wire.answering_with_own_authority(tmp_path / "other"),
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other" / "authority.pem"))
        with pytest.raises(ConnectorError) as caught:
            ask(url)
    assert (caught.value.failure, caught.value.delivery) == (Failure.CERTIFICATE, Delivery.NEVER_LEFT)
    assert caught.value.needs_a_person


def test_the_connections_check_name_and_chain_with_the_machines_store() -> None:
    from app.connectors.transport import _machine_certificates

    context = _machine_certificates()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert type(context).__module__.startswith("truststore")


def test_nothing_in_the_program_can_switch_the_check_off() -> None:
    found = [
        f"{path.relative_to(APP)}: {line.strip()}"
        for path in APP.rglob("*.py")
        if path != LOOKS_ON
        for line in path.read_text("utf-8").splitlines()
        if IGNORES.search(line.partition("#")[0])
    ]
    assert found == []
