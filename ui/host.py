"""The engine's thread with its own standard loop, and the relay of its Status to Qt. It knows nothing of documents."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.model.errors import NotAtWork
from app.model.status import Status
from app.system.settings import Settings
from ui.loop import in_thread

T = TypeVar("T")

log = logging.getLogger(__name__)

_RELAY_MS = 50
"""At most twenty repaints a second, however busy the engine is."""
_REST_SECONDS = (5.0, 15.0, 60.0)
"""How long the engine rests before it is built anew after a mistake of ours."""


class Engine(Protocol):
    """What the host needs of ``app.sync.service.Service``; all but ``run`` may be called from any thread."""

    async def run(self) -> None: ...

    def wake(self) -> None: ...

    def pause(self, until: datetime | None) -> None: ...

    def resume(self) -> None: ...

    def release(self, keys: Sequence[str]) -> Future[int]: ...

    def renew(self, settings: Settings) -> None: ...

    def take_over(self) -> None: ...

    def stop(self) -> None: ...


class EngineHost(QObject):
    """Runs one engine at a time; whatever ends it, the next is built from the ledger."""

    status_changed = Signal(object)
    """A ``Status``, on the thread of this object, never more than twenty a second, always the newest."""
    failed = Signal(object)
    """The exception that ended an engine: a mistake of ours, for the crash window. A new engine follows."""

    _arrived = Signal()
    _thread_ends = Signal()

    def __init__(
        self,
        build: Callable[[Callable[[Status], None]], Engine],
        parent: QObject | None = None,
        rests: Sequence[float] = _REST_SECONDS,
    ) -> None:
        """``build`` is called on the engine's thread with the function that publishes a Status."""
        super().__init__(parent)
        self._rests = rests
        self._build = build
        self._thread: threading.Thread | None = None
        self._engine: Engine | None = None
        self._stopping = threading.Event()
        self._wanted = False
        self._latest: Status | None = None
        self._told = True
        self._lock = threading.Lock()
        self._relay = QTimer(self)
        self._relay.setSingleShot(True)
        self._relay.setInterval(_RELAY_MS)
        self._relay.timeout.connect(self._hand_on)
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._thread_ends.connect(self._begin_again, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the engine's thread; harmless while it runs, and one that is ending is followed by another."""
        self._wanted = True
        if self.is_running:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Ask for a cycle now."""
        if (engine := self._engine) is not None:
            engine.wake()

    def pause(self, until: datetime | None) -> None:
        """Ask for a pause; ``None`` lasts until ``resume``."""
        if (engine := self._engine) is not None:
            engine.pause(until)

    def resume(self) -> None:
        """Ask to go on."""
        if (engine := self._engine) is not None:
            engine.resume()

    def release(self, keys: Sequence[str]) -> None:
        """Ask that documents which waited for a person be taken up again."""
        if (engine := self._engine) is not None:
            engine.release(keys)
            engine.wake()

    def renew(self, settings: Settings) -> None:
        """Have the engine work with other settings, or with secrets that have just changed."""
        if (engine := self._engine) is not None:
            engine.renew(settings)

    def take_over(self) -> None:
        """Ask the computer that sends for this hotel to leave it to this one."""
        if (engine := self._engine) is not None:
            engine.take_over()

    async def ask(self, question: Callable[[Any], Future[T]]) -> T:
        """Ask the engine (``Service``) for something it gives as a Future; raises ``NotAtWork`` where there is none."""
        engine = self._engine
        if engine is None:
            raise NotAtWork
        return await asyncio.wrap_future(question(engine))

    def stop(self) -> None:
        """Ask for an orderly end; ``ended`` waits for it."""
        self._wanted = False
        self._stopping.set()
        if (engine := self._engine) is not None:
            engine.stop()

    def wait(self, limit_seconds: float) -> None:
        """Hold the caller until the thread has ended, or the limit is over; only for the end of a session."""
        if self._thread is not None:
            self._thread.join(max(0.0, limit_seconds))

    async def ended(self, limit_seconds: float) -> bool:
        """Wait for the thread's end and say whether it came within the limit."""
        thread = self._thread
        if thread is None:
            return True
        await in_thread(thread.join, limit_seconds)
        return not thread.is_alive()

    # On the engine's thread

    def _live(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                engine = self._build(self._publish)
                self._engine = engine
                # A stop that came before the engine was there has reached nobody.
                if not self._stopping.is_set():
                    asyncio.run(engine.run())
                break
            except Exception as error:  # shown in the crash window; syncing goes on with a new engine
                log.exception("the engine ended")
                self.failed.emit(error)
                self._stopping.wait(self._rests[min(failures, len(self._rests) - 1)])
                failures += 1
            finally:
                self._engine = None
        self._thread_ends.emit()

    def _publish(self, status: Status) -> None:
        with self._lock:
            self._latest = status
            first, self._told = self._told, False
        if first:
            self._arrived.emit()

    # On the thread of Qt

    def _begin_again(self) -> None:
        if self._wanted and self._stopping.is_set() and self._thread is not None:
            self._thread.join()  # it has said its last word
            self.start()

    def _take(self) -> None:
        if not self._relay.isActive():
            self._hand_on()

    def _hand_on(self) -> None:
        with self._lock:
            latest, told = self._latest, self._told
            self._told = True
        if not told and latest is not None:
            self._relay.start()
            self.status_changed.emit(latest)
