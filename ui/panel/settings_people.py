"""Ajustes: who uses this computer, as what, and what persons did. It decides no rule; ``model.role`` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QFileDialog, QHBoxLayout, QVBoxLayout

from app.model.clock import bogota_day
from app.model.errors import Failure
from app.model.role import Act, Deed, Role
from app.system.person import person
from app.system.vault import COMPUTER_SCOPE, Secret, VaultError
from app.system.word import Word
from app.texts import _
from app.texts.causes import explain_failure
from app.texts.deeds import became, deed_line, deed_story, word_chosen
from app.texts.roles import role_meaning, role_name
from ui.context import Context
from ui.loop import ask, in_thread, spawn
from ui.panel.settings_parts import Line, Section
from ui.panel.word_dialogs import ChooseWord, SayWord
from ui.parts import Banner, Button, Words, clear, permit
from ui.theme import Role as TextRole
from ui.theme import Space, Tone
from ui.wizard.choices import Choice

_SHOWN = 12


class PeopleSection(Section):
    """The role of this computer, and the word that raises it."""

    role_changed = Signal()
    settled = Signal()
    """A question was answered, one way or the other."""

    def __init__(self, context: Context, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Quién usa este computador"),
            _(
                "El papel dice qué se hace desde aquí, en todos sus hoteles. Protege de errores y costumbres; de quien "
                "entra a esta cuenta de Windows protege la contraseña de Windows, no Botones."
            ),
        )
        self._context = context
        self._on_error = on_error
        self.dialog: QDialog | None = None
        """What is being asked."""
        name = person() or _("El sistema no dice el nombre")
        self.box.addWidget(Line(name, _("Así entró al sistema. Con ese nombre y su papel se anota lo que hace.")))
        self._group = QButtonGroup(self)
        self.roles = {role: Choice(role_name(role), role_meaning(role)) for role in Role}
        for role, choice in self.roles.items():
            choice.clicked.connect(partial(self._wish, role))
            self._group.addButton(choice)
            self.box.addWidget(choice)
        self.word = Button(_("Poner la palabra del administrador…"), icon="key")
        self.word.clicked.connect(lambda: spawn(self._choose_word(), self._on_error))
        permit(self.word, Act.SETTINGS)
        self._about = Line(_("Palabra del administrador"), "", self.word)
        self.box.addWidget(self._about)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show what holds."""
        self.roles[self._context.settings.role].setChecked(True)

    def refresh(self) -> None:
        """Look again whether there is a word."""
        spawn(self._look(), self._on_error)

    async def _look(self) -> None:
        lasting = self._context.vault.is_lasting
        for role, choice in self.roles.items():
            choice.setEnabled(lasting or role is self._context.settings.role)
        self.word.setEnabled(lasting)
        if not lasting:
            self._about.tell(_("El llavero de este computador no está disponible: sin él no hay dónde guardarla."))
            return
        try:
            is_set = await self._word().is_set()
        except VaultError as error:
            self._tell_vault(error)
            return
        self.word.setText(_("Cambiar la palabra…") if is_set else _("Poner la palabra del administrador…"))
        self._about.tell(_way_out() if is_set else _no_word())

    def _word(self) -> Word:
        return Word(self._context.vault, self._context.clock)

    def _wish(self, role: Role) -> None:
        self.show_chosen()
        if role is not self._context.settings.role:
            spawn(self._become(role), self._on_error)

    async def _become(self, role: Role) -> None:
        try:
            if await self._may_become():
                context = self._context
                context.did(Act.BECOME, became(role))
                context.choose(role=role)
                self.result.tell(Tone.GOOD, became(role), role_meaning(role))
                self.result.show()
                self.role_changed.emit()
        except VaultError as error:
            self._tell_vault(error)
        self.show_chosen()
        await self._look()
        self.settled.emit()

    async def _may_become(self) -> bool:
        """Have a word where there is none, and ask for it where the role is not the administrator's."""
        if not await self._word().is_set():
            return await self._have_word()
        if self._context.settings.role is Role.ADMINISTRATOR:
            return True
        return await self._asked(SayWord(self._word(), self._context.clock, self._on_error, self.window()))

    async def _have_word(self) -> bool:
        dialog = ChooseWord(self._word(), self._on_error, self.window())
        if not await self._asked(dialog):
            return False
        self._context.did(Act.BECOME, word_chosen())
        return True

    async def _choose_word(self) -> None:
        if await self._have_word():
            self.result.tell(Tone.GOOD, _("La palabra quedó guardada"), _("Solo su huella, en el llavero."))
            self.result.show()
        await self._look()
        self.settled.emit()

    async def _asked(self, dialog: QDialog) -> bool:
        self.dialog = dialog
        try:
            return bool(await ask(dialog))
        finally:
            self.dialog = None

    def _tell_vault(self, error: VaultError) -> None:
        explained = explain_failure(Failure.VAULT)
        self.result.tell(Tone.BAD, explained.title, f"{explained.place} ({error.kind})")
        self.result.show()


def _no_word() -> str:
    return _("No hay: cualquiera que abra Botones es administrador. Se pone al elegir otro papel.")


def _way_out() -> str:
    return _(
        "En el llavero está solo su huella. ¿Se olvidó? En el Administrador de credenciales de Windows borre la "
        "entrada «{entry}» de «{place}» y abra Botones otra vez: todos vuelven a ser administradores, y queda anotado."
    ).format(entry=Secret.ADMINISTRATOR_WORD.value, place=f"Botones/{COMPUTER_SCOPE}")


class DeedsSection(Section):
    """What persons did at this computer for this hotel, the newest first."""

    settled = Signal()

    def __init__(self, context: Context, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Lo que hicieron las personas"),
            _(
                "En este computador y en este hotel. Lo que se decidió sobre un documento está también en su historia. "
                "Desde Botones no se borra."
            ),
        )
        self._context = context
        self._on_error = on_error
        self._shown: tuple[Deed, ...] | None = None
        row = QHBoxLayout()
        self.export = Button(_("Guardar hoja de cálculo…"), icon="documents")
        self.export.clicked.connect(lambda: spawn(self._export(), self._on_error))
        permit(self.export, Act.EXPORT)
        row.addWidget(self.export)
        row.addStretch(1)
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.HAIR)
        self.box.addLayout(self._list)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self.box.addLayout(row)

    def refresh(self) -> None:
        """Read again."""
        spawn(self._read(), self._on_error)

    async def _read(self) -> None:
        try:
            deeds = await in_thread(self._context.deeds.read)
        except OSError as error:
            self.result.tell(Tone.BAD, _("No se pudo leer"), error.strerror or str(error))
            self.result.show()
            return
        if deeds == self._shown:
            return
        self._shown = deeds
        clear(self._list)
        for deed in deeds[:_SHOWN]:
            self._list.addWidget(Line(deed_story(deed), deed_line(deed)))
        if not deeds:
            self._list.addWidget(Words(_("Todavía nadie hizo nada que se anote."), TextRole.SOFT))
        elif len(deeds) > _SHOWN:
            self._list.addWidget(Words(_("Los anteriores van en la hoja de cálculo."), TextRole.CAPTION))

    async def _export(self) -> None:
        from app.reports.deeds import write_deeds
        from app.reports.saving import save

        name = _("Botones-personas-{day}.xlsx").format(day=bogota_day(self._context.clock.now()))
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        dialog = QFileDialog(self, _("Guardar lo que hicieron las personas"), str(Path(folder) / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(name)
        if await ask(dialog) != QDialog.DialogCode.Accepted:
            self.settled.emit()
            return
        await self.write_to(Path(dialog.selectedFiles()[0]), save, write_deeds)

    async def write_to(self, path: Path, save: Callable[..., None], write: Callable[..., None]) -> None:
        """Write every act into a spreadsheet."""
        try:
            deeds = await in_thread(self._context.deeds.read)
            await in_thread(partial(save, path, partial(write, deeds), replace=True))
            self.result.tell(Tone.GOOD, _("Guardado: {file}").format(file=path.name), str(path.parent))
        except OSError as error:
            self.result.tell(Tone.BAD, _("No se pudo guardar"), f"{path}: {error.strerror}")
        self.result.show()
        self.settled.emit()
