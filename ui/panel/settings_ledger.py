"""Ajustes: where the ledger stands. Sharing it through a server, joining one that has it, and bringing it back.

What a move does and what proves it is in ``app.setup.relocation``; the engine rests meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.model.errors import Failure, StorageError
from app.model.role import Act
from app.model.server import CannotMove, Refusal, Use
from app.model.status import Status
from app.system.vault import VaultError
from app.texts import _
from app.texts.causes import explain_failure
from app.texts.deeds import ledger_moved
from app.texts.ledger import (
    door_line,
    line_safety,
    preparation,
    proof_lines,
    refusal_words,
    sender_line,
    server_name,
    there_line,
    unknown_line,
)
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.settings_parts import Line, Section
from ui.panel.settings_server import ServerForm
from ui.parts import Banner, Button, Confirm, CopyField, Spinner, Words, clear, flowing, permit
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.setup.relocation import Moved, Relocation, There


class _Progress(QObject):
    """Brings how far a copy is from its thread to Qt's."""

    moved = Signal(int, int)


class LedgerSection(Section):
    """In this computer, or on a server; and the way from one to the other."""

    rest_requested = Signal(object)
    """A coroutine function, to be called while the engine rests; nothing may hold the ledger then."""
    place_changed = Signal()
    """The ledger stands somewhere else now."""
    settled = Signal()
    """Something that was under way has ended."""

    def __init__(self, context: Context, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Dónde está el libro"),
            _(
                "En este computador, o en un PostgreSQL que varios comparten: uno envía y los demás quedan de reserva, "
                "listos para seguir si se apaga."
            ),
        )
        self._context = context
        self._on_error = on_error
        self._given_up = threading.Event()
        self._there: There | None = None
        self._status: Status | None = None
        self._relay = _Progress(self)
        self._relay.moved.connect(self._show_progress)
        self.state = Line("", "")
        self.box.addWidget(self.state)
        self.form = ServerForm(context)
        self.form.changed.connect(self._forget_test)
        self.box.addWidget(self.form)
        self._build_buttons()
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self._proof = QVBoxLayout()
        self._proof.setSpacing(0)
        self.box.addLayout(self._proof)
        self._build_preparation()
        self.show_chosen()

    def _build_buttons(self) -> None:
        self.share = Button(_("Compartirlo con otros computadores…"), icon="link")
        self.share.clicked.connect(lambda: self._turn_form(True))
        self.test = Button(_("Probar la conexión"), icon="link")
        self.test.clicked.connect(lambda: spawn(self._test(), self._on_error))
        self.bring = Button(_("Llevar el libro allí…"), icon="send")
        self.bring.clicked.connect(lambda: spawn(self._ask_move(), self._on_error))
        self.join = Button(_("Unirse a ese libro…"), icon="link")
        self.join.clicked.connect(lambda: spawn(self._ask_join(), self._on_error))
        self.keep = Button(_("Guardar la contraseña"), icon="key")
        self.keep.clicked.connect(lambda: self._start(self._join))
        self.back = Button(_("Traer el libro a este computador…"), icon="back")
        self.back.clicked.connect(lambda: spawn(self._ask_back(), self._on_error))
        self.leave = Button(_("Cerrar"))
        self.leave.clicked.connect(lambda: self._turn_form(False))
        self.cancel = Button(_("Cancelar"))
        self.cancel.clicked.connect(self._given_up.set)
        self._busy = Spinner()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Avance de la mudanza del libro"))
        self._acts = (self.share, self.back, self.test, self.bring, self.join, self.keep, self.leave)
        self.box.addWidget(flowing(*self._acts, self._busy, self.cancel))
        self.box.addWidget(self.progress)
        for part in (self.share, self.test, self.bring, self.join, self.keep, self.back):
            permit(part, Act.MOVE_LEDGER)
        self._wait(False)

    def _build_preparation(self) -> None:
        self._keeper = QWidget()
        column = QVBoxLayout(self._keeper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        column.addWidget(Words(_("Para quien cuida el servidor"), Role.STRONG))
        lead = _(
            "PostgreSQL 14 o posterior, con TLS y contraseñas scram-sha-256. Se escribe una vez en psql; las copias "
            "de esa base, cada día, son de quien lo cuida (pg_dump)."
        )
        column.addWidget(Words(lead, Role.SOFT))
        for line in preparation(None):
            column.addWidget(CopyField("", line))
        self.box.addWidget(self._keeper)

    # What is shown

    def draw(self, status: Status) -> None:
        """Show who sends."""
        self._status = status
        self._show_state()

    def refresh(self) -> None:
        """Show what the settings say now."""
        self._show_state()

    def show_chosen(self) -> None:
        """Show where the ledger stands, with the form closed."""
        self.form.fill(self._context.settings.ledger_server)
        self._open_form(False)
        self._show_state()

    def _show_state(self) -> None:
        server, now = self._context.settings.ledger_server, self._context.clock.now()
        if server is None:
            self.state.name.setText(_("En este computador"))
            self.state.tell(str(self._context.paths.ledger(self._context.settings.key)))
            return
        self.state.name.setText(_("En un servidor"))
        lines = [server_name(server), line_safety(server)]
        status = self._status
        if status is not None and status.spare_of is not None:
            lines += [sender_line(status.spare_of, "", now), _("Este computador está de reserva.")]
        elif status is not None and status.trouble is None:
            lines.append(_("Envía este computador."))
        self.state.tell("\n".join(lines))

    def _turn_form(self, is_open: bool) -> None:
        """Open or close it, and say nothing any more of what was tried before."""
        self.result.hide()
        clear(self._proof)
        self._open_form(is_open)

    def _open_form(self, is_open: bool) -> None:
        on_server = self._context.settings.ledger_server is not None
        self.share.setText(_("Cambiar la contraseña…") if on_server else _("Compartirlo con otros computadores…"))
        self.share.setVisible(not is_open)
        self.back.setVisible(on_server and not is_open)
        self.form.setVisible(is_open)
        self._keeper.setVisible(is_open and not on_server)
        for field in (self.form.host, self.form.port, self.form.database, self.form.user, self.form.name):
            field.setEnabled(not on_server)
        self.test.setVisible(is_open)
        self.leave.setVisible(is_open)
        self._forget_test()

    def _forget_test(self) -> None:
        """What was tried was another server."""
        self._there = None
        for button in (self.bring, self.join, self.keep):
            button.hide()

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    # What is done

    async def _test(self) -> None:
        address = self.form.address()
        if address is None:
            self.settled.emit()
            return
        self._wait(True)
        try:
            there = await self._relocation().look(address, self.form.password.text())
        except (CannotMove, StorageError, VaultError) as error:
            self._tell_error(error)
        else:
            self._show_there(there)
        finally:
            self._wait(False)
            self.settled.emit()

    def _show_there(self, there: There) -> None:
        self._there = there
        if there.documents is None:
            text = _("Allí no está todavía el libro de este hotel.")
            self.result.tell(Tone.GOOD, _("El servidor deja entrar"), text)
        else:
            now = self._context.clock.now()
            lines = (there_line(there.documents), sender_line(there.sender, "", now), door_line(there.door, now))
            self.result.tell(Tone.GOOD, _("Allí está el libro de este hotel"), "\n".join(filter(None, lines)))
        self.result.show()
        in_use = there.documents is not None and (there.door is None or there.door.use is Use.OPEN)
        on_server = self._context.settings.ledger_server is not None
        self.bring.setVisible(not on_server and not in_use)
        self.join.setVisible(not on_server and in_use)
        self.keep.setVisible(on_server)

    async def _ask_move(self) -> None:
        address = self.form.address()
        if address is None:
            return
        question = Confirm(
            _("¿Llevar el libro a ese servidor?"),
            (
                server_name(address),
                _("Botones se detiene, lo copia entero y comprueba fila por fila que allí es igual."),
                _("Solo entonces se cambia. El archivo de este computador se aparta, sin borrarlo."),
                _("Mientras el servidor no conteste, nada se envía; nada se pierde."),
            ),
            _("Llevarlo"),
            icon="send",
            parent=self,
        )
        await self._after(question, self._move)

    async def _ask_join(self) -> None:
        address, there = self.form.address(), self._there
        if address is None or there is None:
            return
        sends = sender_line(there.sender, "", self._context.clock.now())
        lines = [server_name(address), there_line(there.documents or 0), sends]
        if there.unknown:
            lines.append(unknown_line(there.unknown))
        lines.append(_("Este computador queda de reserva: ve lo mismo, y sigue solo si el otro se apaga."))
        question = Confirm(_("¿Unirse a ese libro?"), lines, _("Unirse"), icon="link", parent=self)
        await self._after(question, self._join)

    async def _ask_back(self, *, though_away: str = "") -> None:
        lines = [
            _("Botones pide el turno, copia el libro entero y comprueba fila por fila que aquí es igual."),
            _("Los demás computadores dejan de enviar: el libro del servidor queda cerrado."),
        ]
        if though_away:
            lines = [
                _("{computer} se llevó el libro a su disco. Hágalo solo si ese computador ya no existe.").format(
                    computer=though_away
                ),
                _("Lo que quedó en el servidor puede ser viejo: nada se envía hasta mirar enteros los dos sistemas."),
            ]
        question = Confirm(
            _("¿Traer el libro a este computador?"),
            lines,
            _("Traerlo"),
            typed=_("TRAER") if though_away else "",
            icon="back",
            parent=self,
        )
        await self._after(question, lambda: self._back(bool(though_away)))

    async def _after(self, question: Confirm, work: Callable[[], object]) -> None:
        if await self.confirmed(question):
            self._start(work)
        else:
            self.settled.emit()

    def _start(self, work: Callable[[], object]) -> None:
        self._given_up.clear()
        self._wait(True, cancellable=True)
        self.rest_requested.emit(work)

    async def _move(self) -> None:
        address = self.form.address()
        assert address is not None
        password = self.form.password.text()
        await self._carry_out(lambda one: one.to_server(address, password), address.for_people)

    async def _join(self) -> None:
        address = self.form.address()
        assert address is not None
        password = self.form.password.text()
        await self._carry_out(lambda one: one.join(address, password), address.for_people)

    async def _back(self, though_away: bool) -> None:
        await self._carry_out(lambda one: one.back(though_away=though_away), "")

    async def _carry_out(self, work: Callable[[Relocation], object], place: str) -> None:
        try:
            moved: Moved = await work(self._relocation())  # type: ignore[misc]
        except (CannotMove, StorageError, VaultError) as error:
            self._tell_error(error)
        else:
            self._context.did(Act.MOVE_LEDGER, ledger_moved(place))
            self._tell_moved(moved)
            self.show_chosen()
            self.place_changed.emit()
        finally:
            self._wait(False)
            self.settled.emit()

    def _relocation(self) -> Relocation:
        from app.setup.relocation import Relocation

        context = self._context
        return Relocation(
            paths=context.paths,
            settings=context.settings,
            vault=context.vault,
            clock=context.clock,
            keep=lambda server: context.choose(ledger_server=server),
            progress=self._relay.moved.emit,
            cancelled=self._given_up.is_set,
            thread=in_thread,
        )

    def _tell_moved(self, moved: Moved) -> None:
        text = _("El archivo anterior se apartó, sin borrarlo: {path}").format(path=moved.aside) if moved.aside else ""
        title = _("Listo: se comprobó que es igual") if moved.content is not None else _("Listo")
        self.result.tell(Tone.GOOD, title, text)
        self.result.show()
        clear(self._proof)
        if moved.content is not None:
            for line in proof_lines(moved.content.rows, moved.content.digest):
                self._proof.addWidget(Words(line, Role.CAPTION))

    def _tell_error(self, error: CannotMove | StorageError | VaultError) -> None:
        clear(self._proof)
        if isinstance(error, CannotMove):
            title, text = refusal_words(error.refusal, error.detail)
            tone = Tone.IDLE if error.refusal is Refusal.CANCELLED else Tone.BAD
        else:
            failure = error.failure if isinstance(error, StorageError) else Failure.VAULT
            explained = explain_failure(failure)
            detail = error.detail if isinstance(error, StorageError) else error.kind
            tone, title, text = Tone.BAD, explained.title, f"{explained.place}\n{detail}".strip()
        self.result.tell(tone, title, f"{_('No se cambió nada.')} {text}")
        self.result.show()
        if isinstance(error, CannotMove) and error.refusal is Refusal.AWAY:
            spawn(self._ask_back(though_away=error.detail), self._on_error)

    def _wait(self, busy: bool, *, cancellable: bool = False) -> None:
        self._busy.setVisible(busy)
        self.progress.setVisible(busy and cancellable)
        self.progress.setRange(0, 0)
        self.cancel.setVisible(busy and cancellable)
        self.form.setEnabled(not busy)
        for button in self._acts:
            button.setEnabled(not busy)
