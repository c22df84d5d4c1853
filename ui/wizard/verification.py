"""The page «Verificación»: Alojamientos, Pymes and DIAN side by side, range by range, proven now."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.documents import Family
from app.model.numbering import NumberingProof, Source, System
from app.model.route import Route
from app.model.setup import Step
from app.texts import _
from app.texts.guided import condition_text, difference_text, resolution_instruction
from app.texts.numbering import system_name
from ui.parts import Banner, Button, Card, ProofTable, Spinner, Words, clear, flowing
from ui.theme import Role, Space, Tone
from ui.wizard import errands
from ui.wizard.dianform import DianForm
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.form1876 import FormCard
from ui.wizard.page import Page, across
from ui.wizard.parts import Result, route_tag
from ui.wizard.ways import Ways

_ROUTES = (
    (System.PMS, Operation.PMS_RESOLUTIONS),
    (System.PYMES, Operation.PYMES_NUMBERINGS),
    (System.DIAN, Operation.FE_RESOLUTION),
)


class VerificationPage(Page):
    """Everything must say exactly the same."""

    step = Step.VERIFICATION

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.setAcceptDrops(True)
        self.verdict = Banner(Tone.GOOD, "")
        self.trouble = Result()
        self.fe = Result()
        self._waiting = QWidget()
        waiting = QHBoxLayout(self._waiting)
        waiting.setContentsMargins(0, 0, 0, 0)
        waiting.addWidget(Spinner())
        waiting.addWidget(Words(_("Preguntando a Alojamientos, a Pymes y a la DIAN…"), Role.SOFT), 1)
        self.again = Button(_("Volver a probar"), icon="sync")
        self.again.clicked.connect(self._prove)
        self.watching = Banner(
            Tone.WARN,
            _("Solo vigilando: nada se envía"),
            _("Botones mira y avisa. Cuando todo coincida vuelve solo al modo que usted eligió."),
            action=_("Volver al modo elegido"),
            do=lambda: self.flow.change(self.flow.activation.leave_watch_only()),
        )
        self.mend = Banner(
            Tone.PRACTICE,
            _("Este es el hotel de práctica"),
            _("En su hotel lo corrige usted, donde dice arriba. Aquí puede hacerlo Botones."),
            action=_("Corregir en la práctica"),
            do=lambda: self.flow.do(Work.PROOFS, errands.mend_practice),
        )
        self.form = FormCard(flow)
        self.form.typing_wanted.connect(self._type)
        self.form.answered.connect(lambda: QTimer.singleShot(0, self, self._show_answer))
        self.ranges: list[RangeCard] = []
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.LARGE)
        head = across(self._waiting, stretch=False)
        self.ways = Ways(flow, self.step, self._path, self._look, resolution_instruction())
        for part in (self.ways, self.trouble, self.fe, self.watching, self.verdict, self.mend):
            self.box.addWidget(part)
        self._routes: dict[System, Route] = {}
        self._tags = {system: QHBoxLayout() for system, _operation in _ROUTES}
        sources = [_labelled(system_name(system), tag) for system, tag in self._tags.items()]
        self.box.addLayout(head)
        self.box.addWidget(flowing(self.again, *sources, spacing=Space.LARGE))
        self.box.addWidget(self.form)
        self.box.addLayout(self._cards)
        self.box.addStretch(1)

    def left(self) -> None:
        self.ways.end()

    def entered(self) -> None:
        self.ways.begin()
        self._prove()

    # The whole page takes the PDF: who drops it beside the area meant the area.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.form.area.isVisible():
            self.form.area.dragEnterEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.form.area.dragLeaveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setAccepted(self.form.area.isVisible())

    def dropEvent(self, event: QDropEvent) -> None:
        if self.form.area.isVisible():
            self.form.area.dropEvent(event)

    def draw(self) -> None:
        flow = self.flow
        self.ways.draw()
        proving = flow.busy is Work.PROOFS
        proofs = sorted(flow.activation.proofs, key=lambda proof: proof.holds)
        self.trouble.show_trouble(flow.trouble(Work.PROOFS))
        self.fe.show_trouble(flow.fe_failure)
        self._waiting.setVisible(proving)
        self.again.setEnabled(flow.busy is None)
        self.watching.setVisible(flow.activation.watch_only)
        self._show_verdict()
        self._show_routes()
        self.form.draw(flow.activation.proofs)
        while len(self.ranges) < len(proofs):
            card = RangeCard(flow)
            self._cards.addWidget(card)
            self.ranges.append(card)
        for number, card in enumerate(self.ranges):
            card.setVisible(number < len(proofs))
            if number < len(proofs):
                card.show_proof(proofs[number])

    def _show_verdict(self) -> None:
        activation = self.flow.activation
        blocking = activation.blocking_proofs
        self.verdict.setVisible(bool(activation.proofs))
        ours = self.flow.context.practice is not None and not self.ways.is_by_hand
        self.mend.setVisible(ours and any(map(_can_be_mended, blocking)))
        self.mend.button.setEnabled(self.flow.busy is None)
        if not blocking:
            self.verdict.tell(
                Tone.GOOD,
                _("Todo coincide"),
                _("Cada rango dice lo mismo en todos los lados. Botones lo vuelve a probar antes de cada envío."),
            )
            return
        proof = blocking[0]
        first_differs = bool(proof.differences)
        said = difference_text(proof, proof.differences[0]) if first_differs else condition_text(proof.conditions[0])
        stopped = _("Hay una diferencia") if activation.watch_only else _("No se puede seguir con una diferencia")
        self.verdict.tell(
            Tone.BAD,
            stopped if first_differs else said.title,
            _("{range}: {meaning}\nDónde: {place}").format(
                range=proof.range_name or said.title, meaning=said.meaning, place=said.place
            ),
        )

    def _show_routes(self) -> None:
        activation = self.flow.activation
        for system, operation in _ROUTES:
            # Without the FE service the DIAN's side is what a person types.
            by_hand = system is System.DIAN and not activation.fe_wanted
            route = Route.GUIDED if by_hand else activation.route(operation)
            if self._routes.get(system) is not route:
                self._routes[system] = route
                clear(self._tags[system])
                self._tags[system].addWidget(route_tag(route))

    def _type(self) -> None:
        """Open the form of the first range on which the DIAN is silent."""
        asked = next((card for card in self.ranges if card.isVisible() and card.dian.is_asked), None)
        if asked is not None:
            asked.dian.begin()
            self.ensureWidgetVisible(asked.dian)

    def _show_answer(self) -> None:
        self.verticalScrollBar().setValue(self.form.y() - Space.LARGE)

    def _path(self) -> str:
        """Return where the person looks, or mends what differs."""
        blocking = self.flow.activation.blocking_proofs
        return "/pymes/consecutivos" if blocking else "/pms/configuraciones/facturacion/resoluciones"

    def _look(self) -> None:
        self.flow.do_quietly(Work.PROOFS, errands.see_proofs)

    def _prove(self) -> None:
        self.flow.do(Work.PROOFS, errands.prove)


def _can_be_mended(proof: NumberingProof) -> bool:
    """Say whether a difference lies in what was read: what a person gave only that person can correct."""
    wrong = {system for cell in proof.differences for system in cell.wrong}
    return any(proof.columns[system].source is Source.READ for system in wrong)


def _labelled(name: str, tag: QHBoxLayout) -> QWidget:
    frame = QWidget()
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    row.addWidget(Words(name, Role.CAPTION, wraps=False))
    row.addLayout(tag)
    return frame


class RangeCard(Card):
    """One range: its table, and the form for what the DIAN says where nobody reads it."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__()
        self.family = Family.FACTURA
        self.table = ProofTable()
        self.dian = DianForm(flow)
        self.box.addWidget(self.table)
        self.box.addWidget(self.dian)

    def show_proof(self, proof: NumberingProof) -> None:
        """Show this proof."""
        self.family = proof.family
        self.table.show_proof(proof)
        self.dian.show_proof(proof)
