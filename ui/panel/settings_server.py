"""The form that names a database server and opens it. It tries nothing and keeps nothing."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from app.model.server import ServerAddress, schema_for
from app.texts import _
from ui.context import Context
from ui.parts import Button, FormField
from ui.theme import Space

_PORT: Final = 5432


class ServerForm(QWidget):
    """What names a server, and opens it."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.host, self.database, self.user = QLineEdit(), QLineEdit(), QLineEdit()
        self.password, self.name, self.certificate = QLineEdit(), QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.host.setPlaceholderText("servidor.hotel.local")
        self.certificate.setPlaceholderText(_("Opcional: archivo .pem"))
        self.port = QLineEdit()
        self.port.setValidator(QIntValidator(1, 65535, self.port))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.MEDIUM)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(0, 1)
        top = Qt.AlignmentFlag.AlignTop
        grid.setColumnStretch(1, 1)
        self.host_field = FormField(
            _("Servidor"), self.host, _("Nombre o dirección de red, como la dio quien lo cuida.")
        )
        grid.addWidget(self.host_field, 0, 0, top)
        grid.addWidget(FormField(_("Puerto"), self.port), 0, 1, top)
        grid.addWidget(FormField(_("Base de datos"), self.database), 1, 0)
        grid.addWidget(FormField(_("Usuario"), self.user), 1, 1)
        kept = _("Queda en el llavero, nunca en un archivo.")
        grid.addWidget(FormField(_("Contraseña"), self.password, kept), 2, 0, top)
        self.name_field = FormField(
            _("Nombre del libro en el servidor"), self.name, _("El mismo en todos los computadores de este hotel.")
        )
        grid.addWidget(self.name_field, 2, 1, top)
        choose = Button(_("Elegir…"))
        choose.clicked.connect(self._choose)
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(self.certificate, 1)
        row.addWidget(choose)
        safety = _("La línea siempre va cifrada. Con el certificado, además se comprueba que el servidor es el suyo.")
        field = FormField(_("Certificado de la autoridad del servidor"), beside, safety)
        self.certificate.setAccessibleName(_("Certificado de la autoridad del servidor"))
        grid.addWidget(field, 3, 0, 1, 2)
        self.fill(context.settings.ledger_server)
        for part in (self.host, self.port, self.database, self.user, self.password, self.name, self.certificate):
            part.textEdited.connect(self.changed)

    def fill(self, address: ServerAddress | None) -> None:
        """Show an address; the password is never read for the screen."""
        self.host.setText(address.host if address else "")
        self.port.setText(str(address.port if address else _PORT))
        self.database.setText(address.database if address else "botones")
        self.user.setText(address.user if address else "botones")
        self.name.setText(address.hotel if address else schema_for(self._context.settings.hotel_document))
        self.certificate.setText(str(address.certificate) if address and address.certificate else "")
        self.password.clear()

    def address(self) -> ServerAddress | None:
        """Return what was written, and say at its field what is no address."""
        self.host_field.tell()
        self.name_field.tell()
        said = self.certificate.text().strip()
        try:
            return ServerAddress(
                host=self.host.text().strip(),
                port=int(self.port.text() or 0),
                database=self.database.text().strip(),
                user=self.user.text().strip(),
                hotel=self.name.text().strip(),
                certificate=Path(said) if said else None,
            )
        except ValueError as error:
            wrong = {part for one in getattr(error, "errors", list)() for part in one["loc"]}
            if "hotel" in wrong:
                self.name_field.tell(_("Minúsculas, números y _; empieza por una letra."))
            if wrong - {"hotel"}:
                self.host_field.tell(_("Escriba servidor, base y usuario, sin espacios ni contraseña dentro."))
            return None

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(
            self, _("Certificado de la autoridad del servidor"), "", "*.pem *.crt"
        )
        if path:
            self.certificate.setText(path)
            self.changed.emit()
