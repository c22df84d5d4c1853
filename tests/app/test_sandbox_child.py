"""The practice hotel as a child process: it answers, outlives a kill, dies with its parent, hides its tokens."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.connectors.pms import Pms
from app.connectors.pms_contract import document_on_wire
from app.connectors.profile import load_profile
from app.connectors.transport import Transport
from app.model.documents import Family
from app.model.errors import ConnectorError
from app.model.numbering import Field, System
from app.sandbox.practice import Practice, PracticeNotStarted
from app.sandbox.tokens import Kind

GONE = 5.0


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with Practice.start(tmp_path / "hotel", push_delay=0.0) as running:
        yield running


async def pms_of(transport: Transport, practice: Practice) -> Pms:
    profile = load_profile("sandbox", practice.for_profile)
    hotel_id = (await practice.state())["property_id"]
    return Pms(transport, profile, api_key=(await practice.credentials(Kind.PMS_KEY))["token"], hotel_id=hotel_id)


def test_everything_that_the_app_orders_is_done(practice: Practice) -> None:
    async def orders() -> None:
        assert await practice.approve(30) == 30
        assert await practice.approve(5, [Family.FACTURA]) == 35
        assert (await practice.books())["approved"] == 35
        await practice.scenario("server-error")
        assert (await practice.state())["scenarios"] == ["server-error"]
        await practice.scenario("server-error", on=False)
        await practice.mutate(System.PMS, Family.FACTURA, Field.PREFIX, "QQQ")
        async with Transport("pms") as transport:
            pms = await pms_of(transport, practice)
            assert "QQQ" in {numbering.prefix for numbering in await pms.numberings()}
            page = await pms.approved_after(0)
        documents = [row.document for row in page.documents if row.document is not None]
        assert len(documents) == page.total == 35
        paths = {entry["path"].rsplit("/", 1)[-1] for entry in await practice.requests("GET", "billing_documents")}
        assert paths == {"billing_documents"}
        await practice.reset(5)
        assert (await practice.state())["seed"] == 5
        assert await practice.load([document_on_wire(one, 1) for one in documents]) == 35
        assert set(await practice.credentials(Kind.FE)) == {"user", "password"}
        assert set(await practice.credentials(Kind.CODE)) == {"phone_number", "code"}
        with pytest.raises(ConnectorError):
            await practice.scenario("no-such")

    asyncio.run(orders())


def test_a_killed_hotel_starts_again_with_the_same_books_and_its_sessions(tmp_path: Path) -> None:
    async def first(practice: Practice) -> dict[str, object]:
        await practice.approve(60)
        return {"state": await practice.state(), "books": await practice.books()}

    async def read(practice: Practice, key: str) -> int:
        async with Transport("pms") as transport:
            profile = load_profile("sandbox", practice.for_profile)
            hotel_id = (await practice.state())["property_id"]
            return (await Pms(transport, profile, api_key=key, hotel_id=hotel_id).approved_after(0)).total

    practice = Practice.start(tmp_path, seed=3)
    before = asyncio.run(first(practice))
    key = asyncio.run(practice.credentials(Kind.PMS_KEY))["token"]
    practice.stop(kill=True)
    with Practice.start(tmp_path, seed=8) as again:

        async def second() -> dict[str, object]:
            return {"state": await again.state(), "books": await again.books()}

        assert asyncio.run(second()) == before
        assert asyncio.run(read(again, key)) == 60


def test_no_credential_is_ever_written(tmp_path: Path) -> None:
    secrets: list[str] = []

    async def use(practice: Practice) -> None:
        for kind in (Kind.PYMES, Kind.PMS_KEY):
            secrets.append((await practice.credentials(kind))["token"])
        fe = await practice.credentials(Kind.FE)
        secrets.append(fe["password"])
        order = await practice.credentials(Kind.CODE)
        headers = {"Authorization": f"Bearer {secrets[0]}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            session = await http.post(f"{practice.addresses.pms}/api/v1/sessions", json=order)
            secrets.append(session.json()["token"])
            parameter = "/apik/loggro-organizacion/v1/organizacion/parametros/alojamientos"
            await http.put(practice.addresses.pymes + parameter, headers=headers, json={"valor": True})
        async with Transport("pms") as transport:
            connection = await (await pms_of(transport, practice)).pymes_connection()
        assert connection.token is not None
        secrets.append(connection.token)
        secrets.append((await practice.page("/recepcion")).partition("=")[2])
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            opened = await http.get(await practice.page("/recepcion"))
            secrets.append(opened.headers["set-cookie"].partition("=")[2].partition(";")[0])

    with Practice.start(tmp_path, push_delay=0.0) as practice:
        asyncio.run(use(practice))
        secrets.append(practice.addresses.desk_token)
        assert "desk_token" not in repr(practice.addresses)
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    kept += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(secrets) == 8 and len(kept) > 2
    assert not [secret[:8] for secret in secrets if any(secret.encode() in content for content in kept)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who lives")
def test_it_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\nfrom app.sandbox.practice import Practice\n"
            "print(Practice.start(pathlib.Path(sys.argv[1])).pid, flush=True)\ntime.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    patience = time.monotonic() + GONE
    while is_alive(child) and time.monotonic() < patience:
        os.sched_yield()
    assert not is_alive(child)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_it_ends_in_order_when_told(tmp_path: Path) -> None:
    practice = Practice.start(tmp_path)
    os.kill(practice.pid, signal.SIGTERM)
    practice.stop()
    assert not practice.is_running
    assert not (tmp_path / "books.sqlite3-wal").exists()
    assert (tmp_path / "sandbox.log").read_text() == ""


def test_a_hotel_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "books.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(PracticeNotStarted, match="not a database"):
        Practice.start(tmp_path)


def test_the_handshake_is_one_line_of_json_on_loopback(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.sandbox", "--folder", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdin is not None and process.stdout is not None
    told = json.loads(process.stdout.readline())
    process.stdin.close()
    assert process.wait(GONE) == 0
    assert process.stdout.read() == b""
    process.stdout.close()
    assert set(told) == {"pms", "pymes", "fe", "desk", "pages", "desk_token"}
    assert all(told[name].startswith("http://127.0.0.1:") for name in ("pms", "pymes", "fe", "desk", "pages"))


@pytest.mark.skipif(sys.platform == "win32", reason="ends it as Ctrl-C does, which Windows cannot send to one process")
def test_alone_it_tells_people_how_to_get_in_and_reads_out_the_code(tmp_path: Path) -> None:
    browser = tmp_path / "browser.py"
    browser.write_text("import sys\nprint('Abierto:', sys.argv[1], flush=True)\n", encoding="utf-8")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\nfrom app.sandbox.server import run_for_people\n"
            "run_for_people(pathlib.Path(sys.argv[1]), open_pages=True)",
            str(tmp_path / "hotel"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"BROWSER": f"{sys.executable} {browser} %s"},
        text=True,
    )
    assert process.stdout is not None and process.stdin is not None
    lines = [process.stdout.readline().strip() for _ in range(10)]
    assert "no es Loggro" in lines[0] and "Ctrl-C" in lines[-1]
    opened = process.stdout.readline().split()
    assert opened[0] == "Abierto:"
    process.stdin.write("\n")
    process.stdin.flush()
    addresses = [opened[1], lines[-2].split()[-1], process.stdout.readline().split()[-1]]
    assert len(set(addresses)) == 3, "each opens once"
    for address in addresses:
        assert httpx.get(address).status_code == 303
        assert httpx.get(address).status_code == 403
    told = dict(line.split(": ", 1) for line in lines[1:-2])
    order = {"phone_number": told["Teléfono del PMS"], "channel": "sms"}
    assert httpx.post(f"{told['PMS']}/api/v1/sessions/send_otp", json=order).is_success
    code = process.stdout.readline().split()[-1]
    session = httpx.post(f"{told['PMS']}/api/v1/sessions", json=order | {"code": code})
    assert session.status_code == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(GONE) == 0
    process.stdin.close()
    process.stdout.close()


def test_a_child_whose_parent_went_while_it_started_ends_without_a_complaint(tmp_path: Path) -> None:
    """An installed program shows a complaint in a window, and the installer waits for it in vain."""
    words = [sys.executable, "-m", "app", "sandbox", "--child", "--folder", str(tmp_path / "hotel")]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdout.close()
        child.stdin.close()
        assert child.stderr.read() == ""
        assert child.wait(30) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who lives")
def test_one_that_does_not_answer_yet_is_ended_by_a_parent_that_leaves(tmp_path: Path) -> None:
    """Otherwise it holds the program's files while the installer wants to change them, and finds half of them gone."""
    # One that is still loading itself: it neither answers nor reads its input.
    slow = "import os, signal, sys; print(os.getpid(), file=sys.stderr, flush=True); signal.pause()"
    leave = (
        "import pathlib, sys, threading\nfrom app.sandbox import practice\n"
        f"practice._command = lambda: [sys.executable, '-c', {slow!r}]\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "threading.Thread(target=practice.Practice.start, args=(folder,), daemon=True).start()\n"
        "log = folder / 'sandbox.log'\n"
        "while not (log.exists() and log.read_text().endswith('\\n')): pass\n"
        "print(log.read_text())"
    )
    left = subprocess.run(
        [sys.executable, "-c", leave, str(tmp_path)],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], timeout=60, check=True,
    )  # fmt: skip
    child = int(left.stdout)
    patience = time.monotonic() + GONE
    while is_alive(child) and time.monotonic() < patience:
        os.sched_yield()
    assert not is_alive(child)
