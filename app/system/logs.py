"""The log file and the masking of secrets in everything that is written for others; not where messages are worded."""

import base64
import faulthandler
import html
import json
import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from typing import Final
from urllib.parse import quote, quote_plus

from app.system.paths import Paths

MASK: Final = "•••"
SHORTEST_SECRET: Final = 6
"""Shorter words would mask half of the text and give themselves away by it."""

_MAX_BYTES: Final = 2_000_000
_BACKUPS: Final = 5

_HEADER = re.compile(
    r"""(?ix) (\b (?:proxy-)?authorization | \b x-api-key) (['"]? \s* [:=,] \s* b?['"]?) [^\s'"] [^'"\r\n]*"""
)
_BEARER = re.compile(r"(?i)\b(bearer)(\s+|%20)[\w.~+/=-]{6,}")
# A cut JWT is still worth masking, and nobody has registered it in that form.
_JWT = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}")


def _spellings(secret: str) -> set[str]:
    """Return the forms in which ``secret`` may turn up in a line: in a URL, JSON, a repr, XML, Basic."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
        base64.b64encode(secret.encode()).decode(),
    }


class Redactor:
    """Masks every secret it was told of, and what looks like one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: tuple[str, ...] = ()

    def register(self, secret: str) -> None:
        """Mask ``secret`` from now on; one under six characters is not registered."""
        if len(secret) < SHORTEST_SECRET or secret in self._secrets:
            return
        with self._lock:
            # The longest first, so that a secret inside another never leaves the rest of it in the open.
            self._secrets = tuple(sorted({*self._secrets, *_spellings(secret)}, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """Return ``text`` with every secret masked."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _HEADER.sub(rf"\1\2{MASK}", text)
        text = _BEARER.sub(rf"\1\2{MASK}", text)
        return _JWT.sub(MASK, text)


redactor: Final = Redactor()
"""The one of this process, as the logger is: a secret that somebody forgot to hand down would otherwise be shown."""


class RedactingFormatter(logging.Formatter):
    """Masks the finished line, because a filter would leave the traceback in the open; times in UTC."""

    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self, masks: Redactor = redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self.converter = time.gmtime
        self._masks = masks

    def format(self, record: logging.LogRecord) -> str:
        return self._masks.clean(super().format(record))


def setup_logging(paths: Paths, level: int = logging.INFO) -> Callable[[], None]:
    """Send the log to a bounded file and hard crashes to another; the result undoes it and closes both.

    Needs ``paths.ensure()`` before. Call it once in a process.
    """
    handler = RotatingFileHandler(
        paths.logs / "botones.log", maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8"
    )
    taken_away = _attach(handler, level)
    crashes = (paths.logs / "crash.log").open("a", encoding="utf-8")
    faulthandler.enable(crashes)

    def undo() -> None:
        faulthandler.disable()
        crashes.close()
        taken_away()

    return undo


def log_to_output(level: int = logging.INFO) -> Callable[[], None]:
    """Send the log to the standard output, for a program whose lines somebody else keeps; the result undoes it."""
    return _attach(logging.StreamHandler(sys.stdout), level)


def _attach(handler: logging.Handler, level: int) -> Callable[[], None]:
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    # Below WARNING these write addresses and headers of every request, and each step of a migration.
    for chatty in ("httpx", "httpcore", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

    def undo() -> None:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()

    return undo
