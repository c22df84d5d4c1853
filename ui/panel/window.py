"""The main window: navigation, header, pages. It draws what it is given and passes intentions on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.model.causes import Cause
from app.model.hotels import Seen
from app.model.role import Act, Role, may
from app.model.status import Status
from app.setup.hotels import name_of
from app.texts import _
from app.texts.help import cause_topic, failure_topic
from app.texts.ledger import spare_reason
from app.texts.roles import refusal, role_line
from ui.context import Context
from ui.panel.documents import DocumentsPage, Reader
from ui.panel.drills import DrillsPage
from ui.panel.header import DeskRibbon, Header, Ribbon, session_ribbon
from ui.panel.help import HelpPage
from ui.panel.hotels import HotelChooser
from ui.panel.numbering import NumberingPage
from ui.panel.overview import OverviewPage
from ui.panel.page import NAMES, Page, PanelPage
from ui.panel.pending import PendingPage
from ui.panel.reconciliation import ReconciliationPage
from ui.panel.settings import SettingsPage
from ui.parts import Button, Kind, Scroll, Surface, Words, fit, give_role, give_turn, permit
from ui.theme import Role as TextRole
from ui.theme import Space, Tone
from ui.theme.icons import app_icon

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.sync.ledger_reader import Row

_REFRESH_MS = 400
"""How soon a change of the counts is followed by a look into the ledger."""
_AGE_MS = 10_000
_RAIL_WIDTH = 212


class _Rail(Surface):
    """As narrow as its words let it be, which in another language may be longer."""

    def sizeHint(self) -> QSize:
        return QSize(max(_RAIL_WIDTH, self.minimumSizeHint().width()), super().sizeHint().height())


class PanelWindow(QMainWindow):
    """The panel. Closing hides it where a tray keeps it reachable, else makes it small."""

    sync_requested = Signal()
    release_requested = Signal(str)
    releases_requested = Signal(object)
    """The ledger keys of several documents to be taken up again."""
    pause_requested = Signal(object)
    resume_requested = Signal()
    wizard_requested = Signal()
    quit_requested = Signal()
    approve_requested = Signal(int)
    """How many documents the practice hotel is to approve."""
    settings_changed = Signal()
    """The engine has to go by other settings from now on."""
    role_changed = Signal()
    """Somebody else sits here, or as something else."""
    language_chosen = Signal(str)
    rest_requested = Signal(object)
    """A coroutine function, to be called while the engine rests."""
    all_rest_requested = Signal(object)
    """The same, while the engines of all hotels rest."""
    take_over_requested = Signal()
    """This computer is to send, where another one does."""
    hotel_chosen = Signal(str)
    hotel_wanted = Signal()
    hotel_removed = Signal(str)
    disconnected = Signal()
    """Every access is gone from this computer."""
    support_requested = Signal()
    hidden_by_person = Signal()
    """Closed by the person while the program goes on in the tray."""

    def __init__(self, context: Context, status: Status, on_error: Callable[[BaseException], object]) -> None:
        super().__init__()
        self._context = context
        self._status = status
        self._state = QSettings(str(context.paths.home / "window.ini"), QSettings.Format.IniFormat)
        self.has_tray = False
        self.errands: object = None
        """Who does what the page Pendientes asks for, as long as there is this window."""
        self.may_close = False
        """Set at the end of the program: from then on closing closes."""
        self._drawn_counts: object = None
        self.setWindowTitle(_("Botones (práctica)") if context.profile.practice else _("Botones"))
        self.setMinimumSize(880, 520)
        fit(self, 1240, 780)
        self.overview = OverviewPage(context, on_error)
        self.pending = PendingPage(context.clock, on_error)
        self.documents = DocumentsPage(context, on_error)
        self.documents.release_requested.connect(self.release_requested)
        self.documents.releases_requested.connect(self.releases_requested)
        self.numbering = NumberingPage(context, on_error)
        self.reconciliation = ReconciliationPage(context, on_error)
        self.header = Header(context.clock)
        self._shown: dict[Page, QWidget] = {
            Page.OVERVIEW: self.overview,
            Page.PENDING: self.pending,
            Page.DOCUMENTS: self.documents,
            Page.NUMBERING: self.numbering,
            Page.RECONCILIATION: self.reconciliation,
        }
        if context.profile.practice:
            self._shown[Page.DRILLS] = self._build_drills(on_error)
        # The first window does not wait for what few look at: these are built when they are asked for.
        self._later: dict[Page, Callable[[], QWidget]] = {
            Page.SETTINGS: lambda: self.settings,
            Page.HELP: lambda: self.help,
        }
        self._on_error = on_error
        self._reader: Reader | None = None
        self._build()
        self._connect()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self._read_again)
        # What is true grows old without any news.
        self._age = QTimer(self)
        self._age.setInterval(_AGE_MS)
        self._age.timeout.connect(self._redraw)
        self._restore()
        self.follow_role()
        # Nothing wears the focus ring before a person asks for it with the keyboard.
        self._pages.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages.setFocus()
        self.draw(status)

    # What main asks for

    def open(self, reader: Reader) -> None:
        """Begin to read the ledger, which exists from now on."""
        self._reader = reader
        for page in self._shown.values():
            cast(PanelPage, page).open(reader)

    @cached_property
    def settings(self) -> SettingsPage:
        """The page Ajustes."""
        page = SettingsPage(self._context, self._on_error)
        page.settings_changed.connect(self.settings_changed)
        page.language_chosen.connect(self.language_chosen)
        page.role_changed.connect(self.role_changed)
        page.rest_requested.connect(self.rest_requested)
        page.all_rest_requested.connect(self.all_rest_requested)
        page.hotel_wanted.connect(self.hotel_wanted)
        page.hotel_removed.connect(self.hotel_removed)
        page.disconnected.connect(self.disconnected)
        page.support_requested.connect(self.support_requested)
        page.drills_requested.connect(lambda: self.go_to(Page.DRILLS))
        return page

    @cached_property
    def help(self) -> HelpPage:
        """The page Ayuda."""
        return HelpPage()

    def follow_role(self) -> None:
        """Offer what the role of now does, and say so where that is not everything."""
        self._drawn_role = role = self._context.settings.role
        give_role(self, role)
        self._role.setVisible(role is not Role.ADMINISTRATOR)
        self._role.tell(role_line(role))
        self.chooser.refuse("" if may(role, Act.SET_UP) else refusal(role, Act.SET_UP))

    def tell_vault(self, lasting: bool) -> None:
        """Say whether the secrets outlive the program."""
        self._session.setVisible(not lasting)

    def draw(self, status: Status) -> None:
        """Show this Status; while nobody sees the window, only keep it."""
        self._status = status
        if not self.isVisible():
            return
        if self._context.settings.role is not self._drawn_role:
            self.follow_role()
        self._redraw()
        if status.counts != self._drawn_counts:
            self._drawn_counts = status.counts
            if not self._refresh.isActive():
                self._refresh.start()

    def draw_hotels(self, hotels: Sequence[Seen]) -> None:
        """Show how the hotels of this computer stand, and say where another one calls somebody."""
        now, own = self._context.clock.now(), self._context.settings.key
        self.chooser.draw(hotels, own, now)
        self.overview.draw_others([one for one in hotels if one.key != own and one.needs_somebody(now)], now)

    def come_forward(self) -> None:
        """Show the window, above the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def go_to(self, page: Page) -> None:
        """Show a page."""
        self._navigation[page].setChecked(True)
        self._rail.ensureWidgetVisible(self._navigation[page])
        focused = self.focusWidget()
        if focused is not None and self._pages.isAncestorOf(focused):
            # Else Qt would give the focus of the page that goes to whatever button comes first in the window.
            self._pages.setFocus()
        self._pages.setCurrentWidget(self._built(page))
        if self.isVisible():
            self._redraw()
            self._read_again()

    def show_help(self, topic: str = "") -> None:
        """Open the help, at a page where one is named."""
        self.go_to(Page.HELP)
        self.help.show_topic(topic)

    def take_place_of(self, former: PanelWindow, *, same_hotel: bool = True) -> None:
        """Show what the former window showed, where it was: it was built in another language, or for another hotel."""
        self.go_to(former._current if former._current in self._navigation else Page.OVERVIEW)
        if same_hotel and Page.SETTINGS in former._shown:
            self.settings.return_to(former.settings.place())
        if Page.HELP in former._shown:
            self.help.return_to(former.help.place())
        if same_hotel:
            self.documents.return_to(former.documents.place())
            self.reconciliation.return_to(former.reconciliation.place())
        self.setWindowState(former.windowState())
        if not former.isMaximized():
            self.setGeometry(former.geometry())
        if former.isVisible():
            self.show()
            if self._current is Page.SETTINGS and former.settings.computer.language.hasFocus():
                self.settings.computer.language.setFocus()

    def remember(self) -> None:
        """Keep place and size for the next start."""
        self._state.setValue("panel/geometry", self.saveGeometry())
        self._state.setValue("panel/page", self._current.value)
        self.documents.remember(self._state)
        self._state.sync()

    # Building

    def _build(self) -> None:
        self._pages = QStackedWidget()
        for page in self._shown.values():
            self._pages.addWidget(page)
        self.ribbons: list[Ribbon] = []
        self.desk: DeskRibbon | None = None
        if self._context.profile.practice:
            self.desk = DeskRibbon()
            self.desk.approve_requested.connect(self.approve_requested)
            self.ribbons.append(self.desk)
        self._session = session_ribbon()
        self._session.hide()
        self.ribbons.append(self._session)
        self._role = Ribbon(Tone.IDLE, "person", "")
        self.ribbons.append(self._role)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.header)
        right.addWidget(self._pages, 1)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self._build_rail())
        below.addLayout(right, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for ribbon in self.ribbons:
            column.addWidget(ribbon)
        column.addLayout(below, 1)
        self.setCentralWidget(whole)

    def _build_drills(self, on_error: Callable[[BaseException], object]) -> DrillsPage:
        page = DrillsPage(self._context, on_error)
        page.approve_requested.connect(self.approve_requested)
        page.wizard_requested.connect(self.wizard_requested)
        page.running_changed.connect(self._tell_drills)
        return page

    def _build_rail(self) -> QWidget:
        rail = _Rail("rail", margins=(Space.MEDIUM, Space.LARGE, Space.MEDIUM, Space.LARGE), spacing=Space.HAIR)
        rail.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        brand = QHBoxLayout()
        brand.setContentsMargins(Space.HAIR, 0, 0, Space.LARGE)
        brand.setSpacing(Space.SMALL)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(28, 28)))
        brand.addWidget(picture)
        brand.addWidget(Words(_("Botones"), TextRole.HEADING, wraps=False), 1)
        rail.box.addLayout(brand)
        self.chooser = HotelChooser()
        self.chooser.hotel_chosen.connect(self.hotel_chosen)
        self.chooser.hotel_wanted.connect(self.hotel_wanted)
        rail.box.addWidget(self.chooser)
        settings = self._context.settings
        alone = Seen(key=settings.key, name=name_of(settings, self._context.profile), status=self._status)
        self.draw_hotels((alone,))
        self._rail = Scroll()
        self._rail.box.setContentsMargins(0, 0, 0, 0)
        self._rail.box.setSpacing(Space.HAIR)
        group = QButtonGroup(self)
        self._navigation: dict[Page, Button] = {}
        pages = (page for page in Page if page in self._shown or page in self._later)
        for number, page in enumerate(pages, start=1):
            name = _(NAMES[page])
            button = Button(name, Kind.NAV, icon=page.value, size=20)
            button.setToolTip(f"{name} (Ctrl+{number})")
            button.clicked.connect(lambda _checked=False, page=page: self.go_to(page))
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, lambda page=page: self.go_to(page))
            group.addButton(button)
            self._rail.box.addWidget(button)
            self._navigation[page] = button
        self._navigation[Page.OVERVIEW].setChecked(True)
        self._rail.box.addStretch(1)
        # In a low window the pages scroll; what leads out of it stays in sight.
        rail.box.addWidget(self._rail, 1)
        wizard = Button(_("Asistente"), Kind.NAV, icon="wizard", size=20)
        wizard.setCheckable(False)
        wizard.clicked.connect(self.wizard_requested)
        permit(wizard, Act.SET_UP)
        rail.box.addWidget(wizard)
        self._leave = Button(_("Salir"), Kind.NAV, icon="exit", size=20)
        self._leave.setToolTip(_("Salir (deja de enviar)"))
        self._leave.setCheckable(False)
        self._leave.clicked.connect(self.quit_requested)
        rail.box.addWidget(self._leave)
        return rail

    def _connect(self) -> None:
        self.header.sync_requested.connect(self.sync_requested)
        self.header.take_over_requested.connect(self.take_over_requested)
        self.header.pause_requested.connect(self.pause_requested)
        self.header.resume_requested.connect(self.resume_requested)
        self.numbering.sync_requested.connect(self.sync_requested)
        self.overview.wizard_requested.connect(self.wizard_requested)
        self.overview.numbering_requested.connect(lambda: self.go_to(Page.NUMBERING))
        self.overview.pending_requested.connect(self._show_pending)
        self.overview.older_requested.connect(self._bring_older)
        self.overview.take_over_requested.connect(self.take_over_requested)
        self.pending.take_over_requested.connect(self.take_over_requested)
        self.overview.hotel_requested.connect(self.hotel_chosen)
        self.overview.row_requested.connect(self._show_row)
        self.reconciliation.row_requested.connect(self._show_row)
        self.reconciliation.wizard_requested.connect(self.wizard_requested)
        self.documents.help_requested.connect(self.show_help)
        QShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents), self, self._help_by_key)
        for keys in (QKeySequence(QKeySequence.StandardKey.Refresh), QKeySequence("Ctrl+R")):
            QShortcut(keys, self, self._sync_by_key)
        QShortcut(QKeySequence("Ctrl+W"), self, self.close)
        QShortcut(QKeySequence("Ctrl+Q"), self, self.quit_requested.emit)

    def _restore(self) -> None:
        geometry = self._state.value("panel/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
            if not self.isMaximized():
                # The screen, or its scale, may be another than then, or gone.
                fit(self, self.width(), self.height())
                room, here = self.screen().availableGeometry(), self.frameGeometry()
                self.move(
                    max(min(here.x(), room.right() + 1 - here.width()), room.x()),
                    max(min(here.y(), room.bottom() + 1 - here.height()), room.y()),
                )
        self.documents.restore(self._state)
        page = self._state.value("panel/page")
        if page in self._navigation:
            self.go_to(Page(page))

    # Slots

    def _redraw(self) -> None:
        self.header.draw(self._status)
        sends_elsewhere = self._status.spare_of
        give_turn(self, "" if sends_elsewhere is None else spare_reason(sends_elsewhere))
        # The page Resumen says it larger.
        self.header.sentence.setVisible(self._current is not Page.OVERVIEW)
        # Where there is a tray, its menu has it, and closing the window must not be taken for leaving.
        self._leave.setVisible(not self.has_tray)
        if self.desk is not None:
            # Before the end of the wizard nobody would carry them.
            self.desk.approve.setVisible(self._status.set_up)
        self._page.draw(self._status)

    def _read_again(self) -> None:
        self._page.refresh()

    def _built(self, page: Page) -> QWidget:
        if page not in self._shown:
            self._shown[page] = self._later[page]()
            self._pages.addWidget(self._shown[page])
            if self._reader is not None:
                cast(PanelPage, self._shown[page]).open(self._reader)
        return self._shown[page]

    @property
    def _current(self) -> Page:
        return next(page for page, widget in self._shown.items() if widget is self._pages.currentWidget())

    @property
    def _page(self) -> PanelPage:
        return cast(PanelPage, self._shown[self._current])

    def _help_by_key(self) -> None:
        """Open the page on what is looked at: the chosen document's cause, or what keeps everything from working."""
        cause = self.documents.detail.cause if self._current is Page.DOCUMENTS else None
        trouble = self._status.trouble
        self.show_help(
            cause_topic(cause) if cause is not None else failure_topic(trouble.failure) if trouble is not None else ""
        )

    def _tell_drills(self, line: str) -> None:
        if self.desk is not None:
            self.desk.tell_drills(line)

    def _show_pending(self, cause: Cause | None) -> None:
        self.go_to(Page.PENDING)
        self.pending.look_at(cause)

    def _bring_older(self) -> None:
        self.go_to(Page.PENDING)
        self.pending.backfill_requested.emit()

    def _show_row(self, row: Row) -> None:
        self.go_to(Page.DOCUMENTS)
        self.documents.show_row(row)

    def _sync_by_key(self) -> None:
        if self.header.sync.isEnabled() and not self._status.paused:
            self.sync_requested.emit()

    def focusNextPrevChild(self, next: bool) -> bool:
        moved = super().focusNextPrevChild(next)
        # A page scrolls by itself to what follows within it, but not to what Tab enters it by.
        focused = around = self.focusWidget()
        while moved and focused is not None and (around := around.parentWidget()) is not None:
            if isinstance(around, QScrollArea):
                around.ensureWidgetVisible(focused)
        return moved

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._age.start()
        self._refresh.start()
        self.draw(self._status)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Nobody looks, and after the program's end nothing could be read.
        self._age.stop()
        self._refresh.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        if self.may_close:
            super().closeEvent(event)
            return
        event.ignore()
        if self.has_tray:
            self.hide()
            self.hidden_by_person.emit()
        else:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMinimized)
