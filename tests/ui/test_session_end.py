"""The end of a Windows session in the middle of a batch, and a keyring that is still locked at login."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked
from PySide6.QtCore import SIGNAL
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.connectors.profile import NOWHERE, load_profile
from app.model.clock import SystemClock
from app.model.journey import State
from app.model.mode import Mode
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile, set_up, sign_in
from app.setup import activation_file
from app.setup.activation import Activation
from app.sync.ledger_reader import LedgerReader
from app.system import vault as vaults
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import MemoryRing, Secret, SessionVault, VaultLocked
from ui import preparation
from ui.context import Context
from ui.main import Program
from ui.theme import Theme

LIMIT = 60_000
COUNT = 48


@dataclass
class Desktop:
    """The whole program of a hotel that is set up, and its practice hotel."""

    program: Program
    practice: Practice


@pytest.fixture
def desktop(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path, turning: asyncio.AbstractEventLoop
) -> Iterator[Desktop]:
    with Practice.start(tmp_path / "hotel", push_delay=0.1) as practice:
        profile = practice_profile(practice)
        vault = SessionVault("session-end")

        async def found() -> Settings:
            settings = await sign_in(practice, profile, vault, Mode.COMPLETE)
            await set_up(profile, vault, settings, SystemClock())
            return settings

        founding = turning.create_task(found())
        qtbot.waitUntil(founding.done, timeout=LIMIT)
        paths = Paths.under(tmp_path / "home").ensure()
        program = Program(qapp, theme, paths, founding.result(), minimized=True, measure=False)
        program.context.vault = vault
        program.context.practice = practice
        program.context.profile = profile.model_copy(update={"batch": 6})
        yield Desktop(program, practice)
        # Else the end that was called off would start it once more.
        program.shown.set_up = program.shown.is_ready = False
        end(qtbot, program)
        program.tray.hide()
        if program.shown.reader is not None:
            program.shown.reader.close()


def end(qtbot: QtBot, program: Program) -> None:
    program.shown.host.stop()
    qtbot.waitUntil(lambda: not program.shown.host.is_running, timeout=LIMIT)


def rows(program: Program) -> dict[State, int]:
    reader = LedgerReader(program.context.paths.ledger("sandbox"), SystemClock())
    try:
        found = reader.page(0, COUNT * 2)
    finally:
        reader.close()
    return {state: sum(row.state is state for row in found) for state in {row.state for row in found}}


@pytest.mark.parametrize("is_called_off", [False, True], ids=["next-start", "called-off"])
def test_the_end_of_a_session_ends_the_batch_in_order_and_afterwards_the_rest_is_carried(
    qapp: QApplication, qtbot: QtBot, desktop: Desktop, turning: asyncio.AbstractEventLoop, is_called_off: bool
) -> None:
    program = desktop.program
    approving = turning.create_task(desktop.practice.approve(COUNT))
    qtbot.waitUntil(approving.done, timeout=LIMIT)
    program.shown.host.start()
    qtbot.waitUntil(lambda: program.shown.status.counts.proven >= 8, timeout=LIMIT)
    # What Qt calls at WM_QUERYENDSESSION; the manager that it gives cannot be made by hand.
    assert qapp.receivers(SIGNAL("commitDataRequest(QSessionManager&)")) > 0
    assert program.tray.menu.internalWinId()  # Windows tells windows only, and here none was shown
    program._session_ends(None)
    qtbot.waitUntil(lambda: not program.shown.host.is_running, timeout=LIMIT)
    left = rows(program)
    assert 0 < left[State.PROVEN] < COUNT
    assert left.keys() <= {State.PROVEN, State.SEEN, State.HELD}  # notes wait for their invoices
    if is_called_off:
        program.shown.set_up = program.shown.is_ready = True
        program._session_goes_on()
    else:
        program.shown.host.start()
    qtbot.waitUntil(lambda: program.shown.status.counts.proven == COUNT, timeout=LIMIT)
    asking = turning.create_task(desktop.practice.books())
    qtbot.waitUntil(asking.done, timeout=LIMIT)
    books = asking.result()
    assert (books["lost"], books["doubled"], books["wrong"]) == ([], [], [])
    assert books["by_origin"] == {"botones": COUNT}


def context_of(home: Path) -> Context:
    paths = Paths.under(home).ensure()
    settings = Settings(profile="loggro")
    profile = load_profile("loggro", NOWHERE)
    return Context(paths=paths, settings=settings, profile=profile, vault=SessionVault("loggro"), clock=SystemClock())


@pytest.mark.parametrize("is_finished", [True, False])
def test_a_keyring_locked_at_login_is_not_taken_for_one_without_secrets(
    qtbot: QtBot,
    turning: asyncio.AbstractEventLoop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_finished: bool,
) -> None:
    ring = MemoryRing()
    ring.set_password("Botones/loggro", Secret.PYMES_TOKEN, "el-token")
    monkeypatch.setattr(vaults, "os_ring", lambda: ring)
    context = context_of(tmp_path)
    if is_finished:
        flow = Activation.begin(context.profile).model_copy(update={"finished_at": SystemClock().now()})
        activation_file.save(flow, context.paths.setup("loggro"))

    def locked(*_: object) -> str:
        raise KeyringLocked

    with monkeypatch.context() as patch:
        for name in ("get_password", "set_password", "delete_password"):
            patch.setattr(MemoryRing, name, locked)
        opening = turning.create_task(preparation.prepare(context))
        qtbot.waitUntil(opening.done, timeout=LIMIT)
        opening.result()
        if not is_finished:
            assert isinstance(context.vault, SessionVault)  # the wizard goes on, and says that it forgets
            return
        asking = turning.create_task(preparation.has_secrets(context.vault))
        qtbot.waitUntil(asking.done, timeout=LIMIT)
        assert asking.result() and context.vault.is_lasting
        with pytest.raises(VaultLocked):
            context.vault.get(Secret.PYMES_TOKEN)
    assert context.vault.get(Secret.PYMES_TOKEN) == "el-token"
