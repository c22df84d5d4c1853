"""A month for tests, and the DIAN's list of a hotel's documents as a file, as other programs expect it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from app.model.clock import bogota_day
from app.model.documents import Document, Family
from app.model.matching import compare
from app.model.reconciliation import DianFile, Month, Reconciliation, Record, Side
from app.model.totals import summaries, totals

HEADINGS = (
    "Tipo de documento", "CUFE/CUDE", "Folio", "Prefijo", "Divisa", "Forma de Pago", "Fecha Emisión", "Fecha Recepción",
    "NIT Emisor", "Nombre Emisor", "NIT Receptor", "Nombre Receptor", "IVA", "ICA", "IC", "INC", "Rete IVA",
    "Rete Renta", "Rete ICA", "Total", "Estado", "Grupo",
)  # fmt: skip
_TYPES = {
    Family.FACTURA: "Factura electrónica",
    Family.NOTA_CREDITO: "Nota de crédito electrónica",
    Family.NOTA_DEBITO: "Nota de débito electrónica",
    Family.DOCUMENTO_SOPORTE: "Documento soporte con no obligados",
}
NOVEMBER = Month(2026, 11)


def dian_row(document: Document, **changes: Any) -> list[Any]:
    """Return a document as the DIAN lists it; ``changes`` by heading."""
    by_heading = {
        "Tipo de documento": _TYPES[document.family],
        "CUFE/CUDE": document.cufe,
        "Folio": str(document.number),
        "Prefijo": document.prefix,
        "Divisa": document.currency,
        "Fecha Emisión": bogota_day(document.issued_at).strftime("%d-%m-%Y"),
        "NIT Emisor": document.issuer.id,
        "Nombre Emisor": document.issuer.name,
        "NIT Receptor": document.counterparty.id,
        "Nombre Receptor": document.counterparty.name,
        "IVA": float(document.tax_total("01")),
        "INC": float(document.tax_total("04")),
        "ICA": float(document.tax_total("03")),
        "Rete Renta": float(sum((tax.amount for tax in document.withholdings), Decimal(0))),
        "Total": float(document.payable),
        "Estado": "Aprobado",
        "Grupo": "Emitido",
    } | changes
    return [by_heading.get(heading) for heading in HEADINGS]


def dian_file(path: Path, rows: Iterable[Sequence[Any]], above: Iterable[Sequence[Any]] = ()) -> Path:
    """Write a spreadsheet; ``above`` stands over the headings."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (*above, HEADINGS, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def reconciled(
    pms: Iterable[Record], pymes: Iterable[Record], dian: Iterable[Record] | None = None, **more: Any
) -> Reconciliation:
    """Return November as these rows make it."""
    lines = compare(NOVEMBER, pms, pymes, dian)
    sides = (Side.PMS, Side.PYMES) if dian is None else tuple(Side)
    file = DianFile("dian.xlsx", "0" * 64, 1, 0, date(2026, 11, 1), date(2026, 11, 30))
    said: dict[str, Any] = {
        "month": NOVEMBER,
        "made_at": datetime(2026, 12, 1, 14, 5, tzinfo=UTC),
        "hotel_nit": "900508908",
        "hotel_name": "Hotel La Ceiba S.A.S.",
        "practice": False,
        "sides": sides,
        "lines": lines,
        "summaries": summaries(lines, sides),
        "totals": totals(NOVEMBER, lines, sides),
        "dian": None if dian is None else file,
    }
    return Reconciliation(**(said | more))
