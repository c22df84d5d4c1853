"""The practice hotel itself: who it is, its ranges, and the documents that it approves in believable sequence.

Everything follows from the seed and from what the books already hold, so that a killed hotel goes on where it stopped.
It decides nothing about tax: it shows the cases that a real hotel has (facts/dian.md 6).
"""

import asyncio
import calendar
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from app.connectors.pms_contract import WireDocument
from app.model import codes
from app.model.clock import BOGOTA, Clock, bogota_day
from app.model.documents import HOTEL_FAMILIES, Document, DocumentType, Family
from app.model.numbering import Numbering, System
from app.model.parties import Party
from app.sandbox import stays
from app.sandbox.books import Books
from app.sandbox.guests import People, company_nit
from app.sandbox.ranges import OWN, Ranges

_NAMES: Final = (
    "Hotel La Casona del Río",
    "Hotel Mirador de Salento",
    "Hospedaje Brisas de Barú",
    "Hotel Boutique El Balcón",
)
_WEIGHTS: Final = {
    Family.FACTURA: 75,
    Family.NOTA_CREDITO: 9,
    Family.NOTA_DEBITO: 5,
    Family.DOCUMENTO_SOPORTE: 11,
}
_PREFIXES: Final = {
    Family.FACTURA: "FEH",
    Family.DOCUMENTO_SOPORTE: "DSH",
    Family.NOTA_CREDITO: "NC",
    Family.NOTA_DEBITO: "ND",
}
_LAST_OF_RANGE: Final = {Family.FACTURA: 2_000_000, Family.DOCUMENTO_SOPORTE: 500_000}
_LAST_OF_NOTES: Final = 999_999_999
_CHUNK: Final = 100
_HISTORY: Final = timedelta(days=3)


class NothingToIssue(Exception):
    """Asked for documents that cannot be: a note without an invoice to correct, or a range used up."""


class Hotel:
    """Issues documents into the books. One per books."""

    def __init__(self, books: Books, ranges: Ranges, clock: Clock) -> None:
        self._books = books
        self._ranges = ranges
        self._clock = clock
        self._people = People(self.seed)

    @property
    def seed(self) -> int:
        return int(self._books.fact("seed"))

    @property
    def party(self) -> Party:
        return Party.model_validate(self._books.fact("hotel"))

    @property
    def property_id(self) -> str:
        return str(self._books.fact("property_id"))

    async def issue(self, count: int, families: Sequence[Family] = ()) -> int:
        """Approve ``count`` documents of the families given (all four when none); return the last position.

        They are dated from the last one, at most three days back, up to now.
        """
        now = self._clock.now().astimezone(BOGOTA)
        start = max(self._last_moment(), now - _HISTORY)
        step = max(now - start, timedelta(0)) / max(count, 1)
        for first in range(0, count, _CHUNK):
            with self._books.together():
                for index in range(first, min(first + _CHUNK, count)):
                    self._issue_one(start + step * (index + 1), families or HOTEL_FAMILIES)
            await asyncio.sleep(0)
        return self._books.last_position

    def documents_after(self, position: int) -> Iterator[Document]:
        """Return what was approved after a place in the PMS' list, in order."""
        for row in self._books.rows("SELECT wire FROM documents WHERE position > ? ORDER BY position", (position,)):
            yield WireDocument.model_validate_json(row["wire"]).document()

    def _last_moment(self) -> datetime:
        wire = self._books.value("SELECT wire FROM documents ORDER BY position DESC LIMIT 1")
        return datetime.fromisoformat(json.loads(wire)["issued_at"]) if wire else datetime.min.replace(tzinfo=BOGOTA)

    def _issue_one(self, moment: datetime, families: Iterable[Family]) -> None:
        rng = Random(f"{self.seed}/{self._books.last_position}")
        wanted = [family for family in families if self._ranges.current(family) is not None]
        corrected = self._an_invoice(rng)
        if corrected is None:
            wanted = [family for family in wanted if not family.is_note]
        if not wanted:
            raise NothingToIssue
        family = rng.choices(wanted, [_WEIGHTS.get(family, 1) for family in wanted])[0]
        self.approve(family, self._draft(rng, family, corrected), moment)

    def approve(self, family: Family, draft: stays.Draft, moment: datetime) -> Document:
        """Give a draft the next number and approve it; raises ``NothingToIssue`` where its range has none left.

        The invoice that a note corrects gets no other note by chance.
        """
        current = self._ranges.current(family)
        if current is None:
            raise NothingToIssue
        numbering, number = current
        document = Document.model_validate(
            draft.content()
            | {
                "type": DocumentType(family.code),
                "issuer": self.party,
                "prefix": numbering.prefix,
                "number": number,
                "issued_at": moment.replace(microsecond=0),
                "authorisation": self._ranges.authorisation(numbering),
            }
        )
        if draft.reference is not None:
            self._books.mark_corrected(draft.reference.full_number)
        secret = self._ranges.technical_key(numbering.resolution or "") if family is Family.FACTURA else None
        document = document.model_copy(update={"cufe": codes.code_for(document, secret or self.pin)})
        self._books.approve(document)
        self._ranges.move_on(family, numbering.prefix, number + 1)
        return document

    @property
    def pin(self) -> str:
        """The software PIN behind CUDE and CUDS; only the hotel's provider knows it."""
        return str(Random(f"{self.seed}/pin").randrange(10_000, 99_999))

    def _an_invoice(self, rng: Random) -> Document | None:
        """Return one of the latest invoices that no note corrects yet."""
        found = self._books.rows(
            "SELECT wire FROM documents WHERE family = 'factura' AND corrected = 0 ORDER BY position DESC LIMIT 20"
        )
        return WireDocument.model_validate_json(rng.choice(found)["wire"]).document() if found else None

    def _draft(self, rng: Random, family: Family, corrected: Document | None) -> stays.Draft:
        if family is Family.FACTURA:
            return stays.invoice(rng, self._people)
        if family is Family.DOCUMENTO_SOPORTE:
            return stays.purchase(rng, self._people)
        assert corrected is not None
        return stays.correction(rng, corrected) if family is Family.NOTA_CREDITO else stays.addition(rng, corrected)

    # founding and loading

    @classmethod
    def found(cls, books: Books, ranges: Ranges, clock: Clock, seed: int) -> "Hotel":
        """Found the hotel in empty books: identity, ranges of PMS and DIAN, cajas and own consecutivo of Pymes."""
        rng = Random(f"{seed}/hotel")
        party = company_nit(rng).model_copy(update={"name": f"{rng.choice(_NAMES)} S.A.S."})
        today = bogota_day(clock.now())
        with books.together():
            books.remember("seed", seed)
            books.remember("hotel", party.model_dump(mode="json"))
            books.remember("property_id", str(rng.randrange(1_000, 9_999)))
            books.remember("organisation", str(uuid.UUID(int=rng.getrandbits(128), version=4)))
            books.remember("cajas", _cajas(rng))
            for family in HOTEL_FAMILIES:
                pms = _range(rng, family, System.PMS, today)
                ranges.add(pms, pms.first + rng.randrange(900, 4_000))
                if family.has_authorisation:
                    ranges.add(pms.model_copy(update={"system": System.DIAN}))
            own = _range(rng, Family.FACTURA, System.PYMES, today)
            ranges.add_consecutivo(own.model_copy(update={"prefix": "FV", "applies_to": OWN}), "Facturas de Pymes")
        return cls(books, ranges, clock)

    def load(self, wires: Iterable[dict[str, Any]]) -> int:
        """Approve documents that came from outside, taking issuer and ranges from them; return how many were new.

        The hotel becomes the issuer of most of them. A number that is already there is passed over.
        """
        documents = [
            WireDocument.model_validate({"position": 0, "state": "approved"} | wire).document() for wire in wires
        ]
        if not documents:
            return 0
        issuers = [document.issuer for document in documents]
        most = max(issuers, key=lambda issuer: sum(other.id == issuer.id for other in issuers))
        with self._books.together():
            self._books.remember("hotel", most.model_dump(mode="json"))
            new = [document for document in documents if not self._books.has_document(document)]
            for document in new:
                self._books.approve(document)
            self._take_ranges([document for document in documents if document.issuer.id == most.id])
        return len(new)

    def _take_ranges(self, documents: list[Document]) -> None:
        """Put the ranges that these documents tell in the place of the hotel's own of the same families."""
        told = {(one.family, one.resolution, one.prefix): one for one in map(_range_of, documents) if one is not None}
        for family in {family for family, _, _ in told}:
            self._ranges.forget(System.PMS, family)
            self._ranges.forget(System.DIAN, family)
        for numbering in told.values():
            self._ranges.add(numbering, self._books.highest_number(numbering) + 1)
            if numbering.resolution is not None:
                self._ranges.add(numbering.model_copy(update={"system": System.DIAN}))
        self._books.remember("foreign_resolutions", sorted({one.resolution for one in told.values() if one.resolution}))


def _range(rng: Random, family: Family, system: System, today: date) -> Numbering:
    start = today - timedelta(days=90)
    authorised = family.has_authorisation
    return Numbering(
        system=system,
        family=family,
        prefix=_PREFIXES[family],
        first=1,
        last=_LAST_OF_RANGE.get(family, _LAST_OF_NOTES),
        resolution=f"18764{rng.randrange(10**8, 10**9)}" if authorised else None,
        valid_from=start if authorised else None,
        valid_to=_two_years_later(start) if authorised else None,
    )


def _two_years_later(day: date) -> date:
    return day.replace(year=day.year + 2, day=min(day.day, calendar.monthrange(day.year + 2, day.month)[1]))


def _range_of(document: Document) -> Numbering | None:
    """Return the PMS' range as the document tells it; a nota tells none, its consecutivo is taken to be everything."""
    if document.family.is_note:
        return Numbering(
            system=System.PMS, family=document.family, prefix=document.prefix, first=1, last=_LAST_OF_NOTES
        )
    told = document.authorisation
    if told is None:
        return None
    return Numbering(
        system=System.PMS,
        family=document.family,
        prefix=told.prefix,
        first=told.first,
        last=told.last,
        resolution=told.resolution,
        valid_from=date.fromisoformat(told.valid_from[:10]),
        valid_to=date.fromisoformat(told.valid_to[:10]),
    )


def _cajas(rng: Random) -> list[dict[str, Any]]:
    return [
        {
            "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "codigo": code,
            "nombre": name,
            "responsable": responsible,
            "usuarioAsignado": assigned,
            "usuarioAdministrador": administrator,
            "estado": "Activa",
        }
        for code, name, responsible, assigned, administrator in (
            ("REC", "Recepción", "Administración", "Administración", True),
            ("RES", "Restaurante", "Administración", "Caja del restaurante", False),
        )
    ]
