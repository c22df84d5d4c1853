"""The page «Listo»: what happens from now on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.model.setup import Step
from app.texts import _
from app.texts.documents import families_name, mode_name
from app.texts.setup import rehearsal_text
from ui.parts import Banner, Card, Icon, Words
from ui.theme import Role, Space, Tone
from ui.wizard import errands
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import Page
from ui.wizard.parts import Result


class DonePage(Page):
    """The way is done; the engine takes over."""

    step = Step.DONE

    def __init__(self, flow: WizardFlow, parent: QWidget | None = None) -> None:
        super().__init__(flow, parent)
        self.banner = Banner(Tone.GOOD, _("Botones está listo"), _("La conexión quedó comprobada de punta a punta."))
        self.trouble = Result()
        happens = Card(_("Qué pasa ahora"))
        for icon, text in (
            ("eye", _("Botones mira Alojamientos y lleva a Pymes cada documento aprobado, una sola vez.")),
            ("shield", _("Antes de cada envío vuelve a probar la numeración. Con una diferencia, nada sale.")),
            ("bell", _("Queda en el área de notificación, junto al reloj. Cerrar la ventana no lo detiene.")),
            ("window", _("El panel muestra qué pasó con cada documento, qué espera y por qué.")),
        ):
            happens.box.addLayout(_line(icon, text))
        chosen = Card(_("Así quedó"))
        self._rows = {name: Words(role=Role.BODY) for name in ("hotel", "mode", "families", "rehearsal")}
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(1, 1)
        labels = {
            "hotel": _("Hotel"),
            "mode": _("Modo"),
            "families": _("Documentos"),
            "rehearsal": _("Ensayo"),
        }
        for row, (name, label) in enumerate(labels.items()):
            grid.addWidget(Words(label, Role.SOFT, wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._rows[name], row, 1)
        chosen.box.addLayout(grid)
        for part in (self.banner, self.trouble, happens, chosen):
            self.box.addWidget(part)
        self.box.addStretch(1)

    def entered(self) -> None:
        activation = self.flow.activation
        settings = self.flow.context.settings
        if not activation.is_finished or activation.into(settings) != settings:
            self.flow.do(Work.FINISHING, errands.finish)

    def draw(self) -> None:
        activation = self.flow.activation
        self.trouble.show_trouble(self.flow.trouble(Work.FINISHING))
        watching = activation.watch_only
        self.banner.tell(
            Tone.WARN if watching else Tone.GOOD,
            _("Botones vigila, y no envía") if watching else _("Botones está listo"),
            _("Hay una diferencia en la numeración. Corríjala y vuelva a «Verificación» para poder enviar.")
            if watching
            else _("La conexión quedó comprobada de punta a punta."),
        )
        name = activation.hotel_name or activation.organisation_name or ""
        self._rows["hotel"].setText(
            _("{name} · NIT {nit}").format(name=name, nit=activation.hotel_nit or "").strip(" ·")
        )
        self._rows["mode"].setText(mode_name(activation.mode))
        self._rows["families"].setText(", ".join(families_name(family) for family in activation.families))
        self._rows["rehearsal"].setText(rehearsal_text(activation.rehearsal) if activation.rehearsal else "")


def _line(icon: str, text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.MEDIUM)
    row.addWidget(Icon(icon, "accent_ink", 20), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Words(text), 1)
    return row
