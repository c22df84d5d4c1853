"""The host: the engine lives on its own thread, never floods the window, and is built anew after a mistake."""

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from pytestqt.qtbot import QtBot

from app.model.status import Status
from tests.support.panel import NOW, status
from ui.host import EngineHost
from ui.loop import spawn


class Talker:
    """An engine that publishes as fast as it can and then waits to be stopped."""

    def __init__(self, publish: Callable[[Status], None], count: int) -> None:
        self.publish = publish
        self.count = count
        self.thread = 0
        self.asked: list[object] = []
        self.loop: asyncio.AbstractEventLoop | None = None
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.thread = threading.get_ident()
        self.loop = asyncio.get_running_loop()
        for number in range(self.count):
            self.publish(status(at=NOW + timedelta(seconds=number)))
            await asyncio.sleep(0)
        await self.stopped.wait()

    def wake(self) -> None:
        self.asked.append("wake")

    def pause(self, until: datetime | None) -> None:
        self.asked.append(until)

    def resume(self) -> None:
        self.asked.append("resume")

    def stop(self) -> None:
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.stopped.set)


def end(qtbot: QtBot, host: EngineHost) -> None:
    host.stop()
    qtbot.waitUntil(lambda: not host.is_running)


def test_ten_thousand_news_are_a_few_and_the_last_is_the_newest(qtbot: QtBot, turning: object) -> None:
    engines: list[Talker] = []

    def build(publish: Callable[[Status], None]) -> Talker:
        engines.append(Talker(publish, 10_000))
        return engines[-1]

    host = EngineHost(build)
    seen: list[Status] = []
    threads: list[int] = []
    host.status_changed.connect(lambda one: (seen.append(one), threads.append(threading.get_ident())))
    host.start()
    qtbot.waitUntil(lambda: bool(seen) and seen[-1].at == NOW + timedelta(seconds=9_999), timeout=20_000)
    assert len(seen) < 500
    assert [one.at for one in seen] == sorted({one.at for one in seen})
    assert set(threads) == {threading.get_ident()}
    assert engines[0].thread not in threads
    host.wake()
    host.pause(None)
    host.resume()
    assert engines[0].asked == ["wake", None, "resume"]
    end(qtbot, host)


def test_the_end_of_a_session_holds_its_answer_until_the_engine_has_ended(qtbot: QtBot, turning: object) -> None:
    host = EngineHost(lambda publish: Talker(publish, 1))
    host.wait(1)  # nobody is there
    with qtbot.waitSignal(host.status_changed, timeout=5_000):
        host.start()
    host.wait(-1)  # nobody told it to end, and there is no time
    assert host.is_running
    host.stop()
    host.wait(10)
    assert not host.is_running


def test_after_a_mistake_a_new_engine_follows(qtbot: QtBot, turning: object) -> None:
    built: list[str] = []

    def build(publish: Callable[[Status], None]) -> Talker:
        built.append("engine")
        if len(built) < 3:
            raise RuntimeError(f"mistake {len(built)}")
        return Talker(publish, 1)

    host = EngineHost(build, rests=(0.0,))
    failures: list[BaseException] = []
    host.failed.connect(failures.append)
    with qtbot.waitSignal(host.status_changed, timeout=5_000):
        host.start()
    assert [str(error) for error in failures] == ["mistake 1", "mistake 2"]
    end(qtbot, host)


class Deaf(Talker):
    """One that takes its time to end."""

    def stop(self) -> None:
        self.asked.append("stop")


def test_one_that_is_told_to_start_while_it_ends_is_followed_by_another(qtbot: QtBot, turning: object) -> None:
    engines: list[Talker] = []

    def build(publish: Callable[[Status], None]) -> Talker:
        engines.append((Talker if engines else Deaf)(publish, 1))
        return engines[-1]

    host = EngineHost(build)
    with qtbot.waitSignal(host.status_changed, timeout=5_000):
        host.start()
    host.stop()
    host.start()
    assert engines[0].asked == ["stop"] and len(engines) == 1
    with qtbot.waitSignal(host.status_changed, timeout=5_000):
        Talker.stop(engines[0])
    assert len(engines) == 2 and host.is_running
    end(qtbot, host)


def test_the_end_is_waited_for_no_longer_than_its_limit(qtbot: QtBot, turning: object) -> None:
    engines: list[Deaf] = []

    def build(publish: Callable[[Status], None]) -> Deaf:
        engines.append(Deaf(publish, 1))
        return engines[-1]

    host = EngineHost(build)
    with qtbot.waitSignal(host.status_changed, timeout=5_000):
        host.start()
    answers: list[object] = []

    async def wait() -> None:
        host.stop()
        answers.append(await host.ended(0.05))

    spawn(wait(), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [False]
    assert engines[0].asked == ["stop"]
    Talker.stop(engines[0])
    qtbot.waitUntil(lambda: not host.is_running)
