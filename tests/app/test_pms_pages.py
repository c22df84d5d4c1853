"""A PMS that repeats, reorders, shortens and omits: every document comes in once, and the cursor passes none."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.connectors.pms import Pms
from app.connectors.pms_contract import document_on_wire
from app.connectors.profile import load_profile
from app.connectors.transport import Transport
from app.sync.ledger import Ledger
from app.sync.reader import read_approved
from tests.support.panel import HandClock, document
from tests.support.wire import running_server

COUNT = 12
WIRES = {position: document_on_wire(document(position), position) for position in range(1, COUNT + 1)}
LYING_PAGES = st.lists(st.lists(st.sampled_from(sorted(WIRES)), max_size=COUNT), max_size=8)


@contextmanager
def pms_that_says(pages: list[list[int]]) -> Iterator[str]:
    """Answer each question with the next of ``pages``, whatever was asked; after the last one tell the truth."""
    left = list(pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {name: int(values[0]) for name, values in parse_qs(urlsplit(self.path).query).items()}
            after = [position for position in sorted(WIRES) if position > asked["after"]]
            start = (asked["page"] - 1) * asked["limit"]
            shown = left.pop(0) if left else after[start : start + asked["limit"]]
            body = json.dumps({"billing_documents": [WIRES[position] for position in shown]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Total-Count", str(len(after)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with running_server(Handler) as url:
        yield url


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LYING_PAGES)
def test_whatever_the_pages_show_nothing_is_passed_over_and_nothing_comes_twice(
    tmp_path: Path, pages: list[list[int]]
) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite3"

    async def run(url: str) -> None:
        profile = load_profile("sandbox", {"pms": url, "pymes": url, "fe": url})
        new = 0
        with Ledger(path, HandClock()) as ledger:
            async with Transport("pms") as transport:
                pms = Pms(transport, profile, api_key="llave", hotel_id="1")
                for _ in range(len(pages) + 2):
                    new += await read_approved(pms, ledger)
                    there = {entry.position for entry in ledger.entries([str(document(n).key) for n in WIRES])}
                    assert set(range(1, ledger.position() + 1)) <= there
            assert there == set(WIRES)
            assert new == ledger.position() == COUNT
            assert ledger.counts().total == COUNT

    with pms_that_says(pages) as url:
        asyncio.run(run(url))
