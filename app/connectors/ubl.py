"""Files that providers mail, XML, AttachedDocument and ZIP, as readings: a document each, or the reason why not.

It proves no signature: that is the DIAN's work, and ``approved`` is what the file says that the DIAN said.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from app.connectors.ubl_document import code_in_qr, document_of
from app.connectors.ubl_elements import children, is_ubl, text_at
from app.connectors.ubl_xml import LARGEST, parse, parse_held
from app.model.documents import Document
from app.model.reading import ReadError, Reading, Unreadable

MOST_ENTRIES: Final = 1000
LARGEST_CONTENT: Final = 200 * 1024 * 1024
HIGHEST_RATIO: Final = 200
"""Signed XML shrinks ten to twenty times."""
_RATIO_COUNTS_FROM: Final = 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_MOST_NOTICES: Final = 20
_LONGEST_NOTICE: Final = 500
_VERDICTS: Final = {"02": True, "04": False}
_TEXT: Final = "cac:Attachment/cac:ExternalReference/cbc:Description"
_BINARY: Final = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
_LINE: Final = "cac:ParentDocumentLineReference/cac:DocumentReference"


class _Answer(NamedTuple):
    """What an ApplicationResponse says of one document."""

    about: str | None
    """The code of the document, ``None`` where it is not said."""
    number: str | None
    approved: bool | None
    notices: tuple[str, ...]

    def is_about(self, document: Document) -> bool:
        """Say whether it may speak of a document: by its code, else by its number, else by where it was found."""
        if self.about is not None:
            return self.about == document.cufe
        return self.number is None or self.number.upper() == document.full_number.upper()


def read_file(path: Path) -> tuple[Reading, ...]:
    """Read a file; never raises for what is in it, each reading tells its own reason."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return (Reading(file=path.name, error=ReadError.NO_FILE, detail=error.strerror or ""),)
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> tuple[Reading, ...]:
    """Read the content of a file; a ZIP gives a reading for each XML in it, and none for its PDFs."""
    if len(data) > LARGEST:
        return (Reading(file=name, error=ReadError.TOO_BIG),)
    if not data.startswith((_ZIP, _EMPTY_ZIP)):
        return (_settled(name, data)[0],)
    try:
        return _read_zip(data, name)
    except Unreadable as problem:
        return (Reading(file=name, error=problem.error, detail=problem.detail),)
    except _BROKEN_ZIP:
        return (Reading(file=name, error=ReadError.BAD_ZIP),)


def _settled(name: str, data: bytes) -> tuple[Reading, tuple[_Answer, ...]]:
    """Read one XML; beside the reading, the answers of a file that is nothing but the DIAN's answer."""
    try:
        root = parse(data)
        if is_ubl(root, "ApplicationResponse"):
            said = tuple(_answers(root))
            verdicts = {one.about: one.approved for one in said if one.about is not None and one.approved is not None}
            return Reading(file=name, error=ReadError.DIAN_ANSWER, answers=verdicts), said
        return _read_root(root, name), ()
    except Unreadable as problem:
        return Reading(file=name, error=problem.error, detail=problem.detail), ()


def _read_root(root: etree._Element, name: str) -> Reading:
    _refuse_strangers(root)
    if not is_ubl(root, "AttachedDocument"):
        return Reading(file=name, document=document_of(root), code_in_qr=code_in_qr(root))
    inner = next(_held(root), None)
    if inner is None:
        raise Unreadable(ReadError.MISSING_FIELD, _TEXT)
    inner_root = parse_held(inner)
    _refuse_strangers(inner_root)
    document = document_of(inner_root)
    answer = _answer_in(root, document)
    return Reading(
        file=name,
        document=document,
        approved=answer.approved,
        notices=answer.notices,
        code_in_qr=code_in_qr(inner_root),
    )


def _held(place: etree._Element) -> Iterator[str]:
    """Return what is attached there. Not through ``text_at``: the blanks inside an inner document are its own."""
    for path in (_TEXT, _BINARY):
        yield from (element.text for element in children(place, path) if element.text and element.text.strip())


def _refuse_strangers(root: etree._Element) -> None:
    name = etree.QName(root).localname
    namespace = etree.QName(root).namespace or ""
    if "dian.gov.co/contratos/facturaelectronica/v1" in namespace:
        raise Unreadable(ReadError.OLD_FORMAT, "fe:")
    if name == "Envelope" and next(root.iter("{*}GetNumberingRangeResponse"), None) is not None:
        raise Unreadable(ReadError.NUMBERING_ANSWER, "GetNumberingRange")
    if is_ubl(root, "ApplicationResponse"):
        raise Unreadable(ReadError.DIAN_ANSWER)


def _answer_in(container: etree._Element, document: Document) -> _Answer:
    """Find what the DIAN said of the document in an AttachedDocument.

    An answer about another document proves nothing, and neither do two that contradict each other.
    """
    verdicts = [answer for answer in _enclosed_answers(container) if answer.approved is not None]
    if not verdicts:
        verdicts = [answer for answer in _results(container) if answer.approved is not None]
    return _agreed(answer for answer in verdicts if answer.is_about(document))


def _agreed(answers: Iterable[_Answer]) -> _Answer:
    spoken = list(answers)
    notices = tuple(dict.fromkeys(notice for answer in spoken for notice in answer.notices))[:_MOST_NOTICES]
    verdicts = {answer.approved for answer in spoken}
    return _Answer(None, None, verdicts.pop() if len(verdicts) == 1 else None, notices)


def _results(container: etree._Element) -> Iterator[_Answer]:
    """Read the container's own word on the DIAN's answer, for those that leave the answer itself out."""
    for line in children(container, _LINE):
        code = text_at(line, "cac:ResultOfVerification/cbc:ValidationResultCode")
        number = text_at(line, "cbc:ID")
        # Some providers put the answer's own code here, so that the number counts where there is one.
        about = None if number else text_at(line, "cbc:UUID")
        yield _Answer(about.lower() if about else None, number, _VERDICTS.get(code or ""), ())


def _enclosed_answers(container: etree._Element) -> Iterator[_Answer]:
    for text in (held for line in children(container, _LINE) for held in _held(line)):
        try:
            response = parse_held(text)
        except Unreadable as problem:
            if problem.error is ReadError.NOT_XML:  # a remark in words
                continue
            raise
        if is_ubl(response, "ApplicationResponse"):
            yield from _answers(response)


def _answers(response: etree._Element) -> Iterator[_Answer]:
    for part in children(response, "cac:DocumentResponse"):
        said = [*children(part, "cac:Response/cbc:Description")]
        said += children(part, "cac:LineResponse/cac:Response/cbc:Description")
        notices = [" ".join(element.text.split())[:_LONGEST_NOTICE] for element in said if element.text]
        code = text_at(part, "cac:Response/cbc:ResponseCode")
        about = text_at(part, "cac:DocumentReference/cbc:UUID")
        yield _Answer(
            about.lower() if about else None,
            text_at(part, "cac:DocumentReference/cbc:ID"),
            _VERDICTS.get(code or ""),
            tuple(notice for notice in notices if notice.startswith("Regla"))[:_MOST_NOTICES],
        )


def _read_zip(data: bytes, name: str) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    answers: list[_Answer] = []
    lonely: list[tuple[Reading, tuple[_Answer, ...]]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _refuse_bombs(entries)
        budget = LARGEST_CONTENT
        for entry in entries:
            label = f"{name}/{_safe_name(entry.filename)}"
            if entry.filename.lower().endswith(".zip"):
                readings.append(Reading(file=label, error=ReadError.ZIP_IN_ZIP))
                continue
            if not entry.filename.lower().endswith(".xml") or _is_apples(entry.filename):
                continue
            content = _content(archive, entry)
            budget -= len(content)
            if budget < 0:
                raise Unreadable(ReadError.ZIP_BOMB)
            if content.startswith(_ZIP):
                readings.append(Reading(file=label, error=ReadError.ZIP_IN_ZIP))
                continue
            reading, spoken = _settled(label, content)
            if reading.error is ReadError.DIAN_ANSWER:
                lonely.append((reading, spoken))
                answers += [answer for answer in spoken if answer.about is not None and answer.approved is not None]
            else:
                readings.append(reading)
    codes = {reading.document.cufe for reading in readings if reading.document is not None}
    readings = [_with_answer(reading, answers) for reading in readings]
    readings = [_with_twins_answer(reading, readings) for reading in readings]
    readings += [reading for reading, spoken in lonely if not any(answer.about in codes for answer in spoken)]
    if not readings:
        raise Unreadable(ReadError.ZIP_WITHOUT_XML)
    return tuple(readings)


def _with_answer(reading: Reading, answers: list[_Answer]) -> Reading:
    """Some providers put the DIAN's answer beside the document instead of around both; its code ties them."""
    if reading.document is None or reading.document.cufe is None or reading.approved is not None:
        return reading
    about = [answer for answer in answers if answer.about == reading.document.cufe]
    if not about:
        return reading
    answer = _agreed(about)
    return reading.model_copy(update={"approved": answer.approved, "notices": answer.notices})


def _with_twins_answer(reading: Reading, readings: list[Reading]) -> Reading:
    """Some providers put the document beside its own container: what was said of the one holds for the other."""
    if reading.document is None or reading.document.cufe is None or reading.approved is not None:
        return reading
    twins = [one for one in readings if one.approved is not None and one.document == reading.document]
    verdicts = {one.approved for one in twins}
    if len(verdicts) != 1:
        return reading
    return reading.model_copy(update={"approved": verdicts.pop(), "notices": twins[0].notices})


def _is_apples(filename: str) -> bool:
    """Say whether an entry is what a Mac keeps beside each file; it bears the file's name, and nothing of it."""
    return filename.startswith("__MACOSX/") or filename.rpartition("/")[2].startswith("._")


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise Unreadable(ReadError.ZIP_BOMB)
    for entry in entries:
        if entry.flag_bits & 1:
            raise Unreadable(ReadError.ENCRYPTED)
        if entry.compress_type not in _METHODS:
            raise Unreadable(ReadError.BAD_ZIP)
        if entry.file_size > max(_RATIO_COUNTS_FROM, entry.compress_size * HIGHEST_RATIO):
            raise Unreadable(ReadError.ZIP_BOMB)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one entry in memory; the size in its header is a claim, so the reading itself stops at the limit."""
    limit = min(LARGEST, max(_RATIO_COUNTS_FROM, entry.compress_size * HIGHEST_RATIO))
    with archive.open(entry) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Unreadable(ReadError.ZIP_BOMB)
    return content


def _safe_name(filename: str) -> str:
    """Return an entry's last path part for people to read; no path of an archive is ever opened."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(letter if letter.isprintable() else "?" for letter in last)[:120] or "?"
