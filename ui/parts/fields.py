"""Fields of forms: a labelled editor with a hint and a slip below it, and a value to be copied."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.texts import _
from ui.parts.buttons import Button, Kind
from ui.parts.words import Words, polish
from ui.theme import Role, Space, Tone, fixed_font

_SAID_MS = 1500


class FormField(QWidget):
    """A label, an editor, and one line below that helps or says what is wrong."""

    def __init__(self, label: str, editor: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._hint_text = hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        title = Words(label, Role.STRONG, wraps=False)
        title.setBuddy(editor)
        self._line = Words(hint, Role.CAPTION)
        self._line.setVisible(bool(hint))
        editor.setAccessibleName(label)
        column.addWidget(title)
        column.addWidget(editor)
        column.addWidget(self._line)

    def set_hint(self, hint: str) -> None:
        """Help with other words; a slip that is shown stays."""
        self._hint_text = hint
        if not self.editor.property("slip"):
            self.tell()

    def tell(self, slip: str = "", *, blocks: bool = True) -> None:
        """Show a slip (``blocks``: no way on with it; else a warning); an empty one brings the hint back."""
        kind = ("block" if blocks else "warn") if slip else ""
        self._line.setText(slip or self._hint_text)
        self._line.setVisible(bool(slip or self._hint_text))
        self._line.set_tone(None if not slip else Tone.BAD if blocks else Tone.WARN)
        self.editor.setAccessibleDescription(slip or self._hint_text)
        if self.editor.property("slip") != kind:
            self.editor.setProperty("slip", kind)
            polish(self.editor)


class CopyField(QWidget):
    """A value to type elsewhere, with a button that copies it and says so."""

    def __init__(self, label: str, value: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        if label:
            column.addWidget(Words(label, Role.OVERLINE, wraps=False))
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self._value = QLineEdit(value)
        self._value.setReadOnly(True)
        self._value.setCursorPosition(0)
        self._value.setFont(fixed_font())
        self._value.setAccessibleName(label)
        self.button = Button(_("Copiar"), Kind.NORMAL, icon="copy")
        self.button.setAccessibleName(_("Copiar {what}").format(what=label or value))
        self.button.clicked.connect(self._copy)
        row.addWidget(self._value, 1)
        row.addWidget(self.button)
        column.addLayout(row)
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._said.setInterval(_SAID_MS)
        self._said.timeout.connect(self._unsay)

    def value(self) -> str:
        return self._value.text()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._value.text())
        self.button.setText(_("Copiado"))
        self.button.set_icon("check")
        self._said.start()

    def _unsay(self) -> None:
        self.button.setText(_("Copiar"))
        self.button.set_icon("copy")
