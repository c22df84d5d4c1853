"""Changing where a hotel's ledger stands: to a server, to one that has it already, and back to this computer's disk.

Each way the settings change only after the copy was proven equal, so that whatever is killed in the middle leaves one
ledger in use, and doing the same again goes on from there. It draws nothing, and moves no row itself.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.model.clock import Clock
from app.model.errors import Failure, StorageError
from app.model.server import CannotMove, Door, Refusal, ServerAddress, Use
from app.model.status import Rebuild, Sender
from app.setup.place import computer, place_of
from app.storage.backup import put_in_place, set_aside
from app.storage.database import HEAD, open_database, version_of
from app.storage.errors import LedgerElsewhere, LedgerMoved, LedgerTooNew, known_errors
from app.storage.moving import (
    Content,
    Hold,
    MovingCancelled,
    NotEmpty,
    NotEqual,
    Progress,
    copy_ledger,
    held,
    read_door,
    unknown_to,
)
from app.storage.place import ServerPlace
from app.sync.ledger import Ledger
from app.sync.ledger_reader import LedgerReader
from app.sync.recovery import open_ledger
from app.system.paths import Paths
from app.system.settings import Settings
from app.system.vault import Secret, Vault, VaultError

_HAND_OVER_SECONDS: Final = 60.0
"""How long the computer that sends is given to end its batch and hand the ledger over."""
_SCRATCH: Final = "moving"
_REFUSAL_OF: Final = {Use.AWAY: Refusal.AWAY, Use.ARRIVING: Refusal.ARRIVING}


@dataclass(frozen=True, slots=True)
class There:
    """What stands on a server for this hotel, as somebody who asks first sees it."""

    documents: int | None
    """``None``: nobody has moved a ledger there."""
    sender: Sender | None = None
    door: Door | None = None
    unknown: int = 0
    """How many documents this computer's own ledger has that the one on the server has not."""
    start: date | None = None
    """The first day whose documents are carried there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A ledger that stands in its new place."""

    content: Content | None
    """What both sides held when they were compared; ``None`` where nothing had to be copied."""
    aside: Path | None
    """Where this computer's former file is now."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """One hotel's ledger, on this computer, while nothing else here has it open: engine resting, or folder locked."""

    paths: Paths
    settings: Settings
    vault: Vault
    clock: Clock
    keep: Callable[[ServerAddress | None], object]
    """Writes into the settings where the ledger stands from now on."""
    progress: Progress = lambda done, total: None
    """Called in another thread; ``thread`` is how one is had."""
    cancelled: Callable[[], bool] = lambda: False
    thread: Callable[..., Awaitable[Any]] = asyncio.to_thread

    async def look(self, address: ServerAddress, password: str) -> There:
        """Say what stands on a server; raises ``CannotMove`` and ``StorageError``."""
        with _refusals():
            there: There = await self.thread(self._look, ServerPlace(address, password, computer()))
            return there

    async def to_server(self, address: ServerAddress, password: str) -> Moved:
        """Copy this computer's file to a server that has none of this hotel, and go on there.

        Raises ``CannotMove``, ``StorageError`` and ``VaultError``; in each case the file is in use as before.
        """
        if self.settings.ledger_server is not None:
            raise CannotMove(Refusal.ALREADY_THERE)
        place = ServerPlace(address, password, computer())
        with _refusals():
            content = await self.thread(self._carry_there, place)
            await self._turn_to(place)
            await self.thread(_open_door, place)
            return Moved(content, await self._set_aside())

    async def join(self, address: ServerAddress, password: str) -> Moved:
        """Go on with the ledger that another computer moved to a server; this one's own file is set aside.

        At a computer that has joined already it takes another password. Raises what ``to_server`` raises.
        """
        place = ServerPlace(address, password, computer())
        with _refusals():
            there: There = await self.thread(self._look, place)
            if there.documents is None:
                raise CannotMove(Refusal.NOTHING_THERE)
            # One that this computer was bringing when it was cut off is no newer than its own file.
            has_joined = self.settings.ledger_server is not None
            if there.door is not None and there.door.use is not Use.OPEN and not has_joined:
                raise LedgerMoved(there.door)
            await self._turn_to(place)
            return Moved(None, await self._set_aside())

    async def back(self, *, though_away: bool = False) -> Moved:
        """Copy the ledger from the server to this computer's disk, and go on here; the one there is closed.

        ``though_away`` is for a ledger that another computer took and lost: what comes back may be old, so nothing is
        sent until both systems have been looked through. Raises ``CannotMove``, ``StorageError`` and ``VaultError``; in
        each case the server's is in use as before.
        """
        place = await place_of(self.paths, self.settings, self.vault)
        if not isinstance(place, ServerPlace):
            raise CannotMove(Refusal.ALREADY_THERE)
        with _refusals():
            content, aside = await self.thread(self._carry_back, place, though_away)
        self.keep(None)
        with suppress(VaultError):  # it opens nothing of ours any more
            await self.vault.aforget(Secret.LEDGER_PASSWORD)
        return Moved(content, aside)

    # In a thread of its own

    def _look(self, place: ServerPlace) -> There:
        version = version_of(place)
        if version is None:
            return There(None)
        if version > HEAD:
            raise LedgerTooNew(version)
        door = read_door(place)
        self._refuse_other_hotel(door)
        reader = LedgerReader(place, self.clock)
        try:
            counts, sender, start = reader.counts(), reader.sender(), reader.start()
        finally:
            reader.close()
        unknown = unknown_to(place, self._file) if self._file.exists() else 0
        return There(counts.total, sender, door, unknown, start)

    def _refuse_other_hotel(self, door: Door | None) -> None:
        """Refuse what is known to be of another hotel; a ledger that nobody moved says nothing of whose it is."""
        own = self.settings
        if door is None or door.nit is None or own.hotel_document is None:
            return
        other_property = None not in (door.hotel_id, own.hotel_id) and door.hotel_id != own.hotel_id
        if door.nit != own.hotel_document or other_property:
            raise CannotMove(Refusal.OTHER_HOTEL, door.nit)

    def _carry_there(self, place: ServerPlace) -> Content:
        open_ledger(self._file, self.clock).close()  # put back, or migrated, before anything is copied
        if version_of(place) is not None:
            self._refuse_other_hotel(read_door(place))
        return copy_ledger(self._file, place, self.progress, self.cancelled, door=self._door(Use.ARRIVING))

    async def _turn_to(self, place: ServerPlace) -> None:
        """Change over to a ledger on a server, which is proven or was in use there."""
        await self.vault.aput(Secret.LEDGER_PASSWORD, place.password)
        self.keep(place.address)

    async def _set_aside(self) -> Path | None:
        """Have the file out of the way, under another name: what is in it grows old from now on."""
        aside: Path | None = await self.thread(set_aside, self._file, self.clock.now(), "moved")
        return aside

    def _carry_back(self, place: ServerPlace, though_away: bool) -> tuple[Content | None, Path | None]:
        with held(place, _HAND_OVER_SECONDS, self.cancelled) as hold:
            door = hold.door()
            taken = door if door is not None and door.use is Use.AWAY else None
            ours = taken is not None and taken.computer == computer()
            if taken is not None and not ours and not though_away:
                raise LedgerMoved(taken)
            if ours and self._file.exists() and hold.equals(self._file):
                return None, None  # cut off just before the settings changed
            content, aside = self._copy_back(place, hold, None if ours else taken)
            hold.set_door(self._door(Use.AWAY))
            return content, aside

    def _copy_back(self, place: ServerPlace, hold: Hold, taken: Door | None) -> tuple[Content, Path | None]:
        """Make the file elsewhere, and move it to its place when it is proven; what lies there is set aside."""
        scratch = self._file.parent / _SCRATCH
        made = scratch / self._file.name
        now = self.clock.now()
        with known_errors():
            shutil.rmtree(scratch, ignore_errors=True)  # what was left of an earlier try
            scratch.mkdir(mode=0o700)
        try:
            content = copy_ledger(place, made, self.progress, self.cancelled, holding=hold)
            aside = set_aside(self._file, now, "stale")
            if taken is not None:
                with Ledger(made, self.clock) as ledger:
                    ledger.begin_rebuild(Rebuild(since=now, aside=str(aside) if aside else None, backup_at=taken.at))
            if Path(f"{made}-wal").exists():
                raise StorageError(Failure.DISK_FAILS, "the new ledger could not be closed")
            put_in_place(made, self._file)
            return content, aside
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _door(self, use: Use) -> Door:
        return Door(
            use=use,
            computer=computer(),
            at=self.clock.now(),
            nit=self.settings.hotel_document,
            hotel_id=self.settings.hotel_id,
        )

    @property
    def _file(self) -> Path:
        return self.paths.ledger(self.settings.key)


def _open_door(place: ServerPlace) -> None:
    """Pass as the one that brought it; cut off before, or where a spare just tries its luck, the engine does so."""
    with suppress(LedgerElsewhere):
        open_database(place).dispose()


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell with one error all that keeps a ledger where it is and is no fault of disk, server or vault."""
    try:
        yield
    except NotEmpty:
        raise CannotMove(Refusal.NOT_EMPTY) from None
    except NotEqual:
        raise CannotMove(Refusal.NOT_EQUAL) from None
    except MovingCancelled:
        raise CannotMove(Refusal.CANCELLED) from None
    except LedgerTooNew:
        raise CannotMove(Refusal.TOO_NEW) from None
    except LedgerMoved as error:
        raise CannotMove(_REFUSAL_OF[error.door.use], error.door.computer) from None
    except LedgerElsewhere:
        raise CannotMove(Refusal.ELSEWHERE) from None
