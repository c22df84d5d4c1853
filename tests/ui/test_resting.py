"""What needs the ledger or the vault for itself is done while no engine runs; afterwards it goes on, or it cannot."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.status import Mood, Status
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret
from tests.support.panel import status
from ui import windows
from ui.host import EngineHost
from ui.hotels import while_resting
from ui.loop import spawn
from ui.main import Program
from ui.theme import Theme


class Still:
    """An engine that does nothing until it is stopped."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen
        self.loop: asyncio.AbstractEventLoop | None = None
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.seen.append("runs")
        await self.stopped.wait()
        self.seen.append("ended")

    def renew(self, settings: Settings) -> None:
        self.seen.append(f"renewed {settings.mode}")

    def stop(self) -> None:
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.stopped.set)


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def program(
    qtbot: QtBot, qapp: QApplication, theme: Theme, tmp_path: Path, turning: object, seen: list[str]
) -> Iterator[Program]:
    program = Program(qapp, theme, Paths.under(tmp_path / "h").ensure(), Settings(), minimized=True, measure=False)
    program.shown.status = status()

    def build(publish: Callable[[Status], None]) -> Still:
        return Still(seen)

    program.shown.host = EngineHost(build)  # type: ignore[arg-type]
    program.shown.host.start()
    qtbot.waitUntil(lambda: "runs" in seen)
    yield program
    program.shown.host.stop()
    qtbot.waitUntil(lambda: not program.shown.host.is_running)
    program.tray.hide()


def fail(error: BaseException) -> None:
    raise error


def test_the_engine_has_ended_before_and_goes_on_after(qtbot: QtBot, program: Program, seen: list[str]) -> None:
    program.context.vault.put(Secret.PYMES_TOKEN, "a-token")

    async def work() -> None:
        seen.append("work")

    spawn(while_resting([program.shown], work), fail)
    qtbot.waitUntil(lambda: seen == ["runs", "ended", "work", "runs"])


def test_it_goes_on_although_the_work_failed(qtbot: QtBot, program: Program, seen: list[str]) -> None:
    program.context.vault.put(Secret.PYMES_TOKEN, "a-token")
    failed: list[BaseException] = []

    async def work() -> None:
        raise ZeroDivisionError

    spawn(while_resting([program.shown], work), failed.append)
    qtbot.waitUntil(lambda: seen == ["runs", "ended", "runs"])
    assert isinstance(failed[0], ZeroDivisionError)


def test_without_an_access_nothing_goes_on(qtbot: QtBot, program: Program, seen: list[str]) -> None:
    done: list[str] = []

    async def leave() -> None:
        program._disconnected()

    async def rest() -> None:
        await while_resting([program.shown], leave)
        done.append("over")

    spawn(rest(), fail)
    qtbot.waitUntil(lambda: bool(done))
    assert seen == ["runs", "ended"]
    assert not program.shown.host.is_running
    assert program.shown.status.mood(program.context.clock.now()) is Mood.NOT_SET_UP


def test_the_wizard_waits_for_the_work_and_says_so(
    qtbot: QtBot, program: Program, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "_PATIENCE_MS", 1)
    told: list[str] = []
    monkeypatch.setattr(program.tray, "say", lambda title, text, key="": told.append(title))
    done = asyncio.Event()

    async def work() -> None:
        seen.append("work")
        await done.wait()

    program.shown.is_ready = True
    program._rest([program.shown], work)
    qtbot.waitUntil(lambda: "work" in seen)
    program.show_wizard()
    qtbot.waitUntil(lambda: bool(told))
    assert program.wizard is None
    done.set()
    qtbot.waitUntil(lambda: program.wizard is not None)
    program.wizard.close()


def test_work_that_needs_the_ledger_for_itself_has_the_wizard_left_first(
    qtbot: QtBot, program: Program, seen: list[str]
) -> None:
    program.shown.is_ready = True
    program.show_wizard()
    qtbot.waitUntil(lambda: program.wizard is not None)

    async def work() -> None:
        seen.append("work" if program.wizard is None else "beside the wizard")

    program._rest([program.shown], work)
    qtbot.waitUntil(lambda: seen[-1] in ("work", "beside the wizard"))
    assert seen == ["runs", "ended", "work"]


def test_a_choice_reaches_the_engine_that_runs(qtbot: QtBot, program: Program, seen: list[str]) -> None:
    program.show_panel()
    panel = program.panel
    assert panel is not None
    program.context.choose(mode="solo-vigilar")
    panel.settings_changed.emit()
    assert seen[-1] == "renewed solo-vigilar"
    panel.may_close = True
    panel.close()
