"""A ledger with documents in every state, and the Status that goes with it, for tests of what a person sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.connectors.pms import ApprovedDocument
from app.model.causes import Cause
from app.model.documents import Document, DocumentType, Family, Tax
from app.model.journey import Event, EventKind
from app.model.numbering import APPLIES_TO_PMS, Numbering, NumberingProof, Source, System, prove
from app.model.parties import Party
from app.model.status import Status
from app.storage.place import Place
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
HOTEL = Party(id_type="31", id="900508908", name="Hotel La Ceiba S.A.S.", check_digit="9")
BUYERS = (
    Party(id_type="31", id="860002964", name="Banco de Bogotá S.A."),
    Party(id_type="13", id="52876123", name="Ana María Rodríguez Peña"),
    Party(id_type="41", id="X1234567", name="<b>Jürgen</b> Müller & Söhne", country="DE"),
    Party(id_type="31", id="800197268", name="Comercializadora Internacional de Alimentos y Bebidas del Caribe S.A.S."),
    Party(id_type="13", id="222222222222", name="Consumidor final"),
)
TYPES = (
    (DocumentType.FACTURA, "FEHT"),
    (DocumentType.FACTURA, "FEHT"),
    (DocumentType.NOTA_CREDITO, "NCHT"),
    (DocumentType.FACTURA, "FEHT"),
    (DocumentType.DOCUMENTO_SOPORTE, "DSHT"),
    (DocumentType.NOTA_DEBITO, "NDHT"),
)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def document(number: int) -> Document:
    """Return a believable document; the same number gives the same one."""
    kind, prefix = TYPES[number % len(TYPES)]
    net = Decimal(180_000 + number * 7_350)
    iva = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    return Document(
        type=kind,
        issuer=HOTEL,
        prefix=prefix,
        number=number,
        issued_at=NOW - timedelta(hours=6) + timedelta(minutes=number % 300),
        counterparty=BUYERS[number % len(BUYERS)],
        taxes=(Tax(code="01", rate=Decimal(19), base=net, amount=iva),),
        subtotal=net,
        payable=net + iva,
        cufe=f"{number:096x}",
    )


def ways(number: int) -> list[tuple[EventKind, Cause | None, dict[str, Any]]]:
    """Return what happened to a document after it was seen: every state turns up among the first twenty."""
    intent, answered = (EventKind.INTENT, None, {}), (EventKind.ANSWERED, None, {"sale": f"v-{number}"})
    proven = (EventKind.PROVEN, None, {"sale": f"v-{number}"})
    special: dict[int, list[tuple[EventKind, Cause | None, dict[str, Any]]]] = {
        19: [],
        18: [intent],
        17: [intent, answered],
        16: [intent, (EventKind.NO_CLEAR_ANSWER, None, {"failure": "timeout"})],
        15: [(EventKind.HELD, Cause.NUMBERING_DIFFERS, {"range": "FEHT 1-5000", "fields": ["prefix"]})],
        13: [
            intent,
            (EventKind.REFUSED, Cause.REFUSED_BY_PYMES, {"messages": ["El tercero <b>no</b> existe"], "status": 400}),
        ],
        11: [
            (
                EventKind.CONFLICT,
                Cause.DIFFERS_IN_PYMES,
                {"differences": [{"aspect": "payable", "pms": "261000.00", "pymes": "216000.00"}]},
            )
        ],
        9: [(EventKind.MISSING, None, {})],
        7: [(EventKind.ADOPTED, None, {"sale": "v-7"})],
    }
    return special.get(number % 20, [intent, answered, proven])


def fill(path: Place, count: int, clock: HandClock, first: int = 1) -> None:
    """Write documents numbered from ``first`` to ``count``, each a second after the other."""
    with Ledger(path, clock) as ledger:
        for number in range(first, count + 1):
            one = document(number)
            row = ApprovedDocument(position=number, label=one.full_number, document=one)
            clock.moment += timedelta(seconds=1)
            ledger.record_seen([row], number)
            ledger.append(
                (str(one.key), Event(kind=kind, at=clock.now(), cause=cause, data=data))
                for kind, cause, data in ways(number)
            )


@contextmanager
def filled(folder: Path, count: int = 40) -> Iterator[LedgerReader]:
    """Give a reader on a ledger of ``count`` documents in a folder."""
    with filled_at(folder / "ledger.sqlite3", count) as reader:
        yield reader


@contextmanager
def filled_at(place: Place, count: int = 40) -> Iterator[LedgerReader]:
    """Give a reader on a ledger of ``count`` documents, wherever it stands."""
    clock = HandClock()
    fill(place, count, clock)
    reader = LedgerReader(place, clock)
    try:
        yield reader
    finally:
        reader.close()


def numbering(system: System, family: Family = Family.FACTURA, **changes: Any) -> Numbering:
    """Return what a system says of the hotel's range."""
    prefix = {Family.FACTURA: "FEHT", Family.NOTA_CREDITO: "NCHT", Family.NOTA_DEBITO: "NDHT"}.get(family, "DSHT")
    said: dict[str, Any] = {
        "system": system,
        "family": family,
        "prefix": prefix,
        "first": 1,
        "last": 5000,
        "source": Source.TYPED if system is System.DIAN else Source.READ,
        "read_at": NOW,
    }
    if family.has_authorisation:
        said |= {
            "resolution": "18764012345678",
            "valid_from": date(2026, 1, 15),
            "valid_to": date(2028, 1, 15),
        }
    if system is System.PYMES:
        said["applies_to"] = APPLIES_TO_PMS
    return Numbering(**(said | changes))


def proof(family: Family = Family.FACTURA, **pymes: Any) -> NumberingProof:
    """Return a proof in which all agree, but for what is changed on Pymes' side."""
    systems = (System.PMS, System.PYMES, System.DIAN) if family.has_authorisation else (System.PMS, System.PYMES)
    columns = [numbering(system, family, **(pymes if system is System.PYMES else {})) for system in systems]
    return prove(family, columns, NOW, NOW.date())


def status(**changes: Any) -> Status:
    """Return a Status in which everything is in order."""
    return Status(**({"at": NOW, "proven_at": NOW, "proofs": (proof(),)} | changes))
