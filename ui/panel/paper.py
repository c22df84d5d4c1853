"""A document as PDF: our own rendition, or the official one where the FE service has it; saved where a person says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from app.model.documents import Document
from app.model.errors import ConnectorError
from app.system.vault import VaultError
from app.texts import _
from app.texts.causes import explain_failure
from ui.context import Context
from ui.loop import ask, in_thread, spawn
from ui.panel.rendition import draw_pdf

if TYPE_CHECKING:
    from ui.panel.detail import Whole


class Papers(QObject):
    """Asks where to, makes the file beside the window, and tells how it went."""

    told = Signal(str, str, bool)
    """Title, text, and whether there is a file to be opened."""

    def __init__(self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._on_error = on_error
        self._window = parent
        self._last: Path | None = None

    def save(self, whole: Whole | None) -> None:
        """Save our own rendition."""
        if whole is not None and whole.document is not None:
            make = partial(draw_pdf, whole.document, whole.row.state, whole.row.adopted, self._context.clock.now())
            spawn(self._save(whole.document, "", make), self._on_error)

    def save_official(self, whole: Whole | None) -> None:
        """Save the official rendition."""
        if whole is not None and whole.document is not None:
            make = partial(self._official, whole.document)
            spawn(self._save(whole.document, _("oficial"), make), self._on_error)

    def open_last(self) -> None:
        """Open the file saved last, with whatever the machine opens it with."""
        if self._last is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._last)))

    async def _save(self, document: Document, kind: str, make: Callable[[], bytes | None]) -> None:
        try:
            content = await in_thread(make)
        except ConnectorError as error:
            explanation = explain_failure(error.failure)
            self.told.emit(
                _("No se pudo traer el PDF oficial: {why}").format(why=explanation.title), _way(error), False
            )
            return
        except VaultError as error:
            self.told.emit(_("No se pudo traer el PDF oficial"), str(error), False)
            return
        if content is None:
            self.told.emit(
                _("El servicio de facturación no tiene el PDF de {number}").format(number=document.full_number),
                _("Puede guardar la representación de Botones, o pedirlo en la pantalla de Loggro."),
                False,
            )
            return
        path = await self._where(f"{document.full_number}{f'-{kind}' if kind else ''}.pdf")
        if path is None:
            return
        try:
            await in_thread(path.write_bytes, content)
        except OSError as error:
            self.told.emit(_("No se pudo guardar el PDF"), f"{path}: {error.strerror}", False)
            return
        self._last = path
        self.told.emit(_("PDF guardado"), str(path), True)

    async def _where(self, name: str) -> Path | None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        dialog = QFileDialog(self._window, _("Guardar PDF"), str(Path(folder) / name), _("PDF (*.pdf)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(name)
        if await ask(dialog) != QDialog.DialogCode.Accepted:
            return None
        return Path(dialog.selectedFiles()[0])

    def _official(self, document: Document) -> bytes | None:
        from app.sync.official import official_pdf  # the database's library comes with it

        context = self._context
        asked = official_pdf(document, settings=context.settings, profile=context.profile, vault=context.vault)
        return asyncio.run(asked)


def _way(error: ConnectorError) -> str:
    if error.detail == "no credentials":
        return _(
            "Faltan el usuario y la contraseña del servicio de facturación electrónica: se escriben en el asistente."
        )
    return explain_failure(error.failure).place
