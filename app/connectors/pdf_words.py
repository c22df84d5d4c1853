"""The hardened door for PDF files from outside: bytes in, words with their places out. It knows nothing of any form.

pdfminer.six rather than pypdf, because it places every letter, and rather than pdfplumber, which is it with two more
libraries. The parsing is done by a child process: no limit inside a parser of PDF is worth as much as one that can be
killed. The child opens no file and no address, and executes nothing.
"""

import json
import math
import os
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import app
from app.model.form1876 import FormError

LARGEST: Final = 10 * 1024 * 1024
MOST_PAGES: Final = 20
"""Of one form; two to four are usual (facts/dian.md 1.5)."""
SECONDS: Final = 30.0
_MOST_DRAWN: Final = 200_000
_FIGURE_COUNTS: Final = 100
_MOST_EXPANDED: Final = 64 * 1024 * 1024
_MOST_MEMORY: Final = 1024 * 1024 * 1024
_LAYERS: Final = 4
_GAP: Final = 0.22
"""Of the letter's size: a wider gap separates words. A blank of common fonts is 0.25 wide, or more."""


class Word(NamedTuple):
    """Letters that stand together; places in points from the page's upper left corner."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


class Page(NamedTuple):
    """A page's size and its words in reading order: lines from above, each from the left."""

    width: float
    height: float
    lines: tuple[tuple[Word, ...], ...]


class Unreadable(Exception):
    """The file gives no words."""

    def __init__(self, error: FormError, detail: str = "") -> None:
        super().__init__(f"{error.value}: {detail}")
        self.error = error
        self.detail = detail


class _Letter(NamedTuple):
    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def pages_of(data: bytes, *, seconds: float = SECONDS) -> tuple[Page, ...]:
    """Return the words of a PDF; raises ``Unreadable``. Takes half a second, so not in the UI's thread."""
    if len(data) > LARGEST:
        raise Unreadable(FormError.TOO_BIG)
    if b"%PDF-" not in data[:1024]:
        raise Unreadable(FormError.NOT_A_PDF)
    try:
        child = subprocess.run(
            _command(),
            input=data,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        answer: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        # Too slow, or ended by its memory limit before it said anything.
        raise Unreadable(FormError.UNSAFE) from None
    return pages_from(answer)


def pages_from(answer: dict[str, Any]) -> tuple[Page, ...]:
    """Return the pages that a child told; raises the ``Unreadable`` that it told instead."""
    if "error" in answer:
        raise Unreadable(FormError(answer["error"]), answer["detail"])
    return tuple(
        Page(page["width"], page["height"], tuple(tuple(Word(*word) for word in line) for line in page["lines"]))
        for page in answer["pages"]
    )


def answer_for(data: bytes) -> dict[str, Any]:
    """Parse a PDF in this very process, without any limit of time, and return what the child tells."""
    try:
        if _expands_too_much(data):
            raise Unreadable(FormError.UNSAFE)
        pages = list(_pages(data))
    except Unreadable as problem:
        return {"error": problem.error.value, "detail": problem.detail}
    except MemoryError:
        return {"error": FormError.UNSAFE.value, "detail": ""}
    except Exception:
        # Whatever a damaged file makes of the parser, the person reads that the file is damaged.
        return {"error": FormError.BROKEN.value, "detail": ""}
    return {"pages": pages}


def main(source: BinaryIO | None = None) -> None:
    """Be the child: a PDF on the standard input, an answer in JSON on the standard output."""
    _limit_memory()
    answer = answer_for((source or sys.stdin.buffer).read(LARGEST + 1))
    sys.stdout.write(json.dumps(answer))


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "form1876", "--child"]
    return [sys.executable, "-m", "app.connectors.pdf_words"]


def _environment() -> dict[str, str]:
    root = str(Path(app.__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _limit_memory() -> None:
    if sys.platform != "win32":
        # Windows has no such limit for a process of one's own; there the size of the streams and the time are it.
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _expands_too_much(data: bytes) -> bool:
    """Unpack all streams, as far as the limit and never in one piece, to see how large they are."""
    budget = _MOST_EXPANDED
    for match in re.finditer(rb"(?<!end)stream(?:\r\n|\n|\r)", data):
        end = data.find(b"endstream", match.end())
        content = data[match.end() : end if end >= 0 else len(data)]
        for _layer in range(_LAYERS):
            if content[:1] not in (b"\x78", b"\x58", b"\x68", b"\x48"):
                break
            try:
                content = zlib.decompressobj().decompress(content, budget + 1)
            except zlib.error:
                break
            budget -= len(content)
            if budget < 0:
                return True
    return False


def _pages(data: bytes) -> Iterator[dict[str, Any]]:
    # Only the child pays for these imports.
    import io

    from pdfminer import pdftypes
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    # WORKAROUND: the parser unpacks runs without any limit, a byte at a time (pdfminer.six 20251107).
    pdftypes.rldecode = _runs  # type: ignore[attr-defined]
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unreadable(FormError.ENCRYPTED) from None

    class Counting(PDFPageAggregator):
        """Stops a file that draws more than any form does, before it has drawn it all."""

        drawn = 0

        def render_char(self, *args: Any, **more: Any) -> float:
            self._count(1)
            return super().render_char(*args, **more)

        def begin_figure(self, *args: Any, **more: Any) -> None:
            self._count(_FIGURE_COUNTS)
            super().begin_figure(*args, **more)

        def _count(self, letters: int) -> None:
            self.drawn += letters
            if self.drawn > _MOST_DRAWN:
                raise Unreadable(FormError.UNSAFE)

    resources = PDFResourceManager()
    device = Counting(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    empty = True
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number >= MOST_PAGES:
            raise Unreadable(FormError.TOO_MANY_PAGES, str(MOST_PAGES))
        interpreter.process_page(page)
        layout = device.get_result()
        if turned := _turned(layout):
            # Saved lying on its side, or upside down: read as a person would hold it.
            page.rotate = (page.rotate + turned) % 360
            interpreter.process_page(page)
            layout = device.get_result()
        found = _letters(layout, layout.height)
        empty = False
        inside = [one for one in found if 0 <= one.x0 <= layout.width and one.y1 >= 0 and one.y0 <= layout.height]
        lines = [[tuple(word) for word in line] for line in lines_of(inside)]
        yield {"width": layout.width, "height": layout.height, "lines": lines}
    if empty:
        raise Unreadable(FormError.BROKEN)


def _runs(data: bytes) -> bytes:
    """Unpack run lengths (PDF 1.7, 7.4.5); raises ``Unreadable`` as soon as it is more than any form has."""
    out, at = bytearray(), 0
    while at < len(data) and (length := data[at]) != 128:
        if length < 128:
            out += data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            out += data[at + 1 : at + 2] * (257 - length)
            at += 2
        if len(out) > _MOST_EXPANDED:
            raise Unreadable(FormError.UNSAFE)
    return bytes(out)


def _turned(layout: Any) -> int:
    """Return by how many degrees most letters of a page are turned to the left."""
    found = Counter(
        round(math.degrees(math.atan2(letter.matrix[1], letter.matrix[0])) / 90) * 90 % 360 for letter in _drawn(layout)
    )
    return found.most_common(1)[0][0] if found else 0


def _drawn(parent: Any) -> Iterator[Any]:
    from pdfminer.layout import LTChar, LTContainer

    for item in parent:
        if isinstance(item, LTChar):
            yield item
        elif isinstance(item, LTContainer):
            yield from _drawn(item)


def _letters(parent: Any, height: float) -> Iterator[_Letter]:
    """Return the upright letters of a page, those of the forms drawn on it too; the margin's vertical text is none."""
    for item in _drawn(parent):
        text = item.get_text()
        if item.upright and not text.startswith("(cid:"):
            yield _Letter(text, item.x0, height - item.y1, item.x1, height - item.y0)


def lines_of(letters: list[_Letter]) -> list[list[Word]]:
    """Group letters into lines and words by nothing but their places, since a file may tell them in any order."""
    rows: list[list[_Letter]] = []
    for letter in sorted(letters, key=lambda one: ((one.y0 + one.y1) / 2, one.x0)):
        middle = (letter.y0 + letter.y1) / 2
        if rows:
            last = rows[-1][0]
            if abs(middle - (last.y0 + last.y1) / 2) <= 0.4 * max(last.y1 - last.y0, letter.y1 - letter.y0):
                rows[-1].append(letter)
                continue
        rows.append([letter])
    return [words for row in rows if (words := list(_words(sorted(row, key=lambda one: one.x0))))]


def _words(row: list[_Letter]) -> Iterator[Word]:
    run: list[_Letter] = []
    for letter in row:
        if letter.text.isspace() or not letter.text:
            if run:
                yield _word(run)
            run = []
            continue
        if run:
            size = max(letter.y1 - letter.y0, run[-1].y1 - run[-1].y0)
            if letter.x0 - run[-1].x1 > _GAP * size:
                yield _word(run)
                run = []
            elif letter.text == run[-1].text and abs(letter.x0 - run[-1].x0) < 0.1 * size:
                continue  # bold made by printing the letter twice
        run.append(letter)
    if run:
        yield _word(run)


def _word(run: list[_Letter]) -> Word:
    return Word(
        "".join(letter.text for letter in run),
        round(min(letter.x0 for letter in run), 1),
        round(min(letter.y0 for letter in run), 1),
        round(max(letter.x1 for letter in run), 1),
        round(max(letter.y1 for letter in run), 1),
    )


if __name__ == "__main__":
    main()
