"""Why a document waits: a closed list of causes, each with who mends it. The words for each are in ``texts``."""

from enum import StrEnum


class Mender(StrEnum):
    """Who can mend a cause."""

    HOTEL = "hotel"
    ACCOUNTANT = "contador"
    LOGGRO = "loggro"
    DIAN = "dian"
    BOTONES = "botones"


class Cause(StrEnum):
    """Why a document is held, missing or in conflict."""

    NUMBERING_DIFFERS = "numbering-differs"
    NUMBERING_UNKNOWN = "numbering-unknown"
    """No proven range covers the number."""
    DIAN_SILENT = "dian-silent"
    """Nobody says what the DIAN authorised; PMS and Pymes agree."""
    RANGE_EXPIRED = "range-expired"
    OTHER_ISSUER = "other-issuer"
    OTHER_CONTENT = "other-content"
    """The same number came with another content than before."""
    DIFFERS_IN_PYMES = "differs-in-pymes"
    DOUBLED_IN_PYMES = "doubled-in-pymes"
    WAITS_FOR_INVOICE = "waits-for-invoice"
    INVOICE_UNKNOWN = "invoice-unknown"
    REFUSED_BY_PYMES = "refused-by-pymes"
    NUMBERING_REFUSED = "numbering-refused"
    """Pymes refused the number although the numbering was proven just before: somebody changed it meanwhile."""
    PERIOD_CLOSED = "period-closed"
    """The accounting month of its date is closed in Pymes."""
    PLAN_USED_UP = "plan-used-up"
    """The plan of Pymes has no documents left."""
    NOT_STORED = "not-stored"
    """Sent several times, and Pymes never stored it, whatever it answered."""
    BREAKS_RULE = "breaks-rule"
    UNREADABLE = "unreadable"
    REJECTED_BY_DIAN = "rejected-by-dian"
    WITHOUT_ANSWER = "without-answer"
    """The document came without the DIAN's answer: nobody proved that it is approved."""
    FAMILY_NOT_SUPPORTED = "family-not-supported"

    @property
    def mender(self) -> Mender:
        return _MENDERS[self]

    @property
    def is_about_approval(self) -> bool:
        """Say whether the document was never proven to be approved; only another answer of the DIAN mends that."""
        return self in (Cause.REJECTED_BY_DIAN, Cause.WITHOUT_ANSWER)

    @property
    def heals_itself(self) -> bool:
        """Say whether the engine looks again by itself each cycle, because the cause is a state of the world."""
        return self in (
            Cause.NUMBERING_DIFFERS,
            Cause.NUMBERING_UNKNOWN,
            Cause.NUMBERING_REFUSED,
            Cause.DIAN_SILENT,
            Cause.RANGE_EXPIRED,
            Cause.WAITS_FOR_INVOICE,
            Cause.INVOICE_UNKNOWN,
        )


_MENDERS = {
    Cause.NUMBERING_DIFFERS: Mender.HOTEL,
    Cause.NUMBERING_UNKNOWN: Mender.HOTEL,
    Cause.DIAN_SILENT: Mender.HOTEL,
    Cause.RANGE_EXPIRED: Mender.HOTEL,
    Cause.OTHER_ISSUER: Mender.HOTEL,
    Cause.OTHER_CONTENT: Mender.HOTEL,
    Cause.DIFFERS_IN_PYMES: Mender.ACCOUNTANT,
    Cause.DOUBLED_IN_PYMES: Mender.ACCOUNTANT,
    Cause.WAITS_FOR_INVOICE: Mender.BOTONES,
    Cause.INVOICE_UNKNOWN: Mender.ACCOUNTANT,
    Cause.REFUSED_BY_PYMES: Mender.ACCOUNTANT,
    Cause.NUMBERING_REFUSED: Mender.HOTEL,
    Cause.PERIOD_CLOSED: Mender.ACCOUNTANT,
    Cause.PLAN_USED_UP: Mender.HOTEL,
    Cause.NOT_STORED: Mender.LOGGRO,
    Cause.BREAKS_RULE: Mender.HOTEL,
    Cause.UNREADABLE: Mender.LOGGRO,
    Cause.REJECTED_BY_DIAN: Mender.HOTEL,
    Cause.WITHOUT_ANSWER: Mender.HOTEL,
    Cause.FAMILY_NOT_SUPPORTED: Mender.ACCOUNTANT,
}
