"""Simulacros: whoever learns the trade lets something go wrong at the practice hotel and sees that nothing is lost.

It knows the hotel only through its front desk, and nothing of how a simulacro works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.errors import ConnectorError
from app.model.journey import State
from app.model.listing import Listing
from app.model.role import Act
from app.model.status import Status
from app.texts import _, whole
from app.texts.documents import how_many
from ui.context import Context
from ui.loop import in_thread, spawn
from ui.panel.documents import Reader
from ui.panel.overview_parts import Metric
from ui.parts import Banner, Button, Card, EmptyState, Kind, Pill, Scroll, Words, permit, rule
from ui.theme import Role, Space, Tone

if TYPE_CHECKING:  # the first window does not wait for the practice hotel's library
    from app.sandbox.practice import FrontDesk
    from app.sandbox.scenario import Scenario

_A_DAY: Final = 120
"""Documents of a busy day."""
_LOOKED_AT: Final = 5_000
"""So many documents that wait are told from lost ones; practice has fewer."""
_REST_MS: Final = 1_000
_NARROW: Final = 860
_AT_ONCE: Final = 4
"""Rows built in one turn of the loop."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the hotel's own books say, and what the ledger knows to be waiting."""

    approved: int
    recorded: int
    waiting: int
    lost: int
    doubled: int
    wrong: int
    running: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return self.lost == self.doubled == self.wrong == 0


def result_of(books: dict[str, Any], running: Sequence[str], waiting: frozenset[str], known: int) -> Result:
    """Compare the books with what the ledger knew just before: ``waiting`` keys, and ``known`` documents in all.

    What is absent from Pymes and neither waits nor is still to be read is lost.
    """
    unread = max(0, books["approved"] - known)
    lost = max(0, len(frozenset(books["lost"]) - waiting) - unread)
    return Result(
        approved=books["approved"],
        recorded=books["recorded"],
        waiting=len(books["lost"]) - lost,
        lost=lost,
        doubled=len(books["doubled"]),
        wrong=len(books["wrong"]),
        running=tuple(running),
    )


class DrillsPage(Scroll):
    """Which simulacros there are, which are on, and how many documents they cost: none."""

    approve_requested = Signal(int)
    wizard_requested = Signal()
    running_changed = Signal(str)
    """The line that says which simulacros are on."""

    def __init__(
        self, context: Context, on_error: Callable[[BaseException], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._context = context
        self._on_error = on_error
        self._reader: Reader | None = None
        self._is_stale = self._is_listed = False
        self._asked = self._answered = 0
        self._running: tuple[str, ...] = ()
        self._left: list[type[Scenario]] = []
        self.rows: dict[str, DrillRow] = {}
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._build_result()
        self._build_list()
        self.box.addStretch(1)

    def _build_result(self) -> None:
        self.verdict = Banner(
            Tone.IDLE,
            _("Aquí se practica"),
            _("Encienda un simulacro, apruebe documentos y mire qué hace Botones. Nada llega a Loggro."),
        )
        self.box.addWidget(self.verdict)
        self._unready = Banner(
            Tone.PRACTICE,
            _("Falta configurar la conexión"),
            _("Sin el asistente terminado nadie lleva los documentos que se aprueben."),
            action=_("Asistente"),
            do=self.wizard_requested.emit,
            icon="wizard",
        )
        self._unready.hide()
        self.box.addWidget(self._unready)
        self.recorded = Metric(_("En Pymes"), "check", Tone.GOOD)
        self.waiting = Metric(_("En camino o retenidos"), "clock", Tone.BUSY)
        self.lost = Metric(_("Perdidos"), "alert", Tone.BAD)
        self.doubled = Metric(_("Doblados"), "copy", Tone.BAD)
        self._metrics = QGridLayout()
        self._metrics.setSpacing(Space.LARGE)
        self._is_narrow: bool | None = None
        self.box.addLayout(self._metrics)
        self._approve = Card(_("Documentos de práctica"))
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        self.approvals: list[Button] = []
        for count in (1, 50, _A_DAY):
            text = _("Un día: {documents}").format(documents=how_many(count)) if count == _A_DAY else how_many(count)
            button = Button(text, Kind.NORMAL, icon="receipt")
            button.setAccessibleName(_("Aprobar {documents}").format(documents=text))
            button.clicked.connect(partial(self.approve_requested.emit, count))
            permit(button, Act.DRILL)
            self.approvals.append(button)
            line.addWidget(button)
        line.addStretch(1)
        self._approve.box.addWidget(Words(_("Haga que Alojamientos apruebe algunos; Botones los lleva."), Role.SOFT))
        self._approve.box.addLayout(line)
        self.box.addWidget(self._approve)

    def _build_list(self) -> None:
        card = Card(_("Simulacros"))
        self.stop_all = Button(_("Detener todos"), Kind.SMALL, icon="cross", size=16)
        self.stop_all.clicked.connect(self._stop_all)
        self.stop_all.hide()
        permit(self.stop_all, Act.DRILL)
        card.head.addWidget(self.stop_all)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Buscar un simulacro"))
        self.search.setAccessibleName(_("Buscar un simulacro"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        card.box.addWidget(self.search)
        self._none = EmptyState("search", _("Ningún simulacro se llama así"), _("Pruebe con otra palabra."))
        self._none.hide()
        card.box.addWidget(self._none)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        card.box.addLayout(self._list)
        self.box.addWidget(card)

    # What the window asks for

    def open(self, reader: Reader) -> None:
        """Begin to read; a simulacro that stayed on over a restart is told at once."""
        self._reader = reader
        self.refresh()

    def draw(self, status: Status) -> None:
        """Show whether anybody would carry what is approved."""
        self._unready.setVisible(not status.set_up)
        self._approve.setVisible(status.set_up)

    def refresh(self) -> None:
        """Ask the front desk anew; while documents pour in, only now and then."""
        if not self._is_listed and self.isVisible():
            self._is_listed = True
            spawn(self._list_all(), self._on_error)
        self._is_stale = self._asked > self._answered or self._rest.isActive()
        if not self._is_stale:
            self._ask()

    def _rested(self) -> None:
        # What nobody looks at is read when it comes forward.
        if self._is_stale and self.isVisible():
            self.refresh()

    # Asking the desk, in a thread with a loop of its own

    def _ask(self, *orders: tuple[str, bool]) -> None:
        desk, reader = self._context.practice, self._reader
        if desk is None or not desk.is_running:
            return
        self._asked += 1
        for row in self.rows.values():
            row.wait(any(name == row.name for name, _on in orders))
        spawn(self._answer(self._asked, desk, reader, orders), self._on_error)

    async def _answer(
        self, number: int, desk: FrontDesk, reader: Reader | None, orders: Sequence[tuple[str, bool]]
    ) -> None:
        async def speak() -> tuple[Result, str]:
            for name, on in orders:
                await desk.scenario(name, on)
            # The ledger first: what it holds for proven must be found in the books that are asked afterwards.
            waiting, known = _known_to(reader)
            running = (await desk.state())["scenarios"]
            titles = [kind().title for kind in _scenarios() if kind.name in running]
            return result_of(await desk.books(), running, waiting, known), running_line(titles)

        try:
            result, line = await in_thread(lambda: asyncio.run(speak()))
        except ConnectorError:
            self.verdict.tell(
                Tone.WARN,
                _("El hotel de práctica no responde"),
                _("Botones lo vuelve a abrir solo; espere un momento."),
            )
        else:
            if number == self._asked:
                self.show_result(result)
                self.running_changed.emit(line)
        finally:
            self._answered += 1
            self._rest.start()

    def show_result(self, result: Result) -> None:
        """Say what became of the documents, and which simulacros are on."""
        said = _("Perdidos {lost} · doblados {doubled} · distintos {wrong}").format(
            lost=whole(result.lost), doubled=whole(result.doubled), wrong=whole(result.wrong)
        )
        if not result.approved:
            self.verdict.tell(
                Tone.IDLE,
                _("Aquí se practica"),
                _("Encienda un simulacro, apruebe documentos y mire qué hace Botones. Nada llega a Loggro."),
            )
        elif result.is_well:
            self.verdict.tell(Tone.GOOD, said, _("Así lo cuentan los libros del hotel de práctica, no los de Botones."))
        else:
            self.verdict.tell(
                Tone.BAD, said, _("Esto no debe pasar. Guarde el informe de soporte y envíelo con estos números.")
            )
        approved = _("de {n} aprobados").format(n=whole(result.approved))
        self.recorded.tell(result.recorded, approved)
        self.waiting.tell(result.waiting, _("con su causa en «Documentos»") if result.waiting else _("ninguno"))
        self.lost.tell(result.lost, _("ni en Pymes ni esperando") if result.lost else _("ninguno"))
        self.doubled.tell(result.doubled, _("dos veces en Pymes") if result.doubled else _("ninguno"))
        self._running = result.running
        self.stop_all.setVisible(bool(result.running))
        for row in self.rows.values():
            row.show_running(row.name in result.running)

    # The list

    async def _list_all(self) -> None:
        self._left = list(await in_thread(_scenarios))
        self._add_rows()

    def _add_rows(self) -> None:
        # A few for each turn of the loop: all at once would hold the window for longer than a frame.
        for kind in self._left[:_AT_ONCE]:
            row = DrillRow(kind)
            row.switched.connect(lambda name, on: self._ask((name, on)))
            row.show_running(kind.name in self._running)
            self.rows[kind.name] = row
            self._list.addWidget(row)
        self._left = self._left[_AT_ONCE:]
        if self._left:
            QTimer.singleShot(0, self, self._add_rows)
        else:
            self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        found = [row.matches(text) for row in self.rows.values()]
        for row, is_found in zip(self.rows.values(), found, strict=True):
            row.setVisible(is_found)
        self._none.setVisible(bool(found) and not any(found))

    def _stop_all(self) -> None:
        self._ask(*((name, False) for name in self._running))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        is_narrow = self.viewport().width() < _NARROW
        if is_narrow is self._is_narrow:
            return
        self._is_narrow = is_narrow
        across = 2 if is_narrow else 4
        for number, metric in enumerate((self.recorded, self.waiting, self.lost, self.doubled)):
            self._metrics.addWidget(metric, number // across, number % across)
            self._metrics.setColumnStretch(number, 1 if number < across else 0)


class DrillRow(QWidget):
    """One simulacro: what it is called, what to expect, and whether it is on."""

    switched = Signal(str, bool)

    def __init__(self, kind: type[Scenario], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        one = kind()
        self.name = kind.name
        self._title = one.title
        self._words = f"{one.title} {one.expect} {kind.name}".casefold()
        self._is_running = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, Space.MEDIUM)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(rule())
        whole_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        whole_row.setSpacing(Space.LARGE)
        words = QVBoxLayout()
        words.setSpacing(Space.HAIR)
        words.addWidget(Words(one.title, Role.STRONG))
        words.addWidget(Words(one.expect, Role.SOFT))
        whole_row.addLayout(words, 1)
        self.pill = Pill(Tone.PRACTICE, _("En curso"), "play")
        self.pill.hide()
        whole_row.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        self.button = Button(_("Iniciar"), Kind.SMALL, icon="play", size=16)
        self.button.clicked.connect(lambda: self.switched.emit(self.name, not self._is_running))
        permit(self.button, Act.DRILL)
        whole_row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(whole_row)
        if kind.is_of_the_computer():
            words.addWidget(
                Words(
                    _("Le pasa al computador y no al hotel; se juega entero en la consola: {command}").format(
                        command=f"botones demo --scenario {kind.name}"
                    ),
                    Role.CAPTION,
                    selectable=True,
                )
            )
            self.button.hide()
        self.show_running(False)

    def matches(self, text: str) -> bool:
        """Say whether all words of a search stand here."""
        return all(word in self._words for word in text.casefold().split())

    def wait(self, is_asked: bool) -> None:
        """Take no second click while the desk is being told of the first."""
        if is_asked:
            self.button.setEnabled(False)

    def show_running(self, is_running: bool) -> None:
        """Show whether it is on."""
        self._is_running = is_running
        self.pill.setVisible(is_running)
        self.button.setEnabled(True)
        self.button.setText(_("Detener") if is_running else _("Iniciar"))
        self.button.set_icon("cross" if is_running else "play")
        verb = _("Detener: {title}") if is_running else _("Iniciar: {title}")
        self.button.setAccessibleName(verb.format(title=self._title))


def running_line(titles: Sequence[str]) -> str:
    """Say above every page which simulacros are on; empty where none is."""
    if not titles:
        return ""
    if len(titles) == 1:
        return _("Simulacro en curso: {title}").format(title=titles[0])
    return _("{n} simulacros en curso: {titles}").format(n=whole(len(titles)), titles=", ".join(titles))


def _known_to(reader: Reader | None) -> tuple[frozenset[str], int]:
    """Return the keys that wait in the ledger, and how many documents it holds."""
    if reader is None:
        return frozenset(), 0
    known = reader.counts().total
    unproven = Listing(states=tuple(state for state in State if state is not State.PROVEN))
    waiting = reader.page(0, _LOOKED_AT, unproven)
    return frozenset(row.key for row in waiting), known


def _scenarios() -> tuple[type[Scenario], ...]:
    from app.sandbox.scenarios import SCENARIOS

    return SCENARIOS
