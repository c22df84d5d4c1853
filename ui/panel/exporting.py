"""The documents of a list saved as a spreadsheet, beside the window: where to, how far, and how it went."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.model.clock import bogota_day
from app.model.errors import StorageError
from app.texts import _, whole
from app.texts.causes import explain_failure
from app.texts.documents import how_many
from ui.context import Context
from ui.loop import ask, in_thread, spawn
from ui.parts import Banner
from ui.theme import Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row


class _GivenUp(Exception):
    """The person wants no file any more."""


class Exports(QWidget):
    """Saves one list at a time and shows how that stands; nothing of it is seen before the first."""

    _passed = Signal(int)

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._on_error = on_error
        self._stop = threading.Event()
        self._total = 0
        self._last: Path | None = None
        self.under_way = Banner(Tone.BUSY, "", action=_("Cancelar"), do=lambda: self._stop.set())
        self.done = Banner(Tone.GOOD, "", action=_("Abrir"), do=self._open_last)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for banner in (self.under_way, self.done):
            banner.hide()
            column.addWidget(banner)
        self.hide()
        self._passed.connect(self._tell_passed)

    @property
    def is_running(self) -> bool:
        """Say whether a file is being written."""
        return not self.under_way.isHidden()

    def save(self, rows: Callable[[], Iterator[Row]], count: int) -> None:
        """Ask where to, and save what ``rows`` yields in a thread: ``count`` documents, as far as is known."""
        if not self.is_running:
            spawn(self._ask(rows, count), self._on_error)

    async def _ask(self, rows: Callable[[], Iterator[Row]], count: int) -> None:
        from app.reports.saving import free_name  # the report's library comes with the first file

        folder = self._context.paths.reports
        day = bogota_day(self._context.clock.now())
        name = free_name(folder / f"{_('documentos')}-{day.isoformat()}.xlsx")
        dialog = QFileDialog(self, _("Guardar los documentos"), str(folder), _("Excel (*.xlsx)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(name.name)
        if await ask(dialog) == QDialog.DialogCode.Accepted:
            await self.write(rows, count, Path(dialog.selectedFiles()[0]))

    async def write(self, rows: Callable[[], Iterator[Row]], count: int, path: Path) -> None:
        """Write the file to a place that the person has chosen, also in another's stead."""
        self._stop, self._total = threading.Event(), count
        self.done.hide()
        self._tell_passed(0)
        self.under_way.show()
        self.show()
        try:
            written = await in_thread(self._write, rows, path, self._stop)
        except _GivenUp:
            self._tell(Tone.IDLE, _("No se guardó nada"), _("Se canceló antes de terminar."))
        except StorageError as error:
            said = explain_failure(error.failure)
            self._tell(Tone.BAD, said.title, f"{said.meaning} {said.place}")
        except OSError as error:
            why = _("{why}. Si está abierto en otro programa, ciérrelo, o elija otra carpeta.")
            self._tell(
                Tone.BAD,
                _("No se pudo guardar {file}").format(file=path.name),
                why.format(why=error.strerror or type(error).__name__),
            )
        else:
            self._last = path
            self._tell(Tone.GOOD, _("Se guardaron {documents}").format(documents=how_many(written)), str(path))
        finally:
            if isValid(self):
                self.under_way.hide()

    def _write(self, rows: Callable[[], Iterator[Row]], path: Path, stop: threading.Event) -> int:
        from app.reports.documents_sheet import write_documents
        from app.reports.saving import save

        written = 0

        def passed(done: int) -> None:
            if stop.is_set():
                raise _GivenUp
            if isValid(self):
                self._passed.emit(done)

        def make(place: Path) -> None:
            nonlocal written
            passed(0)
            written = write_documents(rows(), place, self._context.clock.now(), passed)

        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, make, replace=True)  # the dialog has asked
        return written

    def _tell_passed(self, done: int) -> None:
        said = _("Guardando los documentos… {done} de {total}")
        self.under_way.tell(Tone.BUSY, said.format(done=whole(done), total=whole(max(self._total, done))))

    def _tell(self, tone: Tone, title: str, text: str) -> None:
        if not isValid(self):
            return  # the window has gone meanwhile; the file is there all the same
        self.done.tell(tone, title, text)
        self.done.button.setVisible(tone is Tone.GOOD)
        self.done.show()

    def _open_last(self) -> None:
        if self._last is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._last)))
