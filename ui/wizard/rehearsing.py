"""The page «Ensayo»: one document first, shown, sent, and read back from Ventas."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.setup import PreviewLine, RehearsalResult, Step
from app.texts import _
from app.texts.guided import invoice_instruction
from app.texts.setup import preview_label, rehearsal_text
from ui.parts import Button, Card, EmptyState, Icon, Spinner, Words, clear
from ui.theme import Role, Space, Tone, fixed_font
from ui.wizard import errands
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page, across
from ui.wizard.parts import Result, route_tag
from ui.wizard.ways import Ways

_LONG = 40


class RehearsingPage(Page):
    """The first document, before all others."""

    step = Step.REHEARSAL

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.trouble = Result()
        self.result = Result()
        self._waiting = QWidget()
        waiting = QHBoxLayout(self._waiting)
        waiting.setContentsMargins(0, 0, 0, 0)
        waiting.addWidget(Spinner())
        self._doing = Words(role=Role.SOFT)
        waiting.addWidget(self._doing, 1)
        self.cancel = Button(_("Cancelar"))
        self.cancel.clicked.connect(flow.cancel)
        waiting.addWidget(self.cancel)
        self.card = Card(" ")
        self.card.head.addWidget(route_tag(flow.activation.route(Operation.PYMES_SEND)))
        self.comparison = Comparison()
        self.send = Button(_("Enviar este documento"), icon="send")
        self.send.clicked.connect(lambda: self.flow.do(Work.SENDING, errands.send_first))
        self._note = Words(_("Hasta aquí no se ha escrito nada en Pymes."), Role.CAPTION)
        self.card.box.addWidget(self.comparison)
        line = across(self.send, spacing=Space.MEDIUM, stretch=False)
        line.addWidget(self._note, 1)
        self.card.box.addLayout(line)
        self.empty = Card()
        self.nothing = EmptyState("inbox", "", "")
        self.empty.box.addWidget(self.nothing)
        self.approve = Button(_("Aprobar una factura de práctica"), icon="receipt")
        self.approve.clicked.connect(lambda: self.flow.do(Work.FIRST, errands.approve_one))
        self.again = Button(_("Buscar otra vez"), icon="sync")
        self.again.clicked.connect(self._find)
        self.ways = Ways(flow, self.step, lambda: "/pms/reservas", self._look, invoice_instruction(), goes_on=False)
        for part in (self.ways, self.trouble, self.result, self._waiting, self.card, self.empty):
            self.box.addWidget(part)
        self.box.addLayout(across(self.approve, self.again))
        self.box.addStretch(1)

    def left(self) -> None:
        self.ways.end()

    def entered(self) -> None:
        self.ways.begin()
        rehearsed = self.flow.activation.rehearsal
        if self.flow.first is None and (rehearsed is None or rehearsed.result is not RehearsalResult.PROVEN):
            self._find()

    def draw(self) -> None:
        flow = self.flow
        self.ways.draw()
        finding, sending = flow.busy is Work.FIRST, flow.busy is Work.SENDING
        rehearsed = flow.activation.rehearsal
        proven = rehearsed is not None and rehearsed.result is RehearsalResult.PROVEN
        self.trouble.show_trouble(flow.trouble(Work.FIRST, Work.SENDING))
        self._waiting.setVisible(finding or sending)
        self.cancel.setVisible(sending)
        self._doing.setText(
            _("Enviando, y leyendo de vuelta en Ventas…") if sending else _("Buscando el primer documento aprobado…")
        )
        self._show_result(finding or sending)
        self.card.setVisible(flow.first is not None)
        if flow.first is not None:
            after = rehearsed is not None and rehearsed.key == str(flow.first.key) and rehearsed.sale is not None
            self.card.title.setText(_("Así quedó en Ventas de Pymes") if after else _("Así lo registrará Pymes"))
            self.comparison.show_lines(flow.lines)
            self.send.setVisible(flow.activation.sends and not after)
            self.send.setEnabled(flow.busy is None)
            self._note.setVisible(not after)
        nothing = flow.first is None and rehearsed is not None and not proven and not finding
        self.empty.setVisible(nothing)
        if nothing and rehearsed is not None:
            readable = rehearsed.result is not RehearsalResult.NOT_READABLE
            self.nothing.tell(
                _("Nada por llevar todavía") if readable else _("Aquí no se puede ensayar"), rehearsal_text(rehearsed)
            )
        settled = flow.first is None or proven
        self.approve.setVisible(
            flow.context.practice is not None and settled and not finding and not self.ways.is_by_hand
        )
        self.approve.setEnabled(flow.busy is None)
        self.again.setVisible(settled and not finding)
        self.again.setEnabled(flow.busy is None)

    def _show_result(self, working: bool) -> None:
        rehearsed = self.flow.activation.rehearsal
        waits = rehearsed is not None and rehearsed.result is RehearsalResult.PREVIEWED and self.flow.activation.sends
        if rehearsed is None or working or waits:
            self.result.hide()
            return
        told = {
            RehearsalResult.PROVEN: Tone.GOOD,
            RehearsalResult.PREVIEWED: Tone.IDLE,
            RehearsalResult.DIFFERS: Tone.BAD,
            RehearsalResult.FAILED: Tone.BAD,
        }
        if rehearsed.result not in told:
            self.result.hide()
            return
        number = rehearsed.sale.full_number if rehearsed.sale is not None else ""
        self.result.tell(told[rehearsed.result], rehearsal_text(rehearsed), number, rehearsed.detail)

    def _look(self) -> None:
        """See whether the person has approved one; what is found stays on the screen until it is sent."""
        rehearsed = self.flow.activation.rehearsal
        if self.flow.first is None and (rehearsed is None or rehearsed.result is not RehearsalResult.PROVEN):
            self.flow.do_quietly(Work.FIRST, errands.find_first)

    def _find(self) -> None:
        self.flow.do(Work.FIRST, errands.find_first)


class Comparison(QWidget):
    """What the PMS has and what Pymes records, line by line; a line that differs is marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._lines: tuple[PreviewLine, ...] | None = None

    def show_lines(self, lines: Sequence[PreviewLine]) -> None:
        """Show these lines."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        clear(self._column)
        frame = QWidget()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, title in ((1, _("En Alojamientos")), (2, _("En Pymes"))):
            grid.addWidget(Words(title, Role.OVERLINE, wraps=False), 0, column)
        for row, line in enumerate(self._lines, start=1):
            grid.addWidget(Words(preview_label(line.label), Role.SOFT, wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_value(line.pms, None), row, 1)
            grid.addWidget(_value(line.pymes, None if line.agrees else Tone.WARN), row, 2)
            mark = Icon("check" if line.agrees else "alert", "good.ink" if line.agrees else "warn.ink", 16)
            grid.addWidget(mark, row, 3, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(frame)


def _value(text: str, tone: Tone | None) -> Words:
    # A CUFE has 96 characters and no space: it breaks only where it is told that it may.
    broken = "\u200b".join(text) if len(text) > _LONG and " " not in text else text
    words = Words(broken, tone=tone, selectable=True)
    if broken is not text:
        words.setFont(fixed_font(12))
    words.setAccessibleName(text)
    return words
