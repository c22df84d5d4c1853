"""The step «Requisitos»: what the guide demands, read where a route allows it and asked where none does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from app.connectors.bundle import Connectors
from app.connectors.pms_contract import WireBillingSettings
from app.connectors.profile import Operation, Profile
from app.connectors.pymes_contract import WireCaja, WireOrganizacion
from app.model.errors import ConnectorError, Failure
from app.model.numbering import Source
from app.model.parties import known_nit
from app.model.route import Route
from app.model.setup import Connection, Requirement, RequirementKind, RequirementState
from app.setup.activation import Activation

_PROVIDER = "loggro"
"""What the provider's name must contain; «Loggro FE» is how the guide writes it."""

_Reading = ConnectorError | Any


async def check_requirements(connectors: Connectors, activation: Activation, now: datetime) -> tuple[Requirement, ...]:
    """Return the whole list as it stands now, in the guide's order; one read that fails hides no other."""
    profile = connectors.profile
    organisation, cajas, settings, hotel = await asyncio.gather(
        _read(profile, Operation.PYMES_ORGANISATION, connectors.pymes.organisation),
        _read(profile, Operation.PYMES_CAJAS, connectors.pymes.cajas),
        _read(profile, Operation.PMS_BILLING, connectors.pms.billing_settings),
        _find_hotel(connectors, activation),
    )
    make = _Maker(activation, now)
    lines = (
        _plan(make, profile, organisation),
        _caja(make, profile, cajas),
        _pms_access(make, profile, activation, settings, hotel),
        _invoicing(make, profile, settings),
        _same_hotel(make, profile, activation, organisation, settings),
    )
    return tuple(line for line in lines if line.kind in activation.needed_requirements)


async def _read(profile: Profile, operation: Operation, call: Callable[[], Awaitable[Any]]) -> _Reading:
    """Return what the call gives, its ``ConnectorError``, or ``None`` where a person has to look."""
    if not profile.route(operation).is_called:
        return None
    try:
        return await call()
    except ConnectorError as error:
        return error


async def _find_hotel(connectors: Connectors, activation: Activation) -> _Reading:
    nit = activation.hotel_nit
    if Connection.PMS not in activation.connections:
        return None
    if activation.pms_access != "api-key" or nit is None:
        return None
    return await _read(connectors.profile, Operation.PMS_HOTEL, lambda: connectors.pms.find_hotel(nit))


class _Maker:
    """Makes the lines of one check."""

    def __init__(self, activation: Activation, now: datetime) -> None:
        self._answers = activation.answers
        self._now = now

    def read(self, kind: RequirementKind, route: Route, met: bool, **values: str) -> Requirement:
        state = RequirementState.MET if met else RequirementState.UNMET
        return Requirement(kind=kind, state=state, route=route, values=values, checked_at=self._now)

    def asked(self, kind: RequirementKind, route: Route = Route.GUIDED, **values: str) -> Requirement:
        """Make a question, or its answer where the person gave one."""
        answered = self._answers.get(kind)
        return Requirement(
            kind=kind,
            state=RequirementState.ASKED if answered is None else RequirementState.MET,
            route=route,
            source=Source.READ if answered is None else Source.TYPED,
            values=values,
            checked_at=answered or self._now,
        )

    def unknown(self, kind: RequirementKind, route: Route, error: ConnectorError) -> Requirement:
        return Requirement(
            kind=kind,
            state=RequirementState.UNKNOWN,
            route=route,
            failure=error.failure,
            detail=error.detail,
            values={"connection": error.system} if error.system else {},
            checked_at=self._now,
        )


def _plan(make: _Maker, profile: Profile, organisation: _Reading) -> Requirement:
    kind, route = RequirementKind.PYMES_PLAN, profile.route(Operation.PYMES_ORGANISATION)
    if isinstance(organisation, WireOrganizacion):
        left = organisation.documentosDisponibles
        return make.read(
            kind,
            route,
            organisation.planActivo,
            plan=organisation.plan or "",
            documents="" if left is None else str(left),
        )
    return make.unknown(kind, route, organisation) if organisation is not None else make.asked(kind)


def _caja(make: _Maker, profile: Profile, cajas: _Reading) -> Requirement:
    kind, route = RequirementKind.CAJA, profile.route(Operation.PYMES_CAJAS)
    if isinstance(cajas, ConnectorError):
        return make.unknown(kind, route, cajas)
    if cajas is None:
        return make.asked(kind)
    names = ", ".join(_caja_name(caja) for caja in cajas)[:300]
    if not cajas:
        return make.read(kind, route, False, cajas="", count="0")
    said = [caja for caja in cajas if "usuarioAdministrador" in caja.model_fields_set]
    if not said:
        # The documented answer does not say whose role it is: the person looks, with the names that were read at hand.
        return make.asked(kind, route, cajas=names, count=str(len(cajas)))
    of_administrator = [caja for caja in said if caja.usuarioAdministrador]
    return make.read(
        kind,
        route,
        bool(of_administrator),
        cajas=names,
        count=str(len(cajas)),
        caja=_caja_name(of_administrator[0]) if of_administrator else "",
        user=(of_administrator[0].usuarioAsignado or "") if of_administrator else "",
    )


def _caja_name(caja: WireCaja) -> str:
    return caja.nombre or caja.codigo or caja.uuid


def _pms_access(
    make: _Maker, profile: Profile, activation: Activation, settings: _Reading, hotel: _Reading
) -> Requirement:
    kind, route = RequirementKind.PMS_ACCESS, profile.route(Operation.PMS_HOTEL)
    if isinstance(settings, WireBillingSettings):
        return make.read(kind, profile.route(Operation.PMS_BILLING), True, hotel=settings.property_name)
    if isinstance(hotel, str):
        return make.read(kind, route, True, hotel=activation.hotel_name or hotel)
    for error in (hotel, settings):
        if isinstance(error, ConnectorError):
            if error.failure in (Failure.TOKEN, Failure.PERMISSION, Failure.NOT_FOUND):
                return make.read(kind, route, False, failure=error.failure.value)
            return make.unknown(kind, route, error)
    attempt = activation.attempts.get(Connection.PMS)
    if attempt is not None and attempt.ok:
        # A session by code cannot be asked again without a person: what counts is that it was opened.
        return Requirement(
            kind=kind,
            state=RequirementState.MET,
            route=profile.route(Operation.PMS_SESSION),
            values={"hotel": activation.hotel_name or ""},
            checked_at=attempt.at,
        )
    return make.asked(kind)


def _invoicing(make: _Maker, profile: Profile, settings: _Reading) -> Requirement:
    kind, route = RequirementKind.ELECTRONIC_INVOICING, profile.route(Operation.PMS_BILLING)
    if isinstance(settings, ConnectorError):
        return make.unknown(kind, route, settings)
    if settings is None:
        return make.asked(kind)
    provider = settings.provider or ""
    met = settings.electronic_invoicing and _PROVIDER in provider.casefold()
    return make.read(kind, route, met, active="sí" if settings.electronic_invoicing else "no", provider=provider)


def _same_hotel(
    make: _Maker, profile: Profile, activation: Activation, organisation: _Reading, settings: _Reading
) -> Requirement:
    kind, route = RequirementKind.SAME_HOTEL, profile.route(Operation.PYMES_ORGANISATION)
    if isinstance(organisation, ConnectorError):
        return make.unknown(kind, route, organisation)
    if isinstance(settings, ConnectorError):
        return make.unknown(kind, profile.route(Operation.PMS_BILLING), settings)
    hotel = activation.hotel_nit or ""
    pms = known_nit(settings.hotel_document_number) if settings is not None else ""
    if organisation is None:
        if pms and pms != hotel:
            return make.read(kind, profile.route(Operation.PMS_BILLING), False, hotel=hotel, pms=pms, pymes="")
        return make.asked(kind, hotel=hotel, pms=pms, pymes="")
    pymes = known_nit(organisation.nit)
    met = bool(hotel) and pymes == hotel and pms in ("", hotel)
    return make.read(kind, route, met, hotel=hotel, pymes=pymes, pms=pms, name=organisation.nombre)
