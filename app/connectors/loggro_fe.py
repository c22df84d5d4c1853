"""The FE service of Loggro (SOAP).

What the DIAN says of a resolution, of one document, and of a batch. Which operations there are and what they tell is
documented; element names, and the name of the batch operation, are **our assumption** (facts/loggro.md 4).

Optional: nothing says that a hotel which invoices through its PMS receives the project's credentials. ``lxml`` rather
than a SOAP library, because the WSDL is not public: a client generated from a guess would be stricter than what we
know.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from lxml import etree

from app.connectors.profile import Operation, Profile
from app.connectors.transport import Transport
from app.model.clock import BOGOTA
from app.model.documents import Family
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.numbering import Numbering, System

_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ALIASES: Final = {
    "resolution": ("numeroResolucion", "ResolutionNumber"),
    "prefix": ("prefijo", "Prefix"),
    "first": ("numeracionInicial", "rangoInicial", "FromNumber"),
    "last": ("numeracionFinal", "rangoFinal", "ToNumber"),
    "valid_from": ("fechaInicial", "vigenciaDesde", "ValidDateFrom"),
    "valid_to": ("fechaFinal", "vigenciaHasta", "ValidDateTo"),
    "technical_key": ("claveTecnica", "TechnicalKey"),
}
"""Ours first, then the names of the DIAN's own GetNumberingRange, which stands behind the service."""


_DOCUMENT_CALLS: Final = {
    Family.FACTURA: ("consultarInformacionDocumentoElectronico", "FAVE"),
    Family.NOTA_CREDITO: ("consultarInformacionDocumentoElectronico", "NCVE"),
    Family.NOTA_DEBITO: ("consultarInformacionDocumentoElectronico", "NDVE"),
    Family.DOCUMENTO_SOPORTE: ("consultarInformacionDocumentoSoporte", "DSVE"),
}
"""Operations and the first three type words are documented; the last is our guess (facts/loggro.md 4)."""
_SOPORTE_BY_ID: Final = "consultarInformacionDocumentoSoporteById"
_BATCH: Final = "consultarEstadoLote"
"""Ours: that a batch has at most thirty documents is documented, how its state is asked for is not."""
_KINDS: Final = {kind: family for family, (_operation, kind) in _DOCUMENT_CALLS.items()}
_DOCUMENT_ALIASES: Final = {
    "id": ("idDocumento", "id"),
    "prefix": ("prefijo", "prefix"),
    "number": ("numero", "numeroDocumento", "consecutivo"),
    "kind": ("tipoDocumento",),
    "state": ("estadoDocumento", "estado", "estadoDian"),
    "cufe": ("cufe", "cude", "cuds", "cufeCude"),
    "approved_at": ("fechaAprobacion", "fechaValidacion", "fechaRespuesta"),
    "code": ("codigoRespuesta", "codigo"),
    "said": ("descripcionRespuesta", "descripcion", "mensajeRespuesta"),
    "customer": ("estadoNotificacionCliente", "notificacionCliente"),
    "xml": ("xml", "xmlBase64", "archivoXml"),
    "pdf": ("pdf", "pdfBase64", "archivoPdf"),
}
_ERROR: Final = "ErrorRespuesta"
_LONGEST_MESSAGE: Final = 500
_LONGEST_FIELD: Final = 15
"""No number or prefix of the DIAN is longer than fourteen."""
_MOST_ROWS: Final = 500
"""Of one authorisation; a form has eleven a page."""
_LARGEST_FILE: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DianResolution:
    """What the DIAN answers. The technical key is a secret; a documento soporte has none."""

    numbering: Numbering
    technical_key: str | None = field(default=None, repr=False)


class FeState(StrEnum):
    """How far a document has come with the DIAN: the states that the service is documented to tell."""

    TRANSMITTED = "transmitted"
    IN_VALIDATION = "in-validation"
    APPROVED = "approved"
    REJECTED = "rejected"
    """By the DIAN."""
    REJECTED_BY_SERVICE = "rejected-by-service"
    """By the FE service itself: it never reached the DIAN."""


@dataclass(frozen=True, slots=True)
class FeDocument:
    """What the service knows of one number."""

    state: FeState
    cufe: str | None = None
    messages: tuple[str, ...] = ()
    """What the DIAN said, in its own words; text from outside."""
    xml: bytes | None = field(default=None, repr=False)
    pdf: bytes | None = field(default=None, repr=False)
    code: str = ""
    """The DIAN's response code, as the service tells it."""
    approved_at: datetime | None = None
    """``None`` also where the service writes the moment in a way that nobody knows."""
    customer: str = ""
    """How far the notice to the customer has come, in the service's words."""
    id: str = ""
    """The service's own identifier."""
    family: Family | None = None
    prefix: str | None = None
    number: int | None = None
    """The number that the answer names; ``None`` where it names none."""

    def is_about(self, prefix: str, number: int) -> bool:
        """Say whether the answer may speak of a number."""
        named_prefix = prefix if self.prefix is None else self.prefix
        return named_prefix.upper() == prefix.upper() and self.number in (None, number)


class LoggroFe:
    """Calls to the FE service with the project's user and password."""

    def __init__(self, transport: Transport, profile: Profile, *, user: str, password: str) -> None:
        self._transport = transport
        self._profile = profile
        self._auth = (user, password)

    async def resolutions(self, number: str, nit: str, family: Family) -> tuple[DianResolution, ...]:
        """Ask the DIAN for a resolution of ``nit`` (without check digit); empty where it knows none.

        One authorisation may cover several prefixes. Where no row bears the number, all are told: a difference is for
        the proof to show.
        """
        self._profile.require(Operation.FE_RESOLUTION)
        body = await self._call("consultarInformacionResolucionDian", {"numeroResolucion": number, "nit": nit})
        return _read(body, number, family)

    async def document(self, prefix: str, number: int, family: Family, nit: str) -> FeDocument | None:
        """Ask for one issued document of ``nit`` (without check digit); ``None`` where nobody knows such a number.

        Raises ``ConnectorError``; a family that the service has no word for is ``NO_ROUTE``, an answer about another
        number ``UNREADABLE``.
        """
        self._profile.require(Operation.FE_DOCUMENT)
        if (named := _DOCUMENT_CALLS.get(family)) is None:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, system="fe", detail=family.value)
        operation, kind = named
        asked = {"prefijo": prefix, "numero": str(number), "tipoDocumento": kind, "idEmisor": nit}
        found = _only(_read_documents(await self._call(operation, asked)))
        if found is not None and not found.is_about(prefix, number):
            raise _unreadable("another number")
        return found

    async def soporte_by_id(self, identifier: str, nit: str) -> FeDocument | None:
        """Ask for a documento soporte by the identifier that the service gave it; ``None`` where it knows none."""
        self._profile.require(Operation.FE_DOCUMENT)
        return _only(_read_documents(await self._call(_SOPORTE_BY_ID, {"idDocumento": identifier, "idEmisor": nit})))

    async def batch(self, identifier: str, nit: str) -> tuple[FeDocument, ...]:
        """Ask how far the documents of a batch have come; empty where nobody knows it."""
        self._profile.require(Operation.FE_DOCUMENT)
        return _read_documents(await self._call(_BATCH, {"idLote": identifier, "idEmisor": nit}))

    async def _call(self, operation: str, fields: Mapping[str, str]) -> bytes:
        if self._profile.fe is None:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, system="fe")
        answer = await self._transport.request(
            "POST",
            self._profile.fe,
            content=_request(operation, fields),
            headers={"Content-Type": "application/xml"},
            auth=self._auth,
        )
        return answer.body


def _request(operation: str, fields: Mapping[str, str]) -> bytes:
    envelope = etree.Element(f"{{{_ENVELOPE}}}Envelope", nsmap={"soapenv": _ENVELOPE})
    body = etree.SubElement(envelope, f"{{{_ENVELOPE}}}Body")
    call = etree.SubElement(body, operation)
    for name, value in fields.items():
        try:
            etree.SubElement(call, name).text = value
        except ValueError as error:
            raise ConnectorError(Failure.UNREADABLE, Delivery.NEVER_LEFT, system="fe", detail=name) from error
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _parse(body: bytes) -> etree._Element:
    """Parse an answer; raises ``ConnectorError`` on a DTD, and what lxml raises on anything that is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unreadable("DTD")
    if (error := next(root.iter(f"{{*}}{_ERROR}"), None)) is not None:
        # A success that tells of an error is none.
        said = " ".join("".join(map(str, error.itertext())).split())[:_LONGEST_MESSAGE]
        raise ConnectorError(Failure.SERVER, Delivery.IN_DOUBT, system="fe", messages=(said,) if said else ())
    return root


def _read_documents(body: bytes) -> tuple[FeDocument, ...]:
    try:
        rows = []
        for element in _parse(body).iter("{*}*"):
            found = {etree.QName(child).localname: (child.text or "").strip() for child in element.iterchildren("{*}*")}
            if _first(found, _DOCUMENT_ALIASES["state"]):
                rows.append(_document({name: _first(found, aliases) for name, aliases in _DOCUMENT_ALIASES.items()}))
        return tuple(rows)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(type(error).__name__) from error


def _document(value: dict[str, str]) -> FeDocument:
    return FeDocument(
        state=_state(value["state"]),
        cufe=value["cufe"].lower() or None,
        messages=(value["said"][:_LONGEST_MESSAGE],) if value["said"] else (),
        xml=_file(value["xml"]),
        pdf=_file(value["pdf"]),
        code=value["code"][:_LONGEST_MESSAGE],
        approved_at=_moment(value["approved_at"]),
        customer=value["customer"][:_LONGEST_MESSAGE],
        id=value["id"],
        family=_KINDS.get(value["kind"].upper()),
        prefix=value["prefix"] or None,
        number=int(value["number"]) if value["number"].isascii() and value["number"].isdigit() else None,
    )


def _only(found: tuple[FeDocument, ...]) -> FeDocument | None:
    if len(found) > 1:
        raise _unreadable("several documents")
    return found[0] if found else None


def _file(text: str) -> bytes | None:
    if len(text) > _LARGEST_FILE * 4 // 3 + 4:
        raise ValueError("too big")
    return base64.b64decode("".join(text.split()), validate=True) if text else None


def _moment(text: str) -> datetime | None:
    """Read a moment, of Bogotá where it names no other zone; the state counts, not this, so that doubt is no error."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=BOGOTA) if moment.tzinfo is None else moment


def _state(text: str) -> FeState:
    """Read a state as people write it; what is not known to be approved or rejected is still under way."""
    plain = text.upper().replace("_", " ")
    if "RECHAZ" in plain:
        by_service = "FE" in plain.split() or "SISTEMA" in plain
        return FeState.REJECTED_BY_SERVICE if by_service else FeState.REJECTED
    if plain.startswith(("APROBAD", "ACEPTAD")):
        return FeState.APPROVED
    return FeState.IN_VALIDATION if "VALIDACI" in plain else FeState.TRANSMITTED


def _read(body: bytes, number: str, family: Family) -> tuple[DianResolution, ...]:
    try:
        root = _parse(body)
        rows = []
        for element in root.iter("{*}*"):
            found = {etree.QName(child).localname: (child.text or "").strip() for child in element.iterchildren("{*}*")}
            value = {name: _first(found, aliases) for name, aliases in _ALIASES.items()}
            if value["resolution"] and value["first"] and value["last"]:
                rows.append(value)
                if len(rows) > _MOST_ROWS:
                    raise _unreadable("too many rows")
        rows = [row for row in rows if row["resolution"] == number] or rows
        return tuple(DianResolution(_numbering(row, family), row["technical_key"] or None) for row in rows)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(type(error).__name__) from error


def _numbering(value: dict[str, str], family: Family) -> Numbering:
    if any(len(value[name]) > _LONGEST_FIELD for name in ("resolution", "prefix", "first", "last")):
        raise ValueError("too long")
    return Numbering(
        system=System.DIAN,
        family=family,
        prefix=value["prefix"],
        first=int(value["first"]),
        last=int(value["last"]),
        resolution=value["resolution"],
        valid_from=_day(value["valid_from"]),
        valid_to=_day(value["valid_to"]),
    )


def _first(found: dict[str, str], names: tuple[str, ...]) -> str:
    return next((found[name] for name in names if name in found), "")


def _day(text: str) -> date | None:
    # Plain days, sometimes with an hour behind; never shifted through a time zone (facts/dian.md 4).
    return date.fromisoformat(text[:10]) if text else None


def _unreadable(what: str) -> ConnectorError:
    return ConnectorError(Failure.UNREADABLE, Delivery.IN_DOUBT, system="fe", detail=what)
