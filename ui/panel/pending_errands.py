"""What the page Pendientes asks for, brought to the engine and back: previews, dialogs, acts. It draws no page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QDialog, QWidget

from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.errors import CannotSettle, ConnectorError, NoSuchSale, NotAtWork, StorageError
from app.model.role import NotAllowed
from app.texts import _, day, plural, whole
from app.texts.backfill import release_lines
from app.texts.causes import explain
from app.texts.roles import refused
from ui.context import Context
from ui.host import EngineHost
from ui.loop import ask, spawn
from ui.panel.pending_dialogs import BackfillDialog, SettleDialog, why_not
from ui.parts import Confirm
from ui.theme import Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.pending import Waiting
    from ui.panel.pending import PendingPage


class Board(Protocol):
    """Where it is said how an errand ended."""

    def tell(self, tone: Tone, title: str, text: str = "") -> None: ...

    def window(self) -> QWidget: ...


class PendingErrands:
    """Runs one errand for each request; a page that has gone meanwhile hears nothing."""

    def __init__(
        self, context: Context, host: EngineHost, board: Board, on_error: Callable[[BaseException], object]
    ) -> None:
        self._context = context
        self._host = host
        self._board = board
        self._on_error = on_error

    def listen_to(self, page: PendingPage) -> None:
        """Do what this page asks for."""
        page.release_requested.connect(self.release)
        page.again_requested.connect(self.again)
        page.settle_requested.connect(self.settle)
        page.unsettle_requested.connect(self.unsettle)
        page.backfill_requested.connect(self.backfill)

    def release(self, cause: Cause) -> None:
        """Show what releasing everything of a cause does, and do it."""
        self._run(self._release(cause))

    def again(self, key: str) -> None:
        """Have one document looked for again now."""
        self._run(self._again(key))

    def settle(self, one: Waiting) -> None:
        """Ask which sale stands for a document, and link it."""
        self._run(self._settle(one))

    def unsettle(self, one: Waiting) -> None:
        """Take a link back."""
        self._run(self._unsettle(one))

    def backfill(self) -> None:
        """Ask from which day older documents are brought, and bring them."""
        self._run(self._backfill())

    def _run(self, errand: Any) -> None:
        async def whole() -> None:
            try:
                await errand
            except (ConnectorError, NotAtWork) as error:
                self._board.tell(Tone.BAD, *why_not(error))
            except StorageError:
                self._board.tell(Tone.BAD, _("No se pudo escribir en el libro de documentos"), _("No cambió nada."))
            except NoSuchSale:
                self._board.tell(
                    Tone.WARN,
                    _("Ese registro ya no está en Pymes"),
                    _("El documento sigue como estaba. Búsquelo otra vez."),
                )
            except NotAllowed as error:
                self._board.tell(Tone.WARN, _("Eso no lo hace su papel"), refused(error))
            except CannotSettle:
                self._board.tell(
                    Tone.WARN, _("Ese documento ya no espera"), _("Algo cambió mientras tanto: mírelo otra vez.")
                )

        spawn(whole(), self._on_error)

    async def _release(self, cause: Cause) -> None:
        self._board.tell(Tone.BUSY, _("Mirando qué pasaría…"))
        shown = await self._host.ask(lambda engine: engine.preview_release(cause))
        lines = (explain(cause).title, *release_lines(shown))
        if not shown.count:
            self._board.tell(Tone.WARN, *lines)
            return
        action = plural("Soltar {n}", "Soltar {n}", shown.count).format(n=whole(shown.count))
        dialog = Confirm(_("Soltar todos los de esta causa"), lines, action, icon="send", parent=self._board.window())
        if await ask(dialog) != QDialog.DialogCode.Accepted:
            self._board.tell(Tone.IDLE, _("No se soltó ninguno."))
            return
        n = await self._host.ask(lambda engine: engine.release_cause(cause))
        self._host.wake()
        self._board.tell(
            Tone.GOOD,
            plural("Se soltó {n} documento.", "Se soltaron {n} documentos.", n).format(n=whole(n)),
            _("Cada uno se busca en Pymes antes de enviarse. Si la causa sigue, vuelve aquí."),
        )

    async def _again(self, key: str) -> None:
        await self._host.ask(lambda engine: engine.release([key]))
        self._host.wake()
        self._board.tell(Tone.BUSY, _("Se busca en Pymes ahora."), _("Si ya coincide, desaparece de aquí."))

    async def _settle(self, one: Waiting) -> None:
        dialog = SettleDialog(
            one,
            lambda number: self._host.ask(lambda engine: engine.sales_numbered(number)),
            self._on_error,
            self._board.window(),
        )
        if await ask(dialog) != QDialog.DialogCode.Accepted or dialog.sale is None:
            return
        sale, reason = dialog.sale, dialog.reason.text()
        await self._host.ask(lambda engine: engine.settle_outside(one.key, sale.full_number, sale.uuid, reason))
        self._board.tell(
            Tone.GOOD,
            _("{number} quedó resuelto por fuera").format(number=one.full_number),
            _("Vale por él el registro {sale} de Pymes. Se puede deshacer más abajo.").format(sale=sale.full_number),
        )

    async def _unsettle(self, one: Waiting) -> None:
        await self._host.ask(lambda engine: engine.unsettle(one.key))
        self._host.wake()
        self._board.tell(Tone.IDLE, _("{number} espera otra vez, como antes.").format(number=one.full_number))

    async def _backfill(self) -> None:
        dialog = BackfillDialog(
            bogota_day(self._context.clock.now()),
            lambda start, progress, halted: self._host.ask(
                lambda engine: engine.preview_backfill(start, progress, halted)
            ),
            self._on_error,
            self._board.window(),
        )
        if await ask(dialog) != QDialog.DialogCode.Accepted:
            return
        start = dialog.chosen()
        reason = dialog.reason.text()
        changed = await self._host.ask(lambda engine: engine.backfill(start, reason))
        if changed:
            self._context.choose(start=start)
        self._board.tell(
            Tone.GOOD,
            _("Botones lleva ahora los documentos desde el {day}").format(day=day(start)),
            _("Entran como cualquier otro: se buscan en Pymes, y solo se envía lo que falta."),
        )
