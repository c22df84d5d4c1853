"""Asks once a day whether there is a newer version, where the hotel wants that; says so, and never installs."""

import logging
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app import __version__
from app.system.settings import Settings
from app.texts import _
from ui.loop import in_thread

log = logging.getLogger(__name__)

_DAY_MS: Final = 24 * 60 * 60 * 1000
_SOON_MS: Final = 60_000
"""After the start, when the hotel's own work is under way."""


class NewerVersion(QObject):
    """The daily question, from ``start`` to ``stop``.

    Without an address in the settings, or a key in the program, nobody is ever asked.
    """

    found = Signal(str, str)
    """Title and text of the notice; once for each version."""

    def __init__(
        self, settings: Callable[[], Settings], spawn: Callable[[Any], object], parent: QObject | None = None
    ) -> None:
        """``settings`` gives those of a hotel that is here now; ``spawn`` runs a coroutine and hears its mistakes."""
        super().__init__(parent)
        self._settings = settings
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_SOON_MS)
        self._timer.timeout.connect(lambda: spawn(self.ask()))

    def start(self) -> None:
        """Ask once a day from now on; the loop must be running."""
        self._timer.start()

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()

    async def ask(self) -> None:
        """Ask now; a network that fails is no news, the next day comes."""
        self._timer.setInterval(_DAY_MS)
        settings = self._settings()
        if settings.updates is None:
            return
        from app.connectors import updates  # loaded only where somebody asks
        from app.model.errors import ConnectorError

        key = await in_thread(updates.announcing_key)
        if key is None:
            return
        try:
            announced = await updates.ask(settings.updates, key, settings.proxy)
        except ConnectorError as error:
            log.info("no answer about newer versions: %s", error.failure)
            return
        if announced.is_newer_than(__version__) and announced.version != self._told:
            self._told = announced.version
            text = _("Está en {page}. Botones no instala nada por su cuenta.").format(page=announced.page)
            self.found.emit(_("Hay una versión nueva: {version}").format(version=announced.version), text)
