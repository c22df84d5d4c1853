"""The question which column of the DIAN's file is what: proposed by name, with a sample, confirmed by a person."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.dian_list import NEEDED, Column, Sheet, propose
from app.texts import _, whole
from app.texts.reconciliation import column_name
from ui.parts import Banner, Button, Elided, Kind, Picker, Scroll, Words, fit
from ui.theme import Role, Space, Tone

_WIDTH, _HEIGHT = 760, 640


class ColumnsDialog(QDialog):
    """Ask with ``ui.loop.ask``; accepted means that ``columns`` is what the person confirmed."""

    def __init__(self, sheet: Sheet, slip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self.setWindowTitle(_("Columnas del archivo de la DIAN"))
        fit(self, _WIDTH, _HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Words(_("¿Qué es cada columna?"), Role.TITLE))
        column.addWidget(
            Words(
                _(
                    "La DIAN no publica la forma de este archivo: esto es una lectura nuestra. Confírmela antes de "
                    "comparar. {file}: {n} filas."
                ).format(file=sheet.name, n=whole(len(sheet.rows))),
                Role.SOFT,
            )
        )
        self.slip = Banner(Tone.BAD, slip)
        self.slip.setVisible(bool(slip))
        column.addWidget(self.slip)
        column.addWidget(self._choices(), 1)
        row = QHBoxLayout()
        row.addStretch(1)
        leave = Button(_("Cancelar"))
        leave.clicked.connect(self.reject)
        self.use = Button(_("Usar estas columnas"), Kind.PRIMARY)
        self.use.setDefault(True)
        self.use.clicked.connect(self.accept)
        row.addWidget(leave)
        row.addWidget(self.use)
        column.addLayout(row)
        self._judge()

    @property
    def columns(self) -> dict[Column, int]:
        return {column: place for column, box in self.boxes.items() if (place := box.currentData()) is not None}

    def _choices(self) -> Scroll:
        scroll = Scroll(margins=0)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for place, text in enumerate((_("Dato"), _("Columna del archivo"), _("Primer valor"))):
            grid.addWidget(Words(text, Role.OVERLINE, wraps=False), 0, place)
        proposed = propose(self._sheet.headings)
        self.boxes: dict[Column, QComboBox] = {}
        for row, one in enumerate(Column, start=1):
            name = column_name(one) + (" *" if one in NEEDED else "")
            box = Picker()
            box.setAccessibleName(column_name(one))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            box.addItem(_("— no está —"), None)
            for place, heading in enumerate(self._sheet.headings):
                box.addItem(heading or _("Columna {n}").format(n=place + 1), place)
            box.setCurrentIndex(proposed[one] + 1 if one in proposed else 0)
            sample = Elided("", Role.SOFT)
            box.currentIndexChanged.connect(lambda _index, box=box, sample=sample: self._show(box, sample))
            self.boxes[one] = box
            label = Words(name, Role.BODY, wraps=False)
            label.setBuddy(box)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(box, row, 1)
            grid.addWidget(sample, row, 2)
            sample.setText(self._sample(box))
        scroll.box.addLayout(grid)
        scroll.box.addWidget(Words(_("* Sin estos datos no se puede comparar."), Role.CAPTION))
        scroll.box.addStretch(1)
        return scroll

    def _show(self, box: QComboBox, sample: Elided) -> None:
        sample.setText(self._sample(box))
        self._judge()

    def _sample(self, box: QComboBox) -> str:
        place = box.currentData()
        return "" if place is None else self._sheet.sample(place)

    def _judge(self) -> None:
        if hasattr(self, "use"):
            self.use.setEnabled(all(one in self.columns for one in NEEDED))
