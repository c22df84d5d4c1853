"""The wizard's window: rail, title, page, and the way forward and back. What a step needs is its page's affair."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.model.errors import Failure
from app.model.setup import STEPS, Attempt, BlockerKind, Connection, Outcome, Step
from app.model.status import Trouble
from app.texts import _, speak
from app.texts.help import step_topic
from app.texts.setup import blocker_text, step_name, step_purpose
from ui.context import Context
from ui.panel.header import practice_ribbon, session_ribbon
from ui.parts import (
    Banner,
    Button,
    Elided,
    IconButton,
    Kind,
    Spinner,
    StepLook,
    StepRail,
    StepState,
    Surface,
    Words,
    clear,
    fit,
)
from ui.theme import Role, Space, Tone
from ui.theme.icons import app_icon
from ui.wizard import access
from ui.wizard.activating import ActivatingPage
from ui.wizard.connections import ConnectionsPage
from ui.wizard.done import DonePage
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.numbering import NumberingPage
from ui.wizard.page import Page
from ui.wizard.parts import Result
from ui.wizard.rehearsing import RehearsingPage
from ui.wizard.requirements import RequirementsPage
from ui.wizard.verification import VerificationPage
from ui.wizard.welcome import WelcomePage

_PAGES: dict[Step, type[Page]] = {
    page.step: page
    for page in (
        WelcomePage,
        ConnectionsPage,
        RequirementsPage,
        ActivatingPage,
        NumberingPage,
        VerificationPage,
        RehearsingPage,
        DonePage,
    )
}


_ROW = 24
_NARROW = 900
_DISCS = 84
_ANY_WIDTH = 16_777_215


class WizardWindow(QDialog):
    """The guide, from the first page to the last; it can be closed at any moment and taken up again."""

    setup_finished = Signal()
    """The person is done, and wants the panel."""
    left = Signal()
    """The person closed the window; everything is kept."""
    language_changed = Signal()
    """Chosen here, and spoken already."""
    help_requested = Signal(str)
    """The page of the help that goes with the step."""

    def __init__(self, context: Context, trouble: Trouble | None = None, parent: QWidget | None = None) -> None:
        """``trouble`` is what keeps the engine from working: an access that is refused has to be given anew."""
        super().__init__(parent, Qt.WindowType.Window)
        self._context = context
        self.flow = WizardFlow(context, self)
        if trouble is not None:
            self._take_refusal(trouble)
        self._has_begun = False
        self._lost_place: tuple[int, int] | None = None
        self.setWindowIcon(app_icon())
        self.setSizeGripEnabled(False)
        fit(self, 1120, 780)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._build()
        self.flow.changed.connect(self._draw)
        self._open()

    def _take_refusal(self, trouble: Trouble) -> None:
        if trouble.failure in (Failure.TOKEN, Failure.PERMISSION) and trouble.system in set(Connection):
            attempt = Attempt(
                connection=Connection(trouble.system),
                at=trouble.since,
                failure=trouble.failure,
                detail=trouble.detail,
                messages=trouble.messages,
            )
            self.flow.change(self.flow.activation.with_attempt(attempt))

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        """Build everything in the language and for the profile of now."""
        practice = self._context.profile.practice
        self.setWindowTitle(_("Asistente de Botones (práctica)") if practice else _("Asistente de Botones"))
        clear(self._outer)
        self._built_for = (self._context.settings.key, self._context.vault.is_lasting)
        self._page: Page | None = None
        self._pages: dict[Step, Page] = {}
        if practice:
            self._outer.addWidget(practice_ribbon())
        if not self._context.vault.is_lasting:
            self._outer.addWidget(session_ribbon())
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._build_rail())
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._build_head())
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_opening())
        right.addWidget(self._stack, 1)
        right.addWidget(self._build_foot())
        body.addLayout(right, 1)
        self._outer.addLayout(body, 1)
        # Only now: a button outside of its dialog cannot be its default.
        self.next.setDefault(True)

    def _build_rail(self) -> QWidget:
        margins = (Space.LARGE, Space.WIDE, Space.LARGE, Space.LARGE)
        rail = Surface("rail", margins=margins, spacing=Space.WIDE)
        rail.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        brand = QHBoxLayout()
        brand.setSpacing(Space.MEDIUM)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(32, 32))
        brand.addWidget(picture)
        self._brand = Words(_("Botones"), Role.HEADING, wraps=False)
        brand.addWidget(self._brand, 1)
        rail.box.addLayout(brand)
        self.rail = StepRail()
        self.rail.entered.connect(lambda number: self._enter(STEPS[number]))
        rail.box.addWidget(self.rail)
        rail.box.addStretch(1)
        self._rail_frame = rail
        self._fit_rail()
        return rail

    def _fit_rail(self) -> None:
        """Leave the page its room in a narrow window: only the numbers of the steps stay, their names in the tips."""
        narrow = self.width() < _NARROW
        self._brand.setVisible(not narrow)
        self._rail_frame.setMinimumWidth(_DISCS if narrow else 0)
        self._rail_frame.setMaximumWidth(_DISCS if narrow else _ANY_WIDTH)

    def _build_head(self) -> QWidget:
        head = Surface("clear", margins=(Space.WIDE, Space.WIDE, Space.WIDE, Space.SMALL), spacing=2)
        self._place = Words(role=Role.OVERLINE, wraps=False)
        self.help = IconButton("question", _("Ayuda de este paso (F1)"))
        self.help.setShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents))
        self.help.setAutoDefault(False)
        self.help.clicked.connect(lambda: self.help_requested.emit(step_topic(self.flow.activation.step)))
        top = QHBoxLayout()
        top.addWidget(self._place, 1)
        top.addWidget(self.help)
        head.box.addLayout(top)
        self.heading = Words(role=Role.TITLE)
        self._purpose = Words(role=Role.SOFT)
        self._damaged = Banner(
            Tone.WARN,
            _("El avance guardado estaba dañado"),
            _("Se apartó en otro archivo y el asistente empieza de nuevo. Los accesos guardados siguen en el llavero."),
        )
        for part in (self.heading, self._purpose, self._damaged):
            head.box.addWidget(part)
        return head

    def _build_opening(self) -> QWidget:
        opening = QWidget()
        column = QVBoxLayout(opening)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        self._opening_wait = Spinner(28)
        self._opening_result = Result()
        self.open_again = Button(_("Intentar de nuevo"), icon="sync")
        self.open_again.clicked.connect(self._open)
        column.addStretch(1)
        column.addWidget(self._opening_wait, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._opening_result)
        column.addWidget(self.open_again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(2)
        return opening

    def _build_foot(self) -> QWidget:
        margins = (Space.WIDE, Space.MEDIUM, Space.WIDE, Space.MEDIUM)
        foot = Surface("foot", across=True, margins=margins, spacing=Space.SMALL)
        self.leave = Button(_("&Cerrar y seguir después"), Kind.PLAIN)
        self.leave.setAutoDefault(False)
        self.leave.clicked.connect(self.close)
        self._why = Elided("", Role.CAPTION)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.watch = Button(_("Seguir solo &vigilando"), icon="eye")
        self.watch.setToolTip(_("Botones mira y avisa, y no envía nada hasta que todo coincida."))
        self.watch.clicked.connect(self._watch_only)
        self.back = Button(_("&Atrás"), icon="back")
        self.back.clicked.connect(self._back)
        self.next = Button(_("&Siguiente"), Kind.PRIMARY)
        self.next.clicked.connect(self._next)
        foot.box.addWidget(self.leave)
        foot.box.addWidget(self._why, 1)
        for button in (self.watch, self.back, self.next):
            foot.box.addWidget(button)
        return foot

    def _page_of(self, step: Step) -> Page:
        built = self._pages.get(step)
        if built is not None and built is not self._page and built.routes != self.flow.activation.routes:
            # Another source of documents leaves other steps to the person.
            self._stack.removeWidget(self._pages.pop(step))
            built.deleteLater()
        if step not in self._pages:
            page = _PAGES[step](self.flow)
            if isinstance(page, WelcomePage):
                page.language_chosen.connect(self._speak)
            self._pages[step] = page
            self._stack.addWidget(page)
        return self._pages[step]

    # --- drawing ------------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """Return the page that is shown, ``None`` while the vault is being asked."""
        return self._page

    def _draw(self) -> None:
        flow, step = self.flow, self.flow.step
        if self._stale:
            self._build()
        focused, page = self.focusWidget(), self._page
        inside = focused is not None and page is not None and page.isAncestorOf(focused)
        before = _reading_place(focused, page) if inside and focused is not None and page is not None else None
        seen = 0 if page is None else page.verticalScrollBar().value()
        self._place.setText(_("Paso {n} de {whole}").format(n=step.place + 1, whole=len(STEPS)))
        self.heading.setText(step_name(step))
        self._purpose.setText(step_purpose(step))
        self._damaged.setVisible(flow.was_damaged)
        self.rail.show_steps([self._look_of(one) for one in STEPS])
        for button in self.rail.findChildren(QAbstractButton):
            button.setToolTip(button.text())
        self._draw_foot()
        if not flow.is_open:
            self._draw_opening()
            return
        self._turn_to(self._page_of(step))
        self._release_hidden(focused, before)
        if before is not None and page is not None and page is self._page:
            # Qt looked for another holder of the focus, and scrolled to it.
            page.verticalScrollBar().setValue(seen)

    @property
    def _stale(self) -> bool:
        """Say whether what is built belongs to another profile."""
        built = next(iter(self._pages.values()), None)
        return built is not None and self._built_for != (self._context.settings.key, self._context.vault.is_lasting)

    def _turn_to(self, page: Page) -> None:
        former = self._page
        if page is former:
            page.draw()
            self._begin(page)
            return
        if former is not None:
            former.left()
        self._page = page
        self._stack.setCurrentWidget(page)
        page.verticalScrollBar().setValue(0)
        page.draw()
        # Nobody's ring until somebody steers with keys; Enter is «Siguiente» from the start.
        self.setFocus()
        self._has_begun = False
        self._begin(page)

    def _begin(self, page: Page) -> None:
        """Let the page do what it does by itself, once what led here is over: one thing at a time."""
        if not self._has_begun and self.flow.busy is None:
            self._has_begun = True
            page.entered()
            page.draw()

    def _draw_opening(self) -> None:
        trouble = self.flow.trouble(Work.OPENING)
        self._opening_wait.setVisible(trouble is None)
        self._opening_result.show_trouble(trouble)
        self.open_again.setVisible(trouble is not None)

    def _draw_foot(self) -> None:
        flow, step = self.flow, self.flow.step
        blockers = flow.blockers if flow.is_open else ()
        last = step is Step.DONE
        self.back.setVisible(step is not Step.WELCOME)
        self.back.setEnabled(flow.is_open and flow.busy is None)
        self.next.setText(_("Abrir el &panel") if last else _("&Siguiente"))
        ready = flow.can_advance or (step is Step.WELCOME and flow.is_open and flow.busy is None)
        self.next.setEnabled(ready and (not last or flow.activation.is_finished))
        self.leave.setText(_("&Cerrar") if last else _("&Cerrar y seguir después"))
        self.watch.setVisible(self._offers_watching())
        self.watch.setEnabled(flow.busy is None)
        waiting = flow.busy is not None or step in (Step.WELCOME, Step.DONE)
        self._why.setText("" if waiting or not blockers else self._why_text())

    def _why_text(self) -> str:
        said = [blocker_text(blocker) for blocker in self.flow.blockers]
        more = len(said) - 1
        return said[0] if not more else _("{first} (y {n} más)").format(first=said[0], n=more)

    def _offers_watching(self) -> bool:
        """Say whether a difference is the only thing in the way."""
        flow = self.flow
        if not flow.is_open or flow.activation.watch_only:
            return False
        if flow.step is Step.VERIFICATION:
            return any(blocker.kind is BlockerKind.PROOF_DIFFERS for blocker in flow.blockers)
        if flow.step is Step.NUMBERING:
            tried = [entry for entry in flow.activation.entries if entry.failure or entry.outcome is Outcome.UNSETTLED]
            return bool(tried)
        return False

    def _look_of(self, step: Step) -> StepLook:
        flow = self.flow
        unmet = flow.activation.first_unmet(flow.kept)
        reachable = flow.is_open and flow.activation.reachable(step, flow.kept)
        differs = step is Step.VERIFICATION and bool(flow.activation.blocking_proofs)
        if step is flow.step:
            state = StepState.HERE
        elif differs:
            state = StepState.WRONG
        elif step.place < unmet.place or (step is unmet is Step.DONE and flow.activation.is_finished):
            state = StepState.DONE
        else:
            state = StepState.AHEAD
        return StepLook(step_name(step), state, can_enter=reachable and flow.busy is None and step is not flow.step)

    # --- intentions ---------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self.flow.do(Work.OPENING, access.open_flow)

    def _enter(self, step: Step) -> None:
        if self._page is not None:
            self._page.commit()
        self.flow.go_to(step)

    def _back(self) -> None:
        if self._page is not None:
            self._page.commit()
        self.flow.back()

    def _next(self) -> None:
        if self.flow.step is Step.DONE:
            self._end()
            self.setup_finished.emit()
        elif self._page is not None:
            self._page.proceed()

    def _watch_only(self) -> None:
        self.flow.change(self.flow.activation.choose_watch_only())
        self.flow.advance()

    def _speak(self, language: str) -> None:
        former = self._page_of(Step.WELCOME)
        assert isinstance(former, WelcomePage)
        former.commit()
        real = former.hotel.isChecked()
        self._context.choose(language=language)
        speak(language)
        self.say_anew()
        anew = self._page_of(Step.WELCOME)
        assert isinstance(anew, WelcomePage)
        anew.choose_place(real=real)
        self.language_changed.emit()

    def say_anew(self) -> None:
        """Build every page again in the language of now; what is known stays in the flow."""
        if self._page is not None:
            self._page.commit()
        self._build()
        self.flow.tell()

    def _end(self) -> None:
        if self._page is not None:
            self._page.commit()
            self._page.left()
        if self.flow.activation.is_finished:
            # Changed on some page, and closed before «Listo»: the engine goes by the settings.
            self.flow.take_settings(self.flow.activation.into(self._context.settings))
        self.flow.close()

    def _release_hidden(self, focused: QWidget | None, place: tuple[int, int] | None) -> None:
        """Keep Qt from putting the focus just anywhere when its holder goes away or grey; Tab goes on from there."""
        if focused is not None and place is not None and not (focused.isVisible() and focused.isEnabled()):
            self._lost_place = place
            self.setFocus()

    def _after_hidden(self, forward: bool) -> QWidget | None:
        page, lost = self._page, self._lost_place
        if page is None or lost is None:
            return None
        placed = [(_reading_place(one, page), one) for one in page.findChildren(QWidget) if _takes_tab(one)]
        placed.sort(key=lambda pair: pair[0])
        if forward:
            return next((one for place, one in placed if place >= lost), None)
        return next((one for place, one in reversed(placed) if place < lost), None)

    def _order_by_reading(self) -> None:
        """Let Tab go as one reads: rail, page from top to bottom, foot. Pages grow while they are open."""
        page = self._page
        parts = [] if page is None else [one for one in page.findChildren(QWidget) if _takes_tab(one)]
        if page is not None:
            parts.sort(key=lambda one: _reading_place(one, page))
        chain = [*(one for one in self.rail.findChildren(QWidget) if _takes_tab(one)), *parts]
        chain += [button for button in (self.leave, self.watch, self.back, self.next) if _takes_tab(button)]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    # --- Qt -----------------------------------------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        self._order_by_reading()
        goal = self._after_hidden(forward) if self.focusWidget() in (None, self) else None
        self._lost_place = None
        if goal is None:
            return super().focusNextPrevChild(forward)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        goal.setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            # Escape stops what is under way; a whole wizard does not vanish by one key.
            self.flow.cancel()
            event.accept()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rail()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._end()
        event.accept()
        self.left.emit()


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()


def _reading_place(widget: QWidget, page: QWidget) -> tuple[int, int]:
    # Where it stands in what scrolls, not in the part of it that is seen just now.
    inner = page.widget() if isinstance(page, Page) else None
    middle = widget.mapTo(inner or page, widget.rect().center())
    # What stands in one row need not be equally tall.
    return (middle.y() // _ROW, middle.x())
