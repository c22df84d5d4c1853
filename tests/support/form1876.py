"""Prints a Form 1876 as the DIAN does, as far as public parsers tell (facts/dian.md 1.5), with variations.

``python -m tests.support.form1876 FILE.pdf`` writes one to look at. No real form was at hand.
"""

import io
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = letter
ROWS_PER_PAGE = 11


@dataclass(frozen=True)
class Row:
    """What is printed of one range."""

    modality: str = "FACTURA ELECTRÓNICA DE VENTA"
    code: str = "4"
    prefix: str = "FEH"
    first: int = 1
    last: int = 5000
    months: int = 24
    request: str = "AUTORIZACIÓN"
    request_code: str = "1"
    establishment: str = "HOTEL MIRADOR SEDE CENTRO"


@dataclass(frozen=True)
class Layout:
    """How it is printed."""

    blocks: bool = True
    """Eleven boxes a page with labels of their own, else a table under one header."""
    order: str = "rows"
    """In which order the file tells its text: rows, columns or shuffled."""
    apart: bool = True
    """Digits of boxes 5 and 997 set apart."""
    thousands: str = ","
    letters: bool = False
    """Each letter placed alone."""
    two_columns: bool = False
    """The header's boxes in two columns."""
    values_below: bool = True
    """Values below their labels, else beside them."""
    months_last: bool = False
    align: str = "left"
    wrapped_labels: bool = False
    wrapped_modality: bool = False
    rows_from_page: int = 2
    size: float = 7.5
    font: str = "Helvetica"
    twelve_hours: bool = False
    turned: int = 0
    """Degrees by which the page lies on its side in the file."""


@dataclass(frozen=True)
class Form:
    """A whole form."""

    rows: Sequence[Row] = (Row(),)
    number: str = "18764111022035"
    moment: str = "2026-06-10/11:20:24"
    nit: str = "900508908"
    digit: str = "9"
    name: str = "HOTEL MIRADOR & CÍA S.A.S."
    person: Sequence[str] = ()
    """First surname, second surname, first name, other names, instead of ``name``."""
    title: str = "Autorización Numeración de Facturación"
    code: str = "1876"
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True)
class _Piece:
    page: int
    x: float
    y: float
    text: str


def apart(text: str) -> str:
    """Set digits apart as box 997 does: ``2 0 2 6 -0 6 -1 0 /1 1 :2 0 :2 4``."""
    out = ""
    for letter_ in text:
        out += letter_ if not out or out[-1] in "-/:" else f" {letter_}"
    return out


def pdf_of(form: Form, *, seed: int = 0, user_password: str | None = None, owner_password: str | None = None) -> bytes:
    """Print a form."""
    pieces = list(_pieces(form))
    layout = form.layout
    if layout.order == "columns":
        pieces.sort(key=lambda piece: (piece.page, piece.x, piece.y))
    elif layout.order == "shuffled":
        random.Random(seed).shuffle(pieces)
        pieces.sort(key=lambda piece: piece.page)
    encryption = None
    if user_password is not None or owner_password is not None:
        from reportlab.lib.pdfencrypt import StandardEncryption

        encryption = StandardEncryption(user_password or "", owner_password, canCopy=0, strength=128)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1, encrypt=encryption)
    for page in range(1, max(piece.page for piece in pieces) + 1):
        canvas.setPageRotation(layout.turned)
        canvas.setFont(layout.font, layout.size)
        canvas.rect(20, 20, WIDTH - 40, HEIGHT - 40)
        for piece in pieces:
            if piece.page == page:
                _draw(canvas, piece, layout)
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(200, -14, "Espacio reservado para la DIAN 18764999999999")
        canvas.restoreState()
        canvas.showPage()
    canvas.save()
    # reportlab turns the sheet as well, and would leave the text outside of it.
    return out.getvalue().replace(b"/MediaBox [ 0 0 792 612 ]", b"/MediaBox [ 0 0 612 792 ]")


def _draw(canvas: Canvas, piece: _Piece, layout: Layout) -> None:
    if not layout.letters:
        canvas.drawString(piece.x, HEIGHT - piece.y, piece.text)
        return
    x = piece.x
    for letter_ in piece.text:
        if letter_ != " ":
            canvas.drawString(x, HEIGHT - piece.y, letter_)
        x += stringWidth(letter_, layout.font, layout.size)


def _pieces(form: Form) -> Iterator[_Piece]:
    layout = form.layout
    per_page = ROWS_PER_PAGE if layout.blocks else 24
    chunks = [form.rows[at : at + per_page] for at in range(0, len(form.rows), per_page)] or [[]]
    last = max(1, layout.rows_from_page - 1 + len(chunks))
    for page in range(1, last + 1):
        yield from _head(form, page, last)
    yield from _holder(form)
    for number, rows in enumerate(chunks):
        page = layout.rows_from_page + number
        top = 330.0 if page == 1 else 130.0
        yield from (_blocks if layout.blocks else _table)(rows, page, top, layout)


def _head(form: Form, page: int, last: int) -> Iterator[_Piece]:
    yield _Piece(page, 150, 45, form.title)
    yield _Piece(page, 520, 45, form.code)
    yield _Piece(page, 60, 70, "Espacio reservado para la DIAN")
    yield _Piece(page, 480, 70, f"Página {page} de {last}  Hoja No. {page}")
    yield from _box(page, 330, 84, "4. Número de formulario", form.number, form.layout, width=150)
    yield _Piece(page, 330, 112, f"(415)7707212489984(8020) 0000{form.code}{form.number}")


def _holder(form: Form) -> Iterator[_Piece]:
    layout = form.layout
    nit = " ".join(form.nit) if layout.apart else form.nit
    names = form.person or ("", "", "", "")
    labels = ("7. Primer apellido", "8. Segundo apellido", "9. Primer nombre", "10. Otros nombres")
    if layout.two_columns:
        yield from _box(1, 40, 140, "5. Número de Identificación Tributaria (NIT)", nit, layout, width=190)
        yield from _box(1, 320, 140, "11. Razón social", "" if form.person else form.name, layout, width=80)
        yield from _box(1, 40, 176, "6. DV", form.digit, layout, width=190)
        yield from _box(1, 320, 176, "12. Dirección seccional", "Impuestos de Cartagena", layout, width=110)
        for at, (label, name) in enumerate(zip(labels, names, strict=True)):
            yield from _box(1, 40 + 130 * at, 212, label, name, layout, width=75)
    else:
        yield from _box(1, 40, 140, "5. Número de Identificación Tributaria (NIT)", nit, layout, width=165)
        step = 0 if layout.values_below else 36
        yield from _box(1, 230 if not step else 40, 140 + step, "6. DV", form.digit, layout, width=30)
        for at, (label, name) in enumerate(zip(labels, names, strict=True)):
            yield from (
                _box(1, 262 + 80 * at, 140 + 2 * step, label, name, layout, width=75)
                if not step
                else _box(1, 40 + 130 * at, 140 + 2 * step, label, name, layout, width=75)
            )
        yield from _box(1, 40, 176 + 2 * step, "11. Razón social", "" if form.person else form.name, layout, width=75)
        yield from _box(1, 40, 212 + 2 * step, "12. Dirección seccional", "Impuestos de Cartagena", layout, width=90)
        yield _Piece(1, 240, 212 + 2 * step, "Cód.")
        yield _Piece(1, 240, 224 + 2 * step, "6")
    yield _Piece(1, 40, 690, "La numeración va desde el primero hasta el último número, en la vigencia de cada tipo.")
    moment = form.moment
    if layout.twelve_hours:
        day, _slash, hour = moment.partition("/")
        hours = int(hour[:2])
        moment = f"{day} / {(hours - 1) % 12 + 1:02}{hour[2:]} {'PM' if hours >= 12 else 'AM'}"
    elif layout.apart:
        moment = apart(moment)
    yield from _box(1, 330, 730, "997. Fecha formalización", moment, layout, width=95)


def _box(page: int, x: float, y: float, label: str, value: str, layout: Layout, *, width: float) -> Iterator[_Piece]:
    yield _Piece(page, x, y, label)
    if value:
        yield _Piece(page, x + 4, y + 12, value) if layout.values_below else _Piece(page, x + width, y, value)


_LABELS = ("30. Modalidad", "Cód.", "31. Prefijo", "32. Desde número", "33. Hasta número", "34. Vigencia (meses)",
           "35. Tipo de solicitud", "Cód.")  # fmt: skip
_XS = (40.0, 190.0, 215.0, 262.0, 335.0, 408.0, 485.0, 565.0)
_MONTHS_LAST = (*_LABELS[:5], "35. Tipo de solicitud", "Cód.", "34. Vigencia (meses)")
_XS_MONTHS_LAST = (40.0, 190.0, 215.0, 262.0, 335.0, 408.0, 490.0, 515.0)


def _columns(row: Row, layout: Layout) -> list[tuple[float, float, str, str]]:
    """The columns of a row: start, end, label and value."""
    first, last = (f"{number:,}".replace(",", layout.thousands) for number in (row.first, row.last))
    values = [row.modality, row.code, row.prefix, first, last, str(row.months), row.request, row.request_code]
    labels, xs = _LABELS, _XS
    if layout.months_last:
        labels, xs = _MONTHS_LAST, _XS_MONTHS_LAST
        values = [*values[:5], *values[6:], values[5]]
    ends = (*xs[1:], WIDTH - 22)
    return list(zip(xs, ends, labels, values, strict=True))


def _row_values(page: int, y: float, row: Row, layout: Layout, shift: float = 0.0) -> Iterator[_Piece]:
    for at, (x, end, _label, value) in enumerate(_columns(row, layout)):
        if at == 0 and layout.wrapped_modality:
            words = value.split()
            cut = len(words) // 2
            yield _Piece(page, x + shift, y - 4, " ".join(words[:cut]))
            yield _Piece(page, x + shift, y + 4, " ".join(words[cut:]))
            continue
        if not value:
            continue
        size = stringWidth(value, layout.font, layout.size)
        room = end - x - shift - size - 3
        indent = {"left": 1.0, "center": room / 2, "right": room}[layout.align] if at >= 2 else 1.0
        yield _Piece(page, x + shift + max(indent, 0.0), y, value)


def _row_labels(page: int, y: float, layout: Layout) -> Iterator[_Piece]:
    for x, _end, label, _value in _columns(Row(), layout):
        first, gap, rest = label.rpartition(" ")
        if layout.wrapped_labels and gap and label.count(" ") > 1:
            yield _Piece(page, x, y, first)
            yield _Piece(page, x, y + 8, rest)
        else:
            yield _Piece(page, x, y, label)


def _blocks(rows: Sequence[Row], page: int, top: float, layout: Layout) -> Iterator[_Piece]:
    """Eleven blocks a page, the empty ones too: only their labels."""
    step = 49.0
    for at in range(min(ROWS_PER_PAGE, int((690 - top) // step))):
        y = top + at * step
        yield _Piece(page, 28, y + 20, str(at + 1))
        yield _Piece(page, 40, y, "29. Establecimiento")
        yield from _row_labels(page, y + 20, layout)
        if at < len(rows):
            yield _Piece(page, 40, y + 10, rows[at].establishment)
            yield from _row_values(page, y + 38, rows[at], layout)


def _table(rows: Sequence[Row], page: int, top: float, layout: Layout) -> Iterator[_Piece]:
    yield from _row_labels(page, top, layout)
    for at, row in enumerate(rows):
        yield from _row_values(page, top + 22 + at * 22, row, layout)


def scan() -> bytes:
    """A page that is nothing but a picture."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    for at in range(40):
        canvas.rect(40, 40 + 18 * at, 500, 9, fill=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def other(*lines: str, pages: int = 1) -> bytes:
    """Any PDF with text."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    for _page in range(pages):
        for at, line in enumerate(lines):
            canvas.drawString(40, HEIGHT - 60 - 14 * at, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(pdf_of(Form(rows=[Row(), Row(prefix="", modality="DOCUMENTO SOPORTE", code="9")])))
