"""One window per data folder: a second start shows the first, the installer has it end. The lock is ``system.lock``."""

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.system.lock import AlreadyRunning, DataLock

_PROTOCOL: Final = 1
_LIMIT_MS: Final = 5000
_LONGEST: Final = 4096
_END_SECONDS: Final = 60.0
"""The engine brings its batch to an end first."""
_LOOK_SECONDS: Final = 0.1


def _name_of(home: Path) -> str:
    # The folder is the user's own, so its name tells users and copies apart, on Windows' common pipes too.
    return f"botones-{hashlib.sha256(str(home).encode()).hexdigest()[:24]}"


def show_first(home: Path) -> bool:
    """Ask a running program to show itself, and say whether it did. Takes some seconds at most."""
    return _ask_first(home, "show")


def pause_first(home: Path, hotel: str, until: datetime | None) -> bool:
    """Ask a running program to pause a hotel, and say whether it heard; ``None``: until somebody resumes it."""
    return _told_first(home, "pause", hotel=hotel, until=until.isoformat() if until is not None else None)


def resume_first(home: Path, hotel: str) -> bool:
    """Ask a running program to go on with a hotel, and say whether it heard."""
    return _told_first(home, "resume", hotel=hotel)


def end_first(home: Path, seconds: float = _END_SECONDS) -> bool:
    """Ask a running program to end in order and say whether nobody works on ``home`` any more, at the latest then."""
    app = QCoreApplication.instance() or QCoreApplication(["botones"])  # a socket of Qt wants one, with or without loop
    ended = _is_left(home, time.monotonic() + seconds)
    del app
    return ended


def _is_left(home: Path, limit: float) -> bool:
    heard: set[int | None] = set()
    while True:
        try:
            with DataLock(home):
                return True
        except AlreadyRunning as held:
            # Again until it answers, for one that has just been started does not listen yet; and whoever was started
            # meanwhile, and came first once the other had ended, is asked as well.
            if held.pid not in heard and _ask_first(home, "quit"):
                heard.add(held.pid)
            if time.monotonic() > limit:
                return False
        except FileNotFoundError:
            return True  # nobody ever worked there
        time.sleep(_LOOK_SECONDS)


def _told_first(home: Path, what: str, **about: str | None) -> bool:
    app = QCoreApplication.instance() or QCoreApplication(["botones"])  # for the console, which has none
    heard = _ask_first(home, what, **about)
    del app
    return heard


def _ask_first(home: Path, what: str, **about: str | None) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(_name_of(home))
    if not socket.waitForConnected(_LIMIT_MS):
        return False
    socket.write(_line({"protocol": _PROTOCOL, "ask": what, **about}))
    answered = socket.waitForBytesWritten(_LIMIT_MS) and socket.waitForReadyRead(_LIMIT_MS)
    answer = _read(socket) if answered else None
    socket.disconnectFromServer()
    return answer is not None and answer.get("did") == what


class FirstInstance(QObject):
    """Listens for later starts."""

    show_requested = Signal()
    quit_requested = Signal()
    """The installer or the uninstaller needs the program's files."""
    pause_requested = Signal(str, object)
    """Which hotel, and until when; ``None``: until somebody resumes it."""
    resume_requested = Signal(str)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = _name_of(home)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> bool:
        """Begin to listen; only after ``show_first`` found nobody, for a dead one's socket is removed here."""
        if self._server.listen(self._name):
            return True
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        self._server.close()

    def _welcome(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            limit = QTimer(socket)
            limit.setSingleShot(True)
            limit.timeout.connect(lambda socket=socket: socket.abort())
            limit.start(_LIMIT_MS)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._answer(socket))

    def _answer(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        asked = _read(socket)
        do = self._meant(asked) if asked is not None and asked.get("protocol") == _PROTOCOL else None
        if asked is not None and do is not None:
            socket.write(_line({"protocol": _PROTOCOL, "did": asked["ask"]}))
            # Out before the work begins: to build a window may take longer than the other one waits.
            socket.flush()
            do()
        else:
            socket.write(_line({"protocol": _PROTOCOL, "did": "nothing"}))
        socket.disconnectFromServer()

    def _meant(self, asked: dict[str, object]) -> Callable[[], None] | None:
        """Return what is asked for, ``None`` where this version does not know it."""
        hotel, until = asked.get("hotel"), asked.get("until")
        match asked.get("ask"):
            case "show":
                return self.show_requested.emit
            case "quit":
                return self.quit_requested.emit
            case "resume" if isinstance(hotel, str):
                return partial(self.resume_requested.emit, hotel)
            case "pause" if isinstance(hotel, str) and isinstance(until, str | None):
                with suppress(ValueError):
                    return partial(self.pause_requested.emit, hotel, datetime.fromisoformat(until) if until else None)
        return None


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _read(socket: QLocalSocket) -> dict[str, object] | None:
    try:
        message = json.loads(bytes(socket.readLine(_LONGEST).data()))
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
