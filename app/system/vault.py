"""The only door to the keyring: secrets in the vault of the operating system, or in memory for this session.

There is no fallback to a file, and no words for the user: ``texts`` has them for each ``VaultError.kind``.
"""

import asyncio
import hashlib
import os
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from enum import StrEnum
from typing import ClassVar, Final, TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError

from app.system.logs import redactor

T = TypeVar("T")

LONGEST_PART: Final = 1_200
"""UTF-16 units in one entry; Windows refuses more than 1,280 (2,560 bytes)."""
MOST_PARTS: Final = 8

_HEADER: Final = "botones-parts:"
_HEADER_FORM = re.compile(_HEADER + r"([ab]):([1-9]):([0-9a-f]{64})")


class Secret(StrEnum):
    """Everything that may be put into the vault."""

    PYMES_TOKEN = "pymes-token"
    PMS_API_KEY = "pms-api-key"
    PMS_SESSION = "pms-session"
    CONNECTION_TOKEN = "connection-token"
    FE_USER = "fe-user"
    FE_PASSWORD = "fe-password"
    LEDGER_PASSWORD = "ledger-password"
    PROXY_USER = "proxy-user"
    PROXY_PASSWORD = "proxy-password"
    SIGNING_KEY = "signing-key"
    """Signs reports; made here at its first use."""
    ADMINISTRATOR_WORD = "administrator-word"
    """The salted hash of the word that raises a role; see ``system.word``."""


OF_THE_COMPUTER: Final = frozenset({Secret.PROXY_USER, Secret.PROXY_PASSWORD, Secret.ADMINISTRATOR_WORD})
"""Whatever the hotel: each vault of this computer gives the same ones."""
COMPUTER_SCOPE: Final = "_red"
"""Where these stand. No hotel can be called so."""


class VaultError(Exception):
    """The vault could not do it; ``kind`` says which of the four cases it is."""

    kind: ClassVar[str] = ""


class VaultLocked(VaultError):
    """There is a vault, but it waits to be unlocked, or did not answer in time: try again, never "signed out"."""

    kind = "locked"


class VaultUnavailable(VaultError):
    """There is no vault that keeps a secret safely."""

    kind = "unavailable"


class SecretMissing(VaultError):
    """The vault answers and has no such secret, or only a part of it."""

    kind = "missing"


class SecretTooLarge(VaultError):
    """The secret does not fit, even in parts; nothing was changed."""

    kind = "too-large"


# The classes live in libraries that exist on one operating system only, so they are known by name.
_LOCKED: Final = {"KeyringLocked", "LockedException", "PromptDismissedException", "KeychainDenied"}
_WINDOWS_TOO_LARGE: Final = 1783


def _causes(error: BaseException) -> Iterator[BaseException]:
    step: BaseException | None = error
    while step is not None:
        yield step
        step = step.__cause__ or step.__context__


def failure_of(error: BaseException) -> VaultError:
    """Return which of the four failures ``error`` of a keyring library is."""
    if isinstance(error, VaultError):
        return error
    for step in _causes(error):
        names = {kind.__name__ for kind in type(step).__mro__}
        if names & _LOCKED or "Secret.Error.IsLocked" in str(step):
            return VaultLocked(str(error))
        if getattr(step, "winerror", None) == _WINDOWS_TOO_LARGE:
            return SecretTooLarge(str(error))
    return VaultUnavailable(f"{type(error).__name__}: {error}")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _split(secret: str) -> list[str]:
    """Cut into parts of at most LONGEST_PART units, never between the halves of a surrogate pair."""
    units = secret.encode("utf-16-le")
    parts, start = [], 0
    while start < len(units):
        end = min(start + 2 * LONGEST_PART, len(units))
        if end < len(units) and 0xD8 <= units[end - 1] <= 0xDB:
            end -= 2
        parts.append(units[start:end].decode("utf-16-le"))
        start = end
    return parts


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class PartedKeyring(KeyringBackend):
    """Keeps secrets of any useful length in a ring that limits it, each whole or not at all.

    The parts of a new secret are written beside those of the old one; writing the header, which names the set of parts,
    their number and the digest of the whole, is the one step that replaces old by new.
    """

    def __init__(self, ring: KeyringBackend, *, parks_copies: bool = False) -> None:
        # Not the parent's: that one lets KEYRING_PROPERTY_* variables change the object.
        self.ring = ring
        self._writes = 2 if parks_copies else 1

    def get_password(self, service: str, username: str) -> str | None:
        """Return the whole secret; one with a part missing or changed counts as not there."""
        stored = self.ring.get_password(service, username)
        if stored is None or not stored.startswith(_HEADER):
            return stored
        header = _HEADER_FORM.fullmatch(stored)
        if header is None:
            return None
        names = self._names(username, header[1])[: int(header[2])]
        parts = [self.ring.get_password(service, name) for name in names]
        whole = "".join(part for part in parts if part is not None)
        return whole if _digest(whole) == header[3] else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store and read back; after an error either the old secret is there or the new one, whole."""
        if _units(password) <= LONGEST_PART and not password.startswith(_HEADER):
            self._store(service, username, password)
            self._sweep(service, username, "ab")
            return
        parts = _split(password)
        if len(parts) > MOST_PARTS:
            raise SecretTooLarge(f"{_units(password)} units, at most {LONGEST_PART * MOST_PARTS}")
        old = _HEADER_FORM.fullmatch(self.ring.get_password(service, username) or "")
        new_set, old_set = ("b", "a") if old and old[1] == "a" else ("a", "b")
        try:
            for name, part in zip(self._names(username, new_set), parts, strict=False):
                self._store(service, name, part)
        except Exception:
            # The first error is the one to tell; parts that stay behind are overwritten or swept the next time.
            with suppress(Exception):
                self._sweep(service, username, new_set)
            raise
        self._store(service, username, f"{_HEADER}{new_set}:{len(parts)}:{_digest(password)}")
        self._sweep(service, username, old_set)
        for name in self._names(username, new_set)[len(parts) :]:
            self._drop(service, name)

    def delete_password(self, service: str, username: str) -> None:
        """Delete the secret and whatever an interrupted write left of it."""
        there = self._drop(service, username)
        self._sweep(service, username, "ab")
        if not there:
            raise PasswordDeleteError(f"nothing stored for {username!r}")

    @staticmethod
    def _names(username: str, parts_set: str) -> list[str]:
        return [f"{username}#{parts_set}{number}" for number in range(1, MOST_PARTS + 1)]

    def _store(self, service: str, username: str, text: str) -> None:
        # Windows' backend parks the previous entry as "user@service" at each write: the second write replaces that
        # parked copy of the old secret by the new one (jaraco/keyring#545).
        for _ in range(self._writes):
            self.ring.set_password(service, username, text)
        if self.ring.get_password(service, username) != text:
            raise PasswordSetError("read back something else than what was written")

    def _sweep(self, service: str, username: str, parts_sets: str) -> None:
        for parts_set in parts_sets:
            for name in self._names(username, parts_set):
                self._drop(service, name)

    def _drop(self, service: str, username: str) -> bool:
        # Asked first, because a backend says "could not delete" and "not there" in the same way.
        if self.ring.get_password(service, username) is None:
            return False
        self.ring.delete_password(service, username)
        return True


class MemoryRing(KeyringBackend):
    """Keeps secrets in memory, for as long as this process lives."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self._entries.pop((service, username), None) is None:
            raise PasswordDeleteError(f"nothing stored for {username!r}")


_SAFE_RINGS: Final = {
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.macOS.Keyring",
    f"{__name__}.MemoryRing",
}


def os_ring(platform: str = sys.platform) -> PartedKeyring:
    """Return the vault of the operating system, built without discovery, so that no variable or file can swap it."""
    # __new__ alone: all that the __init__ of these does is to let KEYRING_PROPERTY_* variables change the object.
    if platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        credentials = WinVaultKeyring.__new__(WinVaultKeyring)
        # The default roams to every computer of the domain.
        credentials.persist = "local machine"
        return PartedKeyring(credentials, parks_copies=True)
    if platform == "darwin":
        from keyring.backends.macOS import Keyring as Keychain

        keychain = Keychain.__new__(Keychain)
        keychain.keychain = None
        return PartedKeyring(keychain)
    from keyring.backends.SecretService import Keyring as SecretService

    return PartedKeyring(SecretService.__new__(SecretService))


class Vault:
    """The secrets of one scope (profile, hotel). Each call may be made from any thread, and ends within the time limit.

    After a VaultLocked caused by the limit a ``put`` may still happen, once the user has answered the prompt.
    """

    is_lasting: ClassVar[bool] = True
    """False: the secrets are gone when the program ends, and the user must be told."""

    def __init__(self, ring: KeyringBackend, scope: str, limit_seconds: float = 10.0) -> None:
        store = ring.ring if isinstance(ring, PartedKeyring) else ring
        name = f"{type(store).__module__}.{type(store).__qualname__}"
        if name not in _SAFE_RINGS:
            raise VaultUnavailable(f"{name} is not a vault")
        self._ring = ring
        self._service = f"Botones/{scope}"
        self._of_the_computer = f"Botones/{COMPUTER_SCOPE}"
        self._limit_seconds = limit_seconds
        self._turn = threading.Lock()

    def put(self, name: Secret, secret: str) -> None:
        """Store ``secret`` in place of an older one, of which nothing remains."""
        self._wait(lambda: self._put(name, secret))

    def get(self, name: Secret) -> str:
        """Return the secret, or raise SecretMissing."""
        return self._wait(lambda: self._get(name))

    def forget(self, name: Secret) -> None:
        """Remove the secret and prove that it is gone; harmless if there is none."""
        self._wait(lambda: self._forget(name))

    def forget_all(self) -> None:
        """Remove every secret of this scope; what is of the computer stays."""
        for name in Secret:
            if name not in OF_THE_COMPUTER:
                self.forget(name)

    async def aput(self, name: Secret, secret: str) -> None:
        """Do ``put`` without holding the loop."""
        await self._await(lambda: self._put(name, secret))

    async def aget(self, name: Secret) -> str:
        """Do ``get`` without holding the loop."""
        return await self._await(lambda: self._get(name))

    async def aforget(self, name: Secret) -> None:
        """Do ``forget`` without holding the loop."""
        await self._await(lambda: self._forget(name))

    async def abring(self, name: Secret, hotels: Iterable[str]) -> None:
        """Have what an older version kept with one of ``hotels`` be the computer's, and nothing of it left there.

        What the computer has already stays; else the first of them counts.
        """
        await self._await(lambda: self._bring(name, tuple(hotels)))

    def probe(self) -> None:
        """Prove by a round trip that the vault keeps, gives back and forgets; the system may ask for its password."""
        self._wait(self._probe)

    def _put(self, name: Secret, secret: str) -> None:
        redactor.register(secret)
        self._ring.set_password(self._place_of(name), name, secret)

    def _get(self, name: Secret) -> str:
        secret = self._ring.get_password(self._place_of(name), name)
        if secret is None:
            raise SecretMissing(name)
        redactor.register(secret)
        return secret

    def _forget(self, name: Secret) -> None:
        # What is of the computer, an older version kept with the hotel.
        for place in {self._place_of(name), self._service}:
            # Also raised when only the remains of an interrupted write were there, and they are gone now.
            with suppress(PasswordDeleteError):
                self._ring.delete_password(place, name)
            if self._ring.get_password(place, name) is not None:
                raise VaultUnavailable(f"{name} could not be removed")

    def _bring(self, name: Secret, hotels: tuple[str, ...]) -> None:
        place = self._place_of(name)
        for hotel in hotels:
            former = f"Botones/{hotel}"
            if former == place or (secret := self._ring.get_password(former, name)) is None:
                continue
            redactor.register(secret)
            if self._ring.get_password(place, name) is None:
                self._ring.set_password(place, name, secret)
            self._ring.delete_password(former, name)

    def _place_of(self, name: Secret) -> str:
        return self._of_the_computer if name in OF_THE_COMPUTER else self._service

    def _probe(self) -> None:
        # A name of its own: several hotels may be opened at once.
        service, word = f"Botones/probe-{os.getpid()}-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        self._ring.set_password(service, "probe", word)
        found = self._ring.get_password(service, "probe")
        self._ring.delete_password(service, "probe")
        if found != word:
            raise VaultUnavailable("the vault did not give back what it was given")

    def _start(self, work: Callable[[], T]) -> Future[T]:
        answer: Future[T] = Future()
        # Running from the start: whoever stops waiting must not cancel what the vault is already doing.
        answer.set_running_or_notify_cancel()

        def run() -> None:
            try:
                if not self._turn.acquire(timeout=self._limit_seconds):
                    raise VaultLocked("an earlier call is still waiting")
                try:
                    result = work()
                finally:
                    self._turn.release()
            except Exception as error:  # handed to whoever waits for the answer
                failure = failure_of(error)
                if failure is not error:
                    failure.__cause__ = error
                answer.set_exception(failure)
            else:
                answer.set_result(result)

        # A thread of a pool is joined at exit: an unlock prompt that nobody answers would keep us from quitting.
        threading.Thread(target=run, name="vault", daemon=True).start()
        return answer

    def _wait(self, work: Callable[[], T]) -> T:
        try:
            return self._start(work).result(self._limit_seconds)
        except TimeoutError as error:
            raise VaultLocked("no answer in time") from error

    async def _await(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._limit_seconds):
                return await asyncio.wrap_future(self._start(work))
        except TimeoutError as error:
            raise VaultLocked("no answer in time") from error


class SessionVault(Vault):
    """A vault for this session only, where the machine has none; the user is told so."""

    is_lasting = False

    def __init__(self, scope: str, beside: "SessionVault | None" = None) -> None:
        """``beside`` is another hotel's, which has what is of the computer."""
        super().__init__(MemoryRing() if beside is None else beside._ring, scope)


def open_vault(scope: str) -> Vault:
    """Return the machine's vault, proven by a round trip; or raise VaultLocked or VaultUnavailable.

    Blocks while the system asks for its password, up to the time limit: never on a loop.
    """
    vault = machine_vault(scope)
    vault.probe()
    return vault


def machine_vault(scope: str) -> Vault:
    """Return the machine's vault unproven: one that is locked now is tried again by each call."""
    return Vault(os_ring(), scope)
