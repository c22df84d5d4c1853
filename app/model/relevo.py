"""The hand-over from one authorisation to the next, as a value. Finding it is ``sync``'s affair."""

from enum import StrEnum

from app.model.numbering import NumberingProof
from app.model.value import Value


class Stage(StrEnum):
    """How far a hand-over is."""

    PREPARING = "preparing"
    """The new range is not proven yet, and nothing goes out under it."""
    READY = "ready"
    """Both are proven; the PMS has not used the new one yet."""
    DRAINING = "draining"
    """The PMS numbers under the new one, documents of the old one are still to come."""
    DONE = "done"
    """Nothing of the old one is open: it can be closed in Pymes."""


class Relevo(Value):
    """Two ranges of one family side by side, the older one first."""

    old: NumberingProof
    new: NumberingProof
    stage: Stage
    open_documents: int = 0
    """Of the old range, not proven in Pymes yet."""
