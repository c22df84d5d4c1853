"""Asks every system about the ranges of the hotel and proves each of them.

It decides nothing about what a difference means.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.connectors.bundle import Connectors
from app.connectors.loggro_fe import DianResolution
from app.connectors.profile import Operation
from app.model.clock import bogota_day
from app.model.documents import HOTEL_FAMILIES, Family
from app.model.errors import ConnectorError, Failure
from app.model.numbering import APPLIES_TO_PMS, Field, Numbering, NumberingProof, System, match, prove, systems_for
from app.model.prefixes import PrefixWarning, prefix_warnings
from app.model.status import PROOF_AGE_LIMIT


@dataclass(frozen=True, slots=True)
class ProofReading:
    """What was proven at one moment."""

    proofs: tuple[NumberingProof, ...] = ()
    technical_keys: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    """By resolution and prefix, for one authorisation may cover several; only the FE service tells them."""
    fe_failure: ConnectorError | None = None
    """Why the FE service did not answer; the DIAN's column is then what was typed, or missing."""

    def technical_key(self, numbering: Numbering) -> str | None:
        """Return the key of a range, where it is known."""
        return self.technical_keys.get((numbering.resolution or "", numbering.value_of(Field.PREFIX)))

    @property
    def warnings(self) -> tuple[PrefixWarning, ...]:
        """Prefixes that can be taken for one another, over all that the systems say; they stop nothing."""
        best = [
            next(proof.columns[system] for system in (System.DIAN, System.PMS, System.PYMES) if system in proof.columns)
            for proof in self.proofs
            if proof.columns
        ]
        return prefix_warnings(best, (one for proof in self.proofs for one in proof.columns.values()))


_Answer = tuple[datetime, tuple[DianResolution, ...]]
"""When the DIAN was asked, and what it answered; nothing where it knows no such resolution."""


class DianCache:
    """Answers of the DIAN, for as long as a proof counts: it is slow, and its ranges do not change by the minute."""

    def __init__(self, lifetime: timedelta = PROOF_AGE_LIMIT) -> None:
        self._lifetime = lifetime
        self._answers: dict[tuple[str, Family], _Answer] = {}

    def find(self, resolution: str, family: Family, now: datetime) -> _Answer | None:
        """Return when and what was answered, or ``None`` where it must be asked anew."""
        answer = self._answers.get((resolution, family))
        return answer if answer is not None and timedelta(0) <= now - answer[0] <= self._lifetime else None

    def keep(self, resolution: str, family: Family, now: datetime, answer: tuple[DianResolution, ...]) -> None:
        """Keep an answer, also that the DIAN knows none."""
        self._answers[resolution, family] = (now, answer)


async def read_proofs(
    connectors: Connectors,
    evidence: Sequence[Numbering],
    now: datetime,
    *,
    families: Collection[Family] = (),
    dian_cache: DianCache | None = None,
) -> ProofReading:
    """Read all columns and prove every range that the PMS states.

    ``families`` adds those that the hotel issues and the PMS is silent on. A system whose route is guided speaks
    through the typed ``evidence``. Raises ``ConnectorError`` of the PMS or Pymes; the FE service is optional, so its
    failure is only told.
    """
    pms, pymes = await read_columns(connectors, evidence, now)
    dian = _Dian(connectors, dian_cache or DianCache(), now)
    typed_dian = _typed(evidence, System.DIAN)
    proofs = []
    targets = _targets(pms, pymes, [*evidence], families)
    for family, ours in targets:
        if ours is None:
            proofs.append(prove(family, (), now, bogota_day(now)))
            continue
        columns = [ours]
        others = [other for _family, other in targets if other is not None and other is not ours]
        if ours.system is System.PMS and (theirs := match(ours, _free(ours, others, pymes))) is not None:
            columns.append(theirs)
        if System.DIAN in systems_for(family):
            read = await dian.column(columns)
            dian.is_missed |= read is None
            dians = read or match(ours, _free(ours, others, typed_dian))
            if dians is not None and ours.system is not System.DIAN:
                columns.append(dians)
        proofs.append(prove(family, columns, now, bogota_day(now)))
    return ProofReading(tuple(proofs), dian.technical_keys, dian.failure if dian.is_missed else None)


async def read_columns(
    connectors: Connectors, evidence: Sequence[Numbering], now: datetime
) -> tuple[tuple[Numbering, ...], tuple[Numbering, ...]]:
    """Return what the PMS and what Pymes state of the hotel's four families, read or typed."""
    # Not gather: where one side fails, it would leave the other's request running on a connection about to be closed.
    try:
        async with asyncio.TaskGroup() as group:
            pms = group.create_task(_pms(connectors, evidence, now))
            pymes = group.create_task(_pymes(connectors, evidence, now))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return pms.result(), pymes.result()


async def _pms(connectors: Connectors, evidence: Sequence[Numbering], now: datetime) -> tuple[Numbering, ...]:
    if not connectors.profile.route(Operation.PMS_RESOLUTIONS).is_called:
        return _typed(evidence, System.PMS)
    return _ours(await connectors.pms.numberings(), now)


async def _pymes(connectors: Connectors, evidence: Sequence[Numbering], now: datetime) -> tuple[Numbering, ...]:
    if not connectors.profile.route(Operation.PYMES_NUMBERINGS).is_called:
        return _typed(evidence, System.PYMES)
    return _ours(await connectors.pymes.numberings(), now)


def _free(ours: Numbering, others: Iterable[Numbering], candidates: Iterable[Numbering]) -> list[Numbering]:
    """Leave out what belongs to another range: in a relevo the old consecutivo is not taken for the missing new one."""
    taken = {_identity(other) for other in others} - {_identity(ours)}
    return [one for one in candidates if one.resolution is None or _identity(one) not in taken]


def _identity(numbering: Numbering) -> tuple[Family, str | None, str]:
    return numbering.family, numbering.resolution, numbering.value_of(Field.PREFIX)


def _ours(numberings: Iterable[Numbering], now: datetime) -> tuple[Numbering, ...]:
    return tuple(one.model_copy(update={"read_at": now}) for one in numberings if one.family in HOTEL_FAMILIES)


def _typed(evidence: Iterable[Numbering], system: System) -> tuple[Numbering, ...]:
    return tuple(one for one in evidence if one.system is system)


def _targets(
    pms: Sequence[Numbering], pymes: Sequence[Numbering], evidence: Sequence[Numbering], families: Collection[Family]
) -> list[tuple[Family, Numbering | None]]:
    """Return one range per proof to make: the PMS' own, then one for each family on which the PMS is silent."""
    targets: list[tuple[Family, Numbering | None]] = [(one.family, one) for one in pms]
    silent = {*families, *(one.family for one in evidence)} - {one.family for one in pms}
    for family in HOTEL_FAMILIES:
        if family in silent:
            known = [one for one in (*pymes, *evidence) if one.family is family and one.system is not System.PMS]
            known.sort(key=lambda one: one.active and one.applies_to == APPLIES_TO_PMS, reverse=True)
            targets.append((family, known[0] if known else None))
    return targets


class _Dian:
    """The DIAN's column through the FE service, as far as it is connected."""

    def __init__(self, connectors: Connectors, cache: DianCache, now: datetime) -> None:
        self._connectors = connectors
        self._cache = cache
        self._now = now
        self.failure: ConnectorError | None = None
        self.is_missed = False
        """Some range got no answer."""
        self.technical_keys: dict[tuple[str, str], str] = {}

    async def column(self, columns: Sequence[Numbering]) -> Numbering | None:
        """Return what the DIAN says of the range.

        Asked by each resolution number that a system gives, for one may be wrong.
        """
        answers: list[Numbering] = []
        for number in dict.fromkeys(one.resolution for one in columns if one.resolution):
            answers += await self._ask(number, columns[0].family)
        return match(columns[0], answers)

    async def _ask(self, number: str, family: Family) -> list[Numbering]:
        fe, nit = self._connectors.fe, self._connectors.hotel_nit
        if fe is None or nit is None or (self.failure is not None and not _is_about_one_number(self.failure)):
            return []
        if not self._connectors.profile.route(Operation.FE_RESOLUTION).is_called:
            return []
        if not number.isprintable():  # no number of the DIAN, and nothing that XML can carry
            return []
        known = self._cache.find(number, family, self._now)
        if known is None:
            try:
                known = (self._now, await fe.resolutions(number, nit, family))
            except ConnectorError as error:
                self.failure = error
                return []
            self._cache.keep(number, family, *known)
        read_at, answers = known
        for one in answers:
            if one.technical_key:
                self.technical_keys[number, one.numbering.value_of(Field.PREFIX)] = one.technical_key
        return [one.numbering.model_copy(update={"read_at": read_at}) for one in answers]


def _is_about_one_number(error: ConnectorError) -> bool:
    """Say whether the service spoke for itself.

    It answers 500 with a message also for a resolution that nobody knows.
    """
    return error.failure is Failure.SERVER and bool(error.messages)
