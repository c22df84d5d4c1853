"""The card of Alojamientos on the page «Conexiones»: a key, or a code by SMS or WhatsApp with its clock."""

from datetime import timedelta
from typing import Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QWidget

from app.connectors.profile import Operation
from app.model.setup import Blocker, BlockerKind, Connection, Step
from app.setup.activation import secrets_of
from app.texts import _, hour, plural
from app.texts.guided import access_instruction
from ui.parts import Banner, Button, Card, FormField, Kind, Words, clear, flowing
from ui.theme import Role, Space, Tone
from ui.wizard import access
from ui.wizard.access import Access, CodeTries
from ui.wizard.choices import Choice
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across
from ui.wizard.parts import InstructionView, Result, SecretField, Stored, route_tag

_CLOCK_MS = 15_000


class Hotel(Protocol):
    """Who knows the NIT."""

    def demand(self) -> str | None: ...


class PmsCard(Card):
    """The access to Alojamientos; the one that is not used is forgotten."""

    def __init__(self, flow: WizardFlow, hotel: Hotel) -> None:
        super().__init__(_("Loggro Alojamientos"))
        self._flow = flow
        self._hotel = hotel
        self._tries = CodeTries()
        self._replacing = False
        self._tag = QHBoxLayout()
        self.head.addLayout(self._tag)
        self.with_key = Choice(
            _("Con llave (X-Api-Key)"),
            _("Para trabajar sin vigilancia: no vence cada hora ni cierra la sesión de nadie."),
        )
        self.with_code = Choice(
            _("Con código por SMS o WhatsApp"),
            _("Para empezar hoy: la sesión dura una hora y después pide otro código."),
        )
        self._ways = QButtonGroup(self)
        ways = QHBoxLayout()
        ways.setSpacing(Space.MEDIUM)
        for choice in (self.with_key, self.with_code):
            self._ways.addButton(choice)
            ways.addWidget(choice, 1)
        self._how = InstructionView(access_instruction(Connection.PMS))
        self.key = SecretField(_("Llave X-Api-Key"))
        self.try_key = Button(_("Probar llave"), icon="plug")
        self.code = _CodeForm(practice=flow.context.profile.practice)
        self.stored = Stored(_("Acceso"), lasting=flow.context.vault.is_lasting)
        self.clock = Words(role=Role.SOFT)
        self.result = Result()
        self.hotel_id = QLineEdit()
        self._hotel_id_field = FormField(
            _("Número del hotel en Alojamientos"),
            self.hotel_id,
            _("El código no dijo de qué hotel es. El número se ve en la dirección de Alojamientos en el navegador."),
        )
        self.box.addLayout(ways)
        self.box.addWidget(self._how)
        self.box.addWidget(self.key)
        self.box.addLayout(across(self.try_key))
        for part in (self.code, self.stored, self.clock, self.result, self._hotel_id_field):
            self.box.addWidget(part)
        self._timer = QTimer(self)
        self._timer.setInterval(_CLOCK_MS)
        self._timer.timeout.connect(self._show_clock)
        self._ways.buttonClicked.connect(lambda _choice: self._choose())
        self.try_key.clicked.connect(self._try_key)
        self.key.editor.returnPressed.connect(self._try_key)
        self.key.editor.textChanged.connect(self.draw)
        self.code.send.clicked.connect(self._send)
        self.code.phone.returnPressed.connect(self._send)
        self.code.enter.clicked.connect(self._try_code)
        self.code.code.returnPressed.connect(self._try_code)
        self.code.practice.clicked.connect(self._practice_code)
        for editor in (self.code.phone, self.code.code):
            editor.textChanged.connect(self.draw)
        self.hotel_id.editingFinished.connect(self._take_hotel_id)
        self.stored.replace.clicked.connect(lambda: self.replace(True))

    # --- drawing ------------------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """Begin to show the time that a session has left."""
        (self.with_key if self._flow.activation.pms_access == "api-key" else self.with_code).setChecked(True)
        self._timer.start()

    def left(self) -> None:
        """End it."""
        self._timer.stop()

    @property
    def way(self) -> Access:
        """Return which access the person chose."""
        return "otp" if self.with_code.isChecked() else "api-key"

    def draw(self) -> None:
        flow, idle = self._flow, self._flow.busy is None
        attempt = flow.activation.attempts.get(Connection.PMS)
        same_way = flow.activation.pms_access == self.way
        done = attempt is not None and attempt.ok and secrets_of(flow.activation, Connection.PMS) <= flow.kept
        settled = done and same_way and not self._replacing
        by_key = self.way == "api-key"
        self._show_tag(Operation.PMS_HOTEL if by_key else Operation.PMS_SESSION)
        self._how.setVisible(not settled)
        self.key.setVisible(by_key and not settled)
        self.try_key.setVisible(by_key and not settled)
        self.try_key.setEnabled(idle and bool(self.key.text()))
        self.try_key.setText(_("Probando…") if flow.busy is Work.PMS else _("Probar llave"))
        self.code.setVisible(not by_key and not settled)
        self.code.draw(self._tries, flow)
        self.stored.setVisible(settled)
        self.result.show_attempt(attempt if same_way and flow.busy is not Work.PMS else None, kept=done)
        unknown = any(blocker.kind is BlockerKind.HOTEL_UNKNOWN for blocker in self._connection_blockers())
        self._hotel_id_field.setVisible(unknown)
        self._show_clock()

    def _connection_blockers(self) -> tuple[Blocker, ...]:
        return self._flow.activation.blockers(Step.CONNECTIONS, self._flow.kept)

    def _show_tag(self, operation: Operation) -> None:
        clear(self._tag)
        self._tag.addWidget(route_tag(self._flow.activation.route(operation)))

    def _show_clock(self) -> None:
        attempt = self._flow.activation.attempts.get(Connection.PMS)
        ends = attempt.expires_at if attempt is not None and attempt.ok and self.way == "otp" else None
        self.clock.setVisible(ends is not None)
        if ends is None:
            return
        left = ends - self._flow.context.clock.now()
        if left <= timedelta(0):
            self.clock.set_tone(Tone.BAD)
            self.clock.setText(_("La sesión venció a las {hour}. Pida un código nuevo.").format(hour=hour(ends)))
            return
        minutes = max(1, round(left.total_seconds() / 60))
        self.clock.set_tone(Tone.WARN if minutes <= 10 else None)
        self.clock.setText(
            plural(
                "La sesión vence a las {hour}: queda {n} minuto.",
                "La sesión vence a las {hour}: quedan {n} minutos.",
                minutes,
            ).format(hour=hour(ends), n=minutes)
        )

    # --- intentions ---------------------------------------------------------------------------------------------------

    def replace(self, wanted: bool) -> None:
        """Offer to type another access."""
        self._replacing = wanted
        self.draw()

    def offer(self, key: str) -> None:
        """Fill in a key that is to be tried."""
        self.with_key.setChecked(True)
        self._replacing = True
        self.key.editor.setText(key)
        self.draw()

    def _choose(self) -> None:
        self._replacing = False
        self.draw()

    def _try_key(self) -> None:
        key = self.key.text()
        if self._flow.busy is None and key and (nit := self._hotel.demand()) is not None:
            self._flow.do(Work.PMS, self._key_tried, key, nit)

    def _send(self) -> None:
        phone = self.code.phone.text().strip()
        if self._flow.busy is None and phone:
            self._flow.do(Work.CODE, access.send_code, self._tries, phone, self.code.channel)

    def _practice_code(self) -> None:
        self._flow.do(Work.PRACTICE, access.practice_code, self.code.fill)

    def _try_code(self) -> None:
        phone, code = self.code.phone.text().strip(), self.code.code.text().strip()
        if self._flow.busy is None and phone and code and (nit := self._hotel.demand()) is not None:
            self._flow.do(Work.PMS, self._code_tried, phone, code, nit)

    async def _key_tried(self, flow: WizardFlow, key: str, nit: str) -> None:
        await access.try_key(flow, key, nit)
        self._forget_typed()

    async def _code_tried(self, flow: WizardFlow, phone: str, code: str, nit: str) -> None:
        await access.try_code(flow, self._tries, phone, code, nit)
        self._forget_typed()

    def _forget_typed(self) -> None:
        attempt = self._flow.activation.attempts.get(Connection.PMS)
        if attempt is not None and attempt.ok:
            self.key.clear()
            self.code.code.clear()
            self._replacing = False

    def _take_hotel_id(self) -> None:
        if self.hotel_id.text().strip():
            self._flow.change(self._flow.activation.with_hotel_id(self.hotel_id.text()))


class _CodeForm(QWidget):
    """Telephone, channel, code."""

    def __init__(self, *, practice: bool) -> None:
        super().__init__()
        card = Card()
        card.setProperty("surface", "clear")
        column = card.box
        column.setContentsMargins(0, 0, 0, 0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        self.phone = QLineEdit()
        self.phone.setPlaceholderText("+57 300 123 4567")
        self.by_sms = Button(_("Por SMS"), Kind.CHIP)
        self.by_whatsapp = Button(_("Por WhatsApp"), Kind.CHIP)
        channels = QButtonGroup(self)
        channels.addButton(self.by_sms)
        channels.addButton(self.by_whatsapp)
        self.by_sms.setChecked(True)
        self.send = Button(_("Enviar código"), icon="send")
        self.sent = Banner(Tone.GOOD, "")
        self.sent_result = Result()
        self.code = QLineEdit()
        self.code.setPlaceholderText("000000")
        self.enter = Button(_("Entrar con el código"), icon="key")
        self.practice = Button(_("Ver el código de práctica"))
        self.practice.setVisible(practice)
        self.warning = Words(role=Role.CAPTION)
        column.addWidget(
            FormField(_("Celular del usuario administrador"), self.phone, _("El que tiene registrado en Alojamientos."))
        )
        column.addWidget(flowing(self.by_sms, self.by_whatsapp, self.send, self.practice, spacing=Space.MEDIUM))
        column.addWidget(self.sent)
        column.addWidget(self.sent_result)
        column.addWidget(FormField(_("Código"), self.code))
        column.addWidget(self.warning)
        column.addLayout(across(self.enter))

    @property
    def channel(self) -> str:
        return "whatsapp" if self.by_whatsapp.isChecked() else "sms"

    def fill(self, phone: str, code: str) -> None:
        """Fill in what stands on the practice telephone."""
        self.phone.setText(phone)
        self.code.setText(code)

    def draw(self, tries: CodeTries, flow: WizardFlow) -> None:
        idle = flow.busy is None
        self.send.setEnabled(idle and bool(self.phone.text().strip()))
        self.send.setText(_("Enviando…") if flow.busy is Work.CODE else _("Enviar código"))
        self.enter.setEnabled(idle and bool(self.phone.text().strip() and self.code.text().strip()))
        self.enter.setText(_("Entrando…") if flow.busy is Work.PMS else _("Entrar con el código"))
        sent = tries.sent
        self.sent.setVisible(sent is not None and sent.ok)
        if sent is not None and sent.ok:
            self.sent.tell(
                Tone.GOOD,
                _("El código va en camino"),
                _("Salió a las {hour}. Escríbalo abajo; sirve una sola vez.").format(hour=hour(sent.at)),
            )
        self.sent_result.show_attempt(sent if sent is not None and not sent.ok else None)
        left = tries.left(flow.context.clock.now())
        self.warning.setText(
            plural(
                "Queda {n} intento en esta hora: después Alojamientos no acepta ni el código correcto.",
                "Quedan {n} intentos en esta hora: después Alojamientos no acepta ni el código correcto.",
                left,
            ).format(n=left)
        )
        self.warning.set_tone(Tone.WARN if left <= 2 else None)
