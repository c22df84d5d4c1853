"""Who does a step at the practice hotel: Botones, or the person on the hotel's pages while Botones looks on.

It offers nothing at a real hotel, where the routes decide.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.model.setup import Step
from app.texts import _
from app.texts.guided import Instruction
from ui.parts import Button, Card, Words
from ui.practicepages import page_of
from ui.preparation import NotPrepared
from ui.theme import Role, Space
from ui.wizard.choices import Choice
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across
from ui.wizard.parts import InstructionView, Result

LOOK_MS: Final = 2_000
ON_MS: Final = 1_200
"""How long what was seen stands on the screen before the next step comes."""


class Ways(Card):
    """The choice of one step, the button to its page, and the looking on while the page is shown."""

    def __init__(
        self,
        flow: WizardFlow,
        step: Step,
        path: Callable[[], str],
        look: Callable[[], None],
        instruction: Instruction | None = None,
        *,
        goes_on: bool = True,
    ) -> None:
        """Where it does not go on by itself, ``look`` is called all the time: it knows best what is still lacking."""
        super().__init__(_("¿Quién hace este paso?"))
        self._flow, self._step, self._path, self._look = flow, step, path, look
        self._goes_on = goes_on
        self._saw_lacking = False
        self.ours = Choice(
            _("Que lo haga Botones"),
            _("Por la vía convenida del hotel de práctica. Loggro todavía no la ofrece."),
        )
        self.by_hand = Choice(
            _("Hacerlo yo"),
            _("En las páginas del hotel de práctica, como en su hotel. Botones mira y sigue solo cuando quede hecho."),
        )
        self._group = QButtonGroup(self)
        for choice in (self.ours, self.by_hand):
            self._group.addButton(choice)
            choice.clicked.connect(self._choose)
            self.box.addWidget(choice)
        self.instruction = InstructionView(instruction) if instruction is not None else None
        if self.instruction is not None:
            self.box.addWidget(self.instruction)
        self.open = Button(_("Abrir la página"), icon="window")
        self.open.setToolTip(_("Abre en el navegador la página del hotel de práctica donde se hace"))
        self.open.clicked.connect(lambda: self._flow.do(Work.PAGE, self._show_page))
        self._looking = Words(_("Botones mira solo cada pocos segundos mientras este paso está abierto."), Role.CAPTION)
        self._hand = QWidget()
        line = across(self.open, spacing=Space.MEDIUM, stretch=False)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._looking, 1)
        self._hand.setLayout(line)
        self.box.addWidget(self._hand)
        self.trouble = Result()
        self.box.addWidget(self.trouble)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._tick)
        self._on = QTimer(self)
        self._on.setSingleShot(True)
        self._on.setInterval(ON_MS)
        self._on.timeout.connect(self._go_on)

    @property
    def is_by_hand(self) -> bool:
        """Say whether the person does the step."""
        return self._flow.context.practice is not None and self._step in self._flow.activation.by_hand

    def draw(self) -> None:
        """Show who does the step, and go on where it has just been seen done."""
        by_hand, flow = self.is_by_hand, self._flow
        self.setVisible(flow.context.practice is not None)
        (self.by_hand if by_hand else self.ours).setChecked(True)
        for choice in (self.ours, self.by_hand):
            choice.setEnabled(flow.busy is None)
        self._hand.setVisible(by_hand)
        if self.instruction is not None:
            self.instruction.setVisible(by_hand)
        self.open.setEnabled(flow.busy is None)
        self.trouble.show_trouble(flow.trouble(Work.PAGE) if by_hand else None)
        if by_hand and self._saw_lacking and flow.can_advance and flow.step is self._step:
            self._saw_lacking = False
            self._on.start()

    def begin(self) -> None:
        """Look on while the page is shown."""
        self._saw_lacking = False
        self._timer.start()

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._on.stop()

    def _tick(self) -> None:
        if self.is_by_hand and self._flow.busy is None and (self._flow.blockers or not self._goes_on):
            self._saw_lacking = self._goes_on
            self._look()

    def _go_on(self) -> None:
        if self.is_by_hand and self._flow.step is self._step:
            self._flow.advance()

    def _choose(self) -> None:
        by_hand = self.by_hand.isChecked()
        if by_hand != self.is_by_hand:
            self._on.stop()
            self._flow.change(self._flow.activation.with_way(self._step, by_hand=by_hand))

    async def _show_page(self, flow: WizardFlow) -> None:
        if flow.context.practice is None:
            return
        address = await page_of(flow.context.practice, self._path())
        if not QDesktopServices.openUrl(QUrl(address)):
            raise NotPrepared(
                _("No se pudo abrir el navegador"), _("Revise que el computador tenga un navegador predeterminado."), ""
            )
