"""The PMS' page Facturas: from a stay to a draft, its approval, notes and annulment, «Pymes status» and «Actualizar».

*Aprobado*, *Pymes status* and *Actualizar* are Loggro's words; the other states and what a note looks like there are
our reading (facts/loggro.md 6).
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from app.connectors.pms_contract import WireDocument
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.sandbox import invoicing, reservations
from app.sandbox.books import APPROVED, REJECTED
from app.sandbox.hotel import NothingToIssue
from app.sandbox.invoicing import Bill, PymesStatus
from app.sandbox.pages.pms import PmsSection, consumption_in
from app.sandbox.pages.pymes import PER_PAGE, pager
from app.sandbox.pages.section import Call, NotThere, onward
from app.sandbox.scenarios import Stage
from app.sandbox.scenarios_books import SecondWriter
from app.sandbox.web import whole
from app.texts import _, plural

_LIST: Final = "/pms/facturas"


@dataclass(frozen=True, slots=True)
class Row:
    """A document as the list shows it."""

    document: Document
    state: str
    tone: str
    pymes: PymesStatus | None


class Invoices(PmsSection):
    """Facturas."""

    def routes(self) -> list[Route]:
        one, draft = f"{_LIST}/{{number}}", f"{_LIST}/borrador/{{draft}}"
        return [
            self.shown(_LIST, self.inside(self._all)),
            self.sent(f"{_LIST}/actualizar", self.inside(self._refresh_page)),
            self.shown(draft, self.inside(self._draft)),
            self.sent(f"{draft}/aprobar", self.inside(self._approve)),
            self.sent(f"{draft}/descartar", self.inside(self._discard)),
            self.shown(one, self.inside(self._one)),
            self.sent(f"{one}/actualizar", self.inside(self._refresh)),
            self.sent(f"{one}/anular", self.inside(self._annul)),
            self.sent(f"{one}/nota-credito", self.inside(self._credit)),
            self.sent(f"{one}/nota-debito", self.inside(self._debit)),
        ]

    async def _all(self, call: Call) -> Response:
        asked = {name: call.asked(name) for name in ("numero", "tipo")}
        where, values = ["1"], []  # type: tuple[list[str], list[Any]]
        if asked["numero"]:
            where.append("prefix || number = ?")
            values.append(asked["numero"].upper())
        if asked["tipo"] in {family.value for family in HOTEL_FAMILIES}:
            where.append("family = ?")
            values.append(asked["tipo"])
        page = max(1, whole(call.asked("pagina") or "1", 1) or 1)
        condition = " AND ".join(where)
        total = self._house.books.value(f"SELECT COUNT(*) FROM approved WHERE {condition}", values)
        wires = self._house.books.rows(
            f"SELECT wire FROM approved WHERE {condition} ORDER BY position DESC LIMIT ? OFFSET ?",
            (*values, PER_PAGE, (page - 1) * PER_PAGE),
        )
        documents = [WireDocument.model_validate_json(row["wire"]).document() for row in wires]
        return self.page(
            call,
            "pms_facturas.html",
            asked=asked,
            families=HOTEL_FAMILIES,
            bills=invoicing.bills(self._house),
            rows=[self._row(document) for document in documents],
            total=total,
            counted=plural("{n} documento aprobado", "{n} documentos aprobados", total),
            pager=pager(_LIST, asked, page, total),
        )

    async def _refresh_page(self, call: Call) -> Response:
        """Look into Pymes for the documents that the list shows."""
        for number in call.form.raw("numeros").split()[:PER_PAGE]:
            if (document := invoicing.document_numbered(self._house, number)) is not None:
                invoicing.refresh(self._house, document, sends_itself(self._stage))
        call.say(_("Actualizado."))
        return onward(_LIST)

    async def _draft(self, call: Call) -> Response:
        return self.page(
            call,
            "pms_borrador.html",
            bill=self._bill(call),
            content=self._content(call),
            invoicing=self._house.invoicing,
        )

    async def _approve(self, call: Call) -> Response:
        made = self._bill(call)
        if not self._house.invoicing.is_on:
            call.say(_("La facturación electrónica está apagada en Configuraciones → Facturación."), "bad")
            return onward(f"{_LIST}/borrador/{made.id}")
        try:
            document = invoicing.approve(self._house, made)
        except NothingToIssue:
            call.say(_("La resolución no tiene más números."), "bad")
            return onward(f"{_LIST}/borrador/{made.id}")
        call.say(_("Factura aprobada. Botones la lleva a Pymes en su próximo ciclo."))
        return onward(f"{_LIST}/{document.full_number}")

    async def _discard(self, call: Call) -> Response:
        made = self._bill(call)
        invoicing.discard(self._house, made.id)
        call.say(_("Borrador descartado."))
        return onward(f"/pms/reservas/{made.reservation.id}")

    async def _one(self, call: Call) -> Response:
        document = self._document(call)
        notes = invoicing.notes_of(self._house, document)
        return self.page(
            call,
            "pms_factura.html",
            row=self._row(document),
            notes=notes,
            can_be_annulled=document.family is Family.FACTURA and not notes,
            taxes=tuple(reservations.TAXES),
            sends_itself=sends_itself(self._stage),
        )

    async def _refresh(self, call: Call) -> Response:
        document = self._document(call)
        seen = invoicing.refresh(self._house, document, sends_itself(self._stage))
        call.say(_("Pymes ya la tiene.") if seen.uuid else _("Pymes todavía no la tiene."), "good" if seen.uuid else "")
        return onward(f"{_LIST}/{document.full_number}")

    async def _annul(self, call: Call) -> Response:
        document = self._invoice(call)
        if call.form.raw("seguro") != "si":
            call.form.errors["seguro"] = _("Marque la casilla para anular.")
            return await self._one(call)
        if invoicing.notes_of(self._house, document):
            call.say(_("Esta factura ya tiene una nota: no se anula entera."), "bad")
            return onward(f"{_LIST}/{document.full_number}")
        return self._noted(call, document, lambda: invoicing.annul(self._house, document))

    async def _credit(self, call: Call) -> Response:
        document = self._invoice(call)
        line = call.form.whole("linea", 0, len(document.lines) - 1)
        if not call.form.is_right:
            return await self._one(call)
        return self._noted(call, document, lambda: invoicing.correct(self._house, document, line))

    async def _debit(self, call: Call) -> Response:
        document, form = self._invoice(call), call.form
        consumption = consumption_in(form)
        if not form.is_right:
            return await self._one(call)
        return self._noted(call, document, lambda: invoicing.add(self._house, document, *consumption))

    def _noted(self, call: Call, invoice: Document, make: Any) -> Response:
        try:
            note: Document = make()
        except NothingToIssue:
            call.say(_("El consecutivo de las notas no tiene más números."), "bad")
            return onward(f"{_LIST}/{invoice.full_number}")
        call.say(_("Nota aprobada."))
        return onward(f"{_LIST}/{note.full_number}")

    def _row(self, document: Document) -> Row:
        seen = invoicing.pymes_status(self._house, document.full_number)
        verdict = self._house.books.verdict(document)
        if verdict != APPROVED:
            rejected = verdict == REJECTED
            return Row(document, _("Rechazado") if rejected else _("En validación"), "bad" if rejected else "", seen)
        annulled = invoicing.is_annulled(document, invoicing.notes_of(self._house, document))
        return Row(document, _("Anulado con nota crédito") if annulled else _("Aprobado"), "good", seen)

    def _document(self, call: Call) -> Document:
        document = invoicing.document_numbered(self._house, call.path("number"))
        if document is None:
            raise NotThere
        return document

    def _invoice(self, call: Call) -> Document:
        document = self._document(call)
        if document.family is not Family.FACTURA:
            raise NotThere
        return document

    def _bill(self, call: Call) -> Bill:
        number = call.path("draft")
        made = invoicing.bill(self._house, int(number)) if number.isascii() and number.isdigit() else None
        if made is None:
            raise NotThere
        return made

    def _content(self, call: Call) -> dict[str, Any]:
        return self._bill(call).content.content()


def sends_itself(stage: Stage) -> bool:
    """Say whether Loggro's own sync is at work, which then is what «Actualizar» triggers."""
    return stage.is_on(SecondWriter.name)
