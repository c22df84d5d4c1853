"""Ajustes: few things, grouped, each with a sentence. What is changed counts at once, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.status import Status
from ui.context import Context
from ui.panel.documents import Reader
from ui.panel.settings_computer import ComputerSection, NetworkSection
from ui.panel.settings_copies import CopiesSection
from ui.panel.settings_hotels import HotelsSection
from ui.panel.settings_ledger import LedgerSection
from ui.panel.settings_more import LeaveSection, ProfileSection, SupportSection
from ui.panel.settings_parts import Changes, Section
from ui.panel.settings_people import DeedsSection, PeopleSection
from ui.panel.settings_work import ModeSection, NoticesSection
from ui.parts import Scroll

_WIDEST = 980
_ORDER: Final = (
    "mode", "notices", "computer", "network", "copies", "ledger", "hotels", "people", "deeds", "profile", "support",
    "leave",
)  # fmt: skip
"""The sections from top to bottom."""

_S = TypeVar("_S", bound=Section)


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
        self._context = context
        self._on_error = on_error
        self._status: Status | None = None
        self._is_read = False
        """Whether what others may have changed was read once, so that what is built later reads it too."""
        self._place: Any = None
        """How far it is to be scrolled once every section is there."""
        self._sections: list[Section] = []
        """Those that are there, from top to bottom."""
        self.changes = Changes(context, self.settings_changed.emit)
        self.scroll = Scroll()
        column = QWidget()
        column.setMaximumWidth(_WIDEST)
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self.scroll.box.spacing())
        self.scroll.box.addWidget(column, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.scroll, 1)
        whole.addWidget(self.changes)
        # A section a turn: all at once, the window would stand still for as long as a person notices.
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._build_next)
        self._build_next()  # the first is there at once

    # The sections, each built when its turn comes, or when it is asked for: then with all that stand above it.

    @cached_property
    def mode(self) -> ModeSection:
        """What Botones may do, and how often it looks."""
        return self._placed(ModeSection(self._context, self.changes, self._on_error))

    @cached_property
    def notices(self) -> NoticesSection:
        """What is told, and when not."""
        self._build_above("notices")
        return self._placed(NoticesSection(self._context, self.changes))

    @cached_property
    def computer(self) -> ComputerSection:
        """Start, language and looks."""
        self._build_above("computer")
        section = ComputerSection(self._context, self.changes, self._on_error)
        section.language_chosen.connect(self.language_chosen)
        return self._placed(section)

    @cached_property
    def network(self) -> NetworkSection:
        """The proxy."""
        self._build_above("network")
        return self._placed(NetworkSection(self._context, self.changes, self._on_error))

    @cached_property
    def copies(self) -> CopiesSection:
        """Copies of the ledger."""
        self._build_above("copies")
        section = CopiesSection(self._context, self.changes, self._on_error)
        section.rest_requested.connect(self.rest_requested)
        return self._placed(section)

    @cached_property
    def ledger(self) -> LedgerSection:
        """Where the ledger is."""
        self._build_above("ledger")
        section = LedgerSection(self._context, self._on_error)
        section.rest_requested.connect(self.rest_requested)
        section.place_changed.connect(self.copies.refresh)
        return self._placed(section)

    @cached_property
    def hotels(self) -> HotelsSection:
        """The hotels of this computer."""
        self._build_above("hotels")
        section = HotelsSection(self._context, self.changes, self._on_error)
        section.rest_requested.connect(self.rest_requested)
        section.hotel_wanted.connect(self.hotel_wanted)
        section.hotel_removed.connect(self.hotel_removed)
        # Once the page is laid out.
        section.told.connect(lambda: QTimer.singleShot(0, self, self._show_hotels))
        return self._placed(section)

    @cached_property
    def people(self) -> PeopleSection:
        """Who sits here."""
        self._build_above("people")
        section = PeopleSection(self._context, self._on_error)
        section.role_changed.connect(self.role_changed)
        section.settled.connect(lambda: self.deeds.refresh())
        return self._placed(section)

    @cached_property
    def deeds(self) -> DeedsSection:
        """What persons did."""
        self._build_above("deeds")
        return self._placed(DeedsSection(self._context, self._on_error))

    @cached_property
    def profile(self) -> ProfileSection:
        """How each operation reaches Loggro."""
        self._build_above("profile")
        return self._placed(ProfileSection(self._context))

    @cached_property
    def support(self) -> SupportSection:
        """The report, the drills, and about."""
        self._build_above("support")
        section = SupportSection(self._context)
        section.support_requested.connect(self.support_requested)
        section.drills_requested.connect(self.drills_requested)
        return self._placed(section)

    @cached_property
    def leave(self) -> LeaveSection:
        """The end."""
        self._build_above("leave")
        section = LeaveSection(self._context, self._on_error)
        section.rest_requested.connect(self.all_rest_requested)
        section.disconnected.connect(self.disconnected)
        return self._placed(section)

    def _placed(self, section: _S) -> _S:
        """Put a new section below the others, with what is known by now."""
        self._sections.append(section)
        self._column.addWidget(section)
        if self._status is not None:
            section.draw(self._status)
        if self._is_read:
            section.refresh()
        section.show()  # which lays it out before it is painted
        return section

    def _build_above(self, name: str) -> None:
        """Build what stands above, so that Tab goes from top to bottom."""
        for above in _ORDER[: _ORDER.index(name)]:
            getattr(self, above)

    def _build_next(self) -> None:
        if not self.is_whole:
            getattr(self, _ORDER[len(self._sections)])
            return
        self._next.stop()
        if self._place is not None:
            self.scroll.verticalScrollBar().setValue(self._place)
            self._place = None

    @property
    def is_whole(self) -> bool:
        """Say whether every section is there."""
        return len(self._sections) == len(_ORDER)

    def open(self, reader: Reader) -> None:
        """Do nothing with the ledger: this page asks for copies of it when it is shown."""

    def draw(self, status: Status) -> None:
        """Show this Status."""
        self._status = status
        for section in self._sections:
            section.draw(status)

    def refresh(self) -> None:
        """Read again what others may have changed: the system's list of start programs, and the copies."""
        self._is_read = True
        for section in self._sections:
            section.refresh()

    def _show_hotels(self) -> None:
        self.scroll.ensureWidgetVisible(self.hotels)

    def place(self) -> Any:
        """Return how far it is scrolled, for ``return_to`` of a page that takes this one's place."""
        return self.scroll.verticalScrollBar().value()

    def return_to(self, place: Any) -> None:
        """Scroll to where the former page was, as soon as every section is there."""
        self._place = place

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.is_whole or self._place is not None:
            self._next.start()
