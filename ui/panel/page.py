"""What every page of the panel can do, and the list of the pages. It draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from app.model.status import Status
from app.texts import N_

if TYPE_CHECKING:
    from ui.panel.documents import Reader


class Page(StrEnum):
    """The pages, in the order of the navigation."""

    OVERVIEW = "overview"
    DOCUMENTS = "documents"
    NUMBERING = "numbering"
    PENDING = "pending"
    RECONCILIATION = "reconciliation"
    DRILLS = "drills"
    SETTINGS = "settings"
    HELP = "help"


NAMES: Final[Mapping[Page, str]] = {
    Page.OVERVIEW: N_("Resumen"),
    Page.DOCUMENTS: N_("Documentos"),
    Page.NUMBERING: N_("Numeración"),
    Page.PENDING: N_("Pendientes"),
    Page.RECONCILIATION: N_("Conciliación"),
    Page.DRILLS: N_("Simulacros"),
    Page.SETTINGS: N_("Ajustes"),
    Page.HELP: N_("Ayuda"),
}
"""What the navigation calls a page; its icon has the name of the page."""


class PanelPage(Protocol):
    """A page as the window sees it: a widget that is opened once, and drawn and refreshed while it is shown."""

    def open(self, reader: Reader) -> None:
        """Begin to read the ledger, which exists from now on."""

    def draw(self, status: Status) -> None:
        """Show this Status; called only while the page is the one shown."""

    def refresh(self) -> None:
        """Look into the ledger again: the page came forward, or the counts have moved."""
