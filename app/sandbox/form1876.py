"""Prints the practice hotel's Form 1876, marked as practice on each page. It is no form of the DIAN and says so.

Written by hand, for a page of text in one font needs no library; the layout is that of public parsers
(facts/dian.md 1.5).
"""

from datetime import date
from typing import Any, Final, NamedTuple

from app.model.documents import Family
from app.model.parties import Party, check_digit_of

_WIDTH, _HEIGHT = 612, 792
_MODALITIES: Final = {
    Family.FACTURA: ("FACTURA ELECTRÓNICA DE VENTA", "4"),
    Family.DOCUMENTO_SOPORTE: ("DOCUMENTO SOPORTE", "9"),
}
"""Only the first code has been seen; the other is ours."""
_COLUMNS: Final = (
    (40, "30. Modalidad"),
    (190, "Cód."),
    (215, "31. Prefijo"),
    (262, "32. Desde número"),
    (335, "33. Hasta número"),
    (408, "34. Vigencia (meses)"),
    (485, "35. Tipo de solicitud"),
    (565, "Cód."),
)


class _Piece(NamedTuple):
    x: float
    y: float
    text: str
    size: float = 7.5


def form_pdf(party: Party, authorisation: dict[str, Any]) -> bytes:
    """Print an authorisation, a row of the practice DIAN (``Ranges.dian_row``) with its dates."""
    start = date.fromisoformat(authorisation["valid_from"])
    end = date.fromisoformat(authorisation["valid_to"])
    months = (end.year - start.year) * 12 + end.month - start.month
    modality, code = _MODALITIES[Family(authorisation["family"])]
    first, last = (f"{authorisation[name]:,}" for name in ("first", "last"))
    values = (modality, code, authorisation["prefix"], first, last, str(months), "AUTORIZACIÓN", "1")
    number = str(authorisation["resolution"])
    pieces = [
        _Piece(150, 45, "Autorización Numeración de Facturación", 11),
        _Piece(520, 45, "1876", 11),
        _Piece(60, 70, "Espacio reservado para la DIAN"),
        _Piece(330, 84, "4. Número de formulario"),
        _Piece(334, 96, number),
        _Piece(40, 140, "5. Número de Identificación Tributaria (NIT)"),
        _Piece(44, 152, " ".join(party.id)),
        _Piece(230, 140, "6. DV"),
        _Piece(234, 152, party.check_digit or check_digit_of(party.id)),
        _Piece(40, 176, "11. Razón social"),
        _Piece(44, 188, party.name),
        _Piece(40, 330, "29. Establecimiento"),
        _Piece(40, 340, party.name),
        *(_Piece(x, 350, label) for x, label in _COLUMNS),
        *(_Piece(x + 1, 368, value) for (x, _label), value in zip(_COLUMNS, values, strict=True) if value),
        _Piece(330, 730, "997. Fecha formalización"),
        _Piece(334, 742, _apart(f"{start.isoformat()}/09:30:00")),
        _Piece(40, 762, "FORMULARIO DE PRÁCTICA: lo imprimió Botones para el hotel de práctica; no es de la DIAN.", 9),
        _Piece(40, 24, "FORMULARIO DE PRÁCTICA", 9),
    ]
    return _pdf(pieces)


def _apart(text: str) -> str:
    """Set digits apart as box 997 does."""
    out = ""
    for letter in text:
        out += letter if not out or out[-1] in "-/:" else f" {letter}"
    return out


def _pdf(pieces: list[_Piece]) -> bytes:
    lines = [f"BT /F {one.size} Tf {one.x} {_HEIGHT - one.y} Td ({_escaped(one.text)}) Tj ET" for one in pieces]
    drawn = "\n".join([f"20 20 {_WIDTH - 40} {_HEIGHT - 40} re S", *lines]).encode("cp1252", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
        % (_WIDTH, _HEIGHT),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (len(objects) + 1, table, end)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
