"""The page «Activación»: sets the parameter and waits for the token, or says where a person sets it."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.setup import Step
from app.setup.token import ArrivalState
from app.system.vault import Secret
from app.texts import _, hour
from app.texts.guided import parameter_instruction
from app.texts.setup import wrong_hotel_text
from ui.parts import Button, Card, Spinner, Words
from ui.theme import Role, Space, Tone
from ui.wizard import errands
from ui.wizard.choices import Check
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page, across
from ui.wizard.parts import InstructionView, Result, RouteSlot, Stored, detail_of, route_tag
from ui.wizard.ways import Ways

_PAGE = "/pymes/organizacion/parametros"
_TICK_MS = 250


class ActivatingPage(Page):
    """Pymes tells Alojamientos that they work together."""

    step = Step.ACTIVATION

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self._sees = flow.activation.route(Operation.PMS_CONNECTION).is_called
        parameter = Card(_("El parámetro en Pymes"))
        self._route = RouteSlot()
        parameter.head.addWidget(self._route)
        self.ways = Ways(flow, self.step, lambda: _PAGE, self._look)
        parameter.box.addWidget(
            Words(_("«La organización está utilizando la aplicación de Alojamientos» debe quedar en Sí."))
        )
        self.instruction = InstructionView(parameter_instruction())
        self.confirm = Check(_("Ya está en Sí y guardado en Pymes"))
        self.confirm.clicked.connect(self._confirm)
        parameter.box.addWidget(self.instruction)
        parameter.box.addWidget(self.confirm)
        arrival = Card(_("El token de conexión"))
        arrival.head.addWidget(route_tag(flow.activation.route(Operation.PMS_CONNECTION)))
        self._about = Words(role=Role.SOFT)
        self.go = Button(_("Activar la integración"), icon="link")
        self.go.clicked.connect(self._go)
        self.stored = Stored(_("Token de conexión"), lasting=flow.context.vault.is_lasting)
        self.stored.replace.setText(_("Recibir otra vez"))
        self.stored.replace.clicked.connect(self._go)
        self.result = Result()
        arrival.box.addWidget(self._about)
        arrival.box.addLayout(across(self.go))
        self.waiting = _Waiting(flow)
        arrival.box.addWidget(self.waiting)
        arrival.box.addWidget(self.stored)
        arrival.box.addWidget(self.result)
        self.box.addWidget(self.ways)
        self.box.addWidget(parameter)
        self.box.addWidget(arrival)
        self.box.addStretch(1)
        self._arrival = arrival

    @property
    def _sets(self) -> bool:
        """Say whether Botones sets the parameter."""
        return self.flow.activation.route(Operation.PYMES_PARAMETER).is_called

    def entered(self) -> None:
        self.ways.begin()

    def left(self) -> None:
        self.ways.end()

    def draw(self) -> None:
        flow = self.flow
        self.ways.draw()
        self._route.show_route(flow.activation.route(Operation.PYMES_PARAMETER))
        waiting = flow.busy is Work.TOKEN
        has_token = flow.activation.token_arrived_at is not None and Secret.CONNECTION_TOKEN in flow.kept
        self.instruction.setVisible(not self._sets)
        self.confirm.setVisible(not self._sets and not self._sees)
        self.confirm.setChecked(flow.activation.parameter_confirmed_at is not None)
        self._arrival.setVisible(self._sees or self._sets)
        self._about.setText(
            _("Botones pone el parámetro en Sí y espera hasta que Alojamientos reciba el token. Tarda unos segundos.")
            if self._sets
            else _("Cuando el parámetro esté en Sí, Botones espera hasta que Alojamientos reciba el token.")
        )
        self._about.setVisible(not has_token)
        self.go.setText(_("Activar la integración") if self._sets else _("Esperar el token"))
        self.go.setVisible(not waiting and not has_token)
        self.go.setEnabled(flow.busy is None)
        self.stored.setVisible(has_token and not waiting)
        self.waiting.draw(waiting)
        self._show_result(waiting)

    def _show_result(self, waiting: bool) -> None:
        flow = self.flow
        if waiting:
            self.result.hide()
            return
        if (trouble := flow.trouble(Work.TOKEN)) is not None:
            self.result.show_trouble(trouble)
            return
        arrival, received = flow.arrival, flow.activation.token_arrived_at
        here = received is not None and Secret.CONNECTION_TOKEN in flow.kept
        if received is not None and here and (arrival is None or arrival.state is ArrivalState.RECEIVED):
            self.result.tell(
                Tone.GOOD,
                _("Alojamientos recibió el token"),
                _("A las {hour}. Botones no lo muestra: no hace falta copiarlo en ninguna parte.").format(
                    hour=hour(received)
                ),
            )
        elif arrival is None:
            self.result.hide()
        elif arrival.state is ArrivalState.LATE:
            self.result.tell(
                Tone.WARN,
                _("El token todavía no llega"),
                _(
                    "El parámetro está en Sí. Puede esperar otra vez, o guardarlo de nuevo en Pymes: "
                    "Configuración → Organización → Parámetros."
                ),
                detail_of(arrival.passing) if arrival.passing is not None else "",
            )
        elif arrival.state is ArrivalState.WRONG_HOTEL:
            values = {
                "where": "connection",
                "found": arrival.organisation_nit or "",
                "hotel": arrival.expected_nit or "",
            }
            self.result.tell(Tone.BAD, _("El token es de otra empresa"), wrong_hotel_text(values))
        else:
            self.result.tell(
                Tone.GOOD,
                _("El parámetro está en Sí"),
                _("Loggro no publica si Alojamientos recibió el token: la primera factura lo dirá."),
            )

    def _look(self) -> None:
        self.flow.do_quietly(Work.TOKEN, errands.see_token)

    def _go(self) -> None:
        self.flow.do(Work.TOKEN, errands.token)

    def _confirm(self, yes: bool) -> None:
        now = self.flow.context.clock.now() if yes else None
        self.flow.change(self.flow.activation.confirm_parameter(now))


class _Waiting(QWidget):
    """The seconds of the wait, and the way out of it."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__()
        self._flow = flow
        self._started = 0.0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        self.words = Words()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Espera del token"))
        self.cancel = Button(_("Cancelar"))
        self.cancel.clicked.connect(flow.cancel)
        head = across(Spinner(), stretch=False)
        head.addWidget(self.words, 1)
        head.addWidget(self.cancel)
        column.addLayout(head)
        column.addWidget(self.bar)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.hide()

    def draw(self, waiting: bool) -> None:
        if waiting and not self._timer.isActive():
            self._started = self._flow.context.clock.monotonic()
            self._timer.start()
            self._tick()
        elif not waiting:
            self._timer.stop()
        self.setVisible(waiting)

    def _tick(self) -> None:
        gone = self._flow.context.clock.monotonic() - self._started
        self.bar.setRange(0, int(errands.PATIENCE * 1000))
        self.bar.setValue(int(min(gone, errands.PATIENCE) * 1000))
        self.words.setText(
            _("Esperando a que Alojamientos reciba el token: {gone} de {whole} segundos").format(
                gone=int(gone), whole=int(errands.PATIENCE)
            )
        )
