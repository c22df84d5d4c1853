"""A question before what cannot be taken back: it names what will happen, and doing nothing is the default."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.role import LONGEST_REASON
from app.texts import _
from ui.parts.buttons import Button, Kind
from ui.parts.fields import FormField
from ui.parts.frames import Icon
from ui.parts.words import Words
from ui.theme import Role, Space

_WIDTH = 520


class Confirm(QDialog):
    """Ask with ``ui.loop.ask``; accepted means: do it."""

    def __init__(
        self,
        title: str,
        happens: Sequence[str],
        action: str,
        *,
        typed: str = "",
        reasoned: bool = False,
        icon: str = "question",
        parent: QWidget | None = None,
    ) -> None:
        """``happens`` says, line by line, what follows; with ``typed`` the person has to write that word first.

        With ``reasoned`` the person has to say why, in ``reason``.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._typed = typed
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        # Else the dialog would be as high as its texts at their narrowest.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        head = QHBoxLayout()
        head.setSpacing(Space.MEDIUM)
        head.addWidget(Icon(icon, "accent_ink", 28), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Words(title, Role.TITLE), 1)
        column.addLayout(head)
        for line in happens:
            column.addWidget(Words(line, Role.BODY))
        self.word = QLineEdit()
        if typed:
            column.addWidget(FormField(_("Para seguir, escriba «{word}»").format(word=typed), self.word))
            self.word.textChanged.connect(self._judge)
        self._reasoned = reasoned
        self.reason = QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        if reasoned:
            column.addWidget(FormField(_("Motivo"), self.reason, _("Queda guardado con su nombre y la hora.")))
            self.reason.textChanged.connect(self._judge)
        row = QHBoxLayout()
        row.addStretch(1)
        self.leave = Button(_("Cancelar"))
        self.leave.clicked.connect(self.reject)
        self.do = Button(action, Kind.PRIMARY)
        self.do.clicked.connect(self.accept)
        # Enter without reading must change nothing.
        self.leave.setDefault(True)
        self.do.setAutoDefault(False)
        row.addWidget(self.leave)
        row.addWidget(self.do)
        column.addStretch(1)
        column.addLayout(row)
        self._judge()
        (self.word if typed else self.reason if reasoned else self.leave).setFocus()

    def _judge(self) -> None:
        said = self.word.text().strip().casefold()
        agrees = not self._typed or said == self._typed.casefold()
        self.do.setEnabled(agrees and (not self._reasoned or bool(self.reason.text().strip())))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Known only now, with the theme's fonts on.
        column = self.layout()
        if column is not None:
            self.resize(_WIDTH, column.totalHeightForWidth(_WIDTH))
