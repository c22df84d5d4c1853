"""The guard: may this number leave right now? It says why not; it sends and stores nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.connectors.bundle import Connectors
from app.connectors.numbering_reader import DianCache, ProofReading, read_proofs
from app.connectors.profile import Operation
from app.model.causes import Cause
from app.model.clock import bogota_day
from app.model.documents import HOTEL_FAMILIES, Document
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.numbering import Condition, Numbering, NumberingProof, System
from app.sync.relevo import in_order


@dataclass(frozen=True, slots=True)
class Identity:
    """Which hotel this computer was set up for; ``None`` where that was never learnt."""

    nit: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """The document may leave, under this numbering of Pymes."""

    numbering: Numbering
    technical_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """The document may not leave."""

    cause: Cause
    detail: dict[str, Any]


class Guard:
    """The proofs of one moment, and the hotel's identity. Ask ``renew`` before each batch."""

    def __init__(self, connectors: Connectors, identity: Identity, dian: DianCache | None = None) -> None:
        """``dian`` is what an earlier guard of the same hotel still knows of the DIAN's answers."""
        self._connectors = connectors
        self._profile = connectors.profile
        self._identity = identity
        self._dian_cache = dian or DianCache(timedelta(seconds=connectors.profile.timing.dian_age))
        self._reading = ProofReading()

    @property
    def proofs(self) -> tuple[NumberingProof, ...]:
        return self._reading.proofs

    async def renew(self, evidence: Sequence[Numbering], now: datetime) -> tuple[NumberingProof, ...]:
        """Prove hotel and numbering anew.

        Raises ``ConnectorError``, among them ``WRONG_HOTEL``, and then nothing is proven.
        """
        self._reading = ProofReading()
        await self._check_hotel()
        self._reading = await read_proofs(self._connectors, evidence, now, dian_cache=self._dian_cache)
        return self.proofs

    def judge(self, document: Document) -> Pass | Stop:
        """Say whether a document may leave under what was proven last."""
        if self._identity.nit is not None and document.issuer.id != self._identity.nit:
            return Stop(Cause.OTHER_ISSUER, {"issuer": document.issuer.id, "hotel": self._identity.nit})
        if document.family not in HOTEL_FAMILIES:
            return Stop(Cause.FAMILY_NOT_SUPPORTED, {})
        covering = in_order(document, self.proofs)
        agreeing = [proof for proof in covering if proof.agrees]
        day = bogota_day(document.issued_at)
        for proof in agreeing:
            if proof.allows_day(day):
                numbering = proof.columns[System.PYMES]
                return Pass(numbering, self._reading.technical_key(numbering))
        if agreeing:
            return Stop(Cause.RANGE_EXPIRED, {"range": agreeing[0].range_name, "day": day.isoformat()})
        if covering:
            cause = Cause.DIAN_SILENT if _only_the_dian_is_silent(covering[0]) else Cause.NUMBERING_DIFFERS
            return Stop(cause, _disagreement(covering[0]))
        return Stop(Cause.NUMBERING_UNKNOWN, {"number": document.full_number})

    async def _check_hotel(self) -> None:
        nit = self._identity.nit
        if nit is not None and self._profile.route(Operation.PMS_BILLING).is_called:
            settings = await self._connectors.pms.billing_settings()
            if settings.hotel_document_number != nit:
                raise _wrong_hotel("pms", nit, settings.hotel_document_number)
        if self._profile.route(Operation.PYMES_ORGANISATION).is_called:
            organisation = await self._connectors.pymes.organisation()
            if nit is not None and organisation.nit != nit:
                raise _wrong_hotel("pymes", nit, organisation.nit)
            if self._identity.organisation not in (None, organisation.uuid):
                raise _wrong_hotel("pymes", self._identity.organisation or "", organisation.uuid)


def _disagreement(proof: NumberingProof) -> dict[str, Any]:
    missing = [condition.value for condition in proof.conditions if condition is not Condition.EXHAUSTED]
    return {
        "range": proof.range_name,
        "fields": [cell.field.value for cell in proof.differences],
        "conditions": missing,
    }


def _only_the_dian_is_silent(proof: NumberingProof) -> bool:
    silent = {Condition.PMS_MISSING, Condition.PYMES_MISSING, Condition.DIAN_MISSING}.intersection(proof.conditions)
    return not proof.differences and silent == {Condition.DIAN_MISSING}


def _wrong_hotel(system: str, expected: str, found: str) -> ConnectorError:
    return ConnectorError(
        Failure.WRONG_HOTEL,
        Delivery.NEVER_LEFT,
        system=system,
        detail=f"{expected} / {found}",
        messages=(expected, found),
    )
