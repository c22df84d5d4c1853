"""Ajustes: the copies of the ledger. One now, and putting one back after having seen what it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.model.errors import StorageError
from app.model.role import Act
from app.texts import _, plural, whole
from app.texts.causes import explain_failure
from app.texts.deeds import restored_from
from app.texts.settings import moment, size
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.settings_parts import Changes, Line, Section
from ui.parts import Banner, Button, Kind, Spinner, Words, clear, permit
from ui.parts.confirm import Confirm
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.copies import Copy, Preview

_SHOWN = 12


class CopiesSection(Section):
    """The list of copies, the newest first."""

    rest_requested = Signal(object)
    """A coroutine function, to be called while the engine rests; nothing may hold the ledger then."""
    settled = Signal()
    """Something that was under way has ended."""

    def __init__(self, context: Context, changes: Changes, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Copias del libro"),
            _("Botones hace una cada día y guarda siete días y cuatro semanas. Una copia no lleva ningún acceso."),
        )
        self._context = context
        self._changes = changes
        self._on_error = on_error
        self._shown: object = None
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self.make = Button(_("Hacer una copia ahora"), icon="copy")
        self.make.clicked.connect(lambda: spawn(self._make(), self._on_error))
        permit(self.make, Act.COPY)
        self._busy = Spinner()
        self._busy.hide()
        row.addWidget(self.make)
        row.addWidget(self._busy)
        row.addStretch(1)
        self.box.addLayout(row)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.box.addLayout(self._list)
        self.restores: list[Button] = []

    @property
    def _ledger(self) -> Path:
        return self._context.paths.ledger(self._context.settings.key)

    def refresh(self) -> None:
        """Look for copies again."""
        on_server = self._context.settings.ledger_server is not None
        self.make.setEnabled(not on_server)
        if on_server:
            self._tell_server()
        else:
            spawn(self._read(), self._on_error)

    def _tell_server(self) -> None:
        clear(self._list)
        self.restores = []
        text = _("Pida a quien lleva ese servidor que haga copias de la base de datos cada día.")
        self.result.tell(Tone.IDLE, _("El libro está en un servidor: las copias las hace quien lo lleva"), text)
        self.result.show()

    async def _read(self) -> None:
        from app.sync.copies import copies_of

        copies = await in_thread(copies_of, self._ledger)
        if copies == self._shown:
            return
        self._shown = copies
        clear(self._list)
        self.restores = []
        for copy in copies[:_SHOWN]:
            restore = Button(_("Restaurar…"), Kind.PLAIN)
            name = moment(copy.made_at) if copy.made_at is not None else copy.path.name
            restore.setAccessibleName(_("Restaurar la copia de {when}").format(when=name))
            restore.clicked.connect(lambda _checked=False, copy=copy: spawn(self._restore(copy), self._on_error))
            permit(restore, Act.RESTORE)
            self.restores.append(restore)
            self._list.addWidget(Line(name, size(copy.size), restore))
        if not copies:
            self._list.addWidget(Words(_("Todavía no hay ninguna copia."), Role.SOFT))

    async def _make(self) -> None:
        from app.storage.backup import back_up

        self._wait(True)
        try:
            made = await in_thread(back_up, self._ledger, self._context.clock.now())
            self._changes.tell(_("Copia hecha y revisada: {path}").format(path=made))
            self.result.hide()
        except (StorageError, FileNotFoundError) as error:
            self._tell(error)
        finally:
            self._wait(False)
        await self._read()
        self.settled.emit()

    async def _restore(self, copy: Copy) -> None:
        from app.sync.copies import preview

        self._wait(True)
        try:
            seen = await in_thread(preview, copy.path, self._ledger, self._context.clock)
        except StorageError as error:
            self._tell(error)
            self.settled.emit()
            return
        finally:
            self._wait(False)
        question = Confirm(
            _("¿Poner esta copia en lugar del libro?"),
            _happens(copy, seen),
            _("Restaurar"),
            reasoned=True,
            icon="back",
            parent=self,
        )
        if await self.confirmed(question):
            reason = question.reason.text()
            self._wait(True)
            self.rest_requested.emit(lambda: self._put_back(copy, reason))
        else:
            self.settled.emit()

    async def _put_back(self, copy: Copy, reason: str) -> None:
        from app.storage.errors import LedgerTooNew
        from app.sync.recovery import restore

        def work() -> None:
            self._context.deeds.check(self._context.settings.role, Act.RESTORE, reason)
            restore(self._ledger, copy.path, self._context.clock).close()
            self._context.did(Act.RESTORE, restored_from(copy.path.name), reason)

        try:
            await in_thread(work)
            self.result.tell(
                Tone.GOOD,
                _("La copia está en su lugar"),
                _("Nada se envía hasta mirar entero Alojamientos y Pymes. El libro anterior se apartó sin borrarlo."),
            )
            self.result.show()
        except StorageError as error:
            self._tell(error)
        except LedgerTooNew:
            title = _("Este libro es de una versión más nueva de Botones")
            self.result.tell(Tone.BAD, title, _("No se cambió nada."))
            self.result.show()
        finally:
            self._wait(False)
        await self._read()
        self.settled.emit()

    def _wait(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        for button in (self.make, *self.restores):
            button.setEnabled(not busy)

    def _tell(self, error: StorageError | FileNotFoundError) -> None:
        if isinstance(error, StorageError):
            explained = explain_failure(error.failure)
            self.result.tell(Tone.BAD, explained.title, f"{_('No se cambió nada.')} {explained.place}")
        else:
            self.result.tell(Tone.IDLE, _("Todavía no hay ningún libro de documentos en este computador."))
        self.result.show()


def _happens(copy: Copy, seen: Preview) -> tuple[str, ...]:
    """Name what the copy holds and what follows."""
    count = plural("{n} documento", "{n} documentos", seen.documents).format(n=whole(seen.documents))
    made = moment(copy.made_at) if copy.made_at is not None else copy.path.name
    held = (
        _("La copia de {when} tiene {count}; el último, {last}.")
        if seen.last
        else _("La copia de {when} tiene {count}.")
    )
    lines = [
        held.format(when=made, count=count, last=seen.last),
        _("El libro de ahora tiene {n}. Se aparta con otro nombre; no se borra.").format(n=whole(seen.now)),
        _("Botones se detiene un momento y vuelve a mirar entero Alojamientos y Pymes antes de enviar nada."),
        _("Lo que ya está en Pymes se adopta: nada se envía dos veces."),
    ]
    return tuple(lines)
