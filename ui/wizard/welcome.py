"""The page «Bienvenida»: where Botones works, how much it may do, and in which language."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.connectors.profile import NOWHERE, BadProfile, Operation, load_profile
from app.model.mode import Mode
from app.model.role import Act
from app.model.setup import Step
from app.texts import OWN_NAMES, _, spoken
from app.texts.deeds import chosen_in_wizard
from app.texts.documents import mode_name
from app.texts.settings import mode_meaning, practice_meaning
from app.texts.sources import watch_only_note
from ui.loop import ask
from ui.parts import Banner, Card, Confirm, FormField, Picker, Words
from ui.preparation import PRACTICE
from ui.theme import Role, Tone
from ui.wizard import access
from ui.wizard.choices import Choice
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page
from ui.wizard.parts import Result

HOTEL = "loggro"


class WelcomePage(Page):
    """The choices with which everything begins."""

    step = Step.WELCOME

    language_chosen = Signal(str)

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        where = Card(_("¿Dónde va a trabajar?"))
        self.practice = Choice(
            _("En el hotel de práctica"),
            practice_meaning(),
        )
        self.hotel = Choice(
            _("En mi hotel, con Loggro"),
            _("Los sistemas de verdad. Lo que Loggro no publica lo hace usted, con la guía paso a paso."),
        )
        self._where = self._together(where, self.practice, self.hotel)
        how = Card(_("¿Cuánto puede hacer Botones?"))
        self.modes = {mode: Choice(mode_name(mode), mode_meaning(mode)) for mode in _ORDER}
        self._how = self._together(how, *self.modes.values())
        self.watching = Banner(Tone.IDLE, _("En su hotel Botones solo vigila"), watch_only_note(), icon="eye")
        how.box.addWidget(self.watching)
        how.box.addWidget(Words(_("Se puede cambiar cuando quiera."), Role.CAPTION))
        self._wish = flow.activation.chosen_mode
        self.question: Confirm | None = None
        """The confirmation that is open."""
        self._where.buttonToggled.connect(lambda _choice, _checked: self._show_modes())
        for mode, choice in self.modes.items():
            choice.clicked.connect(partial(self._wish_for, mode))
        self.language = Picker()
        for code in spoken():
            self.language.addItem(OWN_NAMES[code], code)
        speaking = FormField(_("Idioma"), self.language)
        speaking.setVisible(self.language.count() > 1)
        self.language.activated.connect(lambda _index: self.language_chosen.emit(self.language.currentData()))
        self.result = Result()
        for part in (where, how, speaking, self.result):
            self.box.addWidget(part)
        self.box.addStretch(1)
        self._show_choices()

    def _together(self, card: Card, *choices: Choice) -> QButtonGroup:
        group = QButtonGroup(self)
        for choice in choices:
            group.addButton(choice)
            card.box.addWidget(choice)
        return group

    def _show_choices(self) -> None:
        self.choose_place(real=not self.flow.context.profile.practice)
        self._show_modes()
        self.language.setCurrentIndex(max(0, self.language.findData(self.flow.context.settings.language)))

    def choose_place(self, *, real: bool) -> None:
        """Choose the hotel with Loggro, or the one for practice."""
        (self.hotel if real else self.practice).setChecked(True)

    def _show_modes(self) -> None:
        """Offer sending only where Pymes takes documents from us; what was wished for comes back with the route."""
        takes = self._takes_documents()
        for mode, choice in self.modes.items():
            choice.setEnabled(takes or not mode.sends)
        self.modes[self._wish if takes else Mode.WATCH].setChecked(True)
        self.watching.setVisible(not takes)

    def _takes_documents(self) -> bool:
        profile = self.flow.context.profile
        if self.hotel.isChecked() and profile.practice:
            try:
                profile = load_profile(HOTEL, NOWHERE, self.flow.context.paths.home)
            except BadProfile:  # «Siguiente» tells what is wrong with it
                return True
        return profile.route(Operation.PYMES_SEND).is_called or (self.practice.isChecked() and not profile.practice)

    def _wish_for(self, mode: Mode) -> None:
        if mode.sends and not self._wish.sends and not self.flow.context.settings.mode.sends:
            # Somebody once chose that only watching is done here: who turns that round says why.
            self._show_modes()
            self.flow.wonder(self._ask_why(mode))
        else:
            self._wish = mode

    async def _ask_why(self, mode: Mode) -> None:
        name = mode_name(mode)
        title, action = _("¿Cambiar a «{mode}»?"), _("Cambiar a «{mode}»")
        question = Confirm(
            title.format(mode=name),
            (mode_meaning(mode),),
            action.format(mode=name),
            reasoned=True,
            icon="send",
            parent=self.window(),
        )
        self.question = question
        if await ask(question):
            self.flow.context.did(Act.START_SENDING, chosen_in_wizard(name), question.reason.text())
            self._wish = mode
            self._show_modes()
        self.question = None

    def draw(self) -> None:
        self.result.show_trouble(self.flow.trouble(Work.CHOOSING))

    def commit(self) -> None:
        """Keep the mode, which may be changed at any time; another hotel is opened by «Siguiente» alone."""
        activation = self.flow.activation
        if self.flow.is_open and self._wish is not activation.chosen_mode:
            self.flow.change(activation.choose(self.flow.context.profile, self._wish))

    def proceed(self) -> None:
        profile = self.flow.context.profile
        name = PRACTICE if self.practice.isChecked() else HOTEL if profile.practice else profile.name
        self.flow.do(Work.CHOOSING, access.choose, name, self._wish)


_ORDER = (Mode.COMPLETE, Mode.WATCH, Mode.SEND_ALL)
