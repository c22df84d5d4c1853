"""Who may do what: three roles, the acts by name, and the one place that decides. It knows neither screen nor person.

A role keeps from mistakes and habits: it stands in the settings of a Windows account, and whoever owns that account can
change them. What keeps a stranger out is Windows' own lock, and the vault.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import AwareDatetime

from app.model.value import Value


class Role(StrEnum):
    """For what somebody sits at this computer."""

    ADMINISTRATOR = "administrador"
    RECEPTION = "recepcion"
    ACCOUNTANT = "contador"


class Act(StrEnum):
    """Everything that a person may do here, and what a computer does where such a person sits."""

    SEE = "see"
    COMFORT = "comfort"
    """Language, notices, whether it opens with the session: nothing that touches a document."""
    SUPPORT = "support"
    SYNC = "sync"
    PAUSE = "pause"
    """And going on afterwards."""
    SEND = "send"
    """That this computer writes a ledger which several share, and sends for the hotel."""
    DRILL = "drill"
    """Approve documents in the practice hotel, and make something go wrong there."""
    RELEASE = "release"
    SETTLE = "settle"
    UNSETTLE = "unsettle"
    BACKFILL = "backfill"
    SET_UP = "set-up"
    """The wizard, and one more hotel."""
    SETTINGS = "settings"
    START_SENDING = "start-sending"
    """From a mode that only watches to one that sends."""
    TAKE_OVER = "take-over"
    MOVE_LEDGER = "move-ledger"
    COPY = "copy"
    RESTORE = "restore"
    DISCONNECT = "disconnect"
    """This computer, or one hotel of it."""
    RECONCILE = "reconcile"
    EXPORT = "export"
    BECOME = "become"
    """Another role: what asks for the administrator's word is in ``system.word``."""


_EVERYBODY: Final = frozenset({Act.SEE, Act.COMFORT, Act.SUPPORT, Act.BECOME})
_MAY: Final = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Act),
        Role.RECEPTION: _EVERYBODY | {Act.SYNC, Act.PAUSE, Act.SEND, Act.DRILL},
        Role.ACCOUNTANT: _EVERYBODY | {Act.RECONCILE, Act.EXPORT},
    }
)
DANGEROUS: Final = frozenset({Act.SETTLE, Act.BACKFILL, Act.RESTORE, Act.DISCONNECT, Act.START_SENDING, Act.TAKE_OVER})
"""What asks for a typed reason, which is kept with it."""
LONGEST_REASON: Final = 300


class NotAllowed(Exception):
    """This role does not do that."""

    def __init__(self, role: Role, act: Act) -> None:
        super().__init__(f"{role.value}: {act.value}")
        self.role = role
        self.act = act


class ReasonMissing(Exception):
    """A dangerous act, and nobody typed why."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act


class Deed(Value):
    """One act that a person did at this computer."""

    at: AwareDatetime
    who: str = ""
    """As they signed in to the operating system; empty where it does not say."""
    role: Role | None = None
    """``None`` where nobody was asked for it, as at the end of an uninstalled program."""
    act: Act
    told: str = ""
    """What was done, in the words of the moment."""
    reason: str = ""


def may(role: Role, act: Act) -> bool:
    """Say whether somebody of this role does that."""
    return act in _MAY[role]


def require(role: Role, act: Act) -> None:
    """Raise ``NotAllowed`` where the role does not do that."""
    if not may(role, act):
        raise NotAllowed(role, act)


def reason_for(act: Act, reason: str) -> str:
    """Return the reason as it is kept; raises ``ReasonMissing`` where a dangerous act has none."""
    kept = " ".join(reason.split())[:LONGEST_REASON]
    if act in DANGEROUS and not kept:
        raise ReasonMissing(act)
    return kept


def told_by(who: str, role: Role | None) -> dict[str, str]:
    """Return how an event says who did it, and as what."""
    return {"who": who} if role is None else {"who": who, "role": role.value}
