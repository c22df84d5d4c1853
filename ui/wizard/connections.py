"""The page «Conexiones»: each access tried at once; what works goes into the vault and is not shown again."""

from PySide6.QtWidgets import QLineEdit, QWidget

from app.connectors.profile import Operation
from app.model.parties import bare_nit, check_digit_of
from app.model.setup import BlockerKind, Connection, Step
from app.model.source import SourceKind
from app.setup.activation import secrets_of
from app.system.settings import checked_proxy, checked_service
from app.texts import _
from app.texts.guided import access_instruction
from app.texts.hotels import hotel_twice
from app.texts.setup import wrong_hotel_text
from ui.parts import Banner, Button, Card, FormField, Words
from ui.theme import Role, Space, Tone
from ui.wizard import access
from ui.wizard.access import PracticeAccess
from ui.wizard.choices import Check
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page, across
from ui.wizard.parts import InstructionView, Result, SecretField, Stored, route_tag
from ui.wizard.pmsaccess import PmsCard
from ui.wizard.source import SourceCard

_NIT_DIGITS = range(6, 11)


class ConnectionsPage(Page):
    """Pymes, Alojamientos, and Loggro FE where it is wanted."""

    step = Step.CONNECTIONS

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.practice = Banner(
            Tone.PRACTICE,
            _("Este es el hotel de práctica"),
            _("Sus accesos se crean aquí mismo y no sirven en ninguna otra parte."),
            action=_("Usar credenciales de práctica"),
            do=self._fetch,
        )
        self.hotel = HotelCard(flow)
        self.source = SourceCard(flow)
        self.pymes = PymesCard(flow)
        self.pms = PmsCard(flow, self.hotel)
        self.fe = FeCard(flow, self.hotel)
        self.network = NetworkCard(flow)
        self.trouble = Result()
        cards = (self.hotel, self.source, self.pymes, self.pms, self.fe, self.network)
        for part in (self.practice, self.trouble, *cards):
            self.box.addWidget(part)
        self.box.addStretch(1)

    def draw(self) -> None:
        flow = self.flow
        self.practice.setVisible(flow.context.profile.practice)
        self.practice.button.setEnabled(flow.busy is None)
        self.trouble.show_trouble(flow.trouble(Work.PRACTICE, Work.PYMES, Work.CODE, Work.PMS, Work.FE))
        for card in (self.hotel, self.source, self.pymes, self.pms, self.fe, self.network):
            card.draw()
        self.pms.setVisible(Connection.PMS in flow.activation.connections)

    def entered(self) -> None:
        self.hotel.show_nit()
        self.source.entered()
        self.pms.entered()

    def left(self) -> None:
        self.pms.left()

    def commit(self) -> None:
        self.hotel.commit()
        self.source.commit()

    def _fetch(self) -> None:
        self.flow.do(Work.PRACTICE, access.practice_access, self._fill)

    def _fill(self, found: PracticeAccess) -> None:
        self.hotel.nit.setText(found.nit)
        self.hotel.commit()
        # What works already is left as it is.
        if self.pymes.stored.isHidden():
            self.pymes.offer(found.pymes_token)
        if self.pms.stored.isHidden() and Connection.PMS in self.flow.activation.connections:
            self.pms.offer(found.pms_api_key)
        if self.fe.stored.isHidden():
            self.fe.offer(found.fe_user, found.fe_password)


class HotelCard(Card):
    """Which hotel it is; everything that is read must be of this NIT."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(_("El hotel"))
        self._flow = flow
        self.nit = QLineEdit()
        self.nit.setPlaceholderText("900508908")
        self._field = FormField(
            _("NIT del hotel"), self.nit, _("El de la empresa que factura, sin dígito de verificación.")
        )
        self.wrong = Banner(Tone.BAD, _("Los sistemas no son del mismo hotel"))
        self.box.addWidget(self._field)
        self.box.addWidget(self.wrong)
        self.nit.textChanged.connect(self._check)
        self.nit.editingFinished.connect(self.commit)

    def draw(self) -> None:
        wrong = [one for one in self._flow.blockers if one.kind is BlockerKind.WRONG_HOTEL]
        self.wrong.setVisible(bool(wrong))
        if wrong:
            self.wrong.tell(
                Tone.BAD,
                _("Los sistemas no son del mismo hotel"),
                "\n".join(wrong_hotel_text(blocker.values) for blocker in wrong),
            )
        for twice in (one for one in self._flow.blockers if one.kind is BlockerKind.HOTEL_TWICE):
            self.wrong.tell(Tone.BAD, _("Este hotel ya está"), hotel_twice(twice.values["hotel"]))
            self.wrong.show()

    def show_nit(self) -> None:
        """Show the NIT that the flow has."""
        if self._flow.activation.hotel_nit is not None:
            self.nit.setText(self._flow.activation.hotel_nit)

    def read(self) -> str | None:
        """Return the NIT as typed, ``None`` while it is none."""
        text = self.nit.text().strip()
        try:
            number = bare_nit(text)
        except ValueError:
            return None
        digit = text.partition("-")[2].strip()
        right = len(number) in _NIT_DIGITS and (not digit or check_digit_of(number) == digit)
        return number if right else None

    def commit(self) -> None:
        """Hand the NIT to the flow."""
        number = self.read()
        if number is not None and number != self._flow.activation.hotel_nit:
            self._flow.change(self._flow.activation.with_hotel(number))

    def demand(self) -> str | None:
        """Return the NIT, or say that it is needed first."""
        number = self.read()
        if number is None:
            self._field.tell(_("Escriba primero el NIT del hotel"))
            self.nit.setFocus()
        return number

    def _check(self, text: str) -> None:
        number = self.read()
        if number is not None:
            self._field.tell()
            said = _("Con dígito de verificación: {nit}-{digit}. Debe ser igual al de su RUT.")
            self._field.set_hint(said.format(nit=number, digit=check_digit_of(number)))
            return
        self._field.set_hint(_("El de la empresa que factura, sin dígito de verificación."))
        self._field.tell(
            _("Esto no es un NIT: solo números, o con guion y su dígito de verificación") if text.strip() else ""
        )


class PymesCard(Card):
    """The organisation's API token."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(_("Loggro Pymes"))
        self._flow = flow
        called = flow.activation.route(Operation.PYMES_ORGANISATION).is_called
        operation = Operation.PYMES_ORGANISATION if called else Operation.PYMES_NUMBERINGS
        self.head.addWidget(route_tag(flow.activation.route(operation)))
        self._how = InstructionView(access_instruction(Connection.PYMES))
        self.token = SecretField(_("Token de la organización"))
        self.go = Button(_("Probar token"), icon="plug")
        self.stored = Stored(_("Token"), lasting=flow.context.vault.is_lasting)
        self.result = Result()
        self._replacing = False
        for part in (self._how, self.token):
            self.box.addWidget(part)
        self.box.addLayout(across(self.go))
        self.box.addWidget(self.stored)
        self.box.addWidget(self.result)
        self.go.clicked.connect(self._try)
        self.token.editor.returnPressed.connect(self._try)
        self.token.editor.textChanged.connect(self.draw)
        self.stored.replace.clicked.connect(lambda: self.replace(True))

    def draw(self) -> None:
        flow = self._flow
        attempt = flow.activation.attempts.get(Connection.PYMES)
        done = attempt is not None and attempt.ok and secrets_of(flow.activation, Connection.PYMES) <= flow.kept
        settled = done and not self._replacing
        for part in (self._how, self.token, self.go):
            part.setVisible(not settled)
        self.stored.setVisible(settled)
        self.go.setEnabled(flow.busy is None and bool(self.token.text()))
        self.go.setText(_("Probando…") if flow.busy is Work.PYMES else _("Probar token"))
        self.result.show_attempt(attempt if flow.busy is not Work.PYMES else None, kept=done)

    def replace(self, wanted: bool) -> None:
        """Offer to type another token, or go back to the stored one."""
        self._replacing = wanted
        self.draw()
        if wanted:
            self.token.editor.setFocus()

    def offer(self, token: str) -> None:
        """Fill in a token that is to be tried."""
        self.replace(True)
        self.token.editor.setText(token)

    def _try(self) -> None:
        if self._flow.busy is None and self.token.text():
            self._flow.do(Work.PYMES, self._tried, self.token.text())

    async def _tried(self, flow: WizardFlow, token: str) -> None:
        await access.try_pymes(flow, token)
        attempt = self._flow.activation.attempts.get(Connection.PYMES)
        if attempt is not None and attempt.ok:
            self.token.clear()
            self._replacing = False


class FeCard(Card):
    """The FE service, where the hotel has its credentials; without it the DIAN's side is typed."""

    def __init__(self, flow: WizardFlow, hotel: HotelCard) -> None:
        super().__init__(_("Loggro FE"))
        self._flow = flow
        self._hotel = hotel
        self.head.addWidget(route_tag(flow.activation.route(Operation.FE_RESOLUTION)))
        self.wanted = Check(_("Conectar Loggro FE, para leer la resolución directamente de la DIAN"))
        self._without = Words(
            _("Sin Loggro FE se entrega una vez el PDF del formulario 1876 de la DIAN."), Role.CAPTION
        )
        self.address = QLineEdit(flow.context.profile.fe or "")
        self.address.setPlaceholderText("https://…")
        self._address_field = FormField(
            _("Dirección del servicio"), self.address, _("La que Loggro FE envió por correo; empieza por https://")
        )
        self._how = InstructionView(access_instruction(Connection.FE))
        self.user = QLineEdit()
        self._user_field = FormField(_("Usuario del proyecto"), self.user)
        self.password = SecretField(_("Contraseña del proyecto"))
        self.go = Button(_("Probar Loggro FE"), icon="plug")
        self.stored = Stored(_("Usuario y contraseña"), lasting=flow.context.vault.is_lasting)
        self.result = Result()
        self._replacing = False
        for part in (self.wanted, self._without, self._how, self._address_field, self._user_field, self.password):
            self.box.addWidget(part)
        self.box.addLayout(across(self.go))
        self.box.addWidget(self.stored)
        self.box.addWidget(self.result)
        self.wanted.clicked.connect(self._choose)
        self.go.clicked.connect(self._try)
        self.address.textChanged.connect(self._check_address)
        for editor in (self.address, self.user, self.password.editor):
            editor.returnPressed.connect(self._try)
            editor.textChanged.connect(self.draw)
        self.stored.replace.clicked.connect(lambda: self.replace(True))

    def draw(self) -> None:
        flow = self._flow
        needed = flow.activation.source is SourceKind.RANGE
        wanted = needed or flow.activation.fe_wanted
        attempt = flow.activation.attempts.get(Connection.FE)
        done = attempt is not None and attempt.ok and secrets_of(flow.activation, Connection.FE) <= flow.kept
        settled = done and not self._replacing
        self.title.setText(_("Loggro FE") if needed else _("Loggro FE (opcional)"))
        how = access_instruction(Connection.FE)
        self._how.show_instruction(how.model_copy(update={"note": ""}) if needed else how)
        self.wanted.setVisible(not needed)
        self.wanted.setChecked(wanted)
        self.wanted.setEnabled(flow.busy is None)
        self._without.setVisible(not wanted)
        # The practice hotel's address is nobody's business: it is this computer.
        self._address_field.setVisible(wanted and not settled and not flow.context.profile.practice)
        for part in (self._how, self._user_field, self.password, self.go):
            part.setVisible(wanted and not settled)
        self.stored.setVisible(wanted and settled)
        typed = bool(self.user.text().strip() and self.password.text() and self._typed())
        self.go.setEnabled(flow.busy is None and typed)
        self.go.setText(_("Probando…") if flow.busy is Work.FE else _("Probar Loggro FE"))
        self.result.show_attempt(attempt if wanted and flow.busy is not Work.FE else None, kept=done)

    def replace(self, wanted: bool) -> None:
        """Offer to type other credentials."""
        self._replacing = wanted
        self.draw()

    def offer(self, user: str, password: str) -> None:
        """Fill in credentials that are to be tried."""
        if not self._flow.activation.fe_wanted:
            self._flow.change(self._flow.activation.with_fe_wanted(True))
        self.user.setText(user)
        self.password.editor.setText(password)
        self.replace(True)

    def _choose(self, wanted: bool) -> None:
        if wanted:
            self._flow.change(self._flow.activation.with_fe_wanted(True))
        else:
            self._flow.do(Work.FE, access.leave_fe)

    def _try(self) -> None:
        user, password, address = self.user.text().strip(), self.password.text(), self._typed()
        if self._flow.busy is None and user and password and address and (nit := self._hotel.demand()) is not None:
            self._flow.do(Work.FE, self._tried, user, password, nit, address)

    def _typed(self) -> str | None:
        """Return the address as typed, ``None`` while it is none; the practice hotel's own is never typed."""
        if self._flow.context.profile.practice:
            return self._flow.context.profile.fe
        try:
            return checked_service(self.address.text())
        except ValueError:
            return None

    def _check_address(self, text: str) -> None:
        self._address_field.tell()
        if text.strip():
            try:
                checked_service(text)
            except ValueError as error:
                self._address_field.tell(str(error))

    async def _tried(self, flow: WizardFlow, user: str, password: str, nit: str, address: str) -> None:
        await access.try_fe(flow, user, password, nit, address)
        attempt = self._flow.activation.attempts.get(Connection.FE)
        if attempt is not None and attempt.ok:
            self.user.clear()
            self.password.clear()
            self._replacing = False


class NetworkCard(Card):
    """The proxy, for the few hotels that need one said."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(_("Red"))
        self._flow = flow
        self.shown = Check(_("La red del hotel sale por un proxy (avanzado)"))
        self.proxy = QLineEdit(flow.context.settings.proxy or "")
        self.proxy.setPlaceholderText("http://proxy.hotel.local:8080")
        self._hint = _("Vacío usa el del computador. Un proxy por script (PAC) no se admite.")
        self._field = FormField(_("Proxy"), self.proxy, self._hint)
        self.shown.setChecked(bool(flow.context.settings.proxy))
        self.box.setSpacing(Space.SMALL)
        self.box.addWidget(self.shown)
        self.box.addWidget(self._field)
        self.shown.clicked.connect(self._choose)
        self.proxy.textChanged.connect(self._take)

    def draw(self) -> None:
        self._field.setVisible(self.shown.isChecked())

    def _choose(self, wanted: bool) -> None:
        if not wanted:
            self.proxy.clear()
        self.draw()

    def _take(self, text: str) -> None:
        """Keep the proxy as soon as it can be one."""
        try:
            proxy = checked_proxy(text) if text.strip() else None
        except ValueError as error:
            self._field.tell(str(error))
            return
        self._field.tell()
        if proxy != self._flow.context.settings.proxy:
            self._flow.context.choose(proxy=proxy)
