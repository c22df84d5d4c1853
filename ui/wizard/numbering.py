"""The page «Consecutivo»: one form per range, checked while it is typed, and what became of it in Pymes."""

from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.setup import Entry, Outcome, Step
from app.setup import numbering
from app.texts import _, plural
from app.texts.documents import families_name, family_name
from app.texts.guided import pms_numbering_instruction
from ui.parts import Button, Card, FlowRow, Kind, Spinner, Words, clear, flowing, holding
from ui.theme import Role, Space
from ui.wizard import errands
from ui.wizard.choices import Check
from ui.wizard.entry import EntryCard
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page, across
from ui.wizard.parts import InstructionView, Result, route_tag
from ui.wizard.ways import Ways


class NumberingPage(Page):
    """The consecutivos that Pymes needs, with the very numbers of Alojamientos."""

    step = Step.NUMBERING

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.current = 0
        """Which of the entries is shown."""
        self._reads = flow.activation.route(Operation.PMS_RESOLUTIONS).is_called
        self._looked_for: int | None = None
        """The entry that a person was seen to lack."""
        self.trouble = Result()
        self.box.addWidget(self.trouble)
        self.ways = Ways(flow, self.step, self._path, self._look)
        self.box.addWidget(self.ways)
        self._build_families()
        self._waiting = QWidget()
        waiting = QHBoxLayout(self._waiting)
        waiting.setContentsMargins(0, 0, 0, 0)
        waiting.addWidget(Spinner())
        waiting.addWidget(Words(_("Leyendo las resoluciones de Alojamientos…"), Role.SOFT), 1)
        self.box.addWidget(self._waiting)
        self._build_tabs()
        self.card = EntryCard(flow)
        self.card.typed.connect(self._take)
        self.card.make.clicked.connect(lambda: self._create([self.current]))
        self.card.look.clicked.connect(lambda: self.flow.do(Work.NUMBERING, errands.look, self.current))
        self.card.confirm.clicked.connect(self._confirm)
        self.box.addWidget(self.card)
        self.box.addStretch(1)

    def _build_families(self) -> None:
        card = Card(_("¿Qué documentos emite el hotel?"))
        card.head.addWidget(route_tag(self.flow.activation.route(Operation.PMS_RESOLUTIONS)))
        self.families: dict[Family, Check] = {}
        for family in HOTEL_FAMILIES:
            box = Check(families_name(family))
            box.clicked.connect(self._choose_families)
            self.families[family] = box
        card.box.addWidget(flowing(*self.families.values(), spacing=Space.LARGE))
        if self._reads:
            self.fetch = Button(_("Traer otra vez de Alojamientos"), Kind.PLAIN, icon="sync")
            self.fetch.clicked.connect(self._propose)
            note = Words(_("Los formularios vienen llenos con lo que dice Alojamientos."), Role.CAPTION)
            line = across(self.fetch, stretch=False)
            line.insertWidget(0, note, 1)
            card.box.addLayout(line)
        else:
            card.box.addWidget(InstructionView(pms_numbering_instruction()))
        self.box.addWidget(card)

    def _build_tabs(self) -> None:
        self._tabs = FlowRow()
        strip = holding(self._tabs)
        self.tabs: list[Button] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._show_entry)
        self.create_all = Button(_("Crear en Pymes"), icon="numbering")
        self.create_all.clicked.connect(lambda: self._create(self._to_create()))
        self._all = Card()
        self._all_words = Words()
        line = across(self.create_all, spacing=Space.MEDIUM, stretch=False)
        line.insertWidget(0, self._all_words, 1)
        self._all.box.addLayout(line)
        self.box.addWidget(self._all)
        self.box.addWidget(strip)

    # --- drawing ------------------------------------------------------------------------------------------------------

    @property
    def _creates(self) -> bool:
        """Say whether Botones makes the consecutivos."""
        return self.flow.activation.route(Operation.PYMES_CREATE_NUMBERING).is_called

    def left(self) -> None:
        self.ways.end()

    def entered(self) -> None:
        self.ways.begin()
        if self._reads and not self.flow.activation.entries:
            self._propose()
        unsettled = [index for index, entry in enumerate(self.flow.activation.entries) if not entry.lets_on]
        self.current = unsettled[0] if unsettled else 0

    def draw(self) -> None:
        flow = self.flow
        entries = flow.activation.entries
        self.trouble.show_trouble(flow.trouble(Work.PROPOSING, Work.NUMBERING))
        self._waiting.setVisible(flow.busy is Work.PROPOSING)
        for family, box in self.families.items():
            box.setChecked(family in flow.activation.families)
            box.setEnabled(flow.busy is None)
        if self._reads:
            self.fetch.setEnabled(flow.busy is None)
        self._follow_hand(entries)
        self._draw_tabs(entries)
        self.current = min(self.current, max(0, len(entries) - 1))
        self.card.setVisible(bool(entries))
        if entries:
            self.card.show_entry(entries[self.current])
        self.ways.draw()
        missing = self._to_create()
        self._all.setVisible(self._creates and len(missing) > 1)
        self._all_words.setText(_("Faltan en Pymes. Botones mira primero, y crea solo lo que no esté."))
        self.create_all.setEnabled(flow.busy is None)
        self.create_all.setText(
            plural("Crear {n} en Pymes", "Crear los {n} en Pymes", len(missing)).format(n=len(missing))
        )

    def _draw_tabs(self, entries: tuple[Entry, ...]) -> None:
        if len(self.tabs) != len(entries):
            clear(self._tabs)
            self.tabs = []
            for index in range(len(entries)):
                tab = Button(_tab_text(entries[index]), Kind.CHIP, icon="clock")
                self._group.addButton(tab, index)
                self._tabs.addWidget(tab)
                self.tabs.append(tab)
        for index, (tab, entry) in enumerate(zip(self.tabs, entries, strict=True)):
            tab.setText(_tab_text(entry))
            tab.set_icon(_icon_of(entry))
            tab.setChecked(index == self.current)

    def _show_entry(self, index: int) -> None:
        self.current = index
        self.card.form.begin()
        self.draw()

    def _follow_hand(self, entries: tuple[Entry, ...]) -> None:
        """Turn to the next consecutivo once the one that a person was making stands in Pymes."""
        if self._looked_for is None or self._looked_for >= len(entries) or not entries[self._looked_for].lets_on:
            return
        here = self._looked_for == self.current
        self._looked_for = None
        left = [index for index, entry in enumerate(entries) if not entry.lets_on]
        if here and left:
            self.current = left[0]
            self.card.form.begin()

    # --- looking on while a person does it ----------------------------------------------------------------------------

    def _path(self) -> str:
        entries = self.flow.activation.entries
        if not entries or entries[self.current].outcome is Outcome.DIFFERENT or entries[self.current].lets_on:
            return "/pymes/consecutivos"
        return f"/pymes/consecutivos/nuevo?familia={entries[self.current].family.value}"

    def _look(self) -> None:
        entries = self.flow.activation.entries
        if (
            not entries
            or entries[self.current].lets_on
            or numbering.blocks(self.card.check(entries[self.current].draft))
        ):
            return
        self._looked_for = self.current
        self.flow.do_quietly(Work.NUMBERING, errands.see_entry, self.current)

    # --- intentions ---------------------------------------------------------------------------------------------------

    def _propose(self) -> None:
        self.flow.do(Work.PROPOSING, errands.propose)

    def _to_create(self) -> list[int]:
        """Return the entries that are not in Pymes and whose form may go."""
        entries = self.flow.activation.entries
        return [
            index
            for index, entry in enumerate(entries)
            if not entry.lets_on and not numbering.blocks(self.card.check(entry.draft))
        ]

    def _create(self, indexes: list[int]) -> None:
        self.flow.do(Work.NUMBERING, errands.create, indexes)

    def _take(self, draft: object) -> None:
        activation = self.flow.activation
        entry = numbering.retyped(activation.entries[self.current], draft, self.flow.context.clock.now())  # type: ignore[arg-type]
        self.flow.change(activation.with_entry(self.current, entry), typing=True)

    def _confirm(self) -> None:
        activation = self.flow.activation
        self.flow.change(activation.with_entry(self.current, numbering.confirmed(activation.entries[self.current])))

    def _choose_families(self) -> None:
        chosen = [family for family, box in self.families.items() if box.isChecked()]
        activation = self.flow.activation.with_families(chosen)
        added = partial(numbering.blank_entries, activation.families)
        self.flow.change(activation.with_entries(added(activation.entries)))


def _tab_text(entry: Entry) -> str:
    return f"{family_name(entry.family)} {entry.draft.prefix}".strip()


def _icon_of(entry: Entry) -> str:
    if entry.outcome is Outcome.DIFFERENT or entry.failure is not None:
        return "alert"
    return "check" if entry.lets_on else "clock"
