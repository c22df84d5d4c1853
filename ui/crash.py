"""What happens when we made a mistake: shown once per kind, with a text to copy, and the program goes on."""

import asyncio
import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from app import __version__
from app.system.logs import redactor
from app.texts import _
from ui.parts import Button, Icon, Kind, Words
from ui.theme import Role, Space, fixed_font

log = logging.getLogger(__name__)


class CrashWatch(QObject):
    """Takes every exception that nobody caught, from any thread and from the loop."""

    support_requested = Signal()
    """The person wants the support report."""

    _caught = Signal(object)

    def __init__(self, goes_on: Callable[[], bool] = lambda: False, parent: QObject | None = None) -> None:
        """``goes_on`` says whether the engine works at this moment: the window promises no more than that."""
        super().__init__(parent)
        self._goes_on = goes_on
        self._known: set[str] = set()
        self.window: CrashWindow | None = None
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._before: tuple[Any, Any] | None = None

    def install(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Take over the hooks of the interpreter, of threads and of the loop; ``remove`` gives them back."""
        if self._before is None:
            self._before = (sys.excepthook, threading.excepthook)
            sys.excepthook = self._from_interpreter
            threading.excepthook = self._from_thread
        if loop is not None:
            loop.set_exception_handler(self._from_loop)

    def remove(self) -> None:
        """Give the hooks back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None

    def report(self, error: BaseException) -> None:
        """Log the error, and show it unless one of its kind was shown; from any thread."""
        log.error("not caught", exc_info=error)
        self._caught.emit(error)

    def _from_interpreter(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error)

    def _from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self.report(args.exc_value)

    def _from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(error)
        else:
            log.error("loop: %s", context.get("message"))

    def _show(self, error: BaseException) -> None:
        kind = kind_of(error)
        if kind in self._known:
            return
        self._known.add(kind)
        if self.window is None:
            self.window = CrashWindow()
            self.window.support.clicked.connect(self.support_requested)
        self.window.tell(report_of(error), goes_on=self._goes_on())


def kind_of(error: BaseException) -> str:
    """Name the kind of an error: its type and the place where it arose, whatever its text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__}@{place}"


def report_of(error: BaseException) -> str:
    """Return what a person may copy: versions and traceback, secrets masked."""
    head = (
        f"Botones {__version__} · Python {platform.python_version()} · {platform.system()} {platform.release()}\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n\n"
    )
    return redactor.clean(head + "".join(traceback.format_exception(error)))


class CrashWindow(QDialog):
    """Says that we made a mistake, that nothing is lost, and offers the text."""

    def __init__(self) -> None:
        super().__init__()
        self.setModal(False)
        self.resize(640, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        row.addWidget(Icon("alert", "warn.ink", 28), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        self._title = Words(role=Role.TITLE)
        self.meaning = Words(role=Role.SOFT)
        words.addWidget(self._title)
        words.addWidget(self.meaning)
        row.addLayout(words, 1)
        column.addLayout(row)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setFont(fixed_font(12))
        self.details.setTabChangesFocus(True)
        column.addWidget(self.details, 1)
        buttons = QHBoxLayout()
        self.copy = Button(_("Copiar detalle"), Kind.NORMAL, icon="copy")
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.details.toPlainText()))
        self.support = Button("", Kind.PLAIN)
        self.go_on = Button("", Kind.PRIMARY)
        self.go_on.setDefault(True)
        self.go_on.clicked.connect(self.close)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.support)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        column.addLayout(buttons)

    def tell(self, report: str, *, goes_on: bool) -> None:
        """Show a report; one that comes while the window is open is added below. Worded in the language of now."""
        self.setWindowTitle(_("Botones tuvo un error"))
        self._title.setText(_("Algo falló en Botones"))
        still = (
            _("Los documentos están a salvo y la sincronización sigue.")
            if goes_on
            else _("Los documentos están a salvo; la sincronización no está en marcha y nada se envía.")
        )
        ours = _("Es un error nuestro, no del hotel.")
        self.meaning.setText(f"{ours} {still} {_('Este aviso sale una sola vez por cada error.')}")
        self.details.setAccessibleName(_("Detalle del error"))
        self.copy.setText(_("Copiar detalle"))
        self.support.setText(_("Informe de soporte…"))
        self.go_on.setText(_("Seguir"))
        shown = self.details.toPlainText() if self.isVisible() else ""
        self.details.setPlainText(f"{shown}\n\n{report}".strip())
        self.show()
        self.raise_()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.details.clear()
        super().closeEvent(event)
