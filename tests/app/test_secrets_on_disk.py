"""No token in any file under the home: after a demo, after failures, with tracebacks logged."""

import asyncio
import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.model.status import Status
from app.sandbox.demo import Wish, demonstrate
from app.sandbox.practice import Practice
from app.sandbox.tokens import Kind
from app.sync.service import Service
from app.system.logs import setup_logging
from app.system.paths import Paths
from app.system.vault import Secret, Vault
from tests.support.bridge import bridge_to

PIECE = 20
"""So many characters in a row of a token are as good as the token."""


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that goes into a vault while the test runs."""
    seen: list[str] = []
    put = Vault._put

    def watched(vault: Vault, name: str, secret: str) -> None:
        seen.append(secret)
        put(vault, name, secret)

    monkeypatch.setattr(Vault, "_put", watched)
    return seen


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    paths = Paths.under(tmp_path / "home").ensure()
    undo = setup_logging(paths, logging.DEBUG)
    yield paths
    undo()


def spellings(secret: str) -> set[bytes]:
    """Return pieces of every form in which a secret could have been written."""
    # A token of Loggro begins with the same letters as any other; its middle is its own.
    middle = len(secret) // 2
    pieces = {secret.encode(), quote(secret, safe="").encode()}
    pieces |= {secret[middle : middle + PIECE].encode(), secret[-PIECE:].encode()}
    for before in ("", "x", "xx"):  # base64 looks different at each of three offsets
        packed = base64.b64encode((before + secret).encode())
        pieces.add(packed[8 : 8 + PIECE + 4])
    return {piece for piece in pieces if len(piece) >= PIECE}


def leaks(home: Path, secrets: list[str]) -> list[str]:
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [
                f"{path.relative_to(home)}: {secret[:6]}…"
                for secret in secrets
                if any(piece in content for piece in spellings(secret))
            ]
    return found


def log_everything(secrets: list[str]) -> None:
    """Do what a careless program does: log a token in a message, in an argument and in a traceback."""
    log = logging.getLogger("app.test")
    for secret in secrets:
        log.warning("Authorization: Bearer %s", secret)
        try:
            raise RuntimeError({"headers": {"Authorization": f"Bearer {secret}", "X-Api-Key": secret}})
        except RuntimeError:
            log.exception("the request %s failed", f"https://x.example/?token={quote(secret, safe='')}")


def test_the_search_finds_a_token_that_is_there(tmp_path: Path) -> None:
    secret = "práctica:abcdefghijklmnopqrstuvwxyz0123456789"
    forms = {
        "plano": secret,
        "url": f"?t={quote(secret, safe='')}",
        "basic": base64.b64encode(f"u:{secret}".encode()).decode(),
        "trozo": secret[-PIECE:],
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(leaks(tmp_path, [secret])) == len(forms)


@pytest.mark.parametrize("scenario", [None, "token-revoked"])
def test_after_a_demo(paths: Paths, secrets: list[str], scenario: str | None) -> None:
    wish = Wish(count=40, scenario=scenario)
    shown = asyncio.run(demonstrate(wish, paths, lambda done, total: None))
    assert shown.outcome.proven == 40
    log_everything(secrets)
    assert len(secrets) >= (5 if scenario is None else 10)
    assert (paths.logs / "botones.log").stat().st_size > 2_000
    assert leaks(paths.home, secrets) == []


def test_after_a_service_that_failed_in_every_way(paths: Paths, secrets: list[str]) -> None:
    async def run(practice: Practice) -> None:
        refused, held = asyncio.Event(), asyncio.Event()

        def publish(status: Status) -> None:
            if status.trouble is not None:
                refused.set()
            if status.counts.held:
                held.set()

        bridge = await bridge_to(practice, paths.ledger("sandbox"))
        service = Service(
            paths=paths,
            settings=bridge.settings,
            profile=bridge.profile,
            vault=bridge.vault,
            clock=bridge.clock,
            publish=publish,
        )
        right = bridge.vault.get(Secret.CONNECTION_TOKEN)
        bridge.vault.put(Secret.CONNECTION_TOKEN, (await practice.credentials(Kind.PMS_KEY))["token"])
        for name in ("server-error", "answer-lost", "half-answer", "refuses-one"):
            await practice.scenario(name)
        await practice.approve(40)
        task = asyncio.create_task(service.run())
        await asyncio.wait_for(refused.wait(), 20)
        bridge.vault.put(Secret.CONNECTION_TOKEN, right)
        service.renew(bridge.settings)
        await asyncio.wait_for(held.wait(), 20)
        service.stop()
        await asyncio.wait_for(task, 20)

    with Practice.start(paths.sandbox, push_delay=0.0) as practice:
        asyncio.run(run(practice))
    assert len(secrets) >= 6
    try:
        raise ValueError(secrets)
    except ValueError:
        logging.getLogger("app.test").error("boom", exc_info=True)
    log_everything(secrets)
    assert leaks(paths.home, [*secrets, practice.addresses.desk_token]) == []
