"""SIGKILL of the real program at each named place of a document's journey, a rebuild, a backup, a migration, a mark.

A few places stand for the short form; ``--kills 100`` or more takes them all.
"""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.model.clock import SystemClock
from app.model.source import SourceKind
from app.storage.backup import back_up, backups_of
from app.storage.database import HEAD, check_whole, version_of
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from tests.support.ended import assert_whole
from tests.support.harm import do_harm
from tests.support.panel import filled
from tests.support.victim import ROOT, Victim

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL"),
]
COUNT = 16
ALL = 100
"""So many ``--kills`` ask for every place."""
JOURNEY = {
    "intent": None,
    "answered": None,
    "adopted": "writer-before",
    "no-clear-answer": "answer-lost",
    "absent": "server-error",
    "refused": "errors-object",
    "seen": None,
    "proven": None,
    "looked": "server-error",
    "never-left": "token-of-another",
    "held": "note-before-invoice",
    "released": "note-before-invoice",
    "conflict": "pms-changes",
}
"""Each line of the story, and the simulacro in which it is written."""
SHORT_JOURNEY = ("answered", "refused")
REBUILD = (
    ("app.sync.recovery:put_in_place", "before"),
    ("app.sync.recovery:set_aside", "after"),
    ("app.sync.recovery:set_aside", "before"),
    ("app.sync.recovery:put_in_place", "after"),
    ("app.sync.engine:look_through", "before"),
    ("app.sync.ledger:Ledger.end_rebuild", "before"),
    ("app.sync.ledger:Ledger.end_rebuild", "after"),
)
SHORT_REBUILD = 1
DIES = "from tests.support.mortal import die_at; die_at({place!r}, {when!r})\n"


@pytest.fixture(autouse=True)
def short(request: pytest.FixtureRequest) -> None:
    """Leave the places of the long form out of the short one."""
    marked = request.node.get_closest_marker("long")
    if marked is not None and request.config.getoption("--kills") < ALL:
        pytest.skip("of the long form")


def places() -> list[object]:
    found: list[object] = []
    for kind, scenario in JOURNEY.items():
        for when in ("after", "before"):
            is_short = kind in SHORT_JOURNEY and when == "after"
            marks = () if is_short else (pytest.mark.long,)
            found.append(pytest.param(kind, scenario, when, marks=marks, id=f"{when}-{kind}"))
    return found


@pytest.mark.parametrize(("kind", "scenario", "when"), places())
def test_killed_at_each_line_of_the_story(tmp_path: Path, kind: str, scenario: str | None, when: str) -> None:
    victim = Victim(tmp_path, COUNT, scenario)
    assert victim.run_into(f"event:{kind}", when) is None
    written = victim.ledger(f"SELECT COUNT(*) FROM events WHERE kind = '{kind}'")
    assert (written == [(0,)]) == (when == "before")
    assert_whole(victim, victim.finish())


@pytest.mark.parametrize(
    ("place", "when"),
    [
        pytest.param(*one, marks=() if number < SHORT_REBUILD else (pytest.mark.long,), id="-".join(one))
        for number, one in enumerate(REBUILD)
    ],
)
def test_killed_while_a_damaged_ledger_is_rebuilt(tmp_path: Path, place: str, when: str) -> None:
    victim = Victim(tmp_path, COUNT)
    assert victim.kill_when(lambda elapsed: len(victim.recorded) >= COUNT // 4) is None
    path = victim.path
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else what was written lies beside the file
    do_harm(path, "scrambled")
    assert victim.run_into(place, when) is None
    assert_whole(victim, victim.finish())
    assert list(path.parent.glob("ledger.damaged-*"))  # nothing is thrown away


def run_armed(place: str, when: str, code: str, *arguments: str) -> None:
    """Run ``code`` in a process that kills itself at a place."""
    process = subprocess.run(
        [sys.executable, "-c", DIES.format(place=place, when=when) + code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr


BACK_UP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.storage.backup import back_up
back_up(Path(sys.argv[1]), datetime.now(UTC))
"""


@pytest.mark.parametrize(
    ("place", "when", "counted"),
    [
        ("app.storage.backup:copy_whole", "before", 0),
        ("app.storage.backup:copy_whole", "after", 0),
        ("app.storage.backup:put_in_place", "after", 1),
    ],
)
def test_killed_while_a_copy_is_made_only_a_whole_one_counts(
    tmp_path: Path, place: str, when: str, counted: int
) -> None:
    with filled(tmp_path, 30):
        pass
    path = tmp_path / "ledger.sqlite3"
    run_armed(place, when, BACK_UP, str(path))
    assert len(backups_of(path)) == counted
    made = back_up(path, SystemClock().now())
    for file in (path, made):
        check_whole(file)
        reader = LedgerReader(file, SystemClock())
        assert reader.counts().total == 30
        reader.close()


OPEN = """
import sys
from pathlib import Path
from app.model.clock import SystemClock
from app.sync.ledger import Ledger
Ledger(Path(sys.argv[1]), SystemClock()).close()
"""
OLDER = "0002"


@pytest.mark.parametrize(
    ("place", "when"),
    [
        ("app.storage.backup:put_in_place", "after"),
        ("sql:UPDATE alembic_version", "before"),
        ("sql:UPDATE alembic_version", "after"),
    ],
)
def test_killed_while_an_older_ledger_is_migrated(tmp_path: Path, place: str, when: str) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    path = tmp_path / "ledger.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "app" / "storage" / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, OLDER)
    engine.dispose()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("INSERT INTO facts VALUES ('pms-position', '7')")
        raw.commit()
    run_armed(place, when, OPEN, str(path))
    assert version_of(path) == (HEAD if when == "after" and "sql" in place else OLDER)
    with Ledger(path, SystemClock()) as ledger:
        assert ledger.position() == 7
    assert version_of(path) == HEAD
    assert version_of(backups_of(path)[-1]) == OLDER


READ_FOLDER = """
import asyncio, sys
from pathlib import Path
from app.connectors.folder_source import FolderSource
from app.model.clock import SystemClock
from app.sync.ledger import Ledger
from app.sync.reader import read_approved
with Ledger(Path(sys.argv[1]), SystemClock()) as ledger:
    print(asyncio.run(read_approved(FolderSource(Path(sys.argv[2]), SystemClock()), ledger)))
"""


@pytest.mark.parametrize(("place", "when"), [("sql:INSERT INTO marks", "before"), ("sql:INSERT INTO marks", "after")])
def test_killed_while_a_folder_is_read_its_marks_are_never_ahead_of_its_rows(
    tmp_path: Path, place: str, when: str
) -> None:
    import asyncio
    import os

    from tests.support.practice import running

    folder, path = tmp_path / "correo", tmp_path / "ledger.sqlite3"
    folder.mkdir()

    async def mail() -> None:
        async with running(tmp_path / "hotel") as hotel:
            await hotel.house.hotel.issue(12)
            assert (await hotel.desk("POST", "/drop", {"folder": str(folder)}))["dropped"] == 12

    asyncio.run(mail())
    for file in folder.iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))
    run_armed(place, when, READ_FOLDER, str(path), str(folder))
    with Ledger(path, SystemClock()) as ledger:
        assert (ledger.counts().total > 0) == bool(ledger.marks(SourceKind.FOLDER)) == (when == "after")
    subprocess.run([sys.executable, "-c", READ_FOLDER, str(path), str(folder)], cwd=ROOT, check=True, timeout=60)
    with Ledger(path, SystemClock()) as ledger:
        assert ledger.counts().total == 12
