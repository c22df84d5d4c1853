"""The card «¿De dónde lee Botones lo aprobado?» of «Conexiones»: the sources there are, and what each of them needs."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.connectors.profile import Operation
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.setup import SourceLack, SourceOffer
from app.model.source import SourceKind
from app.setup import source
from app.texts import _
from app.texts.documents import families_name
from app.texts.sources import (
    glance_line,
    glance_warnings,
    source_lack,
    source_meaning,
    source_name,
    watch_only_note,
)
from ui.parts import Banner, Button, Card, DropArea, Elided, FormField, Kind, Words
from ui.theme import Role, Space, Tone, fixed_font
from ui.wizard import access
from ui.wizard.choices import Choice
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across
from ui.wizard.parts import Result, route_tag

_CLOSED = (SourceLack.NO_ROUTE,)
"""What a person cannot mend on this page; address and credentials can still be typed."""


class SourceCard(Card):
    """The choice, with the folder or the next number where it needs one."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(_("¿De dónde lee Botones lo aprobado?"))
        self._flow = flow
        self.choices: dict[SourceKind, Choice] = {}
        self._lacks: dict[SourceKind, Words] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.MEDIUM)
        grid.setVerticalSpacing(Space.SMALL)
        grid.setColumnStretch(0, 1)
        for row, offer in enumerate(self._offers()):
            self._add_choice(grid, row, offer)
        self.box.addLayout(grid)
        self.folder = FolderPart(flow, self._choose_folder)
        self.number = NextNumber(flow)
        self.watching = Banner(Tone.IDLE, _("En este hotel Botones solo vigila"), watch_only_note(), icon="eye")
        for part in (self.folder, self.number, self.watching):
            self.box.addWidget(part)

    def entered(self) -> None:
        """Turn to the recommended source where the present one cannot be used in this hotel."""
        offers = {offer.kind: offer for offer in self._offers()}
        if offers[self._flow.activation.source].lack in _CLOSED:
            best = next(kind for kind, offer in offers.items() if offer.recommended)
            self._change(best, self._flow.activation.folder)
        self.number.show_number()

    def draw(self) -> None:
        activation, idle = self._flow.activation, self._flow.busy is None
        for offer in self._offers():
            choice = self.choices[offer.kind]
            choice.setChecked(offer.kind is activation.source)
            choice.setEnabled(idle and (offer.lack not in _CLOSED or choice.isChecked()))
            self._lacks[offer.kind].setText(source_lack(offer.lack) if offer.lack is not None else "")
            self._lacks[offer.kind].setVisible(offer.lack is not None)
        self.folder.setVisible(activation.source is SourceKind.FOLDER)
        self.folder.draw()
        self.number.setVisible(
            activation.source is SourceKind.RANGE and not activation.route(Operation.PMS_RESOLUTIONS).is_called
        )
        self.watching.setVisible(not activation.route(Operation.PYMES_SEND).is_called)

    def commit(self) -> None:
        """Take what was typed and not taken yet."""
        self.number.commit()

    def _offers(self) -> tuple[SourceOffer, ...]:
        return source.offers(self._flow.context.profile, self._flow.kept)

    def _add_choice(self, grid: QGridLayout, row: int, offer: SourceOffer) -> None:
        name = source_name(offer.kind)
        title = _("{name} (recomendado)").format(name=name) if offer.recommended else name
        choice = Choice(title, source_meaning(offer.kind))
        choice.clicked.connect(partial(self._choose, offer.kind))
        self._group.addButton(choice)
        lack = Words(role=Role.CAPTION, tone=Tone.WARN)
        lack.setContentsMargins(Space.LARGE, 0, 0, 0)
        grid.addWidget(choice, 2 * row, 0)
        grid.addWidget(route_tag(offer.route), 2 * row, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(lack, 2 * row + 1, 0)
        self.choices[offer.kind] = choice
        self._lacks[offer.kind] = lack

    def _choose(self, kind: SourceKind) -> None:
        self._change(kind, self._flow.activation.folder)

    def _choose_folder(self, folder: Path) -> None:
        self._flow.glanced = None
        self._change(SourceKind.FOLDER, folder)

    def _change(self, kind: SourceKind, folder: Path | None) -> None:
        flow = self._flow
        if flow.busy is None:
            flow.change(flow.activation.with_source(flow.context.profile, kind, folder))


class FolderPart(QWidget):
    """The folder with the provider's files: chosen or dropped, and looked into at once."""

    def __init__(self, flow: WizardFlow, choose: access.TakeFolder) -> None:
        super().__init__()
        self._flow = flow
        self._choose = choose
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        self.area = DropArea(
            "inbox",
            _("Suelte aquí la carpeta"),
            _("La carpeta donde guarda los XML o ZIP que llegan al correo con cada factura aprobada."),
            _("Elegir la carpeta…"),
            Path.is_dir,
        )
        self.area.dropped.connect(self._choose)
        self.area.button.clicked.connect(self._ask)
        self.path = Elided("", Role.STRONG)
        self.path.setFont(fixed_font())
        self.trouble = Result()
        self.found = Banner(Tone.GOOD, "")
        self.again = Button(_("Mirar otra vez"), Kind.PLAIN, icon="sync")
        self.again.clicked.connect(self._look_again)
        for part in (self.area, self.path, self.trouble, self.found):
            column.addWidget(part)
        column.addLayout(across(self.again))

    def draw(self) -> None:
        """Show the folder and what lies in it; look into one that nobody has looked into."""
        flow = self._flow
        folder, nit = flow.activation.folder, flow.activation.hotel_nit
        self.area.setEnabled(flow.busy is None)
        self.path.setVisible(folder is not None)
        self.path.setText(str(folder or ""))
        known = flow.glanced is not None and flow.glanced == (folder, nit)
        glance = flow.glance if known else None
        self.trouble.show_trouble(flow.trouble(Work.FOLDER) if known else None)
        self.found.setVisible(folder is not None and (glance is not None or nit is None))
        self.again.setVisible(known)
        if glance is not None:
            warnings = glance_warnings(glance)
            tone = Tone.WARN if warnings or not glance.is_plausible else Tone.GOOD
            self.found.tell(tone, glance_line(glance), "\n".join(warnings))
        elif nit is None:
            self.found.tell(Tone.IDLE, _("Escriba arriba el NIT del hotel: así se ve si los archivos son suyos"))
        if folder is not None and nit is not None and not known and self.isVisible():
            flow.do_quietly(Work.FOLDER, access.look_into_folder, folder, nit)

    def _look_again(self) -> None:
        self._flow.glanced = None
        self._flow.tell()

    def _ask(self) -> None:
        dialog = QFileDialog(self, _("Elegir la carpeta"), str(self._flow.activation.folder or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._choose(Path(name)))
        dialog.open()


class NextNumber(QWidget):
    """Where the walk along the range begins, when neither Pymes nor Alojamientos says it."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__()
        self._flow = flow
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        self.editors: dict[Family, QLineEdit] = {}
        self._fields: dict[Family, FormField] = {}
        column.addWidget(Words(_("¿Por cuál número va cada documento?"), Role.STRONG))
        column.addWidget(
            Words(
                _(
                    "El siguiente que se va a usar, sin prefijo; se ve en Alojamientos. Vacío: desde el primero del "
                    "rango, o si el hotel no emite ese documento."
                ),
                Role.CAPTION,
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.MEDIUM)
        grid.setVerticalSpacing(Space.SMALL)
        for at, family in enumerate(HOTEL_FAMILIES):
            editor = self.editors[family] = QLineEdit()
            field = self._fields[family] = FormField(families_name(family), editor)
            editor.textChanged.connect(partial(self._check, family))
            editor.editingFinished.connect(self.commit)
            grid.addWidget(field, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        column.addLayout(grid)

    def show_number(self) -> None:
        """Show the numbers that the flow has."""
        for family, editor in self.editors.items():
            number = self._flow.activation.next_numbers.get(family)
            editor.setText("" if number is None else str(number))

    def commit(self) -> None:
        """Hand the numbers to the flow."""
        activation = self._flow.activation
        for family, editor in self.editors.items():
            number = _number_in(editor.text())
            if number is not None or not editor.text().strip():
                activation = activation.with_next_number(number, family)
        if activation.next_numbers != self._flow.activation.next_numbers:
            self._flow.change(activation)

    def _check(self, family: Family, text: str) -> None:
        wrong = bool(text.strip()) and _number_in(text) is None
        self._fields[family].tell(_("Escriba solo el número, sin el prefijo") if wrong else "")


def _number_in(text: str) -> int | None:
    """Return the number that a person typed, with points for thousands or without; ``None`` where it is none."""
    text = text.strip().replace(".", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) > 0 else None
