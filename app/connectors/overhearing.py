"""Writing down what is said and answered for a document's timeline, without secrets and within a size.

Nothing is written down unless somebody listens; it keeps nothing.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from app.model.exchange import LONGEST, Exchange

_listener: ContextVar[list[Exchange] | None] = ContextVar("listener", default=None)

_NAMES: Final = (
    r"\w*token|otp|password|pwd|contrase(?:n|ñ|\\u00f1)a|\w*secret\w*"
    r"|clave[_-]?tecnica|technical[_-]?key|api[_-]?key|authorization"
)
_FIELD: Final = re.compile(rf'(\\*"(?:{_NAMES})\\*"\s*:\s*)("(?:[^"\\]|\\.)*"?|\\+"[^"]*"?|[^\s,}}\]]+)', re.IGNORECASE)
"""In JSON, and in JSON that is a text inside of JSON."""
_ELEMENT: Final = re.compile(rf"(<(?:\w+:)?(?:{_NAMES})(?:\s[^>]*)?>)[^<]*", re.IGNORECASE)
_PARAMETER: Final = re.compile(rf"((?:^|[?&])(?:{_NAMES})=)[^&\s]*", re.IGNORECASE)
_HIDDEN: Final = "•••"


@contextmanager
def overheard() -> Iterator[list[Exchange]]:
    """Collect the exchanges of what is called inside, and of the tasks that it begins."""
    said: list[Exchange] = []
    token = _listener.set(said)
    try:
        yield said
    finally:
        _listener.reset(token)


def write_down(
    clean: Callable[[str], str],
    method: str,
    url: str,
    params: Mapping[str, str | int] | None,
    sent: Any,
    status: int | None,
    answer: bytes | str,
) -> Exchange | None:
    """Give an exchange to whoever listens, and return it; ``None`` where nobody does. ``sent`` is JSON or bytes."""
    said = _listener.get()
    if said is None:
        return None
    path = urlsplit(url).path + (f"?{urlencode(params)}" if params else "")
    asked, asked_cut = kept(clean, _written(sent))
    answered, answered_cut = kept(clean, answer)
    exchange = Exchange(
        request=f"{method} {kept(clean, path)[0]}",
        sent=asked,
        status=status,
        answer=answered,
        cut=asked_cut or answered_cut,
    )
    said.append(exchange)
    return exchange


def part_of(exchange: Exchange, clean: Callable[[str], str], row: Any) -> Exchange:
    """Return the same exchange with nothing but one row of its answer."""
    answer, cut = kept(clean, _written(row))
    return exchange.model_copy(update={"answer": answer, "cut": cut, "part": True})


def kept(clean: Callable[[str], str], text: bytes | str) -> tuple[str, bool]:
    """Return what may be kept of a text, and whether it was cut."""
    if isinstance(text, bytes):
        text = text[: 8 * LONGEST].decode("utf-8", "replace")
    # Cleaned before it is cut, so that no secret is cut in two and no longer known.
    plain = clean(text[: 2 * LONGEST])
    for pattern in (_FIELD, _ELEMENT, _PARAMETER):
        plain = pattern.sub(rf"\1{_HIDDEN}", plain)
    plain = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in plain[:LONGEST])
    return plain, len(text) > LONGEST


def _written(value: Any) -> str | bytes:
    if value is None:
        return ""
    return value if isinstance(value, str | bytes) else json.dumps(value, ensure_ascii=False, default=str)
