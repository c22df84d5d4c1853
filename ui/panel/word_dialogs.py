"""The two questions about the administrator's word: which one it shall be, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.clock import Clock
from app.model.errors import Failure
from app.system.vault import VaultError
from app.system.word import LONGEST, SHORTEST, MustWait, Word, WrongWord
from app.texts import _, plural, when
from app.texts.causes import explain_failure
from ui.loop import spawn
from ui.parts import Button, FormField, Kind, Words
from ui.theme import Role, Space

_WIDTH = 520

OnError = Callable[[BaseException], object]


class _WordDialog(QDialog):
    def __init__(self, title: str, text: str, action: str, on_error: OnError, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._on_error = on_error
        self._lines: list[QLineEdit] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        self._column.setSpacing(Space.MEDIUM)
        # Else the dialog would be as high as its texts at their narrowest.
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._column.addWidget(Words(title, Role.TITLE))
        self._column.addWidget(Words(text, Role.BODY))
        self.fields = QVBoxLayout()
        self.fields.setSpacing(Space.MEDIUM)
        self._column.addLayout(self.fields)
        row = QHBoxLayout()
        row.addStretch(1)
        self.leave = Button(_("Cancelar"))
        self.leave.setAutoDefault(False)
        self.leave.clicked.connect(self.reject)
        self.do = Button(action, Kind.PRIMARY)
        self.do.setDefault(True)
        self.do.clicked.connect(lambda: spawn(self._try(), self._on_error))
        row.addWidget(self.leave)
        row.addWidget(self.do)
        self._column.addStretch(1)
        self._column.addLayout(row)

    def _line(self, name: str, help_text: str = "") -> tuple[QLineEdit, FormField]:
        line = QLineEdit()
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setMaxLength(LONGEST)
        self._lines.append(line)
        field = FormField(name, line, help_text)
        self.fields.addWidget(field)
        return line, field

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for one, following in pairwise((*self._lines, self.leave, self.do)):
            self.setTabOrder(one, following)
        self._lines[0].setFocus()
        # Known only now, with the theme's fonts on; a line more for what is told of a field.
        self.resize(_WIDTH, self._column.totalHeightForWidth(_WIDTH) + 2 * Space.WIDE)

    async def _try(self) -> None:
        self.do.setEnabled(False)
        try:
            await self._do()
        except VaultError as error:
            self._refuse(f"{explain_failure(Failure.VAULT).title} ({error.kind})")
        finally:
            self.do.setEnabled(True)

    async def _do(self) -> None:
        raise NotImplementedError

    def _refuse(self, words: str) -> None:
        raise NotImplementedError


class ChooseWord(_WordDialog):
    """Have a word chosen, typed twice; accepted means that the vault has its hash."""

    def __init__(self, word: Word, on_error: OnError, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Palabra del administrador"),
            _("Con ella se vuelve a ser administrador en este computador. Anótela donde guarda las demás."),
            _("Guardar la palabra"),
            on_error,
            parent,
        )
        self._word = word
        length = _("Al menos {n} letras o signos.").format(n=SHORTEST)
        self.first, self._first_field = self._line(_("Palabra"), length)
        self.second, self._second_field = self._line(_("Otra vez"))

    async def _do(self) -> None:
        self._first_field.tell()
        self._second_field.tell()
        first, second = self.first.text(), self.second.text()
        if len(first) < SHORTEST:
            self._refuse(_("Es muy corta: al menos {n}.").format(n=SHORTEST))
        elif first != second:
            self._second_field.tell(_("No es igual a la de arriba."))
        else:
            await self._word.choose(first)
            self.accept()

    def _refuse(self, words: str) -> None:
        self._first_field.tell(words)


class SayWord(_WordDialog):
    """Ask for the word; accepted means that it was right."""

    def __init__(self, word: Word, clock: Clock, on_error: OnError, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Cambiar de papel"),
            _("Para cambiar de papel escriba la palabra del administrador."),
            _("Cambiar"),
            on_error,
            parent,
        )
        self._word = word
        self._clock = clock
        self.line, self._field = self._line(_("Palabra del administrador"))

    async def _do(self) -> None:
        self._field.tell()
        try:
            await self._word.try_it(self.line.text())
        except WrongWord as error:
            left = plural("Queda {n} intento.", "Quedan {n} intentos.", error.left).format(n=error.left)
            self._refuse(_("No es la palabra. {left}").format(left=left))
        except MustWait as error:
            until = when(error.until, self._clock.now())
            self._refuse(_("Demasiados intentos: espere hasta las {when}.").format(when=until))
        else:
            self.accept()

    def _refuse(self, words: str) -> None:
        self.line.clear()
        self._field.tell(words)
