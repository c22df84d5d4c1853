"""A reconciliation under way. Whoever shows it may change meanwhile, as when the language does. It has no widgets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.model.dian_list import DianList
from app.model.errors import ConnectorError, StorageError
from app.model.reconciliation import Month
from app.system.vault import VaultError
from ui.context import Context
from ui.loop import in_thread, spawn

if TYPE_CHECKING:  # the first window waits neither for the spreadsheet's library nor for the PDF's
    from app.sync.reconciliation import Progress


class ReconciliationRun(QObject):
    """Reads both systems in a thread until it is through or stopped."""

    progressed = Signal(object, object)
    """This run and its ``Progress``, from the thread that works."""
    ended = Signal(object, object)
    """This run, and its ``Reconciliation``, what kept it from one, or ``None``."""

    def __init__(self, context: Context, month: Month, dian: DianList | None) -> None:
        super().__init__()
        self._context = context
        self._month = month
        self._dian = dian
        self._stop = threading.Event()
        self.progress: Progress | None = None
        """The newest, for whoever begins to show it now."""

    def start(self, on_error: Callable[[BaseException], object]) -> None:
        """Begin."""
        spawn(self._work(), on_error)

    def stop(self) -> None:
        """End soon; what is still being read is not waited for."""
        self._stop.set()

    async def _work(self) -> None:
        from ui.panel.reconciling import Stopped, carry_out

        outcome: object = None
        try:
            outcome = await in_thread(carry_out, self._context, self._month, self._dian, self._tell, self._stop)
        except (ConnectorError, StorageError, VaultError) as error:
            outcome = error
        except Stopped:
            pass
        finally:
            self.ended.emit(self, outcome)

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit(self, progress)
