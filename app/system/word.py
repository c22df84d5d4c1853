"""The administrator's word, with which a role is raised: only its salted hash is kept, and only in the vault.

It protects against mistakes and habits. Whoever owns the Windows account can delete the entry from the vault, and then
there is no word and everybody is administrator, as before one was chosen: that is the way out of a forgotten one.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from app.model.clock import Clock
from app.model.role import Role
from app.system.settings import Settings
from app.system.vault import Secret, SecretMissing, Vault, VaultError

SHORTEST: Final = 8
LONGEST: Final = 200
TRIES: Final = 5
"""So many wrong words in a row, and then a wait, each time twice as long."""
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_COST: Final = 2**14


class WrongWord(Exception):
    """Not the word; ``left`` tries before a wait."""

    def __init__(self, left: int) -> None:
        super().__init__("wrong word")
        self.left = left


class MustWait(Exception):
    """Too many wrong words; ``until`` says when the next is heard."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many wrong words")
        self.until = until


class Word:
    """The computer's word, whatever the hotel; each method raises ``VaultError`` where the vault does not answer."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def is_set(self) -> bool:
        """Say whether there is one."""
        return await self._kept() is not None

    async def choose(self, word: str) -> None:
        """Keep this one from now on; raises ``ValueError`` for one that is too short or too long."""
        if not SHORTEST <= len(word) <= LONGEST:
            raise ValueError("length")
        salt = secrets.token_bytes(16)
        await self._keep({"salt": salt.hex(), "hash": (await _hash(word, salt)).hex(), "wrong": 0})

    async def try_it(self, word: str) -> None:
        """Return where it is the word, or none was chosen; raises ``WrongWord`` and ``MustWait``."""
        kept = await self._kept()
        if kept is None:
            return
        now = self._clock.now()
        until = datetime.fromisoformat(kept["until"]) if kept.get("until") else None
        # A clock that was set back must not keep the administrator out for longer than the longest wait.
        if until is not None and now < until <= now + _LONGEST_WAIT:
            raise MustWait(until)
        found = await _hash(word[:LONGEST], bytes.fromhex(kept["salt"]))
        if hmac.compare_digest(found, bytes.fromhex(kept["hash"])):
            if kept["wrong"]:
                await self._keep(kept | {"wrong": 0, "until": ""})
            return
        wrong = kept["wrong"] + 1
        waits = wrong // TRIES
        must_wait = wrong % TRIES == 0
        until = now + min(_FIRST_WAIT * 2 ** min(waits - 1, 10), _LONGEST_WAIT) if must_wait else None
        await self._keep(kept | {"wrong": wrong, "until": until.isoformat() if until is not None else ""})
        if until is not None:
            raise MustWait(until)
        raise WrongWord(TRIES - wrong % TRIES)

    async def drop(self) -> None:
        """Have none any more: everybody is administrator again."""
        await self._vault.aforget(Secret.ADMINISTRATOR_WORD)

    async def _kept(self) -> dict[str, Any] | None:
        try:
            kept: dict[str, Any] = json.loads(await self._vault.aget(Secret.ADMINISTRATOR_WORD))
        except (SecretMissing, ValueError):  # what is no hash of ours is no word either
            return None
        return kept

    async def _keep(self, kept: dict[str, Any]) -> None:
        await self._vault.aput(Secret.ADMINISTRATOR_WORD, json.dumps(kept))


async def role_here(settings: Settings, vault: Vault, clock: Clock, hotels: Iterable[str]) -> Role:
    """Return the role that counts: without a word everybody is administrator.

    A silent vault changes nothing, nor one of this session only, which cannot know what was chosen before. ``hotels``
    are those with one of which an older version may have kept the word.
    """
    if not vault.is_lasting:
        return settings.role
    try:
        await vault.abring(Secret.ADMINISTRATOR_WORD, hotels)
        if settings.role is Role.ADMINISTRATOR:
            return settings.role
        return settings.role if await Word(vault, clock).is_set() else Role.ADMINISTRATOR
    except VaultError:
        return settings.role


async def _hash(word: str, salt: bytes) -> bytes:
    # Slow on purpose, and outside the loop for that reason.
    return await asyncio.to_thread(
        hashlib.scrypt, word.encode(), salt=salt, n=_COST, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32
    )
