"""Two processes, each with a ledger of its own, carry the documents of one hotel at the same time."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from app.model.mode import Mode
from app.sandbox.practice import Practice
from app.system.vault import Secret
from tests.support.bridge import bridge_to
from tests.support.practice import SEND

ROOT = Path(__file__).parents[2]
COUNT = 60
ACCESSES = (
    *(Secret.PYMES_TOKEN, Secret.CONNECTION_TOKEN, Secret.PMS_API_KEY),
    *(Secret.FE_USER, Secret.FE_PASSWORD),
)


def test_each_document_arrives_once_and_both_know_it(tmp_path: Path) -> None:
    with Practice.start(tmp_path / "hotel", push_delay=0.0) as practice:
        bridge = asyncio.run(bridge_to(practice, tmp_path / "unused.sqlite3", Mode.SEND_ALL))
        told: dict[str, Any] = {
            "addresses": practice.for_profile,
            "settings": bridge.settings.model_dump(mode="json"),
            "secrets": {secret.value: bridge.vault.get(secret) for secret in ACCESSES},
            "count": COUNT,
        }
        computers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.support.second_pc"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(2)
        ]
        try:
            for number, computer in enumerate(computers):
                assert computer.stdin is not None
                computer.stdin.write(json.dumps(told | {"ledger": str(tmp_path / f"{number}.sqlite3")}).encode())
                computer.stdin.close()
                computer.stdin = None
            for _ in range(6):
                asyncio.run(practice.approve(COUNT // 6))
            said = [json.loads(computer.communicate(timeout=120)[0]) for computer in computers]
        finally:
            for computer in computers:
                computer.kill()
                computer.communicate()
        audit = asyncio.run(practice.books())
        answers = Counter(entry["status"] for entry in asyncio.run(practice.requests("POST", SEND)))
    assert [(one["proven"], one["total"]) for one in said] == [(COUNT, COUNT)] * 2
    assert [audit[name] for name in ("lost", "doubled", "wrong", "foreign", "early_notes")] == [[]] * 5
    assert audit["recorded"] == COUNT == answers[201]
