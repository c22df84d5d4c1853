"""What came of a file that somebody handed us: a document, or the reason why not. Parsing is ``connectors``' affair."""

from enum import StrEnum

from pydantic import Field

from app.model.documents import Document
from app.model.value import Value


class ReadError(StrEnum):
    """Why a file gave no document; the words for each are in ``texts``."""

    NO_FILE = "no-file"
    EMPTY = "empty"
    NOT_XML = "not-xml"
    WEB_PAGE = "web-page"
    """A page of a portal, saved in the place of the file."""
    BROKEN = "broken"
    """XML that ends early or does not close what it opens."""
    ENCODING = "encoding"
    ENTITIES = "entities"
    """A DTD or entities: no document of the DIAN has them, attacks do."""
    TOO_BIG = "too-big"
    TOO_DEEP = "too-deep"
    BAD_ZIP = "bad-zip"
    ZIP_BOMB = "zip-bomb"
    ZIP_IN_ZIP = "zip-in-zip"
    ZIP_WITHOUT_XML = "zip-without-xml"
    ENCRYPTED = "encrypted"
    OLD_FORMAT = "old-format"
    """Before 2019: ``fe:``, UBL 2.0, SHA-1."""
    NOT_A_DOCUMENT = "not-a-document"
    DIAN_ANSWER = "dian-answer"
    """An ApplicationResponse alone, without the document that it speaks of."""
    NUMBERING_ANSWER = "numbering-answer"
    """An answer of GetNumberingRange."""
    UNSUPPORTED_TYPE = "unsupported-type"
    MISSING_FIELD = "missing-field"
    BAD_VALUE = "bad-value"


class Unreadable(Exception):
    """Something cannot become a document; ``detail`` names the element, never its content."""

    def __init__(self, error: ReadError, detail: str = "") -> None:
        super().__init__(f"{error.value}: {detail}")
        self.error = error
        self.detail = detail


class Reading(Value):
    """One document found in a file, or the reason why there is none."""

    file: str
    """Name for people; of an entry in a ZIP, the ZIP's name, a slash, and the entry's own. Not a path to open."""
    document: Document | None = None
    approved: bool | None = None
    """The DIAN's answer, where the file brings it; ``None`` says that nobody proved anything."""
    notices: tuple[str, ...] = ()
    """What the DIAN said in its own words: «Regla: …, Rechazo: …» or «…, Notificación: …». Text from outside."""
    answers: dict[str, bool] = Field(default_factory=dict)
    """Of a file that is nothing but the DIAN's answer: whether it approves, by the code of the document it is about."""
    code_in_qr: str | None = None
    """The CUFE, CUDE or CUDS in the document's own QR text, where it has one."""
    error: ReadError | None = None
    detail: str = ""
    """Which element or line, for ``error``."""

    @property
    def ok(self) -> bool:
        return self.document is not None

    @property
    def contradicts_itself(self) -> bool:
        """Say whether the QR names another code than the document: one of both was changed (facts/dian.md 2.3)."""
        stated = self.document.cufe if self.document is not None else None
        return None not in (stated, self.code_in_qr) and stated != self.code_in_qr
