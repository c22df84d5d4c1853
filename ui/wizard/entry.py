"""One consecutivo as a form: fields checked while they are typed, what became of it in Pymes, and what may be done."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from app.connectors.profile import Operation
from app.model.clock import bogota_day
from app.model.numbering import APPLIES_TO_PMS, Field, Slip
from app.model.setup import Draft, Entry, Outcome
from app.setup import numbering
from app.texts import _
from app.texts.documents import family_name
from app.texts.guided import consecutivo_instruction
from app.texts.numbering import field_name
from app.texts.setup import outcome_text, slip_text
from ui.parts import Button, Card, CopyField, FormField
from ui.theme import Space, Tone
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across
from ui.wizard.parts import InstructionView, Result, RouteSlot

_PLACES = {
    Field.RESOLUTION: (0, 0),
    Field.PREFIX: (0, 1),
    Field.FIRST: (1, 0),
    Field.LAST: (1, 1),
    Field.VALID_FROM: (2, 0),
    Field.VALID_TO: (2, 1),
}
_HINTS = {
    Field.FIRST: lambda: _("El primer número autorizado"),
    Field.LAST: lambda: _("El último número autorizado"),
    Field.VALID_FROM: lambda: _("día/mes/año"),
    Field.VALID_TO: lambda: _("día/mes/año"),
}


class NumberingForm(QWidget):
    """The fields of one range, in two columns; a slip stands below its field as soon as it is typed."""

    typed = Signal(Field, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.MEDIUM)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.editors: dict[Field, QLineEdit] = {}
        self._fields: dict[Field, FormField] = {}
        self._touched: set[Field] = set()
        for field, (row, column) in _PLACES.items():
            editor = QLineEdit()
            hint = _HINTS[field]() if field in _HINTS else ""
            form = FormField(field_name(field), editor, hint)
            editor.textEdited.connect(lambda text, field=field: self._take(field, text))
            self.editors[field], self._fields[field] = editor, form
            # At the top: a slip below one field must not push its neighbour down.
            grid.addWidget(form, row, column, Qt.AlignmentFlag.AlignTop)

    def begin(self) -> None:
        """Ask anew: nobody has been in any field yet."""
        self._touched.clear()

    def show_draft(self, draft: Draft, slips: dict[Field, tuple[Slip, ...]], *, demanding: bool = False) -> None:
        """Show the text of each field and what is wrong with it.

        A field that nobody has been in is not reproached with being empty, unless ``demanding``.
        """
        wanted = numbering.fields_of(draft.family)
        for field, editor in self.editors.items():
            self._fields[field].setVisible(field in wanted)
            if editor.text() != draft.text_of(field):
                with QSignalBlocker(editor):
                    editor.setText(draft.text_of(field))
                    editor.setCursorPosition(0)
            found = sorted(slips.get(field, ()), key=lambda slip: not slip.blocks)
            if Slip.REQUIRED in found and not (demanding or field in self._touched):
                found = []
            self._fields[field].tell(slip_text(found[0]) if found else "", blocks=bool(found) and found[0].blocks)

    def _take(self, field: Field, text: str) -> None:
        self._touched.add(field)
        self.typed.emit(field, text)

    def lock(self, locked: bool) -> None:
        """Take no keys while something is under way."""
        for editor in self.editors.values():
            editor.setReadOnly(locked)


class EntryCard(Card):
    """The form of one entry, with its place in Pymes."""

    typed = Signal(object)
    """The ``Draft`` as it now reads."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(" ")
        self._flow = flow
        self._entry: Entry | None = None
        self._looks = flow.activation.route(Operation.PYMES_NUMBERINGS).is_called
        self._route = RouteSlot()
        self.head.addWidget(self._route)
        self.name = QLineEdit()
        self.name.textEdited.connect(self._name_typed)
        self.form = NumberingForm()
        self.form.typed.connect(self._field_typed)
        self.applies_to = CopyField(field_name(Field.APPLIES_TO), APPLIES_TO_PMS)
        self.outcome = Result()
        self.instruction = InstructionView()
        self.make = Button(_("Crear en Pymes"), icon="numbering")
        self.look = Button(_("Buscar en Pymes"), icon="search")
        self.confirm = Button(_("Confirmo que lo creé en Pymes"), icon="check")
        self.box.addWidget(FormField(_("Nombre en Pymes"), self.name))
        self.box.addWidget(self.form)
        self.box.addWidget(self.applies_to)
        self.box.addWidget(self.instruction)
        self.box.addWidget(self.outcome)
        self.box.addLayout(across(self.make, self.look, self.confirm))

    @property
    def _creates(self) -> bool:
        """Say whether Botones makes the consecutivo."""
        return self._flow.activation.route(Operation.PYMES_CREATE_NUMBERING).is_called

    def check(self, draft: Draft) -> dict[Field, tuple[Slip, ...]]:
        """Say what is wrong with a form today."""
        return numbering.check(draft, bogota_day(self._flow.context.clock.now()))

    def show_entry(self, entry: Entry) -> None:
        """Show this entry."""
        self._entry = entry
        slips, idle = self.check(entry.draft), self._flow.busy is None
        self._route.show_route(self._flow.activation.route(Operation.PYMES_CREATE_NUMBERING))
        self.applies_to.button.setVisible(not self._creates)
        self.look.setText(_("Buscar en Pymes") if self._creates else _("Ya lo hice: comprobar en Pymes"))
        blocked = numbering.blocks(slips)
        self.title.setText(f"{family_name(entry.family)} {entry.draft.prefix}".strip())
        if self.name.text() != entry.draft.name:
            self.name.setText(entry.draft.name)
            self.name.setCursorPosition(0)
        self.form.show_draft(entry.draft, slips)
        self.form.lock(not idle)
        self.instruction.setVisible(not self._creates and not blocked and not entry.lets_on)
        self.instruction.show_instruction(consecutivo_instruction(entry.draft))
        self._show_outcome(entry)
        self.make.setVisible(self._creates and not entry.lets_on)
        self.make.setEnabled(idle and not blocked)
        self.make.setText(_("Creando…") if self._flow.busy is Work.NUMBERING else _("Crear en Pymes"))
        self.look.setVisible(self._looks)
        self.look.setEnabled(idle and not blocked)
        self.confirm.setVisible(not self._creates and not self._looks)
        self.confirm.setEnabled(idle and not blocked)

    def _show_outcome(self, entry: Entry) -> None:
        if entry.outcome is None and entry.failure is None:
            self.outcome.hide()
            return
        tone = Tone.GOOD if entry.lets_on else Tone.IDLE
        if entry.failure is not None or entry.outcome is Outcome.UNSETTLED:
            tone = Tone.BAD
        elif entry.outcome is Outcome.DIFFERENT:
            tone = Tone.WARN
        self.outcome.tell(tone, outcome_text(entry), "", entry.detail)

    def _field_typed(self, field: Field, text: str) -> None:
        if self._entry is not None:
            self.typed.emit(self._entry.draft.typed(field, text))

    def _name_typed(self, text: str) -> None:
        if self._entry is not None:
            self.typed.emit(self._entry.draft.model_copy(update={"name": text}))
