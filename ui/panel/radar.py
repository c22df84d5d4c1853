"""The bar of the gap radar: looks through Pymes' sales when a person wants it, with progress and a way to stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.connectors.profile import Operation
from app.model.clock import bogota_day
from app.model.errors import ConnectorError, Failure
from app.system.vault import VaultError
from app.texts import _, plural, when, whole
from app.texts.causes import explain_failure
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.documents import Reader
from ui.parts import Banner, Button, Card, Kind, Words
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.radar import Seen

_BEFORE: Final = timedelta(days=1)


class RadarBar(Card):
    """Asks Pymes for every number that stands there, since the first document that Botones knows."""

    looked = Signal()
    """What Pymes has is known anew, as far as it was read."""
    _told = Signal(int, int)

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Huecos: mirar también en Pymes"), parent=parent)
        self._context = context
        self._on_error = on_error
        self._reader: Reader | None = None
        self._stop: threading.Event | None = None
        self._meaning = Words(
            _(
                "Recorre las ventas de Pymes día por día para reconocer lo que emitió otro canal y lo anulado. "
                "Solo lee; en este computador quedan los números, sin nombres ni valores."
            ),
            Role.SOFT,
        )
        self.state = Words(role=Role.CAPTION)
        self.trouble = Banner(Tone.BAD, "")
        self.trouble.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Días de Pymes recorridos"))
        self.progress.hide()
        self.go = Button(_("Mirar en Pymes"), icon="sync")
        self.go.clicked.connect(self.look)
        self.cancel = Button(_("Detener"), Kind.PLAIN)
        self.cancel.clicked.connect(self.stop)
        self.cancel.hide()
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        row.addWidget(self.go)
        row.addWidget(self.cancel)
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        for part in (self._meaning, self.progress, self.trouble):
            self.box.addWidget(part)
        self.box.addLayout(row)
        self._told.connect(self._show_progress)

    @property
    def is_possible(self) -> bool:
        """Say whether this hotel's Pymes can be asked at all."""
        return self._context.profile.route(Operation.PYMES_SALES).is_called

    def open(self, reader: Reader) -> None:
        """Begin: from now on it is known which numbers there are to look for."""
        self._reader = reader

    def show_seen(self, at: datetime | None) -> None:
        """Say when somebody last looked."""
        if self._stop is None:
            now = self._context.clock.now()
            self.state.setText(_("Mirado {when}.").format(when=when(at, now)) if at else _("Todavía no se ha mirado."))

    def look(self) -> None:
        """Start, unless it is under way."""
        if self._stop is None and self._reader is not None:
            self._stop = threading.Event()
            self.trouble.hide()
            self._show_work()
            self.state.setText(_("Preguntando a Pymes…"))
            spawn(self._look(self._reader, self._stop), self._on_error)

    def stop(self) -> None:
        """Stop after the page that is being read; what was read stays."""
        if self._stop is not None:
            self._stop.set()
            self.state.setText(_("Deteniendo…"))

    async def _look(self, reader: Reader, stop: threading.Event) -> None:
        at: datetime | None = None
        try:
            at = (await in_thread(self._work, reader, stop)).at
        except ConnectorError as error:
            self._show_failure(error.failure)
        except VaultError:
            self._show_failure(Failure.VAULT)
        finally:
            # Also where the window goes: the thread ends after its page.
            stop.set()
            self._stop = None
            self._show_work()
        self.show_seen(at)
        self.looked.emit()

    def _work(self, reader: Reader, stop: threading.Event) -> Seen:
        from app.sync import radar

        context = self._context
        first = bogota_day(reader.begin() or context.clock.now()) - _BEFORE
        return asyncio.run(
            radar.renew(
                context.paths.sales(context.settings.key),
                first,
                lambda _seen, done, total: self._told.emit(done, total),
                stop.is_set,
                settings=context.settings,
                profile=context.profile,
                vault=context.vault,
                clock=context.clock,
            )
        )

    def _show_work(self) -> None:
        busy = self._stop is not None
        self.go.setEnabled(not busy)
        self.cancel.setVisible(busy)
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)

    def _show_progress(self, done: int, total: int) -> None:
        if self._stop is None or self._stop.is_set():
            return
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        left = total - done
        self.state.setText(plural("Falta {n} día.", "Faltan {n} días.", left).format(n=whole(left)))

    def _show_failure(self, failure: Failure) -> None:
        explanation = explain_failure(failure)
        self.trouble.tell(Tone.BAD, explanation.title, f"{explanation.meaning}\n{explanation.place}")
        self.trouble.show()
