"""The way through every window of the program, for pictures: each stop is shown to whoever holds the camera."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

import ui.preparation
import ui.wizard.window
from app import texts
from app.model.causes import Cause
from app.model.documents import Family
from app.model.numbering import Field, System
from app.model.reconciliation import Month
from app.model.setup import Step
from app.sandbox.practice import Practice
from app.system.paths import Paths
from app.system.settings import Settings, load
from app.system.vault import MemoryRing, SessionVault, Vault
from app.texts.help import cause_topic, word_topic
from tests.support.month import dian_file, dian_row
from tests.support.scene import found_month, order, second_hotel
from tests.support.turning import turn, until
from tests.support.wizard import Person, surroundings
from ui.language import speak_qt
from ui.main import Program
from ui.panel.page import Page
from ui.panel.pending_parts import CauseCard, ConflictCard
from ui.panel.window import PanelWindow
from ui.theme import Theme

PANEL, WIZARD = "panel", "wizard"
_LIMIT_SECONDS = 120.0
_STILL_MS = 400

Take = Callable[[QWidget, str], None]


def wait(condition: Callable[[], object]) -> None:
    """Let the program go on until ``condition``."""
    until(condition, _LIMIT_SECONDS)


class PictureVault(SessionVault):
    """Says what a machine with a keyring says, and forgets all the same."""

    is_lasting = True


class Tour:
    """One visit, in one language."""

    def __init__(
        self,
        app: QApplication,
        theme: Theme,
        loop: asyncio.AbstractEventLoop,
        take: Take,
        home: Path,
        language: str,
        size: tuple[int, int],
    ) -> None:
        self._app = app
        self._theme = theme
        self._loop = loop
        self._take = take
        self._home = home
        self._language = language
        self._size = size

    # The panel

    def through_the_panel(self) -> None:
        """Open the whole program on a hotel that has had a month, and go through its pages and windows."""
        paths, ring = Paths.under(self._home / "panel").ensure(), MemoryRing()
        found_month(paths, ring)
        ui.preparation.open_vault = lambda key: Vault(ring, key)
        load(paths.settings).settings.changed(language=self._language, told_about_tray=True).save(paths.settings)
        texts.speak(self._language)
        program = Program(self._app, self._theme, paths, load(paths.settings).settings, minimized=False, measure=False)
        living = self._loop.create_task(program.live())
        try:
            self._work(program)
            for stop in (
                self._overview, self._documents, self._numbering, self._pending, self._reconciliation, self._drills,
                self._settings, self._help, self._crash, self._support, self._chooser, self._dialogs,
            ):  # fmt: skip
                stop(program)
        finally:
            program.quit()
            wait(living.done)

    def _work(self, program: Program) -> None:
        desk = program.shown

        def settled(total: int) -> bool:
            counts = desk.status.counts
            return counts.total >= total and not desk.status.working and not counts.pending

        wait(lambda: desk.is_ready and desk.reader is not None and program.panel is not None)
        panel_of(program).resize(*self._size)
        wait(lambda: settled(20))
        order(desk.context.practice.approve(6))  # type: ignore[union-attr]
        before = desk.status.counts.total
        desk.host.wake()
        wait(lambda: settled(before + 6))
        turn(_STILL_MS)

    def _at(self, program: Program, page: Page) -> PanelWindow:
        panel = panel_of(program)
        panel.go_to(page)
        panel.resize(*self._size)
        turn(_STILL_MS)
        return panel

    def _overview(self, program: Program) -> None:
        panel = self._at(program, Page.OVERVIEW)
        turn(1_000)
        self._show_whole(panel, panel.overview, "overview")

    def _documents(self, program: Program) -> None:
        panel = self._at(program, Page.DOCUMENTS)
        documents = panel.documents
        wait(lambda: documents.model.row(documents.model.index(2, 0)) is not None)
        self._take(panel, "documents")
        documents.table.setCurrentIndex(documents.model.index(30, 0))
        wait(documents.detail.isVisible)
        turn(_STILL_MS)
        self._take(panel, "documents-detail")
        bar = documents.detail._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._take(panel, "documents-detail-end")
        documents.search.setText("zzz")
        turn(1_000)
        self._take(panel, "documents-none")
        documents.search.setText("")

    def _numbering(self, program: Program) -> None:
        panel = self._at(program, Page.NUMBERING)
        turn(1_000)
        self._show_whole(panel, panel.numbering, "numbering")

    def _pending(self, program: Program) -> None:
        panel = self._at(program, Page.PENDING)
        wait(lambda: panel.pending.findChildren(CauseCard))
        turn(_STILL_MS)
        self._take(panel, "pending")
        for kind, name in ((CauseCard, "pending-cause"), (ConflictCard, "pending-conflict")):
            cards = panel.pending.findChildren(kind)
            if cards:
                _scroll_to(panel.pending, cards[0])
                self._take(panel, name)

    def _reconciliation(self, program: Program) -> None:
        panel = self._at(program, Page.RECONCILIATION)
        page = panel.reconciliation
        self._take(panel, "reconciliation")
        reader = program.shown.reader
        assert reader is not None
        month = Month.of(program.context.clock.now().date())
        from app.model.reconciliation import moment_of

        found = reader.issued_between(moment_of(month.first), moment_of(month.next.first))  # type: ignore[attr-defined]
        documents = [one.document for one in found]
        file = dian_file(self._home / "dian.xlsx", [dian_row(one) for one in documents[:-2]])
        page.months.setCurrentIndex(page.months.findData(str(month)))
        page.take(file)
        wait(lambda: page.dialog is not None and page.dialog.isVisible())
        assert page.dialog is not None
        turn(_STILL_MS)
        self._take(page.dialog, "reconciliation-columns")
        page.dialog.use.click()
        wait(lambda: page.dian is not None)
        page.start.click()
        wait(lambda: page.result is not None and not page.is_running)
        turn(_STILL_MS)
        self._show_whole(panel, page, "reconciliation-result")

    def _drills(self, program: Program) -> None:
        panel = self._at(program, Page.DRILLS)
        page = panel._shown[Page.DRILLS]
        wait(lambda: len(page.rows) > 30)  # type: ignore[attr-defined]
        self._show_whole(panel, page, "drills", once=True)
        practice = program.context.practice
        assert practice is not None
        order(practice.scenario("rate-limited"))
        order(practice.scenario("second-writer"))
        page.refresh()  # type: ignore[attr-defined]
        wait(lambda: panel.desk is not None and page.rows["rate-limited"].pill.isVisible())  # type: ignore[attr-defined]
        self._take(panel, "drills-on")
        order(practice.scenario("rate-limited", on=False))
        order(practice.scenario("second-writer", on=False))
        page.refresh()  # type: ignore[attr-defined]
        wait(lambda: not page.rows["rate-limited"].pill.isVisible())  # type: ignore[attr-defined]

    def _settings(self, program: Program) -> None:
        panel = self._at(program, Page.SETTINGS)
        turn(1_000)
        page = panel.settings
        for name in ("mode", "notices", "computer", "network", "copies", "hotels", "profile", "support", "leave"):
            _scroll_to(page.scroll, getattr(page, name))
            self._take(panel, "settings-work" if name == "mode" else f"settings-{name}")

    def _help(self, program: Program) -> None:
        panel = self._at(program, Page.HELP)
        self._take(panel, "help")
        panel.help.show_topic(cause_topic(Cause.DIFFERS_IN_PYMES))
        turn(_STILL_MS)
        self._take(panel, "help-cause")
        panel.help.show_topic(word_topic("relevo"))
        turn(_STILL_MS)
        self._take(panel, "help-topic")

    def _crash(self, program: Program) -> None:
        try:
            _fail_on_purpose()
        except ZeroDivisionError as error:
            program._crashes.report(error)
        wait(lambda: program._crashes.window is not None and program._crashes.window.isVisible())
        window = program._crashes.window
        assert window is not None
        turn(_STILL_MS)
        self._take(window, "crash")
        window.close()

    def _support(self, program: Program) -> None:
        program.show_support()
        window = program.support
        assert window is not None
        wait(lambda: window.pieces)  # type: ignore[attr-defined]
        turn(_STILL_MS)
        self._take(window, "support")
        window.close()

    def _chooser(self, program: Program) -> None:
        settings = second_hotel(program._paths, "Hotel Mirador de la Bahía")
        from ui.hotels import context_of

        program._add_desk(context_of(program._paths, settings, program._clock))
        program._draw_tray()
        panel = self._at(program, Page.OVERVIEW)
        menu = panel.chooser.menu
        menu.popup(panel.chooser.mapToGlobal(QPoint(0, panel.chooser.height())))
        turn(_STILL_MS)
        self._take(menu, "hotels-menu")
        menu.close()
        self._take(panel, "hotels")
        program._drop_desk(program.desks[-1])
        program._draw_tray()

    def _dialogs(self, program: Program) -> None:
        panel = self._at(program, Page.PENDING)
        panel.pending.backfill_requested.emit()
        found = lambda: [w for w in self._app.topLevelWidgets() if w.isVisible() and w is not panel]  # noqa: E731
        wait(found)
        turn(1_000)
        self._take(found()[0], "pending-older")
        found()[0].close()

    def _show_whole(self, panel: PanelWindow, page: QWidget, name: str, *, once: bool = False) -> None:
        """Show the page from its top, and scroll on to its end."""
        areas = [one for one in (page, *page.findChildren(QScrollArea)) if isinstance(one, QScrollArea)]
        if not areas:
            self._take(panel, name)
            return
        bar = areas[0].verticalScrollBar()
        bar.setValue(0)
        self._take(panel, name)
        number = 1
        while not once and bar.value() < bar.maximum():
            number += 1
            bar.setValue(bar.value() + round(areas[0].viewport().height() * 0.9))
            turn(_STILL_MS)
            self._take(panel, f"{name}-{number}")

    # The wizard

    def through_the_wizard(self) -> None:
        """Go the whole way of the guide, with what goes wrong on it."""
        home = self._home / "wizard"
        texts.speak(self._language)
        speak_qt(self._app, self._language)
        with Practice.start(home / "hotel", push_delay=1.5) as practice:
            context = surroundings(practice, home, PictureVault("sandbox"))
            context.settings = Settings(language=self._language)
            person = Person(context, wait)
            person.window.resize(*self._size)
            try:
                self._walk(person, practice)
            finally:
                person.close()

    def _walk(self, person: Person, practice: Practice) -> None:
        ways: dict[Step, Callable[[], None]] = {
            Step.CONNECTIONS: lambda: self._connect(person),
            Step.REQUIREMENTS: person.meet_requirements,
            Step.ACTIVATION: lambda: self._activate(person),
            Step.NUMBERING: lambda: self._number(person),
            Step.VERIFICATION: lambda: self._verify(person, practice),
            Step.REHEARSAL: lambda: self._rehearse(person),
        }
        while True:
            step = person.step
            ways.get(step, lambda: None)()
            self._stop(person, step.value)
            if step is Step.DONE:
                return
            person.proceed()

    def _stop(self, person: Person, name: str) -> None:
        turn(_STILL_MS)
        page = person.window.page
        assert page is not None
        self._show_wizard_page(person, page, f"wizard-{name}")

    def _show_wizard_page(self, person: Person, page: QScrollArea, name: str) -> None:
        bar = page.verticalScrollBar()
        bar.setValue(0)
        self._take(person.window, name)
        number = 1
        while bar.value() < bar.maximum():
            number += 1
            bar.setValue(bar.value() + round(page.viewport().height() * 0.9))
            turn(_STILL_MS)
            self._take(person.window, f"{name}-{number}")

    def _connect(self, person: Person) -> None:
        self._stop(person, "connections-empty")
        page = person.fill_practice_access()
        person.type(page.pymes.token.editor, "no-es-un-token")
        person.click(page.pymes.go)
        person.idle()
        self._stop(person, "connections-failed")
        person.connect()

    def _activate(self, person: Person) -> None:
        wait(lambda: hasattr(person.window.page, "go"))
        self._stop(person, "activation-before")
        person.click(person.page().go)  # type: ignore[attr-defined]
        wait(lambda: person.window.flow.progress is not None)
        self._stop(person, "activation-waits")
        wait(lambda: person.window.flow.can_advance)

    def _number(self, person: Person) -> None:
        page = person.page()
        wait(lambda: len(page.tabs) == 4)  # type: ignore[attr-defined]
        editor = page.card.form.editors[Field.PREFIX]  # type: ignore[attr-defined]
        right = editor.text()
        person.type(editor, "FACTURA-1")
        self._stop(person, "numbering-wrong")
        person.type(editor, right)
        person.create_all()

    def _verify(self, person: Person, practice: Practice) -> None:
        person.verify()
        right = next(p for p in person.window.flow.activation.proofs if p.family is Family.FACTURA)
        last = right.columns[System.PYMES].last
        order(practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, last + 4500))
        person.click(person.page().again)  # type: ignore[attr-defined]
        person.idle()
        self._stop(person, "verification-differs")
        order(practice.mutate(System.PYMES, Family.FACTURA, Field.LAST, last))
        person.click(person.page().again)  # type: ignore[attr-defined]
        person.idle()

    def _rehearse(self, person: Person) -> None:
        person.idle()
        self._stop(person, "rehearsal-nothing")
        person.click(person.page().approve)  # type: ignore[attr-defined]
        wait(lambda: person.window.flow.first is not None)
        person.idle()
        self._stop(person, "rehearsal-before")
        person.rehearse()


def panel_of(program: Program) -> PanelWindow:
    assert program.panel is not None
    return program.panel


def _fail_on_purpose() -> float:
    return 1 / 0


def _scroll_to(area: QScrollArea, widget: QWidget) -> None:
    """Bring a widget to the top of what is seen."""
    inner = area.widget()
    assert inner is not None
    area.verticalScrollBar().setValue(widget.mapTo(inner, QPoint(0, 0)).y() - 12)
    turn(_STILL_MS)
