"""The vocabulary of the guide: its steps, what blocks them, tries, requirements, drafts.

The flow itself is ``setup``'s affair.

It stands here and not in ``setup`` because ``texts`` has a word for each of these.
"""

from enum import StrEnum
from typing import Final, Self

from pydantic import AwareDatetime
from pydantic import Field as Default

from app.model.documents import Family
from app.model.errors import Failure
from app.model.numbering import APPLIES_TO_PMS, Field, Numbering, Source
from app.model.route import Route
from app.model.sales import Sale
from app.model.source import SourceKind
from app.model.value import Value


class Step(StrEnum):
    """A page of the wizard, in the order in which they come."""

    WELCOME = "bienvenida"
    CONNECTIONS = "conexiones"
    REQUIREMENTS = "requisitos"
    ACTIVATION = "activacion"
    NUMBERING = "consecutivo"
    VERIFICATION = "verificacion"
    REHEARSAL = "ensayo"
    DONE = "listo"

    @property
    def place(self) -> int:
        return STEPS.index(self)

    @property
    def following(self) -> "Step":
        """The next step; the last one stays."""
        return STEPS[min(self.place + 1, len(STEPS) - 1)]

    @property
    def before(self) -> "Step":
        """The step before; the first one stays."""
        return STEPS[max(self.place - 1, 0)]


STEPS: Final = tuple(Step)


class Connection(StrEnum):
    """Who Botones signs in to."""

    PYMES = "pymes"
    PMS = "pms"
    FE = "fe"


class BlockerKind(StrEnum):
    """Why a step is not done."""

    NOT_CHOSEN = "not-chosen"
    """Sandbox or hotel, and the mode."""
    HOTEL_NIT_MISSING = "hotel-nit-missing"
    FOLDER_NOT_CHOSEN = "folder-not-chosen"
    """Documents are to come from a folder, and none is named."""
    NOT_TRIED = "not-tried"
    CONNECTION_FAILED = "connection-failed"
    SECRET_MISSING = "secret-missing"
    """It was connected once, but the vault of this computer has no secret for it."""
    HOTEL_UNKNOWN = "hotel-unknown"
    """The PMS' own number of the hotel is needed and not known."""
    WRONG_HOTEL = "wrong-hotel"
    HOTEL_TWICE = "hotel-twice"
    """This computer has the same hotel under another name."""
    REQUIREMENTS_NOT_CHECKED = "requirements-not-checked"
    REQUIREMENT_UNMET = "requirement-unmet"
    REQUIREMENT_UNKNOWN = "requirement-unknown"
    REQUIREMENT_ASKED = "requirement-asked"
    PARAMETER_NOT_CONFIRMED = "parameter-not-confirmed"
    TOKEN_NOT_ARRIVED = "token-not-arrived"
    FAMILIES_NOT_CHOSEN = "families-not-chosen"
    NUMBERING_UNSETTLED = "numbering-unsettled"
    PROOF_NOT_MADE = "proof-not-made"
    PROOF_DIFFERS = "proof-differs"
    NOT_REHEARSED = "not-rehearsed"
    REHEARSAL_FAILED = "rehearsal-failed"


class Blocker(Value):
    """One reason, with what its text needs to be told."""

    kind: BlockerKind
    values: dict[str, str] = Default(default_factory=dict)


class SourceLack(StrEnum):
    """Why a source of documents cannot be used yet."""

    NO_ROUTE = "no-route"
    """Nobody publishes the operation that it needs."""
    NO_ADDRESS = "no-address"
    """The FE service's address comes by e-mail, and the profile does not have it."""
    NO_CREDENTIALS = "no-credentials"


class SourceOffer(Value):
    """A source as the wizard shows it."""

    kind: SourceKind
    route: Route
    lack: SourceLack | None = None
    """``None``: it can be chosen."""
    recommended: bool = False


class FolderGlance(Value):
    """What lies in a folder, by its newest files, so that a person sees whether it is the right one."""

    files: int
    read: int
    """How many of them were opened for this."""
    approved: int = 0
    rejected: int = 0
    unanswered: int = 0
    unreadable: int = 0
    foreign: int = 0
    """Issued by another NIT than the hotel's, whatever the DIAN said."""
    newest: str = ""
    """Number of the hotel's newest document."""
    newest_at: AwareDatetime | None = None

    @property
    def is_plausible(self) -> bool:
        """Say whether the hotel's own approved documents are there."""
        return self.approved > 0


class Attempt(Value):
    """How the last try of a connection went, and what was learnt by it. It holds no secret."""

    connection: Connection
    at: AwareDatetime
    route: Route = Route.DOCUMENTED
    """The route of the call that proved the access."""
    failure: Failure | None = None
    detail: str = ""
    """For «ver detalle» only."""
    status: int | None = None
    messages: tuple[str, ...] = ()
    """What the other side said, in its own words; plain text from outside."""
    issuer: str | None = None
    """Who signed a certificate that this computer does not trust."""
    retry_after: float | None = None
    organisation_uuid: str | None = None
    organisation_nit: str | None = None
    organisation_name: str | None = None
    hotel_id: str | None = None
    hotel_nit: str | None = None
    hotel_name: str | None = None
    expires_at: AwareDatetime | None = None
    """End of an OTP session."""

    @property
    def ok(self) -> bool:
        return self.failure is None


class RequirementKind(StrEnum):
    """What the guide demands before the integration («Requisitos»), and that both sides are this hotel's (ours)."""

    PYMES_PLAN = "pymes-plan"
    CAJA = "caja"
    PMS_ACCESS = "pms-access"
    ELECTRONIC_INVOICING = "electronic-invoicing"
    SAME_HOTEL = "same-hotel"


class RequirementState(StrEnum):
    """How a requirement stands."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    """It could not be read just now; ``failure`` says why."""
    ASKED = "asked"
    """No route reads it: the person looks on Loggro's screen and confirms."""


class Requirement(Value):
    """One line of the live list."""

    kind: RequirementKind
    state: RequirementState
    route: Route
    source: Source = Source.READ
    """``TYPED``: confirmed by the person, not read."""
    values: dict[str, str] = Default(default_factory=dict)
    failure: Failure | None = None
    detail: str = ""
    checked_at: AwareDatetime

    @property
    def ok(self) -> bool:
        return self.state is RequirementState.MET


class Draft(Value):
    """A consecutivo as it stands in the form: the very text of each field, whatever the person typed."""

    family: Family
    name: str = ""
    resolution: str = ""
    prefix: str = ""
    first: str = ""
    last: str = ""
    valid_from: str = ""
    valid_to: str = ""
    applies_to: str = APPLIES_TO_PMS

    def text_of(self, field: Field) -> str:
        """Return what stands in a field; ``ACTIVE`` is no field of the form."""
        return str(getattr(self, field.value.replace("-", "_")))

    def typed(self, field: Field, text: str) -> Self:
        """Return the draft with another text in one field."""
        return self.model_copy(update={field.value.replace("-", "_"): text})


class Outcome(StrEnum):
    """What became of a consecutivo in Pymes."""

    ABSENT = "absent"
    PRESENT = "present"
    """It was there already, and equal."""
    CREATED = "created"
    """Created by Botones, and read back equal."""
    DIFFERENT = "different"
    """It is there with other values: it has to be mended in Pymes, and the verification shows it."""
    CONFIRMED = "confirmed"
    """The person says so; no route reads it."""
    UNSETTLED = "unsettled"
    """The answer got lost and looking has not found it."""

    @property
    def lets_on(self) -> bool:
        """Say whether the verification may look at it; it is the verification that lets nothing wrong pass."""
        return self not in (Outcome.ABSENT, Outcome.UNSETTLED)


class Entry(Value):
    """One consecutivo to set up: its form, and what became of it in Pymes."""

    draft: Draft
    outcome: Outcome | None = None
    found: Numbering | None = None
    """What stands in Pymes."""
    differing: tuple[Field, ...] = ()
    failure: Failure | None = None
    detail: str = ""
    typed_at: AwareDatetime | None = None
    """When the person last changed the form; ``None`` while it is as the PMS filled it."""
    intent_at: AwareDatetime | None = None
    """When Botones last asked Pymes to create it; kept before the request leaves."""

    @property
    def family(self) -> Family:
        return self.draft.family

    @property
    def lets_on(self) -> bool:
        return self.outcome is not None and self.outcome.lets_on


class RehearsalResult(StrEnum):
    """How the rehearsal ended."""

    PROVEN = "proven"
    """One document went, was read back, and agreed."""
    PREVIEWED = "previewed"
    """Shown only: the mode or the profile does not send."""
    NOTHING_YET = "nothing-yet"
    """No approved document waits to go to Pymes."""
    NOT_READABLE = "not-readable"
    """No route lists the documents of the PMS: nothing can be shown."""
    DIFFERS = "differs"
    FAILED = "failed"

    @property
    def lets_on(self) -> bool:
        return self not in (RehearsalResult.DIFFERS, RehearsalResult.FAILED)


class Rehearsal(Value):
    """The rehearsal's result, dated."""

    result: RehearsalResult
    at: AwareDatetime
    key: str | None = None
    """``str()`` of the document's key."""
    sale: Sale | None = None
    failure: Failure | None = None
    detail: str = ""


class PreviewLabel(StrEnum):
    """A line of «así lo registrará Pymes»."""

    KIND = "kind"
    NUMBER = "number"
    DATE = "date"
    COUNTERPARTY = "counterparty"
    GUEST = "guest"
    CURRENCY = "currency"
    SUBTOTAL = "subtotal"
    IVA = "iva"
    INC = "inc"
    PREPAID = "prepaid"
    ROUNDING = "rounding"
    PAYABLE = "payable"
    CUFE = "cufe"
    REFERENCE = "reference"
    CONSECUTIVO = "consecutivo"


class PreviewLine(Value):
    """One value as the PMS has it and as Pymes records it, both as shown on screen."""

    label: PreviewLabel
    pms: str
    pymes: str

    @property
    def agrees(self) -> bool:
        return self.pms == self.pymes
