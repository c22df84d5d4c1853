"""Ajustes: few things, grouped, each with a sentence. What is changed counts at once, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.status import Status
from ui.context import Context
from ui.panel.documents import Reader
from ui.panel.settings_computer import ComputerSection, NetworkSection
from ui.panel.settings_copies import CopiesSection
from ui.panel.settings_hotels import HotelsSection
from ui.panel.settings_ledger import LedgerSection
from ui.panel.settings_more import LeaveSection, ProfileSection, SupportSection
from ui.panel.settings_parts import Changes
from ui.panel.settings_people import DeedsSection, PeopleSection
from ui.panel.settings_work import ModeSection, NoticesSection
from ui.parts import Scroll

_WIDEST = 980


class SettingsPage(QWidget):
    """One column of sections, and below it the strip that takes the last change back."""

    settings_changed = Signal()
    """The engine has to go by other settings from now on."""
    role_changed = Signal()
    """Somebody else sits here, or as something else."""
    language_chosen = Signal(str)
    rest_requested = Signal(object)
    """A coroutine function, to be called while the engine rests."""
    all_rest_requested = Signal(object)
    """The same, while the engines of all hotels rest."""
    hotel_wanted = Signal()
    hotel_removed = Signal(str)
    disconnected = Signal()
    """Every access is gone: nothing can run any more."""
    support_requested = Signal()
    drills_requested = Signal()

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.changes = Changes(context, self.settings_changed.emit)
        self.mode = ModeSection(context, self.changes, on_error)
        self.notices = NoticesSection(context, self.changes)
        self.computer = ComputerSection(context, self.changes, on_error)
        self.network = NetworkSection(context, self.changes, on_error)
        self.copies = CopiesSection(context, self.changes, on_error)
        self.ledger = LedgerSection(context, on_error)
        self.hotels = HotelsSection(context, self.changes, on_error)
        self.people = PeopleSection(context, on_error)
        self.deeds = DeedsSection(context, on_error)
        self.profile = ProfileSection(context)
        self.support = SupportSection(context)
        self.leave = LeaveSection(context, on_error)
        self.scroll = Scroll()
        column = QWidget()
        column.setMaximumWidth(_WIDEST)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(self.scroll.box.spacing())
        for section in (
            self.mode,
            self.notices,
            self.computer,
            self.network,
            self.copies,
            self.ledger,
            self.hotels,
            self.people,
            self.deeds,
            self.profile,
            self.support,
            self.leave,
        ):
            inner.addWidget(section)
        self.scroll.box.addWidget(column, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.scroll, 1)
        whole.addWidget(self.changes)
        self.people.role_changed.connect(self.role_changed)
        self.people.settled.connect(self.deeds.refresh)
        self.computer.language_chosen.connect(self.language_chosen)
        for part in (self.copies, self.ledger, self.hotels):
            part.rest_requested.connect(self.rest_requested)
        self.ledger.place_changed.connect(self.copies.refresh)
        self.leave.rest_requested.connect(self.all_rest_requested)
        self.hotels.hotel_wanted.connect(self.hotel_wanted)
        # Once the page is laid out.
        self.hotels.told.connect(lambda: QTimer.singleShot(0, self, self._show_hotels))
        self.hotels.hotel_removed.connect(self.hotel_removed)
        self.leave.disconnected.connect(self.disconnected)
        self.support.support_requested.connect(self.support_requested)
        self.support.drills_requested.connect(self.drills_requested)

    def open(self, reader: Reader) -> None:
        """Do nothing with the ledger: this page asks for copies of it when it is shown."""

    def draw(self, status: Status) -> None:
        """Show this Status."""
        self.mode.draw(status)
        self.ledger.draw(status)

    def refresh(self) -> None:
        """Read again what others may have changed: the system's list of start programs, and the copies."""
        self.computer.refresh()
        self.copies.refresh()
        self.ledger.refresh()
        self.hotels.refresh()
        self.people.refresh()
        self.deeds.refresh()

    def _show_hotels(self) -> None:
        self.scroll.ensureWidgetVisible(self.hotels)

    def place(self) -> Any:
        """Return how far it is scrolled, for ``return_to`` of a page that takes this one's place."""
        return self.scroll.verticalScrollBar().value()

    def return_to(self, place: Any) -> None:
        """Scroll to where the former page was."""
        self.scroll.verticalScrollBar().setValue(place)
