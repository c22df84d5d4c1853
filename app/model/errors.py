"""The one family of errors that a person may see, told apart by what mends them. Words for them are in ``texts``."""

from enum import StrEnum


class Delivery(StrEnum):
    """What a failed request says about the thing that was sent."""

    NEVER_LEFT = "never-left"
    """No byte reached the other side: it may be tried again."""
    IN_DOUBT = "in-doubt"
    """The other side may have it: only looking tells."""
    REFUSED = "refused"
    """The other side answered no: it is not there."""


class Failure(StrEnum):
    """What went wrong, as a person can act on it."""

    NETWORK = "network"
    TIMEOUT = "timeout"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    TOKEN = "token"
    PERMISSION = "permission"
    TOO_MANY = "too-many"
    REFUSED = "refused"
    NOT_FOUND = "not-found"
    ALREADY_THERE = "already-there"
    SERVER = "server"
    UNREADABLE = "unreadable"
    UNSAFE_ADDRESS = "unsafe-address"
    WRONG_HOTEL = "wrong-hotel"
    """A token speaks for another NIT, organisation or property than the one this computer was set up for."""
    FOLDER = "folder"
    """The folder with the documents cannot be read: not there, not permitted, or too full."""
    VAULT = "vault"
    """The machine's keyring does not hand out the secrets right now."""
    NO_ROUTE = "no-route"
    """The profile does not let us call this: a person does it on Loggro's screen."""
    DISK_FULL = "disk-full"
    DISK_FAILS = "disk-fails"
    """The disk does not take or give bytes: broken, gone, or over its quota."""
    LEDGER_BUSY = "ledger-busy"
    """Another program holds the ledger's file."""
    LEDGER_LOCKED = "ledger-locked"
    """The ledger's folder or file may not be written."""
    LEDGER_DAMAGED = "ledger-damaged"
    LEDGER_SERVER = "ledger-server"
    """The server that keeps the ledger does not answer."""
    LEDGER_ACCESS = "ledger-access"
    """The server that keeps the ledger does not let us in, or may not keep it."""
    LEDGER_CERTIFICATE = "ledger-certificate"
    """The server that keeps the ledger does not prove who it is, or does not cipher the line."""
    LEDGER_ELSEWHERE = "ledger-elsewhere"
    """Another computer writes the ledger: this one is its spare."""
    LEDGER_MOVED = "ledger-moved"
    """The ledger on the server was taken to a computer's disk, or has not quite arrived: it may not be written."""

    @property
    def is_about_ledger(self) -> bool:
        """Say whether it keeps this computer from writing down, and no other system has a part in it."""
        return self in _ABOUT_LEDGER


_ABOUT_LEDGER = frozenset(
    {
        Failure.DISK_FULL,
        Failure.DISK_FAILS,
        Failure.LEDGER_BUSY,
        Failure.LEDGER_LOCKED,
        Failure.LEDGER_DAMAGED,
        Failure.LEDGER_SERVER,
        Failure.LEDGER_ACCESS,
        Failure.LEDGER_CERTIFICATE,
        Failure.LEDGER_ELSEWHERE,
        Failure.LEDGER_MOVED,
    }
)


class StorageError(Exception):
    """The ledger cannot be read or written right now, and the computer is at fault, not this program.

    Nothing is sent while it lasts: what is not written down has not happened. What had begun is settled by looking.
    """

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"ledger: {failure.value} {detail}".strip())
        self.failure = failure
        self.detail = detail

    @property
    def needs_a_person(self) -> bool:
        """Say whether waiting alone is unlikely to mend it; it is tried again all the same."""
        return self.failure not in (Failure.LEDGER_BUSY, Failure.LEDGER_SERVER, Failure.LEDGER_ELSEWHERE)


class NotAtWork(Exception):
    """The engine has no connections right now: stopped, or waiting for its secrets or its ledger."""


class NoSuchSale(Exception):
    """Pymes does not show this sale under this number any more."""


class CannotSettle(Exception):
    """The document does not wait for a person any more, or was never approved, or no reason was given."""


class ConnectorError(Exception):
    """A call to the PMS, Pymes or the FE service that did not give what was asked.

    ``detail`` is for «ver detalle» only: already redacted, bounded, never the first thing a person reads.
    """

    def __init__(
        self,
        failure: Failure,
        delivery: Delivery,
        *,
        system: str = "",
        status: int | None = None,
        messages: tuple[str, ...] = (),
        codes: tuple[str, ...] = (),
        detail: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{system}: {failure.value} ({delivery.value}) {status or ''} {detail}".strip())
        self.failure = failure
        self.delivery = delivery
        self.system = system
        self.status = status
        self.messages = messages
        """What the other side said, in its own words; text from outside, never rich text."""
        self.codes = codes
        self.detail = detail
        self.retry_after = retry_after
        """Seconds, where the other side asked for a pause."""

    @property
    def is_about_access(self) -> bool:
        """Say whether the token was not accepted: nothing more is sent with it until a person acts."""
        return self.failure in (Failure.TOKEN, Failure.PERMISSION)

    @property
    def needs_a_person(self) -> bool:
        """Say whether waiting cannot mend it."""
        return self.is_about_access or self.failure in (
            Failure.WRONG_HOTEL,
            Failure.NO_ROUTE,
            Failure.CERTIFICATE,
            Failure.UNSAFE_ADDRESS,
        )
