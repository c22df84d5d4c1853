"""A document's own page in Pymes or in Alojamientos, opened in the browser. It reads nothing of what stands there."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.model.errors import ConnectorError
from app.texts import N_, _
from ui.context import Context
from ui.loop import spawn
from ui.practicepages import page_of

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row


class Place(Enum):
    """Whose page."""

    PYMES = N_("Ver en Pymes")
    PMS = N_("Ver en el PMS")


class TheirPages(QObject):
    """Knows which pages there are of a document, and opens one."""

    failed = Signal(str, str)
    """Title and text."""

    def __init__(self, context: Context, on_error: Callable[[BaseException], object], parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._on_error = on_error

    def of(self, row: Row) -> list[Place]:
        """Return the places that show this document to a person, as far as anybody knows their address."""
        context = self._context
        if context.practice is not None:
            known = {Place.PYMES: bool(row.sale), Place.PMS: row.family is not None}
        else:
            known = {place: self._address(row, place) is not None for place in Place}
        return [place for place in Place if known[place]]

    def open(self, row: Row, place: Place) -> None:
        """Open the page; the practice hotel is first asked for a way in."""
        spawn(self._open(row, place), self._on_error)

    async def _open(self, row: Row, place: Place) -> None:
        practice, address = self._context.practice, self._address(row, place)
        if practice is not None:
            path = f"/pymes/ventas/{row.sale}" if place is Place.PYMES else f"/pms/facturas/{row.full_number}"
            try:
                address = await page_of(practice, path)
            except ConnectorError:
                self.failed.emit(
                    _("El hotel de práctica no responde"),
                    _("Botones lo vuelve a abrir solo; espere un momento."),
                )
                return
        if address is not None and not QDesktopServices.openUrl(QUrl(address)):
            self.failed.emit(
                _("No se pudo abrir el navegador"),
                _("Revise que el computador tenga un navegador predeterminado."),
            )

    def _address(self, row: Row, place: Place) -> str | None:
        profile = self._context.profile
        if place is Place.PMS:
            return profile.invoice_address(row.full_number) if row.family is not None else None
        return profile.sale_address(row.sale, row.full_number) if row.sale else None
