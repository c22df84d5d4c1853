"""A person at the wizard, for tests and screenshots: clicks, types, and waits until the screen says so."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QWidget

from app.model.clock import SystemClock
from app.model.numbering import Field
from app.model.setup import Connection, Step
from app.sandbox.practice import Practice
from app.sandbox.session import practice_profile
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import SessionVault, Vault
from ui.context import Context
from ui.wizard.activating import ActivatingPage
from ui.wizard.connections import ConnectionsPage
from ui.wizard.dianform import TwiceForm
from ui.wizard.numbering import NumberingPage
from ui.wizard.page import Page
from ui.wizard.rehearsing import RehearsingPage
from ui.wizard.window import WizardWindow

SECONDS = 15_000
"""Longest wait for something on the screen; in milliseconds, as Qt counts."""

Wait = Callable[[Callable[[], bool]], None]


def surroundings(practice: Practice, home: Path, vault: Vault | None = None) -> Context:
    """Return what ``main`` would give the wizard, on a running practice hotel."""
    return Context(
        paths=Paths.under(home).ensure(),
        settings=Settings(),
        profile=practice_profile(practice),
        vault=vault or SessionVault("sandbox"),
        clock=SystemClock(),
        practice=practice,
    )


class Person:
    """Drives one wizard with mouse and keys; every step waits for what it led to."""

    def __init__(self, context: Context, wait: Wait) -> None:
        self.window = WizardWindow(context)
        self._closed = False
        self.wait = wait
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        wait(lambda: self.window.flow.is_open)

    @property
    def step(self) -> Step:
        return self.window.flow.step

    def page(self, kind: type[Page] = Page) -> Page:
        page = self.window.page
        assert isinstance(page, kind), page
        return page

    def click(self, button: QWidget) -> None:
        """Click where a person would, once it can be clicked."""
        self.wait(lambda: button.isVisible() and button.isEnabled())
        reveal(button)
        middle = button.rect().center()
        if isinstance(button, QAbstractButton) and button.isCheckable():
            middle.setX(min(12, middle.x()))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=middle)

    def type(self, editor: QLineEdit, text: str) -> None:
        """Replace what stands in a field, key by key."""
        self.wait(editor.isVisible)
        reveal(editor)
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton)
        editor.selectAll()
        QTest.keyClicks(editor, text) if text else QTest.keyClick(editor, Qt.Key.Key_Delete)

    def drop(self, area: QWidget, path: Path) -> bool:
        """Drag a file or folder over ``area`` and let it go; return whether it was taken."""
        self.wait(lambda: area.isVisible() and area.isEnabled())
        reveal(area)
        carried = QMimeData()
        carried.setUrls([QUrl.fromLocalFile(str(path))])
        place, nothing = area.rect().center(), Qt.KeyboardModifier.NoModifier
        actions, button = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(place, actions, carried, button, nothing)
        QApplication.sendEvent(area, enter)
        if enter.isAccepted():
            QApplication.sendEvent(area, QDropEvent(place.toPointF(), actions, carried, button, nothing))
        return enter.isAccepted()

    def type_twice(self, form: TwiceForm, text_of: Callable[[Field], str]) -> None:
        """Type what the paper says, once and once more."""
        for editors in (form.editors, form.again):
            for field, editor in editors.items():
                self.type(editor, text_of(field))

    def idle(self) -> None:
        """Wait until nothing is under way."""
        self.wait(lambda: self.window.flow.busy is None)

    def proceed(self) -> Step:
        """Press «Siguiente», and wait for the next step."""
        before = self.step
        self.click(self.window.next)
        self.wait(lambda: self.step is not before)
        self.idle()
        return self.step

    # --- whole pages --------------------------------------------------------------------------------------------------

    def welcome(self) -> None:
        assert self.step is Step.WELCOME
        self.proceed()

    def fill_practice_access(self) -> ConnectionsPage:
        """Have the form filled with credentials of the practice hotel."""
        page = self.page(ConnectionsPage)
        assert isinstance(page, ConnectionsPage)
        self.click(page.practice.button)
        self.wait(lambda: bool(page.pymes.token.text()) and bool(page.fe.password.text()))
        self.idle()
        return page

    def connect(self, *, fe: bool = True) -> None:
        page = self.fill_practice_access()
        tried = [(page.pymes.go, Connection.PYMES)]
        if Connection.PMS in self.window.flow.activation.connections:
            tried.append((page.pms.try_key, Connection.PMS))
        if fe:
            tried.append((page.fe.go, Connection.FE))
        else:
            self.click(page.fe.wanted)
            self.idle()
        for button, connection in tried:
            self.click(button)
            self.wait(lambda connection=connection: connection in self.window.flow.activation.attempts)
            self.idle()

    def meet_requirements(self) -> None:
        self.wait(lambda: self.window.flow.can_advance)

    def activate(self) -> None:
        page = self.page(ActivatingPage)
        assert isinstance(page, ActivatingPage)
        self.click(page.go)
        self.wait(lambda: self.window.flow.can_advance)

    def create_all(self) -> None:
        page = self.page(NumberingPage)
        assert isinstance(page, NumberingPage)
        self.wait(lambda: len(page.tabs) == 4)
        self.click(page.create_all)
        self.wait(lambda: self.window.flow.can_advance)

    def verify(self) -> None:
        self.wait(lambda: self.window.flow.busy is None and bool(self.window.flow.activation.proofs))

    def rehearse(self) -> None:
        page = self.page(RehearsingPage)
        assert isinstance(page, RehearsingPage)
        self.idle()
        if self.window.flow.first is None:
            self.click(page.approve)
            self.wait(lambda: self.window.flow.first is not None)
        self.idle()
        self.click(page.send)
        self.wait(lambda: self.window.flow.busy is None and self.window.flow.activation.rehearsal is not None)

    def walk_to(self, goal: Step) -> None:
        """Do every page up to ``goal``."""
        ways: dict[Step, Callable[[], None]] = {
            Step.CONNECTIONS: self.connect,
            Step.REQUIREMENTS: self.meet_requirements,
            Step.ACTIVATION: self.activate,
            Step.NUMBERING: self.create_all,
            Step.VERIFICATION: self.verify,
            Step.REHEARSAL: self.rehearse,
        }
        while self.step is not goal:
            ways.get(self.step, lambda: None)()
            self.proceed()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.window.close()
            self.window.deleteLater()


def reveal(widget: QWidget) -> None:
    """Scroll until ``widget`` is seen."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


Seat = Callable[[Context], Person]
"""What the fixture of that name gives: it sits a person down at a new window."""
