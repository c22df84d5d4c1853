"""What the DIAN says of a range, typed twice from the paper and compared with itself; it never comes from elsewhere."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.numbering import Condition, Field, NumberingProof, Slip, Source, System
from app.model.setup import Draft
from app.setup import numbering
from app.texts import _
from app.texts.guided import dian_numbering_instruction
from app.texts.numbering import field_name
from app.texts.setup import slip_text
from ui.parts import Button, FormField, Kind, Words
from ui.theme import Role, Space
from ui.wizard import errands
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across
from ui.wizard.parts import InstructionView

_FIELDS = (Field.RESOLUTION, Field.PREFIX, Field.FIRST, Field.LAST, Field.VALID_FROM, Field.VALID_TO)


class DianForm(QWidget):
    """Stands where the DIAN's column is missing, shut until asked for; leads back to it where a person gave it."""

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._proof: NumberingProof | None = None
        self._family = Family.FACTURA
        self._is_open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.SMALL, 0, 0)
        column.setSpacing(Space.MEDIUM)
        self.open = Button(_("No tengo el PDF: escribirlo dos veces"), Kind.PLAIN, icon="documents")
        self.open.clicked.connect(self.begin)
        title = Words(_("Escriba dos veces lo que dice el formulario 1876"), Role.HEADING)
        how = InstructionView(dian_numbering_instruction())
        self.form = TwiceForm()
        self.form.typed.connect(self._show_slips)
        self.save = Button(_("Guardar y probar"), icon="check")
        self.save.clicked.connect(self._save)
        self.change = Button(_("Cambiar lo que dice la DIAN"))
        self.change.clicked.connect(self._forget)
        column.addLayout(across(self.open))
        for part in (title, how, self.form):
            column.addWidget(part)
        column.addLayout(across(self.save))
        column.addLayout(across(self.change))
        self._typing = (title, how, self.form, self.save)

    @property
    def is_asked(self) -> bool:
        """Say whether the DIAN's column of this range is still missing."""
        return self._proof is not None and Condition.DIAN_MISSING in self._proof.conditions

    def show_proof(self, proof: NumberingProof) -> None:
        """Show the way to the form where the DIAN's column is missing, or back to it where a person gave it."""
        self._proof = proof
        if proof.family is not self._family:
            self._family, self._is_open = proof.family, False
            self.form.begin(proof.family)
        column = proof.columns.get(System.DIAN)
        given = column is not None and column.source is not Source.READ
        self.setVisible(self.is_asked or given)
        self.change.setVisible(given)
        self._show()

    def begin(self) -> None:
        """Open the form."""
        self._is_open = True
        self._show()
        self.form.editors[Field.RESOLUTION].setFocus()

    def _show(self) -> None:
        typing = self.is_asked and self._is_open
        self.open.setVisible(self.is_asked and not typing)
        for part in self._typing:
            part.setVisible(typing)
        self.save.setEnabled(self._flow.busy is None)
        self._show_slips()

    def _show_slips(self) -> None:
        self.form.show_slips(bogota_day(self._flow.context.clock.now()))

    def _save(self) -> None:
        now = self._flow.context.clock.now()
        self.form.demand()
        self._show_slips()
        if not self.form.is_well(bogota_day(now)):
            return
        typed = numbering.to_numbering(self.form.draft, System.DIAN, Source.TYPED, now)
        self.form.begin(self._family)
        self._is_open = False
        self._flow.change(self._flow.activation.with_evidence(typed))
        self._flow.do(Work.PROOFS, errands.prove)

    def _forget(self) -> None:
        if self._proof is not None and (given := self._proof.columns.get(System.DIAN)) is not None:
            self._flow.change(self._flow.activation.without_evidence(given))
            self._flow.do(Work.PROOFS, errands.prove)


class TwiceForm(QWidget):
    """Every field twice: what was typed the first time is not seen in the second, nor can it be pasted there."""

    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.MEDIUM)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.draft = Draft(family=Family.FACTURA)
        self._second = self.draft
        self._demanding = False
        self._touched: set[Field] = set()
        self.editors: dict[Field, QLineEdit] = {}
        self.again: dict[Field, QLineEdit] = {}
        self._fields: dict[Field, tuple[FormField, FormField]] = {}
        for row, field in enumerate(_FIELDS):
            name = field_name(field)
            hint = _("día/mes/año") if field in (Field.VALID_FROM, Field.VALID_TO) else ""
            once, again = QLineEdit(), _Retyped()
            once.textEdited.connect(lambda text, field=field: self._take(field, text))
            again.textEdited.connect(lambda text, field=field: self._take_again(field, text))
            self.editors[field], self.again[field] = once, again
            pair = (FormField(name, once, hint), FormField(_("{field}, otra vez").format(field=name), again, hint))
            self._fields[field] = pair
            for column, part in enumerate(pair):
                # At the top: a slip below one must not push its neighbour down.
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)

    def begin(self, family: Family) -> None:
        """Ask anew."""
        self.draft = self._second = Draft(family=family)
        self._demanding = False
        self._touched.clear()
        for editor in (*self.editors.values(), *self.again.values()):
            editor.clear()

    def demand(self) -> None:
        """From now on reproach empty fields too."""
        self._demanding = True

    def is_well(self, today: date) -> bool:
        """Say whether both typings agree and may be the DIAN's."""
        return not numbering.blocks(self._slips(today)) and not numbering.differing(self.draft, self._second)

    def show_slips(self, today: date) -> None:
        """Show what is wrong with each field."""
        slips, differing = self._slips(today), numbering.differing(self.draft, self._second)
        for field, (once, again) in self._fields.items():
            found = sorted(slips.get(field, ()), key=lambda slip: not slip.blocks)
            if Slip.REQUIRED in found and not (self._demanding or self.editors[field].text()):
                found = []
            once.tell(slip_text(found[0]) if found else "", blocks=bool(found) and found[0].blocks)
            judged = self._demanding or field in self._touched
            differs = judged and field in differing
            again.tell(_("No es lo mismo que escribió la primera vez: mire el papel") if differs else "")

    def _slips(self, today: date) -> dict[Field, tuple[Slip, ...]]:
        return numbering.check(self.draft, today)

    def _take(self, field: Field, text: str) -> None:
        self.draft = self.draft.typed(field, text)
        self.typed.emit()

    def _take_again(self, field: Field, text: str) -> None:
        self._second = self._second.typed(field, text)
        if len(text.strip()) >= len(self.draft.text_of(field).strip()):
            # Nobody is reproached in the middle of a word.
            self._touched.add(field)
        self.typed.emit()


class _Retyped(QLineEdit):
    """Takes keys only: pasted, the second time would say nothing about the first."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            return
        super().keyPressEvent(event)
