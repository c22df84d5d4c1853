"""Ajustes: by which way each operation goes, help from others, leaving this computer, and what this program is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import __version__
from app.connectors.profile import Operation
from app.model.role import Act
from app.model.route import Route
from app.setup.hotels import name_of
from app.texts import _, plural
from app.texts.deeds import accesses_gone
from app.texts.roles import refusal
from app.texts.settings import operation_name, profile_title, secret_name
from app.texts.setup import route_meaning
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.settings_parts import Line, Section
from ui.parts import Banner, Button, CopyField, RouteTag, Spinner, Words, clear, permit
from ui.parts.confirm import Confirm
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:
    from app.setup.leaving import Removal

_ROW = 30
_LICENCES = Path(sys.executable).with_name("THIRD_PARTY_LICENSES.txt")
"""The build puts it beside the program; a source tree has none."""


class ProfileSection(Section):
    """The profile, read only: which way each operation takes."""

    def __init__(self, context: Context) -> None:
        profile = context.profile.reading_from(context.settings.source)
        super().__init__(
            _("Perfil y vías"), _("Cada operación dice por qué vía va. Se cambia en el archivo del perfil.")
        )
        title = profile_title(profile.name, profile.title)
        self.box.addWidget(Words(f"{title} ({profile.name})", Role.STRONG))
        for route in sorted(set(profile.routes.values()), key=list(Route).index):
            self.box.addLayout(_meaning(route))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.HAIR)
        grid.setColumnStretch(0, 1)
        self.rows: dict[Operation, RouteTag] = {}
        for number, operation in enumerate(Operation):
            name = operation_name(operation)
            tag = RouteTag(profile.route(operation))
            tag.setAccessibleName(f"{name}: {tag.text()}")
            grid.setRowMinimumHeight(number, _ROW)
            grid.addWidget(Words(name, Role.BODY), number, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(tag, number, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.rows[operation] = tag
        self.box.addLayout(grid)


def _meaning(route: Route) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.MEDIUM)
    row.addWidget(RouteTag(route), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Words(route_meaning(route), Role.CAPTION), 1)
    return row


class SupportSection(Section):
    """The support report, the simulacros of the practice hotel, and the program itself."""

    support_requested = Signal()
    drills_requested = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(_("Soporte y acerca de"))
        self.report = Button(_("Informe de soporte…"), icon="shield")
        self.report.clicked.connect(self.support_requested)
        sentence = _(
            "Se muestra entero antes de guardarlo. No lleva accesos ni nombres de huéspedes, y Botones no lo envía."
        )
        self.box.addWidget(Line(_("Informe de soporte"), sentence, self.report))
        self.drills: Button | None = None
        if context.profile.practice:
            self.drills = Button(_("Abrir Simulacros"), icon="drills")
            self.drills.clicked.connect(self.drills_requested)
            sentence = _("Haga que algo salga mal en el hotel de práctica, y vea que nada se pierde.")
            self.box.addWidget(Line(_("Simulacros"), sentence, self.drills))
        self.licences: Button | None = None
        if _LICENCES.is_file():
            self.licences = Button(_("Ver licencias"), icon="documents")
            self.licences.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(_LICENCES))))
        mine = _("Licencia MIT. Cada parte de otros conserva la suya.")
        self.box.addWidget(Line(_("Botones {version}").format(version=__version__), mine, self.licences))
        home = context.paths.home
        self.folder = Button(_("Abrir carpeta"), icon="window")
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(home))))
        self.box.addWidget(
            Line(_("Carpeta de datos"), _("Libro, copias, registros y ajustes. Ningún acceso."), self.folder)
        )
        self.box.addWidget(CopyField(_("Ruta"), str(home)))


class LeaveSection(Section):
    """Taking every access away from this computer, with the proof that none is left."""

    rest_requested = Signal(object)
    """A coroutine function, to be called while the engine rests."""
    disconnected = Signal()
    settled = Signal()

    def __init__(self, context: Context, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Desconectar este computador"),
            _("Quita del llavero todos los accesos y lo comprueba uno por uno. El libro y las copias se quedan."),
        )
        self._context = context
        self._on_error = on_error
        self.leave = Button(_("Desconectar…"), icon="exit")
        self.leave.clicked.connect(lambda: spawn(self._ask(), self._on_error))
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        permit(self.leave, Act.DISCONNECT)
        row.addWidget(self.leave)
        self._busy = Spinner()
        self._busy.hide()
        row.addWidget(self._busy)
        row.addStretch(1)
        self.box.addLayout(row)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self._proof = QWidget()
        self._lines = QVBoxLayout(self._proof)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(Space.HAIR)
        self.box.addWidget(self._proof)

    async def _ask(self) -> None:
        for hotel in self._context.hotels:
            if not hotel.may(Act.DISCONNECT):
                title = name_of(hotel.settings, hotel.profile)
                self.result.tell(Tone.WARN, title, refusal(hotel.settings.role, Act.DISCONNECT))
                self.result.show()
                self.settled.emit()
                return
        question = Confirm(
            _("¿Desconectar este computador?"),
            (
                _("Botones deja de enviar y de mirar. Los documentos esperan en Alojamientos; nada se pierde."),
                _("Se quitan del llavero los accesos de todos los hoteles de este computador. No se pueden recuperar."),
                _("Para volver a empezar, el asistente los pide otra vez."),
                _("Los tokens siguen siendo válidos en Loggro: anúlelos allí si este computador sale del hotel."),
            ),
            _("Desconectar"),
            typed=_("DESCONECTAR"),
            reasoned=True,
            icon="exit",
            parent=self,
        )
        if await self.confirmed(question):
            self._wait(True)
            reason = question.reason.text()
            self.rest_requested.emit(lambda: self._remove(reason))
        else:
            self.settled.emit()

    async def _remove(self, reason: str) -> None:
        from app.setup.leaving import hotels_of, remove_secrets
        from app.system.vault import Vault, VaultError, open_vault

        # Written before: afterwards there is no word any more, and everybody is administrator.
        for hotel in self._context.hotels:
            hotel.did(Act.DISCONNECT, accesses_gone(), reason)
        vaults: dict[str, Vault] = {one.settings.key: one.vault for one in self._context.hotels}
        unread: list[str] = []
        if self._context.vault.is_lasting:
            # Those too that were taken out of this computer, or turned to another hotel.
            for name in await in_thread(hotels_of, self._context.paths):
                try:
                    if name not in vaults or not vaults[name].is_lasting:
                        vaults[name] = await in_thread(open_vault, name)
                except VaultError:
                    unread.append(name)
        try:
            self._show(await remove_secrets(vaults.items()), unread)
        finally:
            self._wait(False)
        self.disconnected.emit()
        self.settled.emit()

    def _show(self, removals: tuple[Removal, ...], unread: list[str]) -> None:
        left = [one for one in removals if not one.is_gone]
        clear(self._lines)
        if left or unread:
            n = len(left) + len(unread)
            title = plural("{n} acceso sin comprobar", "{n} accesos sin comprobar", n).format(n=n)
            text = _(
                "El llavero no respondió. Desbloquéelo y desconecte otra vez, o bórrelos en el llavero del sistema."
            )
            self.result.tell(Tone.BAD, title, text)
        else:
            n = len(removals)
            text = _("Se quitaron y se pidieron de nuevo al llavero, uno por uno: {n} de {n} ya no están.").format(n=n)
            self.result.tell(Tone.GOOD, _("No queda ningún acceso en este computador"), text)
        self.result.show()
        for one in removals:
            if one.was_there or not one.is_gone:
                said = _("quitado; al pedirlo, no está") if one.is_gone else _("no se pudo comprobar")
                self._lines.addWidget(Words(f"{secret_name(one.name)} ({one.profile}): {said}", Role.SOFT))
        for name in unread:
            self._lines.addWidget(Words(_("Perfil {name}: el llavero no respondió").format(name=name), Role.SOFT))

    def _wait(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        self.leave.setEnabled(not busy)
