"""What was said and answered, as plain text in a window of its own, to be read and copied; it never draws markup."""

from __future__ import annotations

import json
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.model.exchange import Exchange
from app.model.journey import Event
from app.texts import _, day, hour
from app.texts.documents import event_name
from ui.parts import Button, Kind, Words, fit
from ui.theme import Role, Space, fixed_font


class SaidDialog(QDialog):
    """The exchanges of one event."""

    def __init__(self, event: Event, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Lo que se dijo"))
        fit(self, 720, 560)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Words(event_name(event.kind), Role.TITLE))
        moment = _("{day} a las {hour}").format(day=day(event.at), hour=hour(event.at))
        column.addWidget(Words(moment, Role.SOFT))
        self.text = QPlainTextEdit(written(event.said))
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font(13))
        self.text.setAccessibleName(_("Petición y respuesta"))
        column.addWidget(self.text, 1)
        column.addWidget(Words(_("Sin tokens ni claves: Botones los quita antes de guardar."), Role.CAPTION))
        row = QHBoxLayout()
        row.addStretch(1)
        self.copy = Button(_("Copiar"), icon="copy")
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text.toPlainText()))
        leave = Button(_("Cerrar"), Kind.PRIMARY)
        leave.setDefault(True)
        leave.clicked.connect(self.accept)
        row.addWidget(self.copy)
        row.addWidget(leave)
        column.addLayout(row)


def written(said: Sequence[Exchange]) -> str:
    """Write exchanges as a person reads them."""
    return "\n\n".join("\n".join(_lines(exchange)) for exchange in said)


def _lines(exchange: Exchange) -> list[str]:
    lines = [exchange.request]
    if exchange.sent:
        lines += ["", _("Enviado:"), _spread(exchange.sent)]
    lines.append("")
    if exchange.status is None:
        lines.append(_("No llegó ninguna respuesta."))
    else:
        lines.append(_("Respuesta HTTP {status}").format(status=exchange.status))
        lines.append(_spread(exchange.answer) if exchange.answer else _("(vacía)"))
    if exchange.part:
        lines.append(_("De esa página, solo el renglón de este documento."))
    if exchange.cut:
        lines.append(_("Cortado: era más largo de lo que se guarda."))
    return lines


def _spread(text: str) -> str:
    """Write JSON one field a line; anything else stays as it came."""
    try:
        return json.dumps(json.loads(text, parse_float=str), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
