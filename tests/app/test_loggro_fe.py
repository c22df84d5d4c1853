"""The FE client against the live practice service, and what it makes of answers that are named otherwise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from app.connectors.loggro_fe import FeState, LoggroFe
from app.connectors.profile import load_profile
from app.connectors.transport import Transport
from app.connectors.ubl import read_bytes
from app.model.documents import HOTEL_FAMILIES, Document, Family
from app.model.errors import ConnectorError, Delivery, Failure
from app.sandbox.fe import PATH
from tests.support.practice import Running, running
from tests.support.wire import answering


@asynccontextmanager
async def client(hotel: Running) -> AsyncIterator[LoggroFe]:
    addresses = {"pms": hotel.addresses.pms, "pymes": hotel.addresses.pymes, "fe": hotel.addresses.fe}
    order = await hotel.desk("POST", "/credentials", {"kind": "fe"})
    async with Transport("fe") as transport:
        yield LoggroFe(transport, load_profile("sandbox", addresses), user=order["user"], password=order["password"])


def tried(folder: Path, trial: Callable[[Running, LoggroFe], Awaitable[None]]) -> None:
    async def run() -> None:
        async with running(folder) as hotel, client(hotel) as fe:
            await trial(hotel, fe)

    asyncio.run(run())


async def issued(hotel: Running, count: int = 40) -> list[Document]:
    await hotel.house.hotel.issue(count, HOTEL_FAMILIES)
    return hotel.documents()


def test_every_family_is_told_with_state_moment_code_files_and_cufe(tmp_path: Path) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        documents = await issued(hotel)
        assert {document.family for document in documents} == set(HOTEL_FAMILIES)
        nit = hotel.house.hotel.party.id
        for family in HOTEL_FAMILIES:
            document = next(one for one in documents if one.family is family)
            found = await fe.document(document.prefix, document.number, family, nit)
            assert found is not None
            assert (found.state, found.code, found.cufe) == (FeState.APPROVED, "02", document.cufe)
            assert (found.family, found.prefix, found.number) == (family, document.prefix, document.number)
            assert found.messages == ("Documento validado por la DIAN",)
            assert found.approved_at is not None
            assert timedelta(0) < found.approved_at - document.issued_at < timedelta(minutes=1)
            assert found.pdf is not None and found.pdf.startswith(b"%PDF-")
            assert found.xml is not None
            (reading,) = read_bytes(found.xml, "fe.xml")
            assert (reading.document, reading.approved) == (document, True)

    tried(tmp_path, trial)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        ("TRANSMITIDO", FeState.TRANSMITTED),
        ("EN_VALIDACION", FeState.IN_VALIDATION),
        ("APROBADO", FeState.APPROVED),
        ("RECHAZADO_DIAN", FeState.REJECTED),
        ("RECHAZADO_FE", FeState.REJECTED_BY_SERVICE),
    ],
)
def test_each_state_of_the_service_is_known(tmp_path: Path, verdict: str, state: FeState) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        (document, *_rest) = await issued(hotel, 1)
        await hotel.desk("POST", "/verdict", {"number": document.full_number, "verdict": verdict})
        nit = hotel.house.hotel.party.id
        found = await fe.document(document.prefix, document.number, document.family, nit)
        assert found is not None and found.state is state
        assert (found.approved_at is not None) == (state is FeState.APPROVED)
        assert (found.xml is not None) == (state in (FeState.APPROVED, FeState.REJECTED))

    tried(tmp_path, trial)


def test_a_number_that_nobody_used_or_of_another_issuer_is_none(tmp_path: Path) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        (document, *_rest) = await issued(hotel, 1)
        nit = hotel.house.hotel.party.id
        assert await fe.document(document.prefix, document.number + 7, document.family, nit) is None
        assert await fe.document(document.prefix, document.number, document.family, "800197268") is None
        with pytest.raises(ConnectorError) as caught:
            await fe.document("POS", 1, Family.POS, nit)
        assert caught.value.failure is Failure.NO_ROUTE

    tried(tmp_path, trial)


def test_a_documento_soporte_is_found_by_its_identifier_too(tmp_path: Path) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        documents = await issued(hotel)
        document = next(one for one in documents if one.family is Family.DOCUMENTO_SOPORTE)
        nit = hotel.house.hotel.party.id
        by_number = await fe.document(document.prefix, document.number, document.family, nit)
        assert by_number is not None and by_number.id
        assert await fe.soporte_by_id(by_number.id, nit) == by_number
        assert await fe.soporte_by_id("DSVE-DSX999", nit) is None

    tried(tmp_path, trial)


def test_a_batch_tells_the_state_of_at_most_thirty_documents(tmp_path: Path) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        documents = await issued(hotel, 80)
        days = {document.issued_at.date().isoformat() for document in documents}
        nit = hotel.house.hotel.party.id
        found = [one for day in sorted(days) for one in await fe.batch(day, nit)]
        known = {(one.family, one.prefix, one.number): one.cufe for one in documents}
        assert found and all(known[one.family, one.prefix, one.number] == one.cufe for one in found)
        assert max([len(await fe.batch(day, nit)) for day in days]) <= 30
        assert await fe.batch("1999-01-01", nit) == () == await fe.batch(min(days), "800197268")

    tried(tmp_path, trial)


def test_what_the_service_is_asked_for_is_described_in_its_wsdl(tmp_path: Path) -> None:
    async def trial(hotel: Running, fe: LoggroFe) -> None:
        wsdl = etree.fromstring((await hotel.http.get(f"{hotel.addresses.fe}{PATH}?wsdl")).content)
        operations = {str(one.get("name")) for one in wsdl.iterfind("{*}portType/{*}operation")}
        assert operations == {
            "consultarInformacionResolucionDian",
            "consultarInformacionDocumentoElectronico",
            "consultarInformacionDocumentoSoporte",
            "consultarInformacionDocumentoSoporteById",
            "consultarEstadoLote",
        }

    tried(tmp_path, trial)


# --- resolutions ------------------------------------------------------------------------------------------------------


def row_of(number: str, prefix: str, key: str = "") -> str:
    secret = f"<claveTecnica>{key}</claveTecnica>" if key else ""
    return (
        f"<resolucion><numeroResolucion>{number}</numeroResolucion><prefijo>{prefix}</prefijo>"
        f"<numeracionInicial>1</numeracionInicial><numeracionFinal>500</numeracionFinal>"
        f"<fechaInicial>2026-01-15</fechaInicial><fechaFinal>2028-01-15</fechaFinal>{secret}</resolucion>"
    )


def resolutions(body: str) -> list[tuple[str | None, str, str | None]]:
    asked = said_by(body)(lambda fe: fe.resolutions("18764000000001", "900508908", Family.FACTURA))
    assert isinstance(asked, tuple)
    return [(one.numbering.resolution, one.numbering.prefix, one.technical_key) for one in asked]


def test_every_prefix_of_an_authorisation_is_told_each_with_its_own_key() -> None:
    rows = row_of("18764000000001", "FEH", "a" * 40) + row_of("18764000000001", "BAR", "b" * 40)
    others = row_of("18764000000009", "FEH", "c" * 40)
    assert resolutions(f"<r>{others}{rows}</r>") == [
        ("18764000000001", "FEH", "a" * 40),
        ("18764000000001", "BAR", "b" * 40),
    ]
    assert resolutions(f"<r>{others}</r>") == [("18764000000009", "FEH", "c" * 40)], "a difference is for the proof"
    assert resolutions("<r/>") == []
    with pytest.raises(ConnectorError):
        resolutions(f"<r>{rows * 300}</r>")


# --- answers that are named otherwise ---------------------------------------------------------------------------------


def said_by(body: str, status: int = 200) -> Callable[[Callable[[LoggroFe], Awaitable[object]]], object]:
    """Ask a service that always answers ``body``."""

    def ask(question: Callable[[LoggroFe], Awaitable[object]]) -> object:
        async def run() -> object:
            with answering(status, body.encode(), {"Content-Type": "application/xml"}) as address:
                profile = load_profile("sandbox", dict.fromkeys(("pms", "pymes", "fe"), address))
                async with Transport("fe") as transport:
                    return await question(LoggroFe(transport, profile, user="u", password="p"))

        return asyncio.run(run())

    return ask


def about_feh1(fe: LoggroFe) -> Awaitable[object]:
    return fe.document("FEH", 1, Family.FACTURA, "900508908")


@pytest.mark.parametrize(
    "body",
    [
        "<r><documento><estado>Aprobado</estado><cude>AB12</cude></documento></r>",
        '<s:E xmlns:s="urn:a"><s:d><s:estadoDian>APROBADO CON NOTA</s:estadoDian><s:cufe>ab12</s:cufe></s:d></s:E>',
        "<r xmlns='urn:x'><a><b><estadoDocumento> aceptado </estadoDocumento><cufeCude>aB12</cufeCude></b></a></r>",
    ],
)
def test_other_names_and_namespaces_mean_the_same(body: str) -> None:
    found = said_by(body)(about_feh1)
    assert (found.state, found.cufe, found.number) == (FeState.APPROVED, "ab12", None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", ["PENDIENTE", "No aprobado", "por aprobar", "desconocido", "EN PROCESO"])
def test_a_state_that_nobody_knows_is_never_approved(state: str) -> None:
    found = said_by(f"<r><d><estado>{state}</estado></d></r>")(about_feh1)
    assert found.state is FeState.TRANSMITTED  # type: ignore[attr-defined]


@pytest.mark.parametrize("moment", ["ayer", "31/12/2026", "2026-13-01"])
def test_a_moment_that_cannot_be_read_is_no_moment(moment: str) -> None:
    body = f"<r><d><estado>APROBADO</estado><fechaAprobacion>{moment}</fechaAprobacion></d></r>"
    assert said_by(body)(about_feh1).approved_at is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<r>",
        "no es xml",
        '<!DOCTYPE r [<!ENTITY a "x">]><r>&a;</r>',
        "<r><d><estado>APROBADO</estado><xml>***</xml></d></r>",
        "<r><d><estado>APROBADO</estado><prefijo>FEH</prefijo><numero>2</numero></d></r>",
        "<r><d><estado>APROBADO</estado><prefijo>XX</prefijo><numero>1</numero></d></r>",
        "<r><d><estado>APROBADO</estado></d><d><estado>RECHAZADO</estado></d></r>",
    ],
)
def test_an_answer_that_is_broken_or_about_something_else_is_an_error(body: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        said_by(body)(about_feh1)
    assert (caught.value.failure, caught.value.delivery) == (Failure.UNREADABLE, Delivery.IN_DOUBT)


@pytest.mark.parametrize("status", [200, 500])
def test_the_services_own_error_is_told_whatever_its_status(status: int) -> None:
    body = "<ErrorRespuesta><mensajeError>El documento no existe.</mensajeError></ErrorRespuesta>"
    with pytest.raises(ConnectorError) as caught:
        said_by(body, status)(about_feh1)
    assert (caught.value.failure, caught.value.messages) == (Failure.SERVER, ("El documento no existe.",))
