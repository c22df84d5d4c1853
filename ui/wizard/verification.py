"""The page «Verificación»: Alojamientos, Pymes and DIAN side by side, range by range, proven now."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.clock import bogota_day
from app.model.documents import Family
from app.model.numbering import Condition, Field, NumberingProof, Slip, Source, System
from app.model.route import Route
from app.model.setup import Draft, Step
from app.setup import numbering
from app.texts import _
from app.texts.guided import condition_text, dian_numbering_instruction, difference_text
from app.texts.numbering import system_name
from ui.parts import Banner, Button, Card, ProofTable, Spinner, Words, clear
from ui.theme import Role, Space, Tone
from ui.wizard import errands
from ui.wizard.entry import NumberingForm
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.flowrow import flowing
from ui.wizard.page import Page, across
from ui.wizard.parts import InstructionView, Result, route_tag

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
        self.ranges: list[RangeCard] = []
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.LARGE)
        head = across(self._waiting, stretch=False)
        for part in (self.trouble, self.fe, self.watching, self.verdict):
            self.box.addWidget(part)
        self._routes: dict[System, Route] = {}
        self._tags = {system: QHBoxLayout() for system, _operation in _ROUTES}
        sources = [_labelled(system_name(system), tag) for system, tag in self._tags.items()]
        self.box.addLayout(head)
        self.box.addWidget(flowing(self.again, *sources, spacing=Space.LARGE))
        self.box.addLayout(self._cards)
        self.box.addStretch(1)

    def entered(self) -> None:
        self._prove()

    def draw(self) -> None:
        flow = self.flow
        proving = flow.busy is Work.PROOFS
        proofs = sorted(flow.activation.proofs, key=lambda proof: proof.holds)
        self.trouble.show_trouble(flow.trouble(Work.PROOFS))
        self.fe.show_trouble(flow.fe_failure)
        self._waiting.setVisible(proving)
        self.again.setEnabled(flow.busy is None)
        self.watching.setVisible(flow.activation.watch_only)
        self._show_verdict()
        self._show_routes()
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
        if not blocking:
            self.verdict.tell(
                Tone.GOOD,
                _("Todo coincide"),
                _("Cada rango dice lo mismo en todos los lados. Botones lo vuelve a probar antes de cada envío."),
            )
            return
        proof = blocking[0]
        differs = bool(proof.differences)
        said = difference_text(proof, proof.differences[0]) if differs else condition_text(proof.conditions[0])
        self.verdict.tell(
            Tone.BAD,
            _("No se puede seguir con una diferencia") if differs else said.title,
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

    def _prove(self) -> None:
        self.flow.do(Work.PROOFS, errands.prove)


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


class DianForm(QWidget):
    """What Form 1876 says, typed from the paper: never filled in from Alojamientos, or nothing would be proven."""

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._family = Family.FACTURA
        self._draft = Draft(family=self._family)
        self._tried = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.SMALL, 0, 0)
        column.setSpacing(Space.MEDIUM)
        title = Words(_("Escriba lo que dice el formulario 1876"), Role.HEADING)
        how = InstructionView(dian_numbering_instruction())
        column.addWidget(title)
        column.addWidget(how)
        self.form = NumberingForm()
        self.form.typed.connect(self._typed)
        self.save = Button(_("Guardar y probar"), icon="check")
        self.save.clicked.connect(self._save)
        self.change = Button(_("Cambiar lo escrito del formulario 1876"))
        self.change.clicked.connect(self._forget)
        column.addWidget(self.form)
        column.addLayout(across(self.save))
        self._typing = (title, how, self.form, self.save)
        column.addLayout(across(self.change))

    def show_proof(self, proof: NumberingProof) -> None:
        """Show the form where the DIAN's column is missing, and a way to it where it was typed."""
        missing = Condition.DIAN_MISSING in proof.conditions
        column = proof.columns.get(System.DIAN)
        typed = column is not None and column.source is Source.TYPED
        if proof.family is not self._family:
            self._family, self._draft, self._tried = proof.family, Draft(family=proof.family), False
        self.setVisible(missing or typed)
        for part in self._typing:
            part.setVisible(missing)
        self.change.setVisible(typed)
        self._show_slips()

    def _slips(self) -> dict[Field, tuple[Slip, ...]]:
        return numbering.check(self._draft, bogota_day(self._flow.context.clock.now()))

    def _show_slips(self) -> None:
        self.form.show_draft(self._draft, self._slips(), demanding=self._tried)
        self.save.setEnabled(self._flow.busy is None)

    def _typed(self, field: Field, text: str) -> None:
        self._draft = self._draft.typed(field, text)
        self._show_slips()

    def _save(self) -> None:
        now = self._flow.context.clock.now()
        self._tried = True
        self._show_slips()
        if numbering.blocks(self._slips()):
            return
        typed = numbering.to_numbering(self._draft, System.DIAN, Source.TYPED, now)
        self._flow.change(self._flow.activation.with_evidence(typed))
        self._flow.do(Work.PROOFS, errands.prove)

    def _forget(self) -> None:
        activation = self._flow.activation
        typed = [one for one in activation.evidence if one.system is System.DIAN and one.family is self._family]
        for numbering_ in typed:
            activation = activation.without_evidence(numbering_)
        self._flow.change(activation)
        self._flow.do(Work.PROOFS, errands.prove)
