"""The practice FE service: the SOAP operations that Botones needs, about a resolution, a document, and a batch.

That the operations exist, what they tell, and that errors are answered with ``ErrorRespuesta`` is documented
(facts/loggro.md 1.3, 4). The WSDL is not public: element names, namespace and HTTP Basic are **our assumption**.
"""

import base64
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.model.documents import Document, Family
from app.sandbox.books import APPROVED, REJECTED
from app.sandbox.house import House
from app.sandbox.scenarios import Stage
from app.sandbox.tokens import Kind
from app.sandbox.ubl_writer import mailed_xml

SYSTEM: Final = "fe"
PATH: Final = "/ServiciosFE"
OPERATION: Final = "consultarInformacionResolucionDian"
_FAMILIES: Final = {
    "consultarInformacionDocumentoElectronico": {
        "FAVE": Family.FACTURA,
        "NCVE": Family.NOTA_CREDITO,
        "NDVE": Family.NOTA_DEBITO,
    },
    "consultarInformacionDocumentoSoporte": {"DSVE": Family.DOCUMENTO_SOPORTE},
}
_SOPORTE_BY_ID: Final = "consultarInformacionDocumentoSoporteById"
_BATCH: Final = "consultarEstadoLote"
_DOCUMENT_CALLS: Final = (*_FAMILIES, _SOPORTE_BY_ID, _BATCH)
_KINDS: Final = {family: kind for families in _FAMILIES.values() for kind, family in families.items()}
_LARGEST_BATCH: Final = 30
_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_MOST_BYTES: Final = 64 * 1024
_FIELDS: Final = {
    "numeroResolucion": "resolution",
    "prefijo": "prefix",
    "numeracionInicial": "first",
    "numeracionFinal": "last",
    "fechaInicial": "valid_from",
    "fechaFinal": "valid_to",
}

_VALIDATION: Final = timedelta(seconds=20)
"""How long the practice DIAN takes."""
_PDF: Final = b"%PDF-1.4\n% The practice hotel prints no picture of its documents.\n%%EOF\n"

_ASKED: Final = {
    OPERATION: ("numeroResolucion", "nit"),
    **dict.fromkeys(_FAMILIES, ("prefijo", "numero", "tipoDocumento", "idEmisor")),
    _SOPORTE_BY_ID: ("idDocumento", "idEmisor"),
    _BATCH: ("idLote", "idEmisor"),
}
_TOLD: Final = {
    OPERATION: (*_FIELDS, "claveTecnica"),
    **dict.fromkeys(
        _DOCUMENT_CALLS,
        (
            *("idDocumento", "prefijo", "numero", "tipoDocumento", "estadoDocumento", "cufe", "codigoRespuesta"),
            *("descripcionRespuesta", "fechaAprobacion", "estadoNotificacionCliente", "xml", "pdf"),
        ),
    ),
}


def _wsdl(address: str) -> str:
    """Describe what is served; our assumption, because Loggro's own WSDL is not public."""

    def element(name: str, fields: Iterable[str], inner: str = "") -> str:
        kinds = "".join(f'<xsd:element name="{one}" type="xsd:string" minOccurs="0"/>' for one in fields)
        sequence = f"<xsd:complexType><xsd:sequence>{kinds}</xsd:sequence></xsd:complexType>"
        if inner:
            row = f'<xsd:element name="{inner}" minOccurs="0" maxOccurs="unbounded">{sequence}</xsd:element>'
            sequence = f"<xsd:complexType><xsd:sequence>{row}</xsd:sequence></xsd:complexType>"
        return f'<xsd:element name="{name}">{sequence}</xsd:element>'

    elements = "".join(
        element(name, _ASKED[name])
        + element(f"{name}Response", told, "resolucion" if name == OPERATION else "documento")
        for name, told in _TOLD.items()
    )
    messages = "".join(
        f'<wsdl:message name="{name}{end}"><wsdl:part name="p" element="tns:{name}{end}"/></wsdl:message>'
        for name in _TOLD
        for end in ("", "Response")
    )
    ports = "".join(
        f'<wsdl:operation name="{name}"><wsdl:input message="tns:{name}"/>'
        f'<wsdl:output message="tns:{name}Response"/></wsdl:operation>'
        for name in _TOLD
    )
    body = '<soap:body use="literal"/>'
    bound = "".join(
        f'<wsdl:operation name="{name}"><soap:operation soapAction=""/><wsdl:input>{body}</wsdl:input>'
        f"<wsdl:output>{body}</wsdl:output></wsdl:operation>"
        for name in _TOLD
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Our assumption: Loggro\'s own WSDL is not public. -->\n'
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
        ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:tns="urn:botones:practica:fe" targetNamespace="urn:botones:practica:fe"><wsdl:types>'
        f'<xsd:schema targetNamespace="urn:botones:practica:fe">{elements}</xsd:schema></wsdl:types>{messages}'
        f'<wsdl:portType name="ServiciosFE">{ports}</wsdl:portType>'
        '<wsdl:binding name="ServiciosFE" type="tns:ServiciosFE">'
        f'<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</wsdl:binding>'
        '<wsdl:service name="ServiciosFE"><wsdl:port name="ServiciosFE" binding="tns:ServiciosFE">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service></wsdl:definitions>"
    )


class FeServer:
    """Answers as the FE service."""

    def __init__(self, house: House, stage: Stage) -> None:
        self._house = house
        self._stage = stage

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route(PATH, self._wsdl, methods=["GET"]), Route(PATH, self._call, methods=["POST"])],
        )

    async def _wsdl(self, request: Request) -> Response:
        if "wsdl" not in request.query_params:
            return _error(400, "Use ?wsdl o POST.")
        return Response(_wsdl(str(request.url.replace(query=""))), media_type="text/xml")

    async def _call(self, request: Request) -> Response:
        if not self._house.tokens.opens(Kind.FE, _user_and_password(request)):
            return _error(401, "Usuario o contraseña del proyecto incorrectos.")
        if (said := self._stage.before_request(SYSTEM, OPERATION)) is not None:
            return said
        body = await request.body()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(body[:_MOST_BYTES], parser)
        except etree.XMLSyntaxError:
            return _error(400, "El XML no se puede leer.")
        for operation in _DOCUMENT_CALLS:
            if (asked := root.find(f".//{{*}}{operation}")) is not None:
                return self._documents(operation, asked)
        call = root.find(f".//{{*}}{OPERATION}")
        if call is None:
            return _error(400, f"Se espera la operación {OPERATION}.")
        number, nit = (call.findtext(f"{{*}}{name}", "").strip() for name in ("numeroResolucion", "nit"))
        row = self._house.ranges.dian_row(number) if nit == self._house.hotel.party.id else None
        if row is None:
            return _resolution({})
        values = {name: row[column] for name, column in _FIELDS.items()}
        return _resolution(values | {"claveTecnica": self._house.ranges.technical_key(number)})

    def _documents(self, operation: str, call: "etree._Element") -> Response:
        """Tell of documents that the hotel issued; a number that nobody used is an answer without one."""

        def asked(name: str) -> str:
            return call.findtext(f"{{*}}{name}", "").strip()

        if operation == _BATCH:
            found = self._batch(asked("idLote"), asked("idEmisor"))
            return _answer(operation, "documento", *(self._said(document, files=False) for document in found))
        if operation == _SOPORTE_BY_ID:
            kind, _slash, full_number = asked("idDocumento").partition("-")
            prefix = full_number.rstrip("0123456789")
            number = full_number[len(prefix) :]
        else:
            kind, prefix, number = asked("tipoDocumento"), asked("prefijo"), asked("numero")
        family = _FAMILIES[operation.removesuffix("ById")].get(kind)
        if family is None or not (number.isascii() and number.isdigit()):
            return _error(400, "Tipo o número de documento incorrecto.")
        document = self._house.books.document(asked("idEmisor"), family.value, prefix, int(number))
        return _answer(operation, "documento", *([] if document is None else [self._said(document)]))

    def _batch(self, identifier: str, issuer: str) -> list[Document]:
        """Return a batch; in the practice hotel it is named after the day whose first thirty documents it holds."""
        if issuer != self._house.hotel.party.id:
            return []
        found = self._house.books.issued_on(identifier, _LARGEST_BATCH)
        return [document for document in found if document.family in _KINDS]

    def _said(self, document: Document, *, files: bool = True) -> dict[str, object]:
        kind = _KINDS[document.family]
        said: dict[str, object] = {
            "idDocumento": f"{kind}-{document.full_number}",
            "prefijo": document.prefix,
            "numero": document.number,
            "tipoDocumento": kind,
        }
        # What the practice DIAN thinks of a number is set at the desk; what nobody set is approved.
        verdict = self._house.books.verdict(document)
        said |= {"estadoDocumento": verdict, "cufe": document.cufe}
        if verdict not in (APPROVED, REJECTED):
            return said
        approved = verdict == APPROVED
        said["codigoRespuesta"] = "02" if approved else "04"
        said["descripcionRespuesta"] = "Documento validado por la DIAN" if approved else "Rechazado"
        if approved:
            said["fechaAprobacion"] = (document.issued_at + _VALIDATION).isoformat()
            said["estadoNotificacionCliente"] = "Pendiente Confirmación"
        if files:
            said["xml"] = base64.b64encode(mailed_xml(document, approved=approved)).decode()
            said["pdf"] = base64.b64encode(_PDF).decode()
        return said


def _user_and_password(request: Request) -> str:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""


def _resolution(values: dict[str, object]) -> Response:
    return _answer(OPERATION, "resolucion", *([values] if values else []))


def _answer(operation: str, name: str, *rows: dict[str, object]) -> Response:
    """Answer with rows, or with none: the DIAN answers «no data» as a success too."""
    envelope = etree.Element(f"{{{_ENVELOPE}}}Envelope", nsmap={"soapenv": _ENVELOPE})
    body = etree.SubElement(envelope, f"{{{_ENVELOPE}}}Body")
    said = etree.SubElement(body, f"{operation}Response")
    for values in rows:
        row = etree.SubElement(said, name)
        for field, value in values.items():
            if value is not None:
                etree.SubElement(row, field).text = str(value)
    return _xml(200, envelope)


def _error(status: int, message: str) -> Response:
    root = etree.Element("ErrorRespuesta")
    etree.SubElement(root, "mensajeError").text = message
    return _xml(status, root)


def _xml(status: int, root: "etree._Element") -> Response:
    return Response(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), status, media_type="application/xml")
