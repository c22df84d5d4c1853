"""The month's reconciliation as content to be signed, and its three files. What they look like is not decided here."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from app import __version__
from app.model.reconciliation import Line, Reconciliation, Record, Side
from app.reports.reconciliation_pdf import write_pdf
from app.reports.reconciliation_sheet import write_spreadsheet
from app.reports.saving import save
from app.reports.signature import Signer


class FileKind(StrEnum):
    """What a month can be saved as; the value is the end of the file's name."""

    SPREADSHEET = "xlsx"
    PDF = "pdf"
    SIGNED = "json"


def file_name(result: Reconciliation, kind: FileKind) -> str:
    """Return the name that a file of this month has by itself."""
    return f"conciliacion-{result.hotel_nit}-{result.month}.{kind.value}"


def save_as(result: Reconciliation, kind: FileKind, path: Path, sign: Callable[[], Signer], *, replace: bool) -> None:
    """Write one file; ``sign`` is asked for the key only where one is needed. Raises as ``save`` and ``Signer`` do."""

    def make(place: Path) -> None:
        if kind is FileKind.SPREADSHEET:
            write_spreadsheet(result, place)
        elif kind is FileKind.PDF:
            signer = sign()
            write_pdf(result, place, signer.fingerprint)
        else:
            place.write_bytes(sign().sign(content_of(result)))

    save(path, make, replace=replace)


def content_of(result: Reconciliation) -> dict[str, Any]:
    """Return everything as JSON takes it.

    The names are a promise to whoever reads the file; amounts are text, so that no float ever touches them.
    """
    return {
        "program": f"Botones {__version__}",
        "made_at": result.made_at.isoformat(),
        "month": str(result.month),
        "practice": result.practice,
        "hotel": {"nit": result.hotel_nit, "name": result.hotel_name},
        "sides": [side.value for side in result.sides],
        "well": result.is_well,
        "unreadable": result.unreadable,
        "not_looked_for": result.not_looked_for,
        "dian_file": None
        if result.dian is None
        else {
            "name": result.dian.name,
            "sha256": result.dian.sha256,
            "rows": result.dian.rows,
            "left_out": result.dian.left_out,
            "first": _text(result.dian.first),
            "last": _text(result.dian.last),
        },
        "classes": [
            {"class": one.kind.value, "documents": one.documents, "values": _amounts(one.values)}
            for one in result.summaries
        ],
        "totals": [
            {
                "book": one.book.value,
                "currency": one.currency,
                "heading": one.heading.value,
                "values": _amounts(one.values),
            }
            for one in result.totals
        ],
        "documents": [_line(line) for line in result.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "class": line.kind.value,
        "number": line.lead.full_number,
        "records": [_record(record) for record in line.records],
        "differences": [
            {"point": one.point.value, "values": [[side.value, said] for side, said in one.values]}
            for one in line.differences
        ],
        "annulled_by": list(line.annulled_by),
    }


def _record(record: Record) -> dict[str, Any]:
    said = {
        "side": record.side.value,
        "ref": record.ref,
        "number": record.full_number,
        "family": record.family.value if record.family else None,
        "day": _text(record.day),
        "counterparty_id": record.counterparty_id,
        "counterparty": record.counterparty or None,
        "currency": record.currency,
        "payable": _amount(record.payable),
        "taxes": None
        if record.taxes is None
        else [{"code": tax.code, "rate": _amount(tax.rate), "amount": _amount(tax.amount)} for tax in record.taxes],
        "withheld": _amount(record.withheld),
        "cufe": record.cufe,
        "state": record.state.value if record.state else None,
        "cause": record.cause.value if record.cause else None,
        "dian_state": record.dian_state,
        "annulled": record.annulled,
    }
    return {name: value for name, value in said.items() if value is not None}


def _amounts(values: "dict[Side, Decimal | None] | dict[Side, Decimal]") -> dict[str, str | None]:
    return {side.value: _amount(value) for side, value in values.items()}


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
