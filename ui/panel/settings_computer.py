"""Ajustes: this computer. Whether it starts by itself, the language, and the way out of the hotel's network."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit

from app.model.errors import Failure
from app.model.role import Act
from app.system import autostart
from app.system.autostart import Autostart
from app.system.settings import checked_proxy
from app.system.vault import Secret, SecretMissing, VaultError
from app.texts import OWN_NAMES, _, language, spoken
from app.texts.causes import explain_failure
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.settings_parts import Changes, Line, Section, Switch, picked
from ui.parts import Banner, Button, FormField, Spinner, Words, permit
from ui.theme import Role, Space, Tone

_WINDOWS_STARTUP = "ms-settings:startupapps"
_ASKED = {"pms": "Loggro Alojamientos", "pymes": "Loggro Pymes", "fe": "Loggro FE"}


class ComputerSection(Section):
    """Start and language."""

    language_chosen = Signal(str)

    def __init__(self, context: Context, changes: Changes, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(_("Este computador"))
        self._changes = changes
        self._on_error = on_error
        self.start = Switch(_("Abrir Botones al iniciar la sesión"))
        self.start.setEnabled(False)
        self.start.clicked.connect(lambda on: spawn(self._turn(on), self._on_error))
        self.starts = Line(_("Abrir Botones al iniciar la sesión"), _("Se está leyendo…"), self.start)
        self.box.addWidget(self.starts)
        self.windows = Button(_("Abrir el ajuste de Windows"), icon="window")
        self.windows.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(_WINDOWS_STARTUP)))
        self.windows.hide()
        row = QHBoxLayout()
        row.addWidget(self.windows)
        row.addStretch(1)
        self.box.addLayout(row)
        # Each language in its own name; the word for it in both, for whoever cannot read the present one.
        options = [(OWN_NAMES[code], code) for code in spoken()]
        self.language = picked("Idioma · Language", options, language())
        self.language.activated.connect(lambda _index: self.language_chosen.emit(self.language.currentData()))
        self.box.addWidget(Line("Idioma · Language", _("Cambia enseguida, sin cerrar nada."), self.language))

    def refresh(self) -> None:
        """Read the real state again: somebody may have changed it in Windows."""
        spawn(self._read(), self._on_error)

    async def _read(self) -> None:
        self.show_state(await in_thread(autostart.state))

    def show_state(self, state: Autostart) -> None:
        """Show how it stands."""
        self.start.setChecked(state is Autostart.ON)
        self.start.setEnabled(state in (Autostart.ON, Autostart.OFF))
        self.windows.setVisible(state is Autostart.SWITCHED_OFF_BY_USER and sys.platform == "win32")
        self.starts.tell(
            {
                Autostart.ON: _("Sí: queda en el icono, sin abrir ninguna ventana."),
                Autostart.OFF: _("No: mientras nadie lo abra, los documentos esperan."),
                Autostart.SWITCHED_OFF_BY_USER: _(
                    "Está en la lista, pero alguien lo desactivó en el sistema. Botones lo respeta: se activa allí."
                ),
                Autostart.UNAVAILABLE: _("Este sistema no ofrece una lista de inicio."),
            }[state]
        )

    async def _turn(self, on: bool) -> None:
        try:
            state = await in_thread(autostart.turn_on if on else autostart.turn_off)
        except OSError as error:
            self._changes.tell(_("El sistema no dejó cambiarlo: {why}").format(why=error.strerror or str(error)))
            state = await in_thread(autostart.state)
        else:
            words = (
                _("Botones abre con la sesión.") if state is Autostart.ON else _("Botones ya no abre con la sesión.")
            )
            self._changes.tell(words, lambda: spawn(self._turn(not on), self._on_error))
        self.show_state(state)


class NetworkSection(Section):
    """The proxy: tried by a real request, and kept only then."""

    settled = Signal()
    """A try ended."""

    def __init__(self, context: Context, changes: Changes, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Red del hotel"),
            _(
                "Solo si el hotel sale a internet por un proxy. Vacío usa el del computador; "
                "uno por script (PAC) no se admite."
            ),
        )
        self._context = context
        self._changes = changes
        self._on_error = on_error
        self.address, self.user, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("http://proxy.hotel.local:8080")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.MEDIUM)
        self.field = FormField(
            _("Dirección del proxy"), self.address, _("Servidor y puerto, sin usuario ni contraseña.")
        )
        grid.addWidget(self.field, 0, 0, 1, 2)
        grid.addWidget(FormField(_("Usuario del proxy"), self.user, _("Si el proxy lo pide.")), 1, 0)
        kept = _("Queda en el llavero, nunca en un archivo.")
        grid.addWidget(FormField(_("Contraseña del proxy"), self.password, kept), 1, 1)
        self.box.addLayout(grid)
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self.try_it = Button(_("Probar y guardar"), icon="link")
        self.try_it.clicked.connect(lambda: spawn(self._try(), self._on_error))
        self.without = Button(_("Quitar el proxy"))
        self.without.clicked.connect(lambda: spawn(self._remove(), self._on_error))
        self._busy = Spinner()
        self._busy.hide()
        permit(self.try_it, Act.SETTINGS)
        permit(self.without, Act.SETTINGS)
        for part in (self.try_it, self.without, self._busy):
            row.addWidget(part)
        row.addStretch(1)
        self.box.addLayout(row)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self.asked = Words("", Role.CAPTION)
        self.asked.hide()
        self.box.addWidget(self.asked)
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show what holds; the password is never read for the screen."""
        self.address.setText(self._context.settings.proxy or "")
        self.without.setEnabled(self._context.settings.proxy is not None)

    async def _try(self) -> None:
        from app.connectors.transport import Proxy
        from app.setup.network import addresses_of, reach

        try:
            address = checked_proxy(self.address.text())
        except ValueError as error:
            self.field.tell(str(error))
            self.settled.emit()
            return
        self.field.tell()
        self._wait(True)
        try:
            user, password = await self._login()
            proxy = Proxy(address, user, password)
            # The practice hotel is inside this computer: asking it would prove nothing of the proxy.
            outside = () if self._context.profile.practice else addresses_of(self._context.profile)
            found = [await reach(system, one, proxy) for system, one in outside]
            failed = next((one for one in found if one.failure is not None), None)
            names = ", ".join(_ASKED[one.system] for one in found)
            self.asked.setText(_("Se preguntó por el proxy a: {names}").format(names=names))
            self.asked.setVisible(bool(found))
            if failed is not None and failed.failure is not None:
                explained = explain_failure(failed.failure)
                self._say(Tone.BAD, explained.title, f"{explained.place}\n{failed.detail}".strip())
                return
            await self._keep_login()
            if found:
                self._say(Tone.GOOD, _("El proxy deja pasar"), _("Guardado. Botones ya sale por él."))
            else:
                title = _("Guardado sin probar")
                self._say(Tone.IDLE, title, _("El hotel de práctica está dentro de este computador y no usa el proxy."))
            self._changes.make(_("El proxy es {proxy}.").format(proxy=address), self.show_chosen, proxy=address)
        except VaultError as error:
            explained = explain_failure(Failure.VAULT)
            self._say(Tone.BAD, explained.title, f"{explained.place} ({error.kind})")
        finally:
            self._wait(False)
            self.settled.emit()

    async def _login(self) -> tuple[str | None, str | None]:
        """Return what was typed, or what the vault has where nothing was."""
        if user := self.user.text().strip():
            return user, self.password.text()
        found: list[str | None] = []
        for name in (Secret.PROXY_USER, Secret.PROXY_PASSWORD):
            try:
                found.append(await self._context.vault.aget(name))
            except SecretMissing:
                found.append(None)
        return found[0], found[1]

    async def _keep_login(self) -> None:
        if user := self.user.text().strip():
            await self._context.vault.aput(Secret.PROXY_USER, user)
            await self._context.vault.aput(Secret.PROXY_PASSWORD, self.password.text())
        self.user.clear()
        self.password.clear()

    async def _remove(self) -> None:
        self._wait(True)
        try:
            for name in (Secret.PROXY_USER, Secret.PROXY_PASSWORD):
                await self._context.vault.aforget(name)
            self.result.hide()
            self.asked.hide()
            self._changes.make(_("Sin proxy propio: se usa el del computador."), self.show_chosen, proxy=None)
        except VaultError as error:
            explained = explain_failure(Failure.VAULT)
            self._say(Tone.BAD, explained.title, f"{explained.place} ({error.kind})")
        finally:
            self._wait(False)
            self.settled.emit()

    def _wait(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        self.try_it.setEnabled(not busy)
        self.without.setEnabled(not busy and self._context.settings.proxy is not None)

    def _say(self, tone: Tone, title: str, text: str) -> None:
        self.result.tell(tone, title, text)
        self.result.show()
