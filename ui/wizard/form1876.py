"""Form 1876 as PDF on the page «Verificación»: dropped, read, shown value by value beside its place, and confirmed.

Nothing of it is evidence before a person has confirmed it. A file that is no form of this hotel is told why.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.documents import Family
from app.model.form1876 import FormRefusal, FormRow, Place
from app.model.numbering import Condition, Numbering, NumberingProof, Source, System
from app.setup.dian_form import OpenForm, open_form, unused_names
from app.texts import _, day, hour, plural
from app.texts.documents import families_name
from app.texts.form1876 import form_error, form_error_title, modality_name, request_name
from ui.loop import in_thread
from ui.parts import Banner, Button, Card, DropArea, Facsimile, Kind, Spinner, Words, clear, flowing
from ui.theme import Role, Space, Tone, fixed_font
from ui.wizard import errands
from ui.wizard.choices import Check
from ui.wizard.flow import WizardFlow, Work
from ui.wizard.page import across

_STRIP = (240.0, 35.0)
"""What is shown around a value, in points: its label is in it, or its neighbours in the row."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the form, for a person to compare."""

    name: str
    words: str
    place: Place
    is_printed: bool = True
    """An empty prefix is nowhere: its place is then that of its neighbour."""


class FormCard(Card):
    """Where the DIAN's column comes from when the FE service does not read it."""

    typing_wanted = Signal()
    """The file cannot be read; the person wants to type what the paper says."""

    answered = Signal()
    """A file was read, or refused: there is something to see."""

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__(_("Lo que autorizó la DIAN"))
        self._flow = flow
        self._waiting_path: Path | None = None
        self.area = DropArea(
            "documents",
            _("Suelte aquí el PDF del formulario 1876"),
            _("«Autorización numeración de facturación», como lo descargó de la DIAN. Se lee en este computador."),
            _("Elegir el PDF…"),
            Path.is_file,
        )
        self.area.dropped.connect(self.take)
        self.practice = Button(_("Usar el formulario de práctica"), Kind.PLAIN, icon="documents")
        self.practice.clicked.connect(lambda: self._flow.do(Work.FORM, self._print))
        self.area.button.clicked.connect(self._choose)
        self._reading = _Waiting(flow.cancel)
        self.refusal = Banner(Tone.BAD, "", action=_("Escribirlo dos veces"), do=self.typing_wanted.emit)
        self.review = FormReview(flow)
        self.review.confirmed.connect(self._use)
        self.review.dropped.connect(lambda: self._show(None))
        self.box.addWidget(self.area)
        self.box.addLayout(across(self.practice))
        for part in (self._reading, self.refusal, self.review):
            self.box.addWidget(part)
        self._refused: FormRefusal | None = None
        self.found: OpenForm | None = None
        self._lacking: Family | None = None
        """The first family on which the DIAN is silent."""

    def draw(self, proofs: tuple[NumberingProof, ...]) -> None:
        """Show it where a range lacks the DIAN's word, or has it from a person, or a form is being looked at."""
        reading = self._flow.busy is Work.FORM
        if self._waiting_path is not None and self._flow.busy is None:
            path, self._waiting_path = self._waiting_path, None
            self._flow.do(Work.FORM, self._read, path)
            return
        self.setVisible(reading or self.found is not None or any(map(_wants_form, proofs)))
        self._lacking = next((one.family for one in proofs if Condition.DIAN_MISSING in one.conditions), None)
        self.area.setVisible(self.found is None and not reading)
        self.practice.setVisible(
            self._flow.context.practice is not None and self._lacking is not None and self.area.isVisibleTo(self)
        )
        self.practice.setEnabled(self._flow.busy is None)
        self._reading.setVisible(reading)
        self.refusal.setVisible(self._refused is not None and not reading)
        self.review.setVisible(self.found is not None and not reading)
        self.review.draw()

    def take(self, path: Path) -> None:
        """Read a file, after whatever is under way."""
        self._waiting_path = path
        self._reading.tell(_("Leyendo {file}…").format(file=path.name))
        self._flow.tell()

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Elegir el formulario 1876"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("PDF (*.pdf)"), _("Todos los archivos (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    async def _print(self, flow: WizardFlow) -> None:
        """Have the practice hotel print its forms, and read the one of the first range that lacks the DIAN's word."""
        context = flow.context
        if context.practice is None or self._lacking is None:
            return
        printed = await context.practice.forms(context.paths.sandbox)
        if (path := printed.get(self._lacking)) is not None:
            await self._read(flow, path)

    async def _read(self, flow: WizardFlow, path: Path) -> None:
        activation = flow.activation
        self._show(await in_thread(open_form, path, activation.hotel_nit or "", activation.families))
        self.answered.emit()

    def _show(self, result: OpenForm | FormRefusal | None) -> None:
        self.found = result if isinstance(result, OpenForm) else None
        self._refused = result if isinstance(result, FormRefusal) else None
        if self._refused is not None:
            error = self._refused.error
            title = f"{self._refused.file}: {form_error_title(error)}"
            self.refusal.tell(Tone.BAD, title, form_error(error, self._refused.detail))
            self.refusal.button.setVisible(error.leaves_typing)
        if self.found is not None:
            self.review.show_form(self.found)
        self._flow.tell()

    def _use(self) -> None:
        if self.found is None:
            return
        activation, now = self._flow.activation, self._flow.context.clock.now()
        for _row, numbering in self.found.ranges:
            activation = activation.with_evidence(numbering.model_copy(update={"read_at": now}))
        self._show(None)
        self._flow.change(activation)
        self._flow.do(Work.PROOFS, errands.prove)


class FormReview(QWidget):
    """Each value beside the place it was read from, to be confirmed one by one or all at once."""

    confirmed = Signal()
    dropped = Signal()

    def __init__(self, flow: WizardFlow) -> None:
        super().__init__()
        self._flow = flow
        self.checks: list[Check] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        self._file = Words(role=Role.STRONG)
        column.addWidget(self._file)
        column.addWidget(
            Words(
                _(
                    "Compare cada valor con su hoja; el número es el de la casilla. A la derecha están las palabras "
                    "del PDF dibujadas en su sitio, con lo leído enmarcado: no es una foto de la hoja."
                ),
                Role.CAPTION,
            )
        )
        self._values = QVBoxLayout()
        self._values.setSpacing(Space.MEDIUM)
        column.addLayout(self._values)
        self._others = Words(role=Role.CAPTION)
        column.addWidget(self._others)
        self.all = Button(_("Confirmar todos los valores"), icon="check")
        self.all.clicked.connect(self._confirm_all)
        self.use = Button(_("Usar y probar"), icon="shield")
        self.use.clicked.connect(self.confirmed)
        self.drop = Button(_("No es así: descartar"), Kind.PLAIN)
        self.drop.clicked.connect(self.dropped)
        column.addWidget(flowing(self.all, self.use, self.drop))
        self._left = Words(role=Role.CAPTION)
        column.addWidget(self._left)

    def show_form(self, found: OpenForm) -> None:
        """Show this form, nothing of it confirmed."""
        clear(self._values)
        self.checks = []
        form = found.form
        self._file.setText(
            _("{file}: formulario 1876 de {name}").format(file=form.file, name=form.holder.name or form.nit.value)
        )
        self._add_group(_("La autorización"), found, list(_head_values(found)))
        for row, numbering in found.ranges:
            self._add_group(_range_title(numbering), found, list(_row_values(row)))
        self._others.setText(_("Sin usar: {rows}.").format(rows=unused_names(found.others)) if found.others else "")
        self._others.setVisible(bool(found.others))
        self.draw()

    def draw(self) -> None:
        """Show how much is left to confirm."""
        left = sum(not check.isChecked() for check in self.checks)
        idle = self._flow.busy is None
        self.all.setEnabled(idle and left > 0)
        self.use.setEnabled(idle and left == 0)
        self._left.setText(
            plural("Falta confirmar {n} valor.", "Falta confirmar {n} valores.", left).format(n=left)
            if left
            else _("Todo confirmado por usted. Ahora se compara con Alojamientos y Pymes.")
        )

    def _add_group(self, title: str, found: OpenForm, values: list[_Value]) -> None:
        self._values.addWidget(Words(title, Role.STRONG))
        frame = QWidget()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.SMALL)
        for column, stretch in enumerate((3, 3, 6)):
            grid.setColumnStretch(column, stretch)
        for row, value in enumerate(values):
            check = Check(value.name)
            check.setAccessibleName(f"{value.name}: {value.words}")
            check.clicked.connect(self.draw)
            self.checks.append(check)
            words = Words(value.words)
            words.setFont(fixed_font())
            page = found.pages[value.place.page - 1]
            framed = [value.place] if value.is_printed else []
            where = _("{name}, en la página {page} del PDF").format(name=value.name, page=value.place.page)
            strip = Facsimile(page, _around(value.place, page.width, page.height), framed, where)
            strip.setToolTip(where)
            for column, part in enumerate((check, words, strip)):
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignVCenter)
        self._values.addWidget(frame)

    def _confirm_all(self) -> None:
        for check in self.checks:
            check.setChecked(True)
        self.draw()


class _Waiting(QWidget):
    """That a file is being read, with a way to stop it."""

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.MEDIUM)
        self._words = Words(role=Role.SOFT)
        self.cancel = Button(_("Cancelar"))
        self.cancel.clicked.connect(lambda: stop())
        row.addWidget(Spinner())
        row.addWidget(self._words, 1)
        row.addWidget(self.cancel)

    def tell(self, words: str) -> None:
        """Say what is being read."""
        self._words.setText(words)


def _wants_form(proof: NumberingProof) -> bool:
    column = proof.columns.get(System.DIAN)
    given = column is not None and column.source is not Source.READ
    return given or Condition.DIAN_MISSING in proof.conditions


def _range_title(numbering: Numbering) -> str:
    return _("{families} · {range} · vigencia del {start} al {end}").format(
        families=families_name(numbering.family),
        range=numbering.name.strip(),
        start=day(numbering.valid_from) if numbering.valid_from else "?",
        end=day(numbering.valid_to) if numbering.valid_to else "?",
    )


def _head_values(found: OpenForm) -> Iterator[_Value]:
    form = found.form
    formalised = form.formalised_at
    moment = f"{day(formalised.value)} {hour(formalised.value)}"
    yield _Value(_("Resolución (4)"), form.resolution.value, form.resolution.place)
    yield _Value(_("NIT (5)"), form.nit.value, form.nit.place)
    yield _Value(_("Formalización (997)"), moment, formalised.place)


def _row_values(row: FormRow) -> Iterator[_Value]:
    empty = _("(sin prefijo)")
    yield _Value(_("Modalidad (30)"), modality_name(row.modality.value), row.modality.place)
    if row.prefix is not None:
        yield _Value(_("Prefijo (31)"), row.prefix.value, row.prefix.place)
    else:
        yield _Value(_("Prefijo (31)"), empty, row.first.place, is_printed=False)
    yield _Value(_("Desde (32)"), str(row.first.value), row.first.place)
    yield _Value(_("Hasta (33)"), str(row.last.value), row.last.place)
    yield _Value(_("Meses de vigencia (34)"), str(row.months.value), row.months.place)
    yield _Value(_("Tipo de solicitud (35)"), request_name(row.request.value), row.request.place)


def _around(place: Place, width: float, height: float) -> QRectF:
    """Return what is shown of the page around a value, as far as the page goes."""
    wide, tall = max(_STRIP[0], place.x1 - place.x0 + 20), max(_STRIP[1], place.y1 - place.y0 + 12)
    x = min(max(0.0, (place.x0 + place.x1) / 2 - wide / 2), max(0.0, width - wide))
    # More above than below: labels stand above their values.
    y = min(max(0.0, place.y1 + 6 - tall), max(0.0, height - tall))
    return QRectF(x, y, wide, tall)
