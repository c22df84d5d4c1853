"""The questions of the page Pendientes: which sale stands for a document, and from which day older ones are brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDateEdit,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.model.errors import ConnectorError, NotAtWork
from app.model.preview import Backfill
from app.model.role import LONGEST_REASON
from app.model.sales import Sale
from app.texts import _, day, money, whole
from app.texts.backfill import backfill_lines
from app.texts.causes import explain_failure
from app.texts.documents import families_name
from ui.loop import spawn
from ui.parts import Banner, Button, FormField, Kind, Words, clear, fit
from ui.theme import Role, Space, Tone
from ui.wizard.choices import Choice

if TYPE_CHECKING:  # the first window does not wait for the database's library
    from app.storage.pending import Waiting

_WIDTH: Final = 640
_LONGEST_NUMBER: Final = 40

OnError = Callable[[BaseException], object]


def why_not(error: Exception) -> tuple[str, str]:
    """Say why a question to Loggro had no answer, as a title and what helps."""
    if isinstance(error, ConnectorError):
        explanation = explain_failure(error.failure)
        return explanation.title, explanation.place
    return (
        _("Botones no está conectado en este momento"),
        _("Espere a que el resumen diga que hay conexión, o revise el acceso en el asistente."),
    )


class _Question(QDialog):
    """A dialog with a way out that changes nothing, and one way on."""

    def __init__(self, title: str, action: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        self._column.setSpacing(Space.MEDIUM)
        self._column.addWidget(Words(title, Role.TITLE))
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.MEDIUM)
        self._column.addLayout(self.body, 1)
        self.row = QHBoxLayout()
        self.row.addStretch(1)
        self.leave = Button(_("Cancelar"))
        self.leave.clicked.connect(self.reject)
        self.do = Button(action, Kind.PRIMARY)
        self.do.clicked.connect(self.accept)
        self.do.setAutoDefault(False)
        self.do.setEnabled(False)
        self.row.addWidget(self.leave)
        self.row.addWidget(self.do)
        self._column.addLayout(self.row)
        self.setMinimumWidth(_WIDTH)


class SettleDialog(_Question):
    """Which sale of Pymes stands for the document, and why."""

    def __init__(
        self,
        one: Waiting,
        find: Callable[[str], Awaitable[tuple[Sale, ...]]],
        on_error: OnError,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            _("{number}: resuelto por fuera").format(number=one.full_number), _("Marcar como resuelto"), parent
        )
        self._find = find
        self._on_error = on_error
        self._asked = 0
        self._sales: tuple[Sale, ...] = ()
        self.body.addWidget(
            Words(
                _(
                    "Elija el registro de Pymes que vale por este documento. Botones no lo envía, mira a veces "
                    "que el registro siga ahí, y guarda su nombre y el motivo. Se puede deshacer."
                )
            )
        )
        self.number = QLineEdit(one.full_number)
        self.number.setMaxLength(_LONGEST_NUMBER)
        self.search = Button(_("Buscar en Pymes"), icon="search")
        self.search.setAutoDefault(False)
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        line.addWidget(FormField(_("Número en Pymes"), self.number), 1)
        line.addWidget(self.search, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(line)
        self.found = QVBoxLayout()
        self.found.setSpacing(Space.SMALL)
        self.body.addLayout(self.found)
        self.group = QButtonGroup(self)
        self.reason = QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        self.body.addWidget(
            FormField(_("Motivo"), self.reason, _("Por ejemplo: el contador la registró con la fecha corregida."))
        )
        self.body.addStretch(1)
        self.search.clicked.connect(self._ask)
        self.number.returnPressed.connect(self._ask)
        self.reason.textChanged.connect(self._judge)
        self.group.idToggled.connect(self._judge)
        fit(self, _WIDTH, 480)
        QTimer.singleShot(0, self, self._ask)

    @property
    def sale(self) -> Sale | None:
        """The sale that was chosen."""
        chosen = self.group.checkedId()
        return self._sales[chosen] if 0 <= chosen < len(self._sales) else None

    def _ask(self) -> None:
        if number := self.number.text().strip():
            self._asked += 1
            self._say(Tone.BUSY, _("Buscando {number} en Pymes…").format(number=number))
            spawn(self._look(number, self._asked), self._on_error)

    async def _look(self, number: str, asked: int) -> None:
        try:
            sales = await self._find(number)
        except (ConnectorError, NotAtWork) as error:
            if asked == self._asked:
                self._say(Tone.BAD, *why_not(error))
            return
        if asked == self._asked:
            self._show(number, sales)

    def _say(self, tone: Tone, title: str, text: str = "") -> None:
        self._forget()
        self.found.addWidget(Banner(tone, title, text))

    def _forget(self) -> None:
        for button in self.group.buttons():
            self.group.removeButton(button)
        self._sales = ()
        clear(self.found)
        self._judge()

    def _show(self, number: str, sales: tuple[Sale, ...]) -> None:
        if not sales:
            self._say(
                Tone.WARN,
                _("En Pymes no hay ningún registro {number}").format(number=number),
                _("Si se registró con otro número, escríbalo arriba. Sin registro no hay con qué resolverlo."),
            )
            return
        self._forget()
        self._sales = sales
        for place, sale in enumerate(sales):
            choice = Choice(*_sale_words(sale))
            choice.setChecked(len(sales) == 1 and not sale.annulled)
            choice.setEnabled(not sale.annulled)
            self.group.addButton(choice, place)
            self.found.addWidget(choice)
        self._judge()

    def _judge(self) -> None:
        self.do.setEnabled(self.sale is not None and bool(self.reason.text().strip()))


def _sale_words(sale: Sale) -> tuple[str, str]:
    parts = [families_name(sale.type.family), day(sale.issued_on) if sale.issued_on else ""]
    parts.append(sale.counterparty_name or sale.counterparty_id or "")
    if sale.annulled:
        parts.append(_("anulado: ya no cuenta"))
    value = money(sale.payable, sale.currency or "COP") if sale.payable is not None else ""
    return " · ".join(filter(None, (sale.full_number, value))), " · ".join(filter(None, parts))


Preview = Callable[[date, Callable[[int, int], None], Callable[[], bool]], Awaitable[Backfill]]


class BackfillDialog(_Question):
    """From which day older documents are brought, after seeing what that would do."""

    def __init__(self, today: date, preview: Preview, on_error: OnError, parent: QWidget | None = None) -> None:
        super().__init__(_("Traer documentos anteriores"), _("Traerlos"), parent)
        self._preview = preview
        self._on_error = on_error
        self._halted = False
        self._working = False
        self._progress = (0, 0)
        self.shown: Backfill | None = None
        self.body.addWidget(
            Words(
                _(
                    "Botones empieza el día en que se instala. Aquí se ve qué pasaría con lo aprobado antes; mirar no "
                    "cambia nada, y traerlos dos veces tampoco."
                )
            )
        )
        self.day = QDateEdit(QDate(today.year, today.month, 1))
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("dd/MM/yyyy")
        self.day.setMaximumDate(QDate(today.year, today.month, today.day))
        past = today - timedelta(days=5 * 366)
        self.day.setMinimumDate(QDate(past.year, past.month, past.day))
        self.look = Button(_("Ver qué pasaría"), icon="search")
        self.look.setAutoDefault(False)
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        line.addWidget(FormField(_("Desde el día"), self.day))
        line.addWidget(self.look, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        self.body.addLayout(line)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.body.addWidget(self.bar)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.HAIR)
        self.body.addLayout(self._lines)
        self.reason = QLineEdit()
        self.reason.setMaxLength(LONGEST_REASON)
        self.body.addWidget(FormField(_("Motivo"), self.reason, _("Para traerlos: queda guardado con su nombre.")))
        self.body.addStretch(1)
        self._tick = QTimer(self)
        self._tick.setInterval(100)
        self._tick.timeout.connect(self._draw_progress)
        self.look.clicked.connect(self._look)
        self.day.dateChanged.connect(self._forget)
        self.reason.textChanged.connect(self._judge)
        fit(self, _WIDTH, 520)

    def chosen(self) -> date:
        """Return the day that is chosen."""
        chosen = self.day.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    def _forget(self) -> None:
        self._halted = True
        self.shown = None
        self.do.setEnabled(False)
        clear(self._lines)

    def _look(self) -> None:
        if self._working:
            self._halted = True
            return
        self._forget()
        self._halted, self._working, self._progress = False, True, (0, 0)
        self.look.setText(_("Detener"))
        self.look.set_icon("cross")
        self.day.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._tick.start()
        spawn(self._ask(self.chosen()), self._on_error)

    async def _ask(self, start: date) -> None:
        from app.sync.backfill import Halted

        def hear(done: int, total: int) -> None:
            self._progress = (done, total)  # from the engine's thread: only kept, drawn by the tick

        lines: tuple[str, ...] = ()
        try:
            self.shown = await self._preview(start, hear, lambda: self._halted)
            lines = backfill_lines(self.shown)
        except Halted:
            lines = (_("Se detuvo. No se cambió nada."),)
        except (ConnectorError, NotAtWork) as error:
            lines = why_not(error)
        finally:
            self._working = False
            self._tick.stop()
            self.bar.hide()
            self.day.setEnabled(True)
            self.look.setText(_("Ver qué pasaría"))
            self.look.set_icon("search")
        clear(self._lines)
        for number, text in enumerate(lines):
            self._lines.addWidget(Words(text, Role.STRONG if number == 0 else Role.BODY, selectable=True))
        self._judge()

    def _judge(self) -> None:
        changes = self.shown is not None and self.shown.changes_anything
        self.do.setEnabled(changes and bool(self.reason.text().strip()))

    def _draw_progress(self) -> None:
        done, total = self._progress
        self.bar.setRange(0, total)
        self.bar.setValue(min(done, total))
        self.bar.setAccessibleName(_("{n} leídos").format(n=whole(done)))

    def done(self, result: int) -> None:
        self._halted = True
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._halted = True
        super().closeEvent(event)
