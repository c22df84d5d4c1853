"""The way into the practice hotel's web pages: a one-time ticket, and the visit that it opens. Not a login of anybody.

Secrets never stand in an address; this is the one thing that does, and it is none: a ticket of the practice hotel opens
its pages once, within minutes, from this computer, and is worth nothing afterwards. That is also why a browser may be
started with it. What lives longer is a cookie.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final, TypeVar

from app.model.clock import Clock

TICKET_SECONDS: Final = 300.0
_Kept = TypeVar("_Kept")
_MOST: Final = 64
"""So many tickets and visits are remembered; the oldest goes first."""


@dataclass(slots=True)
class Visit:
    """One browser's stay on the pages, for as long as this run of the hotel."""

    csrf: str = field(repr=False)
    pms_session: str | None = field(default=None, repr=False)
    """The PMS session that this browser opened with a code."""
    notices: list[tuple[str, str]] = field(default_factory=list)
    """Tone and text of what to say on the next page."""


class Tickets:
    """Makes tickets and knows the visits that they opened. In memory only: a restart ends them all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: dict[str, tuple[str, float]] = {}
        self._visits: dict[str, Visit] = {}

    def issue(self, path: str) -> str:
        """Make a ticket for one page of ours; raises ``ValueError`` on anything that is not such a path."""
        if not _is_ours(path):
            raise ValueError("not a page of the practice hotel")
        ticket = secrets.token_urlsafe(24)
        _keep(self._tickets, ticket, (path, self._clock.monotonic() + TICKET_SECONDS))
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """Return the page of a ticket and tear it up; ``None`` where it was used, is too old, or never was."""
        path, until = self._tickets.pop(_hash(ticket), ("", 0.0))
        return path if path and self._clock.monotonic() < until else None

    def admit(self) -> tuple[str, Visit]:
        """Begin a visit; return the secret of its cookie, and the visit."""
        secret, visit = secrets.token_urlsafe(32), Visit(csrf=secrets.token_urlsafe(32))
        _keep(self._visits, secret, visit)
        return secret, visit

    def visit(self, secret: str) -> Visit | None:
        return self._visits.get(_hash(secret))


def _keep(kept: dict[str, _Kept], secret: str, value: _Kept) -> None:
    kept[_hash(secret)] = value
    while len(kept) > _MOST:
        del kept[next(iter(kept))]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_ours(path: str) -> bool:
    """Say whether a browser would take this for a page of the same server, whatever it makes of slashes."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    return plain and path.startswith("/") and not path.startswith("//")
