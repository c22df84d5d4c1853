"""One window per data folder: a second start shows the first and ends. The lock on the data is ``app.system.lock``."""

import hashlib
import json
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PROTOCOL: Final = 1
_LIMIT_MS: Final = 2000
_LONGEST: Final = 4096


def _name_of(home: Path) -> str:
    # The folder is the user's own, so its name tells users and copies apart, on Windows' common pipes too.
    return f"botones-{hashlib.sha256(str(home).encode()).hexdigest()[:24]}"


def show_first(home: Path) -> bool:
    """Ask a running program to show itself, and say whether it did. Takes two seconds at most."""
    socket = QLocalSocket()
    socket.connectToServer(_name_of(home))
    if not socket.waitForConnected(_LIMIT_MS):
        return False
    socket.write(_line({"protocol": _PROTOCOL, "ask": "show"}))
    answered = socket.waitForBytesWritten(_LIMIT_MS) and socket.waitForReadyRead(_LIMIT_MS)
    answer = _read(socket) if answered else None
    socket.disconnectFromServer()
    return answer is not None and answer.get("did") == "show"


class FirstInstance(QObject):
    """Listens for later starts."""

    show_requested = Signal()

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
        if asked is not None and asked.get("protocol") == _PROTOCOL and asked.get("ask") == "show":
            socket.write(_line({"protocol": _PROTOCOL, "did": "show"}))
            self.show_requested.emit()
        else:
            socket.write(_line({"protocol": _PROTOCOL, "did": "nothing"}))
        socket.disconnectFromServer()


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _read(socket: QLocalSocket) -> dict[str, object] | None:
    try:
        message = json.loads(bytes(socket.readLine(_LONGEST).data()))
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
