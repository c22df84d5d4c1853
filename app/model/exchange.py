"""What was said to a system and what it answered, as text for a person to read later. Never a secret, never much."""

from typing import Final

from app.model.value import Value

LONGEST: Final = 16_000
"""Letters kept of a request, and of an answer."""


class Exchange(Value):
    """One request with its answer. Headers, where the tokens are, are no part of it."""

    request: str
    """Method and path with its query."""
    sent: str = ""
    status: int | None = None
    """``None`` where no answer came."""
    answer: str = ""
    cut: bool = False
    """Request or answer were longer than what is kept."""
    part: bool = False
    """Only the row about one document is kept of a page with many."""
