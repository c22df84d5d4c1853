"""The step «Ensayo»: the first document as Pymes will record it, then one that goes and is read back.

The engine does the sending.
"""

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from app.connectors.bundle import Connectors
from app.connectors.profile import Operation
from app.connectors.pymes_contract import venta_externa
from app.connectors.source import Nothing
from app.model.clock import Clock
from app.model.documents import Document
from app.model.errors import ConnectorError
from app.model.numbering import Numbering, NumberingProof, System
from app.model.sales import Sale, differences
from app.model.setup import PreviewLabel, PreviewLine, Rehearsal, RehearsalResult
from app.texts import day, hour, money
from app.texts.documents import family_name

_ENOUGH: Final = 100
"""So many documents that already stand in Pymes are enough to say that none waits."""


class Sender(Protocol):
    """What the rehearsal needs of the engine."""

    async def carry(self, key: str) -> Sale | None:
        """Take the document with this key (``str(document.key)``) its whole way, and return it as read back from Pymes.

        ``None`` while it does not stand there. Raises ``ConnectorError``.
        """
        ...


async def first_waiting(connectors: Connectors, evidence: Sequence[Numbering] = ()) -> Document | None:
    """Return the first approved document that is not in Pymes yet, among the first that the source tells of.

    ``None`` where none waits. ``evidence`` is what was typed of the ranges, for the source that walks along them.
    """
    looked = 0
    async with aclosing(connectors.source.news(Nothing(tuple(evidence)))) as batches:
        async for batch in batches:
            for row in batch.rows:
                if (document := row.document) is None or row.cause is not None or document.family.is_note:
                    # A nota may only follow its invoice: the first to go should hang on nothing.
                    continue
                sales = await connectors.pymes.sales_numbered(document.full_number)
                if not any(sale.is_about(document.key) for sale in sales):
                    return document
                looked += 1
            if looked >= _ENOUGH:
                break
    return None


def can_look(connectors: Connectors) -> bool:
    """Say whether the routes let a document be shown at all."""
    profile = connectors.profile
    return profile.can_read and profile.route(Operation.PYMES_SALES).is_called


def consecutivo_for(document: Document, proofs: Iterable[NumberingProof]) -> str | None:
    """Return Pymes' id of the proven consecutivo that covers the document; ``None`` where none is proven."""
    for proof in proofs:
        if proof.covers(document.key) and proof.agrees and System.PYMES in proof.columns:
            return proof.columns[System.PYMES].consecutivo
    return None


def preview(
    document: Document, consecutivo: str | None, names: dict[str, str] | None = None
) -> tuple[PreviewLine, ...]:
    """Show what Pymes will record, taken from the very request that would be sent; nothing is written.

    ``names`` gives a consecutivo's id the name that a person knows.
    """
    wire = venta_externa(document, consecutivo or "")
    return _lines(document, _recorded_by_request(wire, document, _named(consecutivo, names)))


def recorded(document: Document, sale: Sale, names: dict[str, str] | None = None) -> tuple[PreviewLine, ...]:
    """Show the document beside the sale as it now stands in Pymes' Ventas; what Pymes does not tell is left out."""
    said = {
        PreviewLabel.KIND: family_name(sale.type.family),
        PreviewLabel.NUMBER: sale.full_number,
        PreviewLabel.DATE: day(sale.issued_on) if sale.issued_on else "",
        PreviewLabel.COUNTERPARTY: _person(sale.counterparty_name or "", sale.counterparty_id or ""),
        PreviewLabel.CURRENCY: sale.currency or "",
        PreviewLabel.IVA: _tax(sale.taxes, "01", document.currency),
        PreviewLabel.INC: _tax(sale.taxes, "04", document.currency),
        PreviewLabel.PAYABLE: money(sale.payable, sale.currency or document.currency)
        if sale.payable is not None
        else "",
        PreviewLabel.CUFE: sale.cufe or "",
        PreviewLabel.CONSECUTIVO: _named(sale.consecutivo, names),
    }
    issued = day(document.issued_at)  # Ventas tells the day and not the hour
    return tuple(
        line.model_copy(update={"pms": issued}) if line.label is PreviewLabel.DATE else line
        for line in _lines(document, said)
        if line.pymes
    )


async def rehearse(sender: Sender, document: Document, consecutivo: str | None, clock: Clock) -> Rehearsal:
    """Let one document go, and say whether it stands in Pymes and agrees."""
    key = str(document.key)
    try:
        sale = await sender.carry(key)
    except ConnectorError as error:
        return Rehearsal(
            result=RehearsalResult.FAILED, at=clock.now(), key=key, failure=error.failure, detail=error.detail
        )
    if sale is None:
        return Rehearsal(result=RehearsalResult.FAILED, at=clock.now(), key=key)
    wrong = differences(document, sale, consecutivo)
    return Rehearsal(
        result=RehearsalResult.DIFFERS if wrong else RehearsalResult.PROVEN,
        at=clock.now(),
        key=key,
        sale=sale,
        detail=", ".join(difference.aspect.value for difference in wrong),
    )


def shown_only(result: RehearsalResult, at: datetime, document: Document | None = None) -> Rehearsal:
    """Return the result of a rehearsal that sent nothing: ``PREVIEWED``, ``NOTHING_YET`` or ``NOT_READABLE``."""
    return Rehearsal(result=result, at=at, key=str(document.key) if document else None)


def _lines(document: Document, pymes: dict[PreviewLabel, str]) -> tuple[PreviewLine, ...]:
    currency = document.currency
    pms = {
        PreviewLabel.KIND: family_name(document.family),
        PreviewLabel.NUMBER: document.full_number,
        PreviewLabel.DATE: f"{day(document.issued_at)} {hour(document.issued_at)}",
        PreviewLabel.COUNTERPARTY: _person(document.counterparty.name, document.counterparty.id),
        PreviewLabel.GUEST: _person(document.guest.name, document.guest.id) if document.guest else "",
        PreviewLabel.CURRENCY: currency,
        PreviewLabel.SUBTOTAL: money(document.subtotal, currency),
        PreviewLabel.IVA: money(document.tax_total("01"), currency),
        PreviewLabel.INC: money(document.tax_total("04"), currency),
        PreviewLabel.PREPAID: money(document.prepaid, currency),
        PreviewLabel.ROUNDING: money(document.rounding, currency) if document.rounding else "",
        PreviewLabel.PAYABLE: money(document.payable, currency),
        PreviewLabel.CUFE: document.cufe or "",
        PreviewLabel.REFERENCE: document.reference.full_number if document.reference else "",
        PreviewLabel.CONSECUTIVO: pymes.get(PreviewLabel.CONSECUTIVO, ""),
    }
    return tuple(
        PreviewLine(label=label, pms=ours, pymes=pymes.get(label, ""))
        for label, ours in pms.items()
        if ours or pymes.get(label)
    )


def _recorded_by_request(wire: dict[str, Any], document: Document, consecutivo: str) -> dict[PreviewLabel, str]:
    currency = wire["moneda"]
    taxes: dict[str, Decimal] = {}
    for tax in wire["impuestos"]:
        taxes[tax["codigo"]] = taxes.get(tax["codigo"], Decimal(0)) + Decimal(tax["valor"])
    moment = datetime.fromisoformat(wire["fechaHora"])
    guest = wire.get("huesped")
    return {
        PreviewLabel.KIND: family_name(document.family),
        PreviewLabel.NUMBER: f"{wire['prefijo']}{wire['numero']}",
        PreviewLabel.DATE: f"{day(moment)} {hour(moment)}",
        PreviewLabel.COUNTERPARTY: _person(wire["cliente"]["nombre"], wire["cliente"]["id"]),
        PreviewLabel.GUEST: _person(guest["nombre"], guest["id"]) if guest else "",
        PreviewLabel.CURRENCY: currency,
        PreviewLabel.SUBTOTAL: money(Decimal(wire["subtotal"]), currency),
        PreviewLabel.IVA: _tax(taxes, "01", currency),
        PreviewLabel.INC: _tax(taxes, "04", currency),
        PreviewLabel.PREPAID: money(Decimal(wire["anticipos"]), currency),
        PreviewLabel.ROUNDING: money(Decimal(wire["redondeo"]), currency) if Decimal(wire["redondeo"]) else "",
        PreviewLabel.PAYABLE: money(Decimal(wire["total"]), currency),
        PreviewLabel.CUFE: wire.get("cufe", ""),
        PreviewLabel.REFERENCE: wire.get("documentoReferencia", {}).get("numero", ""),
        PreviewLabel.CONSECUTIVO: consecutivo,
    }


def _person(name: str, number: str) -> str:
    return f"{name} ({number})" if name and number else name or number


def _tax(taxes: dict[str, Decimal] | None, code: str, currency: str) -> str:
    return "" if taxes is None else money(taxes.get(code, Decimal(0)), currency)


def _named(consecutivo: str | None, names: dict[str, str] | None) -> str:
    return "" if consecutivo is None else (names or {}).get(consecutivo, consecutivo)


def names_of(proofs: Sequence[NumberingProof]) -> dict[str, str]:
    """Return what people call each proven consecutivo, by Pymes' id."""
    columns = [proof.columns[System.PYMES] for proof in proofs if System.PYMES in proof.columns]
    return {one.consecutivo: one.name for one in columns if one.consecutivo}
