"""Practice credentials: made at random, kept only as hashes. Not a model of how Loggro makes its own."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.model.clock import Clock
from app.sandbox.books import Books

SESSION_SECONDS: Final = 3600
FAILED_TRIES_AN_HOUR: Final = 5


class Kind(StrEnum):
    """What a credential opens."""

    PYMES = "pymes-token"
    CONNECTION = "connection-token"
    """What Pymes pushes to the PMS when the Alojamientos parameter is set."""
    PMS_KEY = "pms-api-key"
    PMS_SESSION = "pms-session"
    CODE = "otp-code"
    FE = "fe"


class Tokens:
    """Makes and knows credentials. What must be handed out twice stays in memory, and is made anew after a restart."""

    def __init__(self, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._connection: str | None = None
        self.pending_code: str | None = None
        """The one-time code under way, as it would stand on the telephone."""
        self.telephone: Callable[[str], None] = lambda code: None
        """Who reads the code out, where nobody asks the desk for it."""

    def mint(self, kind: Kind, seconds: int | None = None) -> str:
        """Make a credential and return it; only its hash is kept."""
        token = _form(kind)
        self.accept(kind, token, seconds)
        return token

    def accept(self, kind: Kind, token: str, seconds: int | None = None) -> None:
        expires = None if seconds is None else self._later(seconds).isoformat()
        self._books.change("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", (_hash(kind, token), kind.value, expires))

    def opens(self, kind: Kind, token: str) -> bool:
        """Say whether this credential is known, of that kind, and not expired."""
        row = self._books.one("SELECT expires_at FROM tokens WHERE hash = ?", (_hash(kind, token),))
        if row is None:
            return False
        return row["expires_at"] is None or self._clock.now() < datetime.fromisoformat(row["expires_at"])

    def revoke(self, kind: Kind) -> None:
        self._books.change("DELETE FROM tokens WHERE kind = ?", (kind.value,))
        if kind is Kind.CONNECTION:
            self._connection = None

    def expire(self, kind: Kind) -> None:
        """Let every credential of a kind be of yesterday; the next one handed out is new."""
        self._books.change("UPDATE tokens SET expires_at = ? WHERE kind = ?", (self._later(0).isoformat(), kind.value))
        if kind is Kind.CONNECTION:
            self._connection = None

    def minted(self, kind: Kind) -> int:
        """Return how many credentials of a kind are known."""
        return int(self._books.value("SELECT COUNT(*) FROM tokens WHERE kind = ?", (kind.value,)))

    def connection(self) -> str:
        """Return the connection token that Pymes pushed. After a restart another one is made; the former stays good."""
        if self._connection is None:
            self._connection = self.mint(Kind.CONNECTION)
        return self._connection

    def send_code(self) -> str:
        """Make a one-time code; it ends the one before."""
        self.revoke(Kind.CODE)
        self.pending_code = self.mint(Kind.CODE, seconds=600)
        self.telephone(self.pending_code)
        return self.pending_code

    def open_session(self, code: str) -> tuple[str, datetime] | None:
        """Open a session with a one-time code and end any other; a wrong code gives ``None`` and counts as a try."""
        if not self.opens(Kind.CODE, code):
            self._books.change("INSERT INTO failed_tries VALUES (?)", (self._clock.now().isoformat(),))
            return None
        self.revoke(Kind.CODE)
        self.revoke(Kind.PMS_SESSION)
        self.pending_code = None
        return self.mint(Kind.PMS_SESSION, SESSION_SECONDS), self._later(SESSION_SECONDS)

    @property
    def is_barred(self) -> bool:
        """Say whether the hour's tries are used up."""
        since = self._later(-3600).isoformat()
        tries = self._books.value("SELECT COUNT(*) FROM failed_tries WHERE at > ?", (since,))
        return bool(tries >= FAILED_TRIES_AN_HOUR)

    def forget(self) -> None:
        """Forget what is only in memory, after the books were erased."""
        self._connection = None
        self.pending_code = None

    def _later(self, seconds: int) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _hash(kind: Kind, token: str) -> str:
    return hashlib.sha256(f"{kind.value}:{token}".encode()).hexdigest()


def _form(kind: Kind) -> str:
    if kind in (Kind.PYMES, Kind.CONNECTION):
        # As long as a real JWT, so that a vault that cannot hold one is found out here.
        return f"eyJhbGciOiJIUzI1NiJ9.{secrets.token_urlsafe(720)}.{secrets.token_urlsafe(32)}"
    if kind is Kind.CODE:
        return f"{secrets.randbelow(1_000_000):06d}"
    return f"practica:{secrets.token_urlsafe(32)}" if kind is Kind.FE else secrets.token_urlsafe(32)
