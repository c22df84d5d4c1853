"""A reconciled month on the screen: verdict, files to save, documents by class, totals by tax. It reckons nothing."""

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QVBoxLayout,
    QWidget,
)

from app.model.reconciliation import Kind as Class
from app.model.reconciliation import Line, Reconciliation, Side, Total
from app.model.role import Act
from app.reports.reconciliation import FileKind
from app.texts import _, money, whole
from app.texts.documents import how_many
from app.texts.reconciliation import (
    book_name,
    heading_name,
    kind_meaning,
    kind_name,
    line_words,
    side_name,
    sources,
    verdict_text,
    verdict_title,
)
from ui.panel.reconciliation_lines import COUNTERPARTY, DATE, DIAN, FOUND, NUMBER, PMS, PYMES, LinesModel
from ui.parts import Banner, Button, Card, FlowRow, Kind, Words, clear, flowing, holding, permit, rule, table_of
from ui.theme import Role, Space, Tone

_ROW = 40
_MOST_HEIGHT = 400
_HEAD_HEIGHT = 54
_WIDTHS = {NUMBER: 112, DATE: 116, COUNTERPARTY: 190, PMS: 134, PYMES: 134, DIAN: 134}
_NARROWEST = 260


class ResultView(QWidget):
    """Draws one result; ``show_result`` again replaces it."""

    document_requested = Signal(str)
    """The ledger's key of a document to be opened."""
    save_requested = Signal(object)
    """The ``FileKind``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        self.verdict = Banner(Tone.GOOD, "")
        column.addWidget(self.verdict)
        column.addLayout(self._build_files())
        self.saved = Banner(Tone.GOOD, "", action=_("Abrir carpeta"), do=self._open_folder)
        self.saved.hide()
        self._folder: Path | None = None
        column.addWidget(self.saved)
        column.addWidget(self._build_documents())
        self._totals = Card(_("Totales por impuesto"))
        self._grids = QVBoxLayout()
        self._grids.setSpacing(Space.LARGE)
        self._totals.box.addLayout(self._grids)
        column.addWidget(self._totals)

    def show_result(self, result: Reconciliation) -> None:
        """Draw this month."""
        tone = Tone.GOOD if result.is_well and result.lines else Tone.WARN if result.lines else Tone.IDLE
        self.verdict.tell(tone, verdict_title(result), verdict_text(result))
        self.saved.hide()
        self._sources.setText(" ".join(sources(result)))
        self.model.show_result(result)
        self.table.setColumnHidden(DIAN, Side.DIAN not in result.sides)
        self._documents.setVisible(bool(result.lines))
        self._totals.setVisible(bool(result.totals))
        self._draw_chips(result)
        self._draw_totals(result)
        self._fit_columns()

    def tell_saved(self, path: Path) -> None:
        """Say where a file is, and offer to go there."""
        self._folder = path.parent
        self.saved.tell(Tone.GOOD, _("Guardado: {file}").format(file=path.name), str(path.parent))
        self.saved.button.show()
        self.saved.show()

    def tell_not_saved(self, title: str, text: str) -> None:
        """Say why a file was not saved."""
        self.saved.tell(Tone.BAD, title, text)
        self.saved.button.hide()
        self.saved.show()

    # Building

    def _build_files(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(Space.SMALL)
        self.files: dict[FileKind, Button] = {}
        for kind, name in (
            (FileKind.SPREADSHEET, _("Guardar hoja de cálculo…")),
            (FileKind.PDF, _("Guardar PDF…")),
            (FileKind.SIGNED, _("Guardar JSON firmado…")),
        ):
            button = Button(name)
            button.clicked.connect(lambda _checked=False, kind=kind: self.save_requested.emit(kind))
            permit(button, Act.EXPORT)
            self.files[kind] = button
        column.addWidget(flowing(*self.files.values()))
        self._sources = Words("", Role.CAPTION)
        column.addWidget(self._sources)
        return column

    def _build_documents(self) -> Card:
        self._documents = Card(_("Documentos"))
        self._found = Words("", Role.CAPTION, wraps=False)
        self._documents.head.addWidget(self._found)
        self._chip_row = FlowRow()
        self._documents.box.addWidget(holding(self._chip_row))
        self.chips: dict[Class | None, Button] = {}
        self._meaning = Words("", Role.SOFT)
        self._documents.box.addWidget(self._meaning)
        self.model = LinesModel(self)
        self.table = table_of(self.model, _("Documentos de la conciliación"), _ROW)
        across = self.table.horizontalHeader()
        for column, width in _WIDTHS.items():
            across.resizeSection(column, width)
        across.setSectionResizeMode(FOUND, QHeaderView.ResizeMode.Stretch)
        self.table.installEventFilter(self)
        self.table.viewport().installEventFilter(self)
        self.table.doubleClicked.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.model.modelReset.connect(lambda: self._choose(QModelIndex()))
        self._documents.box.addWidget(self.table)
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self._detail = Words("", Role.SOFT, selectable=True)
        self.open = Button(_("Abrir documento"), icon="documents")
        self.open.clicked.connect(lambda: self._open(self.table.currentIndex()))
        row.addWidget(self._detail, 1)
        row.addWidget(self.open, 0, Qt.AlignmentFlag.AlignTop)
        self._documents.box.addLayout(row)
        return self._documents

    # Drawing

    def _draw_chips(self, result: Reconciliation) -> None:
        clear(self._chip_row)
        self.chips = {}
        group = QButtonGroup(self)
        kinds: list[tuple[Class | None, str, int]] = [(None, _("Todos"), len(result.lines))]
        kinds += [(one.kind, kind_name(one.kind), one.documents) for one in result.summaries]
        for kind, name, count in kinds:
            chip = Button(f"{name}  {whole(count)}", Kind.CHIP)
            chip.setAccessibleName(_("Filtro: {name}").format(name=f"{name}, {count}"))
            chip.clicked.connect(lambda _checked=False, kind=kind: self.choose_class(kind))
            group.addButton(chip)
            self._chip_row.addWidget(chip)
            self.chips[kind] = chip
        self._values = {one.kind: one.values for one in result.summaries}
        first = next((one.kind for one in result.summaries if one.kind.needs_a_look), None)
        self.choose_class(first)

    def choose_class(self, kind: Class | None) -> None:
        """Show the documents of one class."""
        self.chips[kind].setChecked(True)
        self.model.filter(kind)
        rows = self.model.rowCount()
        self._found.setText(how_many(rows))
        self.table.setFixedHeight(min(_MOST_HEIGHT, _HEAD_HEIGHT + _ROW * rows))
        if kind is None:
            self._meaning.setText(_("Todo lo que algún sistema tiene en el mes. Lo que hay que revisar va primero."))
            return
        values = " · ".join(f"{side_name(side)} {money(value)}" for side, value in self._values[kind].items())
        self._meaning.setText(f"{kind_meaning(kind)}\n{values}")

    def _draw_totals(self, result: Reconciliation) -> None:
        clear(self._grids)
        for place in dict.fromkeys((one.book, one.currency) for one in result.totals):
            frame = QWidget()
            grid = QGridLayout(frame)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(Space.LARGE)
            grid.setVerticalSpacing(Space.HAIR)
            name = book_name(place[0]) + ("" if place[1] == "COP" else f", {place[1]}")
            for column, text in enumerate([name, *map(side_name, result.sides)]):
                head = Words(text, Role.STRONG if column == 0 else Role.OVERLINE, wraps=False)
                grid.addWidget(_right(head) if column else head, 0, column)
                grid.setColumnStretch(column, 1)
            grid.addWidget(rule(), 1, 0, 1, len(result.sides) + 1)
            own = [one for one in result.totals if (one.book, one.currency) == place]
            for row, total in enumerate(own, start=2):
                last = total is own[-1]
                name = Words(heading_name(total.heading), Role.STRONG if last else Role.BODY)
                grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
                for column, side in enumerate(result.sides, start=1):
                    grid.addLayout(_amount(total, side, strong=last), row, column)
            self._grids.addWidget(frame)
        self._grids.addWidget(
            Words(_("Las notas crédito restan. Las tarifas solo las dice Alojamientos."), Role.CAPTION)
        )

    # Slots

    def _choose(self, index: QModelIndex) -> None:
        line = self.model.line(index)
        self._detail.setText("" if line is None else line_words(line) or kind_meaning(line.kind))
        key = _key(line)
        self.open.setEnabled(key is not None)
        self.open.setToolTip(
            "" if key or line is None else _("No viene de Alojamientos: Botones no tiene su historia.")
        )

    def _open(self, index: QModelIndex) -> None:
        if (key := _key(self.model.line(index))) is not None:
            self.document_requested.emit(key)

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _fit_columns(self) -> None:
        shown = [one for one in _WIDTHS if one != DIAN or not self.table.isColumnHidden(DIAN)]
        room = self.table.viewport().width() - sum(_WIDTHS[one] for one in shown)
        # What was found names the sides; in a narrow window the name gives way, and then the date.
        self.table.setColumnHidden(COUNTERPARTY, room < _NARROWEST)
        self.table.setColumnHidden(DATE, room + _WIDTHS[COUNTERPARTY] < _NARROWEST)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit_columns()
        elif (
            watched is self.table
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self._open(self.table.currentIndex())
            return True
        return False


def _key(line: Line | None) -> str | None:
    return line.lead.ref if line is not None and line.lead.side is Side.PMS else None


def _amount(total: Total, side: Side, *, strong: bool) -> QVBoxLayout:
    """Return an amount and, below it, how much it is away from the PMS'."""
    column = QVBoxLayout()
    column.setSpacing(0)
    value, more = total.values[side], total.difference(side)
    if value is None:
        column.addWidget(_right(Words(_("no lo dice"), Role.CAPTION, wraps=False)))
    else:
        role = Role.STRONG if strong else Role.BODY
        column.addWidget(_right(Words(money(value, total.currency), role, wraps=False)))
    if more is not None and side is not Side.PMS:
        said = _("diferencia {amount}").format(amount=money(more, total.currency)) if more else _("coincide")
        tone = Tone.BAD if more else Tone.GOOD
        column.addWidget(_right(Words(said, Role.CAPTION, tone=tone, wraps=False)))
    column.addStretch(1)
    return column


def _right(words: Words) -> Words:
    words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return words
