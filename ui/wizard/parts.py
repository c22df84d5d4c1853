"""The parts that only the wizard has: route tags, results with their detail, instructions, secrets."""

import textwrap
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.model.errors import ConnectorError, Failure, StorageError
from app.model.route import Route
from app.model.setup import Attempt, Connection
from app.texts import _
from app.texts.causes import Explanation, explain_failure
from app.texts.guided import Instruction
from app.texts.setup import failure_text, learnt_line, route_meaning, route_name
from ui.parts import Banner, Button, CopyField, Icon, Kind, RouteTag, Surface, Words, clear, plain_tip
from ui.preparation import NotPrepared
from ui.theme import Role, Space, Tone, fixed_font
from ui.wizard.flow import Trouble

_TIP_COLUMNS = 64
_LONG_VALUE = 24
_TWO_COLUMNS = 600


def route_tag(route: Route) -> RouteTag:
    """Return the label of a route, its meaning in the tooltip."""
    tag = RouteTag(route)
    meaning = route_meaning(route)
    tag.setToolTip(plain_tip(textwrap.fill(meaning, _TIP_COLUMNS)))
    tag.setAccessibleName(_("Vía {route}").format(route=route_name(route)))
    tag.setAccessibleDescription(meaning)
    return tag


class RouteSlot(QWidget):
    """The label of a route that may become another while the page is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._shown: Route | None = None

    def show_route(self, route: Route) -> None:
        """Show this route's label."""
        if route is not self._shown:
            self._shown = route
            clear(self._row)
            self._row.addWidget(route_tag(route))


def explanation_of(trouble: Trouble) -> Explanation:
    """Say what failed and what helps."""
    if isinstance(trouble, ConnectorError):
        return explain_failure(trouble.failure) if trouble.system not in set(Connection) else _of_connection(trouble)
    if isinstance(trouble, NotPrepared):
        return Explanation(trouble.title, trouble.text, "")
    if isinstance(trouble, StorageError):
        return explain_failure(trouble.failure)
    return _vault_text(getattr(trouble, "kind", ""))


def _of_connection(error: ConnectorError) -> Explanation:
    attempt = Attempt(
        connection=Connection(error.system),
        at=datetime.now(UTC),
        failure=error.failure,
        detail=error.detail,
        status=error.status,
        retry_after=error.retry_after,
    )
    return failure_text(attempt)


def _vault_text(kind: str) -> Explanation:
    if kind == "too-large":
        return Explanation(
            _("El acceso no cabe en el llavero del sistema"),
            _("Es más largo de lo que este computador puede guardar. No se guardó nada, ni una parte."),
            _("Revise que lo pegado sea solo el token."),
        )
    return explain_failure(Failure.VAULT)


def detail_of(trouble: Trouble) -> str:
    """Return what support wants to see."""
    if isinstance(trouble, ConnectorError):
        return _detail(trouble.status, trouble.messages, trouble.detail)
    return trouble.detail if isinstance(trouble, NotPrepared) else str(trouble)


def _detail(status: int | None, messages: tuple[str, ...], detail: str) -> str:
    lines = [f"HTTP {status}"] if status is not None else []
    return "\n".join([*lines, *messages, *([detail] if detail else [])])


class Details(QWidget):
    """«Ver detalle»: what a technician needs, out of sight until asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        self.button = Button(_("Ver detalle"), Kind.PLAIN)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(fixed_font(12))
        self.text.setAccessibleName(_("Detalle"))
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.text.hide()
        self.button.clicked.connect(lambda: self.show_text(self.text.isHidden()))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.text)

    def show_text(self, shown: bool) -> None:
        """Open or close it."""
        self.text.setVisible(shown)
        self.button.setText(_("Ocultar detalle") if shown else _("Ver detalle"))

    def set_text(self, text: str) -> None:
        """Take another text; an empty one hides the whole."""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
            lines = min(8, max(2, text.count("\n") + 1 + len(text) // 90))
            self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + 2 * Space.MEDIUM)
            self.show_text(False)
        self.setVisible(bool(text))


class Result(QWidget):
    """How a try or an errand ended: what happened, what it means, what to do, and the detail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        self.banner = Banner(Tone.GOOD, "")
        self.details = Details()
        column.addWidget(self.banner)
        column.addWidget(self.details)
        self.hide()

    def tell(self, tone: Tone, title: str, text: str = "", detail: str = "") -> None:
        """Say it."""
        self.banner.tell(tone, title, text)
        self.details.set_text(detail)
        self.show()

    def show_trouble(self, trouble: Trouble | None) -> None:
        """Show what failed; nothing where nothing did."""
        if trouble is None:
            self.hide()
            return
        said = explanation_of(trouble)
        self.tell(Tone.BAD, said.title, f"{said.meaning} {said.place}".strip(), detail_of(trouble))

    def show_attempt(self, attempt: Attempt | None, *, kept: bool = True) -> None:
        """Show how a try ended; ``kept`` says whether the vault still has what was tried."""
        if attempt is None:
            self.hide()
        elif attempt.ok and not kept:
            self.tell(Tone.WARN, _("El acceso ya no está en este computador: escríbalo otra vez."))
        elif attempt.ok:
            self.tell(Tone.GOOD, learnt_line(attempt))
        else:
            said = failure_text(attempt)
            text = f"{said.meaning}\n{said.place}"
            self.tell(Tone.BAD, said.title, text, _detail(attempt.status, attempt.messages, attempt.detail))


class InstructionView(Surface):
    """What a person does on Loggro's screen: numbered steps, values with copy buttons, what is not certain."""

    def __init__(self, instruction: Instruction | None = None, parent: QWidget | None = None) -> None:
        margins = (Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
        super().__init__("sunken", margins=margins, spacing=Space.SMALL, parent=parent)
        self.copies: list[CopyField] = []
        self._shown: Instruction | None = None
        self._columns = 0
        if instruction is not None:
            self.show_instruction(instruction)

    def show_instruction(self, instruction: Instruction) -> None:
        """Show these steps."""
        if instruction == self._shown:
            return
        self._shown = instruction
        clear(self.box)
        self.copies = []
        for number, step in enumerate(instruction.steps, start=1):
            row = QHBoxLayout()
            row.setSpacing(Space.SMALL)
            row.addWidget(Words(f"{number}.", Role.STRONG, wraps=False), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Words(step, selectable=True), 1)
            self.box.addLayout(row)
        if instruction.values:
            self.copies = [CopyField(label, value) for label, value in instruction.values]
            self._grid = QGridLayout()
            self._grid.setHorizontalSpacing(Space.LARGE)
            self._grid.setVerticalSpacing(Space.SMALL)
            self.box.addLayout(self._grid)
            self._columns = 0
            self._place_copies()
        if instruction.note:
            self.box.addWidget(Words(instruction.note, Role.CAPTION))

    def _place_copies(self) -> None:
        """Put the values in two columns where there is room, a long one over the whole width."""
        columns = 2 if self.width() >= _TWO_COLUMNS else 1
        if not self.copies or columns == self._columns:
            return
        self._columns = columns
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)
        place = 0
        for field in self.copies:
            span = columns if len(field.value()) > _LONG_VALUE else 1
            if place % columns + span > columns:
                place += 1
            self._grid.addWidget(field, place // columns, place % columns, 1, span)
            place += span

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_copies()


class SecretField(QWidget):
    """An editor that shows dots, with a button to see and a button to paste; it never gives back what was stored."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HAIR)
        title = Words(label, Role.STRONG, wraps=False)
        self.editor = QLineEdit()
        self.editor.setEchoMode(QLineEdit.EchoMode.Password)
        self.editor.setAccessibleName(label)
        title.setBuddy(self.editor)
        self.seen = Button(_("Mostrar"), Kind.NORMAL, icon="eye")
        self.seen.setAccessibleName(_("Mostrar {what}").format(what=label))
        self.seen.clicked.connect(self._toggle)
        self.paste = Button(_("Pegar"), Kind.NORMAL, icon="copy")
        self.paste.setAccessibleName(_("Pegar {what}").format(what=label))
        self.paste.clicked.connect(lambda: self.editor.setText(QApplication.clipboard().text().strip()))
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addWidget(self.editor, 1)
        row.addWidget(self.seen)
        row.addWidget(self.paste)
        column.addWidget(title)
        column.addLayout(row)

    def text(self) -> str:
        return self.editor.text().strip()

    def clear(self) -> None:
        """Forget what was typed, and show dots again."""
        self.editor.clear()
        self._show(False)

    def _toggle(self) -> None:
        self._show(self.editor.echoMode() is QLineEdit.EchoMode.Password)

    def _show(self, seen: bool) -> None:
        self.editor.setEchoMode(QLineEdit.EchoMode.Normal if seen else QLineEdit.EchoMode.Password)
        self.seen.setText(_("Ocultar") if seen else _("Mostrar"))


class Stored(QWidget):
    """Stands where a secret was typed, once it is in the vault: it can be replaced and not be seen."""

    def __init__(self, what: str, *, lasting: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(Icon("key", "good.ink" if lasting else "warn.ink", 18))
        where = _("{what}: en el llavero del sistema.") if lasting else _("{what}: solo mientras Botones esté abierto.")
        self._words = Words(where.format(what=what))
        row.addWidget(self._words, 1)
        self.replace = Button(_("Cambiar"))
        self.replace.setAccessibleName(_("Cambiar {what}").format(what=what))
        row.addWidget(self.replace)
