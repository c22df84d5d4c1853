"""What every source of approved documents gives: new rows, and what to remember with them. It keeps nothing itself.

A source has no cursor of its own. It is handed a ``Memory`` and yields batches; rows and marks of a batch are kept in
one commit, and only then is the next batch asked for. So a restart begins behind the last whole batch, and a batch
that comes twice, or in another order, changes nothing: the same document is the same key and the same digest.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.model.causes import Cause
from app.model.documents import Document
from app.model.numbering import Numbering
from app.model.source import SourceKind


@dataclass(frozen=True, slots=True)
class ApprovedDocument:
    """One row of a source.

    ``document`` is ``None`` where it could not be read; then ``fault`` or ``detail`` say why.
    """

    position: int | None
    """The place in the PMS' list; ``None`` where the source has none, and the order of arrival counts."""
    document: Document | None
    fault: str = ""
    label: str = ""
    origin: str = ""
    """The row's key while no document could be read; the same file or number gives the same."""
    cause: Cause | None = None
    """Why it is held from the start: nobody proved that the DIAN approved it."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the cause needs to be told; for an approved one, where it came from."""

    @property
    def key(self) -> str:
        """Name the row in the ledger: by its document, else by the place that it came from."""
        return str(self.document.key) if self.document else self.origin or f"pms/{self.position}"


@dataclass(frozen=True, slots=True)
class ApprovedPage:
    """Documents after a cursor. ``total`` counts all after it, so that an omitted row is noticed."""

    documents: tuple[ApprovedDocument, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What is kept together, or not at all."""

    rows: tuple[ApprovedDocument, ...] = ()
    position: int | None = None
    """The PMS' cursor, where it moved."""
    marks: Mapping[str, str | None] = field(default_factory=dict)
    """What the source wants to find again, by name; ``None`` forgets it."""
    withdrawn: tuple[str, ...] = ()
    """Keys of held rows that no longer stand for anything; they go before the rows come."""


class Memory(Protocol):
    """What a source finds again: the ledger, or nothing at all."""

    def position(self) -> int:
        """Return the PMS' cursor."""
        ...

    def marks(self, source: SourceKind) -> dict[str, str]:
        """Return all that a source asked to be remembered."""
        ...

    def ranges(self) -> tuple[Numbering, ...]:
        """Return what PMS, Pymes and DIAN last said of the hotel's ranges, read or typed."""
        ...


class DocumentSource(Protocol):
    """Where approved documents come from."""

    @property
    def kind(self) -> SourceKind: ...

    def news(self, memory: Memory) -> AsyncGenerator[Batch, None]:
        """Yield what is new since what ``memory`` holds; keep each batch before the next is asked for.

        Raises ``ConnectorError`` where the source does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """The memory of somebody who only looks: everything is new."""

    known_ranges: tuple[Numbering, ...] = ()

    def position(self) -> int:
        return 0

    def marks(self, source: SourceKind) -> dict[str, str]:
        return {}

    def ranges(self) -> tuple[Numbering, ...]:
        return self.known_ranges
