"""The page «Requisitos»: a live list, the remedy beside each line; it checks itself again while it is open."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.numbering import Source
from app.model.setup import Requirement, RequirementKind, RequirementState, Step
from app.texts import _, plural
from app.texts.guided import requirement_instruction
from app.texts.setup import requirement_line, requirement_title
from ui.parts import Button, Icon, Kind, Spinner, Surface, Words, clear
from ui.theme import Role, Space
from ui.wizard import errands
from ui.wizard.choices import Check
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page
from ui.wizard.parts import Details, InstructionView, Result, route_tag

AGAIN_MS = 4_000
"""How soon what somebody mends on Loggro's screen is noticed here."""

_LOOK = {
    RequirementState.MET: ("check", "good.ink"),
    RequirementState.UNMET: ("cross", "bad.ink"),
    RequirementState.UNKNOWN: ("question", "warn.ink"),
    RequirementState.ASKED: ("person", "warn.ink"),
}


class RequirementsPage(Page):
    """What the guide demands before the integration."""

    step = Step.REQUIREMENTS

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.trouble = Result()
        self.lines = {kind: RequirementLine(kind, flow) for kind in RequirementKind}
        self._waiting = QWidget()
        waiting = QHBoxLayout(self._waiting)
        waiting.setContentsMargins(0, 0, 0, 0)
        waiting.addWidget(Spinner())
        waiting.addWidget(Words(_("Comprobando en los dos sistemas…"), Role.SOFT), 1)
        self.again = Button(_("Volver a comprobar"), icon="sync")
        self.again.clicked.connect(lambda: self.flow.do(Work.REQUIREMENTS, errands.requirements))
        self._said = Words(role=Role.CAPTION)
        foot = QHBoxLayout()
        foot.setSpacing(Space.MEDIUM)
        foot.addWidget(self.again)
        foot.addWidget(self._said, 1)
        self.box.setSpacing(Space.MEDIUM)
        self.box.addWidget(self.trouble)
        self.box.addWidget(self._waiting)
        for line in self.lines.values():
            self.box.addWidget(line)
        self.box.addLayout(foot)
        self.box.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self._check_quietly)

    def entered(self) -> None:
        self._check_quietly()
        self._timer.start()

    def left(self) -> None:
        self._timer.stop()

    def draw(self) -> None:
        found = {one.kind: one for one in self.flow.activation.requirements}
        trouble = self.flow.trouble(Work.REQUIREMENTS)
        self.trouble.show_trouble(trouble)
        self._waiting.setVisible(not found and trouble is None)
        for kind, line in self.lines.items():
            line.setVisible(kind in found)
            if kind in found:
                line.show_requirement(found[kind])
        self.again.setEnabled(self.flow.busy is None)
        self._said.setText(
            plural(
                "Se comprueba solo cada {n} segundo mientras esta página está abierta.",
                "Se comprueba solo cada {n} segundos mientras esta página está abierta.",
                AGAIN_MS // 1000,
            ).format(n=AGAIN_MS // 1000)
        )

    def _check_quietly(self) -> None:
        self.flow.do_quietly(Work.REQUIREMENTS, errands.requirements)


class RequirementLine(Surface):
    """One line of the list."""

    def __init__(self, kind: RequirementKind, flow: WizardFlow) -> None:
        margins = (Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        super().__init__("card", across=True, margins=margins, spacing=Space.MEDIUM)
        self._kind = kind
        self._flow = flow
        self._shown: Requirement | None = None
        self._icon = Icon("question", "faint", 22)
        self.box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(Space.HAIR)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        head.addWidget(Words(requirement_title(kind), Role.STRONG), 1)
        self._tag = QHBoxLayout()
        head.addLayout(self._tag)
        column.addLayout(head)
        self.line = Words(selectable=True)
        column.addWidget(self.line)
        self.confirm = Check(_("Lo miré en Loggro y confirmo que sí"))
        self.confirm.setAccessibleDescription(requirement_title(kind))
        self.confirm.clicked.connect(self._answer)
        column.addWidget(self.confirm)
        self.how = Button(_("Cómo se arregla"), Kind.PLAIN)
        self._instruction = InstructionView()
        self.how.clicked.connect(lambda: self._show_how(self._instruction.isHidden()))
        self._details = Details()
        column.addWidget(self.how, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._instruction)
        column.addWidget(self._details)
        self.box.addLayout(column, 1)

    def show_requirement(self, requirement: Requirement) -> None:
        """Show how it stands; the same as before changes nothing, so that nothing flickers."""
        before = self._shown
        self._shown = requirement
        if before is not None and before.model_copy(update={"checked_at": requirement.checked_at}) == requirement:
            return
        self._icon.show_icon(*_LOOK[requirement.state])
        clear(self._tag)
        self._tag.addWidget(route_tag(requirement.route))
        said = requirement_line(requirement)
        by_person = requirement.source is Source.TYPED
        self.line.setText(_("{line} (confirmado por usted)").format(line=said) if by_person else said)
        self.confirm.setVisible(by_person or requirement.state is RequirementState.ASKED)
        self.confirm.setChecked(by_person)
        self._instruction.show_instruction(requirement_instruction(requirement))
        self._details.set_text(requirement.detail)
        self.how.setVisible(not requirement.ok)
        if before is None or before.state is not requirement.state:
            self._show_how(requirement.state in (RequirementState.UNMET, RequirementState.ASKED))
        title = requirement_title(self._kind)
        self.setAccessibleName(f"{title}: {said}")

    def _show_how(self, shown: bool) -> None:
        self._instruction.setVisible(shown)
        asked = self._shown is not None and self._shown.state is RequirementState.ASKED
        opened = _("Ocultar los pasos") if shown else _("Dónde se mira") if asked else _("Cómo se arregla")
        self.how.setText(opened)

    def _answer(self, yes: bool) -> None:
        activation = self._flow.activation
        if yes:
            self._flow.change(activation.confirm(self._kind, self._flow.context.clock.now()))
        else:
            self._flow.change(activation.withdraw(self._kind))
