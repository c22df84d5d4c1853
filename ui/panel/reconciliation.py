"""The page of the reconciliation: a month, the DIAN's file if there is one, and how they agree. It sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.model.clock import bogota_day
from app.model.dian_list import BadCell, BadSheet, DianList
from app.model.errors import ConnectorError, Failure, StorageError
from app.model.reconciliation import Month, Reconciliation
from app.model.role import Act
from app.model.status import Status
from app.system.vault import VaultError
from app.texts import _, day, plural, whole
from app.texts.causes import explain_failure
from app.texts.reconciliation import bad_cell, month_name, sheet_error, stage_name
from ui.context import Context
from ui.loop import ask, in_thread, spawn
from ui.panel.query import Latest
from ui.panel.reconciliation_run import ReconciliationRun
from ui.parts import Banner, Button, Card, DropArea, EmptyState, FormField, Kind, Picker, Scroll, Spinner, Words, permit
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window waits neither for the spreadsheet's library nor for the PDF's
    from app.reports.reconciliation import FileKind
    from app.sync.reconciliation import Progress
    from ui.panel.documents import Reader
    from ui.panel.reconciliation_columns import ColumnsDialog
    from ui.panel.reconciliation_result import ResultView

_MONTHS: Final = 24


class ReconciliationPage(Scroll):
    """Close a month."""

    row_requested = Signal(object)
    """The ``Row`` of a document to be opened."""
    wizard_requested = Signal()

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._on_error = on_error
        self._reader: Reader | None = None
        self._rows = Latest(on_error)
        self._reading = 0
        """Each start and each cancel is another one: what a file read before still brings is not wanted any more."""
        self._under_way: ReconciliationRun | None = None
        self.dian: DianList | None = None
        self.result: Reconciliation | None = None
        self.view: ResultView | None = None
        self.dialog: ColumnsDialog | None = None
        """The question that was asked last."""
        self._build()

    # What the window asks for

    def open(self, reader: Reader) -> None:
        """Keep where documents are opened from."""
        self._reader = reader

    def draw(self, status: Status) -> None:
        """Show whether there is a hotel to reconcile."""
        self._unready.setVisible(not status.set_up)
        self._work.setVisible(status.set_up)

    def refresh(self) -> None:
        """Offer the months up to now; the result stays what it was when it was made."""
        today = Month.of(bogota_day(self._context.clock.now()))
        if self.months.count() and self.months.itemData(0) == str(today):
            return
        self.months.clear()
        month = today
        for _number in range(_MONTHS):
            name = month_name(month)
            self.months.addItem(_("{month} (en curso)").format(month=name) if month == today else name, str(month))
            month = month.previous
        self.months.setCurrentIndex(1)

    def place(self) -> Any:
        """Hand over month, file, result and what is under way to the page that takes this one's place."""
        under_way, self._under_way = self._under_way, None
        return self.months.currentData(), self.dian, self.result, under_way

    def return_to(self, place: Any) -> None:
        """Show what the former page had made: it took its time."""
        month, dian, result, under_way = place
        self.months.setCurrentIndex(max(self.months.findData(month), 0))
        self._keep_dian(dian)
        if result is not None:
            self._show(result)
        if under_way is not None:
            self._begin(_("Empezando…"))
            self._follow(under_way)
            if under_way.progress is not None:
                self._show_progress(under_way, under_way.progress)

    @property
    def is_running(self) -> bool:
        return not self._progress.isHidden()

    # Building

    def _build(self) -> None:
        self._unready = EmptyState(
            "wizard",
            _("Primero configure el hotel"),
            _("Para conciliar se leen Alojamientos y Pymes. El asistente los conecta."),
            action=_("Abrir el asistente"),
            do=self.wizard_requested.emit,
        )
        self._unready.hide()
        self.box.addWidget(self._unready)
        self._work = QWidget()
        column = QVBoxLayout(self._work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        column.addWidget(self._build_order())
        self.failure = Banner(Tone.BAD, "")
        self.failure.hide()
        column.addWidget(self.failure)
        self._nothing = EmptyState(
            "reconciliation",
            _("Cierre el mes en un minuto"),
            _(
                "Botones compara, al peso, lo que aprobó Alojamientos con lo que tiene Pymes y, si suelta su archivo, "
                "con lo que tiene la DIAN. Solo lee: no cambia nada."
            ),
        )
        column.addWidget(self._nothing)
        self._place = QVBoxLayout()
        column.addLayout(self._place)
        self.box.addWidget(self._work)
        self.box.addStretch(1)
        self.refresh()

    def _build_order(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self.months = Picker()
        self.months.setMinimumWidth(240)
        row.addWidget(FormField(_("Mes"), self.months))
        self.start = Button(_("Conciliar"), Kind.PRIMARY, icon="reconciliation")
        self.start.clicked.connect(self.reconcile)
        permit(self.start, Act.RECONCILE)
        row.addWidget(self.start, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        card.box.addLayout(row)
        self.area = DropArea(
            "documents",
            _("Suelte aquí el Excel de la DIAN (opcional)"),
            _("El listado de documentos del portal de la DIAN, en .xlsx o CSV. Se lee en este computador."),
            _("Elegir el archivo…"),
            Path.is_file,
        )
        self.area.dropped.connect(self.take)
        self.area.button.clicked.connect(self._choose_file)
        card.box.addWidget(self.area)
        self._file = QWidget()
        line = QHBoxLayout(self._file)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.MEDIUM)
        self.file_words = Words("", Role.BODY)
        self.drop_file = Button(_("Quitar"), icon="cross")
        self.drop_file.clicked.connect(lambda: self._keep_dian(None))
        line.addWidget(self.file_words, 1)
        line.addWidget(self.drop_file)
        self._file.hide()
        card.box.addWidget(self._file)
        self._progress = QWidget()
        line = QHBoxLayout(self._progress)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.MEDIUM)
        line.addWidget(Spinner())
        words = QVBoxLayout()
        self.progress_words = Words("", Role.BODY)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Avance"))
        words.addWidget(self.progress_words)
        words.addWidget(self.bar)
        line.addLayout(words, 1)
        self.cancel = Button(_("Cancelar"))
        self.cancel.clicked.connect(self.halt)
        line.addWidget(self.cancel)
        self._progress.hide()
        card.box.addWidget(self._progress)
        return card

    # The DIAN's file

    def take(self, path: Path) -> None:
        """Read a file of the DIAN and have its columns confirmed."""
        self._begin(_("Leyendo {file}…").format(file=path.name))
        spawn(self._take(path, self._reading), self._on_error)

    async def _take(self, path: Path, run: int) -> None:
        from ui.panel.reconciliation_columns import ColumnsDialog
        from ui.panel.reconciling import confirm_columns, open_sheet

        try:
            sheet = await in_thread(open_sheet, path)
            slip = ""
            while run == self._reading:
                self._end()
                self.dialog = ColumnsDialog(sheet, slip, self.window())
                if not await ask(self.dialog):
                    return
                columns = self.dialog.columns
                self._begin(_("Leyendo {file}…").format(file=path.name))
                run = self._reading
                try:
                    found = await in_thread(confirm_columns, self._context, sheet, columns)
                except BadCell as error:
                    slip = bad_cell(error)
                    continue
                if run == self._reading:
                    self._keep_dian(found)
                return
        except BadSheet as error:
            if run == self._reading:
                self._fail(_("Ese archivo no sirve para conciliar"), sheet_error(error.error, error.detail))
        finally:
            if run == self._reading:
                self._end()

    def _keep_dian(self, found: DianList | None) -> None:
        self.dian = found
        self.failure.hide()
        self.area.setVisible(found is None)
        self._file.setVisible(found is not None)
        if found is None:
            return
        file, n = found.file, len(found.records)
        words = plural("{file}: {n} documento del hotel", "{file}: {n} documentos del hotel", n)
        said = words.format(file=file.name, n=whole(n))
        if file.first and file.last:
            said += _(", del {first} al {last}").format(first=day(file.first), last=day(file.last))
        if file.left_out:
            said += _(" ({n} filas recibidas, de otro tipo o repetidas no cuentan)").format(n=whole(file.left_out))
        self.file_words.setText(said)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("Elegir el listado de la DIAN"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("Excel o CSV (*.xlsx *.xlsm *.csv *.txt)"), _("Todos los archivos (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    # The month

    def reconcile(self) -> None:
        """Read both systems and compare."""
        if self.is_running:
            return
        self._begin(_("Empezando…"))
        self._follow(ReconciliationRun(self._context, Month.parse(self.months.currentData()), self.dian))
        assert self._under_way is not None
        self._under_way.start(self._on_error)

    def halt(self) -> None:
        """Stop; what is still being read is not waited for."""
        if self._under_way is not None:
            self._under_way.stop()
            self._under_way = None
        self._reading += 1
        self._end()

    def _follow(self, run: ReconciliationRun) -> None:
        self._under_way = run
        run.progressed.connect(self._show_progress)
        run.ended.connect(self._take_outcome)

    def _take_outcome(self, run: ReconciliationRun, outcome: object) -> None:
        if run is not self._under_way:
            return
        self._under_way = None
        self._end()
        if isinstance(outcome, Reconciliation):
            self._show(outcome)
        elif isinstance(outcome, ConnectorError | StorageError):
            said = explain_failure(outcome.failure)
            self._fail(said.title, f"{said.meaning} {said.place}")
        elif isinstance(outcome, VaultError):
            said = explain_failure(Failure.VAULT)
            self._fail(said.title, said.place)

    def _show(self, result: Reconciliation) -> None:
        if self.view is None:
            from ui.panel.reconciliation_result import ResultView

            self.view = ResultView()
            self.view.document_requested.connect(self._open_document)
            self.view.save_requested.connect(self._ask_for_place)
            self._place.addWidget(self.view)
        self.result = result
        self.failure.hide()
        self._nothing.hide()
        self.view.show_result(result)
        self.view.show()

    def _show_progress(self, run: ReconciliationRun, progress: Progress) -> None:
        if run is not self._under_way:
            return
        self.progress_words.setText(stage_name(progress.stage.value, progress.done, progress.total))
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    def _begin(self, words: str) -> None:
        self._reading += 1
        self.failure.hide()
        self.progress_words.setText(words)
        self.bar.setRange(0, 0)
        self._progress.show()
        self._enable(False)

    def _end(self) -> None:
        self._progress.hide()
        self._enable(True)

    def _enable(self, on: bool) -> None:
        for part in (self.start, self.months, self.area, self.drop_file):
            part.setEnabled(on)

    def _fail(self, title: str, text: str) -> None:
        self.failure.tell(Tone.BAD, title, text)
        self.failure.show()

    # Documents and files

    def _open_document(self, key: str) -> None:
        if (reader := self._reader) is not None:
            self._rows.ask(partial(reader.row, key), lambda row: row is not None and self.row_requested.emit(row))

    def _ask_for_place(self, kind: FileKind) -> None:
        from app.reports.reconciliation import file_name
        from app.reports.saving import free_name

        if (result := self.result) is None:
            return
        name = free_name(self._context.paths.reports / file_name(result, kind))
        dialog = QFileDialog(self, _("Guardar la conciliación"), str(name.parent))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind.value)
        dialog.setNameFilter(f"{kind.value.upper()} (*.{kind.value})")
        dialog.selectFile(name.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.save(kind, Path(chosen)))
        dialog.open()

    def save(self, kind: FileKind, path: Path) -> None:
        """Save a file where the person chose."""
        if self.result is not None and self.view is not None:
            spawn(self._save(self.result, self.view, kind, path), self._on_error)

    async def _save(self, result: Reconciliation, view: ResultView, kind: FileKind, path: Path) -> None:
        from ui.panel.reconciling import write_file

        view.files[kind].setEnabled(False)
        try:
            await in_thread(write_file, self._context, result, kind, path)
        except OSError as error:
            view.tell_not_saved(
                _("No se pudo guardar {file}").format(file=path.name),
                _("{why}. Si está abierto en otro programa, ciérrelo, o elija otra carpeta.").format(
                    why=error.strerror or type(error).__name__
                ),
            )
        except VaultError:
            said = explain_failure(Failure.VAULT)
            view.tell_not_saved(said.title, said.place)
        else:
            view.tell_saved(path)
        finally:
            view.files[kind].setEnabled(True)
