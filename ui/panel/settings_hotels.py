"""Ajustes: the hotels of this computer. Another one beside it, its name on the screen, and taking this one out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from app.model.role import Act
from app.setup.hotels import name_of
from app.texts import _
from app.texts.deeds import hotel_gone
from app.texts.hotels import secrets_gone
from ui.context import Context
from ui.loop import spawn
from ui.panel.settings_parts import Changes, Section
from ui.parts import Banner, Button, Confirm, FormField, permit
from ui.theme import Space, Tone


class HotelsSection(Section):
    """This hotel among the others."""

    rest_requested = Signal(object)
    """A coroutine function, to be called while this hotel's engine rests."""
    hotel_wanted = Signal()
    """Another hotel is to be connected."""
    hotel_removed = Signal(str)
    """This hotel's accesses are gone, proven; what is to be said of it."""
    told = Signal()
    """Something is said here that the person is to see."""
    settled = Signal()

    def __init__(self, context: Context, changes: Changes, on_error: Callable[[BaseException], object]) -> None:
        super().__init__(
            _("Hoteles"),
            _("Cada hotel tiene sus accesos, su libro y su pausa. Si uno falla, los demás siguen."),
        )
        self._context = context
        self._changes = changes
        self._on_error = on_error
        self.title = QLineEdit()
        self.title.setMaxLength(80)
        self.title.setText(name_of(context.settings, context.profile))
        self.title.editingFinished.connect(self._rename)
        self.box.addWidget(FormField(_("Nombre de este hotel"), self.title, _("Así lo nombran el icono y el panel.")))
        row = QHBoxLayout()
        row.setSpacing(Space.MEDIUM)
        self.add = Button(_("Agregar otro hotel…"), icon="place")
        self.add.clicked.connect(self.hotel_wanted)
        self.remove = Button(_("Quitar este hotel…"), icon="exit")
        self.remove.clicked.connect(lambda: spawn(self._ask(), self._on_error))
        permit(self.add, Act.SET_UP)
        permit(self.remove, Act.DISCONNECT)
        permit(self.title, Act.SETTINGS)
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.box.addLayout(row)
        self.result = Banner(Tone.IDLE, "")
        self.result.hide()
        self.box.addWidget(self.result)
        self.refresh()

    def refresh(self) -> None:
        """Offer to take the hotel out only where another one is left."""
        alone = len(self._context.hotels) < 2
        self.remove.setEnabled(not alone)
        self.remove.setToolTip(_("Es el único hotel: abajo está «Desconectar este computador».") if alone else "")

    def tell_removed(self, words: str) -> None:
        """Say what became of the hotel that was shown before."""
        self.result.tell(Tone.GOOD, _("Hotel quitado"), words)
        self.result.show()
        self.told.emit()

    def tell_not_added(self, title: str, text: str) -> None:
        """Say why there is no other hotel."""
        self.result.tell(Tone.BAD, title, text)
        self.result.show()
        self.told.emit()

    def _rename(self) -> None:
        title = self.title.text().strip()
        if title and title != name_of(self._context.settings, self._context.profile):
            self._changes.make(_("El hotel se llama {name}.").format(name=title), self._show_name, title=title)

    def _show_name(self) -> None:
        self.title.setText(name_of(self._context.settings, self._context.profile))

    async def _ask(self) -> None:
        name = name_of(self._context.settings, self._context.profile)
        question = Confirm(
            _("¿Quitar {hotel} de este computador?").format(hotel=name),
            (
                _("Botones deja de enviar y de mirar para este hotel. Los demás siguen como están."),
                _("Se quitan del llavero los accesos de este hotel y se comprueba uno por uno."),
                _("Su libro de documentos queda en el disco, sin borrar nada."),
            ),
            _("Quitar"),
            typed=_("QUITAR"),
            reasoned=True,
            icon="exit",
            parent=self,
        )
        if await self.confirmed(question):
            reason = question.reason.text()
            self.rest_requested.emit(lambda: self._remove(reason))
        else:
            self.settled.emit()

    async def _remove(self, reason: str) -> None:
        from app.setup.leaving import remove_secrets_of_one

        settings = self._context.settings
        self._context.did(Act.DISCONNECT, hotel_gone(name_of(settings, self._context.profile)), reason)
        removals = await remove_secrets_of_one(settings.key, self._context.vault)
        if all(one.is_gone for one in removals):
            name = name_of(settings, self._context.profile)
            folder = str(self._context.paths.ledger(settings.key).parent)
            self.hotel_removed.emit(secrets_gone(name, len(removals), folder))
        else:
            text = _("El llavero no respondió. Desbloquéelo e inténtelo otra vez; el hotel sigue en la lista.")
            self.result.tell(Tone.BAD, _("No se pudo comprobar que los accesos ya no están"), text)
            self.result.show()
        self.settled.emit()
