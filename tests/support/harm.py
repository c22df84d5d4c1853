"""What a power cut, a bad disk or a wrong program does to the file of the ledger."""

from collections.abc import Callable
from pathlib import Path


def _scrambled(content: bytearray) -> None:
    for at in range(4_096, len(content), 64):
        content[at] ^= 0xA5


def _zeroed(content: bytearray) -> None:
    content[:] = bytes(len(content))


def _emptied(content: bytearray) -> None:
    content.clear()


def _beheaded(content: bytearray) -> None:
    content[:100] = bytes(100)


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 + 100 :]


def _cut_between_pages(content: bytearray) -> None:
    del content[len(content) // 8_192 * 4_096 :]


def _one_page_of_another(content: bytearray) -> None:
    content[-8_192:-4_096] = content[4_096:8_192]


def _text(content: bytearray) -> None:
    content[:] = b"Esto no es una base de datos. " * 200


_KINDS: dict[str, Callable[[bytearray], None]] = {
    "scrambled": _scrambled,
    "zeroed": _zeroed,
    "emptied": _emptied,
    "beheaded": _beheaded,
    "cut": _cut,
    "cut-between-pages": _cut_between_pages,
    "one-page-of-another": _one_page_of_another,
    "text": _text,
}
HARMS = tuple(_KINDS)
HIDDEN = "one-page-of-another"
"""Each page is well formed: it may be noticed only when somebody reads or writes there."""


def do_harm(path: Path, kind: str) -> None:
    """Damage a file that nobody has open."""
    content = bytearray(path.read_bytes())
    _KINDS[kind](content)
    path.write_bytes(content)
