"""The page «Bienvenida»: where Botones works, how much it may do, and in which language."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QWidget

from app.model.mode import Mode
from app.model.setup import Step
from app.texts import _, spoken
from app.texts.documents import mode_name
from ui.parts import Card, FormField, Words
from ui.preparation import PRACTICE
from ui.theme import Role
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
            _("Un hotel inventado dentro de este computador. Todo se puede probar: nada llega a Loggro."),
        )
        self.hotel = Choice(
            _("En mi hotel, con Loggro"),
            _("Los sistemas de verdad. Lo que Loggro no publica lo hace usted, con la guía paso a paso."),
        )
        self._where = self._together(where, self.practice, self.hotel)
        how = Card(_("¿Cuánto puede hacer Botones?"))
        self.modes = {mode: Choice(mode_name(mode), _mode_sentence(mode)) for mode in _ORDER}
        self._how = self._together(how, *self.modes.values())
        how.box.addWidget(Words(_("Se puede cambiar cuando quiera."), Role.CAPTION))
        self.language = QComboBox()
        for code in spoken():
            self.language.addItem({"es": "Español", "en": "English"}[code], code)
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
        (self.practice if self.flow.context.profile.practice else self.hotel).setChecked(True)
        self.modes[self.flow.activation.chosen_mode].setChecked(True)
        self.language.setCurrentIndex(max(0, self.language.findData(self.flow.context.settings.language)))

    def draw(self) -> None:
        self.result.show_trouble(self.flow.trouble(Work.CHOOSING))

    def proceed(self) -> None:
        profile = self.flow.context.profile
        name = PRACTICE if self.practice.isChecked() else HOTEL if profile.practice else profile.name
        mode = next(mode for mode, choice in self.modes.items() if choice.isChecked())
        self.flow.do(Work.CHOOSING, access.choose, name, mode)


_ORDER = (Mode.COMPLETE, Mode.WATCH, Mode.SEND_ALL)


def _mode_sentence(mode: Mode) -> str:
    return {
        Mode.COMPLETE: _("Recomendado. Mira primero: adopta lo que Loggro ya llevó, y envía solo lo que falta."),
        Mode.WATCH: _("No escribe nada en Pymes: avisa de lo que falta y de lo que no coincide."),
        Mode.SEND_ALL: _("No espera a Loggro: envía enseguida lo que no esté en Pymes. También mira antes."),
    }[mode]
