"""Where each operation goes and by which route.

Read from TOML so that a hotel gets a newly opened one without new code.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Formatter, Template
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError, model_validator

from app.model.errors import ConnectorError, Delivery, Failure
from app.model.mode import Mode
from app.model.route import Route as Route
from app.model.source import SourceKind
from app.model.value import Value


class Operation(StrEnum):
    """All that Botones needs of the outside world."""

    PMS_SESSION = "pms-session"
    PMS_HOTEL = "pms-hotel"
    PMS_BILLING = "pms-billing"
    PMS_RESOLUTIONS = "pms-resolutions"
    PMS_DOCUMENTS = "pms-documents"
    PMS_CONNECTION = "pms-connection"
    PYMES_CAJAS = "pymes-cajas"
    PYMES_ORGANISATION = "pymes-organisation"
    PYMES_PARAMETER = "pymes-parameter"
    PYMES_NUMBERINGS = "pymes-numberings"
    PYMES_CREATE_NUMBERING = "pymes-create-numbering"
    PYMES_SALES = "pymes-sales"
    PYMES_SEND = "pymes-send"
    FE_RESOLUTION = "fe-resolution"
    FE_DOCUMENT = "fe-document"


_OF_PMS = (
    Operation.PMS_BILLING,
    Operation.PMS_RESOLUTIONS,
    Operation.PMS_DOCUMENTS,
    Operation.PMS_CONNECTION,
)


class Timing(Value):
    """Pauses in seconds.

    ``settle`` is how long looks must keep finding nothing before an in-doubt document counts as absent.
    """

    cadence: PositiveFloat = 30.0
    """Pause between two cycles while documents come; doubles when nothing happens…"""
    cadence_idle: PositiveFloat = 300.0
    """…up to this."""
    settle: PositiveFloat = 120.0
    head_start: NonNegativeFloat = 120.0
    """How long «vigilar y completar» leaves Loggro's own sync to bring a document before sending it."""
    dian_age: NonNegativeFloat = 900.0
    """How long an answer of the DIAN counts as present: it is slow, and its ranges do not change by the minute."""
    timeout: PositiveFloat = 30.0
    stand_by: PositiveFloat = 10.0
    """How often a spare computer tries to become the sender: with the time in which a dead one is noticed, below a
    minute."""


class Profile(Value):
    """One pair of systems and the routes to them."""

    name: str
    title: str
    practice: bool = False
    """The sandbox: loopback http allowed, everything said to be practice."""
    pms: str | None = None
    organizacion: str | None = None
    facturacion: str | None = None
    financiero: str | None = None
    fe: str | None = None
    sale_page: str | None = None
    """Where Pymes shows one sale to a person in the browser, with ``{uuid}`` or ``{number}``; ``None``: not known."""
    invoice_page: str | None = None
    """Where the PMS shows one document, with ``{number}``."""
    source: SourceKind = SourceKind.PMS
    """Where approved documents are read; the person may choose another in the wizard (``reading_from``)."""
    folder_accepts_unanswered: bool = False
    """Take a file without the DIAN's answer for an approved document; only where a provider never sends the answer."""
    routes: dict[Operation, Route]
    timing: Timing = Timing()
    batch: PositiveInt = 50
    parallel: PositiveInt = 4

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := [operation.value for operation in Operation if operation not in self.routes]:
            raise ValueError(f"routes missing for: {', '.join(missing)}")
        for address in (self.pms, self.organizacion, self.facturacion, self.financiero, self.fe):
            if address is not None:
                require_safe(address)
        for pattern, holes in ((self.sale_page, {"uuid", "number"}), (self.invoice_page, {"number"})):
            if pattern is not None:
                _require_pattern(pattern, holes)
        return self

    def route(self, operation: Operation) -> Route:
        return self.routes[operation]

    def reading_from(self, source: SourceKind | None) -> Self:
        """Return the profile with another source (``None``: its own).

        Without the PMS' list its other unpublished routes are not needed either: a person does those steps.
        """
        if source is None or source is self.source:
            return self
        guided = {} if source is SourceKind.PMS else {one: Route.GUIDED for one in _OF_PMS if not self._published(one)}
        return self.model_copy(update={"source": source, "routes": self.routes | guided})

    def paced(self, seconds: int | None) -> Timing:
        """Return the timing with the cadence that the person chose, never more often than the profile allows."""
        if seconds is None:
            return self.timing
        cadence = max(self.timing.cadence, seconds)
        idle = max(cadence, self.timing.cadence_idle)
        return self.timing.model_copy(update={"cadence": cadence, "cadence_idle": idle})

    def sale_address(self, uuid: str, full_number: str) -> str | None:
        """Return the page of one sale in Pymes."""
        return _filled(self.sale_page, uuid=uuid, number=full_number)

    def invoice_address(self, full_number: str) -> str | None:
        """Return the page of one document in the PMS."""
        return _filled(self.invoice_page, number=full_number)

    def with_fe(self, address: str | None) -> Self:
        """Return the profile with the FE service where the hotel was told that it answers (``None``: as it is).

        The practice hotel has its own. Raises ``ValueError`` on an address that is not safe.
        """
        if address is None or self.practice:
            return self
        require_safe(address)
        return self.model_copy(update={"fe": address})

    def _published(self, operation: Operation) -> bool:
        return self.routes[operation] is Route.DOCUMENTED

    def mode_for(self, chosen: Mode) -> Mode:
        """Return what the routes allow of the chosen mode: where Pymes takes no documents from us, only watching."""
        return chosen if self.route(Operation.PYMES_SEND).is_called else Mode.WATCH

    @property
    def source_route(self) -> Route:
        """Return the route by which approved documents come; a folder is filled by a person or their mail program."""
        return {
            SourceKind.PMS: self.route(Operation.PMS_DOCUMENTS),
            SourceKind.FOLDER: Route.GUIDED,
            SourceKind.RANGE: self.route(Operation.FE_DOCUMENT),
        }[self.source]

    @property
    def can_read(self) -> bool:
        """Say whether approved documents can be read at all, given a folder or credentials."""
        return self.source is SourceKind.FOLDER or self.source_route.is_called

    def require(self, operation: Operation) -> None:
        """Raise ``ConnectorError`` (``NO_ROUTE``) unless the operation may be called."""
        if not self.route(operation).is_called:
            raise ConnectorError(Failure.NO_ROUTE, Delivery.NEVER_LEFT, detail=operation.value)

    @property
    def can_forward(self) -> bool:
        """Say whether documents can travel without a person: read, look and send are all callable."""
        needed = (Operation.PYMES_SALES, Operation.PYMES_SEND)
        return self.can_read and all(self.route(operation).is_called for operation in needed)


class BadProfile(Exception):
    """A profile file that cannot be used; the text names the file and the line of thought, for a person."""


def require_safe(address: str) -> None:
    """Raise ``ValueError`` unless the address is https, or http on loopback, and carries no credentials."""
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ValueError(f"credentials in an address: {parts.hostname}")
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError(f"not https: {parts.scheme}://{parts.hostname}")


def _require_pattern(pattern: str, holes: set[str]) -> None:
    """Raise ``ValueError`` unless the pattern is https, says where the document goes, and lets it nowhere near the
    host: what a document is called must not choose whom the browser speaks to."""
    require_safe(pattern)
    parts = urlsplit(pattern)
    parsed = [(name, spec, conversion) for _text, name, spec, conversion in Formatter().parse(pattern)]
    found = {name for name, _spec, _conversion in parsed if name is not None}
    if any(spec or conversion for _name, spec, conversion in parsed):
        raise ValueError(f"only names between braces: {pattern}")
    if parts.scheme != "https" or not found or not found <= holes or "{" in parts.netloc:
        wanted = " / ".join(f"{{{one}}}" for one in sorted(holes))
        raise ValueError(f"not an https page with {wanted} after the host: {pattern}")


def _filled(pattern: str | None, **values: str) -> str | None:
    if pattern is None:
        return None
    return pattern.format(**{name: quote(value, safe="") for name, value in values.items()})


NOWHERE: Final = {name: "http://127.0.0.1:9" for name in ("pms", "pymes", "fe")}
"""Stands for the practice hotel's addresses until it runs; nothing is called before."""


def load_profile(name: str, addresses: Mapping[str, str] | None = None, folder: Path | None = None) -> Profile:
    """Read ``<name>.toml`` from ``folder`` if it is there (the hotel's own edit), else the one that comes with Botones.

    ``addresses`` fills ``${pms}``, ``${pymes}``, ``${fe}``: the sandbox's ports are only known once it runs.
    Raises ``BadProfile``.
    """
    own = folder / f"{name}.toml" if folder else None
    source: Any = own if own is not None and own.is_file() else files("resources") / "profiles" / f"{name}.toml"
    try:
        text = source.read_text(encoding="utf-8")
        data = tomllib.loads(Template(text).substitute(addresses or {}))
        return Profile(name=name, **data)
    except FileNotFoundError as error:
        raise BadProfile(f"{name}.toml?") from error
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise BadProfile(f"{source}: {error}") from error
