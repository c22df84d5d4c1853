"""The support report on the screen: shown whole, file by file, before it is saved. It sends nothing to anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from app.model.clock import BOGOTA
from app.model.status import Status
from app.system.support import Piece, pack
from app.texts import _
from app.texts.settings import size
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.parts import Banner, Button, Kind, Spinner, Words, fit
from ui.theme import Role, Space, Tone, fixed_font

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import LedgerReader

_LIST_WIDTH = 240


class SupportWindow(QDialog):
    """Gathers when it opens; «Guardar» writes exactly what is seen."""

    gathered = Signal()
    saved = Signal(object)
    """The ``Path`` of the zip."""

    def __init__(
        self,
        context: Context,
        reader: LedgerReader | None,
        status: Status | None,
        on_error: Callable[[BaseException], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._context = context
        self._reader = reader
        self._status = status
        self._on_error = on_error
        self._folder: Path | None = None
        self.pieces: tuple[Piece, ...] = ()
        self.setWindowTitle(_("Informe de soporte"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        fit(self, 940, 640)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Words(_("Informe de soporte"), Role.TITLE))
        column.addWidget(
            Words(
                _(
                    "Esto es todo lo que se guarda: léalo antes. Los accesos y los nombres de terceros se quitaron. "
                    "Botones no lo envía a nadie; usted decide a quién se lo da."
                ),
                Role.SOFT,
            )
        )
        waiting = QHBoxLayout()
        self._busy = Spinner()
        self._said = Words(_("Reuniendo el informe…"), Role.SOFT)
        waiting.addWidget(self._busy)
        waiting.addWidget(self._said, 1)
        column.addLayout(waiting)
        both = QHBoxLayout()
        both.setSpacing(Space.MEDIUM)
        self.files = QListWidget()
        self.files.setAccessibleName(_("Archivos del informe"))
        self.files.setFixedWidth(_LIST_WIDTH)
        self.files.currentRowChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(fixed_font(12))
        self.text.setAccessibleName(_("Texto del archivo"))
        both.addWidget(self.files)
        both.addWidget(self.text, 1)
        column.addLayout(both, 1)
        self.result = Banner(Tone.GOOD, "", action=_("Abrir carpeta"), do=self._open_folder)
        self.result.hide()
        column.addWidget(self.result)
        row = QHBoxLayout()
        row.addStretch(1)
        self.leave = Button(_("Cerrar"))
        self.leave.setAutoDefault(False)
        self.leave.clicked.connect(self.close)
        self.save = Button(_("Guardar…"), Kind.PRIMARY, icon="inbox")
        self.save.setEnabled(False)
        self.save.clicked.connect(self._ask)
        row.addWidget(self.leave)
        row.addWidget(self.save)
        column.addLayout(row)
        spawn(self._gather(), on_error)

    async def _gather(self) -> None:
        from app.setup.support import gather

        context = self._context
        try:
            self.pieces = await gather(
                context.paths,
                context.settings,
                context.profile,
                context.vault,
                self._reader,
                self._status,
                context.clock.now(),
            )
        finally:
            self._busy.hide()
            self._said.hide()
        self.files.addItems([f"{piece.name} · {size(piece.size)}" for piece in self.pieces])
        self.files.setCurrentRow(0)
        self.save.setEnabled(True)
        self.gathered.emit()

    def _show(self, number: int) -> None:
        self.text.setPlainText(self.pieces[number].text if 0 <= number < len(self.pieces) else "")

    def _ask(self) -> None:
        name = f"botones-{self._context.clock.now().astimezone(BOGOTA):%Y%m%d-%H%M}.zip"
        dialog = QFileDialog(self, _("Guardar el informe"), str(Path.home() / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setNameFilter("ZIP (*.zip)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.open()

    def write(self, target: Path) -> None:
        """Save what is shown."""
        spawn(self._write(target), self._on_error)

    async def _write(self, target: Path) -> None:
        try:
            await in_thread(pack, self.pieces, target)
        except OSError as error:
            self.result.tell(Tone.BAD, _("No se pudo guardar"), error.strerror or str(error))
            self.result.button.hide()
            self.result.show()
            return
        self._folder = target.parent
        self.result.tell(Tone.GOOD, _("Guardado"), str(target))
        self.result.button.show()
        self.result.show()
        self.saved.emit(target)

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
