"""The source *carpeta*: a folder with the XML and ZIP files that the provider mails.

It only reads: nothing is moved, renamed or deleted. It looks by itself instead of being told by the file system, since
notices do not come from network drives. What it has read is remembered file by file, with size and time, in the
ledger; a look at a hundred thousand known files costs one listing and opens none.
"""

import asyncio
import hashlib
import json
import os
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from app.connectors.source import ApprovedDocument, Batch, Memory
from app.connectors.ubl import read_file
from app.model.causes import Cause
from app.model.clock import Clock
from app.model.errors import ConnectorError, Delivery, Failure
from app.model.reading import ReadError, Reading
from app.model.source import SourceKind

QUIET: Final = 3.0
"""Seconds for which size and time of a file must stand still before it is opened."""
PATIENCE: Final = 30.0
"""A young file that ends early is taken to be under way for so long, before it counts as damaged."""
LOCKED: Final = 600.0
"""How long another program may keep a file shut before a person hears of it."""
MOST_FILES: Final = 200_000
_CHUNK: Final = 50
_FORGET_AT_ONCE: Final = 500
_ENDINGS: Final = (".xml", ".zip")
_TEMPORARY: Final = (".", "~$")
_UNFINISHED: Final = (ReadError.EMPTY, ReadError.BROKEN, ReadError.BAD_ZIP)
_MOST_NOTICES: Final = 5
_TEST: Final = "2"


class Stamp(NamedTuple):
    """What changes when a file is written."""

    size: int
    modified: int


_NEVER_READ: Final = Stamp(-1, -1)


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is remembered of one file."""

    stamp: Stamp
    held: tuple[str, ...] = ()
    """Keys of rows that are held because of this file."""
    waits: tuple[str, ...] = ()
    """Codes of its documents that came without the DIAN's answer."""
    answers: dict[str, bool] = field(default_factory=dict)

    def text(self) -> str:
        whole = [*self.stamp, list(self.held), list(self.waits), self.answers]
        return json.dumps(whole if self.held or self.waits or self.answers else whole[:2], separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "_Mark":
        size, modified, *more = json.loads(text)
        return (
            cls(Stamp(size, modified), tuple(more[0]), tuple(more[1]), more[2]) if more else cls(Stamp(size, modified))
        )


class _Seen(NamedTuple):
    """A file that is new or has changed, since when it stands still."""

    stamp: Stamp
    since: float


class Listing(NamedTuple):
    """One look at the folder. ``shut`` are sub-folders that could not be read just now."""

    files: dict[str, tuple[str, Stamp]]
    shut: tuple[str, ...]


class FolderSource:
    """Reads what lies in one folder and its sub-folders, one level deep."""

    kind: Final = SourceKind.FOLDER

    def __init__(self, folder: Path | None, clock: Clock, *, accept_unanswered: bool = False) -> None:
        self._folder = folder
        self._clock = clock
        self._accept_unanswered = accept_unanswered
        self._memory: Memory | None = None
        self._marks: dict[str, _Mark] = {}
        self._holders: Counter[str] = Counter()
        self._answers: dict[str, bool] = {}
        self._seen: dict[str, _Seen] = {}

    def apart(self) -> "FolderSource":
        """Return another reader of the same folder, which knows nothing of what this one has in hand."""
        return FolderSource(self._folder, self._clock, accept_unanswered=self._accept_unanswered)

    async def news(self, memory: Memory) -> AsyncGenerator[Batch, None]:
        """Yield what files that are new, changed or gone have to say, the oldest first.

        A file is opened once its size and time have stood still for ``QUIET`` seconds, so a look that finds new files
        takes that long. Raises ``ConnectorError`` (``FOLDER``).
        """
        self._remember(memory)
        listing = await asyncio.to_thread(list_files, self._folder)
        for batch in self._gone(listing):
            yield batch
            self._keep(batch)
        listing, ready = await self._stable(listing)
        ready.sort(key=lambda name: (listing.files[name][1].modified, name))
        while ready:
            chunk = _first_chunk(ready)
            ready = ready[len(chunk) :]
            read = await asyncio.to_thread(_read, {name: listing.files[name] for name in chunk})
            batch, answered = self._batch(read)
            if batch.marks:
                yield batch
                self._keep(batch)
            ready += [name for name in answered if name in listing.files and name not in ready]

    def _remember(self, memory: Memory) -> None:
        """Take over what is remembered; in one life of the source only once, for it is the only one who writes it."""
        if memory is self._memory:
            return
        self._memory = memory
        self._marks = {name: _Mark.of(text) for name, text in memory.marks(self.kind).items()}
        self._holders = Counter(key for mark in self._marks.values() for key in mark.held)
        self._answers = {code: yes for mark in self._marks.values() for code, yes in mark.answers.items()}

    def _keep(self, batch: Batch) -> None:
        """Follow the ledger: this batch is in it."""
        for name, text in batch.marks.items():
            if (old := self._marks.pop(name, None)) is not None:
                self._holders.subtract(old.held)
            self._seen.pop(name, None)
            if text is not None:
                self._marks[name] = _Mark.of(text)
                self._holders.update(self._marks[name].held)
                self._answers |= self._marks[name].answers

    def _gone(self, listing: Listing) -> Iterator[Batch]:
        gone = [name for name in self._marks if name not in listing.files and not name.startswith(listing.shut)]
        self._seen = {name: seen for name, seen in self._seen.items() if name in listing.files}
        for start in range(0, len(gone), _FORGET_AT_ONCE):
            names = gone[start : start + _FORGET_AT_ONCE]
            lost = Counter(key for name in names for key in self._marks[name].held)
            withdrawn = tuple(key for key, times in lost.items() if self._holders[key] <= times)
            yield Batch(marks=dict.fromkeys(names), withdrawn=withdrawn)

    async def _stable(self, listing: Listing) -> tuple[Listing, list[str]]:
        """Return the latest listing, and which of its new or changed files have stood still for long enough."""
        fresh = self._look_at(listing)
        if not fresh:
            return listing, []
        rest = max(QUIET - (self._clock.monotonic() - self._seen[name].since) for name in fresh)
        if rest > 0:
            await self._clock.sleep(rest)
            listing = await asyncio.to_thread(list_files, self._folder)
            fresh = self._look_at(listing)
        now = self._clock.monotonic()
        return listing, [name for name in fresh if now - self._seen[name].since >= QUIET]

    def _look_at(self, listing: Listing) -> list[str]:
        now, fresh = self._clock.monotonic(), []
        for name, (_, stamp) in listing.files.items():
            mark = self._marks.get(name)
            if mark is not None and mark.stamp == stamp:
                continue
            fresh.append(name)
            if (seen := self._seen.get(name)) is None or seen.stamp != stamp:
                self._seen[name] = _Seen(stamp, now)
        return fresh

    def _batch(self, read: Mapping[str, tuple[Stamp, tuple[Reading, ...]]]) -> tuple[Batch, list[str]]:
        """Make rows and marks of files just read; beside them, known files whose answer has come with these."""
        rows: list[ApprovedDocument] = []
        marks: dict[str, str | None] = {}
        withdrawn: list[str] = []
        answers = {code: yes for _, readings in read.values() for one in readings for code, yes in one.answers.items()}
        known = self._answers | answers
        for name, (stamp, readings) in read.items():
            if self._is_under_way(name, stamp, readings):
                continue
            told = [
                self._row(name, place, reading, known) for place, reading in enumerate(readings) if not reading.answers
            ]
            rows += told
            mark = _Mark(
                _NEVER_READ if any(one.error is ReadError.NO_FILE for one in readings) else stamp,
                held=tuple(row.key for row in told if row.cause is not None),
                waits=tuple(
                    row.document.cufe
                    for row in told
                    if row.cause is Cause.WITHOUT_ANSWER and row.document is not None and row.document.cufe
                ),
                answers={code: yes for one in readings for code, yes in one.answers.items()},
            )
            marks[name] = mark.text()
            told_of = {row.key for row in told}
            before = self._marks[name].held if name in self._marks else ()
            withdrawn += [key for key in before if key not in told_of and self._holders[key] <= 1]
        news = answers.keys() - self._answers.keys()
        answered = [name for name, mark in self._marks.items() if news.intersection(mark.waits)] if news else []
        return Batch(tuple(rows), marks=marks, withdrawn=tuple(withdrawn)), answered

    def _is_under_way(self, name: str, stamp: Stamp, readings: Sequence[Reading]) -> bool:
        """Say whether a file is better looked at again than complained of."""
        waited = self._clock.monotonic() - self._seen[name].since if name in self._seen else LOCKED
        if any(one.error is ReadError.NO_FILE for one in readings):
            return waited < LOCKED
        age = self._clock.now().timestamp() - stamp.modified / 1e9
        is_young = 0 <= age < PATIENCE and waited < PATIENCE
        return is_young and any(one.error in _UNFINISHED for one in readings)

    def _row(self, name: str, place: int, reading: Reading, answers: Mapping[str, bool]) -> ApprovedDocument:
        document = reading.document
        shown = f"{name}/{reading.file.partition('/')[2]}" if "/" in reading.file else name
        detail: dict[str, object] = {"file": shown}
        if document is None:
            digest = hashlib.sha256(f"{name}\n{place}".encode()).hexdigest()
            detail |= {"reason": reading.error.value if reading.error else "", "where": reading.detail}
            return ApprovedDocument(
                None,
                None,
                label=shown.rpartition("/")[2],
                origin=f"{self.kind}/{digest[:32]}",
                cause=Cause.UNREADABLE,
                detail=detail,
            )
        approved = reading.approved if reading.approved is not None else answers.get(document.cufe or "")
        cause = None
        if approved is False:
            cause = Cause.REJECTED_BY_DIAN
            detail["messages"] = list(reading.notices[:_MOST_NOTICES])
        elif document.environment == _TEST:
            cause = Cause.WITHOUT_ANSWER
            detail["test"] = True
        elif approved is None and not self._accept_unanswered:
            cause = Cause.WITHOUT_ANSWER
        return ApprovedDocument(None, document, cause=cause, detail=detail)


def _first_chunk(names: Sequence[str]) -> Sequence[str]:
    """Return what is read and kept together: some files, or one ZIP, for it may hold a thousand documents."""
    zips = (place for place, name in enumerate(names[:_CHUNK]) if name.lower().endswith(".zip"))
    return names[: max(next(zips, _CHUNK), 1)]


def list_files(folder: Path | None) -> Listing:
    """List the documents' files with their stamps; follows no link. Raises ``ConnectorError``."""
    if folder is None:
        raise _no_folder("no folder chosen")
    files: dict[str, tuple[str, Stamp]] = {}
    shut: list[str] = []
    try:
        below = _list_one(folder, "", files)
    except OSError as error:
        raise _no_folder(error.strerror or type(error).__name__) from error
    for name in below:
        try:
            _list_one(folder / name, f"{name}/", files)
        except OSError:
            shut.append(f"{_printable(name)}/")
    return Listing(files, tuple(shut))


def _list_one(folder: Path, before: str, files: dict[str, tuple[str, Stamp]]) -> list[str]:
    """Add the files of one folder, and return the names of the folders in it."""
    below = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_TEMPORARY):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.name)
                elif entry.name.lower().endswith(_ENDINGS) and entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    files[_printable(before + entry.name)] = (entry.path, Stamp(stat.st_size, stat.st_mtime_ns))
            except OSError:  # gone between listing and looking; the next look says so
                continue
            if len(files) > MOST_FILES:
                raise _no_folder(f"> {MOST_FILES}")
    return below


def _printable(name: str) -> str:
    """Return a name that can be stored, whatever bytes the file system let somebody use."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _read(files: Mapping[str, tuple[str, Stamp]]) -> dict[str, tuple[Stamp, tuple[Reading, ...]]]:
    """Read files; one that was written to meanwhile is left for the next look."""
    read = {}
    for name, (place, stamp) in files.items():
        path = Path(place)
        readings = read_file(path)
        try:
            stat = path.stat(follow_symlinks=False)
        except OSError:
            continue
        if Stamp(stat.st_size, stat.st_mtime_ns) == stamp:
            read[name] = (stamp, readings)
    return read


def _no_folder(why: str) -> ConnectorError:
    return ConnectorError(Failure.FOLDER, Delivery.NEVER_LEFT, system=SourceKind.FOLDER.value, detail=why)
