"""The support report: a few text pieces, made safe and small before anybody sees them, then packed as a zip.

What goes in is decided by ``setup.support``; here it is masked, cut and written. It sends nothing to nobody.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unicodedata import combining, normalize

from app.system.logs import MASK, redactor
from app.system.paths import Paths

LIMIT_BYTES: Final = 5_000_000
"""All pieces together, before they are packed."""

_PERSON: Final = "‹persona›"
_IDENTIFICATION: Final = "‹identificación›"
_WORD: Final = re.compile(r"\w+")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TELEPHONE: Final = re.compile(r"(?<![\w.-])\+?(?:57)?\s?3\d{2}[\s-]?\d{3}[\s-]?\d{4}(?![\w-])")
_SHORTEST_IDENTIFICATION: Final = 5
_NOBODY: Final = {"222222222222"}
"""The DIAN's number for «consumidor final», which is no person."""
_CUT: Final = "[…]\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the report, as it will be packed."""

    name: str
    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())


class Anonymiser:
    """Takes names and identifications out of a text, in one pass however many people there are."""

    def __init__(self, people: Iterable[tuple[str, str]]) -> None:
        self._names: dict[str, list[tuple[str, ...]]] = {}
        self._identifications: set[str] = set()
        for name, identification in people:
            plain = identification.strip()
            if plain in _NOBODY:
                continue
            words = tuple(_plain(word) for word in _WORD.findall(name))
            if words:
                self._names.setdefault(words[0], []).append(words)
            if len(plain) >= _SHORTEST_IDENTIFICATION:
                self._identifications.add(_plain(plain))
        for known in self._names.values():
            # The longest first: of two people with the same first name the right one is taken whole.
            known.sort(key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return ``text`` without anybody in it."""
        text = _TELEPHONE.sub(MASK, _MAIL.sub(MASK, text))
        if not self._names and not self._identifications:
            return text
        found = [(match.start(), match.end(), _plain(match.group())) for match in _WORD.finditer(text)]
        parts: list[str] = []
        at = number = 0
        while number < len(found):
            start, end, word = found[number]
            length = self._name_at(found, number)
            if length:
                parts += [text[at:start], _PERSON]
                at = found[number + length - 1][1]
            elif word in self._identifications:
                parts += [text[at:start], _IDENTIFICATION]
                at = end
            number += max(length, 1)
        return "".join((*parts, text[at:]))

    def _name_at(self, found: Sequence[tuple[int, int, str]], number: int) -> int:
        for words in self._names.get(found[number][2], ()):
            there = found[number : number + len(words)]
            if tuple(word for _start, _end, word in there) == words:
                return len(words)
        return 0


def logs_of(paths: Paths) -> list[Piece]:
    """Return the program's logs, the newest first; one that cannot be read says so in its place."""
    files = sorted(paths.logs.glob("*.log*"), key=lambda file: (file.name.count("."), file.name))
    pieces = []
    for file in files:
        try:
            with file.open("rb") as opened:
                opened.seek(max(0, file.stat().st_size - LIMIT_BYTES))
                pieces.append(Piece(f"logs/{file.name}.txt", opened.read().decode("utf-8", "replace")))
        except OSError as error:
            pieces.append(Piece(f"logs/{file.name}.txt", f"{type(error).__name__}: {error.strerror}"))
    return pieces


def make_safe(pieces: Iterable[Piece], anonymiser: Anonymiser, limit: int = LIMIT_BYTES) -> tuple[Piece, ...]:
    """Mask secrets, people and the user's own folder, and keep the end of what is too long.

    The first pieces are the most important: they have their room before the later ones.
    """
    safe = []
    left = limit
    home = str(Path.home())
    for piece in pieces:
        text = redactor.clean(piece.text)
        if len(home) > 1:
            text = text.replace(home, "~")
        # A long text is cut first: nobody waits for what is thrown away.
        text = _end_of(anonymiser.clean(_end_of(text, left)), left)
        left -= len(text.encode())
        safe.append(Piece(piece.name, text))
    return tuple(piece for piece in safe if piece.text)


def pack(pieces: Iterable[Piece], target: Path) -> None:
    """Write the report as it was shown; raises ``OSError``, and then nothing of it is left."""
    place = target.with_name(f".{target.name}.tmp")
    try:
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
            for piece in pieces:
                file.writestr(piece.name, piece.text)
        place.replace(target)
    finally:
        place.unlink(missing_ok=True)


def _end_of(text: str, limit: int) -> str:
    whole = text.encode()
    if len(whole) <= limit:
        return text
    room = max(0, limit - len(_CUT.encode()))
    kept = whole[len(whole) - room :].decode("utf-8", "ignore") if room else ""
    # From the beginning of a line: half a word could be half a name.
    return (_CUT + kept.partition("\n")[2]) if kept else ""


def _plain(word: str) -> str:
    if word.isascii():  # nearly all of a log, and the long way is slow
        return word.lower()
    return "".join(letter for letter in normalize("NFD", word.casefold()) if not combining(letter))
